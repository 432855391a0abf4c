// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/writegate.h"

#include "core/etcd/gatewaymessages.h"

#include <QCryptographicHash>

namespace slotscope::core {

QByteArray digestOf(const TxnRequest &request, const NewLeases &newLeases)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    // The gateway's JSON says all of a request, and one request in one way only.
    if (newLeases.empty()) {
        hash.addData(gateway::toJson(request));
        return hash.result();
    }
    TxnRequest shown = request;
    QByteArray leases;
    for (const auto &[position, seconds] : newLeases) {
        if (position < shown.success.size()) {
            if (auto *put = std::get_if<PutRequest>(&shown.success[position].request))
                put->lease = {};
        }
        leases +=
            '\n' + QByteArray::number(static_cast<qulonglong>(position)) + ' ' + QByteArray::number(seconds);
    }
    hash.addData(gateway::toJson(shown));
    hash.addData(leases);
    return hash.result();
}

QByteArray digestOf(const CompactionRequest &request)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayLiteral("compaction "));
    hash.addData(gateway::toJson(request));
    return hash.result();
}

Approval Approval::of(const TxnRequest &shown, const NewLeases &newLeases, const QString &typedName)
{
    Approval approval {.digest = digestOf(shown, newLeases), .grants = {}, .typedName = typedName};
    for (const auto &[position, seconds] : newLeases)
        approval.grants.push_back(seconds);
    return approval;
}

Approval Approval::of(const CompactionRequest &shown, const QString &typedName)
{
    return {.digest = digestOf(shown), .grants = {}, .typedName = typedName};
}

} // namespace slotscope::core
