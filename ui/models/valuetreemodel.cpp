// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/valuetreemodel.h"

#include "core/value/notation.h"
#include "core/value/valuetext.h"
#include "ui/models/typetext.h"
#include "ui/theme.h"

#include <QGuiApplication>
#include <QHash>
#include <QSet>

namespace slotscope::ui {

using core::Value;

namespace {

constexpr int MostSteps = 64; // of rows added, dropped or moved one after the other
constexpr int TooltipLimit = 1500;
constexpr qsizetype LongestInlineText = 20'000; // longer ones would make a line editor crawl

size_t childCount(const Value &value)
{
    return value.members().empty() ? value.items().size() : value.members().size();
}

Value childValue(const Value &parent, size_t row)
{
    if (row < parent.members().size())
        return parent.members()[row].value;
    return row < parent.items().size() ? parent.items()[row] : Value();
}

// Whether the value's text would be short enough for a line editor; looks at no more than it must.
bool isShort(const Value &value, qsizetype &budget)
{
    budget -= 4 + value.toText().size() + 2 * value.toBytes().size();
    for (const core::Member &member : value.members()) {
        if (budget < 0 || !isShort(member.key, budget) || !isShort(member.value, budget))
            return false;
    }
    for (const Value &item : value.items()) {
        if (budget < 0 || !isShort(item, budget))
            return false;
    }
    return budget >= 0;
}

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

struct ValueTreeModel::Node
{
    Node *parent = nullptr;
    int row = 0;
    Value value;
    std::vector<std::unique_ptr<Node>> children; // null pointers until somebody looks
};

ValueTreeModel::ValueTreeModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

ValueTreeModel::~ValueTreeModel() = default;

void ValueTreeModel::setValue(const Value &value)
{
    const Shape shape = value.isContainer() ? Shape::Container : Shape::Scalar;
    m_value = value;
    if (shape == Shape::Scalar && m_shape == Shape::Scalar) {
        if (Node *known = m_root->children.front().get())
            known->value = value;
        Q_EMIT dataChanged(index(0, NameColumn), index(0, TypeColumn));
        return;
    }
    if (shape != m_shape) {
        dropRows(m_root.get(), 0, static_cast<int>(m_root->children.size()), {});
        m_shape = shape;
        addRows(m_root.get(), 0, shape == Shape::Scalar ? 1 : static_cast<int>(childCount(value)), value);
        m_root->value = value;
        return;
    }
    update(m_root.get(), value);
}

void ValueTreeModel::clear()
{
    dropRows(m_root.get(), 0, static_cast<int>(m_root->children.size()), {});
    m_value = {};
    m_shape = Shape::Empty;
}

void ValueTreeModel::setEditable(bool editable)
{
    // Flags are asked for when needed; views keep no copy of them.
    m_editable = editable;
}

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
    const int after = static_cast<int>(childCount(value));
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

ValueTreeModel::Node *ValueTreeModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex ValueTreeModel::indexOf(const Node *node, int column) const
{
    return node == m_root.get() ? QModelIndex() : createIndex(node->row, column, const_cast<Node *>(node));
}

ValueTreeModel::Node *ValueTreeModel::child(Node *parent, int row) const
{
    auto &slot = parent->children[static_cast<size_t>(row)];
    if (!slot) {
        slot = std::make_unique<Node>();
        slot->parent = parent;
        slot->row = row;
        const bool isScalarRow = parent == m_root.get() && m_shape == Shape::Scalar;
        slot->value = isScalarRow ? m_value : childValue(parent->value, static_cast<size_t>(row));
        slot->children.resize(childCount(slot->value));
    }
    return slot.get();
}

core::ValuePath ValueTreeModel::path(const QModelIndex &index) const
{
    std::vector<core::PathStep> steps;
    if (m_shape == Shape::Container && index.isValid()) {
        for (const Node *node = nodeOf(index); node->parent; node = node->parent) {
            const core::MemberList &members = node->parent->value.members();
            const auto row = static_cast<size_t>(node->row);
            if (row >= members.size()) {
                steps.push_back(core::PathStep::item(node->row));
                continue;
            }
            const Value &key = members[row].key;
            const auto nth = std::count_if(members.begin(), members.begin() + node->row,
                                           [&key](const core::Member &member) { return member.key == key; });
            steps.push_back(core::PathStep::member(key, nth));
        }
        std::reverse(steps.begin(), steps.end());
    }
    return core::ValuePath(std::move(steps));
}

Value ValueTreeModel::valueAt(const QModelIndex &index) const
{
    return index.isValid() ? nodeOf(index)->value : m_value;
}

QModelIndex ValueTreeModel::indexOf(const core::ValuePath &path, int column) const
{
    if (path.isEmpty())
        return m_shape == Shape::Scalar ? index(0, column) : QModelIndex();
    QModelIndex found;
    for (const core::PathStep &step : path.steps()) {
        const Node *node = nodeOf(found);
        qsizetype row = step.index;
        if (step.key) {
            const core::MemberList &members = node->value.members();
            qsizetype nth = step.index;
            row = 0;
            for (const core::Member &member : members) {
                if (member.key == *step.key && nth-- == 0)
                    break;
                ++row;
            }
        }
        found = index(static_cast<int>(row), NameColumn, found);
        if (!found.isValid())
            return {};
    }
    return found.siblingAtColumn(column);
}

QModelIndex ValueTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (row < 0 || column < 0 || column >= ColumnCount || parent.column() > 0)
        return {};
    Node *node = nodeOf(parent);
    return static_cast<size_t>(row) < node->children.size() ? createIndex(row, column, child(node, row))
                                                            : QModelIndex();
}

QModelIndex ValueTreeModel::parent(const QModelIndex &index) const
{
    return index.isValid() ? indexOf(nodeOf(index)->parent) : QModelIndex();
}

int ValueTreeModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int ValueTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

bool ValueTreeModel::hasChildren(const QModelIndex &parent) const
{
    return rowCount(parent) > 0;
}

QVariant ValueTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ValueColumn:
        return tr("Value");
    default:
        return tr("Type");
    }
}

