// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/profilestore.h"
#include "core/profile/secrets.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"

#include <QDialog>
#include <QPointer>

#include <functional>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QProgressBar;
class QPushButton;

namespace slotscope::ui {

class Banner;
class ConnectionForm;
class Prompts;
enum class SecretField;

/// Asks for an etcd to open. It does not connect itself: it asks for it by signal, is told what became of it,
/// and stays open until told to close. To be shown with open().
class ConnectDialog : public QDialog
{
    Q_OBJECT
public:
    /// Without prompts nothing is asked before a profile is deleted, and files can only be typed.
    explicit ConnectDialog(QWidget *parent = nullptr, Prompts *prompts = nullptr);

    /// The first one is what the field starts with.
    void setRecentEndpoints(const QStringList &endpoints);
    /// Endpoints that the surroundings name, and where each was found. Default: environmentEndpoints().
    void setFoundEndpoints(const std::vector<std::pair<QString, QString>> &endpointsAndSources);
    /// From ETCDCTL_ENDPOINTS and ETCD_URL.
    static std::vector<std::pair<QString, QString>> environmentEndpoints();
    /// Tells what was said of an etcd before; nothing: it is a new one. Default: nothing of any.
    using ProfileLookup = std::function<std::optional<ConnectionProfile>(const core::Endpoint &)>;
    void setProfiles(ProfileLookup profileOf);
    /// The user's profiles, to choose from and to change. Both outlive the dialog.
    void setKeeping(core::ProfileStore *store, core::Secrets *secrets);
    /// Shows it, as if it had been chosen.
    void showDescription(const core::Profile &profile);
    /// Everything that the dialog says, with what of it cannot be. A kept profile of which both name and
    /// address were typed over is another one, which is not kept: nothing that is secret to the first, nor
    /// trusted of it, goes there.
    core::Result<core::Profile> description() const;
    /// Goes to the password that the attempt lacks. `error`: why the keychain did not give it.
    void askForPassword(SecretField missing, const std::optional<core::Error> &error = {});
    /// Why the demo cannot be started here; empty: it can.
    void setDemoUnavailable(const QString &reason);

    void setEndpointText(const QString &text);
    QString endpointText() const;
    ConnectionProfile profile() const;

    /// An attempt is under way; `what` says so. Ends with showFailure() or accept().
    void showProgress(const QString &what);
    /// The attempt failed; the message stays in place, and the same can be tried again. Of an attempt that
    /// was not asked for here only the message is shown: focus and fields are left alone.
    void showFailure(const ErrorText &error);
    void showFailure(const core::Error &error, const core::Endpoint &endpoint);

    /// Something was typed or chosen since the last attempt was asked for.
    bool isEdited() const { return m_edited; }
    /// Something was typed, chosen or tried here, and nothing came of it yet: to be shown again as it is.
    bool isUnfinished() const { return m_unfinished; }

    QLineEdit *endpointLine() const { return m_endpoint; }
    QListWidget *list() const { return m_list; }
    QLineEdit *nameLine() const { return m_name; }
    QComboBox *safetyBox() const { return m_safety; }
    QPushButton *connectButton() const { return m_connect; }
    QPushButton *demoButton() const { return m_demo; }
    Banner *banner() const { return m_banner; }
    ConnectionForm *form() const { return m_form; }
    QPushButton *saveButton() const { return m_save; }

    /// Escape and Cancel. While an attempt is under way: gives it up. Else: closes. close() closes in any
    /// case.
    void reject() override;

Q_SIGNALS:
    void connectRequested(const slotscope::core::Profile &profile);
    /// The same in a window of its own.
    void newWindowRequested(const slotscope::core::Profile &profile);
    void demoRequested();
    /// The user gave up an attempt that was under way, or began to change what has failed; the dialog stays
    /// open.
    void cancelRequested();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    enum class Attempt { None, Endpoint, Demo };

    void fillList();
    void takeFirst();
    void markDescribed();
    void clearForm();
    /// As description(), with the id of the kept profile that the fields were made of.
    core::Result<core::Profile> described() const;
    bool isAnother(const core::Profile &profile) const;
    core::Profile detached(core::Profile profile) const;
    QLayout *buildProfileButtons();
    void takeItem(const QListWidgetItem *item);
    void takeEnvironment();
    void startNew();
    void saveProfile();
    void askWhatToSave(const core::Profile &wanted);
    void save(core::Profile wanted);
    void keepSecrets(const core::Profile &profile);
    void duplicateProfile();
    void removeProfile();
    void importProfiles();
    void exportProfiles();
    void tellKept(const core::Result<core::Nothing> &kept);
    void updateProfileButtons();
    bool isKept() const { return !m_described.id.isEmpty(); }
    void validate();
    void takeProfile();
    void showProfile(const ConnectionProfile &profile);
    void explainSafety();
    void tryEndpoint();
    void tryDemo();
    void retry();
    void setBusy(bool busy);
    void takeFocusBack();
    void noteEdit();

    std::vector<std::pair<QString, QString>> m_found;
    QStringList m_recent;
    ProfileLookup m_profileOf;
    bool m_profileChosen = false; // by the user, for an etcd that nothing is known of
    Attempt m_attempt = Attempt::None;
    bool m_busy = false;
    bool m_failed = false;
    bool m_asked = false; // for an attempt, and nothing was edited since
    bool m_edited = false;
    bool m_unfinished = false;
    bool m_showing = false; // the fields change, but nobody types
    QPointer<QWidget> m_lastField; // had the focus when the attempt was asked for
    QString m_demoUnavailable;

    Prompts *m_prompts;
    core::ProfileStore *m_store = nullptr;
    core::Secrets *m_secrets = nullptr;
    core::Profile m_described; // what is shown was made of; with an id: a kept one

    QLineEdit *m_endpoint;
    QLabel *m_problem;
    QLabel *m_listLabel;
    QListWidget *m_list;
    QLineEdit *m_name;
    QComboBox *m_safety;
    QLabel *m_explanation;
    Banner *m_banner;
    ConnectionForm *m_form;
    QProgressBar *m_progress;
    QPushButton *m_new;
    QPushButton *m_save;
    QPushButton *m_duplicate;
    QPushButton *m_remove;
    QPushButton *m_newWindow;
    QPushButton *m_demo;
    QPushButton *m_connect;
    QPushButton *m_cancel;
};

} // namespace slotscope::ui
