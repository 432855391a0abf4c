// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/bytediffview.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace slotscope::ui {

namespace {

constexpr int OffsetDigits = 6;
constexpr int Margin = 4;
constexpr int LinesBefore = 2; // seen above a difference that is gone to

QString hexByte(char byte)
{
    return QString::number(static_cast<uchar>(byte), 16).rightJustified(2, QLatin1Char('0'));
}

QChar asciiChar(char byte)
{
    const auto code = static_cast<uchar>(byte);
    return code >= 0x20 && code < 0x7f ? QChar(char16_t(code)) : QChar(0x00b7);
}

QString offsetText(qsizetype offset)
{
    return QString::number(offset, 16).rightJustified(OffsetDigits, QLatin1Char('0'));
}

} // namespace

ByteDiffView::ByteDiffView(QWidget *parent)
    : QAbstractScrollArea(parent)
{
    setObjectName(QStringLiteral("byteDiff"));
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Bytes before and after"));
    viewport()->setBackgroundRole(QPalette::Base);
    takeFont();
}

void ByteDiffView::takeFont()
{
    setFont(theme::monospaceFont());
    const QFontMetrics metrics(font());
    m_charWidth = std::max(1, metrics.horizontalAdvance(QLatin1Char('0')));
    m_lineHeight = std::max(1, metrics.height());
    layoutLines();
}

void ByteDiffView::setDiff(const QByteArray &before, const QByteArray &after, std::vector<core::ByteRun> runs)
{
    m_before = before;
    m_after = after;
    m_runs = std::move(runs);
    m_firstCell = {0};
    for (const core::ByteRun &run : m_runs)
        m_firstCell.push_back(m_firstCell.back() + cellsOf(run));
    verticalScrollBar()->setValue(0);
    layoutLines();
    const auto first = std::find_if(m_runs.begin(), m_runs.end(), [](const auto &run) { return !run.same; });
    if (first != m_runs.end()) {
        const auto line = m_firstCell[static_cast<size_t>(first - m_runs.begin())] / m_bytesPerLine;
        verticalScrollBar()->setValue(static_cast<int>(line) - LinesBefore);
    }
}

int ByteDiffView::differences() const
{
    return static_cast<int>(
        std::count_if(m_runs.begin(), m_runs.end(), [](const auto &run) { return !run.same; }));
}

void ByteDiffView::showNext(bool backward)
{
    std::vector<int> lines;
    for (size_t i = 0; i < m_runs.size(); ++i) {
        if (!m_runs[i].same)
            lines.push_back(static_cast<int>(m_firstCell[i] / m_bytesPerLine));
    }
    if (lines.empty())
        return;
    const int top = verticalScrollBar()->value();
    const int bottom = top + verticalScrollBar()->pageStep();
    int line = backward ? lines.back() : lines.front();
    if (backward) {
        const auto found = std::find_if(lines.rbegin(), lines.rend(), [top](int at) { return at < top; });
        line = found == lines.rend() ? line : *found;
    } else {
        const auto found =
            std::find_if(lines.begin(), lines.end(), [bottom](int at) { return at >= bottom; });
        line = found == lines.end() ? line : *found;
    }
    verticalScrollBar()->setValue(line - LinesBefore);
}

ByteDiffView::Cell ByteDiffView::cellAt(qsizetype cell) const
{
    const auto next = std::upper_bound(m_firstCell.begin(), m_firstCell.end(), cell);
    const auto at = static_cast<size_t>(next - m_firstCell.begin()) - 1;
    const core::ByteRun &run = m_runs[at];
    const qsizetype within = cell - m_firstCell[at];
    return {within < run.beforeLength ? run.before + within : -1,
            within < run.afterLength ? run.after + within : -1, run.same};
}

int ByteDiffView::lineCount() const
{
    const qsizetype cells = m_firstCell.back();
    return static_cast<int>((cells + m_bytesPerLine - 1) / m_bytesPerLine);
}

int ByteDiffView::sideWidth(int bytes) const
{
    return (OffsetDigits + 2 + 3 * bytes + 1 + bytes) * m_charWidth;
}

void ByteDiffView::layoutLines()
{
    const int width = viewport()->width() - 2 * Margin - 2 * m_charWidth;
    m_bytesPerLine = 4;
    for (const int bytes : {16, 8}) {
        if (2 * sideWidth(bytes) <= width) {
            m_bytesPerLine = bytes;
            break;
        }
    }
    const int page = std::max(1, viewport()->height() / m_lineHeight);
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setRange(0, std::max(0, lineCount() - page));
    const int wanted = 2 * sideWidth(m_bytesPerLine) + 2 * Margin + 2 * m_charWidth;
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setRange(0, std::max(0, wanted - viewport()->width()));
    viewport()->update();
}

