// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who one is and who answers, in MainWindow: signing in, what of an etcd a user may see, the members of the
// cluster and its alarms.
#include "ui/dialogs/membersdialog.h"
#include "ui/dialogs/signindialog.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/models/accesstext.h"
#include "ui/models/membernews.h"
#include "ui/panels/banner.h"

#include <QAction>
#include <QMenu>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::buildAccessBanner()
{
    m_accessBanner = new Banner(this);
    m_accessBanner->setObjectName(QStringLiteral("accessBanner"));
    connect(m_accessBanner, &Banner::actionTriggered, this, [this] {
        if (m_signInWanted)
            openSignInDialog();
        else
            m_accessBanner->clearMessage();
    });
    connect(m_bar, &ConnectionBar::membersRequested, this, &MainWindow::openMembersDialog);
    connect(m_bar, &ConnectionBar::detailsRequested, this,
            [this](const ErrorText &text) { m_prompts->showError(this, tr("Not connected"), text); });
    connect(m_bar->members(), &MemberNews::moved, this,
            [this](const QString &text) { statusBar()->showMessage(text, MessageMilliseconds); });
}

void MainWindow::buildClusterMenu(QMenu *menu)
{
    const auto add = [this, menu](const QString &text, void (MainWindow::*run)()) {
        QAction *action = menu->addAction(text);
        connect(action, &QAction::triggered, this, run);
        m_connectionActions.push_back(action);
    };
    add(tr("Si&gn in …"), &MainWindow::openSignInDialog);
    add(tr("&Members of the cluster …"), &MainWindow::openMembersDialog);
}

void MainWindow::followAccess()
{
    m_accessBanner->clearMessage();
    m_signInWanted = false;
    m_toldRights = {};
    core::Client *client = m_connection->client();
    connect(client, &core::Client::signInWanted, this, &MainWindow::tellSignIn);
    connect(client, &core::Client::rightsChanged, this, &MainWindow::tellRights);
    connect(m_connection.get(), &core::Connection::stateChanged, this, [this] {
        if (m_connection && m_connection->state() == core::Connection::State::Online) {
            if (std::exchange(m_signInWanted, false)) {
                m_accessBanner->clearMessage();
                m_toldRights = {}; // it may have been in the place of what was told of them
            }
            tellRights();
        }
    });
}

void MainWindow::tellSignIn(const core::Error &error)
{
    m_signInWanted = true;
    m_accessBanner->setMessage(theme::Mark::Warning,
                               describe(error, m_connection->options().endpoint().toString()).summary,
                               tr("Sign in …"));
}

/// What of the etcd can be seen, once for each set of rights.
void MainWindow::tellRights()
{
    const core::AccessRights &rights = m_connection->client()->rights();
    if (m_toldRights == rights)
        return;
    m_toldRights = rights;
    if (rights.seesAll()) {
        m_accessBanner->clearMessage();
        return;
    }
    m_accessBanner->setMessage(theme::Mark::Warning, rightsText(rights, m_connection->directory()),
                               tr("Dismiss"));
}

void MainWindow::openSignInDialog()
{
    core::Connection *connection = present();
    if (!connection || m_signInDialog)
        return;
    const QString server = connection->options().endpoint().toString();
    const core::Error &error = connection->error();
    const QString reason =
        error.kind == core::ErrorKind::Unauthenticated ? describe(error, server).summary : QString();
    const QString user = connection->options().user;
    auto *dialog = new SignInDialog(server, user.isEmpty() ? m_lastUser : user, reason, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    m_signInDialog = dialog;
    connect(dialog, &QDialog::accepted, connection, [this, connection, dialog] {
        m_lastUser = dialog->user();
        m_signInWanted = false;
        m_accessBanner->clearMessage();
        connection->signIn(dialog->user(), dialog->password());
    });
    dialog->open();
}

void MainWindow::openMembersDialog()
{
    core::Connection *connection = present();
    if (!connection)
        return;
    if (m_membersDialog)
        return m_membersDialog->raise();
    m_membersDialog = new MembersDialog(connection->client(), this);
    m_membersDialog->setAttribute(Qt::WA_DeleteOnClose);
    m_membersDialog->QWidget::show();
}

} // namespace slotscope::ui
