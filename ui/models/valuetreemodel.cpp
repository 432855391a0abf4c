// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/valuetreemodel.h"

#include "core/codec/cbor.h"
#include "core/value/opaqueform.h"
#include "core/value/recordstyle.h"
#include "core/value/toldtag.h"
#include "core/value/typedarray.h"
#include "core/value/valuetext.h"
#include "ui/models/typetext.h"
#include "ui/models/valuetreenode.h"
#include "ui/theme.h"

#include <QGuiApplication>

namespace slotscope::ui {

using core::Value;

namespace {

constexpr int TooltipLimit = 1500;
constexpr qsizetype LongestInlineText = 20'000; // longer ones would make a line editor crawl

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

// The offsets of embedded CBOR are its own.
Value withoutSources(const Value &value)
{
    core::ValueList items;
    for (const Value &item : value.items())
        items.push_back(withoutSources(item));
    core::MemberList members;
    for (const core::Member &member : value.members())
        members.push_back({withoutSources(member.key), withoutSources(member.value)});
    if (!items.empty())
        return core::withItems(value, std::move(items));
    return members.empty() ? value.withSource({}) : core::withMembers(value, std::move(members));
}

} // namespace

std::optional<Value> insideOf(const Value &tag)
{
    constexpr qsizetype MostNumbers = 100'000;
    if (tag.kind() != Value::Kind::Tag)
        return std::nullopt;
    const Value &content = tag.items().front();
    if (const auto array = core::TypedArray::of(tag); array && array->size() <= MostNumbers) {
        core::ValueList numbers;
        for (qsizetype i = 0; i < array->size(); ++i)
            numbers.push_back(array->at(i));
        return Value::array({Value::array(std::move(numbers))});
    }
    if (tag.tagNumber() != core::EmbeddedCborTag || content.kind() != Value::Kind::Bytes)
        return std::nullopt;
    const auto value = core::cborCodec().decode(content.toBytes());
    return value ? std::optional(Value::array({withoutSources(*value)})) : std::nullopt;
}

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
        addRows(m_root.get(), 0, shape == Shape::Scalar ? 1 : static_cast<int>(core::childCount(value)),
                value);
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
        slot->value = isScalarRow
            ? m_value
            : childValue(parent->inside.value_or(parent->value), static_cast<size_t>(row));
        slot->inside = insideOf(parent->value);
        slot->children.resize(static_cast<size_t>(core::childCount(slot->inside.value_or(slot->value))));
    }
    return slot.get();
}

core::ValuePath ValueTreeModel::path(const QModelIndex &index) const
{
    std::vector<core::PathStep> steps;
    if (m_shape == Shape::Container && index.isValid()) {
        for (const Node *node = nodeOf(index); node->parent; node = node->parent) {
            if (node->parent->inside) {
                steps.clear();
                continue;
            }
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
    if (node.parent->inside)
        return core::tagWords(node.parent->parent->value.tagNumber());
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
        if (index.column() == NameColumn && hasOwnName(index))
            return core::editText(node.parent->value.members()[static_cast<size_t>(node.row)].key);
        return isValue ? QVariant(core::editText(node.value)) : data(index, Qt::DisplayRole);
    case Qt::CheckStateRole:
        if (isValue && node.value.kind() == Value::Kind::Bool)
            return node.value.toBool() ? Qt::Checked : Qt::Unchecked;
        return {};
    case Qt::ForegroundRole:
        if (index.column() == TypeColumn || (isValue && (isNull || isEmptyText || node.value.isContainer()))
            || core::isAbsent(node.value))
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

bool ValueTreeModel::hasOwnName(const QModelIndex &index) const
{
    const Node *node = index.isValid() ? nodeOf(index) : nullptr;
    return node && node->parent && m_shape == Shape::Container
        && node->parent->value.kind() == Value::Kind::Map && !isFixed(index);
}

bool ValueTreeModel::isFixed(const QModelIndex &index) const
{
    for (const Node *node = nodeOf(index); node->parent; node = node->parent) {
        const bool isPart = m_shape == Shape::Container && core::isForeign(node->parent->value);
        if (isPart || node->parent->inside)
            return true;
    }
    return false;
}

bool ValueTreeModel::isLong(const Value &value)
{
    qsizetype budget = LongestInlineText;
    return !isShort(value, budget);
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
    // A long text has an editor of its own; a long list is edited by its parts.
    return !value.isContainer() || !isLong(value);
}

Qt::ItemFlags ValueTreeModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    if (!index.isValid() || !m_editable || isFixed(index))
        return flags;
    if (index.column() == NameColumn)
        return hasOwnName(index) ? flags | Qt::ItemIsEditable : flags;
    if (index.column() != ValueColumn)
        return flags;
    const Value &value = nodeOf(index)->value;
    if (value.kind() == Value::Kind::Bool)
        return flags | Qt::ItemIsUserCheckable;
    return isEditableKind(value) ? flags | Qt::ItemIsEditable : flags;
}

bool ValueTreeModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!index.isValid() || !m_editable || isFixed(index))
        return false;
    if (index.column() == NameColumn && role == Qt::EditRole)
        return rename(index, value.toString());
    if (index.column() != ValueColumn)
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

bool ValueTreeModel::rename(const QModelIndex &index, const QString &text)
{
    if (!hasOwnName(index))
        return false;
    const Node &node = *nodeOf(index);
    const Value before = node.parent->value.members()[static_cast<size_t>(node.row)].key;
    const core::Expected<Value, QString> key = core::parseLike(before, text);
    const core::ValuePath where = path(index);
    const auto root = key ? core::renamed(m_value, where, *key) : key;
    if (!root) {
        Q_EMIT editRefused(root.error());
        return false;
    }
    if (*key != before)
        Q_EMIT editRequested(where, *root);
    return true;
}

} // namespace slotscope::ui
