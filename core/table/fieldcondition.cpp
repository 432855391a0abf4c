// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/fieldcondition.h"

#include "core/table/fieldconditionnode.h"
#include "core/value/recordstyle.h"
#include "core/value/utf8.h"

#include <algorithm>

namespace slotscope::core {

namespace {

using Node = FieldCondition::Node;

const Value *found(const Node &node, const Value &record, const Value *key)
{
    switch (node.root) {
    case Node::Root::Record:
        break;
    case Node::Root::Key:
        return key ? node.path.find(*key) : nullptr;
    case Node::Root::Etcd:
        return nullptr;
    case Node::Root::ValueOrField: {
        if (const Value *field = node.path.find(record))
            return field;
        const std::vector<PathStep> &steps = node.path.steps();
        if (record.find(u"value"))
            return nullptr;
        return ValuePath({steps.begin() + 1, steps.end()}).find(record);
    }
    }
    return node.path.find(record);
}

bool matchesExpression(const TextPattern &expression, const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
    case Value::Kind::Map:
        return false;
    case Value::Kind::Array:
    case Value::Kind::Tuple:
    case Value::Kind::Set:
        return std::any_of(value.items().cbegin(), value.items().cend(), [&expression](const Value &item) {
            return !item.isContainer() && matchesExpression(expression, item);
        });
    default:
        return expression.isIn(conditionText(value));
    }
}

// Of what is there: a Value or a Cell.
template <typename T>
bool isWithin(const Node &node, const T &value)
{
    const auto least = node.literal ? node.literal->compare(value) : std::optional(0);
    const auto most = node.upper ? node.upper->compare(value) : std::optional(0);
    return least && most && *least >= 0 && *most <= 0;
}

template <typename T>
bool comparisonHolds(const Node &node, const T &value)
{
    const auto compared = [&] { return node.literal->compare(value); };
    switch (node.kind) {
    case Node::Kind::Equal:
        return compared() == 0;
    case Node::Kind::Different:
        return compared() != 0;
    case Node::Kind::Less:
        return compared() == -1;
    case Node::Kind::Greater:
        return compared() == 1;
    case Node::Kind::LessOrEqual:
        return compared().value_or(1) <= 0;
    case Node::Kind::GreaterOrEqual:
        return compared().value_or(-1) >= 0;
    case Node::Kind::Range:
        return isWithin(node, value);
    case Node::Kind::OutOfRange:
        return !isWithin(node, value);
    case Node::Kind::Contains:
        return node.literal->isContainedIn(value);
    default:
        return false;
    }
}

} // namespace

bool FieldCondition::Node::holdsFor(const Value *value) const
{
    if (kind == Kind::IsAbsent)
        return !value || isAbsent(*value);
    if (!value)
        return false;
    if (kind == Kind::Matches)
        return matchesExpression(*expression, *value);
    if (kind == Kind::IsNull)
        return (value->isNull() || value->kind() == Value::Kind::Undefined) && !isAbsent(*value);
    return comparisonHolds(*this, *value);
}

bool FieldCondition::Node::holdsFor(const Cell &cell) const
{
    if (cell.kind == Cell::Kind::Absent)
        return holdsFor(nullptr);
    if (cell.kind == Cell::Kind::Decoded)
        return holdsFor(cell.value);
    if (kind == Kind::IsAbsent)
        return false;
    if (kind == Kind::IsNull && cell.kind != Cell::Kind::Encoded)
        return cell.kind == Cell::Kind::Null;
    if (kind == Kind::Matches && cell.kind == Cell::Kind::Text && isAscii(cell.bytes))
        return expression->isInAscii(cell.bytes);
    if (kind == Kind::IsNull || kind == Kind::Matches) {
        const auto value = toValue(cell);
        return value && holdsFor(&*value);
    }
    return comparisonHolds(*this, cell);
}

bool FieldCondition::Node::holdsForEtcd(qint64 number) const
{
    if (kind == Kind::IsAbsent || kind == Kind::IsNull)
        return meta == Column::Meta::Lease && number == 0;
    return holdsFor(Cell::ofInteger(number));
}

bool FieldCondition::Node::holds(const Value &record, const Value *key, const RowView *stored) const
{
    const auto partHolds = [&](const Node &part) { return part.holds(record, key, stored); };
    switch (kind) {
    case Kind::Or:
        return std::any_of(parts.cbegin(), parts.cend(), partHolds);
    case Kind::And:
        return std::all_of(parts.cbegin(), parts.cend(), partHolds);
    case Kind::Not:
        return !partHolds(parts.front());
    default:
        if (root == Root::Etcd && stored)
            return holdsForEtcd(metaNumber(*stored, meta));
        return holdsFor(found(*this, record, key));
    }
}

Expected<FieldCondition, FieldConditionError> FieldCondition::parse(const QString &text)
{
    FieldCondition condition;
    condition.m_text = text.trimmed();
    if (condition.m_text.isEmpty())
        return condition;
    auto root = parseFieldCondition(text);
    if (!root)
        return Unexpected {root.error()};
    condition.m_root = std::make_shared<const Node>(*std::move(root));
    return condition;
}

bool FieldCondition::matches(const Value &record, const Value *key) const
{
    return !m_root || m_root->holds(record, key, nullptr);
}

bool FieldCondition::matches(const DecodedRow &row, const RowView *stored) const
{
    if (!m_root)
        return true;
    const Value key = row.keyParts.size() == 1 ? row.keyParts.front() : Value::tuple(row.keyParts);
    return m_root->holds(row.value, &key, stored);
}

} // namespace slotscope::core
