// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaytransport.h"
#include "tests/support/etcdcluster.h"
#include "tests/support/longtests.h"
#include "tests/support/watchrecorder.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

using State = Watch::State;

namespace {

/// Writes without pause to one member, and tries again what fails, until it goes away.
class Writer
{
public:
    explicit Writer(const Endpoint &endpoint)
        : m_client(std::make_unique<GatewayTransport>(endpoint.url, limits()))
    {
        write();
    }

    /// Writes that succeeded.
    int written() const { return m_written; }

private:
    /// A member that has just lost its leader keeps what it was to write for seven seconds.
    static GatewayTransport::Options limits()
    {
        GatewayTransport::Options options;
        options.deadline = 1s;
        return options;
    }

    void write()
    {
        const QByteArray number = QByteArray::number(m_number++);
        m_client.put({.key = "k" + number, .value = number, .lease = {}})
            .then(&m_context, [this](const Result<PutReply> &reply) {
                m_written += reply.hasValue();
                QTimer::singleShot(reply ? 2 : 50, &m_context, [this] { write(); });
            });
    }

    Client m_client;
    QObject m_context;
    int m_number = 0;
    int m_written = 0;
};

/// Revision and key of every event up to that revision, with its value. Others may write on meanwhile.
QList<QByteArray> upTo(Revision end, const std::vector<Event> &events)
{
    QList<QByteArray> all;
    for (const Event &event : events) {
        if (event.kv.modRevision <= end)
            all += QByteArray::number(event.kv.modRevision.value) + ' ' + event.kv.key + ' ' + event.kv.value;
    }
    return all;
}

/// Who was lost is made up for; so much later.
bool isSoonEnough(const QElapsedTimer &since)
{
    return !isLongRun() || since.elapsed() <= 5000;
}

/// As the connection of a window has it.
Watch::Options ordinary()
{
    return {.prevKv = true};
}

} // namespace

