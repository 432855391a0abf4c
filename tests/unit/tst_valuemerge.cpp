// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valuemerge.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/codec/pickle.h"
#include "core/value/notation.h"
#include "tests/support/singleedits.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <random>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using By = MergeField::By;
using Take = MergeChoice::Take;

// Plain JSON is notation, too.
Value value(const QByteArray &notation)
{
    const auto read = fromNotation(notation);
    return read ? *read : Value::text(QStringLiteral("NOT NOTATION: ") + read.error().what);
}

ValueMerge merge(const char *base, const char *mine, const char *theirs)
{
    return {value(base), value(mine), value(theirs)};
}

QByteArray nameOf(By by)
{
    switch (by) {
    case By::Mine:
        return "mine";
    case By::Theirs:
        return "theirs";
    case By::Both:
        return "both";
    case By::Joined:
        return "joined";
    case By::Clash:
        break;
    }
    return "clash";
}

QByteArray told(const std::optional<Value> &version)
{
    return version ? toNotation(*version) : QByteArray("-");
}

// "path who base|mine|theirs; …"
QByteArray fieldsOf(const ValueMerge &merge)
{
    QByteArrayList fields;
    for (const MergeField &field : merge.fields())
        fields += field.path.toString().toUtf8() + (field.order ? " order " : " ") + nameOf(field.by) + ' '
            + told(field.base) + '|' + told(field.mine) + '|' + told(field.theirs);
    return fields.join("; ");
}

struct Case
{
    const char *name;
    const char *base;
    const char *mine;
    const char *theirs;
    const char *fields;
    const char *result; // where nobody chooses
};

} // namespace

