// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/merge.h"

#include "core/value/notation.h"
#include "core/value/valueedit.h"
#include "tests/support/flatedits.h"
#include "tests/support/singleedits.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <random>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using RecordKind = RecordMerge::Kind;
using Take = MergeChoice::Take;

SlotCodec codecOf(ValueType value, Compression compression = Compression::None)
{
    SlotType type;
    type.value = value;
    type.compression = compression;
    return SlotCodec(type);
}

SlotCodec flatCodec(const char *schema, const char *root)
{
    SlotType type;
    type.value = ValueType::FlatBuffers;
    type.flatBuffers.schema = FlatSchema::load(dataFile(QString::fromLatin1(schema))).value();
    type.flatBuffers.root = QString::fromLatin1(root);
    return SlotCodec(type);
}

KeyState present(const QByteArray &value, qint64 revision)
{
    return {true, value, Revision(revision), {}};
}

Change update(const QByteArray &base, const QByteArray &value)
{
    return {.key = "k", .kind = Change::Kind::Update, .value = value, .base = present(base, 5)};
}
Change insertion(const QByteArray &value)
{
    return {.key = "k", .kind = Change::Kind::Insert, .value = value, .base = KeyState::absent()};
}
Change deletion(const QByteArray &base)
{
    return {.key = "k", .kind = Change::Kind::Delete, .base = present(base, 5)};
}

// What comes of an update, without a doubt or a decision; null: somebody has to decide.
QByteArray byItself(const SlotCodec &codec, const QByteArray &base, const QByteArray &mine,
                    const QByteArray &theirs)
{
    return mergedByItself(codec, update(base, mine), present(theirs, 9)).value_or(QByteArray());
}

bool startsWith(const ValuePath &path, const ValuePath &prefix)
{
    const auto &steps = prefix.steps();
    return path.steps().size() >= steps.size()
        && std::equal(steps.begin(), steps.end(), path.steps().begin());
}

} // namespace

