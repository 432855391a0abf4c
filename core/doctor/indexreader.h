// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/indexkey.h"

namespace slotscope::core {

/// An index and its table, as they are in one database.
struct IndexInDatabase
{
    Slot table;
    SlotCodec tableCodec;
    Slot index;
    SlotCodec indexCodec;
    IndexRelation relation;

    friend bool operator==(const IndexInDatabase &a, const IndexInDatabase &b)
    {
        return a.table == b.table && a.tableCodec.type() == b.tableCodec.type() && a.index == b.index
            && a.indexCodec.type() == b.indexCodec.type() && a.relation == b.relation
            && a.relation.provenance == b.relation.provenance;
    }
};

/// Where a record stands in an index.
struct IndexPlace
{
    enum class Kind {
        NoRecord, ///< there is no record
        NoEntry, ///< a field is null, and so the index has no entry for it
        Entry,
        Unindexable, ///< the record has a null or something else that the index does not allow
        Unreadable, ///< the record cannot be decoded
    };
    Kind kind = Kind::NoRecord;
    QByteArray entryKey {}; ///< whole etcd key, for Entry
    QString why {}; ///< for Unindexable and Unreadable, in plain words

    bool isEntry() const { return kind == Kind::Entry; }
    friend bool operator==(const IndexPlace &, const IndexPlace &) = default;
};

/// Reads records as an index sees them, and its entries. Cheap to copy; safe to use from any thread.
class IndexReader
{
public:
    explicit IndexReader(IndexInDatabase what);

    const IndexInDatabase &what() const { return m_what; }
    /// Why no place can be told for any record; empty when they can.
    const QString &problem() const { return m_keys.problem(); }

    IndexPlace placeOf(const QByteArray &etcdKey, const QByteArray &value) const;
    /// The whole etcd key of the record that an entry leads to. The library leaves the entries of a
    /// compressed index uncompressed, so both are understood.
    QByteArray recordOf(const QByteArray &entryValue) const;
    /// What an entry is to hold so that it leads to the record: its key, as the library writes it, never
    /// compressed; unless `before`, what the entry held, is.
    QByteArray entryValue(const QByteArray &recordKey, const QByteArray &before = {}) const;

private:
    bool isPlain(const QByteArray &entryValue) const;

    IndexInDatabase m_what;
    IndexKeys m_keys;
};

} // namespace slotscope::core
