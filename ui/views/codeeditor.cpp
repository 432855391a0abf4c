// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/codeeditor.h"

#include "ui/views/codelook.h"

#include <QEvent>
#include <QKeyEvent>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

using Sci = QsciScintilla;

// Bytes; all lines are measured before the first one is painted when they are to be wrapped.
constexpr qsizetype LongestWrappedLine = 20'000;
constexpr qsizetype LongestWrappedText = 65'536;
// A line is measured as a whole, even where little of it is seen; and a text as a whole is styled.
constexpr qsizetype LongestQuickLine = 20'000;
constexpr qsizetype LargestQuickText = 262'144;
constexpr int MostCounted = 9'999;

qsizetype longestLine(const QByteArray &text)
{
    qsizetype longest = 0;
    qsizetype begin = 0;
    while (begin <= text.size()) {
        qsizetype end = text.indexOf('\n', begin);
        if (end < 0)
            end = text.size();
        longest = std::max(longest, end - begin);
        begin = end + 1;
    }
    return longest;
}

bool canWrap(const QByteArray &text)
{
    return text.size() <= LongestWrappedText && longestLine(text) <= LongestWrappedLine;
}

Sci::EolMode lineEndOf(const QByteArray &text)
{
    const qsizetype at = text.indexOf('\n');
    if (at < 0)
        return text.contains('\r') ? Sci::EolMac : Sci::EolUnix;
    return at > 0 && text.at(at - 1) == '\r' ? Sci::EolWindows : Sci::EolUnix;
}

// Positions of Scintilla are long, lengths of ours are 64 bits.
unsigned long position(qint64 offset)
{
    return static_cast<unsigned long>(std::max<qint64>(offset, 0));
}

} // namespace

CodeEditor::CodeEditor(QWidget *parent)
    : QWidget(parent)
    , m_area(new QsciScintilla)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_area);
    setFocusProxy(m_area);

    m_area->setUtf8(true);
    m_area->setTabWidth(2);
    m_area->setIndentationsUseTabs(false);
    m_area->setAutoIndent(true);
    m_area->setBraceMatching(Sci::SloppyBraceMatch);
    m_area->setMarginType(code::NumberMargin, Sci::NumberMargin);
    m_area->setMarginType(code::MarkMargin, Sci::SymbolMargin);
    m_area->setMarginMarkerMask(code::MarkMargin, 1 << code::ErrorMarker);
    m_area->setMarginWidth(code::MarkMargin, 0);
    m_area->setFolding(Sci::BoxedTreeFoldStyle, code::FoldMargin);
    m_area->markerDefine(Sci::RightTriangle, code::ErrorMarker);
    m_area->indicatorDefine(Sci::SquiggleIndicator, code::ErrorIndicator);
    m_area->indicatorDefine(Sci::FullBoxIndicator, code::MarkIndicator);
    m_area->setIndicatorDrawUnder(true, code::MarkIndicator);
    m_area->SendScintilla(Sci::SCI_INDICSETALPHA, code::MarkIndicator, 255L);
    m_area->SendScintilla(Sci::SCI_SETSCROLLWIDTHTRACKING, 1UL);
    m_area->SendScintilla(Sci::SCI_SETSCROLLWIDTH, 1UL);
    m_area->SendScintilla(Sci::SCI_SETIDLESTYLING, static_cast<unsigned long>(Sci::SC_IDLESTYLING_ALL));
    // Keys that mean something else in the window, and here would delete or change lines.
    for (const char key : {'D', 'L', 'T', 'U'}) {
        for (const int modifiers : {int(Sci::SCMOD_CTRL), Sci::SCMOD_CTRL | Sci::SCMOD_SHIFT})
            m_area->SendScintilla(Sci::SCI_CLEARCMDKEY, static_cast<unsigned long>(key | (modifiers << 16)));
    }
    takeLook();

    m_area->installEventFilter(this);
    connect(m_area, &QsciScintilla::textChanged, this, [this] {
        if (m_loading)
            return;
        fitToText();
        Q_EMIT textEdited();
    });
    connect(m_area, &QsciScintilla::cursorPositionChanged, this, &CodeEditor::cursorMoved);
    connect(m_area, &QsciScintillaBase::SCN_ZOOM, this, &CodeEditor::fitToText);
}

