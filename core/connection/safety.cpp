// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/safety.h"

#include <algorithm>
#include <ctime>

namespace slotscope::core {

namespace {

std::chrono::milliseconds systemClock()
{
#ifdef CLOCK_BOOTTIME
    // A machine that was shut with an unlocked window on it wakes up with a locked one.
    timespec now {};
    if (clock_gettime(CLOCK_BOOTTIME, &now) == 0)
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::seconds(now.tv_sec)
                                                                     + std::chrono::nanoseconds(now.tv_nsec));
#endif
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now().time_since_epoch());
}

bool mayHaveHappened(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::TooLarge:
    case ErrorKind::TooManyOperations:
    case ErrorKind::InvalidArgument:
    case ErrorKind::NotFound:
    case ErrorKind::NoSpace:
    case ErrorKind::Unauthenticated:
    case ErrorKind::Proxy:
    case ErrorKind::PermissionDenied:
        return false;
    default:
        return true;
    }
}

constexpr QLatin1String OfThePast("what is shown is the past");

Error refusal(ErrorKind kind, const char *detail)
{
    return {.kind = kind, .detail = QLatin1String(detail)};
}

} // namespace

SafetyGate::SafetyGate(QObject *parent, Clock clock)
    : QObject(parent)
    , m_clock(clock ? std::move(clock) : systemClock)
{
    m_second.setInterval(std::chrono::seconds(1));
    connect(&m_second, &QTimer::timeout, this, &SafetyGate::checkTime);
}

void SafetyGate::setLevel(SafetyLevel level)
{
    m_second.stop();
    m_unlockedUntil = {};
    m_level = level;
    Q_EMIT changed();
}

void SafetyGate::setClusterName(const QString &name)
{
    m_clusterName = name.trimmed();
    Q_EMIT changed();
}

std::chrono::milliseconds SafetyGate::remaining() const
{
    constexpr std::chrono::milliseconds None(0);
    return m_level == SafetyLevel::Guarded ? std::max(None, m_unlockedUntil - m_clock()) : None;
}

bool SafetyGate::unlock(std::chrono::minutes time)
{
    if (m_level != SafetyLevel::Guarded || time < std::chrono::minutes(1) || time > LongestUnlock)
        return false;
    m_unlockedUntil = m_clock() + time;
    m_second.start();
    Q_EMIT changed();
    return true;
}

void SafetyGate::lock()
{
    m_second.stop();
    m_unlockedUntil = {};
    Q_EMIT changed();
}

void SafetyGate::checkTime()
{
    if (!m_second.isActive())
        return;
    Q_EMIT remainingChanged();
    if (!isLocked())
        return;
    lock();
    Q_EMIT relocked();
}

void SafetyGate::setPast(Revision revision)
{
    m_past = revision;
    Q_EMIT changed();
}

bool SafetyGate::isOfThePast(const Error &refusal)
{
    return refusal.kind == ErrorKind::ReadOnly && refusal.detail == OfThePast;
}

std::optional<Error> SafetyGate::refusesStaging() const
{
    if (m_past.value != 0)
        return Error {.kind = ErrorKind::ReadOnly, .detail = OfThePast};
    if (m_level == SafetyLevel::ReadOnly)
        return refusal(ErrorKind::ReadOnly, "this connection is read-only");
    if (isLocked())
        return refusal(ErrorKind::Locked, "this connection is locked");
    return std::nullopt;
}

std::optional<Error> SafetyGate::refusesUnseen(const Approval &approval) const
{
    if (auto error = refusesStaging())
        return error;
    if (m_level == SafetyLevel::Open)
        return std::nullopt;
    if (approval.digest.isEmpty())
        return refusal(ErrorKind::Unconfirmed, "nobody has confirmed it");
    if (m_level == SafetyLevel::Guarded && approval.typedName.trimmed() != m_clusterName)
        return refusal(ErrorKind::Unconfirmed, "the name that was typed is not the cluster's");
    return std::nullopt;
}

std::optional<Error> SafetyGate::refuses(const TxnRequest &request, const Approval &approval) const
{
    if (auto error = refusesUnseen(approval))
        return error;
    if (m_level == SafetyLevel::Open || approval.digest == digestOf(request))
        return std::nullopt;
    const NewLeases newLeases = newLeasesOf(request);
    if (!newLeases.empty() && approval.digest == digestOf(request, newLeases))
        return std::nullopt;
    return refusal(ErrorKind::Unconfirmed, "it is not what was confirmed");
}

std::optional<Error> SafetyGate::refusesCompaction(const CompactionRequest &request,
                                                   const Approval &approval) const
{
    if (auto error = refusesUnseen(approval))
        return error;
    if (m_level == SafetyLevel::Open || approval.digest == digestOf(request))
        return std::nullopt;
    return refusal(ErrorKind::Unconfirmed, "it is not what was confirmed");
}

std::optional<Error> SafetyGate::refusesGrant(const LeaseGrantRequest &request,
                                              const Approval &approval) const
{
    if (auto error = refusesUnseen(approval))
        return error;
    const bool shown = std::find(approval.grants.cbegin(), approval.grants.cend(), request.ttlSeconds)
        != approval.grants.cend();
    if (m_level != SafetyLevel::Open && !shown)
        return refusal(ErrorKind::Unconfirmed, "the lease is not what was confirmed");
    return std::nullopt;
}

std::optional<Error> SafetyGate::refusesRevocation(LeaseId lease) const
{
    // Clears up after a commit that came to nothing, which may be after the time was up.
    if (m_granted.contains(lease))
        return std::nullopt;
    return refusesUnseen({});
}

void SafetyGate::noteGrant(const LeaseGrantRequest &request, const LeaseGrantReply &reply)
{
    // Servers grant a longer time than is asked for if that is very short.
    m_granted.insert(reply.id, request.ttlSeconds);
}

void SafetyGate::noteTxn(const TxnRequest &request, const Result<TxnReply> &reply)
{
    if (reply ? !reply->succeeded : !mayHaveHappened(reply.error()))
        return;
    for (const RequestOp &operation : request.success) {
        if (const auto *put = std::get_if<PutRequest>(&operation.request))
            m_granted.remove(put->lease);
    }
}

NewLeases SafetyGate::newLeasesOf(const TxnRequest &request) const
{
    NewLeases leases;
    for (size_t i = 0; i < request.success.size(); ++i) {
        const auto *put = std::get_if<PutRequest>(&request.success[i].request);
        if (!put)
            continue;
        const auto granted = m_granted.constFind(put->lease);
        if (granted != m_granted.cend())
            leases.emplace(i, *granted);
    }
    return leases;
}

} // namespace slotscope::core
