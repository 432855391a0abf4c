// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/live/logentry.h"

#include <QHash>

#include <functional>
#include <list>

namespace slotscope::core {

/// Knows what keys were before events, without etcd being asked for it (prev_kv doubles what a watch costs):
/// it remembers what the last events left, as far as its memory goes, and asks whoever holds tables.
class BeforeBook
{
public:
    /// A row as a table has it, and up to which revision the table is complete.
    struct Row
    {
        KeyValue kv;
        Revision tableRevision;
    };
    using Rows = std::function<std::optional<Row>(const QByteArray &key)>;

    explicit BeforeBook(qint64 mostBytes);

    void setRows(Rows rows) { m_rows = std::move(rows); }
    /// Of an event that follows all that it has seen.
    LoggedEvent take(const Event &event);
    /// Events up to this revision were missed, so what it remembers may be wrong.
    void clear(Revision missed);

private:
    struct Known
    {
        QByteArray key;
        std::optional<KeyValue> state; // nothing: deleted
        qint64 bytes = 0;
        Revision revision;
    };
    std::optional<KeyValue> fromRows(const Event &event) const;
    void remember(const Event &event);

    qint64 m_mostBytes;
    qint64 m_bytes = 0;
    Rows m_rows;
    std::list<Known> m_known; // what was written last is in front
    QHash<QByteArray, std::list<Known>::iterator> m_byKey;
    Revision m_forgotten; // of the newest event that it knows no more
};

} // namespace slotscope::core