QWidget *CodeEditor::area() const
{
    return m_area;
}

void CodeEditor::setLanguage(Language language)
{
    if (m_language == language)
        return;
    m_language = language;
    takeLook();
}

void CodeEditor::takeLook()
{
    // The lexer gives everything its own colours when it comes, so it comes first.
    if (m_language == Language::Json) {
        auto *lexer = qobject_cast<QsciLexerJSON *>(m_area->lexer());
        auto *ours = lexer ? static_cast<code::JsonLexer *>(lexer) : new code::JsonLexer(m_area);
        ours->takeColours(palette());
        m_area->setLexer(ours);
    } else if (QsciLexer *lexer = m_area->lexer()) {
        m_area->setLexer(nullptr);
        lexer->deleteLater();
    }
    code::takeLook(m_area, palette());
    m_area->setMarginWidth(code::FoldMargin, m_language == Language::Json ? 14 : 0);
    fitToText();
}

// Room for the line numbers; line breaks where they cost nothing.
void CodeEditor::fitToText()
{
    const int digits = std::max(2, static_cast<int>(QString::number(m_area->lines()).size()));
    m_area->setMarginWidth(code::NumberMargin, QString(digits + 1, QLatin1Char('9')));
}

bool CodeEditor::isQuicklyShown(const QByteArray &utf8)
{
    return utf8.size() <= LargestQuickText && longestLine(utf8) <= LongestQuickLine;
}

void CodeEditor::setText(const QByteArray &utf8)
{
    m_loading = true;
    const bool readOnly = isReadOnly();
    clearError();
    clearMark();
    m_area->setReadOnly(false);
    m_area->SendScintilla(Sci::SCI_CLEARALL);
    m_area->setWrapMode(canWrap(utf8) ? Sci::WrapWord : Sci::WrapNone);
    m_area->setEolMode(lineEndOf(utf8));
    // With its length, as it may hold zeros.
    m_area->SendScintilla(Sci::SCI_APPENDTEXT, position(utf8.size()), utf8.constData());
    m_area->SendScintilla(Sci::SCI_EMPTYUNDOBUFFER);
    m_area->SendScintilla(Sci::SCI_GOTOPOS, 0UL);
    m_area->SendScintilla(Sci::SCI_SETXOFFSET, 0UL);
    m_area->setReadOnly(readOnly);
    fitToText();
    m_loading = false;
}

void CodeEditor::updateText(const QByteArray &utf8)
{
    const QByteArray now = text();
    if (now == utf8)
        return;
    if (!canWrap(utf8) && m_area->wrapMode() != Sci::WrapNone) {
        setText(utf8);
        return;
    }
    const qsizetype shorter = std::min(now.size(), utf8.size());
    qsizetype head = 0;
    while (head < shorter && now.at(head) == utf8.at(head))
        ++head;
    qsizetype tail = 0;
    while (tail < shorter - head && now.at(now.size() - 1 - tail) == utf8.at(utf8.size() - 1 - tail))
        ++tail;
    // Not in the middle of a character.
    const auto isInside = [](char byte) { return (byte & 0xc0) == 0x80; };
    while (
        head > 0
        && ((head < utf8.size() && isInside(utf8.at(head))) || (head < now.size() && isInside(now.at(head)))))
        --head;
    while (tail > 0 && isInside(now.at(now.size() - tail)))
        --tail;
    m_loading = true;
    clearError();
    clearMark();
    replaceRange(head, now.size() - tail, utf8.mid(head, utf8.size() - tail - head));
    m_area->SendScintilla(Sci::SCI_EMPTYUNDOBUFFER);
    fitToText();
    m_loading = false;
}

void CodeEditor::replaceRange(qint64 begin, qint64 end, const QByteArray &text)
{
    const bool readOnly = isReadOnly();
    m_area->setReadOnly(false);
    m_area->SendScintilla(Sci::SCI_SETTARGETRANGE, position(begin), static_cast<long>(end));
    m_area->SendScintilla(Sci::SCI_REPLACETARGET, position(text.size()), text.constData());
    m_area->setReadOnly(readOnly);
}

