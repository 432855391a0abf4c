// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/clusterstate.h"

#include <functional>

namespace slotscope::core {

/// The requests of a query, made for it by the transport.
struct ClusterSteps
{
    std::function<Call<MemberListReply>()> members;
    std::function<Call<std::vector<Alarm>>()> alarms;
    /// Of whoever answers at the address.
    std::function<Call<StatusReply>(const QUrl &address)> status;
    /// Where the member is that has told of the others.
    QUrl address;
};

/// Asks who belongs to the cluster, then every one of them how it is, all at once. Fails only when nobody
/// tells who they are.
Call<ClusterState> queryCluster(ClusterSteps steps, QObject *context);

} // namespace slotscope::core
