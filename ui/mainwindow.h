// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/live/alerts.h"
#include "core/profile/profile.h"
#include "core/table/plainkeys.h"
#include "ui/panels/connectionbar.h"
#include "ui/prompts.h"

#include <QMainWindow>
#include <QPointer>

#include <memory>

class QDialog;
class QSystemTrayIcon;
class QLabel;
class QMenu;
class QPushButton;
class QStackedWidget;
class QTabWidget;
class QUndoGroup;

namespace slotscope::core {
class PastConnection;
class ProfileStore;
class RevisionBounds;
class Secrets;
struct FilledProfile;
} // namespace slotscope::core

namespace slotscope::ui {

class Banner;
class ConnectDialog;
class EventLogPanel;
class FindPanel;
class HistoryPanel;
class Inspector;
class Navigator;
class PendingPanel;
class ProblemsPanel;
class ReferrersPanel;
class RecordTab;
class SafetyBand;
class TravelBand;
class VersionsPanel;
struct ConnectionProfile;
struct OpenTarget;

/// `1 change`, `2 changes`.
QString changesText(int count);

/// The window on one etcd: navigator, tabs of records, inspector, pending changes. Owns its connection.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// `prompts` asks the user; dialogs of its own when none are given.
    explicit MainWindow(std::unique_ptr<Prompts> prompts = nullptr, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Connects; with staged edits only after the user agreed to lose them. `remember`: offer it again at the
    /// next start.
    void openConnection(const core::Endpoint &endpoint, bool remember = true);
    /// The same as a profile says, with what the keychain has of it; what it lacks is asked for in the
    /// connect dialog.
    void openProfile(const core::Profile &profile);
    /// What was open last; the connect dialog when that was nothing.
    void openLast();
    /// Where profiles and their secrets are kept: for this window, before it opens anything. Else the
    /// profiles beside the settings, and the secrets only in memory.
    void setKeeping(std::shared_ptr<core::ProfileStore> store, std::shared_ptr<core::Secrets> secrets);
    /// The connect dialog.
    void openStartDialog();
    /// What was open last, if anything was.
    static std::optional<core::Endpoint> rememberedEndpoint();
    /// Why the demo could not be started, in the connect dialog.
    void showStartError(const QString &reason);

    /// Opens a table by name or slot number as soon as the slots are known.
    void openTable(const QString &nameOrSlot);
    /// Shows everything as it was at that revision; nothing can be edited until returnToPresent().
    void travelTo(core::Revision revision);
    /// Null pointer while the present is shown.
    core::PastConnection *past() const { return m_past; }
    void returnToPresent();
    /// Of what is shown.
    core::Connection *connection() const { return m_connection.get(); }
    RecordTab *currentTab() const;
    Navigator *navigator() const { return m_navigator; }
    Inspector *inspector() const { return m_inspector; }
    /// Everything that was asked for is loaded, decoded and painted.
    bool isSettled() const;

Q_SIGNALS:
    /// The user wants the demo; whoever runs it then calls openConnection().
    void demoRequested();
    /// The user wants another window, with the connect dialog.
    void newWindowRequested();
    /// … or with this connection.
    void connectionRequested(const slotscope::core::Profile &profile);
    /// isSettled() became true.
    void settled();

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    static constexpr int MessageMilliseconds = 8000; // of a message in the status bar

    QTabWidget *newTabs();
    void buildDocks();
    void buildMenus();
    void buildEventLog();
    void followAlerts();
    void tellAlert(const core::Alert &alert);
    void alertAction(int index);
    void editAlerts();
    void setAlertRules(const std::vector<core::AlertRule> &rules);
    QAction *addDockAction(QMenu *menu, QDockWidget *dock, const QKeySequence &keys);
    /// What the table can do with several cells or records at once.
    void addBulkActions(QMenu *edit);
    /// How tables follow the server.
    void addLiveActions(QMenu *view);
    void followNews(RecordTab *tab);
    void followPart(RecordTab *tab);
    void addTableLimits(QMenu *view);
    /// A dock that looks through the whole etcd.
    void buildFindDock();
    void findEverywhere();
    // mainwindow_filter.cpp
    void addFilterActions(QMenu *view);
    /// A field of the current record, into the filter of its table.
    void addFieldToFilter(const core::ValuePath &path, const core::Value &value, bool exclude);
    void buildStatusBar();
    void setConnection(const core::Profile &profile, bool remember);
    // mainwindow_connect.cpp
    void buildWindowActions(QMenu *menu);
    core::ProfileStore *profiles();
    core::Secrets *secrets();
    void connectAsked(const core::Profile &profile);
    void connectFilled(const core::FilledProfile &filled);
    void noteConnected();
    void dropConnectDialog();
    void trustCertificate(const QByteArray &sha256);
    void closeConnection();
    void buildSafetyBand();
    void buildSafetyMenu(QMenu *menu);
    // mainwindow_travel.cpp
    void buildTravelBand();
    void buildTravelMenu(QMenu *menu);
    /// Where things can be staged, whatever is shown.
    core::Connection *present() const;
    void travel(core::Revision revision);
    void enterPast(core::Revision revision);
    void leavePast();
    void pastLoaded();
    void findBounds();
    void takeBounds();
    bool isPastShown() const;
    void updateTravelNote();
    /// When revisions came about is remembered from one session to the next.
    void followTimes();
    void saveTimes();
    /// The table in front with its past, with another etcd or with a file.
    void compareTable();
    /// Navigator and panels are on m_connection from now on.
    void showConnection();
    /// Commits; above SafetyLevel::Open after the user has seen and confirmed what is written.
    void confirmCommit();
    void askForUnlock();
    void followSafety(const ConnectionProfile &profile);
    /// Name and, above Open, safety level of the connection.
    QString connectionTitle() const;
    /// Runs `go` at once, or after the user agreed to lose what is staged.
    void unlessStaged(const QString &what, std::function<void()> go);
    /// Drafts, the history of commits, and what happens after them, of the connection.
    void followEdits();
    void lookForDrafts();
    void offerDraft();
    void takeDraft(const QString &file, int answer);
    void tellOfDrafts();
    void tellOverwritten();
    void overwriteAction(int index);
    void undoCommit(const QString &receipt);
    bool stageFromHistory(const std::vector<core::Change> &changes, const QString &name);
    /// Stages again what a commit wrote, upon what others made of it.
    void restage(const QString &receipt, const std::vector<QByteArray> &keys);
    void exportHistory(const QByteArray &lines);
    void review();
    // mainwindow_otherdata.cpp
    void buildDataBanner();
    void followData();
    void tellOtherData();
    /// What is staged was made for other data, and nobody has agreed to it yet: asks, then goes on.
    bool asksForOtherData();
    // mainwindow_compaction.cpp
    void buildCompactionBanner();
    void followCompactions();
    void tellCompacted(core::Revision revision);
    void openCompactDialog();
    /// Of what was seen in the dialog; at the level Guarded the name is typed for it.
    void confirmCompaction(const core::CompactionRequest &request, const QString &loss);
    void compact(const core::CompactionRequest &request, const QString &typedName);
    // mainwindow_cluster.cpp
    void buildAccessBanner();
    void buildClusterMenu(QMenu *menu);
    void followAccess();
    void tellSignIn(const core::Error &error);
    void tellRights();
    void openSignInDialog();
    void openMembersDialog();
    void buildVersionsDock();
    /// Stages that a record is to be as it was at a revision; no value: not to be there.
    void restoreVersion(const QByteArray &key, const core::KeyState &now,
                        const std::optional<QByteArray> &value, core::Revision revision);

    void connectionStateChanged();
    void directoryLoaded();
    void openTarget(const OpenTarget &target);
    RecordTab *openRange(const core::KeyRange &range, std::optional<core::Slot> slot, const QString &title);
    void openRemembered();
    void closeTab(int index);
    void inspectCurrent();
    void showKey(const QByteArray &key);
    /// Of the current record; empty when there is none.
    QByteArray currentKey() const;
    /// Shows a record, so that Back leads to where the user was.
    void goTo(const QByteArray &key);
    void goBack();
    void goForward();
    /// As goTo(), if the record exists.
    void followLink(const QByteArray &key);
    void findReferrers();
    /// What the table can do with a node of the inspector.
    void addNodeActions(QMenu *menu);
    /// Goes to the record that a node of the current one is the key of.
    void followNode(const core::ValuePath &path, const core::Value &node);
    void stageFromInspector(const QByteArray &key, const QByteArray &value, const core::KeyState &madeOn);
    void allowLossyEdits(bool dropUnknownFields, bool anyIdentifier);
    /// Shows the pending changes without being asked: they go again after the commit.
    void offerPending();
    /// Brings up what is to be settled before a commit.
    void noticeConflicts();
    /// Shows what of the indexes holds up the commit; false if nothing does.
    bool noticeProblems();
    void followConflicts();
    void tellMerged(const std::vector<QByteArray> &keys, core::Revision revision);
    /// Settles the conflict of a key; null: of the current record, else the first one.
    void mergeConflict(QByteArray key = {});
    /// Asks of one record after the other that the commit depends on and that has changed.
    void settleGuards();
    /// Has the doctor look at everything, or at the indexes of one slot.
    void checkProblems(std::optional<core::Slot> slot = {});
    void followSchema();
    /// The slot editor.
    void decodeAs(std::optional<core::Slot> slot);
    void importSchema();
    void exportSchema();
    void openSchemaFile();
    void keepSchemaInNewFile();
    /// Empty: the one beside the settings.
    void useSchemaFile(const QString &file);
    void writeSchemaTo(const QString &file, std::function<void()> written);
    void editFlatFolders();
    /// A catalogue entry; without a slot a new one.
    void editEntry(std::optional<core::Slot> slot);
    template <typename Dialog>
    Dialog *openDialog(Dialog *dialog);
    void closeSchemaDialogs();
    void addUndoActions(QMenu *edit);
    /// Undo, limits and scripts are those of the connection from now on.
    void followReview();
    void showUndoHistory();
    void editLimits();
    /// Says so where what is staged fits into no transaction, or nothing is to go into the next one.
    bool isTooMuchAtOnce();
    void commit();
    void commitStaged();
    void commitFinished(const core::CommitReport &report);
    void updateActions();
    void updateStatus();
    void updateTitle();
    void updatePage();
    void checkSettled();
    void saveSession() const;

    std::unique_ptr<Prompts> m_prompts;
    std::unique_ptr<core::Connection> m_connection;
    std::unique_ptr<core::PlainKeys> m_plainKeys;
    // While the past is shown: the present, and what it was shown in.
    std::unique_ptr<core::Connection> m_present;
    std::unique_ptr<core::PlainKeys> m_presentKeys;
    QTabWidget *m_presentTabs = nullptr;
    core::PastConnection *m_past = nullptr; // m_connection
    std::unique_ptr<core::RevisionBounds> m_bounds;
    QTimer m_boundsTimer;
    QString m_timesFile; // of the connection, once its cluster is known
    QTimer m_timesTimer;
    bool m_remember = true;
    bool m_closing = false;
    QString m_wantedTable;

    QStackedWidget *m_pages;
    QTabWidget *m_tabs;
    QLabel *m_pageText;
    QPushButton *m_pageRetry;
    ConnectionBar *m_bar;
    SafetyBand *m_band = nullptr;
    TravelBand *m_travelBand = nullptr;
    Navigator *m_navigator = nullptr;
    Inspector *m_inspector = nullptr;
    PendingPanel *m_pending = nullptr;
    ProblemsPanel *m_problems = nullptr;
    ReferrersPanel *m_referrers = nullptr;
    HistoryPanel *m_history = nullptr;
    VersionsPanel *m_versions = nullptr;
    EventLogPanel *m_events = nullptr;
    FindPanel *m_find = nullptr;
    std::unique_ptr<core::Alerts> m_alerts;
    std::optional<core::Alert> m_lastAlert; // told in the banner
    QStringList m_failedAlertLogs; // told once each
    QSystemTrayIcon *m_tray = nullptr; // while there are rules that want it
    QDockWidget *m_inspectorDock = nullptr;
    QDockWidget *m_pendingDock = nullptr;
    QDockWidget *m_problemsDock = nullptr;
    QDockWidget *m_referrersDock = nullptr;
    QDockWidget *m_historyDock = nullptr;
    QDockWidget *m_versionsDock = nullptr;
    QDockWidget *m_eventsDock = nullptr;
    QDockWidget *m_findDock = nullptr;
    QDockWidget *m_navigatorDock = nullptr;
    QPointer<ConnectDialog> m_connectDialog;
    Banner *m_schemaBanner;
    Banner *m_draftBanner;
    Banner *m_overwriteBanner;
    Banner *m_dataBanner = nullptr;
    bool m_stagedForOtherData = false;
    Banner *m_compactionBanner = nullptr;
    bool m_compactionTold = false; // of this connection
    QPointer<QDialog> m_compactDialog;
    Banner *m_accessBanner = nullptr;
    bool m_signInWanted = false; // told in the banner
    core::AccessRights m_toldRights;
    QString m_lastUser;
    QPointer<QDialog> m_signInDialog;
    QPointer<QDialog> m_membersDialog;
    Banner *m_alertBanner;
    QStringList m_draftNews; // told until they are dismissed
    bool m_draftProblemDismissed = false;
    bool m_offeringDraft = false;
    bool m_lookedForDrafts = false; // because the user asked
    bool m_keptAsDraft = false; // the user has agreed to leave what is staged
    struct Overwritten
    {
        QString receipt;
        QByteArray key;
        core::KeyState now;
    };
    std::vector<Overwritten> m_overwritten; // told in the banner
    std::vector<QPointer<QDialog>> m_schemaDialogs;
    QLabel *m_rowsLabel = nullptr;
    QLabel *m_sizeLabel = nullptr;
    QLabel *m_liveLabel = nullptr;
    QTimer m_settleTimer;
    std::vector<QByteArray> m_back; // keys of records, the latest last
    std::vector<QByteArray> m_forward;
    QByteArray m_inspectedKey;
    bool m_tabsRestored = false; // for this connection
    bool m_inConflict = false;
    bool m_pendingOpenedItself = false; // not by the user, who would want it to stay
    bool m_pendingWasOffered = false; // the dock opens by itself once per batch of changes

    QAction *m_commit = nullptr;
    QUndoGroup *m_undoGroup = nullptr;
    QAction *m_discard = nullptr;
    QAction *m_lockAction = nullptr;
    QAction *m_backAction = nullptr;
    QAction *m_forwardAction = nullptr;
    std::vector<QAction *> m_tabActions; // need an open tab
    std::vector<QAction *> m_connectionActions; // need a connection
    std::vector<QAction *> m_pastActions; // need the past
    std::shared_ptr<core::ProfileStore> m_profiles;
    std::shared_ptr<core::Secrets> m_secrets;
    core::Profile m_profile; // of the connection
    int m_connectAttempt = 0; // what is found out for an earlier one is not wanted any more
    bool m_wasOnline = false; // the connection, at some time
};

} // namespace slotscope::ui
