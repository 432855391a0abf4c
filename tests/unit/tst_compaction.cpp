// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/compactionmonitor.h"
#include "core/history/compactionpreview.h"
#include "tests/support/await.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestCompaction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNoticedWithTheTraffic()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 20; ++i)
            etcd.put("k", QByteArray::number(i));
        MemoryClient memory(&etcd);
        CompactionMonitor monitor(&memory.client);
        QSignalSpy known(&monitor, &CompactionMonitor::known);
        QSignalSpy compacted(&monitor, &CompactionMonitor::compacted);
        monitor.setInterval(std::chrono::milliseconds(0));
        QCOMPARE(monitor.revision(), Revision());
        monitor.noteTraffic();
        QTRY_COMPARE(known.size(), 1);
        QCOMPARE(monitor.revision(), Revision(1));

        etcd.compact(Revision(7));
        monitor.noteTraffic();
        QTRY_COMPARE(compacted.size(), 1);
        QCOMPARE(compacted.front().front().value<Revision>(), Revision(7));
        QCOMPARE(monitor.revision(), Revision(7));

        // Nothing new is not told.
        const int requests = etcd.requests();
        monitor.noteTraffic();
        QTRY_VERIFY(etcd.requests() >= requests + 2);
        etcd.compact(Revision(8));
        monitor.check();
        QTRY_COMPARE(compacted.size(), 2);
        QCOMPARE(known.size(), 1);
        QCOMPARE(monitor.revision(), Revision(8));
    }

    void isNotAskedForAllTheTime()
    {
        MemoryEtcd etcd;
        MemoryClient memory(&etcd);
        CompactionMonitor monitor(&memory.client);
        QSignalSpy known(&monitor, &CompactionMonitor::known);
        monitor.setInterval(std::chrono::hours(1));
        monitor.noteTraffic();
        QTRY_COMPARE(known.size(), 1);
        const int requests = etcd.requests();
        monitor.noteTraffic();
        monitor.noteTraffic();
        QCoreApplication::processEvents();
        QCOMPARE(etcd.requests(), requests);
    }

    void lossesAreCountedBySlot()
    {
        MemoryEtcd etcd;
        const QByteArray one = slotKey(1, "a");
        const QByteArray two = slotKey(2, "b");
        etcd.put(one, "1"); // 2
        etcd.put(one, "2"); // 3
        etcd.put(two, "1"); // 4
        etcd.remove(two); // 5
        etcd.put("x", "1"); // 6
        etcd.put(one, "3"); // 7
        MemoryClient memory(&etcd);
        CompactionPreview preview(&memory.client);
        preview.start({}, Revision(6));
        QCOMPARE(preview.state(), CompactionPreview::State::Counting);
        QTRY_COMPARE(preview.state(), CompactionPreview::State::Complete);
        QCOMPARE(preview.losses().at(Slot(1)).versions, 1);
        QCOMPARE(preview.losses().at(Slot(1)).records, 1);
        QCOMPARE(preview.losses().at(Slot(1)).deleted, 0);
        QCOMPARE(preview.losses().at(Slot(2)).versions, 1);
        QCOMPARE(preview.losses().at(Slot(2)).deleted, 1);
        QVERIFY(!preview.losses().contains(std::nullopt));
        QCOMPARE(preview.total().versions, 2);
        QCOMPARE(preview.progress(), 1.0);

        preview.start({}, etcd.revision());
        QTRY_COMPARE(preview.state(), CompactionPreview::State::Complete);
        QCOMPARE(preview.total().versions, 3);
    }

    void whatIsGoneAlreadyIsNotLost()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 10; ++i)
            etcd.put(slotKey(1, "a"), QByteArray::number(i)); // 2 … 11
        etcd.compact(Revision(6));
        MemoryClient memory(&etcd);
        CompactionPreview preview(&memory.client);
        preview.start({}, etcd.revision()); // of the compaction it hears on the way
        QTRY_COMPARE(preview.state(), CompactionPreview::State::Complete);
        QCOMPARE(preview.total().versions, 5);
        preview.start(Revision(6), Revision(6));
        QCOMPARE(preview.state(), CompactionPreview::State::Complete);
        QCOMPARE(preview.total().versions, 0);
    }

    void doesNotStartOverForEver()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 200; ++i)
            etcd.put("k", QByteArray::number(i));
        // The one that answers has forgotten less than was known, and yet not what it is asked for.
        etcd.setForgetful(true);
        const Revision upTo(etcd.revision().value + 1000);
        MemoryClient memory(&etcd);
        CompactionPreview preview(&memory.client);
        preview.start({}, upTo);
        QTRY_VERIFY(preview.state() != CompactionPreview::State::Counting);
        QCOMPARE(preview.state(), CompactionPreview::State::Failed);
        QCOMPARE(preview.error().kind, ErrorKind::Compacted);
    }

    void whatIsLostAgainAndAgainIsNotReadAnewAtOnce()
    {
        MemoryEtcd etcd;
        etcd.put("k", "v");
        etcd.setForgetful(true);
        Connection connection(*Endpoint::parse(QStringLiteral("http://127.0.0.1:2379")), etcd.transport());
        const std::chrono::hours ages(1);
        connection.setPace({.firstRetry = ages, .longestRetry = ages, .lasting = ages});
        QSignalSpy lost(connection.watch(), &Watch::compacted);
        connection.open();
        QTRY_VERIFY(lost.size() >= 2);
        for (int i = 0; i < 50; ++i) // as many turns as would do for reading all of it again
            QVERIFY(await(connection.client()->status()));
        QCOMPARE(lost.size(), 2);
        QCOMPARE(connection.state(), Connection::State::Reconnecting);
        QCOMPARE(connection.error().kind, ErrorKind::Compacted);
        connection.retryNow();
        QTRY_COMPARE(lost.size(), 3);
        etcd.setForgetful(false);
        connection.retryNow();
        QTRY_COMPARE(connection.state(), Connection::State::Online);

        // After a watch that has lasted it is.
        connection.setPace({.firstRetry = ages, .longestRetry = ages, .lasting = {}});
        etcd.setForgetful(true);
        etcd.setAway(true);
        etcd.setAway(false);
        QTRY_VERIFY(lost.size() >= 6);
    }

    void failsWhereNobodyAnswers()
    {
        MemoryEtcd etcd;
        etcd.put("k", "v");
        etcd.setAway(true);
        MemoryClient memory(&etcd);
        CompactionPreview preview(&memory.client);
        preview.start({}, etcd.revision());
        QTRY_COMPARE(preview.state(), CompactionPreview::State::Failed);
        QCOMPARE(preview.error().kind, ErrorKind::Network);
    }

    /// What is counted is what can be read before the compaction and no longer after it.
    void equalsWhatGoes_data()
    {
        QTest::addColumn<quint32>("seed");
        for (quint32 seed = 1; seed <= 20; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void equalsWhatGoes()
    {
        QFETCH(quint32, seed);
        QRandomGenerator random(seed);
        MemoryEtcd etcd;
        std::map<QByteArray, std::vector<std::pair<qint64, bool>>> journal; // revision, a put
        for (int i = 0; i < 300; ++i) {
            const QByteArray key =
                slotKey(static_cast<quint16>(random.bounded(3)), QByteArray::number(random.bounded(5)));
            const bool put = !etcd.keys().contains(key) || random.bounded(4) > 0;
            journal[key].emplace_back((put ? etcd.put(key, "v") : etcd.remove(key)).value, put);
        }
        const qint64 before = random.bounded(1, 150);
        const qint64 upTo = random.bounded(before, etcd.revision().value + 1);
        // Of each key a compaction leaves what comes after its revision, and what the key was then.
        const auto left = [](const std::vector<std::pair<qint64, bool>> &versions, qint64 compacted) {
            qint64 count = 0;
            for (size_t i = 0; i < versions.size(); ++i) {
                const bool isLast = i + 1 == versions.size() || versions[i + 1].first > compacted;
                if (versions[i].second && (versions[i].first > compacted || isLast))
                    ++count;
            }
            return count;
        };
        HistoryLoss expected;
        for (const auto &[key, versions] : journal) {
            const qint64 lost = left(versions, before) - left(versions, upTo);
            expected.versions += lost;
            expected.records += lost > 0 ? 1 : 0;
            const auto after = std::find_if(versions.cbegin(), versions.cend(),
                                            [upTo](const auto &version) { return version.first > upTo; });
            if (lost > 0 && after != versions.cbegin() && !std::prev(after)->second)
                ++expected.deleted;
        }
        if (before > 1)
            etcd.compact(Revision(before));
        MemoryClient memory(&etcd);
        CompactionPreview preview(&memory.client);
        preview.start(Revision(before), Revision(upTo));
        QTRY_COMPARE(preview.state(), CompactionPreview::State::Complete);
        QCOMPARE(preview.total().versions, expected.versions);
        QCOMPARE(preview.total().records, expected.records);
        QCOMPARE(preview.total().deleted, expected.deleted);
    }
};

QTEST_GUILESS_MAIN(TestCompaction)
#include "tst_compaction.moc"
