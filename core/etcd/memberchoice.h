// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/messages.h"

#include <QUrl>

#include <functional>

namespace slotscope::core {

/// One member of a cluster, as the cluster tells of it.
struct ClusterMember
{
    quint64 id = 0;
    QString name;
    QStringList clientUrls; ///< as its operator advertises them; perhaps out of our reach
    bool isLearner = false;
};

struct MemberListReply
{
    ResponseHeader header;
    std::vector<ClusterMember> members;
};

/// Where requests may go to.
struct MemberAddress
{
    QUrl url;
    quint64 memberId = 0; ///< whoever else answers there is not meant; 0: whichever member it is

    friend bool operator==(const MemberAddress &, const MemberAddress &) = default;
};

/// The addresses of the members other than the one that has replied. Only those of the scheme: nobody is led
/// from https to http.
std::vector<MemberAddress> otherMembers(const MemberListReply &reply, const QString &scheme);

/// Asks all of them at once for their status, and chooses one that belongs to the cluster (0: to whichever)
/// and knows a leader.
/// The first is preferred when it answers about as soon as the others, and is chosen when none is fit; so
/// this never fails, but by the death of the context.
Call<QUrl> chooseMember(const std::vector<MemberAddress> &addresses, quint64 clusterId,
                        const std::function<Call<StatusReply>(const QUrl &)> &askStatus, QObject *context);

} // namespace slotscope::core
