// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaydetection.h"

#include "core/etcd/gatewaymessages.h"

#include <QVersionNumber>

namespace slotscope::core {

namespace {

constexpr QLatin1String WantsTls("the server wants https");

/// One run of the detection; a child of its call's state, so it ends with it.
class Detection : public QObject
{
public:
    Detection(DetectionSteps steps, CallState<ServerVersion> *state)
        : QObject(state)
        , m_steps(std::move(steps))
        , m_state(state)
    {
    }

    void start()
    {
        m_steps.version().then(this, [this](const Result<ServerVersion> &version) {
            if (version)
                onVersion(*version);
            else if (version.error().kind == ErrorKind::Network && m_steps.greeting)
                lookAtGreeting(version.error());
            else if (isAboutReaching(version.error().kind))
                m_state->fail(version.error());
            else if (version.error().detail.contains(QLatin1String("HTTP request to an HTTPS server")))
                m_state->fail({.kind = ErrorKind::Tls, .httpStatus = 400, .detail = QString(WantsTls)});
            else
                tryPaths(version.error());
        });
    }

private:
    static bool isAboutReaching(ErrorKind kind)
    {
        return kind == ErrorKind::Network || kind == ErrorKind::Timeout || kind == ErrorKind::Tls
            || kind == ErrorKind::Proxy || kind == ErrorKind::Cancelled;
    }

    void onVersion(const ServerVersion &version)
    {
        const QString path = apiPathOf(version.server);
        if (path.isEmpty()) {
            m_version = version;
            tryPaths(
                {.kind = ErrorKind::Protocol,
                 .detail = QStringLiteral("etcd %1 has no JSON gateway that is known").arg(version.server)});
            return;
        }
        m_steps.detected(path);
        m_state->complete(version);
    }

    /// A port of another service looks like a lost connection; its own words tell more.
    void lookAtGreeting(const Error &lost)
    {
        m_steps.greeting().then(this, [this, lost](const Result<QByteArray> &greeting) {
            if (!greeting || greeting->isEmpty() || greeting->startsWith("HTTP/"))
                m_state->fail(lost);
            else if (greeting->startsWith("\x15\x03")) // a TLS alert record
                m_state->fail({.kind = ErrorKind::Tls, .detail = QString(WantsTls)});
            else
                m_state->fail(
                    {.kind = ErrorKind::Protocol,
                     .detail =
                         QStringLiteral("not an etcd gateway: what answers does not speak HTTP but says %1")
                             .arg(gateway::describeBody(*greeting))});
        });
    }

    /// /version does not help, as with gateways that run apart from etcd (etcd grpc-proxy, reverse proxies).
    void tryPaths(const Error &versionError)
    {
        m_versionError = versionError;
        tryNextPath();
    }

    void tryNextPath()
    {
        if (m_untried.isEmpty()) {
            m_state->fail(
                {.kind = ErrorKind::Protocol,
                 .httpStatus = m_versionError.httpStatus,
                 .detail = QStringLiteral("not an etcd gateway: GET /version %1").arg(m_versionError.detail),
                 .offset = m_versionError.offset});
            return;
        }
        const QString path = m_untried.takeFirst();
        m_steps.status(path).then(this, [this, path](const Result<StatusReply> &status) {
            if (status || isEtcdError(status.error())) {
                if (status)
                    m_version.server = status->version;
                m_steps.detected(path);
                m_state->complete(m_version);
            } else if (isAboutReaching(status.error().kind) && status.error().kind != ErrorKind::Timeout) {
                m_state->fail(status.error());
            } else {
                tryNextPath();
            }
        });
    }

    /// An error in etcd's words shows that the path is right, unless it says that the path is not.
    static bool isEtcdError(const Error &error)
    {
        constexpr int Unimplemented = 12;
        return error.grpcCode >= 0 && error.kind != ErrorKind::NotFound && error.grpcCode != Unimplemented;
    }

    DetectionSteps m_steps;
    CallState<ServerVersion> *m_state;
    ServerVersion m_version;
    Error m_versionError;
    QStringList m_untried {QStringLiteral("/v3"), QStringLiteral("/v3beta"), QStringLiteral("/v3alpha")};
};

} // namespace

Call<ServerVersion> detectGateway(DetectionSteps steps, QObject *context)
{
    auto *state = new CallState<ServerVersion>;
    auto *detection = new Detection(std::move(steps), state);
    QObject::connect(context, &QObject::destroyed, state, [state] { state->cancel(); });
    // Its running request ends with it.
    state->setAbort([detection] { delete detection; });
    detection->start();
    return Call<ServerVersion>(state);
}

QString apiPathOf(const QString &etcdVersion)
{
    const QVersionNumber version = QVersionNumber::fromString(etcdVersion);
    if (version >= QVersionNumber(3, 4))
        return QStringLiteral("/v3");
    if (version >= QVersionNumber(3, 3))
        return QStringLiteral("/v3beta");
    if (version >= QVersionNumber(3, 1))
        return QStringLiteral("/v3alpha");
    return {};
}

} // namespace slotscope::core
