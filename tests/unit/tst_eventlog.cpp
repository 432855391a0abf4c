// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventlog.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using Before = LoggedEvent::Before;

namespace {

/// Writes events as an etcd would tell them, without one.
class Writer
{
public:
    Event put(const QByteArray &key, const QByteArray &value)
    {
        KeyValue &kv = m_keys[key];
        const bool isNew = kv.key.isEmpty();
        kv.key = key;
        kv.value = value;
        kv.modRevision = Revision(m_revision + 1);
        kv.createRevision = isNew ? kv.modRevision : kv.createRevision;
        kv.version = isNew ? 1 : kv.version + 1;
        return {EventType::Put, kv, {}};
    }
    Event remove(const QByteArray &key)
    {
        m_keys.erase(key);
        return {EventType::Delete, {.key = key, .modRevision = Revision(m_revision + 1)}, {}};
    }
    EventBatch commit(std::vector<Event> events)
    {
        ++m_revision;
        return {Revision(m_revision), Revision(m_revision), std::move(events)};
    }
    bool has(const QByteArray &key) const { return m_keys.contains(key); }
    KeyValue state(const QByteArray &key) const { return m_keys.at(key); }
    Revision revision() const { return Revision(m_revision); }
    void skipTo(qint64 revision) { m_revision = revision; }

private:
    qint64 m_revision = 1;
    std::map<QByteArray, KeyValue> m_keys;
};

std::vector<LogEntry> entriesOf(const EventLog &log)
{
    const EventLogSnapshot snapshot = log.snapshot();
    return snapshot.read(snapshot.begin(), snapshot.end() - snapshot.begin());
}

EventLog::Options smallOptions(const QString &folder)
{
    EventLog::Options options;
    options.memoryBytes = 16 << 10;
    options.segmentBytes = 2 << 10;
    options.diskBytes = 1 << 20;
    options.folder = folder;
    return options;
}

} // namespace

