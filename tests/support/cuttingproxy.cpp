// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/cuttingproxy.h"

#include "tests/support/proxylink.h"

namespace slotscope::test {

class CuttingProxy::Link : public ProxyLink
{
public:
    Link(CuttingProxy *proxy, QTcpSocket *client)
        : ProxyLink(proxy, client, proxy->m_serverPort)
        , m_proxy(proxy)
    {
    }

private:
    enum class Cut { None, BeforeRequest, AfterRequest, BeforeReply };

    void takeRequest(const QByteArray &bytes) override
    {
        QRandomGenerator &random = m_proxy->m_random;
        if (bytes.contains(m_proxy->m_interest) && m_proxy->m_oneIn > 0
            && random.bounded(m_proxy->m_oneIn) == 0)
            m_cut = static_cast<Cut>(random.bounded(1, 4));
        if (m_cut != Cut::BeforeRequest)
            server()->write(bytes);
        if (m_cut == Cut::AfterRequest)
            server()->waitForBytesWritten(1000); // it is on its way, whatever becomes of it
        if (m_cut == Cut::BeforeRequest || m_cut == Cut::AfterRequest)
            cut();
    }
    void takeReply(const QByteArray &bytes) override
    {
        if (m_cut == Cut::BeforeReply)
            cut();
        else
            client()->write(bytes);
    }
    void cut()
    {
        ++m_proxy->m_cuts;
        client()->abort();
    }

    CuttingProxy *m_proxy;
    Cut m_cut = Cut::None;
};

CuttingProxy::CuttingProxy(quint16 serverPort, QByteArray interest, int oneIn, quint32 seed)
    : m_serverPort(serverPort)
    , m_interest(std::move(interest))
    , m_oneIn(oneIn)
    , m_random(seed)
{
    ProxyLink::listen(&m_server, [this](QTcpSocket *client) { new Link(this, client); });
}

QString CuttingProxy::endpoint() const
{
    return ProxyLink::endpointOf(m_server);
}

} // namespace slotscope::test
