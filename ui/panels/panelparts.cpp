// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panelparts.h"

#include <QProgressBar>
#include <QTreeView>

namespace slotscope::ui {

void setUpLines(QTreeView *view, QAbstractItemModel *model, const QString &name, const QString &title)
{
    view->setObjectName(name);
    view->setModel(model);
    view->setRootIsDecorated(false);
    view->setUniformRowHeights(true);
    view->setAlternatingRowColors(true);
    view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setContextMenuPolicy(Qt::CustomContextMenu);
    view->setAccessibleName(title);
}

void showProgress(QProgressBar *bar, qint64 done, qint64 total)
{
    constexpr int Steps = 1000; // a progress bar counts in int
    bar->setRange(0, Steps);
    bar->setValue(total > 0 ? int(Steps * double(done) / double(total)) : 0);
}

} // namespace slotscope::ui
