// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/recordtab.h"

#include "core/connection/pastconnection.h"
#include "core/edit/keymaker.h"
#include "core/table/recordjson.h"
#include "ui/cellmemory.h"
#include "ui/models/slottypetext.h"
#include "ui/motion.h"
#include "ui/panels/banner.h"
#include "ui/panels/bulkrunner.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/livecontrols.h"
#include "ui/panels/loadstrip.h"
#include "ui/panels/recordlinks.h"
#include "ui/panels/tablestrip.h"
#include "ui/tooltip.h"
#include "ui/views/recordview.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QScrollBar>
#include <QToolButton>

namespace slotscope::ui {

namespace {

core::SlotCodec codecOf(const core::SlotDirectory &directory, std::optional<core::Slot> slot)
{
    return core::codecFor(slot ? directory.find(*slot) : nullptr);
}

} // namespace

RecordTab::RecordTab(core::Connection *connection, const core::KeyRange &range,
                     std::optional<core::Slot> slot, QString title, QWidget *parent)
    : QWidget(parent)
    , m_connection(connection)
    , m_table(connection->table(range))
    , m_slot(slot)
    , m_title(std::move(title))
    , m_model(new RecordModel(m_table, connection->edits(), codecOf(*connection->directory(), slot), this))
    , m_view(new RecordView(this))
    , m_bulk(new BulkRunner(m_model, this))
    , m_filter(new FilterBar(m_model, m_view, this))
    , m_columnsButton(new QToolButton(this))
    , m_banner(new Banner(this))
    , m_typeLabel(new QToolButton(this))
    , m_live(new LiveControls(m_table, connection->edits(), m_model, m_view, this))
    , m_empty(new QLabel(m_view->viewport()))
    , m_loadStrip(new LoadStrip(m_table, m_model, m_view, slot ? tr("This slot") : tr("This folder"), this))
    , m_copyStrip(new TableStrip(m_view, this))
{
    takeTableLimit();
    m_model->setTitle(m_title);
    m_model->setMotionReduced(isMotionReduced());
    takeCellMemory();
    if (qobject_cast<core::PastConnection *>(connection))
        m_live->setInPast();
    connect(m_filter, &FilterBar::entered, m_view, qOverload<>(&QWidget::setFocus));
    connect(m_filter, &FilterBar::applied, this, &RecordTab::statusChanged);

    m_columnsButton->setText(tr("Columns"));
    m_columnsButton->setToolTip(tr("Show or hide columns"));
    m_columnsButton->setPopupMode(QToolButton::InstantPopup);
    auto *columnMenu = new QMenu(m_columnsButton);
    m_columnsButton->setMenu(columnMenu);
    connect(columnMenu, &QMenu::aboutToShow, this, [this, columnMenu] { fillColumnMenu(columnMenu); });

    m_typeLabel->setAutoRaise(true);
    m_typeLabel->setAccessibleName(tr("Types of keys and values"));
    connect(m_typeLabel, &QToolButton::clicked, this, &RecordTab::typeRequested);
    auto *top = new QHBoxLayout;
    top->setContentsMargins(6, 6, 6, 2);
    top->addWidget(m_filter, 1);
    top->addWidget(m_live);
    top->addWidget(m_typeLabel);
    top->addWidget(m_columnsButton);

    m_banner->setObjectName(QStringLiteral("loadBanner"));
    connect(m_banner, &Banner::actionTriggered, this, &RecordTab::reload);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(top);
    layout->addWidget(m_live->banner());
    layout->addWidget(m_banner);
    layout->addWidget(m_view, 1);
    layout->addWidget(m_copyStrip);
    layout->addWidget(m_loadStrip);
    addStrips();

    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setTextFormat(Qt::PlainText);
    m_empty->setAttribute(Qt::WA_TransparentForMouseEvents);
    auto *emptyLayout = new QVBoxLayout(m_view->viewport());
    emptyLayout->addWidget(m_empty);

    m_view->setRecordModel(m_model);
    m_view->setAccessibleName(tr("Records of %1").arg(m_title));
    setFocusProxy(m_view);

    connect(m_view, &RecordView::currentRecordChanged, this, &RecordTab::currentRecordChanged);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RecordTab::statusChanged);
    connect(m_view, &RecordView::insertRequested, this, &RecordTab::insertRecord);
    connect(m_view, &RecordView::deleteRequested, this, &RecordTab::deleteRecords);
    connect(m_view, &RecordView::severalTyped, this, &RecordTab::typeIntoCells);
    connect(m_view, &RecordView::pasteRequested, this, &RecordTab::pasteRecords);
    connect(m_view, &RecordView::nullRequested, this, &RecordTab::setCellsToNull);
    connect(m_view, &RecordView::removalRequested, this, &RecordTab::removeFields);
    connect(m_bulk, &BulkRunner::finished, this, [this](const QString &message) {
        if (!message.isEmpty())
            Q_EMIT messageRaised(message);
    });
    connect(m_view, &RecordView::selectionGivenUp, this, [this](int rows) {
        Q_EMIT messageRaised(
            tr("The %1 rows that were selected are not together any more: none is selected now.")
                .arg(QLocale().toString(rows)));
    });
    connect(m_view, &RecordView::pauseRequested, m_live, &LiveControls::togglePause);
    connect(m_live, &LiveControls::changed, this, &RecordTab::statusChanged);
    connect(m_live, &LiveControls::messageRaised, this, &RecordTab::messageRaised);
    connect(m_view, &RecordView::detailRequested, this, &RecordTab::detailRequested);
    connect(m_view, &QWidget::customContextMenuRequested, this, &RecordTab::showContextMenu);
    connect(m_view->horizontalHeader(), &QWidget::customContextMenuRequested, this,
            [this](const QPoint &position) {
                auto *menu = new QMenu(this);
                menu->setAttribute(Qt::WA_DeleteOnClose);
                fillColumnMenu(menu, m_view->horizontalHeader()->logicalIndexAt(position));
                menu->popup(m_view->horizontalHeader()->mapToGlobal(position));
            });
    connect(m_model, &RecordModel::editRefused, this, &RecordTab::messageRaised);
    connect(m_model, &QAbstractItemModel::modelAboutToBeReset, this, &RecordTab::holdPlace);
    connect(m_model, &RecordModel::columnsChanged, this, &RecordTab::applyLayout);
    connect(m_model, &RecordModel::columnsChanged, this, &RecordTab::findPlace);
    connect(m_model, &RecordModel::recordsChanged, this, [this] {
        fitUnsized();
        updateEmpty();
        showWanted();
        Q_EMIT statusChanged();
        // Others' records change all the time; whoever shows the current one decodes it.
        if (currentHasChanged())
            Q_EMIT currentRecordChanged();
    });
    connect(m_model, &RecordModel::orderingChanged, this, [this] {
        updateEmpty();
        showWanted();
        Q_EMIT statusChanged();
    });
    connect(m_table.get(), &core::LiveTable::stateChanged, this, [this] {
        updateEmpty();
        showWanted();
        Q_EMIT statusChanged();
    });
    connect(m_table.get(), &core::LiveTable::partChanged, this, [this] {
        updateEmpty();
        Q_EMIT statusChanged();
    });
    core::SlotDirectory *directory = connection->directory();
    connect(directory, &core::SlotDirectory::slotChanged, this, [this](core::Slot changed) {
        if (m_slot == changed)
            updateCodec();
    });
    connect(directory, &core::SlotDirectory::loaded, this, &RecordTab::updateCodec);
    connect(directory, &core::SlotDirectory::loaded, this, &RecordTab::takeSettings);
    connect(directory, &core::SlotDirectory::schemaEdited, this, &RecordTab::takeSettings);
    connect(connection->schema(), &core::SchemaKeeper::changed, this, &RecordTab::takeSettings);
    connect(connection->relations(), &core::Relations::changed, m_model, &RecordModel::refreshLooks);
    auto *links =
        new RecordLinks(connection, m_view, [this](const QModelIndex &index) { return linkAt(index); });
    connect(links, &RecordLinks::followRequested, this, &RecordTab::followRequested);
    followLeases();
    if (slot)
        directory->sample(*slot);
    updateCodec();
    m_model->setLooks([this](const core::Column &column) { return lookOf(column); });
    takeSettings();
    applyLayout();
    updateEmpty();
}

