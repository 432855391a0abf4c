// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/client.h"
#include "tests/support/await.h"
#include "tests/support/fakegateway.h"
#include "tests/support/scriptedtransport.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// A client and the script behind it.
struct Scripted
{
    Scripted()
    {
        auto made = std::make_unique<ScriptedTransport>();
        transport = made.get();
        client = std::make_unique<Client>(std::move(made));
    }
    QPointer<ScriptedTransport> transport;
    std::unique_ptr<Client> client;
};

Error error(ErrorKind kind, int httpStatus = 0)
{
    return {.kind = kind, .httpStatus = httpStatus, .detail = QStringLiteral("scripted")};
}

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

} // namespace

class TestClient : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parsesEndpoints_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("url");
        const auto row = [](const char *text, const char *url) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(url);
        };
        row("localhost", "http://localhost:2379");
        row(" 10.0.0.1:4001 ", "http://10.0.0.1:4001");
        row("http://etcd.example.org", "http://etcd.example.org:2379");
        row("https://etcd.example.org:443/", "https://etcd.example.org:443");
        row("HTTP://Host:1", "http://host:1");
        row("[::1]:2380", "http://[::1]:2380");
        row("::1", "http://[::1]:2379");
        row("fe80::1:2", "http://[fe80::1:2]:2379");
        row("http://proxy.example.org:80/etcd/", "http://proxy.example.org:80/etcd");
        row("host-1:65535", "http://host-1:65535");
    }
    void parsesEndpoints()
    {
        QFETCH(QString, text);
        QFETCH(QString, url);
        const auto endpoint = Endpoint::parse(text);
        QVERIFY2(endpoint.hasValue(), endpoint ? "" : qPrintable(endpoint.error().detail));
        QCOMPARE(endpoint->toString(), url);
        // What is shown can be typed again.
        QCOMPARE(Endpoint::parse(endpoint->toString())->url, endpoint->url);
    }

    void refusesEndpoints_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text :
             {"", "   ", "http://", ":2379", "host:port", "host:65536", "host:-1", "host:0", "ftp://host",
              "unix:///run/etcd.sock", "a:1,b:2", "http://user:secret@host", "http://host?x=1",
              "http://host#x", "http://[::1", "two words", "http://host:1:2"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void refusesEndpoints()
    {
        QFETCH(QString, text);
        const auto endpoint = Endpoint::parse(text);
        QVERIFY2(!endpoint, endpoint ? qPrintable(endpoint->toString()) : "");
        QCOMPARE(endpoint.error().kind, ErrorKind::InvalidArgument);
        QVERIFY(!endpoint.error().detail.isEmpty());
        QVERIFY(!endpoint.error().detail.contains(QStringLiteral("secret")));
        QVERIFY2(!endpoint.error().detail.contains(QStringLiteral("source was")),
                 qPrintable(endpoint.error().detail));
    }

    void saysWhichPortIsNone()
    {
        for (const char *port : {"99999", "0", "-1", "port", "99999999999"}) {
            const QString text = QString::fromLatin1(port);
            const QString said = QStringLiteral("the port %1 is not one between 1 and 65535").arg(text);
            for (const char *start : {"http://127.0.0.1:", "[::1]:", "https://db.example.org:"})
                QCOMPARE(Endpoint::parse(QLatin1String(start) + text).error().detail, said);
            QCOMPARE(Endpoint::parse(QStringLiteral("http://db:%1/etcd/").arg(text)).error().detail, said);
        }
    }

    void detectsOnceBeforeTheFirstRequests()
    {
        Scripted s;
        QSignalSpy versions(s.client.get(), &Client::serverVersionChanged);
        s.transport->holdDetection = true;
        int replies = 0;
        for (int i = 0; i < 3; ++i)
            s.client->range({}).then(this, [&replies](const auto &reply) { replies += reply.hasValue(); });
        auto stream = s.client->watch({{}});
        QCoreApplication::processEvents();
        QCOMPARE(s.transport->log, words("detect"));
        QVERIFY(s.client->serverVersion().server.isEmpty());
        s.transport->heldDetection->complete(s.transport->version);
        QTRY_COMPARE(replies, 3);
        QCOMPARE(s.transport->log, words("detect range range range watch"));
        QCOMPARE(s.client->serverVersion().server, QStringLiteral("3.4.23"));
        QCOMPARE(versions.count(), 1);
        QVERIFY(await(s.client->put({})).hasValue());
        QCOMPARE(s.transport->log.count(QStringLiteral("detect")), 1);
    }

    void connectToServerGivesTheStatus()
    {
        Scripted s;
        QVERIFY(await(s.client->connectToServer()).hasValue());
        QCOMPARE(s.transport->log, words("detect status"));
        QCOMPARE(s.client->clusterId(), 1ULL);
    }

    void readsAreTriedThreeTimes_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("again");
        QTest::newRow("network") << static_cast<int>(ErrorKind::Network) << 0 << true;
        QTest::newRow("unavailable") << static_cast<int>(ErrorKind::Unavailable) << 503 << true;
        QTest::newRow("proxy") << static_cast<int>(ErrorKind::Http) << 502 << true;
        QTest::newRow("HTTP 500") << static_cast<int>(ErrorKind::Http) << 500 << false;
        QTest::newRow("timeout") << static_cast<int>(ErrorKind::Timeout) << 0 << false;
        QTest::newRow("protocol") << static_cast<int>(ErrorKind::Protocol) << 200 << false;
        QTest::newRow("compacted") << static_cast<int>(ErrorKind::Compacted) << 400 << false;
        QTest::newRow("denied") << static_cast<int>(ErrorKind::PermissionDenied) << 403 << false;
    }
    void readsAreTriedThreeTimes()
    {
        QFETCH(int, kind);
        QFETCH(int, status);
        QFETCH(bool, again);
        const Error failure = error(static_cast<ErrorKind>(kind), status);
        {
            Scripted s;
            s.transport->outcomes = {failure, failure, std::nullopt};
            const auto reply = await(s.client->range({}));
            QCOMPARE(reply.hasValue(), again);
            QCOMPARE(s.transport->log.count(QStringLiteral("range")), again ? 3 : 1);
        }
        {
            Scripted s;
            s.transport->outcomes = {failure, failure, failure, std::nullopt};
            const auto reply = await(s.client->status());
            QVERIFY(!reply);
            QCOMPARE(static_cast<int>(reply.error().kind), kind);
            QCOMPARE(s.transport->log.count(QStringLiteral("status")), again ? 3 : 1);
        }
    }

    void writesAreNeverTriedAgain()
    {
        const auto fails = [](auto &&send, const char *name) {
            Scripted s;
            s.transport->outcomes = {error(ErrorKind::Network)};
            const auto reply = await(send(*s.client));
            QVERIFY2(!reply, name);
            QCOMPARE(reply.error().kind, ErrorKind::Network);
            QCOMPARE(s.transport->log, (QStringList {QStringLiteral("detect"), QString::fromLatin1(name)}));
        };
        fails([](Client &client) { return client.put({}); }, "put");
        fails([](Client &client) { return client.deleteRange({}); }, "deleteRange");
        fails([](Client &client) { return client.txn({}); }, "txn");
        fails([](Client &client) { return client.compact({}); }, "compact");
        fails([](Client &client) { return client.leaseGrant({}); }, "leaseGrant");
        fails([](Client &client) { return client.leaseRevoke({}); }, "leaseRevoke");
    }

    void aWriteWaitsForADetectionThatSucceedsLater()
    {
        Scripted s;
        s.transport->detections = {error(ErrorKind::Network), error(ErrorKind::Network)};
        QVERIFY(await(s.client->put({})).hasValue());
        QCOMPARE(s.transport->log, words("detect detect detect put"));
    }

    void aFailedDetectionFailsTheRequest()
    {
        Scripted s;
        s.transport->detections = {error(ErrorKind::Protocol)};
        const auto reply = await(s.client->put({}));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Protocol);
        QCOMPARE(s.transport->log, words("detect"));
        // The next one looks again.
        QVERIFY(await(s.client->put({})).hasValue());
    }

    void aFailedDetectionEndsAStream()
    {
        Scripted s;
        s.transport->detections = {error(ErrorKind::Network)};
        auto stream = s.client->watch({{}});
        QSignalSpy ended(stream.get(), &WatchStream::ended);
        QTRY_COMPARE(ended.count(), 1);
        QCOMPARE(s.transport->log, words("detect"));
    }

    void looksAgainAfterTheServerWasLost()
    {
        Scripted s;
        QVERIFY(await(s.client->put({})).hasValue());
        s.transport->outcomes = {error(ErrorKind::Network)};
        QVERIFY(!await(s.client->put({})));
        s.transport->version.server = QStringLiteral("3.5.1");
        QSignalSpy versions(s.client.get(), &Client::serverVersionChanged);
        QVERIFY(await(s.client->put({})).hasValue());
        QCOMPARE(s.transport->log, words("detect put put detect put"));
        QCOMPARE(versions.count(), 1);
        QCOMPARE(s.client->serverVersion().server, QStringLiteral("3.5.1"));
    }

    void tellsWhenTheClusterIsAnother()
    {
        Scripted s;
        QSignalSpy changed(s.client.get(), &Client::clusterChanged);
        QVERIFY(await(s.client->range({})).hasValue());
        QCOMPARE(changed.count(), 0);
        s.transport->header.clusterId = 0xffff'ffff'ffff'fff0;
        QVERIFY(await(s.client->range({})).hasValue());
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.at(0).at(1).toULongLong(), 0xffff'ffff'ffff'fff0ULL);
        auto stream = s.client->watch({{}});
        QTRY_VERIFY(s.transport->stream());
        WatchReply reply;
        reply.header.clusterId = 5;
        s.transport->stream()->say(reply);
        QCOMPARE(changed.count(), 2);
    }

    void forwardsStreams()
    {
        Scripted s;
        auto stream = s.client->watch({{}, {}});
        QSignalSpy received(stream.get(), &WatchStream::received);
        QSignalSpy ended(stream.get(), &WatchStream::ended);
        QTRY_VERIFY(s.transport->stream());
        QCOMPARE(s.transport->stream()->requests.size(), std::size_t {2});
        s.transport->stream()->say({});
        QCOMPARE(received.count(), 1);
        s.transport->stream()->end(error(ErrorKind::Network));
        QCOMPARE(ended.count(), 1);
        stream.reset();
        QVERIFY(!s.transport->stream());
    }

    void cancelAndDeathOfTheReceiverAbort()
    {
        Scripted s;
        QVERIFY(await(s.client->status()).hasValue());
        s.transport->holdAnswers = true;
        std::optional<ErrorKind> kind;
        const auto call = s.client->range({});
        call.then(this, [&kind](const auto &reply) { kind = reply.error().kind; });
        QTRY_COMPARE(s.transport->log.count(QStringLiteral("range")), 1);
        call.cancel();
        QTRY_VERIFY(kind.has_value());
        QCOMPARE(*kind, ErrorKind::Cancelled);
        QCOMPARE(s.transport->aborted, 1);

        auto context = std::make_unique<QObject>();
        s.client->range({}).then(context.get(), [](const auto &) { QFAIL("nobody is there to be told"); });
        QTRY_COMPARE(s.transport->log.count(QStringLiteral("range")), 2);
        context.reset();
        QTRY_COMPARE(s.transport->aborted, 2);
    }

    void destroyingItEndsItsCalls()
    {
        Scripted s;
        QVERIFY(await(s.client->status()).hasValue());
        QList<ErrorKind> kinds;
        const auto note = [&kinds](const auto &reply) {
            kinds.append(reply ? ErrorKind::Io : reply.error().kind);
        };
        s.transport->holdAnswers = true;
        s.client->range({}).then(this, note); // waits for an answer
        QTRY_COMPARE(s.transport->log.count(QStringLiteral("range")), 1);
        s.transport->holdAnswers = false;
        s.transport->outcomes = {error(ErrorKind::Network)};
        s.client->range({}).then(this, note); // waits for its second attempt
        QTRY_COMPARE(s.transport->log.count(QStringLiteral("range")), 2);
        s.transport->holdDetection = true;
        QTRY_COMPARE(s.transport->log.count(QStringLiteral("detect")), 2); // waits for the detection
        s.client->put({}).then(this, note);
        auto stream = s.client->watch({{}});
        s.client.reset();
        QTRY_COMPARE(kinds.size(), 3);
        QCOMPARE(kinds, QList<ErrorKind>(3, ErrorKind::Cancelled));
    }

    void recoversFromAServerThatDropsReads()
    {
        FakeGateway gateway;
        gateway.answerVersion();
        gateway.answer("/v3/kv/range",
                       {Script::raw({}, Script::Then::Reset),
                        Script::reply(R"({"header":{"cluster_id":"1","revision":"5"},"count":"3"})")});
        Client client(Endpoint {gateway.url()});
        const auto reply = await(client.range({}));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->count, 3);
        QCOMPARE(gateway.requestsFor("/version"), 2);
        QCOMPARE(gateway.requestsFor("/v3/kv/range"), 2);
    }
};

QTEST_GUILESS_MAIN(TestClient)
#include "tst_client.moc"
