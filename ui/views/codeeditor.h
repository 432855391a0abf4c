// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QWidget>

class QsciScintilla;

namespace slotscope::ui {

/// Text with line numbers, highlighting and folding of JSON, bracket matching, zoom (Ctrl+wheel, Ctrl++,
/// Ctrl+-), and its own undo and redo. Texts are UTF-8, and what is not typed over stays to the byte: line
/// ends, tabs and zero bytes included. Offsets count bytes.
class CodeEditor : public QWidget
{
    Q_OBJECT
public:
    enum class Language { Plain, Json };

    explicit CodeEditor(QWidget *parent = nullptr);

    void setLanguage(Language language);
    Language language() const { return m_language; }
    /// Whether showing a text, or what is typed into it, cannot be felt.
    static bool isQuicklyShown(const QByteArray &utf8);
    /// Another text, to be seen from its beginning.
    void setText(const QByteArray &utf8);
    /// A newer state of the text: replaces what differs, so that caret, folding and scrolling stay.
    void updateText(const QByteArray &utf8);
    QByteArray text() const;
    qint64 length() const;
    void setReadOnly(bool readOnly);
    bool isReadOnly() const;
    bool hasFocusInside() const;

    qint64 cursor() const;
    QByteArray selectedText() const;
    qint64 selectionStart() const;
    void select(qint64 offset, qint64 length);
    struct Position // both from 1
    {
        qint64 line = 1;
        qint64 column = 1; ///< in characters
    };
    Position positionOf(qint64 offset) const;
    int firstVisibleLine() const;
    bool isLineFolded(qint64 line) const; ///< from 1
    void foldAll(bool fold);

    /// Marks where the text is wrong: in the margin and under the text.
    void setError(qint64 offset);
    void clearError();
    qint64 errorOffset() const { return m_errorOffset; } ///< -1: none

    /// Marks a range; `show`: and brings it into view.
    void setMark(qint64 offset, qint64 length, bool show);
    void clearMark() { setMark(0, 0, false); }
    qint64 markOffset() const { return m_markOffset; }
    qint64 markLength() const { return m_markLength; }

    /// Goes to the next match, around the end. False if there is none. Upper and lower case are the same.
    bool find(const QByteArray &wanted, bool backward);
    struct Matches
    {
        int count = 0;
        int current = 0; ///< from 1; 0: the selection is none
        bool more = false; ///< not all were counted
    };
    Matches matches(const QByteArray &wanted) const;

    /// The widget that takes the keys.
    QWidget *area() const;

Q_SIGNALS:
    /// By the user, undo and redo included.
    void textEdited();
    void focusLeft();
    /// Ctrl+Enter.
    void submitted();
    void cursorMoved();

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void takeLook();
    void replaceRange(qint64 begin, qint64 end, const QByteArray &text);
    void fitToText();
    qint64 searchFrom(const QByteArray &wanted, qint64 from, qint64 to) const;

    QsciScintilla *m_area;
    Language m_language = Language::Plain;
    bool m_loading = false;
    qint64 m_errorOffset = -1;
    qint64 m_markOffset = 0;
    qint64 m_markLength = 0;
};

} // namespace slotscope::ui
