// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which rows RecordModel shows, and in which order. A million of them must not be felt: what is done on the
// UI thread for each change is a comparison or a move of whole vectors, never a look into rows.
#include "ui/models/recordmodel.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::ui {

using core::RowId;

namespace {

/// With more rows, those that come and go in several places are told as another layout: each place would move
/// half of them, here and in the header.
constexpr size_t ManyRows = 20'000;
/// More separate runs than this are told to the views as one.
constexpr size_t MostRuns = 64;
/// So far from where a row was, it is looked for first.
constexpr int NearRows = 20'000;
/// So many are looked for one by one before all places are noted.
constexpr int FewSearches = 16;
/// Between two words to the views on rows that a load brings: each has them painted anew.
constexpr std::chrono::milliseconds TellInterval(100);
/// The same while others write into a table of many rows.
constexpr std::chrono::milliseconds FollowInterval(100);

/// The runs of consecutive numbers in a sorted list, first and last of each.
std::vector<std::pair<int, int>> runsOf(const std::vector<int> &numbers)
{
    std::vector<std::pair<int, int>> runs;
    for (const int number : numbers) {
        if (!runs.empty() && runs.back().second + 1 == number)
            runs.back().second = number;
        else
            runs.emplace_back(number, number);
    }
    return runs;
}

/// Where a row is, looked for from a place outwards, but not further than NearRows; -1: not there.
int placeNear(const std::vector<RowId> &rows, RowId id, int near)
{
    const int count = static_cast<int>(rows.size());
    near = std::clamp(near, 0, std::max(0, count - 1));
    for (int distance = 0; distance <= NearRows; ++distance) {
        const int before = near - distance;
        const int behind = near + distance;
        if (before < 0 && behind >= count)
            break;
        if (before >= 0 && before < count && rows[static_cast<size_t>(before)] == id)
            return before;
        if (behind < count && rows[static_cast<size_t>(behind)] == id)
            return behind;
    }
    return -1;
}

/// An order of before the deltas leaves out what went with them.
std::vector<RowId> withoutGone(std::vector<RowId> rows, const core::RowStore &store,
                               const std::vector<core::TableDelta> &deltas)
{
    const bool anyWent = std::any_of(deltas.cbegin(), deltas.cend(),
                                     [](const core::TableDelta &delta) { return !delta.removed.empty(); });
    if (anyWent)
        std::erase_if(rows, [&store](RowId id) { return !store.isAlive(id); });
    return rows;
}

int placeOf(const std::vector<RowId> &rows, RowId id)
{
    const auto it = std::find(rows.cbegin(), rows.cend(), id);
    return it == rows.cend() ? -1 : static_cast<int>(it - rows.cbegin());
}

} // namespace

std::optional<RowId> RecordModel::idAt(int row) const
{
    const auto position = static_cast<size_t>(row);
    return row >= 0 && position < m_rows.size() ? std::optional(m_rows[position]) : std::nullopt;
}

int RecordModel::rowOf(RowId id, int near) const
{
    return placeNear(m_rows, id, near);
}

int RecordModel::rowOf(RowId id) const
{
    if (m_rowOf.empty()) {
        if (++m_searches <= FewSearches)
            return placeOf(m_rows, id);
        m_rowOf.assign(m_table->rows().idCount(), -1);
        for (size_t i = 0; i < m_rows.size(); ++i)
            m_rowOf[m_rows[i].value] = static_cast<int>(i);
    }
    return id.value < m_rowOf.size() ? m_rowOf[id.value] : -1;
}

