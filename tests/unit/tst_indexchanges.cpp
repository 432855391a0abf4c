// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/indexchanges.h"

#include "core/codec/cbor.h"
#include "core/doctor/indexcheck.h"

#include <QRandomGenerator>
#include <QtTest>

#include <map>
#include <set>

using namespace slotscope::core;

namespace {

QByteArray uuid(int number)
{
    return QByteArray(12, 'u') + QByteArray::number(number).rightJustified(4, '0');
}

KeyType keyType(const char *name)
{
    return *KeyType::parse(QString::fromLatin1(name));
}

SlotCodec codec(const char *key, ValueType value, Compression compression = Compression::None)
{
    SlotType type;
    type.key = keyType(key);
    type.value = value;
    type.compression = compression;
    return SlotCodec(type);
}

QByteArray slotKey(int slot, const QByteArray &key)
{
    return KeyRange::slot(Slot(quint16(slot))).begin + key;
}

QByteArray userKey(int number)
{
    return slotKey(1, uuid(number));
}

QByteArray entryKey(const QByteArray &name)
{
    return slotKey(2, name);
}

Value textOrNull(const QString &text)
{
    return text.isNull() ? Value::null() : Value::text(text);
}

/// A null name: no value in the field.
QByteArray user(const char *name, int age = 0)
{
    return *cborCodec().encode(Value::map(
        {{Value::text(QStringLiteral("name")), textOrNull(name ? QString::fromUtf8(name) : QString())},
         {Value::text(QStringLiteral("age")), Value::integer(age)}}));
}

IndexInDatabase usersByName()
{
    IndexRelation relation;
    relation.fields = {ValuePath::fields({QStringLiteral("name")})};
    relation.nullable = true;
    return {Slot(1), codec("Uuid", ValueType::Cbor), Slot(2), codec("String", ValueType::Uuid), relation};
}

std::vector<KeptIndex> kept(const std::vector<IndexInDatabase> &indexes)
{
    std::vector<KeptIndex> list;
    for (const IndexInDatabase &index : indexes)
        list.push_back({IndexReader(index), QStringLiteral("ByName")});
    return list;
}

/// Keys of a server, and what is staged over them.
struct World
{
    std::map<QByteArray, KeyState> server {};
    std::vector<Change> staged {};
    std::vector<Change> byHand {};
    std::vector<KeptIndex> indexes = kept({usersByName()});
    int revision = 10;
    int rounds = 0;

