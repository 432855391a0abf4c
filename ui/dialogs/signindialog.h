// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QDialogButtonBox;
class QLabel;
class QLineEdit;

namespace slotscope::ui {

/// Asks for the name and password of a user of etcd. The password is kept nowhere.
class SignInDialog : public QDialog
{
    Q_OBJECT
public:
    /// `server`: how it is called in the text. `reason`: why it is asked, for example that the last password
    /// was wrong; may be empty.
    SignInDialog(const QString &server, const QString &user, const QString &reason,
                 QWidget *parent = nullptr);

    QString user() const;
    QString password() const;

    QLineEdit *userLine() const { return m_user; }
    QLineEdit *passwordLine() const { return m_password; }
    QLabel *reasonLabel() const { return m_reason; }
    QDialogButtonBox *buttons() const { return m_buttons; }

private:
    QLineEdit *m_user;
    QLineEdit *m_password;
    QLabel *m_reason;
    QDialogButtonBox *m_buttons;
};

} // namespace slotscope::ui