int RecordModel::rowOf(const QByteArray &key) const
{
    if (const auto extra = std::find(m_extras.cbegin(), m_extras.cend(), key); extra != m_extras.cend())
        return static_cast<int>(m_rows.size() + static_cast<size_t>(extra - m_extras.cbegin()));
    const core::RowStore &rows = m_table->rows();
    const std::vector<RowId> &order = rows.keyOrder();
    const auto it =
        std::lower_bound(order.cbegin(), order.cend(), key,
                         [&rows](RowId id, const QByteArray &wanted) { return rows.row(id).key < wanted; });
    if (it == order.cend() || rows.row(*it).key != key)
        return -1;
    // In the order of the keys it is there, or near where rows that are gone are still seen.
    const auto position = static_cast<size_t>(it - order.cbegin());
    return position < m_rows.size() && m_rows[position] == *it ? static_cast<int>(position) : rowOf(*it);
}

void RecordModel::rowsMoved()
{
    m_rowOf.clear();
    m_searches = 0;
}

void RecordModel::setFilter(const QString &text, const core::FieldCondition &condition)
{
    core::RowQuery query = m_query;
    query.filter = text;
    query.condition = condition.isEmpty() ? std::nullopt : std::optional(condition);
    if (query == m_query)
        return;
    m_query = query;
    startOrdering();
}

void RecordModel::sort(int column, Qt::SortOrder order)
{
    core::RowQuery query = m_query;
    query.sortColumn.reset();
    query.descending = order == Qt::DescendingOrder;
    if (column >= 0 && column < columnCount())
        query.sortColumn = m_columns[static_cast<size_t>(column)];
    if (query == m_query)
        return;
    m_query = query;
    startOrdering();
}

void RecordModel::startOrdering()
{
    tellAppended();
    m_orderJob.reset();
    m_unmerged.clear();
    m_merging = false;
    ++m_orderGeneration;
    m_ordering = !m_query.isPlain();
    if (!m_ordering) {
        m_order.reset();
        adopt(m_table->rows().keyOrder(), currentExtras());
        Q_EMIT orderingChanged();
        return;
    }
    m_orderJob = std::make_unique<core::RowOrderJob>(m_table->rows().snapshot(), m_table->rows().keyOrder(),
                                                     core::RowEvaluator(m_codec, m_query));
    connect(m_orderJob.get(), &core::RowOrderJob::partFound, this, [this](const core::RowOrderPart &part) {
        // Whoever stands on a row that is found later keeps it until the whole order is known.
        std::vector<bool> isHeld(m_table->rows().idCount(), !m_query.isFilter());
        for (const RowId id : part.rows) {
            if (id.value < isHeld.size())
                isHeld[id.value] = true;
        }
        const core::RowEvaluator evaluator(m_codec, m_query);
        const QModelIndexList places = persistentIndexList();
        const bool losesOne = std::any_of(places.cbegin(), places.cend(), [&](const QModelIndex &place) {
            const std::optional<RowId> id = idAt(place.row());
            return id && m_table->rows().isAlive(*id) && !isHeld[id->value]
                && evaluator.evaluate(m_table->rows().row(*id));
        });
        if (!losesOne)
            adopt(withoutGone(part.rows, m_table->rows(), m_unmerged), currentExtras());
    });
    connect(m_orderJob.get(), &core::RowOrderJob::finished, this, &RecordModel::takeOrder);
    Q_EMIT orderingChanged();
}

void RecordModel::takeOrder(const std::shared_ptr<core::RowOrder> &order)
{
    m_orderJob.release()->deleteLater(); // which is what tells this
    m_ordering = false;
    m_order = order;
    const bool isLarge = m_table->rows().count() > ManyRows;
    if (!isLarge)
        mergeNow();
    adopt(withoutGone(m_order->rows(), m_table->rows(), m_unmerged), currentExtras());
    if (isLarge)
        mergeUnmerged();
    Q_EMIT orderingChanged();
}

void RecordModel::mergeNow()
{
    m_order->apply(m_table->rows().snapshot(), core::RowEvaluator(m_codec, m_query),
                   core::joined(std::exchange(m_unmerged, {}), m_table->rows()));
}

