// SPDX-License-Identifier: GPL-3.0-or-later
//
// Private to CodeEditor.
#pragma once

#include <QPalette>

// Its headers are written with the keywords that ours do without.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#include <Qsci/qscilexerjson.h>
#include <Qsci/qsciscintilla.h>
#undef signals
#undef slots

namespace slotscope::ui::code {

enum Margin { NumberMargin, MarkMargin, FoldMargin };
constexpr int ErrorMarker = 1;
constexpr int ErrorIndicator = 9;
constexpr int MarkIndicator = 10;

/// JSON with the numbers that Python adds, in colours of the palette.
class JsonLexer : public QsciLexerJSON
{
public:
    explicit JsonLexer(QObject *parent);
    const char *keywords(int set) const override;
    void takeColours(const QPalette &palette);
};

/// Fonts and colours of everything that is no token.
void takeLook(QsciScintilla *area, const QPalette &palette);

} // namespace slotscope::ui::code
