// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

#include <QByteArrayView>

#include <array>
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

/// Up to RowChunk::Capacity rows, with about 42 bytes for each besides its own. Copies share pages of rows,
/// and the bytes of all rows: what a change costs after a snapshot was taken is a page without its bytes.
/// Where several threads know of a chunk, it does not change any more.
class RowChunk
{
public:
    static constexpr quint32 Capacity = 4096;

    RowChunk() = default;
    /// At most Capacity rows, in memory that fits them exactly.
    explicit RowChunk(std::span<const RowView> rows);

    quint32 size() const { return m_size; }
    bool isAlive(quint32 index) const { return index < m_size && meta(index).lease != Removed; }
    RowView row(quint32 index) const;
    QByteArrayView key(quint32 index) const { return {meta(index).bytes, meta(index).keySize}; }
    /// Of the keys and values, those that are no longer needed included.
    qint64 arenaBytes() const;

    void append(const RowView &row);
    void overwrite(quint32 index, const RowView &row);
    void remove(quint32 index);

private:
    static constexpr quint32 PageRows = 128;
    static constexpr quint32 Removed = 0xffff'ffff;
    struct Meta
    {
        const char *bytes = nullptr; // the key, in a block of the page; the value follows it
        qint64 createRevision = 0;
        qint64 modRevision = 0;
        quint32 keySize = 0;
        quint32 valueSize = 0;
        quint32 version = 0; // saturates
        quint32 lease = 0; // its number among the page's leases, from 1; 0: none

        size_t size() const { return size_t(keySize) + valueSize; }
    };
    static_assert(sizeof(Meta) <= 40);
    class Block;
    struct Page
    {
        std::array<Meta, PageRows> rows;
        std::vector<std::shared_ptr<Block>> blocks; // new bytes go to the last one
        std::vector<LeaseId> leases; // few rows have one, and those share it
        size_t bytes = 0; // of all rows that it has had in these blocks
        size_t wasted = 0; // those of them that no row means any more
    };

    const Meta &meta(quint32 index) const { return m_pages[index / PageRows]->rows[index % PageRows]; }
    Page &writablePage(quint32 index);
    static quint32 leaseNumber(Page &page, LeaseId lease);
    static Meta store(Page &page, const RowView &row);
    static void discard(Page &page, const Meta &meta);
    static void compact(Page &page);

    std::array<std::shared_ptr<Page>, Capacity / PageRows> m_pages;
    quint32 m_size = 0;
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
    /// Packs them anew, without so many bytes at the beginning of each key. For chunks of which nobody has
    /// been told.
    void repack(qsizetype shorterBy = 0);
};

/// The same reply in chunks.
RowsReply rowsOf(const RangeReply &reply);

} // namespace slotscope::core
