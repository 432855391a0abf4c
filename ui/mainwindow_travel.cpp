// SPDX-License-Identifier: GPL-3.0-or-later
//
// MainWindow in the past: everything is shown as it was at one revision, by a connection of its own. The
// present goes on behind it, with its tabs and with what is staged, and is there again on the way back.
#include "core/connection/pastconnection.h"
#include "core/edit/draftkeeper.h"
#include "core/edit/receiptbook.h"
#include "core/history/revisionbounds.h"
#include "core/history/timefile.h"
#include "ui/errortext.h"
#include "ui/mainwindow.h"
#include "ui/models/changesummary.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/findpanel.h"
#include "ui/panels/inspector.h"
#include "ui/panels/navigator.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/problemspanel.h"
#include "ui/panels/recordtab.h"
#include "ui/panels/referrerspanel.h"
#include "ui/panels/travelband.h"
#include "ui/sessionsettings.h"
#include "ui/theme.h"
#include "ui/views/recordview.h"

#include <QAction>
#include <QFutureWatcher>
#include <QLineEdit>
#include <QMenu>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QUndoGroup>
#include <QUndoStack>
#include <QtConcurrentRun>

namespace slotscope::ui {

namespace {

/// The newest revision goes on while the past is shown; the slider follows now and then.
constexpr std::chrono::milliseconds BoundsInterval(1000);
/// So much at most is forgotten by a crash.
constexpr std::chrono::minutes TimesInterval(5);

} // namespace

void MainWindow::buildTravelBand()
{
    m_travelBand = new TravelBand(this);
    addToolBarBreak(Qt::TopToolBarArea);
    addToolBar(Qt::TopToolBarArea, m_travelBand);
    connect(m_travelBand, &TravelBand::revisionWanted, this, &MainWindow::travelTo);
    connect(m_travelBand, &TravelBand::presentWanted, this, &MainWindow::returnToPresent);
    connect(m_travelBand, &TravelBand::refused, this,
            [this](const QString &why) { statusBar()->showMessage(why, MessageMilliseconds); });
    m_timesTimer.setInterval(TimesInterval);
    connect(&m_timesTimer, &QTimer::timeout, this, [this] {
        if (!m_timesFile.isEmpty())
            (void)QtConcurrent::run([file = m_timesFile, entries = present()->times().entries()] {
                (void)core::writeTimes(file, entries);
            });
    });
    m_boundsTimer.setInterval(BoundsInterval);
    connect(&m_boundsTimer, &QTimer::timeout, this, [this] {
        if (m_past)
            m_travelBand->setBounds(m_travelBand->earliest(),
                                    std::max(m_travelBand->newest(), m_present->revision()));
    });
}

void MainWindow::buildTravelMenu(QMenu *menu)
{
    QAction *there = menu->addAction(tr("&Travel through time"));
    there->setShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T));
    connect(there, &QAction::triggered, this, [this] {
        if (m_past)
            m_travelBand->field()->setFocus(Qt::ShortcutFocusReason);
        else
            travel(present()->revision());
    });
    m_connectionActions.push_back(there);
    QAction *back = menu->addAction(tr("Return to the &present"));
    connect(back, &QAction::triggered, this, &MainWindow::returnToPresent);
    m_pastActions.push_back(back);
}

core::Connection *MainWindow::present() const
{
    return m_present ? m_present.get() : m_connection.get();
}

void MainWindow::travel(core::Revision revision)
{
    if (!m_connection || !m_connection->directory()->isLoaded()) {
        statusBar()->showMessage(tr("There is nothing to travel in before the etcd was reached once."),
                                 MessageMilliseconds);
        return;
    }
    // What is being typed belongs to the present; what does not fit stays in sight.
    if (currentTab() && !currentTab()->view()->finishEditing())
        return;
    m_inspector->finishEditing([this, revision, connection = QPointer(m_connection.get())](bool fine) {
        if (!connection || connection != m_connection.get() || m_past)
            return;
        if (!fine) {
            statusBar()->showMessage(tr("The text in the inspector is not valid yet, and would be lost."),
                                     MessageMilliseconds);
            return;
        }
        enterPast(revision);
    });
}

