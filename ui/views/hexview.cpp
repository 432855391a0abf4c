// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/hexview.h"

#include "ui/theme.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

namespace slotscope::ui {

namespace {

constexpr int OffsetDigits = 8;
constexpr int Margin = 4;
constexpr int WidestLine = 16;

QChar asciiChar(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return code >= 0x20 && code < 0x7f ? QChar(char16_t(code)) : QChar(0x00b7);
}

} // namespace

HexView::HexView(QWidget *parent)
    : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Hex view"));
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setBackgroundRole(QPalette::Base);
    takeFont();
}

void HexView::takeFont()
{
    setFont(theme::monospaceFont());
    const QFontMetrics metrics(font());
    m_charWidth = std::max(1, metrics.horizontalAdvance(QLatin1Char('0')));
    m_lineHeight = std::max(1, metrics.height());
    layoutLines();
}

void HexView::setData(const QByteArray &data)
{
    m_data = data;
    m_insideByte = false;
    m_anchor = m_cursor = 0;
    m_highlightOffset = m_highlightLength = 0;
    layoutLines();
    verticalScrollBar()->setValue(0);
    viewport()->update();
    Q_EMIT stateChanged();
}

void HexView::updateData(const QByteArray &data)
{
    if (m_data == data)
        return;
    m_data = data;
    m_insideByte = false;
    m_cursor = std::min<qint64>(m_cursor, data.size());
    m_anchor = std::min<qint64>(m_anchor, data.size());
    m_highlightOffset = m_highlightLength = 0;
    layoutLines();
    viewport()->update();
    Q_EMIT stateChanged();
}

void HexView::setHighlight(qint64 offset, qint64 length, bool scroll)
{
    const qint64 begin = std::clamp<qint64>(offset, 0, m_data.size());
    m_highlightOffset = begin;
    m_highlightLength = std::clamp<qint64>(length, 0, m_data.size() - begin);
    if (m_highlightLength > 0 && scroll) {
        // The start matters more than the end where not all can be seen.
        ensureVisible(m_highlightOffset + m_highlightLength - 1);
        ensureVisible(m_highlightOffset);
    }
    viewport()->update();
}

void HexView::setSelection(qint64 offset, qint64 length)
{
    m_anchor = std::clamp<qint64>(offset, 0, m_data.size());
    m_cursor = std::clamp<qint64>(m_anchor + std::max<qint64>(length, 0), 0, m_data.size());
    viewport()->update();
    Q_EMIT stateChanged();
}

QByteArray HexView::selectedBytes() const
{
    const qint64 begin = std::min(m_anchor, m_cursor);
    return m_data.mid(begin, std::max(m_anchor, m_cursor) - begin);
}

void HexView::copyHex() const
{
    const QByteArray bytes = hasSelection() ? selectedBytes() : m_data;
    QGuiApplication::clipboard()->setText(QString::fromLatin1(bytes.toHex(' ')));
}

void HexView::copyText() const
{
    const QByteArray bytes = hasSelection() ? selectedBytes() : m_data;
    QString text;
    text.reserve(bytes.size());
    for (const char byte : bytes)
        text += byte >= 0x20 && byte < 0x7f ? QLatin1Char(byte) : QLatin1Char('.');
    QGuiApplication::clipboard()->setText(text);
}

void HexView::copyBase64() const
{
    const QByteArray bytes = hasSelection() ? selectedBytes() : m_data;
    QGuiApplication::clipboard()->setText(QString::fromLatin1(bytes.toBase64()));
}

// Columns: offset, two spaces, the bytes as "xx " (a further space in the middle of long lines), one space,
// ASCII.
int HexView::hexLeft(int column) const
{
    const int gap = m_bytesPerLine > 4 && column >= m_bytesPerLine / 2 ? 1 : 0;
    return Margin + (OffsetDigits + 2 + 3 * column + gap) * m_charWidth;
}

int HexView::asciiLeft() const
{
    return hexLeft(m_bytesPerLine) + m_charWidth;
}

