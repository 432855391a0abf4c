// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/liverates.h"

#include <QElapsedTimer>
#include <QtEndian>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds Tick(1000);

} // namespace

LiveRates::LiveRates(QObject *parent, Clock clock)
    : QObject(parent)
    , m_clock(std::move(clock))
{
    if (!m_clock) {
        QElapsedTimer since;
        since.start();
        m_clock = [since] { return since.elapsed() / 1000; };
    }
    m_timer.setInterval(Tick);
    connect(&m_timer, &QTimer::timeout, this, &LiveRates::tick);
}

void LiveRates::take(const EventBatch &batch)
{
    if (batch.events.empty())
        return;
    const qint64 now = m_clock();
    m_all.add(static_cast<qint64>(batch.events.size()), now);
    for (const Event &event : batch.events) {
        if (event.kv.key.size() >= 2)
            m_slots[qFromBigEndian<quint16>(event.kv.key.constData())].add(1, now);
    }
    if (!m_timer.isActive())
        m_timer.start();
}

double LiveRates::rate(Slot slot) const
{
    const auto found = m_slots.constFind(slot.value);
    return found == m_slots.cend() ? 0 : found->rate(m_clock());
}

std::vector<quint32> LiveRates::history(Slot slot) const
{
    const auto found = m_slots.constFind(slot.value);
    return (found == m_slots.cend() ? RateCounter() : *found).history(m_clock());
}

std::vector<Slot> LiveRates::activeSlots() const
{
    std::vector<Slot> numbers;
    for (auto it = m_slots.cbegin(); it != m_slots.cend(); ++it)
        numbers.emplace_back(it.key());
    return numbers;
}

void LiveRates::tick()
{
    const qint64 now = m_clock();
    m_slots.removeIf([now](const auto &entry) { return entry.value().isIdle(now); });
    if (m_all.isIdle(now))
        m_timer.stop();
    Q_EMIT changed();
}

} // namespace slotscope::core
