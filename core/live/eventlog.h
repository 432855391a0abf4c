// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/watch.h"
#include "core/live/beforebook.h"
#include "core/live/logsegment.h"

#include <QThreadPool>
#include <QTimer>

#include <deque>

namespace slotscope::core {

/// What a log holds at a moment: cheap to make, safe on any thread. Reading it may read files.
class EventLogSnapshot
{
public:
    /// Numbers of the oldest entry that is kept, and of the one that comes next.
    qint64 begin() const;
    qint64 end() const;
    /// Calls back with the entries from this number on, in order, until it is answered with false. Where
    /// older ones are not kept any more, begins at begin().
    void visit(qint64 from, const std::function<bool(const LogEntry &)> &entry) const;
    std::vector<LogEntry> read(qint64 from, qint64 count) const;

private:
    friend class EventLog;
    std::vector<std::shared_ptr<const LogSegment>> m_segments; // never empty
};

/// Writes down what a watch delivers: each transaction one entry, each event once. Takes bounded memory:
/// older entries lie in temporary files, and the oldest go when those are too large.
class EventLog : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        qint64 memoryBytes = 16 << 20; ///< of entries, before they are written to files
        qint64 diskBytes = qint64(1) << 30;
        qint64 segmentBytes = 256 << 10;
        qint64 bookBytes = 16 << 20; ///< for what keys were before
        QString folder {}; ///< of the files; empty: the system's for temporary ones
    };

    explicit EventLog(QObject *parent = nullptr);
    explicit EventLog(const Options &options, QObject *parent = nullptr);
    ~EventLog() override;

    /// Who is asked what a key was before, where no earlier event tells.
    void setRows(BeforeBook::Rows rows) { m_book.setRows(std::move(rows)); }
    /// To be called where a watch is started at the revision after this one, again and anew: what lies
    /// between this and the last event is written down as a gap.
    void continueAfter(Revision revision);
    /// Events that it has already are passed over.
    void take(const EventBatch &batch);
    /// The watch says that nothing happened up to there.
    void noteProgress(Revision revision);

    /// Entries are numbered from 0; those before begin() are not kept any more.
    qint64 begin() const;
    qint64 end() const { return m_end; }
    /// Of all entries there ever were.
    qint64 eventCount() const { return m_eventCount; }
    /// Everything up to here is in it, or in a gap that it tells of; 0: it has not begun.
    Revision revision() const { return m_revision; }
    qint64 bytesInMemory() const;
    qint64 bytesOnDisk() const;
    /// Why older entries cannot be written to files, so that they are given up sooner; empty: nothing is
    /// wrong.
    QString problem() const { return m_spill->problem(); }
    EventLogSnapshot snapshot() const;
    /// Forgets all entries. Numbers go on.
    void clear();

Q_SIGNALS:
    /// begin() or end(), soon after and at most twenty times a second.
    void changed();

private:
    void add(const LogEntry &entry);
    void seal();
    void makeRoom();
    void noteChange();

    Options m_options;
    BeforeBook m_book;
    std::deque<std::shared_ptr<LogSegment>> m_sealed;
    QByteArray m_open; // the segment that is being written
    qint64 m_openFirst = 0; // number of its first entry
    qint64 m_end = 0;
    qint64 m_eventCount = 0;
    qint64 m_sealedBytes = 0;
    size_t m_scheduled = 0; // of the sealed ones, from the front: are or will be in files
    Revision m_revision;
    std::shared_ptr<LogSpill> m_spill;
    QThreadPool m_writer; // one thread
    QTimer m_change;
};

} // namespace slotscope::core
