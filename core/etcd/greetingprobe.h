// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QUrl>

namespace slotscope::core {

/// Asks a port by plain TCP what it speaks, after an HTTP request failed there without an answer:
/// QNetworkAccessManager reports any answer that is not HTTP as a lost connection and keeps the bytes to
/// itself. Gives the first bytes of the answer; nothing when none come within two seconds.
Call<QByteArray> probeGreeting(const QUrl &endpoint);

} // namespace slotscope::core