void RecordModel::mergeUnmerged()
{
    // The order is the job's until that is done; what comes meanwhile waits for the next one.
    if (m_merging || m_unmerged.empty() || !m_order)
        return;
    m_merging = true;
    auto *watcher = new QFutureWatcher<std::vector<RowId>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation = m_orderGeneration] {
        watcher->deleteLater();
        if (generation != m_orderGeneration)
            return;
        m_merging = false;
        Q_EMIT aboutToFollow();
        adopt(watcher->future().takeResult(), currentExtras());
        Q_EMIT followed();
        m_sinceFollowed.start();
        if (!m_unmerged.empty())
            followSoon();
    });
    watcher->setFuture(QtConcurrent::run(
        [order = m_order, rows = m_table->rows().snapshot(), evaluator = core::RowEvaluator(m_codec, m_query),
         delta = core::joined(std::exchange(m_unmerged, {}), m_table->rows())] {
            order->apply(rows, evaluator, delta);
            return order->rows();
        }));
}

void RecordModel::follow(const core::TableDelta &delta)
{
    if (!m_query.isPlain())
        m_unmerged.push_back(delta);
    const bool rowsMayMove = !delta.inserted.empty() || !delta.removed.empty() || m_order;
    // While an order is being found out, everything waits for it.
    if (!rowsMayMove || m_ordering || (!m_order && !m_query.isPlain())) {
        setExtras(currentExtras());
        return;
    }
    const bool isLarge = m_rows.size() > ManyRows;
    std::vector<QByteArray> extras = currentExtras();
    if (m_order && (m_merging || isLarge)) {
        setExtras(std::move(extras));
        followSoon();
        return;
    }
    // What is staged or settles goes from one place to another in one step.
    if (isLarge && m_extras.empty() && extras.empty()) {
        followSoon();
        return;
    }
    Q_EMIT aboutToFollow();
    if (m_order)
        mergeNow();
    adopt(m_order ? m_order->rows() : m_table->rows().keyOrder(), std::move(extras));
    Q_EMIT followed();
}

void RecordModel::followSoon()
{
    // An event of its own even where it is due at once: changing the rows takes long enough for one, and what
    // to do with all of them after it.
    if (std::exchange(m_followsSoon, true))
        return;
    const std::chrono::milliseconds since(m_sinceFollowed.isValid() ? m_sinceFollowed.elapsed() : 1000);
    m_followTimer.start(std::max(FollowInterval - since, std::chrono::milliseconds(0)));
}

void RecordModel::followNow()
{
    if (!std::exchange(m_followsSoon, false))
        return;
    m_followTimer.stop();
    if (m_ordering)
        return; // its end brings them
    if (m_order) {
        mergeUnmerged();
        return;
    }
    if (!m_query.isPlain())
        return;
    Q_EMIT aboutToFollow();
    adopt(m_table->rows().keyOrder(), currentExtras());
    Q_EMIT followed();
    m_sinceFollowed.start();
}

void RecordModel::takeAppended(quint32 first, quint32 count)
{
    if (m_untold > 0 && first != m_untoldFrom + m_untold)
        tellAppended();
    if (m_untold == 0)
        m_untoldFrom = first;
    m_untold += count;
    // The first ones are waited for, and what is staged may become one of the others.
    const bool mayWait = m_columnsFound && m_extras.empty() && m_overlay.isEmpty() && m_sinceTold.isValid()
        && !m_sinceTold.hasExpired(TellInterval.count());
    if (!mayWait)
        tellAppended();
    else if (!m_tellTimer.isActive())
        m_tellTimer.start(TellInterval - std::chrono::milliseconds(m_sinceTold.elapsed()));
}