class TestMerge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void records()
    {
        const SlotCodec codec = codecOf(ValueType::Json);
        const KeyState gone = KeyState::absent();
        const KeyState there = present(R"({"a":2})", 9);
        const auto kindOf = [&](const Change &mine, const KeyState &theirs) {
            return RecordMerge(codec, mine, theirs).kind();
        };
        const Change mine = update(R"({"a":1})", R"({"a":3})");
        QCOMPARE(kindOf(mine, there), RecordKind::Fields);
        QCOMPARE(kindOf(mine, gone), RecordKind::DeletedThere);
        QCOMPARE(kindOf(mine, present(R"({"a":3})", 9)), RecordKind::Settled);
        QCOMPARE(kindOf(deletion(R"({"a":1})"), there), RecordKind::DeletedHere);
        QCOMPARE(kindOf(deletion(R"({"a":1})"), gone), RecordKind::Settled);
        QCOMPARE(kindOf(insertion(R"({"a":3})"), there), RecordKind::Fields);
        QCOMPARE(kindOf(insertion(R"({"a":2})"), there), RecordKind::Settled);

        // What would be lost is told.
        const RecordMerge deletedThere(codec, mine, gone);
        QCOMPARE(deletedThere.fields().size(), size_t(1));
        QCOMPARE(deletedThere.fields().front().mine, Value::integer(3));
        QVERIFY(!deletedThere.fields().front().theirs && !deletedThere.hasClashes());
        const RecordMerge deletedHere(codec, deletion(R"({"a":1})"), there);
        QCOMPARE(deletedHere.fields().size(), size_t(1));
        QCOMPARE(deletedHere.fields().front().theirs, Value::integer(2));
        QVERIFY(!deletedHere.fields().front().mine);

        // Nothing of these happens by itself, but what is there already.
        QVERIFY(!mergedByItself(codec, mine, there));
        QVERIFY(!mergedByItself(codec, mine, gone));
        QVERIFY(!mergedByItself(codec, deletion(R"({"a":1})"), there));
        QVERIFY(!mergedByItself(codec, insertion(R"({"b":3})"), there));
        QCOMPARE(mergedByItself(codec, mine, present(R"({"a":3})", 9)), QByteArray(R"({"a":3})"));
        QCOMPARE(mergedByItself(codec, insertion(R"({"a":2})"), there), QByteArray(R"({"a":2})"));

        // What my fields winning means.
        const auto mineWins = [&](const Change &change, const KeyState &theirs) {
            return RecordMerge(codec, change, theirs).mineWins().value();
        };
        QCOMPARE(mineWins(deletion(R"({"a":1})"), there), std::nullopt);
        QCOMPARE(mineWins(mine, gone), QByteArray(R"({"a":3})"));
        QCOMPARE(mineWins(update(R"({"a":1,"b":1,"c":1})", R"({"a":2,"b":1,"c":1})"),
                          present(R"({"a":3,"b":4,"c":1})", 9)),
                 QByteArray(R"({"a":2,"b":4,"c":1})"));
    }

    void byFields()
    {
        const SlotCodec codec = codecOf(ValueType::Json);
        QCOMPARE(byItself(codec, R"({"a":1,"b":2})", R"({"a":9,"b":2})", R"({ "a": 1, "b": 7.0 })"),
                 QByteArray(R"({ "a": 9, "b": 7.0 })"));
        QCOMPARE(byItself(codec, R"({"a":1})", R"({"a":2})", R"({"a":3})"), QByteArray());
        // A change of the lease alone.
        QCOMPARE(byItself(codec, R"({"a":1})", R"({"a":1})", R"({ "a":3 })"), QByteArray(R"({ "a":3 })"));
        const RecordMerge merge(codec, update(R"({"a":1,"b":1})", R"({"a":2,"b":2})"),
                                present(R"({"a":3,"b":1,"c":4})", 9));
        QVERIFY(merge.hasClashes() && !merge.mergesByItself());
        QCOMPARE(merge.fields().size(), size_t(3));
        QCOMPARE(merge.bytes().value(), R"({"a":3,"b":2,"c":4})");
        QCOMPARE(merge.bytes({{Take::Mine}, {Take::Theirs}}).value(), R"({"a":2,"b":1,"c":4})");
        QCOMPARE(merge.bytes({{Take::Own, Value::text(QStringLiteral("x"))}}).value(),
                 R"({"a":"x","b":2,"c":4})");
        QCOMPARE(merge.mineWins().value(), QByteArray(R"({"a":2,"b":2,"c":4})"));
        // What a record cannot hold is refused, not written.
        const auto wrong = merge.bytes({{Take::Own, Value::bytes("\x01")}});
        QVERIFY(!wrong && !wrong.error().what.isEmpty());
    }

    // Blanks and digits are no fields: who has changed those, too, is asked.
    void whatFieldsDoNotTell()
    {
        const SlotCodec codec = codecOf(ValueType::Json);
        const QByteArray base = R"({"a":1.50,"b":2})";
        const QByteArray theirs = R"({"a":1.50,"b":3})";
        for (const char *mine :
             {R"({"a": 1.50, "b": 2})", R"({"a":1.5,"b":2})", R"({"a":1.5,"b":2,"c":1})"}) {
            const RecordMerge merge(codec, update(base, mine), present(theirs, 9));
            QCOMPARE(merge.kind(), RecordKind::Fields);
            QVERIFY(!merge.hasClashes() && !merge.mergesByItself());
            QVERIFY2(merge.reason().contains(QLatin1String("how the value is written")), mine);
            QVERIFY(byItself(codec, base, mine, theirs).isNull());
        }
        QCOMPARE(byItself(codec, base, R"({"a":1.50,"b":2,"c":1.0e1})", theirs),
                 QByteArray(R"({"a":1.50,"b":3,"c":1.0e1})"));
        // CBOR: 1 as two bytes.
        const SlotCodec cbor = codecOf(ValueType::Cbor);
        const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
        QVERIFY(
            byItself(cbor, hex("a2616101616201"), hex("a261611801616201"), hex("a2616101616202")).isNull());
        QCOMPARE(
            byItself(cbor, hex("a2616101616201"), hex("a261611807616201"), hex("a2616101616202")).toHex(),
            QByteArray("a261611807616202"));
    }

    void whole()
    {
        const auto reasonOf = [](const SlotCodec &codec, const char *base, const char *mine,
                                 const char *theirs) {
            const RecordMerge merge(codec, update(base, mine), present(theirs, 9));
            if (merge.kind() != RecordKind::Whole || merge.mergesByItself() || !merge.fields().empty()
                || merge.mineWins().value() != QByteArray(mine))
                return QStringLiteral("not a whole");
            return merge.reason();
        };
        const SlotCodec json = codecOf(ValueType::Json);
        QVERIFY(reasonOf(json, "{", R"({"a":1})", R"({"a":2})").contains(QLatin1String("made on")));
        QVERIFY(reasonOf(json, R"({"a":1})", "{", R"({"a":2})").contains(QLatin1String("changed value")));
        QVERIFY(reasonOf(json, R"({"a":1})", R"({"a":2})", "{").contains(QLatin1String("cannot be decoded")));
        QVERIFY(reasonOf(codecOf(ValueType::Unknown), "1", "2", "3").contains(QLatin1String("not known")));
        // One field of its own: asked as such, and not told apart from a record's fields.
        const RecordMerge text(codecOf(ValueType::String), update("a", "b"), present("c", 9));
        QCOMPARE(text.kind(), RecordKind::Fields);
        QCOMPARE(text.fields().size(), size_t(1));
        QVERIFY(text.fields().front().path.isEmpty() && text.hasClashes());
    }

    void sets()
    {
        const SlotCodec codec = codecOf(ValueType::StringSet);
        const QByteArray base("a\0b\0c", 5);
        QCOMPARE(byItself(codec, base, QByteArray("a\0b\0c\0d", 7), QByteArray("b\0c", 3)),
                 QByteArray("b\0c\0d", 5));
    }

    void compressed()
    {
        for (const Compression compression : {Compression::Zlib, Compression::Snappy}) {
            const SlotCodec codec = codecOf(ValueType::Json, compression);
            const auto packed = [&](const char *text) { return codec.compressed(text).value(); };
            const QByteArray merged = byItself(codec, packed(R"({"a":1,"b":2})"), packed(R"({"a":9,"b":2})"),
                                               packed(R"({"a":1,"b":7})"));
            QCOMPARE(codec.decompressed(merged).value(), R"({"a":9,"b":7})");
        }
    }

    void largeOnesAreLeftToOthers()
    {
        const SlotCodec codec = codecOf(ValueType::Json);
        const QByteArray much = ",\"x\":\"" + QByteArray(100'000, 'x') + '"';
        const Change mine = update(R"({"a":1,"b":1)" + much + '}', R"({"a":2,"b":1)" + much + '}');
        const KeyState theirs = present(R"({"a":1,"b":2)" + much + '}', 9);
        QVERIFY(isLargeMerge(codec, mine, theirs));
        QCOMPARE(mergedByItself(codec, mine, theirs), R"({"a":2,"b":2)" + much + '}');
        const RecordMerge merge(codec, mine, theirs);
        QVERIFY(merge.mergesByItself());
        QCOMPARE(merge.bytes().value(), R"({"a":2,"b":2)" + much + '}');
        // Small, but not what is in it.
        const SlotCodec zlib = codecOf(ValueType::Json, Compression::Zlib);
        const auto packed = [&](const QByteArray &text) { return zlib.compressed(text).value(); };
        const Change hidden = update(packed(mine.base.value), packed(mine.value));
        QVERIFY(packed(theirs.value).size() < 1000);
        QVERIFY(isLargeMerge(zlib, hidden, present(packed(theirs.value), 9)));
    }

    // Every pair of edits of every vector: what merges has both, and the bytes that editing theirs gives.
    void vectors_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<ValueType>("type");
        QTest::newRow("CBOR") << QStringLiteral("cbor-vectors.json") << ValueType::Cbor;
        QTest::newRow("JSON") << QStringLiteral("json-vectors.json") << ValueType::Json;
        QTest::newRow("pickle") << QStringLiteral("pickle-vectors.json") << ValueType::Pickle;
    }
    void vectors()
    {
        QFETCH(QString, file);
        QFETCH(ValueType, type);
        const SlotCodec codec = codecOf(type);
        std::mt19937 random(4711);
        Tally tally;
        // The same objects come in six protocols.
        const unsigned every = type == ValueType::Pickle ? 2 : 1;
        unsigned number = 0;
        for (const Json &vector : vectorsIn(file, "vectors")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            if (++number % every != 0)
                continue;
            if (bytes.size() > 1000 || !codec.readOnlyReason(bytes).isEmpty())
                continue;
            const Value base = codec.decodeValue(bytes).value();
            if (toNotation(base).size() > 3000)
                continue; // few bytes, but many places that show the same
            std::vector<Edit> edits;
            for (const SingleEdit &edit : singleEditsOf(base)) {
                const auto written = codec.encodeValue(edit.result, bytes);
                if (!written || *written == bytes)
                    continue;
                const bool isSet = edit.kind == SingleEdit::Kind::Set;
                edits.push_back(
                    {edit.path, isSet ? std::optional(edit.value) : std::nullopt, *written, describe(edit)});
            }
            checkPairs(codec, bytes, std::move(edits), random, &tally);
            if (QTest::currentTestFailed())
                return;
        }
        qInfo("%d merged by themselves, %d clashed, %d doubtful", tally.merged, tally.clashed,
              tally.doubtful);
        QVERIFY(tally.merged > 100 && tally.clashed > 10);
        // What holds itself in a pickle, and objects of a program that the others removed, cannot be written
        // anew.
        QVERIFY(tally.doubtful * 8 < tally.merged);
    }

    void flatBuffers()
    {
        std::mt19937 random(4711);
        Tally tally;
        for (const auto &[schema, root, names] :
             std::initializer_list<std::tuple<const char *, const char *, QStringList>> {
                 {"flatbuffers/book.bfbs", "library.Book", {QStringLiteral("book-one")}},
                 {"flatbuffers/inventory.bfbs", "acme.stock.Warehouse", {QStringLiteral("inventory-full")}},
             }) {
            const SlotCodec codec = flatCodec(schema, root);
            for (const QString &name : names) {
                const QByteArray bytes = dataBytes(QStringLiteral("flatbuffers/%1.bin").arg(name));
                QCOMPARE(codec.readOnlyReason(bytes), QString());
                const Value base = codec.decodeValue(bytes).value();
                std::vector<Edit> edits;
                for (const FlatEdit &edit : flatEditsOf(base, *codec.type().flatBuffers.schema)) {
                    const auto written = codec.encodeValue(edit.result, bytes);
                    if (!written || *written == bytes)
                        continue;
                    const bool isSet = edit.kind == FlatEdit::Kind::Set && edit.twin.isEmpty();
                    edits.push_back({edit.path, isSet ? edit.value : std::nullopt, *written, edit.text()});
                }
                checkPairs(codec, bytes, std::move(edits), random, &tally, 10);
                if (QTest::currentTestFailed())
                    return;
            }
        }
        qInfo("%d merged by themselves, %d clashed, %d doubtful", tally.merged, tally.clashed,
              tally.doubtful);
        QVERIFY(tally.merged > 100 && tally.clashed > 10);
        QVERIFY(tally.doubtful * 10 < tally.merged);
    }

