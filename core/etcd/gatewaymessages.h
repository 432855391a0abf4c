// SPDX-License-Identifier: GPL-3.0-or-later
//
// etcd's messages as the JSON of its gateway: protobuf's JSON mapping with the names of rpc.proto, bytes in
// base64, 64-bit integers as strings, fields with default values left out. Writers give one compact JSON
// object without newlines. Readers accept that and nothing else: whatever cannot be understood is an
// ErrorKind::Protocol whose detail says what was found, with the byte offset where the JSON itself is broken.
// All are safe on any thread.
#pragma once

#include "core/base/error.h"
#include "core/etcd/accessrights.h"
#include "core/etcd/clusterstate.h"
#include "core/etcd/memberchoice.h"
#include "core/etcd/messages.h"

namespace slotscope::core::gateway {

QByteArray toJson(const RangeRequest &request);
QByteArray toJson(const PutRequest &request);
QByteArray toJson(const DeleteRangeRequest &request);
QByteArray toJson(const TxnRequest &request);
QByteArray toJson(const CompactionRequest &request);
QByteArray toJson(const LeaseGrantRequest &request);
QByteArray leaseRevokeJson(LeaseId lease);
QByteArray leaseTimeToLiveJson(LeaseId lease, bool keys);
QByteArray authenticateJson(const QString &user, const QString &password);
/// Of one member whose name, or whatever identifies it, is a text.
QByteArray namedJson(const char *member, const QString &name);
/// One line of a watch's request body, without the newline.
QByteArray toJson(const WatchCreateRequest &request);

Result<RangeReply> parseRangeReply(const QByteArray &json);
Result<PutReply> parsePutReply(const QByteArray &json);
Result<DeleteRangeReply> parseDeleteRangeReply(const QByteArray &json);
Result<TxnReply> parseTxnReply(const QByteArray &json);
Result<Nothing> parseCompactionReply(const QByteArray &json);
Result<StatusReply> parseStatusReply(const QByteArray &json);
Result<MemberListReply> parseMemberListReply(const QByteArray &json);
Result<LeaseGrantReply> parseLeaseGrantReply(const QByteArray &json);
Result<Nothing> parseLeaseRevokeReply(const QByteArray &json);
Result<LeaseLeasesReply> parseLeaseLeasesReply(const QByteArray &json);
Result<LeaseTimeToLiveReply> parseLeaseTimeToLiveReply(const QByteArray &json);
/// The token.
Result<QByteArray> parseAuthenticateReply(const QByteArray &json);
/// The user's roles.
Result<QStringList> parseUserReply(const QByteArray &json);
Result<std::vector<Permission>> parseRoleReply(const QByteArray &json);
Result<std::vector<Alarm>> parseAlarmReply(const QByteArray &json);
/// What GET /version says.
Result<ServerVersion> parseVersion(const QByteArray &json);
/// One line of a watch stream: a reply, or the error by which the server ends the stream.
Result<WatchReply> parseWatchLine(const QByteArray &line);

/// What etcd means by a gRPC status, told from its words where the code alone does not say.
Error statusError(int grpcCode, const QString &message);
/// The body of a reply with an HTTP status other than 2xx. Without an etcd error in it, the kind is Http.
Error parseErrorBody(const QByteArray &body, int httpStatus);
/// Says in a few words what a body is that was not understood: "an HTML page", "nothing", "text that begins
/// …".
QString describeBody(const QByteArray &body);

} // namespace slotscope::core::gateway
