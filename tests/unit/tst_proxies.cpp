// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"
#include "core/etcd/gatewaytransport.h"
#include "core/profile/connectionwords.h"
#include "tests/support/await.h"
#include "tests/support/fakegateway.h"
#include "tests/support/realproxy.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QString User = QStringLiteral("ann");
const QString Password = QStringLiteral("geheim: @/");

const QByteArray Header = R"("header":{"cluster_id":"1","member_id":"2","revision":"5","raft_term":"3"})";

const QByteArray Created = R"({"result":{)" + Header + R"(,"watch_id":"1","created":true}})";
const QByteArray Changed = R"({"result":{)" + Header
    + R"(,"watch_id":"1","events":[{"kv":{"key":"aw==","mod_revision":"6","value":"dg=="}}]}})";

/// A gateway by a name that only the proxy knows.
ConnectionOptions through(const QString &proxy, const FakeGateway &gateway)
{
    ConnectionOptions options(
        *Endpoint::parse(QStringLiteral("http://inside.example.org:%1").arg(gateway.url().port())));
    options.proxy = *parseProxy(proxy);
    return options;
}

void answerAll(FakeGateway *gateway)
{
    gateway->answerVersion();
    gateway->answer("/v3/kv/range",
                    {Script::reply('{' + Header + R"(,"kvs":[{"key":"aw=="}],"count":"1"})")});
    gateway->answer("/v3/kv/put", {Script::reply('{' + Header + '}')});
    gateway->answer("/v3/watch", {Script::stream({Created})});
}

} // namespace

/// What goes through proxies: those that hand requests on, and those that make tunnels, with and without a
/// user and password of their own.
class TestProxies : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everythingGoesThrough_data()
    {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<bool>("asksForUser");
        for (const char *scheme : {"http", "socks5"}) {
            QTest::addRow("%s", scheme) << QString::fromLatin1(scheme) << false;
            QTest::addRow("%s with a password", scheme) << QString::fromLatin1(scheme) << true;
        }
    }
    void everythingGoesThrough()
    {
        QFETCH(const QString, scheme);
        QFETCH(const bool, asksForUser);
        FakeGateway gateway;
        answerAll(&gateway);
        const RealProxy proxy(asksForUser ? User : QString(), Password);
        const QString url = asksForUser ? proxy.url(scheme, User, Password) : proxy.url(scheme);
        GatewayTransport transport(through(url, gateway));

        // A write first: it is sent once, whatever the proxy says of it.
        const auto put = await(transport.put({.key = "k", .value = "v", .lease = {}}));
        QVERIFY2(put, put ? "" : qPrintable(put.error().detail));
        QVERIFY(await(transport.detect()).hasValue());
        QCOMPARE(await(transport.range({}))->kvs.size(), std::size_t {1});

        const auto stream = transport.watch({{}});
        std::vector<WatchReply> replies;
        connect(stream.get(), &WatchStream::received, stream.get(),
                [&replies](const WatchReply &reply) { replies.push_back(reply); });
        QTRY_COMPARE(replies.size(), std::size_t {1});
        gateway.send("/v3/watch", Changed + '\n');
        QTRY_COMPARE(replies.size(), std::size_t {2});
        QCOMPARE(replies[1].events.size(), std::size_t {1});

        QCOMPARE(proxy.refused(), 0);
        if (scheme == QLatin1String("http"))
            QCOMPARE(proxy.handedOn(), static_cast<int>(gateway.requests().size()));
        else
            QVERIFY(proxy.socksTunnels() > 0 && proxy.handedOn() == 0);
        QCOMPARE(gateway.requestsFor("/v3/kv/put"), 1);
        for (const FakeGateway::Request &request : gateway.requests())
            QVERIFY2(!request.head.toLower().contains("proxy-"), request.head.constData());
        if (asksForUser) {
            const QString secret = Password + QStringLiteral(" ")
                + QString::fromLatin1((User + u':' + Password).toLatin1().toBase64());
            QVERIFY2(!withoutSecrets(secret).contains(QStringLiteral("geheim")), "a password in the log");
            QVERIFY2(withoutSecrets(secret).size() < Password.size(), qPrintable(withoutSecrets(secret)));
        }
    }

    void aProxyThatWantsAUserSaysSo_data()
    {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QString>("user");
        QTest::addColumn<QString>("says");
        for (const char *scheme : {"http", "socks5"}) {
            QTest::addRow("%s, none", scheme) << QString::fromLatin1(scheme) << QString()
                                              << QStringLiteral("wants a user name and a password");
            QTest::addRow("%s, wrong", scheme)
                << QString::fromLatin1(scheme) << User << QStringLiteral("does not accept the user “ann”");
        }
    }
    void aProxyThatWantsAUserSaysSo()
    {
        QFETCH(const QString, scheme);
        QFETCH(const QString, user);
        QFETCH(const QString, says);
        FakeGateway gateway;
        answerAll(&gateway);
        const RealProxy proxy(User, Password);
        GatewayTransport transport(
            through(proxy.url(scheme, user, user.isEmpty() ? user : QStringLiteral("wrong")), gateway));
        const auto check = [says](const Error &error) {
            QVERIFY2(error.kind == ErrorKind::Proxy, qPrintable(error.detail));
            QVERIFY2(error.detail.contains(says), qPrintable(error.detail));
        };
        const auto version = await(transport.detect());
        QVERIFY(!version);
        check(version.error());
        const auto put = await(transport.put({.key = "k", .value = "v", .lease = {}}));
        QVERIFY(!put);
        check(put.error());
        const auto stream = transport.watch({{}});
        std::optional<Error> end;
        connect(stream.get(), &WatchStream::ended, stream.get(), [&end](const Error &error) { end = error; });
        QTRY_VERIFY(end);
        check(*end);
        QVERIFY(proxy.refused() > 0);
        QVERIFY(gateway.requests().empty());
    }

    void aProxyOrAnEtcdThatIsAway()
    {
        FakeGateway gateway;
        answerAll(&gateway);
        auto proxy = std::make_unique<RealProxy>();
        for (const QString &scheme : {QStringLiteral("http"), QStringLiteral("socks5")}) {
            ConnectionOptions options = through(proxy->url(scheme), gateway);
            options.endpoints = {*Endpoint::parse(QStringLiteral("http://inside.example.org:1"))};
            GatewayTransport transport(options);
            const auto version = await(transport.detect());
            QVERIFY(!version);
            // As when it is away without a proxy: others of the cluster are tried, and it is tried again.
            QVERIFY2(version.error().kind == ErrorKind::Network, qPrintable(version.error().detail));
        }
        const QStringList urls {proxy->url(QStringLiteral("http")), proxy->url(QStringLiteral("socks5"))};
        proxy.reset();
        for (const QString &url : urls) {
            GatewayTransport transport(through(url, gateway));
            const auto version = await(transport.detect());
            QVERIFY(!version);
            QCOMPARE(version.error().kind, ErrorKind::Network);
            QVERIFY2(version.error().detail.contains(QStringLiteral("proxy")),
                     qPrintable(version.error().detail));
        }
    }
};

QTEST_GUILESS_MAIN(TestProxies)
#include "tst_proxies.moc"
