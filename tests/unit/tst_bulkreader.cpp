// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/bulkreader.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/rowreaders.h"
#include "tests/support/await.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtEndian>
#include <QtTest>

#include <set>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using Keys = std::set<QByteArray>;

/// A server's answer to a piece, without a server.
RangePlan::Outcome answer(const Keys &keys, const RangePlan::Piece &piece, qint64 valueSize)
{
    RangePlan::Outcome outcome;
    for (auto it = keys.lower_bound(piece.range.begin); it != keys.cend() && piece.range.contains(*it);
         ++it) {
        ++outcome.count;
        if (piece.limit > 0 && outcome.rows == piece.limit) {
            outcome.more = true;
            continue;
        }
        if (outcome.rows++ == 0)
            outcome.firstKey = *it;
        outcome.lastKey = *it;
        outcome.bytes += it->size() + valueSize;
    }
    return outcome;
}

QByteArray bigEndian(quint64 number)
{
    QByteArray bytes(8, '\0');
    qToBigEndian(number, bytes.data());
    return bytes;
}

QByteArray randomBytes(QRandomGenerator *random, int size)
{
    QByteArray bytes(size, '\0');
    for (char &byte : bytes)
        byte = char(random->bounded(256));
    return bytes;
}

QByteArray field(int number, const QByteArray &bytes)
{
    QByteArray size;
    for (auto left = quint64(bytes.size()); size.isEmpty() || left > 0; left >>= 7U)
        size += char((left & 0x7fU) | (left >= 0x80 ? 0x80U : 0U));
    return char(number << 3 | 2) + size + bytes;
}

QByteArray field(int number, quint64 value)
{
    QByteArray bytes(1, char(number << 3));
    do {
        bytes += char((value & 0x7fU) | (value >= 0x80 ? 0x80U : 0U));
        value >>= 7U;
    } while (value > 0);
    return bytes;
}

RangeReply someReply()
{
    RangeReply reply {.header = {.clusterId = 14841639068965178418U,
                                 .memberId = 2,
                                 .revision = Revision(77),
                                 .raftTerm = 3},
                      .more = true,
                      .count = 9000};
    QRandomGenerator random(7);
    for (int i = 0; i < 5000; ++i)
        reply.kvs.push_back({.key = bigEndian(quint64(i)),
                             .value = randomBytes(&random, i % 70),
                             .createRevision = Revision(i + 1),
                             .modRevision = Revision(qint64(i) << 33),
                             .version = i % 3 + 1,
                             .lease = LeaseId(i % 100 == 5 ? -qint64(i) : 0)});
    return reply;
}

void compare(const RowsReply &rows, const RangeReply &reply)
{
    QCOMPARE(rows.header.clusterId, reply.header.clusterId);
    QCOMPARE(rows.header.revision, reply.header.revision);
    QCOMPARE(rows.more, reply.more);
    QCOMPARE(rows.count, reply.count);
    QCOMPARE(rows.rows, qint64(reply.kvs.size()));
    size_t at = 0;
    for (const auto &chunk : rows.chunks) {
        for (quint32 i = 0; i < chunk->size(); ++i, ++at) {
            const KeyValue kv = chunk->row(i).toKeyValue();
            const KeyValue &expected = reply.kvs.at(at);
            QCOMPARE(kv.key, expected.key);
            QCOMPARE(kv.value, expected.value);
            QCOMPARE(kv.createRevision, expected.createRevision);
            QCOMPARE(kv.modRevision, expected.modRevision);
            QCOMPARE(kv.version, expected.version);
            QCOMPARE(kv.lease, expected.lease);
        }
    }
    QCOMPARE(at, reply.kvs.size());
}

QByteArray protobufOf(const RangeReply &reply)
{
    QByteArray bytes =
        field(1,
              field(1, reply.header.clusterId) + field(2, reply.header.memberId)
                  + field(3, quint64(reply.header.revision.value)) + field(4, reply.header.raftTerm));
    for (const KeyValue &kv : reply.kvs) {
        QByteArray row = field(1, kv.key) + field(2, quint64(kv.createRevision.value))
            + field(3, quint64(kv.modRevision.value)) + field(4, quint64(kv.version)) + field(5, kv.value);
        if (kv.lease.value != 0)
            row += field(6, quint64(kv.lease.value));
        bytes += field(2, row);
    }
    return bytes + field(3, quint64(reply.more)) + field(4, quint64(reply.count));
}