    void put(const QByteArray &key, const QByteArray &value)
    {
        server[key] = {true, value, Revision(++revision), LeaseId()};
    }
    KeyState now(const QByteArray &key) const
    {
        const auto known = server.find(key);
        return known == server.end() ? KeyState::absent() : known->second;
    }
    void addUser(int number, const char *name, bool withEntry = true)
    {
        put(userKey(number), user(name));
        if (withEntry && name)
            put(entryKey(name), uuid(number));
    }
    static Change changeOf(const QByteArray &key, const KeyState &base,
                           const std::optional<QByteArray> &value)
    {
        Change change {.key = key, .value = value.value_or(QByteArray()), .base = base};
        if (!value)
            change.kind = Change::Kind::Delete;
        else
            change.kind = base.exists ? Change::Kind::Update : Change::Kind::Insert;
        return change;
    }
    void stage(const QByteArray &key, const std::optional<QByteArray> &value)
    {
        staged.push_back(changeOf(key, now(key), value));
    }
    void stageByHand(const QByteArray &key, const std::optional<QByteArray> &value)
    {
        byHand.push_back(changeOf(key, now(key), value));
    }
    /// Reads what is wanted, as often as that goes on.
    std::vector<DerivedChange> derive()
    {
        std::vector<IndexMove> moves;
        for (const Change &change : staged) {
            const auto more = indexMoves(change, indexes);
            moves.insert(moves.end(), more.cbegin(), more.cend());
        }
        KeyStates states;
        for (rounds = 1;; ++rounds) {
            IndexDerivation derivation = deriveIndexChanges(moves, byHand, indexes, states);
            if (derivation.wanted.empty())
                return derivation.derived;
            for (const QByteArray &key : derivation.wanted) {
                if (states.contains(key) || rounds > 5)
                    qFatal("what is known is wanted again");
                states[key] = now(key);
            }
        }
    }
    void commit(const std::vector<DerivedChange> &derived)
    {
        std::vector<Change> all = staged;
        all.insert(all.end(), byHand.cbegin(), byHand.cend());
        for (const DerivedChange &one : derived) {
            if (!one.change.key.isEmpty())
                all.push_back(one.change);
        }
        std::set<QByteArray> written;
        for (const Change &change : all) {
            if (!written.insert(change.key).second)
                qFatal("one key is written twice");
            if (!(change.base == now(change.key)))
                qFatal("a change is made on something that is not there");
            if (change.kind == Change::Kind::Delete)
                server.erase(change.key);
            else
                put(change.key, change.value);
        }
        staged.clear();
        byHand.clear();
    }
    /// What the doctor says.
    size_t faults() const
    {
        size_t count = 0;
        for (const KeptIndex &index : indexes) {
            IndexCheck check(index.reader.what());
            for (const auto &[key, state] : server) {
                const KeyValue kv {.key = key, .value = state.value};
                if (KeyRange::slot(index.reader.what().table).contains(key))
                    check.addRecord(kv);
            }
            for (const auto &[key, state] : server) {
                const KeyValue kv {.key = key, .value = state.value};
                if (KeyRange::slot(index.reader.what().index).contains(key))
                    check.addEntry(kv);
            }
            count += check.faults().size();
        }
        return count;
    }
};

QStringList inWords(const std::vector<DerivedChange> &derived)
{
    QStringList words;
    for (const DerivedChange &one : derived) {
        QStringList parts;
        const Change &change = one.change;
        if (!change.key.isEmpty()) {
            const QString leads = QString::fromLatin1(change.value.right(4));
            const QString led = QString::fromLatin1(change.base.value.right(4));
            parts += QString::fromUtf8(change.key.mid(2));
            if (change.kind == Change::Kind::Insert)
                parts += QStringLiteral("+%1").arg(leads);
            else if (change.kind == Change::Kind::Delete)
                parts += QStringLiteral("-%1").arg(led);
            else
                parts += QStringLiteral("%1→%2").arg(led, leads);
        }
        for (const QByteArray &cause : one.causes)
            parts += QStringLiteral("by ") + QString::fromLatin1(cause.right(4));
        if (!one.problem.isEmpty())
            parts += QStringLiteral("! ") + one.problem;
        if (!one.note.isEmpty())
            parts += QStringLiteral("(%1)").arg(one.note);
        words += parts.join(QLatin1Char(' '));
    }
    return words;
}

} // namespace

