// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/indexdoctor.h"

#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qint64 PageSize = 2000;
constexpr int MostRestarts = 5;

} // namespace

// One slot to be read, and who wants to see its records or entries.
struct IndexDoctor::Reading
{
    Slot slot;
    KeyRange rest;
    bool isTable = false;
    std::vector<std::shared_ptr<IndexCheck>> checks;
};

IndexDoctor::IndexDoctor(Client *client, std::vector<IndexInDatabase> indexes, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_indexes(std::move(indexes))
{
    connect(&m_digestion, &QFutureWatcherBase::finished, this, &IndexDoctor::digested);
}

IndexDoctor::~IndexDoctor()
{
    // The worker holds what it works on; only its end must not come here any more.
    m_digestion.disconnect(this);
    m_call.cancel();
}

void IndexDoctor::start()
{
    begin();
}

void IndexDoctor::cancel()
{
    finish(Unexpected {Error {.kind = ErrorKind::Cancelled}});
}

void IndexDoctor::begin()
{
    m_checks.clear();
    m_readings.clear();
    m_current = 0;
    m_revision = {};
    m_done = 0;
    m_total = 0;
    std::vector<Reading> indexReadings;
    for (const IndexInDatabase &index : m_indexes) {
        const auto check = m_checks.emplace_back(std::make_shared<IndexCheck>(index));
        if (!check->problem().isEmpty())
            continue;
        auto table = std::find_if(m_readings.begin(), m_readings.end(),
                                  [&](const Reading &reading) { return reading.slot == index.table; });
        if (table == m_readings.end())
            table = m_readings.insert(m_readings.end(), {index.table, KeyRange::slot(index.table), true, {}});
        table->checks.push_back(check);
        indexReadings.push_back({index.index, KeyRange::slot(index.index), false, {check}});
    }
    m_readings.insert(m_readings.end(), indexReadings.cbegin(), indexReadings.cend());
    requestPage();
}

void IndexDoctor::requestPage()
{
    if (m_current == m_readings.size()) {
        IndexReport report;
        report.revision = m_revision;
        for (const auto &check : m_checks) {
            std::vector<IndexFault> faults =
                check->problem().isEmpty() ? check->faults() : std::vector<IndexFault>();
            report.indexes.push_back({check->what(), check->problem(), check->records(), check->entries(),
                                      check->undecodable(), faults.size()});
            std::move(faults.begin(), faults.end(), std::back_inserter(report.faults));
        }
        finish(Result<IndexReport>(std::move(report)));
        return;
    }
    m_call =
        m_client->range({.range = m_readings[m_current].rest, .limit = PageSize, .revision = m_revision});
    m_call.then(this, [this](const Result<RangeReply> &result) { takePage(result); });
}

void IndexDoctor::takePage(const Result<RangeReply> &result)
{
    if (m_over)
        return;
    if (!result) {
        if (result.error().kind == ErrorKind::Compacted && ++m_restarts <= MostRestarts)
            begin();
        else
            finish(Unexpected {result.error()});
        return;
    }
    if (m_revision.value == 0)
        m_revision = result->header.revision;
    Reading &reading = m_readings[m_current];
    // The first page of a slot says how much there is of it.
    if (reading.rest == KeyRange::slot(reading.slot))
        m_total += result->count;
    m_done += qint64(result->kvs.size());
    m_pageIsLast = !result->more || result->kvs.empty();
    if (!m_pageIsLast)
        reading.rest.begin = result->kvs.back().key + '\0';
    m_digestion.setFuture(
        QtConcurrent::run([kvs = result->kvs, checks = reading.checks, isTable = reading.isTable] {
            for (const auto &check : checks) {
                for (const KeyValue &kv : kvs)
                    isTable ? check->addRecord(kv) : check->addEntry(kv);
            }
        }));
}

void IndexDoctor::digested()
{
    if (m_over)
        return;
    if (m_pageIsLast)
        ++m_current;
    Q_EMIT progress(m_done, m_total);
    requestPage();
}

void IndexDoctor::finish(const Result<IndexReport> &report)
{
    if (std::exchange(m_over, true))
        return;
    m_call.cancel();
    Q_EMIT finished(report);
}

} // namespace slotscope::core
