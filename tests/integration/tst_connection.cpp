// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/memoryconnection.h" // slotKey()

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestConnection : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000; // for an etcd that starts again on a busy machine

    static QByteArray key(int number)
    {
        return slotKey(1, QByteArray::number(number).rightJustified(6, '0'));
    }

    /// Whether the table holds what a fresh read of its range gives, revisions and leases included.
    static bool isAsOnServer(const LiveTable &table, const EtcdProcess &etcd)
    {
        Client client(etcd.parsedEndpoint());
        const auto fresh = await(client.range({.range = table.range()}));
        if (!fresh || fresh->kvs.size() != table.rows().count())
            return false;
        const std::vector<RowId> &order = table.rows().keyOrder();
        for (size_t i = 0; i < order.size(); ++i) {
            const RowView row = table.rows().row(order[i]);
            const KeyValue &kv = fresh->kvs[i];
            if (row.key != kv.key || row.value != kv.value || row.modRevision != kv.modRevision
                || row.version != kv.version || row.lease != kv.lease)
                return false;
        }
        return true;
    }
    static CommitReport commit(EditSession *edits)
    {
        QSignalSpy spy(edits, &EditSession::committed);
        edits->commit();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, Patience); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }
    static KeyState stateOf(const LiveTable &table, const QByteArray &key)
    {
        const auto id = table.rows().find(key);
        return id ? KeyState::of(table.rows().row(*id).toKeyValue()) : KeyState::absent();
    }

