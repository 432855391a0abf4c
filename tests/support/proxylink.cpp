// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/proxylink.h"

#include <utility>

namespace slotscope::test {

ProxyLink::ProxyLink(QObject *proxy, QTcpSocket *client, quint16 serverPort)
    : QObject(proxy)
    , m_client(client)
    , m_server(new QTcpSocket(this))
{
    m_client->setParent(this);
    connect(m_client, &QTcpSocket::readyRead, this, [this] { takeRequest(m_client->readAll()); });
    connect(m_server, &QTcpSocket::readyRead, this, [this] { takeReply(m_server->readAll()); });
    connect(m_client, &QTcpSocket::disconnected, this, &ProxyLink::close);
    connect(m_server, &QTcpSocket::disconnected, this, [this] { loseServer(); });
    connect(m_server, &QTcpSocket::errorOccurred, this, [this] { loseServer(); });
    m_server->connectToHost(QHostAddress(QHostAddress::LocalHost), serverPort);
}

void ProxyLink::listen(QTcpServer *server, std::function<void(QTcpSocket *client)> make)
{
    connect(server, &QTcpServer::newConnection, server, [server, make = std::move(make)] {
        while (QTcpSocket *client = server->nextPendingConnection())
            make(client);
    });
    server->listen(QHostAddress::LocalHost);
}

QString ProxyLink::endpointOf(const QTcpServer &server)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(server.serverPort());
}

void ProxyLink::close()
{
    if (std::exchange(m_closed, true))
        return;
    m_client->disconnectFromHost();
    m_server->disconnectFromHost();
    deleteLater();
}

} // namespace slotscope::test