int HexView::lineWidth(int bytes) const
{
    const int gap = bytes > 4 ? 1 : 0;
    return 2 * Margin + (OffsetDigits + 2 + 3 * bytes + gap + 1 + bytes) * m_charWidth;
}

qint64 HexView::lineCount() const
{
    // Where bytes can be added, there is a place behind the last one.
    return (m_data.size() + (m_editable ? 1 : 0) + m_bytesPerLine - 1) / m_bytesPerLine;
}

void HexView::layoutLines()
{
    const qint64 topByte = static_cast<qint64>(verticalScrollBar()->value()) * m_bytesPerLine;
    int bytes = WidestLine;
    while (bytes > 4 && lineWidth(bytes) > viewport()->width())
        bytes /= 2;
    m_bytesPerLine = bytes;
    const int page = std::max(1, viewport()->height() / m_lineHeight);
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setSingleStep(1);
    verticalScrollBar()->setRange(0, static_cast<int>(std::max<qint64>(0, lineCount() - page)));
    verticalScrollBar()->setValue(static_cast<int>(topByte / m_bytesPerLine));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(m_charWidth);
    horizontalScrollBar()->setRange(0, std::max(0, lineWidth(bytes) - viewport()->width()));
}

void HexView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.setFont(font());
    painter.translate(-horizontalScrollBar()->value(), 0);
    if (m_data.isEmpty() && !m_editable) {
        painter.setPen(theme::mutedText(palette()));
        painter.drawText(viewport()->rect().adjusted(Margin, 0, 0, 0), Qt::AlignLeft | Qt::AlignTop,
                         tr("no bytes"));
        return;
    }
    const qint64 first = verticalScrollBar()->value();
    const qint64 from = first + event->rect().top() / m_lineHeight;
    const qint64 to = std::min(lineCount() - 1, first + event->rect().bottom() / m_lineHeight);
    for (qint64 line = from; line <= to; ++line)
        paintLine(painter, line, static_cast<int>(line - first) * m_lineHeight);
}

void HexView::paintLine(QPainter &painter, qint64 line, int top) const
{
    const qint64 lineStart = line * m_bytesPerLine;
    const int count = static_cast<int>(std::min<qint64>(m_bytesPerLine, m_data.size() - lineStart));
    const int baseline = top + QFontMetrics(font()).ascent();

    // A run of bytes behind both its columns; gaps between bytes belong to the run.
    const auto fill = [&](qint64 begin, qint64 end, const QColor &colour) {
        const int first = static_cast<int>(std::max<qint64>(begin - lineStart, 0));
        const int last = static_cast<int>(std::min<qint64>(end - lineStart, count)) - 1;
        if (first > last)
            return;
        const int left = hexLeft(first);
        painter.fillRect(left, top, hexLeft(last) + 2 * m_charWidth - left, m_lineHeight, colour);
        painter.fillRect(asciiLeft() + first * m_charWidth, top, (last - first + 1) * m_charWidth,
                         m_lineHeight, colour);
    };
    fill(m_highlightOffset, m_highlightOffset + m_highlightLength,
         theme::tint(theme::Mark::Match, palette()));
    const qint64 selectionBegin = std::min(m_anchor, m_cursor);
    const qint64 selectionEnd = std::max(m_anchor, m_cursor);
    const auto group = hasFocus() ? QPalette::Active : QPalette::Inactive;
    fill(selectionBegin, selectionEnd, palette().color(group, QPalette::Highlight));

    const QColor muted = theme::mutedText(palette());
    const QColor plain = palette().color(QPalette::Text);
    const QColor selectedText = palette().color(group, QPalette::HighlightedText);
    painter.setPen(muted);
    painter.drawText(Margin, baseline,
                     QStringLiteral("%1").arg(lineStart, OffsetDigits, 16, QLatin1Char('0')));
    static constexpr char Digits[] = "0123456789abcdef";
    for (int i = 0; i < count; ++i) {
        const qint64 offset = lineStart + i;
        const char byte = m_data.at(offset);
        const auto code = static_cast<unsigned char>(byte);
        const bool selected = offset >= selectionBegin && offset < selectionEnd;
        const QChar hex[] = {QLatin1Char(Digits[code >> 4]), QLatin1Char(Digits[code & 15])};
        painter.setPen(selected ? selectedText : code == 0 ? muted : plain);
        painter.drawText(hexLeft(i), baseline, QString(hex, 2));
        const QChar shown = asciiChar(byte);
        painter.setPen(selected ? selectedText : shown.unicode() > 0x7f ? muted : plain);
        painter.drawText(asciiLeft() + i * m_charWidth, baseline, QString(shown));
    }
    if (hasSelection() || m_cursor < lineStart || m_cursor >= lineStart + m_bytesPerLine
        || m_cursor >= m_data.size() + (m_editable ? 1 : 0))
        return;
    // The cursor stands on the side where typing goes, and a frame on the other.
    const int column = static_cast<int>(m_cursor - lineStart);
    const QRect digits(hexLeft(column) - 1, top, 2 * m_charWidth + 1, m_lineHeight - 1);
    const QRect character(asciiLeft() + column * m_charWidth - 1, top, m_charWidth + 1, m_lineHeight - 1);
    painter.setPen(hasFocus() ? plain : muted);
    painter.drawRect(m_onTextSide ? character : digits);
    if (!m_editable)
        return;
    painter.setPen(muted);
    painter.drawRect(m_onTextSide ? digits : character);
    if (!hasFocus())
        return;
    QRect caret = m_onTextSide ? character : digits;
    if (!m_onTextSide && m_insideByte)
        caret.setLeft(caret.left() + m_charWidth);
    if (m_inserting)
        caret.setWidth(2);
    else
        caret.setTop(caret.bottom() - 1);
    painter.fillRect(caret, plain);
}

