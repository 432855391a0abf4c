// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/jsonfields.h"

namespace slotscope::core::gateway {

namespace {

using namespace json;

/// etcd itself nests transactions a few levels deep at most; deeper ones are somebody's joke.
constexpr int DeepestTxn = 32;

/// etcd advises seven members; each one, each of its addresses and each role is asked for something.
constexpr std::size_t MostMembers = 64;
constexpr std::size_t MostAddresses = 8;
constexpr std::size_t MostRoles = 1000;

/// Every top-level reply of etcd has a header, so its absence tells that somebody else is talking.
enum class HeaderRule { Required, Optional };

ResponseHeader header(const Json &object, HeaderRule rule)
{
    const Json *value = objectMember(object, "header");
    if (!value) {
        if (rule == HeaderRule::Required)
            throw Misfit {
                QStringLiteral("no header, so this is not an etcd reply: %1").arg(foundInstead(object))};
        return {};
    }
    return {
        .clusterId = integer<quint64>(*value, "cluster_id"),
        .memberId = integer<quint64>(*value, "member_id"),
        .revision = revision(*value, "revision"),
        .raftTerm = integer<quint64>(*value, "raft_term"),
    };
}

KeyValue keyValue(const Json &object)
{
    return {
        .key = bytes(object, "key"),
        .value = bytes(object, "value"),
        .createRevision = revision(object, "create_revision"),
        .modRevision = revision(object, "mod_revision"),
        .version = integer<qint64>(object, "version"),
        .lease = LeaseId(integer<qint64>(object, "lease")),
    };
}

std::optional<KeyValue> previous(const Json &object)
{
    const Json *value = objectMember(object, "prev_kv");
    return value ? std::optional(keyValue(*value)) : std::nullopt;
}

RangeReply rangeReply(const Json &object, HeaderRule rule)
{
    RangeReply reply;
    reply.header = header(object, rule);
    if (const Json *kvs = member(object, "kvs"))
        reply.kvs.reserve(kvs->size());
    eachObject(object, "kvs", [&](const Json &kv) { reply.kvs.push_back(keyValue(kv)); });
    reply.more = flag(object, "more");
    reply.count = integer<qint64>(object, "count");
    return reply;
}

PutReply putReply(const Json &object, HeaderRule rule)
{
    return {.header = header(object, rule), .prevKv = previous(object)};
}

DeleteRangeReply deleteRangeReply(const Json &object, HeaderRule rule)
{
    DeleteRangeReply reply;
    reply.header = header(object, rule);
    reply.deleted = integer<qint64>(object, "deleted");
    eachObject(object, "prev_kvs", [&](const Json &kv) { reply.prevKvs.push_back(keyValue(kv)); });
    return reply;
}

TxnReply txnReply(const Json &object, HeaderRule rule, int depth);

ResponseOp responseOp(const Json &object, int depth)
{
    if (const Json *range = objectMember(object, "response_range"))
        return {rangeReply(*range, HeaderRule::Optional)};
    if (const Json *put = objectMember(object, "response_put"))
        return {putReply(*put, HeaderRule::Optional)};
    if (const Json *deleted = objectMember(object, "response_delete_range"))
        return {deleteRangeReply(*deleted, HeaderRule::Optional)};
    if (const Json *txn = objectMember(object, "response_txn")) {
        if (depth >= DeepestTxn)
            throw Misfit {QStringLiteral("transactions nested deeper than %1").arg(DeepestTxn)};
        return {txnReply(*txn, HeaderRule::Optional, depth + 1)};
    }
    misfit("responses", "a list of replies", object);
}

TxnReply txnReply(const Json &object, HeaderRule rule, int depth)
{
    TxnReply reply;
    reply.header = header(object, rule);
    reply.succeeded = flag(object, "succeeded");
    eachObject(object, "responses",
               [&](const Json &response) { reply.responses.push_back(responseOp(response, depth)); });
    return reply;
}

Event event(const Json &object)
{
    Event event;
    if (const Json *type = member(object, "type")) {
        if (*type == "DELETE" || *type == 1)
            event.type = EventType::Delete;
        else if (*type != "PUT" && *type != 0)
            misfit("type", "an event type", *type);
    }
    const Json *kv = objectMember(object, "kv");
    if (!kv)
        throw Misfit {QStringLiteral("an event without kv: %1").arg(foundInstead(object))};
    event.kv = keyValue(*kv);
    event.prevKv = previous(object);
    return event;
}

WatchReply watchReply(const Json &object)
{
    WatchReply reply;
    reply.header = header(object, HeaderRule::Required);
    reply.watchId = integer<qint64>(object, "watch_id");
    reply.created = flag(object, "created");
    reply.canceled = flag(object, "canceled");
    reply.cancelReason = text(object, "cancel_reason");
    reply.compactRevision = revision(object, "compact_revision");
    reply.fragment = flag(object, "fragment");
    if (const Json *events = member(object, "events"))
        reply.events.reserve(events->size());
    eachObject(object, "events", [&](const Json &each) { reply.events.push_back(event(each)); });
    return reply;
}

Unexpected<Error> notUnderstood(const QString &detail, qint64 offset = -1)
{
    return {Error {.kind = ErrorKind::Protocol, .detail = detail, .offset = offset}};
}

/// Parses, hands the object to read, and turns everything that goes wrong into an error.
template <typename T, typename Read>
Result<T> parsed(const QByteArray &text, Read read)
{
    try {
        const Json json = Json::parse(text.cbegin(), text.cend());
        if (!json.is_object())
            return notUnderstood(QStringLiteral("answered with %1").arg(describeBody(text)));
        return read(json);
    } catch (const Json::parse_error &error) {
        // nlohmann counts from 1 and one past the end for a text that ends too early.
        const auto offset = error.byte > 0 ? static_cast<qint64>(error.byte) - 1 : 0;
        // What QNetworkAccessManager makes of a chunked reply that is cut, too: at times it finds no fault.
        if (offset >= text.size() && text.trimmed().startsWith('{'))
            return Unexpected {Error {
                .kind = ErrorKind::Network,
                .detail = QStringLiteral("the reply ends in the middle, after %1 bytes").arg(text.size()),
                .offset = offset}};
        return notUnderstood(QStringLiteral("answered with %1").arg(describeBody(text)), offset);
    } catch (const Misfit &error) {
        return notUnderstood(error.what);
    } catch (const Json::exception &error) {
        return notUnderstood(QString::fromUtf8(error.what()));
    } catch (const std::bad_alloc &) {
        return notUnderstood(QStringLiteral("no memory for a reply of %1 bytes").arg(text.size()));
    }
}

/// The error in a JSON object, in any of the shapes that etcd's gateways have used:
/// {"error":text,"message":text,"code":n} up to 3.5, without "error" since 3.6, and within a stream
/// {"grpc_code":n,"http_code":n,"message":text}.
std::optional<Error> errorIn(const Json &object)
{
    const Json *message = member(object, "message");
    if (!message)
        message = member(object, "error");
    const char *codeName = object.contains("grpc_code") ? "grpc_code" : "code";
    if (!message || !message->is_string() || !object.contains(codeName))
        return {};
    Error error = statusError(static_cast<int>(integer<qint64>(object, codeName)),
                              QString::fromStdString(message->get_ref<const std::string &>()));
    error.httpStatus = static_cast<int>(integer<qint64>(object, "http_code"));
    return error;
}

Result<Nothing> headerAlone(const QByteArray &json)
{
    return parsed<Nothing>(json, [](const Json &reply) {
        header(reply, HeaderRule::Required);
        return Nothing {};
    });
}

} // namespace

Result<RangeReply> parseRangeReply(const QByteArray &json)
{
    return parsed<RangeReply>(json,
                              [](const Json &reply) { return rangeReply(reply, HeaderRule::Required); });
}

Result<PutReply> parsePutReply(const QByteArray &json)
{
    return parsed<PutReply>(json, [](const Json &reply) { return putReply(reply, HeaderRule::Required); });
}

Result<DeleteRangeReply> parseDeleteRangeReply(const QByteArray &json)
{
    return parsed<DeleteRangeReply>(
        json, [](const Json &reply) { return deleteRangeReply(reply, HeaderRule::Required); });
}

Result<TxnReply> parseTxnReply(const QByteArray &json)
{
    return parsed<TxnReply>(json, [](const Json &reply) { return txnReply(reply, HeaderRule::Required, 0); });
}

Result<Nothing> parseCompactionReply(const QByteArray &json)
{
    return headerAlone(json);
}

Result<StatusReply> parseStatusReply(const QByteArray &json)
{
    // Unlike the rest of rpc.proto, StatusResponse names its fields in camelCase.
    return parsed<StatusReply>(json, [](const Json &object) {
        StatusReply reply;
        reply.header = header(object, HeaderRule::Required);
        reply.version = text(object, "version");
        reply.dbSize = integer<qint64>(object, "dbSize");
        reply.dbSizeInUse = integer<qint64>(object, "dbSizeInUse");
        reply.leader = integer<quint64>(object, "leader");
        reply.raftIndex = integer<quint64>(object, "raftIndex");
        reply.raftTerm = integer<quint64>(object, "raftTerm");
        eachElement(object, "errors", [&](const Json &error) {
            if (!error.is_string())
                misfit("errors", "a list of texts", error);
            reply.errors.append(QString::fromStdString(error.get_ref<const std::string &>()));
        });
        return reply;
    });
}

Result<MemberListReply> parseMemberListReply(const QByteArray &json)
{
    return parsed<MemberListReply>(json, [](const Json &object) {
        MemberListReply reply {.header = header(object, HeaderRule::Required), .members = {}};
        const auto take = [&](const Json &entry) {
            ClusterMember member {.id = integer<quint64>(entry, "ID"),
                                  .name = text(entry, "name"),
                                  .clientUrls = {},
                                  .isLearner = flag(entry, "isLearner")};
            const auto takeUrl = [&](const Json &url) {
                if (!url.is_string())
                    misfit("clientURLs", "a list of texts", url);
                member.clientUrls.append(QString::fromStdString(url.get_ref<const std::string &>()));
            };
            eachElement(entry, "clientURLs", takeUrl, MostAddresses);
            reply.members.push_back(std::move(member));
        };
        eachObject(object, "members", take, MostMembers);
        return reply;
    });
}

Result<LeaseGrantReply> parseLeaseGrantReply(const QByteArray &json)
{
    return parsed<LeaseGrantReply>(json, [](const Json &object) -> Result<LeaseGrantReply> {
        if (const QString error = text(object, "error"); !error.isEmpty())
            return Unexpected {statusError(2, error)};
        return LeaseGrantReply {
            .header = header(object, HeaderRule::Required),
            .id = LeaseId(integer<qint64>(object, "ID")),
            .ttlSeconds = integer<qint64>(object, "TTL"),
        };
    });
}

Result<Nothing> parseLeaseRevokeReply(const QByteArray &json)
{
    return headerAlone(json);
}

Result<LeaseLeasesReply> parseLeaseLeasesReply(const QByteArray &json)
{
    return parsed<LeaseLeasesReply>(json, [](const Json &object) {
        LeaseLeasesReply reply {.header = header(object, HeaderRule::Required), .leases = {}};
        eachObject(object, "leases",
                   [&](const Json &lease) { reply.leases.emplace_back(integer<qint64>(lease, "ID")); });
        return reply;
    });
}

Result<LeaseTimeToLiveReply> parseLeaseTimeToLiveReply(const QByteArray &json)
{
    return parsed<LeaseTimeToLiveReply>(json, [](const Json &object) {
        LeaseTimeToLiveReply reply {
            .header = header(object, HeaderRule::Required),
            .id = LeaseId(integer<qint64>(object, "ID")),
            .ttlSeconds = integer<qint64>(object, "TTL"),
            .grantedTtlSeconds = integer<qint64>(object, "grantedTTL"),
            .keys = {},
        };
        eachElement(object, "keys", [&](const Json &key) { reply.keys.push_back(fromBase64(key, "keys")); });
        return reply;
    });
}

Result<QByteArray> parseAuthenticateReply(const QByteArray &json)
{
    return parsed<QByteArray>(json, [](const Json &reply) -> Result<QByteArray> {
        header(reply, HeaderRule::Required);
        const QByteArray token = text(reply, "token").toUtf8();
        // It becomes the value of a header.
        const bool fits =
            std::all_of(token.cbegin(), token.cend(), [](char c) { return c > ' ' && c < 127; });
        if (token.isEmpty() || !fits)
            return notUnderstood(QStringLiteral("a token that cannot be sent"));
        return token;
    });
}

Result<QStringList> parseUserReply(const QByteArray &json)
{
    return parsed<QStringList>(json, [](const Json &reply) {
        header(reply, HeaderRule::Required);
        QStringList roles;
        const auto take = [&](const Json &role) {
            if (!role.is_string())
                misfit("roles", "a list of texts", role);
            roles.append(QString::fromStdString(role.get_ref<const std::string &>()));
        };
        eachElement(reply, "roles", take, MostRoles);
        return roles;
    });
}

Result<std::vector<Permission>> parseRoleReply(const QByteArray &json)
{
    return parsed<std::vector<Permission>>(json, [](const Json &reply) {
        header(reply, HeaderRule::Required);
        std::vector<Permission> permissions;
        eachObject(reply, "perm", [&](const Json &entry) {
            // READ is the default, and so is absent.
            const QString type = text(entry, "permType");
            const bool writes = type == QLatin1String("WRITE");
            permissions.push_back({.read = !writes,
                                   .write = writes || type == QLatin1String("READWRITE"),
                                   .range = {bytes(entry, "key"), bytes(entry, "range_end")}});
        });
        return permissions;
    });
}

Result<std::vector<Alarm>> parseAlarmReply(const QByteArray &json)
{
    // Without an alarm, etcd 3.4 says nothing at all.
    return parsed<std::vector<Alarm>>(json, [](const Json &reply) {
        std::vector<Alarm> alarms;
        eachObject(reply, "alarms", [&](const Json &entry) {
            alarms.push_back({.memberId = integer<quint64>(entry, "memberID"), .name = text(entry, "alarm")});
        });
        return alarms;
    });
}

Result<ServerVersion> parseVersion(const QByteArray &json)
{
    return parsed<ServerVersion>(json, [&json](const Json &object) -> Result<ServerVersion> {
        ServerVersion version {.server = text(object, "etcdserver"), .cluster = text(object, "etcdcluster")};
        if (version.server.isEmpty())
            return notUnderstood(QStringLiteral("answered with %1").arg(describeBody(json)));
        return version;
    });
}

Result<WatchReply> parseWatchLine(const QByteArray &line)
{
    return parsed<WatchReply>(line, [](const Json &object) -> Result<WatchReply> {
        if (const Json *reply = objectMember(object, "result"))
            return watchReply(*reply);
        const Json *nested = member(object, "error");
        const auto error = errorIn(nested && nested->is_object() ? *nested : object);
        if (!error)
            throw Misfit {QStringLiteral("neither a result nor an error: %1").arg(foundInstead(object))};
        return Unexpected {*error};
    });
}

Error parseErrorBody(const QByteArray &body, int httpStatus)
{
    const auto found = parsed<Error>(body, [](const Json &object) -> Result<Error> {
        const Json *nested = member(object, "error");
        if (const auto error = errorIn(nested && nested->is_object() ? *nested : object))
            return *error;
        return notUnderstood(QString());
    });
    Error error = found
        ? *found
        : Error {.kind = ErrorKind::Http,
                 .detail = QStringLiteral("HTTP status %1 with %2").arg(httpStatus).arg(describeBody(body))};
    // Before any gRPC: with authentication, the gateway takes no client certificate that names somebody.
    if (!found && body.startsWith("CommonName of client"))
        error = {.kind = ErrorKind::Unauthenticated,
                 .detail = QString::fromUtf8(body.left(200)).simplified()};
    error.httpStatus = httpStatus;
    return error;
}

} // namespace slotscope::core::gateway
