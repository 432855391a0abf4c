// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/pendingpanel.h"

#include "ui/panels/panelparts.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QTreeView>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::EditSession;

PendingPanel::PendingPanel(QWidget *parent)
    : QWidget(parent)
    , m_model(new PendingModel(this))
    , m_view(new QTreeView)
    , m_hint(new QLabel)
    , m_keepMine(new QPushButton(theme::icon(theme::Mark::Edited), tr("Keep &mine")))
    , m_takeTheirs(new QPushButton(tr("Take &theirs")))
    , m_revert(new QPushButton(tr("&Revert selected")))
    , m_discard(new QPushButton(tr("&Discard all")))
    , m_commit(new QPushButton)
{
    setUpLines(m_view, m_model, QStringLiteral("pendingChanges"), tr("Pending changes"));
    m_view->setRootIsDecorated(true); // the fields of a change are below it
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(PendingModel::OperationColumn, 20 * unit);
    m_view->header()->resizeSection(PendingModel::TableColumn, 20 * unit);
    m_view->header()->resizeSection(PendingModel::KeyColumn, 40 * unit);
    m_view->header()->resizeSection(PendingModel::SizeColumn, 10 * unit);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(PendingModel::ChangeColumn, QHeaderView::Stretch);

    m_keepMine->setToolTip(tr("Your change is to overwrite what somebody else wrote meanwhile"));
    m_takeTheirs->setToolTip(tr("Drops your change of the selected records in conflict"));
    m_revert->setToolTip(tr("Takes the selected changes back"));
    m_discard->setToolTip(tr("Takes all staged changes back; Undo brings them again"));
    m_commit->setToolTip(
        tr("Writes all staged changes in one transaction, if nobody else has changed these records"));
    m_hint->setForegroundRole(QPalette::PlaceholderText);

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_hint, 1);
    buttons->addWidget(m_keepMine);
    buttons->addWidget(m_takeTheirs);
    buttons->addSpacing(12);
    buttons->addWidget(m_revert);
    buttons->addWidget(m_discard);
    buttons->addWidget(m_commit);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_view, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_view);

    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT showRequested(index.data(PendingModel::KeyRole).toByteArray());
    });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &PendingPanel::showContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &PendingPanel::updateActions);
    connect(m_model, &QAbstractItemModel::modelReset, this, &PendingPanel::updateActions);
    connect(m_keepMine, &QPushButton::clicked, this,
            [this] { resolve(&EditSession::keepMine, tr("Keep mine")); });
    connect(m_takeTheirs, &QPushButton::clicked, this,
            [this] { resolve(&EditSession::takeTheirs, tr("Take theirs")); });
    connect(m_revert, &QPushButton::clicked, this, [this] {
        if (m_session)
            m_session->revert(selectedKeys());
    });
    connect(m_discard, &QPushButton::clicked, this, [this] {
        if (m_session)
            m_session->revertAll();
    });
    connect(m_commit, &QPushButton::clicked, this, &PendingPanel::commitRequested);
    updateActions();
}

void PendingPanel::follow(EditSession *session, core::SlotDirectory *directory)
{
    if (m_directory)
        m_directory->disconnect(this);
    m_directory = directory;
    setSession(session, directory ? resolverFor(directory) : KeyResolver());
    if (directory) {
        // A slot's type is found some time after the changes of a draft were taken up.
        connect(directory, &core::SlotDirectory::slotChanged, this, [this] {
            if (m_model->rowCount() > 0)
                m_model->refresh();
        });
    }
}

void PendingPanel::setSession(EditSession *session, KeyResolver resolver)
{
    if (m_session)
        m_session->disconnect(this);
    m_session = session;
    m_model->setSession(session, std::move(resolver));
    if (session) {
        // Behind the model's own connection, so that the rows are right by then.
        connect(session, &EditSession::changed, this, &PendingPanel::takeChanges);
        connect(session, &EditSession::committingChanged, this, &PendingPanel::updateActions);
        connect(session, &EditSession::derivedChanged, this, &PendingPanel::takeDerived);
    }
    updateActions();
}

std::vector<QByteArray> PendingPanel::selectedKeys(bool conflictsOnly) const
{
    std::vector<QByteArray> keys;
    QModelIndexList rows = m_view->selectionModel()->selectedRows();
    if (rows.isEmpty() && m_model->rowCount() == 1)
        rows.append(m_model->index(0, 0));
    QSet<QByteArray> known; // a change may be selected by several of its lines
    for (const QModelIndex &row : rows) {
        const QByteArray key = row.data(PendingModel::KeyRole).toByteArray();
        if ((!conflictsOnly || row.data(PendingModel::ConflictRole).toBool()) && !known.contains(key)) {
            known.insert(key);
            keys.push_back(key);
        }
    }
    return keys;
}

