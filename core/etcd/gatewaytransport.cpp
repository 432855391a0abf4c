// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaytransport.h"

#include "core/base/log.h"
#include "core/base/onpool.h"
#include "core/etcd/authorizedstream.h"
#include "core/etcd/clusterquery.h"
#include "core/etcd/gatewaydetection.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/gatewaystream.h"
#include "core/etcd/greetingprobe.h"
#include "core/etcd/httpexchange.h"
#include "core/etcd/proxies.h"
#include "core/etcd/rowreaders.h"
#include "core/etcd/tls.h"

#include <QLoggingCategory>
#include <QNetworkProxy>
#include <QNetworkReply>

namespace slotscope::core {

namespace {

Q_LOGGING_CATEGORY(LogBulk, "slotscope.bulk")

/// A call over HTTP/2 waits 40 ms for an acknowledgement before it leaves: so few rows are there sooner by
/// JSON.
constexpr qint64 FewRows = 512;
/// gRPC that fails so often in a row, while JSON gets through, is left alone.
constexpr int MostGrpcFailures = 2;

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
    , m_budget(std::make_shared<ReplyBudget>(options.heldReplies))
    , m_grpc(new GrpcChannel(
          {.head = options.grpcHead, .silence = options.grpcSilence},
          [this](const QSslCertificate &certificate) {
              return isTrustedByChoice(certificate, m_connection.tls);
          },
          this))
    , m_tokens([this](const QString &user, const QString &password) {
        return authenticate(m_address, user, password);
    })
    , m_probe({.ask = [this] { return statusAt(m_address); },
               .choose = [this] { return choose(); },
               .address = [this] { return m_address; }},
              options.probing)
{
    hideInLog(connection.password.toUtf8());
    hideInLog(connection.tls.keyPassword);
    hideInLog(connection.proxy);
    // No proxy reaches this machine's own loopback, whatever the system says.
    m_proxy = connection.proxy;
    if (m_proxy.type() == QNetworkProxy::DefaultProxy && isLoopback(m_endpoint.host()))
        m_proxy = QNetworkProxy::NoProxy;
    for (QNetworkAccessManager *manager : {&m_manager, &m_streams}) {
        if (m_proxy.type() != QNetworkProxy::DefaultProxy)
            manager->setProxy(m_proxy);
        watchCertificates(*manager);
    }
    m_tokens.setUser(connection.user, connection.password);
    connect(&m_probe, &MemberProbe::lost, this, &GatewayTransport::leaveMember);
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
        m_grpc->leaveConnection();
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
    return throughProxy(request, proxyTo(url));
}

QNetworkProxy GatewayTransport::proxyTo(const QUrl &url) const
{
    if (m_proxy.type() != QNetworkProxy::DefaultProxy)
        return m_proxy;
    // To find the system's may take a while.
    const auto known = m_systemProxies.constFind(url.authority());
    if (known != m_systemProxies.cend())
        return *known;
    const QNetworkProxy proxy = proxyOnTheWay(m_proxy, url);
    hideInLog(proxy);
    m_systemProxies.insert(url.authority(), proxy);
    return proxy;
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
                                std::function<Result<T>(const QByteArray &)> parse,
                                std::unique_ptr<ReplyShare> share)
{
    // A range takes as long as it needs while bytes flow; all else is small and has one deadline.
    const HttpExchange::Limits limits {
        .silence = large ? m_options.rangeSilence : deadline,
        .head = large ? m_options.rangeHead : deadline,
        .size = m_options.largestReply,
        .whole = large ? std::chrono::milliseconds {} : deadline,
        .share = share.get(),
    };
    auto *state = new CallState<T>;
    if (share)
        share.release()->setParent(state); // until the body has been parsed
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
                    completeOnPool(state, parse, *body);
                else
                    state->complete(parse(*body));
            });
    return Call<T>(state);
}

template <typename T>
Call<T> GatewayTransport::post(const QString &path, const QByteArray &body,
                               Result<T> (*parse)(const QByteArray &))
{
    return post(path, body, parse, m_options.deadline);
}

template <typename T>
Call<T> GatewayTransport::post(const QString &path, const QByteArray &body,
                               Result<T> (*parse)(const QByteArray &), std::chrono::milliseconds deadline)
{
    return m_tokens.authorized<T>([this, path, body, parse, deadline](const QByteArray &token) {
        return start<T>(postOnce(m_manager, withToken(httpRequest(url(m_apiPath + path)), token), body),
                        std::is_same_v<T, RangeReply>, deadline, parse);
    });
}

