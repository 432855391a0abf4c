// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/filterbox.h"

#include "ui/theme.h"
#include "ui/tooltip.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QLabel>
#include <QMenu>
#include <QMetaMethod>

#include <algorithm>

namespace slotscope::ui {

namespace {

constexpr int MarkWidth = 90; // of the box; in narrower ones the text needs the room
constexpr int HintWidth = 420;

} // namespace

FilterBox::FilterBox(QWidget *parent)
    : QLineEdit(parent)
    , m_mark(addAction(QIcon(), QLineEdit::TrailingPosition))
{
    m_mark->setVisible(false);
    connect(this, &QLineEdit::textChanged, this, &FilterBox::updateLook);
}

FilterBox::~FilterBox()
{
    delete m_hint;
}

void FilterBox::setFault(const std::optional<core::FieldConditionError> &fault)
{
    const QString words =
        fault ? tr("At character %1: %2").arg(fault->offset + 1).arg(fault->what) : QString();
    if (words == m_fault)
        return;
    m_fault = words;
    setAccessibleDescription(words);
    updateLook();
}

void FilterBox::setMeaning(const QString &meaning)
{
    m_meaning = meaning;
    updateLook();
}

void FilterBox::updateLook()
{
    const bool isBlank = text().trimmed().isEmpty();
    const bool isFaulty = !m_fault.isEmpty() && !isBlank;
    QPalette palette = parentWidget() ? parentWidget()->palette() : QPalette();
    if (!isBlank) {
        const theme::Mark mark = isFaulty ? theme::Mark::Deleted : theme::Mark::Inserted; // red, green
        palette.setColor(QPalette::Base, theme::tint(mark, palette));
        m_mark->setIcon(theme::icon(isFaulty ? theme::Glyph::Warning : theme::Glyph::Confirm));
    }
    setPalette(palette);
    m_mark->setVisible(isFaulty || (!isBlank && width() >= MarkWidth));
    m_mark->setText(isFaulty ? m_fault : tr("Understood"));
    setToolTip(asTip(isFaulty ? m_fault : m_meaning));
    updateHint();
}

void FilterBox::updateHint()
{
    if (m_fault.isEmpty() || !hasFocus() || !isVisible() || text().trimmed().isEmpty()) {
        if (m_hint)
            m_hint->hide();
        return;
    }
    if (!m_hint) {
        m_hint = new QLabel(window());
        m_hint->setObjectName(QStringLiteral("filterHint"));
        m_hint->setTextFormat(Qt::PlainText);
        m_hint->setFrameShape(QFrame::Box);
        m_hint->setMargin(4);
        m_hint->setAutoFillBackground(true);
        m_hint->setAttribute(Qt::WA_TransparentForMouseEvents);
    }
    QPalette palette = window()->palette();
    palette.setColor(QPalette::Window, theme::tint(theme::Mark::Deleted, palette));
    palette.setColor(QPalette::WindowText, palette.color(QPalette::Text));
    m_hint->setPalette(palette);
    m_hint->setText(m_fault);
    m_hint->setWordWrap(m_hint->fontMetrics().horizontalAdvance(m_fault) > HintWidth);
    m_hint->setFixedWidth(m_hint->wordWrap() ? HintWidth : m_hint->sizeHint().width());
    m_hint->adjustSize();
    QPoint at = mapTo(window(), QPoint(0, height() + 1));
    at.setX(std::clamp(at.x(), 0, std::max(0, window()->width() - m_hint->width())));
    m_hint->move(at);
    m_hint->show();
    m_hint->raise();
}

void FilterBox::keyPressEvent(QKeyEvent *event)
{
    const bool isDown = event->key() == Qt::Key_Down;
    if (isDown && (event->modifiers() & Qt::AltModifier)) {
        Q_EMIT historyRequested();
        return;
    }
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter || isDown) {
        // What is wrong is to be seen.
        if (isDown || m_fault.isEmpty() || text().trimmed().isEmpty())
            Q_EMIT entered();
        return;
    }
    if (event->key() == Qt::Key_Escape) {
        if (text().isEmpty())
            Q_EMIT entered();
        else
            clear();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

bool FilterBox::event(QEvent *event)
{
    if (event->type() == QEvent::KeyPress
        && isSignalConnected(QMetaMethod::fromSignal(&FilterBox::neighbourRequested))) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Tab || key->key() == Qt::Key_Backtab) {
            Q_EMIT neighbourRequested(key->key() == Qt::Key_Tab);
            return true;
        }
    }
    return QLineEdit::event(event);
}

void FilterBox::focusInEvent(QFocusEvent *event)
{
    QLineEdit::focusInEvent(event);
    updateHint();
}

void FilterBox::focusOutEvent(QFocusEvent *event)
{
    QLineEdit::focusOutEvent(event);
    updateHint();
}

void FilterBox::resizeEvent(QResizeEvent *event)
{
    QLineEdit::resizeEvent(event);
    if (!text().isEmpty())
        updateLook();
}

void FilterBox::moveEvent(QMoveEvent *event)
{
    QLineEdit::moveEvent(event);
    updateHint();
}

void FilterBox::hideEvent(QHideEvent *event)
{
    QLineEdit::hideEvent(event);
    if (m_hint)
        m_hint->hide();
}

void FilterBox::changeEvent(QEvent *event)
{
    QLineEdit::changeEvent(event);
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::ThemeChange)
        updateLook();
}

void FilterBox::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu *menu = createStandardContextMenu();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addSeparator();
    menu->addAction(tr("Used before …\tAlt+Down"), this, &FilterBox::historyRequested);
    menu->popup(event->globalPos());
}

} // namespace slotscope::ui
