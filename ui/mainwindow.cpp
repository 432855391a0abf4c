// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/mainwindow.h"

#include "core/connection/pastconnection.h"
#include "core/history/revisionbounds.h"
#include "ui/commitnotice.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/errortext.h"
#include "ui/models/membernews.h"
#include "ui/panels/banner.h"
#include "ui/panels/eventlogpanel.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/findpanel.h"
#include "ui/panels/historypanel.h"
#include "ui/panels/inspector.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/livecontrols.h"
#include "ui/panels/navigator.h"
#include "ui/panels/pendingpanel.h"
#include "ui/panels/problemspanel.h"
#include "ui/panels/recordtab.h"
#include "ui/panels/referrerspanel.h"
#include "ui/panels/safetyband.h"
#include "ui/panels/travelband.h"
#include "ui/panels/versionspanel.h"
#include "ui/sessionsettings.h"
#include "ui/views/recordview.h"

#include <QCloseEvent>
#include <QDockWidget>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds SettleInterval(40);

} // namespace

MainWindow::MainWindow(std::unique_ptr<Prompts> prompts, QWidget *parent)
    : QMainWindow(parent)
    , m_prompts(prompts ? std::move(prompts) : std::make_unique<DialogPrompts>())
    , m_pages(new QStackedWidget(this))
    , m_tabs(nullptr)
    , m_pageText(new QLabel(this))
    , m_pageRetry(new QPushButton(tr("&Retry now"), this))
    , m_bar(new ConnectionBar(this))
    , m_schemaBanner(new Banner(this))
    , m_draftBanner(new Banner(this))
    , m_overwriteBanner(new Banner(this))
    , m_alertBanner(new Banner(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    addToolBar(Qt::TopToolBarArea, m_bar);
    buildSafetyBand();
    buildTravelBand();

    auto *page = new QWidget(this);
    auto *pageLayout = new QVBoxLayout(page);
    m_pageText->setObjectName(QStringLiteral("pageText"));
    m_pageRetry->setObjectName(QStringLiteral("pageRetry"));
    m_pageText->setAlignment(Qt::AlignCenter);
    m_pageText->setWordWrap(true);
    m_pageText->setTextFormat(Qt::PlainText);
    m_pageText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *other = new QPushButton(tr("&Connect …"), page);
    pageLayout->addStretch(2);
    pageLayout->addWidget(m_pageText);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(m_pageRetry);
    auto *why = new QPushButton(tr("&Find out why …"), page); // see buildMenus()
    why->setObjectName(QStringLiteral("pageTest"));
    buttons->addWidget(why);
    buttons->addWidget(other);
    buttons->addStretch();
    pageLayout->addLayout(buttons);
    pageLayout->addStretch(3);
    connect(other, &QPushButton::clicked, this, &MainWindow::openStartDialog);
    connect(m_pageRetry, &QPushButton::clicked, this, [this] {
        if (m_connection)
            m_connection->retryNow();
    });

    m_pages->addWidget(page);
    m_tabs = newTabs();
    m_schemaBanner->setObjectName(QStringLiteral("schemaBanner"));
    connect(m_schemaBanner, &Banner::actionTriggered, this, &MainWindow::keepSchemaInNewFile);
    m_draftBanner->setObjectName(QStringLiteral("draftBanner"));
    connect(m_draftBanner, &Banner::actionTriggered, this, [this] {
        m_draftNews.clear();
        m_draftProblemDismissed = true;
        tellOfDrafts();
    });
    m_overwriteBanner->setObjectName(QStringLiteral("overwriteBanner"));
    connect(m_overwriteBanner, &Banner::actionChosen, this, &MainWindow::overwriteAction);
    m_alertBanner->setObjectName(QStringLiteral("alertBanner"));
    connect(m_alertBanner, &Banner::actionChosen, this, &MainWindow::alertAction);
    auto *centre = new QWidget(this);
    auto *centreLayout = new QVBoxLayout(centre);
    centreLayout->setContentsMargins(0, 0, 0, 0);
    centreLayout->setSpacing(0);
    buildDataBanner();
    buildCompactionBanner();
    buildAccessBanner();
    for (Banner *banner : {m_dataBanner, m_accessBanner, m_schemaBanner, m_draftBanner, m_overwriteBanner,
                           m_compactionBanner, m_alertBanner})
        centreLayout->addWidget(banner);
    centreLayout->addWidget(m_pages, 1);
    setCentralWidget(centre);

    buildDocks();
    buildStatusBar();
    buildMenus();
    resize(1400, 860);
    restoreWindow(this);
    m_travelBand->follow(nullptr);
    m_band->follow(nullptr); // whatever was saved: hidden while there is no connection
    m_inspector->setBytesBelow(areBytesBelowRemembered());

    m_settleTimer.setInterval(SettleInterval);
    connect(&m_settleTimer, &QTimer::timeout, this, &MainWindow::checkSettled);
    updateActions();
    updatePage();
    updateTitle();
}

MainWindow::~MainWindow()
{
    closeConnection();
}

QTabWidget *MainWindow::newTabs()
{
    auto *tabs = new QTabWidget(this);
    tabs->setTabsClosable(true);
    tabs->setMovable(true);
    tabs->setDocumentMode(true);
    connect(tabs, &QTabWidget::tabCloseRequested, this, &MainWindow::closeTab);
    connect(tabs, &QTabWidget::currentChanged, this, [this, tabs] {
        if (tabs != m_tabs)
            return;
        inspectCurrent();
        updateActions();
        updateStatus();
        updateTitle();
    });
    m_pages->addWidget(tabs);
    return tabs;
}

void MainWindow::buildDocks()
{
    const auto dock = [this](const QString &title, const char *name, QWidget *content,
                             Qt::DockWidgetArea area) {
        auto *result = new QDockWidget(title, this);
        result->setObjectName(QLatin1String(name));
        result->setWidget(content);
        addDockWidget(area, result);
        return result;
    };
    m_navigator = new Navigator(this);
    m_navigatorDock = dock(tr("Slots & keys"), "navigatorDock", m_navigator, Qt::LeftDockWidgetArea);
    m_navigatorDock->toggleViewAction()->setText(tr("Slots && keys")); // else a mnemonic
    m_inspector = new Inspector(this);
    m_inspectorDock = dock(tr("Inspector"), "inspectorDock", m_inspector, Qt::RightDockWidgetArea);
    m_pending = new PendingPanel(this);
    m_pendingDock = dock(tr("Review changes"), "pendingDock", m_pending, Qt::BottomDockWidgetArea);
    m_problems = new ProblemsPanel(this);
    m_problemsDock = dock(tr("Problems"), "problemsDock", m_problems, Qt::BottomDockWidgetArea);
    m_referrers = new ReferrersPanel(this);
    m_referrersDock = dock(tr("References"), "referrersDock", m_referrers, Qt::BottomDockWidgetArea);
    m_history = new HistoryPanel(this);
    m_historyDock = dock(tr("Commit history"), "historyDock", m_history, Qt::BottomDockWidgetArea);
    tabifyDockWidget(m_pendingDock, m_problemsDock);
    tabifyDockWidget(m_problemsDock, m_referrersDock);
    tabifyDockWidget(m_referrersDock, m_historyDock);
    buildVersionsDock();
    for (QDockWidget *hidden : {m_pendingDock, m_problemsDock, m_referrersDock, m_historyDock})
        hidden->hide();
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    resizeDocks({m_navigatorDock, m_inspectorDock}, {240, 340}, Qt::Horizontal);
    resizeDocks({m_pendingDock}, {170}, Qt::Vertical);

    connect(m_navigator, &Navigator::openRequested, this, &MainWindow::openTarget);
    connect(m_navigator, &Navigator::decodeRequested, this, &MainWindow::decodeAs);
    connect(m_navigator, &Navigator::entryRequested, this, &MainWindow::editEntry);
    connect(m_problems, &ProblemsPanel::entryRequested, this, &MainWindow::editEntry);
    connect(m_inspector, &Inspector::valueEdited, this, &MainWindow::stageFromInspector);
    connect(m_inspector, &Inspector::editingFinished, this, &MainWindow::inspectCurrent,
            Qt::QueuedConnection);
    connect(m_inspector, &Inspector::leniencyWanted, this, &MainWindow::allowLossyEdits);
    connect(m_inspector, &Inspector::keyWanted, this, &MainWindow::goTo);
    connect(m_inspector->tree(), &InspectorTree::menuFilled, this, &MainWindow::addNodeActions);
    connect(m_inspector, &Inspector::busyChanged, &m_settleTimer, qOverload<>(&QTimer::start));
    connect(m_pending, &PendingPanel::showRequested, this, &MainWindow::goTo);
    connect(m_problems, &ProblemsPanel::showRequested, this, &MainWindow::goTo);
    connect(m_problems, &ProblemsPanel::reviewRequested, this, [this] {
        m_pendingDock->show();
        m_pendingDock->raise();
    });
    connect(m_referrers, &ReferrersPanel::showRequested, this, &MainWindow::goTo);
    connect(m_pending, &PendingPanel::commitRequested, this, &MainWindow::commit);
    connect(m_pending, &PendingPanel::maintenanceRequested, this, [this](core::Slot index, bool maintained) {
        if (m_connection)
            m_connection->upkeep()->setMaintained(index, maintained);
    });
    connect(m_history, &HistoryPanel::showRequested, this, &MainWindow::goTo);
    connect(m_history, &HistoryPanel::undoRequested, this, &MainWindow::undoCommit);
    connect(m_history, &HistoryPanel::restageRequested, this, &MainWindow::restage);
    connect(m_history, &HistoryPanel::exportRequested, this, &MainWindow::exportHistory);
    connect(m_pending, &PendingPanel::mergeRequested, this, &MainWindow::mergeConflict);
    connect(m_pending, &PendingPanel::guardsRequested, this, &MainWindow::settleGuards);
    connect(m_inspector, &Inspector::mergeRequested, this, &MainWindow::mergeConflict);
    buildEventLog();
    buildFindDock();
}

void MainWindow::buildStatusBar()
{
    m_rowsLabel = new QLabel(this);
    m_sizeLabel = new QLabel(this);
    m_liveLabel = new QLabel(this);
    m_rowsLabel->setAccessibleName(tr("Rows"));
    m_liveLabel->setAccessibleName(tr("State of the table"));
    statusBar()->addPermanentWidget(m_rowsLabel);
    statusBar()->addPermanentWidget(m_liveLabel);
    statusBar()->addPermanentWidget(m_sizeLabel);
}

RecordTab *MainWindow::currentTab() const
{
    return qobject_cast<RecordTab *>(m_tabs->currentWidget());
}

void MainWindow::closeConnection()
{
    // The parts that follow the connection let go of it before it goes.
    m_settleTimer.stop();
    if (m_past)
        leavePast();
    saveTimes();
    delete m_compactDialog;
    delete m_signInDialog;
    delete m_membersDialog;
    m_accessBanner->clearMessage();
    closeSchemaDialogs();
    m_inspector->clear();
    m_inspector->forgetWrongTexts();
    while (m_tabs->count() > 0)
        delete m_tabs->widget(0);
    m_navigator->follow(nullptr, nullptr);
    m_pending->setSession(nullptr, {});
    m_problems->follow(nullptr);
    m_referrers->follow(nullptr);
    m_find->follow(nullptr);
    m_history->follow(nullptr);
    m_versions->follow(nullptr);
    m_events->follow(nullptr);
    m_alerts.reset();
    m_lastAlert.reset();
    m_alertBanner->clearMessage();
    m_overwritten.clear();
    m_draftNews.clear();
    m_draftProblemDismissed = m_offeringDraft = m_lookedForDrafts = m_keptAsDraft = false;
    m_back.clear();
    m_forward.clear();
    m_bar->follow(nullptr);
    m_band->follow(nullptr);
    m_plainKeys.reset();
    m_connection.reset();
    m_inConflict = false;
    tellOfDrafts();
    tellOverwritten();
    updatePage();
    updateActions();
    updateStatus();
    updateTitle();
}

void MainWindow::setConnection(const core::Profile &profile, bool remember)
{
    saveSession();
    closeConnection();
    m_remember = remember;
    m_tabsRestored = m_wasOnline = false;
    m_profile = profile;
    m_connection = std::make_unique<core::Connection>(profile.options);
    core::Connection *connection = m_connection.get();
    m_bar->setLook(profile.id.isEmpty() ? QString() : profile.title(), QColor(profile.colour));
    m_bar->follow(connection);
    followSafety({.name = profile.name, .safety = profile.safety});
    showConnection();
    followReview();
    m_versions->follow(connection);
    m_events->follow(connection); // also while the past is shown
    followData();
    followCompactions();
    followAccess();
    followAlerts();

    connect(connection, &core::Connection::stateChanged, this, &MainWindow::connectionStateChanged);
    connect(connection, &core::Connection::revisionChanged, this, &MainWindow::updateStatus);
    connect(connection, &core::Connection::silenceChanged, this, &MainWindow::updateStatus);
    connect(connection->directory(), &core::SlotDirectory::loaded, this, &MainWindow::directoryLoaded);
    core::EditSession *edits = connection->edits();
    connect(edits, &core::EditSession::changed, this, [this] {
        noticeConflicts();
        inspectCurrent();
        m_keptAsDraft = false;
        updateActions();
        updateTitle();
    });
    followCommitting(edits, this, [this] { updateActions(); });
    connect(edits, &core::EditSession::committed, this, &MainWindow::commitFinished);
    followConflicts();
    followSchema();
    followEdits();
    followTimes();
    m_settleTimer.start();
    connection->open();
    updateActions();
    updatePage();
    updateTitle();
}

void MainWindow::connectionStateChanged()
{
    const bool isOnline = m_connection->state() == core::Connection::State::Online;
    // Once it has been online, a dialog is open for something else: for another etcd, or to say why the demo
    // has ended. So it is when somebody is about to describe another one in it.
    if (m_connectDialog && !m_wasOnline && (m_connectDialog->isHidden() || !m_connectDialog->isEdited())) {
        if (isOnline)
            dropConnectDialog();
        else if (!m_connectDialog->isEdited() && !m_connection->error().detail.isEmpty())
            m_connectDialog->showFailure(
                describe(m_connection->error(), m_connection->options().endpoint().toString()));
    }
    m_wasOnline = m_wasOnline || isOnline;
    if (isOnline && m_remember)
        noteConnected();
    m_settleTimer.start();
    updatePage();
    updateStatus();
}

void MainWindow::directoryLoaded()
{
    // The first time only: slots that are read again must not open what the user has closed.
    if (!std::exchange(m_tabsRestored, true) || !m_wantedTable.isEmpty())
        openRemembered();
    m_pending->refresh();
    m_history->refresh();
    m_versions->refresh();
    updatePage();
}

void MainWindow::openRemembered()
{
    const core::SlotDirectory *directory = m_connection->directory();
    if (!m_wantedTable.isEmpty()) {
        openTable(QString(m_wantedTable)); // a copy: openTable() changes the member
        return;
    }
    for (const OpenTab &tab : rememberedTabs(m_connection->endpoint())) {
        if (!tab.slot || directory->find(*tab.slot))
            openRange(tab.range, tab.slot, tab.title)
                ->filterBar()
                ->setFilter(core::TableFilter::fromVariant(tab.filter));
    }
    if (m_tabs->count() > 0)
        return;
    // A newcomer sees records at once.
    for (const core::SlotKind kind : {core::SlotKind::Table, core::SlotKind::Untyped}) {
        for (const core::Slot slot : directory->slotNumbers()) {
            const core::SlotInfo *info = directory->find(slot);
            if (info->kind == kind && info->records > 0) {
                openRange(core::KeyRange::slot(slot), slot, info->title());
                return;
            }
        }
    }
}

void MainWindow::openTable(const QString &nameOrSlot)
{
    m_wantedTable = nameOrSlot;
    if (!m_connection || !m_connection->directory()->isLoaded())
        return; // directoryLoaded() comes back here
    m_wantedTable.clear();
    const core::SlotDirectory *directory = m_connection->directory();
    const std::optional<core::Slot> slot = directory->resolve(nameOrSlot);
    const core::SlotInfo *info = slot ? directory->find(*slot) : nullptr;
    if (info)
        openRange(core::KeyRange::slot(*slot), slot, info->title());
    else
        statusBar()->showMessage(tr("There is no table “%1” here.").arg(nameOrSlot), MessageMilliseconds);
}

void MainWindow::openTarget(const OpenTarget &target)
{
    openRange(target.range, target.slot, target.title);
}

RecordTab *MainWindow::openRange(const core::KeyRange &range, std::optional<core::Slot> slot,
                                 const QString &title)
{
    for (int i = 0; i < m_tabs->count(); ++i) {
        auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(i));
        if (tab && tab->range() == range) {
            m_tabs->setCurrentIndex(i);
            tab->setFocus();
            return tab;
        }
    }
    auto *tab = new RecordTab(m_connection.get(), range, slot, title, m_tabs);
    tab->setPrompts(m_prompts.get());
    connect(tab, &RecordTab::currentRecordChanged, this, [this, tab] {
        if (tab == currentTab())
            inspectCurrent();
    });
    connect(tab, &RecordTab::statusChanged, this, &MainWindow::updateStatus);
    followNews(tab);
    followPart(tab);
    connect(tab, &RecordTab::messageRaised, this,
            [this](const QString &text) { statusBar()->showMessage(text, MessageMilliseconds); });
    connect(tab, &RecordTab::followRequested, this, &MainWindow::followLink);
    connect(tab, &RecordTab::typeRequested, this, [this, tab] { decodeAs(tab->slot()); });
    connect(tab, &RecordTab::referrersRequested, this, &MainWindow::findReferrers);
    connect(tab, &RecordTab::detailRequested, this, [this] {
        m_inspectorDock->show();
        m_inspectorDock->raise();
        m_inspector->tabs()->currentWidget()->setFocus();
    });
    // In the name of a key an ampersand is no mnemonic.
    m_tabs->setCurrentIndex(
        m_tabs->addTab(tab, QString(title).replace(QLatin1Char('&'), QLatin1String("&&"))));
    tab->setFocus();
    updatePage();
    updateActions();
    m_settleTimer.start();
    return tab;
}

