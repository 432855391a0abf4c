// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/sshtunnel.h"
#include "core/etcd/transport.h"

namespace slotscope::core {

/// Another transport through an SSH tunnel, which is opened by each detection, unless it is up. When ssh
/// ends, the connections break that went through it; the detection that follows opens the tunnel again, and
/// fails in ssh's words when it cannot.
class TunnelTransport final : public Transport
{
    Q_OBJECT
public:
    /// Makes the one that goes through the proxy.
    using Inner = std::function<std::unique_ptr<Transport>(const QNetworkProxy &)>;

    TunnelTransport(const SshTunnelOptions &options, Inner inner);

    Call<ServerVersion> detect() override;
    Call<RangeReply> range(const RangeRequest &request) override { return m_transport->range(request); }
    Call<RowsReply> rows(const RangeRequest &request) override { return m_transport->rows(request); }
    Call<PutReply> put(const PutRequest &request) override { return m_transport->put(request); }
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) override
    {
        return m_transport->deleteRange(request);
    }
    Call<TxnReply> txn(const TxnRequest &request) override { return m_transport->txn(request); }
    Call<Nothing> compact(const CompactionRequest &request) override { return m_transport->compact(request); }
    Call<StatusReply> status() override { return m_transport->status(); }
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) override
    {
        return m_transport->leaseGrant(request);
    }
    Call<Nothing> leaseRevoke(LeaseId lease) override { return m_transport->leaseRevoke(lease); }
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) override
    {
        return m_transport->leaseTimeToLive(lease, keys);
    }
    Call<LeaseLeasesReply> leaseLeases() override { return m_transport->leaseLeases(); }
    void learnMembers() override { m_transport->learnMembers(); }
    void signIn(const QString &user, const QString &password) override;
    Call<AccessRights> accessRights() override { return m_transport->accessRights(); }
    const AccessRights &knownRights() const override { return m_transport->knownRights(); }
    Call<ClusterState> clusterState() override { return m_transport->clusterState(); }
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override
    {
        return m_transport->watch(requests);
    }

private:
    void take(std::unique_ptr<Transport> transport);

    Inner m_inner;
    SshTunnel m_tunnel;
    QNetworkProxy m_proxy;
    std::unique_ptr<Transport> m_transport;
    std::optional<std::pair<QString, QString>> m_signedIn; // since it was made
};

} // namespace slotscope::core
