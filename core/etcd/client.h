// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"
#include "core/etcd/transport.h"
#include "core/etcd/writegate.h"

#include <functional>
#include <memory>
#include <vector>

namespace slotscope::core {

/// The etcd client that the rest of core uses: a Transport with what every caller wants on top (detection
/// once, before the first request; reads tried again when the server could not be reached; writes never).
/// Lives on one thread.
class Client : public QObject
{
    Q_OBJECT
public:
    explicit Client(std::unique_ptr<Transport> transport, QObject *parent = nullptr);
    /// Over the JSON gateway at the endpoint.
    explicit Client(const Endpoint &endpoint, QObject *parent = nullptr);
    explicit Client(const ConnectionOptions &options, QObject *parent = nullptr);
    ~Client() override;

    /// Runs the detection if it has not succeeded before, and asks for the status.
    Call<StatusReply> connectToServer();
    /// Empty until known.
    const ServerVersion &serverVersion() const { return m_version; }
    /// As the replies so far said; 0 until known.
    quint64 clusterId() const { return m_clusterId; }

    /// From now on asked before anything is written: what it refuses is not sent, and ends with its error. It
    /// outlives the client; null pointer: everything may be written.
    void setGate(WriteGate *gate) { m_gate = gate; }

    Call<RangeReply> range(const RangeRequest &request);
    /// The same for many rows.
    Call<RowsReply> rows(const RangeRequest &request);
    Call<PutReply> put(const PutRequest &request, const Approval &approval = {});
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request, const Approval &approval = {});
    /// A failed compare is a normal reply. A Timeout or Network error leaves open whether it was committed.
    Call<TxnReply> txn(const TxnRequest &request, const Approval &approval = {});
    Call<Nothing> compact(const CompactionRequest &request, const Approval &approval = {});
    Call<StatusReply> status();
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request, const Approval &approval = {});
    /// Deletes the keys that hang on it, too. NotFound when there is no such lease (any more).
    Call<Nothing> leaseRevoke(LeaseId lease);
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys = false);
    /// etcd 3.3 and later.
    Call<LeaseLeasesReply> leaseLeases();
    /// Never tried again by itself; Watch does that.
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests);

    /// Who the requests that follow come from, by etcd's own authentication; an empty name: nobody in
    /// particular. The next request looks anew who is there.
    void signIn(const QString &user, const QString &password);
    /// What the user may read and write, as it was said last; everything before that, and without a user.
    /// Ranges that may not be read are read as if nothing were there.
    const AccessRights &rights() const { return m_transport->knownRights(); }
    /// Whether a watch over all keys is told of whatever makes the revision grow.
    bool seesAllChanges() const { return m_transport->seesWholeKeySpace() && rights().seesAll(); }
    /// Asks every member of the cluster how it is. Each that is away takes its time.
    Call<ClusterState> clusterState();
    /// Reads of whole ranges are answered by the member that is asked, even where it lags behind or has no
    /// leader. Reads of single keys, which writes rest on, never are.
    void setSerializableReads(bool serializable) { m_serializable = serializable; }
    bool hasSerializableReads() const { return m_serializable; }

    /// The server is in doubt, for a reason that no reply has told: the next request looks anew who is there.
    void doubtServer() { m_detected = false; }

Q_SIGNALS:
    /// The store is at this revision, as the reply to a request tells on the side.
    void revisionHeard(slotscope::core::Revision newest);
    /// Another etcd version answers than before, or the first one does.
    void serverVersionChanged(const slotscope::core::ServerVersion &version);
    /// Replies come from another cluster than before: everything read so far is of other data.
    void clusterChanged(quint64 before, quint64 now);
    /// rights() are others than before: what was read is too much or too little.
    void rightsChanged();
    /// The server wants to know who asks, or does not take the name and password for true.
    void signInWanted(const slotscope::core::Error &error);
    /// The member that is asked does not serve, as a look at it has told.
    void memberLost(const slotscope::core::Error &error);

private:
    class DetectedStream;
    template <typename T>
    class Request;
    enum class Retry { Reads, Never };

    template <typename T>
    using Note = std::function<void(const Result<T> &)>;
    template <typename T>
    Call<T> perform(Retry retry, std::function<Call<T>(Transport &)> send, Note<T> note = {});
    template <typename T>
    Call<T> write(std::function<std::optional<Error>(const WriteGate &)> refuses,
                  std::function<Call<T>(Transport &)> send, Note<T> note = {});
    void whenDetected(QObject *context, std::function<void(const Result<Nothing> &)> then);
    void onDetected(const Result<ServerVersion> &version);
    /// Keeps what every reply tells on the side.
    void noteHeader(const ResponseHeader &header);
    void noteError(const Error &error);

    struct Waiting
    {
        QPointer<QObject> context;
        std::function<void(const Result<Nothing> &)> then;
    };

    std::unique_ptr<Transport> m_transport;
    WriteGate *m_gate = nullptr;
    std::vector<Waiting> m_waiting; ///< for the detection under way
    bool m_detecting = false;
    bool m_detected = false; ///< since the last time the server was lost
    bool m_serializable = false;
    ServerVersion m_version;
    quint64 m_clusterId = 0;
};

} // namespace slotscope::core
