// SPDX-License-Identifier: GPL-3.0-or-later
//
// What RecordModel shows of changes on the server: flashes, rows that fade before they go, and what has
// changed since somebody looked.
#include "ui/models/recordmodel.h"

#include <algorithm>

namespace slotscope::ui {

using core::RowId;

namespace {

constexpr qint64 FlashMilliseconds = 900;
/// How long a deleted row is still seen.
constexpr qint64 FadeMilliseconds = 1200;
/// Deleted at once, more than these simply go.
constexpr qsizetype MostFading = 200;

} // namespace

void RecordModel::setSight(std::function<Sight()> sight)
{
    m_sight = std::move(sight);
}

RecordModel::Sight RecordModel::sight() const
{
    return m_sight ? m_sight() : Sight();
}

bool RecordModel::isGone(int row) const
{
    const auto position = static_cast<size_t>(row);
    return position < m_rows.size() && !m_table->rows().isAlive(m_rows[position]);
}

double RecordModel::lifeOf(qint64 since, qint64 duration) const
{
    const double left = 1 - static_cast<double>(m_clock.elapsed() - since) / static_cast<double>(duration);
    if (left <= 0)
        return 0;
    return m_motionReduced ? 1 : std::min(left, 1.0);
}

double RecordModel::flashOf(int row, int column) const
{
    const auto position = static_cast<size_t>(row);
    if (position >= m_rows.size())
        return 0;
    if (const auto gone = m_gone.constFind(m_rows[position].value); gone != m_gone.cend())
        return lifeOf(gone->since, FadeMilliseconds);
    const auto it = m_flashes.constFind(m_rows[position].value);
    if (it == m_flashes.cend() || !includes(it->columns, column))
        return 0;
    return lifeOf(it->since, FlashMilliseconds);
}

void RecordModel::fadeFlashes()
{
    std::vector<RowId> ids;
    const auto take = [this, &ids](quint32 id, bool isOver) {
        // Without motion there is nothing to be painted between beginning and end.
        if (isOver || !m_motionReduced)
            ids.emplace_back(id);
    };
    for (auto it = m_flashes.begin(); it != m_flashes.end();) {
        const bool isOver = lifeOf(it->since, FlashMilliseconds) <= 0;
        take(it.key(), isOver);
        it = isOver ? m_flashes.erase(it) : std::next(it);
    }
    const int edited = m_gone.isEmpty() && !m_keepsEdited ? -1 : sight().edited;
    bool anyOver = false;
    for (auto it = m_gone.begin(); it != m_gone.end();) {
        const bool isOver =
            lifeOf(it->since, FadeMilliseconds) <= 0 && idAt(edited) != std::optional(RowId(it.key()));
        take(it.key(), false);
        anyOver = anyOver || isOver;
        it = isOver ? m_gone.erase(it) : std::next(it);
    }
    if (m_keepsEdited && edited < 0)
        anyOver = true;
    rowsChanged(rowsToTell(std::move(ids)), {FlashRole, Qt::BackgroundRole});
    if (anyOver && !m_merging && !m_ordering && (m_order || m_query.isPlain())) {
        Q_EMIT aboutToFollow();
        adopt(m_order ? m_order->rows() : m_table->rows().keyOrder(), currentExtras());
        Q_EMIT followed();
    }
    if (m_flashes.isEmpty() && m_gone.isEmpty() && !m_keepsEdited)
        m_fade.stop();
}

void RecordModel::letFade(const std::vector<RowId> &removed)
{
    if (removed.empty())
        return;
    std::vector<RowId> ids = removed;
    std::sort(ids.begin(), ids.end());
    for (const RowId id : ids)
        m_flashes.remove(id.value);
    const auto keep = [this, &ids](int row, bool isEdited) {
        const std::optional<RowId> id = idAt(row);
        if (!id || !std::binary_search(ids.cbegin(), ids.cend(), *id))
            return;
        RowCache::Row decoded = m_cache.known(*id);
        // What is staged on it is shown behind the rows, and not twice.
        const QByteArray key = m_table->rows().row(*id).key.toByteArray();
        const bool isStaged = !key.isEmpty() && m_overlay.contains(key);
        if (!isEdited && (!decoded || isStaged || m_gone.size() >= MostFading))
            return;
        m_gone.insert(
            id->value,
            {m_clock.elapsed(), decoded ? decoded : std::make_shared<const core::DecodedRow>(), row});
    };
    const Sight seen = sight();
    for (int row = std::max(seen.first, 0); row <= seen.last; ++row)
        keep(row, row == seen.edited);
    if (seen.edited >= 0 && (seen.edited < seen.first || seen.edited > seen.last))
        keep(seen.edited, true);
}

void RecordModel::clearNews()
{
    m_lookedAt = std::max(m_lookedAt, m_table->revision());
    if (m_newsCount == 0)
        return;
    m_news.clear();
    m_newsCount = 0;
    // A header looks at each section that it is told of.
    const Sight seen = m_sight ? sight() : Sight {.first = 0, .last = rowCount() - 1};
    if (const int last = std::min(seen.last, rowCount() - 1); seen.first >= 0 && seen.first <= last)
        Q_EMIT headerDataChanged(Qt::Vertical, seen.first, last);
    Q_EMIT newsChanged();
}

bool RecordModel::isNews(RowId id) const
{
    return id.value < m_news.size() && m_news[id.value];
}

void RecordModel::setNews(RowId id, bool news)
{
    if (isNews(id) == news)
        return;
    if (id.value >= m_news.size())
        m_news.resize(m_table->rows().idCount(), false);
    m_news[id.value] = news;
    m_newsCount += news ? 1 : -1;
}

void RecordModel::takeNews(const core::TableDelta &delta)
{
    if (m_lookedAt.value == 0 || !m_tellsNews)
        return; // what is loaded is no news
    const int before = m_newsCount;
    for (const auto *ids : {&delta.inserted, &delta.updated}) {
        for (const RowId id : *ids) {
            // Who has written it has seen it.
            const core::RowView view = m_table->rows().row(id);
            setNews(id, view.modRevision > m_lookedAt && view.modRevision != m_ownRevision);
        }
    }
    for (const RowId id : delta.removed)
        setNews(id, false);
    if (m_newsCount != before)
        Q_EMIT newsChanged();
}

void RecordModel::findNews()
{
    m_news.clear();
    m_newsCount = 0;
    m_newsFrom = 0;
    if (m_tellsNews && m_lookedAt.value > 0)
        lookForNews();
    else
        Q_EMIT newsChanged();
}

void RecordModel::lookForNews()
{
    // So many rows at a time that nobody waits for it.
    constexpr quint32 Slice = 50'000;
    const core::RowStore &rows = m_table->rows();
    const quint32 end =
        rows.idCount() - std::min(rows.idCount(), m_newsFrom) > Slice ? m_newsFrom + Slice : rows.idCount();
    for (; m_newsFrom < end; ++m_newsFrom) {
        const RowId id(m_newsFrom);
        if (!rows.isAlive(id))
            continue;
        const core::Revision revision = rows.row(id).modRevision;
        if (revision > m_lookedAt && revision != m_ownRevision)
            setNews(id, true);
    }
    if (m_newsFrom < rows.idCount())
        m_newsTimer.start();
    Q_EMIT newsChanged();
}

void RecordModel::takeCommitted(const core::CommitReport &report)
{
    if (report.outcome != core::CommitReport::Outcome::Committed)
        return;
    m_ownRevision = report.revision;
    const int before = m_newsCount;
    for (const core::Change &change : report.written) {
        // Its echo was faster than the answer.
        const std::optional<RowId> id = m_table->rows().find(change.key);
        if (id && m_table->rows().row(*id).modRevision == report.revision)
            setNews(*id, false);
    }
    if (m_newsCount != before)
        Q_EMIT newsChanged();
}

int RecordModel::nextNews(int row) const
{
    const auto count = static_cast<int>(m_rows.size());
    for (int step = 1; m_newsCount > 0 && step <= count; ++step) {
        const int at = (std::max(row, -1) + step) % count;
        if (isNews(m_rows[static_cast<size_t>(at)]))
            return at;
    }
    return -1;
}

void RecordModel::setMotionReduced(bool reduced)
{
    m_motionReduced = reduced;
}

} // namespace slotscope::ui
