// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QRandomGenerator>
#include <QTcpServer>

#include <array>

namespace slotscope::test {

/// Stands between a client and a server, and breaks every reply of interest after some bytes of it, in one
/// way after the other. All else passes.
class FaultyProxy : public QObject
{
    Q_OBJECT
public:
    enum Fault {
        Cut, ///< the connection is reset
        Truncate, ///< it ends in order, but in the middle of something
        Stall, ///< it stays, and nothing comes any more
    };

    /// Breaks the replies on connections whose request holds `interest`, each after between one byte and
    /// `mostBytes`.
    FaultyProxy(quint16 serverPort, QByteArray interest, int mostBytes, quint32 seed);

    QString endpoint() const;
    int count(Fault fault) const { return m_counts[fault]; }
    /// Whether every fault has come, so many times.
    bool hadAll(int times) const;
    /// Breaks nothing new from now on. What stalls goes on stalling.
    void rest() { m_resting = true; }

private:
    class Link;

    QTcpServer m_server;
    quint16 m_serverPort;
    QByteArray m_interest;
    int m_mostBytes;
    QRandomGenerator m_random;
    std::array<int, 3> m_counts {};
    int m_next = 0;
    bool m_resting = false;
};

} // namespace slotscope::test
