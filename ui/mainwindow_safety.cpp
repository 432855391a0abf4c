// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does for the safety level of its connection: show it, lock and unlock it, and have a commit
// confirmed. What the level allows is decided in core.
#include "ui/mainwindow.h"
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

QString MainWindow::connectionTitle() const
{
    const core::SafetyGate *gate = m_connection->safety();
    return gate->level() == core::SafetyLevel::Open
        ? gate->clusterName()
        : QStringLiteral("%1 (%2)").arg(gate->clusterName(), safetyState(*gate));
}

} // namespace slotscope::ui
