// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with staged edits: take them, settle their conflicts, commit them.
#include "core/connection/pastconnection.h"
#include "ui/commitnotice.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/models/accesstext.h"
#include "ui/models/derivedtext.h"
#include "ui/panels/inspector.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QDockWidget>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::stageFromInspector(const QByteArray &key, const QByteArray &value,
                                    const core::KeyState &madeOn)
{
    if (!m_connection)
        return;
    // Usually the tab in front; but a text may be read when another record is shown already.
    RecordTab *owner = nullptr;
    for (int i = -1; i < m_tabs->count() && !owner; ++i) {
        auto *tab = i < 0 ? currentTab() : qobject_cast<RecordTab *>(m_tabs->widget(i));
        if (tab && tab->range().contains(key))
            owner = tab;
    }
    core::Expected<bool, QString> staged = true;
    if (owner)
        staged = owner->model()->stageBytes(key, value, madeOn);
    else if (!m_connection->edits()->stageValue(key, madeOn, value, tr("Edit a record")))
        staged = core::Unexpected {stagingRefusal(*m_connection->edits())};
    if (!staged) {
        m_inspector->refuseEdit(key, staged.error());
        statusBar()->showMessage(staged.error(), MessageMilliseconds);
    }
}

// Of the table in front, where the record that is inspected belongs to.
void MainWindow::allowLossyEdits(bool dropUnknownFields, bool anyIdentifier)
{
    const RecordTab *tab = currentTab();
    if (m_connection && tab && tab->slot())
        m_connection->directory()->setFlatBuffersLeniency(*tab->slot(), dropUnknownFields, anyIdentifier);
}

void MainWindow::offerPending()
{
    if (m_pendingDock->isHidden())
        m_pendingOpenedItself = true;
    m_pendingDock->show();
}

bool MainWindow::noticeProblems()
{
    const QString problems = problemsText(m_connection->edits()->derived());
    if (problems.isEmpty())
        return false;
    offerPending();
    m_pendingDock->raise();
    m_pending->setFocus(Qt::OtherFocusReason);
    tellOfStaged(statusBar(), m_connection->edits(), problems);
    return true;
}

void MainWindow::commit()
{
    // Also what is still being typed is meant; what does not fit holds up the rest.
    if (!m_connection || (currentTab() && !currentTab()->view()->finishEditing()))
        return;
    m_inspector->finishEditing([this](bool fine) {
        if (fine)
            commitStaged();
        else
            statusBar()->showMessage(tr("Nothing was written: the text in the inspector is not valid yet."),
                                     MessageMilliseconds);
    });
}

void MainWindow::commitStaged()
{
    if (!m_connection)
        return;
    if (m_past) {
        statusBar()->showMessage(stagingRefusal(m_past->safety()->refusesStaging()), MessageMilliseconds);
        return;
    }
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
    if (!noticeProblems() && !isTooMuchAtOnce())
        confirmCommit();
}

void MainWindow::commitFinished(const core::CommitReport &report)
{
    switch (report.outcome) {
    case core::CommitReport::Outcome::Committed:
        statusBar()->showMessage(
            tr("Committed %1 at revision %2.").arg(changesText(report.changes)).arg(report.revision.value),
            MessageMilliseconds);
        if (m_connection->edits()->isEmpty() && std::exchange(m_pendingOpenedItself, false))
            m_pendingDock->hide();
        break;
    case core::CommitReport::Outcome::Conflict:
        offerPending();
        m_pendingDock->raise();
        tellOfStaged(statusBar(), m_connection->edits(),
                     tr("Nothing was written: records were changed on the server meanwhile. "
                        "Resolve the marked ones, then commit again."));
        break;
    case core::CommitReport::Outcome::Refused:
    case core::CommitReport::Outcome::Unknown: {
        // Found while the commit waited for what follows from the changes: it was not sent.
        if (report.outcome == core::CommitReport::Outcome::Refused && noticeProblems())
            break;
        const core::AccessRights &rights = m_connection->client()->rights();
        const QString notTheirs = report.error.kind == core::ErrorKind::PermissionDenied
            ? refusedText(rights, m_connection->edits()->changes(), resolverFor(m_connection->directory()))
            : QString();
        const bool unknown = report.outcome == core::CommitReport::Outcome::Unknown;
        // What has become of the changes is told last, and not asked of the user.
        core::Error error = report.error;
        error.neverSent = true;
        ErrorText text = describe(error, m_connection->options().endpoint().toString());
        const QString outcome = unknown
            ? tr(
                "It is not known whether the changes were written. They stay staged; once etcd is back, each "
                "is checked again.")
            : tr("Nothing was written, and the changes stay staged.");
        const QString advice = notTheirs.isEmpty() ? text.advice : notTheirs;
        text.advice = advice.isEmpty() ? outcome : advice + QLatin1Char(' ') + outcome;
        m_prompts->showError(this, tr("The commit did not succeed"), text, [this] { commit(); });
        break;
    }
    }
}

} // namespace slotscope::ui