void RecordModel::tellAppended()
{
    m_tellTimer.stop();
    const quint32 first = m_untoldFrom;
    const quint32 count = std::exchange(m_untold, 0);
    if (count == 0)
        return;
    m_sinceTold.start();
    const std::vector<RowId> &order = m_table->rows().keyOrder();
    const size_t before = m_rows.size();
    const size_t after = before + count;
    const bool isBehind = m_columnsFound && m_query.isPlain() && m_extras.empty() && m_overlay.isEmpty()
        && m_gone.isEmpty() && !m_keepsEdited && count > 0 && order.size() >= after
        && (before == 0 || order[before - 1] == m_rows.back()) && order[before] == RowId(first)
        && order[after - 1] == RowId(first + count - 1);
    if (!isBehind) {
        core::TableDelta delta;
        delta.inserted.resize(count);
        for (quint32 i = 0; i < count; ++i)
            delta.inserted[i] = RowId(first + i);
        takeDelta(delta);
        return;
    }
    // Nothing that is there moves: the rest of a load costs no more at its end than at its beginning.
    beginInsertRows({}, static_cast<int>(before), static_cast<int>(after) - 1);
    m_rows.insert(m_rows.end(), order.cbegin() + static_cast<std::ptrdiff_t>(before),
                  order.cbegin() + static_cast<std::ptrdiff_t>(after));
    rowsMoved();
    endInsertRows();
    Q_EMIT recordsChanged();
}

void RecordModel::adopt(std::vector<RowId> rows, std::vector<QByteArray> extras)
{
    keepGone(&rows);
    if (!promotes(extras)) {
        setExtras(std::move(extras));
        if (rows == m_rows)
            return;
        if (rows.size() > ManyRows ? adoptByOneStep(rows) : adoptBySteps(rows)) {
            Q_EMIT recordsChanged();
            return;
        }
        extras = m_extras;
    }
    adoptAll(std::move(rows), std::move(extras));
    Q_EMIT recordsChanged();
}

