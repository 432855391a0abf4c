// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/indexupkeep.h"

#include "tests/support/indexedusers.h"
#include "tests/support/memoryetcd.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// A connection to an etcd in memory with three users and their entries.
struct Fixture
{
    MemoryEtcd etcd;
    std::unique_ptr<Connection> connection;

    explicit Fixture(Schema schema = users::schema(), bool settle = true)
    {
        for (const auto &[key, value] : users::catalogue())
            etcd.put(key, value);
        int number = 0;
        for (const char *name : {"ann", "bob", "cid"}) {
            ++number;
            etcd.put(users::key(number), users::record(QString::fromLatin1(name)));
            etcd.put(users::entryKey(users::ByName, name), users::uuid(number));
            etcd.put(users::entryKey(users::ByCity, "Ulm" + users::uuid(number)), users::uuid(number));
        }
        connection = std::make_unique<Connection>(Endpoint {}, etcd.transport());
        connection->directory()->setSchema(std::move(schema));
        connection->open();
        if (settle)
            [&] { QTRY_VERIFY(connection->relations()->isKnown()); }();
    }
    EditSession *edits() const { return connection->edits(); }
    KeyState state(const QByteArray &key) const
    {
        const auto known = etcd.keys().find(key);
        return known == etcd.keys().end() ? KeyState::absent() : KeyState::of(known->second);
    }
    bool rename(int number, const char *name)
    {
        return edits()->stageValue(users::key(number), state(users::key(number)),
                                   users::record(QString::fromLatin1(name)));
    }
    std::optional<CommitReport> commit()
    {
        QSignalSpy spy(edits(), &EditSession::committed);
        edits()->commit();
        if (!QTest::qWaitFor([&] { return !spy.isEmpty(); }))
            return std::nullopt;
        return spy.first().first().value<CommitReport>();
    }
    QStringList problems() const { return edits()->plan().problems; }
    QStringList notes() const
    {
        QStringList notes;
        for (const DerivedChange &derived : edits()->derived()) {
            if (!derived.note.isEmpty())
                notes += derived.note;
        }
        return notes;
    }
    QByteArray entry(const char *name) const { return state(users::entryKey(users::ByName, name)).value; }
};

using Outcome = CommitReport::Outcome;

} // namespace

