// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/diagnosis.h"

#include "ui/dialogs/logwindow.h"
#include "ui/dialogs/testconnectiondialog.h"
#include "ui/prompts.h"
#include "ui/userfile.h"

namespace slotscope::ui {

Diagnosis::Diagnosis(Prompts *prompts, QWidget *window)
    : QObject(window)
    , m_prompts(prompts)
    , m_window(window)
{
}

void Diagnosis::test(const core::ConnectionOptions &options)
{
    auto *dialog = new TestConnectionDialog(options, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &TestConnectionDialog::trusted, this, &Diagnosis::trusted);
    dialog->show();
}

void Diagnosis::showLog()
{
    if (!m_log) {
        m_log = new LogWindow(m_window);
        connect(m_log, &LogWindow::saveRequested, this, &Diagnosis::saveLog);
    }
    m_log->show();
    m_log->raise();
    m_log->activateWindow();
}

void Diagnosis::saveLog(const QByteArray &lines)
{
    saveForTheUser(m_prompts, m_window,
                   {.mode = FileQuestion::Mode::Save,
                    .title = tr("Save the log"),
                    .suggestedPath = QStringLiteral("slotscope.log"),
                    .nameFilters = {tr("Logs (*.log)"), tr("All files (*)")}},
                   lines, tr("The log was not saved"),
                   [this](const QString &file) { Q_EMIT told(tr("The log was written to %1").arg(file)); });
}

} // namespace slotscope::ui
