// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

namespace slotscope::core {

/// One part of the key space as if it were all of it: the prefix is put before every key that is sent, and
/// taken off every key that comes. What lies outside can neither be seen nor written; the key that is the
/// prefix itself has no name within, and cannot be seen either. Revisions, leases and compactions are those
/// of the whole etcd, so whoever revokes a lease also deletes what hangs on it outside.
class PrefixTransport final : public Transport
{
    Q_OBJECT
public:
    PrefixTransport(std::unique_ptr<Transport> transport, QByteArray prefix);

    Call<ServerVersion> detect() override { return m_transport->detect(); }
    Call<RangeReply> range(const RangeRequest &request) override;
    /// By the way of the transport below; the prefix is taken off on the thread pool.
    Call<RowsReply> rows(const RangeRequest &request) override;
    Call<PutReply> put(const PutRequest &request) override;
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) override;
    Call<TxnReply> txn(const TxnRequest &request) override;
    Call<Nothing> compact(const CompactionRequest &request) override { return m_transport->compact(request); }
    Call<StatusReply> status() override { return m_transport->status(); }
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) override
    {
        return m_transport->leaseGrant(request);
    }
    Call<Nothing> leaseRevoke(LeaseId lease) override { return m_transport->leaseRevoke(lease); }
    /// Only the keys below the prefix.
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) override;
    Call<LeaseLeasesReply> leaseLeases() override { return m_transport->leaseLeases(); }
    void learnMembers() override { m_transport->learnMembers(); }
    void signIn(const QString &user, const QString &password) override
    {
        m_transport->signIn(user, password);
    }
    Call<AccessRights> accessRights() override;
    /// What of them concerns the keys below the prefix.
    const AccessRights &knownRights() const override;
    bool seesWholeKeySpace() const override { return false; }
    Call<ClusterState> clusterState() override { return m_transport->clusterState(); }
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override;

private:
    std::unique_ptr<Transport> m_transport;
    QByteArray m_prefix;
    mutable AccessRights m_whole; // what m_rights was made of
    mutable AccessRights m_rights;
};

/// The same keys as the whole etcd names them, for what goes there by another way.
KeyRange withPrefix(const KeyRange &range, const QByteArray &prefix);
TxnRequest withPrefix(TxnRequest request, const QByteArray &prefix);

} // namespace slotscope::core
