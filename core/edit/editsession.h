// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/commitplan.h"
#include "core/etcd/watch.h"

#include <QHash>
#include <QObject>
#include <QTimer>

#include <functional>
#include <map>
#include <vector>

namespace slotscope::core {

/// What became of a commit.
struct CommitReport
{
    enum class Outcome {
        Committed,
        Conflict, ///< nothing was written; the changes in question carry what is there now
        Refused, ///< nothing was written; error says why
        Unknown, ///< the answer was lost and could not be found out either; see error
    };
    Outcome outcome = Outcome::Refused;
    Revision revision; ///< Committed: of the transaction
    int changes = 0; ///< staged ones, without what is derived from them
    Error error;
    /// Committed: everything that was written, with what it was made on; leases as they were granted.
    std::vector<Change> written {};
    quint64 clusterId = 0; ///< 0: not known
    quint64 memberId = 0; ///< that answered; 0: not known
    bool late = false; ///< of a commit that had been reported as Unknown
};

/// Staged changes over any keys of one etcd, keyed by the etcd key's bytes and laid over the tables;
/// committed as one guarded Txn. Nothing reaches the server before commit(), and nothing staged is lost by a
/// failed one. Lives on one thread.
class EditSession : public QObject
{
    Q_OBJECT
public:
    explicit EditSession(Client *client, QObject *parent = nullptr);

    /// In the order of staging.
    const std::vector<Change> &changes() const { return m_changes; }
    /// Null pointer when nothing is staged for the key.
    const Change *find(const QByteArray &key) const;
    bool isEmpty() const { return m_changes.empty(); }
    /// Among what the next commit takes, guards included.
    bool hasConflicts() const;
    bool isCommitting() const { return m_committing; }
    /// While committing: nothing is sent, only what became of an earlier commit is found out.
    bool isResolving() const { return m_resolving; }
    /// What is staged changes because it was just found to be committed; committed() follows at once.
    bool isSettling() const { return m_settlingNow; }
    /// From now on asked before anything is staged. It outlives the session; null pointer: nobody is asked.
    void setGate(const WriteGate *gate) { m_gate = gate; }
    /// Why nothing can be staged; nothing: it can, unless a commit is on its way.
    std::optional<Error> refusesStaging() const;

    // Staging. `current` is the key as the table has it; the base of a key that is staged already stays what
    // it was. Staging what the base has removes the change. Each is one undo step, with a name for people.
    // Refused (false) while a commit is on its way, and by the gate; taking back, undoing and leaving out are
    // always possible.
    bool stageValue(const QByteArray &key, const KeyState &current, const QByteArray &value,
                    const QString &name = {});
    /// Also refused when an insert of this key is staged already.
    bool stageInsert(const QByteArray &key, const QByteArray &value, const QString &name = {});
    /// Several keys at once are one undo step.
    bool stageDelete(const std::vector<std::pair<QByteArray, KeyState>> &keys, const QString &name = {});
    /// What is to become of a key that is now as `current`; no value: it is to go.
    struct Intent
    {
        QByteArray key;
        KeyState current;
        std::optional<QByteArray> value;
    };
    /// Puts and deletions over several keys as one undo step.
    bool stageAll(const std::vector<Intent> &intents, const QString &name = {});
    /// Of keys that are not to be deleted; the value stays.
    bool stageLease(const std::vector<std::pair<QByteArray, KeyState>> &keys, const LeaseChoice &lease,
                    const QString &name = {});
    /// Gives a staged insert another key; refused when that key is staged already.
    bool rekeyInsert(const QByteArray &from, const QByteArray &to, const QString &name = {});
    /// Deletes the one key and inserts the other with this value and the same lease. Refused when `to` is
    /// staged already, unless for deletion. Whether the server has it, the commit finds out.
    /// `others`: what becomes of other keys in the same step.
    bool renameKey(const QByteArray &from, const KeyState &current, const QByteArray &to,
                   const QByteArray &value, const QString &name = {}, const std::vector<Intent> &others = {});
    bool revert(const std::vector<QByteArray> &keys, const QString &name = {});
    bool revertAll(const QString &name = {});
    /// Whether the next commit is to go without these changes.
    bool setLeftOut(const std::vector<QByteArray> &keys, bool leftOut, const QString &name = {});

