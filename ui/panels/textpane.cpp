// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/textpane.h"

#include "ui/theme.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

qsizetype longestLine(const QString &text)
{
    qsizetype longest = 0;
    qsizetype begin = 0;
    while (begin <= text.size()) {
        qsizetype end = text.indexOf(QLatin1Char('\n'), begin);
        if (end < 0)
            end = text.size();
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    return longest;
}

} // namespace

TextPane::TextPane(QWidget *parent)
    : QWidget(parent)
    , m_editor(new QPlainTextEdit)
    , m_cutBar(new QWidget)
    , m_cutLabel(new QLabel)
    , m_showAll(new QPushButton(tr("Show all")))
    , m_findBar(new QWidget)
    , m_findLine(new QLineEdit)
    , m_findResult(new QLabel)
{
    m_editor->setReadOnly(true);
    // With a caret, so that the keyboard can select.
    m_editor->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_editor->setFont(theme::monospaceFont());
    m_editor->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_editor->setAccessibleName(tr("Value as text"));

    m_showAll->setAccessibleName(tr("Show the whole text"));
    auto *cutLayout = new QHBoxLayout(m_cutBar);
    cutLayout->setContentsMargins(0, 0, 0, 0);
    m_cutLabel->setWordWrap(true);
    cutLayout->addWidget(m_cutLabel, 1);
    cutLayout->addWidget(m_showAll);
    m_cutBar->hide();

    m_findLine->setPlaceholderText(tr("Find in text"));
    m_findLine->setAccessibleName(tr("Find in text"));
    m_findLine->setClearButtonEnabled(true);
    const auto button = [this](Qt::ArrowType arrow, const QString &name) {
        auto *tool = new QToolButton;
        tool->setArrowType(arrow);
        tool->setAutoRaise(true);
        tool->setToolTip(name);
        tool->setAccessibleName(name);
        return tool;
    };
    QToolButton *previous = button(Qt::UpArrow, tr("Find previous (Shift+F3)"));
    QToolButton *next = button(Qt::DownArrow, tr("Find next (F3)"));
    auto *findLayout = new QHBoxLayout(m_findBar);
    findLayout->setContentsMargins(0, 0, 0, 0);
    findLayout->addWidget(m_findLine, 1);
    findLayout->addWidget(m_findResult);
    findLayout->addWidget(previous);
    findLayout->addWidget(next);
    m_findBar->hide();

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_cutBar);
    layout->addWidget(m_editor, 1);
    layout->addWidget(m_findBar);
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
    connect(m_showAll, &QPushButton::clicked, this, &TextPane::showAll);
    connect(previous, &QToolButton::clicked, this, [this] { find(true); });
    connect(next, &QToolButton::clicked, this, [this] { find(false); });
    connect(m_findLine, &QLineEdit::returnPressed, this, [this] { find(false); });
    connect(m_findLine, &QLineEdit::textChanged, this, [this] {
        // Looks from the start of what is found, so that typing on extends the match instead of leaving it.
        QTextCursor cursor = m_editor->textCursor();
        cursor.setPosition(cursor.selectionStart());
        m_editor->setTextCursor(cursor);
        find(false);
    });
}

void TextPane::setText(const QString &text, bool keepPosition)
{
    m_all = keepPosition && m_all;
    if (m_text == text && keepPosition)
        return;
    m_text = text;
    showText(m_all ? text : text.left(CutAt), keepPosition);
}

bool TextPane::isCut() const
{
    return !m_all && m_text.size() > CutAt;
}

void TextPane::showAll()
{
    m_all = true;
    showText(m_text, true);
}

void TextPane::showText(const QString &text, bool keepPosition)
{
    const int at = m_editor->verticalScrollBar()->value();
    // Wrapping one line of a megabyte takes for ever, or crashes (Qt 6.4.2); such a text scrolls sideways. So
    // the mode must not change while a long text is still there.
    m_editor->clear();
    m_editor->setLineWrapMode(longestLine(text) > CutAt ? QPlainTextEdit::NoWrap
                                                        : QPlainTextEdit::WidgetWidth);
    m_editor->setPlainText(text);
    if (keepPosition)
        m_editor->verticalScrollBar()->setValue(at);
    m_cutBar->setVisible(isCut());
    if (isCut()) {
        m_cutLabel->setText(tr("The first %1 of %2 characters")
                                .arg(QLocale().toString(CutAt), QLocale().toString(m_text.size())));
    }
}

void TextPane::openFind()
{
    m_findBar->show();
    const QString selected = m_editor->textCursor().selectedText();
    if (!selected.isEmpty() && !selected.contains(QChar::ParagraphSeparator))
        m_findLine->setText(selected);
    m_findLine->selectAll();
    m_findLine->setFocus(Qt::ShortcutFocusReason);
}

void TextPane::closeFind()
{
    m_findBar->hide();
    m_editor->setFocus(Qt::OtherFocusReason);
}

void TextPane::find(bool backward)
{
    const QString wanted = m_findLine->text();
    if (wanted.isEmpty()) {
        m_findResult->clear();
        return;
    }
    // Finding nothing in a part of the text would say something untrue.
    if (isCut())
        showAll();
    const QTextDocument::FindFlags flags =
        backward ? QTextDocument::FindBackward : QTextDocument::FindFlags();
    bool found = m_editor->find(wanted, flags);
    if (!found) {
        const QTextCursor before = m_editor->textCursor();
        m_editor->moveCursor(backward ? QTextCursor::End : QTextCursor::Start);
        found = m_editor->find(wanted, flags);
        if (!found)
            m_editor->setTextCursor(before);
    }
    m_findResult->setText(found ? QString() : tr("not found"));
}

} // namespace slotscope::ui
