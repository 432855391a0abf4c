// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/etcd/messages.h"

namespace slotscope::core {

/// Bytes of the request in protobuf (rpc.proto of etcd 3.x).
qint64 protobufSize(const TxnRequest &request);
/// Bytes of what etcd holds against --max-request-bytes: the request inside of its InternalRaftRequest
/// (raft_internal.proto), with the longest header that an etcd without users writes.
qint64 raftRequestSize(const TxnRequest &request);

/// The memory that events take, about.
qint64 memorySize(const Event &event);
qint64 memorySize(const std::vector<Event> &events);
/// Of changes that wait for their revision to be complete, in memorySize(): etcd's transactions are far
/// smaller.
constexpr qint64 MostWaitingBytes = 512LL * 1024 * 1024;
/// What is to be said of a server that sends more of them.
Error endlessRevision();

} // namespace slotscope::core
