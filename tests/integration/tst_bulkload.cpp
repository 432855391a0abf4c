// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tables that are loaded from a real etcd: over native gRPC, by JSON, and where one or the other is in the
// way, with what etcdctl gives for comparison.
#include "core/etcd/gatewaytransport.h"
#include "core/etcd/prefixtransport.h"
#include "core/table/livetable.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/faultyproxy.h"
#include "tests/support/memoryconnection.h" // slotKey()
#include "tests/support/piecestransport.h"
#include "tests/support/proxylink.h"
#include "tests/support/testca.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QStandardPaths>
#include <QtEndian>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 60'000; // on a busy machine
constexpr int Records = 4000; // in each slot but the large one
/// One whose records make several pieces that are read at once: 15 MB.
constexpr quint16 Large = 4;
constexpr int LargeRecords = 2500;
constexpr int LargeValue = 6000;

int recordsOf(quint16 slot)
{
    return slot == Large ? LargeRecords : Records;
}

/// A proxy that knows HTTP/1.1 only: it refuses what begins as HTTP/2, or waits in vain for more of it.
class OldProxy : public QObject
{
public:
    OldProxy(quint16 serverPort, bool refuses)
    {
        ProxyLink::listen(&m_server, [this, serverPort, refuses](QTcpSocket *client) {
            new Link(this, client, serverPort, refuses);
        });
    }
    QString endpoint() const { return ProxyLink::endpointOf(m_server); }
    int met() const { return m_met; }

private:
    class Link : public ProxyLink
    {
    public:
        Link(OldProxy *proxy, QTcpSocket *client, quint16 serverPort, bool refuses)
            : ProxyLink(proxy, client, serverPort)
            , m_proxy(proxy)
            , m_refuses(refuses)
        {
        }

    private:
        void takeRequest(const QByteArray &bytes) override
        {
            if (bytes.startsWith("PRI ")) {
                ++m_proxy->m_met;
                m_isRefused = true;
                if (m_refuses) {
                    client()->write(
                        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    client()->disconnectFromHost();
                }
            }
            if (!m_isRefused)
                server()->write(bytes);
        }
        void takeReply(const QByteArray &bytes) override { client()->write(bytes); }

        OldProxy *m_proxy;
        bool m_refuses;
        bool m_isRefused = false;
    };

    QTcpServer m_server;
    int m_met = 0;
};

struct Row
{
    QByteArray key;
    QByteArray value;
    qint64 createRevision = 0;
    qint64 modRevision = 0;
    qint64 version = 0;
    qint64 lease = 0;

    friend bool operator==(const Row &, const Row &) = default;
};

/// A table with what it stands on.
struct Loaded
{
    explicit Loaded(ConnectionOptions options, GatewayTransport::Options limits = {})
    {
        auto made = std::make_unique<PiecesTransport>(std::make_unique<GatewayTransport>(options, limits));
        pieces = made.get();
        transport = pieces->inner();
        if (options.prefix.isEmpty())
            client = std::make_unique<Client>(std::move(made));
        else
            client =
                std::make_unique<Client>(std::make_unique<PrefixTransport>(std::move(made), options.prefix));
        watch = std::make_unique<Watch>(client.get(), KeyRange::all(), MemoryClient::fastOptions());
    }
    /// Starts loading; expected as the window would.
    LiveTable *open(quint16 slot) { return open(slot, recordsOf(slot)); }
    LiveTable *open(quint16 slot, qint64 expected)
    {
        table = std::make_unique<LiveTable>(client.get(), watch.get(), KeyRange::slot(Slot(slot)));
        table->setExpectation(expected);
        table->reload();
        return table.get();
    }
    std::vector<Row> rows() const
    {
        std::vector<Row> all;
        for (const RowId id : table->rows().keyOrder()) {
            const KeyValue kv = table->rows().row(id).toKeyValue();
            all.push_back({kv.key, kv.value, kv.createRevision.value, kv.modRevision.value, kv.version,
                           kv.lease.value});
        }
        return all;
    }

    PiecesTransport *pieces;
    GatewayTransport *transport;
    std::unique_ptr<Client> client;
    std::unique_ptr<Watch> watch;
    std::unique_ptr<LiveTable> table;
};

} // namespace

