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

// What the bytes of a tag's content are is told anew as a whole. False: neither are they nor were they
// something.
bool ValueTreeModel::updateInside(Node *node, const Value &value)
{
    auto inside = node->parent ? insideOf(node->parent->value) : std::nullopt;
    if (!inside && !node->inside)
        return false;
    if (inside != node->inside || node->value.kind() != value.kind()) {
        dropRows(node, 0, static_cast<int>(node->children.size()), {});
        node->inside = std::move(inside);
        addRows(node, 0, static_cast<int>(core::childCount(node->inside.value_or(value))), value);
    }
    node->value = value;
    return true;
}

void ValueTreeModel::update(Node *node, const Value &value)
{
    if (updateInside(node, value))
        return;
    const int after = static_cast<int>(core::childCount(value));
    const bool membersBefore = !node->value.members().empty();
    const bool membersAfter = !value.members().empty();
    if (membersBefore != membersAfter || (membersAfter && !updateMembers(node, value))) {
        dropRows(node, 0, static_cast<int>(node->children.size()), {});
        addRows(node, 0, after, value);
    } else if (!membersAfter) {
        updateItems(node, value);
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

// Makes the rows those of the new items: one that moved, or some that came or went in one place, are told by
// what is around them.
void ValueTreeModel::updateItems(Node *node, const Value &value)
{
    const core::ValueList old = node->value.items();
    const core::ValueList &fresh = value.items();
    const size_t shorter = std::min(old.size(), fresh.size());
    size_t head = 0;
    while (head < shorter && old[head] == fresh[head])
        ++head;
    size_t tail = 0;
    while (tail < shorter - head && old[old.size() - 1 - tail] == fresh[fresh.size() - 1 - tail])
        ++tail;
    const auto first = static_cast<int>(head);
    if (old.size() != fresh.size()) {
        // Those that are left in between were changed in their places.
        const auto between = static_cast<int>(std::max(old.size(), fresh.size()) - tail - head);
        const auto by = static_cast<int>(fresh.size()) - static_cast<int>(old.size());
        const int at = first + between - std::abs(by);
        core::ValueList rest = old;
        if (by < 0) {
            rest.erase(rest.begin() + at, rest.begin() + at - by);
            dropRows(node, at, -by, Value::array(std::move(rest)));
        } else {
            rest.insert(rest.begin() + at, fresh.begin() + at, fresh.begin() + at + by);
            addRows(node, at, by, Value::array(std::move(rest)));
        }
        return;
    }
    const size_t end = old.size() - tail; // of what differs
    if (end < head + 2)
        return;
    const auto isRotation = [&](size_t from, size_t to) {
        core::ValueList moved(old.begin() + static_cast<std::ptrdiff_t>(head),
                              old.begin() + static_cast<std::ptrdiff_t>(end));
        if (from < to)
            std::rotate(moved.begin(), moved.begin() + 1, moved.end());
        else
            std::rotate(moved.begin(), moved.end() - 1, moved.end());
        return std::equal(moved.begin(), moved.end(), fresh.begin() + static_cast<std::ptrdiff_t>(head));
    };
    const auto last = static_cast<int>(end) - 1;
    const bool down = isRotation(head, end - 1);
    if (!down && !isRotation(end - 1, head))
        return;
    const int from = down ? first : last;
    const int to = down ? last : first;
    const QModelIndex parent = indexOf(node);
    beginMoveRows(parent, from, from, parent, down ? to + 1 : to);
    auto child = std::move(node->children[static_cast<size_t>(from)]);
    node->children.erase(node->children.begin() + from);
    node->children.insert(node->children.begin() + to, std::move(child));
    node->value = value;
    renumber(node, head);
    endMoveRows();
}

// Makes the rows those of the new members, step by step, each row with its old content; the caller renews
// that. False if it would take so many steps that all rows are better made anew.
bool ValueTreeModel::updateMembers(Node *node, const Value &value)
{
    std::vector<QByteArray> now = identities(node->value.members());
    const std::vector<QByteArray> wanted = identities(value.members());
    if (now == wanted)
        return true;
    // A single one with another name in the same place was renamed.
    if (now.size() == wanted.size()) {
        size_t others = 0;
        for (size_t i = 0; i < now.size(); ++i)
            others += now[i] == wanted[i] ? 0 : 1;
        if (others == 1)
            return true;
    }
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
