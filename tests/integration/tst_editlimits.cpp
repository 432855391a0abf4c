// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commits against a real etcd: more than one transaction takes, and leases.
#include "core/connection/connection.h"
#include "tests/support/etcdprocess.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestEditLimits : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;

    EtcdProcess m_etcd;
    std::unique_ptr<Client> m_client;

    KeyState stateOf(const QByteArray &key)
    {
        const auto kv = m_etcd.get(key);
        return kv ? KeyState::of(*kv) : KeyState::absent();
    }
    static CommitReport commit(EditSession *edits)
    {
        QSignalSpy spy(edits, &EditSession::committed);
        edits->commit();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, Patience); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }
    LeaseId grant(qint64 seconds)
    {
        const auto reply = await(m_client->leaseGrant({.ttlSeconds = seconds}));
        return reply ? reply->id : LeaseId();
    }
    std::set<qint64> leases()
    {
        std::set<qint64> ids;
        const auto reply = await(m_client->leaseLeases());
        if (reply) {
            for (const LeaseId lease : reply->leases)
                ids.insert(lease.value);
        }
        return ids;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        m_client = std::make_unique<Client>(m_etcd.parsedEndpoint());
    }

    void hundredAndTwentyNineOperations()
    {
        EditSession session(m_client.get());
        std::vector<QByteArray> keys;
        for (int i = 0; i < 129; ++i) {
            keys.push_back("limit/" + QByteArray::number(i));
            QVERIFY(session.stageInsert(keys.back(), "v"));
        }
        QCOMPARE(session.plan().operationsOver(), size_t(1));
        const CommitReport refused = commit(&session);
        QCOMPARE(refused.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(refused.error.kind, ErrorKind::TooManyOperations);
        QVERIFY2(refused.error.detail.contains(QStringLiteral("129")), qPrintable(refused.error.detail));
        QVERIFY(!m_etcd.get(keys.front()));
        QCOMPARE(session.changes().size(), size_t(129));

        // By chosen parts, each a transaction of its own.
        QVERIFY(session.setLeftOut({keys.begin() + 100, keys.end()}, true));
        QCOMPARE(session.plan().operations(), size_t(100));
        const CommitReport first = commit(&session);
        QCOMPARE(first.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(first.written.size(), size_t(100));
        QCOMPARE(session.changes().size(), size_t(29));
        QVERIFY(!m_etcd.get(keys[100]));
        QVERIFY(session.setLeftOut({keys.begin() + 100, keys.end()}, false));
        const CommitReport second = commit(&session);
        QCOMPARE(second.outcome, CommitReport::Outcome::Committed);
        QVERIFY(session.isEmpty());
        for (size_t i = 0; i < keys.size(); ++i)
            QCOMPARE(m_etcd.get(keys[i])->modRevision, i < 100 ? first.revision : second.revision);
    }

    void eachPartIsGuarded()
    {
        const QByteArray a = "part/a";
        const QByteArray b = "part/b";
        m_etcd.put(a, "1");
        m_etcd.put(b, "1");
        EditSession session(m_client.get());
        session.stageValue(a, stateOf(a), "mine");
        session.stageValue(b, stateOf(b), "mine");
        QVERIFY(session.setLeftOut({b}, true));
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
        m_etcd.put(b, "theirs");
        QVERIFY(session.setLeftOut({b}, false));
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(stateOf(b).value, QByteArray("theirs"));
        QCOMPARE(session.find(b)->conflict->value, QByteArray("theirs"));
    }

    void theServerAllowsLess()
    {
        EtcdProcess small({QStringLiteral("--max-txn-ops"), QStringLiteral("16"),
                           QStringLiteral("--max-request-bytes"), QStringLiteral("10000")});
        QVERIFY(small.start());
        Client client(small.parsedEndpoint());
        EditSession session(&client);
        std::vector<QByteArray> keys;
        for (int i = 0; i < 17; ++i) {
            keys.push_back(QByteArray::number(i));
            session.stageInsert(keys.back(), "v");
        }
        // Nobody has said so: etcd refuses, and nothing is lost.
        CommitReport report = commit(&session);
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::TooManyOperations);
        QCOMPARE(session.changes().size(), size_t(17));
        session.setLimits({.operations = 16, .bytes = 10'000});
        QCOMPARE(session.plan().operationsOver(), size_t(1));
        session.setLeftOut({keys.front()}, true);
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);

        // The size is counted as etcd counts it, up to the few bytes of the number that it gives the request.
        session.revertAll();
        constexpr qint64 Limit = 10'000;
        session.stageInsert("large", QByteArray(9'000, 'x'));
        const auto rest = qsizetype(Limit - session.plan().bytes);
        session.stageInsert("large", QByteArray()); // again: it is there already
        session.stageValue("large", KeyState::absent(), QByteArray(9'000 + rest, 'x'));
        QCOMPARE(session.plan().bytes, Limit);
        QCOMPARE(session.plan().bytesOver(), qint64(0));
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
        session.stageInsert("larger", QByteArray(9'000 + rest + 24, 'x'));
        QVERIFY(session.plan().bytesOver() > 0);
        QCOMPARE(commit(&session).error.kind, ErrorKind::TooLarge);
        session.setLimits({.operations = 16, .bytes = 20'000});
        report = commit(&session);
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused); // by etcd itself
        QCOMPARE(report.error.kind, ErrorKind::TooLarge);
        QVERIFY(session.find("larger"));
    }

    void leasesAreKept()
    {
        const LeaseId lease = grant(3600);
        QVERIFY(lease.value != 0);
        const QByteArray key = "lease/kept";
        m_etcd.put(key, "0", lease);
        EditSession session(m_client.get());
        for (int i = 1; i <= 20; ++i) {
            session.stageValue(key, stateOf(key), QByteArray::number(i));
            QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
            QCOMPARE(stateOf(key).value, QByteArray::number(i));
            QCOMPARE(stateOf(key).lease, lease);
        }
        // Under another key as well.
        session.renameKey(key, stateOf(key), "lease/renamed", stateOf(key).value);
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
        QVERIFY(!stateOf(key).exists);
        QCOMPARE(stateOf("lease/renamed").lease, lease);
        // A lease that ran out meanwhile is no reason to write without one, unseen.
        session.stageValue("lease/renamed", stateOf("lease/renamed"), "after");
        QVERIFY(await(m_client->leaseRevoke(lease)));
        const CommitReport report = commit(&session);
        QVERIFY(report.outcome == CommitReport::Outcome::Conflict
                || report.outcome == CommitReport::Outcome::Refused);
        QVERIFY(session.find("lease/renamed"));
        QVERIFY(!stateOf("lease/renamed").exists);
    }

    void leasesAreChosen()
    {
        const LeaseId lease = grant(3600);
        const QByteArray a = "choice/a";
        const QByteArray b = "choice/b";
        const QByteArray c = "choice/c";
        m_etcd.put(a, "1", lease);
        m_etcd.put(b, "1");
        m_etcd.put(c, "1", lease);
        EditSession session(m_client.get());
        session.stageLease({{a, stateOf(a)}}, {.kind = LeaseChoice::Kind::None});
        session.stageLease({{b, stateOf(b)}}, {.kind = LeaseChoice::Kind::Existing, .lease = lease});
        session.stageValue(c, stateOf(c), "2");
        session.stageLease({{c, stateOf(c)}},
                           {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(900)});
        session.stageInsert("choice/d", "1");
        session.stageLease({{"choice/d", KeyState::absent()}},
                           {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(900)});
        const auto before = leases();
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(stateOf(a).lease, LeaseId());
        QCOMPARE(stateOf(a).value, QByteArray("1"));
        QCOMPARE(stateOf(b).lease, lease);
        QCOMPARE(stateOf(c).value, QByteArray("2"));
        QVERIFY(stateOf(c).lease.value != 0 && stateOf(c).lease != lease);
        QCOMPARE(stateOf("choice/d").lease, stateOf(c).lease);
        QCOMPARE(leases().size(), before.size() + 1);
        const auto granted = await(m_client->leaseTimeToLive(stateOf(c).lease));
        QVERIFY(granted);
        QCOMPARE(granted->grantedTtlSeconds, qint64(900));
    }

    void aLeaseForACommitThatFails()
    {
        const QByteArray key = "failing/a";
        m_etcd.put(key, "1");
        EditSession session(m_client.get());
        session.stageValue(key, stateOf(key), "mine");
        session.stageLease({{key, stateOf(key)}},
                           {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(777)});
        m_etcd.put(key, "theirs");
        const auto before = leases();
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Conflict);
        // It is not left behind.
        QTRY_COMPARE_WITH_TIMEOUT(leases(), before, Patience);
        QCOMPARE(stateOf(key).value, QByteArray("theirs"));
        session.keepMine(key);
        QCOMPARE(commit(&session).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(await(m_client->leaseTimeToLive(stateOf(key).lease))->grantedTtlSeconds, qint64(777));
    }
};

QTEST_GUILESS_MAIN(TestEditLimits)
#include "tst_editlimits.moc"
