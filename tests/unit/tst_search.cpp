// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/table/recordjson.h"
#include "core/table/search.h"
#include "core/table/searchplace.h"
#include "core/value/notation.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <map>
#include <set>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Users = 2500;

QByteArray userKey(int number)
{
    return slotKey(1, QUuid::createUuidV5(QUuid(), QString::number(number)).toRfc4122());
}

QByteArray user(int number)
{
    const QByteArray notation = "{\"name\":\"User " + QByteArray::number(number) + "\",\"balance\":"
        + QByteArray::number(number % 100) + ",\"tags\":[\"a\",\"Tag " + QByteArray::number(number) + "\"]}";
    return *cborCodec().encode(*fromNotation(notation));
}

/// An etcd with a slot of more than one page, an empty one, an index by name, plain keys, and a key of one
/// byte.
struct Subject
{
    Subject()
        : memory(&etcd)
        , directory(&memory.client, &memory.watch)
    {
        std::vector<std::pair<QByteArray, QByteArray>> keys;
        for (int i = 0; i < Users; ++i) {
            keys.emplace_back(userKey(i), user(i));
            keys.emplace_back(slotKey(2, "User " + QByteArray::number(i)), userKey(i).mid(2));
        }
        keys.emplace_back("/config/mail", "User 77 is told");
        keys.emplace_back("/config/user 8", "x");
        keys.emplace_back("u", "user 9");
        etcd.write(keys);
    }
    void load()
    {
        QSignalSpy loaded(&directory, &SlotDirectory::loaded);
        directory.load();
        QTRY_COMPARE(loaded.size(), 1);
    }

    MemoryEtcd etcd;
    MemoryClient memory;
    SlotDirectory directory;
};

/// What a search tells.
struct Recorder
{
    explicit Recorder(Search *search)
    {
        QObject::connect(search, &Search::found, &context, [this](const std::vector<SearchHit> &more) {
            hits.insert(hits.end(), more.cbegin(), more.cend());
        });
        QObject::connect(search, &Search::restarted, &context, [this] {
            hits.clear();
            ++restarts;
        });
        QObject::connect(search, &Search::finished, &context, [this] { ++ends; });
    }
    std::set<QByteArray> keys() const
    {
        std::set<QByteArray> all;
        for (const SearchHit &hit : hits)
            all.insert(hit.record.key);
        return all;
    }
    const SearchHit *at(const QByteArray &key) const
    {
        const auto found = std::find_if(hits.cbegin(), hits.cend(),
                                        [&key](const SearchHit &hit) { return hit.record.key == key; });
        return found == hits.cend() ? nullptr : &*found;
    }

    std::vector<SearchHit> hits;
    int restarts = 0;
    int ends = 0;
    QObject context;
};

} // namespace

