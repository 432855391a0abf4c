// SPDX-License-Identifier: GPL-3.0-or-later
//
// The menus of MainWindow, and when their actions may be used.
#include "ui/diagnosis.h"
#include "ui/mainwindow.h"
#include "ui/panels/inspector.h"
#include "ui/panels/navigator.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/recordtab.h"
#include "ui/views/recordview.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QStatusBar>

namespace slotscope::ui {

QString changesText(int count)
{
    return count == 1 ? MainWindow::tr("1 change") : MainWindow::tr("%1 changes").arg(count);
}

// One that is open, but behind another or not where the user is, comes to the front first.
QAction *MainWindow::addDockAction(QMenu *menu, QDockWidget *dock, const QKeySequence &keys)
{
    QAction *action = menu->addAction(dock->windowTitle());
    action->setShortcut(keys);
    action->setCheckable(true);
    connect(dock->toggleViewAction(), &QAction::toggled, action, &QAction::setChecked);
    connect(action, &QAction::triggered, dock, [this, action, dock] {
        if (!dock->isHidden() && dock->isAncestorOf(QApplication::focusWidget())) {
            dock->hide();
            if (const RecordTab *tab = currentTab())
                tab->view()->setFocus();
        } else {
            dock->show();
            dock->raise();
            dock->widget()->setFocus(Qt::ShortcutFocusReason);
        }
        action->setChecked(!dock->isHidden());
    });
    return action;
}

void MainWindow::buildMenus()
{
    const auto add = [this](QMenu *menu, const QString &text, const QKeySequence &keys, auto &&run) {
        QAction *action = menu->addAction(text);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, run);
        return action;
    };
    const auto addForTab = [this, &add](QMenu *menu, const QString &text, const QKeySequence &keys,
                                        auto &&run) {
        QAction *action = add(menu, text, keys, [this, run] {
            if (RecordTab *tab = currentTab())
                run(tab);
        });
        m_tabActions.push_back(action);
        return action;
    };

    QMenu *connection = menuBar()->addMenu(tr("Co&nnection"));
    add(connection, tr("&Connect …"), QKeySequence(Qt::CTRL | Qt::Key_O), [this] { openStartDialog(); });
    buildWindowActions(connection);
    add(connection, tr("&Retry now"), {}, [this] {
        if (m_connection)
            m_connection->retryNow();
    });
    auto *diagnosis = new Diagnosis(m_prompts.get(), this);
    const auto test = [this, diagnosis] {
        if (present())
            diagnosis->test(present()->options());
    };
    m_connectionActions.push_back(add(connection, tr("&Test connection …"), {}, test));
    connect(findChild<QPushButton *>(QStringLiteral("pageTest")), &QPushButton::clicked, this, test);
    connect(diagnosis, &Diagnosis::trusted, this, &MainWindow::trustCertificate);
    connect(diagnosis, &Diagnosis::told, this,
            [this](const QString &message) { statusBar()->showMessage(message, MessageMilliseconds); });
    m_connectionActions.push_back(add(connection, tr("&Disconnect"), {}, [this] {
        unlessStaged(tr("disconnecting"), [this] {
            saveSession();
            closeConnection();
        });
    }));
    m_connectionActions.push_back(add(connection, tr("Look for &drafts …"), {}, [this] { lookForDrafts(); }));
    connection->addSeparator();
    buildClusterMenu(connection);
    connection->addSeparator();
    buildSafetyMenu(connection);
    connection->addSeparator();
    add(connection, tr("&Quit"), QKeySequence::Quit, [] { QApplication::closeAllWindows(); });

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    addUndoActions(edit);
    edit->addSeparator();
    addForTab(edit, tr("&Insert record\tIns"), {}, [](RecordTab *tab) { tab->insertRecord(); });
    addForTab(edit, tr("C&lone record"), QKeySequence(Qt::CTRL | Qt::Key_D),
              [](RecordTab *tab) { tab->cloneRecord(); });
    // The table itself listens for Del and Ins: elsewhere these keys belong to text.
    addForTab(edit, tr("&Delete records\tDel"), {}, [](RecordTab *tab) { tab->deleteRecords(); });
    addForTab(edit, tr("&Lease of records …"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_L),
              [](RecordTab *tab) { tab->chooseLease(); });
    addForTab(edit, tr("Re&vert selected"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_Z),
              [](RecordTab *tab) { tab->revertRecords(); });
    addBulkActions(edit);
    m_discard = add(edit, tr("Discard &all changes"), {},
                    [this] { m_connection->edits()->revertAll(tr("Discard all changes")); });
    edit->addSeparator();
    addForTab(edit, tr("Co&py\tCtrl+C"), {}, [](RecordTab *tab) { tab->view()->copyRows(); });
    addForTab(edit, tr("Copy as &JSON"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C),
              [](RecordTab *tab) { tab->view()->copyAsJson(); });
    addForTab(edit, tr("Copy as C&SV"), {}, [](RecordTab *tab) { tab->view()->copyAsCsv(); });
    edit->addSeparator();
    add(edit, tr("&Settle conflict …"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M),
        [this] { mergeConflict(); });
    m_commit = add(edit, tr("&Commit"), QKeySequence(Qt::CTRL | Qt::Key_S), [this] { commit(); });
    m_connectionActions.push_back(add(edit, tr("Li&mits of this etcd …"), {}, [this] { editLimits(); }));

