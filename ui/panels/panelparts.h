// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the panels below the tables have in common.
#pragma once

#include <QString>

class QAbstractItemModel;
class QProgressBar;
class QTreeView;

namespace slotscope::ui {

/// Makes a tree view a list of lines that are read, selected and acted upon, not edited. `name`: for tests
/// and settings; `title`: for people who do not see it.
void setUpLines(QTreeView *view, QAbstractItemModel *model, const QString &name, const QString &title);
/// How much of `total` is done, whatever their size; 0: not known.
void showProgress(QProgressBar *bar, qint64 done, qint64 total);

} // namespace slotscope::ui
