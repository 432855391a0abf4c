// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QNetworkProxy>
#include <QNetworkReply>
#include <QNetworkRequest>

namespace slotscope::core {

// Of an HTTP proxy, requests in the clear are handed on by itself; all else goes through a tunnel (CONNECT,
// SOCKS), for which Qt shows the proxy its user and password when it is asked for them.

/// A host that is this machine itself.
bool isLoopback(const QString &host);
/// The one on the way to an address: what is said, and where that leaves it to the system, what the system
/// says, but none to this machine itself.
QNetworkProxy proxyOnTheWay(const QNetworkProxy &said, const QUrl &url);
/// The proxy hands on what is asked of this address.
bool isForwarded(const QUrl &url, const QNetworkProxy &proxy);
/// The same proxy, asked for tunnels only.
QNetworkProxy tunnelsOf(QNetworkProxy proxy);
/// Its host and port, as people write them; empty: it is none that is known.
QString placeOf(const QNetworkProxy &proxy);
/// What a request that is handed on says of its user; empty without one.
QByteArray proxyCredentials(const QNetworkProxy &proxy);
/// Keeps its password out of the log.
void hideInLog(const QNetworkProxy &proxy);

/// The request as it goes through the proxy. What is handed on shows user and password from the start: it
/// could not be sent again once the proxy asks for them.
QNetworkRequest throughProxy(QNetworkRequest request, const QNetworkProxy &proxy);
/// The proxy wants a user and password, or other ones than those of this user.
Error proxyWantsUser(const QString &user);
/// What the error of a reply means where a proxy is to blame for it; nothing where it is none's. `said`: what
/// its body says.
std::optional<Error> proxyError(const QNetworkReply &reply, const Error &said);
/// The proxy itself gives this status to what it cannot hand on.
bool isProxysOwn(int httpStatus);

} // namespace slotscope::core
