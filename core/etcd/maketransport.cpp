// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/maketransport.h"

#include "core/etcd/gatewaytransport.h"
#include "core/etcd/grantedtransport.h"

namespace slotscope::core {

std::unique_ptr<Transport> makeTransport(const ConnectionOptions &options)
{
    auto gateway = std::make_unique<GatewayTransport>(options);
    // Only users are limited in what they see, and somebody may sign in later.
    return std::make_unique<GrantedTransport>(std::move(gateway));
}

} // namespace slotscope::core
