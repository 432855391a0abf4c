// SPDX-License-Identifier: GPL-3.0-or-later
//
// The scripts that a transaction is offered as, run by the real etcdctl and curl: on one of two equal etcds
// the session commits, on the other one its script runs, and then they are still equal.
#include "core/edit/editsession.h"
#include "core/edit/etcdctlscript.h"
#include "tests/support/etcdprocess.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// What stands there beside the bytes that a random generator finds.
const QByteArrayList Nasty = {"",
                              "-",
                              "--",
                              "-h",
                              "--prefix",
                              "put",
                              "END",
                              "\nEND\n",
                              "\"",
                              "\\",
                              "\\\"",
                              "'",
                              "' '",
                              "$HOME `id` $(id)",
                              "%q %s",
                              ") = \"1\"",
                              " ",
                              "a b",
                              "\t",
                              "\r\n",
                              "\xc3\xa9\xe2\x82\xac",
                              "\xff\xfe",
                              QByteArray(3, '\0'),
                              "\x7f\x80",
                              "{\"name\": \"Ann\", \"tags\": [1, 2]}",
                              "#!"};

struct Run
{
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

Run run(const QString &program, const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000);
    return {ended ? process.exitCode() : -1, process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace

class TestEtcdctl : public QObject
{
    Q_OBJECT

    /// Two etcds with the same history, and what is staged on the first.
    struct Twins
    {
        EtcdProcess ours;
        EtcdProcess theirs;
        std::unique_ptr<Client> ourClient;
        std::unique_ptr<Client> theirClient;
        std::unique_ptr<EditSession> edits;

        bool start()
        {
            if (!ours.start() || !theirs.start())
                return false;
            ourClient = std::make_unique<Client>(ours.parsedEndpoint());
            theirClient = std::make_unique<Client>(theirs.parsedEndpoint());
            edits = std::make_unique<EditSession>(ourClient.get());
            return true;
        }
        bool grant(LeaseId id)
        {
            const LeaseGrantRequest request {.ttlSeconds = 3600, .id = id};
            return await(ourClient->leaseGrant(request)) && await(theirClient->leaseGrant(request));
        }
        bool put(const QByteArray &key, const QByteArray &value, LeaseId lease = {})
        {
            return ours.put(key, value, lease).value > 0
                && ours.get(key)->modRevision == theirs.put(key, value, lease);
        }
        static std::vector<KeyValue> all(Client *client)
        {
            const auto reply = await(client->range({.range = KeyRange::all()}));
            return reply ? reply->kvs : std::vector<KeyValue>();
        }
        /// Keys, values, revisions, versions and leases. `leases`: not where each has been granted its own.
        bool areEqual(bool leases = true) const
        {
            const auto a = all(ourClient.get());
            const auto b = all(theirClient.get());
            return !a.empty()
                && std::equal(
                    a.begin(), a.end(), b.begin(), b.end(), [leases](const KeyValue &x, const KeyValue &y) {
                        return x.key == y.key && x.value == y.value && x.createRevision == y.createRevision
                            && x.modRevision == y.modRevision && x.version == y.version
                            && (!leases || x.lease == y.lease);
                    });
        }
        bool commit() const
        {
            QSignalSpy spy(edits.get(), &EditSession::committed);
            edits->commit();
            return QTest::qWaitFor([&] { return spy.size() == 1; }, 30'000)
                && spy.first().first().value<CommitReport>().outcome == CommitReport::Outcome::Committed;
        }
        TxnRequest request() const { return edits->plan().request; }
        TxnScriptOptions options() const { return {.endpoint = theirs.parsedEndpoint()}; }
        Run pipe() const
        {
            return run(QStringLiteral("etcdctl"),
                       {QStringLiteral("--endpoints=") + theirs.endpoint(), QStringLiteral("txn")},
                       etcdctlTxn(request()).input);
        }
    };

    static QByteArray bytes(QRandomGenerator *random, int most)
    {
        if (random->bounded(2) == 0)
            return Nasty[random->bounded(Nasty.size())];
        QByteArray result(random->bounded(most), '\0');
        for (char &c : result)
            c = static_cast<char>(random->bounded(256));
        return result;
    }
    static QByteArray newKey(QRandomGenerator *random, std::map<QByteArray, bool> *used)
    {
        for (;;) {
            const QByteArray key = bytes(random, 24);
            if (!key.isEmpty() && used->emplace(key, true).second)
                return key;
        }
    }
    /// Inserts, updates and deletions of random binary keys; a third of what exists hangs on a lease.
    static bool stageRandom(Twins *twins, QRandomGenerator *random)
    {
        std::map<QByteArray, bool> used;
        const LeaseId lease(0x1234'5678'9abc'def0);
        if (!twins->grant(lease))
            return false;
        std::vector<QByteArray> existing;
        for (int i = 0; i < 60; ++i) {
            const QByteArray key = newKey(random, &used);
            if (!twins->put(key, bytes(random, 400), i % 3 == 0 ? lease : LeaseId()))
                return false;
            existing.push_back(key);
        }
        for (size_t i = 0; i < existing.size(); ++i) {
            const KeyState current = KeyState::of(*twins->ours.get(existing[i]));
            if (i % 4 == 0)
                twins->edits->stageDelete({{existing[i], current}});
            else if (i % 4 < 3)
                twins->edits->stageValue(existing[i], current, bytes(random, 2000));
        }
        for (int i = 0; i < 30; ++i)
            twins->edits->stageInsert(newKey(random, &used), bytes(random, 2000));
        return twins->edits->changes().size() > 60;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        for (const char *program : {"etcdctl", "curl"}) {
            if (!QStandardPaths::findExecutable(QLatin1String(program)).isEmpty())
                continue;
            if (qEnvironmentVariableIsSet("CI"))
                QFAIL(qPrintable(
                    QStringLiteral("no %1: see packaging/install-packages").arg(QLatin1String(program))));
            QSKIP("etcdctl and curl are needed: see packaging/install-packages");
        }
    }

    void randomChangesAreTheSameByteForByte_data()
    {
        QTest::addColumn<QString>("by");
        QTest::addColumn<quint32>("seed");
        for (const char *by : {"etcdctl txn", "etcdctl script", "curl script"}) {
            for (quint32 seed = 1; seed <= 2; ++seed)
                QTest::addRow("%s, seed %u", by, seed) << QString::fromLatin1(by) << seed;
        }
    }
    void randomChangesAreTheSameByteForByte()
    {
        QFETCH(QString, by);
        QFETCH(quint32, seed);
        Twins twins;
        QVERIFY(twins.start());
        QRandomGenerator random(seed);
        QVERIFY(stageRandom(&twins, &random));
        QVERIFY(twins.areEqual());
        const auto before = Twins::all(twins.theirClient.get());

        const TxnRequest request = twins.request();
        Run script;
        if (by == QLatin1String("etcdctl txn"))
            script = twins.pipe();
        else if (by == QLatin1String("etcdctl script"))
            script = run(QStringLiteral("sh"), {}, etcdctlScript(request, twins.options()));
        else
            script = run(QStringLiteral("sh"), {}, curlScript(request, twins.options()));
        QVERIFY2(script.exitCode == 0, script.errors.constData());
        QVERIFY2(script.output.startsWith("SUCCESS"), script.output.constData());
        QVERIFY(twins.commit());
        QVERIFY(twins.areEqual());
        QVERIFY(Twins::all(twins.theirClient.get()).size() != before.size());
    }

    void aFailedCompareChangesNothing()
    {
        Twins twins;
        QVERIFY(twins.start());
        QRandomGenerator random(7);
        QVERIFY(stageRandom(&twins, &random));
        // Somebody is faster with one of them.
        QVERIFY(twins.theirs.put(twins.edits->changes().back().key, "first").value > 0);
        const auto before = Twins::all(twins.theirClient.get());
        const TxnRequest request = twins.request();

        const Run piped = twins.pipe();
        QCOMPARE(piped.exitCode, 0);
        QVERIFY2(piped.output.startsWith("FAILURE"), piped.output.constData());
        const Run script = run(QStringLiteral("sh"), {}, etcdctlScript(request, twins.options()));
        QCOMPARE(script.exitCode, 1);
        QVERIFY(script.errors.contains("nothing was written"));
        const Run curl = run(QStringLiteral("sh"), {}, curlScript(request, twins.options()));
        QCOMPARE(curl.exitCode, 1);
        QVERIFY(curl.errors.contains("nothing was written"));

        const auto after = Twins::all(twins.theirClient.get());
        QVERIFY(std::equal(before.begin(), before.end(), after.begin(), after.end(),
                           [](const KeyValue &a, const KeyValue &b) {
                               return a.key == b.key && a.value == b.value && a.modRevision == b.modRevision;
                           }));
    }

    void refusedByTheServerIsNoConflict()
    {
        Twins twins;
        QVERIFY(twins.start());
        QVERIFY(twins.put("k", "v"));
        TxnRequest twice;
        for (int i = 0; i < 2; ++i)
            twice.success.push_back({PutRequest {.key = "k", .value = "w"}});
        for (const QByteArray &script :
             {etcdctlScript(twice, twins.options()), curlScript(twice, twins.options())}) {
            const Run refused = run(QStringLiteral("sh"), {}, script);
            QCOMPARE(refused.exitCode, 2);
            QVERIFY(!refused.errors.isEmpty());
            QVERIFY(!refused.errors.contains("nothing was written"));
        }
        QVERIFY(twins.areEqual());
    }

    void noServerIsNoConflict()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        const TxnScriptOptions options {.endpoint = etcd.parsedEndpoint()};
        etcd.stop();
        TxnRequest request;
        request.success.push_back({PutRequest {.key = "k", .value = "v"}});
        const Run curl = run(QStringLiteral("sh"), {}, curlScript(request, options));
        QCOMPARE(curl.exitCode, 2);
        QVERIFY(!curl.errors.contains("nothing was written"));
    }

    void largeValues()
    {
        Twins twins;
        QVERIFY(twins.start());
        QVERIFY(twins.put("k", "v"));
        QRandomGenerator random(3);
        QByteArray large(700'000, Qt::Uninitialized);
        for (char &c : large)
            c = static_cast<char>(random.bounded(256));
        twins.edits->stageValue("k", KeyState::of(*twins.ours.get("k")), large);
        const Run script = run(QStringLiteral("sh"), {}, etcdctlScript(twins.request(), twins.options()));
        QVERIFY2(script.exitCode == 0, script.errors.constData());
        QVERIFY(twins.commit());
        QVERIFY(twins.areEqual());
    }

    void newLeases_data()
    {
        QTest::addColumn<bool>("curl");
        QTest::newRow("etcdctl") << false;
        QTest::newRow("curl") << true;
    }
    void newLeases()
    {
        QFETCH(bool, curl);
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        TxnRequest request;
        TxnScriptOptions options {.endpoint = etcd.parsedEndpoint()};
        for (const QByteArray key : {"a", "b", "$c"}) {
            request.compare.push_back({.range = KeyRange::single(key)});
            request.success.push_back({PutRequest {.key = key, .value = "\"\\$x"}});
            request.failure.push_back({RangeRequest {.range = KeyRange::single(key)}});
        }
        options.newLeases = {{"a", std::chrono::seconds(600)}, {"$c", std::chrono::seconds(600)}};
        const QByteArray script = curl ? curlScript(request, options) : etcdctlScript(request, options);
        const Run done = run(QStringLiteral("sh"), {}, script);
        QVERIFY2(done.exitCode == 0, done.errors.constData());
        const LeaseId lease = etcd.get("a")->lease;
        QVERIFY(lease.value != 0);
        QCOMPARE(etcd.get("$c")->lease, lease);
        QCOMPARE(etcd.get("$c")->value, QByteArray("\"\\$x"));
        QCOMPARE(etcd.get("b")->lease, LeaseId());
        const auto left = await(client.leaseTimeToLive(lease));
        QVERIFY(left);
        QCOMPARE(left->grantedTtlSeconds, 600);

        // A second time its keys are there: nothing is written, and no lease stays behind.
        const Run again = run(QStringLiteral("sh"), {}, script);
        QCOMPARE(again.exitCode, 1);
        QCOMPARE(etcd.get("a")->lease, lease);
        const Run leases = run(QStringLiteral("etcdctl"),
                               {QStringLiteral("--endpoints=") + etcd.endpoint(), QStringLiteral("lease"),
                                QStringLiteral("list")},
                               {});
        QVERIFY2(leases.output.startsWith("found 1 leases"), leases.output.constData());
    }
};

QTEST_GUILESS_MAIN(TestEtcdctl)
#include "tst_etcdctl.moc"