    /// Keys that the commit depends on without writing them.
    const std::vector<Guard> &guards() const { return m_guards; }
    /// A known guard then depends on `current` instead of what it saw.
    bool addGuard(const QByteArray &key, const KeyState &current, const QString &name = {});
    bool removeGuard(const QByteArray &key, const QString &name = {});

    // Conflicts: the change is made on what is there now with its own content, or with any other (no value: a
    // deletion), or dropped.
    bool keepMine(const QByteArray &key, const QString &name = {});
    bool resolve(const QByteArray &key, const std::optional<QByteArray> &value, const QString &name = {});
    bool takeTheirs(const QByteArray &key, const QString &name = {});
    /// The content that brings a change and what others wrote together, or nothing where they clash. Asked on
    /// the session's thread, when a conflict would be noticed.
    using Merger = std::function<std::optional<QByteArray>(const Change &mine, const KeyState &theirs)>;
    void setMerger(Merger merger) { m_merger = std::move(merger); }
    /// Asks the merger once more about those of these keys that are in conflict: it may know better by now.
    void mergeAgain(const std::vector<QByteArray> &keys);

    bool canUndo() const { return m_undoDepth > 0 && !m_committing; }
    bool canRedo() const { return m_undoDepth < m_history.size() && !m_committing; }
    void undo();
    void redo();
    /// Names of the steps since the history began, undone ones at the end.
    QStringList historyNames() const;
    /// How many of them are done.
    size_t undoDepth() const { return m_undoDepth; }
    /// What undo() would take back; empty: nothing, or a step without a name.
    QString undoName() const;
    QString redoName() const;

    /// Of a draft: lays it over what is staged, as one undo step, and reads its keys again.
    bool restore(const std::vector<Change> &changes, const std::vector<Guard> &guards,
                 const QString &name = {});

    /// What follows from the changes that are not left out, found out by somebody else: begin says that it
    /// will come, and each begin() makes what an earlier one promised obsolete. A commit waits for it.
    void beginDeriving();
    void takeDerived(std::vector<DerivedChange> derived);
    bool isDeriving() const { return m_deriving; }
    const std::vector<DerivedChange> &derived() const { return m_derived; }

    const TxnLimits &limits() const { return m_limits; }
    void setLimits(const TxnLimits &limits);
    /// What commit() would send.
    CommitPlan plan() const;
    /// Sends it; committed() tells what became of it. Ignored when there is nothing to commit, while
    /// committing, or in conflict. Waits for what is still being found out about an earlier one. What does
    /// not fit or has problems is refused before it is sent.
    ///
    /// `approval`: of plan().request and plan().newLeases(), where the connection asks for one.
    void commit(const Approval &approval = {});
    /// How long after a lost answer it is read whether the commit was made, and, where nothing is seen of it,
    /// read again.
    void setReadBackDelay(std::chrono::milliseconds delay) { m_readBackDelay = delay; }

    /// What the last commit made of a key, its modRevision being the commit's also for a deletion. For
    /// display by tables that have not reached that revision yet; null pointer for other keys.
    const KeyState *settling(const QByteArray &key) const;
    /// To be connected to the watch: marks changes whose key was changed by others. Finds out, too, what
    /// became of a commit whose outcome was left open; committed() is then emitted (again).
    void observe(const EventBatch &batch);
    /// What the server has now under a key, known from elsewhere: a change that was made on something else is
    /// in conflict.
    void noteCurrent(const QByteArray &key, const KeyState &current);
    /// After a gap in the watch, or when the data is another: nothing settles any more, and every staged key
    /// is read again, marking conflicts. A commit whose outcome was left open is looked for.
    void recheck();
    /// After the server was away: looks for a commit whose outcome was left open.
    void resolveLost();

Q_SIGNALS:
    /// Staged state, conflict mark or settling state of these keys changed.
    void changed(const std::vector<QByteArray> &keys);
    void guardsChanged();
    void limitsChanged();
    /// Others' changes of these keys went together with what is staged by themselves; or both had done the
    /// same, and nothing is staged any more.
    void merged(const std::vector<QByteArray> &keys, slotscope::core::Revision revision);
    void historyChanged();
    /// derived(), or isDeriving().
    void derivedChanged();
    /// A commit found that what is derived was made on something that is no longer there.
    void derivedOutdated();
    void committingChanged();
    void committed(const slotscope::core::CommitReport &report);

private:
    struct Step
    {
        QString name;
        // Each key with its change, or its guard, before and after.
        std::vector<std::tuple<QByteArray, std::optional<Change>, std::optional<Change>>> entries;
        std::vector<std::tuple<QByteArray, std::optional<Guard>, std::optional<Guard>>> guards {};
    };
    /// The newest that was heard of a key that is staged, was staged in this history, or is a guard.
    struct Heard
    {
        KeyState state;
        Revision at; // 0: nothing yet
    };