/// A watch on one member of three, and what may befall that. How long it takes is printed. That it takes less
/// than five seconds is asked for in the long form only, as no busy machine promises it.
class TestEtcdCluster : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_cluster.start());
    }
    /// All as it was for the next one.
    void cleanup()
    {
        for (int i = 0; i < m_cluster.size(); ++i) {
            m_cluster.member(i).resume();
            QVERIFY(m_cluster.member(i).isRunning() || m_cluster.member(i).start());
        }
    }

    void itsMemberIsKilled_data()
    {
        QTest::addColumn<bool>("leads");
        if (isLongRun())
            QTest::newRow("a follower") << false;
        QTest::newRow("the leader") << true;
    }
    void itsMemberIsKilled()
    {
        QFETCH(bool, leads);
        const int leader = m_cluster.leader(0);
        QVERIFY(leader >= 0);
        const int lost = leads ? leader : (leader + 1) % 3;
        EtcdProcess &other = m_cluster.member((leader + 2) % 3);

        auto made = std::make_unique<GatewayTransport>(m_cluster.member(lost).parsedEndpoint().url);
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        WatchRecorder seen(&client, KeyRange::all(), ordinary());
        seen.watch.start(Revision(1));
        Writer writer(other.parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(seen.events.size() >= 50, 20'000);
        QCOMPARE(transport->address(), m_cluster.member(lost).parsedEndpoint().url);

        m_cluster.member(lost).kill();
        QElapsedTimer since;
        since.start();
        const std::size_t before = seen.events.size();
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.contains(State::Backoff), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.last() == State::Live, 60'000);
        qInfo("resumed %lld ms after the member was killed", since.elapsed());
        // Who leads is missed by all: the others have to elect one first.
        QVERIFY(isSoonEnough(since));
        QTRY_VERIFY_WITH_TIMEOUT(seen.events.size() >= before + 20, 60'000);
        qInfo("told of the next changes after %lld ms", since.elapsed());
        QVERIFY(transport->address() != m_cluster.member(lost).parsedEndpoint().url);
        expectAll(seen, other);
    }

    /// Who comes back is learned of again, and is one to go to when the next is lost.
    void oneAfterTheOther()
    {
        if (!isLongRun())
            QSKIP("takes long; see packaging/run-long-tests");
        auto made = std::make_unique<GatewayTransport>(m_cluster.member(0).parsedEndpoint().url);
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        WatchRecorder seen(&client, KeyRange::all(), ordinary());
        seen.watch.start(Revision(1));
        for (int round = 0; round < 3; ++round) {
            QTRY_VERIFY_WITH_TIMEOUT(seen.watch.state() == State::Live, 60'000);
            // Who is lost before the others are known of can only be waited for.
            QTRY_COMPARE_WITH_TIMEOUT(transport->addresses().size(), 3U, 20'000);
            const int now = m_cluster.memberAt(transport->address());
            QVERIFY(now >= 0);
            m_cluster.member(now).kill();
            EtcdProcess &other = m_cluster.member((now + 1) % 3);
            const Revision end = untilWritten(other);
            QTRY_VERIFY_WITH_TIMEOUT(seen.watch.deliveredRevision() >= end, 60'000);
            QVERIFY(m_cluster.member(now).start());
        }
        expectAll(seen, m_cluster.member(0));
    }

    void itsMemberLosesTheLeader()
    {
        const int leader = m_cluster.leader(0);
        QVERIFY(leader >= 0);
        const int kept = (leader + 1) % 3;
        EtcdProcess &member = m_cluster.member(kept);
        Client client(member.parsedEndpoint());
        WatchRecorder seen(&client, KeyRange::all(), ordinary());
        seen.watch.start(Revision(1));
        const auto writer = std::make_unique<Writer>(member.parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(seen.events.size() >= 50, 20'000);

        for (int i = 0; i < 3; ++i) {
            if (i != kept)
                m_cluster.member(i).pause();
        }
        QElapsedTimer since;
        since.start();
        // It does not stay silent: whoever watches is told that there is no leader.
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.contains(State::Backoff), 60'000);
        qInfo("told that there is no leader %lld ms after it was gone", since.elapsed());
        // What it has can still be read, by those who have chosen so.
        Client reader(member.parsedEndpoint());
        reader.setSerializableReads(true);
        QVERIFY(await(reader.range({.range = KeyRange::prefix("k"), .limit = 1})).hasValue());
        if (isLongRun()) {
            const qsizetype before = seen.states.size();
            QTRY_VERIFY_WITH_TIMEOUT(seen.states.size() >= before + 20, 120'000);
        }
        QVERIFY(seen.watch.state() != State::Closed && seen.watch.state() != State::Compacted);

        for (int i = 0; i < 3; ++i) {
            if (i != kept)
                m_cluster.member(i).resume();
        }
        since.start();
        const std::size_t before = seen.events.size();
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.last() == State::Live, 60'000);
        qInfo("resumed %lld ms after the others went on", since.elapsed());
        QTRY_VERIFY_WITH_TIMEOUT(seen.events.size() >= before + 20, 60'000);
        qInfo("told of the next changes after %lld ms", since.elapsed());
        expectAll(seen, member);
    }

    /// Who is there is told, and how they are; who is gone, too.
    void membersAreTold()
    {
        Client client(m_cluster.member(0).parsedEndpoint());
        const auto three = await(client.clusterState());
        QVERIFY(three.hasValue());
        QCOMPARE(three->members.size(), 3U);
        const auto leaders = [](const ClusterState &state) {
            return std::count_if(state.members.cbegin(), state.members.cend(),
                                 [](const MemberState &member) { return member.isLeader(); });
        };
        QCOMPARE(leaders(*three), 1);
        for (const MemberState &member : three->members) {
            QVERIFY2(member.status, qPrintable(member.error.detail));
            QVERIFY(!member.status->version.isEmpty() && member.status->dbSize > 0);
            QVERIFY(member.alarms.isEmpty() && !member.member.isLearner);
        }
        m_cluster.member(2).kill();
        const auto two = await(client.clusterState());
        QVERIFY(two.hasValue());
        QCOMPARE(two->members.size(), 3U);
        for (const MemberState &member : two->members) {
            QCOMPARE(member.status.has_value(), member.member.name != QLatin1String("m2"));
            QCOMPARE(member.error.detail.isEmpty(), member.status.has_value());
        }
    }

    void severalAddressesAreGiven()
    {
        const ConnectionOptions options = m_cluster.options();
        m_cluster.member(0).kill();
        auto made = std::make_unique<GatewayTransport>(options);
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        QVERIFY(await(client.range({.range = KeyRange::single("k")})).hasValue());
        QVERIFY(transport->address() != options.endpoint().url);
    }

    /// Nobody waits until a request has run out of time.
    void aHangingMemberIsLeft()
    {
        const int leader = m_cluster.leader(0);
        QVERIFY(leader >= 0);
        EtcdProcess *hanging = &m_cluster.member((leader + 1) % 3);
        EtcdProcess *other = &m_cluster.member((leader + 2) % 3);
        GatewayTransport::Options limits;
        limits.probing = 100ms;
        limits.choosing = 1s;
        limits.deadline = limits.rangeHead = 10min;
        ConnectionOptions options;
        options.endpoints = {hanging->parsedEndpoint(), other->parsedEndpoint()};
        auto made = std::make_unique<GatewayTransport>(options, limits);
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        QSignalSpy lost(&client, &Client::memberLost);
        WatchRecorder seen(&client, KeyRange::all(), ordinary());
        seen.watch.start({});
        QTRY_VERIFY_WITH_TIMEOUT(seen.watch.state() == State::Live, 60'000);
        // A member that was killed a moment ago may not have been ready when it was chosen.
        if (transport->address() != hanging->parsedEndpoint().url)
            std::swap(hanging, other);
        hanging->pause();
        QElapsedTimer since;
        since.start();
        const auto read = await(client.range({.range = KeyRange::single("k")}), 60'000);
        qInfo("read elsewhere %lld ms after the member hung", since.elapsed());
        QVERIFY2(read.hasValue(), qPrintable(read ? QString() : read.error().detail));
        QVERIFY(!lost.isEmpty());
        const Revision end = untilWritten(*other);
        QTRY_VERIFY_WITH_TIMEOUT(seen.watch.deliveredRevision() >= end, 60'000);
        QVERIFY(seen.compactions.isEmpty());
    }

    void itsMemberHangs()
    {
        if (!isLongRun())
            QSKIP("takes long; see packaging/run-long-tests");
        const int leader = m_cluster.leader(0);
        QVERIFY(leader >= 0);
        const int hanging = (leader + 1) % 3;
        EtcdProcess &other = m_cluster.member((leader + 2) % 3);
        // By the program's own limits.
        auto made =
            std::make_unique<GatewayTransport>(ConnectionOptions(m_cluster.member(hanging).parsedEndpoint()));
        const GatewayTransport *transport = made.get();
        Client client(std::move(made));
        WatchRecorder seen(&client, KeyRange::all(), ordinary());
        seen.watch.start(Revision(1));
        Writer writer(other.parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(seen.events.size() >= 50, 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(transport->addresses().size(), 3U, 20'000);

        m_cluster.member(hanging).pause();
        QElapsedTimer since;
        since.start();
        const int before = writer.written();
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.contains(State::Backoff), 60'000);
        QTRY_VERIFY_WITH_TIMEOUT(seen.states.last() == State::Live, 60'000);
        qInfo("resumed %lld ms after the member hung", since.elapsed());
        QVERIFY(isSoonEnough(since));
        QTRY_VERIFY_WITH_TIMEOUT(writer.written() >= before + 20, 60'000);
        expectAll(seen, other);
        m_cluster.member(hanging).resume();
        expectAll(seen, other);
    }

private:
    /// The revision of one more write, whatever the cluster is going through.
    static Revision untilWritten(EtcdProcess &member)
    {
        Revision written;
        (void)QTest::qWaitFor(
            [&] {
                written = member.put("end", "end");
                return written.value > 0;
            },
            60'000);
        return written;
    }

    static void expectAll(const WatchRecorder &seen, EtcdProcess &member)
    {
        const Revision end = untilWritten(member);
        QVERIFY(end.value > 0);
        QTRY_VERIFY_WITH_TIMEOUT(seen.watch.deliveredRevision() >= end, 60'000);
        QVERIFY(seen.compactions.isEmpty());
        // The history of the store itself is the truth.
        Client client(member.parsedEndpoint());
        WatchRecorder history(&client);
        history.watch.start(Revision(1));
        QTRY_VERIFY_WITH_TIMEOUT(history.watch.deliveredRevision() >= end, 60'000);
        QCOMPARE(upTo(end, seen.events), upTo(end, history.events));
    }

    EtcdCluster m_cluster;
};

QTEST_GUILESS_MAIN(TestEtcdCluster)
#include "tst_etcd_cluster.moc"
