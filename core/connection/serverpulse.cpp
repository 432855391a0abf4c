// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/serverpulse.h"

#include "core/base/log.h"

#include <QDateTime>

namespace slotscope::core {

namespace {

/// Where time ran out so much later than it should, it is this program that hung, and the answer may be
/// there.
constexpr qint64 OwnDelayMs = 1000;

} // namespace

ServerPulse::ServerPulse(Client *client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
    m_next.setSingleShot(true);
    m_patience.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &ServerPulse::look);
    connect(&m_patience, &QTimer::timeout, this, &ServerPulse::loseAnswer);
    connect(client, &Client::revisionHeard, this, &ServerPulse::hear);
}

void ServerPulse::start()
{
    if (std::exchange(m_running, true))
        return;
    m_heard = true;
    m_next.start(m_pace.interval);
}

void ServerPulse::stop()
{
    m_running = false;
    m_isAsking = false;
    ++m_generation;
    m_next.stop();
    m_patience.stop();
    setSilent(false);
}

void ServerPulse::hear()
{
    m_heard = true;
    if (!m_running || !m_isAsking)
        return;
    m_isAsking = false;
    ++m_generation;
    m_patience.stop();
    m_next.start(m_pace.interval);
    setSilent(false);
}

void ServerPulse::look()
{
    if (std::exchange(m_heard, false)) {
        m_next.start(m_pace.interval);
        return;
    }
    m_isAsking = true;
    m_asked.start();
    m_waiting.start();
    m_patience.start(m_pace.patience);
    ask();
}

void ServerPulse::ask()
{
    if (!m_client)
        return;
    m_client->status().then(this, [this, generation = ++m_generation](const Result<StatusReply> &status) {
        if (generation == m_generation)
            answered(status);
    });
}

void ServerPulse::answered(const Result<StatusReply> &status)
{
    // A refusal is an answer, also one that the server gives because its own time ran out. A connection that
    // breaks also ends the watch, which tells why.
    if (status || status.error().kind != ErrorKind::Timeout || status.error().grpcCode >= 0
        || status.error().httpStatus != 0)
        return hear();
    setSilent(true);
    ask();
}

void ServerPulse::loseAnswer()
{
    const bool isLate = m_waiting.elapsed() > m_patience.interval() + OwnDelayMs;
    if (isLate) {
        m_waiting.start();
        m_patience.start();
        return;
    }
    setSilent(true);
}

void ServerPulse::setSilent(bool silent)
{
    if (std::exchange(m_isSilent, silent) == silent)
        return;
    if (silent)
        qCInfo(lcNet) << "no answer for" << m_asked.elapsed() << "ms";
    else
        qCInfo(lcNet) << "it answers again, or is known to be away";
    Q_EMIT changed();
}

QDateTime ServerPulse::silentSince() const
{
    return m_isSilent ? QDateTime::currentDateTime().addMSecs(-m_asked.elapsed()) : QDateTime();
}

} // namespace slotscope::core
