// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/commitplan.h"

#include "core/etcd/messagesize.h"

#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

void guardKey(TxnRequest &request, const QByteArray &key, const KeyState &state)
{
    request.compare.push_back({.range = KeyRange::single(key),
                               .target = CompareTarget::ModRevision,
                               .result = CompareResult::Equal,
                               .number = state.exists ? state.modRevision.value : 0});
    request.failure.push_back({RangeRequest {.range = KeyRange::single(key)}});
}

} // namespace

RequestOp operationOf(const Change &change)
{
    if (change.kind == Change::Kind::Delete)
        return {DeleteRangeRequest {.range = KeyRange::single(change.key)}};
    PutRequest put {.key = change.key, .value = change.value};
    if (change.lease.kind == LeaseChoice::Kind::Existing)
        put.lease = change.lease.lease;
    else if (change.lease.kind == LeaseChoice::Kind::Keep)
        put.ignoreLease = change.base.exists && change.base.lease.value != 0;
    return {put};
}

CommitPlan makePlan(const std::vector<Change> &changes, const std::vector<DerivedChange> &derived,
                    const std::vector<Guard> &guards, const TxnLimits &limits)
{
    CommitPlan plan;
    plan.limits = limits;
    QSet<QByteArray> staged;
    QSet<QByteArray> written;
    const auto write = [&](const Change &change) {
        guardKey(plan.request, change.key, change.base);
        plan.request.success.push_back(operationOf(change));
        plan.writes.push_back(change);
        written.insert(change.key);
    };
    for (const Change &change : changes) {
        if (change.leftOut)
            continue;
        staged.insert(change.key);
        write(change);
    }
    for (const DerivedChange &each : derived) {
        if (!each.problem.isEmpty())
            plan.problems.append(each.problem);
        else if (!each.change.key.isEmpty() && !staged.contains(each.change.key))
            write(each.change);
    }
    for (const Guard &guard : guards) {
        if (written.contains(guard.key))
            continue;
        guardKey(plan.request, guard.key, guard.seen);
        plan.guards.push_back(guard);
    }
    plan.bytes = raftRequestSize(plan.request);
    return plan;
}

NewLeases CommitPlan::newLeases() const
{
    NewLeases leases;
    for (size_t i = 0; i < writes.size(); ++i) {
        if (writes[i].lease.kind == LeaseChoice::Kind::New)
            leases[i] = writes[i].lease.ttl.count();
    }
    return leases;
}

size_t CommitPlan::operationsOver() const
{
    const size_t most = std::max(compares(), operations());
    return most > limits.operations ? most - limits.operations : 0;
}

qint64 CommitPlan::bytesOver() const
{
    return std::max<qint64>(0, bytes - limits.bytes);
}

} // namespace slotscope::core
