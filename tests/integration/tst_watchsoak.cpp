// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes at random, watched through a proxy that cuts, truncates and stalls, while the member is killed and
// started again and its history is compacted: every event is told once, in order, the log of events is the
// writer's own journal, and the table is what a fresh read gives. In the long run a million changes over ten
// thousand keys.
#include "core/live/eventlog.h"
#include "core/table/livetable.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/faultyproxy.h"
#include "tests/support/journalwriter.h"
#include "tests/support/longtests.h"
#include "tests/support/watchrecorder.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

constexpr int Patience = 60'000;

/// Revision, kind, key, value and what was before, of one change of a record; small, as there may be
/// millions.
using Mark = size_t;

Mark markOf(Revision revision, EventType type, const QByteArray &key, const QByteArray &value,
            const QByteArray &before)
{
    return qHashMulti(0, revision.value, static_cast<int>(type), key, value, before);
}

/// What a watch told of the records of a slot.
class Told
{
public:
    Told(Watch *watch, Slot slot)
        : m_range(KeyRange::slot(slot))
    {
        QObject::connect(watch, &Watch::eventsReceived, watch, [this](const EventBatch &batch) {
            for (const Event &event : batch.events)
                take(event);
        });
    }

    std::vector<Mark> marks;
    /// What was before is not told where a compaction has taken it.
    qint64 withoutBefore = 0;
    std::vector<bool> hasBefore;

private:
    void take(const Event &event)
    {
        if (!m_range.contains(event.kv.key))
            return;
        const QByteArray before = event.prevKv ? event.prevKv->value : QByteArray();
        marks.push_back(markOf(event.kv.modRevision, event.type, event.kv.key, event.kv.value, before));
        hasBefore.push_back(event.prevKv.has_value());
        withoutBefore += !event.prevKv && !event.isCreate();
    }

    KeyRange m_range;
};

QString described(const JournalChange &change)
{
    return QStringLiteral("revision %1, key %2, value %3, before %4")
        .arg(change.revision.value)
        .arg(QLatin1String(change.key.toHex()), QString::fromLatin1(change.value),
             QString::fromLatin1(change.previous));
}

/// The first change of the journal that was not told as it was written; empty when there is none.
QString compareTold(const std::vector<JournalChange> &journal, const Told &told)
{
    for (size_t i = 0; i < std::max(journal.size(), told.marks.size()); ++i) {
        if (i >= journal.size())
            return QStringLiteral("%1 changes too many were told").arg(told.marks.size() - journal.size());
        const JournalChange &change = journal[i];
        if (i >= told.marks.size())
            return QStringLiteral("not told: ") + described(change);
        const QByteArray before = told.hasBefore[i] ? change.previous : QByteArray();
        const auto isTold = [&told, i](const JournalChange &which, const QByteArray &previous) {
            return told.marks[i] == markOf(which.revision, which.type, which.key, which.value, previous);
        };
        if (isTold(change, before))
            continue;
        const auto instead = std::find_if(journal.begin(), journal.end(), [&](const JournalChange &other) {
            return isTold(other, other.previous) || isTold(other, {});
        });
        return QStringLiteral("told otherwise: %1; instead of it came %2")
            .arg(described(change),
                 instead == journal.end()
                     ? QStringLiteral("what is not in the journal")
                     : QStringLiteral("%1 changes later: ").arg(instead - journal.begin() - qint64(i))
                         + described(*instead));
    }
    return {};
}

/// The same of a log, by its transactions.
QString compareLogged(const std::vector<JournalChange> &journal, const EventLog &log, Slot slot)
{
    const KeyRange range = KeyRange::slot(slot);
    size_t next = 0;
    Revision last;
    QString wrong;
    log.snapshot().visit(0, [&](const LogEntry &entry) {
        if (entry.kind != LogEntry::Kind::Transaction || entry.revision <= last)
            wrong = QStringLiteral("entry %1 is no transaction, or has come before").arg(entry.number);
        last = entry.revision;
        for (const LoggedEvent &logged : entry.events) {
            const KeyValue &kv = logged.event.kv;
            if (!range.contains(kv.key))
                continue;
            if (next >= journal.size()) {
                wrong = QStringLiteral("more is logged than was done");
                break;
            }
            const JournalChange &change = journal[next++];
            const bool created = change.previous.isNull();
            const bool same = entry.revision == change.revision && logged.event.type == change.type
                && kv.key == change.key && kv.value == change.value
                && created == (logged.before == LoggedEvent::Before::Absent)
                && (logged.before != LoggedEvent::Before::Known
                    || logged.event.prevKv->value == change.previous);
            if (!same)
                wrong = QStringLiteral("logged otherwise: ") + described(change);
        }
        return wrong.isEmpty();
    });
    if (wrong.isEmpty() && next < journal.size())
        return QStringLiteral("not logged: ") + described(journal[next]);
    return wrong;
}

} // namespace

