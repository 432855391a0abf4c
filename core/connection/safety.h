// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/writegate.h"

#include <QHash>
#include <QObject>
#include <QTimer>

#include <chrono>
#include <functional>

namespace slotscope::core {

/// How careful a connection is with what it writes.
enum class SafetyLevel {
    Open, ///< whatever is asked for
    Confirm, ///< transactions and compactions that somebody has seen and agreed to
    Guarded, ///< the same with the cluster's name typed, and only while unlocked
    ReadOnly, ///< nothing
};

/// Holds a connection to its safety level. It is asked by what writes, not by what shows buttons.
///
/// Above Open nothing is written but approved transactions and compactions, the leases granted for them, and
/// revocations of those of these leases that no key can hang on.
class SafetyGate : public QObject, public WriteGate
{
    Q_OBJECT
public:
    /// Time that only goes forward.
    using Clock = std::function<std::chrono::milliseconds()>;
    static constexpr std::chrono::minutes LongestUnlock {8 * 60};

    /// At SafetyLevel::Open. Without a clock it takes the system's, which counts on while the machine sleeps.
    explicit SafetyGate(QObject *parent = nullptr, Clock clock = {});

    SafetyLevel level() const { return m_level; }
    /// Guarded begins locked.
    void setLevel(SafetyLevel level);
    /// What is to be typed for a commit at the level Guarded.
    const QString &clusterName() const { return m_clusterName; }
    void setClusterName(const QString &name);

    /// For a connection that shows an etcd as it was at that revision: nothing is written, whatever the
    /// level.
    void setPast(Revision revision);
    /// 0: it is the present.
    Revision past() const { return m_past; }
    /// Whether it is for that reason that something was refused.
    static bool isOfThePast(const Error &refusal);

    /// At the level Guarded, and not unlocked.
    bool isLocked() const { return m_level == SafetyLevel::Guarded && m_clock() >= m_unlockedUntil; }
    /// Until it locks itself again; 0: it is not unlocked.
    std::chrono::milliseconds remaining() const;
    /// From now on, whatever was left of an earlier one. False at other levels, and for a time that is not
    /// from a minute to LongestUnlock.
    bool unlock(std::chrono::minutes time);
    void lock();
    /// Notices that the time is up. Called every second while unlocked; what is refused does not wait for it.
    void checkTime();

    std::optional<Error> refusesStaging() const override;
    std::optional<Error> refuses(const TxnRequest &request, const Approval &approval) const override;
    std::optional<Error> refusesCompaction(const CompactionRequest &request,
                                           const Approval &approval) const override;
    std::optional<Error> refusesGrant(const LeaseGrantRequest &request,
                                      const Approval &approval) const override;
    std::optional<Error> refusesRevocation(LeaseId lease) const override;
    void noteGrant(const LeaseGrantRequest &request, const LeaseGrantReply &reply) override;
    void noteTxn(const TxnRequest &request, const Result<TxnReply> &reply) override;

Q_SIGNALS:
    /// Level, name, or locked or not.
    void changed();
    /// Another second of the time for which it is unlocked has passed.
    void remainingChanged();
    /// The time was up; changed() comes with it.
    void relocked();

private:
    std::optional<Error> refusesUnseen(const Approval &approval) const;
    NewLeases newLeasesOf(const TxnRequest &request) const;

    Clock m_clock;
    SafetyLevel m_level = SafetyLevel::Open;
    QString m_clusterName;
    Revision m_past;
    std::chrono::milliseconds m_unlockedUntil {}; // on the clock
    QTimer m_second;
    QHash<LeaseId, qint64> m_granted; // asked seconds of leases that no key hangs on yet
};

} // namespace slotscope::core
