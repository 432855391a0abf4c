// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/etcd/writegate.h"

namespace slotscope::core {

/// What a server takes in one transaction.
struct TxnLimits
{
    size_t operations = 128; ///< --max-txn-ops: of compares, and of operations in each branch
    qint64 bytes = 1'572'864; ///< --max-request-bytes

    friend bool operator==(const TxnLimits &, const TxnLimits &) = default;
};

/// The one transaction that a commit sends, and how it stands against the limits.
struct CommitPlan
{
    /// A mod_revision compare for every key, the puts and deletions in the same order, and an else-branch
    /// that reads the same keys. New leases are not granted yet: their puts carry no lease here.
    TxnRequest request;
    /// What the operations write, in their order: the staged changes, then what is derived.
    std::vector<Change> writes;
    /// Read by the else-branch behind the writes.
    std::vector<Guard> guards;
    TxnLimits limits;
    qint64 bytes = 0; ///< of the request as etcd measures it
    QStringList problems; ///< why it cannot be committed, whatever the server says

    /// Of the puts that are to get one.
    NewLeases newLeases() const;
    size_t operations() const { return request.success.size(); }
    size_t compares() const { return request.compare.size(); }
    /// By how many the compares or operations are too many; 0: they fit.
    size_t operationsOver() const;
    qint64 bytesOver() const;
    bool fits() const { return operationsOver() == 0 && bytesOver() == 0; }
};

/// Of the changes that are not left out, of what is derived from them, and of the guards. A derived change or
/// a guard whose key is staged itself is not needed.
CommitPlan makePlan(const std::vector<Change> &changes, const std::vector<DerivedChange> &derived,
                    const std::vector<Guard> &guards, const TxnLimits &limits);

/// The put or deletion of a change; a new lease must be granted before.
RequestOp operationOf(const Change &change);

} // namespace slotscope::core