RecordTab::~RecordTab()
{
    // The editor of a cell is closed with the view, and what was typed is staged then; by that time this is
    // no tab any more that could hear of it.
    m_model->disconnect(this);
}

QString RecordTab::settingsKey() const
{
    const core::SlotInfo *info = m_slot ? m_connection->directory()->find(*m_slot) : nullptr;
    if (info && info->entry && !info->entry->oid.isEmpty())
        return info->entry->oid;
    return QString::fromLatin1(range().begin.toHex());
}

void RecordTab::updateCodec()
{
    m_model->setCodec(codecOf(*m_connection->directory(), m_slot));
    m_filter->setKey(settingsKey());
    const core::SlotInfo *info = m_slot ? m_connection->directory()->find(*m_slot) : nullptr;
    const QString text = info ? slotTypeText(*info) : QString();
    m_typeLabel->setVisible(!text.isEmpty());
    // In a type an ampersand is no mnemonic.
    m_typeLabel->setText(QString(text).replace(QLatin1Char('&'), QLatin1String("&&")));
    m_typeLabel->setToolTip(info ? slotTypeTip(*info) : QString());
}

void RecordTab::holdPlace()
{
    // A model reset makes the view forget.
    if (m_model->rowCount() == 0)
        return;
    if (m_unsized.empty())
        m_layout = currentLayout();
    m_place = {.key = m_model->keyAt(m_view->currentIndex().row()),
               .column = m_view->currentIndex().isValid()
                   ? m_model->columns()[static_cast<size_t>(m_view->currentIndex().column())].id
                   : QString(),
               .firstKey = m_model->keyAt(m_view->rowAt(0)),
               .sideways = m_view->horizontalScrollBar()->value()};
}