void MainWindow::closeTab(int index)
{
    // Staged edits belong to the session, not to the tab: they stay.
    if (auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(index))) {
        tab->saveLayout();
        m_tabs->removeTab(index);
        tab->deleteLater();
    }
    updatePage();
    updateActions();
}

void MainWindow::inspectCurrent()
{
    RecordTab *tab = currentTab();
    const int row = tab ? tab->view()->currentIndex().row() : -1;
    if (row < 0) {
        m_inspectedKey.clear();
        m_inspector->clear();
        return;
    }
    const ShownRow shown = tab->model()->shownRow(row);
    if (shown.state == RowState::Gone)
        return; // soon another is current; until then this one can still be read
    m_versions->setSelected(shown.key);
    // What is being typed was begun on the state that is shown: news waits until it is staged on that.
    if (shown.key == m_inspectedKey && m_inspector->isEditing())
        return;
    InspectedRecord record;
    record.table = tab->title();
    record.codec = tab->model()->codec();
    record.record = shown.stored.value_or(core::KeyValue {.key = shown.key});
    if (shown.current.exists) {
        // Just committed, it is newer than the table's row.
        record.record.value = shown.current.value;
        record.record.modRevision = shown.current.modRevision;
    }
    if (shown.change)
        record.change = *shown.change;
    if (shown.state == RowState::Deleted)
        record.readOnlyReason = tr("The record is marked for deletion.");
    m_inspectedKey = shown.key;
    if (record.readOnlyReason.isEmpty())
        record.readOnlyReason = stagingRefusal(m_connection->safety()->refusesStaging());
    record.madeOn = shown.current;
    m_settleTimer.start();
    m_inspector->setRecord(record);
}

