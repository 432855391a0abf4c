// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/watch.h"
#include "core/live/ratecounter.h"

#include <QHash>
#include <QObject>
#include <QTimer>

#include <functional>

namespace slotscope::core {

/// How much is written: events per second, of everything and of each slot. Its clock ticks only while there
/// is something to tell.
class LiveRates : public QObject
{
    Q_OBJECT
public:
    /// Gives the seconds of a clock that never goes back.
    using Clock = std::function<qint64()>;

    /// `clock`: null: the time since it was made.
    explicit LiveRates(QObject *parent = nullptr, Clock clock = {});

    /// To be connected to the watch.
    void take(const EventBatch &batch);

    double rate() const { return m_all.rate(m_clock()); }
    double rate(Slot slot) const;
    std::vector<quint32> history() const { return m_all.history(m_clock()); }
    std::vector<quint32> history(Slot slot) const;
    const RateCounter &all() const { return m_all; }
    /// Of which something was written in the time that is remembered.
    std::vector<Slot> activeSlots() const;
    /// The time goes on, changed() will come again.
    bool isTicking() const { return m_timer.isActive(); }

Q_SIGNALS:
    /// About once a second while something is to be told, and a last time when nothing is any more.
    void changed();

private:
    void tick();

    Clock m_clock;
    RateCounter m_all;
    QHash<quint16, RateCounter> m_slots;
    QTimer m_timer;
};

} // namespace slotscope::core