void MainWindow::travelTo(core::Revision revision)
{
    if (!m_past) {
        travel(revision);
        return;
    }
    if (revision == m_past->at())
        return;
    m_past->travelTo(revision);
    m_travelBand->setRevision(revision);
    m_settleTimer.start();
    updateStatus();
    updateTitle();
}

void MainWindow::enterPast(core::Revision revision)
{
    saveSession(); // so that the same columns are found there
    closeSchemaDialogs();
    m_inspector->clear();
    m_inspectedKey.clear();
    m_present = std::move(m_connection);
    m_presentKeys = std::move(m_plainKeys);
    m_presentTabs = m_tabs;
    auto past = std::make_unique<core::PastConnection>(m_present.get(), revision);
    m_past = past.get();
    m_connection = std::move(past);
    m_tabs = newTabs();
    QPalette tinted = m_tabs->palette();
    for (const QPalette::ColorRole role : {QPalette::Base, QPalette::AlternateBase, QPalette::Window})
        tinted.setColor(role, theme::tint(theme::Mark::Past, palette(), 0.5));
    m_tabs->setPalette(tinted);
    showConnection();
    m_undoGroup->setActiveStack(nullptr);

    connect(m_past, &core::Connection::stateChanged, this, &MainWindow::connectionStateChanged);
    connect(m_past, &core::Connection::revisionChanged, this, &MainWindow::updateStatus);
    connect(m_past->directory(), &core::SlotDirectory::loaded, this, &MainWindow::pastLoaded);
    connect(m_past->schema(), &core::SchemaKeeper::changed, m_connection->relations(),
            &core::Relations::refresh);
    connect(m_past, &core::PastConnection::compactedAway, this, [this] { findBounds(); });

    // Receipts say when their commits were made.
    for (const core::Receipt &receipt : m_present->receipts()->receipts())
        m_present->times().note(receipt.revision, receipt.time);
    m_travelBand->follow(&m_present->times());
    if (!toolBarBreak(m_travelBand))
        insertToolBarBreak(m_travelBand);
    m_travelBand->setBounds(core::Revision(1), m_present->revision());
    m_travelBand->setRevision(revision);
    updateTravelNote();
    m_boundsTimer.start();
    m_bounds = std::make_unique<core::RevisionBounds>(m_present->client());
    connect(m_bounds.get(), &core::RevisionBounds::found, this, &MainWindow::takeBounds);
    findBounds();
    m_settleTimer.start();
    m_past->open();
    updatePage();
    updateActions();
    updateStatus();
    updateTitle();
}

void MainWindow::showConnection()
{
    core::Connection *connection = m_connection.get();
    if (!m_plainKeys)
        m_plainKeys = std::make_unique<core::PlainKeys>(connection->client(), connection->watch(),
                                                        connection->directory());
    m_navigator->follow(connection->directory(), m_plainKeys.get(), connection->relations(),
                        connection->rates());
    m_pending->setSession(connection->edits(), resolverFor(connection->directory()));
    m_problems->follow(connection);
    m_referrers->follow(connection);
    m_find->follow(connection);
}

void MainWindow::pastLoaded()
{
    // The first time; after that the tabs that are open are read again by themselves.
    if (m_tabs->count() == 0) {
        for (int i = 0; i < m_presentTabs->count(); ++i) {
            const auto *tab = qobject_cast<RecordTab *>(m_presentTabs->widget(i));
            if (!tab)
                continue;
            const QByteArray key = tab->model()->keyAt(tab->view()->currentIndex().row());
            RecordTab *then = openRange(tab->range(), tab->slot(), tab->title());
            then->filterBar()->setFilter(tab->filterBar()->filter());
            if (!key.isEmpty())
                then->showRecord(key);
        }
        m_tabs->setCurrentIndex(m_presentTabs->currentIndex());
    }
    updatePage();
    updateStatus();
}

