// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"

#include <QTabWidget>

class QCheckBox;
class QFormLayout;
class QLineEdit;
class QListWidget;
class QSpinBox;

namespace slotscope::ui {

class Prompts;

/// The passwords that a connection may need.
enum class SecretField { Password, KeyPassword, ProxyPassword };
/// The one that it cannot do without, and lacks.
std::optional<SecretField> missingSecret(const core::ConnectionOptions &options);

/// What is said of a connection beside its address and safety: how to sign in, certificates, the way there.
class ConnectionForm : public QTabWidget
{
    Q_OBJECT
public:
    /// Chooses files with `prompts`, which outlives it; without them they can only be typed.
    explicit ConnectionForm(Prompts *prompts, QWidget *parent = nullptr);

    void setOptions(const core::ConnectionOptions &options);
    /// These options with what the form says; the addresses are left alone. The error's detail says which
    /// field is wrong.
    core::Result<core::ConnectionOptions> applyTo(core::ConnectionOptions options) const;

    bool keepsPasswords() const;
    void setKeepsPasswords(bool keeps);

    QString colour() const;
    QString schemaFile() const;
    void setAppearance(const QString &colour, const QString &schemaFile);

    /// Shows the page of the password that is missing, and goes there.
    void focusSecret(SecretField field);
    QLineEdit *passwordLine() const { return m_password; }

Q_SIGNALS:
    /// By the user or by setOptions().
    void changed();

private:
    QLineEdit *addLine(QFormLayout *form, const QString &label, const char *name, const QString &tip);
    QLineEdit *addFile(QFormLayout *form, const QString &label, const char *name, const QString &tip);
    QWidget *signInPage();
    QWidget *tlsPage();
    QWidget *wayPage();
    QWidget *lookPage();
    void removeFingerprint();
    void takeProxyPassword();

    Prompts *m_prompts;
    bool m_verify = true; // as it was given: nobody unchecks that in a form
    QLineEdit *m_user = nullptr;
    QLineEdit *m_password = nullptr;
    QCheckBox *m_keep = nullptr;
    QLineEdit *m_ca = nullptr;
    QLineEdit *m_cert = nullptr;
    QLineEdit *m_key = nullptr;
    QLineEdit *m_pkcs12 = nullptr;
    QLineEdit *m_keyPassword = nullptr;
    QLineEdit *m_serverName = nullptr;
    QListWidget *m_trusted = nullptr;
    QLineEdit *m_prefix = nullptr;
    QLineEdit *m_ssh = nullptr;
    QSpinBox *m_sshPort = nullptr;
    QLineEdit *m_sshIdentity = nullptr;
    QLineEdit *m_proxy = nullptr;
    QLineEdit *m_proxyPassword = nullptr;
    QNetworkProxy m_givenProxy;
    QLineEdit *m_connectTimeout = nullptr;
    QLineEdit *m_requestTimeout = nullptr;
    QCheckBox *m_serializable = nullptr;
    QCheckBox *m_grpc = nullptr;
    QLineEdit *m_colour = nullptr;
    QLineEdit *m_schema = nullptr;
};

} // namespace slotscope::ui