void PendingPanel::resolve(bool (EditSession::*how)(const QByteArray &, const QString &), const QString &name)
{
    if (!m_session)
        return;
    const std::vector<QByteArray> keys = selectedKeys(true);
    for (const QByteArray &key : keys)
        (m_session->*how)(key, name);
}

void PendingPanel::showContextMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid())
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QByteArray key = index.data(PendingModel::KeyRole).toByteArray();
    connect(menu->addAction(tr("Show record")), &QAction::triggered, this,
            [this, key] { Q_EMIT showRequested(key); });
    addIndexActions(menu, index);
    menu->addSeparator();
    for (QPushButton *button : {m_keepMine, m_takeTheirs, m_revert}) {
        QAction *action = menu->addAction(button->icon(), button->text());
        action->setEnabled(button->isEnabled());
        connect(action, &QAction::triggered, button, &QPushButton::click);
    }
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

void PendingPanel::addIndexActions(QMenu *menu, const QModelIndex &line)
{
    if (const QByteArray entry = line.data(PendingModel::EntryRole).toByteArray(); !entry.isEmpty())
        connect(menu->addAction(tr("Show entry")), &QAction::triggered, this,
                [this, entry] { Q_EMIT showRequested(entry); });
    const core::Slot slot(quint16(line.data(PendingModel::IndexRole).toInt()));
    if (slot == core::CatalogueSlot)
        return;
    const core::SlotInfo *info = m_directory ? m_directory->find(slot) : nullptr;
    const QString name = info ? info->title() : tr("slot %1").arg(slot.value);
    menu->addSeparator();
    connect(menu->addAction(tr("Let %1 follow staged records").arg(name)), &QAction::triggered, this,
            [this, slot] { Q_EMIT maintenanceRequested(slot, true); });
    connect(menu->addAction(tr("Leave %1 as it is").arg(name)), &QAction::triggered, this,
            [this, slot] { Q_EMIT maintenanceRequested(slot, false); });
}

// What follows from a change is not to be overlooked: its line opens once, unless that would be long.
void PendingPanel::takeDerived()
{
    constexpr qsizetype MostOpened = 100;
    if (m_session->isDeriving())
        return;
    QSet<QByteArray> opened;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QModelIndex above = m_model->index(row, 0);
        const QByteArray key = m_model->keyAt(row);
        const QModelIndex first = m_model->index(0, 0, above);
        if (!first.data(PendingModel::DerivedRole).toBool())
            continue;
        const core::Change *change = m_session->find(key);
        const bool isShort = change && change->kind == core::Change::Kind::Update;
        const bool isProblem = above.data(PendingModel::ProblemRole).toBool();
        if (!m_opened.contains(key) && !isProblem && (!isShort || opened.size() >= MostOpened))
            continue;
        if (!m_opened.contains(key))
            m_view->expand(above);
        opened.insert(key);
    }
    m_opened = opened;
    updateActions();
}

void PendingPanel::takeChanges()
{
    // What holds up the commit is selected by itself, so that it can be settled at once.
    if (m_session && m_session->hasConflicts() && selectedKeys(true).empty()) {
        for (int row = 0; row < m_model->rowCount(); ++row) {
            const QModelIndex index = m_model->index(row, 0);
            if (index.data(PendingModel::ConflictRole).toBool()) {
                m_view->selectionModel()->setCurrentIndex(
                    index, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
                m_view->scrollTo(index);
                break;
            }
        }
    }
    updateActions();
}

void PendingPanel::updateActions()
{
    const int count = m_model->rowCount();
    const bool free = m_session && !m_session->isCommitting();
    const bool conflicts = m_session && m_session->hasConflicts();
    const QString problems = m_session ? problemsText(m_session->derived()) : QString();
    const bool selected = !selectedKeys().empty();
    const bool conflictSelected = conflicts && !selectedKeys(true).empty();
    m_keepMine->setVisible(conflicts);
    m_takeTheirs->setVisible(conflicts);
    m_keepMine->setEnabled(free && conflictSelected);
    m_takeTheirs->setEnabled(free && conflictSelected);
    m_revert->setEnabled(free && selected);
    m_discard->setEnabled(free && count > 0);
    m_commit->setEnabled(free && count > 0 && !conflicts && problems.isEmpty());
    m_commit->setText(count > 0 ? tr("&Commit (%1)").arg(count) : tr("&Commit"));
    if (m_session && m_session->isCommitting())
        m_hint->setText(tr("Committing…"));
    else if (count == 0)
        m_hint->setText(tr("No pending changes."));
    else if (conflicts)
        m_hint->setText(tr("Settle the conflicts before committing."));
    else if (!problems.isEmpty())
        m_hint->setText(tr("What is marked below the changes holds up the commit."));
    else
        m_hint->clear();
    m_hint->setToolTip(problems);
}

} // namespace slotscope::ui
