// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/table/cellcondition.h"
#include "core/value/valuetext.h"

#include <optional>
#include <vector>

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

/// Where a record stands in a sorted column: absent, null, bool, number, time, text, other; numbers by value,
/// text by case-folded text.
struct SortKey
{
    quint8 rank = 0;
    double number = 0;
    qint64 exact = 0; ///< tells integers apart that are equal as doubles
    QString text;

    friend bool operator==(const SortKey &, const SortKey &) = default;
    friend bool operator<(const SortKey &a, const SortKey &b);
};

/// A text to be found whatever its case.
struct Needle
{
    QString text;
    QByteArray ascii; ///< in lower case; empty where it is not ASCII
    bool uuidPart = false; ///< may be part of a UUID's text
};

/// Evaluates a query on single records; safe on any thread.
class RowEvaluator
{
public:
    RowEvaluator(const SlotCodec &codec, RowQuery query);

    const RowQuery &query() const { return m_query; }
    /// Nothing when the filter leaves the record out.
    std::optional<SortKey> evaluate(const RowView &row) const;
    /// The same with memory that is kept from one record to the next, for many of them.
    std::optional<SortKey> evaluate(const RowView &row, CellRow &memory) const;

private:
    RowQuery m_query;
    Needle m_needle;
    CellCondition m_condition;
    ColumnReader m_reader; // of what these and the sort column need
};

/// The rows that a query selects, in order, with what is needed to keep them so while rows change.
class RowOrder
{
public:
    RowOrder() = default;

    const std::vector<RowId> &rows() const { return m_rows; }
    /// Takes the changes of a delta in, evaluating only its rows. `store` is the state after the delta.
    void apply(const RowStore &store, const RowEvaluator &evaluator, const TableDelta &delta);

    /// Works on the thread pool, over all chunks at once. Cancelling the call stops it soon.
    static Call<std::shared_ptr<RowOrder>> compute(RowSnapshot snapshot, std::vector<RowId> keyOrder,
                                                   RowEvaluator evaluator);

private:
    bool before(const RowStore &store, RowId a, RowId b, bool descending) const;

    std::vector<RowId> m_rows;
    std::vector<bool> m_selected; // by RowId: is in m_rows
    std::vector<SortKey> m_keys; // by RowId; empty without a sort column
};

} // namespace slotscope::core