QByteArray CodeEditor::text() const
{
    const auto *begin =
        static_cast<const char *>(m_area->SendScintillaPtrResult(Sci::SCI_GETCHARACTERPOINTER));
    return {begin, static_cast<qsizetype>(length())};
}

qint64 CodeEditor::length() const
{
    return m_area->SendScintilla(Sci::SCI_GETLENGTH);
}

void CodeEditor::setReadOnly(bool readOnly)
{
    if (readOnly != isReadOnly())
        m_area->setReadOnly(readOnly);
}

bool CodeEditor::isReadOnly() const
{
    return m_area->isReadOnly();
}

bool CodeEditor::hasFocusInside() const
{
    return m_area->hasFocus();
}

qint64 CodeEditor::cursor() const
{
    return m_area->SendScintilla(Sci::SCI_GETCURRENTPOS);
}

qint64 CodeEditor::selectionStart() const
{
    return m_area->SendScintilla(Sci::SCI_GETSELECTIONSTART);
}

QByteArray CodeEditor::selectedText() const
{
    const qint64 begin = selectionStart();
    const qint64 end = m_area->SendScintilla(Sci::SCI_GETSELECTIONEND);
    return text().mid(begin, end - begin);
}

void CodeEditor::select(qint64 offset, qint64 length)
{
    const long line = m_area->SendScintilla(Sci::SCI_LINEFROMPOSITION, position(offset));
    m_area->SendScintilla(Sci::SCI_ENSUREVISIBLE, static_cast<unsigned long>(line));
    m_area->SendScintilla(Sci::SCI_SETSEL, position(offset), static_cast<long>(offset + length));
    m_area->SendScintilla(Sci::SCI_SCROLLCARET);
}

CodeEditor::Position CodeEditor::positionOf(qint64 offset) const
{
    const long line = m_area->SendScintilla(Sci::SCI_LINEFROMPOSITION, position(offset));
    const long start = m_area->SendScintilla(Sci::SCI_POSITIONFROMLINE, static_cast<unsigned long>(line));
    const QByteArray before = text().mid(start, std::max<qint64>(0, offset - start));
    return {line + 1, QString::fromUtf8(before).size() + 1};
}

int CodeEditor::firstVisibleLine() const
{
    return m_area->firstVisibleLine();
}

bool CodeEditor::isLineFolded(qint64 line) const
{
    return !m_area->SendScintilla(Sci::SCI_GETFOLDEXPANDED, position(line - 1));
}

void CodeEditor::foldAll(bool fold)
{
    // Only what is styled has folds.
    m_area->SendScintilla(Sci::SCI_COLOURISE, 0UL, -1L);
    m_area->SendScintilla(
        Sci::SCI_FOLDALL,
        static_cast<unsigned long>(fold ? Sci::SC_FOLDACTION_CONTRACT : Sci::SC_FOLDACTION_EXPAND));
}

void CodeEditor::setError(qint64 offset)
{
    clearError();
    // Behind the end, the last character stands for what is missing.
    m_errorOffset = std::clamp<qint64>(offset, 0, length());
    const qint64 at = std::max<qint64>(0, std::min(m_errorOffset, length() - 1));
    const long line = m_area->SendScintilla(Sci::SCI_LINEFROMPOSITION, position(at));
    m_area->setMarginWidth(code::MarkMargin, 12);
    m_area->markerAdd(static_cast<int>(line), code::ErrorMarker);
    const long end = m_area->SendScintilla(Sci::SCI_POSITIONAFTER, position(at));
    m_area->SendScintilla(Sci::SCI_SETINDICATORCURRENT, static_cast<unsigned long>(code::ErrorIndicator));
    m_area->SendScintilla(Sci::SCI_INDICATORFILLRANGE, position(at), end - static_cast<long>(at));
}

