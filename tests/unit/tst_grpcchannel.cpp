// SPDX-License-Identifier: GPL-3.0-or-later
//
// Large ranges over gRPC from servers that are not what they should be: whatever they say ends in the rows
// by JSON or in an error that names it, and takes no more memory than it may.
#include "core/etcd/bulkreader.h"
#include "core/etcd/gatewaytransport.h"
#include "tests/support/await.h"
#include "tests/support/fakegrpc.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

using Then = GrpcScript::Then;

namespace {

constexpr int Patience = 60'000; // on a busy machine
constexpr qint64 Allowed = 1024LL * 1024; // of a reply, and of all together
constexpr qint64 Flood = 64 * Allowed; // of what is no reply

/// A reply of one row: k has the value v at revision 5.
const QByteArray Message = QByteArray::fromHex("0a080801100218052003"
                                               "120c0a016b1005180520012a0176"
                                               "2001");
const QByteArray Json = R"({"header":{"cluster_id":"1","member_id":"2","revision":"5","raft_term":"3"},)"
                        R"("kvs":[{"key":"aw==","value":"anNvbg=="}],"count":"1"})";

/// What came of a request.
enum Outcome { ByGrpc, ByJson, AsError };

GatewayTransport::Options limits(std::chrono::milliseconds patience)
{
    GatewayTransport::Options options;
    options.grpcHead = options.grpcSilence = patience;
    options.largestRows = options.heldReplies = Allowed;
    return options;
}

GrpcScript http(const char *status, const char *type, const QByteArray &body)
{
    return GrpcScript {}
        .headers({{":status", status}, {"content-type", type}})
        .data(body)
        .add({.type = GrpcScript::Data, .flags = GrpcScript::EndStream, .payload = {}});
}

QByteArray answeredJson(const QByteArray &path)
{
    return path == "/v3/kv/range" ? Json : QByteArray();
}

} // namespace