QByteArray jsonOf(const RangeReply &reply)
{
    const auto text = [](auto number) { return '"' + QByteArray::number(number) + '"'; };
    QByteArray json = "{\"header\":{\"cluster_id\":" + text(reply.header.clusterId) + ",\"member_id\":"
        + text(reply.header.memberId) + ",\"revision\":" + text(reply.header.revision.value)
        + ",\"raft_term\":" + text(reply.header.raftTerm) + "},\"kvs\":[";
    for (const KeyValue &kv : reply.kvs) {
        json += "{\"key\":\"" + kv.key.toBase64() + "\",\"create_revision\":" + text(kv.createRevision.value);
        if (kv.modRevision.value != 0)
            json += ",\"mod_revision\":" + text(kv.modRevision.value);
        json += ",\"version\":" + text(kv.version);
        if (!kv.value.isEmpty())
            json += ",\"value\":\"" + kv.value.toBase64() + '"';
        if (kv.lease.value != 0)
            json += ",\"lease\":" + text(kv.lease.value);
        json += "},";
    }
    json.chop(1);
    return json + "],\"more\":true,\"count\":" + text(reply.count) + '}';
}

} // namespace

class TestBulkReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void piecesAreAllThereIs_data()
    {
        QTest::addColumn<QByteArrayList>("list");
        QTest::addColumn<qint64>("expected");
        QTest::addColumn<int>("mostPieces");
        QRandomGenerator random(11);
        const auto slot = [](const QByteArray &key) { return slotKey(1, key); };
        const auto row = [](const char *name, const QByteArrayList &list, qint64 expected, int mostPieces) {
            QTest::newRow(name) << list << expected << mostPieces;
        };
        row("none", {}, 0, 1);
        row("none, though many were expected", {}, 100'000, 60);
        row("one", {slot("x")}, 1, 1);
        QByteArrayList list;
        for (int i = 0; i < 60'000; ++i)
            list.append(slot(randomBytes(&random, 16)));
        row("random", list, list.size(), 60);
        row("random, though few were expected", list, 10, 40);
        list.clear();
        for (int i = 1; i <= 60'000; ++i)
            list.append(slot(bigEndian(quint64(i))));
        row("counted", list, list.size(), 50);
        list.clear();
        for (int i = 1; i <= 60'000; ++i)
            list.append(slot("user" + QByteArray::number(i).rightJustified(7, '0')));
        row("digits", list, list.size(), 150);
        list.clear();
        for (int i = 0; i < 30; ++i) {
            const QByteArray stem = randomBytes(&random, 16);
            for (int j = 0; j < 2000; ++j)
                list.append(slot(stem + bigEndian(quint64(j) << 20U)));
        }
        row("clusters", list, list.size(), 900);
        list.clear();
        for (int i = 0; i < 5000; ++i)
            list.append(slot(QByteArray(i % 300, '\xff') + QByteArray::number(i)));
        row("deep", list, list.size(), 900);
    }

    void piecesAreAllThereIs()
    {
        QFETCH(const QByteArrayList, list);
        QFETCH(const qint64, expected);
        QFETCH(const int, mostPieces);
        const Keys keys(list.cbegin(), list.cend());
        QRandomGenerator random(5);
        for (const qint64 valueSize : {0, 300, 50'000}) {
            RangePlan plan(KeyRange::slot(Slot(1)), expected);
            std::vector<RangePlan::Piece> underWay;
            std::map<quint64, RangePlan::Piece> all;
            std::map<quint64, RangePlan::Outcome> outcomes;
            QByteArrayList read;
            int pieces = 0;
            while (!plan.isDone()) {
                while (underWay.size() < (pieces == 0 ? 1U : 4U)) {
                    const auto piece = plan.next();
                    if (!piece)
                        break;
                    ++pieces;
                    underWay.push_back(*piece);
                    all[piece->number] = *piece;
                }
                QVERIFY(!underWay.empty());
                QVERIFY(pieces < 100'000);
                const auto which = underWay.begin() + random.bounded(int(underWay.size()));
                const RangePlan::Outcome outcome = answer(keys, *which, valueSize);
                outcomes[which->number] = outcome;
                plan.take(which->number, outcome);
                underWay.erase(which);
                while (const quint64 number = plan.takeDelivered()) {
                    const RangePlan::Outcome &part = outcomes.at(number);
                    auto it = keys.lower_bound(all.at(number).range.begin);
                    for (qint64 i = 0; i < part.rows; ++i)
                        read.append(*it++);
                }
            }
            QVERIFY(underWay.empty());
            QCOMPARE(read, QByteArrayList(keys.cbegin(), keys.cend()));
            // What 4 MB make is cut more finely for large values.
            const int fair = mostPieces + int(valueSize * qint64(keys.size()) / (1024 * 1024));
            if (valueSize < 50'000)
                QVERIFY2(pieces <= fair, qPrintable(QString::number(pieces)));
        }
    }

    void rowsFromJson()
    {
        const RangeReply reply = someReply();
        const QByteArray json = jsonOf(reply);
        const auto rows = gateway::parseRows(json);
        QVERIFY2(rows.hasValue(), qPrintable(rows ? QString() : rows.error().detail));
        compare(*rows, reply);
        const auto asBefore = gateway::parseRangeReply(json);
        QVERIFY(asBefore.hasValue());
        compare(*rows, *asBefore);
    }

    void otherJsonIsReadAsBefore_data()
    {
        QTest::addColumn<QByteArray>("text"); // with ' for "
        const QByteArray header = "'header':{'cluster_id':'1','revision':'5'}";
        QTest::newRow("numbers") << '{' + header + ",'kvs':[{'key':'YQ==','version':3}],'count':1}";
        QTest::newRow("null") << '{' + header + ",'kvs':null,'count':'1'}";
        QTest::newRow("unknown members") << '{' + header + ",'kvs':[{'key':'YQ==','new':{}}],'newer':1}";
        QTest::newRow("unpadded") << '{' + header + ",'kvs':[{'key':'YQ'}]}";
        QTest::newRow("no base64") << '{' + header + ",'kvs':[{'key':'Y*=='}]}";
        QTest::newRow("padding within") << '{' + header + ",'kvs':[{'key':'YQ==YQ=='}]}";
        QTest::newRow("no header") << QByteArray("{'kvs':[]}");
        QTest::newRow("cut") << '{' + header + ",'kvs':[{'key':'YQ";
        QTest::newRow("more behind it") << '{' + header + "}}";
        QTest::newRow("no object") << QByteArray("[]");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a page") << QByteArray("<html></html>");
        QTest::newRow("too large a number") << '{' + header + ",'count':'99999999999999999999'}";
    }

    void otherJsonIsReadAsBefore()
    {
        QFETCH(const QByteArray, text);
        const QByteArray json = QByteArray(text).replace('\'', '"');
        const auto rows = gateway::parseRows(json);
        const auto before = gateway::parseRangeReply(json);
        QCOMPARE(rows.hasValue(), before.hasValue());
        if (before) {
            compare(*rows, *before);
        } else {
            QCOMPARE(rows.error().kind, before.error().kind);
            QCOMPARE(rows.error().detail, before.error().detail);
        }
    }

    void rowsFromProtobuf()
    {
        const RangeReply reply = someReply();
        const auto rows = grpc::parseRows(protobufOf(reply));
        QVERIFY(rows.hasValue());
        compare(*rows, reply);
        // Fields of a later etcd.
        const auto later = grpc::parseRows(protobufOf(reply) + field(9, QByteArray("new")) + field(10, 5));
        QVERIFY(later.hasValue());
        compare(*later, reply);
        QCOMPARE(grpc::parseRows("").error().kind, ErrorKind::Protocol);
    }

    void rowsWithoutAKeyAreRefused()
    {
        const QByteArray reply = protobufOf(someReply());
        QCOMPARE(grpc::parseRows(reply + field(2, QByteArray())).error().kind, ErrorKind::Protocol);
        QCOMPARE(grpc::parseRows(reply + QByteArray("\x12\x00", 2).repeated(100'000)).error().kind,
                 ErrorKind::Protocol);
    }

    void brokenProtobufIsAnError()
    {
        RangeReply reply = someReply();
        reply.kvs.resize(3);
        const QByteArray whole = protobufOf(reply);
        for (qsizetype size = 0; size < whole.size(); ++size) {
            const auto rows = grpc::parseRows(whole.left(size));
            // Where a field ends, what has come is a message, though a shorter one.
            if (rows)
                QVERIFY(rows->rows <= 3);
            else
                QCOMPARE(rows.error().kind, ErrorKind::Protocol);
        }
        QRandomGenerator random(3);
        for (int i = 0; i < 5000; ++i) {
            QByteArray changed = whole;
            changed[random.bounded(int(changed.size()))] = char(random.bounded(256));
            const auto rows = grpc::parseRows(changed); // whatever comes of it, nothing is read outside
            QVERIFY(rows.hasValue() || rows.error().kind == ErrorKind::Protocol);
        }
    }

    void readsAtOneRevision()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 9000; ++i)
            etcd.put(slotKey(1, bigEndian(quint64(i))), QByteArray::number(i));
        MemoryClient memory(&etcd);
        BulkReader reader(&memory.client, {.range = KeyRange::slot(Slot(1))});
        QByteArrayList read;
        int replies = 0;
        connect(&reader, &BulkReader::read, &reader, [&](const RowsReply &rows) {
            for (const auto &chunk : rows.chunks) {
                for (quint32 i = 0; i < chunk->size(); ++i)
                    read.append(chunk->row(i).value.toByteArray());
            }
            // Nothing of this is seen.
            etcd.put(slotKey(1, bigEndian(quint64(9000 + replies++))), "late");
            etcd.put(slotKey(1, bigEndian(8999)), "changed");
        });
        QSignalSpy finished(&reader, &BulkReader::finished);
        const Revision begun = etcd.revision();
        reader.start();
        QTRY_COMPARE(finished.size(), 1);
        QCOMPARE(reader.revision(), begun);
        QCOMPARE(reader.total(), qint64(9000));
        QVERIFY(replies > 1);
        QCOMPARE(read.size(), 9000);
        for (int i = 0; i < 9000; ++i)
            QCOMPARE(read[i], QByteArray::number(i));
    }

    // The piece that all others wait for has more rows than fit into a reply, and its rest is asked for
    // though no more may wait.
    void theRestOfALatePieceIsRead()
    {
        MemoryEtcd etcd;
        const QByteArray value(20'000, 'v');
        const auto keyOf = [](int i) {
            return slotKey(1, bigEndian(quint64(i < 300 ? i * 64 : 300 * 64 + i)));
        };
        for (int i = 0; i < 5000; ++i)
            etcd.put(keyOf(i), value);
        MemoryClient memory(&etcd);
        QVERIFY(await(memory.client.status()).hasValue());
        BulkReader reader(&memory.client, {.range = KeyRange::slot(Slot(1)), .expected = 5000});
        bool hadMore = false;
        QByteArrayList read;
        connect(&reader, &BulkReader::read, &reader, [&](const RowsReply &rows) {
            hadMore = hadMore || (!read.isEmpty() && rows.more);
            for (const auto &chunk : rows.chunks) {
                for (quint32 i = 0; i < chunk->size(); ++i)
                    read.append(chunk->row(i).key.toByteArray());
            }
        });
        QSignalSpy finished(&reader, &BulkReader::finished);
        etcd.answerLate(1, 8);
        reader.start();
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(hadMore);
        QCOMPARE(read.size(), 5000);
        for (int i = 0; i < 5000; ++i)
            QCOMPARE(read[i], keyOf(i));
    }

    void endsWithTheFirstError()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 9000; ++i)
            etcd.put(slotKey(1, bigEndian(quint64(i))), "v");
        MemoryClient memory(&etcd);
        BulkReader reader(&memory.client, {.range = KeyRange::slot(Slot(1))});
        QSignalSpy failed(&reader, &BulkReader::failed);
        qint64 rows = 0;
        connect(&reader, &BulkReader::read, &reader, [&](const RowsReply &reply) {
            rows += reply.rows;
            etcd.put(slotKey(1, "x"), "v");
            etcd.compact();
        });
        reader.start();
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failed.first().first().value<Error>().kind, ErrorKind::Compacted);
        QVERIFY(rows > 0);
        QVERIFY(rows < 9000);
        // All before that key have been told of, and none behind it.
        QVERIFY(slotKey(1, bigEndian(quint64(rows - 1))) < reader.position());
        QVERIFY(slotKey(1, bigEndian(quint64(rows))) >= reader.position());
    }

    void goneBeforeItsTime()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 5000; ++i)
            etcd.put(slotKey(1, bigEndian(quint64(i))), "v");
        MemoryClient memory(&etcd);
        auto reader = std::make_unique<BulkReader>(&memory.client,
                                                   BulkReader::Request {.range = KeyRange::slot(Slot(1))});
        bool isGone = false;
        connect(reader.get(), &BulkReader::read, this, [&] {
            isGone = true;
            reader.reset();
        });
        reader->start();
        QTRY_VERIFY(isGone);
        QVERIFY(await(memory.client.status()).hasValue());
    }
};

QTEST_GUILESS_MAIN(TestBulkReader)
#include "tst_bulkreader.moc"
