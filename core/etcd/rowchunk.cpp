// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/rowchunk.h"

#include <algorithm>
#include <limits>

namespace slotscope::core {

namespace {

constexpr size_t SmallestWaste = 64 * 1024;
/// Among so many of the leases that came last it is looked whether one is known already.
constexpr size_t LeasesLookedAt = 8;

} // namespace

KeyValue RowView::toKeyValue() const
{
    return {key.toByteArray(), value.toByteArray(), createRevision, modRevision, version, lease};
}

RowView viewOf(const KeyValue &kv)
{
    return {kv.key, kv.value, kv.createRevision, kv.modRevision, kv.version, kv.lease};
}

RowChunk::RowChunk(std::span<const RowView> rows)
{
    size_t bytes = 0;
    for (const RowView &row : rows)
        bytes += static_cast<size_t>(row.key.size() + row.value.size());
    m_arena.reserve(bytes);
    m_rows.reserve(rows.size());
    for (const RowView &row : rows)
        m_rows.push_back(store(row));
}

RowView RowChunk::row(quint32 index) const
{
    const Meta &meta = m_rows[index];
    const char *bytes = m_arena.data() + meta.offset;
    const bool hasLease = meta.lease != 0 && meta.lease != Removed;
    return {QByteArrayView(bytes, meta.keySize),
            QByteArrayView(bytes + meta.keySize, meta.valueSize),
            Revision(meta.createRevision),
            Revision(meta.modRevision),
            meta.version,
            hasLease ? m_leases[meta.lease - 1] : LeaseId()};
}

quint32 RowChunk::leaseNumber(LeaseId lease)
{
    if (lease.value == 0)
        return 0;
    const size_t first = m_leases.size() - std::min(m_leases.size(), LeasesLookedAt);
    auto it = std::find(m_leases.cbegin() + static_cast<std::ptrdiff_t>(first), m_leases.cend(), lease);
    if (it == m_leases.cend()) {
        m_leases.push_back(lease);
        it = m_leases.cend() - 1;
    }
    return static_cast<quint32>(it - m_leases.cbegin()) + 1;
}

RowChunk::Meta RowChunk::store(const RowView &row)
{
    const Meta meta {
        .offset = m_arena.size(),
        .createRevision = row.createRevision.value,
        .modRevision = row.modRevision.value,
        .keySize = static_cast<quint32>(row.key.size()),
        .valueSize = static_cast<quint32>(row.value.size()),
        .version =
            static_cast<quint32>(std::clamp<qint64>(row.version, 0, std::numeric_limits<quint32>::max())),
        .lease = leaseNumber(row.lease),
    };
    m_arena.insert(m_arena.end(), row.key.cbegin(), row.key.cend());
    m_arena.insert(m_arena.end(), row.value.cbegin(), row.value.cend());
    return meta;
}

void RowChunk::append(const RowView &row)
{
    m_rows.push_back(store(row));
    if (m_rows.size() == Capacity) {
        m_arena.shrink_to_fit();
        m_rows.shrink_to_fit();
    }
}

void RowChunk::overwrite(quint32 index, const RowView &row)
{
    const Meta old = m_rows[index];
    m_rows[index] = store(row);
    discard(old);
}

void RowChunk::remove(quint32 index)
{
    const Meta old = m_rows[index];
    m_rows[index].lease = Removed;
    discard(old);
}

void RowChunk::discard(const Meta &meta)
{
    m_wasted += meta.keySize + meta.valueSize;
    if (m_wasted < SmallestWaste || m_wasted < m_arena.size() / 2)
        return;
    const std::vector<char> before = std::exchange(m_arena, {});
    const std::vector<LeaseId> leases = std::exchange(m_leases, {});
    m_arena.reserve(before.size() - m_wasted);
    for (Meta &row : m_rows) {
        if (row.lease == Removed) {
            row.offset = 0;
            row.keySize = row.valueSize = 0;
            continue;
        }
        if (row.lease != 0)
            row.lease = leaseNumber(leases[row.lease - 1]);
        const auto begin = before.cbegin() + static_cast<std::ptrdiff_t>(row.offset);
        row.offset = m_arena.size();
        m_arena.insert(m_arena.end(), begin,
                       begin + static_cast<std::ptrdiff_t>(row.keySize)
                           + static_cast<std::ptrdiff_t>(row.valueSize));
    }
    m_wasted = 0;
}

void RowsReply::setRows(std::span<const RowView> views)
{
    chunks.clear();
    rows = static_cast<qint64>(views.size());
    bytes = 0;
    for (size_t i = 0; i < views.size(); i += RowChunk::Capacity) {
        chunks.push_back(std::make_shared<RowChunk>(
            views.subspan(i, std::min<size_t>(RowChunk::Capacity, views.size() - i))));
        bytes += chunks.back()->arenaBytes();
    }
}

RowsReply rowsOf(const RangeReply &reply)
{
    std::vector<RowView> views;
    views.reserve(reply.kvs.size());
    std::transform(reply.kvs.cbegin(), reply.kvs.cend(), std::back_inserter(views), viewOf);
    RowsReply rows {.header = reply.header, .more = reply.more, .count = reply.count};
    rows.setRows(views);
    return rows;
}

} // namespace slotscope::core
