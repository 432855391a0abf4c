// SPDX-License-Identifier: GPL-3.0-or-later
//
// The edit session laid over the rows of RecordModel. Ten thousand changes may be staged at once: what they
// make of a record is decoded when somebody looks at it.
#include "ui/models/recordmodel.h"

#include <algorithm>

namespace slotscope::ui {

using core::RowId;

namespace {

/// With more at once, only rows in sight are told of.
constexpr size_t FewKeys = 64;

} // namespace

const RecordModel::Overlay *RecordModel::overlayOf(QByteArrayView key) const
{
    if (m_overlay.isEmpty())
        return nullptr;
    const auto it = m_overlay.constFind(QByteArray::fromRawData(key.data(), key.size()));
    if (it == m_overlay.cend() || (it->settlesAt.value != 0 && it->settlesAt <= m_table->revision()))
        return nullptr;
    return &*it;
}

const RowCache::Row &RecordModel::decodedOverlay(const Overlay &overlay) const
{
    if (!overlay.decoded) {
        overlay.decoded =
            std::make_shared<core::DecodedRow>(core::decodeRow(m_codec, overlay.key, overlay.value));
        if (overlay.base)
            overlay.changed =
                differing(core::decodeRow(m_codec, overlay.key, *overlay.base), *overlay.decoded);
    }
    return overlay.decoded;
}

std::vector<bool> RecordModel::differing(const core::DecodedRow &a, const core::DecodedRow &b) const
{
    std::vector<bool> columns(m_columns.size(), false);
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const core::Value *left = core::cellValue(a, m_columns[i]);
        const core::Value *right = core::cellValue(b, m_columns[i]);
        columns[i] = (left == nullptr) != (right == nullptr) || (left && right && !(*left == *right));
    }
    return columns;
}

void RecordModel::updateOverlay(const QByteArray &key)
{
    if (!m_table->range().contains(key))
        return;
    Overlay overlay {.key = key, .id = m_table->rows().find(key)};
    if (const core::Change *change = m_edits->find(key)) {
        switch (change->kind) {
        case core::Change::Kind::Insert:
            overlay.state = RowState::Inserted;
            break;
        case core::Change::Kind::Update:
            overlay.state = RowState::Edited;
            overlay.base = change->base.value;
            break;
        case core::Change::Kind::Delete:
            overlay.state = RowState::Deleted;
            break;
        }
        if (change->conflict)
            overlay.state = RowState::Conflict;
        overlay.value = change->kind == core::Change::Kind::Delete ? change->base.value : change->value;
    } else if (const core::KeyState *settling = m_edits->settling(key);
               settling && settling->modRevision > m_table->revision()) {
        overlay.settlesAt = settling->modRevision;
        overlay.state = settling->exists ? RowState::Clean : RowState::Deleted;
        overlay.value = settling->value;
    } else {
        m_overlay.remove(key);
        return;
    }
    m_overlay.emplace(key, std::move(overlay));
}

void RecordModel::rebuildOverlays()
{
    QList<QByteArray> keys = m_overlay.keys();
    for (const core::Change &change : m_edits->changes()) {
        if (!m_overlay.contains(change.key))
            keys.append(change.key);
    }
    m_overlay.clear();
    for (const QByteArray &key : std::as_const(keys))
        updateOverlay(key);
}

void RecordModel::noteStored(const core::TableDelta &delta)
{
    if (m_overlay.isEmpty())
        return;
    for (const RowId id : delta.inserted) {
        const core::RowView view = m_table->rows().row(id);
        if (const auto it = m_overlay.find(view.key.toByteArray()); it != m_overlay.end())
            it->id = id;
    }
    if (delta.removed.empty())
        return;
    // The keys of these may be gone.
    std::vector<RowId> removed = delta.removed;
    std::sort(removed.begin(), removed.end());
    for (Overlay &overlay : m_overlay) {
        if (overlay.id && std::binary_search(removed.cbegin(), removed.cend(), *overlay.id))
            overlay.id.reset();
    }
}

