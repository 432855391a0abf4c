// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/cuttingproxy.h"

#include <QTcpSocket>

namespace slotscope::test {

/// One connection of the client and the one to the server that goes with it.
class CuttingProxy::Link : public QObject
{
public:
    Link(CuttingProxy *proxy, QTcpSocket *client)
        : QObject(proxy)
        , m_proxy(proxy)
        , m_client(client)
        , m_server(new QTcpSocket(this))
    {
        m_client->setParent(this);
        connect(m_client, &QTcpSocket::readyRead, this, &Link::takeRequest);
        connect(m_server, &QTcpSocket::readyRead, this, &Link::takeReply);
        for (QTcpSocket *end : {m_client, m_server})
            connect(end, &QTcpSocket::disconnected, this, &Link::close);
        connect(m_server, &QTcpSocket::errorOccurred, this, &Link::close);
        m_server->connectToHost(QHostAddress(QHostAddress::LocalHost), proxy->m_serverPort);
    }

private:
    enum class Cut { None, BeforeRequest, AfterRequest, BeforeReply };

    void takeRequest()
    {
        const QByteArray bytes = m_client->readAll();
        QRandomGenerator &random = m_proxy->m_random;
        if (bytes.contains(m_proxy->m_interest) && m_proxy->m_oneIn > 0
            && random.bounded(m_proxy->m_oneIn) == 0)
            m_cut = static_cast<Cut>(random.bounded(1, 4));
        if (m_cut != Cut::BeforeRequest)
            m_server->write(bytes);
        if (m_cut == Cut::AfterRequest)
            m_server->waitForBytesWritten(1000); // it is on its way, whatever becomes of it
        if (m_cut == Cut::BeforeRequest || m_cut == Cut::AfterRequest)
            cut();
    }
    void takeReply()
    {
        const QByteArray bytes = m_server->readAll();
        if (m_cut == Cut::BeforeReply)
            cut();
        else
            m_client->write(bytes);
    }
    void cut()
    {
        ++m_proxy->m_cuts;
        m_client->abort();
    }
    void close()
    {
        if (m_closed)
            return;
        m_closed = true;
        m_client->disconnectFromHost();
        m_server->disconnectFromHost();
        deleteLater();
    }

    CuttingProxy *m_proxy;
    QTcpSocket *m_client;
    QTcpSocket *m_server;
    Cut m_cut = Cut::None;
    bool m_closed = false;
};

CuttingProxy::CuttingProxy(quint16 serverPort, QByteArray interest, int oneIn, quint32 seed)
    : m_serverPort(serverPort)
    , m_interest(std::move(interest))
    , m_oneIn(oneIn)
    , m_random(seed)
{
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *client = m_server.nextPendingConnection())
            new Link(this, client);
    });
    m_server.listen(QHostAddress::LocalHost);
}

QString CuttingProxy::endpoint() const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_server.serverPort());
}

} // namespace slotscope::test
