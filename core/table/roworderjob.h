// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/roworder.h"

#include <QObject>

namespace slotscope::core {

/// What is known of an order before all rows have been looked at.
struct RowOrderPart
{
    /// Those of a filter that were found so far, as they follow one another in the whole. Where there is a
    /// column to sort by: the first of those that were looked at, and behind them all others that may be
    /// selected, in the order of their keys.
    std::vector<RowId> rows;
    size_t sorted = 0; ///< so many of them stand where they belong among those that were looked at
};

/// Finds out an order over a snapshot on a thread pool of its own, and tells what it has meanwhile: first
/// after some thousand rows, then each time twice as many were looked at, but not often. Its end stops the
/// work soon, without waiting for it, and nothing is told any more.
class RowOrderJob : public QObject
{
    Q_OBJECT
public:
    /// Begins at once.
    RowOrderJob(RowSnapshot snapshot, std::vector<RowId> keyOrder, RowEvaluator evaluator,
                QObject *parent = nullptr);
    ~RowOrderJob() override;

    /// Rows that were looked at, of total().
    qint64 done() const { return m_done; }
    qint64 total() const { return m_total; }
    bool isFinished() const { return m_finished; }

Q_SIGNALS:
    void progressed();
    /// Of the snapshot: rows may have gone since.
    void partFound(const slotscope::core::RowOrderPart &part);
    /// Once. The order is that of the snapshot; apply() brings it up to date.
    void finished(const std::shared_ptr<slotscope::core::RowOrder> &order);

private:
    struct Link;
    std::shared_ptr<Link> m_link; // what the work knows of this
    qint64 m_done = 0;
    qint64 m_total;
    bool m_finished = false;
};

} // namespace slotscope::core
