// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/eventlog.h"

#include <QFutureWatcher>
#include <QPointer>

#include <atomic>

namespace slotscope::core {

/// Goes through a log on a worker thread, and on with it as it grows. Every entry that is kept is looked at
/// once, in order.
class LogScan : public QObject
{
    Q_OBJECT
public:
    struct Hit
    {
        qint64 number = 0; ///< of the entry
        int what = 0; ///< whatever the step wants to say of it
        QByteArray key {};
        QString text {};
        QByteArray json {};
    };
    /// Called on worker threads, never on two at a time.
    using Step = std::function<void(const LogEntry &entry, std::vector<Hit> *hits)>;

    explicit LogScan(EventLog *log, QObject *parent = nullptr);
    ~LogScan() override;

    /// From this entry on; nothing of an earlier scan is heard any more.
    void start(Step step, qint64 from);
    void stop();
    /// The entries before this one have been looked at.
    qint64 scannedTo() const { return m_next; }
    bool isCaughtUp() const { return !m_step || (m_log && m_next >= m_log->end() && !m_isRunning); }

Q_SIGNALS:
    void found(const std::vector<slotscope::core::LogScan::Hit> &hits);
    /// scannedTo() went on, or it caught up.
    void progressed();

private:
    struct Outcome
    {
        std::vector<Hit> hits;
        qint64 next = 0;
    };
    void goOn();
    void take(const Outcome &outcome);

    QPointer<EventLog> m_log;
    Step m_step;
    qint64 m_next = 0;
    bool m_isRunning = false;
    QFutureWatcher<Outcome> m_watcher;
    std::shared_ptr<std::atomic_bool> m_cancelled;
};

} // namespace slotscope::core
