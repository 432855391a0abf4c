// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/progresstimer.h"

namespace slotscope::core {

ProgressTimer::ProgressTimer(QObject *parent)
    : QTimer(parent)
{
    setSingleShot(true);
}

void ProgressTimer::begin(std::chrono::milliseconds interval)
{
    m_bytes = 0;
    start(interval);
}

void ProgressTimer::note(qint64 bytes)
{
    m_bytes += bytes;
    const std::chrono::milliseconds interval = intervalAsDuration();
    if (m_bytes > 0 && m_bytes * 1000 >= BytesPerSecond * interval.count())
        begin(interval);
}

QString ProgressTimer::detail() const
{
    return m_bytes == 0 ? QStringLiteral("no more bytes for %1 ms").arg(interval())
                        : QStringLiteral("only %1 bytes in %2 ms").arg(m_bytes).arg(interval());
}

} // namespace slotscope::core
