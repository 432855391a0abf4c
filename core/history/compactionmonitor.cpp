// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/compactionmonitor.h"

namespace slotscope::core {

CompactionMonitor::CompactionMonitor(Client *client, QObject *parent)
    : QObject(parent)
    , m_bounds(client)
{
    connect(&m_bounds, &RevisionBounds::found, this, &CompactionMonitor::take);
}

void CompactionMonitor::noteTraffic()
{
    if (!m_asked.isValid() || m_asked.elapsed() >= m_interval.count())
        check();
}

void CompactionMonitor::check()
{
    m_asked.start();
    if (!m_bounds.isSearching())
        m_bounds.find();
}

void CompactionMonitor::take()
{
    const Revision before = std::exchange(m_revision, m_bounds.earliest());
    if (before.value > 0 && m_revision > before)
        Q_EMIT compacted(m_revision);
    else if (m_revision != before)
        Q_EMIT known();
}

} // namespace slotscope::core
