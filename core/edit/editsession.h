// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/etcd/watch.h"

#include <QHash>
#include <QObject>

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
    int changes = 0;
    Error error;
};

/// Staged changes over any keys of one etcd, keyed by the etcd key's bytes and laid over the tables;
/// committed as one guarded Txn. Nothing reaches the server before commit(), and nothing staged is lost by a
/// failed one.
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
    bool hasConflicts() const;
    bool isCommitting() const { return m_committing; }

    // Staging. `current` is the key as the table has it; the base of a key that is staged already stays what
    // it was. Staging what the base has removes the change. Each is one undo step. Refused (false) while a
    // commit is on its way.
    bool stageValue(const QByteArray &key, const KeyState &current, const QByteArray &value);
    /// Also refused when an insert of this key is staged already.
    bool stageInsert(const QByteArray &key, const QByteArray &value);
    /// Several keys at once are one undo step.
    bool stageDelete(const std::vector<std::pair<QByteArray, KeyState>> &keys);
    /// What is to become of a key that is now as `current`; no value: it is to go.
    struct Intent
    {
        QByteArray key;
        KeyState current;
        std::optional<QByteArray> value;
    };
    /// Puts and deletions over several keys as one undo step.
    bool stageAll(const std::vector<Intent> &intents);
    /// Gives a staged insert another key; refused when that key is staged already.
    bool rekeyInsert(const QByteArray &from, const QByteArray &to);
    bool revert(const std::vector<QByteArray> &keys);
    bool revertAll();

    // Conflicts: overwrite what is there now (the change is rebased on it), or drop the change.
    bool keepMine(const QByteArray &key);
    bool takeTheirs(const QByteArray &key);

    bool canUndo() const { return m_undoDepth > 0 && !m_committing; }
    bool canRedo() const { return m_undoDepth < m_history.size() && !m_committing; }
    void undo();
    void redo();

    /// The transaction that commit() would send: a mod_revision compare for every key, puts that keep leases,
    /// deletes, and an else-branch that reads the current values.
    TxnRequest plan() const;
    /// Sends it; committed() tells what became of it. Ignored when empty, committing, or in conflict.
    void commit();

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
    /// is read again, marking conflicts.
    void recheck();

Q_SIGNALS:
    /// Staged state, conflict mark or settling state of these keys changed.
    void changed(const std::vector<QByteArray> &keys);
    void committingChanged();
    void committed(const slotscope::core::CommitReport &report);

private:
    struct Step
    {
        // Each key with its change before and after.
        std::vector<std::tuple<QByteArray, std::optional<Change>, std::optional<Change>>> entries;
    };
    void record(Step step);
    std::optional<Change> intended(const Intent &intent) const;
    void apply(const Step &step, bool forward);
    bool recognizeLostCommit(const EventBatch &batch);
    void takeReply(const Result<TxnReply> &reply);
    void readBack(const Error &cause);
    static TxnRequest readKeys(const std::vector<Change> &changes, size_t from, size_t count);
    void settle(Revision revision);
    void restore(const Step &step, bool forward);
    void finishCommit(const CommitReport &report);
    void markCurrent(const QByteArray &key, const KeyState &current, std::vector<QByteArray> *touched);

    Client *m_client;
    std::vector<Change> m_changes;
    QHash<QByteArray, size_t> m_position; // in m_changes, by key
    std::vector<Step> m_history;
    size_t m_undoDepth = 0;
    bool m_committing = false;
    std::vector<Change> m_lost; // what was sent in the last commit, where its outcome was left open
    std::vector<EventBatch> m_deferred; // events that came while committing
    std::map<QByteArray, KeyState> m_settling;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::CommitReport)
