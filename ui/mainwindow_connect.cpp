// SPDX-License-Identifier: GPL-3.0-or-later
//
// How MainWindow comes by its connection: addresses, profiles and their passwords, the connect dialog, other
// windows.
#include "core/profile/profilestore.h"
#include "core/profile/secrets.h"
#include "ui/connectionprofile.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/connectionform.h"
#include "ui/mainwindow.h"
#include "ui/panels/connectionbar.h"
#include "ui/sessionsettings.h"

#include <QMenu>

#include <utility>

namespace slotscope::ui {

namespace {

/// As it was described when it was opened before; what nobody can come back to, the demo, is nobody's data.
core::Profile profileOf(const core::Endpoint &endpoint, bool remember)
{
    core::Profile profile;
    profile.options = core::ConnectionOptions(endpoint);
    const ConnectionProfile known =
        remember ? rememberedProfile(endpoint).value_or(profileFor(endpoint)) : ConnectionProfile();
    profile.name = known.name;
    profile.safety = known.safety;
    return profile;
}

} // namespace

void MainWindow::buildWindowActions(QMenu *menu)
{
    QAction *open = menu->addAction(tr("&New window"));
    open->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_N));
    connect(open, &QAction::triggered, this, &MainWindow::newWindowRequested);
    QAction *close = menu->addAction(tr("Close &window"));
    close->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_W));
    connect(close, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::setKeeping(std::shared_ptr<core::ProfileStore> store, std::shared_ptr<core::Secrets> secrets)
{
    m_profiles = std::move(store);
    m_secrets = std::move(secrets);
}

core::ProfileStore *MainWindow::profiles()
{
    if (!m_profiles)
        m_profiles = std::make_shared<core::ProfileStore>(profilesFile());
    return m_profiles.get();
}

core::Secrets *MainWindow::secrets()
{
    if (!m_secrets)
        m_secrets = std::make_shared<core::MemorySecrets>();
    return m_secrets.get();
}

void MainWindow::openConnection(const core::Endpoint &endpoint, bool remember)
{
    unlessStaged(tr("connecting to another etcd"),
                 [this, endpoint, remember] { setConnection(profileOf(endpoint, remember), remember); });
}

void MainWindow::openProfile(const core::Profile &profile)
{
    unlessStaged(tr("connecting to another etcd"), [this, profile] { connectAsked(profile); });
}

void MainWindow::connectAsked(const core::Profile &profile)
{
    const int attempt = ++m_connectAttempt;
    const auto then = [this, profile, attempt](const core::Result<core::FilledProfile> &filled) {
        if (attempt == m_connectAttempt)
            connectFilled(filled ? *filled : core::FilledProfile {profile, filled.error()});
    };
    secrets()->fill(profile).then(this, then);
}

void MainWindow::connectFilled(const core::FilledProfile &filled)
{
    const auto missing = missingSecret(filled.profile.options);
    if (!missing) {
        setConnection(filled.profile, true);
        return;
    }
    openStartDialog();
    m_connectDialog->showDescription(filled.profile);
    m_connectDialog->askForPassword(*missing, filled.error);
}

void MainWindow::openLast()
{
    const QString id = lastProfile();
    if (!id.isEmpty()) {
        profiles()->load();
        if (const auto profile = profiles()->find(id))
            return openProfile(*profile);
    }
    if (const auto endpoint = rememberedEndpoint(); endpoint && id.isEmpty())
        openConnection(*endpoint);
    else
        openStartDialog();
}

void MainWindow::noteConnected()
{
    const bool plain = m_profile.options == core::ConnectionOptions(m_profile.options.endpoint());
    // One that is not kept, and takes more than an address, is asked for at the next start.
    rememberLastProfile(m_profile.id.isEmpty() && !plain ? QStringLiteral("-") : m_profile.id);
    if (m_profile.id.isEmpty() && plain)
        rememberEndpoint(m_connection->endpoint());
}

/// Connects again with it; a profile keeps it.
void MainWindow::trustCertificate(const QByteArray &sha256)
{
    core::Profile profile = m_profile;
    if (!m_connection || profile.options.tls.trustedFingerprints.contains(sha256))
        return;
    profile.options.tls.trustedFingerprints.append(sha256);
    // Kept is that alone, and only by the profile of this server: it may be connected to with changes that
    // nobody has saved.
    auto kept = profile.id.isEmpty() ? std::nullopt : profiles()->find(profile.id);
    if (kept && kept->options.endpoints == profile.options.endpoints) {
        kept->options.tls.trustedFingerprints.append(sha256);
        if (const auto saved = profiles()->save(*kept); !saved)
            m_prompts->showError(this, tr("The profile was not saved"), describe(saved.error()));
    }
    openProfile(profile);
}

void MainWindow::openStartDialog()
{
    if (!m_connectDialog) {
        m_connectDialog = new ConnectDialog(this, m_prompts.get());
        // Closed it stays, hidden, while what was typed into it has led to nothing.
        connect(m_connectDialog, &QDialog::finished, this, [this] {
            if (m_connectDialog && !m_connectDialog->isUnfinished())
                dropConnectDialog();
        });
        connect(m_connectDialog, &ConnectDialog::connectRequested, this,
                [this](const core::Profile &profile) {
                    if (profile.id.isEmpty())
                        rememberProfile(profile.options.endpoint(),
                                        {.name = profile.name, .safety = profile.safety});
                    openProfile(profile);
                });
        connect(m_connectDialog, &ConnectDialog::newWindowRequested, this, &MainWindow::connectionRequested);
        connect(m_connectDialog, &ConnectDialog::demoRequested, this, [this] {
            unlessStaged(tr("connecting to the demo"), [this] {
                if (m_connectDialog)
                    m_connectDialog->showProgress(tr("Starting the demo …"));
                Q_EMIT demoRequested();
            });
        });
        connect(m_connectDialog, &ConnectDialog::cancelRequested, this, [this] {
            ++m_connectAttempt;
            if (m_connection && m_connection->state() == core::Connection::State::Connecting)
                closeConnection();
        });
        m_connectDialog->setProfiles(rememberedProfile);
        m_connectDialog->setRecentEndpoints(recentEndpoints());
        m_connectDialog->setKeeping(profiles(), secrets());
        // What cannot be connected to is what is to be corrected, wherever it was named.
        if (m_connection && m_remember && m_connection->state() == core::Connection::State::Connecting) {
            core::Profile failing = m_profile;
            if (!failing.id.isEmpty())
                failing.options.dropSecrets(); // they come from the keychain again
            m_connectDialog->showDescription(failing);
        }
    }
    m_connectDialog->open();
}

void MainWindow::dropConnectDialog()
{
    // Of it no more is heard: closing tells of itself.
    ConnectDialog *dialog = std::exchange(m_connectDialog, nullptr);
    dialog->close();
    dialog->deleteLater();
}

void MainWindow::showStartError(const QString &reason)
{
    openStartDialog();
    m_connectDialog->showFailure({.summary = reason});
}

std::optional<core::Endpoint> MainWindow::rememberedEndpoint()
{
    const QStringList recent = recentEndpoints();
    if (recent.isEmpty())
        return std::nullopt;
    const auto endpoint = core::Endpoint::parse(recent.first());
    return endpoint ? std::optional(*endpoint) : std::nullopt;
}

} // namespace slotscope::ui
