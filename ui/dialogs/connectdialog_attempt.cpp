// SPDX-License-Identifier: GPL-3.0-or-later
//
// ConnectDialog's attempts: asking for one, and what is shown while it lasts and after it has failed.
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/connectionform.h"
#include "ui/panels/banner.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QProgressBar>
#include <QPushButton>

#include <utility>

namespace slotscope::ui {

void ConnectDialog::retry()
{
    if (m_failed && m_attempt == Attempt::Demo)
        tryDemo();
    else
        tryEndpoint();
}

void ConnectDialog::tryEndpoint()
{
    const auto wanted = description();
    if (m_busy || !wanted)
        return;
    m_attempt = Attempt::Endpoint;
    m_asked = m_unfinished = true;
    showProgress(tr("Connecting to %1 …").arg(wanted->options.endpoint().toString()));
    Q_EMIT connectRequested(*wanted);
}

void ConnectDialog::tryDemo()
{
    if (m_busy || !m_demoUnavailable.isEmpty())
        return;
    m_attempt = Attempt::Demo;
    m_asked = true;
    showProgress(tr("Starting the demo …"));
    Q_EMIT demoRequested();
}

void ConnectDialog::showProgress(const QString &what)
{
    m_failed = m_edited = false;
    m_banner->clearMessage();
    if (!m_busy)
        m_lastField = focusWidget();
    setBusy(true);
    m_problem->setText(what);
}

void ConnectDialog::showFailure(const ErrorText &error)
{
    // It may be one of many, each of an attempt that was made by itself, while somebody is about to type.
    const bool waitedFor = m_busy;
    m_failed = true;
    if (waitedFor)
        setBusy(false);
    else
        validate();
    m_banner->setMessage(theme::Mark::Warning, error.sentence());
    m_banner->setDetail(error.technical);
    if (waitedFor)
        takeFocusBack();
}

void ConnectDialog::showFailure(const core::Error &error, const core::Endpoint &endpoint)
{
    showFailure(describe(error, endpoint.url.authority()));
}

/// To the field that the attempt was started from, where there is something to be corrected; else to Retry.
void ConnectDialog::takeFocusBack()
{
    const bool isField = qobject_cast<QLineEdit *>(m_lastField) && isAncestorOf(m_lastField);
    QWidget *next = isField ? m_lastField.data() : m_connect;
    next->setFocus(Qt::OtherFocusReason);
}

/// What has failed is tried again by itself. Once somebody describes something else that is not wanted any
/// more, and must not come in between.
void ConnectDialog::noteEdit()
{
    if (m_busy)
        return;
    m_edited = m_unfinished = true;
    if (std::exchange(m_asked, false))
        Q_EMIT cancelRequested();
}

void ConnectDialog::closeEvent(QCloseEvent *event)
{
    if (m_busy)
        setBusy(false); // so that reject(), which comes of it, does close
    QDialog::closeEvent(event);
}

void ConnectDialog::setBusy(bool busy)
{
    m_busy = busy;
    m_progress->setVisible(busy);
    m_endpoint->setEnabled(!busy);
    for (QWidget *field : {static_cast<QWidget *>(m_list), static_cast<QWidget *>(m_name),
                           static_cast<QWidget *>(m_safety), static_cast<QWidget *>(m_form)})
        field->setEnabled(!busy);
    m_demo->setEnabled(!busy && m_demoUnavailable.isEmpty());
    validate();
}

void ConnectDialog::reject()
{
    if (!m_busy) {
        QDialog::reject();
        return;
    }
    m_attempt = Attempt::None;
    m_asked = false;
    setBusy(false);
    m_endpoint->setFocus(Qt::OtherFocusReason);
    Q_EMIT cancelRequested();
}

} // namespace slotscope::ui
