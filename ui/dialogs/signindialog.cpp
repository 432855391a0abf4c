// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/signindialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace slotscope::ui {

SignInDialog::SignInDialog(const QString &server, const QString &user, const QString &reason, QWidget *parent)
    : QDialog(parent)
    , m_user(new QLineEdit(user))
    , m_password(new QLineEdit)
    , m_reason(new QLabel(reason))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
{
    setWindowTitle(tr("Sign in to %1").arg(server));
    auto *about = new QLabel(tr("A user of etcd's own authentication. Leave the name empty to go on without "
                                "one."));
    for (QLabel *label : {about, m_reason}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setMinimumWidth(50 * fontMetrics().averageCharWidth());
    }
    m_reason->setVisible(!reason.isEmpty());
    m_user->setObjectName(QStringLiteral("user"));
    m_password->setObjectName(QStringLiteral("password"));
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setInputMethodHints(Qt::ImhHiddenText | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText);
    auto *form = new QFormLayout;
    form->addRow(tr("&User:"), m_user);
    form->addRow(tr("&Password:"), m_password);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("Sign in"));
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_reason);
    layout->addWidget(about);
    layout->addLayout(form);
    layout->addStretch();
    layout->addWidget(m_buttons);
    connect(m_buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    (user.isEmpty() ? m_user : m_password)->setFocus();
}

QString SignInDialog::user() const
{
    return m_user->text().trimmed();
}

QString SignInDialog::password() const
{
    return m_password->text();
}

} // namespace slotscope::ui
