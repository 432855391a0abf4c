// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <vector>

namespace slotscope::core {

/// Events by the second over the last minutes. Counting is O(1); where nothing comes nothing is done. Seconds
/// are those of any clock that never goes back.
class RateCounter
{
public:
    /// How far back it remembers.
    static constexpr int Seconds = 300;
    /// Over how many whole seconds rate() is the mean: long enough to be read, short enough to be of now.
    static constexpr int RateSeconds = 5;

    void add(qint64 events, qint64 now);
    /// Events per second lately.
    double rate(qint64 now) const;
    /// Of the whole seconds up to `now`, the oldest first, Seconds of them; all 0 when nothing came.
    std::vector<quint32> history(qint64 now) const;
    /// Of all that it ever counted.
    qint64 total() const { return m_total; }
    /// Nothing that it remembers has come: rate() and history() are 0 until something is added.
    bool isIdle(qint64 now) const;

private:
    quint32 at(qint64 second) const;

    std::vector<quint32> m_buckets; // by second modulo their number; empty before the first event
    qint64 m_last = 0; // the second of the newest bucket
    qint64 m_first = 0; // of the first event
    qint64 m_lastEvent = 0;
    qint64 m_total = 0;
};

} // namespace slotscope::core