class TestIndexUpkeep : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    // Nobody has to wait: the commit does.
    void aCommitWaitsForTheIndexes()
    {
        Fixture f;
        QVERIFY(f.rename(1, "anna"));
        QVERIFY(f.edits()->isDeriving());
        const auto report = f.commit();
        QVERIFY(report && report->outcome == Outcome::Committed);
        QCOMPARE(f.entry("ann"), QByteArray());
        QCOMPARE(f.entry("anna"), users::uuid(1));
        QCOMPARE(report->written.size(), size_t(3));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QVERIFY(f.edits()->derived().empty());
        // And again at once, before the watch has told of the first.
        QVERIFY(f.rename(1, "anne"));
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("anna"), QByteArray());
        QCOMPARE(f.entry("anne"), users::uuid(1));
    }

    void beforeTheIndexesAreKnownItWaitsAsWell()
    {
        Fixture f(users::schema(), false);
        QVERIFY(!f.connection->relations()->isKnown());
        QVERIFY(f.rename(1, "anna"));
        QTRY_COMPARE(f.connection->state(), Connection::State::Online);
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("anna"), users::uuid(1));
        QCOMPARE(f.entry("ann"), QByteArray());
    }

    void undoAndRedoTakeTheEntriesAlong()
    {
        Fixture f;
        QVERIFY(f.rename(1, "anna"));
        QTRY_COMPARE(f.edits()->derived().size(), size_t(2));
        f.edits()->undo();
        QTRY_VERIFY(!f.edits()->isDeriving());
        QVERIFY(f.edits()->derived().empty());
        f.edits()->redo();
        QTRY_COMPARE(f.edits()->derived().size(), size_t(2));
        QVERIFY(f.edits()->setLeftOut({users::key(1)}, true));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QVERIFY(f.edits()->derived().empty());
    }

    void whatOthersWriteMeanwhileCounts()
    {
        Fixture f;
        QVERIFY(f.rename(1, "zoe"));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QVERIFY(f.problems().isEmpty());
        f.etcd.write({{users::key(7), users::record(QStringLiteral("zoe"))},
                      {users::entryKey(users::ByName, "zoe"), users::uuid(7)}});
        QTRY_COMPARE(f.problems().size(), 1);
        QVERIFY2(f.problems().first().contains(QStringLiteral("taken by")), qPrintable(f.problems().first()));
        QCOMPARE(f.commit()->outcome, Outcome::Refused);
        // The other one is called otherwise, and has left its entry behind: ours to take over, and told.
        f.etcd.put(users::key(7), users::record(QStringLiteral("zoey")));
        QTRY_VERIFY(f.problems().isEmpty());
        QVERIFY2(f.notes().join(QLatin1Char(' ')).contains(QStringLiteral("left over")),
                 qPrintable(f.notes().join(QLatin1Char('\n'))));
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("zoe"), users::uuid(1));
    }

    // As etcd sees it: taken between the last look and the commit.
    void aRaceIsAConflictAndThenAProblem()
    {
        Fixture f;
        QVERIFY(f.rename(1, "zoe"));
        QTRY_VERIFY(!f.edits()->isDeriving());
        f.etcd.write({{users::key(7), users::record(QStringLiteral("zoe"))},
                      {users::entryKey(users::ByName, "zoe"), users::uuid(7)}});
        QCOMPARE(f.commit()->outcome, Outcome::Conflict);
        QCOMPARE(f.entry("ann"), users::uuid(1));
        QCOMPARE(f.entry("zoe"), users::uuid(7));
        QTRY_COMPARE(f.problems().size(), 1);
    }

    void nullsAreRefusedWhereTheIndexAllowsNone()
    {
        Fixture f;
        QVERIFY(f.edits()->stageValue(users::key(1), f.state(users::key(1)), users::record(std::nullopt)));
        QCOMPARE(f.commit()->outcome, Outcome::Refused);
        QVERIFY(f.problems().first().contains(QStringLiteral("allows no null")));
        QCOMPARE(f.entry("ann"), users::uuid(1));
    }

    void whatIsStagedByHandStands()
    {
        Fixture f;
        QVERIFY(f.rename(1, "anna"));
        const QByteArray anna = users::entryKey(users::ByName, "anna");
        QVERIFY(f.edits()->stageInsert(anna, users::uuid(2)));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QCOMPARE(f.edits()->derived().size(), size_t(3)); // ann goes, and two notes
        QCOMPARE(f.notes().size(), 2);
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("anna"), users::uuid(2));
        QCOMPARE(f.entry("ann"), QByteArray());
        // Left out, it stands for nothing.
        QVERIFY(f.rename(2, "bobby"));
        QVERIFY(f.edits()->stageInsert(users::entryKey(users::ByName, "bobby"), users::uuid(3)));
        QVERIFY(f.edits()->setLeftOut({users::entryKey(users::ByName, "bobby")}, true));
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("bobby"), users::uuid(2));
        QCOMPARE(f.edits()->changes().size(), size_t(1));
    }

    void theUserDecidesAboutAnIndex()
    {
        Fixture f;
        QCOMPARE(f.connection->upkeep()->isMaintained(Slot(1)), std::optional<bool>());
        QCOMPARE(f.connection->upkeep()->isMaintained(Slot(users::ByName)), std::optional(true));
        QSignalSpy edited(f.connection->directory(), &SlotDirectory::schemaEdited);
        f.connection->upkeep()->setMaintained(Slot(users::ByName), false);
        QCOMPARE(edited.size(), 1);
        QCOMPARE(f.connection->upkeep()->isMaintained(Slot(users::ByName)), std::optional(false));
        QVERIFY(f.rename(1, "anna"));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QVERIFY(f.edits()->derived().empty()); // and nothing is told of what the user wants
        f.connection->upkeep()->setMaintained(Slot(users::ByName), true);
        QTRY_COMPARE(f.edits()->derived().size(), size_t(2));
    }

    // Few records speak for it: it is told, and not done.
    void anIndexThatIsNotSurelyOneIsLeftAlone()
    {
        Schema schema = users::schema();
        schema.tables[TableId::ofOid(users::oid(1))].indexes.clear();
        Fixture f(schema);
        f.etcd.remove(users::key(3)); // leaves two
        f.etcd.remove(users::entryKey(users::ByName, "cid"));
        f.connection->relations()->refresh();
        const auto found = [&] {
            const IndexInDatabase *index = f.connection->relations()->indexAt(Slot(users::ByName));
            return index && index->relation.provenance.sample == 2;
        };
        QTRY_VERIFY(found());
        QCOMPARE(f.connection->upkeep()->isMaintained(Slot(users::ByName)), std::optional(false));
        QVERIFY(f.rename(1, "anna"));
        QTRY_VERIFY(!f.edits()->isDeriving());
        const auto noted = [&] {
            for (const DerivedChange &derived : f.edits()->derived()) {
                if (derived.index == Slot(users::ByName))
                    return derived.change.key.isEmpty()
                        && derived.note.contains(QStringLiteral("UsersByName"));
            }
            return false;
        };
        QVERIFY(noted());
        QVERIFY(f.problems().isEmpty());
        // The user says that it is one.
        f.connection->upkeep()->setMaintained(Slot(users::ByName), true);
        QTRY_VERIFY(!f.edits()->isDeriving() && !noted());
        const TableSchema *table = f.connection->directory()->schema().find(TableId::ofOid(users::oid(1)));
        QVERIFY(table && table->indexes.size() == 1);
        QCOMPARE(table->indexes.front().maintained, std::optional(true));
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("anna"), users::uuid(1));
    }

    void anIndexThatCannotBeFollowedIsTold()
    {
        Schema schema = users::schema();
        IndexRelation &index = schema.tables[TableId::ofOid(users::oid(1))].indexes.front();
        index.fields.clear();
        index.expression = QStringLiteral("lambda user: key_of(user)");
        Fixture f(schema);
        QVERIFY(f.rename(1, "anna"));
        QTRY_VERIFY(!f.edits()->isDeriving());
        QCOMPARE(f.notes().size(), 1);
        QVERIFY2(f.notes().first().contains(QStringLiteral("key_of(user)")), qPrintable(f.notes().first()));
    }

    // Slots that are in no catalogue are known by their records; the first ones have entries as well.
    void theFirstRecordOfATableNumberedByHand()
    {
        Schema schema;
        TableSchema &people = schema.tables[TableId::ofSlot(Slot(40))];
        people.pin(SchemaProperty::KeyType, QStringLiteral("Uuid"));
        people.pin(SchemaProperty::ValueType, QStringLiteral("Cbor"));
        IndexRelation relation;
        relation.table = TableId::ofSlot(Slot(41));
        relation.fields = {ValuePath::fields({QStringLiteral("name")})};
        relation.provenance = {.source = TypeSource::Pinned, .confidence = 1};
        people.indexes.push_back(relation);
        relation.table = TableId::ofOid(users::oid(9)); // of which the catalogue knows nothing
        people.indexes.push_back(relation);
        TableSchema &names = schema.tables[TableId::ofSlot(Slot(41))];
        names.pin(SchemaProperty::KeyType, QStringLiteral("String"));
        names.pin(SchemaProperty::ValueType, QStringLiteral("Uuid"));
        Fixture f(schema);
        for (const auto &[number, name] : {std::pair(1, "ann"), std::pair(2, "bob")}) {
            const QByteArray record = KeyRange::slot(Slot(40)).begin + users::uuid(number);
            QVERIFY(f.edits()->stageInsert(record, users::record(QString::fromLatin1(name))));
            QTRY_VERIFY(!f.edits()->isDeriving());
            QVERIFY2(f.notes().join(QLatin1Char(' ')).contains(QStringLiteral("catalogue of this etcd")),
                     qPrintable(f.notes().join(QLatin1Char('\n'))));
            QCOMPARE(f.commit()->outcome, Outcome::Committed);
            QCOMPARE(f.state(users::entryKey(41, name)).value, users::uuid(number));
            // With its records the slot becomes known.
            QTRY_VERIFY(f.connection->directory()->find(Slot(40))
                        && f.connection->relations()->indexAt(Slot(41)));
        }
    }

    void whileEtcdIsAwayNothingIsCommitted()
    {
        Fixture f;
        f.etcd.setAway(true);
        QVERIFY(f.rename(1, "anna"));
        QTRY_COMPARE_WITH_TIMEOUT(f.problems().size(), 1, 20'000);
        QSignalSpy spy(f.edits(), &EditSession::committed);
        f.edits()->commit();
        QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, 20'000);
        QCOMPARE(spy.front().front().value<CommitReport>().outcome, Outcome::Refused);
        f.etcd.setAway(false);
        f.connection->retryNow();
        QTRY_VERIFY_WITH_TIMEOUT(!f.edits()->isDeriving() && f.problems().isEmpty(), 20'000);
        QCOMPARE(f.commit()->outcome, Outcome::Committed);
        QCOMPARE(f.entry("anna"), users::uuid(1));
    }
};

QTEST_GUILESS_MAIN(TestIndexUpkeep)
#include "tst_indexupkeep.moc"
