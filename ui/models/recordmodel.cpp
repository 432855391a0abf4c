// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recordmodel.h"

#include "core/value/valuetext.h"
#include "ui/theme.h"

#include <QFont>

#include <algorithm>
#include <numeric>

namespace slotscope::ui {

using core::Column;
using core::RowId;

namespace {

constexpr size_t ColumnSample = 100;
/// More separate runs than this are told to the views as one.
constexpr size_t MostRuns = 64;
constexpr size_t MostFlashes = 2000;
constexpr int FadeInterval = 60;
constexpr int PassingTimeInterval = 10'000;

/// Calls f(first, last) for each run of consecutive numbers in a sorted list.
template <typename F>
size_t forEachRun(const std::vector<int> &numbers, F &&f)
{
    size_t runs = 0;
    for (size_t i = 0; i < numbers.size();) {
        size_t j = i;
        while (j + 1 < numbers.size() && numbers[j + 1] == numbers[j] + 1)
            ++j;
        f(numbers[i], numbers[j]);
        ++runs;
        i = j + 1;
    }
    return runs;
}

} // namespace

RecordModel::RecordModel(std::shared_ptr<core::LiveTable> table, core::EditSession *edits,
                         core::SlotCodec codec, QObject *parent)
    : QAbstractTableModel(parent)
    , m_table(std::move(table))
    , m_edits(edits)
    , m_codec(std::move(codec))
    , m_cache([this](RowId id) {
        return m_table->rows().isAlive(id) ? std::optional(m_table->rows().row(id)) : std::nullopt;
    })
{
    m_clock.start();
    m_fade.setInterval(FadeInterval);
    connect(&m_fade, &QTimer::timeout, this, &RecordModel::fadeFlashes);
    m_passingTime.setInterval(PassingTimeInterval);
    connect(&m_passingTime, &QTimer::timeout, this, [this] {
        for (int column = 0; column < columnCount() && rowCount() > 0; ++column) {
            if (look(column).format.form == DisplayFormat::Form::Relative)
                Q_EMIT dataChanged(index(0, column), index(rowCount() - 1, column), {Qt::DisplayRole});
        }
    });
    m_cache.reset(m_codec);
    connect(&m_cache, &RowCache::decoded, this, &RecordModel::takeDecoded);

    // Before the rows change: whoever remembers where it was still asks for them.
    connect(m_table.get(), &core::LiveTable::aboutToBeReset, this, &RecordModel::beginResetModel);
    connect(m_table.get(), &core::LiveTable::reset, this, [this] {
        m_cache.reset(m_codec);
        m_flashes.clear();
        m_gone.clear();
        m_keepsEdited = false;
        m_order.reset();
        m_orderCall.cancel();
        m_rows = m_table->rows().keyOrder();
        m_rowOf.clear();
        m_sinceSnapshot.clear();
        takeColumns();
        m_extras = currentExtras();
        endResetModel();
        findNews();
        Q_EMIT columnsChanged();
        startOrdering();
    });
    connect(m_table.get(), &core::LiveTable::stateChanged, this, &RecordModel::completeColumns);
    const auto beginNews = [this] {
        if (m_lookedAt.value == 0 && m_table->state() == core::LiveTable::State::Live)
            m_lookedAt = m_table->revision();
    };
    connect(m_table.get(), &core::LiveTable::stateChanged, this, beginNews);
    beginNews();
    connect(m_edits, &core::EditSession::committed, this, &RecordModel::takeCommitted);
    connect(m_table.get(), &core::LiveTable::appended, this, [this](quint32 first, quint32 count) {
        core::TableDelta delta;
        delta.inserted.resize(count);
        for (quint32 i = 0; i < count; ++i)
            delta.inserted[i] = RowId(first + i);
        takeDelta(delta);
    });
    connect(m_table.get(), &core::LiveTable::changed, this, &RecordModel::takeDelta);
    connect(m_edits, &core::EditSession::changed, this, &RecordModel::takeEdits);

    m_rows = m_table->rows().keyOrder();
    takeColumns();
    m_extras = currentExtras();
}

void RecordModel::setCodec(const core::SlotCodec &codec)
{
    if (codec.type() == m_codec.type() && codec.prefixLength() == m_codec.prefixLength())
        return;
    beginResetModel();
    dropGone();
    m_codec = codec;
    m_cache.reset(m_codec);
    m_flashes.clear();
    takeColumns();
    endResetModel();
    Q_EMIT columnsChanged();
    startOrdering();
}

std::vector<Column> RecordModel::findColumns() const
{
    // A spread over the rows: the first ones of a slot are often not like the others.
    std::vector<core::DecodedRow> sample;
    const std::vector<RowId> &rows = m_table->rows().keyOrder();
    const size_t step = std::max<size_t>(1, rows.size() / ColumnSample);
    for (size_t i = 0; i < rows.size() && sample.size() < ColumnSample; i += step) {
        const core::RowView view = m_table->rows().row(rows[i]);
        sample.push_back(core::decodeRow(m_codec, view.key, view.value));
    }
    return core::discoverColumns(m_codec.type(), sample, m_wanted);
}

void RecordModel::takeColumns()
{
    m_columns = findColumns();
    takeLooks();
    m_columnsFound = m_table->rows().count() > 0;
    m_columnsComplete = m_columnsFound && m_table->state() != core::LiveTable::State::Loading;
    rebuildOverlays(); // they remember columns
}

void RecordModel::completeColumns()
{
    // The first page showed the first records only.
    if (m_columnsComplete || !m_columnsFound || m_table->state() != core::LiveTable::State::Live)
        return;
    m_columnsComplete = true;
    const std::vector<Column> columns = findColumns();
    const auto sameId = [](const Column &a, const Column &b) { return a.id == b.id; };
    if (std::equal(columns.cbegin(), columns.cend(), m_columns.cbegin(), m_columns.cend(), sameId))
        return;
    replaceColumns(columns);
}

void RecordModel::replaceColumns(std::vector<Column> columns)
{
    beginResetModel();
    m_columns = std::move(columns);
    takeLooks();
    m_flashes.clear();
    rebuildOverlays();
    endResetModel();
    Q_EMIT columnsChanged();
}

void RecordModel::setWantedColumns(const std::vector<core::ValuePath> &paths)
{
    if (paths == m_wanted)
        return;
    m_wanted = paths;
    // A reset only where something comes or goes: most of them have been found anyway.
    const bool allThere = std::all_of(paths.cbegin(), paths.cend(), [this](const core::ValuePath &path) {
        return columnOf(Column::ofField(path).id) >= 0;
    });
    const bool noneMore = std::none_of(m_columns.cbegin(), m_columns.cend(), [&paths](const Column &column) {
        return column.added && std::find(paths.cbegin(), paths.cend(), column.path) == paths.cend();
    });
    if (!allThere || !noneMore)
        replaceColumns(findColumns());
}

void RecordModel::setLooks(LookOf lookOf)
{
    m_lookOf = std::move(lookOf);
    refreshLooks();
}

void RecordModel::takeLooks()
{
    m_looks.clear();
    bool isRelative = false;
    for (const Column &column : m_columns) {
        m_looks.push_back(m_lookOf ? m_lookOf(column) : ColumnLook());
        isRelative = isRelative || m_looks.back().format.form == DisplayFormat::Form::Relative;
    }
    if (!isRelative)
        m_passingTime.stop();
    else if (!m_passingTime.isActive())
        m_passingTime.start();
}

void RecordModel::refreshLooks()
{
    const std::vector<ColumnLook> before = m_looks;
    takeLooks();
    for (int column = 0; column < columnCount(); ++column) {
        if (before.size() == m_looks.size() && before[size_t(column)] == look(column))
            continue;
        Q_EMIT headerDataChanged(Qt::Horizontal, column, column);
        if (rowCount() > 0)
            Q_EMIT dataChanged(index(0, column), index(rowCount() - 1, column));
    }
}

int RecordModel::columnOf(const QString &id) const
{
    const auto it =
        std::find_if(m_columns.cbegin(), m_columns.cend(), [&id](const Column &c) { return c.id == id; });
    return it == m_columns.cend() ? -1 : static_cast<int>(it - m_columns.cbegin());
}

int RecordModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size() + m_extras.size());
}

int RecordModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QByteArray RecordModel::keyAt(int row) const
{
    const auto position = static_cast<size_t>(row);
    if (isGone(row))
        return {}; // it is the key of nothing
    if (position < m_rows.size())
        return m_table->rows().row(m_rows[position]).key.toByteArray();
    return position - m_rows.size() < m_extras.size() ? m_extras[position - m_rows.size()] : QByteArray();
}

int RecordModel::rowOf(RowId id) const
{
    if (m_rowOf.empty() && !m_rows.empty()) {
        auto &positions = const_cast<std::vector<int> &>(m_rowOf);
        positions.assign(m_table->rows().idCount(), -1);
        for (size_t i = 0; i < m_rows.size(); ++i)
            positions[m_rows[i].value] = static_cast<int>(i);
    }
    return id.value < m_rowOf.size() ? m_rowOf[id.value] : -1;
}

int RecordModel::rowOf(const QByteArray &key) const
{
    if (const auto extra = std::find(m_extras.cbegin(), m_extras.cend(), key); extra != m_extras.cend())
        return static_cast<int>(m_rows.size() + static_cast<size_t>(extra - m_extras.cbegin()));
    const std::optional<RowId> id = m_table->rows().find(key);
    return id ? rowOf(*id) : -1;
}

core::RowChoice RecordModel::choiceOf(const std::vector<int> &rows) const
{
    core::RowChoice choice;
    for (const int row : rows) {
        const auto position = static_cast<size_t>(row);
        if (isGone(row))
            continue;
        if (position < m_rows.size())
            choice.rows.push_back(m_rows[position]);
        else if (position - m_rows.size() < m_extras.size())
            choice.extras.push_back(m_extras[position - m_rows.size()]);
    }
    return choice;
}

