// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/maketransport.h"

#include "core/etcd/gatewaytransport.h"
#include "core/etcd/grantedtransport.h"
#include "core/etcd/prefixtransport.h"
#include "core/etcd/tunneltransport.h"

namespace slotscope::core {

std::unique_ptr<Transport> makeTransport(const ConnectionOptions &options)
{
    std::unique_ptr<Transport> transport;
    if (options.ssh.isUsed()) {
        const auto through = [options](const QNetworkProxy &proxy) {
            ConnectionOptions proxied = options;
            proxied.proxy = proxy;
            return std::make_unique<GatewayTransport>(proxied);
        };
        transport = std::make_unique<TunnelTransport>(options.ssh, through);
    } else {
        transport = std::make_unique<GatewayTransport>(options);
    }
    // Only users are limited in what they see, and somebody may sign in later.
    transport = std::make_unique<GrantedTransport>(std::move(transport));
    if (!options.prefix.isEmpty())
        transport = std::make_unique<PrefixTransport>(std::move(transport), options.prefix);
    return transport;
}

} // namespace slotscope::core
