// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow does with alerts: keeps their rules with the etcd, and tells of events in its banner, with
// a sound and on the desktop.
#include "ui/dialogs/alertsdialog.h"
#include "ui/mainwindow.h"
#include "ui/panels/banner.h"
#include "ui/panels/eventlogpanel.h"
#include "ui/sessionsettings.h"

#include <QApplication>
#include <QDockWidget>
#include <QLocale>
#include <QStatusBar>
#include <QSystemTrayIcon>

namespace slotscope::ui {

namespace {

enum AlertLink { ShowsRecord, ShowsEvent, GoesAway }; // indexes of the links

} // namespace

void MainWindow::followAlerts()
{
    core::Connection *connection = m_connection.get();
    m_alerts = std::make_unique<core::Alerts>(connection->eventLog(), connection->directory());
    m_failedAlertLogs.clear();
    delete std::exchange(m_tray, nullptr);
    m_events->model()->setAlerts(
        [this](qint64 entry) { return m_alerts ? m_alerts->highlightOf(entry) : QString(); });
    connect(m_alerts.get(), &core::Alerts::highlightsChanged, m_events->model(),
            &EventLogModel::alertsChanged);
    connect(m_alerts.get(), &core::Alerts::alerted, this, &MainWindow::tellAlert);
    connect(m_alerts.get(), &core::Alerts::logFailed, this, [this](const QString &file, const QString &why) {
        if (m_failedAlertLogs.contains(file))
            return;
        m_failedAlertLogs << file;
        m_prompts->showError(
            this, tr("The log file of an alert cannot be written"),
            {.summary = tr("%1: %2. Its events are not written down until it can be.").arg(file, why)});
    });
    // What nobody can come back to, the demo, has no rules of its own.
    if (m_remember)
        setAlertRules(rememberedAlerts(connection->endpoint()));
}

void MainWindow::setAlertRules(const std::vector<core::AlertRule> &rules)
{
    m_failedAlertLogs.clear();
    m_alerts->setRules(rules);
    const bool wanted = std::any_of(rules.cbegin(), rules.cend(),
                                    [](const core::AlertRule &rule) { return rule.enabled && rule.notify; });
    if (!wanted) {
        delete std::exchange(m_tray, nullptr);
    } else if (!m_tray && QSystemTrayIcon::isSystemTrayAvailable() && QSystemTrayIcon::supportsMessages()) {
        m_tray = new QSystemTrayIcon(theme::icon(theme::Glyph::Table), this);
        m_tray->setToolTip(tr("Slotscope: alerts of %1").arg(connectionTitle()));
        connect(m_tray, &QSystemTrayIcon::messageClicked, this, [this] {
            raise();
            activateWindow();
            alertAction(ShowsEvent);
        });
        m_tray->show();
    }
}

void MainWindow::tellAlert(const core::Alert &alert)
{
    if (alert.rule.sound)
        QApplication::beep();
    const QString text = alert.count == 1
        ? alert.text
        : tr("%1 (and %2 more)").arg(alert.text, QLocale().toString(alert.count - 1));
    if (!alert.rule.notify) {
        statusBar()->showMessage(QStringLiteral("%1: %2").arg(alert.rule.name, text), MessageMilliseconds);
        return;
    }
    m_lastAlert = alert;
    m_alertBanner->setMessage(theme::Mark::Warning, QStringLiteral("%1: %2").arg(alert.rule.name, text),
                              QStringList {tr("Show record"), tr("Show event"), tr("Dismiss")});
    if (m_tray)
        m_tray->showMessage(alert.rule.name, text, QSystemTrayIcon::Information);
}

void MainWindow::alertAction(int index)
{
    if (!m_lastAlert)
        return;
    const core::Alert alert = *m_lastAlert;
    if (index == ShowsRecord) {
        goTo(alert.key);
    } else if (index == ShowsEvent) {
        m_eventsDock->show();
        m_eventsDock->raise();
        m_events->showEntry(alert.entry);
    } else {
        m_lastAlert.reset();
        m_alertBanner->clearMessage();
    }
}

void MainWindow::editAlerts()
{
    if (!m_alerts)
        return;
    QStringList tables;
    const core::SlotDirectory *directory = present()->directory();
    for (const core::Slot slot : directory->slotNumbers()) {
        const core::SlotInfo *info = directory->find(slot);
        if (info->kind == core::SlotKind::PlainKeys)
            continue;
        tables << (info->entry ? info->title() : QString::number(slot.value));
    }
    auto *dialog = new AlertsDialog(m_alerts->rules(), tables, m_prompts.get(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setModal(true);
    connect(dialog, &QDialog::accepted, this, [this, dialog, alerts = m_alerts.get()] {
        // Of another etcd by now?
        if (alerts != m_alerts.get())
            return;
        setAlertRules(dialog->rules());
        if (m_remember)
            rememberAlerts(present()->endpoint(), dialog->rules());
    });
    dialog->open();
}

} // namespace slotscope::ui
