// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the panels below the tables, and the bands above them, have in common.
#pragma once

#include <QString>

class QAbstractItemModel;
class QColor;
class QIcon;
class QLabel;
class QProgressBar;
class QToolBar;
class QTreeView;

namespace slotscope::ui {

/// Makes a tree view a list of lines that are read, selected and acted upon, not edited. `name`: for tests
/// and settings; `title`: for people who do not see it.
void setUpLines(QTreeView *view, QAbstractItemModel *model, const QString &name, const QString &title);
/// How much of `total` is done, whatever their size; 0: not known.
void showProgress(QProgressBar *bar, qint64 done, qint64 total);

/// Makes a tool bar a band across the window that nobody can move or hide, with what it says, in bold, behind
/// its icon.
void setUpBand(QToolBar *band, QLabel *icon, QLabel *state);
/// Fills a band with a colour, and shows the icon in the size of its style. To be called again when palette
/// or style change.
void tintBand(QToolBar *band, const QColor &colour, QLabel *label, const QIcon &icon);

} // namespace slotscope::ui
