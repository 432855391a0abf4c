// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/pastconnection.h"
#include "core/history/revisionbounds.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/memoryconnection.h"

#include <map>
#include <random>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using Contents = std::map<QByteArray, QByteArray>;

Contents contentsOf(const LiveTable &table)
{
    Contents contents;
    for (const RowId id : table.rows().keyOrder()) {
        const RowView row = table.rows().row(id);
        contents[row.key.toByteArray()] = row.value.toByteArray();
    }
    return contents;
}

} // namespace

/// An etcd as it was at a revision, while it goes on.
class TestPastConnection : public QObject
{
    Q_OBJECT

    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<Connection> m_present;

    Revision boundsOf(Revision *newest = nullptr) const
    {
        RevisionBounds bounds(m_present->client());
        QSignalSpy found(&bounds, &RevisionBounds::found);
        bounds.find();
        if (!found.wait(15'000))
            return {};
        if (newest)
            *newest = bounds.newest();
        return bounds.earliest();
    }

private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }
    void init()
    {
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        m_present = std::make_unique<Connection>(m_etcd->parsedEndpoint());
        m_present->open();
        QTRY_COMPARE_WITH_TIMEOUT(m_present->state(), Connection::State::Online, 15'000);
    }
    void cleanup()
    {
        m_present.reset();
        m_etcd.reset();
    }

    void findsWhatCanBeRead()
    {
        Revision newest;
        QCOMPARE(boundsOf(&newest), Revision(1));
        QCOMPARE(newest, Revision(1));
        Revision last;
        for (int i = 0; i < 40; ++i)
            last = m_etcd->put(slotKey(7, "k"), QByteArray::number(i));
        QCOMPARE(boundsOf(&newest), Revision(1));
        QCOMPARE(newest, last);

        RevisionBounds bounds(m_present->client()); // knows what it found before
        QSignalSpy found(&bounds, &RevisionBounds::found);
        for (const qint64 compaction : {qint64(2), qint64(17), last.value - 1, last.value}) {
            QVERIFY(m_etcd->compact(Revision(compaction)));
            QCOMPARE(boundsOf(), Revision(compaction));
            bounds.find();
            QVERIFY(found.wait(15'000));
            QCOMPARE(bounds.earliest(), Revision(compaction));
            // And so it is: that one can be read, the one before cannot.
            const RangeRequest there {.range = KeyRange::all(), .revision = Revision(compaction)};
            QVERIFY(await(m_present->client()->range(there)).hasValue());
            const RangeRequest gone {.range = KeyRange::all(), .revision = Revision(compaction - 1)};
            QVERIFY(!await(m_present->client()->range(gone)).hasValue());
        }
    }

    void isAsItWas()
    {
        // What was there at each revision, by the writer's own account.
        std::map<qint64, Contents> journal;
        Contents now;
        std::mt19937 random(11);
        const auto write = [&] {
            const QByteArray key =
                slotKey(static_cast<quint16>(7 + random() % 2), "key" + QByteArray::number(random() % 30));
            Revision revision;
            if (now.contains(key) && random() % 3 == 0) {
                revision = m_etcd->remove(key);
                now.erase(key);
            } else {
                const QByteArray value = QByteArray::number(random());
                revision = m_etcd->put(key, value);
                now[key] = value;
            }
            journal[revision.value] = now;
        };
        const auto inSlot = [](const Contents &contents, quint16 slot) {
            Contents result;
            for (const auto &[key, value] : contents) {
                if (KeyRange::slot(Slot(slot)).contains(key))
                    result[key] = value;
            }
            return result;
        };
        for (int i = 0; i < 150; ++i)
            write();

        const qint64 first = journal.begin()->first;
        PastConnection past(m_present.get(), Revision(first + 20));
        const std::shared_ptr<LiveTable> seven = past.table(KeyRange::slot(Slot(7)));
        const std::shared_ptr<LiveTable> eight = past.table(KeyRange::slot(Slot(8)));
        past.open();
        const auto isThere = [&](qint64 revision) {
            return past.directory()->revision() == Revision(revision)
                && seven->revision() == Revision(revision) && eight->revision() == Revision(revision);
        };
        // There and back, and while others go on writing.
        for (const qint64 offset : {20, 21, 149, 1, 75, 0, 120}) {
            const qint64 revision = first + offset;
            past.travelTo(Revision(revision));
            write();
            QTRY_VERIFY_WITH_TIMEOUT(isThere(revision), 15'000);
            QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Online, 15'000);
            const Contents then = journal.at(revision);
            QCOMPARE(contentsOf(*seven), inSlot(then, 7));
            QCOMPARE(contentsOf(*eight), inSlot(then, 8));
            const SlotInfo *info = past.directory()->find(Slot(7));
            QCOMPARE(info ? info->records : 0, qint64(inSlot(then, 7).size()));
            // Also what is asked for directly.
            const auto reply = await(past.client()->range({.range = KeyRange::all()}));
            QVERIFY(reply.hasValue());
            QCOMPARE(reply->header.revision, Revision(revision));
            QCOMPARE(size_t(reply->count), then.size());
            const auto read = await(past.client()->txn({.success = {{RangeRequest {KeyRange::all()}}}}));
            QVERIFY(read.hasValue());
            QCOMPARE(size_t(std::get<RangeReply>(read->responses.at(0).response).count), then.size());
            QCOMPARE(past.revision(), Revision(revision));
        }
        // The present has gone on meanwhile.
        QTRY_COMPARE_WITH_TIMEOUT(m_present->revision(), Revision(journal.rbegin()->first), 15'000);
    }

    void nothingCanBeWritten()
    {
        const QByteArray key = slotKey(7, "k");
        const Revision revision = m_etcd->put(key, "v");
        PastConnection past(m_present.get(), revision);
        past.open();
        QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Online, 15'000);
        const auto refusal = past.edits()->refusesStaging();
        QVERIFY(refusal);
        QVERIFY(SafetyGate::isOfThePast(*refusal));
        QVERIFY(!past.edits()->stageInsert(slotKey(7, "x"), "y"));
        QCOMPARE(await(past.client()->put({.key = key, .value = "w"})).error().kind, ErrorKind::ReadOnly);
        QCOMPARE(await(past.client()->compact({.revision = revision})).error().kind, ErrorKind::ReadOnly);
        // Nor by a way around the gate.
        RevisionTransport transport(MemoryEtcd().transport(), revision);
        QCOMPARE(await(transport.put({.key = key})).error().kind, ErrorKind::ReadOnly);
        QCOMPARE(await(transport.txn({.success = {{PutRequest {.key = key}}}})).error().kind,
                 ErrorKind::ReadOnly);
        QCOMPARE(await(transport.deleteRange({.range = KeyRange::all()})).error().kind, ErrorKind::ReadOnly);
        QCOMPARE(m_etcd->get(key)->value, QByteArray("v"));
        // Here it can.
        QVERIFY(!m_present->edits()->refusesStaging());
    }

    void historyCanBeWatched()
    {
        const QByteArray key = slotKey(7, "k");
        const Revision first = m_etcd->put(key, "1");
        const Revision second = m_etcd->put(key, "2");
        PastConnection past(m_present.get(), second);
        past.open();
        QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Online, 15'000);
        Watch watch(past.client(), KeyRange::single(key), {});
        std::vector<Event> events;
        connect(&watch, &Watch::eventsReceived, this, [&events](const EventBatch &batch) {
            events.insert(events.end(), batch.events.cbegin(), batch.events.cend());
        });
        watch.start(first);
        QTRY_COMPARE_WITH_TIMEOUT(events.size(), size_t(2), 15'000);
        QCOMPARE(events.at(0).kv.value, QByteArray("1"));
    }

    void compactionIsTold()
    {
        Revision last;
        for (int i = 0; i < 10; ++i)
            last = m_etcd->put(slotKey(7, "k" + QByteArray::number(i)), "v");
        PastConnection past(m_present.get(), last);
        const std::shared_ptr<LiveTable> table = past.table(KeyRange::slot(Slot(7)));
        past.open();
        QTRY_COMPARE_WITH_TIMEOUT(table->rows().count(), size_t(10), 15'000);
        QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Online, 15'000);
        last = m_etcd->put(slotKey(7, "k"), "v");
        QVERIFY(m_etcd->compact(last));
        QSignalSpy told(&past, &PastConnection::compactedAway);
        past.travelTo(Revision(3));
        QTRY_VERIFY_WITH_TIMEOUT(!told.isEmpty(), 15'000);
        // It gives up, and what is shown stays.
        QTRY_COMPARE_WITH_TIMEOUT(past.error().kind, ErrorKind::Compacted, 15'000);
        QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Reconnecting, 15'000);
        QCOMPARE(table->rows().count(), size_t(10));
        past.travelTo(last);
        QTRY_COMPARE_WITH_TIMEOUT(table->rows().count(), size_t(11), 15'000);
        QTRY_COMPARE_WITH_TIMEOUT(past.state(), Connection::State::Online, 15'000);
    }

    void typesAreShared()
    {
        for (int i = 0; i < 5; ++i)
            m_etcd->put(slotKey(7, "k" + QByteArray::number(i)), "{}");
        QTRY_VERIFY_WITH_TIMEOUT(m_present->directory()->find(Slot(7)), 15'000);
        PastConnection past(m_present.get(), m_present->revision());
        past.open();
        QTRY_VERIFY_WITH_TIMEOUT(past.directory()->isLoaded() && past.directory()->find(Slot(7)), 15'000);
        const auto valueType = [](const Connection &connection) {
            return connection.directory()->find(Slot(7))->type.value;
        };
        past.directory()->pin(Slot(7), SchemaProperty::ValueType, QStringLiteral("Binary"));
        QCOMPARE(valueType(past), ValueType::Binary);
        QCOMPARE(valueType(*m_present), ValueType::Binary);
        m_present->directory()->pin(Slot(7), SchemaProperty::ValueType, QStringLiteral("Json"));
        QCOMPARE(valueType(past), ValueType::Json);
    }
};

QTEST_GUILESS_MAIN(TestPastConnection)
#include "tst_pastconnection.moc"
