// SPDX-License-Identifier: GPL-3.0-or-later
//
// The only place where colours are chosen: semantic tints mixed from the palette, so that they fit light and
// dark, and small icons drawn in the palette's colours.
#pragma once

#include <QColor>
#include <QFont>
#include <QIcon>
#include <QPalette>

namespace slotscope::ui::theme {

/// What a colour or a mark says. Never shown by colour alone: there is an icon for each.
enum class Mark {
    Edited,
    Inserted,
    Deleted,
    Conflict,
    Flash, ///< has just changed on the server
    Warning,
    Match, ///< found text, highlighted bytes
    Past, ///< what is shown is not the present
};

/// How careful a connection is; each has a colour and an icon of its own.
enum class Caution { Open, Confirm, Locked, Unlocked, ReadOnly };

bool isDark(const QPalette &palette);
/// Between two colours; 0: all of a, 1: all of b.
QColor mixed(const QColor &a, const QColor &b, qreal share);
/// A background for text in the palette's own text colour. `strength` 1: as usual; less fades towards the
/// base colour.
QColor tint(Mark mark, const QPalette &palette, qreal strength = 1);
/// A colour for lines, marks and text upon the base colour.
QColor accent(Mark mark, const QPalette &palette);
/// A background for the palette's own text that says how careful one has to be.
QColor tint(Caution caution, const QPalette &palette);
QColor accent(Caution caution, const QPalette &palette);
/// Text that matters less, still readable upon the base colour.
QColor mutedText(const QPalette &palette);
/// Text of a link, readable upon the base colour whatever the palette's own colour for links is.
QColor linkText(const QPalette &palette);

enum class Glyph {
    Edited,
    Inserted,
    Deleted,
    Conflict,
    News, ///< changed since somebody looked
    Warning,
    // How careful a connection is.
    Pen,
    Confirm,
    Locked,
    Unlocked,
    Eye,
    Clock,
    // What there is.
    Table,
    Index,
    Untyped,
    Folder,
    Key,
    Catalogue,
    // What can be done with what is live.
    Pause,
    Follow,
};

/// Drawn when shown, in the application's palette of that moment, at any size and scale. `badge` adds a
/// warning triangle.
QIcon icon(Glyph glyph, bool badge = false);
QIcon icon(Mark mark);
QIcon icon(Caution caution);

/// The system's fixed-width font.
QFont monospaceFont();

} // namespace slotscope::ui::theme
