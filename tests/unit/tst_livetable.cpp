// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/livetable.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestLiveTable : public QObject
{
    Q_OBJECT

    static bool equals(const LiveTable &table, const MemoryEtcd &etcd)
    {
        std::map<QByteArray, QByteArray> expected;
        for (const auto &[key, kv] : etcd.keys()) {
            if (table.range().contains(key))
                expected[key] = kv.value;
        }
        std::map<QByteArray, QByteArray> actual;
        for (const RowId id : table.rows().keyOrder())
            actual[table.rows().row(id).key.toByteArray()] = table.rows().row(id).value.toByteArray();
        return expected == actual && actual.size() == table.rows().count();
    }

    static QByteArray numbered(int number)
    {
        return slotKey(1, QByteArray::number(number).rightJustified(6, '0'));
    }
    /// More than comes at once.
    static void fill(MemoryEtcd *etcd, int records)
    {
        for (int i = 0; i < records; ++i)
            etcd->put(numbered(i), QByteArray(2000, 'v'));
    }

    /// 5,000 records that are watched, and a table that has not read any of them.
    struct FilledTable
    {
        MemoryEtcd etcd;
        MemoryClient memory {&etcd};
        LiveTable table {&memory.client, &memory.watch, KeyRange::slot(Slot(1))};

        FilledTable()
        {
            fill(&etcd, 5000);
            memory.watch.start(Revision(etcd.revision().value + 1));
        }
    };

private Q_SLOTS:
    void loadsInPagesAndFollows()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 1000; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), QByteArray::number(i));
        etcd.put(slotKey(2, "x"), "elsewhere");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        QSignalSpy pages(&table, &LiveTable::appended);
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QCOMPARE(table.state(), LiveTable::State::Loading);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(pages.size() > 1);
        QVERIFY(equals(table, etcd));
        QCOMPARE(table.progress().total, qint64(1000));

        QSignalSpy changed(&table, &LiveTable::changed);
        etcd.write({{slotKey(1, "7"), "seven"},
                    {slotKey(1, "new"), "n"},
                    {slotKey(1, "8"), QByteArray()},
                    {slotKey(2, "y"), "no"}});
        QTRY_COMPARE(changed.size(), 1);
        const auto delta = changed.first().first().value<TableDelta>();
        QCOMPARE(delta.updated.size(), size_t(1));
        QCOMPARE(delta.inserted.size(), size_t(1));
        QCOMPARE(delta.removed.size(), size_t(1));
        QVERIFY(equals(table, etcd));
        QCOMPARE(table.revision(), etcd.revision());
    }

    void changesDuringTheLoadAreNeitherMissedNorDoubled()
    {
        MemoryEtcd etcd;
        QRandomGenerator random(3);
        for (int i = 0; i < 3000; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), QByteArray(100, 'x'));
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        // A writer between any two pages.
        const auto disturb = [&] {
            for (int i = 0; i < 20; ++i) {
                const QByteArray key = slotKey(1, QByteArray::number(random.bounded(4000)));
                if (random.bounded(3) == 0 && etcd.keys().contains(key))
                    etcd.remove(key);
                else
                    etcd.put(key, QByteArray::number(random.bounded(1000)));
            }
        };
        connect(&table, &LiveTable::appended, &table, disturb);
        disturb();
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QTRY_VERIFY(equals(table, etcd));
    }

    void survivesAnEtcdThatGoesAway()
    {
        MemoryEtcd etcd;
        etcd.put(slotKey(1, "a"), "1");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        etcd.setAway(true);
        QTRY_COMPARE(table.state(), LiveTable::State::Reconnecting);
        QCOMPARE(table.rows().count(), size_t(1));
        etcd.put(slotKey(1, "b"), "2");
        etcd.setAway(false);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QTRY_VERIFY(equals(table, etcd));
    }

    void aFailedLoadSaysSoAndRecovers()
    {
        MemoryEtcd etcd;
        etcd.put(slotKey(1, "a"), "1");
        MemoryClient memory(&etcd);
        memory.watch.start(Revision(etcd.revision().value + 1));
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        etcd.setAway(true);
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Failed);
        QCOMPARE(table.error().kind, ErrorKind::Network);
        etcd.setAway(false);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(equals(table, etcd));
    }

    void aReloadKeepsTheRowsUntilTheNewOnesAreThere()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 300; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QSignalSpy reset(&table, &LiveTable::reset);
        table.reload();
        etcd.put(slotKey(1, "late"), "v");
        QCOMPARE(table.rows().count(), size_t(300));
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QCOMPARE(reset.size(), 1);
        QTRY_VERIFY(equals(table, etcd));
    }

    void compactionDuringTheLoadStartsItOver()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 1000; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        int disturbed = 0;
        connect(&table, &LiveTable::appended, &table, [&] {
            if (disturbed++ > 0)
                return;
            etcd.put(slotKey(1, "5"), "changed");
            etcd.compact();
        });
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(disturbed > 1);
        QTRY_VERIFY(equals(table, etcd));
    }

    void whilePausedNothingMovesAndNothingIsLost()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 300; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        const Revision paused = table.revision();
        table.setPaused(true);
        QSignalSpy changed(&table, &LiveTable::changed);
        QSignalSpy waiting(&table, &LiveTable::waitingChanged);
        etcd.put(slotKey(1, "7"), "seven");
        etcd.put(slotKey(1, "7"), "SEVEN");
        etcd.put(slotKey(1, "new"), "n");
        etcd.put(slotKey(1, "brief"), "b");
        etcd.remove(slotKey(1, "brief"));
        etcd.put(slotKey(2, "elsewhere"), "e");
        etcd.remove(slotKey(1, "8"));
        etcd.put(slotKey(1, "8"), "eight again");
        etcd.remove(slotKey(1, "9"));
        QTRY_COMPARE(table.waitingEvents(), qint64(8));
        QCOMPARE(table.waitingKeys(), qsizetype(5));
        QTRY_VERIFY(waiting.size() > 0);
        QCOMPARE(changed.size(), 0);
        QCOMPARE(table.rows().count(), size_t(300));
        QCOMPARE(table.revision(), paused);
        QVERIFY(!table.isReloadWaiting());

        table.setPaused(false);
        QCOMPARE(changed.size(), 1);
        const auto delta = changed.first().first().value<TableDelta>();
        QCOMPARE(delta.inserted.size(), size_t(1));
        QCOMPARE(delta.updated.size(), size_t(2));
        QCOMPARE(delta.removed.size(), size_t(1));
        QVERIFY(equals(table, etcd));
        QCOMPARE(table.revision(), etcd.revision());
        QCOMPARE(table.waitingEvents(), qint64(0));
        etcd.put(slotKey(1, "later"), "l");
        QTRY_VERIFY(equals(table, etcd));
    }

    void aGapDuringAPauseIsReadWhenItEnds()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 300; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        table.setPaused(true);
        etcd.setAway(true);
        QTRY_COMPARE(table.state(), LiveTable::State::Reconnecting);
        etcd.remove(slotKey(1, "5"));
        etcd.put(slotKey(1, "6"), "six");
        etcd.compact();
        etcd.setAway(false);
        QTRY_COMPARE(memory.watch.state(), Watch::State::Compacted);
        // As the connection does it.
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.reload();
        QVERIFY(table.isReloadWaiting());
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        QCOMPARE(table.rows().count(), size_t(300));
        etcd.put(slotKey(1, "7"), "seven");
        QTRY_COMPARE(table.waitingEvents(), qint64(1));
        table.setPaused(false);
        QVERIFY(!table.isReloadWaiting());
        QTRY_VERIFY(equals(table, etcd));
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
    }

    void aPauseWithinAReloadKeepsTheRowsAndReadsThemLater()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 300; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        table.setPaused(true); // of no matter for a first load
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QCOMPARE(table.rows().count(), size_t(300));
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        table.setPaused(false);
        QSignalSpy reset(&table, &LiveTable::reset);
        table.reload();
        QCOMPARE(table.state(), LiveTable::State::Loading);
        table.setPaused(true);
        QCOMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isReloadWaiting());
        etcd.put(slotKey(1, "late"), "l");
        QTRY_COMPARE(table.waitingEvents(), qint64(1));
        QCOMPARE(reset.size(), 0);
        QCOMPARE(table.rows().count(), size_t(300));
        table.setPaused(false);
        QTRY_VERIFY(equals(table, etcd));
        QCOMPARE(reset.size(), 1);
    }

    void stopsAtItsLimitAndGoesOnWhenTold()
    {
        FilledTable filled;
        MemoryEtcd &etcd = filled.etcd;
        LiveTable &table = filled.table;
        const auto key = &TestLiveTable::numbered;
        QTRY_COMPARE(filled.memory.watch.state(), Watch::State::Live);
        table.setLimit({.rows = 1000});
        table.setExpectation(5000);
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isPartial());
        const size_t loaded = table.rows().count();
        QVERIFY(loaded >= 1000);
        QVERIFY(loaded < 5000);
        QTRY_COMPARE(table.recordCount(), qint64(5000));
        QVERIFY(table.covers(key(int(loaded) - 1)));
        QVERIFY(!table.covers(key(int(loaded))));

        // It is live as far as it goes, and knows how many there are behind that.
        etcd.put(key(0), "changed");
        etcd.put(key(4999), "changed");
        etcd.put(key(5000), "new");
        etcd.put(key(5001), "new");
        etcd.remove(key(4998));
        QTRY_COMPARE(table.recordCount(), qint64(5001));
        QTRY_COMPARE(table.rows().row(*table.rows().find(key(0))).value.toByteArray(), QByteArray("changed"));
        QCOMPARE(table.rows().count(), loaded);

        // What happens to either part while more is loaded is in it.
        bool isDisturbed = false;
        connect(&table, &LiveTable::appended, &table, [&] {
            if (std::exchange(isDisturbed, true))
                return;
            etcd.remove(key(1));
            etcd.put(key(2), "changed");
            etcd.remove(key(int(loaded)));
            etcd.put(key(int(loaded) + 1), "changed");
            etcd.put(key(6000), "new");
        });
        table.loadMore(true);
        QCOMPARE(table.state(), LiveTable::State::Loading);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(isDisturbed);
        QVERIFY(!table.isPartial());
        QTRY_VERIFY(equals(table, etcd));
        QCOMPARE(table.recordCount(), qint64(etcd.keys().size()));
    }

    void stopsWhenTold()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 5000; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        MemoryClient memory(&etcd);
        LiveTable table(&memory.client, &memory.watch, KeyRange::slot(Slot(1)));
        memory.watch.start(Revision(etcd.revision().value + 1));
        QTRY_COMPARE(memory.watch.state(), Watch::State::Live);
        table.setExpectation(5000);
        // In the midst of rows that come, it is behind these.
        connect(&table, &LiveTable::appended, &table, &LiveTable::stopLoading);
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isPartial());
        QTRY_COMPARE(table.recordCount(), qint64(5000));
        table.disconnect(&table);
        // Until all is there, each time as much as the limit says.
        table.setLimit({.rows = 1000});
        for (int times = 0; table.isPartial() && times < 10; ++times) {
            const size_t before = table.rows().count();
            table.loadMore();
            QTRY_COMPARE(table.state(), LiveTable::State::Live);
            QVERIFY(table.rows().count() > before);
        }
        QVERIFY(!table.isPartial());
        QVERIFY(equals(table, etcd));
    }

    void aStopBeforeAnythingCameIsMeantForTheFirstRows()
    {
        FilledTable filled;
        LiveTable &table = filled.table;
        QTRY_COMPARE(filled.memory.watch.state(), Watch::State::Live);
        table.setExpectation(5000);
        table.reload();
        QVERIFY(table.canStopLoading());
        table.stopLoading();
        QVERIFY(!table.canStopLoading());
        QCOMPARE(table.state(), LiveTable::State::Loading);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isPartial());
        const size_t stopped = table.rows().count();
        QVERIFY(stopped > 0);
        QTRY_COMPARE(table.recordCount(), qint64(5000));

        // Read again it is about as much, since nobody asked for more.
        table.reload();
        QVERIFY(table.isReadingAnew());
        QVERIFY(!table.canStopLoading());
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isPartial());
        QVERIFY(table.rows().count() >= stopped);
        QVERIFY(!table.interruption());
    }

    void worksOnAWindowOfItsRange()
    {
        FilledTable filled;
        MemoryEtcd &etcd = filled.etcd;
        LiveTable &table = filled.table;
        QTRY_COMPARE(filled.memory.watch.state(), Watch::State::Live);
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(!table.isPartial());

        table.setLimit({.rows = 500});
        QSignalSpy reset(&table, &LiveTable::reset);
        table.startAt(numbered(100));
        QVERIFY(reset.size() > 0);
        QCOMPARE(table.rows().count(), size_t(0));
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        const size_t loaded = table.rows().count();
        QVERIFY(loaded >= 500 && loaded < 4900);
        QCOMPARE(table.rows().row(table.rows().keyOrder().front()).key.toByteArray(), numbered(100));
        QVERIFY(!table.covers(numbered(99)));
        QVERIFY(table.covers(numbered(100)));
        QVERIFY(!table.covers(numbered(4999)));
        QTRY_COMPARE(table.recordCount(), qint64(5000));

        // What happens before it and behind it is counted, and what happens in it is shown.
        etcd.remove(numbered(0));
        etcd.remove(numbered(1));
        etcd.put(numbered(6000), "new");
        etcd.put(numbered(2), "changed");
        etcd.put(numbered(100), "changed");
        QTRY_COMPARE(table.rows().row(*table.rows().find(numbered(100))).value.toByteArray(),
                     QByteArray("changed"));
        QTRY_COMPARE(table.recordCount(), qint64(4999));
        QCOMPARE(table.rows().count(), loaded);

        table.loadMore(true);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(!table.rowsEnd());
        QVERIFY(table.isPartial());
        QTRY_COMPARE(table.recordCount(), qint64(4999));
        QCOMPARE(table.rows().count(), size_t(4901));

        // A key that is not of the range changes nothing; none at all leads back to the beginning.
        table.startAt(slotKey(2, "x"));
        QCOMPARE(table.rowsBegin(), numbered(100));
        table.setLimit({});
        table.startAt({});
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(!table.isPartial());
        QVERIFY(equals(table, etcd));
        QCOMPARE(table.recordCount(), qint64(4999));
    }

    void saysWhatCameInTheWay()
    {
        FilledTable filled;
        MemoryEtcd &etcd = filled.etcd;
        LiveTable &table = filled.table;
        QTRY_COMPARE(filled.memory.watch.state(), Watch::State::Live);
        table.setLimit({.rows = 500});
        table.setExpectation(5000);
        table.reload();
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.isPartial());
        QVERIFY(!table.interruption());

        etcd.setAway(true);
        QTRY_COMPARE(table.state(), LiveTable::State::Reconnecting);
        table.loadMore(true);
        QTRY_COMPARE(table.state(), LiveTable::State::Reconnecting);
        QVERIFY(table.interruption());
        QCOMPARE(table.interruption()->kind, ErrorKind::Network);
        etcd.setAway(false);
        QTRY_COMPARE(table.state(), LiveTable::State::Live);
        QVERIFY(table.interruption()); // the rest is still not there

        // Compacted away in the middle of it: what came until then stays.
        bool isCompacted = false;
        const QObject context;
        connect(&table, &LiveTable::appended, &context, [&] {
            if (std::exchange(isCompacted, true))
                return;
            etcd.put(numbered(0), "changed");
            etcd.compact();
        });
        table.loadMore(true);
        QVERIFY(!table.interruption());
        QTRY_VERIFY(table.state() == LiveTable::State::Live && isCompacted);
        if (table.isPartial())
            QCOMPARE(table.interruption()->kind, ErrorKind::Compacted);
        table.loadMore(true);
        QTRY_VERIFY(!table.isPartial());
        QVERIFY(!table.interruption());
        QTRY_VERIFY(equals(table, etcd));
    }
};

QTEST_GUILESS_MAIN(TestLiveTable)
#include "tst_livetable.moc"