class TestBulkLoad : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd;
    std::vector<Row> m_byEtcdctl; // all there is

    static bool isLoaded(const LiveTable &table)
    {
        return table.state() == LiveTable::State::Live || table.state() == LiveTable::State::Reconnecting;
    }

    static QByteArray keyOfKind(quint16 slot, int number)
    {
        static QRandomGenerator random(17);
        switch (slot) {
        case 1: { // drawn, as UUIDs are
            QByteArray key(16, '\0');
            for (char &byte : key)
                byte = char(random.bounded(256));
            return key;
        }
        case 2: // counted
        case Large: {
            QByteArray key(8, '\0');
            qToBigEndian(quint64(number), key.data());
            return key;
        }
        default: // words
            return "user" + QByteArray::number(number).rightJustified(7, '0');
        }
    }

    static bool fill(const ConnectionOptions &options, quint16 slot)
    {
        Client to(options);
        const auto lease = await(to.leaseGrant({.ttlSeconds = 3000}));
        QRandomGenerator random(slot);
        TxnRequest txn;
        for (int i = 0; i < recordsOf(slot); ++i) {
            QByteArray value(slot == Large ? LargeValue : random.bounded(900), '\0');
            for (qsizetype at = 0; at + 4 <= value.size(); at += 4)
                qToBigEndian(random.generate(), value.data() + at);
            txn.success.push_back({PutRequest {.key = slotKey(slot, keyOfKind(slot, i)),
                                               .value = value,
                                               .lease = i % 1000 == 7 && lease ? lease->id : LeaseId()}});
            if (txn.success.size() == 128 || i + 1 == recordsOf(slot)) {
                if (!await(to.txn(txn)))
                    return false;
                txn.success.clear();
            }
        }
        return true;
    }

    /// What etcdctl says of a slot.
    std::vector<Row> byEtcdctl(quint16 slot)
    {
        if (m_byEtcdctl.empty())
            m_byEtcdctl = byEtcdctl();
        std::vector<Row> rows;
        std::copy_if(m_byEtcdctl.cbegin(), m_byEtcdctl.cend(), std::back_inserter(rows),
                     [slot](const Row &row) { return KeyRange::slot(Slot(slot)).contains(row.key); });
        return rows;
    }
    std::vector<Row> byEtcdctl() const
    {
        // Its arguments are text, which the key of a slot is not.
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("ETCDCTL_API"), QStringLiteral("3"));
        process.setProcessEnvironment(environment);
        process.start(QStandardPaths::findExecutable(QStringLiteral("etcdctl")),
                      {QStringLiteral("--endpoints"), m_etcd.endpoint(), QStringLiteral("get"), QString(),
                       QStringLiteral("--from-key"), QStringLiteral("-w"), QStringLiteral("json")});
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, Patience))
            return {};
        std::vector<Row> rows;
        // 64-bit numbers come as numbers, and none here is beyond what a double holds but the lease.
        const QJsonDocument reply = QJsonDocument::fromJson(process.readAllStandardOutput());
        const auto bytes = [](const QJsonValue &text) {
            return QByteArray::fromBase64(text.toString().toLatin1());
        };
        for (const auto &each : reply[QLatin1String("kvs")].toArray()) {
            const QJsonObject kv = each.toObject();
            const QByteArray key = bytes(kv[QLatin1String("key")]);
            rows.push_back(
                {key, bytes(kv[QLatin1String("value")]), kv[QLatin1String("create_revision")].toInteger(),
                 kv[QLatin1String("mod_revision")].toInteger(), kv[QLatin1String("version")].toInteger(),
                 kv[QLatin1String("lease")].toInteger()});
        }
        return rows;
    }

    ConnectionOptions options(bool grpc) const { return optionsOf(m_etcd.endpoint(), grpc); }
    static ConnectionOptions optionsOf(const QString &endpoint, bool grpc = true)
    {
        ConnectionOptions options(*Endpoint::parse(endpoint));
        options.grpc = grpc;
        return options;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        for (const auto slot : {quint16(1), quint16(2), quint16(3), Large})
            QVERIFY(fill(m_etcd.options(), slot));
    }

    void isAsEtcdctlSays_data()
    {
        QTest::addColumn<bool>("grpc");
        QTest::addColumn<int>("slot");
        QTest::addColumn<int>("expected");
        for (const bool grpc : {true, false}) {
            const QByteArray way = grpc ? "gRPC, " : "JSON, ";
            QTest::newRow((way + "drawn").constData()) << grpc << 1 << Records;
            QTest::newRow((way + "counted").constData()) << grpc << 2 << Records;
            QTest::newRow((way + "words").constData()) << grpc << 3 << Records;
            QTest::newRow((way + "nothing known").constData()) << grpc << 2 << -1;
            QTest::newRow((way + "few expected").constData()) << grpc << 1 << 10;
            QTest::newRow((way + "several pieces at once").constData()) << grpc << int(Large) << LargeRecords;
        }
    }

    void isAsEtcdctlSays()
    {
        QFETCH(const bool, grpc);
        QFETCH(const int, slot);
        QFETCH(const int, expected);
        if (QStandardPaths::findExecutable(QStringLiteral("etcdctl")).isEmpty())
            QSKIP("no etcdctl");
        Loaded loaded(options(grpc));
        LiveTable *table = loaded.open(quint16(slot), expected);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        QCOMPARE(loaded.transport->usesGrpc(), grpc);
        QCOMPARE(table->rows().count(), size_t(recordsOf(quint16(slot))));
        QVERIFY(!table->isPartial());
        QCOMPARE(table->progress().rows, qint64(recordsOf(quint16(slot))));
        QVERIFY(loaded.rows() == byEtcdctl(quint16(slot)));
        if (slot == Large)
            QVERIFY2(loaded.pieces->mostOut() >= 3, qPrintable(QString::number(loaded.pieces->mostOut())));
    }

    void aCompactionWhilePiecesAreOut_data()
    {
        QTest::addColumn<bool>("grpc");
        QTest::newRow("gRPC") << true;
        QTest::newRow("JSON") << false;
    }

    void aCompactionWhilePiecesAreOut()
    {
        QFETCH(const bool, grpc);
        if (QStandardPaths::findExecutable(QStringLiteral("etcdctl")).isEmpty())
            QSKIP("no etcdctl");
        Loaded loaded(options(grpc));
        Client other(m_etcd.options());
        loaded.pieces->callWhenOut(3, [&other, grpc] {
            auto *state = new CallState<Nothing>;
            const QByteArray key = slotKey(Large, QByteArray(8, '\0') + (grpc ? "new" : "newer"));
            other.put({.key = key, .value = "written meanwhile", .lease = {}})
                .then(state, [&other, state](const Result<PutReply> &put) {
                    if (!put)
                        return state->fail(put.error());
                    other.compact({.revision = put->header.revision})
                        .then(state, [state](const Result<Nothing> &done) { state->complete(done); });
                });
            return Call<Nothing>(state);
        });
        LiveTable *table = loaded.open(Large);
        QTRY_VERIFY_WITH_TIMEOUT(loaded.pieces->failures().contains(ErrorKind::Compacted), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        QCOMPARE(loaded.transport->usesGrpc(), grpc);
        m_byEtcdctl.clear(); // as it was before
        QVERIFY(loaded.rows() == byEtcdctl(Large));
        QVERIFY(loaded.rows().size() > size_t(LargeRecords));
    }

    void whatIsLargerThanPlannedIsReadInSmallerParts()
    {
        // As if there were memory for half a piece, and for two of those.
        GatewayTransport::Options limits;
        limits.largestRows = 2'000'000;
        limits.heldReplies = 4'000'000;
        Loaded loaded(options(true), limits);
        LiveTable *table = loaded.open(Large);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        QVERIFY(loaded.transport->usesGrpc());
        QVERIFY(loaded.pieces->failures().contains(ErrorKind::TooLarge));
        QVERIFY(loaded.transport->budget().heldAtMost() <= limits.heldReplies);
        QTRY_COMPARE(loaded.transport->budget().held(), 0);
        Loaded whole(options(true));
        LiveTable *other = whole.open(Large);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*other), Patience);
        QVERIFY(whole.rows().size() >= size_t(LargeRecords));
        QVERIFY(loaded.rows() == whole.rows());
    }

    /// As large as etcd takes it, which is more than several rows may have here.
    void aLargestValueIsRead()
    {
        const QByteArray value(1'400'000, 'v');
        QVERIFY(m_etcd.put(slotKey(5, "large"), value).value > 0);
        QVERIFY(m_etcd.put(slotKey(5, "larger"), value + 'v').value > 0);
        GatewayTransport::Options limits;
        limits.largestRows = 1'000'000;
        limits.heldReplies = 2'000'000;
        for (const bool grpc : {true, false}) {
            Loaded loaded(options(grpc), limits);
            LiveTable *table = loaded.open(5, 2);
            QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
            QCOMPARE(loaded.rows().size(), size_t(2));
            QVERIFY(loaded.rows().front().value == value && loaded.rows().back().value == value + 'v');
        }
    }

    void belowAPrefix()
    {
        ConnectionOptions options = m_etcd.options();
        options.prefix = "below/";
        QVERIFY(fill(options, 3));
        // What there is, read by its whole keys in another way.
        GatewayTransport whole(optionsOf(m_etcd.endpoint()));
        const auto all = await(whole.range({.range = KeyRange::prefix(options.prefix)}));
        QVERIFY(all.hasValue());
        std::vector<Row> expected;
        for (const KeyValue &kv : all->kvs)
            expected.push_back({kv.key.mid(options.prefix.size()), kv.value, kv.createRevision.value,
                                kv.modRevision.value, kv.version, kv.lease.value});
        QCOMPARE(expected.size(), size_t(Records));

        OldProxy proxy(m_etcd.port(), true);
        for (const QString &endpoint : {m_etcd.endpoint(), proxy.endpoint()}) {
            for (const bool grpc : {true, false}) {
                ConnectionOptions below = optionsOf(endpoint, grpc);
                below.prefix = options.prefix;
                Loaded loaded(below);
                LiveTable *table = loaded.open(3);
                QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
                QVERIFY(loaded.rows() == expected);
                QVERIFY(!table->isPartial());
            }
        }
        QVERIFY(proxy.met() > 0); // so gRPC is tried below a prefix as well
    }

    void aGatewayWithoutGrpcIsReadByJson_data()
    {
        QTest::addColumn<bool>("refuses");
        QTest::newRow("refuses") << true;
        QTest::newRow("keeps silent") << false;
    }

    void aGatewayWithoutGrpcIsReadByJson()
    {
        QFETCH(const bool, refuses);
        OldProxy proxy(m_etcd.port(), refuses);
        GatewayTransport::Options limits;
        limits.grpcHead = std::chrono::milliseconds(300);
        Loaded loaded(optionsOf(proxy.endpoint()), limits);
        LiveTable *table = loaded.open(1);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        QVERIFY(proxy.met() > 0);
        // Where the connection was closed, it might have been for another reason: once more is tried.
        if (loaded.transport->usesGrpc()) {
            table->reload();
            QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        }
        QVERIFY(!loaded.transport->usesGrpc());
        Loaded direct(options(false));
        LiveTable *other = direct.open(1);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*other), Patience);
        QVERIFY(loaded.rows() == direct.rows());
        // It is not tried again and again.
        const int met = proxy.met();
        table->reload();
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
        QCOMPARE(proxy.met(), met);
    }

    void whatBreaksOnTheWayIsMadeUpFor()
    {
        Loaded direct(options(false));
        LiveTable *other = direct.open(3);
        QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*other), Patience);
        const std::vector<Row> expected = direct.rows();
        // HTTP/2 connections break after up to 300 KB, in each of the ways in turn.
        FaultyProxy proxy(m_etcd.port(), "PRI * HTTP/2", 300'000, 3);
        for (int round = 0; round < 4; ++round) {
            GatewayTransport::Options limits;
            limits.grpcHead = limits.grpcSilence = std::chrono::milliseconds(500);
            Loaded loaded(optionsOf(proxy.endpoint()), limits);
            LiveTable *table = loaded.open(3);
            QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
            QVERIFY(loaded.rows() == expected);
        }
        QVERIFY(proxy.hadAll(1));
    }

    void overTls()
    {
        TestCa ca;
        const auto certificate = ca.issue(QStringLiteral("etcd"));
        EtcdProcess etcd(ca.server(certificate));
        etcd.useTls(ca.client());
        QVERIFY(etcd.start());
        QVERIFY(fill(etcd.options(), 2));
        ConnectionOptions options = etcd.options();
        std::vector<Row> byGrpc;
        for (const bool grpc : {true, false}) {
            options.grpc = grpc;
            Loaded loaded(options);
            LiveTable *table = loaded.open(2);
            QTRY_VERIFY_WITH_TIMEOUT(isLoaded(*table), Patience);
            QCOMPARE(loaded.transport->usesGrpc(), grpc);
            QCOMPARE(table->rows().count(), size_t(Records));
            if (grpc)
                byGrpc = loaded.rows();
            else
                QVERIFY(loaded.rows() == byGrpc);
        }
    }
};

QTEST_GUILESS_MAIN(TestBulkLoad)
#include "tst_bulkload.moc"
