// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaytransport.h"

#include "core/etcd/gatewaydetection.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/gatewaystream.h"
#include "core/etcd/greetingprobe.h"
#include "core/etcd/httpexchange.h"
#include "core/etcd/tls.h"

#include <QFutureWatcher>
#include <QHostAddress>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QtConcurrentRun>

namespace slotscope::core {

namespace {

bool isLoopback(const QString &host)
{
    return host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0
        || QHostAddress(host).isLoopback();
}

template <typename T>
void parseOnPool(CallState<T> *state, const QByteArray &body, Result<T> (*parse)(const QByteArray &))
{
    auto *watcher = new QFutureWatcher<Result<T>>(state);
    QObject::connect(watcher, &QFutureWatcherBase::finished, state,
                     [state, watcher] { state->complete(watcher->future().takeResult()); });
    watcher->setFuture(QtConcurrent::run(parse, body));
}

GatewayTransport::Options deadlinesOf(const ConnectionOptions &connection)
{
    return {.deadline = connection.requestTimeout, .detection = connection.connectTimeout};
}

} // namespace

GatewayTransport::GatewayTransport(const QUrl &endpoint, QObject *parent)
    : GatewayTransport(endpoint, Options {}, parent)
{
}

GatewayTransport::GatewayTransport(const QUrl &endpoint, Options options, QObject *parent)
    : GatewayTransport(ConnectionOptions(Endpoint {endpoint}), options, parent)
{
}

GatewayTransport::GatewayTransport(const ConnectionOptions &connection, QObject *parent)
    : GatewayTransport(connection, deadlinesOf(connection), parent)
{
}

GatewayTransport::GatewayTransport(const ConnectionOptions &connection, Options options, QObject *parent)
    : Transport(parent)
    , m_connection(connection)
    , m_endpoint(connection.endpoint().url)
    , m_address(m_endpoint)
    , m_options(options)
    , m_apiPath(QStringLiteral("/v3"))
{
    // No proxy reaches this machine's own loopback, whatever the system says.
    QNetworkProxy proxy = connection.proxy;
    if (proxy.type() == QNetworkProxy::DefaultProxy && isLoopback(m_endpoint.host()))
        proxy = QNetworkProxy::NoProxy;
    for (QNetworkAccessManager *manager : {&m_manager, &m_streams}) {
        if (proxy.type() != QNetworkProxy::DefaultProxy)
            manager->setProxy(proxy);
        watchCertificates(*manager);
    }
}

GatewayTransport::~GatewayTransport()
{
    const auto exchanges = findChildren<HttpExchange *>(QString(), Qt::FindDirectChildrenOnly);
    for (HttpExchange *exchange : exchanges)
        exchange->fail({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
}

void GatewayTransport::watchCertificates(QNetworkAccessManager &manager)
{
    // Directly in the signal: afterwards it is too late.
    connect(&manager, &QNetworkAccessManager::sslErrors, this,
            [this](QNetworkReply *reply, const QList<QSslError> &errors) {
                if (isTrustedByChoice(reply->sslConfiguration().peerCertificate(), m_connection.tls))
                    reply->ignoreSslErrors(errors);
            });
}

std::optional<Error> GatewayTransport::readCertificates()
{
    const bool used =
        std::any_of(m_connection.endpoints.cbegin(), m_connection.endpoints.cend(),
                    [](const Endpoint &endpoint) { return endpoint.url.scheme() == QLatin1String("https"); });
    if (!used)
        return std::nullopt;
    const auto tls = loadTls(m_connection.tls);
    if (!tls)
        return tls.error();
    if (m_tls != *tls) {
        // Connections that are kept were made with others.
        m_tls = *tls;
        m_manager.clearConnectionCache();
        m_streams.clearConnectionCache();
    }
    return std::nullopt;
}

QNetworkRequest GatewayTransport::httpRequest(const QUrl &url) const
{
    QNetworkRequest request = gatewayRequest(url);
    if (url.scheme() == QLatin1String("https")) {
        request.setSslConfiguration(m_tls);
        if (!m_connection.tls.serverName.isEmpty())
            request.setPeerVerifyName(m_connection.tls.serverName);
    }
    return request;
}

QUrl GatewayTransport::url(const QUrl &address, const QString &path)
{
    QUrl url = address;
    QString base = address.path();
    while (base.endsWith(QLatin1Char('/')))
        base.chop(1);
    url.setPath(base + path);
    return url;
}

template <typename T>
Call<T> GatewayTransport::start(QNetworkReply *reply, bool large, std::chrono::milliseconds deadline,
                                Result<T> (*parse)(const QByteArray &))
{
    // A range takes as long as it needs while bytes flow; all else is small and has one deadline.
    const HttpExchange::Limits limits {
        .silence = large ? m_options.rangeSilence : deadline,
        .head = large ? m_options.rangeHead : deadline,
        .size = m_options.largestReply,
    };
    auto *state = new CallState<T>(large ? std::chrono::milliseconds {} : deadline);
    auto *exchange = new HttpExchange(reply, limits, this);
    state->setAbort([exchange = QPointer(exchange)] {
        if (exchange)
            exchange->abort();
    });
    connect(exchange, &HttpExchange::finished, state,
            [state, parse, onPool = m_options.parseOnPool](const Result<QByteArray> &body) {
                if (!body)
                    state->fail(body.error());
                else if (body->size() >= onPool)
                    parseOnPool(state, *body, parse);
                else
                    state->complete(parse(*body));
            });
    return Call<T>(state);
}

template <typename T>
Call<T> GatewayTransport::post(const QString &path, const QByteArray &body,
                               Result<T> (*parse)(const QByteArray &))
{
    return start(postOnce(m_manager, httpRequest(url(m_apiPath + path)), body), std::is_same_v<T, RangeReply>,
                 m_options.deadline, parse);
}

Call<ServerVersion> GatewayTransport::detect()
{
    if (const auto error = readCertificates())
        return finishedCall<ServerVersion>(Unexpected {*error});
    const std::vector<MemberAddress> all = addresses();
    if (all.size() < 2)
        return detectAddress();

    // Something went wrong before, or there would be no other detection: see who of the cluster serves.
    auto *state = new CallState<ServerVersion>;
    const auto askStatus = [this](const QUrl &address) {
        const QUrl place = url(address, m_apiPath + QStringLiteral("/maintenance/status"));
        return start(postRead(m_manager, httpRequest(place), QByteArrayLiteral("{}")), false,
                     m_options.choosing, gateway::parseStatusReply);
    };
    chooseMember(all, m_clusterId, askStatus, this).then(state, [this, state](const Result<QUrl> &address) {
        if (!address)
            return state->fail(address.error());
        m_address = *address;
        detectAddress().then(state,
                             [state](const Result<ServerVersion> &version) { state->complete(version); });
    });
    return Call<ServerVersion>(state);
}

std::vector<MemberAddress> GatewayTransport::addresses() const
{
    std::vector<MemberAddress> all {{.url = m_address}};
    const auto add = [&all](const MemberAddress &address) {
        const bool known = std::any_of(all.cbegin(), all.cend(), [&address](const MemberAddress &other) {
            return other.url == address.url;
        });
        if (!known)
            all.push_back(address);
    };
    for (const Endpoint &endpoint : m_connection.endpoints)
        add({.url = endpoint.url});
    for (const MemberAddress &other : m_others)
        add(other);
    return all;
}

void GatewayTransport::learnMembers()
{
    post(QStringLiteral("/cluster/member/list"), QByteArrayLiteral("{}"), gateway::parseMemberListReply)
        .then(this, [this](const Result<MemberListReply> &reply) {
            // Without an answer, those who were known before are still the best guess.
            if (!reply)
                return;
            m_clusterId = reply->header.clusterId;
            m_others = otherMembers(*reply, m_endpoint.scheme());
        });
}

Call<ServerVersion> GatewayTransport::detectAddress()
{
    DetectionSteps steps;
    steps.version = [this] {
        return start(m_manager.get(httpRequest(url(QStringLiteral("/version")))), false, m_options.detection,
                     gateway::parseVersion);
    };
    steps.status = [this](const QString &apiPath) {
        const QUrl address = url(apiPath + QStringLiteral("/maintenance/status"));
        return start(postRead(m_manager, httpRequest(address), QByteArrayLiteral("{}")), false,
                     m_options.detection, gateway::parseStatusReply);
    };
    if (m_address.scheme() == QLatin1String("http"))
        steps.greeting = [this] { return probeGreeting(m_address); };
    steps.detected = [this](const QString &apiPath) { m_apiPath = apiPath; };
    return detectGateway(std::move(steps), this);
}

Call<RangeReply> GatewayTransport::range(const RangeRequest &request)
{
    return post(QStringLiteral("/kv/range"), gateway::toJson(request), gateway::parseRangeReply);
}

Call<PutReply> GatewayTransport::put(const PutRequest &request)
{
    return post(QStringLiteral("/kv/put"), gateway::toJson(request), gateway::parsePutReply);
}

Call<DeleteRangeReply> GatewayTransport::deleteRange(const DeleteRangeRequest &request)
{
    return post(QStringLiteral("/kv/deleterange"), gateway::toJson(request), gateway::parseDeleteRangeReply);
}

Call<TxnReply> GatewayTransport::txn(const TxnRequest &request)
{
    return post(QStringLiteral("/kv/txn"), gateway::toJson(request), gateway::parseTxnReply);
}

Call<Nothing> GatewayTransport::compact(const CompactionRequest &request)
{
    return post(QStringLiteral("/kv/compaction"), gateway::toJson(request), gateway::parseCompactionReply);
}

Call<StatusReply> GatewayTransport::status()
{
    return post(QStringLiteral("/maintenance/status"), QByteArrayLiteral("{}"), gateway::parseStatusReply);
}

Call<LeaseGrantReply> GatewayTransport::leaseGrant(const LeaseGrantRequest &request)
{
    return post(QStringLiteral("/lease/grant"), gateway::toJson(request), gateway::parseLeaseGrantReply);
}

// The rest of the leases under /kv/ since 3.1; the shorter paths came with 3.4, which kept these.

Call<Nothing> GatewayTransport::leaseRevoke(LeaseId lease)
{
    return post(QStringLiteral("/kv/lease/revoke"), gateway::leaseRevokeJson(lease),
                gateway::parseLeaseRevokeReply);
}

Call<LeaseTimeToLiveReply> GatewayTransport::leaseTimeToLive(LeaseId lease, bool keys)
{
    return post(QStringLiteral("/kv/lease/timetolive"), gateway::leaseTimeToLiveJson(lease, keys),
                gateway::parseLeaseTimeToLiveReply);
}

Call<LeaseLeasesReply> GatewayTransport::leaseLeases()
{
    return post(QStringLiteral("/kv/lease/leases"), QByteArrayLiteral("{}"), gateway::parseLeaseLeasesReply);
}

std::unique_ptr<WatchStream> GatewayTransport::watch(const std::vector<WatchCreateRequest> &requests)
{
    QByteArray body;
    for (WatchCreateRequest request : requests) {
        // Both fields came with 3.4, and older gateways refuse what they do not know.
        if (m_apiPath != QLatin1String("/v3")) {
            request.watchId = 0;
            request.fragment = false;
        }
        body += gateway::toJson(request) + '\n';
    }
    QNetworkRequest http = httpRequest(url(m_apiPath + QStringLiteral("/watch")));
    // A member that lost its leader ends the stream instead of falling silent.
    http.setRawHeader("Grpc-Metadata-hasleader", "true");
    return std::make_unique<GatewayStream>(
        postOnce(m_streams, http, body),
        GatewayStream::Limits {.line = m_options.longestLine,
                               .parseOnPool = std::min(m_options.parseOnPool, m_options.parseLineOnPool)});
}

} // namespace slotscope::core
