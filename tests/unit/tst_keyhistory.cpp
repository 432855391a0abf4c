// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/keyhistory.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QByteArray Key("a key");

KeyHistory::Options fastOptions()
{
    KeyHistory::Options options;
    options.quiet = std::chrono::milliseconds(1);
    options.retryDelay = std::chrono::milliseconds(1);
    options.retries = 1000;
    return options;
}

/// `3:one 5:two 6:-`
QByteArray textOf(const std::vector<KeyVersion> &versions)
{
    QByteArrayList parts;
    for (const KeyVersion &version : versions)
        parts << QByteArray::number(version.revision().value) + ':'
                + (version.deleted ? QByteArray("-") : version.kv.value);
    return parts.join(' ');
}

/// What a list that follows the signals has in the end.
class Follower
{
public:
    explicit Follower(KeyHistory *history)
    {
        QObject::connect(history, &KeyHistory::reset, history, [this] { m_count = 0; });
        QObject::connect(history, &KeyHistory::appended, history, [this](int count) { m_count += count; });
        QObject::connect(history, &KeyHistory::dropped, history, [this](int count) { m_count -= count; });
    }
    int count() const { return m_count; }

private:
    int m_count = 0;
};

} // namespace

class TestKeyHistory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allVersionsInOrder()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        etcd.put("another key", "x");
        etcd.put(Key, "two");
        etcd.remove(Key);
        etcd.put(Key, "three");
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        const Follower follower(&history);
        QCOMPARE(history.state(), KeyHistory::State::Idle);
        history.read();
        QCOMPARE(history.state(), KeyHistory::State::Reading);
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QCOMPARE(textOf(history.versions()), QByteArray("2:one 4:two 5:- 6:three"));
        QCOMPARE(follower.count(), 4);
        QCOMPARE(history.compactRevision(), Revision());
        QCOMPARE(history.missingVersions(), 0);
        QVERIFY(history.versions()[0].isCreate());
        QVERIFY(!history.versions()[1].isCreate());
        QVERIFY(!history.versions()[2].isCreate());
        QVERIFY(history.versions()[3].isCreate());
        QCOMPARE(history.versions()[1].kv.version, 2);
        QCOMPARE(history.versions()[3].kv.version, 1);
    }

    void ofWhatIsGone()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        etcd.remove(Key);
        etcd.put("another key", "x");
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QCOMPARE(textOf(history.versions()), QByteArray("2:one 3:-"));
    }

    void ofWhatNeverWas()
    {
        MemoryEtcd etcd;
        etcd.put("another key", "x");
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QVERIFY(history.versions().empty());
        QCOMPARE(history.compactRevision(), Revision());
    }

    void beginsWithACompaction_data()
    {
        QTest::addColumn<int>("compacted");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<int>("missing");
        QTest::newRow("at a change") << 4 << QByteArray("4:two 6:three 7:- 8:four") << 1;
        QTest::newRow("between") << 5 << QByteArray("4:two 6:three 7:- 8:four") << 1;
        QTest::newRow("at the next change") << 6 << QByteArray("6:three 7:- 8:four") << 2;
        QTest::newRow("at the deletion") << 7 << QByteArray("8:four") << 0;
        QTest::newRow("at the present") << 8 << QByteArray("8:four") << 0;
    }
    void beginsWithACompaction()
    {
        QFETCH(int, compacted);
        MemoryEtcd etcd;
        etcd.put("another key", "x");
        etcd.put(Key, "one");
        etcd.put(Key, "two");
        etcd.put("another key", "y");
        etcd.put(Key, "three");
        etcd.remove(Key);
        etcd.put(Key, "four");
        etcd.compact(Revision(compacted));
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QTEST(textOf(history.versions()), "expected");
        QTEST(static_cast<int>(history.missingVersions()), "missing");
        QCOMPARE(history.compactRevision(), Revision(compacted));
    }

    void deletedAndCompacted()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        etcd.remove(Key);
        etcd.compact();
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QVERIFY(history.versions().empty());
        QCOMPARE(history.compactRevision(), etcd.revision());
    }

    void goesOnWithTheWatch()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        MemoryClient memory(&etcd);
        memory.watch.start(Revision(1));
        KeyHistory history(&memory.client, Key, fastOptions());
        connect(&memory.watch, &Watch::eventsReceived, &history, &KeyHistory::observe);
        history.read();
        etcd.put(Key, "two"); // while it reads
        etcd.put("another key", "x");
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        etcd.remove(Key);
        QTRY_COMPARE(textOf(history.versions()), QByteArray("2:one 3:two 5:-"));
        QCOMPARE(history.state(), KeyHistory::State::Complete);
    }

    void readsAgain()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        const Follower follower(&history);
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        etcd.put(Key, "two");
        etcd.compact();
        history.read();
        QVERIFY(history.versions().empty());
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QCOMPARE(textOf(history.versions()), QByteArray("3:two"));
        QCOMPARE(follower.count(), 1);
    }

    void saysWhyItFailed()
    {
        MemoryEtcd etcd;
        etcd.put(Key, "one");
        etcd.setAway(true);
        MemoryClient memory(&etcd);
        KeyHistory history(&memory.client, Key, fastOptions());
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Failed);
        QCOMPARE(history.error().kind, ErrorKind::Network);
        etcd.setAway(false);
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QCOMPARE(textOf(history.versions()), QByteArray("2:one"));
    }

    void oldestGoWhereMemoryEnds()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 100; ++i)
            etcd.put(Key, QByteArray(1000, 'v'));
        MemoryClient memory(&etcd);
        KeyHistory::Options options = fastOptions();
        options.mostBytes = 50'000;
        KeyHistory history(&memory.client, Key, options);
        const Follower follower(&history);
        history.read();
        QTRY_COMPARE(history.state(), KeyHistory::State::Complete);
        QVERIFY(history.droppedVersions() > 0);
        QCOMPARE(history.droppedVersions() + qint64(history.versions().size()), 100);
        QCOMPARE(follower.count(), int(history.versions().size()));
        QCOMPARE(history.versions().back().revision(), etcd.revision());
        QCOMPARE(history.missingVersions(), history.droppedVersions());
        qint64 bytes = 0;
        for (const KeyVersion &version : history.versions())
            bytes += version.kv.value.size();
        QVERIFY(bytes <= options.mostBytes);
    }

    /// Whatever is written, compacted and interrupted: the history is what the writer did.
    void equalsTheJournal_data()
    {
        QTest::addColumn<quint32>("seed");
        for (quint32 seed = 1; seed <= 20; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    void equalsTheJournal()
    {
        QFETCH(quint32, seed);
        QRandomGenerator random(seed);
        MemoryEtcd etcd;
        MemoryClient memory(&etcd);
        std::map<QByteArray, std::vector<KeyVersion>> journal;
        qint64 compacted = 0;
        const auto writeSome = [&] {
            for (quint32 i = random.bounded(1, 40); i > 0; --i) {
                const QByteArray key = "key " + QByteArray::number(random.bounded(3));
                KeyVersion version;
                if (etcd.keys().contains(key) && random.bounded(4) == 0) {
                    version.deleted = true;
                    version.kv.modRevision = etcd.remove(key);
                } else {
                    version.kv.value = QByteArray::number(random.bounded(1000));
                    version.kv.modRevision = etcd.put(key, version.kv.value);
                }
                journal[key].push_back(version);
            }
        };
        writeSome();
        memory.watch.start(Revision(1));
        for (int round = 0; round < 5; ++round) {
            const QByteArray key = "key " + QByteArray::number(random.bounded(3));
            KeyHistory history(&memory.client, key, fastOptions());
            const Follower follower(&history);
            connect(&memory.watch, &Watch::eventsReceived, &history, &KeyHistory::observe);
            // What the watch lost is in the history that is read anew.
            connect(&memory.watch, &Watch::compacted, &history, [&] {
                memory.watch.start(Revision(etcd.revision().value + 1));
                history.read();
            });
            history.read();
            for (quint32 i = random.bounded(6); i > 0; --i) {
                QCoreApplication::processEvents();
                writeSome();
                if (random.bounded(3) == 0) {
                    etcd.setAway(true);
                    QCoreApplication::processEvents();
                    etcd.setAway(false);
                    if (history.state() == KeyHistory::State::Failed)
                        history.read();
                }
                if (history.state() == KeyHistory::State::Reading && random.bounded(3) == 0) {
                    const qint64 at = random.bounded(compacted, etcd.revision().value + 1);
                    if (at > compacted) {
                        compacted = at;
                        etcd.compact(Revision(at));
                    }
                }
            }
            const auto settle = [&history] {
                if (history.state() == KeyHistory::State::Failed)
                    history.read();
                return history.state() == KeyHistory::State::Complete;
            };
            QTRY_VERIFY(settle());
            const auto retained = [&] {
                const Revision from = history.compactRevision();
                std::vector<KeyVersion> expected;
                for (const KeyVersion &version : journal[key]) {
                    if (version.revision() <= from)
                        expected.clear();
                    if (version.revision() > from || !version.deleted)
                        expected.push_back(version);
                }
                return textOf(expected);
            };
            QTRY_COMPARE(textOf(history.versions()), retained());
            QCOMPARE(follower.count(), int(history.versions().size()));
        }
    }
};

QTEST_GUILESS_MAIN(TestKeyHistory)
#include "tst_keyhistory.moc"
