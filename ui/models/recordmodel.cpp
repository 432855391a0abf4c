// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recordmodel.h"

#include "core/value/valuetext.h"
#include "ui/theme.h"

#include <QFont>

#include <algorithm>

namespace slotscope::ui {

using core::Column;
using core::RowId;

namespace {

constexpr size_t ColumnSample = 100;
/// More separate runs than this are told to the views as one.
constexpr size_t MostRuns = 64;
/// Of more rows at once, only those in sight are told of: the others are looked at when they come there.
constexpr size_t FewRows = 16;
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

ShownRow recordIn(const core::LiveTable &table, const core::EditSession &edits, const QByteArray &key,
                  const std::optional<RowId> &id)
{
    ShownRow shown;
    shown.key = key;
    shown.change = edits.find(key);
    if (id) {
        shown.stored = table.rows().row(*id).toKeyValue();
        shown.current = core::KeyState::of(*shown.stored);
    }
    if (const core::KeyState *settling = edits.settling(key);
        settling && settling->modRevision > table.revision()) {
        shown.current = *settling;
        if (!shown.current.exists)
            shown.current.modRevision = {};
    }
    return shown;
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
        m_orderJob.reset();
        m_untold = 0;
        m_followTimer.stop();
        m_followsSoon = false;
        m_rows = m_table->rows().keyOrder();
        rowsMoved();
        m_unmerged.clear();
        m_merging = false;
        takeColumns();
        m_extras = currentExtras();
        endResetModel();
        findNews();
        Q_EMIT columnsChanged();
        startOrdering();
    });
    // Whoever hears of the state finds all rows that belong to it.
    connect(m_table.get(), &core::LiveTable::stateChanged, this, &RecordModel::tellAppended);
    m_tellTimer.setSingleShot(true);
    connect(&m_tellTimer, &QTimer::timeout, this, &RecordModel::tellAppended);
    m_followTimer.setSingleShot(true);
    connect(&m_followTimer, &QTimer::timeout, this, &RecordModel::followNow);
    connect(m_table.get(), &core::LiveTable::stateChanged, this, &RecordModel::completeColumns);
    const auto beginNews = [this] {
        if (m_lookedAt.value == 0 && m_table->state() == core::LiveTable::State::Live)
            m_lookedAt = m_table->revision();
    };
    connect(m_table.get(), &core::LiveTable::stateChanged, this, beginNews);
    beginNews();
    connect(m_edits, &core::EditSession::committed, this, &RecordModel::takeCommitted);
    m_newsTimer.setSingleShot(true);
    m_newsTimer.setInterval(0);
    connect(&m_newsTimer, &QTimer::timeout, this, &RecordModel::lookForNews);
    connect(m_table.get(), &core::LiveTable::appended, this, &RecordModel::takeAppended);
    connect(m_table.get(), &core::LiveTable::changed, this, &RecordModel::takeDelta);
    // What was committed behind the part that is loaded is a row of the server's no more than before.
    connect(m_table.get(), &core::LiveTable::partChanged, this, [this] { setExtras(currentExtras()); });
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
        return overlay ? decodedOverlay(*overlay) : RowCache::Row();
    }
    const RowId id = m_rows[position];
    if (const auto gone = m_gone.constFind(id.value); gone != m_gone.cend())
        return gone->decoded;
    const core::RowView view = m_table->rows().row(id);
    if (const Overlay *overlay = overlayOf(view.key))
        return decodedOverlay(*overlay);
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
    // Where it is known which row it is, nothing has to be looked for: ten thousand may be asked for at once.
    ShownRow shown = static_cast<size_t>(row) < m_rows.size() && !isGone(row)
        ? recordIn(*m_table, *m_edits, keyAt(row), idAt(row))
        : recordOf(keyAt(row));
    shown.state = stateAt(row);
    return shown;
}

ShownRow RecordModel::recordOf(const QByteArray &key) const
{
    return recordIn(*m_table, *m_edits, key, m_table->rows().find(key));
}