void MainWindow::showKey(const QByteArray &key)
{
    if (!m_connection)
        return;
    const std::optional<core::Slot> slot = core::SlotDirectory::slotOf(key);
    const core::SlotInfo *info = slot ? m_connection->directory()->find(*slot) : nullptr;
    RecordTab *tab = nullptr;
    for (int i = 0; i < m_tabs->count() && !tab; ++i) {
        auto *open = qobject_cast<RecordTab *>(m_tabs->widget(i));
        if (open && open->range().contains(key)) {
            tab = open;
            m_tabs->setCurrentIndex(i);
        }
    }
    if (!tab)
        tab = info ? openRange(core::KeyRange::slot(*slot), slot, info->title())
                   : openRange(core::KeyRange::single(key), std::nullopt, QString::fromUtf8(key));
    tab->showRecord(key);
    tab->setFocus();
}

void MainWindow::updateStatus()
{
    RecordTab *tab = currentTab();
    m_rowsLabel->setText(tab ? tab->statusText() : QString());
    m_sizeLabel->setText(tab ? locale().formattedDataSize(tab->table()->rows().payloadBytes()) : QString());
    if (m_past) {
        m_travelBand->setLoading(!isPastShown());
        m_liveLabel->setText(tab && !isPastShown() ? tr("loading") : tr("as of %1").arg(m_past->at().value));
        return;
    }
    if (!m_connection || !tab) {
        m_liveLabel->setText(m_connection ? connectionStateText(*m_connection) : QString());
        return;
    }
    if (const QString paused = tab->live()->pauseText(); !paused.isEmpty()) {
        m_liveLabel->setText(paused);
        return;
    }
    switch (tab->table()->state()) {
    case core::LiveTable::State::Loading:
        m_liveLabel->setText(tr("loading"));
        break;
    case core::LiveTable::State::Live:
        m_liveLabel->setText(
            (m_connection->silentSince().isValid() ? tr("no answer: as of %1") : tr("live at %1"))
                .arg(tab->table()->revision().value));
        break;
    case core::LiveTable::State::Reconnecting:
        m_liveLabel->setText(tr("not live: as of %1").arg(tab->table()->revision().value));
        break;
    case core::LiveTable::State::Failed:
        m_liveLabel->setText(tr("could not be loaded"));
        break;
    }
}

