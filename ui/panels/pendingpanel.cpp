// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/pendingpanel.h"

#include "ui/commitnotice.h"
#include "ui/conflictsettler.h"
#include "ui/panels/banner.h"
#include "ui/panels/panelparts.h"
#include "ui/panels/reviewdetail.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QToolButton>
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
    , m_merge(new QPushButton(theme::icon(theme::Mark::Conflict), tr("Mer&ge …")))
    , m_guardBanner(new Banner)
    , m_settler(new ConflictSettler(this))
    , m_revert(new QPushButton(tr("&Revert selected")))
    , m_discard(new QPushButton(tr("&Discard all")))
    , m_commit(new QPushButton)
    , m_leaveOutRest(new QPushButton(tr("&Leave out what does not fit")))
    , m_nextPart(new QPushButton)
    , m_showBytes(new QToolButton)
    , m_showTransaction(new QToolButton)
    , m_detail(new ReviewDetail)
{
    setUpLines(m_view, m_model, QStringLiteral("pendingChanges"), tr("Pending changes"));
    m_view->setRootIsDecorated(true); // the fields of a change are below it
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(PendingModel::OperationColumn, 26 * unit);
    m_view->header()->resizeSection(PendingModel::TableColumn, 20 * unit);
    m_view->header()->resizeSection(PendingModel::KeyColumn, 40 * unit);
    m_view->header()->resizeSection(PendingModel::SizeColumn, 13 * unit);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(PendingModel::ChangeColumn, QHeaderView::Stretch);

    m_revert->setToolTip(tr("Takes the selected changes back"));
    m_discard->setToolTip(tr("Takes all staged changes back; Undo brings them again"));
    m_commit->setToolTip(
        tr("Writes all staged changes in one transaction, if nobody else has changed these records"));
    m_hint->setForegroundRole(QPalette::PlaceholderText);
    m_hint->setWordWrap(true);
    m_hint->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred); // no reason for a wider window

    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_hint, 1);
    buttons->addWidget(m_showBytes);
    buttons->addWidget(m_showTransaction);
    buttons->addSpacing(12);
    buttons->addWidget(m_leaveOutRest);
    buttons->addWidget(m_nextPart);
    buttons->addWidget(m_merge);
    buttons->addWidget(m_keepMine);
    buttons->addWidget(m_takeTheirs);
    buttons->addSpacing(12);
    buttons->addWidget(m_revert);
    buttons->addWidget(m_discard);
    buttons->addWidget(m_commit);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_guardBanner);
    auto *splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(m_view);
    splitter->addWidget(m_detail);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    layout->addWidget(splitter, 1);
    layout->addLayout(buttons);
    setFocusProxy(m_view);

    connect(m_view, &QTreeView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT showRequested(index.data(PendingModel::ShownKeyRole).toByteArray());
    });
    connect(m_view, &QTreeView::customContextMenuRequested, this, &PendingPanel::showContextMenu);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &PendingPanel::updateActions);
    connect(m_model, &QAbstractItemModel::modelReset, this, &PendingPanel::updateActions);
    buildConflicts();
    connect(m_revert, &QPushButton::clicked, this, &PendingPanel::revertSelected);
    connect(m_discard, &QPushButton::clicked, this, [this] {
        if (m_session)
            m_session->revertAll(tr("Discard all changes"));
    });
    connect(m_commit, &QPushButton::clicked, this, &PendingPanel::commitRequested);
    buildDetail();
    updatePlan();
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
    m_settler->setSession(session, resolver);
    m_model->setSession(session, std::move(resolver));
    if (session) {
        // Behind the model's own connection, so that the rows are right by then.
        connect(session, &EditSession::changed, this, &PendingPanel::takeChanges);
        connect(session, &EditSession::guardsChanged, this, &PendingPanel::takeChanges);
        connect(session, &EditSession::derivedChanged, this, &PendingPanel::takeDerived);
        connect(session, &EditSession::limitsChanged, this, &PendingPanel::planSoon);
        followCommitting(session, this, [this] { updatePlan(); });
    }
    m_waiting.clear();
    m_fitting = false;
    updateActions();
    planSoon();
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

void PendingPanel::revertSelected()
{
    if (!m_session)
        return;
    const std::vector<QByteArray> keys = selectedKeys();
    const auto count = static_cast<int>(keys.size());
    m_session->revert(keys, count == 1 ? tr("Revert a change") : tr("Revert %1 changes").arg(count));
    for (const QByteArray &key : keys) {
        if (m_model->rowOf(key) < 0)
            m_session->removeGuard(key, tr("Depend on it no more"));
    }
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
    const auto leave = [this, menu](const QString &text, bool out) {
        connect(menu->addAction(text), &QAction::triggered, this, [this, text, out] {
            if (m_session)
                m_session->setLeftOut(selectedKeys(), out, text);
        });
    };
    leave(tr("Leave out of the next commit"), true);
    leave(tr("Take into the next commit"), false);
    menu->addSeparator();
    for (QPushButton *button : {m_merge, m_keepMine, m_takeTheirs, m_revert}) {
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
    fitWhenDerived();
    planSoon();
}

void PendingPanel::updateActions()
{
    const std::vector<core::Change> none;
    const std::vector<core::Change> &changes = m_session ? m_session->changes() : none;
    const auto count = static_cast<int>(std::count_if(
        changes.begin(), changes.end(), [](const core::Change &change) { return !change.leftOut; }));
    const bool free = m_session && !m_session->isCommitting();
    const bool conflicts = m_session && m_session->hasConflicts();
    const bool selected = !selectedKeys().empty();
    const bool hasRest = count == 0 && !changes.empty();
    updateConflicts(free);
    m_revert->setEnabled(free && selected);
    m_discard->setEnabled(free && !changes.empty());
    const bool problems = m_session && !problemsText(m_session->derived()).isEmpty();
    m_commit->setEnabled(free && count > 0 && !conflicts && !problems && m_fits);
    m_commit->setText(count > 0 ? tr("&Commit (%1)").arg(count) : tr("&Commit"));
    m_leaveOutRest->setVisible(!m_fits && count > 0);
    m_leaveOutRest->setEnabled(free);
    m_nextPart->setVisible(hasRest);
    m_nextPart->setEnabled(free);
    m_nextPart->setText(tr("&Next part (%1 left)").arg(changes.size()));
    updateDetail();
}

} // namespace slotscope::ui
