// SPDX-License-Identifier: GPL-3.0-or-later
//
// The columns of a RecordTab. What the user arranges on his screen (order, widths, what is hidden) is kept in
// his settings; what columns there are beside those that records show, and in which format, in the schema,
// which people share. What a schema says of an arrangement counts as long as the user has none of his own.
#include "ui/models/columntext.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QAction>
#include <QActionGroup>
#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QSignalBlocker>

#include <algorithm>

namespace slotscope::ui {

namespace {

QString withoutMnemonic(const QString &text)
{
    return QString(text).replace(QLatin1Char('&'), QLatin1String("&&"));
}

const QString Order = QStringLiteral("order");
const QString Widths = QStringLiteral("widths");
const QString Shown = QStringLiteral("shown");

/// The layout, and of columns that it does not know what an older one says: while types are still being found
/// out, tables have but few columns.
QVariantMap completed(QVariantMap layout, const QVariantMap &older)
{
    QStringList order = layout.value(Order).toStringList();
    QVariantMap widths = layout.value(Widths).toMap();
    QVariantMap shown = layout.value(Shown).toMap();
    const QVariantMap olderWidths = older.value(Widths).toMap();
    const QVariantMap olderShown = older.value(Shown).toMap();
    qsizetype place = 0; // behind the one that it followed
    for (const QString &id : older.value(Order).toStringList()) {
        if (const qsizetype known = order.indexOf(id); known >= 0) {
            place = known + 1;
            continue;
        }
        order.insert(place++, id);
        if (olderWidths.contains(id))
            widths.insert(id, olderWidths.value(id));
        if (olderShown.contains(id))
            shown.insert(id, olderShown.value(id));
    }
    layout.insert(Order, order);
    layout.insert(Widths, widths);
    layout.insert(Shown, shown);
    return layout;
}

QVariantMap storedLayout(const QString &key)
{
    return QSettings().value(QStringLiteral("columns/") + key).toMap();
}

} // namespace

const core::TableSchema *RecordTab::tableSchema() const
{
    const core::SlotDirectory *directory = m_connection->directory();
    const core::SlotInfo *info = m_slot ? directory->find(*m_slot) : nullptr;
    return info ? directory->schema().find(info->id()) : nullptr;
}

const core::ColumnSetting *RecordTab::settingOf(const QString &column) const
{
    const core::TableSchema *table = tableSchema();
    if (!table)
        return nullptr;
    const auto it = std::find_if(table->columns.cbegin(), table->columns.cend(),
                                 [&column](const auto &setting) { return setting.column == column; });
    return it == table->columns.cend() ? nullptr : &*it;
}

bool RecordTab::isShownByDefault(const core::Column &column) const
{
    const core::ColumnSetting *setting = settingOf(column.id);
    return setting ? setting->shown : column.shown;
}

ColumnLook RecordTab::lookOf(const core::Column &column) const
{
    ColumnLook look;
    if (const core::ColumnSetting *setting = settingOf(column.id))
        look.format = DisplayFormat::fromName(setting->format);
    if (!m_slot)
        return look;
    const core::Relations *relations = m_connection->relations();
    std::optional<core::Slot> target;
    if (column.group == core::Column::Group::Key)
        target = relations->targetOfKeyPart(*m_slot, column.keyPart);
    else if (column.group == core::Column::Group::Field)
        target = relations->targetOfField(*m_slot, column.path);
    const core::SlotInfo *info = target ? m_connection->directory()->find(*target) : nullptr;
    // A part of a key of several does not lead to one record.
    if (info && info->type.key.components().size() == 1) {
        look.linkedTable = info->title();
        look.linkedKey = info->type.key.components().front();
    }
    return look;
}

void RecordTab::takeSettings()
{
    std::vector<core::ValuePath> wanted;
    if (const core::TableSchema *table = tableSchema()) {
        for (const core::ColumnSetting &setting : table->columns) {
            if (const auto path = core::Column::pathOfId(setting.column))
                wanted.push_back(*path);
        }
    }
    m_model->setWantedColumns(wanted);
    m_model->refreshLooks();
}

void RecordTab::editSetting(const core::Column &column,
                            const std::function<void(core::ColumnSetting &)> &edit)
{
    if (!m_slot)
        return;
    const core::TableSchema *known = tableSchema();
    core::TableSchema table = known ? *known : core::TableSchema();
    auto it = std::find_if(table.columns.begin(), table.columns.end(),
                           [&column](const auto &setting) { return setting.column == column.id; });
    if (it == table.columns.end()) {
        // In the order of the columns, as all of them.
        const QHeaderView *header = m_view->horizontalHeader();
        const auto place = [&](const QString &id) { return header->visualIndex(m_model->columnOf(id)); };
        const int logical = m_model->columnOf(column.id);
        it = std::find_if(table.columns.begin(), table.columns.end(), [&](const auto &setting) {
            return logical >= 0 && place(setting.column) > header->visualIndex(logical);
        });
        const bool shown = logical < 0 || !m_view->isColumnHidden(logical);
        it = table.columns.insert(it, {.column = column.id, .shown = shown});
    }
    edit(*it);
    m_connection->directory()->setTableSchema(*m_slot, table);
}

void RecordTab::setFormat(int column, DisplayFormat format)
{
    // A copy: the model may find its columns anew.
    const core::Column chosen = m_model->columns()[size_t(column)];
    editSetting(chosen, [&](core::ColumnSetting &setting) { setting.format = format.name(); });
    // What says nothing need not be kept.
    const core::ColumnSetting *setting = settingOf(chosen.id);
    if (setting && !chosen.added && setting->format.isEmpty() && setting->width == 0
        && setting->shown == chosen.shown && setting->other.empty())
        removeColumn(chosen.id);
}

void RecordTab::removeColumn(const QString &id)
{
    const core::TableSchema *known = tableSchema();
    if (!known || !m_slot)
        return;
    core::TableSchema table = *known;
    std::erase_if(table.columns, [&id](const auto &setting) { return setting.column == id; });
    m_connection->directory()->setTableSchema(*m_slot, table);
}

bool RecordTab::showColumn(const core::ValuePath &path)
{
    const core::Column column = path.isEmpty() ? core::Column {} : core::Column::ofField(path);
    const QString id = path.isEmpty() ? QStringLiteral("value") : column.id;
    if (m_model->columnOf(id) < 0) {
        if (!m_slot || core::Column::pathOfId(id) != path)
            return false;
        editSetting(column, [](core::ColumnSetting &setting) { setting.shown = true; });
    }
    const int logical = m_model->columnOf(id);
    if (logical < 0)
        return false;
    m_view->setColumnHidden(logical, false);
    m_unsized = {logical};
    fitUnsized();
    const int row = std::max(0, m_view->currentIndex().row());
    if (row < m_model->rowCount()) {
        m_view->setCurrentIndex(m_model->index(row, logical));
        m_view->scrollTo(m_view->currentIndex());
    }
    return true;
}

void RecordTab::applyLayout()
{
    QHeaderView *header = m_view->horizontalHeader();
    const QVariantMap settings = storedLayout(settingsKey());
    const QVariantMap stored = m_layout.isEmpty() ? settings : completed(m_layout, settings);
    const auto &columns = m_model->columns();
    int visual = 0;
    for (const QVariant &entry : stored.value(Order).toList()) {
        const int logical = m_model->columnOf(entry.toString());
        if (logical >= 0)
            header->moveSection(header->visualIndex(logical), visual++);
    }
    const QVariantMap widths = stored.value(Widths).toMap();
    const QVariantMap shown = stored.value(Shown).toMap();
    // The columns that a schema tells change places among themselves, where the user has not put them
    // himself.
    std::vector<int> told;
    std::vector<int> places;
    const QStringList arranged = stored.value(Order).toStringList();
    if (const core::TableSchema *table = tableSchema()) {
        for (const core::ColumnSetting &setting : table->columns) {
            const int logical = m_model->columnOf(setting.column);
            if (logical >= 0 && !arranged.contains(setting.column))
                told.push_back(logical);
        }
    }
    for (const int logical : told)
        places.push_back(header->visualIndex(logical));
    std::sort(places.begin(), places.end());
    for (size_t i = 0; i < told.size(); ++i)
        header->swapSections(header->visualIndex(told[i]), places[i]);
    m_unsized.clear();
    for (size_t i = 0; i < columns.size(); ++i) {
        const auto logical = static_cast<int>(i);
        const bool isShown = shown.value(columns[i].id, isShownByDefault(columns[i])).toBool();
        m_view->setColumnHidden(logical, !isShown);
        const core::ColumnSetting *setting = settingOf(columns[i].id);
        if (const int width = widths.value(columns[i].id, setting ? setting->width : 0).toInt(); width > 0)
            m_view->setColumnWidth(logical, width);
        else if (isShown)
            m_unsized.push_back(logical); // a column that came up now
    }
    const auto &sorted = m_model->query().sortColumn;
    const QSignalBlocker blocker(header); // the model is sorted so already
    header->setSortIndicator(sorted ? m_model->columnOf(sorted->id) : -1,
                             m_model->query().descending ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_layoutApplied = true;
    fitUnsized();
    Q_EMIT statusChanged();
}

QVariantMap RecordTab::currentLayout() const
{
    const QHeaderView *header = m_view->horizontalHeader();
    const auto &columns = m_model->columns();
    QVariantList order;
    QVariantMap widths;
    QVariantMap shown;
    for (int visual = 0; visual < header->count(); ++visual) {
        const int logical = header->logicalIndex(visual);
        const core::Column &column = columns[static_cast<size_t>(logical)];
        order.append(column.id);
        const bool hidden = header->isSectionHidden(logical);
        if (hidden == isShownByDefault(column))
            shown.insert(column.id, !hidden);
        if (!hidden)
            widths.insert(column.id, header->sectionSize(logical));
    }
    return {{Order, order}, {Widths, widths}, {Shown, shown}};
}

void RecordTab::saveLayout() const
{
    m_filter->remember();
    if (m_model->rowCount() > 0) // else there is nothing that the user could have arranged
        QSettings().setValue(QStringLiteral("columns/") + settingsKey(),
                             completed(currentLayout(), storedLayout(settingsKey())));
}

void RecordTab::fitUnsized()
{
    // Widths can be told once something is decoded.
    if (m_unsized.empty() || !m_layoutApplied || m_model->rowCount() == 0 || !m_model->shownRow(0).decoded)
        return;
    m_view->fitColumns(std::exchange(m_unsized, {}));
}

void RecordTab::addFormats(QMenu *menu, int column)
{
    auto *group = new QActionGroup(menu);
    const QString id = m_model->columns()[size_t(column)].id;
    for (const DisplayFormat format : formatsFor(m_model->columns()[size_t(column)])) {
        QAction *action = menu->addAction(format.title());
        action->setCheckable(true);
        action->setChecked(m_model->look(column).format == format);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, id, format] {
            // The columns may have changed while the menu was open.
            if (const int now = m_model->columnOf(id); now >= 0)
                setFormat(now, format);
        });
    }
}

