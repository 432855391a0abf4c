// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/table/rowquery.h"

#include <vector>

namespace slotscope::core {

/// The rows that a query selects, in order, with what is needed to keep them so while rows change: up to 20
/// bytes a row.
class RowOrder
{
public:
    RowOrder() = default;

    const std::vector<RowId> &rows() const { return m_rows; }
    /// Takes the changes of a delta in, evaluating only its rows. `store` is the state after the delta.
    void apply(const RowStore &store, const RowEvaluator &evaluator, const TableDelta &delta);
    /// The same on any thread.
    void apply(const RowSnapshot &rows, const RowEvaluator &evaluator, const TableDelta &delta);

    /// Works on a thread pool, over all chunks at once. Cancelling the call stops it soon. See RowOrderJob
    /// for one that shows what it has so far.
    static Call<std::shared_ptr<RowOrder>> compute(RowSnapshot snapshot, std::vector<RowId> keyOrder,
                                                   RowEvaluator evaluator);

private:
    friend class RowOrderWork;
    template <typename Rows>
    void applyTo(const Rows &rows, const RowEvaluator &evaluator, const TableDelta &delta);
    bool isSelected(RowId id) const { return id.value < m_selected.size() && m_selected[id.value]; }

    std::vector<RowId> m_rows;
    std::vector<bool> m_selected; // by RowId: is in m_rows
    std::vector<PackedKey> m_keys; // by RowId; empty without a sort column
    SortScale m_scale; // that these are packed with
};

} // namespace slotscope::core