class TestEventLog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aTransactionIsOneEntry()
    {
        EventLog log;
        Writer writer;
        const Event a1 = writer.put("a", "1");
        const Event b1 = writer.put("b", "x");
        EventBatch batch = writer.commit({a1, b1});
        const EventBatch second = writer.commit({writer.put("a", "2"), writer.remove("b")});
        batch.events.insert(batch.events.end(), second.events.begin(), second.events.end());
        batch.last = second.last;
        log.take(batch);

        QCOMPARE(log.end(), qint64(2));
        QCOMPARE(log.eventCount(), qint64(4));
        QCOMPARE(log.revision(), Revision(3));
        const std::vector<LogEntry> entries = entriesOf(log);
        QCOMPARE(entries.size(), size_t(2));
        QCOMPARE(entries[0].number, qint64(0));
        QCOMPARE(entries[0].revision, Revision(2));
        QCOMPARE(entries[0].events.size(), size_t(2));
        QCOMPARE(entries[0].events[1].event.kv.key, QByteArray("b"));
        QCOMPARE(entries[0].events[1].event.kv.value, QByteArray("x"));
        QVERIFY(entries[0].events[1].event.isCreate());
        QVERIFY(entries[0].events[1].before == Before::Absent);
        QVERIFY(qAbs(entries[0].received().msecsTo(QDateTime::currentDateTime())) < 600'000);

        const LoggedEvent &change = entries[1].events[0];
        QVERIFY(!change.event.isCreate());
        QVERIFY(change.before == Before::Known);
        QCOMPARE(change.event.prevKv->value, QByteArray("1"));
        QCOMPARE(change.event.prevKv->modRevision, Revision(2));
        QCOMPARE(change.event.kv.version, qint64(2));
        const LoggedEvent &removal = entries[1].events[1];
        QVERIFY(removal.event.type == EventType::Delete);
        QCOMPARE(removal.event.prevKv->value, QByteArray("x"));
    }

    void whatCameTwiceCountsOnce()
    {
        EventLog log;
        Writer writer;
        log.continueAfter(Revision(1));
        const EventBatch first = writer.commit({writer.put("a", "1")});
        const EventBatch second = writer.commit({writer.put("a", "2")});
        log.take(first);
        log.take(second);
        log.take(first);
        log.take(second);
        QCOMPARE(log.end(), qint64(2));
        QCOMPARE(log.eventCount(), qint64(2));
        // Nor is there a gap where a watch goes on as it should.
        log.continueAfter(Revision(3));
        log.noteProgress(Revision(9));
        log.continueAfter(Revision(9));
        QCOMPARE(log.end(), qint64(2));
    }

    void gapsAreTold()
    {
        EventLog log;
        Writer writer;
        log.continueAfter(Revision(1)); // the beginning is none
        log.take(writer.commit({writer.put("a", "1")}));
        log.continueAfter(Revision(10));
        writer.skipTo(10);
        log.take(writer.commit({writer.put("a", "3")}));
        log.continueAfter(Revision(4));

        const std::vector<LogEntry> entries = entriesOf(log);
        QCOMPARE(entries.size(), size_t(4));
        QVERIFY(entries[1].kind == LogEntry::Kind::Gap);
        QCOMPARE(entries[1].missingFrom, Revision(3));
        QCOMPARE(entries[1].revision, Revision(10));
        // What was before the gap is not what was before the event.
        QVERIFY(entries[2].events[0].before == Before::Unknown);
        QVERIFY(entries[3].kind == LogEntry::Kind::OtherData);
        QCOMPARE(entries[3].revision, Revision(4));
        writer.skipTo(4);
        log.take(writer.commit({writer.put("b", "1")}));
        QCOMPARE(log.end(), qint64(5));
    }

    void tablesTellWhatWasBefore()
    {
        EventLog log;
        Writer writer;
        writer.commit({writer.put("put", "1"), writer.put("gone", "2"), writer.put("late", "3")});
        const KeyValue put = writer.state("put");
        const KeyValue gone = writer.state("gone");
        KeyValue late = writer.state("late");
        log.continueAfter(writer.revision());
        late.version = 7; // somebody wrote to it meanwhile
        log.setRows([&](const QByteArray &key) -> std::optional<BeforeBook::Row> {
            if (key == "put")
                return BeforeBook::Row {put, Revision(2)};
            if (key == "gone")
                return BeforeBook::Row {gone, Revision(2)};
            return BeforeBook::Row {late, Revision(2)};
        });
        log.take(writer.commit({writer.put("put", "1b"), writer.remove("gone"), writer.put("late", "3b")}));
        const LogEntry entry = entriesOf(log).front();
        QCOMPARE(entry.events[0].event.prevKv->value, QByteArray("1"));
        QCOMPARE(entry.events[1].event.prevKv->value, QByteArray("2"));
        QVERIFY(entry.events[2].before == Before::Unknown);
        QVERIFY(!entry.events[2].event.prevKv);
    }

    // A table that lags behind what the book has forgotten says nothing of deletions.
    void tablesThatLagBehindAreNotBelieved()
    {
        Writer writer;
        writer.commit({writer.put("a", "1")});
        const KeyValue old = writer.state("a");
        BeforeBook book(0); // forgets at once
        Revision complete(2);
        book.setRows([&](const QByteArray &) { return std::optional(BeforeBook::Row {old, complete}); });
        const EventBatch change = writer.commit({writer.put("a", "2")});
        QVERIFY(book.take(change.events.front()).before == Before::Known);
        const EventBatch removal = writer.commit({writer.remove("a")});
        QVERIFY(book.take(removal.events.front()).before == Before::Unknown);
        complete = Revision(4);
        QVERIFY(book.take(removal.events.front()).before == Before::Known);
    }

    // Against a journal, over files and back.
    void longLogsLieInFiles()
    {
        const QTemporaryDir folder;
        QRandomGenerator random(7);
        Writer writer;
        std::vector<Event> journal;
        std::vector<std::optional<QByteArray>> before;
        {
            EventLog::Options options = smallOptions(folder.path());
            options.diskBytes = 64 << 20;
            EventLog log(options);
            for (int i = 0; i < 4000; ++i) {
                std::vector<Event> events;
                for (int n = 1 + random.bounded(3); n > 0; --n) {
                    const QByteArray key =
                        QByteArray::number(random.bounded(300)) + '/' + QByteArray::number(n);
                    const bool exists = writer.has(key);
                    before.push_back(exists ? std::optional(writer.state(key).value) : std::nullopt);
                    if (exists && random.bounded(4) == 0)
                        events.push_back(writer.remove(key));
                    else
                        events.push_back(writer.put(key, QByteArray(random.bounded(200), char('a' + n))));
                }
                journal.insert(journal.end(), events.begin(), events.end());
                log.take(writer.commit(std::move(events)));
            }
            QTRY_VERIFY(log.bytesInMemory() <= (16 << 10) + 2 * (2 << 10) + 1024);
            QVERIFY(log.bytesOnDisk() > 100'000);
            QCOMPARE(log.problem(), QString());
            QCOMPARE(log.begin(), qint64(0));
            QCOMPARE(log.end(), qint64(4000));
            QCOMPARE(log.eventCount(), qint64(journal.size()));

            size_t at = 0;
            qint64 number = 0;
            Revision last;
            log.snapshot().visit(0, [&](const LogEntry &entry) {
                if (entry.number != number++ || entry.revision <= last || entry.events.empty())
                    return false;
                last = entry.revision;
                for (const LoggedEvent &logged : entry.events) {
                    const Event &expected = journal[at];
                    const bool same = logged.event.type == expected.type
                        && logged.event.kv.key == expected.kv.key
                        && logged.event.kv.value == expected.kv.value
                        && logged.event.kv.version == expected.kv.version
                        && logged.event.kv.modRevision == entry.revision
                        && logged.event.prevKv.has_value() == before[at].has_value()
                        && (!before[at] || logged.event.prevKv->value == *before[at]);
                    if (!same)
                        return false;
                    ++at;
                }
                return true;
            });
            QCOMPARE(at, journal.size());
            QCOMPARE(number, qint64(4000));

            // From the middle, and no more than was asked for.
            const auto some = log.snapshot().read(1234, 3);
            QCOMPARE(some.size(), size_t(3));
            QCOMPARE(some[0].number, qint64(1234));
            QCOMPARE(some[2].number, qint64(1236));
            QVERIFY(log.snapshot().read(4000, 5).empty());
            QVERIFY(log.snapshot().read(0, 0).empty());

            const EventLogSnapshot snapshot = log.snapshot();
            log.clear();
            QCOMPARE(log.begin(), qint64(4000));
            QVERIFY(entriesOf(log).empty());
            QCOMPARE(snapshot.read(17, 1).front().number, qint64(17)); // is still there for those who hold it
            log.take(writer.commit({writer.put("z", "1")}));
            QCOMPARE(entriesOf(log).front().number, qint64(4000));
        }
        QVERIFY(QDir(folder.path()).isEmpty(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden));
    }

    void theOldestGoWhenThereIsNoRoom()
    {
        const QTemporaryDir folder;
        EventLog log(smallOptions(folder.path()));
        Writer writer;
        for (int i = 0; i < 12'000; ++i)
            log.take(writer.commit({writer.put("key", QByteArray(100, 'x'))}));
        QVERIFY(log.begin() > 0);
        QCOMPARE(log.end(), qint64(12'000));
        QTRY_VERIFY(log.bytesInMemory() <= (16 << 10) + 2 * (2 << 10) + 1024);
        QVERIFY(log.bytesOnDisk() <= 1 << 20);
        const std::vector<LogEntry> entries = entriesOf(log);
        QCOMPARE(entries.size(), size_t(log.end() - log.begin()));
        QCOMPARE(entries.front().number, log.begin());
        QCOMPARE(entries.front().revision, Revision(log.begin() + 2));
        // Asked for what is gone, it begins with what is there.
        QCOMPARE(log.snapshot().read(0, 5).size(), size_t(0));
        qint64 first = -1;
        log.snapshot().visit(0, [&](const LogEntry &entry) {
            first = entry.number;
            return false;
        });
        QCOMPARE(first, log.begin());
        // Files of which nothing is kept are gone.
        qint64 files = 0;
        for (const QFileInfo &file : QDir(folder.path()).entryInfoList(QDir::Files | QDir::Hidden))
            files += file.size();
        QVERIFY(files <= (1 << 20) * 5 / 4);
    }

    void withoutFilesTheMemoryIsTheEnd()
    {
        const QTemporaryDir folder;
        EventLog log(smallOptions(folder.filePath(QStringLiteral("not/there"))));
        Writer writer;
        for (int i = 0; i < 3000; ++i)
            log.take(writer.commit({writer.put("key", QByteArray(100, 'x'))}));
        QTRY_VERIFY(!log.problem().isEmpty());
        for (int i = 0; i < 1000; ++i)
            log.take(writer.commit({writer.put("key", QByteArray(100, 'y'))}));
        QVERIFY(log.bytesInMemory() <= 2 * (16 << 10) + 2 * (2 << 10));
        QVERIFY(log.begin() > 0);
        QCOMPARE(entriesOf(log).size(), size_t(log.end() - log.begin()));
    }

    void changesAreToldTogether()
    {
        EventLog log;
        QSignalSpy changed(&log, &EventLog::changed);
        Writer writer;
        for (int i = 0; i < 100; ++i)
            log.take(writer.commit({writer.put("key", "v")}));
        QCOMPARE(changed.size(), 0);
        QTRY_COMPARE(changed.size(), 1);
    }

    // What cannot be read back is told as such.
    void damagedBytes()
    {
        Writer writer;
        writer.commit({writer.put("key", "before")});
        LogEntry entry;
        entry.revision = Revision(3);
        LoggedEvent logged {writer.put("key", "after"), Before::Known};
        logged.event.prevKv = KeyValue {.key = "key", .value = "before", .modRevision = Revision(2)};
        entry.events = {logged, logged};
        QByteArray bytes;
        appendEntry(&bytes, entry);
        QVERIFY(readEntry(bytes, 0));
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QVERIFY(!readEntry(bytes.first(size), 0));
        QRandomGenerator random(3);
        for (int i = 0; i < 20'000; ++i) {
            QByteArray damaged = bytes;
            for (int n = 1 + random.bounded(4); n > 0; --n)
                damaged[random.bounded(int(damaged.size()))] = char(random.bounded(256));
            (void)readEntry(damaged, 0); // whatever it says, it reads nothing beyond the end
        }
    }

    // The real watch, over interruptions.
    void aConnectionKeepsOne()
    {
        MemoryEtcd etcd;
        etcd.put(slotKey(1, "a"), "0");
        Connection connection(Endpoint(), etcd.transport());
        connection.open();
        QTRY_COMPARE(connection.state(), Connection::State::Online);
        const auto table = connection.table(KeyRange::slot(Slot(1)));
        QTRY_COMPARE(table->state(), LiveTable::State::Live);

        EventLog *log = connection.eventLog();
        etcd.write({{slotKey(1, "a"), "1"}, {slotKey(1, "b"), "1"}});
        QTRY_COMPARE(log->end(), qint64(1));
        LogEntry entry = entriesOf(*log).front();
        QCOMPARE(entry.events.size(), size_t(2));
        QCOMPARE(entry.events[0].event.prevKv->value, QByteArray("0")); // of the open table

        etcd.setAway(true);
        etcd.put(slotKey(1, "a"), "2");
        etcd.remove(slotKey(1, "b"));
        etcd.setAway(false);
        connection.retryNow();
        QTRY_COMPARE(log->end(), qint64(3));
        QCOMPARE(entriesOf(*log).back().events[0].event.prevKv->value, QByteArray("1"));

        etcd.setAway(true);
        etcd.put(slotKey(1, "a"), "3");
        etcd.put(slotKey(1, "a"), "4");
        etcd.compact();
        etcd.setAway(false);
        connection.retryNow();
        QTRY_COMPARE(log->end(), qint64(4));
        entry = entriesOf(*log).back();
        QVERIFY(entry.kind == LogEntry::Kind::Gap);
        QCOMPARE(entry.revision, etcd.revision());
        QCOMPARE(entry.missingFrom, Revision(etcd.revision().value - 1));
        QTRY_COMPARE(connection.state(), Connection::State::Online);
        etcd.put(slotKey(1, "a"), "5");
        QTRY_COMPARE(log->end(), qint64(5));
    }
};

QTEST_GUILESS_MAIN(TestEventLog)
#include "tst_eventlog.moc"
