// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"
#include "core/etcd/transport.h"

#include <memory>

namespace slotscope::core {

/// The way to an etcd that the options ask for. What is wrong with them is told by its detect().
std::unique_ptr<Transport> makeTransport(const ConnectionOptions &options);

} // namespace slotscope::core
