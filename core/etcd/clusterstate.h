// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/etcd/memberchoice.h"
#include "core/etcd/messages.h"

#include <optional>
#include <vector>

namespace slotscope::core {

/// One member of a cluster and what it says of itself.
struct MemberState
{
    ClusterMember member;
    QUrl address; ///< where it was asked; empty: it has none that can be asked
    std::optional<StatusReply> status;
    Error error; ///< why there is no status
    QStringList alarms; ///< NOSPACE, CORRUPT

    /// As far as it knows one; a learner, and a member that is cut off, know none or an old one.
    bool isLeader() const { return status && member.id != 0 && status->leader == member.id; }
};

/// Who belongs to a cluster and how they are.
struct ClusterState
{
    quint64 clusterId = 0;
    quint64 asked = 0; ///< the id of the member that told of the others
    std::vector<MemberState> members;
};

/// The alarms of a cluster, by the id of the member that has raised each of them.
struct Alarm
{
    quint64 memberId = 0;
    QString name; ///< NOSPACE or CORRUPT
};

} // namespace slotscope::core
