// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworderjob.h"
#include "core/table/rowstore.h"

#include <QRandomGenerator>
#include <QtTest>

#include <array>
#include <cmath>
#include <future>
#include <limits>
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

KeyValue randomRecord(const QByteArray &key, qint64 revision, QRandomGenerator &random)
{
    // Mostly as large as records are; some empty, some larger than any block of bytes is by itself.
    const int kind = random.bounded(200);
    const int size = kind == 0 ? 300'000 : kind < 10 ? 0 : random.bounded(400);
    KeyValue kv = record(key, QByteArray(size, char('a' + random.bounded(26))), revision);
    kv.lease = LeaseId(kind % 4 == 0 ? 1 + random.bounded(40) : 0);
    return kv;
}

bool isSame(const RowView &row, const KeyValue &kv)
{
    return row.key == kv.key && row.value == kv.value && row.createRevision == kv.createRevision
        && row.modRevision == kv.modRevision && row.version == kv.version && row.lease == kv.lease;
}

/// What a store or a snapshot has to have.
using Rows = std::map<quint32, KeyValue>; // by id

template <typename Store>
bool holds(const Store &store, quint32 ids, const Rows &rows)
{
    for (quint32 id = 0; id < ids; ++id) {
        const auto expected = rows.find(id);
        if (store.isAlive(RowId(id)) != (expected != rows.cend()))
            return false;
        if (expected != rows.cend() && !isSame(store.row(RowId(id)), expected->second))
            return false;
    }
    return rows.empty() || rows.rbegin()->first < ids;
}

/// A store beside what it has to hold.
struct Twin
{
    RowStore store;
    Rows rows;
    std::map<QByteArray, KeyValue> byKey;