private:
    struct Edit
    {
        ValuePath path;
        std::optional<Value> set; // nothing: it is about more than one node
        QByteArray bytes;
        QString text;
    };
    struct Tally
    {
        int merged = 0;
        int clashed = 0;
        int doubtful = 0;
    };

    void checkPairs(const SlotCodec &codec, const QByteArray &base, std::vector<Edit> edits,
                    std::mt19937 &random, Tally *tally, size_t most = 7)
    {
        std::shuffle(edits.begin(), edits.end(), random);
        if (edits.size() > most)
            edits.resize(most);
        for (const Edit &mine : edits) {
            // merge(base, x, base) = x, merge(base, base, y) = y.
            const RecordMerge alone(codec, update(base, mine.bytes), present(base, 9));
            if (isRefused(alone)) {
                ++tally->doubtful;
                continue;
            }
            expect(alone.mergesByItself(), base, mine, mine, "does not merge with nothing");
            const auto bytes = alone.bytes();
            const auto again = codec.decodeValue(bytes ? *bytes : QByteArray());
            expect(again && meansTheSame(*again, *codec.decodeValue(mine.bytes)), base, mine, mine,
                   "is not itself");
            for (const Edit &theirs : edits)
                check(codec, base, mine, theirs, tally);
        }
    }

    void check(const SlotCodec &codec, const QByteArray &base, const Edit &mine, const Edit &theirs,
               Tally *tally)
    {
        const KeyState there = present(theirs.bytes, 9);
        const RecordMerge merge(codec, update(base, mine.bytes), there);
        if (merge.kind() == RecordKind::Settled)
            return;
        if (isRefused(merge)) {
            ++tally->doubtful;
            return;
        }
        expect(merge.kind() == RecordKind::Fields, base, mine, theirs, "not by fields");
        if (merge.hasClashes()) {
            ++tally->clashed;
            return;
        }
        if (!merge.mergesByItself()) {
            ++tally->doubtful;
            return;
        }
        ++tally->merged;
        const auto merged = mergedByItself(codec, update(base, mine.bytes), there);
        expect(merged && *merged == merge.bytes().value(), base, mine, theirs, "not merged");
        const auto read = codec.decodeValue(*merged);
        expect(read.hasValue(), base, mine, theirs, "not readable");
        const bool apart = mine.set && theirs.set && !startsWith(mine.path, theirs.path)
            && !startsWith(theirs.path, mine.path);
        // In a set it does not stand in the place of the other one.
        if (!read || !apart || isInSet(*codec.decodeValue(base), mine.path))
            return;
        // As if it had been edited in theirs: so all else is theirs, to the byte.
        const Value theirValue = codec.decodeValue(theirs.bytes).value();
        const Value *node = mine.path.find(theirValue);
        if (!node) {
            expect(false, base, mine, theirs, "my field is gone there");
            return;
        }
        const auto edited = replaced(theirValue, mine.path, inStyleOf(*node, *mine.set));
        const auto expected = edited ? codec.encodeValue(*edited, theirs.bytes)
                                     : Expected<QByteArray, EncodeError>(Unexpected {EncodeError {}});
        expect(expected && *expected == *merged, base, mine, theirs, "not as theirs with my edit");
    }

    // A pickle that holds itself cannot be put together from parts of two.
    static bool isRefused(const RecordMerge &merge)
    {
        return merge.kind() == RecordKind::Whole
            && merge.reason().contains(QLatin1String("cannot be written"));
    }

    static bool isInSet(const Value &root, const ValuePath &path)
    {
        for (ValuePath at = path; !at.isEmpty(); at = at.parent()) {
            const Value *parent = at.parent().find(root);
            if (parent && parent->kind() == Value::Kind::Set)
                return true;
        }
        return false;
    }

    static void expect(bool fine, const QByteArray &base, const Edit &mine, const Edit &theirs,
                       const char *what)
    {
        if (!fine)
            QTest::qFail((QByteArray(what) + '\n' + base.toHex() + "\nmine: " + mine.text.toUtf8() + "\n"
                          + mine.bytes.toHex() + "\ntheirs: " + theirs.text.toUtf8() + '\n'
                          + theirs.bytes.toHex())
                             .constData(),
                         __FILE__, __LINE__);
    }
};

QTEST_GUILESS_MAIN(TestMerge)
#include "tst_merge.moc"
