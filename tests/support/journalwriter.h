// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QMap>
#include <QRandomGenerator>
#include <QThread>

#include <atomic>
#include <vector>

namespace slotscope::test {

/// One put or deletion of a record, as its writer knows it.
struct JournalChange
{
    core::Revision revision;
    core::EventType type = core::EventType::Put;
    QByteArray key;
    QByteArray value; ///< empty for a deletion
    QByteArray previous; ///< null where there was no record
};

/// Changes records at random, on a thread of its own, and keeps a journal of what it did. It is alone with
/// its keys, waits out an etcd that is away, and finds out what became of a transaction whose answer was
/// lost.
class JournalWriter
{
public:
    struct Options
    {
        core::Slot slot {40};
        int keys = 1000;
        int mostPerTxn = 16; ///< changes of one transaction, at random
        qint64 changes = 10'000; ///< when that is done it stops by itself, unless `goesOn`
        bool goesOn = false; ///< until stop()
        int perSecond = 0; ///< changes; 0: as fast as it can
        quint32 seed = 1;
    };

    JournalWriter(const core::Endpoint &endpoint, const Options &options);
    ~JournalWriter();

    /// Before start(): goes on with the records of one that has ended, with a journal of its own.
    void continueAfter(const JournalWriter &other);
    void start();
    /// After the transaction under way; then isRunning() is false soon.
    void stop() { m_stopping = true; }
    bool isRunning() const { return m_thread.isRunning(); }

    qint64 changes() const { return m_changes; }
    /// Transactions whose answer was lost.
    int lostAnswers() const { return m_lost; }
    core::Revision lastRevision() const { return core::Revision(m_lastRevision); }

    /// In order; once it does not run any more.
    const std::vector<JournalChange> &journal() const { return m_journal; }
    /// What the records are then.
    const QMap<QByteArray, QByteArray> &records() const { return m_records; }
    /// The key under which each transaction leaves its number; it is none of the slot.
    static QByteArray marker() { return "~journal"; }

private:
    class Work;

    core::Endpoint m_endpoint;
    Options m_options;
    QThread m_thread;
    std::atomic<bool> m_stopping {false};
    std::atomic<qint64> m_changes {0};
    std::atomic<int> m_lost {0};
    std::atomic<qint64> m_lastRevision {0};
    std::vector<JournalChange> m_journal;
    QMap<QByteArray, QByteArray> m_records;
};

} // namespace slotscope::test
