// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/roworderjob.h"
#include "core/table/rowsort.h"

#include <QElapsedTimer>

namespace slotscope::core {

/// The work behind RowOrder::compute() and RowOrderJob; for these only.
class RowOrderWork
{
public:
    /// Called on a thread of the pool. The part is empty where there is nothing new to show.
    using Sink = std::function<void(qint64 done, RowOrderPart part)>;

    RowOrderWork(RowSnapshot snapshot, std::vector<RowId> keyOrder, RowEvaluator evaluator, Sink sink = {});

    /// Blocks; incomplete when `cancelled`.
    std::shared_ptr<RowOrder> run(const std::atomic_bool &cancelled);

    /// Shared by all orders, so that the global one has threads left for what is in sight.
    static QThreadPool *pool();

private:
    void takeScale();
    void evaluate(size_t begin, size_t end, const std::atomic_bool &cancelled);
    void report(const RowSort &sort, size_t done);

    RowSnapshot m_snapshot;
    std::vector<RowId> m_keyOrder;
    RowEvaluator m_evaluator;
    Sink m_sink;
    bool m_sorts;
    std::shared_ptr<RowOrder> m_order;
    std::vector<SortPlace> m_places; // of the order's rows in turn
    std::vector<SortPlace> m_first; // of these the first ones, so far
    size_t m_seen = 0; // places that m_first knows of
    size_t m_shown = 0; // rows of the last part
    QElapsedTimer m_sinceReport;
};

} // namespace slotscope::core
