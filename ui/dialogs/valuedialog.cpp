// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/valuedialog.h"

#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "ui/models/prettytext.h"
#include "ui/models/valuekinds.h"
#include "ui/views/codeeditor.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::Value;

ValueDialog::ValueDialog(const QString &title, const Value &value, QWidget *parent)
    : QDialog(parent)
    , m_value(value)
    , m_editor(new CodeEditor)
    , m_message(new QLabel)
{
    setWindowTitle(tr("Edit %1").arg(title));
    setObjectName(QStringLiteral("valueDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    const bool notation = value.isContainer();
    m_editor->setLanguage(notation ? CodeEditor::Language::Json : CodeEditor::Language::Plain);
    m_editor->setText(notation ? prettyText(value) : core::editText(value).toUtf8());
    m_editor->area()->setAccessibleName(tr("Value: %1").arg(kindName(value.kind())));
    m_message->setWordWrap(true);
    m_message->setText(notation ? tr("A %1, in the notation.").arg(kindName(value.kind()))
                                : tr("A %1. Ctrl+Enter takes it.").arg(kindName(value.kind())));
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &ValueDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ValueDialog::reject);
    connect(m_editor, &CodeEditor::submitted, this, &ValueDialog::accept);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(m_editor, 1);
    layout->addWidget(m_message);
    layout->addWidget(buttons);
    resize(560, 380);
    m_editor->setFocus();
}

void ValueDialog::accept()
{
    const QByteArray text = m_editor->text();
    auto value = core::parseLike(m_value, QString::fromUtf8(text));
    if (!value) {
        m_message->setText(tr("Not taken: %1.").arg(value.error()));
        return;
    }
    if (m_value.isContainer())
        *value = core::adoptStyles(m_value, *value);
    Q_EMIT edited(*value);
    QDialog::accept();
}

} // namespace slotscope::ui
