// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QRandomGenerator>
#include <QTcpServer>

namespace slotscope::test {

/// Stands between a client and a server, and cuts connections at random: before a request that is of interest
/// has gone through, when it has, or when the reply to it is about to come. So the client does not get to
/// know what became of it.
class CuttingProxy : public QObject
{
    Q_OBJECT
public:
    /// Cuts only connections whose request holds `interest`, one in `oneIn`.
    CuttingProxy(quint16 serverPort, QByteArray interest, int oneIn, quint32 seed);

    QString endpoint() const;
    int cuts() const { return m_cuts; }
    /// Lets everything through from now on.
    void rest() { m_oneIn = 0; }

private:
    class Link;

    QTcpServer m_server;
    quint16 m_serverPort;
    QByteArray m_interest;
    int m_oneIn;
    QRandomGenerator m_random;
    int m_cuts = 0;
};

} // namespace slotscope::test