void RecordModel::takeSettled(const core::TableDelta &delta)
{
    // Our own commit comes back: what was laid over is decoded already, so that nothing older shows in
    // between.
    if (m_overlay.isEmpty())
        return;
    for (const auto *ids : {&delta.updated, &delta.inserted}) {
        for (const RowId id : *ids) {
            const core::RowView view = m_table->rows().row(id);
            const auto it = m_overlay.find(view.key.toByteArray());
            if (it == m_overlay.end() || it->settlesAt.value == 0)
                continue;
            if (it->settlesAt == view.modRevision && it->decoded)
                m_cache.insert(id, view.modRevision, it->decoded, view.key.size() + view.value.size());
            m_overlay.erase(it);
        }
    }
}

std::vector<QByteArray> RecordModel::currentExtras() const
{
    // Staged keys that the server's rows do not show, in the order of staging; then those just committed, in
    // the order they had.
    std::vector<QByteArray> extras;
    if (m_overlay.isEmpty())
        return extras;
    for (const core::Change &change : m_edits->changes()) {
        const auto it = m_overlay.constFind(change.key);
        if (it != m_overlay.cend() && !it->id)
            extras.push_back(change.key);
    }
    const auto staged = static_cast<std::ptrdiff_t>(extras.size());
    for (const Overlay &overlay : m_overlay) {
        if (overlay.settlesAt > m_table->revision() && overlay.state == RowState::Clean && !overlay.id)
            extras.push_back(overlay.key);
    }
    const auto place = [this](const QByteArray &key) {
        return std::make_pair(std::find(m_extras.cbegin(), m_extras.cend(), key) - m_extras.cbegin(), key);
    };
    std::sort(extras.begin() + staged, extras.end(),
              [&place](const QByteArray &a, const QByteArray &b) { return place(a) < place(b); });
    return extras;
}

bool RecordModel::promotes(const std::vector<QByteArray> &extras) const
{
    if (extras == m_extras)
        return false;
    const QSet<QByteArray> kept(extras.cbegin(), extras.cend());
    return std::any_of(m_extras.cbegin(), m_extras.cend(), [&](const QByteArray &key) {
        return !kept.contains(key) && m_table->rows().find(key);
    });
}

void RecordModel::setExtras(std::vector<QByteArray> extras)
{
    if (extras == m_extras)
        return;
    const auto base = static_cast<int>(m_rows.size());
    if (extras.size() == m_extras.size()) {
        // Another key typed for a new record, which stays where it is.
        m_extras = std::move(extras);
        Q_EMIT dataChanged(index(base, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    const auto front = std::mismatch(m_extras.cbegin(), m_extras.cend(), extras.cbegin(), extras.cend());
    const auto first = front.first - m_extras.cbegin();
    const auto tail = std::mismatch(m_extras.crbegin(), std::make_reverse_iterator(front.first),
                                    extras.crbegin(), std::make_reverse_iterator(front.second))
                          .first
        - m_extras.crbegin();
    const auto oldEnd = static_cast<std::ptrdiff_t>(m_extras.size()) - tail;
    const auto newEnd = static_cast<std::ptrdiff_t>(extras.size()) - tail;
    if (oldEnd > first) {
        beginRemoveRows({}, base + static_cast<int>(first), base + static_cast<int>(oldEnd) - 1);
        m_extras.erase(m_extras.begin() + first, m_extras.begin() + oldEnd);
        endRemoveRows();
    }
    if (newEnd > first) {
        beginInsertRows({}, base + static_cast<int>(first), base + static_cast<int>(newEnd) - 1);
        m_extras = std::move(extras);
        endInsertRows();
    }
}

void RecordModel::takeEdits(const std::vector<QByteArray> &keys)
{
    m_overlay.reserve(m_overlay.size() + qsizetype(keys.size()));
    for (const QByteArray &key : keys)
        updateOverlay(key);
    setExtras(currentExtras());
    std::vector<int> rows;
    if (const Sight seen = sight(); keys.size() > FewKeys && seen.first >= 0) {
        for (int row = seen.first; row <= seen.last; ++row)
            rows.push_back(row);
    } else {
        for (const QByteArray &key : keys) {
            if (const int row = rowOf(key); row >= 0)
                rows.push_back(row);
        }
    }
    rowsChanged(std::move(rows), {});
    Q_EMIT recordsChanged();
}

} // namespace slotscope::ui
