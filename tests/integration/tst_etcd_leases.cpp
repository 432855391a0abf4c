// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"
#include "tests/support/await.h"
#include "tests/support/etcdprocess.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;
using Kind = LeaseChoice::Kind;

/// What becomes of leases in commits to a real etcd.
class TestEtcdLeases : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000; // on a busy machine
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<Connection> m_connection;

    EditSession *edits() const { return m_connection->edits(); }
    KeyState state(const QByteArray &key) const
    {
        const auto kv = m_etcd->get(key);
        return kv ? KeyState::of(*kv) : KeyState::absent();
    }
    LeaseId grant(qint64 seconds) const
    {
        Client client(m_etcd->parsedEndpoint());
        const auto lease = await(client.leaseGrant({.ttlSeconds = seconds}));
        return lease ? lease->id : LeaseId();
    }
    std::vector<LeaseId> leases() const
    {
        const auto all = await(m_connection->leases()->list());
        return all ? *all : std::vector<LeaseId>();
    }
    CommitReport commit(const Approval &approval = {}) const
    {
        QSignalSpy spy(edits(), &EditSession::committed);
        edits()->commit(approval);
        [&] { QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, Patience); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }

private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }
    void init()
    {
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        m_connection = std::make_unique<Connection>(m_etcd->parsedEndpoint());
        m_connection->open();
        QTRY_COMPARE_WITH_TIMEOUT(m_connection->state(), Connection::State::Online, Patience);
    }
    void cleanup()
    {
        m_connection.reset();
        m_etcd.reset();
    }

    void aLeaseStaysThroughEdits()
    {
        const LeaseId lease = grant(600);
        m_etcd->put("k", "1", lease);
        for (const char *value : {"2", "3", "4"}) {
            QVERIFY(edits()->stageValue("k", state("k"), value));
            QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
            QCOMPARE(state("k").value, QByteArray(value));
            QCOMPARE(state("k").lease, lease);
        }
        QCOMPARE(leases(), std::vector {lease});
    }

    void aNewLeaseIsGrantedForAllThatChooseItsTime()
    {
        m_etcd->put("a", "1");
        QVERIFY(edits()->stageInsert("n", "new"));
        const LeaseChoice choice {.kind = Kind::New, .ttl = 500s};
        QVERIFY(edits()->stageLease({{"a", state("a")}, {"n", KeyState::absent()}}, choice));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        const LeaseId lease = state("a").lease;
        QVERIFY(lease.value != 0);
        QCOMPARE(state("n").lease, lease);
        QCOMPARE(state("a").value, QByteArray("1"));
        QCOMPARE(leases(), std::vector {lease});
        QSignalSpy changed(m_connection->leases(), &LeaseBook::changed);
        QVERIFY(!m_connection->leases()->info(lease, true));
        QTRY_COMPARE_WITH_TIMEOUT(changed.size(), 1, Patience);
        const auto info = m_connection->leases()->info(lease, true);
        QCOMPARE(info->granted, 500s);
        QCOMPARE(*info->keys, 2);
        QVERIFY(info->remaining > 400s && info->remaining <= 500s);
    }

    void anExistingLeaseIsTakenAndLeft()
    {
        const LeaseId first = grant(600);
        const LeaseId second = grant(600);
        m_etcd->put("k", "1", first);
        QVERIFY(edits()->stageLease({{"k", state("k")}}, {.kind = Kind::Existing, .lease = second}));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(state("k").lease, second);
        QVERIFY(edits()->stageLease({{"k", state("k")}}, {.kind = Kind::None}));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(state("k").lease, LeaseId());
        QCOMPARE(state("k").value, QByteArray("1"));
        // It outlives what it hung on before.
        QVERIFY(await(m_connection->client()->leaseRevoke(second)).hasValue());
        QVERIFY(state("k").exists);
    }

    void aLeaseThatIsGoneIsSaid()
    {
        const LeaseId lease = grant(600);
        m_etcd->put("k", "1");
        QVERIFY(edits()->stageLease({{"k", state("k")}}, {.kind = Kind::Existing, .lease = lease}));
        QVERIFY(await(m_connection->client()->leaseRevoke(lease)).hasValue());
        const CommitReport report = commit();
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::NotFound);
        QCOMPARE(edits()->changes().size(), size_t(1));
        QCOMPARE(state("k").lease, LeaseId());
    }

    void aCommitThatFailsLeavesNoLease()
    {
        m_etcd->put("k", "1");
        const KeyState seen = state("k");
        m_etcd->put("k", "theirs");
        // Without a watch: it sees nothing of what others do.
        Client client(m_etcd->parsedEndpoint());
        SafetyGate gate;
        client.setGate(&gate);
        EditSession session(&client);
        QVERIFY(session.stageValue("k", seen, "mine"));
        QVERIFY(session.stageLease({{"k", seen}}, {.kind = Kind::New, .ttl = 600s}));
        gate.setLevel(SafetyLevel::Confirm);
        const CommitPlan plan = session.plan();
        QSignalSpy committed(&session, &EditSession::committed);
        session.commit();
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        QCOMPARE(committed.last().first().value<CommitReport>().error.kind, ErrorKind::Unconfirmed);
        session.commit(Approval::of(plan.request, plan.newLeases()));
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 2, Patience);
        QCOMPARE(committed.last().first().value<CommitReport>().outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(state("k").value, QByteArray("theirs"));
        QTRY_VERIFY_WITH_TIMEOUT(leases().empty(), Patience);
    }

    void guardedCommitsWithANewLease()
    {
        SafetyGate *safety = m_connection->safety();
        safety->setClusterName(QStringLiteral("orders"));
        safety->setLevel(SafetyLevel::Guarded);
        QVERIFY(safety->unlock(5min));
        QVERIFY(edits()->stageInsert("n", "1"));
        QVERIFY(edits()->stageLease({{"n", KeyState::absent()}}, {.kind = Kind::New, .ttl = 1s}));
        const CommitPlan plan = edits()->plan();
        const auto typed = [&plan](const char *name) {
            return Approval::of(plan.request, plan.newLeases(), QString::fromLatin1(name));
        };
        QCOMPARE(commit(typed("order")).error.kind, ErrorKind::Unconfirmed);
        QCOMPARE(leases().size(), size_t(0));
        // The server grants a longer time than a second; it is the lease that was shown all the same.
        QCOMPARE(commit(typed("orders")).outcome, CommitReport::Outcome::Committed);
    }
};

QTEST_GUILESS_MAIN(TestEtcdLeases)
#include "tst_etcd_leases.moc"
