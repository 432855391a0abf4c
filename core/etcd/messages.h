// SPDX-License-Identifier: GPL-3.0-or-later
//
// etcd v3's messages as plain structs. Names and meaning follow etcd's api/etcdserverpb/rpc.proto and
// api/mvccpb/kv.proto; keys and values are bytes.
#pragma once

#include "core/base/ids.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>
#include <vector>

namespace slotscope::core {

/// A half-open range of keys, as etcd understands it: an empty end means the single key `begin`, an end of
/// one zero byte means "to the end of the key space".
struct KeyRange
{
    QByteArray begin;
    QByteArray end;

    static KeyRange single(QByteArray key) { return {std::move(key), {}}; }
    /// Every key there is.
    static KeyRange all() { return {QByteArray(1, '\0'), QByteArray(1, '\0')}; }
    /// Every key that starts with `prefix`.
    static KeyRange prefix(const QByteArray &prefix);
    /// The two-byte range of a slot.
    static KeyRange slot(Slot slot);

    bool contains(const QByteArray &key) const;
    friend bool operator==(const KeyRange &, const KeyRange &) = default;
};

struct ResponseHeader
{
    quint64 clusterId = 0;
    quint64 memberId = 0;
    Revision revision;
    quint64 raftTerm = 0;
};

struct KeyValue
{
    QByteArray key;
    QByteArray value;
    Revision createRevision;
    Revision modRevision;
    qint64 version = 0;
    LeaseId lease;
};

enum class SortOrder { None, Ascend, Descend };
enum class SortTarget { Key, Version, CreateRevision, ModRevision, Value };

struct RangeRequest
{
    KeyRange range;
    qint64 limit = 0; ///< 0: no limit
    Revision revision; ///< 0: now
    SortOrder sortOrder = SortOrder::None;
    SortTarget sortTarget = SortTarget::Key;
    bool serializable = false;
    bool keysOnly = false;
    bool countOnly = false;
    Revision minModRevision;
    Revision maxModRevision;
    Revision minCreateRevision;
    Revision maxCreateRevision;
};

struct RangeReply
{
    ResponseHeader header;
    std::vector<KeyValue> kvs;
    bool more = false;
    qint64 count = 0; ///< keys in the whole range, whatever the limit
};

struct PutRequest
{
    QByteArray key;
    QByteArray value;
    LeaseId lease;
    bool prevKv = false;
    bool ignoreLease = false; ///< keep the key's lease; the key must exist
    bool ignoreValue = false;
};

struct PutReply
{
    ResponseHeader header;
    std::optional<KeyValue> prevKv;
};

struct DeleteRangeRequest
{
    KeyRange range;
    bool prevKv = false;
};

struct DeleteRangeReply
{
    ResponseHeader header;
    qint64 deleted = 0;
    std::vector<KeyValue> prevKvs;
};

enum class CompareResult { Equal, Greater, Less, NotEqual };
enum class CompareTarget { Version, CreateRevision, ModRevision, Value, Lease };

/// One guard of a transaction. `number` is meant by every target but Value, which means `value`.
/// A mod_revision of 0 means "does not exist".
struct Compare
{
    KeyRange range;
    CompareTarget target = CompareTarget::ModRevision;
    CompareResult result = CompareResult::Equal;
    qint64 number = 0;
    QByteArray value;
};

struct RequestOp;

struct TxnRequest
{
    std::vector<Compare> compare;
    std::vector<RequestOp> success;
    std::vector<RequestOp> failure;
};

struct RequestOp
{
    std::variant<RangeRequest, PutRequest, DeleteRangeRequest, TxnRequest> request;
};

/// Whether it reads something and changes nothing, whatever its compares say.
bool readsOnly(const TxnRequest &request);

struct ResponseOp;

struct TxnReply
{
    ResponseHeader header;
    bool succeeded = false;
    std::vector<ResponseOp> responses;
};

struct ResponseOp
{
    std::variant<RangeReply, PutReply, DeleteRangeReply, TxnReply> response;
};

struct CompactionRequest
{
    Revision revision;
    bool physical = false;
};

struct StatusReply
{
    ResponseHeader header;
    QString version;
    qint64 dbSize = 0;
    qint64 dbSizeInUse = 0;
    quint64 leader = 0;
    quint64 raftIndex = 0;
    quint64 raftTerm = 0;
    QStringList errors; ///< alarms and the like, as etcd words them
};

struct ServerVersion
{
    QString server;
    QString cluster;
};

struct LeaseGrantRequest
{
    qint64 ttlSeconds = 0;
    LeaseId id; ///< 0: the server chooses
};

struct LeaseGrantReply
{
    ResponseHeader header;
    LeaseId id;
    qint64 ttlSeconds = 0;
};

struct LeaseTimeToLiveReply
{
    ResponseHeader header;
    LeaseId id;
    qint64 ttlSeconds = 0; ///< remaining; -1: expired or unknown
    qint64 grantedTtlSeconds = 0;
    std::vector<QByteArray> keys;
};

struct LeaseLeasesReply
{
    ResponseHeader header;
    std::vector<LeaseId> leases; ///< those that have not expired, in no order
};

enum class EventType { Put, Delete };

struct Event
{
    EventType type = EventType::Put;
    KeyValue kv; ///< of a delete: only key and modRevision
    std::optional<KeyValue> prevKv;

    /// A put that made the key.
    bool isCreate() const { return type == EventType::Put && kv.createRevision == kv.modRevision; }
};

struct WatchCreateRequest
{
    qint64 watchId = 0;
    KeyRange range;
    Revision startRevision; ///< 0: from now
    bool prevKv = false;
    bool progressNotify = false;
    bool fragment = false;
};

/// One line of a watch stream.
struct WatchReply
{
    ResponseHeader header;
    qint64 watchId = 0;
    bool created = false;
    bool canceled = false;
    QString cancelReason;
    Revision compactRevision; ///< not 0: the start revision is compacted away
    bool fragment = false; ///< more of the same revision follows
    std::vector<Event> events;
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::WatchReply)
