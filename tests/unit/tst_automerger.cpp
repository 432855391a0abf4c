// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/automerger.h"

#include "core/edit/editsession.h"
#include "core/table/slotdirectory.h"
#include "tests/support/memoryconnection.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QByteArray recordKey(int number)
{
    return slotKey(7, QByteArray::number(number).rightJustified(4, '0'));
}

QByteArray record(int a, int b, const QByteArray &text = "t")
{
    return "{\"a\":" + QByteArray::number(a) + ",\"b\":" + QByteArray::number(b) + ",\"t\":\"" + text + "\"}";
}

/// Slot 7 holds JSON, and somebody edits it.
struct Fixture
{
    MemoryEtcd etcd;
    MemoryClient server {&etcd};
    SlotDirectory directory {&server.client, &server.watch};
    EditSession session {&server.client};
    AutoMerger merger {&session, &directory};

    void load(bool withType = true)
    {
        QSignalSpy loaded(&directory, &SlotDirectory::loaded);
        directory.load();
        QVERIFY(loaded.wait());
        QTRY_VERIFY(directory.isSampled());
        directory.pin(Slot(7), SchemaProperty::ValueType,
                      withType ? QStringLiteral("Json") : QStringLiteral("Unknown"));
    }
    KeyState put(int number, const QByteArray &value)
    {
        etcd.put(recordKey(number), value);
        return KeyState::of(etcd.keys().at(recordKey(number)));
    }
    void overtake(int number, const QByteArray &value)
    {
        session.noteCurrent(recordKey(number), put(number, value));
    }
    QByteArray staged(int number) const
    {
        const Change *change = session.find(recordKey(number));
        return change ? change->value : QByteArray();
    }
};

} // namespace

class TestAutoMerger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void atOnce()
    {
        Fixture f;
        const KeyState base = f.put(1, record(1, 1));
        f.load();
        f.session.stageValue(recordKey(1), base, record(2, 1));
        f.overtake(1, record(1, 2));
        QVERIFY(!f.session.hasConflicts());
        QCOMPARE(f.staged(1), record(2, 2));
        // And once more on top of that.
        f.overtake(1, record(1, 3));
        QCOMPARE(f.staged(1), record(2, 3));
        f.overtake(1, record(5, 3));
        QVERIFY(f.session.hasConflicts());
        QVERIFY(!f.merger.isBusy());
    }

    void largeOnesOnAnotherThread()
    {
        Fixture f;
        const QByteArray text(200 * 1000, 'x');
        const KeyState base = f.put(1, record(1, 1, text));
        f.load();
        f.session.stageValue(recordKey(1), base, record(2, 1, text));
        QSignalSpy merged(&f.session, &EditSession::merged);
        f.overtake(1, record(1, 2, text));
        QVERIFY(f.session.hasConflicts());
        QTRY_VERIFY(!f.session.hasConflicts());
        QCOMPARE(f.staged(1), record(2, 2, text));
        QCOMPARE(merged.size(), 1);
        QCOMPARE(f.session.find(recordKey(1))->mergedAt, f.etcd.revision());
        // What clashes stays a conflict.
        f.overtake(1, record(7, 2, text));
        QVERIFY(f.session.hasConflicts());
        QTRY_VERIFY(!f.merger.isBusy());
        QVERIFY(f.session.hasConflicts());
    }

    // Overtaken again, or edited, while it was being merged: what was found is of no use then.
    void nothingOldIsTaken()
    {
        Fixture f;
        const QByteArray text(200 * 1000, 'x');
        const KeyState base = f.put(1, record(1, 1, text));
        f.load();
        f.session.stageValue(recordKey(1), base, record(2, 1, text));
        f.overtake(1, record(1, 2, text));
        f.overtake(1, record(1, 3, text));
        f.session.stageValue(recordKey(1), base, record(4, 1, text));
        QTRY_VERIFY(!f.merger.isBusy());
        QVERIFY(f.session.hasConflicts() || f.staged(1) == record(4, 3, text));
        QCOMPARE(f.session.find(recordKey(1))->conflict.value_or(f.session.find(recordKey(1))->base).value,
                 record(1, 3, text));
    }

    void manyAtOnce()
    {
        constexpr int Records = 400;
        Fixture f;
        const QByteArray text(500, 'x');
        std::vector<EditSession::Intent> intents;
        for (int i = 0; i < Records; ++i)
            intents.push_back({recordKey(i), f.put(i, record(1, 1, text)), record(2, 1, text)});
        f.load();
        QVERIFY(f.session.stageAll(intents));
        EventBatch batch;
        for (int i = 0; i < Records; ++i) {
            f.put(i, record(1, i, text));
            batch.events.push_back({.type = EventType::Put, .kv = f.etcd.keys().at(recordKey(i))});
        }
        f.session.observe(batch);
        QVERIFY(f.session.hasConflicts()); // not all of them at once
        QTRY_VERIFY(!f.session.hasConflicts());
        for (int i = 0; i < Records; ++i)
            QCOMPARE(f.staged(i), record(2, i, text));
    }

    void whenTheTypeBecomesKnown()
    {
        Fixture f;
        const KeyState base = f.put(1, record(1, 1));
        f.load(false);
        f.session.stageValue(recordKey(1), base, record(2, 1));
        f.overtake(1, record(1, 2));
        QVERIFY(f.session.hasConflicts());
        f.directory.pin(Slot(7), SchemaProperty::ValueType, QStringLiteral("Json"));
        QTRY_VERIFY(!f.session.hasConflicts());
        QCOMPARE(f.staged(1), record(2, 2));
    }
};

QTEST_GUILESS_MAIN(TestAutoMerger)
#include "tst_automerger.moc"
