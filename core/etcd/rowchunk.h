// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <QByteArrayView>

#include <memory>
#include <span>
#include <vector>

namespace slotscope::core {

/// One row's raw bytes and revisions. The views stay valid as long as what they were taken from (from a
/// RowStore, until its next change).
struct RowView
{
    QByteArrayView key; ///< the whole etcd key
    QByteArrayView value;
    Revision createRevision;
    Revision modRevision;
    qint64 version = 0;
    LeaseId lease;

    KeyValue toKeyValue() const;
};

/// What a KeyValue says, without a copy.
RowView viewOf(const KeyValue &kv);

/// Up to RowChunk::Capacity rows over one arena of bytes, with 40 bytes for each row besides. Where several
/// threads know of one, it does not change any more.
class RowChunk
{
public:
    static constexpr quint32 Capacity = 4096;

    RowChunk() = default;
    /// At most Capacity rows, in memory that fits them exactly.
    explicit RowChunk(std::span<const RowView> rows);

    quint32 size() const { return static_cast<quint32>(m_rows.size()); }
    bool isAlive(quint32 index) const { return index < m_rows.size() && m_rows[index].lease != Removed; }
    RowView row(quint32 index) const;
    /// Of the keys and values, those that are no longer needed included.
    qint64 arenaBytes() const { return static_cast<qint64>(m_arena.size()); }

    void append(const RowView &row);
    void overwrite(quint32 index, const RowView &row);
    void remove(quint32 index);

private:
    static constexpr quint32 Removed = 0xffff'ffff;
    struct Meta
    {
        quint64 offset = 0; // of the key in the arena; the value follows it
        qint64 createRevision = 0;
        qint64 modRevision = 0;
        quint32 keySize = 0;
        quint32 valueSize = 0;
        quint32 version = 0; // saturates
        quint32 lease = 0; // its number in m_leases, from 1; 0: none
    };
    static_assert(sizeof(Meta) == 40);
    Meta store(const RowView &row);
    quint32 leaseNumber(LeaseId lease);
    void discard(const Meta &meta);

    std::vector<char> m_arena;
    std::vector<Meta> m_rows;
    std::vector<LeaseId> m_leases; // few rows have one, and those share it
    size_t m_wasted = 0; // bytes of the arena that no row means any more
};

/// The reply to a range request whose rows were put into chunks where they were parsed. To be copied cheaply.
struct RowsReply
{
    ResponseHeader header;
    std::vector<std::shared_ptr<RowChunk>> chunks; ///< in the order of the keys; all but the last are full
    qint64 rows = 0;
    qint64 bytes = 0; ///< of the rows' keys and values
    bool more = false;
    qint64 count = 0; ///< keys in the whole range, whatever the limit

    /// Only where there are rows.
    QByteArray firstKey() const { return chunks.front()->row(0).key.toByteArray(); }
    QByteArray lastKey() const { return chunks.back()->row(chunks.back()->size() - 1).key.toByteArray(); }
    /// Puts the rows into chunks.
    void setRows(std::span<const RowView> views);
};

/// The same reply in chunks.
RowsReply rowsOf(const RangeReply &reply);

} // namespace slotscope::core
