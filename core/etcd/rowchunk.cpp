// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/rowchunk.h"

#include "core/base/soleholder.h"

#include <algorithm>
#include <atomic>
#include <limits>

namespace slotscope::core {

namespace {

/// A page with less of it is not worth to be written anew.
constexpr size_t SmallestWaste = 8 * 1024;
/// New blocks have room for this part of what the page has.
constexpr size_t BlockShare = 8;
constexpr size_t SmallestBlock = 1024;
constexpr size_t LargestBlock = 256 * 1024; // but for a larger row
/// Among so many of the leases that came last it is looked whether one is known already.
constexpr size_t LeasesLookedAt = 8;

} // namespace

/// Bytes that do not change once they are written. Copies of a page go on in the same block, each behind what
/// the others have written.
class RowChunk::Block
{
public:
    explicit Block(size_t capacity)
        : m_bytes(std::make_unique_for_overwrite<char[]>(capacity))
        , m_capacity(capacity)
    {
    }

    /// Room for so many, for the caller alone; null pointer where there is not as much.
    char *take(size_t bytes)
    {
        size_t used = m_used.load(std::memory_order_relaxed);
        do {
            if (m_capacity - used < bytes)
                return nullptr;
        } while (!m_used.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
        return m_bytes.get() + used;
    }

private:
    std::unique_ptr<char[]> m_bytes;
    size_t m_capacity;
    std::atomic<size_t> m_used = 0;
};

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
    while (m_size < rows.size()) {
        const auto part = rows.subspan(m_size, std::min<size_t>(PageRows, rows.size() - m_size));
        size_t bytes = 0;
        for (const RowView &row : part)
            bytes += static_cast<size_t>(row.key.size() + row.value.size());
        auto page = std::make_shared<Page>();
        page->blocks.push_back(std::make_shared<Block>(bytes));
        std::transform(part.begin(), part.end(), page->rows.begin(),
                       [&page](const RowView &row) { return store(*page, row); });
        m_pages[m_size / PageRows] = std::move(page);
        m_size += static_cast<quint32>(part.size());
    }
}

RowView RowChunk::row(quint32 index) const
{
    const Page &page = *m_pages[index / PageRows];
    const Meta &meta = page.rows[index % PageRows];
    const bool hasLease = meta.lease != 0 && meta.lease != Removed;
    return {QByteArrayView(meta.bytes, meta.keySize),
            QByteArrayView(meta.bytes + meta.keySize, meta.valueSize),
            Revision(meta.createRevision),
            Revision(meta.modRevision),
            meta.version,
            hasLease ? page.leases[meta.lease - 1] : LeaseId()};
}

qint64 RowChunk::arenaBytes() const
{
    qint64 bytes = 0;
    for (quint32 i = 0; i < m_size; i += PageRows)
        bytes += static_cast<qint64>(m_pages[i / PageRows]->bytes);
    return bytes;
}

RowChunk::Page &RowChunk::writablePage(quint32 index)
{
    std::shared_ptr<Page> &page = m_pages[index / PageRows];
    // Whoever writes is the only one who knows this chunk, and so the only one who makes new references.
    if (!isSoleHolder(page))
        page = std::make_shared<Page>(*page);
    return *page;
}

quint32 RowChunk::leaseNumber(Page &page, LeaseId lease)
{
    if (lease.value == 0)
        return 0;
    std::vector<LeaseId> &leases = page.leases;
    const size_t first = leases.size() - std::min(leases.size(), LeasesLookedAt);
    auto it = std::find(leases.cbegin() + static_cast<std::ptrdiff_t>(first), leases.cend(), lease);
    if (it == leases.cend()) {
        leases.push_back(lease);
        it = leases.cend() - 1;
    }
    return static_cast<quint32>(it - leases.cbegin()) + 1;
}

RowChunk::Meta RowChunk::store(Page &page, const RowView &row)
{
    const auto size = static_cast<size_t>(row.key.size() + row.value.size());
    char *bytes = page.blocks.empty() ? nullptr : page.blocks.back()->take(size);
    if (!bytes) {
        const size_t usual = std::clamp(page.bytes / BlockShare, SmallestBlock, LargestBlock);
        page.blocks.push_back(std::make_shared<Block>(std::max(size, usual)));
        bytes = page.blocks.back()->take(size);
    }
    page.bytes += size;
    std::copy(row.value.cbegin(), row.value.cend(), std::copy(row.key.cbegin(), row.key.cend(), bytes));
    return {
        .bytes = bytes,
        .createRevision = row.createRevision.value,
        .modRevision = row.modRevision.value,
        .keySize = static_cast<quint32>(row.key.size()),
        .valueSize = static_cast<quint32>(row.value.size()),
        .version =
            static_cast<quint32>(std::clamp<qint64>(row.version, 0, std::numeric_limits<quint32>::max())),
        .lease = leaseNumber(page, row.lease),
    };
}

void RowChunk::append(const RowView &row)
{
    const quint32 at = m_size % PageRows;
    if (at == 0)
        m_pages[m_size / PageRows] = std::make_shared<Page>();
    Page &page = writablePage(m_size);
    page.rows[at] = store(page, row);
    ++m_size;
    if (at + 1 == PageRows)
        compact(page); // it does not grow any more
}

void RowChunk::overwrite(quint32 index, const RowView &row)
{
    Page &page = writablePage(index);
    const Meta old = std::exchange(page.rows[index % PageRows], store(page, row));
    discard(page, old);
}

void RowChunk::remove(quint32 index)
{
    Page &page = writablePage(index);
    const Meta old = page.rows[index % PageRows];
    page.rows[index % PageRows].lease = Removed;
    discard(page, old);
}

void RowChunk::discard(Page &page, const Meta &meta)
{
    page.wasted += meta.size();
    if (page.wasted >= SmallestWaste && page.wasted >= page.bytes / 2)
        compact(page);
}

void RowChunk::compact(Page &page)
{
    // These hold the bytes until they are copied.
    const std::vector<std::shared_ptr<Block>> blocks = std::exchange(page.blocks, {});
    const std::vector<LeaseId> leases = std::exchange(page.leases, {});
    const auto block = std::make_shared<Block>(page.bytes - page.wasted);
    page.blocks.push_back(block);
    for (Meta &row : page.rows) {
        if (row.lease == Removed) {
            row.bytes = nullptr;
            row.keySize = row.valueSize = 0;
            continue;
        }
        if (row.lease != 0)
            row.lease = leaseNumber(page, leases[row.lease - 1]);
        char *bytes = block->take(row.size());
        std::copy_n(row.bytes, row.size(), bytes);
        row.bytes = bytes;
    }
    page.bytes -= page.wasted;
    page.wasted = 0;
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

void RowsReply::repack(qsizetype shorterBy)
{
    std::vector<RowView> views;
    views.reserve(static_cast<size_t>(rows));
    for (const auto &chunk : chunks) {
        for (quint32 i = 0; i < chunk->size(); ++i) {
            RowView row = chunk->row(i);
            row.key = row.key.sliced(std::min(shorterBy, row.key.size()));
            views.push_back(row);
        }
    }
    const auto before = std::exchange(chunks, {}); // what the views point to
    setRows(views);
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
