// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"

#include <nlohmann/json.hpp>

namespace slotscope::core::gateway {

namespace {

using Json = nlohmann::json;

std::string base64(const QByteArray &bytes)
{
    return bytes.toBase64().toStdString();
}

void setNumber(Json &json, const char *name, qint64 value)
{
    // A string, because that is what protobuf's JSON mapping writes for 64 bits; 0 is the default and left
    // out.
    if (value != 0)
        json[name] = std::to_string(value);
}

void setFlag(Json &json, const char *name, bool value)
{
    if (value)
        json[name] = true;
}

void setRange(Json &json, const KeyRange &range)
{
    json["key"] = base64(range.begin);
    if (!range.end.isEmpty())
        json["range_end"] = base64(range.end);
}

const char *name(SortOrder order)
{
    switch (order) {
    case SortOrder::None:
        break;
    case SortOrder::Ascend:
        return "ASCEND";
    case SortOrder::Descend:
        return "DESCEND";
    }
    return "NONE";
}

const char *name(SortTarget target)
{
    switch (target) {
    case SortTarget::Key:
        break;
    case SortTarget::Version:
        return "VERSION";
    case SortTarget::CreateRevision:
        return "CREATE";
    case SortTarget::ModRevision:
        return "MOD";
    case SortTarget::Value:
        return "VALUE";
    }
    return "KEY";
}

const char *name(CompareResult result)
{
    switch (result) {
    case CompareResult::Equal:
        break;
    case CompareResult::Greater:
        return "GREATER";
    case CompareResult::Less:
        return "LESS";
    case CompareResult::NotEqual:
        return "NOT_EQUAL";
    }
    return "EQUAL";
}

Json json(const RangeRequest &request)
{
    Json out = Json::object();
    setRange(out, request.range);
    setNumber(out, "limit", request.limit);
    setNumber(out, "revision", request.revision.value);
    if (request.sortOrder != SortOrder::None)
        out["sort_order"] = name(request.sortOrder);
    if (request.sortTarget != SortTarget::Key)
        out["sort_target"] = name(request.sortTarget);
    setFlag(out, "serializable", request.serializable);
    setFlag(out, "keys_only", request.keysOnly);
    setFlag(out, "count_only", request.countOnly);
    setNumber(out, "min_mod_revision", request.minModRevision.value);
    setNumber(out, "max_mod_revision", request.maxModRevision.value);
    setNumber(out, "min_create_revision", request.minCreateRevision.value);
    setNumber(out, "max_create_revision", request.maxCreateRevision.value);
    return out;
}

Json json(const PutRequest &request)
{
    Json out = Json::object();
    out["key"] = base64(request.key);
    if (!request.value.isEmpty())
        out["value"] = base64(request.value);
    setNumber(out, "lease", request.lease.value);
    setFlag(out, "prev_kv", request.prevKv);
    setFlag(out, "ignore_value", request.ignoreValue);
    setFlag(out, "ignore_lease", request.ignoreLease);
    return out;
}

Json json(const DeleteRangeRequest &request)
{
    Json out = Json::object();
    setRange(out, request.range);
    setFlag(out, "prev_kv", request.prevKv);
    return out;
}

Json json(const Compare &compare)
{
    Json out = Json::object();
    setRange(out, compare.range);
    out["result"] = name(compare.result);
    // The target's field is written even when it is 0 or empty: it is a oneof, and etcd takes an absent one
    // for nil.
    switch (compare.target) {
    case CompareTarget::Version:
        out["target"] = "VERSION";
        out["version"] = std::to_string(compare.number);
        break;
    case CompareTarget::CreateRevision:
        out["target"] = "CREATE";
        out["create_revision"] = std::to_string(compare.number);
        break;
    case CompareTarget::ModRevision:
        out["target"] = "MOD";
        out["mod_revision"] = std::to_string(compare.number);
        break;
    case CompareTarget::Value:
        out["target"] = "VALUE";
        out["value"] = base64(compare.value);
        break;
    case CompareTarget::Lease:
        out["target"] = "LEASE";
        out["lease"] = std::to_string(compare.number);
        break;
    }
    return out;
}

Json json(const TxnRequest &request);

struct OperationWriter
{
    Json operator()(const RangeRequest &request) const { return {{"request_range", json(request)}}; }
    Json operator()(const PutRequest &request) const { return {{"request_put", json(request)}}; }
    Json operator()(const DeleteRangeRequest &request) const
    {
        return {{"request_delete_range", json(request)}};
    }
    Json operator()(const TxnRequest &request) const { return {{"request_txn", json(request)}}; }
};

Json json(const std::vector<RequestOp> &operations)
{
    Json out = Json::array();
    for (const RequestOp &operation : operations)
        out.push_back(std::visit(OperationWriter {}, operation.request));
    return out;
}

Json json(const TxnRequest &request)
{
    Json out = Json::object();
    if (!request.compare.empty()) {
        Json &compares = out["compare"] = Json::array();
        for (const Compare &compare : request.compare)
            compares.push_back(json(compare));
    }
    if (!request.success.empty())
        out["success"] = json(request.success);
    if (!request.failure.empty())
        out["failure"] = json(request.failure);
    return out;
}

QByteArray bytes(const Json &json)
{
    return QByteArray::fromStdString(json.dump());
}

} // namespace

QByteArray toJson(const RangeRequest &request)
{
    return bytes(json(request));
}

QByteArray toJson(const PutRequest &request)
{
    return bytes(json(request));
}

QByteArray toJson(const DeleteRangeRequest &request)
{
    return bytes(json(request));
}

QByteArray toJson(const TxnRequest &request)
{
    return bytes(json(request));
}

QByteArray toJson(const CompactionRequest &request)
{
    Json out = Json::object();
    setNumber(out, "revision", request.revision.value);
    setFlag(out, "physical", request.physical);
    return bytes(out);
}

QByteArray toJson(const LeaseGrantRequest &request)
{
    Json out = Json::object();
    setNumber(out, "TTL", request.ttlSeconds);
    setNumber(out, "ID", request.id.value);
    return bytes(out);
}

QByteArray leaseRevokeJson(LeaseId lease)
{
    Json out = Json::object();
    setNumber(out, "ID", lease.value);
    return bytes(out);
}

QByteArray leaseTimeToLiveJson(LeaseId lease, bool keys)
{
    Json out = Json::object();
    setNumber(out, "ID", lease.value);
    setFlag(out, "keys", keys);
    return bytes(out);
}

QByteArray authenticateJson(const QString &user, const QString &password)
{
    return bytes({{"name", user.toStdString()}, {"password", password.toStdString()}});
}

QByteArray namedJson(const char *member, const QString &name)
{
    return bytes({{member, name.toStdString()}});
}

QByteArray toJson(const WatchCreateRequest &request)
{
    Json out = Json::object();
    setRange(out, request.range);
    setNumber(out, "watch_id", request.watchId);
    setNumber(out, "start_revision", request.startRevision.value);
    setFlag(out, "progress_notify", request.progressNotify);
    setFlag(out, "prev_kv", request.prevKv);
    setFlag(out, "fragment", request.fragment);
    return bytes({{"create_request", std::move(out)}});
}

} // namespace slotscope::core::gateway
