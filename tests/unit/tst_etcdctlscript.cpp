// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/etcdctlscript.h"

#include <QtTest>

using namespace slotscope::core;

class TestEtcdctlScript : public QObject
{
    Q_OBJECT

    static TxnRequest guardedPut(const QByteArray &key, const QByteArray &value)
    {
        TxnRequest request;
        request.compare.push_back({.range = KeyRange::single(key), .number = 17});
        request.success.push_back({PutRequest {.key = key, .value = value, .ignoreLease = true}});
        request.failure.push_back({RangeRequest {.range = KeyRange::single(key)}});
        return request;
    }
    static TxnScriptOptions options() { return {.endpoint = *Endpoint::parse(QStringLiteral("db:1"))}; }

private Q_SLOTS:
    void textStaysReadableAndAllElseIsEscaped()
    {
        QCOMPARE(etcdctlQuoted("a b{}[]:,-+="), QByteArray("\"a b{}[]:,-+=\""));
        QCOMPARE(etcdctlQuoted(QByteArray("\0\xff\n\"'\\`$()#\x7f", 12)),
                 QByteArray(R"("\x00\xff\x0a\x22\x27\x5c\x60\x24\x28\x29\x23\x7f")"));
        QCOMPARE(etcdctlQuoted("é"), QByteArray(R"("\xc3\xa9")"));
        QCOMPARE(etcdctlQuoted({}), QByteArray("\"\""));
    }

    void comparesThenOperationsThenElse()
    {
        TxnRequest request = guardedPut("k", "v");
        request.success.push_back({DeleteRangeRequest {.range = KeyRange::single("-d")}});
        request.success.push_back({PutRequest {.key = "l", .value = "", .lease = LeaseId(0x1f)}});
        const EtcdctlTxn txn = etcdctlTxn(request);
        QCOMPARE(txn.input,
                 QByteArray("mod(\"k\") = \"17\"\n"
                            "\n"
                            "put --ignore-lease -- \"k\" \"v\"\n"
                            "del -- \"-d\"\n"
                            "put --lease=1f -- \"l\" \"\"\n"
                            "\n"
                            "get -- \"k\"\n"
                            "\n"));
        QVERIFY(txn.missing.isEmpty());
    }

    void whatEtcdctlCannotSayStopsTheScript()
    {
        TxnRequest request = guardedPut("k", "v");
        request.compare.push_back({.range = KeyRange::single("k"), .target = CompareTarget::Lease});
        request.compare.push_back({.range = KeyRange::prefix("p")});
        request.success.push_back({TxnRequest()});
        request.failure.push_back({RangeRequest {.range = KeyRange::prefix("p"), .countOnly = true}});
        QCOMPARE(etcdctlTxn(request).missing.size(), 4);
        const QByteArray script = etcdctlScript(request, options());
        QVERIFY(script.contains("# etcdctl cannot express the compare of the lease of \"k\""));
        QVERIFY(script.contains("\nexit 3"));
        QVERIFY(script.indexOf("\nexit 3") < script.indexOf("etcdctl txn"));
        QVERIFY(!etcdctlScript(guardedPut("k", "v"), options()).contains("exit 3"));
    }

    void commentsCannotBecomeCommands()
    {
        TxnScriptOptions said = options();
        said.describe = [](const QByteArray &) { return QStringLiteral("users \n rm -rf x\r\x01"); };
        const QList<QByteArray> lines = etcdctlScript(guardedPut("k", "v"), said).split('\n');
        QVERIFY(lines.contains("# put users rm -rf x ?"));
        QVERIFY(!lines.contains(" rm -rf x"));
    }

    void newLeasesAreGrantedOncePerTtl()
    {
        TxnRequest request;
        for (const char *key : {"a", "b", "c"})
            request.success.push_back({PutRequest {.key = key, .value = "v"}});
        TxnScriptOptions leased = options();
        using std::chrono::seconds;
        leased.newLeases = {{"a", seconds(60)}, {"b", seconds(60)}, {"c", seconds(5)}};
        const QByteArray script = etcdctlScript(request, leased);
        QCOMPARE(script.count("lease grant"), 2);
        QVERIFY(script.contains("put --lease=$lease_60 -- \"b\" \"v\""));
        QVERIFY(script.contains("put --lease=$lease_5 -- \"c\" \"v\""));
        const QByteArray curl = curlScript(request, leased);
        QCOMPARE(curl.count("/v3/lease/grant"), 2);
        QCOMPARE(curl.count("\"lease\":\"$lease_60\""), 2);
    }
};

QTEST_GUILESS_MAIN(TestEtcdctlScript)
#include "tst_etcdctlscript.moc"
