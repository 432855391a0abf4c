// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/endpoint.h"

#include <QHostAddress>
#include <QRegularExpression>

namespace slotscope::core {

namespace {

constexpr int DefaultPort = 2379;
constexpr int LastPort = 65535;

Unexpected<Error> unusable(const QString &why)
{
    return {Error {.kind = ErrorKind::InvalidArgument, .detail = why}};
}

/// What stands in the place of the port; empty: nothing does, or it may be part of a password.
QString portText(const QString &url)
{
    static const QRegularExpression port(QStringLiteral(R"(^[^:]+://(?:\[[^\]]*\]|[^/?#:\[]*):([^/?#]*))"));
    return url.contains(QLatin1Char('@')) ? QString() : port.match(url).captured(1);
}

/// What QUrl says, without what it was made of, which people have before their eyes.
QString reason(const QUrl &url)
{
    QString text = url.errorString().section(QLatin1String("; source was"), 0, 0);
    if (!text.isEmpty())
        text[0] = text[0].toLower();
    return text;
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

    // Before QUrl, which says no more than that something is wrong with it.
    const QString port = portText(address);
    bool isNumber = false;
    const int number = port.toInt(&isNumber);
    if (!port.isEmpty() && (!isNumber || number < 1 || number > LastPort))
        return unusable(QStringLiteral("the port %1 is not one between 1 and %2").arg(port).arg(LastPort));

    QUrl url(address, QUrl::StrictMode);
    if (!url.isValid())
        return unusable(reason(url));
    if (url.scheme() != QLatin1String("http") && url.scheme() != QLatin1String("https"))
        return unusable(QStringLiteral("“%1” is neither http nor https").arg(url.scheme()));
    if (url.host().isEmpty())
        return unusable(QStringLiteral("“%1” names no host").arg(text.trimmed()));
    if (!url.userInfo().isEmpty())
        return unusable(QStringLiteral("a user name or password does not belong into the address"));
    if (url.hasQuery() || url.hasFragment())
        return unusable(QStringLiteral("“?” and “#” do not belong into the address"));

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