class TestIndexChanges : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oldEntriesGoAndNewOnesCome()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob");
        world.addUser(4, "dan");
        world.stage(userKey(1), user("anna"));
        world.stage(userKey(2), std::nullopt);
        world.stage(userKey(3), user("cid"));
        world.stage(userKey(4), user("dan", 7)); // the index has nothing to do with that
        const auto derived = world.derive();
        QCOMPARE(inWords(derived),
                 QStringList({QStringLiteral("ann -0001 by 0001"), QStringLiteral("anna +0001 by 0001"),
                              QStringLiteral("bob -0002 by 0002"), QStringLiteral("cid +0003 by 0003")}));
        QCOMPARE(derived[1].change.value, uuid(1));
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void aNullHasNoEntryOrIsRefused()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, nullptr);
        world.stage(userKey(1), user(nullptr));
        world.stage(userKey(2), user("bob"));
        QCOMPARE(inWords(world.derive()),
                 QStringList({QStringLiteral("ann -0001 by 0001"), QStringLiteral("bob +0002 by 0002")}));

        IndexInDatabase strict = usersByName();
        strict.relation.nullable = false;
        world.indexes = kept({strict});
        QCOMPARE(
            inWords(world.derive()),
            QStringList({QStringLiteral("by 0001 ! ByName: “name” is null, and the index allows no null"),
                         QStringLiteral("ann -0001 by 0001"), QStringLiteral("bob +0002 by 0002")}));
        // What was so before is no reason not to change something else.
        world.staged.clear();
        world.stage(userKey(2), user(nullptr, 5));
        QCOMPARE(inWords(world.derive()),
                 QStringList({QStringLiteral(
                     "by 0002 (ByName: “name” is null, and the index allows no null; that was so before)")}));
    }

    void recordsTakeOverFromEachOther()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob");
        world.addUser(3, "cid");
        world.stage(userKey(1), user("bob"));
        world.stage(userKey(2), user("ann"));
        // The record gets another key.
        world.stage(userKey(3), std::nullopt);
        world.stage(userKey(4), user("cid"));
        const auto derived = world.derive();
        QCOMPARE(inWords(derived),
                 QStringList({QStringLiteral("bob 0002→0001 by 0001 by 0002"),
                              QStringLiteral("ann 0001→0002 by 0002 by 0001"),
                              QStringLiteral("cid 0003→0004 by 0004 by 0003")}));
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void whatAnotherRecordHasIsNotTaken()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob");
        world.stage(userKey(1), user("bob"));
        const QString taken = QStringLiteral(
            "“bob” is taken by 75757575-7575-7575-7575-757530303032, and ByName can lead to one record only");
        QCOMPARE(inWords(world.derive()),
                 QStringList({QStringLiteral("ann -0001 by 0001"),
                              QStringLiteral("bob 0002→0001 by 0001 ! ") + taken}));
        QCOMPARE(world.rounds, 3); // the entries, the record that one leads to
        // Nor where that is staged, too, with something else about it.
        world.stage(userKey(2), user("bob", 9));
        QCOMPARE(
            inWords(world.derive()).last(),
            QStringLiteral("bob +0001 by 0001 ! “bob” is staged for 75757575-7575-7575-7575-757530303032, "
                           "too, and ByName can lead to one record only"));
        // Two that want the same are told both.
        world.staged.clear();
        world.stage(userKey(3), user("zoe"));
        world.stage(userKey(4), user("zoe"));
        const auto both = world.derive();
        QCOMPARE(both.size(), size_t(2));
        QVERIFY2(both[0].problem.contains(QLatin1String("30303034, too")), qPrintable(both[0].problem));
        QVERIFY2(both[1].problem.contains(QLatin1String("30303033, too")), qPrintable(both[1].problem));
    }

    // As txaioetcd leaves them behind.
    void whatIsLeftOverIsTakenOverAndTold()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bobby");
        world.put(entryKey("bob"), uuid(2)); // so it was called before
        world.put(entryKey("zoe"), uuid(9)); // is gone
        world.put(entryKey("annie"), uuid(1)); // its own
        for (const char *name : {"bob", "zoe", "annie"}) {
            world.staged.clear();
            world.stage(userKey(1), user(name));
            const auto derived = world.derive();
            QCOMPARE(derived.size(), size_t(2));
            QCOMPARE(derived[1].change.kind, Change::Kind::Update);
            QCOMPARE(derived[1].change.value, uuid(1));
            QCOMPARE(derived[1].problem, QString());
            QVERIFY(!derived[1].note.isEmpty());
        }
        // What cannot be read may have a right to it.
        world.put(userKey(2), "\xff");
        world.staged.clear();
        world.stage(userKey(1), user("bob"));
        QVERIFY(world.derive()[1].problem.contains(QLatin1String("cannot be read")));
    }

    void whatIsMissingOrWrongIsTold()
    {
        World world;
        world.addUser(1, "ann", false);
        world.addUser(2, "bob", false);
        world.put(entryKey("bob"), uuid(3));
        world.stage(userKey(1), user("anna"));
        world.stage(userKey(2), std::nullopt);
        const auto derived = world.derive();
        QCOMPARE(derived.size(), size_t(3));
        // It must still be missing when the new one comes.
        QCOMPARE(derived[0].change.kind, Change::Kind::Delete);
        QCOMPARE(derived[0].change.base, KeyState::absent());
        QCOMPARE(derived[0].note, QStringLiteral("the entry was missing"));
        QCOMPARE(inWords(derived)[1], QStringLiteral("anna +0001 by 0001"));
        QVERIFY(derived[2].change.key.isEmpty() && derived[2].problem.isEmpty());
        QVERIFY2(derived[2].note.contains(QLatin1String("left as it is")), qPrintable(derived[2].note));
    }

    void ofSeveralWithOneKeyOneKeepsTheEntry()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "ann", false);
        world.stage(userKey(1), user("anna"));
        world.stage(userKey(2), user("ann", 8));
        QCOMPARE(
            inWords(world.derive()),
            QStringList({QStringLiteral("ann 0001→0002 by 0001 (leads to the record from now on that has "
                                        "this content, too)"),
                         QStringLiteral("anna +0001 by 0001")}));
    }

    // A record that goes with its lease takes its entries along.
    void entriesHaveTheLeaseOfTheirRecord()
    {
        using Kind = LeaseChoice::Kind;
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob");
        world.server[userKey(1)].lease = LeaseId(7);
        world.server[entryKey("ann")].lease = LeaseId(7);
        world.stage(userKey(1), user("bob"));
        world.stage(userKey(2), user("ann"));
        auto derived = world.derive();
        QCOMPARE(derived.size(), size_t(2));
        QCOMPARE(derived[0].change.lease, (LeaseChoice {.kind = Kind::Existing, .lease = LeaseId(7)}));
        QCOMPARE(derived[1].change.lease, (LeaseChoice {.kind = Kind::None}));
        world.staged.clear();
        world.stage(userKey(1), user("anna"));
        derived = world.derive();
        QCOMPARE(derived[1].change.lease, (LeaseChoice {.kind = Kind::Existing, .lease = LeaseId(7)}));
        // Another lease, and nothing else: the entry is written anew for that.
        world.staged.clear();
        world.stage(userKey(1), user("ann"));
        const LeaseChoice granted {.kind = Kind::New, .ttl = std::chrono::seconds(60)};
        world.staged.back().lease = granted;
        derived = world.derive();
        QCOMPARE(inWords(derived), QStringList({QStringLiteral("ann 0001→0001 by 0001")}));
        QCOMPARE(derived[0].change.lease, granted);
        // What has it already is left alone.
        world.staged.clear();
        world.stage(userKey(1), user("ann", 9));
        QVERIFY(world.derive().empty());
    }

    void keysThatEndInTheRecordsOwn()
    {
        IndexInDatabase index = usersByName();
        index.indexCodec = codec("StringUuid", ValueType::Uuid);
        index.relation.unique = false;
        World world;
        world.indexes = kept({index});
        world.put(userKey(1), user("ann"));
        world.put(entryKey("ann" + uuid(1)), uuid(1));
        world.stage(userKey(1), user("bob"));
        world.stage(userKey(2), user("bob"));
        const auto derived = world.derive();
        QCOMPARE(derived.size(), size_t(3));
        QCOMPARE(derived[0].change.kind, Change::Kind::Delete);
        QCOMPARE(derived[1].change.key, entryKey("bob" + uuid(1)));
        QCOMPARE(derived[2].change.key, entryKey("bob" + uuid(2)));
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void severalFieldsAndSeveralIndexes()
    {
        IndexInDatabase byBoth = usersByName();
        byBoth.index = Slot(3);
        byBoth.indexCodec = codec("StringUuid", ValueType::Uuid);
        byBoth.relation.composite = true;
        byBoth.relation.fields = {ValuePath::fields({QStringLiteral("name")}),
                                  ValuePath::fields({QStringLiteral("in"), QStringLiteral("group")})};
        const auto record = [](const char *name, const QString &group) {
            return *cborCodec().encode(
                Value::map({{Value::text(QStringLiteral("name")), Value::text(QString::fromLatin1(name))},
                            {Value::text(QStringLiteral("in")),
                             Value::map({{Value::text(QStringLiteral("group")), textOrNull(group)}})}}));
        };
        const QString group = QUuid::fromRfc4122(uuid(77)).toString(QUuid::WithoutBraces);
        World world;
        world.indexes = kept({usersByName(), byBoth});
        world.put(userKey(1), record("ann", group));
        world.put(entryKey("ann"), uuid(1));
        world.put(slotKey(3, "ann" + uuid(77)), uuid(1));
        world.stage(userKey(1), record("bob", group));
        world.stage(userKey(2), record("ann", QString())); // no group, so no entry
        const auto derived = world.derive();
        QStringList keys;
        for (const DerivedChange &one : derived)
            keys += QString::fromLatin1(one.change.key.mid(1).toPercentEncoding());
        QCOMPARE(keys.size(), 4);
        QVERIFY(keys.contains(QStringLiteral("%03bob") + QString::fromLatin1(uuid(77))));
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void whatCannotBeReadIsTold()
    {
        World world;
        world.addUser(1, "ann");
        world.put(userKey(2), "\xff\xff");
        world.stage(userKey(1), QByteArray("\xff"));
        world.stage(userKey(2), user("bob"));
        const auto derived = world.derive();
        QCOMPARE(derived.size(), size_t(4));
        QVERIFY(derived[0].problem.startsWith(QLatin1String("ByName: the record cannot be read")));
        QCOMPARE(inWords(derived)[1], QStringLiteral("ann -0001 by 0001"));
        QVERIFY(derived[2].note.contains(QLatin1String("may be left behind")));
        QCOMPARE(inWords(derived)[3], QStringLiteral("bob +0002 by 0002"));
        // A field that no key can be made of.
        world.staged.clear();
        world.stage(userKey(3),
                    *cborCodec().encode(Value::map(
                        {{Value::text(QStringLiteral("name")), Value::array({Value::integer(1)})}})));
        QCOMPARE(
            inWords(world.derive()),
            QStringList({QStringLiteral("by 0003 ! ByName: “name” cannot be part of a key of the index")}));
    }

    void whatIsStagedByHandStands()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob");
        world.stage(userKey(1), user("anna"));
        world.stageByHand(entryKey("ann"), std::nullopt);
        world.stageByHand(entryKey("anna"), uuid(1));
        QCOMPARE(inWords(world.derive()), QStringList()); // as it should be
        world.byHand.pop_back();
        world.stageByHand(entryKey("anna"), uuid(2));
        QCOMPARE(inWords(world.derive()),
                 QStringList(
                     {QStringLiteral("by 0001 (ByName: the entry “anna” is staged by hand, and that stands)"),
                      QStringLiteral("by anna (an entry of ByName: the record "
                                     "75757575-7575-7575-7575-757530303032 has other content)")}));
        world.byHand.clear();
        world.staged.clear();
        world.stageByHand(entryKey("bob"), std::nullopt);
        world.stageByHand(entryKey("zoe"), uuid(9));
        QStringList words = inWords(world.derive());
        QCOMPARE(words.size(), 2);
        QVERIFY2(words[0].contains(QLatin1String("cannot be found by it any more")), qPrintable(words[0]));
        QVERIFY2(words[1].contains(QLatin1String("does not exist")), qPrintable(words[1]));
    }

    // What a doctor stages is right, so there is nothing to say.
    void repairsAreNotWarnedOf()
    {
        World world;
        world.addUser(1, "ann");
        world.addUser(2, "bob", false);
        world.put(entryKey("annie"), uuid(1));
        world.put(entryKey("zoe"), uuid(9));
        QCOMPARE(world.faults(), size_t(3));
        world.stageByHand(entryKey("annie"), std::nullopt);
        world.stageByHand(entryKey("zoe"), std::nullopt);
        world.stageByHand(entryKey("bob"), uuid(2));
        const auto derived = world.derive();
        QCOMPARE(inWords(derived), QStringList());
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void entriesOfCompressedIndexes()
    {
        IndexInDatabase index = usersByName();
        index.indexCodec = codec("String", ValueType::Uuid, Compression::Zlib);
        World world;
        world.indexes = kept({index});
        const QByteArray packed = *index.indexCodec.compressed(uuid(1));
        world.put(userKey(1), user("ann"));
        world.put(entryKey("ann"), packed);
        world.addUser(2, "bob"); // as txaioetcd writes it
        world.stage(userKey(1), user("anna"));
        world.stage(userKey(2), user("bobby"));
        const auto derived = world.derive();
        QCOMPARE(derived.size(), size_t(4));
        QCOMPARE(derived[1].change.value, packed);
        QCOMPARE(derived[3].change.value, uuid(2));
        world.commit(derived);
        QCOMPARE(world.faults(), size_t(0));
    }

    void otherSlotsAreLeftAlone()
    {
        World world;
        world.stage(slotKey(5, uuid(1)), user("ann"));
        world.stage("/config", QByteArray("x"));
        world.stage("a", QByteArray("x"));
        QVERIFY(world.derive().empty());
    }

    // Whatever is staged, once nothing is a problem the indexes are right.
    void randomEditsLeaveSoundIndexes()
    {
        QRandomGenerator random(4711);
        IndexInDatabase byAge = usersByName(); // not unique
        byAge.index = Slot(3);
        byAge.indexCodec = codec("Uint64Uuid", ValueType::Uuid);
        byAge.relation.fields = {ValuePath::fields({QStringLiteral("age")})};
        World world;
        world.indexes = kept({usersByName(), byAge});
        int commits = 0;
        int problems = 0;
        for (int round = 0; round < 300; ++round) {
            std::set<int> touched;
            for (int i = random.bounded(1, 12); i > 0; --i) {
                const int number = random.bounded(40);
                if (!touched.insert(number).second)
                    continue;
                const bool exists = world.server.contains(userKey(number));
                if (exists && random.bounded(4) == 0) {
                    world.stage(userKey(number), std::nullopt);
                } else {
                    const QByteArray name = "name" + QByteArray::number(random.bounded(60));
                    world.stage(userKey(number),
                                user(random.bounded(6) == 0 ? nullptr : name.constData(), random.bounded(5)));
                }
            }
            const auto derived = world.derive();
            if (std::any_of(derived.cbegin(), derived.cend(),
                            [](const DerivedChange &one) { return !one.problem.isEmpty(); })) {
                ++problems;
                world.staged.clear();
                continue;
            }
            ++commits;
            world.commit(derived);
            QCOMPARE(world.faults(), size_t(0));
        }
        QVERIFY(commits > 50);
        QVERIFY(problems > 50);
    }
};

QTEST_GUILESS_MAIN(TestIndexChanges)
#include "tst_indexchanges.moc"
