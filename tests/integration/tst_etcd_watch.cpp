// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/watch.h"
#include "tests/support/etcdprocess.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

/// A watch that notes what it says.
struct Recorder
{
    explicit Recorder(Client *client, const KeyRange &range = KeyRange::all(),
                      Watch::Options options = quick())
        : watch(client, range, options)
    {
        QObject::connect(&watch, &Watch::eventsReceived, &watch, [this](const EventBatch &batch) {
            for (const Event &event : batch.events)
                events.push_back(event);
        });
        QObject::connect(&watch, &Watch::stateChanged, &watch,
                         [this](Watch::State state) { states.append(state); });
        QObject::connect(&watch, &Watch::compacted, &watch,
                         [this](Revision upTo) { compactions.append(upTo); });
    }

    static Watch::Options quick()
    {
        Watch::Options options;
        options.firstBackoff = 10ms;
        options.longestBackoff = 100ms;
        options.prevKv = true;
        return options;
    }
    QList<QByteArray> values() const
    {
        QList<QByteArray> all;
        for (const Event &event : events)
            all.append(event.kv.value);
        return all;
    }

    Watch watch;
    std::vector<Event> events;
    QList<Watch::State> states;
    QList<Revision> compactions;
};

} // namespace

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
        Recorder seen(&client);
        seen.watch.start(from);
        QCOMPARE(seen.watch.state(), Watch::State::Connecting);
        QTRY_COMPARE(seen.watch.state(), Watch::State::Live);
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
};

QTEST_GUILESS_MAIN(TestEtcdWatch)
#include "tst_etcd_watch.moc"
