// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with staged edits: take them, settle their conflicts, commit them, and ask before they
// are lost.
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QDockWidget>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::unlessStaged(const QString &what, std::function<void()> go)
{
    const qsizetype staged =
        m_connection ? static_cast<qsizetype>(m_connection->edits()->changes().size()) : 0;
    if (staged == 0) {
        go();
        return;
    }
    m_prompts->ask(this,
                   {.title = tr("Discard %1?").arg(changesText(static_cast<int>(staged))),
                    .text = tr("They have not been committed, and %1 would lose them.").arg(what),
                    .buttons = {{tr("Discard"), PromptButton::Role::Destructive},
                                {tr("Cancel"), PromptButton::Role::Reject}},
                    .defaultButton = 1,
                    .escapeButton = 1,
                    .warning = true},
                   [go = std::move(go)](int button) {
                       if (button == 0)
                           go();
                   });
}

void MainWindow::stageFromInspector(const QByteArray &key, const core::Value &value)
{
    RecordTab *tab = currentTab();
    if (!tab || key != m_inspectedKey)
        return;
    const auto staged = tab->model()->stageRecord(key, value, m_inspectedState);
    if (!staged)
        statusBar()->showMessage(staged.error(), MessageMilliseconds);
}

void MainWindow::noticeConflicts()
{
    const bool conflicts = m_connection->edits()->hasConflicts();
    if (conflicts && !m_inConflict) {
        m_pendingDock->show();
        m_pendingDock->raise();
        statusBar()->showMessage(
            tr("Somebody else has changed what you have edited: keep yours or take theirs, "
               "then commit."));
    } else if (!conflicts && m_inConflict) {
        statusBar()->clearMessage();
    }
    m_inConflict = conflicts;
}

void MainWindow::commit()
{
    // Also what is still being typed is meant; what does not fit holds up the rest.
    if (!m_connection || (currentTab() && !currentTab()->view()->finishEditing()))
        return;
    if (m_connection->edits()->isEmpty()) {
        statusBar()->showMessage(tr("There is nothing to commit."), MessageMilliseconds);
        return;
    }
    if (m_connection->edits()->hasConflicts()) {
        m_inConflict = false; // say it again
        noticeConflicts();
        m_pending->setFocus(Qt::OtherFocusReason);
        return;
    }
    m_connection->edits()->commit();
}

void MainWindow::commitFinished(const core::CommitReport &report)
{
    switch (report.outcome) {
    case core::CommitReport::Outcome::Committed:
        statusBar()->showMessage(
            tr("Committed %1 at revision %2.").arg(changesText(report.changes)).arg(report.revision.value),
            MessageMilliseconds);
        m_pendingDock->hide();
        break;
    case core::CommitReport::Outcome::Conflict:
        m_pendingDock->show();
        m_pendingDock->raise();
        statusBar()->showMessage(tr("Nothing was written: records were changed on the server meanwhile. "
                                    "Resolve the marked ones, then commit again."));
        break;
    case core::CommitReport::Outcome::Refused:
    case core::CommitReport::Outcome::Unknown: {
        const bool unknown = report.outcome == core::CommitReport::Outcome::Unknown;
        ErrorText text = describe(report.error, m_connection->endpoint().toString());
        text.advice = (unknown ? tr("It is not known whether the changes were written. They stay staged; "
                                    "once etcd is back, each is checked again.")
                               : tr("Nothing was written, and the changes stay staged."))
            + QLatin1Char(' ') + text.advice;
        m_prompts->showError(this, tr("The commit did not succeed"), text, [this] { commit(); });
        break;
    }
    }
}

} // namespace slotscope::ui
