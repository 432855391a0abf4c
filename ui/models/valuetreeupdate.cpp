// SPDX-License-Identifier: GPL-3.0-or-later
//
// How ValueTreeModel takes in a new value by its differences.
#include "core/value/notation.h"
#include "ui/models/valuetreenode.h"

#include <QHash>
#include <QSet>

namespace slotscope::ui {

using core::Value;

namespace {

constexpr int MostSteps = 64; // of rows added, dropped or moved one after the other

// What tells members apart: their keys, and of equal keys which one it is.
std::vector<QByteArray> identities(const core::MemberList &members)
{
    std::vector<QByteArray> out;
    out.reserve(members.size());
    QHash<QByteArray, int> seen;
    for (const core::Member &member : members) {
        QByteArray key = core::toNotation(member.key);
        const int nth = seen[key]++;
        out.push_back(nth == 0 ? key : key + '#' + QByteArray::number(nth));
    }
    return out;
}

} // namespace

// `value`: of the parent, once the rows are there.
void ValueTreeModel::addRows(Node *parent, int first, int count, const Value &value)
{
    if (count <= 0)
        return;
    beginInsertRows(indexOf(parent), first, first + count - 1);
    parent->value = value;
    auto &children = parent->children;
    std::vector<std::unique_ptr<Node>> fresh(static_cast<size_t>(count));
    children.insert(children.begin() + first, std::make_move_iterator(fresh.begin()),
                    std::make_move_iterator(fresh.end()));
    renumber(parent, static_cast<size_t>(first));
    endInsertRows();
}

void ValueTreeModel::dropRows(Node *parent, int first, int count, const Value &value)
{
    if (count <= 0)
        return;
    beginRemoveRows(indexOf(parent), first, first + count - 1);
    parent->value = value;
    auto &children = parent->children;
    children.erase(children.begin() + first, children.begin() + first + count);
    renumber(parent, static_cast<size_t>(first));
    endRemoveRows();
}

void ValueTreeModel::update(Node *node, const Value &value)
{
    const int before = static_cast<int>(node->children.size());
    const int after = static_cast<int>(core::childCount(value));
    const bool membersBefore = !node->value.members().empty();
    const bool membersAfter = !value.members().empty();
    if (membersBefore && membersAfter && !updateMembers(node, value)) {
        dropRows(node, 0, static_cast<int>(node->children.size()), {});
        addRows(node, 0, after, value);
    } else if (membersBefore != membersAfter && before > 0 && after > 0) {
        dropRows(node, 0, before, {});
        addRows(node, 0, after, value);
    } else {
        const int current = static_cast<int>(node->children.size());
        dropRows(node, after, current - after, node->value);
        addRows(node, current, after - current, value);
    }
    node->value = value;
    bool looked = false;
    for (int row = 0; row < after; ++row) {
        if (Node *known = node->children[static_cast<size_t>(row)].get()) {
            update(known, childValue(value, static_cast<size_t>(row)));
            looked = true;
        }
    }
    if (looked) {
        const QModelIndex parent = indexOf(node);
        Q_EMIT dataChanged(index(0, NameColumn, parent), index(after - 1, TypeColumn, parent));
    }
}

// Makes the rows those of the new members, step by step, each row with its old content; the caller renews
// that. False if it would take so many steps that all rows are better made anew.
bool ValueTreeModel::updateMembers(Node *node, const Value &value)
{
    std::vector<QByteArray> now = identities(node->value.members());
    const std::vector<QByteArray> wanted = identities(value.members());
    if (now == wanted)
        return true;
    core::MemberList members = node->value.members();
    int steps = 0;

    const QSet<QByteArray> staying(wanted.begin(), wanted.end());
    for (auto end = static_cast<std::ptrdiff_t>(now.size()); end > 0;) {
        auto begin = end;
        while (begin > 0 && !staying.contains(now[static_cast<size_t>(begin) - 1]))
            --begin;
        if (begin == end) {
            --end;
            continue;
        }
        if (++steps > MostSteps)
            return false;
        now.erase(now.begin() + begin, now.begin() + end);
        members.erase(members.begin() + begin, members.begin() + end);
        dropRows(node, static_cast<int>(begin), static_cast<int>(end - begin), Value::map(members));
        end = begin;
    }

    const QSet<QByteArray> kept(now.begin(), now.end());
    for (std::ptrdiff_t row = 0; row < static_cast<std::ptrdiff_t>(wanted.size()); ++row) {
        const QByteArray &identity = wanted[static_cast<size_t>(row)];
        if (row < static_cast<std::ptrdiff_t>(now.size()) && now[static_cast<size_t>(row)] == identity)
            continue;
        if (++steps > MostSteps)
            return false;
        if (kept.contains(identity)) {
            const auto from = std::find(now.begin() + row, now.end(), identity) - now.begin();
            const QModelIndex parent = indexOf(node);
            beginMoveRows(parent, static_cast<int>(from), static_cast<int>(from), parent,
                          static_cast<int>(row));
            const auto rotate = [row, from](auto &list) {
                std::rotate(list.begin() + row, list.begin() + from, list.begin() + from + 1);
            };
            rotate(now);
            rotate(members);
            rotate(node->children);
            node->value = Value::map(members);
            renumber(node, static_cast<size_t>(row));
            endMoveRows();
            continue;
        }
        auto end = row + 1;
        while (end < static_cast<std::ptrdiff_t>(wanted.size())
               && !kept.contains(wanted[static_cast<size_t>(end)]))
            ++end;
        now.insert(now.begin() + row, wanted.begin() + row, wanted.begin() + end);
        members.insert(members.begin() + row, value.members().begin() + row, value.members().begin() + end);
        addRows(node, static_cast<int>(row), static_cast<int>(end - row), Value::map(members));
        row = end - 1;
    }
    return true;
}

void ValueTreeModel::renumber(Node *parent, size_t from)
{
    for (size_t row = from; row < parent->children.size(); ++row) {
        if (parent->children[row])
            parent->children[row]->row = static_cast<int>(row);
    }
}

} // namespace slotscope::ui
