// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"
#include "core/etcd/grpcchannel.h"
#include "core/etcd/memberchoice.h"
#include "core/etcd/memberprobe.h"
#include "core/etcd/tokenkeeper.h"
#include "core/etcd/transport.h"

#include <QHash>
#include <QNetworkAccessManager>
#include <QNetworkProxy>
#include <QNetworkRequest>
#include <QSslConfiguration>
#include <QUrl>

#include <chrono>

namespace slotscope::core {

/// etcd over the JSON gateway of one member at a time: HTTP/1.1 by QNetworkAccessManager, streams on
/// connections of their own. When the member is lost, or has lost its leader, the next detection goes on with
/// another one of the same cluster, as far as they were learned.
///
/// A request is sent at most once, but for those of the detection and those that were refused for their
/// token. Timeout and Network errors of a write leave open whether it happened.
class GatewayTransport final : public Transport
{
    Q_OBJECT
public:
    struct Options
    {
        std::chrono::milliseconds deadline {10'000}; ///< for everything but ranges, from call to reply
        std::chrono::milliseconds detection {10'000}; ///< the same while it is not known yet who answers
        std::chrono::milliseconds choosing {2'000}; ///< for the status of each member that may be gone to
        std::chrono::milliseconds probing {1'000}; ///< between two looks at the member, if there are others
        std::chrono::milliseconds rangeHead {60'000}; ///< for a range: until the reply begins
        std::chrono::milliseconds rangeSilence {30'000}; ///< for a range: without progress
        qint64 largestReply = 256LL * 1024 * 1024; ///< bytes; larger ones are refused
        qint64 largestRows =
            32LL * 1024 * 1024; ///< the same of rows(); TooLarge, so that fewer are asked for
        qint64 largestRow = 128LL * 1024 * 1024; ///< the same of rows() for a single one
        qint64 heldReplies = 160LL * 1024 * 1024; ///< all of rows() together that are not parsed yet
        qint64 longestLine = 512LL * 1024 * 1024; ///< bytes of one message of a watch
        qint64 parseOnPool = 1024LL * 1024; ///< bodies of so many bytes are parsed on the thread pool
        qint64 parseLineOnPool = 16LL * 1024; ///< the same of messages of a watch, which come while one works
        std::chrono::milliseconds grpcHead {10'000}; ///< as rangeHead over gRPC; then JSON is tried
        std::chrono::milliseconds grpcSilence {10'000}; ///< as rangeSilence, the same
    };

    /// The endpoint's scheme, host, port and path (for gateways behind a proxy) are used.
    explicit GatewayTransport(const QUrl &endpoint, QObject *parent = nullptr);
    GatewayTransport(const QUrl &endpoint, Options options, QObject *parent = nullptr);
    /// With the deadlines, the proxy and the certificates that the connection asks for. Certificates are read
    /// at each detection, which fails when something is wrong with them.
    explicit GatewayTransport(const ConnectionOptions &connection, QObject *parent = nullptr);
    GatewayTransport(const ConnectionOptions &connection, Options options, QObject *parent = nullptr);
    /// Requests under way end with ErrorKind::Cancelled.
    ~GatewayTransport() override;

    Call<ServerVersion> detect() override;
    Call<RangeReply> range(const RangeRequest &request) override;
    /// Over native gRPC; by JSON where that does not get through. Where more comes than there is memory for,
    /// TooLarge: it will do with a smaller limit, or, of a single row, when other replies have been parsed.
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
    void learnMembers() override;
    /// The token of the user goes along with every request, and is renewed once where it is not taken.
    void signIn(const QString &user, const QString &password) override;
    Call<AccessRights> accessRights() override;
    Call<ClusterState> clusterState() override;
    /// Servers before 3.4 number the watches themselves: 0, 1, … in the order of the requests.
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override;

    /// The gateway's path as detected: "/v3", "/v3beta" or "/v3alpha".
    const QString &apiPath() const { return m_apiPath; }
    /// The member that requests go to now.
    const QUrl &address() const { return m_address; }
    /// Where they may go to: that one first, the endpoints that were given, and what the cluster tells of its
    /// members.
    std::vector<MemberAddress> addresses() const;
    /// Whether large ranges are asked for over gRPC at present.
    bool usesGrpc() const;
    /// What the replies to rows() take.
    const ReplyBudget &budget() const { return *m_budget; }
    /// For requests that go another way to the same etcd.
    TokenKeeper *tokens() { return &m_tokens; }

private:
    static QUrl url(const QUrl &address, const QString &path);
    QUrl url(const QString &path) const { return url(m_address, path); }
    Call<ServerVersion> detectAddress();
    std::optional<Error> readCertificates();
    /// What is to be sent to an address, as the options want it.
    QNetworkRequest httpRequest(const QUrl &url) const;
    void watchCertificates(QNetworkAccessManager &manager);
    /// The one on the way to an address.
    QNetworkProxy proxyTo(const QUrl &url) const;
    /// As detectAddress(), and the next of these where nobody answers at the address.
    void detectOneOf(std::vector<QUrl> others, CallState<ServerVersion> *state);
    Call<QUrl> choose();
    /// Ends what waits for the member, so that it can be asked for elsewhere.
    void leaveMember(const Error &error);
    QNetworkRequest withToken(QNetworkRequest request, const QByteArray &token) const;
    Call<QByteArray> authenticate(const QUrl &address, const QString &user, const QString &password);
    Call<StatusReply> statusAt(const QUrl &address);
    template <typename T>
    Call<T> post(const QString &path, const QByteArray &body, Result<T> (*parse)(const QByteArray &));
    template <typename T>
    Call<T> post(const QString &path, const QByteArray &body, Result<T> (*parse)(const QByteArray &),
                 std::chrono::milliseconds deadline);
    /// For what changes nothing: once more where no answer comes soon. A member that has just lost its leader
    /// has passed the question on to that one, and waits for it for seconds while another is elected.
    template <typename T>
    Call<T> ask(const QString &path, const QByteArray &body, Result<T> (*parse)(const QByteArray &));
    Call<RowsReply> rowsByJson(const RangeRequest &request);
    std::unique_ptr<ReplyShare> shareFor(const RangeRequest &request) const;
    void noteGrpcFailure(const Error &error, quint64 age);
    template <typename T>
    Call<T> start(QNetworkReply *reply, bool large, std::chrono::milliseconds deadline,
                  std::function<Result<T>(const QByteArray &)> parse, std::unique_ptr<ReplyShare> share = {});

    ConnectionOptions m_connection;
    QSslConfiguration m_tls;
    QNetworkProxy m_proxy; ///< as for ConnectionOptions
    mutable QHash<QString, QNetworkProxy> m_systemProxies; ///< by the address's host and port
    QUrl m_endpoint; ///< the first one, as it was given
    QUrl m_address;
    std::vector<MemberAddress> m_others; ///< members, other than the one that told of them
    quint64 m_clusterId = 0; ///< whose members they are
    Options m_options;
    QString m_apiPath;
    std::shared_ptr<ReplyBudget> m_budget;
    GrpcChannel *m_grpc;
    QUrl m_grpcRefusedBy; ///< the member to which gRPC does not get through
    int m_grpcFailures = 0; ///< in a row; calls that fail together count once
    quint64 m_grpcAge = 0; ///< failures so far
    QNetworkAccessManager m_manager;
    QNetworkAccessManager
        m_streams; ///< open streams would use up the six connections that a manager keeps per host
    TokenKeeper m_tokens;
    MemberProbe m_probe;
};

} // namespace slotscope::core
