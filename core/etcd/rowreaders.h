// SPDX-License-Identifier: GPL-3.0-or-later
//
// Replies to range requests, straight into chunks of rows. For any thread.
#pragma once

#include "core/base/error.h"
#include "core/etcd/rowchunk.h"

namespace slotscope::core {

namespace gateway {

/// As parseRangeReply() reads it.
Result<RowsReply> parseRows(const QByteArray &json);

} // namespace gateway

namespace grpc {

/// The message RangeRequest of protobuf.
QByteArray toProtobuf(const RangeRequest &request);
/// The message RangeResponse of protobuf.
Result<RowsReply> parseRows(const QByteArray &protobuf);

} // namespace grpc

} // namespace slotscope::core
