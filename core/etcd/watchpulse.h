// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"

#include <QTimer>

#include <chrono>

namespace slotscope::core {

/// The cheapest read that passes the leader: its header tells the newest revision and term of the cluster.
RangeRequest newestRevisionRead();

/// Finds out whether a watch that says nothing is dead. A network that swallows everything ends no
/// connection, and a watch has nothing to wait for: etcd tells of progress every ten minutes only. So the
/// store's revision, which every other reply tells on the side, is compared with what the watch has
/// delivered, and where there is no other reply for long, one is asked for.
class WatchPulse : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        /// A watch that was silent for so long asks once whether the server is there; 0: never.
        std::chrono::milliseconds heartbeat;
        /// How long events may be missing that the store has. Doubled each time that it was in vain, for the
        /// server may need long to find the beginning of what it has to replay.
        std::chrono::milliseconds overdue;
    };

    /// `seesAll`: the watch is over all keys, so that every revision has an event for it.
    WatchPulse(Client *client, bool seesAll, Options options);

    /// The stream is live, and what it tells is delivered up to here.
    void begin(WatchStream *stream, Revision delivered);
    /// Nothing is said any more until the next begin().
    void end();
    /// The stream has spoken, and everything up to here is delivered.
    void note(Revision delivered);

Q_SIGNALS:
    /// The stream is dead, though it has not ended.
    void lost(const slotscope::core::Error &error);

private:
    void hear(Revision newest);
    void beat();
    void giveUp();
    void moved();

    QPointer<Client> m_client;
    bool m_seesAll;
    Options m_options;
    QPointer<WatchStream> m_stream; ///< null pointer: between end() and begin()
    Revision m_delivered;
    Revision m_due; ///< the store has reached it
    QTimer m_heartbeat;
    QTimer m_overdue;
    bool m_movedSinceBeat = false;
    bool m_movedSinceDue = false;
    int m_inVain = 0; ///< streams given up since one has delivered anything
    int m_serial = 0; ///< counts begin() and end()
};

} // namespace slotscope::core
