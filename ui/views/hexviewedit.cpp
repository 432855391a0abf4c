// SPDX-License-Identifier: GPL-3.0-or-later
//
// What HexView does with the hands of its user.
#include "ui/views/hexview.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>

namespace slotscope::ui {

namespace {

int digitOf(QChar c)
{
    const char16_t code = c.toLower().unicode();
    if (code >= u'0' && code <= u'9')
        return code - u'0';
    return code >= u'a' && code <= u'f' ? code - u'a' + 10 : -1;
}

} // namespace

void HexView::setEditable(bool editable)
{
    if (m_editable == editable)
        return;
    m_editable = editable;
    setAttribute(Qt::WA_InputMethodEnabled, editable);
    layoutLines();
    viewport()->update();
    Q_EMIT stateChanged();
}

void HexView::setInserting(bool inserting)
{
    endByte();
    m_inserting = inserting;
    viewport()->update();
    Q_EMIT stateChanged();
}

void HexView::setOnTextSide(bool on)
{
    endByte();
    m_onTextSide = on;
    viewport()->update();
    Q_EMIT stateChanged();
}

// Tab goes from the digits to the characters before it leaves.
bool HexView::focusNextPrevChild(bool next)
{
    if (m_editable && next != m_onTextSide) {
        setOnTextSide(next);
        return true;
    }
    return QAbstractScrollArea::focusNextPrevChild(next);
}

std::optional<QByteArray> HexView::bytesFromHex(const QString &text)
{
    QString digits;
    const QStringList parts = QString(text)
                                  .replace(QLatin1Char(','), QLatin1Char(' '))
                                  .simplified()
                                  .split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (QString part : parts) {
        if (part.startsWith(QLatin1String("0x"), Qt::CaseInsensitive))
            part.remove(0, 2);
        // Each part is whole bytes; one digit alone is a small one.
        if (part.size() == 1)
            part.prepend(QLatin1Char('0'));
        if (part.size() % 2 != 0
            || std::any_of(part.cbegin(), part.cend(), [](QChar c) { return digitOf(c) < 0; }))
            return std::nullopt;
        digits += part;
    }
    return QByteArray::fromHex(digits.toLatin1());
}

void HexView::announce()
{
    Q_EMIT edited(m_data);
    Q_EMIT stateChanged();
}

void HexView::endByte()
{
    if (!std::exchange(m_insideByte, false))
        return;
    announce();
}

void HexView::replaceRange(qint64 offset, qint64 length, const QByteArray &bytes)
{
    m_data.replace(offset, length, bytes);
    m_cursor = m_anchor = offset + bytes.size();
    m_highlightOffset = m_highlightLength = 0;
    layoutLines();
    ensureVisible(m_cursor);
    viewport()->update();
}

void HexView::typeDigit(int digit)
{
    if (m_insideByte) {
        m_insideByte = false;
        m_data[m_cursor] = static_cast<char>((m_data.at(m_cursor) & 0xf0) | digit);
        m_cursor = m_anchor = m_cursor + 1;
        ensureVisible(m_cursor);
        viewport()->update();
        announce();
        return;
    }
    const qint64 at = selectionStart();
    if (m_inserting || at >= m_data.size()) {
        replaceRange(at, m_inserting ? selectionLength() : 0, QByteArray(1, static_cast<char>(digit << 4)));
    } else {
        replaceRange(at, 1, QByteArray(1, static_cast<char>((m_data.at(at) & 0x0f) | (digit << 4))));
    }
    m_cursor = m_anchor = at;
    m_insideByte = true;
    Q_EMIT stateChanged();
}

void HexView::typeBytes(const QByteArray &bytes)
{
    endByte();
    const qint64 at = selectionStart();
    const qint64 over = std::min<qint64>(bytes.size(), m_data.size() - at);
    replaceRange(at, m_inserting ? selectionLength() : over, bytes);
    announce();
}

void HexView::removeSelected()
{
    endByte();
    if (!m_editable || (!hasSelection() && m_cursor >= m_data.size()))
        return;
    replaceRange(selectionStart(), hasSelection() ? selectionLength() : 1, {});
    announce();
}

void HexView::cut()
{
    if (!m_editable || !hasSelection())
        return;
    copyHex();
    removeSelected();
}

void HexView::paste()
{
    if (!m_editable)
        return;
    const QString text = QGuiApplication::clipboard()->text();
    if (text.isEmpty())
        return;
    if (m_onTextSide) {
        typeBytes(text.toUtf8());
        return;
    }
    if (const auto bytes = bytesFromHex(text))
        typeBytes(*bytes);
    else
        Q_EMIT editRefused(tr("the clipboard holds no hexadecimal digits; to paste it as text, click on the "
                              "text side first"));
}

bool HexView::editKey(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Paste)) {
        paste();
        return true;
    }
    if (event->matches(QKeySequence::Cut)) {
        cut();
        return true;
    }
    if (event->matches(QKeySequence::Delete)) {
        removeSelected();
        return true;
    }
    const Qt::KeyboardModifiers modifiers = event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    if (event->key() == Qt::Key_Insert && modifiers == Qt::NoModifier) {
        setInserting(!m_inserting);
        return true;
    }
    if (event->key() == Qt::Key_Backspace) {
        endByte();
        if (hasSelection()) {
            removeSelected();
        } else if (m_cursor > 0) {
            replaceRange(m_cursor - 1, 1, {});
            announce();
        }
        return true;
    }
    const QString text = event->text();
    const bool isControl = modifiers.testFlag(Qt::ControlModifier) || modifiers.testFlag(Qt::AltModifier);
    if (isControl || text.isEmpty() || !text.at(0).isPrint())
        return false;
    if (m_onTextSide) {
        typeBytes(text.toUtf8());
        return true;
    }
    const int digit = digitOf(text.at(0));
    if (digit >= 0)
        typeDigit(digit);
    else if (text.at(0) != QLatin1Char(' '))
        Q_EMIT editRefused(tr("only hexadecimal digits can be typed here; characters go on the text side"));
    return true;
}

bool HexView::find(const QByteArray &wanted, bool backward)
{
    if (wanted.isEmpty())
        return false;
    qsizetype at = -1;
    if (backward) {
        const qint64 before = selectionStart() - 1;
        at = before >= 0 ? m_data.lastIndexOf(wanted, before) : -1;
        if (at < 0)
            at = m_data.lastIndexOf(wanted);
    } else {
        at = m_data.indexOf(wanted, selectionStart() + (hasSelection() ? 1 : 0));
        if (at < 0)
            at = m_data.indexOf(wanted);
    }
    if (at < 0)
        return false;
    endByte();
    setSelection(at, wanted.size());
    ensureVisible(at + wanted.size() - 1);
    ensureVisible(at);
    return true;
}

} // namespace slotscope::ui
