// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

namespace slotscope::core {

/// A transport on which an etcd is as it was at one revision: what is read without naming a revision is read
/// at that one, nothing can be written, and a watch from the next revision on stays silent for ever. What
/// names another revision itself is passed on.
class RevisionTransport final : public Transport
{
    Q_OBJECT
public:
    RevisionTransport(std::unique_ptr<Transport> transport, Revision revision);

    Revision revision() const { return m_revision; }
    /// For the requests that follow; those under way, and watches, are still of the one before.
    void setRevision(Revision revision) { m_revision = revision; }

    Call<ServerVersion> detect() override;
    Call<RangeReply> range(const RangeRequest &request) override;
    Call<RowsReply> rows(const RangeRequest &request) override;
    Call<PutReply> put(const PutRequest &request) override;
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) override;
    /// Compares are made with what is there now, as etcd has no others.
    Call<TxnReply> txn(const TxnRequest &request) override;
    Call<Nothing> compact(const CompactionRequest &request) override;
    Call<StatusReply> status() override;
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) override;
    Call<Nothing> leaseRevoke(LeaseId lease) override;
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) override;
    Call<LeaseLeasesReply> leaseLeases() override;
    void learnMembers() override { m_transport->learnMembers(); }
    void signIn(const QString &user, const QString &password) override
    {
        m_transport->signIn(user, password);
    }
    Call<AccessRights> accessRights() override { return m_transport->accessRights(); }
    const AccessRights &knownRights() const override { return m_transport->knownRights(); }
    Call<ClusterState> clusterState() override { return m_transport->clusterState(); }
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override;

Q_SIGNALS:
    /// revision() cannot be read any more.
    void compacted();

private:
    template <typename T>
    Call<T> at(Revision revision, const Call<T> &call);

    std::unique_ptr<Transport> m_transport;
    Revision m_revision;
    ResponseHeader m_header; // of the last reply
};

} // namespace slotscope::core