    void append(const std::shared_ptr<RowChunk> &chunk)
    {
        const RowStore::Run run = store.append(chunk);
        for (quint32 i = 0; i < run.count; ++i) {
            const KeyValue kv = chunk->row(i).toKeyValue();
            rows[run.first + i] = byKey[kv.key] = kv;
        }
    }
    void apply(const std::vector<Event> &events)
    {
        for (const Event &event : events) {
            if (event.type == EventType::Put)
                byKey[event.kv.key] = event.kv;
            else
                byKey.erase(event.kv.key);
        }
        const TableDelta delta = store.apply(events);
        for (const RowId id : delta.removed)
            rows.erase(id.value);
        for (const auto *ids : {&delta.updated, &delta.inserted}) {
            for (const RowId id : *ids)
                rows[id.value] = byKey.at(store.row(id).key.toByteArray());
        }
    }
    bool isRight() const
    {
        auto expected = byKey.cbegin();
        for (const RowId id : store.keyOrder()) {
            if (expected == byKey.cend() || !isSame(store.row(id), (expected++)->second))
                return false;
        }
        return expected == byKey.cend() && holds(store, store.idCount(), rows);
    }
};

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
    void takesChunksAsTheyAre()
    {
        RowStore store;
        std::map<QByteArray, QByteArray> expected;
        qint64 bytes = 0;
        int number = 0;
        // Full ones, such as are taken as they are, and such as are not.
        for (const int size : {3000, 100, 4096, 4096, 2500, 1, 2047, 2048, 5}) {
            std::vector<KeyValue> kvs;
            for (int i = 0; i < size; ++i, ++number) {
                kvs.push_back(
                    record(QByteArray::number(number).rightJustified(8, '0'), QByteArray::number(i), 1));
                kvs.back().lease = LeaseId(number % 50 == 0 ? number : 0);
                expected[kvs.back().key] = kvs.back().value;
                bytes += kvs.back().key.size() + kvs.back().value.size();
            }
            const RowsReply reply = rowsOf({.kvs = kvs});
            QCOMPARE(reply.chunks.size(), size_t(1));
            const RowStore::Run run = store.append(reply.chunks.front());
            QCOMPARE(run.count, quint32(size));
            for (quint32 i = 0; i < run.count; ++i) {
                const RowView row = store.row(RowId(run.first + i));
                QCOMPARE(row.key.toByteArray(), kvs[i].key);
                QCOMPARE(row.value.toByteArray(), kvs[i].value);
                QCOMPARE(row.lease, kvs[i].lease);
            }
        }
        QCOMPARE(store.count(), expected.size());
        QCOMPARE(store.payloadBytes(), bytes);
        const RowSnapshot snapshot = store.snapshot();
        qint64 alive = 0;
        for (quint32 id = 0; id < snapshot.size(); ++id)
            alive += snapshot.isAlive(RowId(id)) ? 1 : 0;
        QCOMPARE(alive, qint64(expected.size()));
        store.apply({put("00000000", "changed", 5), remove("00000007", 6), put("99999999", "new", 7)});
        expected["00000000"] = "changed";
        expected.erase("00000007");
        expected["99999999"] = "new";
        std::map<QByteArray, QByteArray> actual;
        for (const RowId id : store.keyOrder())
            actual[store.row(id).key.toByteArray()] = store.row(id).value.toByteArray();
        QVERIFY(actual == expected);
        QCOMPARE(snapshot.row(RowId(0)).value.toByteArray(), QByteArray("0"));
    }

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

    void whatIsHeldStaysUnderRandomWrites()
    {
        QRandomGenerator random(20261129);
        // Two stores take the same chunks, as copies of a reply share them, and go their own ways.
        std::array<Twin, 2> twins;
        qint64 revision = 1;
        int number = 0;
        for (const int size : {4096, 2500, 100, 3000}) {
            std::vector<KeyValue> kvs;
            for (int i = 0; i < size; ++i, ++number)
                kvs.push_back(
                    randomRecord(QByteArray::number(2 * number).rightJustified(6, '0'), revision, random));
            const RowsReply reply = rowsOf({.kvs = kvs});
            for (Twin &twin : twins) {
                twin.append(reply.chunks.front());
                QVERIFY(twin.isRight());
            }
        }
        struct Held
        {
            RowSnapshot snapshot;
            Rows rows;
            std::future<bool> look; // while others write
        };
        std::vector<std::unique_ptr<Held>> held;
        const auto isKept = [](Held &each) {
            return each.look.get() && holds(each.snapshot, each.snapshot.size(), each.rows);
        };
        for (int round = 0; round < 120; ++round) {
            Twin &twin = twins.at(size_t(random.bounded(2)));
            std::vector<Event> events;
            // Some rows are written again and again, so that their bytes are moved together meanwhile.
            const int keys = round % 3 == 0 ? 2 * number : 200;
            for (int i = random.bounded(300); i >= 0; --i) {
                const QByteArray key = QByteArray::number(random.bounded(keys)).rightJustified(6, '0');
                if (random.bounded(6) == 0)
                    events.push_back(remove(key, ++revision));
                else
                    events.push_back({.type = EventType::Put, .kv = randomRecord(key, ++revision, random)});
            }
            if (round % 3 == 0) {
                held.push_back(std::make_unique<Held>(Held {twin.store.snapshot(), twin.rows, {}}));
                held.back()->look = std::async(std::launch::async, [look = held.back().get()] {
                    return holds(look->snapshot, look->snapshot.size(), look->rows);
                });
            }
            twin.apply(events);
            if (held.size() > 4) {
                const auto gone = held.begin() + random.bounded(int(held.size()));
                QVERIFY(isKept(**gone));
                held.erase(gone);
            }
        }
        for (const auto &each : held)
            QVERIFY(isKept(*each));
        for (const Twin &twin : twins) {
            QVERIFY(twin.isRight());
            // What nobody holds is not kept: at most as much again as the rows have, and a little a page.
            const qint64 pages = twin.store.idCount() / 128 + 1;
            QVERIFY(twin.store.arenaBytes() <= 2 * twin.store.payloadBytes() + pages * 8192);
        }
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
            if (round % 2 == 0)
                order->apply(store, evaluator, delta);
            else
                order->apply(store.snapshot(), evaluator, delta);
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
                                     "4",
                                     "\"abcd\\u0000\"",
                                     "9007199254740992.0",
                                     "\"https\"",
                                     "\"https://www.example.org/customers/\"",
                                     "\"https://www.example.org/customers\\u0000\""};
        QRandomGenerator random(3);
        std::vector<KeyValue> kvs;
        for (int i = 0; i < 9000; ++i) {
            QByteArray value = values.at(random.bounded(values.size()));
            // More texts that begin alike than are compared as a whole.
            if (i % 2 == 0)
                value = "\"https://www.Example.org/customers/" + QByteArray::number(random.bounded(300))
                    + "/orders/of this year/" + QByteArray::number(random.bounded(300)) + '"';
            kvs.push_back(record(QByteArray::number(i).rightJustified(6, '0'), value, i + 1));
        }
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

    void packedKeysAreInTheOrderOfTheKeys()
    {
        std::vector<SortKey> keys;
        const auto add = [&keys](quint8 rank, double number, qint64 exact, const QByteArray &text) {
            keys.push_back({rank, number, exact, text});
        };
        add(SortKey::Absent, 0, 0, {});
        add(SortKey::Null, 0, 0, {});
        for (const qint64 whole :
             {std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max(), qint64(-8), qint64(-1),
              qint64(0), qint64(1), qint64(8), (qint64(1) << 53) - 1, qint64(1) << 53, (qint64(1) << 53) + 1,
              (qint64(1) << 60) + 1, -(qint64(1) << 53) - 1}) {
            add(SortKey::Bool, 0, whole, {});
            add(SortKey::Time, 0, whole, {});
            add(SortKey::Number, double(whole), whole, {});
            add(SortKey::Number, double(whole), 0, {});
            add(SortKey::Number, double(whole), 0, QByteArray::number(whole));
            add(SortKey::Number, double(whole), 0, QByteArray::number(whole) + ".0");
        }
        for (const double number : {-0.0, 1.5, std::nextafter(1.5, 2), -1e300, 1e-310, HUGE_VAL, -HUGE_VAL})
            add(SortKey::Number, number, 0, {});
        for (const quint8 rank : {SortKey::Text, SortKey::Other}) {
            for (const QByteArray &text :
                 {QByteArray(), QByteArray(1, '\0'), QByteArray(2, '\0'), QByteArray(13, '\0'),
                  QByteArray(14, '\0'), QByteArray(15, '\0'), QByteArray("a"), QByteArray("ab"),
                  QByteArray("ab\0", 3), QByteArray("abc"), QByteArray("abcdefghijklmn"),
                  QByteArray("abcdefghijklmno"), QByteArray("abcdefghijklmnop"), QByteArray("abd"),
                  QByteArray("\xef\xbf\xbf"), QByteArray("b")})
                add(rank, 0, 0, text);
        }
        const SortKey ab {SortKey::Text, 0, 0, "abc"};
        const SortKey abcd {SortKey::Text, 0, 0, "abd"};
        const SortKey other {SortKey::Other, 0, 0, "abc"};
        int open = 0;
        for (const SortScale &scale :
             {SortScale(), SortScale({ab, abcd}), SortScale({ab}), SortScale({other}, SortKey::Other)}) {
            for (const SortKey &a : keys) {
                for (const SortKey &b : keys) {
                    const PackedKey left = scale.pack(a);
                    const PackedKey right = scale.pack(b);
                    if (left == right && left.isOpen()) {
                        ++open;
                        continue;
                    }
                    QCOMPARE(left < right, a < b);
                    QCOMPARE(left == right, !(a < b) && !(b < a));
                }
            }
        }
        QVERIFY(open > 0);
        QVERIFY(size_t(open) < keys.size() * keys.size() / 4);
    }

    void partsOfAnOrder_data()
    {
        QTest::addColumn<QString>("condition");
        QTest::addColumn<bool>("sorts");
        QTest::addColumn<bool>("descending");
        QTest::newRow("filter") << "value < 500" << false << false;
        QTest::newRow("sort") << "" << true << false;
        QTest::newRow("sort down") << "" << true << true;
        QTest::newRow("both") << "value < 500" << true << false;
        QTest::newRow("nothing found") << "value < 0" << false << false;
    }

    void partsOfAnOrder()
    {
        QFETCH(QString, condition);
        QFETCH(bool, sorts);
        QFETCH(bool, descending);
        constexpr int Count = 30'000;
        QRandomGenerator random(5);
        std::vector<KeyValue> kvs;
        std::vector<int> numbers;
        for (int i = 0; i < Count; ++i) {
            numbers.push_back(int(random.bounded(1000)));
            kvs.push_back(record(QByteArray::number(i).rightJustified(6, '0'),
                                 QByteArray::number(numbers.back()), i + 1));
        }
        RowStore store;
        store.append(kvs); // the ids are the positions
        SlotType type;
        type.key = *KeyType::parse(u"String");
        type.value = ValueType::Json;
        RowQuery query {.condition = FieldCondition::parse(condition).value(), .descending = descending};
        if (sorts)
            query.sortColumn = Column::ofField({});
        const RowEvaluator evaluator(SlotCodec(type, 0), query);
        std::vector<RowId> expected;
        for (const RowId id : store.keyOrder()) {
            if (condition.isEmpty() || (numbers[id.value] < 500 && !condition.endsWith(u" 0")))
                expected.push_back(id);
        }
        const std::vector<RowId> byKey = expected;
        const auto before = [&](RowId a, RowId b) {
            return numbers[a.value] != numbers[b.value]
                && (numbers[a.value] < numbers[b.value]) != descending;
        };
        if (sorts)
            std::stable_sort(expected.begin(), expected.end(), before);

        RowOrderJob job(store.snapshot(), store.keyOrder(), evaluator);
        std::vector<RowOrderPart> parts;
        std::shared_ptr<RowOrder> order;
        qint64 done = 0;
        bool grows = true;
        connect(&job, &RowOrderJob::partFound, this,
                [&](const RowOrderPart &part) { parts.push_back(part); });
        connect(&job, &RowOrderJob::progressed, this, [&] {
            grows = grows && job.done() > done && job.done() <= job.total();
            done = job.done();
        });
        connect(&job, &RowOrderJob::finished, this,
                [&](const std::shared_ptr<RowOrder> &result) { order = result; });
        QTRY_VERIFY(order);
        QVERIFY(order->rows() == expected);
        QVERIFY(grows && done > 0);
        QVERIFY(job.isFinished());
        QCOMPARE(job.done(), qint64(Count));
        QCOMPARE(parts.empty(), expected.empty());
        for (const RowOrderPart &part : parts) {
            if (!sorts) {
                QVERIFY(part.rows.size() <= expected.size());
                QVERIFY(std::equal(part.rows.cbegin(), part.rows.cend(), expected.cbegin()));
                continue;
            }
            QVERIFY(part.sorted > 0);
            const auto end = part.rows.cbegin() + qsizetype(part.sorted);
            QVERIFY(std::is_sorted(part.rows.cbegin(), end, before));
            QVERIFY(std::is_sorted(end, part.rows.cend()));
            std::vector<RowId> all = part.rows;
            std::sort(all.begin(), all.end());
            QVERIFY(std::includes(byKey.cbegin(), byKey.cend(), all.cbegin(), all.cend()));
            QVERIFY(!condition.isEmpty() || all == byKey);
        }
    }

    void nobodyWaitsForAnOrderThatIsGivenUp()
    {
        RowStore store;
        std::vector<KeyValue> kvs;
        for (int i = 0; i < 20'000; ++i)
            kvs.push_back(record(QByteArray::number(i).rightJustified(6, '0'), "{\"a\":[1,2,3]}", i + 1));
        store.append(kvs);
        SlotType type;
        type.key = *KeyType::parse(u"String");
        type.value = ValueType::Json;
        const RowEvaluator evaluator(SlotCodec(type, 0), {.filter = QStringLiteral("2")});
        int told = 0;
        for (int i = 0; i < 20; ++i) {
            auto given = std::make_unique<RowOrderJob>(store.snapshot(), store.keyOrder(), evaluator);
            connect(given.get(), &RowOrderJob::progressed, this, [&told] { ++told; });
            connect(given.get(), &RowOrderJob::finished, this, [&told] { ++told; });
        }
        // What comes after them is in time, and is all that comes.
        RowOrderJob last(store.snapshot(), store.keyOrder(), evaluator);
        bool finished = false;
        connect(&last, &RowOrderJob::finished, this, [&](const std::shared_ptr<RowOrder> &order) {
            finished = order->rows() == store.keyOrder();
        });
        QTRY_VERIFY(finished);
        QCOMPARE(told, 0);
    }
};

QTEST_GUILESS_MAIN(TestRowStore)
#include "tst_rowstore.moc"