qint64 HexView::offsetAt(const QPoint &position) const
{
    const int x = position.x() + horizontalScrollBar()->value();
    const qint64 line = verticalScrollBar()->value() + position.y() / m_lineHeight;
    int column = 0;
    if (x >= asciiLeft() - m_charWidth / 2) {
        column = (x - asciiLeft()) / m_charWidth;
    } else {
        while (column + 1 < m_bytesPerLine && x >= hexLeft(column + 1))
            ++column;
    }
    const qint64 offset = line * m_bytesPerLine + std::clamp(column, 0, m_bytesPerLine - 1);
    return position.y() >= 0 && offset < m_data.size() ? offset : -1;
}

void HexView::moveCursor(qint64 offset, bool select)
{
    endByte();
    m_cursor = std::clamp<qint64>(offset, 0, m_data.size());
    if (!select)
        m_anchor = m_cursor;
    ensureVisible(std::min<qint64>(m_cursor, m_data.size() - (m_editable ? 0 : 1)));
    viewport()->update();
    Q_EMIT cursorMoved(m_cursor);
    Q_EMIT stateChanged();
}

void HexView::ensureVisible(qint64 offset)
{
    if (offset < 0)
        return;
    const int line = static_cast<int>(offset / m_bytesPerLine);
    const int page = verticalScrollBar()->pageStep();
    if (line < verticalScrollBar()->value())
        verticalScrollBar()->setValue(line);
    else if (line >= verticalScrollBar()->value() + page)
        verticalScrollBar()->setValue(line - page + 1);
}

