// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

#include <QUrl>

#include <chrono>

namespace slotscope::core {

/// The address of one etcd, as people write it.
struct Endpoint
{
    QUrl url;

    /// Understands `host`, `host:port`, `http://host:port` and `https://…`; port 2379 and http when left out.
    /// The error's detail names what is wrong with the text.
    static Result<Endpoint> parse(const QString &text);
    QString toString() const;
};

/// The etcd client that the rest of core uses: a Transport with what every caller wants on top (detection once, before
/// the first request; reads tried again when the server could not be reached; writes never). Lives on one thread.
class Client : public QObject
{
    Q_OBJECT
public:
    explicit Client(std::unique_ptr<Transport> transport, QObject *parent = nullptr);
    /// Over the JSON gateway at the endpoint.
    explicit Client(const Endpoint &endpoint, QObject *parent = nullptr);
    ~Client() override;

    /// Runs the detection if it has not succeeded before, and asks for the status.
    Call<StatusReply> connectToServer();
    /// Empty until known.
    const ServerVersion &serverVersion() const { return m_version; }

    Call<RangeReply> range(const RangeRequest &request);
    Call<PutReply> put(const PutRequest &request);
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request);
    /// A failed compare is a normal reply. A Timeout or Network error leaves open whether it was committed.
    Call<TxnReply> txn(const TxnRequest &request);
    Call<Nothing> compact(const CompactionRequest &request);
    Call<StatusReply> status();
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request);
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys = false);
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests);

private:
    struct Private;
    std::unique_ptr<Private> d;
    ServerVersion m_version;
};

} // namespace slotscope::core
