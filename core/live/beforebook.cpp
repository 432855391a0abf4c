// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/beforebook.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qint64 EntryBytes = 200; // of a remembered key beside its bytes, about

} // namespace

BeforeBook::BeforeBook(qint64 mostBytes)
    : m_mostBytes(mostBytes)
{
}

LoggedEvent BeforeBook::take(const Event &event)
{
    LoggedEvent logged {event};
    if (event.isCreate()) {
        logged.event.prevKv.reset();
        logged.before = LoggedEvent::Before::Absent;
    } else if (event.prevKv) {
        logged.before = LoggedEvent::Before::Known;
    } else if (const auto known = m_byKey.constFind(event.kv.key); known != m_byKey.cend()) {
        logged.event.prevKv = (*known)->state;
    } else {
        logged.event.prevKv = fromRows(event);
    }
    if (logged.event.prevKv)
        logged.before = LoggedEvent::Before::Known;
    remember(event);
    return logged;
}

std::optional<KeyValue> BeforeBook::fromRows(const Event &event) const
{
    const auto row = m_rows ? m_rows(event.kv.key) : std::nullopt;
    if (!row || row->kv.modRevision >= event.kv.modRevision)
        return std::nullopt;
    // A put counts the versions of its key. A deletion does not, so the table must not lag behind what was
    // forgotten here.
    const bool isTheOneBefore = event.type == EventType::Put
        ? row->kv.createRevision == event.kv.createRevision && row->kv.version == event.kv.version - 1
        : row->tableRevision >= m_forgotten;
    return isTheOneBefore ? std::optional(row->kv) : std::nullopt;
}

void BeforeBook::remember(const Event &event)
{
    Known known {event.kv.key, std::nullopt, EntryBytes + event.kv.key.size() + event.kv.value.size(),
                 event.kv.modRevision};
    if (event.type == EventType::Put)
        known.state = event.kv;
    m_bytes += known.bytes;
    if (const auto old = m_byKey.constFind(event.kv.key); old != m_byKey.cend()) {
        m_bytes -= (*old)->bytes;
        **old = std::move(known);
        m_known.splice(m_known.begin(), m_known, *old);
    } else {
        m_known.push_front(std::move(known));
        m_byKey.insert(event.kv.key, m_known.begin());
    }
    while (m_bytes > m_mostBytes && !m_known.empty()) {
        const Known &oldest = m_known.back();
        m_forgotten = std::max(m_forgotten, oldest.revision);
        m_bytes -= oldest.bytes;
        m_byKey.remove(oldest.key);
        m_known.pop_back();
    }
}

void BeforeBook::clear(Revision missed)
{
    m_known.clear();
    m_byKey.clear();
    m_bytes = 0;
    m_forgotten = missed;
}

} // namespace slotscope::core
