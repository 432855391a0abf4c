// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle.h"
#include "core/pmap/slottype.h"
#include "core/value/valueedit.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <ctime>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr auto File = "pickle-vectors.json";
constexpr auto TwoBuffers =
    "0000001380059508000000000000005d9428979897652e000000056669727374000000067365636f6e64";
using Plain = nlohmann::json;

// Sets in one order, members of objects by name.
Plain normalized(const Plain &json)
{
    Plain out = json;
    if (!out.is_structured()) // nlohmann lets a scalar iterate over itself
        return out;
    for (auto &child : out)
        child = normalized(child);
    for (const char *name : {"set", "frozenset"}) {
        if (out.is_object() && out.contains(name) && out[name].is_array())
            std::sort(out[name].begin(), out[name].end());
    }
    return out;
}

Plain notationOf(const Value &value)
{
    return normalized(Plain::parse(toNotation(value).toStdString()));
}

Plain expectedFrom(const Json &json)
{
    return normalized(Plain::parse(json.dump()));
}

SlotCodec codecFor(ValueType type)
{
    return SlotCodec({.value = type});
}

ValueType typeOf(const Json &vector)
{
    return vector.value("type", "Pickle") == "Pickle5" ? ValueType::Pickle5 : ValueType::Pickle;
}

std::vector<Json> allVectors()
{
    std::vector<Json> all = vectorsIn(QLatin1String(File), "vectors");
    for (const Json &vector : vectorsIn(QLatin1String(File), "zlmdb"))
        all.push_back(vector);
    return all;
}

// What is shown as a call, although Python makes it by itself.
bool isForeign(const std::string &friendly)
{
    static const char *const starts[] {"<", "IPv4Address(", "ValueError(", "array", "re.compile("};
    return std::any_of(std::begin(starts), std::end(starts),
                       [&](const char *start) { return friendly.rfind(start, 0) == 0; });
}

const Json *hostile(const std::vector<Json> &all, const char *name)
{
    for (const Json &vector : all) {
        if (vector["name"] == name)
            return &vector;
    }
    return nullptr;
}

QByteArray notationOf(const char *hex)
{
    const auto value = pickleCodec().decode(QByteArray::fromHex(hex));
    return value ? toNotation(*value) : value.error().what.toUtf8();
}

} // namespace

