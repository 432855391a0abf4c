// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the window offers to filter the table in front.
#include "ui/mainwindow.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/recordtab.h"

#include <QMenu>
#include <QStatusBar>

namespace slotscope::ui {

void MainWindow::addFilterActions(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("F&ilter"));
    const auto add = [this, menu](const QString &text, const QKeySequence &keys, auto &&run) {
        QAction *action = menu->addAction(text);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, [this, run] {
            if (RecordTab *tab = currentTab())
                run(tab);
        });
        m_tabActions.push_back(action);
        return action;
    };
    add(tr("By &text"), {}, [](RecordTab *tab) {
        tab->filterBar()->focusText();
    })->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_L), QKeySequence(Qt::CTRL | Qt::Key_F)});
    add(tr("By a con&dition on fields"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K),
        [](RecordTab *tab) { tab->filterBar()->focusCondition(); });
    add(tr("By this &column"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_K),
        [](RecordTab *tab) { tab->focusColumnFilter(); });
    add(tr("&Use this cell as filter"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_U),
        [](RecordTab *tab) { tab->filterByCurrent(false); });
    add(tr("&Exclude what this cell has"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_X),
        [](RecordTab *tab) { tab->filterByCurrent(true); });
    add(tr("&Show all records"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Backspace),
        [](RecordTab *tab) { tab->filterBar()->clear(); });
    QAction *save = add(tr("Sa&ve filter …"), {}, [](RecordTab *tab) { tab->filterBar()->saveAs(); });
    connect(menu, &QMenu::aboutToShow, this, [this, save] {
        const RecordTab *tab = currentTab();
        save->setEnabled(tab && !tab->filterBar()->filter().isEmpty());
    });
    menu->addSeparator();
    auto *saved = menu->addMenu(tr("Saved and &used before"));
    connect(saved, &QMenu::aboutToShow, this, [this, saved] {
        saved->clear();
        if (RecordTab *tab = currentTab())
            tab->filterBar()->fillMenu(saved);
    });
}

void MainWindow::addFieldToFilter(const core::ValuePath &path, const core::Value &value, bool exclude)
{
    RecordTab *tab = currentTab();
    if (tab && !tab->addFieldToFilter(path, value, exclude))
        statusBar()->showMessage(tr("What is in this field cannot be said in a filter."),
                                 MessageMilliseconds);
}

} // namespace slotscope::ui
