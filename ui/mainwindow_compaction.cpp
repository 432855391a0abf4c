// SPDX-License-Identifier: GPL-3.0-or-later
//
// Compactions in MainWindow: those that happen are told; its own are made after what would be lost was shown,
// as far as the safety level of the connection allows.
#include "core/history/compactionmonitor.h"
#include "ui/connectionprofile.h"
#include "ui/dialogs/compactdialog.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/panels/banner.h"

#include <QAction>
#include <QMenu>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::buildCompactionBanner()
{
    m_compactionBanner = new Banner(this);
    m_compactionBanner->setObjectName(QStringLiteral("compactionBanner"));
    connect(m_compactionBanner, &Banner::actionTriggered, m_compactionBanner, &Banner::clearMessage);
}

void MainWindow::followCompactions()
{
    m_compactionBanner->clearMessage();
    m_compactionTold = false;
    connect(m_connection->compactions(), &core::CompactionMonitor::compacted, this,
            &MainWindow::tellCompacted);
}

// An etcd that compacts by itself does so every few minutes: the banner comes once, later ones are told in
// passing.
void MainWindow::tellCompacted(core::Revision revision)
{
    const QString text = tr("Compacted: what was before revision %1 is gone. Histories and time travel begin "
                            "there.")
                             .arg(revision.value);
    if (!std::exchange(m_compactionTold, true) || !m_compactionBanner->message().isEmpty())
        m_compactionBanner->setMessage(theme::Mark::Warning, text, tr("Dismiss"));
    else
        statusBar()->showMessage(text, MessageMilliseconds);
}

void MainWindow::openCompactDialog()
{
    core::Connection *connection = present();
    if (!connection)
        return;
    if (const auto refusal = connection->safety()->refusesStaging()) {
        statusBar()->showMessage(stagingRefusal(refusal), MessageMilliseconds);
        return;
    }
    auto *dialog = new CompactDialog(connection, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_compactDialog = dialog; // goes before the connection does
    connect(dialog, &QDialog::accepted, connection,
            [this, dialog] { confirmCompaction(dialog->request(), dialog->lossText()); });
    dialog->open();
}

void MainWindow::confirmCompaction(const core::CompactionRequest &request, const QString &loss)
{
    core::Connection *connection = present();
    const core::SafetyGate *gate = connection->safety();
    if (gate->level() == core::SafetyLevel::Open || gate->level() == core::SafetyLevel::Confirm) {
        compact(request, {}); // seen in the dialog
        return;
    }
    const Question question {.title = tr("Compact %1?").arg(gate->clusterName()),
                             .text =
                                 tr("What is before revision %1 is forgotten, and cannot be brought back. %2")
                                     .arg(QString::number(request.revision.value), loss),
                             .buttons = {{tr("&Compact"), PromptButton::Role::Destructive},
                                         {tr("Cancel"), PromptButton::Role::Reject}},
                             .warning = true};
    m_prompts->askTyped(this, question,
                        {.label = tr("Type the name of the cluster, %1:").arg(gate->clusterName()),
                         .expected = gate->clusterName()},
                        [this, request, connection = QPointer(connection)](int button, const QString &typed) {
                            // It may be another one when the answer comes.
                            if (button == 0 && connection && connection == present())
                                compact(request, typed);
                        });
}

void MainWindow::compact(const core::CompactionRequest &request, const QString &typedName)
{
    core::Connection *connection = present();
    statusBar()->showMessage(tr("Compacting …"));
    connection->client()
        ->compact(request, core::Approval::of(request, typedName))
        .then(connection, [this, request, connection](const core::Result<core::Nothing> &result) {
            // Also where the answer was lost: it may have been carried out.
            connection->compactions()->check();
            if (connection != present())
                return;
            if (result) {
                statusBar()->showMessage(tr("Compacted up to revision %1.").arg(request.revision.value),
                                         MessageMilliseconds);
                return;
            }
            statusBar()->clearMessage();
            m_prompts->showError(this, tr("The compaction did not succeed"),
                                 describe(result.error(), connection->options().endpoint().toString()));
        });
}

} // namespace slotscope::ui