void RecordModel::takeDelta(const core::TableDelta &delta)
{
    if (!m_columnsFound && m_table->rows().count() > 0) {
        beginResetModel();
        m_rows = m_table->rows().keyOrder();
        rowsMoved();
        takeColumns();
        m_extras = currentExtras();
        endResetModel();
        Q_EMIT columnsChanged();
        startOrdering();
        return;
    }
    noteStored(delta);
    takeSettled(delta);
    for (const RowId id : delta.updated) {
        // What was staged on the row in the moment between the event and this.
        const core::RowView view = m_table->rows().row(id);
        const core::Change *change = m_edits->isEmpty() ? nullptr : m_edits->find(view.key.toByteArray());
        if (change && !change->conflict && change->base.modRevision < view.modRevision)
            m_edits->noteCurrent(change->key, core::KeyState::of(view.toKeyValue()));
        // Flashes when it is decoded. Of many, a view asks for those that it shows.
        if ((!m_sight || delta.updated.size() <= FewRows) && m_cache.contains(id))
            m_cache.request(id);
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

    follow(delta);
    rowsChanged(rowsToTell(delta.updated), {});
    if (!m_flashes.isEmpty() && !m_fade.isActive())
        m_fade.start();
    if (!delta.updated.empty())
        Q_EMIT recordsChanged();
}

bool RecordModel::isChanged(int row, int column) const
{
    const auto position = static_cast<size_t>(row);
    if (isGone(row))
        return true;
    const Overlay *overlay = position < m_rows.size() ? overlayOf(m_table->rows().row(m_rows[position]).key)
                                                      : overlayOf(m_extras[position - m_rows.size()]);
    if (!overlay || overlay->state == RowState::Clean)
        return false;
    decodedOverlay(*overlay);
    return includes(overlay->changed, column);
}

void RecordModel::takeDecoded(const std::vector<RowCache::Update> &updates)
{
    std::vector<RowId> ids;
    for (const RowCache::Update &update : updates) {
        if (update.before && static_cast<size_t>(m_flashes.size()) < MostFlashes) {
            const Flash flash {m_clock.elapsed(), differing(*update.before, *update.after)};
            if (std::find(flash.columns.cbegin(), flash.columns.cend(), true) != flash.columns.cend())
                m_flashes.insert(update.id.value, flash);
        }
        ids.push_back(update.id);
    }
    rowsChanged(rowsToTell(std::move(ids)), {});
    if (!m_flashes.isEmpty() && !m_fade.isActive())
        m_fade.start();
    Q_EMIT recordsChanged();
}

std::vector<int> RecordModel::rowsToTell(std::vector<RowId> ids) const
{
    std::vector<int> rows;
    if (!m_sight || ids.size() <= FewRows) {
        for (const RowId id : ids) {
            if (const int row = rowOf(id); row >= 0)
                rows.push_back(row);
        }
        return rows;
    }
    std::sort(ids.begin(), ids.end());
    const Sight seen = sight();
    for (int row = std::max(seen.first, 0); row <= seen.last; ++row) {
        if (const auto id = idAt(row); id && std::binary_search(ids.cbegin(), ids.cend(), *id))
            rows.push_back(row);
    }
    return rows;
}

void RecordModel::rowsChanged(std::vector<int> rows, const QList<int> &roles)
{
    if (rows.empty() || m_columns.empty())
        return;
    std::sort(rows.begin(), rows.end());
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    std::vector<std::pair<int, int>> runs;
    for (const int row : rows) {
        if (!runs.empty() && runs.back().second + 1 == row)
            runs.back().second = row;
        else
            runs.emplace_back(row, row);
    }
    if (runs.size() > MostRuns)
        runs = {{rows.front(), rows.back()}};
    for (const auto &[first, last] : runs) {
        Q_EMIT dataChanged(index(first, 0), index(last, columnCount() - 1), roles);
        Q_EMIT headerDataChanged(Qt::Vertical, first, last);
    }
}

} // namespace slotscope::ui
