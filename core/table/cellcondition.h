// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/columnreader.h"
#include "core/table/fieldcondition.h"

namespace slotscope::core {

/// A condition on the fields of a table's records, made ready to be asked of many of them: it names the
/// columns that it needs, and looks at their cells instead of at the tree. Safe on any thread.
class CellCondition
{
public:
    /// Holds for every record.
    CellCondition() = default;
    CellCondition(const FieldCondition &condition, const KeyType &key);

    bool isEmpty() const { return !m_condition; }
    /// Those of etcd's numbers are to be filled in by who reads them, as whole numbers.
    const std::vector<Column> &columns() const { return m_columns; }
    /// As FieldCondition::matches() of the decoded row. `first`: where in the row the cells of columns()
    /// begin.
    bool matches(const CellRow &row, size_t first) const;

private:
    enum class Source : quint8 {
        Cell,
        ValueOrField, ///< three cells: the field of this path, one of the name `value`, the path without it
        Key, ///< a way into the key that is no part of it
        Etcd,
    };
    struct Test
    {
        const FieldCondition::Node *node = nullptr;
        std::vector<Test> parts; // of Or, And, Not
        Source source = Source::Cell;
        size_t cell = 0;
    };
    struct Cells;

    Test testOf(const FieldCondition::Node &node);
    size_t want(Column column);
    size_t wantKey();
    static bool holds(const Test &test, const Cells &cells);

    std::shared_ptr<const FieldCondition::Node> m_condition;
    Test m_root;
    std::vector<Column> m_columns;
    size_t m_keyParts = 0;
    size_t m_firstKeyCell = 0; // of all parts in turn; where m_readsKey
    bool m_readsKey = false;
};

} // namespace slotscope::core
