// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/proxies.h"

#include "core/base/log.h"

#include <QHostAddress>

namespace slotscope::core {

namespace {

// Of a request: that it is handed on, and whose user and password the proxy is shown.
constexpr auto ForwardedAttribute =
    static_cast<QNetworkRequest::Attribute>(static_cast<int>(QNetworkRequest::User) + 1);
constexpr auto ProxyUserAttribute =
    static_cast<QNetworkRequest::Attribute>(static_cast<int>(QNetworkRequest::User) + 2);

constexpr int Forbidden = 403;
constexpr int AuthenticationRequired = 407;

} // namespace

bool isLoopback(const QString &host)
{
    return host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0
        || QHostAddress(host).isLoopback();
}

QNetworkProxy proxyOnTheWay(const QNetworkProxy &said, const QUrl &url)
{
    if (said.type() != QNetworkProxy::DefaultProxy)
        return said;
    return isLoopback(url.host()) ? QNetworkProxy(QNetworkProxy::NoProxy)
                                  : QNetworkProxyFactory::proxyForQuery(QNetworkProxyQuery(url)).value(0);
}

bool isForwarded(const QUrl &url, const QNetworkProxy &proxy)
{
    const bool http =
        proxy.type() == QNetworkProxy::HttpProxy || proxy.type() == QNetworkProxy::HttpCachingProxy;
    return http && proxy.isCachingProxy() && url.scheme() == QLatin1String("http");
}

QNetworkProxy tunnelsOf(QNetworkProxy proxy)
{
    if (proxy.type() == QNetworkProxy::HttpProxy)
        proxy.setCapabilities(proxy.capabilities()
                              & ~QNetworkProxy::Capabilities(QNetworkProxy::CachingCapability));
    return proxy;
}

QString placeOf(const QNetworkProxy &proxy)
{
    return proxy.hostName().isEmpty() ? QString()
                                      : QStringLiteral("%1:%2").arg(proxy.hostName()).arg(proxy.port());
}

QByteArray proxyCredentials(const QNetworkProxy &proxy)
{
    // In Latin-1, as Qt shows them for a tunnel.
    return proxy.user().isEmpty()
        ? QByteArray()
        : "Basic " + (proxy.user() + QLatin1Char(':') + proxy.password()).toLatin1().toBase64();
}

void hideInLog(const QNetworkProxy &proxy)
{
    if (proxy.password().isEmpty())
        return;
    hideInLog(proxy.password().toUtf8());
    hideInLog(proxyCredentials(proxy).mid(6));
}

QNetworkRequest throughProxy(QNetworkRequest request, const QNetworkProxy &proxy)
{
    request.setAttribute(ProxyUserAttribute, proxy.user());
    if (!isForwarded(request.url(), proxy))
        return request;
    request.setAttribute(ForwardedAttribute, true);
    if (const QByteArray credentials = proxyCredentials(proxy); !credentials.isEmpty())
        request.setRawHeader("Proxy-Authorization", credentials);
    return request;
}

Error proxyWantsUser(const QString &user)
{
    return {.kind = ErrorKind::Proxy,
            .httpStatus = AuthenticationRequired,
            .detail = user.isEmpty()
                ? QStringLiteral("the proxy wants a user name and a password")
                : QStringLiteral("the proxy does not accept the user “%1” or the password").arg(user)};
}

bool isProxysOwn(int httpStatus)
{
    constexpr int BadGateway = 502;
    constexpr int GatewayTimeout = 504;
    return httpStatus == Forbidden || httpStatus == AuthenticationRequired
        || (httpStatus >= BadGateway && httpStatus <= GatewayTimeout);
}

std::optional<Error> proxyError(const QNetworkReply &reply, const Error &said)
{
    const QNetworkRequest request = reply.request();
    const bool forwarded = request.attribute(ForwardedAttribute).toBool();
    const int status = said.httpStatus;
    const auto unusable = [&reply] {
        return Error {.kind = ErrorKind::Network,
                      .detail = QStringLiteral("the proxy cannot be used: %1").arg(reply.errorString())};
    };
    if (reply.error() == QNetworkReply::ProxyAuthenticationRequiredError || status == AuthenticationRequired)
        return proxyWantsUser(request.attribute(ProxyUserAttribute).toString());
    switch (reply.error()) {
    case QNetworkReply::ConnectionRefusedError:
    case QNetworkReply::HostNotFoundError:
        // Nobody else was connected to.
        if (forwarded)
            return unusable();
        break;
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
        return unusable();
    default:
        break;
    }
    // What etcd's gateway says is known by its form; so these are the proxy's words.
    if (forwarded && said.kind == ErrorKind::Http && isProxysOwn(status)) {
        if (status == Forbidden)
            return Error {.kind = ErrorKind::Proxy,
                          .httpStatus = status,
                          .detail = QStringLiteral("the proxy refuses: %1").arg(said.detail)};
        return Error {.kind = ErrorKind::Network,
                      .httpStatus = status,
                      .detail = QStringLiteral("the proxy does not get through: %1").arg(said.detail)};
    }
    return std::nullopt;
}

} // namespace slotscope::core
