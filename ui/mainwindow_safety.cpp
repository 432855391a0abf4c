// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does for the safety level of its connection: show it, lock and unlock it, and have a commit
// confirmed. What the level allows is decided in core.
#include "ui/connectionprofile.h"
#include "ui/mainwindow.h"
#include "ui/models/commitsummary.h"
#include "ui/panels/safetyband.h"
#include "ui/sessionsettings.h"

#include <QMenu>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::buildSafetyBand()
{
    m_band = new SafetyBand(this);
    addToolBarBreak(Qt::TopToolBarArea);
    addToolBar(Qt::TopToolBarArea, m_band);
}

void MainWindow::buildSafetyMenu(QMenu *menu)
{
    menu->addMenu(m_band->unlockMenu());
    m_lockAction = menu->addAction(tr("&Lock now"));
    connect(m_lockAction, &QAction::triggered, this, [this] {
        if (m_connection)
            m_connection->safety()->lock();
    });
}

void MainWindow::followSafety(const ConnectionProfile &profile)
{
    core::SafetyGate *gate = m_connection->safety();
    gate->setClusterName(clusterNameOf(profile, m_connection->endpoint()));
    gate->setLevel(profile.safety);
    m_band->follow(gate);
    // A layout that was saved by a version without the band knows nothing of its line.
    if (!toolBarBreak(m_band))
        insertToolBarBreak(m_band);
    connect(gate, &core::SafetyGate::changed, this, [this] {
        inspectCurrent();
        updateActions();
        updateTitle();
    });
    connect(gate, &core::SafetyGate::relocked, this, [this] {
        const auto staged = static_cast<int>(m_connection->edits()->changes().size());
        statusBar()->showMessage(
            staged == 0 ? tr("The time is up: the connection is locked again.")
                        : tr("The time is up: the connection is locked again. What is staged stays: %1.")
                              .arg(changesText(staged)));
    });
}

void MainWindow::confirmCommit()
{
    core::EditSession *edits = m_connection->edits();
    const core::SafetyGate *gate = m_connection->safety();
    if (asksForOtherData())
        return;
    if (gate->level() != core::SafetyLevel::Open && edits->isDeriving()) {
        // What follows from the changes is part of what is to be confirmed.
        statusBar()->showMessage(tr("Finding out what follows from the changes …"), MessageMilliseconds);
        connect(edits, &core::EditSession::derivedChanged, this, &MainWindow::commitStaged,
                static_cast<Qt::ConnectionType>(Qt::UniqueConnection | Qt::SingleShotConnection));
        return;
    }
    const core::CommitPlan plan = edits->plan();
    if (gate->level() == core::SafetyLevel::Open || !plan.problems.isEmpty() || !plan.fits()) {
        edits->commit(); // what is wrong with it is said before anything is sent
        return;
    }
    if (gate->level() == core::SafetyLevel::ReadOnly) {
        statusBar()->showMessage(stagingRefusal(gate->refusesStaging()), MessageMilliseconds);
        return;
    }
    if (gate->isLocked()) {
        askForUnlock();
        return;
    }
    const CommitSummary summary = summaryOf(plan, resolverFor(m_connection->directory()));
    const Question question {
        .title = tr("Commit %1 to %2?")
                     .arg(changesText(static_cast<int>(plan.writes.size())), gate->clusterName()),
        .text = summary.text,
        .detail = summary.detail,
        .buttons = {{tr("&Commit"), PromptButton::Role::Accept}, {tr("Cancel"), PromptButton::Role::Reject}},
        .warning = gate->level() == core::SafetyLevel::Guarded};
    // The connection may be another one when the answer comes.
    const auto answered = [this, plan, edits = QPointer(edits)](int button, const QString &typed) {
        if (button == 0 && edits)
            edits->commit(core::Approval::of(plan.request, plan.newLeases(), typed));
    };
    if (gate->level() == core::SafetyLevel::Guarded)
        m_prompts->askTyped(this, question,
                            {.label = tr("Type the name of the cluster, %1:").arg(gate->clusterName()),
                             .expected = gate->clusterName()},
                            answered);
    else
        m_prompts->ask(this, question, [answered](int button) { answered(button, QString()); });
}

void MainWindow::askForUnlock()
{
    core::SafetyGate *gate = m_connection->safety();
    m_prompts->ask(this,
                   {.title = tr("The connection to %1 is locked.").arg(gate->clusterName()),
                    .text = tr("To commit, unlock it; it locks itself again when the time is up."),
                    .buttons = {{tr("Unlock for &5 minutes"), PromptButton::Role::Accept},
                                {tr("Unlock for &30 minutes"), PromptButton::Role::Accept},
                                {tr("Cancel"), PromptButton::Role::Reject}}},
                   [this, gate = QPointer(gate)](int button) {
                       if (gate && button < 2 && gate->unlock(std::chrono::minutes(button == 0 ? 5 : 30)))
                           commit();
                   });
}

QString MainWindow::connectionTitle() const
{
    const core::SafetyGate *gate = m_connection->safety();
    if (gate->past().value != 0)
        return tr("%1 in the past, at revision %2").arg(gate->clusterName()).arg(gate->past().value);
    return gate->level() == core::SafetyLevel::Open
        ? gate->clusterName()
        : QStringLiteral("%1 (%2)").arg(gate->clusterName(), safetyState(*gate));
}

} // namespace slotscope::ui