class TestGrpcChannel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whateverIsAnswered_data()
    {
        QTest::addColumn<GrpcScript>("script");
        QTest::addColumn<int>("outcome");
        QTest::addColumn<int>("kind"); // of the error
        QTest::addColumn<QString>("said"); // in the error's detail
        QTest::addColumn<bool>("waits"); // for what does not come
        const auto row = [](const char *name, const GrpcScript &script, Outcome outcome, bool waits = false) {
            QTest::newRow(name) << script << int(outcome) << 0 << QString() << waits;
        };
        const auto error = [](const char *name, const GrpcScript &script, ErrorKind kind, const char *said) {
            QTest::newRow(name) << script << int(AsError) << int(kind) << QString::fromLatin1(said) << false;
        };
        const QByteArray garbage = QByteArray::fromHex("ffd8ffe000104a46494600010100").repeated(100);
        const auto framed = GrpcScript::framed(Message);
        const quint8 whole = GrpcScript::EndHeaders | GrpcScript::EndStream;
        const GrpcScript::Fields ok {{"grpc-status", "0"}};

        row("as etcd does", GrpcScript::reply(Message), ByGrpc);
        row("byte by byte", GrpcScript::head().data(framed, 1).headers(ok, whole), ByGrpc);
        row("what is unknown between",
            GrpcScript::head()
                .add({.type = 0x42, .payload = "new"})
                .data(framed)
                .add({.type = 6, .payload = QByteArray(8, 'p'), .ofConnection = true})
                .headers(ok, whole),
            ByGrpc);

        error("garbage in a frame", GrpcScript::reply(garbage), ErrorKind::Protocol, "no message of etcd");
        error("a message that is cut", GrpcScript::reply(Message.chopped(3)), ErrorKind::Protocol,
              "no message of etcd");
        error("more rows than were asked for",
              GrpcScript::reply(Message.left(10) + QByteArray::fromHex("12030a016b").repeated(1001)),
              ErrorKind::Protocol, "more rows than the 1000");
        error("4 GB declared", GrpcScript::head().data(QByteArray::fromHex("00ffffffff") + Message),
              ErrorKind::TooLarge, "larger than");
        error("4 GB declared, and whole",
              GrpcScript::head().data(QByteArray::fromHex("00ffffffff") + Message).headers(ok, whole),
              ErrorKind::TooLarge, "larger than");
        error("without end",
              GrpcScript::head()
                  .data(QByteArray(5, '\0'))
                  .add({.payload = QByteArray(16384, 'x')})
                  .finally(Then::Repeat),
              ErrorKind::TooLarge, "larger than");
        error("compacted", GrpcScript::status(11, "etcdserver: mvcc: required revision has been compacted"),
              ErrorKind::Compacted, "has been compacted");
        error("refused", GrpcScript::status(7, "etcdserver: permission denied"), ErrorKind::PermissionDenied,
              "permission denied");
        error("unavailable", GrpcScript::status(14, "etcdserver: no leader"), ErrorKind::Unavailable,
              "no leader");
        error("an error behind data",
              GrpcScript::head().data(framed).headers({{"grpc-status", "13"}, {"grpc-message", "it%20broke"}},
                                                      whole),
              ErrorKind::Server, "it broke");
        error("a status without words", GrpcScript::status(2, {}), ErrorKind::Server, "no reason");

        row("no such method", GrpcScript::status(12, "unknown service"), ByJson);
        row("a status that is no number",
            GrpcScript::head().data("x").headers({{"grpc-status", "fine"}}, whole), ByJson);
        row("less than declared",
            GrpcScript::head().data(GrpcScript::framed(Message + "more").chopped(4)).headers(ok, whole),
            ByJson);
        row("more than declared", GrpcScript::head().data(framed + "more").headers(ok, whole), ByJson);
        row("no message", GrpcScript::head().headers(ok, whole), ByJson);
        row("compressed", GrpcScript::head().data('\1' + framed.mid(1)).headers(ok, whole), ByJson);
        row("no trailers",
            GrpcScript::head().data(framed).add({.flags = GrpcScript::EndStream, .payload = {}}), ByJson);
        row("trailers without a status", GrpcScript::head().data(framed).headers({{"x-other", "1"}}, whole),
            ByJson);
        row("another content", http("200", "text/html", "<html>Sign in</html>"), ByJson);
        row("JSON", http("200", "application/json", Json), ByJson);
        row("HTTP 404", http("404", "text/plain", "404 page not found"), ByJson);
        row("HTTP 500", http("500", "text/plain", "oops"), ByJson);
        row("HTTP 503", http("503", "text/html", "<html>Later</html>"), ByJson);
        row("redirect",
            GrpcScript {}.headers({{":status", "302"}, {"location", "http://127.0.0.1:1/elsewhere"}}, whole),
            ByJson);

        row("reset", GrpcScript {}.add({.type = GrpcScript::ResetStream, .payload = QByteArray(4, '\2')}),
            ByJson);
        row("reset behind a half",
            GrpcScript::head()
                .data(framed.left(9))
                .add({.type = GrpcScript::ResetStream, .payload = QByteArray::fromHex("00000002")}),
            ByJson);
        row("closed", GrpcScript {}.finally(Then::Close), ByJson);
        row("closed behind a half", GrpcScript::head().data(framed.left(9)).finally(Then::Close), ByJson);
        row("goes away, and closes",
            GrpcScript {}
                .add({.type = GrpcScript::GoAway, .payload = QByteArray(8, '\0'), .ofConnection = true})
                .finally(Then::Close),
            ByJson);
        row("goes away, and stays",
            GrpcScript {}.add(
                {.type = GrpcScript::GoAway, .payload = QByteArray(8, '\0'), .ofConnection = true}),
            ByJson, true);
        row("silence", {}, ByJson, true);
        row("silence behind the head", GrpcScript::head(), ByJson, true);
        row("silence behind a half", GrpcScript::head().data(framed.left(9)), ByJson, true);
        row("a trickle", GrpcScript::head().data(framed + QByteArray(1000, 'x'), 1).withPause(100ms), ByJson,
            true);
        row("headers that do not pack",
            GrpcScript {}.add(
                {.type = GrpcScript::Headers, .flags = GrpcScript::EndHeaders, .payload = garbage}),
            ByJson, true);
        row("headers without end",
            GrpcScript {}
                .headers({{":status", "200"}}, 0)
                .add({.type = GrpcScript::Continuation,
                      .payload = GrpcScript::packed({{"x-more", QByteArray(16000, 'x')}})})
                .finally(Then::Repeat),
            ByJson);
        row("trailers without end",
            GrpcScript::head()
                .data(framed)
                .headers({{"x-more", "1"}}, GrpcScript::EndStream)
                .add({.type = GrpcScript::Continuation,
                      .payload = GrpcScript::packed({{"x-more", QByteArray(16000, 'x')}})})
                .finally(Then::Repeat),
            ByJson);
        row("headers over and over",
            GrpcScript::head().headers({{"x-more", QByteArray(16000, 'x')}}).finally(Then::Repeat), ByJson);
        row("headers that unfold",
            GrpcScript {}
                .headers({{":status", "200"}}, 0)
                .add({.type = GrpcScript::Continuation,
                      .flags = GrpcScript::EndHeaders,
                      .payload = QByteArray::fromHex("4003782d627fa11e") + QByteArray(4000, 'x')
                          + QByteArray(12000, char(0xbe))}),
            ByJson, true);
        row("data before the head", GrpcScript {}.data(framed), ByJson, true);
        row("pings without end",
            GrpcScript {}
                .add({.type = 6, .payload = QByteArray(8, 'p'), .ofConnection = true})
                .finally(Then::Repeat),
            ByJson, true);
        GrpcScript bytes;
        bytes.raw = garbage.repeated(100);
        row("no frames", bytes, ByJson, true);
        bytes.raw = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
        row("another protocol", bytes, ByJson, true);
    }

    void whateverIsAnswered()
    {
        QFETCH(const GrpcScript, script);
        QFETCH(const int, outcome);
        QFETCH(const int, kind);
        QFETCH(const QString, said);
        QFETCH(const bool, waits);
        for (const bool hasJson : {true, false}) {
            FakeGrpc server;
            server.answer(script);
            if (hasJson)
                server.answerJson(answeredJson);
            GatewayTransport transport(server.url(), limits(waits ? 400ms : 60'000ms));
            const auto rows = await(transport.rows({.range = KeyRange::all(), .limit = 1000}), 2 * Patience);
            QCOMPARE(server.grpcRequests(), 1);
            const QString what = rows
                ? QStringLiteral("%1 rows").arg(rows->rows)
                : QStringLiteral("%1: %2").arg(int(rows.error().kind)).arg(rows.error().detail);
            if (outcome == AsError) {
                QVERIFY2(!rows && int(rows.error().kind) == kind, qPrintable(what));
                QVERIFY2(rows.error().detail.contains(said), qPrintable(what));
                QCOMPARE(server.jsonRequests(), 0);
            } else if (outcome == ByGrpc || hasJson) {
                QVERIFY2(rows && rows->rows == 1, qPrintable(what));
                QCOMPARE(rows->header.revision, Revision(5));
                QCOMPARE(rows->chunks.front()->row(0).value.toByteArray(),
                         outcome == ByGrpc ? QByteArray("v") : QByteArray("json"));
            } else {
                // The word of the way that was tried last.
                QVERIFY2(!rows && rows.error().kind == ErrorKind::Http, qPrintable(what));
                QVERIFY2(rows.error().detail.contains(QStringLiteral("404")), qPrintable(what));
            }
            QVERIFY(transport.budget().heldAtMost() <= Allowed);
            QTRY_COMPARE(transport.budget().held(), 0);
            // Whoever does not end is not listened to any longer.
            if (script.then == Then::Repeat)
                QTRY_VERIFY_WITH_TIMEOUT(!server.isPlaying(), Patience);
            QVERIFY(server.sent() < 16 * Flood);
            qInfo("%lld kB were sent", server.sent() / 1024);
        }
    }

    /// As after a computer has slept: nobody is at the other end of the connection that was kept.
    void aKeptConnectionThatIsSilent()
    {
        FakeGrpc server;
        int asked = 0;
        server.answer([&asked](const QByteArray &) {
            return ++asked == 2 ? GrpcScript {} : GrpcScript::reply(Message);
        });
        server.answerJson(answeredJson);
        GatewayTransport transport(server.url(), limits(400ms));
        for (const bool byGrpc : {true, false, true}) {
            const auto rows = await(transport.rows({.range = KeyRange::all(), .limit = 1000}), Patience);
            QVERIFY(rows.hasValue());
            QCOMPARE(rows->chunks.front()->row(0).value.toByteArray(), QByteArray(byGrpc ? "v" : "json"));
            QVERIFY(transport.usesGrpc());
        }
        QCOMPARE(server.grpcConnections(), 2);
    }

    /// Four pieces at once, of which each begins well and never ends, in both ways.
    void aLoadThatIsNeverEnough()
    {
        FakeGrpc server;
        server.answer(GrpcScript::head()
                          .data(QByteArray(5, '\0'))
                          .add({.payload = QByteArray(16384, 'x')})
                          .finally(Then::Repeat));
        int asked = 0;
        server.answerJson([&asked](const QByteArray &path) -> QByteArray {
            if (path == "/version")
                return R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})";
            if (path != "/v3/kv/range")
                return {};
            // The first few rows are as they should be.
            if (++asked == 1)
                return QByteArray(Json).replace("\"count\":\"1\"", "\"more\":true,\"count\":\"1000000\"");
            return QByteArray("{\"kvs\":[").leftJustified(int(3 * Allowed), '[');
        });
        GatewayTransport::Options options = limits(60'000ms);
        options.largestRow = Allowed;
        auto made = std::make_unique<GatewayTransport>(server.url(), options);
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        BulkReader reader(&client, {.range = KeyRange::all(), .expected = 1'000'000});
        QSignalSpy read(&reader, &BulkReader::read);
        QSignalSpy failed(&reader, &BulkReader::failed);
        reader.start();
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, Patience);
        QCOMPARE(read.size(), 1);
        const auto error = failed.front().front().value<Error>();
        QCOMPARE(error.kind, ErrorKind::Protocol);
        QVERIFY2(error.detail.contains(QStringLiteral("larger than")), qPrintable(error.detail));
        QVERIFY(server.grpcRequests() >= 2);
        QVERIFY(transport->budget().heldAtMost() <= Allowed);
        QTRY_COMPARE(transport->budget().held(), 0);
        qInfo("%lld kB were sent", server.sent() / 1024);
    }
};

QTEST_GUILESS_MAIN(TestGrpcChannel)
#include "tst_grpcchannel.moc"
