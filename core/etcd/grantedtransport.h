// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/grantedstream.h"
#include "core/etcd/transport.h"

namespace slotscope::core {

/// A transport on which an etcd holds no more than what its user may read: the server refuses a read or a
/// watch of a range as a whole when one key of it is not the user's. Here the parts that may be read are
/// asked for, and the rest looks empty; but of a single key nobody is told that it is not there. Writes are
/// passed on as they are, for the server to judge.
///
/// The rights are asked for with every detection, and when a read is refused; rightsChanged() when they are
/// others than before.
class GrantedTransport final : public Transport
{
    Q_OBJECT
public:
    explicit GrantedTransport(std::unique_ptr<Transport> transport);

    Call<ServerVersion> detect() override;
    Call<RangeReply> range(const RangeRequest &request) override;
    Call<RowsReply> rows(const RangeRequest &request) override;
    Call<PutReply> put(const PutRequest &request) override;
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) override;
    Call<TxnReply> txn(const TxnRequest &request) override;
    Call<Nothing> compact(const CompactionRequest &request) override;
    Call<StatusReply> status() override;
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) override;
    Call<Nothing> leaseRevoke(LeaseId lease) override;
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) override;
    Call<LeaseLeasesReply> leaseLeases() override;
    void learnMembers() override { m_transport->learnMembers(); }
    void signIn(const QString &user, const QString &password) override;
    Call<AccessRights> accessRights() override { return m_transport->accessRights(); }
    const AccessRights &knownRights() const override { return m_rights; }
    Call<ClusterState> clusterState() override { return m_transport->clusterState(); }
    /// Several watches at once only where none of them is to be divided.
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override;

private:
    template <typename Reply>
    class DividedRange;

    /// Sends it; when that is not allowed, looks whether the rights are others by now, and sends it once more
    /// if so.
    template <typename T>
    Call<T> read(std::function<Call<T>()> send);
    Call<RangeReply> divided(const RangeRequest &request);
    template <typename Reply>
    Call<Reply> divided(const RangeRequest &request, std::vector<KeyRange> parts);
    Call<TxnReply> divided(const TxnRequest &request);
    /// True: they are others than before.
    bool takeRights(const AccessRights &rights);

    std::unique_ptr<Transport> m_transport;
    AccessRights m_rights;
    bool m_areKnown = false;
    std::map<QByteArray, std::shared_ptr<GrantedMarks>> m_marks; ///< of divided watches, by where they begin
};

} // namespace slotscope::core
