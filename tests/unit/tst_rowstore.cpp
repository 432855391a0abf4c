// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworder.h"
#include "core/table/rowstore.h"

#include <QRandomGenerator>
#include <QtTest>

#include <map>

using namespace slotscope::core;

namespace {

KeyValue record(const QByteArray &key, const QByteArray &value, qint64 revision)
{
    return {.key = key,
            .value = value,
            .createRevision = Revision(1),
            .modRevision = Revision(revision),
            .version = revision};
}
Event put(const QByteArray &key, const QByteArray &value, qint64 revision)
{
    return {.type = EventType::Put, .kv = record(key, value, revision)};
}
Event remove(const QByteArray &key, qint64 revision)
{
    return {.type = EventType::Delete, .kv = {.key = key, .modRevision = Revision(revision)}};
}

QByteArrayList keysOf(const RowStore &store)
{
    QByteArrayList keys;
    for (const RowId id : store.keyOrder())
        keys.append(store.row(id).key.toByteArray());
    return keys;
}

} // namespace

class TestRowStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void appliesPutsAndDeletes()
    {
        RowStore store;
        store.append({record("b", "1", 1), record("d", "2", 1)});
        const TableDelta delta =
            store.apply({put("a", "x", 2), put("b", "y", 3), remove("d", 4), put("c", "z", 5)});
        QCOMPARE(keysOf(store), QByteArrayList({"a", "b", "c"}));
        QCOMPARE(delta.inserted.size(), size_t(2));
        QCOMPARE(delta.updated.size(), size_t(1));
        QCOMPARE(delta.removed.size(), size_t(1));
        QCOMPARE(delta.revision, Revision(5));
        QCOMPARE(store.row(*store.find("b")).value.toByteArray(), QByteArray("y"));
        QVERIFY(!store.find("d"));
    }

    void countsAKeyOncePerBatch()
    {
        RowStore store;
        const TableDelta delta =
            store.apply({put("a", "1", 1), put("a", "2", 2), put("b", "3", 3), remove("b", 4)});
        QCOMPARE(delta.inserted.size(), size_t(1));
        QVERIFY(delta.updated.empty() && delta.removed.empty());
        QCOMPARE(store.row(delta.inserted.front()).value.toByteArray(), QByteArray("2"));
    }

    void ignoresWhatItHasSeen()
    {
        RowStore store;
        store.append({record("a", "new", 5)});
        QVERIFY(store.apply({put("a", "old", 4)}).isEmpty());
        QVERIFY(store.apply({put("a", "same", 5)}).isEmpty());
        QCOMPARE(store.row(*store.find("a")).value.toByteArray(), QByteArray("new"));
    }

    void snapshotsDoNotChange()
    {
        RowStore store;
        store.append({record("a", "1", 1), record("b", "1", 1)});
        const RowSnapshot before = store.snapshot();
        store.apply({put("a", "2", 2), remove("b", 3), put("c", "4", 4)});
        QCOMPARE(before.size(), 2U);
        QVERIFY(before.isAlive(RowId(1)));
        QCOMPARE(before.row(RowId(0)).value.toByteArray(), QByteArray("1"));
        QCOMPARE(store.snapshot().row(RowId(0)).value.toByteArray(), QByteArray("2"));
        QVERIFY(!store.isAlive(RowId(1)));
    }

    void keepsBytesAndEmptyValuesApart()
    {
        RowStore store;
        store.append({record(QByteArray("\0\xff", 2), QByteArray(), 1),
                      record(QByteArray("\x01\0", 2), QByteArray("\0\0", 2), 1)});
        QCOMPARE(store.row(RowId(0)).value.size(), 0);
        QCOMPARE(store.row(RowId(1)).value.toByteArray(), QByteArray("\0\0", 2));
        QCOMPARE(store.payloadBytes(), qint64(6));
    }

    void agreesWithAMapOverRandomBatches()
    {
        QRandomGenerator random(20240607);
        RowStore store;
        std::map<QByteArray, QByteArray> model;
        qint64 revision = 0;
        for (int round = 0; round < 300; ++round) {
            std::vector<Event> events;
            const int count = random.bounded(round % 10 == 0 ? 9000 : 40);
            for (int i = 0; i < count; ++i) {
                const QByteArray key = QByteArray::number(random.bounded(12000)).rightJustified(5, '0');
                ++revision;
                if (random.bounded(3) == 0) {
                    events.push_back(remove(key, revision));
                    model.erase(key);
                } else {
                    const QByteArray value(random.bounded(200), static_cast<char>('a' + random.bounded(26)));
                    events.push_back(put(key, value, revision));
                    model[key] = value;
                }
            }
            const std::vector<RowId> before = store.keyOrder();
            const TableDelta delta = store.apply(events);
            QCOMPARE(store.count(), model.size());
            QCOMPARE(store.count(), before.size() + delta.inserted.size() - delta.removed.size());
        }
        auto expected = model.cbegin();
        qint64 bytes = 0;
        for (const RowId id : store.keyOrder()) {
            QVERIFY(store.isAlive(id));
            QCOMPARE(store.row(id).key.toByteArray(), expected->first);
            QCOMPARE(store.row(id).value.toByteArray(), expected->second);
            bytes += expected->first.size() + expected->second.size();
            ++expected;
        }
        QCOMPARE(store.payloadBytes(), bytes);
    }

    void giganticChurnDoesNotGrowTheArena()
    {
        RowStore store;
        store.append({record("a", "", 1)});
        for (qint64 revision = 2; revision < 3000; ++revision)
            store.apply({put("a", QByteArray(1000, 'x'), revision)});
        QCOMPARE(store.row(RowId(0)).value.size(), 1000);
        QVERIFY2(store.arenaBytes() < 200 * 1000, qPrintable(QString::number(store.arenaBytes())));
    }

    void orderFollowsRandomChanges_data()
    {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<QString>("condition");
        QTest::addColumn<bool>("sorts");
        QTest::addColumn<bool>("descending");
        QTest::newRow("filter") << "7"
                                << "" << false << false;
        QTest::newRow("condition") << ""
                                   << "value = 30.. and key contains 7" << false << false;
        QTest::newRow("sort") << ""
                              << "" << true << false;
        QTest::newRow("sort down") << ""
                                   << "" << true << true;
        QTest::newRow("all") << "1"
                             << "key < 4 or value > 50" << true << true;
    }

    void orderFollowsRandomChanges()
    {
        QFETCH(QString, filter);
        QFETCH(QString, condition);
        QFETCH(bool, sorts);
        QFETCH(bool, descending);
        RowQuery query {.filter = filter,
                        .condition = FieldCondition::parse(condition).value(),
                        .descending = descending};
        if (sorts) {
            Column column;
            column.group = Column::Group::Field;
            query.sortColumn = column; // the whole value
        }
        SlotType type;
        type.key = *KeyType::parse(u"String");
        type.value = ValueType::Json;
        const SlotCodec codec(type, 0);
        const RowEvaluator evaluator(codec, query);
        QRandomGenerator random(7);
        RowStore store;
        qint64 revision = 1;
        const auto randomEvents = [&](int count) {
            std::vector<Event> events;
            for (int i = 0; i < count; ++i) {
                const QByteArray key = QByteArray::number(random.bounded(500));
                ++revision;
                if (random.bounded(3) == 0)
                    events.push_back(remove(key, revision));
                else
                    events.push_back(put(key, QByteArray::number(random.bounded(60)), revision));
            }
            return events;
        };
        store.apply(randomEvents(400));

        std::shared_ptr<RowOrder> order;
        const auto compute = [&] {
            order.reset();
            RowOrder::compute(store.snapshot(), store.keyOrder(), evaluator)
                .then(this, [&order](const Result<std::shared_ptr<RowOrder>> &result) { order = *result; });
            QTRY_VERIFY(order);
        };
        compute();
        for (int round = 0; round < 60; ++round) {
            const TableDelta delta = store.apply(randomEvents(random.bounded(30)));
            order->apply(store, evaluator, delta);
            // The brute-force answer: all rows by key, those that match, sorted stably.
            std::vector<std::pair<SortKey, RowId>> expected;
            for (const RowId id : store.keyOrder()) {
                const RowView row = store.row(id);
                const auto key = evaluator.evaluate(row);
                QCOMPARE(key.has_value(),
                         (row.key.toByteArray() + ' ' + row.value.toByteArray()).contains(filter.toUtf8())
                             && query.condition->matches(decodeRow(codec, row.key, row.value)));
                if (key)
                    expected.emplace_back(*key, id);
            }
            std::stable_sort(expected.begin(), expected.end(), [descending](const auto &a, const auto &b) {
                return descending ? b.first < a.first : a.first < b.first;
            });
            std::vector<RowId> ids;
            for (const auto &[key, id] : expected)
                ids.push_back(id);
            QVERIFY2(order->rows() == ids, qPrintable(QString::number(round)));
        }
        const std::vector<RowId> incremental = order->rows();
        compute();
        QVERIFY(order->rows() == incremental);

        // Several deltas at once, as after a long job; rows came and went in between.
        std::vector<TableDelta> deltas;
        for (int round = 0; round < 40; ++round)
            deltas.push_back(store.apply(randomEvents(30)));
        order->apply(store, evaluator, joined(deltas, store));
        const std::vector<RowId> replayed = order->rows();
        compute();
        QVERIFY(order->rows() == replayed);
    }

    void sortOrderIsThatOfTheSortKeys_data()
    {
        QTest::addColumn<bool>("descending");
        QTest::newRow("up") << false;
        QTest::newRow("down") << true;
    }

    void sortOrderIsThatOfTheSortKeys()
    {
        QFETCH(bool, descending);
        // Alike in what begins them, in different kinds, and with many that are equal.
        const QByteArrayList values {"null",
                                     "true",
                                     "false",
                                     "0",
                                     "-0.0",
                                     "0.0",
                                     "NaN",
                                     "-Infinity",
                                     "Infinity",
                                     "9007199254740992",
                                     "9007199254740993",
                                     "-9007199254740993",
                                     "123456789012345678901234567890",
                                     "1e-300",
                                     "-1e-300",
                                     "-2.5",
                                     "\"\"",
                                     "\"abcd\"",
                                     "\"abcde\"",
                                     "\"ABCDE\"",
                                     "\"abc\"",
                                     "\"abcf\"",
                                     "\"\u00e9t\u00e9\"",
                                     "\"\U0001f600\"",
                                     "[]",
                                     "[1,2]",
                                     "{\"a\":1}",
                                     "not JSON",
                                     "3",
                                     "30",
                                     "4"};
        QRandomGenerator random(3);
        std::vector<KeyValue> kvs;
        for (int i = 0; i < 5000; ++i)
            kvs.push_back(record(QByteArray::number(i).rightJustified(6, '0'),
                                 values.at(random.bounded(values.size())), i + 1));
        RowStore store;
        store.append(kvs);

        SlotType type;
        type.key = *KeyType::parse(u"String");
        type.value = ValueType::Json;
        for (const Column::Group group : {Column::Group::Field, Column::Group::Key, Column::Group::Meta}) {
            Column column;
            column.group = group;
            column.meta = Column::Meta::Size;
            const RowEvaluator evaluator(SlotCodec(type, 0),
                                         {.sortColumn = column, .descending = descending});
            std::vector<RowId> expected = store.keyOrder();
            std::vector<SortKey> keys;
            for (const RowId id : expected) // which are the ids in turn
                keys.push_back(*evaluator.evaluate(store.row(id)));
            std::stable_sort(expected.begin(), expected.end(), [&](RowId a, RowId b) {
                return descending ? keys[b.value] < keys[a.value] : keys[a.value] < keys[b.value];
            });
            std::shared_ptr<RowOrder> order;
            RowOrder::compute(store.snapshot(), store.keyOrder(), evaluator)
                .then(this, [&order](const Result<std::shared_ptr<RowOrder>> &result) { order = *result; });
            QTRY_VERIFY(order);
            QVERIFY(order->rows() == expected);
        }
    }
};

QTEST_GUILESS_MAIN(TestRowStore)
#include "tst_rowstore.moc"