void RecordTab::findPlace()
{
    const Place place = std::exchange(m_place, {});
    const int row = place.key.isEmpty() ? -1 : m_model->rowOf(place.key);
    const int column = m_model->columnOf(place.column);
    if (row >= 0)
        m_view->setCurrentIndex(m_model->index(row, std::max(0, column)));
    if (const int first = place.firstKey.isEmpty() ? -1 : m_model->rowOf(place.firstKey); first >= 0)
        m_view->scrollTo(m_model->index(first, std::max(0, column)), QAbstractItemView::PositionAtTop);
    if (place.sideways > 0)
        m_view->horizontalScrollBar()->setValue(place.sideways);
}

void RecordTab::takeCellMemory()
{
    m_model->setCellMemory(qsizetype(cellMemory()) * 1024 * 1024);
}

void RecordTab::report(const core::Expected<QByteArray, QString> &made)
{
    if (made) {
        m_view->showRecord(*made);
        m_view->setFocus();
    } else {
        Q_EMIT messageRaised(made.error());
    }
}

void RecordTab::insertRecord()
{
    const core::KeyFactory keys(m_model->codec(), {});
    if (keys.canMakeAll())
        report(m_model->stageNew(m_view->currentIndex().row(), false));
    else
        insertWithKey();
}

void RecordTab::cloneRecord()
{
    if (m_view->currentIndex().isValid())
        report(m_model->stageNew(m_view->currentIndex().row(), true));
}

void RecordTab::deleteRecords()
{
    m_model->stageDelete(m_view->selectedRows());
}

void RecordTab::reload()
{
    m_table->setPaused(false);
    m_table->reload();
}

std::optional<QByteArray> RecordTab::linkAt(const QModelIndex &index) const
{
    if (!index.isValid() || !m_slot)
        return std::nullopt;
    const core::Column &column = m_model->columns()[size_t(index.column())];
    const ShownRow row = m_model->shownRow(index.row());
    const core::Value *cell = row.decoded ? core::cellValue(*row.decoded, column) : nullptr;
    return cell ? m_connection->relations()->linkedKey(*m_slot, column, *cell) : std::nullopt;
}

bool RecordTab::currentHasChanged()
{
    const ShownRow row = m_model->recordAt(m_view->currentIndex().row());
    const Told now {.key = row.key,
                    .stored = row.stored ? row.stored->modRevision : core::Revision(),
                    .current = row.current.modRevision,
                    .change = row.change ? std::optional(*row.change) : std::nullopt};
    return now != std::exchange(m_told, now);
}

void RecordTab::followCurrent()
{
    if (const auto key = linkAt(m_view->currentIndex()))
        Q_EMIT followRequested(*key);
    else
        Q_EMIT messageRaised(tr("This cell leads to no other record."));
}

