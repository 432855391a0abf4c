// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QElapsedTimer>
#include <QTimer>

#include <chrono>

namespace slotscope::core {

/// Finds out whether an etcd still answers while a connection is online with it. One that hangs ends neither
/// requests nor the watch, and all looks well for as long as nobody wants anything of it. So where nothing
/// was heard for a while, its status is asked for, which it tells without asking others.
class ServerPulse : public QObject
{
    Q_OBJECT
public:
    struct Pace
    {
        std::chrono::milliseconds interval {5000}; ///< nothing was heard for so long: it is asked
        std::chrono::milliseconds patience {5000}; ///< … and owes the answer for so long: it is silent
    };

    explicit ServerPulse(Client *client, QObject *parent = nullptr);

    void setPace(const Pace &pace) { m_pace = pace; }
    /// Does nothing when it is running.
    void start();
    /// It is not silent any more, either: nothing is known of it.
    void stop();
    /// Something came from the server.
    void hear();

    bool isSilent() const { return m_isSilent; }
    /// When it was asked what it has not answered; invalid unless it is silent.
    QDateTime silentSince() const;

Q_SIGNALS:
    /// isSilent() is another than before.
    void changed();

private:
    void look();
    void ask();
    void answered(const Result<StatusReply> &status);
    void loseAnswer();
    void setSilent(bool silent);

    QPointer<Client> m_client;
    Pace m_pace;
    QTimer m_next;
    QTimer m_patience;
    QElapsedTimer m_asked; ///< since the first question without an answer
    QElapsedTimer m_waiting; ///< since m_patience was started
    bool m_running = false;
    bool m_heard = false; ///< since it was looked last
    bool m_isAsking = false;
    bool m_isSilent = false;
    quint64 m_generation = 0; ///< counts questions
};

} // namespace slotscope::core
