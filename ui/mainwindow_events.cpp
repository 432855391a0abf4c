// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with the event log.
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/panels/eventlogpanel.h"

#include <QDockWidget>
#include <QLocale>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::buildEventLog()
{
    m_events = new EventLogPanel(this);
    m_eventsDock = new QDockWidget(tr("Event log"), this);
    m_eventsDock->setObjectName(QStringLiteral("eventsDock"));
    m_eventsDock->setWidget(m_events);
    addDockWidget(Qt::BottomDockWidgetArea, m_eventsDock);
    tabifyDockWidget(m_historyDock, m_eventsDock);
    m_eventsDock->hide();
    connect(m_events, &EventLogPanel::showRequested, this, &MainWindow::goTo);
    connect(m_events, &EventLogPanel::alertsRequested, this, &MainWindow::editAlerts);
    connect(m_events, &EventLogPanel::exportRequested, this, [this] {
        m_prompts->chooseFile(this,
                              {.mode = FileQuestion::Mode::Save,
                               .title = tr("Export events"),
                               .suggestedPath = QStringLiteral("events.jsonl"),
                               .nameFilters = {tr("JSON lines (*.jsonl)"), tr("All files (*)")}},
                              [this](const QString &file) { m_events->exportTo(file); });
    });
    connect(m_events, &EventLogPanel::exported, this,
            [this](const QString &file, const core::Result<qint64> &count) {
                if (count)
                    statusBar()->showMessage(
                        *count == 1
                            ? tr("1 event was written to %1").arg(file)
                            : tr("%1 events were written to %2").arg(QLocale().toString(*count), file),
                        MessageMilliseconds);
                else
                    m_prompts->showError(this, tr("The events were not exported"), describe(count.error()));
            });
}

} // namespace slotscope::ui