void CodeEditor::clearError()
{
    if (m_errorOffset < 0)
        return;
    m_errorOffset = -1;
    m_area->markerDeleteAll(code::ErrorMarker);
    m_area->setMarginWidth(code::MarkMargin, 0);
    m_area->SendScintilla(Sci::SCI_SETINDICATORCURRENT, static_cast<unsigned long>(code::ErrorIndicator));
    m_area->SendScintilla(Sci::SCI_INDICATORCLEARRANGE, 0UL, static_cast<long>(length()));
}

void CodeEditor::setMark(qint64 offset, qint64 markLength, bool show)
{
    m_area->SendScintilla(Sci::SCI_SETINDICATORCURRENT, static_cast<unsigned long>(code::MarkIndicator));
    if (m_markLength > 0)
        m_area->SendScintilla(Sci::SCI_INDICATORCLEARRANGE, 0UL, static_cast<long>(length()));
    m_markOffset = std::clamp<qint64>(offset, 0, length());
    m_markLength = std::clamp<qint64>(markLength, 0, length() - m_markOffset);
    if (m_markLength == 0)
        return;
    m_area->SendScintilla(Sci::SCI_INDICATORFILLRANGE, position(m_markOffset),
                          static_cast<long>(m_markLength));
    if (!show)
        return;
    const long line = m_area->SendScintilla(Sci::SCI_LINEFROMPOSITION, position(m_markOffset));
    m_area->SendScintilla(Sci::SCI_ENSUREVISIBLE, static_cast<unsigned long>(line));
    m_area->SendScintilla(Sci::SCI_SCROLLRANGE, position(m_markOffset), static_cast<long>(m_markOffset));
}

// -1 if it is not there; backward where `to` is before `from`.
qint64 CodeEditor::searchFrom(const QByteArray &wanted, qint64 from, qint64 to) const
{
    m_area->SendScintilla(Sci::SCI_SETSEARCHFLAGS, 0UL);
    m_area->SendScintilla(Sci::SCI_SETTARGETSTART, position(from));
    m_area->SendScintilla(Sci::SCI_SETTARGETEND, position(to));
    return m_area->SendScintilla(Sci::SCI_SEARCHINTARGET, position(wanted.size()), wanted.constData());
}

bool CodeEditor::find(const QByteArray &wanted, bool backward)
{
    if (wanted.isEmpty())
        return false;
    const qint64 begin = selectionStart();
    const qint64 end = m_area->SendScintilla(Sci::SCI_GETSELECTIONEND);
    qint64 at = backward ? searchFrom(wanted, begin, 0) : searchFrom(wanted, end, length());
    if (at < 0)
        at = backward ? searchFrom(wanted, length(), 0) : searchFrom(wanted, 0, length());
    if (at < 0)
        return false;
    select(at, m_area->SendScintilla(Sci::SCI_GETTARGETEND) - at);
    return true;
}

CodeEditor::Matches CodeEditor::matches(const QByteArray &wanted) const
{
    Matches found;
    if (wanted.isEmpty())
        return found;
    const qint64 selected = selectionStart();
    qint64 from = 0;
    for (;;) {
        const qint64 at = searchFrom(wanted, from, length());
        if (at < 0)
            return found;
        if (found.count == MostCounted) {
            found.more = true;
            return found;
        }
        ++found.count;
        if (at == selected)
            found.current = found.count;
        from = std::max<qint64>(at + 1, m_area->SendScintilla(Sci::SCI_GETTARGETEND));
    }
}

void CodeEditor::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationFontChange)
        takeLook();
}

bool CodeEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut
        && static_cast<QFocusEvent *>(event)->reason() != Qt::PopupFocusReason)
        Q_EMIT focusLeft();
    if (event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool control = key->modifiers().testFlag(Qt::ControlModifier);
        if (control && (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter)) {
            Q_EMIT submitted();
            return true;
        }
        if (control && (key->key() == Qt::Key_Plus || key->key() == Qt::Key_Equal)) {
            m_area->zoomIn();
            return true;
        }
        if (control && key->key() == Qt::Key_Minus) {
            m_area->zoomOut();
            return true;
        }
        if (control && key->key() == Qt::Key_0) {
            m_area->zoomTo(0);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace slotscope::ui