void MainWindow::followTimes()
{
    if (!m_remember)
        return; // its etcd goes with the program
    core::Connection *connection = m_connection.get();
    connect(connection, &core::Connection::stateChanged, this, [this, connection] {
        const quint64 cluster = connection->serverStatus().header.clusterId;
        if (!m_timesFile.isEmpty() || cluster == 0 || connection->state() != core::Connection::State::Online)
            return;
        m_timesFile = QStringLiteral("%1/%2.txt")
                          .arg(timesFolder(), core::clusterFileName(connection->endpoint(), cluster));
        m_timesTimer.start();
        using Times = core::Result<std::vector<core::TimeBook::Entry>>;
        auto *reading = new QFutureWatcher<Times>(connection);
        connect(reading, &QFutureWatcherBase::finished, connection, [connection, reading] {
            reading->deleteLater();
            // What cannot be read is not known; it is a guide, no more.
            if (const Times times = reading->result()) {
                for (const core::TimeBook::Entry &entry : *times)
                    connection->times().note(entry.revision, entry.time);
            }
        });
        reading->setFuture(QtConcurrent::run([file = m_timesFile] { return core::readTimes(file); }));
    });
}

void MainWindow::saveTimes()
{
    m_timesTimer.stop();
    if (!m_connection || m_timesFile.isEmpty())
        return;
    // Some thousand lines; the program may be about to end.
    (void)core::writeTimes(m_timesFile, m_connection->times().entries());
    m_timesFile.clear();
}

void MainWindow::updateTravelNote()
{
    const auto staged = static_cast<int>(m_present->edits()->changes().size());
    m_travelBand->setNote(staged == 0 ? QString()
                                      : tr("%1 staged, kept for the present").arg(changesText(staged)));
}

void MainWindow::findBounds()
{
    if (!m_bounds->isSearching())
        m_bounds->find();
}

void MainWindow::takeBounds()
{
    if (!m_past)
        return;
    const core::Revision earliest = m_bounds->earliest();
    m_travelBand->setBounds(earliest, std::max(m_bounds->newest(), m_present->revision()));
    if (m_past->at() < earliest)
        statusBar()->showMessage(
            tr("Revision %1 has been compacted away: what of it was read is still shown. The earliest that "
               "can be read is %2.")
                .arg(m_past->at().value)
                .arg(earliest.value));
}

bool MainWindow::isPastShown() const
{
    const RecordTab *tab = currentTab();
    return m_past->directory()->isLoaded() && m_past->directory()->revision() == m_past->at()
        && (!tab || tab->table()->revision() == m_past->at());
}

void MainWindow::returnToPresent()
{
    if (!m_past)
        return;
    const int current = m_tabs->currentIndex();
    leavePast();
    m_tabs->setCurrentIndex(std::min(current, m_tabs->count() - 1));
    inspectCurrent();
    noticeConflicts();
    m_settleTimer.start();
    updatePage();
    updateActions();
    updateStatus();
    updateTitle();
}

void MainWindow::leavePast()
{
    // As when a connection is closed: what follows it lets go of it before it goes.
    m_boundsTimer.stop();
    m_bounds.reset();
    m_travelBand->follow(nullptr);
    closeSchemaDialogs();
    m_inspector->clear();
    m_inspectedKey.clear();
    m_inspector->forgetWrongTexts();
    delete std::exchange(m_tabs, m_presentTabs);
    m_presentTabs = nullptr;
    m_pages->setCurrentWidget(m_tabs);
    m_navigator->follow(nullptr, nullptr);
    m_pending->setSession(nullptr, {});
    m_problems->follow(nullptr);
    m_referrers->follow(nullptr);
    m_find->follow(nullptr);
    m_plainKeys = std::move(m_presentKeys);
    m_past = nullptr;
    // The window knows the present again while the past goes.
    const std::unique_ptr<core::Connection> past =
        std::exchange(m_connection, std::exchange(m_present, nullptr));
    showConnection();
    m_undoGroup->setActiveStack(m_connection->edits()->findChild<QUndoStack *>());
}

} // namespace slotscope::ui