void RecordTab::fillColumnMenu(QMenu *menu, int column)
{
    menu->clear();
    const auto &columns = m_model->columns();
    const auto hasFormats = [&](int logical) {
        return m_slot && formatsFor(columns[size_t(logical)]).size() > 1;
    };
    if (column >= 0) {
        menu->addSection(withoutMnemonic(columns[size_t(column)].title));
        QMenu *formats = menu->addMenu(tr("Show as"));
        formats->setEnabled(hasFormats(column));
        if (hasFormats(column))
            addFormats(formats, column);
        menu->addAction(tr("Hide this column"), this, [this, id = columns[size_t(column)].id] {
            if (const int logical = m_model->columnOf(id); logical >= 0)
                m_view->setColumnHidden(logical, true);
        });
        if (columns[size_t(column)].added)
            menu->addAction(tr("Remove this column"), this,
                            [this, id = columns[size_t(column)].id] { removeColumn(id); });
        menu->addSeparator();
    }
    std::optional<core::Column::Group> group;
    for (size_t i = 0; i < columns.size(); ++i) {
        if (group && *group != columns[i].group)
            menu->addSeparator();
        group = columns[i].group;
        const auto logical = static_cast<int>(i);
        // Where menus tell shortcuts.
        const QString summary = columnSummary(columns[i]);
        QAction *action = menu->addAction(summary.isEmpty() ? withoutMnemonic(columns[i].title)
                                                            : withoutMnemonic(columns[i].title)
                                                  + QLatin1Char('\t') + summary);
        action->setData(columns[i].id);
        action->setCheckable(true);
        action->setChecked(!m_view->isColumnHidden(logical));
        connect(action, &QAction::toggled, this, [this, id = columns[i].id](bool on) {
            const int shown = m_model->columnOf(id);
            if (shown < 0)
                return;
            m_view->setColumnHidden(shown, !on);
            if (on && m_view->columnWidth(shown) < 40)
                m_view->resizeColumnToContents(shown);
        });
    }
    menu->addSeparator();
    if (column < 0) {
        QMenu *formats = menu->addMenu(tr("Show as"));
        for (size_t i = 0; i < columns.size(); ++i) {
            if (!m_view->isColumnHidden(int(i)) && hasFormats(int(i)))
                addFormats(formats->addMenu(withoutMnemonic(columns[i].title)), int(i));
        }
        formats->setEnabled(!formats->isEmpty());
    }
    menu->addAction(tr("Fit widths"), m_view, [this] { m_view->fitColumns(); });
    menu->addAction(tr("Order of keys"), m_view, [this] { m_view->sortByColumn(-1, Qt::AscendingOrder); });
}

} // namespace slotscope::ui
