// SPDX-License-Identifier: GPL-3.0-or-later
//
// The part of SlotTreeModel that keeps plain keys as a tree of paths, and its filter.
#include "ui/models/slottreenode.h"

#include <numeric>

namespace slotscope::ui {

namespace {

// One child of a folder and the keys that it stands for. The keys of a child are neighbours in a sorted list.
struct Segment
{
    QByteArray order; // the folder's prefix with its slash, or the key
    bool isFolder = false;
    const QByteArray *end = nullptr;
};

// `prefixLength`: of the folder that the keys are in; 0: of the top level, where a leading slash belongs to
// the name.
Segment firstSegment(const QByteArray *first, const QByteArray *last, qsizetype prefixLength)
{
    const qsizetype from = prefixLength == 0 && first->startsWith('/') ? 1 : prefixLength;
    const qsizetype slash = first->indexOf('/', from);
    if (slash < 0)
        return {*first, false, first + 1};
    Segment segment {first->left(slash + 1), true, first + 1};
    while (segment.end != last && segment.end->startsWith(segment.order))
        ++segment.end;
    return segment;
}

} // namespace

void SlotTreeModel::setKeysNote(const QString &note)
{
    if (m_keysNote == note)
        return;
    m_keysNote = note;
    const QModelIndex index = groupIndex(Group::PlainKeys);
    Q_EMIT dataChanged(index, index,
                       {Qt::ToolTipRole, Qt::DecorationRole, Qt::AccessibleTextRole, WarningRole});
}

std::unique_ptr<SlotTreeModel::Node> SlotTreeModel::makeKeyNode(Node *parent, const QByteArray &order,
                                                                bool isFolder, KeySpan keys)
{
    auto node = std::make_unique<Node>();
    node->kind = isFolder ? Kind::Folder : Kind::Key;
    node->parent = parent;
    node->group = Group::PlainKeys;
    node->order = order;
    node->count = keys.second - keys.first;
    while (isFolder && keys.first != keys.second) {
        const Segment segment = firstSegment(keys.first, keys.second, order.size());
        node->children.push_back(
            makeKeyNode(node.get(), segment.order, segment.isFolder, {keys.first, segment.end}));
        keys.first = segment.end;
    }
    return node;
}

void SlotTreeModel::addKeys(const std::vector<QByteArray> &sortedKeys)
{
    if (!sortedKeys.empty())
        addKeys(group(Group::PlainKeys), {sortedKeys.data(), sortedKeys.data() + sortedKeys.size()});
}

qint64 SlotTreeModel::addKeys(Node *folder, KeySpan keys)
{
    const qsizetype prefixLength = folder->kind == Kind::Folder ? folder->order.size() : 0;
    qint64 added = 0;
    while (keys.first != keys.second) {
        Segment segment = firstSegment(keys.first, keys.second, prefixLength);
        const size_t row = folder->lowerBound(segment.order);
        const bool atEnd = row == folder->children.size();
        if (!atEnd && folder->children[row]->order == segment.order) {
            if (segment.isFolder)
                added += addKeys(folder->children[row].get(), {keys.first, segment.end});
            keys.first = segment.end;
            continue;
        }
        // New neighbours are inserted together.
        const QByteArray *next = atEnd ? nullptr : &folder->children[row]->order;
        std::vector<std::unique_ptr<Node>> fresh;
        while (!next || segment.order < *next) {
            fresh.push_back(makeKeyNode(folder, segment.order, segment.isFolder, {keys.first, segment.end}));
            added += fresh.back()->count;
            keys.first = segment.end;
            if (keys.first == keys.second)
                break;
            segment = firstSegment(keys.first, keys.second, prefixLength);
        }
        const int position = static_cast<int>(row);
        beginInsertRows(indexOf(folder), position, position + static_cast<int>(fresh.size()) - 1);
        folder->children.insert(folder->children.begin() + position, std::make_move_iterator(fresh.begin()),
                                std::make_move_iterator(fresh.end()));
        endInsertRows();
    }
    if (added != 0) {
        folder->count += added;
        countChanged(folder);
    }
    return added;
}

void SlotTreeModel::removeKeys(const std::vector<QByteArray> &sortedKeys)
{
    if (!sortedKeys.empty())
        removeKeys(group(Group::PlainKeys), {sortedKeys.data(), sortedKeys.data() + sortedKeys.size()});
}

qint64 SlotTreeModel::removeKeys(Node *folder, KeySpan keys)
{
    const qsizetype prefixLength = folder->kind == Kind::Folder ? folder->order.size() : 0;
    qint64 removed = 0;
    std::vector<int> doomed;
    while (keys.first != keys.second) {
        const Segment segment = firstSegment(keys.first, keys.second, prefixLength);
        const KeySpan span {keys.first, segment.end};
        keys.first = segment.end;
        const size_t row = folder->lowerBound(segment.order);
        if (row == folder->children.size() || folder->children[row]->order != segment.order)
            continue;
        Node *child = folder->children[row].get();
        if (child->kind == Kind::Folder && child->count > span.second - span.first) {
            removed += removeKeys(child, span);
            if (child->count > 0)
                continue;
        } else {
            removed += child->count;
        }
        doomed.push_back(static_cast<int>(row));
    }
    // Neighbours go together, from the end, so that the rows before stay what they are.
    for (size_t end = doomed.size(); end > 0;) {
        size_t begin = end - 1;
        while (begin > 0 && doomed[begin - 1] == doomed[begin] - 1)
            --begin;
        const int first = doomed[begin];
        const int last = doomed[end - 1];
        beginRemoveRows(indexOf(folder), first, last);
        folder->children.erase(folder->children.begin() + first, folder->children.begin() + last + 1);
        endRemoveRows();
        end = begin;
    }
    if (removed != 0) {
        folder->count -= removed;
        countChanged(folder);
    }
    return removed;
}

QModelIndex SlotTreeModel::keyIndex(const QByteArray &key) const
{
    const Node *node = group(Group::PlainKeys);
    for (;;) {
        const qsizetype prefixLength = node->kind == Kind::Folder ? node->order.size() : 0;
        const Segment segment = firstSegment(&key, &key + 1, prefixLength);
        const size_t row = node->lowerBound(segment.order);
        if (row == node->children.size() || node->children[row]->order != segment.order)
            return {};
        node = node->children[row].get();
        if (!segment.isFolder)
            return indexOf(node);
    }
}

SlotTreeFilter::SlotTreeFilter(QObject *parent)
    : QSortFilterProxyModel(parent)
{
    setFilterCaseSensitivity(Qt::CaseInsensitive);
    setFilterRole(SlotTreeModel::FilterRole);
    setRecursiveFilteringEnabled(true);
    setAutoAcceptChildRows(true);
}

bool SlotTreeFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    // A group is shown for its children only.
    const QString text = index.data(SlotTreeModel::FilterRole).toString();
    return !text.isEmpty() && QSortFilterProxyModel::filterAcceptsRow(row, parent);
}

} // namespace slotscope::ui
