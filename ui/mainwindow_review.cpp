// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reviewing in MainWindow: undo with names and its history, the limits of the server, and records that a
// commit is to depend on.
#include "ui/dialogs/limitsdialog.h"
#include "ui/mainwindow.h"
#include "ui/models/editundostack.h"
#include "ui/panels/pendingpanel.h"
#include "ui/sessionsettings.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QStatusBar>
#include <QUndoGroup>
#include <QUndoView>
#include <QVBoxLayout>

namespace slotscope::ui {

void MainWindow::addUndoActions(QMenu *edit)
{
    m_undoGroup = new QUndoGroup(this);
    QAction *undo = m_undoGroup->createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction *redo = m_undoGroup->createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Z));
    edit->addActions({undo, redo});
    QAction *history = edit->addAction(tr("Undo &history …"));
    connect(history, &QAction::triggered, this, &MainWindow::showUndoHistory);
    m_connectionActions.push_back(history);
    connect(m_pending, &PendingPanel::messageRaised, this,
            [this](const QString &text) { statusBar()->showMessage(text, MessageMilliseconds); });
    connect(m_pending, &PendingPanel::roomWanted, this, [this] {
        constexpr int Room = 320; // pixels; of what is there already nothing is taken away
        if (m_pendingDock->height() < Room)
            resizeDocks({m_pendingDock}, {Room}, Qt::Vertical);
    });
}

void MainWindow::followReview()
{
    core::EditSession *edits = m_connection->edits();
    // Owned by the session, and so gone with the connection.
    auto *stack = new EditUndoStack(edits, edits);
    m_undoGroup->addStack(stack);
    m_undoGroup->setActiveStack(stack);
    edits->setLimits(rememberedLimits(m_connection->endpoint()));
    m_pending->setEndpoint(m_connection->endpoint());
}

void MainWindow::showUndoHistory()
{
    if (auto *known = findChild<QDialog *>(QStringLiteral("undoHistory"))) {
        known->raise();
        known->activateWindow();
        return;
    }
    auto *dialog = new QDialog(this);
    dialog->setObjectName(QStringLiteral("undoHistory"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Undo history"));
    auto *view = new QUndoView(m_undoGroup, dialog);
    view->setEmptyLabel(tr("as on the server"));
    view->setAccessibleName(dialog->windowTitle());
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    auto *layout = new QVBoxLayout(dialog);
    layout->addWidget(view);
    layout->addWidget(buttons);
    dialog->resize(360, 420);
    dialog->show();
}

bool MainWindow::isTooMuchAtOnce()
{
    const core::CommitPlan plan = m_connection->edits()->plan();
    if (plan.fits() && !plan.writes.empty())
        return false;
    offerPending();
    m_pendingDock->raise();
    statusBar()->showMessage(tr("Nothing was written. %1").arg(m_pending->hint()->text()),
                             MessageMilliseconds);
    return true;
}

void MainWindow::editLimits()
{
    if (!m_connection)
        return;
    auto *dialog = new LimitsDialog(m_connection->edits()->limits(), this);
    dialog->setObjectName(QStringLiteral("limitsDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // Of the connection that it was opened for.
    connect(dialog, &QDialog::accepted, m_connection.get(), [this, dialog] {
        rememberLimits(m_connection->endpoint(), dialog->limits());
        m_connection->edits()->setLimits(dialog->limits());
    });
    connect(m_connection.get(), &QObject::destroyed, dialog, &QDialog::reject);
    dialog->open();
}

} // namespace slotscope::ui
