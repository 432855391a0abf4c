// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworder.h"

#include "core/table/roworderwork.h"

#include <QtConcurrent>

#include <algorithm>

namespace slotscope::core {

namespace {

/// Compares rows by what an order is sorted by, reading them again where packed keys leave it open. Of a
/// RowStore or a RowSnapshot.
template <typename Rows>
class RowComparison
{
public:
    RowComparison(const Rows &rows, const RowEvaluator &evaluator, const std::vector<PackedKey> &keys)
        : m_rows(rows)
        , m_evaluator(evaluator)
        , m_keys(keys)
        , m_descending(evaluator.query().descending)
    {
    }

    bool operator()(RowId a, RowId b)
    {
        if (!m_keys.empty()) {
            const PackedKey &left = m_keys[a.value];
            const PackedKey &right = m_keys[b.value];
            if (left != right)
                return (left < right) != m_descending;
            if (left.isOpen()) {
                m_evaluator.evaluate(m_rows.row(a), m_memory, m_left);
                m_evaluator.evaluate(m_rows.row(b), m_memory, m_right);
                if (m_left < m_right)
                    return !m_descending;
                if (m_right < m_left)
                    return m_descending;
            }
        }
        return m_rows.row(a).key < m_rows.row(b).key;
    }

private:
    const Rows &m_rows;
    const RowEvaluator &m_evaluator;
    const std::vector<PackedKey> &m_keys;
    bool m_descending;
    CellRow m_memory;
    SortKey m_left;
    SortKey m_right;
};

} // namespace

Call<std::shared_ptr<RowOrder>> RowOrder::compute(RowSnapshot snapshot, std::vector<RowId> keyOrder,
                                                  RowEvaluator evaluator)
{
    auto *state = new CallState<std::shared_ptr<RowOrder>>;
    Call<std::shared_ptr<RowOrder>> call(state);
    const auto cancelled = std::make_shared<std::atomic_bool>(false);
    state->setAbort([cancelled] { cancelled->store(true); });

    // The state may be gone when the work is done, and only its own thread may look; so the result travels by
    // way of a watcher that lives there.
    auto *watcher = new QFutureWatcher<std::shared_ptr<RowOrder>>;
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, [watcher, guard = QPointer(state)] {
        if (guard)
            guard->complete(watcher->result());
        watcher->deleteLater();
    });
    auto work =
        std::make_shared<RowOrderWork>(std::move(snapshot), std::move(keyOrder), std::move(evaluator));
    watcher->setFuture(QtConcurrent::run(
        RowOrderWork::pool(), [work = std::move(work), cancelled] { return work->run(*cancelled); }));
    return call;
}

void RowOrder::apply(const RowStore &store, const RowEvaluator &evaluator, const TableDelta &delta)
{
    applyTo(store, evaluator, delta);
}

void RowOrder::apply(const RowSnapshot &rows, const RowEvaluator &evaluator, const TableDelta &delta)
{
    applyTo(rows, evaluator, delta);
}

template <typename Rows>
void RowOrder::applyTo(const Rows &rows, const RowEvaluator &evaluator, const TableDelta &delta)
{
    const bool sorts = evaluator.query().sortColumn.has_value();

    // Rows that leave their place; those that come (back) are put in at the right one afterwards.
    std::vector<bool> leaving(m_selected.size(), false);
    bool anyLeaves = false;
    const auto leave = [&](RowId id) {
        if (isSelected(id)) {
            m_selected[id.value] = false;
            leaving[id.value] = true;
            anyLeaves = true;
        }
    };
    CellRow memory;
    SortKey key;
    std::vector<std::pair<RowId, PackedKey>> coming;
    for (const RowId id : delta.removed)
        leave(id);
    for (const RowId id : delta.updated) {
        const bool selected = evaluator.evaluate(rows.row(id), memory, key);
        const PackedKey packed = selected && sorts ? m_scale.pack(key) : PackedKey();
        // What the open key was is not known any more.
        if (selected && isSelected(id) && (!sorts || (m_keys[id.value] == packed && !packed.isOpen())))
            continue;
        leave(id);
        if (selected)
            coming.emplace_back(id, packed);
    }
    for (const RowId id : delta.inserted) {
        // A snapshot that already held the row has it in its place.
        if (!isSelected(id) && evaluator.evaluate(rows.row(id), memory, key))
            coming.emplace_back(id, sorts ? m_scale.pack(key) : PackedKey());
    }

    if (anyLeaves)
        std::erase_if(m_rows, [&leaving](RowId id) { return leaving[id.value]; });
    if (coming.empty())
        return;
    std::vector<RowId> ids;
    ids.reserve(coming.size());
    for (const auto &[id, packed] : coming) {
        ids.push_back(id);
        if (id.value >= m_selected.size())
            m_selected.resize(id.value + 1, false);
        m_selected[id.value] = true;
        if (sorts) {
            if (id.value >= m_keys.size())
                m_keys.resize(id.value + 1);
            m_keys[id.value] = packed;
        }
    }
    RowComparison comparison(rows, evaluator, m_keys);
    const auto less = [&comparison](RowId a, RowId b) { return comparison(a, b); };
    std::sort(ids.begin(), ids.end(), less);

    // Few comparisons (one search a row), then one pass that moves.
    std::vector<std::ptrdiff_t> positions;
    positions.reserve(ids.size());
    for (const RowId id : ids)
        positions.push_back(std::lower_bound(m_rows.cbegin(), m_rows.cend(), id, less) - m_rows.cbegin());
    auto readEnd = std::ssize(m_rows);
    m_rows.resize(m_rows.size() + ids.size());
    auto write = m_rows.end();
    for (size_t i = ids.size(); i-- > 0;) {
        write = std::move_backward(m_rows.begin() + positions[i], m_rows.begin() + readEnd, write);
        *--write = ids[i];
        readEnd = positions[i];
    }
}

} // namespace slotscope::core