private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }

    void killedAndRestartedWhileOthersWrite()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        for (int i = 0; i < 200; ++i)
            QVERIFY(etcd.put(key(i), "v").value > 0);
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        QSignalSpy reset(table.get(), &LiveTable::reset);

        QRandomGenerator random(5);
        const auto write = [&] {
            for (int i = 0; i < 60; ++i) {
                const QByteArray at = key(random.bounded(300));
                if (random.bounded(4) == 0)
                    etcd.remove(at);
                else
                    etcd.put(at, QByteArray::number(random.generate()));
            }
        };
        for (int round = 0; round < 3; ++round) {
            write();
            etcd.kill();
            QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Reconnecting, Patience);
            QVERIFY(table->rows().count() > 0); // what was loaded stays
            QVERIFY(etcd.start());
            write(); // before the watch is back, perhaps
            QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
            write();
            QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
            QCOMPARE(table->state(), LiveTable::State::Live);
            QCOMPARE(connection.directory()->find(Slot(1))->records,
                     static_cast<qint64>(table->rows().count()));
        }
        QCOMPARE(reset.size(), 0); // continued, not read again
    }

    void compactedWhileAway()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        for (int i = 0; i < 20; ++i)
            etcd.put(key(i), "v");
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        connection.edits()->stageValue(key(3), stateOf(*table, key(3)), "mine");
        connection.edits()->stageValue(key(4), stateOf(*table, key(4)), "mine");
        QSignalSpy reset(table.get(), &LiveTable::reset);

        etcd.kill();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Reconnecting, Patience);
        QVERIFY(etcd.start());
        etcd.put(key(3), "theirs");
        etcd.remove(key(7));
        const Revision last = etcd.put(key(100), "new");
        QVERIFY(etcd.compact(last));
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QTRY_VERIFY(connection.edits()->hasConflicts());
        QCOMPARE(connection.edits()->find(key(3))->conflict->value, QByteArray("theirs"));
        QVERIFY(!connection.edits()->find(key(4))->conflict);
        etcd.put(key(101), "and it goes on");
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
    }

    void theWatchFallsBehindACompaction()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        for (int i = 0; i < 20; ++i)
            etcd.put(key(i), "v");
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        QSignalSpy reset(table.get(), &LiveTable::reset);
        QSignalSpy compacted(connection.watch(), &Watch::compacted);
        // As if it had been away since a revision that is gone.
        const Revision last = etcd.put(key(100), "new");
        QVERIFY(etcd.compact(last));
        connection.watch()->start(Revision(2));
        QTRY_COMPARE_WITH_TIMEOUT(compacted.size(), 1, Patience);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QTRY_COMPARE_WITH_TIMEOUT(reset.size(), 1, Patience);
        etcd.put(key(101), "and it goes on");
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
        QCOMPARE(table->state(), LiveTable::State::Live);
    }

    void anotherClusterAtTheSameAddress()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        for (int i = 0; i < 50; ++i)
            etcd.put(key(i), "old");
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        // Just committed by us: that must not lie over other data later.
        connection.edits()->stageValue(key(1), stateOf(*table, key(1)), "mine");
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Committed);
        QTRY_COMPARE(stateOf(*table, key(1)).value, QByteArray("mine"));
        connection.edits()->stageValue(key(2), stateOf(*table, key(2)), "mine");

        etcd.kill();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Reconnecting, Patience);
        QVERIFY(etcd.wipe());
        QVERIFY(etcd.start());
        etcd.put(key(1), "other");
        etcd.put(key(2), "other");
        etcd.put(slotKey(9, "x"), "other");
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        const Revision last = etcd.put(key(3), "later");
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
        QCOMPARE(table->revision(), last);
        QCOMPARE(connection.revision(), last);
        QVERIFY(connection.directory()->find(Slot(9)));
        QCOMPARE(connection.directory()->find(Slot(1))->records, qint64(3));
        QVERIFY(!connection.edits()->settling(key(1)));
        QTRY_VERIFY(connection.edits()->hasConflicts());
        QCOMPARE(connection.edits()->find(key(2))->conflict->value, QByteArray("other"));
    }

    void etcdAwayAtTheStart()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        etcd.put(key(1), "v");
        etcd.kill();
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        const auto table = connection.table(KeyRange::slot(Slot(1))); // asked for before there is anything
        QTRY_VERIFY_WITH_TIMEOUT(!connection.error().detail.isEmpty(), Patience);
        QCOMPARE(connection.state(), Connection::State::Connecting);
        QVERIFY(etcd.start());
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QVERIFY(connection.error().detail.isEmpty());
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*table, etcd), Patience);
    }

    void oneThatHangsIsNoticed()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Connection connection(etcd.parsedEndpoint());
        connection.setPace(
            {.pulse = {.interval = std::chrono::milliseconds(100), .patience = std::chrono::seconds(1)}});
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QTRY_VERIFY_WITH_TIMEOUT(!connection.silentSince().isValid(), Patience);
        QSignalSpy states(&connection, &Connection::stateChanged);
        QSignalSpy silences(&connection, &Connection::silenceChanged);
        etcd.pause();
        QTRY_VERIFY_WITH_TIMEOUT(connection.silentSince().isValid(), Patience);
        etcd.resume();
        QTRY_VERIFY_WITH_TIMEOUT(!connection.silentSince().isValid(), Patience);
        QCOMPARE(connection.state(), Connection::State::Online);
        QVERIFY(states.isEmpty());
        QVERIFY(silences.size() >= 2);
    }

    void aConflictWritesNothing()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        etcd.put(key(1), "1");
        etcd.put(key(2), "2");
        Connection first(etcd.parsedEndpoint());
        Connection second(etcd.parsedEndpoint());
        first.open();
        second.open();
        QTRY_COMPARE_WITH_TIMEOUT(first.state(), Connection::State::Online, Patience);
        QTRY_COMPARE_WITH_TIMEOUT(second.state(), Connection::State::Online, Patience);
        const auto table = first.table(KeyRange::slot(Slot(1)));
        const auto other = second.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        QTRY_COMPARE(other->state(), LiveTable::State::Live);
        first.edits()->stageValue(key(1), stateOf(*table, key(1)), "first");
        first.edits()->stageDelete({{key(2), stateOf(*table, key(2))}});
        second.edits()->stageValue(key(1), stateOf(*other, key(1)), "second");
        // Both at once: one of them is told.
        QSignalSpy firstDone(first.edits(), &EditSession::committed);
        QSignalSpy secondDone(second.edits(), &EditSession::committed);
        first.edits()->commit();
        second.edits()->commit();
        QTRY_COMPARE_WITH_TIMEOUT(firstDone.size() + secondDone.size(), 2, Patience);
        const auto one = firstDone.first().first().value<CommitReport>().outcome;
        const auto two = secondDone.first().first().value<CommitReport>().outcome;
        QVERIFY((one == CommitReport::Outcome::Committed) != (two == CommitReport::Outcome::Committed));
        QVERIFY((one == CommitReport::Outcome::Conflict) != (two == CommitReport::Outcome::Conflict));
        const bool firstWon = one == CommitReport::Outcome::Committed;
        QCOMPARE(etcd.get(key(1))->value, QByteArray(firstWon ? "first" : "second"));
        QCOMPARE(etcd.get(key(2)).has_value(), !firstWon);
        EditSession *loser = firstWon ? second.edits() : first.edits();
        QCOMPARE(loser->find(key(1))->conflict->value, etcd.get(key(1))->value);
        QVERIFY(loser->keepMine(key(1)));
        QCOMPARE(commit(loser).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(etcd.get(key(1))->value, QByteArray(firstWon ? "second" : "first"));
        QTRY_VERIFY(isAsOnServer(*table, etcd));
        QTRY_VERIFY(isAsOnServer(*other, etcd));
    }

    void tooManyChangesAreRefusedAsAWhole()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        for (int i = 0; i < 129; ++i)
            connection.edits()->stageInsert(key(i), "v");
        const CommitReport report = commit(connection.edits());
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::TooManyOperations);
        QCOMPARE(connection.edits()->changes().size(), size_t(129));
        QVERIFY(!etcd.get(key(0)));
        connection.edits()->revert({key(128)});
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Committed);
        QTRY_COMPARE(table->rows().count(), size_t(128));
        QVERIFY(isAsOnServer(*table, etcd));
    }

    void leasesAreKept()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        const auto lease = await(client.leaseGrant({.ttlSeconds = 600, .id = {}}));
        QVERIFY(lease.hasValue());
        etcd.put(key(1), "1", lease->id);
        etcd.put(key(2), "2");
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        QCOMPARE(stateOf(*table, key(1)).lease, lease->id);
        connection.edits()->stageValue(key(1), stateOf(*table, key(1)), "one");
        connection.edits()->stageValue(key(2), stateOf(*table, key(2)), "two");
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(etcd.get(key(1))->value, QByteArray("one"));
        QCOMPARE(etcd.get(key(1))->lease, lease->id);
        QCOMPARE(etcd.get(key(2))->lease, LeaseId());
        // The lease's key went away meanwhile: a conflict, not an error.
        QTRY_COMPARE(stateOf(*table, key(1)).value, QByteArray("one"));
        connection.watch()->close(); // unseen
        connection.edits()->stageValue(key(1), stateOf(*table, key(1)), "again");
        etcd.remove(key(1));
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Conflict);
        QVERIFY(!connection.edits()->find(key(1))->conflict->exists);
        connection.edits()->keepMine(key(1));
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(etcd.get(key(1))->value, QByteArray("again"));
    }

    void aCommitWhileEtcdIsAway()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        etcd.put(key(1), "1");
        Connection connection(etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);
        connection.edits()->stageValue(key(1), stateOf(*table, key(1)), "one");
        etcd.kill();
        const CommitReport report = commit(connection.edits());
        QVERIFY(report.outcome == CommitReport::Outcome::Unknown
                || report.outcome == CommitReport::Outcome::Refused);
        QCOMPARE(connection.edits()->changes().size(), size_t(1));
        QVERIFY(etcd.start());
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        QVERIFY(!connection.edits()->hasConflicts());
        QCOMPARE(commit(connection.edits()).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(etcd.get(key(1))->value, QByteArray("one"));
    }

    void closedWhileEverythingIsUnderWay()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        for (int i = 0; i < 300; ++i)
            etcd.put(key(i), "v");
        for (int turns = 0; turns < 60; turns += 3) {
            auto connection = std::make_unique<Connection>(etcd.parsedEndpoint());
            connection->open();
            auto table = connection->table(KeyRange::slot(Slot(1)));
            connection->edits()->stageInsert(key(1000), "v");
            connection->edits()->commit();
            for (int turn = 0; turn < turns; ++turn)
                QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
            if (turns % 2 == 0)
                connection->close();
            connection.reset();
            QCoreApplication::processEvents();
            table.reset(); // outlives the connection, as in a tab that is just going
        }
        QVERIFY(etcd.isRunning());
    }
};

QTEST_GUILESS_MAIN(TestConnection)
#include "tst_connection.moc"
