// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/timebook.h"

#include <algorithm>

namespace slotscope::core {

namespace {

auto firstNotBelow(const std::vector<TimeBook::Entry> &entries, Revision revision)
{
    return std::lower_bound(
        entries.cbegin(), entries.cend(), revision,
        [](const TimeBook::Entry &entry, Revision wanted) { return entry.revision < wanted; });
}

} // namespace

void TimeBook::note(Revision revision, const QDateTime &time)
{
    if (revision.value <= 0 || !time.isValid())
        return;
    const auto next = firstNotBelow(m_entries, revision);
    if (next != m_entries.cend() && (next->revision == revision || next->time < time))
        return;
    if (next != m_entries.cbegin()) {
        const Entry &before = *std::prev(next);
        if (time < before.time)
            return;
        // The first of a dense run says when it began, which is what is looked for; the newest of all moves
        // on only after a while, so that a busy etcd fills no book.
        if (before.time.msecsTo(time) < Spacing.count())
            return;
    }
    m_entries.insert(next, {revision, time});
    if (m_entries.size() > m_most)
        thin();
}

void TimeBook::thin()
{
    // Every second one of the older half.
    const size_t half = m_entries.size() / 2;
    size_t kept = 0;
    for (size_t i = 0; i < m_entries.size(); ++i) {
        if (i == 0 || i >= half || i % 2 == 0)
            m_entries[kept++] = m_entries[i];
    }
    m_entries.resize(kept);
}

TimeBook::Span TimeBook::at(Revision revision) const
{
    Span span;
    const auto next = firstNotBelow(m_entries, revision);
    if (next != m_entries.cend())
        span.to = next->time;
    if (next != m_entries.cend() && next->revision == revision)
        span.from = span.to;
    else if (next != m_entries.cbegin())
        span.from = std::prev(next)->time;
    return span;
}

std::optional<Revision> TimeBook::before(const QDateTime &time) const
{
    const auto later =
        std::upper_bound(m_entries.cbegin(), m_entries.cend(), time,
                         [](const QDateTime &wanted, const Entry &entry) { return wanted < entry.time; });
    if (later == m_entries.cbegin())
        return std::nullopt;
    return std::prev(later)->revision;
}

} // namespace slotscope::core
