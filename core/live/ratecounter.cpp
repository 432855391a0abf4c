// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/ratecounter.h"

#include <algorithm>
#include <limits>

namespace slotscope::core {

namespace {

/// One more than is told of: the second that is not over yet.
constexpr qint64 Buckets = RateCounter::Seconds + 1;

size_t bucketOf(qint64 second)
{
    return static_cast<size_t>(((second % Buckets) + Buckets) % Buckets);
}

} // namespace

void RateCounter::add(qint64 events, qint64 now)
{
    if (events <= 0)
        return;
    if (m_buckets.empty()) {
        m_buckets.assign(static_cast<size_t>(Buckets), 0);
        m_first = m_last = now;
    }
    now = std::max(now, m_last);
    // The seconds in which nothing came, at most once round.
    for (qint64 second = std::max(m_last + 1, now - Buckets + 1); second <= now; ++second)
        m_buckets[bucketOf(second)] = 0;
    m_last = now;
    m_lastEvent = now;
    quint32 &bucket = m_buckets[bucketOf(now)];
    bucket =
        static_cast<quint32>(std::min<qint64>(std::numeric_limits<quint32>::max(), qint64(bucket) + events));
    m_total += events;
}

quint32 RateCounter::at(qint64 second) const
{
    const bool isKept = !m_buckets.empty() && second <= m_last && second > m_last - Buckets;
    return isKept ? m_buckets[bucketOf(second)] : 0;
}

double RateCounter::rate(qint64 now) const
{
    if (m_buckets.empty())
        return 0;
    // The second that is going on would pull the mean down; before the first one is over it is all there is.
    const qint64 whole = std::clamp<qint64>(now - m_first, 1, RateSeconds);
    const qint64 last = now > m_first ? now - 1 : now;
    qint64 events = 0;
    for (qint64 second = last - whole + 1; second <= last; ++second)
        events += at(second);
    return static_cast<double>(events) / static_cast<double>(whole);
}

std::vector<quint32> RateCounter::history(qint64 now) const
{
    std::vector<quint32> seconds(static_cast<size_t>(Seconds), 0);
    for (qint64 back = 1; back <= Seconds && !m_buckets.empty(); ++back)
        seconds[static_cast<size_t>(Seconds - back)] = at(now - back);
    return seconds;
}

bool RateCounter::isIdle(qint64 now) const
{
    return m_buckets.empty() || now - m_lastEvent > Seconds;
}

} // namespace slotscope::core
