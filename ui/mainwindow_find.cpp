// SPDX-License-Identifier: GPL-3.0-or-later
//
// Find everywhere: a dock that looks through the whole etcd.
#include "ui/mainwindow.h"
#include "ui/panels/findpanel.h"

#include <QDockWidget>

namespace slotscope::ui {

void MainWindow::buildFindDock()
{
    m_find = new FindPanel(this);
    m_findDock = new QDockWidget(tr("Find everywhere"), this);
    m_findDock->setObjectName(QStringLiteral("findDock"));
    m_findDock->setWidget(m_find);
    addDockWidget(Qt::BottomDockWidgetArea, m_findDock);
    tabifyDockWidget(m_historyDock, m_findDock);
    m_findDock->hide();
    connect(m_find, &FindPanel::showRequested, this, &MainWindow::goTo);
}

void MainWindow::findEverywhere()
{
    m_findDock->show();
    m_findDock->raise();
    m_find->focusText();
}

} // namespace slotscope::ui
