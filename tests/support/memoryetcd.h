// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace slotscope::test {

/// An etcd in memory, with revisions, transactions, compaction and watches as the real one has them (facts:
/// etcd's own documentation; the integration tests hold the client against the real one). Every reply comes
/// through the event loop.
class MemoryEtcd
{
public:
    MemoryEtcd();
    ~MemoryEtcd();

    /// A transport to it; it may be gone before the MemoryEtcd.
    std::unique_ptr<core::Transport> transport();

    core::Revision revision() const { return core::Revision(m_revision); }
    core::Revision put(const QByteArray &key, const QByteArray &value, core::LeaseId lease = {});
    core::Revision remove(const QByteArray &key);
    /// Several keys at one revision; a null value deletes.
    core::Revision write(const std::vector<std::pair<QByteArray, QByteArray>> &keys);
    /// At the present.
    void compact() { compact(revision()); }
    void compact(core::Revision at);
    /// As when its time is up: the keys that hang on it go at one revision. False: there is none.
    bool endLease(core::LeaseId lease);
    /// What the server says of it; -1 seconds when there is none. Time does not pass here by itself.
    void setRemaining(core::LeaseId lease, qint64 seconds) { m_leases[lease.value].remaining = seconds; }
    std::vector<core::LeaseId> leases() const;
    const std::map<QByteArray, core::KeyValue> &keys() const { return m_keys; }

    // Faults.
    /// While away every request fails with Network, and running watches end.
    void setAway(bool away);
    /// The next transaction that writes is carried out, but its reply is lost (Timeout). `thenAway`: etcd is
    /// away from then on.
    void loseNextWriteReply(bool thenAway = false)
    {
        m_loseWriteReply = true;
        m_awayAfterLoss = thenAway;
    }
    /// The next transaction is refused with this error. `thenAway`: etcd is away from then on.
    void refuseNextTxn(core::Error error, bool thenAway = false)
    {
        m_refuseTxn = std::move(error);
        m_awayAfterLoss = thenAway;
    }
    /// The next requests for the status are refused with this error.
    void refuseStatus(int times, core::Error error)
    {
        m_refusedStatuses = times;
        m_refuseStatus = std::move(error);
    }
    /// How often that was asked for.
    int statusRequests() const { return m_statusRequests; }
    /// Once, when the next transaction has been answered.
    void callAfterNextTxn(std::function<void()> what) { m_afterTxn = std::move(what); }
    /// Of the requests from now on, the one behind the first `before` is answered only after `others` that
    /// are made behind it.
    void answerLate(int before, int others)
    {
        m_beforeLate = before;
        m_othersThanLate = others;
    }
    /// Whatever a watch asks for is compacted away.
    void setForgetful(bool forgetful) { m_forgetful = forgetful; }
    /// Replies wait while held, and come in order when released.
    void holdReplies(bool hold);
    int requests() const { return m_requests; }

private:
    friend class MemoryTransport;
    friend class MemoryWatchStream;

    core::ResponseHeader header() const;
    core::RangeReply range(const core::RangeRequest &request, core::Error *error) const;
    core::TxnReply txn(const core::TxnRequest &request, core::Error *error);
    bool holds(const core::Compare &compare) const;
    void apply(const std::vector<core::RequestOp> &operations, qint64 revision,
               std::vector<core::Event> *events, std::vector<core::ResponseOp> *responses,
               core::Error *error);
    void notify(const std::vector<core::Event> &events);
    void later(std::function<void()> reply);

    QObject m_context; // replies die with it
    struct Lease
    {
        qint64 granted = 60;
        qint64 remaining = 60;
    };
    core::LeaseGrantReply grant(const core::LeaseGrantRequest &request, core::Error *error);
    core::LeaseTimeToLiveReply timeToLive(core::LeaseId lease, bool keys) const;

    qint64 m_revision = 1;
    qint64 m_lastLease = 0x3a50;
    std::map<qint64, Lease> m_leases;
    qint64 m_compacted = 0;
    std::map<QByteArray, core::KeyValue> m_keys;
    std::vector<core::Event> m_history;
    std::vector<QPointer<QObject>> m_streams;
    std::deque<std::function<void()>> m_held;
    int m_beforeLate = -1;
    int m_othersThanLate = 0;
    std::function<void()> m_late;
    bool m_hold = false;
    bool m_away = false;
    bool m_forgetful = false;
    bool m_loseWriteReply = false;
    bool m_awayAfterLoss = false;
    std::optional<core::Error> m_refuseTxn;
    core::Error m_refuseStatus;
    int m_refusedStatuses = 0;
    int m_statusRequests = 0;
    std::function<void()> m_afterTxn;
    int m_requests = 0;
};

} // namespace slotscope::test
