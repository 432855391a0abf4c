// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading and memory.
#include "core/table/columnreader.h"
#include "tests/bench/milliontasks.h"
#include "tests/bench/reference.h"

#include <QElapsedTimer>
#include <QTemporaryDir>

#include <ctime>
#include <malloc.h>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

/// Notes when the first record was painted: a look at each painting of the view.
class FirstRows : public QObject
{
public:
    explicit FirstRows(test::StoryWindow *window)
        : m_window(window)
    {
        m_clock.start();
        qApp->installEventFilter(this);
    }
    bool isPainted() const { return m_painted; }
    double milliseconds() const { return m_milliseconds; }

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::Paint || m_painted || !(*m_window)->currentTab()
            || watched != m_window->view()->viewport())
            return false;
        const ui::RecordModel *model = m_window->model();
        if (model->table()->range() != core::KeyRange::slot(MillionSlot) || model->rowCount() == 0
            || !model->shownRow(0).decoded)
            return false;
        m_painted = true; // in a moment
        QMetaObject::invokeMethod(
            this, [this] { m_milliseconds = double(m_clock.nsecsElapsed()) * 1e-6; }, Qt::QueuedConnection);
        return false;
    }

private:
    test::StoryWindow *m_window;
    QElapsedTimer m_clock;
    bool m_painted = false;
    double m_milliseconds = 0;
};

double residentBytes()
{
    malloc_trim(0);
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toDouble() * 4096;
}

double loadSeconds(Bench *bench, core::Slot slot)
{
    bench->closeTables();
    QElapsedTimer clock;
    clock.start();
    bench->window()->openTable(QString::number(slot.value));
    const int records = bench->recordsOf(slot);
    if (!spinUntil([&] { return isComplete(bench->window(), records); }, 10min))
        qFatal("the table is not loaded");
    return double(clock.nsecsElapsed()) * 1e-9;
}

/// Whole tables beside etcdctl and curl on the same data, both ways of reading in turns with them.
void measureWays(Bench *bench)
{
    BenchEtcd &etcd = bench->etcd();
    const QString rounds = QStringLiteral("median of %1 rounds in turns, ").arg(bench->rounds());
    for (const bool grpc : {true, false}) {
        bench->connectFor(grpc);
        for (const core::Slot slot : {HundredThousandSlot, MillionSlot}) {
            std::vector<double> ratios;
            std::vector<double> floor;
            for (int i = 0; i < bench->rounds(); ++i) {
                const double ours = loadSeconds(bench, slot);
                const double theirs = grpc ? etcd.etcdctlSeconds(slot) : etcd.curlSeconds(slot);
                ratios.push_back(ours / theirs);
                if (grpc)
                    floor.push_back(etcd.grpcSeconds(slot) / theirs);
            }
            const QString what =
                QStringLiteral("%1 records, %2")
                    .arg(slot == MillionSlot ? QLatin1String("1,000,000") : QLatin1String("100,000"),
                         grpc ? QLatin1String("gRPC") : QLatin1String("JSON"));
            bench->figures.add({what
                                    + (grpc ? QStringLiteral(": click to complete table ÷ etcdctl")
                                            : QStringLiteral(": click to complete table ÷ curl")),
                                median(ratios),
                                grpc ? 0.6 : 1.0,
                                {},
                                rounds
                                    + (grpc ? QLatin1String("etcdctl get --prefix to /dev/null")
                                            : QLatin1String("curl of the gateway to /dev/null"))});
            if (grpc)
                bench->figures.add({what + QStringLiteral(": one reply to curl ÷ etcdctl"),
                                    median(floor),
                                    0,
                                    {},
                                    rounds + QLatin1String("HTTP/2 to /dev/null: etcd's own share")});
        }
    }
    bench->connectFor(true);
}

double cpuSeconds()
{
    timespec now {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

} // namespace

void measureLoading(Bench *bench)
{
    measureWays(bench);

    Figures &figures = bench->figures;
    test::StoryWindow &window = bench->window();
    const QString rounds = QStringLiteral("median of %1 rounds in turns").arg(bench->rounds());

    std::vector<double> first;
    std::vector<double> perRecord;
    for (int i = 0; i < bench->rounds(); ++i) {
        bench->closeTables();
        const double before = residentBytes();
        const FirstRows rows(&window);
        const auto load = [&] {
            window->openTable(QString::number(MillionSlot.value));
            if (!spinUntil([&] { return isComplete(window, bench->million()); }, 10min))
                qFatal("the table is not loaded");
        };
        if (i == 0)
            bench->probed(QStringLiteral("loading"), load);
        else
            load();
        first.push_back(rows.milliseconds());
        spinFor(300ms);
        const double beyond =
            residentBytes() - before - double(window->currentTab()->table()->rows().payloadBytes());
        perRecord.push_back((beyond - 64.0 * 1024 * 1024) / bench->million());
    }
    figures.add({QStringLiteral("1,000,000 records: click to first rows painted"), median(first), 100,
                 QStringLiteral("ms"), rounds});
    figures.add({QStringLiteral("memory beyond raw bytes and 64 MB, a record"), median(perRecord), 64,
                 QStringLiteral("bytes"),
                 rounds + QLatin1String("; growth of the resident set, less the bytes of keys and values")});
}

void measureDecoding(Bench *bench)
{
    const QTemporaryDir folder;
    Reference reference(folder.path());
    reference.answer();
    const std::vector<QByteArray> records = readRecords(folder.filePath(QStringLiteral("flat.cbor")));
    core::SlotType type;
    type.value = core::ValueType::Cbor;
    const core::SlotCodec codec(type, 0);
    std::vector<core::DecodedRow> sample;
    for (size_t i = 0; i < 200; ++i)
        sample.push_back(core::decodeRow(codec, {}, records[i]));
    std::vector<core::Column> columns;
    for (const core::Column &column : core::discoverColumns(type, sample)) {
        if (column.group == core::Column::Group::Field && !column.path.isEmpty())
            columns.push_back(column);
    }
    const core::ColumnReader reader(codec, columns);
    std::vector<double> cells;
    std::vector<double> rows;
    for (int round = 0; round < std::max(bench->rounds(), 5); ++round) {
        const double theirs = reference.seconds("flat.cbor");
        size_t used = 0;
        core::CellRow row;
        double start = cpuSeconds();
        for (const QByteArray &record : records) {
            reader.read({}, record, row);
            for (const core::Cell &cell : row.cells)
                used += core::toValue(cell).has_value() ? 1 : 0;
        }
        cells.push_back((cpuSeconds() - start) / theirs);
        start = cpuSeconds();
        for (const QByteArray &record : records)
            used += core::decodeRow(codec, {}, record).valueError ? 0 : 1;
        rows.push_back((cpuSeconds() - start) / theirs);
        if (used == 0)
            qFatal("nothing was decoded");
    }
    const QString how =
        QStringLiteral("CPU time, median of %1 rounds of 2,000 records in turns").arg(cells.size());
    bench->figures.add({QStringLiteral("CBOR record to its visible cells ÷ cbor2's C decoder"),
                        median(cells),
                        0.2,
                        {},
                        how});
    bench->figures.add(
        {QStringLiteral("CBOR record to a whole tree ÷ cbor2's C decoder"), median(rows), 0, {}, how});
}

} // namespace slotscope::bench
