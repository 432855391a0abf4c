// SPDX-License-Identifier: GPL-3.0-or-later
//
// ConnectDialog's work on the user's profiles: keeping, copying, deleting, handing them on.
#include "core/base/wholefile.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/connectionform.h"
#include "ui/panels/banner.h"
#include "ui/prompts.h"

#include <QFile>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>

namespace slotscope::ui {

QLayout *ConnectDialog::buildProfileButtons()
{
    const auto add = [this](const QString &text, const char *name, const QString &tip) {
        auto *button = new QPushButton(text);
        button->setObjectName(QLatin1String(name));
        button->setToolTip(tip);
        button->setAutoDefault(false);
        button->hide(); // until there is somewhere to keep profiles
        return button;
    };
    m_new = add(tr("New"), "newProfile", tr("Empties the fields, for another profile"));
    m_save = add(tr("Sa&ve"), "saveProfile", tr("Keeps what is said here as a profile, or changes it"));
    m_duplicate = add(tr("D&uplicate"), "duplicateProfile", tr("A copy of the profile, to be changed"));
    m_remove = add(tr("De&lete"), "deleteProfile", tr("Forgets the profile and its passwords"));
    auto *row = new QHBoxLayout;
    for (QPushButton *button : {m_new, m_save, m_duplicate, m_remove})
        row->addWidget(button);
    row->addStretch(1);
    connect(m_new, &QPushButton::clicked, this, &ConnectDialog::startNew);
    connect(m_save, &QPushButton::clicked, this, &ConnectDialog::saveProfile);
    connect(m_duplicate, &QPushButton::clicked, this, &ConnectDialog::duplicateProfile);
    connect(m_remove, &QPushButton::clicked, this, &ConnectDialog::removeProfile);

    m_list->setContextMenuPolicy(Qt::ActionsContextMenu);
    const auto addAction = [this](const QString &text, void (ConnectDialog::*run)()) {
        auto *action = new QAction(text, m_list);
        m_list->addAction(action);
        connect(action, &QAction::triggered, this, run);
    };
    if (m_prompts) {
        addAction(tr("&Import profiles …"), &ConnectDialog::importProfiles);
        addAction(tr("&Export profiles …"), &ConnectDialog::exportProfiles);
        auto *more = new QToolButton;
        more->setText(QStringLiteral("…"));
        more->setAccessibleName(tr("Import and export"));
        more->setToolTip(tr("Import and export profiles, without passwords"));
        more->setPopupMode(QToolButton::InstantPopup);
        more->addActions(m_list->actions());
        row->addWidget(more);
    }
    return row;
}

void ConnectDialog::setKeeping(core::ProfileStore *store, core::Secrets *secrets)
{
    m_store = store;
    m_secrets = secrets;
    for (QPushButton *button : {m_new, m_save, m_duplicate, m_remove, m_newWindow})
        button->show();
    if (const auto loaded = store->load(); !loaded)
        m_banner->setMessage(theme::Mark::Warning, describe(loaded.error()).sentence());
    connect(store, &core::ProfileStore::changed, this, &ConnectDialog::fillList);
    m_described = {};
    m_endpoint->clear(); // so that the list begins with the first profile
    fillList();
    takeFirst();
}

void ConnectDialog::updateProfileButtons()
{
    m_new->setEnabled(!m_busy);
    m_duplicate->setEnabled(!m_busy && isKept());
    m_remove->setEnabled(!m_busy && isKept());
}

void ConnectDialog::tellKept(const core::Result<core::Nothing> &kept)
{
    if (!kept)
        m_banner->setMessage(theme::Mark::Warning, describe(kept.error()).sentence());
}

bool ConnectDialog::isAnother(const core::Profile &profile) const
{
    return isKept() && profile.title() != m_described.title()
        && profile.options.endpoints != m_described.options.endpoints;
}

/// For one that is not kept yet. What was trusted of one server is not, unasked, trusted of another.
core::Profile ConnectDialog::detached(core::Profile profile) const
{
    profile.id.clear();
    if (profile.options.endpoints != m_described.options.endpoints) {
        for (const QByteArray &fingerprint : m_described.options.tls.trustedFingerprints)
            profile.options.tls.trustedFingerprints.removeAll(fingerprint);
    }
    return profile;
}

core::Result<core::Profile> ConnectDialog::description() const
{
    const auto wanted = described();
    return wanted && isAnother(*wanted) ? detached(*wanted) : wanted;
}

void ConnectDialog::startNew()
{
    m_banner->clearMessage();
    clearForm();
    noteEdit();
    m_endpoint->setFocus(Qt::OtherFocusReason);
}

void ConnectDialog::saveProfile()
{
    const auto wanted = described();
    if (!m_store || !wanted)
        return;
    if (isAnother(*wanted))
        askWhatToSave(*wanted);
    else
        save(*wanted);
}

void ConnectDialog::askWhatToSave(const core::Profile &wanted)
{
    if (!m_prompts)
        return save(detached(wanted));
    QString text = tr("Both its name and its address were typed over. What else is said here goes into the "
                      "profile that is saved.");
    if (!m_described.options.tls.trustedFingerprints.isEmpty())
        text += QLatin1Char(' ')
            + tr("A new one does not trust the certificates that were trusted for the first.");
    m_prompts->ask(this,
                   {.title = tr("Replace the profile “%1”?").arg(m_described.title()),
                    .text = text,
                    .buttons = {{tr("Save a &new one")},
                                {tr("&Replace it"), PromptButton::Role::Destructive},
                                {tr("Cancel"), PromptButton::Role::Reject}}},
                   [this, wanted](int button) {
                       if (button == 0)
                           save(detached(wanted));
                       else if (button == 1)
                           save(wanted);
                   });
}

void ConnectDialog::save(core::Profile wanted)
{
    if (wanted.id.isEmpty()) {
        wanted.id = core::newProfileId();
        wanted.name = m_store->freeName(wanted.title());
    }
    m_banner->clearMessage();
    if (const auto saved = m_store->save(wanted); !saved)
        return tellKept(saved);
    showDescription(wanted);
    if (!m_form->keepsPasswords()) {
        wanted.options.dropSecrets();
        return keepSecrets(wanted);
    }
    // What is kept already is not shown, and is not to be forgotten for that.
    const auto keep = [this, wanted](const core::Result<core::FilledProfile> &filled) {
        if (filled && !filled->error)
            keepSecrets(filled->profile);
        else if (wanted.options.hasSecrets())
            keepSecrets(wanted);
    };
    m_secrets->fill(wanted).then(this, keep);
}

void ConnectDialog::keepSecrets(const core::Profile &profile)
{
    const bool any = profile.options.hasSecrets();
    m_secrets->keep(profile).then(this, [this, any](const core::Result<core::Nothing> &kept) {
        // Where there is no keychain nothing was to be forgotten either.
        if (!kept && any)
            m_banner->setMessage(
                theme::Mark::Warning,
                tr("The profile is kept, the password is not (%1). You will be asked for it.")
                    .arg(kept.error().detail));
    });
}

void ConnectDialog::duplicateProfile()
{
    const auto shown = described();
    if (!m_store || !shown)
        return;
    core::Profile copy = detached(*shown);
    copy.name = m_store->freeName(copy.title());
    copy.id = core::newProfileId();
    copy.options.dropSecrets();
    if (const auto saved = m_store->save(copy); !saved)
        return tellKept(saved);
    showDescription(copy);
    m_name->setFocus(Qt::OtherFocusReason);
    m_name->selectAll();
}

void ConnectDialog::removeProfile()
{
    if (!m_store || !isKept())
        return;
    const auto remove = [this, id = m_described.id] {
        tellKept(m_store->remove(id));
        m_secrets->forget(id).then(this, [](const core::Result<core::Nothing> &) {});
        clearForm();
        takeFirst();
    };
    if (!m_prompts)
        return remove();
    m_prompts->ask(
        this,
        {.title = tr("Delete the profile “%1”?").arg(m_described.title()),
         .text = tr("Its passwords are forgotten, too. What is kept of the etcd itself, such as drafts "
                    "and the history of commits, stays."),
         .buttons = {{tr("&Delete"), PromptButton::Role::Destructive},
                     {tr("Cancel"), PromptButton::Role::Reject}},
         .defaultButton = 1},
        [remove](int button) {
            if (button == 0)
                remove();
        });
}

void ConnectDialog::importProfiles()
{
    const FileQuestion question {.title = tr("Import profiles"), .nameFilters = {tr("JSON (*.json)")}};
    m_prompts->chooseFile(this, question, [this](const QString &path) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly))
            return m_banner->setMessage(theme::Mark::Warning,
                                        tr("“%1” cannot be read: %2").arg(path, file.errorString()));
        auto profiles = core::importProfiles(file.read(qint64 {16} * 1024 * 1024));
        if (!profiles)
            return m_banner->setMessage(theme::Mark::Warning,
                                        tr("“%1” cannot be imported: %2").arg(path, profiles.error().detail));
        for (core::Profile &profile : *profiles) {
            // Another one, whatever the file says: nobody's own profile is replaced.
            profile.id = core::newProfileId();
            profile.name = m_store->freeName(profile.title());
            if (const auto saved = m_store->save(profile); !saved)
                return tellKept(saved);
        }
    });
}