class TestWatchSoak : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }

    void everyChangeOnce()
    {
        // Many small batches, so that there is something to break between them.
        JournalWriter::Options work;
        work.keys = isLongRun() ? 10'000 : 1'000;
        work.mostPerTxn = 16;
        work.changes = isLongRun() ? 1'000'000 : 4'000;
        work.goesOn = true; // until all faults have come, too
        const int faults = isLongRun() ? 10 : 2;
        const int kills = isLongRun() ? 20 : 1;

        EtcdProcess etcd;
        QVERIFY(etcd.start());
        // A watch that has fallen behind is told of a thousand revisions in one message, which has to come
        // through at times.
        FaultyProxy proxy(etcd.port(), "/watch", isLongRun() ? 20'000'000 : 100'000, 7);
        Client client(Endpoint {QUrl(proxy.endpoint())});
        Watch::Options options = WatchRecorder::quick();
        options.heartbeat = 300ms;
        options.overdue = 300ms;
        Watch watch(&client, KeyRange::all(), options);
        Told told(&watch, work.slot);
        EventLog log;
        connect(&watch, &Watch::eventsReceived, &log, &EventLog::take);
        connect(&watch, &Watch::progressed, &log, &EventLog::noteProgress);
        LiveTable table(&client, &watch, KeyRange::slot(work.slot));
        Revision compacted(1);
        int resumes = 0;
        int gaps = 0;
        connect(&watch, &Watch::stateChanged, this,
                [&resumes](Watch::State state) { resumes += state == Watch::State::Live; });
        connect(&watch, &Watch::compacted, this, [&gaps] { ++gaps; });
        log.continueAfter(Revision(1));
        watch.start(Revision(2));
        table.reload();

        JournalWriter writer(etcd.parsedEndpoint(), work);
        writer.start();
        const int patience = isLongRun() ? 3'600'000 : Patience;
        QElapsedTimer since;
        since.start();
        for (int kill = 1; kill <= kills; ++kill) {
            const qint64 due = work.changes * kill / (kills + 1);
            QTRY_VERIFY_WITH_TIMEOUT(writer.changes() >= due, patience);
            // What has been told may go.
            if (const Revision past = watch.deliveredRevision(); past > compacted) {
                QVERIFY(etcd.compact(past));
                compacted = past;
            }
            etcd.kill();
            QVERIFY(etcd.start());
        }
        QTRY_VERIFY_WITH_TIMEOUT(writer.changes() >= work.changes && proxy.hadAll(faults), patience);
        proxy.rest();
        writer.stop();
        QTRY_VERIFY_WITH_TIMEOUT(!writer.isRunning(), Patience);
        const Revision end = writer.lastRevision();
        QTRY_VERIFY_WITH_TIMEOUT(watch.deliveredRevision() >= end, Patience);
        QTRY_VERIFY_WITH_TIMEOUT(table.revision() >= end && table.state() == LiveTable::State::Live,
                                 Patience);
        qInfo("%zu changes in %lld s: %d cuts, %d truncations, %d stalls, %d kills, %d answers lost; the "
              "watch was resumed %d times",
              writer.journal().size(), since.elapsed() / 1000, proxy.count(FaultyProxy::Cut),
              proxy.count(FaultyProxy::Truncate), proxy.count(FaultyProxy::Stall), kills,
              writer.lostAnswers(), resumes);

        QCOMPARE(gaps, 0);
        const QString wrong = compareTold(writer.journal(), told);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        const QString loggedWrongly = compareLogged(writer.journal(), log, work.slot);
        QVERIFY2(loggedWrongly.isEmpty(), qPrintable(loggedWrongly));
        // All but the few whose past was compacted away when they came.
        QVERIFY(told.withoutBefore < static_cast<qint64>(told.marks.size()) / 2);
        compareWithFreshRead(etcd, work.slot, table);
        QCOMPARE(table.rows().count(), static_cast<size_t>(writer.records().size()));
    }

private:
    static void compareWithFreshRead(EtcdProcess &etcd, Slot slot, const LiveTable &table)
    {
        Client client(etcd.parsedEndpoint());
        const auto fresh = await(client.range({.range = KeyRange::slot(slot)}), Patience);
        QVERIFY(fresh.hasValue());
        QCOMPARE(table.rows().count(), fresh->kvs.size());
        size_t position = 0;
        for (const RowId id : table.rows().keyOrder()) {
            const KeyValue row = table.rows().row(id).toKeyValue();
            const KeyValue &read = fresh->kvs[position++];
            QCOMPARE(row.key, read.key);
            QCOMPARE(row.value, read.value);
            QCOMPARE(row.createRevision, read.createRevision);
            QCOMPARE(row.modRevision, read.modRevision);
            QCOMPARE(row.version, read.version);
        }
    }
};

QTEST_GUILESS_MAIN(TestWatchSoak)
#include "tst_watchsoak.moc"
