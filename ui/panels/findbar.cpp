// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/findbar.h"

#include <QAction>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

namespace slotscope::ui {

FindBar::FindBar(const QString &name, QWidget *pane)
    : QWidget(pane)
    , m_kind(new QComboBox)
    , m_line(new QLineEdit)
    , m_result(new QLabel)
{
    m_kind->setObjectName(QStringLiteral("findKind"));
    m_kind->setAccessibleName(tr("What to find"));
    m_kind->hide();
    m_line->setPlaceholderText(name);
    m_line->setAccessibleName(name);
    m_line->setClearButtonEnabled(true);
    const auto button = [](Qt::ArrowType arrow, const QString &text) {
        auto *tool = new QToolButton;
        tool->setArrowType(arrow);
        tool->setAutoRaise(true);
        tool->setToolTip(text);
        tool->setAccessibleName(text);
        return tool;
    };
    QToolButton *previous = button(Qt::UpArrow, tr("Find previous (Shift+F3)"));
    QToolButton *next = button(Qt::DownArrow, tr("Find next (F3)"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_kind);
    layout->addWidget(m_line, 1);
    layout->addWidget(m_result);
    layout->addWidget(previous);
    layout->addWidget(next);
    hide();

    const auto shortcut = [this](const QKeySequence &keys, QWidget *on, auto &&slot) {
        auto *action = new QAction(on);
        action->setShortcut(keys);
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        on->addAction(action);
        connect(action, &QAction::triggered, this, slot);
    };
    const auto findNext = [this] { Q_EMIT findRequested(false); };
    const auto findPrevious = [this] { Q_EMIT findRequested(true); };
    shortcut(QKeySequence::Find, pane, [this] { open(); });
    shortcut(Qt::Key_F3, pane, findNext);
    shortcut(Qt::SHIFT | Qt::Key_F3, pane, findPrevious);
    shortcut(Qt::Key_Escape, this, [this] { close(); });
    connect(previous, &QToolButton::clicked, this, findPrevious);
    connect(next, &QToolButton::clicked, this, findNext);
    connect(m_line, &QLineEdit::returnPressed, this, findNext);
    connect(m_line, &QLineEdit::textChanged, this, &FindBar::wantedChanged);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this](int kind) {
        m_line->setPlaceholderText(m_kind->itemData(kind).toString());
        m_result->clear();
    });
}

void FindBar::addKind(const QString &name, const QString &placeholder)
{
    m_kind->addItem(name, placeholder);
    if (m_kind->count() == 1)
        m_line->setPlaceholderText(placeholder);
    m_kind->setVisible(m_kind->count() > 1);
}

int FindBar::kind() const
{
    return m_kind->currentIndex();
}

QString FindBar::wanted() const
{
    return m_line->text();
}

void FindBar::setResult(const QString &words)
{
    m_result->setText(words);
}

void FindBar::open()
{
    Q_EMIT opening();
    show();
    m_line->selectAll();
    m_line->setFocus(Qt::ShortcutFocusReason);
    Q_EMIT opened();
}

void FindBar::close()
{
    hide();
    Q_EMIT closed();
}

} // namespace slotscope::ui