QString ValueTreeModel::nameOf(const Node &node) const
{
    if (m_shape == Shape::Scalar)
        return tr("value");
    const Value &parent = node.parent->value;
    const auto row = static_cast<size_t>(node.row);
    if (row < parent.members().size())
        return core::displayText(parent.members()[row].key);
    return parent.kind() == Value::Kind::Tag ? tr("content") : QStringLiteral("[%1]").arg(node.row);
}

QVariant ValueTreeModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Node &node = *nodeOf(index);
    const bool isValue = index.column() == ValueColumn;
    // A null and an empty text are not nothing; they are told apart by words in a paler colour.
    const bool isNull = node.value.isNull();
    const bool isEmptyText = node.value.kind() == Value::Kind::Text && node.value.toText().isEmpty();
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == NameColumn)
            return nameOf(node);
        if (!isValue)
            return typeText(node.value);
        if (isNull)
            return tr("null");
        return isEmptyText ? QStringLiteral("\"\"") : core::displayText(node.value);
    case Qt::EditRole:
        return isValue ? QVariant(core::editText(node.value)) : data(index, Qt::DisplayRole);
    case Qt::CheckStateRole:
        if (isValue && node.value.kind() == Value::Kind::Bool)
            return node.value.toBool() ? Qt::Checked : Qt::Unchecked;
        return {};
    case Qt::ForegroundRole:
        if (index.column() == TypeColumn || (isValue && (isNull || isEmptyText || node.value.isContainer())))
            return theme::mutedText(QGuiApplication::palette());
        return {};
    case Qt::ToolTipRole:
        if (isValue)
            return QStringLiteral("<qt>%1</qt>")
                .arg(core::displayText(node.value, TooltipLimit).toHtmlEscaped());
        return path(index).toString();
    default:
        return {};
    }
}

bool ValueTreeModel::isEditableKind(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Undefined:
    case Value::Kind::Simple:
    case Value::Kind::Opaque:
        return false;
    default:
        break;
    }
    qsizetype budget = LongestInlineText;
    return isShort(value, budget);
}

Qt::ItemFlags ValueTreeModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    if (!index.isValid() || index.column() != ValueColumn || !m_editable)
        return flags;
    const Value &value = nodeOf(index)->value;
    if (value.kind() == Value::Kind::Bool)
        return flags | Qt::ItemIsUserCheckable;
    return isEditableKind(value) ? flags | Qt::ItemIsEditable : flags;
}

bool ValueTreeModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || !m_editable || index.column() != ValueColumn)
        return false;
    const Value before = nodeOf(index)->value;
    Value after;
    if (role == Qt::CheckStateRole && before.kind() == Value::Kind::Bool) {
        after = Value::boolean(value.toInt() == Qt::Checked);
    } else if (role == Qt::EditRole) {
        const core::Expected<Value, QString> parsed = core::parseLike(before, value.toString());
        if (!parsed) {
            Q_EMIT editRefused(parsed.error());
            return false;
        }
        after = *parsed;
    } else {
        return false;
    }
    if (after == before)
        return true;
    const core::ValuePath where = path(index);
    const core::Expected<Value, QString> root = core::replaced(m_value, where, after);
    if (!root) {
        Q_EMIT editRefused(root.error());
        return false;
    }
    Q_EMIT editRequested(where, *root);
    return true;
}

} // namespace slotscope::ui
