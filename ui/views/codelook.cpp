// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/codelook.h"

#include "ui/theme.h"

namespace slotscope::ui::code {

namespace {

QColor hue(int degrees, const QPalette &palette)
{
    return theme::isDark(palette) ? QColor::fromHsl(degrees, 150, 175) : QColor::fromHsl(degrees, 200, 82);
}

} // namespace

JsonLexer::JsonLexer(QObject *parent)
    : QsciLexerJSON(parent)
{
    setFoldCompact(false);
    setHighlightComments(false);
}

const char *JsonLexer::keywords(int set) const
{
    return set == 1 ? "true false null NaN Infinity" : nullptr;
}

void JsonLexer::takeColours(const QPalette &palette)
{
    const QColor text = palette.color(QPalette::Text);
    setDefaultColor(text);
    setDefaultPaper(palette.color(QPalette::Base));
    setDefaultFont(theme::monospaceFont());
    setFont(theme::monospaceFont(), -1);
    setPaper(palette.color(QPalette::Base), -1);
    setColor(text, -1);
    setColor(hue(215, palette), Property);
    setColor(hue(130, palette), String);
    setColor(hue(130, palette), IRI);
    setColor(hue(130, palette), IRICompact);
    setColor(hue(130, palette), KeywordLD);
    setColor(hue(30, palette), Number);
    setColor(hue(290, palette), Keyword);
    setColor(hue(290, palette), EscapeSequence);
    setColor(theme::mutedText(palette), Operator);
    setColor(hue(4, palette), UnclosedString);
    setColor(hue(4, palette), Error);
    for (const int style : {UnclosedString, Error, KeywordLD, IRI, IRICompact})
        setEolFill(false, style);
}

void takeLook(QsciScintilla *area, const QPalette &palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    const QColor muted = theme::mutedText(palette);
    area->setFont(theme::monospaceFont());
    area->setPaper(base);
    area->setColor(text);
    area->setCaretForegroundColor(text);
    area->setCaretLineVisible(true);
    area->setCaretLineBackgroundColor(theme::mixed(base, text, 0.05));
    area->setSelectionBackgroundColor(palette.color(QPalette::Highlight));
    area->setSelectionForegroundColor(palette.color(QPalette::HighlightedText));
    area->setMarginsFont(theme::monospaceFont());
    area->setMarginsForegroundColor(muted);
    area->setMarginsBackgroundColor(theme::mixed(base, text, 0.04));
    area->setFoldMarginColors(base, base);
    area->setMatchedBraceBackgroundColor(theme::tint(theme::Mark::Flash, palette));
    area->setMatchedBraceForegroundColor(text);
    area->setUnmatchedBraceBackgroundColor(base);
    area->setUnmatchedBraceForegroundColor(theme::accent(theme::Mark::Deleted, palette));
    area->setMarkerBackgroundColor(theme::accent(theme::Mark::Deleted, palette), ErrorMarker);
    area->setMarkerForegroundColor(theme::accent(theme::Mark::Deleted, palette), ErrorMarker);
    area->setIndicatorForegroundColor(theme::accent(theme::Mark::Deleted, palette), ErrorIndicator);
    area->setIndicatorForegroundColor(theme::tint(theme::Mark::Match, palette), MarkIndicator);
    // The signs in the fold margin: lines in the muted colour on the paper.
    constexpr int Last = QsciScintilla::SC_MARKNUM_FOLDEROPEN;
    for (int marker = QsciScintilla::SC_MARKNUM_FOLDEREND; marker <= Last; ++marker) {
        area->SendScintilla(QsciScintilla::SCI_MARKERSETFORE, static_cast<unsigned long>(marker), base);
        area->SendScintilla(QsciScintilla::SCI_MARKERSETBACK, static_cast<unsigned long>(marker), muted);
    }
}

} // namespace slotscope::ui::code
