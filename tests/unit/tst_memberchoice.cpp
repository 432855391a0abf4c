// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/gatewaytransport.h"
#include "core/etcd/memberchoice.h"
#include "tests/support/await.h"
#include "tests/support/fakegateway.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

constexpr quint64 Cluster = 7;

StatusReply status(quint64 member, quint64 leader = 1, quint64 cluster = Cluster)
{
    StatusReply reply;
    reply.header.clusterId = cluster;
    reply.header.memberId = member;
    reply.leader = leader;
    return reply;
}

/// A choice among a, b and c (the members 1, 2 and 3, of the first any other will do), whose answers come
/// when the test says.
struct Choosing
{
    Choosing()
    {
        const std::vector<MemberAddress> addresses {
            {.url = url('a')}, {.url = url('b'), .memberId = 2}, {.url = url('c'), .memberId = 3}};
        chooseMember(
            addresses, Cluster,
            [this](const QUrl &asked) {
                auto *state = new CallState<StatusReply>;
                asks.insert(asked.host(), state);
                return Call<StatusReply>(state);
            },
            &context)
            .then(&context,
                  [this](const Result<QUrl> &address) { chosen = address ? address->host() : QString(); });
    }
    static QUrl url(char host) { return QUrl(QStringLiteral("http://%1:2379").arg(QLatin1Char(host))); }
    void answer(const char *host, const StatusReply &reply)
    {
        asks.value(QLatin1String(host))->complete(reply);
        QCoreApplication::processEvents();
    }
    void fail(const char *host)
    {
        asks.value(QLatin1String(host))->fail({.kind = ErrorKind::Network, .detail = {}});
        QCoreApplication::processEvents();
    }

    QObject context;
    QHash<QString, QPointer<CallState<StatusReply>>> asks;
    QString chosen = QStringLiteral("nobody yet");
};

/// A gateway that tells of itself as a member, and of others.
void actAs(FakeGateway *gateway, int member, const QList<std::pair<int, QUrl>> &members)
{
    const QByteArray head =
        R"({"header":{"cluster_id":"7","member_id":")" + QByteArray::number(member) + R"(","revision":"5"})";
    QByteArrayList list;
    for (const auto &[id, url] : members)
        list += R"({"ID":")" + QByteArray::number(id) + R"(","clientURLs":[")" + url.toEncoded() + R"("]})";
    gateway->answerVersion();
    gateway->answer("/v3/maintenance/status", {Script::reply(head + R"(,"leader":"1"})")});
    gateway->answer("/v3/cluster/member/list",
                    {Script::reply(head + R"(,"members":[)" + list.join(',') + "]}")});
}

} // namespace

