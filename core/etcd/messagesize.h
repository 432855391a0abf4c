// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

namespace slotscope::core {

/// Bytes of the request in protobuf (rpc.proto of etcd 3.x).
qint64 protobufSize(const TxnRequest &request);
/// Bytes of what etcd holds against --max-request-bytes: the request inside of its InternalRaftRequest
/// (raft_internal.proto), with the longest header that an etcd without users writes.
qint64 raftRequestSize(const TxnRequest &request);

} // namespace slotscope::core
