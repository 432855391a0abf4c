// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/memberprobe.h"

namespace slotscope::core {

MemberProbe::MemberProbe(Steps steps, std::chrono::milliseconds interval, QObject *parent)
    : QObject(parent)
    , m_steps(std::move(steps))
{
    m_next.setSingleShot(true);
    m_next.setTimerType(Qt::CoarseTimer);
    m_next.setInterval(interval);
    connect(&m_next, &QTimer::timeout, this, &MemberProbe::ask);
}

void MemberProbe::start()
{
    if (std::exchange(m_running, true))
        return;
    ++m_generation;
    m_next.start();
}

void MemberProbe::stop()
{
    m_running = false;
    ++m_generation;
    m_next.stop();
}

void MemberProbe::ask()
{
    m_steps.ask().then(this, [this, generation = m_generation](const Result<StatusReply> &status) {
        if (generation != m_generation)
            return;
        if (!status
            && (status.error().kind == ErrorKind::Timeout || status.error().kind == ErrorKind::Network))
            doubt(status.error());
        else if (status && status->leader == 0)
            doubt({.kind = ErrorKind::Unavailable, .detail = QStringLiteral("the member knows no leader")});
        else
            m_next.start();
    });
}

void MemberProbe::doubt(const Error &error)
{
    m_steps.choose().then(this, [this, error, generation = m_generation](const Result<QUrl> &better) {
        if (generation != m_generation)
            return;
        if (!better || *better == m_steps.address()) {
            m_next.start();
            return;
        }
        stop();
        Q_EMIT lost(error);
    });
}

} // namespace slotscope::core
