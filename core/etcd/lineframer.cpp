// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/lineframer.h"

namespace slotscope::core {

void LineFramer::append(const QByteArray &bytes)
{
    if (m_overflown)
        return;
    dropConsumed();
    m_buffer.append(bytes);
}

std::optional<QByteArray> LineFramer::next()
{
    while (!m_overflown) {
        const qsizetype end = m_buffer.indexOf('\n', m_scanned);
        m_scanned = end < 0 ? m_buffer.size() : end;
        if (m_scanned - m_start > m_longestLine) {
            m_overflown = true;
            m_dropped += m_start;
            m_start = m_scanned = 0;
            m_buffer = {};
            break;
        }
        if (end < 0)
            break;

        qsizetype length = end - m_start;
        if (length > 0 && m_buffer.at(end - 1) == '\r')
            --length;
        const qsizetype begin = std::exchange(m_start, end + 1);
        m_scanned = m_start;
        if (length > 0)
            return m_buffer.mid(begin, length);
    }
    return {};
}

void LineFramer::dropConsumed()
{
    if (m_start == 0)
        return;
    m_dropped += m_start;
    m_buffer.remove(0, m_start);
    m_scanned -= m_start;
    m_start = 0;
}

} // namespace slotscope::core
