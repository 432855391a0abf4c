// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QByteArray>

namespace slotscope::ui {

/// Bytes as offset, hex and ASCII, read-only. Paints only the lines that are seen, so its size does not
/// matter. As many bytes a line as fit: 16, 8 or 4. Keys: arrows, Home, End (with Ctrl: of all), Page Up and
/// Down; with Shift they select; Ctrl+A, Ctrl+C.
class HexView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit HexView(QWidget *parent = nullptr);

    /// Forgets selection and highlight.
    void setData(const QByteArray &data);
    const QByteArray &data() const { return m_data; }

    /// Marks a range and scrolls to it. A length below one marks nothing.
    void setHighlight(qint64 offset, qint64 length);
    void clearHighlight() { setHighlight(0, 0); }
    qint64 highlightOffset() const { return m_highlightOffset; }
    qint64 highlightLength() const { return m_highlightLength; }

    void setSelection(qint64 offset, qint64 length);
    bool hasSelection() const { return m_anchor != m_cursor; }
    QByteArray selectedBytes() const;
    /// To the clipboard: of the selection, else of everything.
    void copyHex() const;
    /// The same as text, other bytes than printable ASCII as dots.
    void copyText() const;

    int bytesPerLine() const { return m_bytesPerLine; }
    /// The byte under a point of the viewport; -1: none.
    qint64 offsetAt(const QPoint &position) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void takeFont();
    void layoutLines();
    void moveCursor(qint64 offset, bool select);
    void ensureVisible(qint64 offset);
    int hexLeft(int column) const;
    int asciiLeft() const;
    int lineWidth(int bytes) const;
    qint64 lineCount() const;
    void paintLine(QPainter &painter, qint64 line, int top) const;

    QByteArray m_data;
    qint64 m_highlightOffset = 0;
    qint64 m_highlightLength = 0;
    // Between bytes; equal: nothing is selected.
    qint64 m_anchor = 0;
    qint64 m_cursor = 0;
    int m_bytesPerLine = 16;
    int m_charWidth = 8;
    int m_lineHeight = 16;
};

} // namespace slotscope::ui