void HexView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyHex();
        return;
    }
    if (event->matches(QKeySequence::SelectAll)) {
        setSelection(0, m_data.size());
        return;
    }
    if (m_editable && editKey(event))
        return;
    const bool select = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool all = event->modifiers().testFlag(Qt::ControlModifier);
    const qint64 page = static_cast<qint64>(verticalScrollBar()->pageStep()) * m_bytesPerLine;
    const qint64 lineStart = m_cursor / m_bytesPerLine * m_bytesPerLine;
    // At the edges a step up or down stays in its column instead of jumping to the first or last byte.
    const auto step = [&](qint64 by) {
        const qint64 to = m_cursor + by;
        moveCursor(to < 0 ? (select ? 0 : m_cursor) : to, select);
    };
    switch (event->key()) {
    case Qt::Key_Left:
        step(-1);
        return;
    case Qt::Key_Right:
        step(1);
        return;
    case Qt::Key_Up:
        step(-m_bytesPerLine);
        return;
    case Qt::Key_Down:
        step(m_bytesPerLine);
        return;
    case Qt::Key_PageUp:
        moveCursor(m_cursor - page, select);
        return;
    case Qt::Key_PageDown:
        moveCursor(m_cursor + page, select);
        return;
    case Qt::Key_Home:
        moveCursor(all ? 0 : lineStart, select);
        return;
    case Qt::Key_End:
        moveCursor(all ? m_data.size() : lineStart + m_bytesPerLine - (select ? 0 : 1), select);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void HexView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const qint64 offset = offsetAt(event->position().toPoint());
    m_onTextSide = event->position().x() + horizontalScrollBar()->value() >= asciiLeft() - m_charWidth * 0.5;
    moveCursor(offset < 0 ? m_data.size() : offset, event->modifiers().testFlag(Qt::ShiftModifier));
}

void HexView::mouseMoveEvent(QMouseEvent *event)
{
    if (!event->buttons().testFlag(Qt::LeftButton))
        return;
    const QPoint position = event->position().toPoint();
    const qint64 offset = offsetAt(position);
    if (offset >= 0) // the byte under the mouse belongs to the selection, whichever way it runs
        moveCursor(offset >= m_anchor ? offset + 1 : offset, true);
    else
        moveCursor(position.y() < 0 ? m_cursor - m_bytesPerLine : m_data.size(), true);
}

void HexView::contextMenuEvent(QContextMenuEvent *event)
{
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction *copy = menu->addAction(tr("Copy as hex"), this, &HexView::copyHex);
    copy->setShortcut(QKeySequence::Copy);
    menu->addAction(tr("Copy as text"), this, &HexView::copyText);
    menu->addAction(tr("Copy as Base64"), this, &HexView::copyBase64);
    if (m_editable) {
        menu->addSeparator();
        const auto add = [menu, this](const QString &text, const QKeySequence &keys, void (HexView::*run)()) {
            QAction *action = menu->addAction(text, this, run);
            action->setShortcut(keys);
            return action;
        };
        add(tr("Cut"), QKeySequence::Cut, &HexView::cut)->setEnabled(hasSelection());
        add(m_onTextSide ? tr("Paste as text") : tr("Paste hex"), QKeySequence::Paste, &HexView::paste);
        add(tr("Delete"), QKeySequence::Delete, &HexView::removeSelected);
        QAction *insert = menu->addAction(tr("Insert instead of overwrite"), this, &HexView::setInserting);
        insert->setCheckable(true);
        insert->setChecked(m_inserting);
        insert->setShortcut(Qt::Key_Insert);
    }
    menu->addSeparator();
    menu->addAction(tr("Find …"), this, &HexView::findRequested)->setShortcut(QKeySequence::Find);
    menu->addAction(tr("Select all"), this, [this] { setSelection(0, m_data.size()); });
    menu->popup(event->globalPos());
}

void HexView::resizeEvent(QResizeEvent *event)
{
    QAbstractScrollArea::resizeEvent(event);
    layoutLines();
}

void HexView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::StyleChange || event->type() == QEvent::ApplicationFontChange)
        takeFont();
}

void HexView::focusInEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void HexView::focusOutEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusOutEvent(event);
    endByte();
    viewport()->update();
}

QSize HexView::sizeHint() const
{
    return {lineWidth(WidestLine) + verticalScrollBar()->sizeHint().width() + 2 * frameWidth(),
            12 * m_lineHeight};
}

QSize HexView::minimumSizeHint() const
{
    return {lineWidth(4) / 2, 2 * m_lineHeight + 2 * frameWidth()};
}

} // namespace slotscope::ui
