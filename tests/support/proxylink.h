// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

#include <functional>

namespace slotscope::test {

/// One connection of a client to a proxy and the one to the server that goes with it. Ends when one of its
/// ends does, for derived ones to say otherwise of the server's.
class ProxyLink : public QObject
{
    Q_OBJECT
public:
    ProxyLink(QObject *proxy, QTcpSocket *client, quint16 serverPort);

    /// Has the server listen on a free port, and `make` called with each client.
    static void listen(QTcpServer *server, std::function<void(QTcpSocket *client)> make);
    static QString endpointOf(const QTcpServer &server);

protected:
    virtual void takeRequest(const QByteArray &bytes) = 0;
    virtual void takeReply(const QByteArray &bytes) = 0;
    virtual void loseServer() { close(); }
    QTcpSocket *client() const { return m_client; }
    QTcpSocket *server() const { return m_server; }
    void close();

private:
    QTcpSocket *m_client;
    QTcpSocket *m_server;
    bool m_closed = false;
};

} // namespace slotscope::test
