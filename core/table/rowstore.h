// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/etcd/messages.h"

#include <QByteArrayView>

#include <memory>
#include <optional>
#include <vector>

namespace slotscope::core {

/// One row's raw bytes and revisions. The views stay valid as long as the snapshot (or, from RowStore, until
/// its next change).
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

/// Up to RowChunk::Capacity rows over one arena of bytes. Readers never see it change.
class RowChunk
{
public:
    static constexpr quint32 Capacity = 4096;

    quint32 size() const { return static_cast<quint32>(m_meta.size()); }
    bool isAlive(quint32 index) const { return m_meta[index].alive; }
    RowView row(quint32 index) const;
    qint64 arenaBytes() const { return static_cast<qint64>(m_arena.size()); }

private:
    friend class RowStore;
    struct Meta
    {
        quint64 offset = 0; // of the key in the arena; the value follows it
        qint64 createRevision = 0;
        qint64 modRevision = 0;
        qint64 lease = 0;
        quint32 keySize = 0;
        quint32 valueSize = 0;
        quint32 version = 0; // saturates
        bool alive = false;
    };
    void append(const KeyValue &kv);
    void overwrite(quint32 index, const KeyValue &kv);
    void remove(quint32 index);
    Meta store(const KeyValue &kv);
    void discard(const Meta &meta);

    std::vector<char> m_arena;
    std::vector<Meta> m_meta;
    size_t m_wasted = 0; // bytes of the arena that no row means any more
};

/// A frozen view of a RowStore: cheap to make, safe on any thread.
class RowSnapshot
{
public:
    /// Row ids run from 0 to size()-1; some are of removed rows.
    quint32 size() const { return m_size; }
    size_t chunkCount() const { return m_chunks.size(); }
    bool isAlive(RowId id) const;
    RowView row(RowId id) const;

private:
    friend class RowStore;
    std::vector<std::shared_ptr<const RowChunk>> m_chunks;
    quint32 m_size = 0;
};

/// What one batch of events did to a table. A row is in at most one of the lists.
struct TableDelta
{
    std::vector<RowId> inserted;
    std::vector<RowId> updated;
    std::vector<RowId> removed;
    Revision revision; ///< the store is complete up to here

    bool isEmpty() const { return inserted.empty() && updated.empty() && removed.empty(); }
};

/// The rows of one key range as the server has them: immutable chunks, copied on write while a snapshot holds
/// them. Belongs to one thread; snapshots may go anywhere.
class RowStore
{
public:
    RowStore();
    RowStore(RowStore &&) noexcept = default;
    RowStore &operator=(RowStore &&) noexcept = default;

    void clear();
    /// Adds rows that sort behind all present ones (a page of a range read).
    void append(const std::vector<KeyValue> &kvs);
    /// Applies events in order; several of one key count once.
    TableDelta apply(const std::vector<Event> &events);

    size_t count() const { return m_keyOrder.size(); }
    /// Row ids run from 0 to idCount()-1; some are of removed rows.
    quint32 idCount() const { return m_size; }
    /// Of the living rows' keys and values.
    qint64 payloadBytes() const { return m_payloadBytes; }
    /// What the rows take up, no longer needed bytes included.
    qint64 arenaBytes() const;
    std::optional<RowId> find(QByteArrayView key) const;
    bool isAlive(RowId id) const;
    /// Of a removed row: its key and value may be gone.
    RowView row(RowId id) const;
    /// The living rows in the order of their keys.
    const std::vector<RowId> &keyOrder() const { return m_keyOrder; }
    RowSnapshot snapshot() const;

private:
    RowChunk &writable(RowId id);
    RowId add(const KeyValue &kv);
    std::vector<RowId>::const_iterator lowerBound(QByteArrayView key) const;

    std::vector<std::shared_ptr<RowChunk>> m_chunks;
    std::vector<RowId> m_keyOrder;
    quint32 m_size = 0;
    qint64 m_payloadBytes = 0;
};

/// Several deltas that followed one another as one, told from the rows as they are now. A row that came and
/// went meanwhile is in none of its lists.
TableDelta joined(const std::vector<TableDelta> &deltas, const RowStore &now);

} // namespace slotscope::core
