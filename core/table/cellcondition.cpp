// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/cellcondition.h"

#include "core/table/fieldconditionnode.h"

#include <algorithm>

namespace slotscope::core {

using Node = FieldCondition::Node;

/// What a condition finds in one record.
struct CellCondition::Cells
{
    const CellRow &row;
    size_t first;
    const CellCondition &condition;

    const Cell &at(size_t cell) const { return row.cells[first + cell]; }
    /// As FieldCondition::matches() sees it.
    Value key() const
    {
        ValueList parts;
        const size_t count = row.keyFailed || condition.m_keyParts == 1 ? 1 : condition.m_keyParts;
        for (size_t i = 0; i < count; ++i)
            parts.push_back(toValue(at(condition.m_firstKeyCell + i)).value_or(Value::null()));
        return parts.size() == 1 ? parts.front() : Value::tuple(std::move(parts));
    }
};

CellCondition::CellCondition(const FieldCondition &condition, const KeyType &key)
    : m_condition(condition.m_root)
    , m_keyParts(key.components().size())
{
    if (m_condition)
        m_root = testOf(*m_condition);
}

size_t CellCondition::want(Column column)
{
    const auto known = std::find(m_columns.cbegin(), m_columns.cend(), column);
    if (known != m_columns.cend())
        return size_t(known - m_columns.cbegin());
    m_columns.push_back(std::move(column));
    return m_columns.size() - 1;
}

// All parts at once, one behind the other; of a key without any the one cell that says when it is damaged.
size_t CellCondition::wantKey()
{
    if (!m_readsKey) {
        m_readsKey = true;
        m_firstKeyCell = m_columns.size();
        for (size_t i = 0; i < std::max<size_t>(m_keyParts, 1); ++i) {
            Column column;
            column.group = Column::Group::Key;
            column.keyPart = int(i);
            m_columns.push_back(std::move(column));
        }
    }
    return m_firstKeyCell;
}

CellCondition::Test CellCondition::testOf(const Node &node)
{
    Test test;
    test.node = &node;
    if (node.kind == Node::Kind::Or || node.kind == Node::Kind::And || node.kind == Node::Kind::Not) {
        for (const Node &part : node.parts)
            test.parts.push_back(testOf(part));
        return test;
    }
    const std::vector<PathStep> &steps = node.path.steps();
    switch (node.root) {
    case Node::Root::Record:
        test.cell = want(Column::ofField(node.path));
        break;
    case Node::Root::ValueOrField: {
        // Three cells in a row, and nobody else's.
        test.source = Source::ValueOrField;
        test.cell = m_columns.size();
        m_columns.push_back(Column::ofField(node.path));
        m_columns.push_back(Column::ofField(ValuePath({steps.front()})));
        m_columns.push_back(Column::ofField(ValuePath({steps.begin() + 1, steps.end()})));
        break;
    }
    case Node::Root::Key:
        test.cell = wantKey();
        test.source = m_keyParts == 1 && steps.empty() ? Source::Cell : Source::Key;
        break;
    case Node::Root::Etcd: {
        Column column;
        column.group = Column::Group::Meta;
        column.meta = node.meta;
        test.cell = want(std::move(column));
        test.source = Source::Etcd;
        break;
    }
    }
    return test;
}

bool CellCondition::holds(const Test &test, const Cells &cells)
{
    const auto partHolds = [&cells](const Test &part) { return holds(part, cells); };
    switch (test.node->kind) {
    case Node::Kind::Or:
        return std::any_of(test.parts.cbegin(), test.parts.cend(), partHolds);
    case Node::Kind::And:
        return std::all_of(test.parts.cbegin(), test.parts.cend(), partHolds);
    case Node::Kind::Not:
        return !partHolds(test.parts.front());
    default:
        break;
    }
    switch (test.source) {
    case Source::Cell:
        break;
    case Source::ValueOrField: {
        const Cell &field = cells.at(test.cell);
        if (field.kind != Cell::Kind::Absent)
            return test.node->holdsFor(field);
        const bool isTaken = cells.at(test.cell + 1).kind != Cell::Kind::Absent;
        return test.node->holdsFor(isTaken ? Cell() : cells.at(test.cell + 2));
    }
    case Source::Key: {
        const Value key = cells.key();
        return test.node->holdsFor(test.node->path.find(key));
    }
    case Source::Etcd: {
        const Cell &number = cells.at(test.cell);
        return number.kind == Cell::Kind::Integer ? test.node->holdsForEtcd(number.integer)
                                                  : test.node->holdsFor(nullptr);
    }
    }
    return test.node->holdsFor(cells.at(test.cell));
}

bool CellCondition::matches(const CellRow &row, size_t first) const
{
    return !m_condition || holds(m_root, {row, first, *this});
}

} // namespace slotscope::core
