// SPDX-License-Identifier: GPL-3.0-or-later
//
// Replies to range requests, straight into chunks of rows. For any thread.
#pragma once

#include "core/base/error.h"
#include "core/etcd/rowchunk.h"

namespace slotscope::core {

namespace gateway {

/// As parseRangeReply() reads it. An error where there are more rows than `most`, the limit that was asked
/// with; 0: there was none.
Result<RowsReply> parseRows(const QByteArray &json, qint64 most = 0);

} // namespace gateway

namespace grpc {

/// The message RangeRequest of protobuf.
QByteArray toProtobuf(const RangeRequest &request);
/// The message RangeResponse of protobuf. `most`: as above.
Result<RowsReply> parseRows(const QByteArray &protobuf, qint64 most = 0);

} // namespace grpc

} // namespace slotscope::core
