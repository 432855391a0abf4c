// SPDX-License-Identifier: GPL-3.0-or-later
//
// The steps of ConnectionTest that speak with etcd.
#include "core/etcd/connectiontest.h"

#include "core/base/log.h"
#include "core/etcd/gatewaydetection.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/httpexchange.h"
#include "core/etcd/peerprobe.h"
#include "core/etcd/proxies.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>

namespace slotscope::core {

namespace {

constexpr qint64 LargestReply = 4LL * 1024 * 1024;

bool isRedirect(int status)
{
    return status >= 300 && status < 400;
}

bool isAboutReaching(const Error &error)
{
    return error.kind == ErrorKind::Network || error.kind == ErrorKind::Timeout
        || error.kind == ErrorKind::Tls || error.kind == ErrorKind::Proxy;
}

/// Of an error that is about reaching it, and of any other that is not told apart.
ConnectionFault faultOf(const Error &error)
{
    return error.kind == ErrorKind::Timeout ? ConnectionFault::NoAnswer
        : error.kind == ErrorKind::Proxy    ? ConnectionFault::ProxyFailed
                                            : ConnectionFault::Other;
}

/// What etcd itself says, whatever it says.
bool isEtcdError(const Error &error)
{
    constexpr int Unimplemented = 12;
    return error.grpcCode >= 0 && error.kind != ErrorKind::NotFound && error.grpcCode != Unimplemented;
}

KeyRange rangeOf(const QJsonObject &permission)
{
    const auto bytes = [&permission](const char *name) {
        return QByteArray::fromBase64(permission.value(QLatin1String(name)).toString().toLatin1());
    };
    return {.begin = bytes("key"), .end = bytes("range_end")};
}

bool isEverything(const KeyRange &range)
{
    const QByteArray zero(1, '\0');
    return range.end == zero && (range.begin.isEmpty() || range.begin == zero);
}

} // namespace

QNetworkRequest ConnectionTest::request(const QString &path) const
{
    QUrl url = m_url;
    QString base = url.path();
    while (base.endsWith(QLatin1Char('/')))
        base.chop(1);
    url.setPath(base + path);
    QNetworkRequest request = gatewayRequest(url);
    if (isTls()) {
        request.setSslConfiguration(m_tls);
        if (!m_options.tls.serverName.isEmpty())
            request.setPeerVerifyName(m_options.tls.serverName);
    }
    if (!m_token.isEmpty())
        request.setRawHeader("Authorization", m_token);
    return throughProxy(request, m_proxy);
}

void ConnectionTest::ask(QNetworkReply *reply, Answer then)
{
    const HttpExchange::Limits limits {
        .silence = m_options.connectTimeout, .head = m_options.connectTimeout, .size = LargestReply};
    auto *exchange = new HttpExchange(reply, limits, this);
    connect(exchange, &HttpExchange::finished, this, during(*m_step, std::move(then)));
}

void ConnectionTest::get(const QString &path, Answer then)
{
    ask(m_manager.get(request(path)), std::move(then));
}

void ConnectionTest::post(const QString &path, const QJsonObject &body, Answer then)
{
    ask(postRead(m_manager, request(m_report.apiPath + path),
                 QJsonDocument(body).toJson(QJsonDocument::Compact)),
        std::move(then));
}

void ConnectionTest::askVersion()
{
    begin(TestStep::Version);
    get(QStringLiteral("/version"), [this](const Result<QByteArray> &body) {
        const auto version =
            body ? gateway::parseVersion(*body) : Result<ServerVersion>(Unexpected {body.error()});
        m_untried = {QStringLiteral("/v3"), QStringLiteral("/v3beta"), QStringLiteral("/v3alpha")};
        if (version) {
            m_report.version = *version;
            const QString path = apiPathOf(version->server);
            if (path.isEmpty()) {
                fail(ConnectionFault::TooOld,
                     {.kind = ErrorKind::Protocol, .detail = QStringLiteral("etcd %1").arg(version->server)});
                return;
            }
            end(TestStep::Version, StepOutcome::Passed);
            m_untried = QStringList {path};
            begin(TestStep::Gateway);
        } else if (isRedirect(version.error().httpStatus)) {
            fail(ConnectionFault::Redirected, version.error());
            return;
        } else if (isAboutReaching(version.error())) {
            fail(faultOf(version.error()), version.error());
            return;
        }
        // Gateways that run apart from etcd have no /version; so it may be one all the same.
        m_versionError = version ? Error {} : version.error();
        tryGateway();
    });
}

void ConnectionTest::tryGateway()
{
    m_report.apiPath = m_untried.takeFirst();
    post(QStringLiteral("/maintenance/status"), {}, [this](const Result<QByteArray> &body) {
        const auto status =
            body ? gateway::parseStatusReply(*body) : Result<StatusReply>(Unexpected {body.error()});
        if (status) {
            takeStatus(m_report.apiPath, *status);
        } else if (isEtcdError(status.error())) {
            // It is the gateway that hands on etcd's refusal.
            end(TestStep::Version, StepOutcome::Passed);
            end(TestStep::Gateway, StepOutcome::Passed);
            authenticate();
        } else if (!m_untried.isEmpty() && !isAboutReaching(status.error())) {
            tryGateway();
        } else {
            noGateway(status.error());
        }
    });
}

void ConnectionTest::takeStatus(const QString &path, const StatusReply &status)
{
    m_report.apiPath = path;
    m_report.status = status;
    if (m_report.at(TestStep::Version).outcome == StepOutcome::Running) {
        m_report.version.server = status.version;
        end(TestStep::Version, StepOutcome::Passed);
        begin(TestStep::Gateway);
    }
    if (status.leader == 0) {
        fail(ConnectionFault::NoLeader,
             {.kind = ErrorKind::Unavailable, .detail = status.errors.join(QStringLiteral("; "))});
        return;
    }
    if (status.errors.isEmpty())
        end(TestStep::Gateway, StepOutcome::Passed);
    else
        end(TestStep::Gateway, StepOutcome::Warning, ConnectionFault::Alarm,
            {.kind = ErrorKind::Server, .detail = status.errors.join(QStringLiteral("; "))});
    authenticate();
}

void ConnectionTest::noGateway(const Error &error)
{
    if (m_step == TestStep::Gateway) {
        fail(isAboutReaching(error)             ? faultOf(error)
                 : isRedirect(error.httpStatus) ? ConnectionFault::Redirected
                                                : ConnectionFault::GatewayDisabled,
             error);
        return;
    }
    probeHttp2(m_url, m_proxy, m_tls).then(this, during(TestStep::Version, [this](const Result<bool> &http2) {
                                               fail(http2 && *http2 ? ConnectionFault::GrpcOnly
                                                                    : ConnectionFault::NotEtcd,
                                                    m_versionError);
                                           }));
}

void ConnectionTest::authenticate()
{
    begin(TestStep::Auth);
    if (m_options.user.isEmpty()) {
        findOutWhetherAuth();
        return;
    }
    const QJsonObject body {{QStringLiteral("name"), m_options.user},
                            {QStringLiteral("password"), m_options.password}};
    post(QStringLiteral("/auth/authenticate"), body, [this](const Result<QByteArray> &reply) {
        if (reply) {
            const auto token = gateway::parseAuthenticateReply(*reply);
            if (!token) {
                fail(ConnectionFault::Other, token.error());
                return;
            }
            m_token = *token;
            hideInLog(m_token);
            m_report.authEnabled = true;
            end(TestStep::Auth, StepOutcome::Passed);
            askPermissions();
        } else if (reply.error().detail.contains(QLatin1String("authentication is not enabled"))) {
            end(TestStep::Auth, StepOutcome::Warning, ConnectionFault::AuthDisabled, reply.error());
            askPermissions();
        } else if (reply.error().detail.contains(QLatin1String("authentication failed"))
                   || reply.error().kind == ErrorKind::Unauthenticated) {
            fail(ConnectionFault::WrongPassword, reply.error());
        } else {
            fail(faultOf(reply.error()), reply.error());
        }
    });
}

void ConnectionTest::findOutWhetherAuth()
{
    // One key that is hardly there; etcd asks who wants to know, before it looks.
    const QJsonObject body {{QStringLiteral("key"), QStringLiteral("AA==")},
                            {QStringLiteral("keys_only"), true}};
    post(QStringLiteral("/kv/range"), body, [this](const Result<QByteArray> &reply) {
        if (reply) {
            end(TestStep::Auth, StepOutcome::Skipped);
            askPermissions();
        } else if (reply.error().kind == ErrorKind::Unauthenticated) {
            m_report.authEnabled = true;
            fail(ConnectionFault::AuthNeeded, reply.error());
        } else if (reply.error().kind == ErrorKind::Unavailable) {
            fail(ConnectionFault::NoLeader, reply.error());
        } else {
            fail(faultOf(reply.error()), reply.error());
        }
    });
}

void ConnectionTest::askPermissions()
{
    begin(TestStep::Permissions);
    if (m_token.isEmpty()) {
        m_report.readsEverything = m_report.writesEverything = true;
        judgePermissions();
        return;
    }
    post(QStringLiteral("/auth/user/get"), {{QStringLiteral("name"), m_options.user}},
         [this](const Result<QByteArray> &reply) {
             if (!reply) {
                 end(TestStep::Permissions, StepOutcome::Warning, ConnectionFault::Other, reply.error());
                 finish();
                 return;
             }
             QStringList roles;
             const QJsonArray given =
                 QJsonDocument::fromJson(*reply).object().value(QLatin1String("roles")).toArray();
             for (const auto role : given)
                 roles += role.toString();
             if (roles.contains(QLatin1String("root")))
                 m_report.readsEverything = m_report.writesEverything = true;
             askRoles(roles);
         });
}

void ConnectionTest::askRoles(QStringList roles)
{
    if (roles.isEmpty() || m_report.writesEverything) {
        judgePermissions();
        return;
    }
    const QString role = roles.takeFirst();
    post(QStringLiteral("/auth/role/get"), {{QStringLiteral("role"), role}},
         [this, roles](const Result<QByteArray> &reply) {
             const QJsonArray permissions = reply
                 ? QJsonDocument::fromJson(*reply).object().value(QLatin1String("perm")).toArray()
                 : QJsonArray();
             for (const auto value : permissions) {
                 const QJsonObject permission = value.toObject();
                 // The first of the enum, READ, is left out as every default is.
                 const QString type = permission.value(QLatin1String("permType")).toString();
                 const GrantedRange granted {.range = rangeOf(permission),
                                             .read = type != QLatin1String("WRITE"),
                                             .write = type.endsWith(QLatin1String("WRITE"))};
                 if (isEverything(granted.range)) {
                     m_report.readsEverything |= granted.read;
                     m_report.writesEverything |= granted.write;
                 }
                 m_report.granted.push_back(granted);
             }
             askRoles(roles);
         });
}

void ConnectionTest::judgePermissions()
{
    const bool any = m_report.readsEverything || m_report.writesEverything || !m_report.granted.empty();
    if (!any) {
        fail(ConnectionFault::NothingGranted, {.kind = ErrorKind::PermissionDenied});
        return;
    }
    end(TestStep::Permissions, StepOutcome::Passed);
    finish();
}

} // namespace slotscope::core
