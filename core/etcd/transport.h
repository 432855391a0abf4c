// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/accessrights.h"
#include "core/etcd/clusterstate.h"
#include "core/etcd/rowchunk.h"

#include <QObject>

#include <memory>

namespace slotscope::core {

/// One running watch connection that carries a fixed set of watches. Destroying it cancels them.
class WatchStream : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// It needs no sign of life: it has taken a message that it has not told of yet, or has none to wait for.
    virtual bool isKnownAlive() const { return false; }

Q_SIGNALS:
    /// In the order in which the server sent them, fragments not yet joined.
    void received(const slotscope::core::WatchReply &reply);
    /// Something came, though perhaps no whole message.
    void active();
    /// The last signal: the connection is over, by fault or by the server's will.
    void ended(const slotscope::core::Error &error);
};

/// How requests reach one etcd cluster. Knows wire formats and errors, but neither retries nor meaning.
/// Lives on one thread; every Call is delivered there.
class Transport : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Finds out what answers at the endpoint, and by which path. To be done before anything else.
    virtual Call<ServerVersion> detect() = 0;
    virtual Call<RangeReply> range(const RangeRequest &request) = 0;
    /// The same, for many rows: parsed off this thread, by the fastest way that the transport knows.
    virtual Call<RowsReply> rows(const RangeRequest &request);
    virtual Call<PutReply> put(const PutRequest &request) = 0;
    virtual Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) = 0;
    virtual Call<TxnReply> txn(const TxnRequest &request) = 0;
    virtual Call<Nothing> compact(const CompactionRequest &request) = 0;
    virtual Call<StatusReply> status() = 0;
    virtual Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) = 0;
    /// Deletes the keys that hang on it, too.
    virtual Call<Nothing> leaseRevoke(LeaseId lease) = 0;
    virtual Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) = 0;
    virtual Call<LeaseLeasesReply> leaseLeases() = 0;
    /// Asks the cluster who else belongs to it, so that detect() may go on with another member. Nothing where
    /// there is but one way to the cluster.
    virtual void learnMembers() { }
    /// Who the requests that follow come from; an empty name: nobody in particular.
    virtual void signIn(const QString & /*user*/, const QString & /*password*/) { }
    /// Asks what that user may do.
    virtual Call<AccessRights> accessRights() { return finishedCall<AccessRights>(AccessRights {}); }
    /// As far as it is known; requests for what else there is are answered as if it were not.
    virtual const AccessRights &knownRights() const
    {
        static const AccessRights everything;
        return everything;
    }
    /// Whether a watch over all keys is told of whatever makes the revision grow.
    virtual bool seesWholeKeySpace() const { return true; }
    /// Asks every member how it is.
    virtual Call<ClusterState> clusterState()
    {
        return finishedCall<ClusterState>(
            Unexpected {Error {.kind = ErrorKind::Unavailable,
                               .detail = QStringLiteral("this connection knows of no members")}});
    }
    /// Starts at once; the signals come later. Every request has its own watchId.
    virtual std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) = 0;

Q_SIGNALS:
    /// knownRights() are others than those that were asked for with before.
    void rightsChanged();
    /// The member that requests go to does not serve, though no request has ended for it yet: it is silent,
    /// or knows no leader.
    void memberLost(const slotscope::core::Error &error);
};

} // namespace slotscope::core