template <typename T>
Call<T> GatewayTransport::ask(const QString &path, const QByteArray &body,
                              Result<T> (*parse)(const QByteArray &))
{
    auto *state = new CallState<T>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    post(path, body, parse, std::min(m_options.choosing, m_options.deadline))
        .then(asking, [=, this, alive = QPointer(this)](const Result<T> &first) {
            if (first || first.error().kind != ErrorKind::Timeout || !alive)
                return state->complete(first);
            post(path, body, parse).then(asking, [state](const Result<T> &second) {
                state->complete(second);
            });
        });
    return Call<T>(state);
}

QNetworkRequest GatewayTransport::withToken(QNetworkRequest request, const QByteArray &token) const
{
    if (!token.isEmpty())
        request.setRawHeader("Authorization", token);
    return request;
}

Call<QByteArray> GatewayTransport::authenticate(const QUrl &address, const QString &user,
                                                const QString &password)
{
    const QUrl place = url(address, m_apiPath + QStringLiteral("/auth/authenticate"));
    return start<QByteArray>(
        postOnce(m_manager, httpRequest(place), gateway::authenticateJson(user, password)), false,
        m_options.deadline, gateway::parseAuthenticateReply);
}

void GatewayTransport::signIn(const QString &user, const QString &password)
{
    m_tokens.setUser(user, password);
}

Call<AccessRights> GatewayTransport::accessRights()
{
    if (!m_tokens.hasUser())
        return finishedCall<AccessRights>(AccessRights {});
    auto *state = new CallState<AccessRights>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    const auto query = [this, state, asking] {
        const AccessRights everything {.user = m_tokens.user(), .roles = {}};
        if (m_tokens.token().isEmpty()) // the server has no authentication
            return state->complete(everything);
        queryRights(
            m_tokens.user(),
            [this] {
                return ask(QStringLiteral("/auth/user/get"), gateway::namedJson("name", m_tokens.user()),
                           gateway::parseUserReply);
            },
            [this](const QString &role) {
                return ask(QStringLiteral("/auth/role/get"), gateway::namedJson("role", role),
                           gateway::parseRoleReply);
            },
            this)
            .then(asking, [state](const Result<AccessRights> &rights) { state->complete(rights); });
    };
    if (m_tokens.isSettled()) {
        query();
        return Call<AccessRights>(state);
    }
    m_tokens.renewed({}).then(asking,
                              [query, state, alive = QPointer(this)](const Result<QByteArray> &token) {
                                  if (!token)
                                      state->fail(token.error());
                                  else if (alive)
                                      query();
                              });
    return Call<AccessRights>(state);
}

Call<StatusReply> GatewayTransport::statusAt(const QUrl &address)
{
    // Not by the keeper, who asks the member that is in use for another token.
    const auto ask = [this, address](const QByteArray &token) {
        const QUrl place = url(address, m_apiPath + QStringLiteral("/maintenance/status"));
        return start<StatusReply>(
            postRead(m_manager, withToken(httpRequest(place), token), QByteArrayLiteral("{}")), false,
            m_options.choosing, gateway::parseStatusReply);
    };
    if (!m_tokens.hasUser())
        return ask({});
    auto *state = new CallState<StatusReply>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    const auto alive = QPointer(this);
    ask(m_tokens.token()).then(asking, [=, this](const Result<StatusReply> &status) {
        if (status || !TokenKeeper::isWornOut(status.error()) || !alive)
            return state->complete(status);
        m_tokens
            .authenticateBy([this, address](const QString &user, const QString &password) {
                return authenticate(address, user, password);
            })
            .then(asking, [=, this](const Result<QByteArray> &token) {
                if (!token || !alive)
                    return state->complete(status);
                m_tokens.adopt(*token);
                ask(*token).then(asking,
                                 [state](const Result<StatusReply> &second) { state->complete(second); });
            });
    });
    return Call<StatusReply>(state);
}

Call<ClusterState> GatewayTransport::clusterState()
{
    ClusterSteps steps;
    steps.members = [this] {
        return post(QStringLiteral("/cluster/member/list"), QByteArrayLiteral("{}"),
                    gateway::parseMemberListReply);
    };
    steps.alarms = [this] {
        return post(QStringLiteral("/maintenance/alarm"), QByteArrayLiteral("{}"), gateway::parseAlarmReply);
    };
    steps.status = [this](const QUrl &address) { return statusAt(address); };
    steps.address = m_address;
    return queryCluster(std::move(steps), this);
}

