// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/orderedjobs.h"
#include "core/edit/draftfile.h"
#include "core/edit/editsession.h"

#include <QObject>

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace slotscope::core {

/// Keeps what is staged in a session on disk, after every change, and finds what earlier sessions left there.
/// Small steps are written at once; large ones, and all that come behind them, on a worker thread, in order.
class DraftKeeper : public QObject
{
    Q_OBJECT
public:
    /// A draft that an earlier session left, and how it stands with the server.
    struct Offer
    {
        QString file;
        QDateTime changed; ///< when its last change was staged
        std::vector<Change> changes;
        std::vector<Guard> guards;
        bool torn = false; ///< its very last step is missing
        QString setAside; ///< where the damaged original is; empty: it was not damaged
        /// How many of its keys were changed since; no value: that could not be found out.
        std::optional<size_t> overtaken;
        /// It ended in the middle of a commit.
        enum class Sent {
            No,
            NotCarriedOut, ///< nothing of that is there, and nobody else has changed these keys
            Unknown, ///< others have changed some of these keys since
        };
        Sent sent = Sent::No;
    };
    /// A commit that was on its way when its session ended, and that the server has carried out.
    struct FoundCommit
    {
        std::vector<Change> changes;
        QDateTime sent;
        ResponseHeader header; ///< of the reading that found it
        Revision revision;
    };

    DraftKeeper(EditSession *edits, Client *client, QObject *parent = nullptr);
    /// Waits for what is not written yet. The draft stays, if anything is staged.
    ~DraftKeeper() override;

    /// Is asked to call what it is given once a commit that was just told is noted elsewhere: only then the
    /// draft of it goes, so that a process that is killed in between has not lost it. By default at once.
    using Witness = std::function<void(std::function<void()>)>;
    void setWitness(Witness witness) { m_witness = std::move(witness); }
    /// A commit that was on its way may be carried out after its sender has died: how long after finding
    /// nothing of it to look again.
    void setSecondLookDelay(std::chrono::milliseconds delay) { m_secondLookDelay = delay; }

    /// From now on in this folder, for this endpoint and cluster. What earlier sessions left there is looked
    /// for.
    void open(const QString &folder, const Endpoint &endpoint, quint64 clusterId);
    /// Everything that is staged is on disk, or about to be.
    bool isKeeping() const { return m_work && m_problem.isEmpty(); }
    /// Why it is not; empty when nothing is wrong.
    const QString &problem() const { return m_problem; }
    /// Nothing waits to be written.
    bool isSettled() const;

    /// What earlier sessions left, the latest first.
    const std::vector<Offer> &offers() const { return m_offers; }
    /// Files that could not be read, and where damaged ones are now: to be told once.
    const QStringList &complaints() const { return m_complaints; }
    /// Looks for them again.
    void look();
    /// Stages what an offer holds, as one step, and has it checked against the server. What is staged already
    /// stays as it is; what the draft has of that stays in the draft. Returns how many changes that are; no
    /// value: a commit is on its way.
    std::optional<size_t> restore(const QString &file, const QString &name);
    void discard(const QString &file);
    /// Leaves it for another time, or another window.
    void postpone(const QString &file);

Q_SIGNALS:
    /// problem() is another, or has gone.
    void problemChanged();
    /// Looking for drafts has ended: offers() and complaints() are known.
    void searched();
    void commitFound(const slotscope::core::DraftKeeper::FoundCommit &commit);
    /// What had to wait is written.
    void settled();

private:
    struct Work;
    struct Search;

    void takeChanges(const std::vector<QByteArray> &keys);
    void takeCommitting();
    void takeReport(const CommitReport &report);
    DraftStep stepOf(const std::vector<QByteArray> &keys);
    void endCommit();
    void record(DraftStep step);
    void noteWritten(const Result<Nothing> &result);
    void later(std::function<void(Work &)> job);
    void synchronise();
    void takeSearch(const std::shared_ptr<Search> &search);
    void examineNext(const std::shared_ptr<Search> &search);
    void compare(const std::shared_ptr<Search> &search, const Result<TxnReply> &reply);
    void findCommit(const std::shared_ptr<Search> &search);
    void lookBack(const std::shared_ptr<Search> &search);
    void conclude(const std::shared_ptr<Search> &search, Offer::Sent sent, std::optional<Revision> committed);
    void finishSearch(const std::shared_ptr<Search> &search);
    const FoundDraft *held(const QString &file) const;
    void forget(const QString &file);

    EditSession *m_edits;
    Client *m_client;
    QString m_folder;
    QString m_prefix; // of the files of this endpoint and cluster
    DraftHeader m_header;
    QString m_problem;
    bool m_sent = false;
    Witness m_witness;
    bool m_endIsDue = false; // of a commit, once it is noted
    std::vector<QByteArray> m_settled; // what was committed; the draft has it still
    std::chrono::milliseconds m_secondLookDelay {1000};
    std::vector<Guard> m_guards; // as they were recorded
    std::shared_ptr<Work> m_work;
    OrderedJobs m_jobs; // with the files
    quint64 m_generation = 0; // of searches
    std::vector<FoundDraft> m_held;
    std::vector<Offer> m_offers;
    QStringList m_complaints;
};

/// What the names of files begin with that belong to a cluster at an endpoint. Many clusters have the same
/// id, those made with etcd's defaults; and one endpoint may be many clusters.
QString clusterFileName(const Endpoint &endpoint, quint64 clusterId);

} // namespace slotscope::core
