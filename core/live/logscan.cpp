// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/logscan.h"

#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::core {

namespace {

// Of one job: so that the first hits are seen soon.
constexpr qint64 MostEntries = 5000;
constexpr size_t MostHits = 2000;

} // namespace

LogScan::LogScan(EventLog *log, QObject *parent)
    : QObject(parent)
    , m_log(log)
{
    connect(log, &EventLog::changed, this, &LogScan::goOn);
    connect(&m_watcher, &QFutureWatcherBase::finished, this, [this] { take(m_watcher.result()); });
}

LogScan::~LogScan()
{
    stop();
}

void LogScan::start(Step step, qint64 from)
{
    stop();
    m_step = std::move(step);
    m_next = from;
    m_cancelled = std::make_shared<std::atomic_bool>(false);
    goOn();
}

void LogScan::stop()
{
    if (m_cancelled)
        m_cancelled->store(true);
    // A watcher that is given another future says nothing of the old one.
    if (std::exchange(m_isRunning, false))
        m_watcher.setFuture(QFuture<Outcome>());
    m_step = {};
}

void LogScan::goOn()
{
    if (!m_step || m_isRunning || !m_log || m_next >= m_log->end())
        return;
    m_isRunning = true;
    m_watcher.setFuture(QtConcurrent::run(
        [snapshot = m_log->snapshot(), step = m_step, from = m_next, cancelled = m_cancelled] {
            Outcome outcome;
            outcome.next = std::max(from, snapshot.begin());
            snapshot.visit(from, [&](const LogEntry &entry) {
                step(entry, &outcome.hits);
                outcome.next = entry.number + 1;
                return !cancelled->load(std::memory_order_relaxed) && outcome.next < from + MostEntries
                    && outcome.hits.size() < MostHits;
            });
            return outcome;
        }));
}

void LogScan::take(const Outcome &outcome)
{
    if (!m_isRunning)
        return;
    m_isRunning = false;
    m_next = std::max(m_next, outcome.next);
    const QPointer<LogScan> alive(this);
    if (!outcome.hits.empty())
        Q_EMIT found(outcome.hits);
    if (!alive)
        return;
    goOn();
    Q_EMIT progressed();
}

} // namespace slotscope::core
