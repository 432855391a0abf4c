// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/etcd/messages.h"

#include <map>
#include <optional>
#include <vector>

namespace slotscope::core {

/// Seconds that a lease is granted for, by the position in a transaction's success branch of the put that is
/// to get it. Such a lease has no id yet when the transaction is shown.
using NewLeases = std::map<size_t, qint64>;

/// Tells transactions apart: any other compare, operation, byte or new lease makes another digest. The leases
/// of puts that are to get new ones do not count.
QByteArray digestOf(const TxnRequest &request, const NewLeases &newLeases = {});

/// The same of compactions; no transaction has the same digest.
QByteArray digestOf(const CompactionRequest &request);

/// What somebody has seen and agreed to: one transaction and the leases that are granted for it, or one
/// compaction.
struct Approval
{
    QByteArray digest; ///< of what was shown; empty: nothing was
    std::vector<qint64> grants; ///< seconds
    QString typedName; ///< of the cluster, where it was asked for

    static Approval of(const TxnRequest &shown, const NewLeases &newLeases = {},
                       const QString &typedName = {});
    static Approval of(const CompactionRequest &shown, const QString &typedName = {});
};

/// Decides for a Client what may be written, and is told what became of it. Asked at the call and again at
/// the moment of sending.
class WriteGate
{
public:
    virtual ~WriteGate() = default;

    /// Why nothing may be staged for a later commit; nothing: it may.
    virtual std::optional<Error> refusesStaging() const = 0;
    /// Of a transaction that writes; a single put or deletion counts as one.
    virtual std::optional<Error> refuses(const TxnRequest &request, const Approval &approval) const = 0;
    virtual std::optional<Error> refusesCompaction(const CompactionRequest &request,
                                                   const Approval &approval) const = 0;
    virtual std::optional<Error> refusesGrant(const LeaseGrantRequest &request,
                                              const Approval &approval) const = 0;
    virtual std::optional<Error> refusesRevocation(LeaseId lease) const = 0;

    virtual void noteGrant(const LeaseGrantRequest &request, const LeaseGrantReply &reply) = 0;
    virtual void noteTxn(const TxnRequest &request, const Result<TxnReply> &reply) = 0;
};

} // namespace slotscope::core
