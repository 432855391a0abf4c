// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/maketransport.h"

#include "core/etcd/gatewaytransport.h"

namespace slotscope::core {

std::unique_ptr<Transport> makeTransport(const ConnectionOptions &options)
{
    return std::make_unique<GatewayTransport>(options);
}

} // namespace slotscope::core
