// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <QDateTime>

#include <optional>
#include <vector>

namespace slotscope::core {

/// An event, and what its key was before. `event.prevKv` is the state before, where there was one and it is
/// known.
struct LoggedEvent
{
    enum class Before {
        Unknown, ///< the key was there, with what is not known (any more)
        Absent, ///< the event made the key
        Known, ///< event.prevKv
    };
    Event event;
    Before before = Before::Unknown;
};

/// One line of the event log: a transaction with all its events, or why there are none.
struct LogEntry
{
    enum class Kind : quint8 {
        Transaction,
        Gap, ///< the transactions from `missingFrom` to `revision` were not seen: compacted or reloaded
        OtherData, ///< the cluster went on at `revision`, with other data than before
        Unreadable, ///< was written to disk, and cannot be read back
    };
    Kind kind = Kind::Transaction;
    qint64 number = 0; ///< counts the entries of a log from 0, and stays
    Revision revision;
    Revision missingFrom;
    qint64 receivedAt = 0; ///< milliseconds since 1970 UTC
    std::vector<LoggedEvent> events;

    QDateTime received() const { return QDateTime::fromMSecsSinceEpoch(receivedAt); }
};

/// The entry as bytes for a segment, behind those that are there. Its number is not among them.
void appendEntry(QByteArray *bytes, const LogEntry &entry);
/// The size of the entry that begins at `offset`; 0: none does.
qsizetype entrySize(QByteArrayView bytes, qsizetype offset);
/// Nothing where the bytes are no entry.
std::optional<LogEntry> readEntry(QByteArrayView bytes, qsizetype offset);

} // namespace slotscope::core