void MainWindow::updateTitle()
{
    QStringList parts;
    if (const RecordTab *tab = currentTab())
        parts.append(tab->title());
    if (m_connection)
        parts.append(connectionTitle());
    parts.append(QStringLiteral("Slotscope"));
    setWindowTitle(QStringLiteral("[*]") + parts.join(QStringLiteral(" — ")));
    setWindowModified(m_connection && !present()->edits()->isEmpty());
}

void MainWindow::updatePage()
{
    if (m_tabs->count() > 0)
        m_pages->setCurrentWidget(m_tabs);
    else
        m_pages->setCurrentIndex(0);
    bool retry = false;
    QString text = tr("Connect to an etcd to see what it holds.");
    if (m_connection && m_connection->directory()->isLoaded()) {
        text = m_connection->directory()->slotNumbers().size() <= 1 && m_plainKeys->keys().empty()
            ? tr("This etcd is empty.")
            : tr("Choose a table or a key at the left.");
    } else if (m_connection && !m_connection->error().detail.isEmpty()) {
        const ErrorText error = describe(m_connection->error(), endpointsText(m_connection->options()));
        text = error.sentence();
        if (!m_connection->isSignInRefused())
            text += QStringLiteral("\n\n") + tr("It is tried again by itself.");
        retry = true;
    } else if (m_connection) {
        text = m_past ? tr("Reading revision %1 …").arg(m_past->at().value)
                      : tr("Connecting to %1 …").arg(endpointsText(m_connection->options()));
    }
    m_pageText->setText(text);
    m_pageRetry->setVisible(retry);
    findChild<QPushButton *>(QStringLiteral("pageTest"))->setVisible(retry);
}