void RecordTab::addGuardAction(QMenu *menu)
{
    core::EditSession *edits = m_connection->edits();
    const std::vector<core::Guard> &guards = edits->guards();
    std::vector<ShownRow> rows;
    bool guarded = true; // all of them
    constexpr size_t MostGuards = 128; // more fit into no transaction
    const std::vector<int> selected = m_view->selectedRows();
    for (size_t i = 0; i < std::min(selected.size(), MostGuards + 1); ++i) {
        const ShownRow shown = m_model->shownRow(selected[i]);
        // What is written is guarded anyway.
        if (shown.key.isEmpty() || shown.change)
            continue;
        guarded = guarded && std::any_of(guards.begin(), guards.end(), [&shown](const core::Guard &guard) {
                      return guard.key == shown.key;
                  });
        rows.push_back(shown);
    }
    const bool removes = guarded && !rows.empty();
    const auto apply = [edits, rows, removes, title = m_title] {
        for (const ShownRow &row : rows) {
            if (removes)
                edits->removeGuard(row.key, tr("Depend no more on a record of %1").arg(title));
            else
                edits->addGuard(row.key, row.current, tr("Depend on a record of %1").arg(title));
        }
    };
    QAction *action = menu->addAction(removes ? tr("The commit depends on this record no more")
                                              : tr("Make the commit depend on this record"),
                                      this, apply);
    action->setObjectName(QStringLiteral("guardRecord"));
    action->setToolTip(tr("The commit is then done only if nobody has changed this record meanwhile"));
    action->setEnabled(!rows.empty() && selected.size() <= MostGuards);
}

void RecordTab::showContextMenu(const QPoint &position)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    // Rows may come and go while the menu is open.
    const QPersistentModelIndex index(m_view->indexAt(position));
    const bool on = index.isValid();
    menu->addAction(tr("Edit cell\tF2"), this, [this, index] { m_view->edit(index); })->setEnabled(on);
    menu->addAction(tr("Set to null\tCtrl+Del"), this, &RecordTab::setCellsToNull)->setEnabled(on);
    addBulkActions(menu->addMenu(tr("Several cells or records")), on);
    menu->addAction(tr("Show in inspector\tShift+Enter"), this, &RecordTab::detailRequested)->setEnabled(on);
    menu->addSeparator();
    menu->addAction(tr("Follow link\tF4"), this, &RecordTab::followCurrent)
        ->setEnabled(on && linkAt(index).has_value());
    menu->addAction(tr("Who refers to this record?\tShift+F4"), this, &RecordTab::referrersRequested)
        ->setEnabled(on && m_slot);
    addGuardAction(menu);
    menu->addSeparator();
    menu->addAction(tr("Insert record\tIns"), this, &RecordTab::insertRecord);
    menu->addAction(tr("Clone record\tCtrl+D"), this, &RecordTab::cloneRecord)->setEnabled(on);
    menu->addAction(tr("Delete records\tDel"), this, &RecordTab::deleteRecords)->setEnabled(on);
    menu->addAction(tr("Lease …"), this, &RecordTab::chooseLease)->setEnabled(on);
    menu->addAction(tr("Revert\tCtrl+Alt+Z"), this, &RecordTab::revertRecords)->setEnabled(on);
    menu->addSeparator();
    menu->addAction(tr("Copy cell"), m_view, &RecordView::copyCell)->setEnabled(on);
    menu->addAction(tr("Copy selection\tCtrl+C"), m_view, &RecordView::copyRows)->setEnabled(on);
    menu->addAction(tr("Copy as JSON\tCtrl+Shift+C"), m_view, &RecordView::copyAsJson)->setEnabled(on);
    menu->addAction(tr("Copy as CSV"), m_view, &RecordView::copyAsCsv)->setEnabled(on);
    menu->addAction(tr("Paste records …\tCtrl+V"), this, &RecordTab::pasteRecords);
    menu->addSeparator();
    menu->addAction(tr("Decode as …\tCtrl+T"), this, &RecordTab::typeRequested)
        ->setEnabled(m_slot.has_value());
    addFilterActions(menu->addMenu(tr("&Filter")), index);
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

} // namespace slotscope::ui