class TestMemberChoice : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theFirstIsPreferred()
    {
        Choosing choosing;
        QCOMPARE(choosing.asks.size(), 3);
        choosing.answer("b", status(2));
        choosing.answer("a", status(99));
        QTRY_COMPARE(choosing.chosen, QStringLiteral("a"));
    }

    void aFirstThatFailsIsNotWaitedFor()
    {
        Choosing choosing;
        choosing.fail("a");
        choosing.answer("c", status(3));
        QTRY_COMPARE(choosing.chosen, QStringLiteral("c"));
    }

    void aFirstThatHangsIsWaitedForALittle()
    {
        Choosing choosing;
        choosing.answer("b", status(2));
        QTRY_COMPARE(choosing.chosen, QStringLiteral("b"));
    }

    void unfit_data()
    {
        QTest::addColumn<qulonglong>("member");
        QTest::addColumn<qulonglong>("leader");
        QTest::addColumn<qulonglong>("cluster");
        QTest::newRow("no leader") << 2ULL << 0ULL << Cluster + 0ULL;
        QTest::newRow("another member") << 3ULL << 1ULL << Cluster + 0ULL;
        QTest::newRow("another cluster") << 2ULL << 1ULL << 8ULL;
    }
    void unfit()
    {
        QFETCH(qulonglong, member);
        QFETCH(qulonglong, leader);
        QFETCH(qulonglong, cluster);
        Choosing choosing;
        choosing.fail("a");
        choosing.answer("b", status(member, leader, cluster));
        QCOMPARE(choosing.chosen, QStringLiteral("nobody yet"));
        choosing.answer("c", status(3));
        QTRY_COMPARE(choosing.chosen, QStringLiteral("c"));
    }

    void aFirstWithoutALeaderGivesWay()
    {
        Choosing choosing;
        choosing.answer("a", status(1, 0));
        choosing.answer("b", status(2));
        QTRY_COMPARE(choosing.chosen, QStringLiteral("b"));
    }

    void whereNoneIsFitItStaysWithTheFirst()
    {
        Choosing choosing;
        choosing.fail("b");
        choosing.answer("a", status(1, 0));
        choosing.fail("c");
        QTRY_COMPARE(choosing.chosen, QStringLiteral("a"));
    }

    void itEndsWithItsContext()
    {
        auto *context = new QObject;
        QPointer<CallState<StatusReply>> asked;
        bool told = false;
        chooseMember(
            {{.url = Choosing::url('a')}}, Cluster,
            [&asked](const QUrl &) {
                asked = new CallState<StatusReply>;
                return Call<StatusReply>(asked);
            },
            context)
            .then(context, [&told](const Result<QUrl> &) { told = true; });
        delete context;
        QTRY_VERIFY(!asked);
        QVERIFY(!told);
    }

    void readsTheMembers()
    {
        const auto list = gateway::parseMemberListReply(
            R"({"header":{"cluster_id":"14841639068965178418","member_id":"3","revision":"2","raft_term":"4"},)"
            R"("members":[{"ID":"10276657743932975437","name":"one","peerURLs":["http://p:2380"],)"
            R"("clientURLs":["http://a:2379","https://a:2379","http://","nonsense"]},)"
            R"({"ID":"3","name":"self","clientURLs":["http://self:2379"]},)"
            R"({"ID":"4","name":"learns","clientURLs":["http://l:2379"],"isLearner":true},)"
            R"({"ID":"5"}]})");
        QVERIFY(list.hasValue());
        QCOMPARE(list->header.clusterId, 14841639068965178418ULL);
        QCOMPARE(list->members.size(), std::size_t {4});
        QCOMPARE(list->members[0].id, 10276657743932975437ULL);
        QCOMPARE(list->members[0].name, QStringLiteral("one"));
        QVERIFY(list->members[2].isLearner);
        const std::vector<MemberAddress> expected {
            {.url = QUrl(QStringLiteral("http://a:2379")), .memberId = 10276657743932975437ULL}};
        QVERIFY(otherMembers(*list, QStringLiteral("http")) == expected);
    }

    void refusesOtherLists_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::newRow("no list") << QByteArray(R"({})");
        QTest::newRow("a text") << QByteArray(R"(["m"])");
        QTest::newRow("a number for an address") << QByteArray(R"([{"clientURLs":[1]}])");
        QTest::newRow("a text for an id") << QByteArray(R"([{"ID":"x"}])");
    }
    void refusesOtherLists()
    {
        QFETCH(QByteArray, members);
        const auto list =
            gateway::parseMemberListReply(R"({"header":{"cluster_id":"1"},"members":)" + members + "}");
        QVERIFY(!list);
        QCOMPARE(list.error().kind, ErrorKind::Protocol);
    }

    void theTransportGoesOnWithAnotherMember()
    {
        auto lost = std::make_unique<FakeGateway>();
        FakeGateway other;
        const QList<std::pair<int, QUrl>> members {{1, lost->url()}, {2, other.url()}};
        actAs(lost.get(), 1, members);
        actAs(&other, 2, members);
        GatewayTransport transport(lost->url());
        QVERIFY(await(transport.detect()).hasValue());
        transport.learnMembers();
        QTRY_COMPARE(lost->requestsFor("/v3/cluster/member/list"), 1);
        // Its answer is there when that of the next request is.
        QVERIFY(await(transport.status()).hasValue());
        QVERIFY(await(transport.detect()).hasValue());
        QCOMPARE(transport.address(), lost->url());

        const QUrl given = lost->url();
        lost.reset();
        QVERIFY(await(transport.detect()).hasValue());
        QCOMPARE(transport.address(), other.url());
        QVERIFY(await(transport.status()).hasValue());
        QCOMPARE(other.requests().back().path, QByteArray("/v3/maintenance/status"));
    }

    /// An etcd of one member advertises its own address, which is no other way to go.
    void theTransportKeepsToALoneMember()
    {
        auto lost = std::make_unique<FakeGateway>();
        FakeGateway namesake;
        actAs(lost.get(), 1, {{1, namesake.url()}});
        actAs(&namesake, 1, {});
        GatewayTransport transport(lost->url());
        QVERIFY(await(transport.detect()).hasValue());
        transport.learnMembers();
        QTRY_COMPARE(lost->requestsFor("/v3/cluster/member/list"), 1);
        QVERIFY(await(transport.status()).hasValue());
        lost.reset();
        QVERIFY(!await(transport.detect()).hasValue());
        QVERIFY(namesake.requests().empty());
    }
};

QTEST_GUILESS_MAIN(TestMemberChoice)
#include "tst_memberchoice.moc"
