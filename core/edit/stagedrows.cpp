// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/stagedrows.h"

#include <algorithm>

namespace slotscope::core {

StagedRows::StagedRows(const LiveTable &table, const EditSession &session)
    : m_range(table.range())
    , m_rows(table.rows().snapshot())
    , m_keyOrder(table.rows().keyOrder())
{
    for (const Change &change : session.changes()) {
        if (!m_range.contains(change.key))
            continue;
        m_changes.insert(change.key, change);
        if (change.kind != Change::Kind::Delete && !table.rows().find(change.key))
            m_inserted.push_back(change.key);
    }
}

RowChoice StagedRows::all() const
{
    return {m_keyOrder, m_inserted};
}

StagedRow StagedRows::overlaid(StagedRow row) const
{
    if (const auto it = m_changes.constFind(row.key); it != m_changes.cend())
        row.change = *it;
    return row;
}

StagedRow StagedRows::at(const RowChoice &choice, size_t position) const
{
    if (position >= choice.rows.size())
        return at(choice.extras[position - choice.rows.size()]);
    const KeyValue kv = m_rows.row(choice.rows[position]).toKeyValue();
    return overlaid({kv.key, KeyState::of(kv), std::nullopt});
}

StagedRow StagedRows::at(const QByteArray &key) const
{
    const size_t position = lowerBound(key);
    if (position < m_keyOrder.size()) {
        const RowView view = m_rows.row(m_keyOrder[position]);
        if (view.key == key)
            return overlaid({key, KeyState::of(view.toKeyValue()), std::nullopt});
    }
    return overlaid({key, KeyState::absent(), std::nullopt});
}

std::optional<RowView> StagedRows::stored(const RowChoice &choice, size_t position) const
{
    if (position >= choice.rows.size() || !m_rows.isAlive(choice.rows[position]))
        return std::nullopt;
    return m_rows.row(choice.rows[position]);
}

bool StagedRows::holds(const QByteArray &key) const
{
    const size_t position = lowerBound(key);
    return m_changes.contains(key)
        || (position < m_keyOrder.size() && m_rows.row(m_keyOrder[position]).key == key);
}

std::optional<RowView> StagedRows::lastWithPrefix(const QByteArray &prefix) const
{
    const auto behind = std::partition_point(m_keyOrder.cbegin(), m_keyOrder.cend(), [&](RowId id) {
        const QByteArrayView key = m_rows.row(id).key;
        return key.first(std::min(key.size(), prefix.size())) <= QByteArrayView(prefix);
    });
    if (behind == m_keyOrder.cbegin())
        return std::nullopt;
    const RowView view = m_rows.row(*std::prev(behind));
    return view.key.startsWith(prefix) ? std::optional(view) : std::nullopt;
}

size_t StagedRows::lowerBound(const QByteArray &key) const
{
    const auto it = std::partition_point(m_keyOrder.cbegin(), m_keyOrder.cend(),
                                         [&](RowId id) { return m_rows.row(id).key < key; });
    return static_cast<size_t>(it - m_keyOrder.cbegin());
}

} // namespace slotscope::core
