// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/messages.h"

#include <functional>

namespace slotscope::core {

/// What the detection needs of a transport.
struct DetectionSteps
{
    std::function<Call<ServerVersion>()> version; ///< GET /version
    std::function<Call<StatusReply>(const QString &apiPath)> status; ///< maintenance/status below the path
    std::function<Call<QByteArray>()> greeting; ///< the port's first bytes without HTTP; may be empty
    std::function<void(const QString &apiPath)> detected;
};

/// Finds the gateway's path: by etcd's version where /version tells it, else by trying. Fails with Protocol
/// when nothing there answers as etcd does, with the transport's own error when nothing answers. The steps
/// are not used after the death of context.
Call<ServerVersion> detectGateway(DetectionSteps steps, QObject *context);

/// "/v3", "/v3beta" or "/v3alpha"; empty for a version that cannot be read or has no gateway.
QString apiPathOf(const QString &etcdVersion);

} // namespace slotscope::core
