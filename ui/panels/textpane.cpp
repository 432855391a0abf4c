// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/textpane.h"

#include "ui/panels/banner.h"
#include "ui/views/codeeditor.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

namespace slotscope::ui {

TextPane::TextPane(QWidget *parent)
    : QWidget(parent)
    , m_formBar(new QWidget)
    , m_formChoice(new QComboBox)
    , m_errorBanner(new Banner(this))
    , m_overtakenBanner(new Banner(this))
    , m_editor(new CodeEditor)
{
    m_editor->area()->setAccessibleName(tr("Value as text"));
    m_formChoice->setAccessibleName(tr("Form of the text"));
    m_formChoice->setToolTip(tr("As stored: what is typed is stored to the byte.\n"
                                "Laid out: to be read; what is not changed stays stored as it is."));
    auto *formLayout = new QHBoxLayout(m_formBar);
    formLayout->setContentsMargins(0, 0, 0, 0);
    formLayout->addWidget(m_formChoice);
    formLayout->addStretch(1);
    m_formBar->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_formBar);
    layout->addWidget(m_overtakenBanner);
    layout->addWidget(m_errorBanner);
    layout->addWidget(m_editor, 1);
    layout->addWidget(makeFindBar());
    setFocusProxy(m_editor);

    const auto shortcut = [this](const QKeySequence &keys, QWidget *on, auto &&slot) {
        auto *action = new QAction(on);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        on->addAction(action);
        connect(action, &QAction::triggered, this, slot);
    };
    shortcut(QKeySequence::Find, this, [this] { openFind(); });
    shortcut(Qt::Key_F3, this, [this] { find(false); });
    shortcut(Qt::SHIFT | Qt::Key_F3, this, [this] { find(true); });
    shortcut(Qt::Key_Escape, m_findBar, [this] { closeFind(); });
    connect(m_formChoice, &QComboBox::activated, this, [this](int index) {
        Q_EMIT formChosen(static_cast<TextForm>(m_formChoice->itemData(index).toInt()));
    });
    connect(m_errorBanner, &Banner::actionTriggered, this, [this] {
        m_editor->select(m_errorOffset, 0);
        m_editor->setFocus(Qt::OtherFocusReason);
    });
    connect(m_overtakenBanner, &Banner::actionTriggered, this, &TextPane::discardRequested);
    connect(m_editor, &CodeEditor::textEdited, this, [this] {
        if (m_findBar->isVisible())
            countMatches();
    });
}

QWidget *TextPane::makeFindBar()
{
    m_findBar = new QWidget;
    m_findLine = new QLineEdit;
    m_findResult = new QLabel;
    m_findLine->setPlaceholderText(tr("Find in text"));
    m_findLine->setAccessibleName(tr("Find in text"));
    m_findLine->setClearButtonEnabled(true);
    const auto button = [](Qt::ArrowType arrow, const QString &name) {
        auto *tool = new QToolButton;
        tool->setArrowType(arrow);
        tool->setAutoRaise(true);
        tool->setToolTip(name);
        tool->setAccessibleName(name);
        return tool;
    };
    QToolButton *previous = button(Qt::UpArrow, tr("Find previous (Shift+F3)"));
    QToolButton *next = button(Qt::DownArrow, tr("Find next (F3)"));
    auto *layout = new QHBoxLayout(m_findBar);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_findLine, 1);
    layout->addWidget(m_findResult);
    layout->addWidget(previous);
    layout->addWidget(next);
    m_findBar->hide();
    connect(previous, &QToolButton::clicked, this, [this] { find(true); });
    connect(next, &QToolButton::clicked, this, [this] { find(false); });
    connect(m_findLine, &QLineEdit::returnPressed, this, [this] { find(false); });
    connect(m_findLine, &QLineEdit::textChanged, this, [this] {
        // Looks from the start of what is found, so that typing on extends the match instead of leaving it.
        m_editor->select(m_editor->selectionStart(), 0);
        find(false);
    });
    return m_findBar;
}

void TextPane::setText(const QByteArray &text, TextForm form, bool keepPosition)
{
    const bool same = keepPosition && form == m_form;
    m_form = form;
    clearError();
    setOvertaken(false);
    m_editor->setLanguage(form == TextForm::Plain ? CodeEditor::Language::Plain : CodeEditor::Language::Json);
    if (same)
        m_editor->updateText(text);
    else
        m_editor->setText(text);
    if (m_findBar->isVisible())
        countMatches();
}

void TextPane::setForms(const std::vector<TextForm> &forms, TextForm current)
{
    m_formChoice->clear();
    for (const TextForm form : forms) {
        m_formChoice->addItem(textFormName(form), static_cast<int>(form));
        if (form == current)
            m_formChoice->setCurrentIndex(m_formChoice->count() - 1);
    }
    m_formBar->setVisible(forms.size() > 1);
}

void TextPane::setEditable(bool editable)
{
    m_editor->setReadOnly(!editable);
}

void TextPane::setError(const core::DecodeError &error)
{
    m_errorOffset = error.offset;
    QString message;
    if (error.offset >= 0) {
        const CodeEditor::Position at = m_editor->positionOf(error.offset);
        message = tr("Line %1, column %2: %3.").arg(at.line).arg(at.column).arg(error.what);
        m_editor->setError(error.offset);
    } else {
        message = tr("This cannot be stored: %1.").arg(error.what);
        m_editor->clearError();
    }
    message += QLatin1Char(' ') + tr("Until it is mended, the last good value stays.");
    m_errorBanner->setMessage(theme::Mark::Warning, message, error.offset >= 0 ? tr("Go there") : QString());
}

void TextPane::clearError()
{
    m_errorOffset = -1;
    m_editor->clearError();
    m_errorBanner->clearMessage();
}

void TextPane::setOvertaken(bool overtaken)
{
    if (!overtaken)
        m_overtakenBanner->clearMessage();
    else if (m_overtakenBanner->isHidden())
        m_overtakenBanner->setMessage(theme::Mark::Conflict,
                                      tr("The value has changed since you began to type; your text is kept."),
                                      tr("Show the value as it is now"));
}

void TextPane::openFind()
{
    m_findBar->show();
    const QByteArray selected = m_editor->selectedText();
    if (!selected.isEmpty() && !selected.contains('\n'))
        m_findLine->setText(QString::fromUtf8(selected));
    m_findLine->selectAll();
    m_findLine->setFocus(Qt::ShortcutFocusReason);
    countMatches();
}

void TextPane::closeFind()
{
    m_findBar->hide();
    m_editor->setFocus(Qt::OtherFocusReason);
}

void TextPane::find(bool backward)
{
    m_editor->find(m_findLine->text().toUtf8(), backward);
    countMatches();
}

void TextPane::countMatches()
{
    if (m_findLine->text().isEmpty()) {
        m_findResult->clear();
        return;
    }
    const CodeEditor::Matches matches = m_editor->matches(m_findLine->text().toUtf8());
    const QString count =
        QLocale().toString(matches.count) + (matches.more ? QStringLiteral("+") : QString());
    if (matches.count == 0)
        m_findResult->setText(tr("not found"));
    else if (matches.current > 0)
        m_findResult->setText(tr("%1 of %2").arg(matches.current).arg(count));
    else
        m_findResult->setText(count);
}

} // namespace slotscope::ui
