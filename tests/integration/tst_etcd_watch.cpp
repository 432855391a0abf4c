// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/watchrecorder.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

using State = Watch::State;

class TestEtcdWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }

    void seesPutsAndDeletesFromARevisionOn()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        etcd.put("a", "before");
        const Revision from = etcd.put("a", "1");
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(from);
        QCOMPARE(seen.watch.state(), State::Connecting);
        QTRY_COMPARE(seen.watch.state(), State::Live);
        QTRY_COMPARE(seen.events.size(), std::size_t {1});
        const Revision removed = etcd.remove("a");
        QTRY_COMPARE(seen.events.size(), std::size_t {2});
        QCOMPARE(seen.events[0].kv.value, QByteArray("1"));
        QVERIFY(!seen.events[0].isCreate());
        QCOMPARE(seen.events[0].prevKv.value().value, QByteArray("before"));
        QCOMPARE(seen.events[1].type, EventType::Delete);
        QCOMPARE(seen.events[1].kv.modRevision, removed);
        QCOMPARE(seen.events[1].prevKv.value().value, QByteArray("1"));
        QCOMPARE(seen.watch.deliveredRevision(), removed);
    }

    void seesOnlyItsRange()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client, KeyRange::slot(Slot(0xffff)));
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        etcd.put("plain", "x");
        etcd.put(QByteArray("\xff\xfe\xff", 3), "x");
        const Revision wanted = etcd.put(QByteArray("\xff\xff", 2), "two bytes");
        QTRY_COMPARE(seen.events.size(), std::size_t {1});
        QCOMPARE(seen.events[0].kv.modRevision, wanted);
    }

    void aTransactionArrivesAtOnce()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        TxnRequest txn;
        for (int i = 0; i < 100; ++i)
            txn.success.push_back(
                {PutRequest {.key = "k" + QByteArray::number(i), .value = "v", .lease = {}}});
        QVERIFY(await(client.txn(txn)).hasValue());
        QTRY_COMPARE(seen.batches.size(), std::size_t {1});
        QCOMPARE(seen.batches[0].events.size(), std::size_t {100});
        QCOMPARE(seen.batches[0].first, seen.batches[0].last);
    }

    /// etcd sends fragments when a reply grows beyond --max-request-bytes (and half a megabyte).
    void largeRepliesComeInFragments()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        const QByteArray value(1'000'000, 'x');
        const Revision from = etcd.put("k", value);
        for (int i = 0; i < 11; ++i)
            etcd.put("k", value);
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(from);
        QTRY_COMPARE_WITH_TIMEOUT(seen.events.size(), std::size_t {12}, 30'000);
        for (std::size_t i = 0; i < seen.events.size(); ++i) {
            QCOMPARE(seen.events[i].kv.modRevision.value, from.value + static_cast<qint64>(i));
            QCOMPARE(seen.events[i].kv.value, value);
        }
        QVERIFY2(seen.batches.size() > 1, "nothing came in fragments");
    }

    void progressIsNotified()
    {
        EtcdProcess etcd(
            {QStringLiteral("--experimental-watch-progress-notify-interval"), QStringLiteral("200ms")});
        if (!etcd.start())
            QSKIP("this etcd does not know --experimental-watch-progress-notify-interval");
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client, KeyRange::single("quiet"));
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        const Revision elsewhere = etcd.put("loud", "x");
        QTRY_VERIFY(seen.progress.contains(elsewhere));
        QCOMPARE(seen.watch.deliveredRevision(), elsewhere);
        QVERIFY(seen.events.empty());
    }

    void compactedStart()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Revision last;
        for (int i = 0; i < 5; ++i)
            last = etcd.put("a", "x");
        QVERIFY(etcd.compact(last));
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(Revision(2));
        QTRY_COMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.compactions, QList<Revision> {last});
        QCOMPARE(seen.watch.lastError().kind, ErrorKind::Compacted);
        QVERIFY(seen.events.empty());
        // What its owner does then.
        seen.watch.start(Revision(last.value + 1));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        etcd.put("a", "y");
        QTRY_COMPARE(seen.events.size(), std::size_t {1});
    }

    void compactionUnderALiveWatchDoesNotHurtIt()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        const Revision one = etcd.put("a", "1");
        const Revision two = etcd.put("a", "2");
        QVERIFY(etcd.compact(two));
        const Revision three = etcd.put("a", "3");
        QTRY_COMPARE(seen.revisions(), (std::vector<qint64> {one.value, two.value, three.value}));
        QVERIFY(seen.compactions.isEmpty());
    }

    void compactionWhileAwayIsTold()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        Watch::Options options = WatchRecorder::quick();
        // It shall not come back before the history is gone.
        options.firstBackoff = options.longestBackoff = 10min;
        WatchRecorder seen(&client, KeyRange::all(), options);
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        const Revision delivered = etcd.put("a", "1");
        QTRY_COMPARE(seen.watch.deliveredRevision(), delivered);
        etcd.kill();
        QTRY_COMPARE(seen.watch.state(), State::Backoff);
        QVERIFY(etcd.start());
        etcd.put("a", "2");
        const Revision three = etcd.put("a", "3");
        QVERIFY(etcd.compact(three));
        seen.watch.retryNow();
        QTRY_COMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.compactions, QList<Revision> {three});
        QCOMPARE(seen.revisions(), std::vector<qint64> {delivered.value});
    }

    /// etcd forgets deletions of the very revision that it compacts at, and does not tell of that.
    void aCompactedDeletionIsNotPassedOver()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        Watch::Options options = WatchRecorder::quick();
        options.firstBackoff = options.longestBackoff = 10min;
        WatchRecorder seen(&client, KeyRange::all(), options);
        seen.watch.start(Revision(0));
        QTRY_COMPARE(seen.watch.state(), State::Live);
        const Revision there = etcd.put("a", "1");
        QTRY_COMPARE(seen.watch.deliveredRevision(), there);
        etcd.kill();
        QTRY_COMPARE(seen.watch.state(), State::Backoff);
        QVERIFY(etcd.start());
        const Revision gone = etcd.remove("a");
        QCOMPARE(gone.value, there.value + 1);
        QVERIFY(etcd.compact(gone));
        seen.watch.retryNow();
        QTRY_COMPARE(seen.watch.state(), State::Compacted);
        // From the next one on nothing can be missing.
        seen.watch.start(Revision(gone.value + 1));
        const Revision again = etcd.put("a", "2");
        QTRY_COMPARE(seen.revisions(), (std::vector<qint64> {there.value, again.value}));
    }

    void anotherClusterAtTheSameAddress()
    {
        EtcdProcess etcd({QStringLiteral("--initial-cluster-token"), QStringLiteral("one")});
        QVERIFY(etcd.start());
        etcd.put("a", "1");
        etcd.put("a", "2");
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(Revision(2));
        QTRY_COMPARE(seen.events.size(), std::size_t {2});
        etcd.stop();
        QVERIFY(etcd.wipe());
        // The same name and addresses give the same cluster id: only the revision and the term tell.
        QVERIFY(etcd.start());
        QTRY_COMPARE(seen.watch.state(), State::Compacted);
        QCOMPARE(seen.compactions.size(), 1);
        QCOMPARE(seen.events.size(), std::size_t {2});
    }

    /// kill -9 and restart, several times, while somebody writes without pause: nothing missed, nothing
    /// doubled.
    void killAndRestartWhileOthersWrite()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        Client client(etcd.parsedEndpoint());
        WatchRecorder seen(&client);
        seen.watch.start(Revision(1));
        QTRY_COMPARE(seen.watch.state(), State::Live);

        Client writer(etcd.parsedEndpoint());
        bool writing = true;
        int acknowledged = 0;
        int number = 0;
        QObject context;
        // Every transaction writes two keys, so that half of one would be seen.
        const std::function<void()> write = [&] {
            if (!writing)
                return;
            TxnRequest txn;
            const QByteArray value = QByteArray::number(++number);
            txn.success.push_back({PutRequest {.key = "a", .value = value, .lease = {}}});
            txn.success.push_back({PutRequest {.key = "b" + value, .value = value, .lease = {}}});
            writer.txn(txn).then(&context, [&](const Result<TxnReply> &reply) {
                acknowledged += reply.hasValue();
                QTimer::singleShot(reply ? 0 : 20, &context, write);
            });
        };
        write();
        for (int round = 0; round < 3; ++round) {
            const int before = acknowledged;
            QTRY_VERIFY(acknowledged >= before + 50);
            etcd.kill();
            QTRY_VERIFY(seen.states.count(State::Backoff) > round);
            QVERIFY(etcd.start());
            QTRY_VERIFY(acknowledged >= before + 60);
        }
        writing = false;
        const Revision end = etcd.put("end", "end");
        QVERIFY(end.value > 0);
        QTRY_COMPARE(seen.watch.deliveredRevision(), end);

        // The history of the store itself is the truth: revision by revision, two keys each, then the end.
        QVERIFY(acknowledged >= 180);
        QCOMPARE(static_cast<qint64>(seen.events.size()), 2 * (end.value - 2) + 1);
        qint64 revision = 2;
        for (std::size_t i = 0; i + 1 < seen.events.size(); i += 2, ++revision) {
            QCOMPARE(seen.events[i].kv.modRevision.value, revision);
            QCOMPARE(seen.events[i + 1].kv.modRevision.value, revision);
            QCOMPARE(seen.events[i].kv.key, QByteArray("a"));
            QCOMPARE(seen.events[i + 1].kv.key, "b" + seen.events[i].kv.value);
        }
        QCOMPARE(seen.events.back().kv.key, QByteArray("end"));
        QVERIFY(seen.compactions.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestEtcdWatch)
#include "tst_etcd_watch.moc"
