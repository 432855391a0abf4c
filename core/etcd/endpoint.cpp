// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/endpoint.h"

#include <QHostAddress>

namespace slotscope::core {

namespace {

constexpr int DefaultPort = 2379;

Unexpected<Error> unusable(const QString &why)
{
    return {Error {.kind = ErrorKind::InvalidArgument, .detail = why}};
}

} // namespace

Result<Endpoint> Endpoint::parse(const QString &text, const QString &scheme)
{
    QString address = text.trimmed();
    if (address.isEmpty())
        return unusable(QStringLiteral("the address is empty"));
    if (address.contains(QLatin1Char(',')))
        return unusable(QStringLiteral("“%1” is more than one address").arg(address));

    if (!address.contains(QLatin1String("://"))) {
        // A bare IPv6 address, which a URL wants in brackets.
        if (!address.startsWith(QLatin1Char('[')) && address.count(QLatin1Char(':')) > 1
            && QHostAddress(address).protocol() == QAbstractSocket::IPv6Protocol)
            address = QLatin1Char('[') + address + QLatin1Char(']');
        address.prepend(scheme + QLatin1String("://"));
    }

    QUrl url(address, QUrl::StrictMode);
    if (!url.isValid())
        return unusable(url.errorString());
    if (url.scheme() != QLatin1String("http") && url.scheme() != QLatin1String("https"))
        return unusable(QStringLiteral("“%1” is neither http nor https").arg(url.scheme()));
    if (url.host().isEmpty())
        return unusable(QStringLiteral("“%1” names no host").arg(text.trimmed()));
    if (!url.userInfo().isEmpty())
        return unusable(QStringLiteral("a user name or password does not belong into the address"));
    if (url.hasQuery() || url.hasFragment())
        return unusable(QStringLiteral("“?” and “#” do not belong into the address"));
    if (url.port() == 0)
        return unusable(QStringLiteral("0 is not a port"));

    if (url.port() < 0)
        url.setPort(DefaultPort);
    QString path = url.path();
    while (path.endsWith(QLatin1Char('/')))
        path.chop(1);
    url.setPath(path);
    return Endpoint {url};
}

Result<std::vector<Endpoint>> Endpoint::parseList(const QString &text, const QString &scheme)
{
    std::vector<Endpoint> endpoints;
    const QStringList parts = text.split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString &part : parts) {
        if (part.trimmed().isEmpty())
            continue;
        const auto endpoint = parse(part, scheme);
        if (!endpoint)
            return Unexpected {endpoint.error()};
        if (std::find(endpoints.cbegin(), endpoints.cend(), *endpoint) == endpoints.cend())
            endpoints.push_back(*endpoint);
    }
    if (endpoints.empty())
        return unusable(QStringLiteral("the address is empty"));
    return endpoints;
}

QString Endpoint::toString() const
{
    return url.toString();
}

} // namespace slotscope::core