QString ByteDiffView::lineText(int line) const
{
    QStringList sides;
    for (const bool after : {false, true}) {
        QString text;
        for (int i = 0; i < m_bytesPerLine; ++i) {
            const qsizetype cell = qsizetype(line) * m_bytesPerLine + i;
            if (cell >= m_firstCell.back())
                break;
            const Cell place = cellAt(cell);
            const qsizetype at = after ? place.after : place.before;
            const QString byte = at < 0 ? QStringLiteral("..") : hexByte((after ? m_after : m_before)[at]);
            text += place.same ? byte + QLatin1Char(' ') : QLatin1Char('[') + byte + QLatin1Char(']');
        }
        sides << text.trimmed();
    }
    return sides.join(QStringLiteral(" | "));
}

void ByteDiffView::paintSide(QPainter &painter, int line, int left, int top, bool after) const
{
    const QByteArray &bytes = after ? m_after : m_before;
    const QColor usual = palette().color(QPalette::Text);
    const QColor muted = theme::mutedText(palette());
    QFont bold = font();
    bold.setBold(true);
    bool offsetTold = false;
    const int hexLeft = left + (OffsetDigits + 2) * m_charWidth;
    const int textLeft = hexLeft + (3 * m_bytesPerLine + 1) * m_charWidth;
    for (int i = 0; i < m_bytesPerLine; ++i) {
        const qsizetype cell = qsizetype(line) * m_bytesPerLine + i;
        if (cell >= m_firstCell.back())
            break;
        const Cell place = cellAt(cell);
        const qsizetype at = after ? place.after : place.before;
        const QRect hex(hexLeft + 3 * i * m_charWidth, top, 2 * m_charWidth, m_lineHeight);
        const QRect character(textLeft + i * m_charWidth, top, m_charWidth, m_lineHeight);
        if (!place.same) {
            const bool replaced = place.before >= 0 && place.after >= 0;
            const theme::Mark mark = replaced ? theme::Mark::Edited
                : after                       ? theme::Mark::Inserted
                                              : theme::Mark::Deleted;
            const QColor colour =
                at < 0 ? palette().color(QPalette::AlternateBase) : theme::tint(mark, palette());
            painter.fillRect(hex.adjusted(-m_charWidth / 2, 0, m_charWidth / 2, 0), colour);
            painter.fillRect(character, colour);
        }
        // Heavier as well: not by colour alone.
        painter.setFont(place.same ? font() : bold);
        painter.setPen(at < 0 ? muted : usual);
        painter.drawText(hex, Qt::AlignLeft, at < 0 ? QStringLiteral("··") : hexByte(bytes[at]));
        if (at >= 0)
            painter.drawText(character, Qt::AlignLeft, QString(asciiChar(bytes[at])));
        if (at >= 0 && !offsetTold) {
            offsetTold = true;
            painter.setFont(font());
            painter.setPen(muted);
            painter.drawText(QRect(left, top, OffsetDigits * m_charWidth, m_lineHeight), Qt::AlignLeft,
                             offsetText(at));
        }
    }
}

void ByteDiffView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    const int left = Margin - horizontalScrollBar()->value();
    const int right = left + sideWidth(m_bytesPerLine) + 2 * m_charWidth;
    const int first = verticalScrollBar()->value();
    for (int line = first; line < lineCount(); ++line) {
        const int top = (line - first) * m_lineHeight;
        if (top > viewport()->height())
            break;
        paintSide(painter, line, left, top, false);
        paintSide(painter, line, right, top, true);
    }
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(right - m_charWidth, 0, right - m_charWidth, viewport()->height());
}

void ByteDiffView::resizeEvent(QResizeEvent *)
{
    layoutLines();
}

void ByteDiffView::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange)
        takeFont();
    if (event->type() == QEvent::PaletteChange)
        viewport()->update();
}

void ByteDiffView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_N) {
        showNext(event->modifiers().testFlag(Qt::ShiftModifier));
        return;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

QSize ByteDiffView::sizeHint() const
{
    return {2 * sideWidth(8) + 4 * Margin + 2 * m_charWidth, 8 * m_lineHeight};
}

} // namespace slotscope::ui