void RecordModel::adoptAll(std::vector<RowId> rows, std::vector<QByteArray> extras)
{
    // Whoever stands on a row, be it one that was new and is the server's now, goes along with it.
    Q_EMIT aboutToArrange();
    Q_EMIT layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    std::vector<std::pair<std::optional<RowId>, QByteArray>> places; // by id, or the key of an extra
    for (const QModelIndex &index : before) {
        const auto row = static_cast<size_t>(index.row());
        if (row < m_rows.size())
            places.emplace_back(m_rows[row], QByteArray());
        else
            places.emplace_back(std::nullopt, m_extras[row - m_rows.size()]);
    }
    m_rows = std::move(rows);
    m_extras = std::move(extras);
    rowsMoved();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const auto &[id, key] = places[static_cast<size_t>(i)];
        const int row = id ? rowOf(*id) : rowOf(key);
        after.append(row < 0 ? QModelIndex() : index(row, before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    Q_EMIT arranged();
}

bool RecordModel::adoptByOneStep(std::vector<RowId> &rows)
{
    // Possible where rows only came or only went, in one place.
    const bool grows = rows.size() > m_rows.size();
    const std::vector<RowId> &fewer = grows ? m_rows : rows;
    const std::vector<RowId> &more = grows ? rows : m_rows;
    if (fewer.size() == more.size())
        return false;
    const auto front = std::mismatch(fewer.cbegin(), fewer.cend(), more.cbegin()).first - fewer.cbegin();
    const auto gap = std::ssize(more) - std::ssize(fewer);
    if (!std::equal(fewer.cbegin() + front, fewer.cend(), more.cbegin() + front + gap))
        return false;
    const int first = static_cast<int>(front);
    const int last = static_cast<int>(front + gap) - 1;
    if (grows)
        beginInsertRows({}, first, last);
    else
        beginRemoveRows({}, first, last);
    m_rows.swap(rows);
    rowsMoved();
    if (grows)
        endInsertRows();
    else
        endRemoveRows();
    return true;
}

bool RecordModel::adoptBySteps(const std::vector<RowId> &rows)
{
    // Possible where rows only came and went, in few runs, and the others kept their order.
    std::vector<quint8> presence(m_table->rows().idCount(), 0); // 1: before, 2: after
    for (const RowId id : m_rows)
        presence[id.value] |= 1;
    for (const RowId id : rows)
        presence[id.value] |= 2;
    std::vector<int> gone;
    std::vector<int> come;
    size_t next = 0;
    for (size_t i = 0; i < m_rows.size(); ++i) {
        if (presence[m_rows[i].value] == 1) {
            gone.push_back(static_cast<int>(i));
            continue;
        }
        while (next < rows.size() && presence[rows[next].value] == 2)
            ++next;
        if (next >= rows.size() || rows[next] != m_rows[i])
            return false; // moved
        ++next;
    }
    for (size_t i = 0; i < rows.size(); ++i) {
        if (presence[rows[i].value] == 2)
            come.push_back(static_cast<int>(i));
    }
    const auto removed = runsOf(gone);
    const auto inserted = runsOf(come);
    if (removed.size() + inserted.size() > MostRuns)
        return false;

    // From the back, so that the positions before stay true.
    for (auto it = removed.crbegin(); it != removed.crend(); ++it) {
        beginRemoveRows({}, it->first, it->second);
        m_rows.erase(m_rows.begin() + it->first, m_rows.begin() + it->second + 1);
        rowsMoved();
        endRemoveRows();
    }
    for (const auto &[first, last] : inserted) {
        beginInsertRows({}, first, last);
        m_rows.insert(m_rows.begin() + first, rows.begin() + first, rows.begin() + last + 1);
        rowsMoved();
        endInsertRows();
    }
    return true;
}

void RecordModel::keepGone(std::vector<RowId> *rows)
{
    // A row in which somebody types stays under the hands, be it deleted or no longer let through.
    const int edited = sight().edited;
    const std::optional<RowId> held = idAt(edited);
    m_keepsEdited = held && placeNear(*rows, *held, edited) < 0 && placeOf(*rows, *held) < 0;
    if (m_gone.isEmpty() && !m_keepsEdited)
        return;
    // By their places so far. They are few, and all of them have been in sight.
    std::vector<std::pair<int, RowId>> kept;
    if (m_keepsEdited)
        kept.emplace_back(edited, *held);
    for (auto it = m_gone.begin(); it != m_gone.end(); ++it) {
        const RowId id(it.key());
        int row = placeNear(m_rows, id, it->row);
        if (row < 0)
            row = placeOf(m_rows, id);
        // An order that was found out meanwhile may still have it.
        const bool isThere = row >= 0 && placeNear(*rows, id, row) >= 0;
        if (row >= 0 && !isThere && !(m_keepsEdited && id == *held))
            kept.emplace_back(row, id);
    }
    std::sort(kept.begin(), kept.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    // Each behind the row that it stood behind.
    std::vector<int> behind; // place among the new rows; -1: before all
    for (const auto &[row, id] : kept) {
        int place = -1;
        for (int before = row - 1; before >= 0 && place < 0; --before) {
            const RowId candidate = m_rows[static_cast<size_t>(before)];
            if (!m_gone.contains(candidate.value))
                place = placeNear(*rows, candidate, before);
        }
        behind.push_back(std::max(place, behind.empty() ? -1 : behind.back()));
    }
    std::vector<RowId> merged;
    merged.reserve(rows->size() + kept.size());
    auto from = rows->cbegin();
    for (size_t i = 0; i < kept.size(); ++i) {
        const auto to = rows->cbegin() + (behind[i] + 1);
        merged.insert(merged.end(), from, to);
        from = to;
        if (const auto gone = m_gone.find(kept[i].second.value); gone != m_gone.end())
            gone->row = static_cast<int>(merged.size());
        merged.push_back(kept[i].second);
    }
    merged.insert(merged.end(), from, rows->cend());
    *rows = std::move(merged);
    if (!m_fade.isActive())
        m_fade.start();
}

void RecordModel::dropGone()
{
    m_keepsEdited = false;
    m_gone.clear();
    std::erase_if(m_rows, [this](RowId id) { return !m_table->rows().isAlive(id); });
    rowsMoved();
}

} // namespace slotscope::ui
