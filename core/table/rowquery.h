// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/cellcondition.h"
#include "core/table/sortkey.h"

#include <optional>

namespace slotscope::core {

/// What a table is to show, and in which order.
struct RowQuery
{
    QString filter; ///< rows whose decoded key or value text contains it, case-insensitively; empty: all
    std::optional<FieldCondition> condition; ///< rows that meet it, too
    std::optional<Column> sortColumn; ///< none: the order of the keys
    bool descending = false;

    bool isPlain() const { return !isFilter() && !sortColumn; }
    bool isFilter() const { return !filter.isEmpty() || (condition && !condition->isEmpty()); }
    friend bool operator==(const RowQuery &, const RowQuery &) = default;
};

/// What a filter's text is looked for in at one node of a decoded value, that of its items and members not
/// included; empty for containers and null.
QString filterText(const Value &value);

/// A text to be found whatever its case.
struct Needle
{
    QString text;
    QByteArray ascii; ///< in lower case; empty where it is not ASCII
    // What it may be a part of the text of; of ASCII only.
    bool uuidPart = false;
    bool hexPart = false;
    bool integerPart = false;
    bool floatPart = false;
};

/// Evaluates a query on single records; safe on any thread.
class RowEvaluator
{
public:
    RowEvaluator(const SlotCodec &codec, RowQuery query);

    const RowQuery &query() const { return m_query; }
    /// Nothing when the filter leaves the record out.
    std::optional<SortKey> evaluate(const RowView &row) const;
    /// The same, true for not left out, with memory that is kept from one record to the next, for many of
    /// them. The key is set where there is a column to sort by.
    bool evaluate(const RowView &row, CellRow &memory, SortKey &key) const;

private:
    RowQuery m_query;
    Needle m_needle;
    CellCondition m_condition;
    std::vector<size_t> m_etcdCells; // of the condition
    ColumnReader m_reader; // of what these and the sort column need
};

} // namespace slotscope::core
