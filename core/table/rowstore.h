// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"
#include "core/etcd/rowchunk.h"

#include <memory>
#include <optional>
#include <vector>

namespace slotscope::core {

/// A frozen view of a RowStore: cheap to make, safe on any thread.
class RowSnapshot
{
public:
    /// Row ids run from 0 to size()-1; some are of removed rows, or of none.
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
    struct Run
    {
        quint32 first = 0; ///< row id
        quint32 count = 0;
    };
    /// The same with the rows of a chunk, which is taken as it is where it is full enough. Returns the ids
    /// that the rows got.
    Run append(const std::shared_ptr<RowChunk> &chunk);
    /// Applies events in order; several of one key count once.
    TableDelta apply(const std::vector<Event> &events);

    /// Makes room for so many.
    void reserve(size_t rows) { m_keyOrder.reserve(rows); }

    size_t count() const { return m_keyOrder.size(); }
    /// Row ids run from 0 to idCount()-1; some are of removed rows, or of none.
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
    RowId add(const RowView &row);
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