class TestSearch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placesOfATextInARecord_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("excerpt");
        QTest::newRow("key") << "KEY"
                             << "key[0]"
                             << "the key";
        QTest::newRow("second part") << "42"
                                     << "key[1]"
                                     << "42";
        QTest::newRow("field") << "anna"
                               << "name"
                               << "Anna";
        QTest::newRow("below") << "OPS"
                               << "roles[1].title"
                               << "DevOps";
        QTest::newRow("bytes") << "ff1"
                               << "raw"
                               << "00ff10";
        QTest::newRow("number") << "-0.5"
                                << "balance"
                                << "-0.5";
        QTest::newRow("line ends") << "two"
                                   << "note"
                                   << "one two";
        QTest::newRow("long") << "needle"
                              << "long"
                              << QStringLiteral("…%1needle%2…").arg(QString(40, u'x'), QString(114, u'y'));
        QTest::newRow("nowhere") << "nobody" << QString() << QString();
    }

    void placesOfATextInARecord()
    {
        QFETCH(QString, text);
        QFETCH(QString, field);
        QFETCH(QString, excerpt);
        DecodedRow row;
        row.keyParts = {Value::text(QStringLiteral("the key")), Value::integer(42)};
        row.value = *fromNotation("{\"name\":\"Anna\",\"roles\":[\"admin\",{\"title\":\"DevOps\"}],"
                                  "\"raw\":{\"hex\":\"00ff10\"},\"balance\":-0.5,\"note\":\"one\\ntwo\","
                                  "\"long\":\""
                                  + QByteArray(100, 'x') + "needle" + QByteArray(200, 'y') + "\"}");
        const SearchPlace place = placeOf(text, row);
        QCOMPARE(place.field, field);
        QCOMPARE(place.excerpt, excerpt);
        if (!field.isEmpty())
            QCOMPARE(place.excerpt.mid(place.offset, text.size()).toLower(), text.toLower());
    }

    void findsWhatBruteForceFinds_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("condition");
        QTest::addColumn<QList<int>>("slotNumbers");
        QTest::newRow("text") << "user 77"
                              << "" << QList<int>();
        QTest::newRow("in one slot") << "user 77"
                                     << "" << QList<int> {1};
        QTest::newRow("in two") << "tag 77"
                                << "" << QList<int> {1, 2};
        QTest::newRow("condition") << ""
                                   << "balance = 7 and name contains 'r 1'" << QList<int>();
        QTest::newRow("both") << "tag"
                              << "balance >= 98" << QList<int> {1};
        QTest::newRow("keys") << ""
                              << "key contains 'user 8'" << QList<int>();
        QTest::newRow("nothing") << "nobody is called this"
                                 << "" << QList<int>();
    }

    void findsWhatBruteForceFinds()
    {
        QFETCH(QString, text);
        QFETCH(QString, condition);
        QFETCH(QList<int>, slotNumbers);
        Subject subject;
        subject.load();
        SearchQuery query {.text = text, .condition = FieldCondition::parse(condition).value()};
        for (const int slot : slotNumbers)
            query.slotNumbers.emplace_back(quint16(slot));
        Search search(&subject.memory.client, &subject.directory, query);
        Recorder recorder(&search);
        search.start();
        const Revision revision = subject.etcd.revision();
        QTRY_COMPARE(search.progress().records > 0, true);
        // What happens meanwhile is of another revision.
        subject.etcd.put(slotKey(2, "User 77 comes late"), "x");
        QTRY_COMPARE(recorder.ends, 1);
        QVERIFY(search.state() == Search::State::Done);
        QCOMPARE(search.revision(), revision);
        QVERIFY(subject.directory.find(Slot(1))->sampled);

        std::set<QByteArray> expected;
        qint64 looked = 0;
        for (const auto &[key, kv] : subject.etcd.keys()) {
            if (kv.modRevision > revision)
                continue;
            const auto slot = SlotDirectory::slotOf(key);
            if (!slotNumbers.isEmpty() && (!slot || !slotNumbers.contains(slot->value)))
                continue;
            ++looked;
            const DecodedRow row = decodeRow(codecFor(slotInfoOf(subject.directory, key)), key, kv.value);
            if ((text.isEmpty() || !placeOf(text, row).field.isEmpty()) && query.condition.matches(row))
                expected.insert(key);
        }
        QVERIFY(recorder.keys() == expected);
        QCOMPARE(recorder.hits.size(), expected.size()); // each once
        QCOMPARE(expected.empty(), text.startsWith(QLatin1String("nobody")));
        QCOMPARE(search.progress().records, looked);
        QCOMPARE(search.progress().hits, qint64(expected.size()));
        for (const SearchHit &hit : recorder.hits) {
            QCOMPARE(hit.record.value, subject.etcd.keys().at(hit.record.key).value);
            QCOMPARE(hit.field.isEmpty(), text.isEmpty());
            QVERIFY(hit.excerpt.mid(hit.offset, hit.length).compare(text, Qt::CaseInsensitive) == 0);
        }
        if (text == QLatin1String("user 77") && slotNumbers.isEmpty()) {
            QVERIFY(recorder.at("/config/mail") && !recorder.at("/config/mail")->field.isEmpty());
            QCOMPARE(recorder.at(slotKey(2, "User 77"))->field, QStringLiteral("key"));
            QCOMPARE(recorder.at(userKey(77))->field, QStringLiteral("name"));
        }
    }

    /// Pieces are read several at once and come as they like; what is found is told of in the keys' order.
    void findsInTheOrderOfTheKeys()
    {
        MemoryEtcd etcd;
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        constexpr int Records = 4000;
        const auto keyOf = [](int number) {
            return slotKey(1, QByteArray::number(number).rightJustified(5, '0'));
        };
        for (int i = 0; i < Records; ++i)
            etcd.put(keyOf(i), QByteArray(5000, 'x') + (i % 2 == 0 ? " even" : " odd"));
        QSignalSpy loaded(&directory, &SlotDirectory::loaded);
        directory.load();
        QTRY_COMPARE(loaded.size(), 1);
        directory.sample(Slot(1));
        QTRY_VERIFY(directory.find(Slot(1))->sampled);
        Search search(&memory.client, &directory, {.text = QStringLiteral(" EVEN")});
        Recorder recorder(&search);
        const int before = etcd.requests();
        etcd.answerLate(1, 2);
        search.start();
        QTRY_COMPARE(recorder.ends, 1);
        QVERIFY(search.state() == Search::State::Done);
        QCOMPARE(recorder.hits.size(), size_t(Records / 2));
        for (int i = 0; i < Records / 2; ++i)
            QCOMPARE(recorder.hits[size_t(i)].record.key, keyOf(2 * i));
        QCOMPARE(search.progress().records, qint64(Records));
        QVERIFY(etcd.requests() - before >= 5); // of 4 MB each
    }

    void endsWhereThereIsEnough()
    {
        Subject subject;
        subject.load();
        for (const qint64 most : {qint64(1), qint64(10), qint64(2 * Users)}) {
            Search search(
                &subject.memory.client, &subject.directory,
                {.text = QStringLiteral("user"), .slotNumbers = {Slot(1), Slot(2)}, .mostHits = most});
            Recorder recorder(&search);
            search.start();
            QTRY_COMPARE(recorder.ends, 1);
            QCOMPARE(qint64(recorder.hits.size()), most);
            // Exactly so many are not too many.
            QVERIFY(search.state() == (most == 2 * Users ? Search::State::Done : Search::State::Full));
        }
    }

    void canBeGivenUp()
    {
        Subject subject;
        subject.load();
        Search never(&subject.memory.client, &subject.directory, {.text = QStringLiteral("x")});
        Recorder neverRecorder(&never);
        never.start();
        never.cancel();
        never.cancel();
        QCOMPARE(neverRecorder.ends, 1);
        QVERIFY(never.state() == Search::State::Cancelled);

        Search search(&subject.memory.client, &subject.directory, {.text = QStringLiteral("user")});
        Recorder recorder(&search);
        connect(&search, &Search::found, &search, &Search::cancel);
        search.start();
        QTRY_COMPARE(recorder.ends, 1);
        QVERIFY(search.state() == Search::State::Cancelled);
        QVERIFY(!recorder.hits.empty() && recorder.hits.size() < Users);

        auto gone = std::make_unique<Search>(&subject.memory.client, &subject.directory,
                                             SearchQuery {.text = QStringLiteral("user")});
        connect(gone.get(), &Search::found, this, [&gone] { gone.release()->deleteLater(); });
        gone->start();
        QTRY_VERIFY(!gone);
        QCOMPARE(neverRecorder.hits.size(), size_t(0));
    }

    void beginsAgainAfterACompaction()
    {
        Subject subject;
        // More than is read ahead of what is told.
        const QByteArray value = "user 4 " + QByteArray(40'000, 'x');
        for (int i = 0; i < 1600; ++i)
            subject.etcd.put(slotKey(3, QByteArray::number(i).rightJustified(5, '0')), value);
        subject.load();
        Search search(&subject.memory.client, &subject.directory,
                      {.text = QStringLiteral("user 4"), .slotNumbers = {Slot(3), Slot(1), Slot(2)}});
        Recorder recorder(&search);
        bool compacted = false;
        connect(&search, &Search::found, &search, [&] {
            if (std::exchange(compacted, true))
                return;
            subject.etcd.put(slotKey(2, "User 4 again"), "x");
            subject.etcd.compact();
        });
        search.start();
        QTRY_COMPARE(recorder.ends, 1);
        QVERIFY(search.state() == Search::State::Done);
        QCOMPARE(recorder.restarts, 1);
        QCOMPARE(search.revision(), subject.etcd.revision());
        QCOMPARE(recorder.keys().size(), recorder.hits.size());
        QCOMPARE(recorder.keys().count(slotKey(2, "User 4 again")), size_t(1));

        // Of a revision that was asked for there is no other.
        Search past(&subject.memory.client, &subject.directory,
                    {.text = QStringLiteral("user 4"), .revision = Revision(2)});
        Recorder pastRecorder(&past);
        past.start();
        QTRY_COMPARE(pastRecorder.ends, 1);
        QVERIFY(past.state() == Search::State::Failed);
        QVERIFY(past.error().kind == ErrorKind::Compacted);
    }
};

QTEST_GUILESS_MAIN(TestSearch)
#include "tst_search.moc"
