// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaytransport.h"
#include "tests/support/await.h"
#include "tests/support/fakegateway.h"

#include <QNetworkProxy>
#include <QtTest>

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

const QByteArray Header = R"("header":{"cluster_id":"1","member_id":"2","revision":"5","raft_term":"3"})";

QByteArray rangeBody(const QByteArray &value = "dg==")
{
    return '{' + Header + R"(,"kvs":[{"key":"aw==","value":")" + value + R"("}],"count":"1"})";
}

QByteArray createdLine()
{
    return R"({"result":{)" + Header + R"(,"watch_id":"1","created":true}})";
}

QByteArray eventLine(int revision, const QByteArray &value = "dg==")
{
    return R"({"result":{)" + Header + R"(,"watch_id":"1","events":[{"kv":{"key":"aw==","mod_revision":")"
        + QByteArray::number(revision) + R"(","value":")" + value + R"("}}]}})";
}

GatewayTransport::Options impatient()
{
    GatewayTransport::Options options;
    options.deadline = 300ms;
    options.rangeHead = 300ms;
    options.rangeSilence = 300ms;
    options.largestReply = 1024LL * 1024;
    options.longestLine = 64LL * 1024;
    options.parseOnPool = 1000;
    return options;
}

/// Of each connection that this process has to the port: whether small pieces wait until what was sent before
/// is acknowledged.
std::vector<bool> delaysOfConnectionsTo(quint16 port)
{
    std::vector<bool> delays;
    for (int descriptor = 3; descriptor < 1024; ++descriptor) {
        sockaddr_in peer {};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr *>(&peer), &size) != 0
            || peer.sin_family != AF_INET || ntohs(peer.sin_port) != port)
            continue;
        int noDelay = 0;
        size = sizeof noDelay;
        if (::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &noDelay, &size) == 0)
            delays.push_back(noDelay == 0);
    }
    return delays;
}

/// What one stream said.
struct StreamLog
{
    explicit StreamLog(std::unique_ptr<WatchStream> watchStream)
        : stream(std::move(watchStream))
    {
        QObject::connect(stream.get(), &WatchStream::received, stream.get(),
                         [this](const WatchReply &reply) { replies.push_back(reply); });
        QObject::connect(stream.get(), &WatchStream::ended, stream.get(), [this](const Error &error) {
            ++ends;
            end = error;
        });
    }
    std::unique_ptr<WatchStream> stream;
    std::vector<WatchReply> replies;
    Error end;
    int ends = 0;
};

} // namespace

