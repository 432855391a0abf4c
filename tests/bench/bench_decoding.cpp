// SPDX-License-Identifier: GPL-3.0-or-later
//
// Decodes the same records as Python does (cbor2's C decoder, json, pickle) in turns with it, and prints how
// many times its records per second are reached, and how often memory is allocated for a record. CPU time,
// the median of the rounds. Figures are printed, never asserted: the machine may be busy.
#include "core/codec/flatbuffers/flatschema.h"
#include "core/table/columnreader.h"
#include "tests/bench/figures.h"
#include "tests/bench/reference.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QTemporaryDir>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <vector>

using namespace slotscope::core;
using namespace slotscope::bench;

namespace {

qint64 allocations = 0; // of the one thread there is while it counts

} // namespace

// Everything comes by here, operator new and Qt's containers included.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *malloc(size_t size)
{
    ++allocations;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    ++allocations;
    return __libc_calloc(count, size);
}
void *realloc(void *memory, size_t size)
{
    ++allocations;
    return __libc_realloc(memory, size);
}
}

namespace {

constexpr int Rounds = 7;
constexpr double LeastSeconds = 0.02; // that something takes to be measured

double cpuSeconds()
{
    timespec now {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

/// Seconds for one run of `work`, and how often it allocated.
template <typename Work>
std::pair<double, double> measured(Work &&work)
{
    for (int runs = 1;; runs *= 2) {
        const qint64 before = allocations;
        const double start = cpuSeconds();
        for (int i = 0; i < runs; ++i)
            work();
        const double seconds = cpuSeconds() - start;
        if (seconds >= LeastSeconds)
            return {seconds / runs, double(allocations - before) / runs};
    }
}

struct Task
{
    std::vector<double> ratios; // a round each
    double allocationsPerRecord = 0;
};

class Bench
{
public:
    Bench(QByteArray name, std::vector<QByteArray> records)
        : m_name(std::move(name))
        , m_records(std::move(records))
    {
        SlotType type;
        type.value = *valueTypeFromName(m_name.endsWith("cbor")          ? u"Cbor"
                                            : m_name.endsWith("json")    ? u"Json"
                                            : m_name.endsWith("buffers") ? u"FlatBuffers"
                                                                         : u"Pickle");
        if (type.value == ValueType::FlatBuffers)
            type.flatBuffers.schema = *FlatSchema::load(QFileInfo(QStringLiteral(BENCH_REFERENCE)).path()
                                                        + QStringLiteral("/../data/flatbuffers/book.fbs"));
        m_codec = SlotCodec(type, 0);
        std::vector<DecodedRow> sample;
        for (size_t i = 0; i < std::min<size_t>(m_records.size(), 500); ++i)
            sample.push_back(decodeRow(m_codec, {}, m_records[i]));
        for (const Column &column : discoverColumns(type, sample)) {
            if (column.group == Column::Group::Field && !column.path.isEmpty())
                m_columns.push_back(column);
        }
        m_one = {m_columns[m_columns.size() / 2]};
    }

    void round(Reference &reference)
    {
        const double theirs = reference.seconds(m_name);
        const ColumnReader all(m_codec, m_columns);
        const ColumnReader one(m_codec, m_one);
        CellRow row;
        size_t used = 0; // so that nothing is optimised away
        take(0, theirs, [&](const QByteArray &record) {
            all.read({}, record, row);
            used += size_t(row.cells.front().kind);
        });
        take(1, theirs, [&](const QByteArray &record) {
            one.read({}, record, row);
            used += size_t(row.cells.front().kind);
        });
        take(2, theirs, [&](const QByteArray &record) {
            all.read({}, record, row);
            for (const Cell &cell : row.cells)
                used += toValue(cell).has_value() ? 1 : 0;
        });
        take(3, theirs,
             [&](const QByteArray &record) { used += size_t(m_codec.decodeValue(record)->kind()); });
        if (used == 0)
            qFatal("nothing was decoded");
    }

    void print() const
    {
        qsizetype bytes = 0;
        for (const QByteArray &record : m_records)
            bytes += record.size();
        std::printf("%-14s %5lld %8zu", m_name.constData(),
                    static_cast<long long>(bytes / qsizetype(m_records.size())), m_columns.size());
        for (const Task &task : m_tasks)
            std::printf("   %7.2f %6.1f", median(task.ratios), task.allocationsPerRecord);
        std::printf("\n");
    }

private:
    template <typename Decode>
    void take(size_t task, double theirs, Decode &&decode)
    {
        const auto [seconds, allocated] = measured([&] {
            for (const QByteArray &record : m_records)
                decode(record);
        });
        m_tasks[task].ratios.push_back(theirs / seconds);
        m_tasks[task].allocationsPerRecord = allocated / double(m_records.size());
    }

    QByteArray m_name;
    std::vector<QByteArray> m_records;
    SlotCodec m_codec;
    std::vector<Column> m_columns;
    std::vector<Column> m_one;
    std::array<Task, 4> m_tasks;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir folder;
    Reference reference(folder.path());
    std::vector<Bench> benches;
    for (const QByteArray &name : reference.answer().split(' '))
        benches.emplace_back(name, readRecords(folder.filePath(QString::fromLatin1(name))));
    for (int round = 0; round < Rounds; ++round) {
        for (Bench &bench : benches)
            bench.round(reference);
    }
    std::printf("Records per second as a multiple of Python's (cbor2's C decoder, json, pickle, flatc's code "
                "for flatbuffers), "
                "and allocations "
                "per record.\n\n"
                "%-14s %5s %8s   %14s   %14s   %14s   %14s\n",
                "records", "bytes", "columns", "to columns", "to one column", "to cell values", "whole tree");
    for (const Bench &bench : benches)
        bench.print();
    std::printf(
        "\nTo columns: a cell for each, lists left encoded until they are shown. To cell values: each cell "
        "as a value, lists as well.\n");
    return 0;
}
