// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/rowstore.h"

#include "core/base/soleholder.h"

#include <QHash>

#include <algorithm>

namespace slotscope::core {

namespace {

/// A chunk with fewer rows is not taken as it is: the ids that are left out behind it would soon outnumber
/// the rows.
constexpr quint32 FullEnough = RowChunk::Capacity / 2;

quint32 chunkOf(RowId id)
{
    return id.value / RowChunk::Capacity;
}
quint32 indexIn(RowId id)
{
    return id.value % RowChunk::Capacity;
}

} // namespace

bool RowSnapshot::isAlive(RowId id) const
{
    return id.value < m_size && m_chunks[chunkOf(id)]->isAlive(indexIn(id));
}

RowView RowSnapshot::row(RowId id) const
{
    return m_chunks[chunkOf(id)]->row(indexIn(id));
}

RowStore::RowStore() = default;

void RowStore::clear()
{
    *this = RowStore();
}

RowChunk &RowStore::writable(RowId id)
{
    std::shared_ptr<RowChunk> &chunk = m_chunks[chunkOf(id)];
    // Only this thread makes new references from m_chunks, so a count of one stays one.
    if (!isSoleHolder(chunk))
        chunk = std::make_shared<RowChunk>(*chunk);
    return *chunk;
}

RowId RowStore::add(const RowView &row)
{
    const RowId id(m_size);
    if (indexIn(id) == 0)
        m_chunks.push_back(std::make_shared<RowChunk>());
    writable(id).append(row);
    ++m_size;
    m_payloadBytes += row.key.size() + row.value.size();
    return id;
}

void RowStore::append(const std::vector<KeyValue> &kvs)
{
    m_keyOrder.reserve(m_keyOrder.size() + kvs.size());
    for (const KeyValue &kv : kvs)
        m_keyOrder.push_back(add(viewOf(kv)));
}

RowStore::Run RowStore::append(const std::shared_ptr<RowChunk> &chunk)
{
    const bool isTaken = chunk->size() >= FullEnough;
    if (isTaken) {
        m_size = static_cast<quint32>(m_chunks.size()) * RowChunk::Capacity;
        m_chunks.push_back(chunk);
        m_payloadBytes += chunk->arenaBytes();
    }
    const Run run {.first = m_size, .count = chunk->size()};
    for (quint32 i = 0; i < run.count; ++i)
        m_keyOrder.push_back(isTaken ? RowId(m_size++) : add(chunk->row(i)));
    return run;
}

std::vector<RowId>::const_iterator RowStore::lowerBound(QByteArrayView key) const
{
    return std::lower_bound(
        m_keyOrder.cbegin(), m_keyOrder.cend(), key,
        [this](RowId id, QByteArrayView wanted) { return m_chunks[chunkOf(id)]->key(indexIn(id)) < wanted; });
}

std::optional<RowId> RowStore::find(QByteArrayView key) const
{
    const auto it = lowerBound(key);
    if (it == m_keyOrder.cend() || row(*it).key != key)
        return std::nullopt;
    return *it;
}

bool RowStore::isAlive(RowId id) const
{
    return id.value < m_size && m_chunks[chunkOf(id)]->isAlive(indexIn(id));
}

RowView RowStore::row(RowId id) const
{
    return m_chunks[chunkOf(id)]->row(indexIn(id));
}

TableDelta RowStore::apply(const std::vector<Event> &events)
{
    TableDelta delta;
    QHash<QByteArrayView, const Event *> last;
    for (const Event &event : events) {
        last.insert(event.kv.key, &event);
        delta.revision = std::max(delta.revision, event.kv.modRevision);
    }

    // Everything is looked up before the order changes: a removed row's key may be gone from the arena.
    std::vector<std::pair<std::ptrdiff_t, RowId>> removed;
    std::vector<const Event *> created;
    for (const Event *event : std::as_const(last)) {
        const auto it = lowerBound(event->kv.key);
        const bool found = it != m_keyOrder.cend() && row(*it).key == event->kv.key;
        if (event->type == EventType::Delete) {
            if (found)
                removed.emplace_back(it - m_keyOrder.cbegin(), *it);
        } else if (!found) {
            created.push_back(event);
        } else if (const RowView before = row(*it); before.modRevision < event->kv.modRevision) {
            m_payloadBytes += event->kv.value.size() - before.value.size();
            writable(*it).overwrite(indexIn(*it), viewOf(event->kv));
            delta.updated.push_back(*it);
        }
    }

    std::sort(removed.begin(), removed.end());
    if (!removed.empty()) {
        // The stretches between them move down, each as a whole.
        auto kept = m_keyOrder.begin() + removed.front().first;
        for (size_t i = 0; i < removed.size(); ++i) {
            const auto end =
                i + 1 < removed.size() ? m_keyOrder.begin() + removed[i + 1].first : m_keyOrder.end();
            kept = std::move(m_keyOrder.begin() + removed[i].first + 1, end, kept);
        }
        m_keyOrder.erase(kept, m_keyOrder.end());
    }
    for (const auto &[position, id] : removed) {
        const RowView view = row(id);
        m_payloadBytes -= view.key.size() + view.value.size();
        writable(id).remove(indexIn(id));
        delta.removed.push_back(id);
    }

    std::sort(created.begin(), created.end(),
              [](const Event *a, const Event *b) { return a->kv.key < b->kv.key; });
    std::vector<std::pair<std::ptrdiff_t, RowId>> inserted;
    inserted.reserve(created.size());
    for (const Event *event : created) {
        const std::ptrdiff_t position = lowerBound(event->kv.key) - m_keyOrder.cbegin();
        const RowId id = add(viewOf(event->kv));
        inserted.emplace_back(position, id);
        delta.inserted.push_back(id);
    }
    if (!inserted.empty()) {
        // From the back, each stretch between two of them moved up once.
        auto readEnd = std::ssize(m_keyOrder);
        m_keyOrder.resize(m_keyOrder.size() + inserted.size());
        auto write = m_keyOrder.end();
        for (auto it = inserted.crbegin(); it != inserted.crend(); ++it) {
            write = std::move_backward(m_keyOrder.begin() + it->first, m_keyOrder.begin() + readEnd, write);
            *--write = it->second;
            readEnd = it->first;
        }
    }
    return delta;
}

qint64 RowStore::arenaBytes() const
{
    qint64 bytes = 0;
    for (const auto &chunk : m_chunks)
        bytes += chunk->arenaBytes();
    return bytes;
}

RowSnapshot RowStore::snapshot() const
{
    RowSnapshot result;
    result.m_chunks.assign(m_chunks.cbegin(), m_chunks.cend());
    result.m_size = m_size;
    return result;
}

TableDelta joined(const std::vector<TableDelta> &deltas, const RowStore &now)
{
    TableDelta all;
    const auto add = [&now](std::vector<RowId> *to, const std::vector<RowId> &from, bool alive) {
        std::copy_if(from.cbegin(), from.cend(), std::back_inserter(*to),
                     [&](RowId id) { return now.isAlive(id) == alive; });
    };
    for (const TableDelta &delta : deltas) {
        add(&all.inserted, delta.inserted, true);
        add(&all.updated, delta.updated, true);
        add(&all.removed, delta.removed, false);
        all.revision = delta.revision;
    }
    // Changed several times, or changed after it came: once is enough.
    std::sort(all.updated.begin(), all.updated.end());
    all.updated.erase(std::unique(all.updated.begin(), all.updated.end()), all.updated.end());
    std::vector<RowId> inserted = all.inserted;
    std::sort(inserted.begin(), inserted.end());
    std::erase_if(all.updated, [&inserted](RowId id) {
        return std::binary_search(inserted.cbegin(), inserted.cend(), id);
    });
    return all;
}

} // namespace slotscope::core