const RecordModel::Overlay *RecordModel::overlayOf(QByteArrayView key) const
{
    if (m_overlay.isEmpty())
        return nullptr;
    const auto it = m_overlay.constFind(QByteArray::fromRawData(key.data(), key.size()));
    if (it == m_overlay.cend() || (it->settlesAt.value != 0 && it->settlesAt <= m_table->revision()))
        return nullptr;
    return &*it;
}

RowState RecordModel::stateAt(int row) const
{
    if (isGone(row))
        return RowState::Gone;
    const auto position = static_cast<size_t>(row);
    const Overlay *overlay = position < m_rows.size() ? overlayOf(m_table->rows().row(m_rows[position]).key)
                                                      : overlayOf(m_extras[position - m_rows.size()]);
    return overlay ? overlay->state : RowState::Clean;
}

RowCache::Row RecordModel::decodedAt(int row) const
{
    const auto position = static_cast<size_t>(row);
    if (position >= m_rows.size()) {
        const Overlay *overlay = overlayOf(m_extras[position - m_rows.size()]);
        return overlay ? overlay->decoded : RowCache::Row();
    }
    const RowId id = m_rows[position];
    if (const auto gone = m_gone.constFind(id.value); gone != m_gone.cend())
        return gone->decoded;
    const core::RowView view = m_table->rows().row(id);
    if (const Overlay *overlay = overlayOf(view.key); overlay && overlay->decoded)
        return overlay->decoded;
    return m_cache.row(id, view.modRevision);
}

ShownRow RecordModel::shownRow(int row) const
{
    ShownRow shown = recordAt(row);
    if (!shown.key.isEmpty())
        shown.decoded = decodedAt(row);
    return shown;
}

ShownRow RecordModel::recordAt(int row) const
{
    if (row < 0 || row >= rowCount())
        return {};
    ShownRow shown = recordOf(keyAt(row));
    shown.state = stateAt(row);
    return shown;
}

ShownRow RecordModel::recordOf(const QByteArray &key) const
{
    ShownRow shown;
    shown.key = key;
    shown.change = m_edits->find(key);
    if (const std::optional<RowId> id = m_table->rows().find(key)) {
        shown.stored = m_table->rows().row(*id).toKeyValue();
        shown.current = core::KeyState::of(*shown.stored);
    }
    if (const core::KeyState *settling = m_edits->settling(key);
        settling && settling->modRevision > m_table->revision()) {
        shown.current = *settling;
        if (!shown.current.exists)
            shown.current.modRevision = {};
    }
    return shown;
}

