// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/client.h"
#include "tests/support/etcdprocess.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

RangeRequest rangeOf(const KeyRange &range)
{
    RangeRequest request;
    request.range = range;
    return request;
}

QList<QByteArray> keysOf(const RangeReply &reply)
{
    QList<QByteArray> keys;
    for (const KeyValue &kv : reply.kvs)
        keys.append(kv.key);
    return keys;
}

PutRequest putOf(const QByteArray &key, const QByteArray &value)
{
    return {.key = key, .value = value, .lease = {}};
}

} // namespace

class TestEtcdClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        m_client = std::make_unique<Client>(m_etcd->parsedEndpoint());
    }
    void cleanupTestCase()
    {
        m_client.reset();
        m_etcd.reset();
    }
    void init() { QVERIFY(await(m_client->deleteRange({.range = KeyRange::all()})).hasValue()); }

    void connects()
    {
        Client client(m_etcd->parsedEndpoint());
        const auto status = await(client.connectToServer());
        QVERIFY2(status.hasValue(), status ? "" : qPrintable(status.error().detail));
        QVERIFY(!status->version.isEmpty());
        QCOMPARE(client.serverVersion().server, status->version);
        QVERIFY(status->dbSize > 0 && status->leader != 0 && status->raftTerm > 0);
        QVERIFY(client.clusterId() != 0);
        QCOMPARE(client.clusterId(), status->header.clusterId);
    }

    void valuesComeBackByteForByte_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QByteArray all(256, '\0');
        for (int i = 0; i < 256; ++i)
            all[i] = static_cast<char>(i);
        QTest::newRow("empty value") << QByteArray("k") << QByteArray("");
        QTest::newRow("every byte") << all << all;
        QTest::newRow("two-byte key") << QByteArray("\x00\x07", 2) << QByteArray("v");
        QTest::newRow("slot 65535") << QByteArray("\xff\xff\x01", 3) << QByteArray("v");
        QTest::newRow("zero byte") << QByteArray(1, '\0') << QByteArray(1, '\0');
        QTest::newRow("1.4 MB") << QByteArray("big") << QByteArray(1'400'000, '\xfe');
    }
    void valuesComeBackByteForByte()
    {
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        const auto put = await(m_client->put(putOf(key, value)));
        QVERIFY2(put.hasValue(), put ? "" : qPrintable(put.error().detail));
        QVERIFY(!put->prevKv);
        const auto reply = await(m_client->range(rangeOf(KeyRange::single(key))));
        QCOMPARE(reply->count, 1);
        const KeyValue &kv = reply->kvs.at(0);
        QCOMPARE(kv.key, key);
        QVERIFY(kv.value == value);
        QCOMPARE(kv.createRevision, put->header.revision);
        QCOMPARE(kv.modRevision, put->header.revision);
        QCOMPARE(kv.version, 1);
        QCOMPARE(kv.lease, LeaseId(0));
    }

    void putAndDeleteGiveWhatWas()
    {
        const Revision first = await(m_client->put(putOf("k", "1")))->header.revision;
        auto again = putOf("k", "2");
        again.prevKv = true;
        const auto put = await(m_client->put(again));
        QCOMPARE(put->prevKv.value().value, QByteArray("1"));
        QCOMPARE(put->prevKv.value().modRevision, first);
        const auto deleted = await(m_client->deleteRange({.range = KeyRange::prefix("k"), .prevKv = true}));
        QCOMPARE(deleted->deleted, 1);
        QCOMPARE(deleted->prevKvs.at(0).value, QByteArray("2"));
        QCOMPARE(deleted->prevKvs.at(0).version, 2);
        QCOMPARE(await(m_client->deleteRange({.range = KeyRange::prefix("k")}))->deleted, 0);
    }

    void ignoreLeaseAndValueKeepThem()
    {
        const auto lease = await(m_client->leaseGrant({.ttlSeconds = 600}));
        QVERIFY(lease.hasValue());
        QVERIFY(lease->id.value != 0 && lease->ttlSeconds == 600);
        auto put = putOf("k", "1");
        put.lease = lease->id;
        QVERIFY(await(m_client->put(put)).hasValue());
        put = putOf("k", "2");
        put.ignoreLease = true;
        QVERIFY(await(m_client->put(put)).hasValue());
        QCOMPARE(m_etcd->get("k").value().lease, lease->id);
        QCOMPARE(m_etcd->get("k").value().value, QByteArray("2"));
        put = putOf("k", {});
        put.ignoreValue = true;
        QVERIFY(await(m_client->put(put)).hasValue());
        QCOMPARE(m_etcd->get("k").value().lease, LeaseId(0));
        QCOMPARE(m_etcd->get("k").value().value, QByteArray("2"));
        put = putOf("absent", "x");
        put.ignoreLease = true;
        QVERIFY(!await(m_client->put(put)));

        put = putOf("leased", "x");
        put.lease = lease->id;
        QVERIFY(await(m_client->put(put)).hasValue());
        const auto alive = await(m_client->leaseTimeToLive(lease->id, true));
        QVERIFY2(alive.hasValue(), alive ? "" : qPrintable(alive.error().detail));
        QCOMPARE(alive->id, lease->id);
        QCOMPARE(alive->grantedTtlSeconds, 600);
        QVERIFY(alive->ttlSeconds > 500);
        QCOMPARE(alive->keys, std::vector<QByteArray> {"leased"});
        QCOMPARE(await(m_client->leaseTimeToLive(LeaseId(12345)))->ttlSeconds, -1);
        put.lease = LeaseId(12345);
        const auto refused = await(m_client->put(put));
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::NotFound);
    }

    void leasesAreListedAndRevoked()
    {
        const auto kept = await(m_client->leaseGrant({.ttlSeconds = 600}));
        const auto gone = await(m_client->leaseGrant({.ttlSeconds = 600}));
        QVERIFY(kept.hasValue() && gone.hasValue());
        auto put = putOf("hangs", "1");
        put.lease = gone->id;
        QVERIFY(await(m_client->put(put)).hasValue());
        const auto listed = [this](LeaseId lease) {
            const auto all = await(m_client->leaseLeases());
            return all && std::find(all->leases.cbegin(), all->leases.cend(), lease) != all->leases.cend();
        };
        QVERIFY(listed(kept->id) && listed(gone->id));

        const auto revoked = await(m_client->leaseRevoke(gone->id));
        QVERIFY2(revoked.hasValue(), revoked ? "" : qPrintable(revoked.error().detail));
        QVERIFY(listed(kept->id) && !listed(gone->id));
        QVERIFY(!m_etcd->get("hangs"));
        const auto again = await(m_client->leaseRevoke(gone->id));
        QVERIFY(!again);
        QCOMPARE(again.error().kind, ErrorKind::NotFound);
    }

    void rangeUnderstandsEverything()
    {
        const Revision a = m_etcd->put("a", "3");
        const Revision b = m_etcd->put("b", "1");
        const Revision c = m_etcd->put("c", "2");
        const Revision a2 = m_etcd->put("a", "3");
        const auto run = [this](const RangeRequest &request) {
            const auto reply = await(m_client->range(request));
            return reply ? *reply : RangeReply {};
        };
        const RangeRequest all = rangeOf(KeyRange::all());

        QCOMPARE(keysOf(run(all)), (QList<QByteArray> {"a", "b", "c"}));
        auto request = all;
        request.limit = 2;
        QCOMPARE(keysOf(run(request)), (QList<QByteArray> {"a", "b"}));
        QVERIFY(run(request).more);
        QCOMPARE(run(request).count, 3);
        request = all;
        request.revision = b;
        QCOMPARE(keysOf(run(request)), (QList<QByteArray> {"a", "b"}));
        request = all;
        request.countOnly = true;
        QCOMPARE(run(request).count, 3);
        QVERIFY(run(request).kvs.empty());
        request = all;
        request.keysOnly = true;
        QVERIFY(run(request).kvs.at(0).value.isEmpty());
        request = all;
        request.serializable = true;
        QCOMPARE(run(request).count, 3);
        QCOMPARE(keysOf(run(rangeOf({"b", QByteArray(1, '\0')}))), (QList<QByteArray> {"b", "c"}));
        QCOMPARE(keysOf(run(rangeOf({"a", "c"}))), (QList<QByteArray> {"a", "b"}));

        const auto sorted = [&](SortOrder order, SortTarget target) {
            auto sortedRequest = all;
            sortedRequest.sortOrder = order;
            sortedRequest.sortTarget = target;
            return keysOf(run(sortedRequest));
        };
        QCOMPARE(sorted(SortOrder::Descend, SortTarget::Key), (QList<QByteArray> {"c", "b", "a"}));
        QCOMPARE(sorted(SortOrder::Ascend, SortTarget::Value), (QList<QByteArray> {"b", "c", "a"}));
        QCOMPARE(sorted(SortOrder::Ascend, SortTarget::ModRevision), (QList<QByteArray> {"b", "c", "a"}));
        QCOMPARE(sorted(SortOrder::Descend, SortTarget::CreateRevision), (QList<QByteArray> {"c", "b", "a"}));
        QCOMPARE(sorted(SortOrder::Descend, SortTarget::Version).first(), QByteArray("a"));

        request = all;
        request.minModRevision = c;
        QCOMPARE(keysOf(run(request)), (QList<QByteArray> {"a", "c"}));
        request = all;
        request.maxModRevision = b;
        QCOMPARE(keysOf(run(request)), QList<QByteArray> {"b"});
        request = all;
        request.minCreateRevision = b;
        request.maxCreateRevision = b;
        QCOMPARE(keysOf(run(request)), QList<QByteArray> {"b"});
        QVERIFY(a < b && c < a2);
    }

    void rangeErrors()
    {
        const Revision now = m_etcd->put("a", "1");
        RangeRequest request = rangeOf(KeyRange::all());
        request.revision = Revision(now.value + 100);
        auto reply = await(m_client->range(request));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::FutureRevision);
        QCOMPARE(reply.error().grpcCode, 11);

        QVERIFY(await(m_client->compact({.revision = now})).hasValue());
        request.revision = Revision(now.value - 1);
        reply = await(m_client->range(request));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Compacted);
        const auto twice = await(m_client->compact({.revision = now}));
        QVERIFY(!twice);
        QCOMPARE(twice.error().kind, ErrorKind::Compacted);
        const auto future = await(m_client->compact({.revision = Revision(now.value + 100)}));
        QCOMPARE(future.error().kind, ErrorKind::FutureRevision);

        const auto noKey = await(m_client->put({}));
        QVERIFY(!noKey);
        QCOMPARE(noKey.error().kind, ErrorKind::InvalidArgument);
    }

    void comparesOfEveryTargetAndOperator_data()
    {
        QTest::addColumn<int>("target");
        for (const auto &[name, target] :
             {std::pair {"version", CompareTarget::Version},
              std::pair {"create", CompareTarget::CreateRevision},
              std::pair {"mod", CompareTarget::ModRevision}, std::pair {"value", CompareTarget::Value},
              std::pair {"lease", CompareTarget::Lease}})
            QTest::newRow(name) << static_cast<int>(target);
    }
    void comparesOfEveryTargetAndOperator()
    {
        QFETCH(int, target);
        const auto lease = await(m_client->leaseGrant({.ttlSeconds = 600, .id = LeaseId(7777 + target)}));
        QVERIFY(lease.hasValue());
        auto put = putOf("k", "m");
        QVERIFY(await(m_client->put(put)).hasValue());
        put.lease = lease->id;
        QVERIFY(await(m_client->put(put)).hasValue());
        const KeyValue kv = m_etcd->get("k").value();
        const auto actual = [&]() -> qint64 {
            switch (static_cast<CompareTarget>(target)) {
            case CompareTarget::Version:
                return kv.version;
            case CompareTarget::CreateRevision:
                return kv.createRevision.value;
            case CompareTarget::ModRevision:
                return kv.modRevision.value;
            case CompareTarget::Lease:
                return kv.lease.value;
            case CompareTarget::Value:
                break;
            }
            return 0;
        }();
        const QByteArray values[] = {"l", "m", "n"};
        for (int difference = -1; difference <= 1; ++difference) {
            for (const CompareResult result : {CompareResult::Equal, CompareResult::Greater,
                                               CompareResult::Less, CompareResult::NotEqual}) {
                TxnRequest txn;
                txn.compare.push_back({.range = KeyRange::single("k"),
                                       .target = static_cast<CompareTarget>(target),
                                       .result = result,
                                       .number = actual + difference,
                                       .value = values[difference + 1]});
                const auto reply = await(m_client->txn(txn));
                QVERIFY2(reply.hasValue(), reply ? "" : qPrintable(reply.error().detail));
                // "k OP other": the key's side comes first.
                const bool expected = result == CompareResult::Equal ? difference == 0
                    : result == CompareResult::Greater               ? difference < 0
                    : result == CompareResult::Less                  ? difference > 0
                                                                     : difference != 0;
                QCOMPARE(reply->succeeded, expected);
            }
        }
    }

    void comparesOfAbsentKeysAndDefaults()
    {
        const auto holds = [this](const Compare &compare) {
            TxnRequest txn;
            txn.compare.push_back(compare);
            const auto reply = await(m_client->txn(txn));
            return reply && reply->succeeded;
        };
        // mod_revision 0 means that the key does not exist.
        const Compare absent {.range = KeyRange::single("k"), .value = {}};
        QVERIFY(holds(absent));
        m_etcd->put("k", "");
        QVERIFY(!holds(absent));
        QVERIFY(holds({.range = KeyRange::single("k"), .target = CompareTarget::Value, .value = ""}));
        QVERIFY(holds({.range = KeyRange::single("k"), .target = CompareTarget::Lease, .value = {}}));
        // Over a range, every key has to fit.
        m_etcd->put("k2", "x");
        const Compare version {
            .range = KeyRange::prefix("k"), .target = CompareTarget::Version, .number = 1, .value = {}};
        QVERIFY(holds(version));
        m_etcd->put("k2", "y");
        QVERIFY(!holds(version));
    }

    void txnRunsTheRightBranchAndNests()
    {
        m_etcd->put("a", "1");
        m_etcd->put("gone", "x");
        TxnRequest inner;
        inner.compare.push_back({.range = KeyRange::single("nowhere"), .number = 5, .value = {}});
        inner.success.push_back({putOf("never", "x")});
        inner.failure.push_back({putOf("b", "inner")});
        inner.failure.push_back({rangeOf(KeyRange::single("a"))});
        TxnRequest txn;
        txn.compare.push_back({.range = KeyRange::single("a"), .target = CompareTarget::Value, .value = "1"});
        auto put = putOf("a", "2");
        put.prevKv = true;
        txn.success.push_back({put});
        txn.success.push_back({DeleteRangeRequest {.range = KeyRange::single("gone"), .prevKv = true}});
        txn.success.push_back({rangeOf(KeyRange::all())});
        txn.success.push_back({inner});
        txn.failure.push_back({rangeOf(KeyRange::single("a"))});

        const auto done = await(m_client->txn(txn));
        QVERIFY2(done.hasValue(), done ? "" : qPrintable(done.error().detail));
        QVERIFY(done->succeeded);
        QCOMPARE(done->responses.size(), std::size_t {4});
        QCOMPARE(std::get<PutReply>(done->responses[0].response).prevKv.value().value, QByteArray("1"));
        const auto &deleted = std::get<DeleteRangeReply>(done->responses[1].response);
        QCOMPARE(deleted.deleted, 1);
        QCOMPARE(deleted.prevKvs.at(0).value, QByteArray("x"));
        // Later operations see the earlier ones.
        QCOMPARE(std::get<RangeReply>(done->responses[2].response).kvs.at(0).value, QByteArray("2"));
        const auto &nested = std::get<TxnReply>(done->responses[3].response);
        QVERIFY(!nested.succeeded);
        QCOMPARE(nested.responses.size(), std::size_t {2});
        QCOMPARE(std::get<RangeReply>(nested.responses[1].response).kvs.at(0).value, QByteArray("2"));
        const KeyValue written = m_etcd->get("b").value();
        QCOMPARE(written.modRevision, done->header.revision);
        QCOMPARE(m_etcd->get("a").value().modRevision, done->header.revision);
        QVERIFY(!m_etcd->get("never"));

        const auto refused = await(m_client->txn(txn));
        QVERIFY(refused.hasValue());
        QVERIFY(!refused->succeeded);
        QCOMPARE(std::get<RangeReply>(refused->responses.at(0).response).kvs.at(0).value, QByteArray("2"));
        QCOMPARE(refused->header.revision, done->header.revision);
    }

    void limitsOfTheServer()
    {
        const auto large = await(m_client->put(putOf("k", QByteArray(1'600'000, 'x'))));
        QVERIFY(!large);
        QCOMPARE(large.error().kind, ErrorKind::TooLarge);
        const auto larger = await(m_client->put(putOf("k", QByteArray(3'000'000, 'x'))));
        QVERIFY(!larger);
        QCOMPARE(larger.error().kind, ErrorKind::TooLarge);
        TxnRequest txn;
        for (int i = 0; i < 129; ++i)
            txn.success.push_back({putOf("k" + QByteArray::number(i), "v")});
        const auto many = await(m_client->txn(txn));
        QVERIFY(!many);
        QCOMPARE(many.error().kind, ErrorKind::TooManyOperations);
        txn.success.pop_back();
        QVERIFY(await(m_client->txn(txn)).hasValue());
        txn.success = {{putOf("twice", "1")}, {putOf("twice", "2")}};
        QCOMPARE(await(m_client->txn(txn)).error().kind, ErrorKind::InvalidArgument);
        QVERIFY(!m_etcd->get("twice"));
    }

    void largeRangesArriveWhole()
    {
        TxnRequest txn;
        for (int i = 0; i < 100; ++i)
            txn.success.push_back(
                {putOf("k" + QByteArray::number(i), QByteArray(10'000, static_cast<char>(i)))});
        QVERIFY(await(m_client->txn(txn)).hasValue());
        const auto reply = await(m_client->range(rangeOf(KeyRange::all())));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->kvs.size(), std::size_t {100});
        for (const KeyValue &kv : reply->kvs)
            QCOMPARE(kv.value, QByteArray(10'000, static_cast<char>(kv.key.mid(1).toInt())));
    }

    void aFullDatabaseSaysSo()
    {
        EtcdProcess etcd({QStringLiteral("--quota-backend-bytes"), QStringLiteral("3000000")});
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        std::optional<Error> error;
        for (int i = 0; i < 10 && !error; ++i) {
            const auto put =
                await(client.put(putOf("k" + QByteArray::number(i), QByteArray(1'000'000, 'x'))));
            if (!put)
                error = put.error();
        }
        QVERIFY(error.has_value());
        QCOMPARE(error->kind, ErrorKind::NoSpace);
        const auto status = await(client.status());
        QVERIFY(status.hasValue());
        QVERIFY2(status->errors.join(QLatin1Char(' ')).contains(QStringLiteral("NOSPACE")),
                 qPrintable(status->errors.join(QLatin1Char(' '))));
        const auto cluster = await(client.clusterState());
        QVERIFY(cluster.hasValue());
        QCOMPARE(cluster->members.size(), std::size_t {1});
        QCOMPARE(cluster->members.front().alarms, QStringList {QStringLiteral("NOSPACE")});
    }

    void aRestartIsSurvived()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        QVERIFY(await(client.put(putOf("k", "1"))).hasValue());
        etcd.kill();
        const auto gone = await(client.range(rangeOf(KeyRange::single("k"))));
        QVERIFY(!gone);
        QCOMPARE(gone.error().kind, ErrorKind::Network);
        QVERIFY(etcd.start());
        const auto back = await(client.range(rangeOf(KeyRange::single("k"))));
        QVERIFY(back.hasValue());
        QCOMPARE(back->kvs.at(0).value, QByteArray("1"));
        QVERIFY(await(client.put(putOf("k", "2"))).hasValue());
    }

    void aPeersPortIsNoGateway()
    {
        // etcd's peer port answers GET /version, too, but has no gateway.
        Client client(Endpoint {QUrl(QStringLiteral("http://127.0.0.1:%1").arg(m_etcd->peerPort()))});
        const auto reply = await(client.range(rangeOf(KeyRange::all())));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Http);
        QCOMPARE(reply.error().httpStatus, 404);
    }

private:
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<Client> m_client;
};

QTEST_GUILESS_MAIN(TestEtcdClient)
#include "tst_etcd_client.moc"