class TestValueMerge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cases_data()
    {
        QTest::addColumn<QByteArray>("base");
        QTest::addColumn<QByteArray>("mine");
        QTest::addColumn<QByteArray>("theirs");
        QTest::addColumn<QByteArray>("fields");
        QTest::addColumn<QByteArray>("result");
        const std::initializer_list<Case> cases {
            {"nobody", R"({"a":1})", R"({"a":1})", R"({"a":1})", "", R"({"a":1})"},
            {"disjoint", R"({"a":1,"b":{"c":2,"d":3}})", R"({"a":1,"b":{"c":9,"d":3}})",
             R"({"a":7,"b":{"c":2,"d":8}})", "a theirs 1|1|7; b.c mine 2|9|2; b.d theirs 3|3|8",
             R"({"a":7,"b":{"c":9,"d":8}})"},
            {"the same", R"({"a":1})", R"({"a":2})", R"({"a":2})", "a both 1|2|2", R"({"a":2})"},
            {"clash", R"({"a":1,"b":1})", R"({"a":2,"b":2})", R"({"a":3,"b":1})",
             "a clash 1|2|3; b mine 1|2|1", R"({"a":3,"b":2})"},
            {"scalars", "1", "2", "3", " clash 1|2|3", "3"},
            {"another kind", R"({"a":{"x":1}})", R"({"a":[1]})", R"({"a":{"x":2}})",
             R"(a clash {"map":[["x",1]]}|[1]|{"map":[["x",2]]})", R"({"a":{"x":2}})"},
            {"removed by both", R"({"a":1,"b":2})", R"({"b":2})", R"({"b":2})", "a both 1|-|-", R"({"b":2})"},
            {"removed by one", R"({"a":1,"b":2})", R"({"b":2})", R"({"a":1,"b":3})",
             "a mine 1|-|1; b theirs 2|2|3", R"({"b":3})"},
            {"removed here, changed there", R"({"a":1,"b":2})", R"({"b":2})", R"({"a":9,"b":2})",
             "a clash 1|-|9", R"({"a":9,"b":2})"},
            {"changed here, removed there", R"({"a":1,"b":2})", R"({"a":9,"b":2})", R"({"b":2})",
             "a clash 1|9|-", R"({"b":2})"},
            {"added by both", R"({})", R"({"a":1,"b":5})", R"({"c":7,"b":6})",
             "a mine -|1|-; c theirs -|-|7; b clash -|5|6", R"({"a":1,"c":7,"b":6})"},
            {"added in their places", R"({"a":1,"z":2})", R"({"a":1,"m":5,"z":2})",
             R"({"b":0,"a":1,"z":2,"y":6})", "b theirs -|-|0; m mine -|5|-; y theirs -|-|6",
             R"({"b":0,"a":1,"m":5,"z":2,"y":6})"},
            {"renamed", R"({"a":1,"b":2})", R"({"x":1,"b":2})", R"({"a":1,"b":3})",
             "x mine -|1|-; a mine 1|-|1; b theirs 2|2|3", R"({"x":1,"b":3})"},
            {"reordered here", R"({"a":1,"b":2,"c":3})", R"({"c":3,"a":1,"b":2})",
             R"({"a":1,"b":9,"c":3,"d":4})",
             R"( order mine ["a","b","c"]|["c","a","b"]|["a","b","c","d"]; d theirs -|-|4; b theirs 2|2|9)",
             R"({"c":3,"d":4,"a":1,"b":9})"},
            {"reordered by both", R"({"a":1,"b":2,"c":3})", R"({"c":3,"a":1,"b":2})",
             R"({"b":2,"a":1,"c":3})", R"( order clash ["a","b","c"]|["c","a","b"]|["b","a","c"])",
             R"({"b":2,"a":1,"c":3})"},
            {"keys of any kind", R"({"map":[[1,"a"],["1","b"]]})", R"({"map":[[1,"x"],["1","b"]]})",
             R"({"map":[[1,"a"],["1","y"]]})", R"([{1}] mine "a"|"x"|"a"; 1 theirs "b"|"b"|"y")",
             R"({"map":[[1,"x"],["1","y"]]})"},
            {"a key twice", R"({"map":[["a",1],["a",2]]})", R"({"map":[["a",9],["a",2]]})",
             R"({"map":[["a",1],["a",8]]})",
             R"( clash {"map":[["a",1],["a",2]]}|{"map":[["a",9],["a",2]]}|{"map":[["a",1],["a",8]]})",
             R"({"map":[["a",1],["a",8]]})"},
            // Lists.
            {"items", "[1,2,3]", "[9,2,3]", "[1,2,8]", "[0] mine 1|9|1; [2] theirs 3|3|8", "[9,2,8]"},
            {"the same item", "[1,2,3]", "[1,9,3]", "[7,8,3]", "[0] theirs 1|1|7; [1] clash 2|9|8",
             "[7,8,3]"},
            {"swapped", R"(["a","b"])", R"(["b","a"])", R"(["a","c"])",
             R"( clash ["a","b"]|["b","a"]|["a","c"])", R"(["a","c"])"},
            {"put in front and behind", "[1,2,3]", "[0,1,2,3]", "[1,2,3,4]",
             " joined [1,2,3]|[0,1,2,3]|[1,2,3,4]", "[0,1,2,3,4]"},
            {"put behind and changed in front", "[1,2,3]", "[1,2,3,4]", "[9,2,3]",
             " joined [1,2,3]|[1,2,3,4]|[9,2,3]", "[9,2,3,4]"},
            {"taken out", "[1,2,3,4,5]", "[1,3,4,5]", "[1,2,3,4,6,7]",
             " joined [1,2,3,4,5]|[1,3,4,5]|[1,2,3,4,6,7]", "[1,3,4,6,7]"},
            {"put behind by both", "[1,2]", "[1,2,3]", "[1,2,4]", " clash [1,2]|[1,2,3]|[1,2,4]", "[1,2,4]"},
            {"where it came from is not known", "[1,1]", "[1,1,1]", "[2,1]", " clash [1,1]|[1,1,1]|[2,1]",
             "[2,1]"},
            {"side by side", "[1,2,3]", "[1,9,8,3]", "[1,2,7]", " clash [1,2,3]|[1,9,8,3]|[1,2,7]",
             "[1,2,7]"},
            {"within an item", R"([{"i":1,"a":1,"b":1,"c":1},7])", R"([{"i":1,"a":2,"b":1,"c":1},7])",
             R"([{"i":1,"a":1,"b":2,"c":1},7])", "[0].a mine 1|2|1; [0].b theirs 1|1|2",
             R"([{"i":1,"a":2,"b":2,"c":1},7])"},
            {"an item that was replaced", R"([{"i":1,"a":1,"b":1},7])", R"([{"i":2,"a":2,"b":1},7])",
             R"([{"i":1,"a":1,"b":2},7])",
             R"([0] clash {"map":[["i",1],["a",1],["b",1]]}|{"map":[["i",2],["a",2],["b",1]]}|{"map":[["i",1],["a",1],["b",2]]})",
             R"([{"i":1,"a":1,"b":2},7])"},
            // The first one gone, the second changed, a third one new: all of them look as if changed.
            {"items that moved unseen", R"([{"i":1,"a":1,"b":1,"c":1},{"i":2,"a":1,"b":1,"c":1}])",
             R"([{"i":2,"a":9,"b":1,"c":1},{"i":3,"a":1,"b":1,"c":1}])",
             R"([{"i":1,"a":1,"b":5,"c":1},{"i":2,"a":1,"b":1,"c":1}])",
             "[0] clash "
             R"({"map":[["i",1],["a",1],["b",1],["c",1]]}|{"map":[["i",2],["a",9],["b",1],["c",1]]}|{"map":[["i",1],["a",1],["b",5],["c",1]]})"
             "; [1].i mine 2|3|2",
             R"([{"i":1,"a":1,"b":5,"c":1},{"i":3,"a":1,"b":1,"c":1}])"},
            {"tuples", R"({"tuple":["a","b",{"tuple":[1,2]}]})", R"({"tuple":["b","b",{"tuple":[9,2]}]})",
             R"({"tuple":["a","c",{"tuple":[1,8]}]})",
             R"([0] mine "a"|"b"|"a"; [1] theirs "b"|"b"|"c"; [2][0] mine 1|9|1; [2][1] theirs 2|2|8)",
             R"({"tuple":["b","c",{"tuple":[9,8]}]})"},
            {"tuples of other lengths", R"({"tuple":[1,2]})", R"({"tuple":[1,2,3]})", R"({"tuple":[9,2]})",
             R"( clash {"tuple":[1,2]}|{"tuple":[1,2,3]}|{"tuple":[9,2]})", R"({"tuple":[9,2]})"},
            {"sets", R"({"set":["a","b","c"]})", R"({"set":["d","c","b","e"]})",
             R"({"set":["c","a","f","e"]})",
             R"( joined {"set":["a","b","c"]}|{"set":["d","c","b","e"]}|{"set":["c","a","f","e"]})",
             R"({"set":["c","f","e","d"]})"},
            {"sets in another order", R"({"set":["a","b"]})", R"({"set":["b","a"]})", R"({"set":["a"]})",
             R"( theirs {"set":["a","b"]}|{"set":["b","a"]}|{"set":["a"]})", R"({"set":["a"]})"},
            // What is one thing.
            {"tags", R"({"tag":999,"value":{"map":[["a",1],["b",2]]}})",
             R"({"tag":999,"value":{"map":[["a",9],["b",2]]}})",
             R"({"tag":999,"value":{"map":[["a",1],["b",8]]}})", "[0].a mine 1|9|1; [0].b theirs 2|2|8",
             R"({"tag":999,"value":{"map":[["a",9],["b",8]]}})"},
            {"fractions", R"({"fraction":"1/3"})", R"({"fraction":"2/3"})", R"({"fraction":"1/5"})",
             R"( clash {"fraction":"1/3"}|{"fraction":"2/3"}|{"fraction":"1/5"})", R"({"fraction":"1/5"})"},
            {"complex numbers", R"({"complex":[{"float":"1.0"},{"float":"2.0"}]})",
             R"({"complex":[{"float":"9.0"},{"float":"2.0"}]})",
             R"({"complex":[{"float":"1.0"},{"float":"8.0"}]})",
             R"( clash {"complex":[{"float":"1.0"},{"float":"2.0"}]}|{"complex":[{"float":"9.0"},{"float":"2.0"}]}|{"complex":[{"float":"1.0"},{"float":"8.0"}]})",
             R"({"complex":[{"float":"1.0"},{"float":"8.0"}]})"},
            {"the other of two types", R"({"a":{"hex":"00"},"b":1})", R"({"a":{"bytearray":"00"},"b":1})",
             R"({"a":{"hex":"00"},"b":2})",
             R"(a mine {"hex":"00"}|{"bytearray":"00"}|{"hex":"00"}; b theirs 1|1|2)",
             R"({"map":[["a",{"bytearray":"00"}],["b",2]]})"},
        };
        for (const Case &one : cases)
            QTest::newRow(one.name) << QByteArray(one.base) << QByteArray(one.mine) << QByteArray(one.theirs)
                                    << QByteArray(one.fields) << QByteArray(one.result);
    }

    void cases()
    {
        QFETCH(QByteArray, base);
        QFETCH(QByteArray, mine);
        QFETCH(QByteArray, theirs);
        QFETCH(QByteArray, fields);
        QFETCH(QByteArray, result);
        const ValueMerge merged(value(base), value(mine), value(theirs));
        QCOMPARE(fieldsOf(merged), fields);
        QCOMPARE(toNotation(merged.result()), toNotation(value(result)));
        QCOMPARE(merged.isClean(), !fields.contains("clash"));

        // All of theirs is theirs, all of mine is mine, whatever the fields are.
        const std::vector<MergeChoice> allTheirs(merged.fields().size(), {Take::Theirs});
        const std::vector<MergeChoice> allMine(merged.fields().size(), {Take::Mine});
        QCOMPARE(merged.result(allTheirs), value(theirs));
        QVERIFY2(sameButForOrder(merged.result(allMine), value(mine)),
                 toNotation(merged.result(allMine)).constData());
    }

    void chooses()
    {
        const ValueMerge merged =
            merge(R"({"a":1,"b":[1,2],"c":1})", R"({"a":2,"b":[7,2],"c":1})", R"({"a":3,"b":[1,2],"c":4})");
        QCOMPARE(fieldsOf(merged), "a clash 1|2|3; b[0] mine 1|7|1; c theirs 1|1|4");
        QCOMPARE(merged.result({{Take::Mine}}), value(R"({"a":2,"b":[7,2],"c":4})"));
        QCOMPARE(merged.result({{Take::Theirs}, {Take::Theirs}, {Take::Mine}}),
                 value(R"({"a":3,"b":[1,2],"c":1})"));
        QCOMPARE(merged.result({{Take::Own, Value::integer(5)}, {}, {Take::Own, std::nullopt}}),
                 value(R"({"a":5,"b":[7,2]})"));
        // What both took out can come back.
        const ValueMerge gone = merge(R"({"a":1,"b":2})", R"({"b":2})", R"({"b":2})");
        QCOMPARE(gone.result({{Take::Own, Value::integer(5)}}), value(R"({"a":5,"b":2})"));
        const ValueMerge order = merge(R"({"a":1,"b":2})", R"({"b":2,"a":1})", R"({"b":2,"c":3,"a":1})");
        QCOMPARE(order.result({{Take::Mine}}), value(R"({"b":2,"c":3,"a":1})"));
    }

    void withoutABase()
    {
        const ValueMerge merged(std::nullopt, value(R"({"a":1,"b":[1,2],"c":1,"d":0})"),
                                value(R"({"a":2,"b":[1,3],"c":1,"e":0})"));
        QCOMPARE(fieldsOf(merged), "a clash -|1|2; b[1] clash -|2|3; d clash -|0|-; e clash -|-|0");
        QVERIFY(!merged.isClean());
        QCOMPARE(merged.result(), value(R"({"a":2,"b":[1,3],"c":1,"e":0})"));
        QCOMPARE(merged.result({{Take::Mine}, {}, {Take::Mine}, {}}),
                 value(R"({"a":1,"b":[1,3],"c":1,"d":0,"e":0})"));
        const ValueMerge sets(std::nullopt, value(R"({"set":[1]})"), value(R"({"set":[2]})"));
        QCOMPARE(fieldsOf(sets), R"( clash -|{"set":[1]}|{"set":[2]})");
        QVERIFY(ValueMerge(std::nullopt, value("[1]"), value("[1]")).fields().empty());
    }

    // JSON tells how its numbers were written, and its blanks.
    void keepsWhatTheyWrote()
    {
        const auto json = [](const char *text) { return jsonCodec().decode(text).value(); };
        const Value base = json("{ \"a\" : 1.50 , \"b\":[ {\"x\":1} , {\"y\":2}],\"c\":1}");
        const Value mine = json("{ \"a\" : 1.50 , \"b\":[ {\"x\":1} , {\"y\":2}],\"c\":2.0e1}");
        const Value theirs = json("{\"z\":0,\n \"a\" : 1.500 , \"b\":[ {\"x\":1} ,\t{\"y\":3.0}],\"c\":1}");
        const ValueMerge merged(base, mine, theirs);
        QVERIFY(merged.isClean());
        QCOMPARE(jsonCodec().encode(merged.result()).value(),
                 "{\"z\":0,\n \"a\" : 1.500 , \"b\":[ {\"x\":1} ,\t{\"y\":3.0}],\"c\":2.0e1}");
        // A member that both have since gone from each other's bytes.
        const ValueMerge added(json("{\"a\":1}"), json("{\"a\":1,\"n\":{\"m\":[1,2]}}"),
                               json("{ \"q\": {\"r\":1},  \"a\": 1 }"));
        QCOMPARE(jsonCodec().encode(added.result()).value(),
                 "{ \"q\": {\"r\":1},  \"a\": 1,  \"n\": {\"m\": [1,  2]} }");
    }

    // merge(base, x, base) = x, merge(base, base, y) = y, and every two edits that have nothing to do with
    // each other are both there.
    void edits_data()
    {
        QTest::addColumn<QString>("file");
        for (const char *file : {"cbor-vectors.json", "json-vectors.json", "pickle-vectors.json"})
            QTest::newRow(file) << QString::fromLatin1(file);
    }
    void edits()
    {
        QFETCH(QString, file);
        const Codec *codec = file.startsWith(QLatin1String("cbor")) ? &cborCodec()
            : file.startsWith(QLatin1String("json"))                ? &jsonCodec()
                                                                    : &pickleCodec();
        std::mt19937 random(4711);
        int clean = 0;
        int clashes = 0;
        for (const Json &vector : vectorsIn(file, "vectors")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            const auto read = codec->decode(bytes);
            if (!read || bytes.size() > 1000)
                continue;
            const Value &base = *read;
            std::vector<SingleEdit> edits = singleEditsOf(base);
            std::shuffle(edits.begin(), edits.end(), random);
            if (edits.size() > 8)
                edits.resize(8);
            for (const SingleEdit &mine : edits) {
                const ValueMerge alone(base, mine.result, base);
                QVERIFY2(alone.isClean() && meansTheSame(alone.result(), mine.result),
                         qPrintable(describe(mine)));
                const ValueMerge other(base, base, mine.result);
                QVERIFY2(other.isClean() && meansTheSame(other.result(), mine.result),
                         qPrintable(describe(mine)));
                const ValueMerge both(base, mine.result, mine.result);
                QVERIFY2(both.isClean() && meansTheSame(both.result(), mine.result),
                         qPrintable(describe(mine)));
                for (const SingleEdit &theirs : edits)
                    check(base, mine, theirs, &clean, &clashes);
                if (QTest::currentTestFailed())
                    return;
            }
        }
        qInfo("%d clean merges, %d clashes", clean, clashes);
        QVERIFY(clean > 100);
        QVERIFY(clashes > 100);
    }

    // Trees of maps and tuples, in which every field has a place of its own: many edits on both sides, and
    // the clashes are the fields that both changed in different ways, no others.
    void randomTrees()
    {
        std::mt19937 random(2026);
        int clashes = 0;
        int merges = 0;
        for (int round = 0; round < 600; ++round) {
            const Value base = randomTree(random, 3);
            std::vector<ValuePath> leaves;
            collectLeaves(base, {}, &leaves);
            std::shuffle(leaves.begin(), leaves.end(), random);
            Value mine = base;
            Value theirs = base;
            Value expected = base; // theirs where they clash
            std::vector<ValuePath> clashing;
            for (const ValuePath &leaf : leaves) {
                const unsigned fate = random() % 8;
                const Value here = Value::integer(1000 + qint64(random() % 3));
                const Value there = Value::integer(1000 + qint64(random() % 3));
                if (fate < 2 || fate == 4)
                    mine = replaced(mine, leaf, here).value();
                if (fate == 2 || fate == 3 || fate == 4)
                    theirs = replaced(theirs, leaf, there).value();
                if (fate < 2)
                    expected = replaced(expected, leaf, here).value();
                else if (fate < 5)
                    expected = replaced(expected, leaf, there).value();
                if (fate == 4 && here != there)
                    clashing.push_back(leaf);
            }
            const ValueMerge merged(base, mine, theirs);
            QCOMPARE(toNotation(merged.result()), toNotation(expected));
            for (const MergeField &field : merged.fields()) {
                const bool wanted = std::count(clashing.begin(), clashing.end(), field.path) > 0;
                QVERIFY2((field.by == By::Clash) == wanted, qPrintable(field.path.toString()));
                QCOMPARE(field.base, std::optional(*field.path.find(base)));
            }
            QCOMPARE(std::count_if(merged.fields().begin(), merged.fields().end(),
                                   [](const MergeField &field) { return field.by == By::Clash; }),
                     qsizetype(clashing.size()));
            clashes += int(clashing.size());
            merges += clashing.empty() && !merged.fields().empty() ? 1 : 0;
        }
        QVERIFY2(clashes > 300 && merges > 100, qPrintable(QStringLiteral("%1 %2").arg(clashes).arg(merges)));
    }

    void isDeterministic()
    {
        std::mt19937 random(7);
        const Value base = randomTree(random, 4);
        const Value mine = randomTree(random, 4);
        const Value theirs = randomTree(random, 4);
        QCOMPARE(fieldsOf({base, mine, theirs}), fieldsOf({base, mine, theirs}));
        QCOMPARE(toNotation(ValueMerge(base, mine, theirs).result()),
                 toNotation(ValueMerge(base, mine, theirs).result()));
    }

