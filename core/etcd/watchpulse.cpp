// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/watchpulse.h"

namespace slotscope::core {

namespace {

/// The patience ends at so many doublings.
constexpr int MostDoublings = 5;

} // namespace

RangeRequest newestRevisionRead()
{
    RangeRequest request;
    request.range = KeyRange::single(QByteArray(1, '\0'));
    request.countOnly = true;
    return request;
}

WatchPulse::WatchPulse(Client *client, bool seesAll, Options options)
    : m_client(client)
    , m_seesAll(seesAll)
    , m_options(options)
{
    m_heartbeat.setSingleShot(true);
    m_heartbeat.setTimerType(Qt::VeryCoarseTimer);
    m_overdue.setSingleShot(true);
    connect(&m_heartbeat, &QTimer::timeout, this, &WatchPulse::beat);
    connect(&m_overdue, &QTimer::timeout, this, &WatchPulse::giveUp);
    if (client)
        connect(client, &Client::revisionHeard, this, &WatchPulse::hear);
}

void WatchPulse::begin(WatchStream *stream, Revision delivered)
{
    end();
    m_stream = stream;
    m_delivered = delivered;
    connect(stream, &WatchStream::active, this, &WatchPulse::moved);
    if (m_options.heartbeat.count() > 0)
        m_heartbeat.start(m_options.heartbeat);
}

void WatchPulse::end()
{
    ++m_serial;
    if (m_stream)
        m_stream->disconnect(this);
    m_stream.clear();
    m_due = {};
    m_heartbeat.stop();
    m_overdue.stop();
    m_movedSinceBeat = m_movedSinceDue = false;
}

void WatchPulse::moved()
{
    m_movedSinceBeat = m_movedSinceDue = true;
}

void WatchPulse::note(Revision delivered)
{
    moved();
    if (delivered > m_delivered)
        m_inVain = 0;
    m_delivered = delivered;
}

void WatchPulse::hear(Revision newest)
{
    // A user who does not see all is told nothing of the rest.
    if (!m_stream || !m_seesAll || newest <= m_delivered || !m_client || !m_client->seesAllChanges())
        return;
    m_due = std::max(m_due, newest);
    if (m_overdue.isActive())
        return;
    m_movedSinceDue = false;
    m_overdue.start(m_options.overdue * (1 << std::min(m_inVain, MostDoublings)));
}

void WatchPulse::giveUp()
{
    if (!m_stream || m_delivered >= m_due)
        return;
    // Much is on its way, or is being read.
    if (std::exchange(m_movedSinceDue, false) || m_stream->isKnownAlive()) {
        m_overdue.start();
        return;
    }
    ++m_inVain;
    Q_EMIT lost({.kind = ErrorKind::Timeout,
                 .detail = QStringLiteral("the store is at revision %1, but the watch told nothing after %2 "
                                          "for %3 ms")
                               .arg(m_due.value)
                               .arg(m_delivered.value)
                               .arg(m_overdue.interval())});
}

void WatchPulse::beat()
{
    if (!m_stream || !m_client)
        return;
    if (std::exchange(m_movedSinceBeat, false) || m_stream->isKnownAlive()) {
        m_heartbeat.start();
        return;
    }
    // Its revision comes by revisionHeard().
    m_client->range(newestRevisionRead())
        .then(this, [this, serial = m_serial](const Result<RangeReply> &reply) {
            if (serial != m_serial)
                return;
            if (!reply
                && (reply.error().kind == ErrorKind::Timeout || reply.error().kind == ErrorKind::Network))
                Q_EMIT lost(reply.error());
            else
                m_heartbeat.start();
        });
}

} // namespace slotscope::core