    // editsession.cpp
    enum class Asks { Gate, Nobody };
    bool record(Step step, Asks asks = Asks::Gate);
    void completePairs(Step &step) const;
    std::optional<Change> intended(const Intent &intent) const;
    // editsession_history.cpp
    void apply(const Step &step, bool forward);
    void applyChange(const QByteArray &key, const std::optional<Change> &change, std::vector<size_t> *vacant);
    void applyGuard(const QByteArray &key, const std::optional<Guard> &guard);
    void removeVacant(const std::vector<size_t> &vacant);
    void indexFrom(size_t position);
    void restoreStep(const Step &step, bool forward);
    void forgetHistory();
    std::vector<QByteArray> keysOf(const Step &step) const;
    // editsession_server.cpp
    struct Marking
    {
        std::vector<QByteArray> touched;
        std::vector<QByteArray> merged;
        bool guards = false;
    };
    /// What is read says how it is now. Whatever else is heard may be older than what a change was made on.
    enum class News { Read, Heard };
    void hear(const QByteArray &key, const KeyState &state, Revision at, News news, Marking *marking);
    void mark(const QByteArray &key, const Heard &heard, News news, Marking *marking);
    void merge(Change &change, Marking *marking);
    void tell(const Marking &marking, Revision revision);
    void readAgain(const std::vector<QByteArray> &keys);
    // editsession_commit.cpp
    void send();
    void grantLeases(std::vector<std::chrono::seconds> ttls);
    void sendPlan();
    void revokeLeases();
    void takeReply(const Result<TxnReply> &reply);
    void readBack(const Error &cause, bool again);
    void takeReadBack(const std::vector<KeyState> &current, Revision at, const Error &cause, bool again);
    struct LookedBack
    {
        std::vector<KeyState> current; // when it was read back
        Revision at;
        Error cause;
        int steps = 0;
    };
    void lookBack(const std::vector<KeyState> &then, Revision at, LookedBack found);
    std::optional<Revision> lostCommitIn(const EventBatch &batch) const;
    bool recognizeLostCommit(const EventBatch &batch);
    bool finishByWatch();
    CommitReport reportOf(CommitReport::Outcome outcome, const Error &error = {}) const;
    /// What was sent is no longer staged; gives the report of it.
    CommitReport settle(Revision revision);
    void finishCommitted(Revision revision);
    void finishCommit(const CommitReport &report);

    Client *m_client;
    const WriteGate *m_gate = nullptr;
    std::vector<Change> m_changes;
    QHash<QByteArray, size_t> m_position; // in m_changes, by key
    std::vector<Guard> m_guards;
    QHash<QByteArray, Heard> m_heard;
    Merger m_merger;
    std::vector<Step> m_history;
    size_t m_undoDepth = 0;
    std::vector<DerivedChange> m_derived;
    bool m_deriving = false;
    TxnLimits m_limits;

    quint64 m_commits = 0; // begun so far
    bool m_committing = false;
    bool m_settlingNow = false;
    Approval m_approval; // of the commit
    bool m_wantsDerived = false; // the commit goes on when they are there
    CommitPlan m_sent; // in the last commit; its writes with the leases that were granted
    std::vector<LeaseChoice> m_chosenLeases; // of its writes, as they were staged
    std::vector<std::pair<std::chrono::seconds, LeaseId>> m_granted;
    bool m_resolving = false; // what became of an earlier commit
    bool m_commitAfterwards = false;
    bool m_lost = false; // the outcome of m_sent was left open; the watch may tell yet
    bool m_unread = false; // and nothing could be read back of it
    bool m_late = false; // m_sent was reported as Unknown
    quint64 m_memberId = 0;
    std::chrono::milliseconds m_readBackDelay {1000};
    std::vector<EventBatch> m_deferred; // events that came while committing
    std::map<QByteArray, KeyState> m_settling;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::CommitReport)
