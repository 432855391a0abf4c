// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/scriptedproxy.h"

#include "tests/support/proxylink.h"

#include <QTimer>

namespace slotscope::test {

using Plan = ScriptedProxy::Plan;

class ScriptedProxy::Link : public ProxyLink
{
public:
    Link(ScriptedProxy *proxy, QTcpSocket *client)
        : ProxyLink(proxy, client, proxy->m_serverPort)
        , m_proxy(proxy)
    {
        m_proxy->m_links.append(this);
        // Or what comes in two pieces waits for 40 ms on either side.
        client->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(server(), &QTcpSocket::connected, this,
                [this] { server()->setSocketOption(QAbstractSocket::LowDelayOption, 1); });
        connect(&m_pace, &QTimer::timeout, this, [this] { sendSome(); });
        connect(client, &QTcpSocket::bytesWritten, this, [this] { repeat(); });
        if (kind() == Plan::Refuse)
            // Not from here: whoever makes it is not done yet.
            QTimer::singleShot(0, this, [this] { reset(); });
    }
    ~Link() override { m_proxy->m_links.removeOne(this); }

    /// The plan is another one.
    void meet()
    {
        m_pace.stop();
        m_repeated.clear();
        const Plan::Kind kind = plan().kind;
        m_isMeant = false;
        const bool goesOn = !plan().interest.isEmpty() || kind == Plan::Delay || kind == Plan::Throttle
            || kind == Plan::Silence;
        // After a fault nothing is left of the connections that had it.
        if (m_broken || !(goesOn || kind == Plan::Pass))
            client()->abort();
    }

private:
    const Plan &plan() const { return m_proxy->m_plan; }
    Plan::Kind kind() const { return plan().interest.isEmpty() || m_isMeant ? plan().kind : Plan::Pass; }
    void note()
    {
        m_broken = true;
        ++m_proxy->m_faults;
    }
    void reset()
    {
        note();
        client()->abort();
    }

    void takeRequest(const QByteArray &bytes) override
    {
        m_isMeant = m_isMeant || (!plan().interest.isEmpty() && bytes.contains(plan().interest));
        switch (kind()) {
        case Plan::Silence:
            note();
            return;
        case Plan::LoseRequest:
            reset();
            return;
        case Plan::Say:
        case Plan::SayAndHold:
        case Plan::SayForEver:
            if (m_broken || !bytes.contains("HTTP/1.1"))
                return; // the rest of a request
            note();
            client()->write(plan().text);
            if (plan().kind == Plan::Say)
                client()->disconnectFromHost();
            else if (plan().kind == Plan::SayForEver)
                m_repeated = plan().text.right(plan().number);
            return;
        default:
            server()->write(bytes);
        }
    }

    void takeReply(const QByteArray &bytes) override
    {
        switch (kind()) {
        case Plan::Delay:
            note();
            m_broken = false; // nothing is wrong with it
            QTimer::singleShot(plan().number, client(), [socket = client(), bytes] { socket->write(bytes); });
            return;
        case Plan::Throttle:
        case Plan::Trickle:
            note();
            m_broken = plan().kind == Plan::Trickle;
            m_waiting += bytes;
            if (!m_pace.isActive())
                m_pace.start(plan().kind == Plan::Throttle ? 20 : plan().number);
            return;
        case Plan::Silence:
            note();
            return;
        case Plan::LoseReply:
            reset();
            return;
        case Plan::CutReply:
        case Plan::EndReply:
            client()->write(bytes.left(plan().number));
            note();
            client()->flush();
            if (plan().kind == Plan::CutReply)
                client()->abort();
            else
                client()->disconnectFromHost();
            return;
        case Plan::Garble: {
            note();
            QByteArray other(bytes.size(), Qt::Uninitialized);
            for (qsizetype i = 0; i < other.size(); ++i)
                other[i] = static_cast<char>(i * 37 + 11);
            client()->write(other);
            return;
        }
        default:
            client()->write(m_waiting + bytes);
            m_waiting.clear();
        }
    }

    void sendSome()
    {
        const qsizetype now = plan().kind == Plan::Throttle ? std::max(1, plan().number / 50) : 1;
        client()->write(m_waiting.left(now));
        m_waiting.remove(0, now);
        if (m_waiting.isEmpty())
            m_pace.stop();
    }

    void repeat()
    {
        constexpr qint64 Ahead = 64LL * 1024;
        if (m_repeated.isEmpty() || client()->bytesToWrite() > Ahead)
            return;
        QByteArray bytes;
        while (bytes.size() < Ahead)
            bytes += m_repeated;
        client()->write(bytes);
    }

    void loseServer() override
    {
        // What it said is still on its way to the client, and a silent network does not tell.
        if (kind() != Plan::Silence && m_waiting.isEmpty())
            close();
    }

    ScriptedProxy *m_proxy;
    QTimer m_pace;
    QByteArray m_waiting; ///< for the client
    QByteArray m_repeated;
    bool m_isMeant = false; ///< its request was of interest
    bool m_broken = false; ///< something was kept from the client, so that it cannot go on
};

ScriptedProxy::ScriptedProxy(quint16 serverPort)
    : m_serverPort(serverPort)
{
    ProxyLink::listen(&m_server, [this](QTcpSocket *client) { new Link(this, client); });
}

ScriptedProxy::~ScriptedProxy()
{
    // They take themselves off the list.
    const QList<Link *> links = m_links;
    qDeleteAll(links);
}

QString ScriptedProxy::endpoint() const
{
    return ProxyLink::endpointOf(m_server);
}

void ScriptedProxy::set(const Plan &plan)
{
    m_plan = plan;
    m_faults = 0;
    const QList<Link *> links = m_links;
    for (Link *link : links)
        link->meet();
}

} // namespace slotscope::test
