// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/panelparts.h"

#include <QAction>
#include <QIcon>
#include <QLabel>
#include <QProgressBar>
#include <QStyle>
#include <QToolBar>
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

void setUpBand(QToolBar *band, QLabel *icon, QLabel *state)
{
    band->setMovable(false);
    band->setFloatable(false);
    band->setAutoFillBackground(true);
    // Nobody is to forget where they are, or when.
    band->toggleViewAction()->setVisible(false);
    band->toggleViewAction()->setEnabled(false);
    QFont bold = state->font();
    bold.setBold(true);
    state->setFont(bold);
    icon->setContentsMargins(8, 0, 4, 0);
}

void tintBand(QToolBar *band, const QColor &colour, QLabel *label, const QIcon &icon)
{
    const QPalette inherited = band->parentWidget() ? band->parentWidget()->palette() : QPalette();
    QPalette tinted = inherited;
    tinted.setColor(QPalette::Window, colour);
    tinted.setColor(QPalette::WindowText, inherited.color(QPalette::Text));
    band->setPalette(tinted);
    const int side = band->style()->pixelMetric(QStyle::PM_SmallIconSize);
    label->setPixmap(icon.pixmap(QSize(side, side), band->devicePixelRatioF()));
}

} // namespace slotscope::ui