private:
    // The same members, wherever they are.
    static bool sameButForOrder(const Value &a, const Value &b)
    {
        if (meansTheSame(a, b))
            return true;
        if (a.kind() != Value::Kind::Map || a.members().size() != b.members().size())
            return false;
        return std::all_of(a.members().begin(), a.members().end(), [&b](const Member &member) {
            const Value *other = ValuePath({PathStep::member(member.key)}).find(b);
            return other && meansTheSame(member.value, *other);
        });
    }

    static bool startsWith(const ValuePath &path, const ValuePath &prefix)
    {
        const auto &steps = prefix.steps();
        return path.steps().size() >= steps.size()
            && std::equal(steps.begin(), steps.end(), path.steps().begin());
    }

    // Which nodes an edit is about, as far as its fields go.
    static bool apart(const SingleEdit &a, const SingleEdit &b)
    {
        return a.kind == SingleEdit::Kind::Set && b.kind == SingleEdit::Kind::Set
            && !startsWith(a.path, b.path) && !startsWith(b.path, a.path);
    }

    static bool passesThrough(Value::Kind kind, const Value &root, const ValuePath &path)
    {
        for (ValuePath at = path; !at.isEmpty(); at = at.parent()) {
            const Value *parent = at.parent().find(root);
            if (parent && parent->kind() == kind)
                return true;
        }
        return false;
    }

    void check(const Value &base, const SingleEdit &mine, const SingleEdit &theirs, int *clean, int *clashes)
    {
        const ValueMerge merged(base, mine.result, theirs.result);
        const auto expect = [&](bool fine, const char *what) {
            if (!fine)
                QTest::qFail((QByteArray(what) + '\n' + toNotation(base) + '\n' + describe(mine).toUtf8()
                              + '\n' + describe(theirs).toUtf8() + '\n' + fieldsOf(merged) + '\n'
                              + toNotation(merged.result()))
                                 .constData(),
                             __FILE__, __LINE__);
        };
        expect(ValueMerge(base, theirs.result, mine.result).isClean() == merged.isClean(), "not symmetric");
        if (meansTheSame(mine.result, theirs.result)) {
            expect(merged.isClean(), "the same clashes");
            return;
        }
        *(merged.isClean() ? clean : clashes) += 1;
        const auto through = [&](Value::Kind kind) {
            return passesThrough(kind, base, mine.path) || passesThrough(kind, base, theirs.path);
        };
        if (!apart(mine, theirs) || hasRepeatedKeys(base) || through(Value::Kind::Set))
            return;
        // Two items of a list may look as if they had changed places; then that is asked.
        expect(merged.isClean() || through(Value::Kind::Array), "clashes");
        if (!merged.isClean())
            return;
        const Value result = merged.result();
        expect(*mine.path.find(result) == mine.value, "mine is not there");
        expect(*theirs.path.find(result) == theirs.value, "theirs is not there");
    }

    static Value randomTree(std::mt19937 &random, int depth)
    {
        const auto count = 1 + random() % 4;
        MemberList members;
        ValueList items;
        const bool isMap = random() % 3 != 0;
        for (unsigned i = 0; i < count; ++i) {
            Value child = depth > 0 && random() % 2 ? randomTree(random, depth - 1)
                                                    : Value::integer(qint64(random() % 100));
            if (isMap)
                members.push_back({Value::text(QStringLiteral("k%1").arg(i)), std::move(child)});
            else
                items.push_back(std::move(child));
        }
        return isMap ? Value::map(std::move(members)) : Value::tuple(std::move(items));
    }

    static void collectLeaves(const Value &node, const ValuePath &path, std::vector<ValuePath> *leaves)
    {
        for (const Member &member : node.members())
            collectLeaves(member.value, path.child(PathStep::member(member.key)), leaves);
        for (size_t i = 0; i < node.items().size(); ++i)
            collectLeaves(node.items()[i], path.child(PathStep::item(qsizetype(i))), leaves);
        if (!node.isContainer())
            leaves->push_back(path);
    }
};

QTEST_GUILESS_MAIN(TestValueMerge)
#include "tst_valuemerge.moc"