    QMenu *view = menuBar()->addMenu(tr("&View"));
    addFilterActions(view);
    m_connectionActions.push_back(add(view, tr("Find &everywhere"),
                                      QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_F),
                                      [this] { findEverywhere(); }));
    add(view, tr("Find &slot or key"), QKeySequence(Qt::CTRL | Qt::Key_K), [this] {
        m_navigatorDock->show();
        m_navigator->focusFilter();
    });
    addLiveActions(view);
    addForTab(view, tr("&Reload"), QKeySequence::Refresh, [](RecordTab *tab) { tab->reload(); });
    auto *columns = view->addMenu(tr("&Columns"));
    connect(columns, &QMenu::aboutToShow, this, [this, columns] {
        columns->clear();
        if (RecordTab *tab = currentTab())
            tab->fillColumnMenu(columns);
    });
    view->addSeparator();
    view->addAction(m_navigatorDock->toggleViewAction());
    QAction *inspector = m_inspectorDock->toggleViewAction();
    inspector->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_I));
    view->addAction(inspector);
    QAction *review = addDockAction(view, m_pendingDock, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_P));
    // Opened on purpose it stays open.
    connect(review, &QAction::triggered, this, [this] { m_pendingOpenedItself = false; });
    view->addAction(m_problemsDock->toggleViewAction());
    view->addAction(m_referrersDock->toggleViewAction());
    addDockAction(view, m_historyDock, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_H));
    addDockAction(view, m_versionsDock, QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_H));
    view->addAction(m_findDock->toggleViewAction());
    addDockAction(view, m_eventsDock, QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L));
    view->addSeparator();
    add(view, tr("&Next tab"), QKeySequence(Qt::CTRL | Qt::Key_PageDown),
        [this] { m_tabs->setCurrentIndex((m_tabs->currentIndex() + 1) % std::max(1, m_tabs->count())); });
    add(view, tr("&Previous tab"), QKeySequence(Qt::CTRL | Qt::Key_PageUp), [this] {
        m_tabs->setCurrentIndex((m_tabs->currentIndex() + m_tabs->count() - 1)
                                % std::max(1, m_tabs->count()));
    });
    addForTab(view, tr("C&lose tab"), QKeySequence::Close,
              [this](RecordTab *) { closeTab(m_tabs->currentIndex()); });

    QMenu *go = menuBar()->addMenu(tr("&Go"));
    m_backAction = add(go, tr("&Back"), QKeySequence(Qt::ALT | Qt::Key_Left), [this] { goBack(); });
    m_forwardAction = add(go, tr("&Forward"), QKeySequence(Qt::ALT | Qt::Key_Right), [this] { goForward(); });
    go->addSeparator();
    addForTab(go, tr("Follow &link"), QKeySequence(Qt::Key_F4), [](RecordTab *tab) { tab->followCurrent(); });
    addForTab(go, tr("&Who refers to this record?"), QKeySequence(Qt::SHIFT | Qt::Key_F4),
              [this](RecordTab *) { findReferrers(); });

    go->addSeparator();
    buildTravelMenu(go);

    QMenu *tools = menuBar()->addMenu(tr("&Tools"));
    add(tools, tr("&Check indexes and catalogue"), QKeySequence(Qt::Key_F8), [this] { checkProblems(); });
    addForTab(tools, tr("Check the indexes of this &table"), {},
              [this](RecordTab *tab) { checkProblems(tab->slot()); });
    addForTab(tools, tr("Co&mpare this table …"), QKeySequence(Qt::CTRL | Qt::ALT | Qt::Key_D),
              [this](RecordTab *) { compareTable(); });

    m_connectionActions.push_back(add(tools, tr("C&ompact …"), {}, [this] { openCompactDialog(); }));

    QMenu *schema = menuBar()->addMenu(tr("&Schema"));
    addForTab(schema, tr("&Decode as …"), QKeySequence(Qt::CTRL | Qt::Key_T),
              [this](RecordTab *tab) { decodeAs(tab->slot()); });
    const auto addForConnection = [this, schema, &add](const QString &text, auto &&run) {
        m_connectionActions.push_back(add(schema, text, {}, run));
    };
    addForConnection(tr("&Import from Python source, YAML or schema file …"), [this] { importSchema(); });
    addForConnection(tr("&Export schema …"), [this] { exportSchema(); });
    addForConnection(tr("FlatBuffers &folders …"), [this] { editFlatFolders(); });
    addForConnection(tr("&New catalogue entry …"), [this] { editEntry(std::nullopt); });
    schema->addSeparator();
    addForConnection(tr("&Open schema file …"), [this] { openSchemaFile(); });
    addForConnection(tr("&Keep schema in a new file …"), [this] { keepSchemaInNewFile(); });
    addForConnection(tr("Keep schema &beside the settings"), [this] { useSchemaFile(QString()); });
    QAction *where = schema->addAction(QString());
    where->setEnabled(false);
    connect(schema, &QMenu::aboutToShow, this, [this, where] {
        const QString file = m_connection ? m_connection->schema()->file() : QString();
        where->setVisible(!file.isEmpty());
        where->setText(tr("It is in %1").arg(QString(file).replace(QLatin1Char('&'), QLatin1String("&&"))));
    });

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("&Log"), {}, [diagnosis] { diagnosis->showLog(); });
    add(help, tr("&About Slotscope"), {}, [this] {
        auto *box = new QMessageBox(
            QMessageBox::NoIcon, tr("About Slotscope"),
            tr("<b>Slotscope %1</b><br>Browser and editor for etcd, at home with pmap slots.<br>"
               "Qt %2. GPL-3.0-or-later.")
                .arg(QStringLiteral(SLOTSCOPE_VERSION), QString::fromLatin1(qVersion())),
            QMessageBox::Ok, this);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
}

void MainWindow::updateActions()
{
    const core::EditSession *edits = m_connection ? m_connection->edits() : nullptr;
    const auto staged = edits ? static_cast<int>(edits->changes().size()) : 0;
    const bool idle = edits && !edits->isCommitting();
    m_lockAction->setEnabled(m_connection && m_connection->safety()->remaining().count() > 0);
    m_backAction->setEnabled(!m_back.empty());
    m_forwardAction->setEnabled(!m_forward.empty());
    m_discard->setEnabled(idle && staged > 0);
    // Also with nothing staged: something may be in an open editor, or there is a reason to tell.
    m_commit->setEnabled(idle);
    m_commit->setText(staged > 0 ? tr("&Commit %1").arg(changesText(staged)) : tr("&Commit"));
    for (QAction *action : m_tabActions)
        action->setEnabled(currentTab() != nullptr);
    for (QAction *action : m_connectionActions)
        action->setEnabled(m_connection != nullptr);
    for (QAction *action : m_pastActions)
        action->setEnabled(m_past != nullptr);
    if (staged > 0 && !m_pendingDock->isVisible() && !m_pendingWasOffered) {
        m_pendingWasOffered = true;
        offerPending();
    } else if (staged == 0) {
        m_pendingWasOffered = false;
    }
    m_pendingDock->setWindowTitle(staged > 0 ? tr("Review changes (%1)").arg(staged) : tr("Review changes"));
}

} // namespace slotscope::ui