class TestGatewayTransport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void getsARange()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody())});
        GatewayTransport transport(gateway.url());
        const auto reply = await(transport.range({}));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->kvs.at(0).value, QByteArray("v"));
        const auto &request = gateway.requests().at(0);
        QCOMPARE(request.method, QByteArray("POST"));
        QVERIFY(request.head.startsWith("POST /v3/kv/range HTTP/1.1\r\n"));
        QCOMPARE(request.body, QByteArray(R"({"key":""})"));
        QVERIFY(request.head.toLower().contains("accept-encoding: identity\r\n"));
    }

    void keepsAnEndpointsPath()
    {
        FakeGateway gateway;
        gateway.answer("/behind/proxy/v3/kv/range", {Script::reply(rangeBody())});
        QUrl url = gateway.url();
        url.setPath(QStringLiteral("/behind/proxy/"));
        GatewayTransport transport(url);
        QVERIFY(await(transport.range({})).hasValue());
    }

    void largeBodiesAreParsedOnThePool()
    {
        FakeGateway gateway;
        const QByteArray value(300'000, 'x');
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody(value.toBase64()))});
        GatewayTransport transport(gateway.url(), impatient());
        const auto reply = await(transport.range({}));
        QVERIFY(reply.hasValue());
        QCOMPARE(reply->kvs.at(0).value, value);
    }

    void rightsAreAskedForAgainWhereTheFirstQuestionIsLost()
    {
        FakeGateway gateway;
        gateway.answer("/v3/auth/authenticate", {Script::reply('{' + Header + R"(,"token":"t.1"})")});
        gateway.answer("/v3/auth/user/get",
                       {Script {.chunks = {}, .then = Script::Then::Stall},
                        Script::reply('{' + Header + R"(,"roles":["reader"]})")});
        gateway.answer("/v3/auth/role/get",
                       {Script {.chunks = {}, .then = Script::Then::Stall},
                        Script::reply('{' + Header + R"(,"perm":[{"key":"YQ==","range_end":"Yg=="}]})")});
        GatewayTransport::Options options;
        options.choosing = 200ms;
        GatewayTransport transport(gateway.url(), options);
        transport.signIn(QStringLiteral("ann"), QStringLiteral("secret"));
        const auto rights = await(transport.accessRights());
        QVERIFY2(rights, qPrintable(rights ? QString() : rights.error().detail));
        QVERIFY(!rights->everything);
        QCOMPARE(rights->read.size(), std::size_t {1});
        QCOMPARE(gateway.requestsFor("/v3/auth/user/get"), 2);
        QCOMPARE(gateway.requestsFor("/v3/auth/role/get"), 2);
    }

    void rightsThatNobodyTellsEndWithTheDeadline()
    {
        FakeGateway gateway;
        gateway.answer("/v3/auth/authenticate", {Script::reply('{' + Header + R"(,"token":"t.1"})")});
        gateway.answer("/v3/auth/user/get", {Script {.chunks = {}, .then = Script::Then::Stall}});
        GatewayTransport transport(gateway.url(), impatient());
        transport.signIn(QStringLiteral("ann"), QStringLiteral("secret"));
        const auto rights = await(transport.accessRights());
        QVERIFY(!rights);
        QCOMPARE(rights.error().kind, ErrorKind::Timeout);
        QCOMPARE(gateway.requestsFor("/v3/auth/user/get"), 2);
    }

    void anErrorWithoutEndIsReadAsFarAsItIsOfUse()
    {
        FakeGateway gateway;
        gateway.answer(
            "/v3/kv/range",
            {{.chunks = {"HTTP/1.1 500 No\r\n\r\n", QByteArray(5000, 'x')}, .then = Script::Then::Repeat}});
        GatewayTransport transport(gateway.url(), impatient());
        const auto reply = await(transport.range({}));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Http);
        QCOMPARE(reply.error().httpStatus, 500);
        QVERIFY2(reply.error().detail.size() < 200, qPrintable(reply.error().detail));
    }

    void whatOneUserWantedIsNotSentAsAnother()
    {
        FakeGateway gateway;
        gateway.answer("/v3/auth/authenticate",
                       {Script::reply('{' + Header + R"(,"token":"t.1"})"),
                        Script::reply('{' + Header + R"(,"token":"t.2"})")});
        const QByteArray refusal = R"({"error":"x","message":"etcdserver: invalid auth token","code":16})";
        gateway.answer("/v3/kv/put", {Script {.chunks = {}, .then = Script::Then::Stall}});
        GatewayTransport transport(gateway.url());
        transport.signIn(QStringLiteral("ann"), QStringLiteral("secret"));
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody())});
        QVERIFY(await(transport.range({})).hasValue());
        auto put = transport.put({.key = "k", .value = "v", .lease = {}});
        std::optional<Result<PutReply>> outcome;
        put.then(this, [&outcome](const Result<PutReply> &reply) { outcome = reply; });
        QTRY_COMPARE(gateway.requestsFor("/v3/kv/put"), 1);
        transport.signIn(QStringLiteral("bob"), QStringLiteral("other"));
        gateway.send("/v3/kv/put", Script::reply(refusal, 401).bytes());
        QTRY_VERIFY(outcome);
        QVERIFY(!*outcome);
        QVERIFY(outcome->error().neverSent);
        QCOMPARE(gateway.requestsFor("/v3/kv/put"), 1);
    }

    void aReplyThatTricklesIsGivenUp()
    {
        FakeGateway gateway;
        const QByteArray body = rangeBody();
        gateway.answer(
            "/v3/kv/range",
            {Script::raw("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n",
                         Script::Then::Stall)});
        GatewayTransport::Options options;
        options.rangeSilence = 2s;
        GatewayTransport transport(gateway.url(), options);
        qsizetype sent = 0;
        QTimer drops;
        connect(&drops, &QTimer::timeout, &gateway, [&] {
            if (gateway.requestsFor("/v3/kv/range") > 0 && sent < body.size())
                gateway.send("/v3/kv/range", body.mid(sent++, 1));
        });
        drops.start(50ms);
        const auto reply = await(transport.range({}));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Timeout);
        QVERIFY2(reply.error().detail.startsWith(QStringLiteral("only ")), qPrintable(reply.error().detail));
    }

    void brokenLargeBodiesAreErrors()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody(QByteArray(5000, '!')))});
        GatewayTransport transport(gateway.url(), impatient());
        const auto reply = await(transport.range({}));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Protocol);
    }

    void largeRequestsArriveWhole()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/put", {Script::reply('{' + Header + '}')});
        GatewayTransport transport(gateway.url());
        const QByteArray value(1'400'000, '\xaa');
        QVERIFY(await(transport.put({.key = "k", .value = value, .lease = {}})).hasValue());
        QVERIFY(gateway.requests().at(0).body.contains(value.toBase64()));
    }

    void tellsFaultsApart_data()
    {
        QTest::addColumn<Script>("script");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const Script &script, ErrorKind kind, const char *said) {
            QTest::newRow(name) << script << static_cast<int>(kind) << QString::fromLatin1(said);
        };
        const QByteArray html = "<!DOCTYPE html><html><body>Hello</body></html>";
        const QByteArray compacted =
            R"({"error":"x","message":"etcdserver: mvcc: required revision has been compacted","code":11})";
        row("HTML page", Script::reply(html, 200, "text/html"), ErrorKind::Protocol, "an HTML page");
        row("HTTP 500", Script::reply("oops", 500, "text/plain"), ErrorKind::Http, "oops");
        row("HTTP 502 with HTML", Script::reply(html, 502, "text/html"), ErrorKind::Http, "an HTML page");
        row("HTTP 500 with nothing", Script::reply({}, 500), ErrorKind::Http, "500");
        row("HTTP 404", Script::reply("404 page not found\n", 404), ErrorKind::Http, "404 page not found");
        row("HTTP 401", Script::reply("who?", 401), ErrorKind::Http, "401");
        row("etcd error", Script::reply(compacted, 400), ErrorKind::Compacted, "has been compacted");
        row("redirect",
            Script::raw("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
                        Script::Then::KeepAlive),
            ErrorKind::Http, "302");
        row("not etcd's JSON", Script::reply("{\"a\":1}"), ErrorKind::Protocol, "no header");
        row("empty body", Script::reply({}), ErrorKind::Protocol, "nothing");
        row("binary", Script::reply(QByteArray("\0\1\2\3", 4)), ErrorKind::Protocol, "00 01 02 03");
        row("closes at once", Script::raw({}, Script::Then::Close), ErrorKind::Network, "");
        row("resets at once", Script::raw({}, Script::Then::Reset), ErrorKind::Network, "");
        row("closes in the head", Script::raw("HTTP/1.1 200 OK\r\nContent-", Script::Then::Close),
            ErrorKind::Network, "");
        row("closes in the body", Script::reply(rangeBody()).cutAfter(120), ErrorKind::Network, "");
        row("resets in the body", Script::reply(rangeBody()).cutAfter(120, Script::Then::Reset),
            ErrorKind::Network, "");
        row("JSON that ends too early", Script::reply(rangeBody().left(40)), ErrorKind::Network,
            "ends in the middle");
        row("cut in a chunk",
            Script::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + rangeBody().left(30),
                        Script::Then::Close),
            ErrorKind::Network, "");
        row("another protocol", Script::raw("SSH-2.0-OpenSSH_9.2p1\r\n", Script::Then::Stall),
            ErrorKind::Network, "");
        row("another protocol, closing", Script::raw("-ERR unknown command\r\n", Script::Then::Close),
            ErrorKind::Network, "");
        row("stalls before the head", Script::raw({}, Script::Then::Stall), ErrorKind::Timeout, "");
        row("stalls in the head", Script::raw("HTTP/1.1 200 OK\r\nContent-", Script::Then::Stall),
            ErrorKind::Timeout, "");
        row("stalls in the body", Script::reply(rangeBody()).cutAfter(120, Script::Then::Stall),
            ErrorKind::Timeout, "");
        row("announces too much",
            Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{", Script::Then::Stall),
            ErrorKind::Protocol, "larger than");
        row("sends too much",
            {.chunks = {"HTTP/1.1 200 OK\r\n\r\n", QByteArray(65536, 'x')}, .then = Script::Then::Repeat},
            ErrorKind::Protocol, "larger than");
    }
    void tellsFaultsApart()
    {
        QFETCH(Script, script);
        QFETCH(int, kind);
        QFETCH(QString, said);
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {script});
        gateway.answer("/v3/kv/put", {script});
        GatewayTransport transport(gateway.url(), impatient());
        const auto reply = await(transport.range({}));
        QVERIFY(!reply);
        QVERIFY2(static_cast<int>(reply.error().kind) == kind,
                 qPrintable(QStringLiteral("kind %1: %2")
                                .arg(static_cast<int>(reply.error().kind))
                                .arg(reply.error().detail)));
        QVERIFY2(reply.error().detail.contains(said), qPrintable(reply.error().detail));
        QVERIFY(!reply.error().detail.isEmpty());
        const auto put = await(transport.put({}));
        QVERIFY(!put);
        QCOMPARE(static_cast<int>(put.error().kind), kind);
        QVERIFY(!put.error().neverSent);
        // Whatever happened, nothing was sent twice.
        QCOMPARE(gateway.requestsFor("/v3/kv/range"), 1);
        QCOMPARE(gateway.requestsFor("/v3/kv/put"), 1);
        QCOMPARE(gateway.requestsFor("/elsewhere"), 0);
    }

    void endlessHeadersEnd_data()
    {
        QTest::addColumn<QByteArray>("chunk");
        QTest::newRow("many") << QByteArray("X-More: and more\r\n").repeated(1000);
        QTest::newRow("one long") << QByteArray(65536, 'x');
    }
    void endlessHeadersEnd()
    {
        QFETCH(QByteArray, chunk);
        FakeGateway gateway;
        gateway.answer("/v3/kv/range",
                       {{.chunks = {"HTTP/1.1 200 OK\r\nX-Long: ", chunk}, .then = Script::Then::Repeat}});
        GatewayTransport transport(gateway.url(), impatient());
        const auto reply = await(transport.range({}));
        QVERIFY(!reply);
        QVERIFY2(reply.error().kind == ErrorKind::Timeout || reply.error().kind == ErrorKind::Protocol
                     || reply.error().kind == ErrorKind::Network,
                 qPrintable(reply.error().detail));
        // Qt's thread reads a flood of headers byte by byte (a megabyte a second) and hears nothing else
        // until it ends.
        gateway.dropConnections();
    }

    void nobodyListens()
    {
        QUrl url;
        {
            FakeGateway gateway;
            url = gateway.url();
        }
        GatewayTransport transport(url);
        const auto reply = await(transport.status());
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Network);
        QVERIFY(await(transport.put({.key = "k"})).error().neverSent);
        QCOMPARE(await(transport.detect()).error().kind, ErrorKind::Network);
        StreamLog log(transport.watch({{}}));
        QTRY_COMPARE(log.ends, 1);
        QCOMPARE(log.end.kind, ErrorKind::Network);
    }

    void tlsToACleartextPort()
    {
        FakeGateway gateway;
        QUrl url = gateway.url();
        url.setScheme(QStringLiteral("https"));
        gateway.setDeaf(true);
        GatewayTransport silent(url, impatient());
        QCOMPARE(await(silent.status()).error().kind, ErrorKind::Timeout);
    }

    void whatItsDeadlineEndsIsLogged()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/put", {Script::raw("HTTP/1.1 200 OK\r\n\r\n", Script::Then::Stall)});
        GatewayTransport transport(gateway.url(), impatient());
        // Bytes that keep coming do not help: only a range may take as long as it needs.
        QTimer drip;
        connect(&drip, &QTimer::timeout, this, [&gateway] { gateway.send("/v3/kv/put", " "); });
        drip.start(20ms);
        QTest::ignoreMessage(
            QtInfoMsg,
            QRegularExpression(QStringLiteral("POST http://127.0.0.1:\\d+/v3/kv/put failed after \\d+ ms: no "
                                              "(answer within|more bytes for) 300 ms")));
        const auto reply = await(transport.put({.key = "k"}));
        QVERIFY(!reply);
        QCOMPARE(reply.error().kind, ErrorKind::Timeout);
        QVERIFY(!reply.error().neverSent);
    }

    void largeRequestsDoNotWaitForAcknowledgements()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/put", {Script::reply('{' + Header + '}')});
        GatewayTransport transport(gateway.url());
        QVERIFY(await(transport.put({.key = "k", .value = QByteArray(60'000, 'v')})).hasValue());
        QCOMPARE(delaysOfConnectionsTo(gateway.serverPort()), std::vector<bool> {false});
    }

    void aSlowRangeMayTakeLongerThanAnyDeadline()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::raw("HTTP/1.1 200 OK\r\n\r\n", Script::Then::Stall)});
        GatewayTransport::Options options = impatient();
        options.rangeHead = 1s; // more than a busy machine holds this process up
        options.rangeSilence = 1s;
        GatewayTransport transport(gateway.url(), options);
        std::optional<Result<RangeReply>> reply;
        QElapsedTimer timer;
        timer.start();
        transport.range({}).then(this, [&reply](const auto &result) { reply = result; });
        QTRY_COMPARE(gateway.requestsFor("/v3/kv/range"), 1);
        const QByteArray value(3000, 'v');
        const QByteArray body = rangeBody(value.toBase64());
        constexpr qsizetype Drop = 40;
        qsizetype sent = 0;
        // A little now and then keeps it alive for longer than its silence limit.
        QTimer drip;
        connect(&drip, &QTimer::timeout, this, [&] {
            if (sent < body.size())
                gateway.send("/v3/kv/range", body.mid(std::exchange(sent, sent + Drop), Drop));
            else
                gateway.dropConnections();
        });
        drip.start(20);
        QTRY_VERIFY_WITH_TIMEOUT(sent >= body.size() || reply, 20'000);
        QVERIFY(timer.elapsed() > 1500);
        QTRY_VERIFY(reply.has_value());
        QVERIFY(reply->hasValue());
        QCOMPARE((*reply)->kvs.at(0).value, value);
    }

    void cancelledAndDroppedCallsAbort()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::raw({}, Script::Then::Stall)});
        GatewayTransport transport(gateway.url());
        std::optional<ErrorKind> kind;
        const auto call = transport.range({});
        call.then(this, [&kind](const auto &result) { kind = result.error().kind; });
        QTRY_COMPARE(gateway.openConnections(), 1);
        QTRY_COMPARE(gateway.requestsFor("/v3/kv/range"), 1);
        call.cancel();
        QTRY_COMPARE(gateway.openConnections(), 0);
        QCOMPARE(kind.value(), ErrorKind::Cancelled);

        auto context = std::make_unique<QObject>();
        transport.range({}).then(context.get(), [](const auto &) { QFAIL("nobody is there to be told"); });
        QTRY_COMPARE(gateway.requestsFor("/v3/kv/range"), 2);
        context.reset();
        QTRY_COMPARE(gateway.openConnections(), 0);
    }

    void destroyingItEndsItsCalls()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::raw({}, Script::Then::Stall)});
        gateway.answer("/v3/watch", {Script::stream({createdLine()})});
        gateway.answer("/version", {Script::raw({}, Script::Then::Stall)});
        auto transport = std::make_unique<GatewayTransport>(gateway.url());
        QList<ErrorKind> kinds;
        transport->range({}).then(this, [&kinds](const auto &result) { kinds.append(result.error().kind); });
        transport->detect().then(this, [&kinds](const auto &result) { kinds.append(result.error().kind); });
        StreamLog log(transport->watch({{}}));
        QTRY_COMPARE(log.replies.size(), std::size_t {1});
        QTRY_COMPARE(gateway.openConnections(), 3);
        transport.reset();
        QTRY_COMPARE(kinds, (QList<ErrorKind> {ErrorKind::Cancelled, ErrorKind::Cancelled}));
        QTRY_COMPARE(log.ends, 1);
        QCOMPARE(log.end.kind, ErrorKind::Cancelled);
        QTRY_COMPARE(gateway.openConnections(), 0);
    }

    void aDeadKeptConnectionIsNotResentTo()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/put",
                       {Script::reply('{' + Header + '}'), Script::raw({}, Script::Then::Close),
                        Script::reply('{' + Header + '}')});
        GatewayTransport transport(gateway.url());
        QVERIFY(await(transport.put({})).hasValue());
        const auto second = await(transport.put({}));
        QVERIFY(!second);
        QCOMPARE(second.error().kind, ErrorKind::Network);
        QCOMPARE(gateway.requestsFor("/v3/kv/put"), 2);
        QVERIFY(!second.error().neverSent);
        QVERIFY(await(transport.put({})).hasValue());
        // Gone for good: the kept connection is dead, and the next one is refused.
        gateway.close();
        gateway.dropConnections();
        const auto third = await(transport.put({}));
        QVERIFY(!third);
        QCOMPARE(third.error().kind, ErrorKind::Network);
    }

    /// A server may close a kept connection at any time, also between the questions of the detection.
    void theDetectionGoesOnWhereAKeptConnectionIsDead()
    {
        FakeGateway gateway;
        gateway.answer("/version", {Script::reply("<html></html>", 200, "text/html")});
        gateway.answer(
            "/v3/maintenance/status",
            {Script::raw({}, Script::Then::Close), Script::reply('{' + Header + R"(,"version":"3.4.23"})")});
        GatewayTransport transport(gateway.url());
        const auto version = await(transport.detect());
        QVERIFY2(version, version ? "" : qPrintable(version.error().detail));
        QCOMPARE(version->server, QStringLiteral("3.4.23"));
    }

    void loopbackIsReachedWithoutAProxy()
    {
        FakeGateway gateway;
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody())});
        QNetworkProxy::setApplicationProxy(
            QNetworkProxy(QNetworkProxy::HttpProxy, QStringLiteral("127.0.0.1"), 1));
        GatewayTransport transport(gateway.url());
        const auto reply = await(transport.range({}));
        QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy);
        QVERIFY(reply.hasValue());
    }

    void manyStreamsDoNotStarveCalls()
    {
        FakeGateway gateway;
        gateway.answer("/v3/watch", {Script::stream({createdLine()})});
        gateway.answer("/v3/kv/range", {Script::reply(rangeBody())});
        GatewayTransport transport(gateway.url());
        std::array<std::unique_ptr<StreamLog>, 6> logs;
        for (auto &log : logs)
            log = std::make_unique<StreamLog>(transport.watch({{}}));
        for (const auto &log : logs)
            QTRY_COMPARE(log->replies.size(), std::size_t {1});
        QVERIFY(await(transport.range({})).hasValue());
    }

    // Detection

    void detectsByVersion_data()
    {
        QTest::addColumn<QByteArray>("version");
        QTest::addColumn<QString>("path");
        QTest::newRow("3.1") << QByteArray("3.1.20") << QStringLiteral("/v3alpha");
        QTest::newRow("3.2") << QByteArray("3.2.32") << QStringLiteral("/v3alpha");
        QTest::newRow("3.3") << QByteArray("3.3.27") << QStringLiteral("/v3beta");
        QTest::newRow("3.4") << QByteArray("3.4.23") << QStringLiteral("/v3");
        QTest::newRow("3.6") << QByteArray("3.6.0-rc.3") << QStringLiteral("/v3");
        QTest::newRow("later") << QByteArray("4.0.0") << QStringLiteral("/v3");
    }
    void detectsByVersion()
    {
        QFETCH(QByteArray, version);
        QFETCH(QString, path);
        FakeGateway gateway;
        gateway.answerVersion(version);
        GatewayTransport transport(gateway.url());
        const auto found = await(transport.detect());
        QVERIFY(found.hasValue());
        QCOMPARE(found->server, QString::fromLatin1(version));
        QCOMPARE(transport.apiPath(), path);
        QCOMPARE(gateway.requests().size(), std::size_t {1});
        await(transport.range({}));
        QCOMPARE(gateway.requestsFor(path.toLatin1() + "/kv/range"), 1);

        // Fields that a server before 3.4 would refuse are not sent to it.
        WatchCreateRequest request;
        request.watchId = 7;
        request.fragment = true;
        const auto stream = transport.watch({request});
        QTRY_COMPARE(gateway.requestsFor(path.toLatin1() + "/watch"), 1);
        const QByteArray body = gateway.requests().back().body;
        QCOMPARE(body.contains("watch_id"), path == QStringLiteral("/v3"));
        QCOMPARE(body.contains("fragment"), path == QStringLiteral("/v3"));
    }

    void triesThePathsWithoutAVersion_data()
    {
        QTest::addColumn<Script>("version");
        QTest::addColumn<Script>("status");
        QTest::addColumn<QString>("server");
        const Script notFound = Script::reply("404 page not found\n", 404);
        const Script status = Script::reply('{' + Header + R"(,"version":"3.3.9"})");
        QTest::newRow("404") << notFound << status << QStringLiteral("3.3.9");
        QTest::newRow("HTML") << Script::reply("<html>", 200) << status << QStringLiteral("3.3.9");
        QTest::newRow("status wants a token")
            << notFound << Script::reply(R"({"message":"etcdserver: user name is empty","code":3})", 400)
            << QString();
    }
    void triesThePathsWithoutAVersion()
    {
        QFETCH(Script, version);
        QFETCH(Script, status);
        QFETCH(QString, server);
        FakeGateway gateway;
        gateway.answer("/version", {version});
        gateway.answer("/v3beta/maintenance/status", {status});
        GatewayTransport transport(gateway.url());
        const auto found = await(transport.detect());
        QVERIFY(found.hasValue());
        QCOMPARE(found->server, server);
        QCOMPARE(transport.apiPath(), QStringLiteral("/v3beta"));
    }

    void whatIsNotEtcdIsNamed_data()
    {
        QTest::addColumn<Script>("script");
        QTest::addColumn<QString>("said");
        QTest::newRow("a web server") << Script::reply("<html>hi</html>") << QStringLiteral("an HTML page");
        QTest::newRow("another API") << Script::reply(R"({"major":"1"})") << QStringLiteral("major");
        QTest::newRow("etcd 2") << Script::reply(R"({"etcdserver":"2.3.8","etcdcluster":"2.3.0"})")
                                << QStringLiteral("2.3.8");
        QTest::newRow("404 everywhere") << Script::reply("nope", 404) << QStringLiteral("404");
        QTest::newRow("another protocol")
            << Script::raw("SSH-2.0-OpenSSH_9.2p1\r\n", Script::Then::Close) << QStringLiteral("SSH-2.0");
        QTest::newRow("another protocol that waits") << Script::raw(
            "SSH-2.0-OpenSSH_9.2p1 and more that makes it long enough to see\r\n", Script::Then::Stall)
                                                     << QStringLiteral("SSH-2.0");
    }
    void whatIsNotEtcdIsNamed()
    {
        QFETCH(Script, script);
        QFETCH(QString, said);
        FakeGateway gateway;
        gateway.answer("/version", {script});
        GatewayTransport transport(gateway.url());
        const auto found = await(transport.detect());
        QVERIFY(!found);
        QCOMPARE(found.error().kind, ErrorKind::Protocol);
        QVERIFY2(found.error().detail.contains(QStringLiteral("not an etcd gateway")),
                 qPrintable(found.error().detail));
        QVERIFY2(found.error().detail.contains(said), qPrintable(found.error().detail));
    }

    void aServerThatWantsTlsSaysSo_data()
    {
        QTest::addColumn<Script>("script");
        QTest::newRow("in HTTP, as Go's") << Script::raw(
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
            Script::Then::Close);
        QTest::newRow("by an alert") << Script::raw(QByteArray("\x15\x03\x01\x00\x02\x02\x46", 7),
                                                    Script::Then::Close);
    }
    void aServerThatWantsTlsSaysSo()
    {
        QFETCH(Script, script);
        FakeGateway gateway;
        gateway.answer("/version", {script});
        GatewayTransport transport(gateway.url());
        const auto found = await(transport.detect());
        QVERIFY(!found);
        QCOMPARE(found.error().kind, ErrorKind::Tls);
        QVERIFY2(found.error().detail.contains(QStringLiteral("https")), qPrintable(found.error().detail));
    }

    // Streams

    void streamsLines()
    {
        FakeGateway gateway;
        gateway.answer("/v3/watch", {Script::stream({createdLine(), "", eventLine(6), eventLine(7)})});
        GatewayTransport transport(gateway.url());
        StreamLog log(transport.watch({{}, {}}));
        QTRY_COMPARE(log.replies.size(), std::size_t {3});
        QVERIFY(log.replies[0].created);
        QCOMPARE(log.replies[2].events.at(0).kv.modRevision, Revision(7));
        QCOMPARE(log.ends, 0);
        const auto &request = gateway.requests().at(0);
        QCOMPARE(request.body.count('\n'), 2);
        QVERIFY(request.head.toLower().contains("grpc-metadata-hasleader: true\r\n"));
        log.stream.reset();
        QTRY_COMPARE(gateway.openConnections(), 0);
    }

    void streamsByteByByte()
    {
        Script script {.chunks = {}, .then = Script::Then::Stall};
        for (const char byte : Script::stream({createdLine(), eventLine(6)}).bytes())
            script.chunks.append(QByteArray(1, byte));
        FakeGateway gateway;
        gateway.answer("/v3/watch", {script});
        GatewayTransport transport(gateway.url());
        StreamLog log(transport.watch({{}}));
        QTRY_COMPARE(log.replies.size(), std::size_t {2});
    }

    void streamsCutAtEveryByte()
    {
        const Script whole = Script::stream({createdLine(), eventLine(6)});
        const qsizetype created = whole.chunks.at(0).size() + whole.chunks.at(1).size();
        const qsizetype all = whole.bytes().size();
        FakeGateway gateway;
        GatewayTransport transport(gateway.url());
        for (qsizetype size = 0; size <= all; ++size) {
            gateway.answer("/v3/watch", {whole.cutAfter(size)});
            StreamLog log(transport.watch({{}}));
            // Not QTRY_COMPARE, which looks every 50 ms only.
            QVERIFY(QSignalSpy(log.stream.get(), &WatchStream::ended).wait());
            QCOMPARE(log.ends, 1);
            QCOMPARE(log.end.kind, ErrorKind::Network);
            const std::size_t expected = size >= all ? 2 : size >= created ? 1 : 0;
            QCOMPARE(log.replies.size(), expected);
        }
    }

    void linesOnThePoolStayInOrder()
    {
        FakeGateway gateway;
        QList<QByteArray> lines {createdLine()};
        const QByteArray large = QByteArray(30'000, 'x').toBase64();
        for (int revision = 6; revision < 206; ++revision)
            lines.append(eventLine(revision, revision % 3 == 0 ? large : QByteArray("dg==")));
        gateway.answer("/v3/watch", {Script::stream(lines).withThen(Script::Then::Close)});
        GatewayTransport transport(gateway.url(), impatient());
        StreamLog log(transport.watch({{}}));
        QTRY_COMPARE(log.ends, 1);
        QCOMPARE(log.replies.size(), std::size_t {201});
        for (int revision = 6; revision < 206; ++revision)
            QCOMPARE(log.replies[static_cast<std::size_t>(revision - 5)].events.at(0).kv.modRevision,
                     Revision(revision));
    }

    void oneVeryLargeLine()
    {
        FakeGateway gateway;
        const QByteArray value(24LL * 1024 * 1024, 'v');
        gateway.answer("/v3/watch",
                       {Script::stream({createdLine(), eventLine(6, value.toBase64()), eventLine(7)})});
        GatewayTransport transport(gateway.url());
        StreamLog log(transport.watch({{}}));
        QTRY_COMPARE_WITH_TIMEOUT(log.replies.size(), std::size_t {3}, 30'000);
        QCOMPARE(log.replies[1].events.at(0).kv.value.size(), value.size());
    }

    void streamFaults_data()
    {
        QTest::addColumn<Script>("script");
        QTest::addColumn<int>("replies");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const Script &script, int replies, ErrorKind kind,
                            const char *said) {
            QTest::newRow(name) << script << replies << static_cast<int>(kind) << QString::fromLatin1(said);
        };
        row("error with HTTP 200",
            Script::stream(
                {createdLine(),
                 R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader"}})"}),
            1, ErrorKind::Unavailable, "no leader");
        row("error instead of a stream",
            Script::reply(R"({"error":"x","message":"etcdserver: permission denied","code":7})", 403), 0,
            ErrorKind::PermissionDenied, "permission denied");
        row("HTTP 500", Script::reply("<html>", 500), 0, ErrorKind::Http, "an HTML page");
        row("HTML page", Script::reply("<html>\n<body>"), 0, ErrorKind::Protocol, "an HTML page");
        row("garbage in the stream", Script::stream({createdLine(), "\x01garbage", eventLine(6)}), 1,
            ErrorKind::Protocol, "01 67");
        QList<QByteArray> many {createdLine()};
        for (int revision = 6; revision < 46; ++revision)
            many.append(eventLine(revision));
        row("garbage behind much that is parsed at once",
            Script::stream(many + QList<QByteArray> {"\x01garbage", eventLine(46)}), 41, ErrorKind::Protocol,
            "01 67");
        row("line without end",
            {.chunks = {"HTTP/1.1 200 OK\r\n\r\n", QByteArray(5000, 'x')}, .then = Script::Then::Repeat}, 0,
            ErrorKind::Protocol, "longer than");
        row("reset", Script::stream({createdLine(), eventLine(6)}).withThen(Script::Then::Reset), -1,
            ErrorKind::Network, "");
        row("ends in order", Script::stream({createdLine()}).withThen(Script::Then::Close), 1,
            ErrorKind::Network, "ended");
        row("ends in a line", Script::raw("HTTP/1.1 200 OK\r\n\r\n{\"resu", Script::Then::Close), 0,
            ErrorKind::Network, "middle of a line");
        row("another protocol", Script::raw("220 mail.example.org ESMTP\r\n", Script::Then::Close), 0,
            ErrorKind::Network, "");
    }
    void streamFaults()
    {
        QFETCH(Script, script);
        QFETCH(int, replies);
        QFETCH(int, kind);
        QFETCH(QString, said);
        FakeGateway gateway;
        gateway.answer("/v3/watch", {script});
        GatewayTransport transport(gateway.url(), impatient());
        StreamLog log(transport.watch({{}}));
        QTRY_COMPARE(log.ends, 1);
        QVERIFY2(static_cast<int>(log.end.kind) == kind, qPrintable(log.end.detail));
        QVERIFY2(log.end.detail.contains(said), qPrintable(log.end.detail));
        if (replies >= 0)
            QCOMPARE(static_cast<int>(log.replies.size()), replies);
        QTRY_COMPARE(gateway.openConnections(), script.then == Script::Then::KeepAlive ? 1 : 0);
        QCOMPARE(log.ends, 1);
        QCOMPARE(gateway.requestsFor("/v3/watch"), 1);
    }

    void aStreamMayBeDestroyedBySignals()
    {
        FakeGateway gateway;
        gateway.answer("/v3/watch", {Script::stream({createdLine(), eventLine(6), eventLine(7)})});
        GatewayTransport transport(gateway.url());
        auto stream = transport.watch({{}});
        int received = 0;
        connect(stream.get(), &WatchStream::received, this, [&](const WatchReply &) {
            ++received;
            stream.reset();
        });
        QTRY_COMPARE(received, 1);
        QTRY_COMPARE(gateway.openConnections(), 0);
        QCOMPARE(received, 1);
    }
};

QTEST_GUILESS_MAIN(TestGatewayTransport)
#include "tst_gatewaytransport.moc"