void ConnectDialog::exportProfiles()
{
    const FileQuestion question {.mode = FileQuestion::Mode::Save,
                                 .title = tr("Export profiles"),
                                 .suggestedPath = QStringLiteral("slotscope-profiles.json"),
                                 .nameFilters = {tr("JSON (*.json)")}};
    m_prompts->chooseFile(this, question, [this](const QString &path) {
        const auto written =
            core::replaceFile(path, core::exportProfiles(m_store->profiles()), core::OwnFile);
        if (!written)
            m_banner->setMessage(theme::Mark::Warning,
                                 tr("“%1” cannot be written: %2").arg(path, written.error().detail));
    });
}

void ConnectDialog::askForPassword(SecretField missing, const std::optional<core::Error> &error)
{
    m_failed = false;
    setBusy(false);
    QString message = missing == SecretField::KeyPassword ? tr("The client's key needs its password.")
        : missing == SecretField::ProxyPassword           ? tr("The password of the proxy's user is missing.")
                                                          : tr("The password of the user is missing.");
    if (error)
        message += QLatin1Char(' ')
            + tr("It could not be read (%1): type it, or unlock the keychain and connect again.")
                  .arg(error->detail);
    m_banner->setMessage(theme::Mark::Warning, message);
    m_form->focusSecret(missing);
}

} // namespace slotscope::ui
