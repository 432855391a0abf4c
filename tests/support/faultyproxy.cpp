// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/faultyproxy.h"

#include <QTcpSocket>

#include <algorithm>

namespace slotscope::test {

/// One connection of the client and the one to the server that goes with it.
class FaultyProxy::Link : public QObject
{
public:
    Link(FaultyProxy *proxy, QTcpSocket *client)
        : QObject(proxy)
        , m_proxy(proxy)
        , m_client(client)
        , m_server(new QTcpSocket(this))
    {
        m_client->setParent(this);
        connect(m_client, &QTcpSocket::readyRead, this, &Link::takeRequest);
        connect(m_server, &QTcpSocket::readyRead, this, &Link::takeReply);
        connect(m_client, &QTcpSocket::disconnected, this, &Link::close);
        connect(m_server, &QTcpSocket::disconnected, this, &Link::loseServer);
        connect(m_server, &QTcpSocket::errorOccurred, this, &Link::loseServer);
        m_server->connectToHost(QHostAddress(QHostAddress::LocalHost), proxy->m_serverPort);
    }

private:
    void takeRequest()
    {
        const QByteArray bytes = m_client->readAll();
        if (bytes.contains(m_proxy->m_interest))
            m_left = m_proxy->m_random.bounded(1, m_proxy->m_mostBytes + 1);
        m_server->write(bytes);
    }

    void takeReply()
    {
        QByteArray bytes = m_server->readAll();
        if (m_stalled)
            return;
        if (m_left > 0 && bytes.size() >= m_left && !m_proxy->m_resting) {
            bytes.truncate(m_left);
            m_client->write(bytes);
            breakDown();
            return;
        }
        if (m_left > 0)
            m_left = std::max<qsizetype>(1, m_left - bytes.size());
        m_client->write(bytes);
    }

    void breakDown()
    {
        const auto fault = static_cast<Fault>(m_proxy->m_next);
        m_proxy->m_next = (m_proxy->m_next + 1) % static_cast<int>(m_proxy->m_counts.size());
        ++m_proxy->m_counts[fault];
        switch (fault) {
        case Cut:
            m_client->flush();
            m_client->abort();
            break;
        case Truncate:
            m_client->disconnectFromHost();
            break;
        case Stall:
            m_stalled = true;
            break;
        }
    }

    void loseServer()
    {
        // Nothing reaches the client of one that stalls, the end neither.
        if (!m_stalled)
            close();
    }

    void close()
    {
        if (std::exchange(m_closed, true))
            return;
        m_client->disconnectFromHost();
        m_server->disconnectFromHost();
        deleteLater();
    }

    FaultyProxy *m_proxy;
    QTcpSocket *m_client;
    QTcpSocket *m_server;
    qsizetype m_left = 0; ///< bytes until it breaks; 0: never
    bool m_stalled = false;
    bool m_closed = false;
};

FaultyProxy::FaultyProxy(quint16 serverPort, QByteArray interest, int mostBytes, quint32 seed)
    : m_serverPort(serverPort)
    , m_interest(std::move(interest))
    , m_mostBytes(mostBytes)
    , m_random(seed)
{
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *client = m_server.nextPendingConnection())
            new Link(this, client);
    });
    m_server.listen(QHostAddress::LocalHost);
}

QString FaultyProxy::endpoint() const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
}

bool FaultyProxy::hadAll(int times) const
{
    return std::all_of(m_counts.cbegin(), m_counts.cend(), [times](int count) { return count >= times; });
}

} // namespace slotscope::test
