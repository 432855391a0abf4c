// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractScrollArea>
#include <QByteArray>

#include <optional>

namespace slotscope::ui {

/// Bytes as offset, hex and ASCII. Paints only the lines that are seen, so its size does not matter. As many
/// bytes a line as fit: 16, 8 or 4. Keys: arrows, Home, End (with Ctrl: of all), Page Up and Down; with Shift
/// they select; Ctrl+A, Ctrl+C.
///
/// Where it is editable, hex digits are typed on the hex side and characters (UTF-8) on the text side, in
/// place or between (Ins switches); Del, Backspace, Ctrl+X, Ctrl+V. It has no undo of its own.
class HexView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit HexView(QWidget *parent = nullptr);

    /// Forgets selection and highlight.
    void setData(const QByteArray &data);
    /// A newer state of the same bytes: cursor and scrolling stay.
    void updateData(const QByteArray &data);
    const QByteArray &data() const { return m_data; }

    /// Marks a range and, unless told otherwise, scrolls to it. A length below one marks nothing.
    void setHighlight(qint64 offset, qint64 length, bool scroll = true);
    void clearHighlight() { setHighlight(0, 0); }
    qint64 highlightOffset() const { return m_highlightOffset; }
    qint64 highlightLength() const { return m_highlightLength; }

    void setSelection(qint64 offset, qint64 length);
    bool hasSelection() const { return m_anchor != m_cursor; }
    QByteArray selectedBytes() const;
    qint64 selectionStart() const { return std::min(m_anchor, m_cursor); }
    qint64 selectionLength() const { return std::abs(m_cursor - m_anchor); }
    qint64 cursor() const { return m_cursor; }
    /// To the clipboard: of the selection, else of everything.
    void copyHex() const;
    /// The same as text, other bytes than printable ASCII as dots.
    void copyText() const;

    void copyBase64() const;

    void setEditable(bool editable);
    bool isEditable() const { return m_editable; }
    /// New bytes come in between, instead of in the place of others.
    bool isInserting() const { return m_inserting; }
    void setInserting(bool inserting);
    /// Characters are typed, not digits.
    bool isOnTextSide() const { return m_onTextSide; }
    void setOnTextSide(bool on);
    /// The first digit of a byte is typed, the second is not.
    bool isInsideByte() const { return m_insideByte; }
    void paste();
    void cut();
    void removeSelected();
    /// Selects the next match behind the selection, or in front of it, around the end. False: there is none.
    bool find(const QByteArray &wanted, bool backward);
    /// What people write as hex: digits with or without blanks, commas, `0x`. Nothing if it is anything else.
    static std::optional<QByteArray> bytesFromHex(const QString &text);

    int bytesPerLine() const { return m_bytesPerLine; }
    /// The byte under a point of the viewport; -1: none.
    qint64 offsetAt(const QPoint &position) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// By the user; the bytes as they are now.
    void edited(const QByteArray &data);
    /// In plain words.
    void editRefused(const QString &reason);
    /// By the user.
    void cursorMoved(qint64 offset);
    /// Cursor, selection, mode or side is another.
    void stateChanged();
    void findRequested();

protected:
    bool focusNextPrevChild(bool next) override;
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
    bool editKey(QKeyEvent *event);
    void typeDigit(int digit);
    void typeBytes(const QByteArray &bytes);
    void replaceRange(qint64 offset, qint64 length, const QByteArray &bytes);
    void endByte();
    void announce();
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
    bool m_editable = false;
    bool m_inserting = false;
    bool m_onTextSide = false;
    bool m_insideByte = false;
    int m_bytesPerLine = 16;
    int m_charWidth = 8;
    int m_lineHeight = 16;
};

} // namespace slotscope::ui
