// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with the histories of records: shows that of the selected one, and stages a version of
// it again.
#include "ui/connectionprofile.h"
#include "ui/mainwindow.h"
#include "ui/panels/versionspanel.h"

#include <QDockWidget>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::buildVersionsDock()
{
    m_versions = new VersionsPanel(this);
    m_versionsDock = new QDockWidget(tr("Record history"), this);
    m_versionsDock->setObjectName(QStringLiteral("versionsDock"));
    m_versionsDock->setWidget(m_versions);
    addDockWidget(Qt::BottomDockWidgetArea, m_versionsDock);
    tabifyDockWidget(m_historyDock, m_versionsDock);
    m_versionsDock->hide();
    connect(m_versions, &VersionsPanel::restoreRequested, this, &MainWindow::restoreVersion);
    connect(m_versions, &VersionsPanel::messageRaised, this,
            [this](const QString &text) { statusBar()->showMessage(text, MessageMilliseconds); });
    connect(m_versions, &VersionsPanel::roomWanted, this, [this] {
        constexpr int Room = 260; // pixels; of what is there already nothing is taken away
        if (m_versionsDock->height() < Room)
            resizeDocks({m_versionsDock}, {Room}, Qt::Vertical);
    });
}

void MainWindow::restoreVersion(const QByteArray &key, const core::KeyState &now,
                                const std::optional<QByteArray> &value, core::Revision revision)
{
    if (!m_connection)
        return;
    core::EditSession *edits = m_connection->edits();
    const bool same = value ? now.exists && now.value == *value : !now.exists;
    if (same && !edits->find(key)) {
        statusBar()->showMessage(
            tr("The record is now as it was at revision %1 already.").arg(revision.value),
            MessageMilliseconds);
        return;
    }
    if (!edits->stageAll({{.key = key, .current = now, .value = value}},
                         tr("Restore revision %1").arg(revision.value))) {
        statusBar()->showMessage(stagingRefusal(*edits), MessageMilliseconds);
        return;
    }
    statusBar()->showMessage(tr("Staged, as it was at revision %1: review, then commit.").arg(revision.value),
                             MessageMilliseconds);
}

} // namespace slotscope::ui
