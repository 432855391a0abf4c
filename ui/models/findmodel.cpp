// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/findmodel.h"

#include "core/table/recordjson.h"
#include "ui/models/changesummary.h"
#include "ui/tooltip.h"

#include <QLocale>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr quintptr GroupId = 0; // else the number of the group, from 1

} // namespace

void FindModel::begin(core::SlotDirectory *directory)
{
    beginResetModel();
    m_directory = directory;
    m_groups.clear();
    m_count = 0;
    endResetModel();
}

size_t FindModel::groupOf(std::optional<core::Slot> slot)
{
    const auto it = std::find_if(m_groups.begin(), m_groups.end(),
                                 [slot](const Group &group) { return group.slot == slot; });
    if (it != m_groups.end())
        return size_t(it - m_groups.begin());
    const core::SlotInfo *info = slot && m_directory ? m_directory->find(*slot) : nullptr;
    const auto row = int(m_groups.size());
    beginInsertRows({}, row, row);
    m_groups.push_back({slot, core::codecFor(info), info ? info->title() : tr("Other keys"), {}});
    endInsertRows();
    return m_groups.size() - 1;
}

void FindModel::add(const std::vector<core::SearchHit> &hits)
{
    for (size_t i = 0; i < hits.size();) {
        size_t end = i + 1;
        while (end < hits.size() && hits[end].slot == hits[i].slot)
            ++end;
        const size_t number = groupOf(hits[i].slot);
        Group &group = m_groups[number];
        const QModelIndex parent = index(int(number), 0);
        const size_t first = group.hits.size();
        beginInsertRows(parent, int(first), int(first + (end - i) - 1));
        for (; i < end; ++i) {
            core::SearchHit hit = hits[i];
            hit.record.key.detach(); // not a part of a page that would be kept for it
            hit.record.value.clear();
            group.hits.push_back(std::move(hit));
            ++m_count;
        }
        endInsertRows();
        Q_EMIT dataChanged(parent, parent, {Qt::DisplayRole});
    }
}

QModelIndex FindModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? quintptr(parent.row()) + 1 : GroupId);
}

QModelIndex FindModel::parent(const QModelIndex &index) const
{
    return index.isValid() && index.internalId() != GroupId
        ? createIndex(int(index.internalId()) - 1, 0, GroupId)
        : QModelIndex();
}

int FindModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return int(m_groups.size());
    const bool isGroup = parent.internalId() == GroupId && parent.column() == 0;
    return isGroup ? int(m_groups[size_t(parent.row())].hits.size()) : 0;
}

int FindModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

QVariant FindModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    if (index.internalId() == GroupId) {
        const Group &group = m_groups[size_t(index.row())];
        if (role == Qt::DisplayRole && index.column() == RecordColumn)
            return tr("%1 (%2)").arg(group.title, QLocale().toString(qint64(group.hits.size())));
        return {};
    }
    const Group &group = m_groups[index.internalId() - 1];
    const core::SearchHit &hit = group.hits[size_t(index.row())];
    switch (role) {
    case Qt::ToolTipRole:
        return index.column() == RevisionColumn ? QVariant()
                                                : QVariant(asTip(index.data(Qt::DisplayRole).toString()));
    case Qt::DisplayRole:
        switch (index.column()) {
        case RecordColumn:
            return keyText(group.codec, hit.record.key);
        case WhereColumn:
            return hit.field;
        case FoundColumn:
            return hit.excerpt;
        case RevisionColumn:
            return QString::number(hit.record.modRevision.value);
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        if (index.column() == RevisionColumn)
            return int(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case KeyRole:
        return hit.record.key;
    case MatchOffsetRole:
        return index.column() == FoundColumn ? QVariant(int(hit.offset)) : QVariant();
    case MatchLengthRole:
        return index.column() == FoundColumn ? QVariant(int(hit.length)) : QVariant();
    default:
        return {};
    }
}

QVariant FindModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case RecordColumn:
        return tr("Record");
    case WhereColumn:
        return tr("Where");
    case FoundColumn:
        return tr("What");
    case RevisionColumn:
        return tr("Modified at");
    default:
        return {};
    }
}

} // namespace slotscope::ui