Call<ServerVersion> GatewayTransport::detect()
{
    m_probe.stop();
    m_systemProxies.clear();
    m_grpc->leaveConnection(); // it may be what was lost
    if (const auto error = readCertificates())
        return finishedCall<ServerVersion>(Unexpected {*error});
    const std::vector<MemberAddress> all = addresses();
    if (all.size() < 2)
        return detectAddress();

    // Several were given, or something went wrong before: see who of the cluster serves.
    auto *state = new CallState<ServerVersion>;
    choose().then(state, [this, alive = QPointer(this), state, all](const Result<QUrl> &address) {
        if (!address || !alive)
            return state->fail(address ? Error {.kind = ErrorKind::Cancelled} : address.error());
        m_address = *address;
        std::vector<QUrl> others;
        for (const MemberAddress &other : all) {
            if (other.url != m_address)
                others.push_back(other.url);
        }
        detectOneOf(std::move(others), state);
    });
    return Call<ServerVersion>(state);
}

Call<QUrl> GatewayTransport::choose()
{
    return chooseMember(
        addresses(), m_clusterId, [this](const QUrl &address) { return statusAt(address); }, this);
}

void GatewayTransport::detectOneOf(std::vector<QUrl> others, CallState<ServerVersion> *state)
{
    detectAddress().then(state,
                         [this, alive = QPointer(this), others = std::move(others),
                          state](const Result<ServerVersion> &version) {
                             const bool unreached = !version
                                 && (version.error().kind == ErrorKind::Network
                                     || version.error().kind == ErrorKind::Timeout);
                             if (!alive || !unreached || others.empty())
                                 return state->complete(version);
                             m_address = others.front();
                             detectOneOf({others.cbegin() + 1, others.cend()}, state);
                         });
}

void GatewayTransport::leaveMember(const Error &error)
{
    const auto exchanges = findChildren<HttpExchange *>(QString(), Qt::FindDirectChildrenOnly);
    for (HttpExchange *exchange : exchanges)
        exchange->fail({.kind = ErrorKind::Network,
                        .detail = QStringLiteral("the member at %1 does not serve any more: %2")
                                      .arg(m_address.authority(), error.detail)});
    Q_EMIT memberLost(error);
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
    if (addresses().size() > 1)
        m_probe.start();
    post(QStringLiteral("/cluster/member/list"), QByteArrayLiteral("{}"), gateway::parseMemberListReply)
        .then(this, [this](const Result<MemberListReply> &reply) {
            // Without an answer, those who were known before are still the best guess.
            if (!reply)
                return;
            m_clusterId = reply->header.clusterId;
            m_others = otherMembers(*reply, m_address.scheme());
            if (addresses().size() > 1)
                m_probe.start();
        });
}

Call<ServerVersion> GatewayTransport::detectAddress()
{
    DetectionSteps steps;
    steps.version = [this] {
        return start<ServerVersion>(m_manager.get(httpRequest(url(QStringLiteral("/version")))), false,
                                    m_options.detection, gateway::parseVersion);
    };
    steps.status = [this](const QString &apiPath) {
        const QUrl address = url(apiPath + QStringLiteral("/maintenance/status"));
        return start<StatusReply>(
            postRead(m_manager, withToken(httpRequest(address), m_tokens.token()), QByteArrayLiteral("{}")),
            false, m_options.detection, gateway::parseStatusReply);
    };
    // It goes without a proxy.
    if (m_address.scheme() == QLatin1String("http")
        && m_connection.proxy.type() == QNetworkProxy::DefaultProxy)
        steps.greeting = [this] { return probeGreeting(m_address); };
    steps.detected = [this](const QString &apiPath) { m_apiPath = apiPath; };
    return detectGateway(std::move(steps), this);
}

Call<RangeReply> GatewayTransport::range(const RangeRequest &request)
{
    return post(QStringLiteral("/kv/range"), gateway::toJson(request), gateway::parseRangeReply);
}

bool GatewayTransport::usesGrpc() const
{
    // gRPC has no place for the path of a gateway that is behind a proxy.
    const bool isRoot = m_address.path().isEmpty() || m_address.path() == QLatin1String("/");
    return m_connection.grpc && isRoot && m_grpcRefusedBy != m_address;
}

