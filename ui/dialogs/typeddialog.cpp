// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/typeddialog.h"

#include "ui/theme.h"

#include <QCoreApplication>
#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

namespace slotscope::ui {

TypedDialog::TypedDialog(const Question &question, const TypedText &text, QWidget *parent)
    : QDialog(parent)
    , m_question(question)
    , m_text(text)
    , m_line(new QLineEdit)
{
    const int count = static_cast<int>(question.buttons.size());
    m_chosen =
        question.escapeButton >= 0 && question.escapeButton < count ? question.escapeButton : count - 1;
    setWindowTitle(QCoreApplication::applicationName());
    setAccessibleName(question.title);

    auto *icon = new QLabel;
    const int side = style()->pixelMetric(QStyle::PM_LargeIconSize);
    icon->setPixmap(theme::icon(theme::Glyph::Warning).pixmap(side, side));
    auto *title = new QLabel(question.title);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    auto *words = new QLabel(question.text);
    auto *label = new QLabel(text.label);
    label->setBuddy(m_line);
    for (QLabel *each : {title, words, label}) {
        // Names of tables come along here; they must not be taken for markup.
        each->setTextFormat(Qt::PlainText);
        each->setWordWrap(true);
        each->setMinimumWidth(60 * fontMetrics().averageCharWidth());
    }
    m_line->setObjectName(QStringLiteral("typed"));
    m_line->setAccessibleName(text.label);

    auto *box = new QDialogButtonBox;
    for (const PromptButton &button : question.buttons) {
        const auto role = button.role == PromptButton::Role::Reject ? QDialogButtonBox::RejectRole
                                                                    : QDialogButtonBox::AcceptRole;
        const auto index = static_cast<int>(m_buttons.size());
        QPushButton *made = box->addButton(button.text, role);
        made->setAutoDefault(false);
        made->setDefault(index == question.defaultButton);
        connect(made, &QPushButton::clicked, this, [this, index] {
            m_chosen = index;
            accept();
        });
        m_buttons.push_back(made);
    }

    auto *texts = new QVBoxLayout;
    texts->addWidget(title);
    texts->addWidget(words);
    if (!question.detail.isEmpty()) {
        auto *detail = new QPlainTextEdit(question.detail);
        detail->setReadOnly(true);
        detail->setTabChangesFocus(true);
        detail->setAccessibleName(tr("Details"));
        texts->addWidget(detail, 1);
    }
    texts->addWidget(label);
    texts->addWidget(m_line);
    auto *upper = new QHBoxLayout;
    upper->addWidget(icon, 0, Qt::AlignTop);
    upper->addLayout(texts, 1);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(upper, 1);
    layout->addWidget(box);
    connect(m_line, &QLineEdit::textChanged, this, &TypedDialog::allow);
    allow();
    m_line->setFocus();
}

QString TypedDialog::typed() const
{
    return m_line->text().trimmed();
}

void TypedDialog::allow()
{
    const bool fits = typed() == m_text.expected;
    for (size_t i = 0; i < m_buttons.size(); ++i)
        m_buttons[i]->setEnabled(fits || m_question.buttons[i].role == PromptButton::Role::Reject);
}

} // namespace slotscope::ui
