// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/safety.h"
#include "core/connection/schemakeeper.h"
#include "core/connection/serverpulse.h"
#include "core/doctor/relations.h"
#include "core/edit/indexupkeep.h"
#include "core/etcd/leasebook.h"
#include "core/etcd/watch.h"
#include "core/history/timebook.h"
#include "core/table/livetable.h"
#include "core/table/slotdirectory.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QObject>

#include <chrono>
#include <map>
#include <memory>

namespace slotscope::core {

class AfterCommit;
class CompactionMonitor;
class DraftKeeper;
class ReceiptBook;
class AutoMerger;
class EventLog;
class LiveRates;

/// One etcd, open: its client, the one watch over its key space, the directory of its slots, the tables that
/// are open, and the edit session. Goes on trying until closed: an etcd that is away at the start or later is
/// found again; but a user and password that were refused are not sent again and again.
class Connection : public QObject
{
    Q_OBJECT
public:
    enum class State {
        Connecting, ///< never been online yet; error() says why when an attempt has failed
        Online,
        Reconnecting, ///< was online; nothing loaded or staged is lost
        Closed,
    };
    Q_ENUM(State)

    explicit Connection(const Endpoint &endpoint, QObject *parent = nullptr);
    explicit Connection(const ConnectionOptions &options, QObject *parent = nullptr);
    /// By another way than the JSON gateway at the endpoint.
    Connection(const Endpoint &endpoint, std::unique_ptr<Transport> transport, QObject *parent = nullptr);
    ~Connection() override;

    /// How it goes on trying.
    struct Pace
    {
        std::chrono::milliseconds firstRetry {500};
        std::chrono::milliseconds longestRetry {10'000};
        /// Where events are lost again sooner than this after all was read anew, that is not read again at
        /// once.
        std::chrono::milliseconds lasting {30'000};
        /// How it notices, while online, that no answer comes.
        ServerPulse::Pace pulse {};
    };
    void setPace(const Pace &pace);
    void open();
    void close();
    /// Does not wait for the next attempt that is due; tries once more where none is.
    void retryNow();

    const Endpoint &endpoint() const { return m_endpoint; }
    /// As they were given, secrets included.
    const ConnectionOptions &options() const { return m_options; }
    State state() const { return m_state; }
    /// Why it is not online; detail empty when nothing is wrong.
    const Error &error() const { return m_error; }
    /// Since when it has been in its state; by the clock as it goes now, which may have been set meanwhile.
    QDateTime since() const;
    /// Since when no answer comes, though it is online; invalid while it answers, and when it is not online.
    QDateTime silentSince() const { return m_pulse->silentSince(); }
    /// The newest revision heard of.
    Revision revision() const;
    const StatusReply &serverStatus() const { return m_status; }
    /// The server has refused user and password, more than once: nothing is tried any more before signIn() or
    /// retryNow().
    bool isSignInRefused() const;
    /// Goes on as this user, by etcd's own authentication; an empty name: as nobody in particular.
    void signIn(const QString &user, const QString &password);

    /// Decides what may be written; open, unless it is told to be more careful.
    SafetyGate *safety() const { return m_safety; }
    Client *client() const { return m_client; }
    LeaseBook *leases() const { return m_leases; }
    /// When revisions came about, as far as it was seen.
    TimeBook &times() { return m_times; }
    const TimeBook &times() const { return m_times; }
    Watch *watch() const { return m_watch; }
    SlotDirectory *directory() const { return m_directory; }
    EditSession *edits() const { return m_edits; }
    /// What is known of the tables beside their records, kept in a file once it is told where.
    SchemaKeeper *schema() const { return m_schema; }
    /// Keeps it in this folder, in a file of the endpoint and the cluster that answers there, from the next
    /// time that it connects.
    void keepSchemaIn(const QString &folder) { m_schemaFolder = folder; }
    /// Keeps it in this file from now on, whatever the cluster, in the place of what is known. Empty: as
    /// keepSchemaIn() said.
    void keepSchemaAt(const QString &file);
    Relations *relations() const { return m_relations; }
    /// Lets indexes follow what is staged.
    IndexUpkeep *upkeep() const { return m_upkeep; }

    /// What is staged, on disk; what earlier sessions left is looked for when it connects.
    DraftKeeper *drafts() const { return m_drafts; }
    /// The history of commits.
    ReceiptBook *receipts() const { return m_receipts; }
    /// What others do to that soon after.
    AfterCommit *afterCommit() const { return m_afterCommit; }
    /// Notices what is compacted.
    CompactionMonitor *compactions() const { return m_compactions; }
    /// All events since it was opened, as far as there is room for them.
    EventLog *eventLog() const { return m_eventLog; }
    /// How much is written, by slot.
    LiveRates *rates() const { return m_rates; }
    /// Keeps drafts and history in these folders, in files of the endpoint and the cluster that answers
    /// there, from the next time that it connects. Else both are in memory only.
    void keepEditsIn(const QString &drafts, const QString &history);

    /// The table of a key range, made and loaded on first use; shared while anyone holds it.
    std::shared_ptr<LiveTable> table(const KeyRange &range);

Q_SIGNALS:
    void stateChanged();
    void revisionChanged();
    /// etcd has other data than before: it was set up anew or restored from a backup, or another one answers.
    void otherDataFound();
    /// It has begun or ceased to answer; see silentSince().
    void silenceChanged();

private:
    Connection(const ConnectionOptions &options, Client *client, QObject *parent);
    void attempt();
    void failed(const Error &error);
    void readAnew();
    void setState(State state);
    void reloadTables();
    void noteTime(Revision revision);
    void openSchema();
    void openEdits();
    void startEventLog();

    ConnectionOptions m_options;
    Endpoint m_endpoint;
    SafetyGate *m_safety;
    Client *m_client;
    LeaseBook *m_leases;
    TimeBook m_times;
    QDateTime m_watchedSince; // what came at once may be older
    Watch *m_watch;
    ServerPulse *m_pulse;
    SlotDirectory *m_directory;
    EditSession *m_edits;
    SchemaKeeper *m_schema;
    QString m_schemaFolder;
    QString m_schemaFile; // empty: one in the folder
    Relations *m_relations;
    IndexUpkeep *m_upkeep;
    ReceiptBook *m_receipts;
    DraftKeeper *m_drafts;
    AfterCommit *m_afterCommit;
    CompactionMonitor *m_compactions;
    QString m_draftFolder;
    QString m_historyFolder;
    AutoMerger *m_merger;
    EventLog *m_eventLog;
    LiveRates *m_rates;
    State m_state = State::Closed;
    Error m_error;
    std::chrono::milliseconds m_since {}; // the machine's start
    StatusReply m_status;
    QTimer m_retry;
    Pace m_pace;
    int m_attempts = 0;
    int m_refusals = 0; // of user and password, in a row
    int m_losses = 0; // of events, each soon after the one before
    QElapsedTimer m_watching; // since the watch was started
    std::map<std::pair<QByteArray, QByteArray>, std::weak_ptr<LiveTable>> m_tables;
};

} // namespace slotscope::core