void RecordModel::setFilter(const QString &text)
{
    if (m_query.filter == text)
        return;
    m_query.filter = text;
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
    m_orderCall.cancel();
    m_sinceSnapshot.clear();
    m_ordering = !m_query.isPlain();
    if (!m_ordering) {
        ++m_orderGeneration;
        m_order.reset();
        adopt(m_table->rows().keyOrder(), currentExtras());
        Q_EMIT orderingChanged();
        return;
    }
    m_orderCall = core::RowOrder::compute(m_table->rows().snapshot(), m_table->rows().keyOrder(),
                                          core::RowEvaluator(m_codec, m_query));
    m_orderCall.then(this,
                     [this, generation = ++m_orderGeneration](
                         const core::Result<std::shared_ptr<core::RowOrder>> &result) {
                         if (!result || generation != m_orderGeneration)
                             return; // given up for another one
                         m_ordering = false;
                         m_order = *result;
                         m_order->apply(m_table->rows(), core::RowEvaluator(m_codec, m_query),
                                        core::joined(std::exchange(m_sinceSnapshot, {}), m_table->rows()));
                         adopt(m_order->rows(), currentExtras());
                         Q_EMIT orderingChanged();
                     });
    Q_EMIT orderingChanged();
}

void RecordModel::adopt(std::vector<RowId> rows, std::vector<QByteArray> extras)
{
    keepGone(&rows);
    const bool promotes = std::any_of(m_extras.cbegin(), m_extras.cend(), [&](const QByteArray &key) {
        return std::find(extras.cbegin(), extras.cend(), key) == extras.cend() && m_table->rows().find(key);
    });
    if (!promotes) {
        setExtras(std::move(extras));
        if (rows == m_rows)
            return;
        if (adoptBySteps(rows)) {
            Q_EMIT recordsChanged();
            return;
        }
        extras = m_extras;
    }
    // Whoever stands on a row, be it one that was new and is the server's now, goes along with it.
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
    m_rowOf.clear();
    QModelIndexList after;
    for (qsizetype i = 0; i < before.size(); ++i) {
        const auto &[id, key] = places[static_cast<size_t>(i)];
        const int row = id ? rowOf(*id) : rowOf(key);
        after.append(row < 0 ? QModelIndex() : index(row, before[i].column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    Q_EMIT recordsChanged();
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
    const auto nothing = [](int, int) {};
    if (forEachRun(gone, nothing) + forEachRun(come, nothing) > MostRuns)
        return false;

    // From the back, so that the positions before stay true.
    std::vector<std::pair<int, int>> runs;
    forEachRun(gone, [&runs](int first, int last) { runs.emplace_back(first, last); });
    for (auto it = runs.crbegin(); it != runs.crend(); ++it) {
        beginRemoveRows({}, it->first, it->second);
        m_rows.erase(m_rows.begin() + it->first, m_rows.begin() + it->second + 1);
        m_rowOf.clear();
        endRemoveRows();
    }
    forEachRun(come, [this, &rows](int first, int last) {
        beginInsertRows({}, first, last);
        m_rows.insert(m_rows.begin() + first, rows.begin() + first, rows.begin() + last + 1);
        m_rowOf.clear();
        endInsertRows();
    });
    return true;
}

void RecordModel::takeDelta(const core::TableDelta &delta)
{
    if (!m_columnsFound && m_table->rows().count() > 0) {
        beginResetModel();
        m_rows = m_table->rows().keyOrder();
        m_rowOf.clear();
        takeColumns();
        m_extras = currentExtras();
        endResetModel();
        Q_EMIT columnsChanged();
        startOrdering();
        return;
    }
    if (m_ordering)
        m_sinceSnapshot.push_back(delta);
    takeSettled(delta);
    for (const RowId id : delta.updated) {
        // What was staged on the row in the moment between the event and this.
        const core::RowView view = m_table->rows().row(id);
        const core::Change *change = m_edits->isEmpty() ? nullptr : m_edits->find(view.key.toByteArray());
        if (change && !change->conflict && change->base.modRevision < view.modRevision)
            m_edits->noteCurrent(change->key, core::KeyState::of(view.toKeyValue()));
        if (m_cache.contains(id))
            m_cache.request(id); // flashes when it is decoded
    }
    const bool isLive = m_table->state() == core::LiveTable::State::Live;
    if (isLive) {
        for (const RowId id : delta.inserted) {
            if (static_cast<size_t>(m_flashes.size()) < MostFlashes)
                m_flashes.insert(id.value, {m_clock.elapsed(), {}});
        }
    }
    letFade(delta.removed);
    takeNews(delta);

    const bool rowsMayMove = !delta.inserted.empty() || !delta.removed.empty() || m_order;
    if (m_order)
        m_order->apply(m_table->rows(), core::RowEvaluator(m_codec, m_query), delta);
    // While a first order is being found out, new rows wait for it.
    if (rowsMayMove && (m_order || m_query.isPlain())) {
        Q_EMIT aboutToFollow();
        adopt(m_order ? m_order->rows() : m_table->rows().keyOrder(), currentExtras());
        Q_EMIT followed();
    } else {
        setExtras(currentExtras());
    }

    std::vector<int> rows;
    for (const RowId id : delta.updated) {
        if (const int row = rowOf(id); row >= 0)
            rows.push_back(row);
    }
    rowsChanged(std::move(rows), {});
    if (!m_flashes.isEmpty() && !m_fade.isActive())
        m_fade.start();
    if (!delta.updated.empty())
        Q_EMIT recordsChanged();
}

std::vector<bool> RecordModel::differing(const core::DecodedRow &a, const core::DecodedRow &b) const
{
    std::vector<bool> columns(m_columns.size(), false);
    for (size_t i = 0; i < m_columns.size(); ++i) {
        const core::Value *left = core::cellValue(a, m_columns[i]);
        const core::Value *right = core::cellValue(b, m_columns[i]);
        columns[i] = (left == nullptr) != (right == nullptr) || (left && right && !(*left == *right));
    }
    return columns;
}

bool RecordModel::isChanged(int row, int column) const
{
    const auto position = static_cast<size_t>(row);
    if (isGone(row))
        return true;
    const Overlay *overlay = position < m_rows.size() ? overlayOf(m_table->rows().row(m_rows[position]).key)
                                                      : overlayOf(m_extras[position - m_rows.size()]);
    return overlay && overlay->state != RowState::Clean && includes(overlay->changed, column);
}

void RecordModel::takeSettled(const core::TableDelta &delta)
{
    // Our own commit comes back: what was laid over is decoded already, so that nothing older shows in
    // between.
    if (m_overlay.isEmpty())
        return;
    for (const auto *ids : {&delta.updated, &delta.inserted}) {
        for (const RowId id : *ids) {
            const core::RowView view = m_table->rows().row(id);
            const auto it = m_overlay.find(view.key.toByteArray());
            if (it == m_overlay.end() || it->settlesAt.value == 0)
                continue;
            if (it->settlesAt == view.modRevision && it->decoded)
                m_cache.insert(id, view.modRevision, it->decoded, view.key.size() + view.value.size());
            m_overlay.erase(it);
        }
    }
}

void RecordModel::takeDecoded(const std::vector<RowCache::Update> &updates)
{
    std::vector<int> rows;
    for (const RowCache::Update &update : updates) {
        if (update.before && static_cast<size_t>(m_flashes.size()) < MostFlashes) {
            const Flash flash {m_clock.elapsed(), differing(*update.before, *update.after)};
            if (std::find(flash.columns.cbegin(), flash.columns.cend(), true) != flash.columns.cend())
                m_flashes.insert(update.id.value, flash);
        }
        if (const int row = rowOf(update.id); row >= 0)
            rows.push_back(row);
    }
    rowsChanged(std::move(rows), {});
    if (!m_flashes.isEmpty() && !m_fade.isActive())
        m_fade.start();
    Q_EMIT recordsChanged();
}

void RecordModel::rowsChanged(std::vector<int> rows, const QList<int> &roles)
{
    if (rows.empty() || m_columns.empty())
        return;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    const int lastColumn = columnCount() - 1;
    if (forEachRun(rows, [](int, int) {}) > MostRuns) {
        Q_EMIT dataChanged(index(rows.front(), 0), index(rows.back(), lastColumn), roles);
        Q_EMIT headerDataChanged(Qt::Vertical, rows.front(), rows.back());
        return;
    }
    forEachRun(rows, [&](int first, int last) {
        Q_EMIT dataChanged(index(first, 0), index(last, lastColumn), roles);
        Q_EMIT headerDataChanged(Qt::Vertical, first, last);
    });
}

void RecordModel::updateOverlay(const QByteArray &key)
{
    if (!m_table->range().contains(key))
        return;
    Overlay overlay;
    QByteArray value;
    if (const core::Change *change = m_edits->find(key)) {
        switch (change->kind) {
        case core::Change::Kind::Insert:
            overlay.state = RowState::Inserted;
            break;
        case core::Change::Kind::Update:
            overlay.state = RowState::Edited;
            break;
        case core::Change::Kind::Delete:
            overlay.state = RowState::Deleted;
            break;
        }
        if (change->conflict)
            overlay.state = RowState::Conflict;
        value = change->kind == core::Change::Kind::Delete ? change->base.value : change->value;
    } else if (const core::KeyState *settling = m_edits->settling(key);
               settling && settling->modRevision > m_table->revision()) {
        overlay.settlesAt = settling->modRevision;
        overlay.state = settling->exists ? RowState::Clean : RowState::Deleted;
        value = settling->value;
    } else {
        m_overlay.remove(key);
        return;
    }
    overlay.decoded = std::make_shared<core::DecodedRow>(core::decodeRow(m_codec, key, value));
    if (const core::Change *change = m_edits->find(key); change && change->kind == core::Change::Kind::Update)
        overlay.changed = differing(core::decodeRow(m_codec, key, change->base.value), *overlay.decoded);
    m_overlay.insert(key, overlay);
}

void RecordModel::rebuildOverlays()
{
    QList<QByteArray> keys = m_overlay.keys();
    for (const core::Change &change : m_edits->changes()) {
        if (!m_overlay.contains(change.key))
            keys.append(change.key);
    }
    m_overlay.clear();
    for (const QByteArray &key : std::as_const(keys))
        updateOverlay(key);
}

std::vector<QByteArray> RecordModel::currentExtras() const
{
    // Staged keys that the server's rows do not show, in the order of staging; then those just committed, in
    // the order they had.
    std::vector<QByteArray> extras;
    if (m_overlay.isEmpty())
        return extras;
    for (const core::Change &change : m_edits->changes()) {
        if (m_overlay.contains(change.key) && !m_table->rows().find(change.key))
            extras.push_back(change.key);
    }
    const auto staged = static_cast<std::ptrdiff_t>(extras.size());
    for (auto it = m_overlay.cbegin(); it != m_overlay.cend(); ++it) {
        if (it->settlesAt > m_table->revision() && it->state == RowState::Clean
            && !m_table->rows().find(it.key()))
            extras.push_back(it.key());
    }
    const auto place = [this](const QByteArray &key) {
        return std::make_pair(std::find(m_extras.cbegin(), m_extras.cend(), key) - m_extras.cbegin(), key);
    };
    std::sort(extras.begin() + staged, extras.end(),
              [&place](const QByteArray &a, const QByteArray &b) { return place(a) < place(b); });
    return extras;
}

void RecordModel::setExtras(std::vector<QByteArray> extras)
{
    if (extras == m_extras)
        return;
    const auto base = static_cast<int>(m_rows.size());
    if (extras.size() == m_extras.size()) {
        // Another key typed for a new record, which stays where it is.
        m_extras = std::move(extras);
        Q_EMIT dataChanged(index(base, 0), index(rowCount() - 1, columnCount() - 1));
        return;
    }
    const auto front = std::mismatch(m_extras.cbegin(), m_extras.cend(), extras.cbegin(), extras.cend());
    const auto first = front.first - m_extras.cbegin();
    const auto tail = std::mismatch(m_extras.crbegin(), std::make_reverse_iterator(front.first),
                                    extras.crbegin(), std::make_reverse_iterator(front.second))
                          .first
        - m_extras.crbegin();
    const auto oldEnd = static_cast<std::ptrdiff_t>(m_extras.size()) - tail;
    const auto newEnd = static_cast<std::ptrdiff_t>(extras.size()) - tail;
    if (oldEnd > first) {
        beginRemoveRows({}, base + static_cast<int>(first), base + static_cast<int>(oldEnd) - 1);
        m_extras.erase(m_extras.begin() + first, m_extras.begin() + oldEnd);
        endRemoveRows();
    }
    if (newEnd > first) {
        beginInsertRows({}, base + static_cast<int>(first), base + static_cast<int>(newEnd) - 1);
        m_extras = std::move(extras);
        endInsertRows();
    }
}

void RecordModel::takeEdits(const std::vector<QByteArray> &keys)
{
    for (const QByteArray &key : keys)
        updateOverlay(key);
    setExtras(currentExtras());
    std::vector<int> rows;
    for (const QByteArray &key : keys) {
        if (const int row = rowOf(key); row >= 0)
            rows.push_back(row);
    }
    rowsChanged(std::move(rows), {});
    Q_EMIT recordsChanged();
}

} // namespace slotscope::ui
