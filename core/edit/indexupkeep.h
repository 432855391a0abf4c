// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/relations.h"
#include "core/edit/editsession.h"
#include "core/edit/indexchanges.h"

#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <set>

namespace slotscope::core {

/// Lets the indexes of tables follow what is staged: reads the entries that staged records have to do with,
/// and tells the session what is to become of them (EditSession::derived()). The session waits for that
/// before it commits. Records are decoded on the thread pool; lives on the session's thread.
class IndexUpkeep : public QObject
{
    Q_OBJECT
public:
    IndexUpkeep(Client *client, EditSession *session, SlotDirectory *directory, Relations *relations,
                QObject *parent = nullptr);
    ~IndexUpkeep() override;

    /// Before anything is staged: nothing follows from it.
    void disable() { m_isDisabled = true; }
    /// To be connected to the watch.
    void observe(const EventBatch &batch);
    /// After a gap in the watch, or when the data is another: everything is read again.
    void recheck();

    /// Whether the entries of an index follow; nothing if the slot is no index.
    std::optional<bool> isMaintained(Slot index) const;
    /// The user's decision, kept in the schema.
    void setMaintained(Slot index, bool maintained);

private:
    struct Job;
    struct Moves
    {
        Change change;
        std::vector<IndexMove> moves;
    };
    struct Known
    {
        KeyState state;
        Revision asOf;
    };

    std::vector<IndexInDatabase> absentIndexes() const;
    void takeIndexes();
    void schedule();
    void work();
    void worked();
    void read();
    void takeStates(const std::vector<QByteArray> &keys, const Result<TxnReply> &reply);
    /// Nothing can be derived now: a commit that waits is refused.
    void hinder(const QString &problem);
    void addNotes(std::vector<DerivedChange> *derived) const;

    Client *m_client;
    EditSession *m_session;
    SlotDirectory *m_directory;
    Relations *m_relations;
    std::vector<KeptIndex> m_indexes;
    /// Not maintained, and why: for people who have not decided that themselves.
    std::vector<std::pair<IndexInDatabase, QString>> m_others;
    std::map<QByteArray, std::shared_ptr<const Moves>> m_moves; // by record; of the indexes as they are
    std::map<QByteArray, Known> m_known;
    std::set<QByteArray> m_asked; // being read
    std::vector<QByteArray> m_wanted;
    size_t m_keysPerRead;
    quint64 m_epoch = 0; // another after a gap: what was asked for before is void
    bool m_isDisabled = false;
    bool m_isBusy = false; // working or reading
    bool m_isOutdated = false; // something changed meanwhile
    QTimer m_timer;
    QTimer m_retry;
    QTimer m_patience; // with relations that are not known
    QFutureWatcher<std::shared_ptr<Job>> m_worker;
};

} // namespace slotscope::core
