// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"

#include <QtTest>

#include <nlohmann/json.hpp>

using namespace slotscope::core;
using Json = nlohmann::json;

namespace {

Json parsed(const QByteArray &text)
{
    return Json::parse(text.toStdString());
}

/// Every reply of etcd has one.
QByteArray withHeader(const QByteArray &rest)
{
    return R"({"header":{"cluster_id":"14841639068965178418","member_id":"10276657743932975437",)"
           R"("revision":"42","raft_term":"7"})"
        + (rest.isEmpty() ? QByteArray() : ',' + rest) + '}';
}

} // namespace

class TestGatewayMessages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void writesWhatIsNotDefault()
    {
        QCOMPARE(gateway::toJson(RangeRequest {}), QByteArray(R"({"key":""})"));
        QCOMPARE(gateway::toJson(PutRequest {}), QByteArray(R"({"key":""})"));
        QCOMPARE(gateway::toJson(TxnRequest {}), QByteArray("{}"));
        QCOMPARE(gateway::toJson(CompactionRequest {}), QByteArray("{}"));
        QCOMPARE(gateway::toJson(LeaseGrantRequest {}), QByteArray("{}"));
    }

    void writesRange()
    {
        RangeRequest request;
        request.range = {QByteArray("\xff\0a", 3), QByteArray(1, '\0')};
        request.limit = 9'007'199'254'740'993; // not a double
        request.revision = Revision(5);
        request.sortOrder = SortOrder::Descend;
        request.sortTarget = SortTarget::ModRevision;
        request.serializable = request.keysOnly = request.countOnly = true;
        request.minModRevision = Revision(1);
        request.maxModRevision = Revision(2);
        request.minCreateRevision = Revision(3);
        request.maxCreateRevision = Revision(4);
        const Json expected = {
            {"key", "/wBh"},
            {"range_end", "AA=="},
            {"limit", "9007199254740993"},
            {"revision", "5"},
            {"sort_order", "DESCEND"},
            {"sort_target", "MOD"},
            {"serializable", true},
            {"keys_only", true},
            {"count_only", true},
            {"min_mod_revision", "1"},
            {"max_mod_revision", "2"},
            {"min_create_revision", "3"},
            {"max_create_revision", "4"},
        };
        QVERIFY(parsed(gateway::toJson(request)) == expected);
    }

    void writesSortTargets()
    {
        const auto target = [](SortTarget sortTarget) {
            RangeRequest request;
            request.sortOrder = SortOrder::Ascend;
            request.sortTarget = sortTarget;
            return parsed(gateway::toJson(request)).value("sort_target", "");
        };
        QCOMPARE(target(SortTarget::Key), std::string());
        QCOMPARE(target(SortTarget::Version), std::string("VERSION"));
        QCOMPARE(target(SortTarget::CreateRevision), std::string("CREATE"));
        QCOMPARE(target(SortTarget::ModRevision), std::string("MOD"));
        QCOMPARE(target(SortTarget::Value), std::string("VALUE"));
    }

    void writesPut()
    {
        const PutRequest request {.key = "k",
                                  .value = QByteArray("\0\xff", 2),
                                  .lease = LeaseId(8558143355058106631),
                                  .prevKv = true,
                                  .ignoreLease = true,
                                  .ignoreValue = true};
        const Json expected = {{"key", "aw=="},   {"value", "AP8="},      {"lease", "8558143355058106631"},
                               {"prev_kv", true}, {"ignore_lease", true}, {"ignore_value", true}};
        QVERIFY(parsed(gateway::toJson(request)) == expected);
    }

    void writesCompares_data()
    {
        QTest::addColumn<int>("target");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("field");
        QTest::newRow("version") << static_cast<int>(CompareTarget::Version) << QByteArray("VERSION")
                                 << QByteArray("version");
        QTest::newRow("create") << static_cast<int>(CompareTarget::CreateRevision) << QByteArray("CREATE")
                                << QByteArray("create_revision");
        QTest::newRow("mod") << static_cast<int>(CompareTarget::ModRevision) << QByteArray("MOD")
                             << QByteArray("mod_revision");
        QTest::newRow("value") << static_cast<int>(CompareTarget::Value) << QByteArray("VALUE")
                               << QByteArray("value");
        QTest::newRow("lease") << static_cast<int>(CompareTarget::Lease) << QByteArray("LEASE")
                               << QByteArray("lease");
    }
    void writesCompares()
    {
        QFETCH(int, target);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, field);
        const std::pair<CompareResult, std::string> results[] = {{CompareResult::Equal, "EQUAL"},
                                                                 {CompareResult::Greater, "GREATER"},
                                                                 {CompareResult::Less, "LESS"},
                                                                 {CompareResult::NotEqual, "NOT_EQUAL"}};
        for (const auto &[result, resultName] : results) {
            TxnRequest txn;
            txn.compare.push_back({.range = KeyRange::single("k"),
                                   .target = static_cast<CompareTarget>(target),
                                   .result = result,
                                   .number = 0,
                                   .value = {}});
            const Json compare = parsed(gateway::toJson(txn)).at("compare").at(0);
            QCOMPARE(compare.at("target").get<std::string>(), name.toStdString());
            QCOMPARE(compare.at("result").get<std::string>(), resultName);
            // Its default is written, too.
            QVERIFY(compare.contains(field.toStdString()));
            QCOMPARE(compare.size(), std::size_t {4});
        }
    }

    void writesNestedTxn()
    {
        TxnRequest inner;
        inner.success.push_back({DeleteRangeRequest {.range = KeyRange::prefix("p"), .prevKv = true}});
        TxnRequest outer;
        outer.success.push_back({PutRequest {.key = "k", .value = "v", .lease = {}}});
        outer.failure.push_back({RangeRequest {}});
        outer.failure.push_back({inner});
        const Json expected = {
            {"success", Json::array({{{"request_put", {{"key", "aw=="}, {"value", "dg=="}}}}})},
            {"failure",
             Json::array({
                 {{"request_range", {{"key", ""}}}},
                 {{"request_txn",
                   {{"success",
                     Json::array({{{"request_delete_range",
                                    {{"key", "cA=="}, {"range_end", "cQ=="}, {"prev_kv", true}}}}})}}}},
             })},
        };
        QVERIFY(parsed(gateway::toJson(outer)) == expected);
    }

    void writesWatchAndLeases()
    {
        const QByteArray watch = gateway::toJson(WatchCreateRequest {.watchId = 7,
                                                                     .range = KeyRange::slot(Slot(0xffff)),
                                                                     .startRevision = Revision(3),
                                                                     .prevKv = true,
                                                                     .progressNotify = true,
                                                                     .fragment = true});
        QVERIFY(!watch.contains('\n'));
        const Json expected = {{"create_request",
                                {{"key", "//8="},
                                 {"range_end", "AA=="},
                                 {"watch_id", "7"},
                                 {"start_revision", "3"},
                                 {"prev_kv", true},
                                 {"progress_notify", true},
                                 {"fragment", true}}}};
        QVERIFY(parsed(watch) == expected);
        QVERIFY(parsed(gateway::toJson(LeaseGrantRequest {.ttlSeconds = 60, .id = LeaseId(9)}))
                == Json({{"TTL", "60"}, {"ID", "9"}}));
        QVERIFY(parsed(gateway::leaseTimeToLiveJson(LeaseId(9), true))
                == Json({{"ID", "9"}, {"keys", true}}));
        QVERIFY(parsed(gateway::leaseRevokeJson(LeaseId(-9))) == Json({{"ID", "-9"}}));
        QVERIFY(parsed(gateway::toJson(CompactionRequest {.revision = Revision(5), .physical = true}))
                == Json({{"revision", "5"}, {"physical", true}}));
    }

    void readsRange()
    {
        const auto reply = gateway::parseRangeReply(withHeader(
            R"("kvs":[{"key":"AAE=","create_revision":"2","mod_revision":"3","version":"4","value":"/w==","lease":"-5"},)"
            R"({"key":"YQ==","create_revision":9,"mod_revision":10}],"more":true,"count":"12")"));
        QVERIFY2(reply.hasValue(), reply ? "" : qPrintable(reply.error().detail));
        QCOMPARE(reply->header.clusterId, 14841639068965178418ULL);
        QCOMPARE(reply->header.memberId, 10276657743932975437ULL);
        QCOMPARE(reply->header.revision, Revision(42));
        QCOMPARE(reply->header.raftTerm, 7ULL);
        QCOMPARE(reply->kvs.size(), std::size_t {2});
        QCOMPARE(reply->kvs[0].key, QByteArray("\0\x01", 2));
        QCOMPARE(reply->kvs[0].value, QByteArray("\xff"));
        QCOMPARE(reply->kvs[0].createRevision, Revision(2));
        QCOMPARE(reply->kvs[0].modRevision, Revision(3));
        QCOMPARE(reply->kvs[0].version, 4);
        QCOMPARE(reply->kvs[0].lease, LeaseId(-5));
        QCOMPARE(reply->kvs[1].createRevision, Revision(9));
        QVERIFY(reply->kvs[1].value.isEmpty());
        QVERIFY(reply->more);
        QCOMPARE(reply->count, 12);
    }

    void absentAndNullAreDefaults()
    {
        const auto empty = gateway::parseRangeReply(withHeader({}));
        QVERIFY(empty.hasValue());
        QVERIFY(empty->kvs.empty() && !empty->more && empty->count == 0);
        const auto nulls = gateway::parseRangeReply(withHeader(R"("kvs":null,"more":null,"count":null)"));
        QVERIFY(nulls.hasValue());
        const auto txn = gateway::parseTxnReply(withHeader({}));
        QVERIFY(txn.hasValue() && !txn->succeeded && txn->responses.empty());
        const auto put = gateway::parsePutReply(withHeader({}));
        QVERIFY(put.hasValue() && !put->prevKv);
    }

    void unknownFieldsAreOfLaterVersions()
    {
        QVERIFY(gateway::parseRangeReply(withHeader(R"("later":{"x":[1]},"count":"1")")).hasValue());
    }

    void readsTxn()
    {
        const auto reply = gateway::parseTxnReply(withHeader(
            R"("succeeded":true,"responses":[)"
            R"({"response_range":{"header":{"revision":"1"},"kvs":[{"key":"YQ=="}],"count":"1"}},)"
            R"({"response_put":{"header":{"revision":"1"},"prev_kv":{"key":"Yg=="}}},)"
            R"({"response_delete_range":{"deleted":"2","prev_kvs":[{"key":"Yw=="},{"key":"ZA=="}]}},)"
            R"({"response_txn":{"responses":[{"response_put":{}}]}}])"));
        QVERIFY2(reply.hasValue(), reply ? "" : qPrintable(reply.error().detail));
        QVERIFY(reply->succeeded);
        QCOMPARE(reply->responses.size(), std::size_t {4});
        QCOMPARE(std::get<RangeReply>(reply->responses[0].response).kvs.at(0).key, QByteArray("a"));
        QCOMPARE(std::get<PutReply>(reply->responses[1].response).prevKv.value().key, QByteArray("b"));
        QCOMPARE(std::get<DeleteRangeReply>(reply->responses[2].response).deleted, 2);
        QCOMPARE(std::get<DeleteRangeReply>(reply->responses[2].response).prevKvs.at(1).key, QByteArray("d"));
        const auto &nested = std::get<TxnReply>(reply->responses[3].response);
        QVERIFY(!nested.succeeded);
        QVERIFY(std::holds_alternative<PutReply>(nested.responses.at(0).response));
    }

    void deepTxnsAreRefused()
    {
        constexpr int depth = 100'000;
        const QByteArray text = QByteArray(R"({"response_txn":{"responses":[)").repeated(depth)
            + R"({"response_put":{}})" + QByteArray("]}}").repeated(depth);
        const auto reply = gateway::parseTxnReply(withHeader(R"("responses":[)" + text + ']'));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Protocol);
    }

    void endlessNestingIsRefused_data()
    {
        QTest::addColumn<QByteArray>("json");
        constexpr int depth = 1000 * 1000;
        const QByteArray deep(depth, '[');
        const QByteArray closed = deep + QByteArray(depth, ']');
        QTest::newRow("where a text should be") << R"({"etcdserver":)" + closed + '}';
        QTest::newRow("without a header") << R"({"a":)" + closed + '}';
        QTest::newRow("in an error") << R"({"error":"x","code":)" + closed + '}';
        QTest::newRow("objects") << R"({"etcdserver":)" + QByteArray(R"({"a":)").repeated(depth) + '1'
                + QByteArray(depth, '}') + '}';
        QTest::newRow("never closed") << R"({"etcdserver":)" + deep;
    }
    void endlessNestingIsRefused()
    {
        QFETCH(QByteArray, json);
        QVERIFY(!gateway::parseVersion(json).hasValue());
        QVERIFY(!gateway::parseRangeReply(json).hasValue());
        QVERIFY(!gateway::parseTxnReply(json).hasValue());
        QVERIFY(gateway::parseErrorBody(json, 500).detail.size() < 2000);
    }

    void aClusterOfThousandsIsRefused()
    {
        const auto members = [](int count, int addresses) {
            const QByteArray urls = QByteArray("\"127.0.0.1:1\",").repeated(addresses).chopped(1);
            const QByteArray member = R"({"ID":"1","clientURLs":[)" + urls + "]},";
            return gateway::parseMemberListReply(
                withHeader(R"("members":[)" + member.repeated(count).chopped(1) + ']'));
        };
        QCOMPARE(members(7, 3)->members.size(), std::size_t {7});
        QVERIFY(!members(10'000, 1));
        QVERIFY(!members(1, 10'000));
        QVERIFY(!gateway::parseUserReply(
            withHeader(R"("roles":[)" + QByteArray("\"r\",").repeated(100'000).chopped(1) + ']')));
    }

    void whatAServerSaysIsCut()
    {
        const QByteArray word(10'000, 'x');
        const Error error = gateway::parseErrorBody(
            R"({"error":")" + word + R"(","message":")" + word + R"(","code":3})", 400);
        QCOMPARE(error.kind, ErrorKind::InvalidArgument);
        QCOMPARE(error.detail.size(), 1000);
        QVERIFY(!gateway::parseVersion(R"({"etcdserver":")" + word.repeated(10) + R"("})"));
    }

    void readsStatus()
    {
        const auto reply = gateway::parseStatusReply(withHeader(
            R"("version":"3.4.23","dbSize":"20480","leader":"16567550682093418180","raftIndex":"4","raftTerm":"2",)"
            R"("raftAppliedIndex":"4","errors":["memberID:1 alarm:NOSPACE "],"dbSizeInUse":"16384")"));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->version, QStringLiteral("3.4.23"));
        QCOMPARE(reply->dbSize, 20480);
        QCOMPARE(reply->dbSizeInUse, 16384);
        QCOMPARE(reply->leader, 16567550682093418180ULL);
        QCOMPARE(reply->raftIndex, 4ULL);
        QCOMPARE(reply->raftTerm, 2ULL);
        QCOMPARE(reply->errors, QStringList {QStringLiteral("memberID:1 alarm:NOSPACE ")});
    }

    void readsLeases()
    {
        const auto grant =
            gateway::parseLeaseGrantReply(withHeader(R"("ID":"8558143355058106631","TTL":"60")"));
        QVERIFY(grant.hasValue());
        QCOMPARE(grant->id, LeaseId(8558143355058106631));
        QCOMPARE(grant->ttlSeconds, 60);
        const auto alive = gateway::parseLeaseTimeToLiveReply(
            withHeader(R"("ID":"7","TTL":"59","grantedTTL":"60","keys":["YQ==","Yg=="])"));
        QVERIFY(alive.hasValue());
        QCOMPARE(alive->ttlSeconds, 59);
        QCOMPARE(alive->grantedTtlSeconds, 60);
        QCOMPARE(alive->keys, (std::vector<QByteArray> {"a", "b"}));
        const auto expired = gateway::parseLeaseTimeToLiveReply(withHeader(R"("ID":"7","TTL":"-1")"));
        QCOMPARE(expired->ttlSeconds, -1);

        const auto all = gateway::parseLeaseLeasesReply(
            withHeader(R"("leases":[{"ID":"7"},{"ID":"8558143355058106631"}])"));
        QVERIFY(all.hasValue());
        QCOMPARE(all->leases, (std::vector {LeaseId(7), LeaseId(8558143355058106631)}));
        QVERIFY(gateway::parseLeaseLeasesReply(withHeader({}))->leases.empty());
        for (const char *bad : {R"("leases":["7"])", R"("leases":[{"ID":"x"}])", R"("leases":{})"})
            QCOMPARE(gateway::parseLeaseLeasesReply(withHeader(bad)).error().kind, ErrorKind::Protocol);
        QVERIFY(gateway::parseLeaseRevokeReply(withHeader({})).hasValue());
        QVERIFY(!gateway::parseLeaseRevokeReply("{}"));
    }

    void readsWatchLines()
    {
        const auto created =
            gateway::parseWatchLine(R"({"result":)" + withHeader(R"("watch_id":"7","created":true)") + '}');
        QVERIFY(created.hasValue());
        QVERIFY(created->created && !created->canceled && created->events.empty());
        QCOMPARE(created->watchId, 7);

        const auto events = gateway::parseWatchLine(
            R"({"result":)"
            + withHeader(
                R"("fragment":true,"events":[{"kv":{"key":"YQ==","create_revision":"5","mod_revision":"5"}},)"
                R"({"type":"DELETE","kv":{"key":"Yg==","mod_revision":"6"},"prev_kv":{"key":"Yg=="}},)"
                R"({"type":1,"kv":{"key":"Yg==","mod_revision":"7"}},{"type":"PUT","kv":{}}])")
            + '}');
        QVERIFY(events.hasValue());
        QVERIFY(events->fragment);
        QCOMPARE(events->events.size(), std::size_t {4});
        QVERIFY(events->events[0].isCreate());
        QCOMPARE(events->events[1].type, EventType::Delete);
        QCOMPARE(events->events[1].prevKv.value().key, QByteArray("b"));
        QCOMPARE(events->events[2].type, EventType::Delete);
        QCOMPARE(events->events[3].type, EventType::Put);

        const auto canceled = gateway::parseWatchLine(
            R"({"result":)" + withHeader(R"("canceled":true,"compact_revision":"3","cancel_reason":"why")")
            + '}');
        QVERIFY(canceled->canceled);
        QCOMPARE(canceled->compactRevision, Revision(3));
        QCOMPARE(canceled->cancelReason, QStringLiteral("why"));
    }

    void readsErrorsInStreams_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("3.4") << QByteArray(
            R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader","http_status":"Service Unavailable"}})");
        QTest::newRow("3.6") << QByteArray(
            R"({"error":{"code":14,"message":"etcdserver: no leader","details":[]}})");
        QTest::newRow("unwrapped") << QByteArray(
            R"({"error":"etcdserver: no leader","message":"etcdserver: no leader","code":14})");
    }
    void readsErrorsInStreams()
    {
        QFETCH(QByteArray, line);
        const auto reply = gateway::parseWatchLine(line);
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Unavailable);
        QCOMPARE(reply.error().grpcCode, 14);
        QCOMPARE(reply.error().detail, QStringLiteral("etcdserver: no leader"));
    }

    void mapsErrors_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("message");
        QTest::addColumn<int>("kind");
        const auto row = [](int code, const char *message, ErrorKind kind) {
            QTest::newRow(message) << code << QString::fromLatin1(message) << static_cast<int>(kind);
        };
        row(11, "etcdserver: mvcc: required revision has been compacted", ErrorKind::Compacted);
        row(11, "etcdserver: mvcc: required revision is a future revision", ErrorKind::FutureRevision);
        row(3, "etcdserver: request is too large", ErrorKind::TooLarge);
        row(3, "etcdserver: too many operations in txn request", ErrorKind::TooManyOperations);
        row(3, "etcdserver: duplicate key given in txn request", ErrorKind::InvalidArgument);
        row(3, "etcdserver: user name is empty", ErrorKind::Unauthenticated);
        row(16, "etcdserver: invalid auth token", ErrorKind::Unauthenticated);
        row(7, "etcdserver: permission denied", ErrorKind::PermissionDenied);
        row(14, "etcdserver: request timed out", ErrorKind::Unavailable);
        row(14, "etcdserver: no leader", ErrorKind::Unavailable);
        row(1, "grpc: the client connection is closing", ErrorKind::Unavailable);
        row(8, "etcdserver: mvcc: database space exceeded", ErrorKind::NoSpace);
        row(8, "grpc: received message larger than max (2 vs. 1)", ErrorKind::TooLarge);
        row(8, "etcdserver: too many requests", ErrorKind::Unavailable);
        row(5, "etcdserver: requested lease not found", ErrorKind::NotFound);
        row(4, "context deadline exceeded", ErrorKind::Timeout);
        row(2, "something else", ErrorKind::Server);
        row(13, "internal", ErrorKind::Server);
    }
    void mapsErrors()
    {
        QFETCH(int, code);
        QFETCH(QString, message);
        QFETCH(int, kind);
        for (const char *shape :
             {R"({"error":"%m","message":"%m","code":%c})", R"({"message":"%m","code":%c})"}) {
            const QByteArray body =
                QByteArray(shape).replace("%m", message.toLatin1()).replace("%c", QByteArray::number(code));
            const Error error = gateway::parseErrorBody(body, 400);
            QCOMPARE(static_cast<int>(error.kind), kind);
            QCOMPARE(error.grpcCode, code);
            QCOMPARE(error.httpStatus, 400);
            QCOMPARE(error.detail, message);
        }
    }

    void errorBodiesThatAreNotEtcds_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("said");
        QTest::newRow("HTML") << QByteArray("<html><body>Bad gateway") << QStringLiteral("an HTML page");
        QTest::newRow("HTML 5") << QByteArray("\r\n <!DOCTYPE HTML><p>") << QStringLiteral("an HTML page");
        QTest::newRow("XML") << QByteArray("<?xml version='1.0'?>") << QStringLiteral("an XML document");
        QTest::newRow("nothing") << QByteArray() << QStringLiteral("nothing");
        QTest::newRow("text") << QByteArray("404 page not found\n") << QStringLiteral("404 page not found");
        QTest::newRow("other JSON") << QByteArray(R"({"kind":"Status","code":404})")
                                    << QStringLiteral("kind");
        QTest::newRow("binary") << QByteArray("\x00\x01\x02", 3) << QStringLiteral("00 01 02");
    }
    void errorBodiesThatAreNotEtcds()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, said);
        const Error error = gateway::parseErrorBody(body, 502);
        QCOMPARE(error.kind, ErrorKind::Http);
        QCOMPARE(error.httpStatus, 502);
        QVERIFY2(error.detail.contains(said), qPrintable(error.detail));
        QVERIFY2(error.detail.contains(QStringLiteral("502")), qPrintable(error.detail));
    }

    void refusesWhatItDoesNotUnderstand_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const QByteArray &body, const char *said) {
            QTest::newRow(name) << body << QString::fromUtf8(said);
        };
        row("nothing", {}, "nothing");
        row("HTML", "<html>", "an HTML page");
        row("no object", "[1,2]", "JSON");
        row("no header", R"({"kvs":[]})", "no header");
        row("header of another kind", R"({"header":"x"})", "header");
        row("number is text", withHeader(R"("count":"many")"), "count");
        row("number is empty", withHeader(R"("count":"")"), "count");
        row("number with a tail", withHeader(R"("count":"12 ")"), "count");
        row("number too large", withHeader(R"("count":"9223372036854775808")"), "count");
        row("number is a fraction", withHeader(R"("count":1.5)"), "count");
        row("number is too large a number", withHeader(R"("count":18446744073709551615)"), "count");
        row("unsigned is negative", R"({"header":{"cluster_id":"-1"}})", "cluster_id");
        row("flag is text", withHeader(R"("more":"true")"), "more");
        row("list is an object", withHeader(R"("kvs":{})"), "kvs");
        row("list of numbers", withHeader(R"("kvs":[1])"), "kvs");
        row("key is no base64", withHeader(R"("kvs":[{"key":"a-b"}])"), "key");
        row("key is cut base64", withHeader(R"("kvs":[{"key":"YWJjZ"}])"), "key");
        row("key is a number", withHeader(R"("kvs":[{"key":1}])"), "key");
        row("invalid UTF-8", withHeader("\"x\":\"\xff\""), "JSON");
    }
    void refusesWhatItDoesNotUnderstand()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, said);
        const auto reply = gateway::parseRangeReply(body);
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Protocol);
        QVERIFY2(reply.error().detail.contains(said), qPrintable(reply.error().detail));
    }

    void cutAnywhereIsAnError()
    {
        const QByteArray whole = withHeader(R"("kvs":[{"key":"YQ==","mod_revision":"3"}],"count":"1")");
        for (qsizetype size = 1; size < whole.size(); ++size) {
            const auto reply = gateway::parseRangeReply(whole.left(size));
            QVERIFY(!reply);
            QCOMPARE(reply.error().kind, ErrorKind::Network);
            QCOMPARE(reply.error().offset, size);
            QVERIFY2(reply.error().detail.contains(QStringLiteral("ends in the middle")),
                     qPrintable(reply.error().detail));
        }
    }

    void tellsWhereTheJsonBreaks()
    {
        const auto reply = gateway::parseRangeReply(R"({"header":!})");
        QVERIFY(!reply);
        QCOMPARE(reply.error().offset, 10);
    }

    void watchLinesThatAreNot()
    {
        for (const QByteArray &line :
             {QByteArray("{}"), QByteArray(R"({"error":"x"})"), QByteArray(R"({"result":{}})"),
              QByteArray("HTTP/1.1"), QByteArray(R"({"result":[]})"),
              QByteArray(R"({"error":{"message":"x"}})"),
              R"({"result":)" + withHeader(R"("events":[{}])") + '}',
              R"({"result":)" + withHeader(R"("events":[{"type":"MOVE","kv":{}}])") + '}'}) {
            const auto reply = gateway::parseWatchLine(line);
            QVERIFY2(!reply, line.constData());
            QCOMPARE(reply.error().kind, ErrorKind::Protocol);
        }
    }

    void readsVersion()
    {
        const auto version = gateway::parseVersion(R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})");
        QCOMPARE(version->server, QStringLiteral("3.4.23"));
        QCOMPARE(version->cluster, QStringLiteral("3.4.0"));
        // Kubernetes answers GET /version, too.
        const auto other = gateway::parseVersion(R"({"major":"1","minor":"25"})");
        QVERIFY(!other);
        QCOMPARE(other.error().kind, ErrorKind::Protocol);
    }
};

QTEST_GUILESS_MAIN(TestGatewayMessages)
#include "tst_gatewaymessages.moc"