Call<RowsReply> GatewayTransport::rows(const RangeRequest &request)
{
    if (!usesGrpc() || request.countOnly || (request.limit > 0 && request.limit <= FewRows))
        return rowsByJson(request);
    auto *state = new CallState<RowsReply>;
    auto *share = shareFor(request).release();
    share->setParent(state);
    const auto send = [this, request, share = QPointer(share)](const QByteArray &token) {
        QUrl method = m_address;
        method.setPath(QStringLiteral("/etcdserverpb.KV/Range"));
        QNetworkRequest http = withToken(httpRequest(method), token);
        if (!token.isEmpty())
            http.setRawHeader("token", token); // its name without a gateway
        return m_grpc->call(http, proxyTo(method), grpc::toProtobuf(request), share);
    };
    const Call<QByteArray> call = m_tokens.authorized<QByteArray>(send);
    state->setAbort([call] { call.cancel(); });
    const QPointer<GatewayTransport> guard(this);
    call.then(state, [this, state, request, guard, age = m_grpcAge](const Result<QByteArray> &reply) {
        if (reply) {
            if (guard)
                m_grpcFailures = 0;
            completeOnPool(state, grpc::parseRows, *reply, request.limit);
            return;
        }
        // 12 is what answers to gRPC, but not as etcd does.
        const Error &error = reply.error();
        const bool isEtcds = error.grpcCode > 0 && error.grpcCode != 12;
        const bool isTooLarge = error.kind == ErrorKind::TooLarge; // by JSON it would be larger still
        if (!guard || error.kind == ErrorKind::Cancelled || isEtcds || isTooLarge) {
            state->fail(error);
            return;
        }
        const Call<RowsReply> again = rowsByJson(request);
        state->setAbort([again] { again.cancel(); });
        again.then(state, [this, state, guard, age, error](const Result<RowsReply> &rows) {
            // Where JSON does not get through either, it is not gRPC's fault.
            if (guard && rows)
                noteGrpcFailure(error, age);
            state->complete(rows);
        });
    });
    return Call<RowsReply>(state);
}

void GatewayTransport::noteGrpcFailure(const Error &error, quint64 age)
{
    if (age == m_grpcAge) {
        ++m_grpcAge;
        ++m_grpcFailures;
    }
    // A connection that breaks may be a member that was away for a moment; the rest is refusal.
    const bool isFinal = error.kind != ErrorKind::Network || m_grpcFailures >= MostGrpcFailures;
    if (!isFinal || m_grpcRefusedBy == m_address)
        return;
    m_grpcRefusedBy = m_address;
    m_grpc->leaveConnection();
    qCInfo(LogBulk).noquote()
        << QStringLiteral("Large ranges are read as JSON from now on: %1 does not answer to gRPC (%2)")
               .arg(m_address.toDisplayString(QUrl::RemoveUserInfo), error.detail);
}

Call<RowsReply> GatewayTransport::rowsByJson(const RangeRequest &request)
{
    return m_tokens.authorized<RowsReply>(
        [this, request, body = gateway::toJson(request)](const QByteArray &token) {
            const QUrl place = url(m_apiPath + QStringLiteral("/kv/range"));
            return start<RowsReply>(
                postOnce(m_manager, withToken(httpRequest(place), token), body), true, m_options.deadline,
                [most = request.limit](const QByteArray &json) { return gateway::parseRows(json, most); },
                shareFor(request));
        });
}

std::unique_ptr<ReplyShare> GatewayTransport::shareFor(const RangeRequest &request) const
{
    // There is nothing less to ask for than a single row.
    if (request.limit == 1)
        return std::make_unique<ReplyShare>(m_budget, m_options.largestRow, ErrorKind::Protocol);
    return std::make_unique<ReplyShare>(m_budget, m_options.largestRows, ErrorKind::TooLarge);
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
    const auto open = [this, body](const QByteArray &token) -> std::unique_ptr<WatchStream> {
        QNetworkRequest http = withToken(httpRequest(url(m_apiPath + QStringLiteral("/watch"))), token);
        // A member that lost its leader ends the stream instead of falling silent.
        http.setRawHeader("Grpc-Metadata-hasleader", "true");
        return std::make_unique<GatewayStream>(
            postOnce(m_streams, http, body),
            GatewayStream::Limits {.line = m_options.longestLine,
                                   .parseOnPool =
                                       std::min(m_options.parseOnPool, m_options.parseLineOnPool)});
    };
    if (!m_tokens.hasUser())
        return open({});
    return std::make_unique<AuthorizedStream>(&m_tokens, open);
}

} // namespace slotscope::core