bool MainWindow::isSettled() const
{
    RecordTab *tab = currentTab();
    if (!tab || !m_connection->directory()->isSampled()
        || tab->table()->state() != core::LiveTable::State::Live || tab->model()->isOrdering()
        || m_plainKeys->isLoading() || m_inspector->isBusy() || (m_past && !isPastShown()))
        return false;
    const int first = tab->view()->rowAt(0);
    const int last = tab->view()->rowAt(tab->view()->viewport()->height() - 1);
    for (int row = first; row >= 0 && row <= (last < 0 ? tab->model()->rowCount() - 1 : last); ++row) {
        if (!tab->model()->shownRow(row).decoded)
            return false;
    }
    return true;
}

void MainWindow::checkSettled()
{
    // While the etcd is away nothing settles; the next state of the connection starts it again.
    if (!m_connection || m_connection->state() != core::Connection::State::Online) {
        m_settleTimer.stop();
        return;
    }
    if (!isSettled())
        return;
    m_settleTimer.stop();
    Q_EMIT settled();
}

void MainWindow::saveSession() const
{
    if (!m_connection || m_past)
        return;
    std::vector<OpenTab> tabs;
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (const auto *tab = qobject_cast<RecordTab *>(m_tabs->widget(i))) {
            tab->saveLayout();
            tabs.push_back({tab->range(), tab->slot(), tab->title(), tab->filterBar()->filter().toVariant()});
        }
    }
    if (m_remember)
        rememberTabs(m_connection->endpoint(), tabs);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_past)
        returnToPresent();
    if (!m_closing && currentTab() && !currentTab()->view()->finishEditing()) {
        event->ignore();
        return;
    }
    if (!m_closing && m_connection && !m_connection->edits()->isEmpty()) {
        event->ignore();
        unlessStaged(tr("closing the window"), [this] {
            m_closing = true;
            close();
        });
        return;
    }
    saveSession();
    saveWindow(*this);
    rememberBytesBelow(m_inspector->areBytesBelow());
    event->accept();
}

} // namespace slotscope::ui
