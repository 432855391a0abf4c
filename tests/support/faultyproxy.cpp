// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/faultyproxy.h"

#include "tests/support/proxylink.h"

#include <algorithm>

namespace slotscope::test {

class FaultyProxy::Link : public ProxyLink
{
public:
    Link(FaultyProxy *proxy, QTcpSocket *client)
        : ProxyLink(proxy, client, proxy->m_serverPort)
        , m_proxy(proxy)
    {
    }

private:
    void takeRequest(const QByteArray &bytes) override
    {
        if (bytes.contains(m_proxy->m_interest))
            m_left = m_proxy->m_random.bounded(1, m_proxy->m_mostBytes + 1);
        server()->write(bytes);
    }

    void takeReply(const QByteArray &reply) override
    {
        QByteArray bytes = reply;
        // One that has ended in order may still be sending, and nothing may follow that.
        if (m_broken)
            return;
        if (m_left > 0 && bytes.size() >= m_left && !m_proxy->m_resting) {
            bytes.truncate(m_left);
            client()->write(bytes);
            breakDown();
            return;
        }
        if (m_left > 0)
            m_left = std::max<qsizetype>(1, m_left - bytes.size());
        client()->write(bytes);
    }

    void breakDown()
    {
        m_broken = true;
        const auto fault = static_cast<Fault>(m_proxy->m_next);
        m_proxy->m_next = (m_proxy->m_next + 1) % static_cast<int>(m_proxy->m_counts.size());
        ++m_proxy->m_counts[fault];
        switch (fault) {
        case Cut:
            client()->flush();
            client()->abort();
            break;
        case Truncate:
            client()->disconnectFromHost();
            break;
        case Stall:
            m_stalled = true;
            break;
        }
    }

    void loseServer() override
    {
        // Nothing reaches the client of one that stalls, the end neither.
        if (!m_stalled)
            close();
    }

    FaultyProxy *m_proxy;
    qsizetype m_left = 0; ///< bytes until it breaks; 0: never
    bool m_broken = false;
    bool m_stalled = false;
};

FaultyProxy::FaultyProxy(quint16 serverPort, QByteArray interest, int mostBytes, quint32 seed)
    : m_serverPort(serverPort)
    , m_interest(std::move(interest))
    , m_mostBytes(mostBytes)
    , m_random(seed)
{
    ProxyLink::listen(&m_server, [this](QTcpSocket *client) { new Link(this, client); });
}

QString FaultyProxy::endpoint() const
{
    return ProxyLink::endpointOf(m_server);
}

bool FaultyProxy::hadAll(int times) const
{
    return std::all_of(m_counts.cbegin(), m_counts.cend(), [times](int count) { return count >= times; });
}

} // namespace slotscope::test
