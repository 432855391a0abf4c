// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QNetworkProxy>
#include <QSslConfiguration>
#include <QUrl>

namespace slotscope::core {

/// What a port speaks, after it has not spoken what was expected. Each probe makes a connection of its own,
/// and takes no longer than two seconds; then the answer is no.

/// The beginning of what a server says that speaks HTTP/2, as gRPC does, whatever it is asked.
bool isHttp2(const QByteArray &received);

/// It begins a TLS handshake, whoever it is.
Call<bool> probeTls(const QUrl &endpoint, const QNetworkProxy &proxy);
/// It answers HTTP/1 in the clear.
Call<bool> probeClearHttp(const QUrl &endpoint, const QNetworkProxy &proxy);
/// It speaks HTTP/2, as gRPC does; over TLS with this configuration where the endpoint is https.
Call<bool> probeHttp2(const QUrl &endpoint, const QNetworkProxy &proxy, const QSslConfiguration &tls);

} // namespace slotscope::core
