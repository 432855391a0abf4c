// SPDX-License-Identifier: GPL-3.0-or-later
//
// How the tables of MainWindow follow the server: pause, follow, what is new, motion.
#include "ui/cellmemory.h"
#include "ui/mainwindow.h"
#include "ui/motion.h"
#include "ui/panels/livecontrols.h"
#include "ui/panels/navigator.h"
#include "ui/panels/recordtab.h"
#include "ui/tablelimit.h"
#include "ui/theme.h"

#include <QActionGroup>
#include <QMenu>
#include <QTabWidget>

#include <functional>

namespace slotscope::ui {

void MainWindow::addLiveActions(QMenu *view)
{
    QMenu *live = view->addMenu(tr("Li&ve"));
    const auto add = [this, live](const QString &text, const QKeySequence &keys, auto run) {
        QAction *action = live->addAction(text);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, [this, run] {
            if (const RecordTab *tab = currentTab())
                run(tab->live());
        });
        m_tabActions.push_back(action);
        return action;
    };
    // The table itself listens for Space: elsewhere it belongs to text and buttons.
    QAction *pause = add(tr("&Pause\tSpace"), {}, [](LiveControls *of) { of->togglePause(); });
    QAction *follow = add(tr("&Follow the newest"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_F),
                          [](LiveControls *of) { of->setFollowing(!of->isFollowing()); });
    pause->setCheckable(true);
    follow->setCheckable(true);
    connect(live, &QMenu::aboutToShow, this, [this, pause, follow] {
        const RecordTab *tab = currentTab();
        pause->setChecked(tab && tab->table()->isPaused());
        follow->setChecked(tab && tab->live()->isFollowing());
    });
    live->addSeparator();
    add(tr("&Next record that has changed since I looked"), QKeySequence(Qt::Key_F7),
        [](LiveControls *of) { of->showNextNews(); });
    add(tr("I have &seen what has changed"), QKeySequence(Qt::CTRL | Qt::Key_F7),
        [](LiveControls *of) { of->clearNews(); });
    live->addSeparator();

    QMenu *motion = live->addMenu(tr("&Motion"));
    auto *choices = new QActionGroup(motion);
    for (const auto &[choice, text] :
         {std::pair(Motion::AsDesktop, tr("&As the desktop says")),
          std::pair(Motion::Reduced, tr("&Reduced: no fading")), std::pair(Motion::Full, tr("&Full"))}) {
        QAction *action = motion->addAction(text);
        action->setCheckable(true);
        action->setChecked(motionSetting() == choice);
        choices->addAction(action);
        connect(action, &QAction::triggered, this, [this, choice = choice] {
            rememberMotion(choice);
            for (int i = 0; i < m_tabs->count(); ++i) {
                if (const auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(i)))
                    tab->model()->setMotionReduced(isMotionReduced());
            }
        });
    }

    addTableLimits(view);
    QMenu *memory = view->addMenu(tr("&Memory for decoded cells"));
    auto *amounts = new QActionGroup(memory);
    for (const int megabytes : CellMemoryChoices) {
        QAction *action = memory->addAction(tr("%1 MB for each table").arg(megabytes));
        action->setCheckable(true);
        action->setChecked(cellMemory() == megabytes);
        amounts->addAction(action);
        connect(action, &QAction::triggered, this, [this, megabytes] {
            rememberCellMemory(megabytes);
            for (int i = 0; i < m_tabs->count(); ++i) {
                if (auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(i)))
                    tab->takeCellMemory();
            }
        });
    }
}

void MainWindow::addTableLimits(QMenu *view)
{
    QMenu *menu = view->addMenu(tr("Of &large tables, load at first"));
    menu->setObjectName(QStringLiteral("tableLimits"));
    const auto change = [this](const std::function<void(core::LiveTable::Limit *)> &edit) {
        core::LiveTable::Limit limit = tableLimit();
        edit(&limit);
        rememberTableLimit(limit);
        for (int i = 0; i < m_tabs->count(); ++i) {
            if (auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(i)))
                tab->takeTableLimit();
        }
    };
    const auto add = [&](QActionGroup *group, const QString &text, bool isChosen, auto edit) {
        QAction *action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(isChosen);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [change, edit] { change(edit); });
    };
    auto *rows = new QActionGroup(menu);
    for (const qint64 most : TableRowChoices) {
        add(rows,
            most == NoTableLimit ? tr("Any number of records")
                                 : tr("%1 records").arg(locale().toString(most)),
            tableLimit().rows == most, [most](core::LiveTable::Limit *limit) { limit->rows = most; });
    }
    menu->addSeparator();
    auto *bytes = new QActionGroup(menu);
    for (const qint64 most : TableByteChoices) {
        add(bytes,
            most == NoTableLimit ? tr("Of any size") : tr("Up to %1").arg(locale().formattedDataSize(most)),
            tableLimit().bytes == most, [most](core::LiveTable::Limit *limit) { limit->bytes = most; });
    }
}

void MainWindow::followPart(RecordTab *tab)
{
    if (!tab->slot())
        return;
    const auto tell = [this, table = tab->table(), slot = *tab->slot()] {
        m_navigator->model()->setLoaded(
            slot, table->isPartial() ? std::optional(qint64(table->rows().count())) : std::nullopt);
    };
    connect(tab->table(), &core::LiveTable::partChanged, m_navigator->model(), tell);
    connect(tab, &QObject::destroyed, m_navigator->model(),
            [model = m_navigator->model(), slot = *tab->slot()] { model->setLoaded(slot, std::nullopt); });
    tell();
}

void MainWindow::followNews(RecordTab *tab)
{
    // One that is not in front says by a dot that something has changed in it.
    const auto mark = [this, tab] {
        const int at = m_tabs->indexOf(tab);
        const bool marked = tab->model()->newsCount() > 0;
        if (at >= 0 && m_tabs->tabIcon(at).isNull() == marked)
            m_tabs->setTabIcon(at, marked ? theme::icon(theme::Glyph::News) : QIcon());
    };
    connect(tab->model(), &RecordModel::newsChanged, this, mark);
}

} // namespace slotscope::ui
