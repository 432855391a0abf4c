// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/tunneltransport.h"

namespace slotscope::core {

TunnelTransport::TunnelTransport(const SshTunnelOptions &options, Inner inner)
    : m_inner(std::move(inner))
    , m_tunnel(options)
    , m_proxy(m_tunnel.proxy())
{
    take(m_inner(m_proxy));
    // Streams that break by it might be told of later, and say less.
    connect(&m_tunnel, &SshTunnel::ended, this, &Transport::memberLost);
}

void TunnelTransport::take(std::unique_ptr<Transport> transport)
{
    m_transport = std::move(transport);
    connect(m_transport.get(), &Transport::rightsChanged, this, &Transport::rightsChanged);
    connect(m_transport.get(), &Transport::memberLost, this, &Transport::memberLost);
    if (m_signedIn)
        m_transport->signIn(m_signedIn->first, m_signedIn->second);
}

void TunnelTransport::signIn(const QString &user, const QString &password)
{
    m_signedIn = {user, password};
    m_transport->signIn(user, password);
}

Call<ServerVersion> TunnelTransport::detect()
{
    auto *state = new CallState<ServerVersion>;
    connect(this, &QObject::destroyed, state, [state] { state->cancel(); });
    m_tunnel.open().then(state, [guard = QPointer(this), this, state](const Result<Nothing> &open) {
        if (!guard)
            return;
        if (!open)
            return state->fail(open.error());
        if (m_proxy != m_tunnel.proxy()) {
            m_proxy = m_tunnel.proxy();
            take(m_inner(m_proxy));
        }
        m_transport->detect().then(
            state, [state](const Result<ServerVersion> &version) { state->complete(version); });
    });
    return Call<ServerVersion>(state);
}

} // namespace slotscope::core
