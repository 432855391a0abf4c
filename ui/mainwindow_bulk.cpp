// SPDX-License-Identifier: GPL-3.0-or-later
//
// What MainWindow offers for several cells or records of the table in front.
#include "ui/mainwindow.h"
#include "ui/panels/recordtab.h"

#include <QAction>
#include <QMenu>

namespace slotscope::ui {

void MainWindow::addBulkActions(QMenu *edit)
{
    const auto add = [this](QMenu *menu, const QString &text, const QKeySequence &keys, auto &&run) {
        QAction *action = menu->addAction(text);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, [this, run] {
            if (RecordTab *tab = currentTab())
                run(tab);
        });
        m_tabActions.push_back(action);
    };
    add(edit, tr("Revert all of this &table"), {}, [](RecordTab *tab) { tab->revertTable(); });
    QMenu *several = edit->addMenu(tr("Several cells or &records"));
    // The table itself listens for Ctrl+Del and Ctrl+V: elsewhere these keys belong to text.
    add(several, tr("Set to &null\tCtrl+Del"), {}, [](RecordTab *tab) { tab->setCellsToNull(); });
    add(several, tr("Re&move field\tCtrl+Shift+Del"), {}, [](RecordTab *tab) { tab->removeFields(); });
    add(several, tr("Fill &down"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D),
        [](RecordTab *tab) { tab->fillCells(); });
    add(several, tr("&Set a field …"), QKeySequence(Qt::CTRL | Qt::Key_E),
        [](RecordTab *tab) { tab->setField(); });
    add(several, tr("Find and re&place …"), QKeySequence(Qt::CTRL | Qt::Key_H),
        [](RecordTab *tab) { tab->replaceInColumn(); });
    several->addSeparator();
    add(several, tr("Paste &records …\tCtrl+V"), {}, [](RecordTab *tab) { tab->pasteRecords(); });
    add(several, tr("&Import records …"), {}, [this](RecordTab *tab) {
        m_prompts->chooseFile(
            tab,
            {.mode = FileQuestion::Mode::Open,
             .title = tr("Import records into %1").arg(tab->title()),
             .nameFilters = {tr("Records (*.csv *.tsv *.txt *.json *.jsonl *.ndjson)"), tr("All files (*)")}},
            [tab](const QString &path) { tab->importRecords(path); });
    });
    several->addSeparator();
    add(several, tr("Insert with &key …"), QKeySequence(Qt::CTRL | Qt::Key_N),
        [](RecordTab *tab) { tab->insertWithKey(); });
    add(several, tr("&Clone with key …"), {}, [](RecordTab *tab) { tab->cloneWithKey(); });
    add(several, tr("Rena&me key …"), QKeySequence(Qt::SHIFT | Qt::Key_F6),
        [](RecordTab *tab) { tab->renameKey(); });
    edit->addSeparator();
}

} // namespace slotscope::ui