class TestPickle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void plainValues()
    {
        int walked = 0;
        for (const Json &vector : allVectors()) {
            if (!vector["plain"])
                continue;
            const auto value = codecFor(typeOf(vector)).decodeValue(fromHex(vector["hex"]));
            const std::string what = vector.dump().substr(0, 600);
            QVERIFY2(value, (what + (value ? "" : value.error().what.toStdString())).c_str());
            const Plain expected = expectedFrom(vector["value"]);
            if (expected.is_object() && expected.contains("inside")) {
                QVERIFY2(isChain(*value, expected), what.c_str());
            } else {
                const std::string shown = notationOf(*value).dump();
                QVERIFY2(shown == expected.dump(), (what + "\n" + shown).c_str());
            }
            ++walked;
        }
        QVERIFY(walked > 160);
    }

    // Every plain pickle is written back byte for byte, or its read-only reason says that it is not.
    void writtenBack()
    {
        int walked = 0;
        QStringList others;
        for (const Json &vector : allVectors()) {
            if (!vector["plain"])
                continue;
            const QByteArray bytes = fromHex(vector["hex"]);
            const SlotCodec codec = codecFor(typeOf(vector));
            const auto written = codec.encodeValue(*codec.decodeValue(bytes));
            const bool same = written && *written == bytes;
            QCOMPARE(codec.readOnlyReason(bytes).isEmpty(), same);
            ++walked;
            // What Python's own pickler wrote, without what refers to itself.
            if (!same && vector.value("source", "") != "by hand"
                && vector["value"].dump().find("\"ref\"") == std::string::npos)
                others += QString::fromLatin1(bytes.toHex().left(120)) + u' '
                    + QString::fromLatin1(written ? written->toHex().left(120) : QByteArray())
                    + QString::fromStdString(vector.dump()).right(160);
        }
        QVERIFY(walked > 160);
        QVERIFY2(others.isEmpty(), qPrintable(others.join(u'\n')));
    }

    void callsAreShownNotMade()
    {
        int walked = 0;
        for (const Json &vector : allVectors()) {
            if (vector["plain"])
                continue;
            const QByteArray bytes = fromHex(vector["hex"]);
            const auto tree = typeOf(vector) == ValueType::Pickle5 ? decodePickle5Verbatim(bytes)
                                                                   : decodePickleVerbatim(bytes);
            const std::string what = vector.dump().substr(0, 900);
            QVERIFY2(tree, what.c_str());
            std::string shown = notationOf(*tree).dump();
            std::string expected = expectedFrom(vector["tree"]).dump();
            // Exception: the reference shows all buffers as read-only, as it reads from bytes; the pickle
            // says it of each (and so does codec-vectors.json).
            if (vector.contains("buffers")) {
                for (std::string *text : {&shown, &expected}) {
                    for (size_t at; (at = text->find("\"readonly\":true")) != std::string::npos;)
                        text->replace(at, 15, "\"readonly\":false");
                }
            }
            QVERIFY2(shown == expected, (what + "\n" + shown).c_str());
            const SlotCodec codec = codecFor(typeOf(vector));
            QVERIFY(codec.decodeValue(bytes));
            // Those of the library, and buffers, can be written; what others can make only, cannot, but what
            // is beside it.
            const bool known = vector.contains("friendly")
                ? !isForeign(vector["friendly"])
                : vector.value("what", "") == "enum" || bytes == QByteArray::fromHex(TwoBuffers);
            const bool isBeside = codec.decodeValue(bytes)->kind() != Value::Kind::Opaque;
            QVERIFY2(codec.readOnlyReason(bytes).isEmpty() == (known || isBeside),
                     (what + codec.readOnlyReason(bytes).toStdString()).c_str());
            QVERIFY(!(known || isBeside) || *codec.encodeValue(*codec.decodeValue(bytes)) == bytes);
            ++walked;
        }
        QVERIFY(walked > 60);
    }

    void wellKnownTypes_data()
    {
        QTest::addColumn<QString>("friendly");
        QTest::addColumn<QByteArray>("notation");
        const auto row = [](const char *friendly, const char *notation) {
            QTest::newRow(friendly) << QString::fromLatin1(friendly) << QByteArray(notation);
        };
        row("(1-2j)", "{\"complex\":[{\"float\":\"1.0\"},{\"float\":\"-2.0\"}]}");
        row("datetime.datetime(2020, 1, 2, 3, 4, 5, 678)", "{\"datetime\":\"2020-01-02T03:04:05.000678\"}");
        row("datetime.datetime(2020, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)",
            "{\"datetime\":\"2020-01-02T00:00:00+00:00\"}");
        row("datetime.date(1999, 12, 31)", "{\"date\":\"1999-12-31\"}");
        row("datetime.time(23, 59, 59)", "{\"time\":\"23:59:59\"}");
        row("datetime.timedelta(days=1, seconds=2, microseconds=3)",
            "{\"timedelta\":\"1 day, 0:00:02.000003\"}");
        row("Decimal('1.10')", "{\"decimal\":\"1.10\"}");
        row("UUID('12345678-1234-5678-1234-567812345678')",
            "{\"uuid\":\"12345678-1234-5678-1234-567812345678\"}");
        row("OrderedDict([('z', 1), ('a', 2)])", "{\"map\":[[\"z\",1],[\"a\",2]]}");
        row("defaultdict(<class 'int'>, {'a': 1})", "{\"map\":[[\"a\",1]]}");
        row("deque([1, 2], maxlen=5)", "[1,2]");
        row("Counter({'a': 2, 'b': 1, 'c': 1})", "{\"map\":[[\"a\",2],[\"b\",1],[\"c\",1]]}");
        row("Fraction(1, 3)", "{\"fraction\":\"1/3\"}");
        row("range(1, 10, 2)", "{\"range\":[1,10,2]}");
        row("slice(1, None, None)", "{\"slice\":[1,null,null]}");
        row("1.5", "{\"float\":\"1.5\"}");
    }
    void wellKnownTypes()
    {
        QFETCH(QString, friendly);
        QFETCH(QByteArray, notation);
        int walked = 0;
        for (const Json &vector : allVectors()) {
            if (vector["plain"] || vector.value("friendly", "") != friendly.toStdString())
                continue;
            const auto value = codecFor(typeOf(vector)).decodeValue(fromHex(vector["hex"]));
            QVERIFY(value);
            QCOMPARE(toNotation(*value), notation);
            ++walked;
        }
        QVERIFY(walked > 0);
    }

    void hostileOnes()
    {
        for (const Json &vector : vectorsIn(QLatin1String(File), "hostile")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            const std::clock_t start = std::clock(); // of this process alone, however busy the machine is
            const auto value = pickleCodec().decode(bytes);
            const std::string expect = vector["expect"];
            const std::string what = vector["name"].get<std::string>() + ": " + expect;
            if (expect == "error") {
                QVERIFY2(!value && !value.error().what.isEmpty(), what.c_str());
            } else if (expect == "opaque") {
                QVERIFY2(value, what.c_str());
                QCOMPARE(notationOf(*value).dump(), expectedFrom(vector["tree"]).dump());
            } else if (expect == "bounded" || expect == "bounded-opaque") {
                QVERIFY2(value, what.c_str());
                QVERIFY2(toNotation(*value).size() < 1'000'000, what.c_str());
            }
            QVERIFY(!codecFor(ValueType::Pickle).readOnlyReason(bytes).isEmpty() || value);
            QVERIFY2(std::clock() - start < 2 * CLOCKS_PER_SEC, what.c_str());
        }
        const auto all = vectorsIn(QLatin1String(File), "hostile");
        QCOMPARE(toNotation(*pickleCodec().decode(fromHex((*hostile(all, "huge-memo-index"))["hex"]))),
                 QByteArray("[1]"));
        const auto truncated = pickleCodec().decode(fromHex((*hostile(all, "truncated"))["hex"]));
        QVERIFY(truncated.error().offset > 0);
    }

    void repeatedTextsAreBounded()
    {
        // One long text, and very many times again.
        const QByteArray text(200'000, 'x');
        QByteArray bytes = QByteArray::fromHex("80025d2858400d0300") + text + QByteArray::fromHex("7100");
        for (int i = 0; i < 100'000; ++i)
            bytes += QByteArray("h\0", 2);
        bytes += "e.";
        const auto value = pickleCodec().decode(bytes);
        QVERIFY(value);
        QCOMPARE(value->items().size(), size_t(100'001));
        QVERIFY(toNotation(*value).size() < 100 * bytes.size());
        QVERIFY(!codecFor(ValueType::Pickle).readOnlyReason(bytes).isEmpty());
        // Few repetitions are shown and written.
        const QByteArray few = bytes.left(bytes.indexOf("h") + 20) + "e.";
        QCOMPARE(codecFor(ValueType::Pickle).decodeValue(few)->items()[10].toText().size(), text.size());
    }

    void offsetsCountFromTheValue()
    {
        const auto five =
            pickle5Codec().decode(QByteArray::fromHex("0000000680055d4b07612e").replace(3, 1, "\7"));
        QVERIFY(five);
        QCOMPARE(five->items()[0].source().offset, 7);
        QCOMPARE(five->items()[0].source().length, 2);
        const auto bad = pickle5Codec().decode(QByteArray::fromHex("000000048005ff2e"));
        QCOMPARE(bad.error().offset, 6);
    }

    void damageNeverCrashes()
    {
        for (const Json &vector : allVectors()) {
            const SlotCodec codec = codecFor(typeOf(vector));
            forEachMutation(fromHex(vector["hex"]), 50, [&](const QByteArray &bytes) {
                if (const auto value = codec.decodeValue(bytes))
                    QVERIFY(toNotation(*value).size() < 10'000'000);
            });
        }
    }

    void editsKeepTheRest()
    {
        // {'a': [1, 2], 'b': 'text'} and the same list again below 'c'
        const QByteArray bytes = QByteArray::fromHex("80027d7100285801000000617101"
                                                     "5d7102284b014b02655801000000627103"
                                                     "5804000000746578747104580100000063710568"
                                                     "02752e");
        const SlotCodec codec = codecFor(ValueType::Pickle);
        QCOMPARE(codec.readOnlyReason(bytes), QString());
        const auto value = codec.decodeValue(bytes);
        const auto edited =
            replaced(*value, ValuePath::fields({QStringLiteral("b")}), Value::text(QStringLiteral("TEXT!")));
        QByteArray expected = bytes;
        expected.replace(QByteArray::fromHex("58040000007465787471"),
                         QByteArray::fromHex("5805000000544558542171"));
        QCOMPARE(codec.encodeValue(*edited)->toHex(), expected.toHex());
    }

    // What stands in several places is one object: a change in it is seen in all of them.
    void sharedObjectsStayShared()
    {
        const SlotCodec codec = codecFor(ValueType::Pickle);
        // {'a': L, 'c': L, 'd': L} with L = [1, 'x'], and 'x' again below 'e'
        const QByteArray bytes =
            QByteArray::fromHex("80027d71002858010000006171015d7102284b01580100000078710365"
                                "580100000063710468025801000000647105680258010000006571066803"
                                "752e");
        const Value value = *codec.decodeValue(bytes);
        QCOMPARE(*codec.encodeValue(value), bytes);
        const auto at = [](const char *path) { return *ValuePath::parse(QString::fromLatin1(path)); };
        const auto read = [&](const Expected<Value, QString> &edited) {
            const auto written = codec.encodeValue(*edited, bytes);
            return written ? toNotation(*codec.decodeValue(*written)) : written.error().what.toUtf8();
        };
        QCOMPARE(read(replaced(value, at("c[0]"), Value::integer(7))),
                 QByteArray(R"({"map":[["a",[7,"x"]],["c",[7,"x"]],["d",[7,"x"]],["e","x"]]})"));
        // A place of its own for something new; the text that others refer to stays with them.
        QCOMPARE(read(replaced(value, at("a"), Value::array({}))),
                 QByteArray(R"({"map":[["a",[]],["c",[1,"x"]],["d",[1,"x"]],["e","x"]]})"));
        QCOMPARE(read(replaced(value, at("d[1]"), Value::text(QStringLiteral("y")))),
                 QByteArray(R"({"map":[["a",[1,"y"]],["c",[1,"y"]],["d",[1,"y"]],["e","x"]]})"));
        QCOMPARE(read(removed(value, at("a"))),
                 QByteArray(R"({"map":[["c",[1,"x"]],["d",[1,"x"]],["e","x"]]})"));
        // The definition moves to where it stands first, and the others still refer to it.
        const auto without = codec.encodeValue(*removed(value, at("a")), bytes);
        QVERIFY(!codec.encodeValue(
            *replaced(*replaced(value, at("c[0]"), Value::integer(7)), at("d[0]"), Value::integer(8)),
            bytes));
        const Value later = *codec.decodeValue(*without);
        const auto both = codec.encodeValue(*replaced(later, at("c[0]"), Value::integer(9)), *without);
        QCOMPARE(toNotation(*codec.decodeValue(*both)),
                 QByteArray(R"({"map":[["c",[9,"x"]],["d",[9,"x"]],["e","x"]]})"));
    }

    // Pasted into itself, an object would have no end.
    void anObjectIsNotPutIntoItself()
    {
        const SlotCodec codec = codecFor(ValueType::Pickle);
        const auto at = [](const char *path) { return *ValuePath::parse(QString::fromLatin1(path)); };
        const auto read = [&](const Expected<Value, QString> &edited, const QByteArray &bytes) {
            const auto written = codec.encodeValue(*edited, bytes);
            return written ? toNotation(*codec.decodeValue(*written)) : written.error().what.toUtf8();
        };
        const QByteArray refusal = "this would put an object into itself";
        // [OrderedDict(a=[1])]
        const QByteArray ordered = QByteArray::fromHex(
            "80025d710063636f6c6c656374696f6e730a4f726465726564446963740a710129527102580100000061"
            "71035d71044b016173612e");
        const Value dict = codec.decodeValue(ordered)->items().front();
        QCOMPARE(read(inserted(*codec.decodeValue(ordered), at("[0]"), 1, dict, Value::integer(2)), ordered),
                 refusal);
        // [A, B, A, B] with A = [1], B = [2]
        const QByteArray shared = QByteArray::fromHex("80025d7100285d71014b01615d71024b026168016802652e");
        const Value list = *codec.decodeValue(shared);
        const Value &a = list.items()[0];
        const Value &b = list.items()[1];
        QCOMPARE(read(inserted(list, at("[0]"), 1, a), shared), refusal);
        // Through another one.
        QCOMPARE(read(inserted(*inserted(list, at("[0]"), 1, b), at("[1]"), 1, a), shared), refusal);
        QCOMPARE(read(inserted(list, at("[0]"), 1, b), shared), QByteArray("[[1,[2]],[2],[1,[2]],[2]]"));
    }

    // A tuple that is a value and a key as well is one object: a key must not change behind the user's back.
    void aKeyDoesNotChangeWithAValue()
    {
        const SlotCodec codec = codecFor(ValueType::Pickle);
        // t = (1, (2, 3)); {t: t, 'x': [t], 's': {t}}
        const QByteArray bytes = QByteArray::fromHex(
            "80027d7100284b014b024b03867101867102680258010000007871035d7104680261580100000073"
            "7105635f5f6275696c74696e5f5f0a7365740a71065d7107680261857108527109752e");
        const Value value = *codec.decodeValue(bytes);
        const auto written = [&](const QString &path, const Value &to) {
            return codec.encodeValue(*replaced(value, *ValuePath::parse(path), to), bytes);
        };
        const auto refused = written(QStringLiteral("x[0][1][0]"), Value::integer(7));
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.contains(QLatin1String("within a key of a dict")),
                 qPrintable(refused.error().what));
        // Another one in its place is no change of it.
        const auto other = written(QStringLiteral("x"), Value::array({Value::integer(7)}));
        QVERIFY(other);
        QCOMPARE(toNotation(*codec.decodeValue(*other)),
                 QByteArray(R"({"map":[[{"tuple":[1,{"tuple":[2,3]}]},{"tuple":[1,{"tuple":[2,3]}]}],)"
                            R"(["x",[7]],["s",{"set":[{"tuple":[1,{"tuple":[2,3]}]}]}]]})"));
    }

    void theProtocolStays()
    {
        const SlotCodec codec = codecFor(ValueType::Pickle);
        for (const char *hex : {"80044b052e", "80034b052e", "4b052e", "49350a2e"}) {
            const QByteArray bytes = QByteArray::fromHex(hex);
            const auto value = codec.decodeValue(bytes);
            QCOMPARE(codec.encodeValue(*value)->toHex(), bytes.toHex());
            // Also of a root that is another than it was.
            QByteArray six = bytes;
            six.replace(bytes.contains('I') ? '5' : '\5', bytes.contains('I') ? '6' : '\6');
            QCOMPARE(codec.encodeValue(Value::integer(6), bytes)->toHex(), six.toHex());
        }
        QCOMPARE(*codec.encodeValue(Value::null()), QByteArray("\x80\2N."));
        QCOMPARE(*codecFor(ValueType::Pickle5).encodeValue(Value::null()), QByteArray("\0\0\0\4\x80\5N.", 8));
        const auto tag = codec.encodeValue(Value::array({Value::tag(99, Value::null())}));
        QVERIFY(!tag);
        QCOMPARE(tag.error().path.toString(), QStringLiteral("[0]"));
    }

    void whatFollowsIsSaid()
    {
        const auto value = pickleCodec().decode(QByteArray("\x80\2K\5.xyz", 8));
        QVERIFY(!value);
        QCOMPARE(value.error().offset, 5);
        QVERIFY(value.error().readSoFar);
        const auto five = pickle5Codec().decode(QByteArray("\0\0\0\7\x80\5K\5.xy", 11));
        QVERIFY(!five);
        QCOMPARE(five.error().offset, 9);
    }

    void oldSpellings()
    {
        QCOMPARE(notationOf("53276e5c6e5c7834315c313031270a2e"), QByteArray("\"n\\nAA\"")); // 'n\n\x41\101'
        QCOMPARE(notationOf("5301ff0a2e"), QByteArray("not a quoted string"));
        QCOMPARE(notationOf("5502ff612e"), QByteArray("{\"hex\":\"ff61\"}"));
        QCOMPARE(notationOf("28636f730a6e616d650a4b016f2e"),
                 QByteArray("{\"call\":\"os.name\", \"via\":\"OBJ\",\"args\":[1]}").replace(", ", ","));
        QCOMPARE(notationOf("284b01696f730a6e616d650a2e"),
                 QByteArray("{\"call\":\"os.name\",\"via\":\"INST\",\"args\":[1]}"));
        QCOMPARE(notationOf("506162630a2e"), QByteArray("{\"persistent_id\":\"abc\"}"));
        QCOMPARE(notationOf("8002"
                            "82052e"),
                 QByteArray("{\"extension\":5}"));
        QCOMPARE(notationOf("80"
                            "0558"
                            "03000000eda080"
                            "2e"),
                 QByteArray("{\"codepoints\":[55296]}"));
    }

private:
    static bool isChain(const Value &value, const Plain &expected)
    {
        const Value *node = &value;
        const bool maps = expected.contains("nested_maps");
        const bool tuples = expected.contains("nested_tuples");
        const int depth = expected[maps ? "nested_maps" : (tuples ? "nested_tuples" : "nested_lists")];
        for (int i = 0; i < depth; ++i) {
            const Value::Kind kind =
                maps ? Value::Kind::Map : (tuples ? Value::Kind::Tuple : Value::Kind::Array);
            if (node->kind() != kind || (maps ? node->members().size() : node->items().size()) != 1)
                return false;
            node = maps ? &node->members().front().value : &node->items().front();
        }
        return notationOf(*node) == expected["inside"];
    }
};

QTEST_GUILESS_MAIN(TestPickle)
#include "tst_pickle.moc"
