// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "tests/support/vectorexceptions.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <cmath>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

// What the reference says, but for what we show otherwise on purpose.
QByteArray expectedNotation(const Json &vector)
{
    const VectorException *exception = exceptionFor(vector["hex"].get<std::string>());
    return exception ? QByteArray::fromStdString(std::string(exception->notation))
                     : compact(vector["native"]);
}

// No node keeps its source and its place, only its style: what an editor that rebuilds a tree leaves.
Value rebuilt(const Value &value)
{
    ValueList items;
    for (const Value &item : value.items())
        items.push_back(rebuilt(item));
    MemberList members;
    for (const Member &member : value.members())
        members.push_back({rebuilt(member.key), rebuilt(member.value)});
    switch (value.kind()) {
    case Value::Kind::Array:
        return Value::array(items).withStyle(value.style());
    case Value::Kind::Set:
        return Value::set(items).withStyle(value.style());
    case Value::Kind::Map:
        return Value::map(members).withStyle(value.style());
    case Value::Kind::Tag:
        return Value::tag(value.tagNumber(), items.front()).withStyle(value.style());
    case Value::Kind::Opaque:
        return Value::opaque(value.toText(), members).withStyle(value.style());
    default:
        return value.withSource({});
    }
}

// Not of references, whose bytes mean nothing alone.
void checkSources(const Value &value, QByteArrayView bytes)
{
    const Value::Source source = value.source();
    QVERIFY(source.offset >= 0 && source.length > 0 && source.offset + source.length <= bytes.size());
    const auto part = cborCodec().decode(bytes.sliced(source.offset, source.length));
    QVERIFY(part && *part == value);
    if (value.kind() != Value::Kind::Tag) {
        for (const Value &item : value.items())
            checkSources(item, bytes);
    }
    for (const Member &member : value.members()) {
        checkSources(member.key, bytes);
        checkSources(member.value, bytes);
    }
}

QByteArray hexOf(const Value &value)
{
    const auto bytes = cborCodec().encode(value);
    return bytes ? bytes->toHex() : bytes.error().what.toUtf8();
}

} // namespace

class TestCbor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vectors()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "vectors")) {
            const std::string hex = vector["hex"];
            const QByteArray bytes = fromHex(hex);
            const auto value = cborCodec().decode(bytes);
            QVERIFY2(value, hex.c_str());
            const QByteArray expected = expectedNotation(vector);
            QCOMPARE(toNotation(*value), expected);
            QCOMPARE(hexOf(*value), QByteArray::fromStdString(hex));
            QCOMPARE(hexOf(rebuilt(*value)), QByteArray::fromStdString(hex));
            if (!hex.starts_with("d81c") && !hex.starts_with("d90100"))
                checkSources(*value, bytes);
        }
    }

    // Read from notation and so without any style, a value is written as cbor2 writes it.
    void newValuesAreWrittenAsTheReferenceDoes()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "vectors")) {
            const std::string source = vector["source"];
            const std::string hex = vector["hex"];
            if (source.rfind("cbor2.dumps", 0) != 0 || source.find("canonical") != std::string::npos)
                continue;
            // That a value stands twice because it is shared is not in the notation; that it holds itself is.
            const bool cyclic = compact(vector["native"]).contains("{\"ref\":");
            if ((source.find("sharing") != std::string::npos && !cyclic)
                || source.find("referencing") != std::string::npos)
                continue;
            const QByteArray notation = expectedNotation(vector);
            const auto value = fromNotation(notation);
            QVERIFY2(value, notation.constData());
            QCOMPARE(hexOf(*value), QByteArray::fromStdString(hex));
            ++walked;
        }
        QVERIFY(walked > 50);
    }

    void malformed()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "malformed")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            const std::string expect = vector["expect"];
            const std::string what = vector["what"];
            const auto value = cborCodec().decode(bytes);
            if (expect == "show-as-tag") {
                QVERIFY2(value && value->kind() == Value::Kind::Tag, what.c_str());
                QCOMPARE(hexOf(*value), bytes.toHex());
                continue;
            }
            QVERIFY2(!value, what.c_str());
            QVERIFY2(value.error().offset >= 0 && value.error().offset <= bytes.size(), what.c_str());
            QVERIFY(!value.error().what.isEmpty());
            QCOMPARE(value.error().readSoFar.has_value(), expect == "value-then-trailing");
        }
    }

    void errorsSayWhere()
    {
        QCOMPARE(cborCodec().decode(QByteArray::fromHex("8262c32801")).error().offset, 2);
        QCOMPARE(cborCodec().decode(QByteArray::fromHex("820118")).error().offset, 3);
        QCOMPARE(cborCodec().decode(QByteArray::fromHex("82011c")).error().offset, 2);
        const auto trailing = cborCodec().decode(QByteArray::fromHex("0102"));
        QCOMPARE(trailing.error().offset, 1);
        QCOMPARE(trailing.error().what, QStringLiteral("1 byte follows the value"));
        QCOMPARE(*trailing.error().readSoFar, Value::integer(0 + 1));
    }

    void unusualSpellingsAreKept_data()
    {
        QTest::addColumn<QByteArray>("hex");
        for (const char *hex : {"1900ff",
                                "1a00000001",
                                "3b0000000000000000",
                                "fa3fc00000",
                                "fb3ff8000000000000",
                                "f97e01",
                                "fa7fc00001",
                                "fb7ff8000000000001",
                                "fbfff8000000000000",
                                "fb7ff0000000000000",
                                "9b000000000000000101",
                                "b9000161610a",
                                "b80161610a",
                                "79000161",
                                "5a0000000161",
                                "d80001",
                                "da0000000101",
                                "c25f410141ffff",
                                "c24100",
                                "d8024101",
                                "c48201180a",
                                "c49f2003ff",
                                "c482f93c0001",
                                "d90102980103",
                                "d901029f01ff",
                                "da000001028101",
                                "7f617f60ff",
                                "bf61619f5f4100ffffff",
                                "c06461626364",
                                "c1f93c00",
                                "c06a323031332d30332d3231"}) {
            QTest::newRow(hex) << QByteArray(hex);
        }
    }
    void unusualSpellingsAreKept()
    {
        QFETCH(QByteArray, hex);
        const auto value = cborCodec().decode(QByteArray::fromHex(hex));
        if (!value)
            QFAIL(qPrintable(value.error().what));
        QCOMPARE(hexOf(rebuilt(*value)), hex);
    }

    void oneChangedFieldLeavesAllOthers()
    {
        // {_ 0(one byte too long): (_ "a", "b"), "f": 1.5 in two bytes, "t": 1(1363896240), "x": 1}
        const QByteArray hex = "bf18007f61616162ff6166f93e006174c11a514b67b0617801ff";
        const auto value = cborCodec().decode(QByteArray::fromHex(hex));
        QVERIFY(value);
        const auto changed = replaced(*value, ValuePath::fields({QStringLiteral("x")}), Value::integer(500));
        QVERIFY(changed);
        QCOMPARE(hexOf(*changed), QByteArray("bf18007f61616162ff6166f93e006174c11a514b67b061781901f4ff"));
        const auto grown = replaced(*changed, ValuePath::fields({QStringLiteral("y")}), Value::null());
        QCOMPARE(hexOf(*grown), QByteArray("bf18007f61616162ff6166f93e006174c11a514b67b061781901f46179f6ff"));
    }

    void whatTagsMean()
    {
        const auto kindOf = [](const char *hex) {
            return cborCodec().decode(QByteArray::fromHex(hex)).value().kind();
        };
        QCOMPARE(kindOf("c074323031332d30332d32315432303a30343a30305a"), Value::Kind::Timestamp);
        QCOMPARE(kindOf("c11a514b67b0"), Value::Kind::Timestamp);
        QCOMPARE(kindOf("c1fb7ff8000000000000"), Value::Kind::Tag);
        QCOMPARE(kindOf("c11bffffffffffffffff"), Value::Kind::Tag);
        QCOMPARE(kindOf("c07819323031332d30332d32315432323a30343a30302b30323a3030"), Value::Kind::Tag);
        QCOMPARE(kindOf("c249010000000000000000"), Value::Kind::Integer);
        QCOMPARE(kindOf("c48221196ab3"), Value::Kind::Decimal);
        QCOMPARE(kindOf("c4826161196ab3"), Value::Kind::Tag);
        QCOMPARE(kindOf("d8255012345678123456781234567812345678"), Value::Kind::Uuid);
        QCOMPARE(kindOf("d9010283010203"), Value::Kind::Set);
        QCOMPARE(kindOf("d90102a0"), Value::Kind::Tag);
    }

    // A new value in place of another is written in the way of the old one, as far as that holds it.
    void editsKeepTheWay_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *before, const char *text, const char *after) {
            QTest::addRow("%s to %s", before, text)
                << QByteArray(before) << QString::fromUtf8(text) << QByteArray(after);
        };
        row("f93c00", "2.5", "f94100");
        row("f93c00", "5.960464477539063e-08", "f90001");
        row("f93c00", "-Infinity", "f9fc00");
        row("f93c00", "NaN", "f97e00");
        row("f93c00", "100000.0", "fa47c35000"); // the next width that holds it
        row("f93c00", "0.1", "fb3fb999999999999a");
        row("fa47c35000", "1.5", "fa3fc00000");
        row("fa47c35000", "0.1", "fb3fb999999999999a");
        row("fa47c35000", "NaN", "fa7fc00000");
        row("fb3ff8000000000000", "1.0", "fb3ff0000000000000");
        row("1a00000005", "6", "1a00000006");
        row("1800", "70000", "1a00011170");
        row("3900ff", "-1", "390000");
        row("c2420100", "5", "c24105");
        row("c349010000000000000000", "-1", "20"); // as cbor2 does
        row("7f657374726561646d696e67ff", "x", "7f6178ff");
        row("5f42010243030405ff", "07", "5f4107ff");
        row("5f42010243030405ff", "", "5fff");
        row("780161", "b", "780162");
        row("c11a514b67b0", "2013-03-21T20:04:01Z", "c11a514b67b1");
        row("c11a514b67b0", "2013-03-21T20:04:00.5Z", "c1fb41d452d9ec200000");
        row("c1fb41d452d9ec200000", "2013-03-21T20:04:00Z", "c1fb41d452d9ec000000");
        row("c1fa4f000000", "1970-01-01T00:00:01.5Z", "c1fa3fc00000");
        row("c0781b323031332d30332d32315432303a30343a30302e3338303834315a", "2013-03-21T20:04:00.5Z",
            "c0781b323031332d30332d32315432303a30343a30302e3530303030305a");
        row("c07819323031332d30332d32315432303a30343a30302b30303a3030", "2013-03-21T20:04:01Z",
            "c07819323031332d30332d32315432303a30343a30312b30303a3030");
        row("c07819323031332d30332d32315432303a30343a30302e353030305a", "2013-03-21T20:04:01Z",
            "c07819323031332d30332d32315432303a30343a30312e303030305a");
        row("c5822003", "2.5", "c5822005");
        row("c5822003", "-3", "c5820022");
        row("d86419492f", R"({"date":"1970-01-02"})", "d86401");
        row("d834440a000001", R"({"ipaddress":"10.0.0.2"})", "d834440a000002");
        row("d9d9f701", "2", "d9d9f702");
    }
    void editsKeepTheWay()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, text);
        const auto value = cborCodec().decode(QByteArray::fromHex(before));
        QVERIFY(value);
        const auto typed = parseLike(*value, text);
        QVERIFY2(typed, qPrintable(typed ? QString() : typed.error()));
        QTEST(hexOf(inStyleOf(*value, *typed)), "after");
        const auto again = cborCodec().decode(*cborCodec().encode(inStyleOf(*value, *typed)));
        QCOMPARE(*again, inStyleOf(*value, *typed));
    }

    void editsThatWouldRoundAreRefused()
    {
        const auto refusal = [](const char *hex, const char *text) {
            const auto value = cborCodec().decode(QByteArray::fromHex(hex));
            return hexOf(*parseLike(*value, QString::fromLatin1(text)));
        };
        QVERIFY(refusal("c1fb41d452d9ec200000", "2013-03-21T20:04:00.000000001Z")
                    .contains("cannot hold it exactly"));
        QVERIFY(refusal("c11a514b67b0", "2013-03-21T20:04:00.000000001Z").contains("cannot hold it exactly"));
        QVERIFY(refusal("c5822003", "0.1").contains("tag 5"));
    }

    void tagsOfStorageAreSeenThrough_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QByteArray>("notation");
        const auto row = [](const char *hex, const char *notation) {
            QTest::newRow(hex) << QByteArray(hex) << QByteArray(notation);
        };
        row("d9d9f7a10102", R"({"map":[[1,2]]})");
        row("d9d9f7d9d9f701", R"({"tag":55799,"value":1})");
        row("d9d9f7d90100d81c8163616263", R"(["abc"])");
        // A UUID by reference, and one whose tag is spelled longer than need be.
        row("d9010082d8255011111111111111111111111111111111d825d81900",
            R"([{"uuid":"11111111-1111-1111-1111-111111111111"},{"uuid":"11111111-1111-1111-1111-111111111111"}])");
        row("d9010082d8255011111111111111111111111111111111d90025d81900",
            R"([{"uuid":"11111111-1111-1111-1111-111111111111"},{"tag":37,"value":{"hex":"11111111111111111111111111111111"}}])");
        // A number by reference; too short strings have none; a namespace inside of another.
        row("d901008344010203046161d81900", R"([{"hex":"01020304"},"a",{"hex":"01020304"}])");
        row("d901008463616161d9010082636262 62d8190063636363d81901", R"(["aaa",["bbb","bbb"],"ccc","ccc"])");
        row("d8190 0", R"({"tag":25,"value":0})");
        row("d9010081d81907", R"([{"tag":25,"value":7}])");
        // Readers do not agree on the numbers behind a string in chunks.
        row("d90100837f63616263ff63646566d81900", R"(["abc","def",{"tag":25,"value":0}])");
        // Shared: a text, a set, a map twice and in itself, one that is not there.
        row("82d81c63616263d81d00", R"([{"tag":28,"value":"abc"},{"tag":29,"value":0}])");
        row("82d81cd9010281 01d81d00", R"([{"set":[1]},{"set":[1]}])");
        row("83d81ca10102d81d00d81d1800", R"([{"map":[[1,2]]},{"map":[[1,2]]},{"map":[[1,2]]}])");
        row("d81ca201d81d000281d81d00", R"({"map":[[1,{"ref":0}],[2,[{"ref":0}]]]})");
        row("82d81c81d81d00d81d00", R"([[{"ref":1}],{"tag":29,"value":0}])");
        row("81d81d00", R"([{"tag":29,"value":0}])");
        row("d81cd81d00", R"({"tag":28,"value":{"tag":29,"value":0}})");
        row("82d81cd81c80d81d01", R"([{"tag":28,"value":[]},[]])");
    }
    void tagsOfStorageAreSeenThrough()
    {
        QFETCH(QByteArray, hex);
        const auto value = cborCodec().decode(QByteArray::fromHex(hex));
        QVERIFY2(value, qPrintable(value ? QString() : value.error().what));
        QTEST(toNotation(*value), "notation");
        QCOMPARE(hexOf(rebuilt(*value)), QByteArray::fromHex(hex).toHex());
    }

    void referencesAreNumberedAnew_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QByteArray>("value"); // in notation; empty: removed
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, const char *before, const char *path, const char *value,
                            const char *after) {
            QTest::newRow(name) << QByteArray(before) << QString::fromLatin1(path) << QByteArray(value)
                                << QByteArray(after);
        };
        // ["aaaa", ->0, "bbbb", ->1, ->0]
        const char *strings = "d90100856461616161d819006462626262d81901d81900";
        row("the first string goes", strings, "[0]", "",
            "d90100846461616161"
            "6462626262d81901d81900");
        row("the first string changes", strings, "[0]", "\"cccc\"",
            "d90100856463636363646161616164626262 62d81902d81901");
        row("one reference changes", strings, "[1]", "\"x\"", "d9010085646161616161786462626262d81901d81900");
        row("a string becomes too short", strings, "[0]", "\"x\"",
            "d901008561786461616161"
            "6462626262d81901d81900");
        // [28([1]), 28([2]), ->0, ->1]
        const char *shared = "84d81c8101d81c8102d81d00d81d01";
        row("the first shared value goes", shared, "[0]", "", "83d81c8102d81c8101d81d00");
        row("the first shared value changes", shared, "[0][0]", "7", "84d81c8107d81c81028101d81d01");
        row("a reference is changed inside", shared, "[2][0]", "7", "84d81c8101d81c81028107d81d01");
        row("both change", shared, "[1]", "null", "84d81c8101f6d81d00d81c8102");
        // 28([1, ->0]): the list holds itself
        row("beside a cycle", "d81c8201d81d00", "[0]", "2", "d81c8202d81d00");
        row("a cycle is cut", "d81c8201d81d00", "[1]", "2", "d81c820102");
    }
    void referencesAreNumberedAnew()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, path);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, after);
        const auto old = cborCodec().decode(QByteArray::fromHex(before));
        QVERIFY(old);
        const ValuePath place = *ValuePath::parse(path);
        const auto edited =
            value.isEmpty() ? removed(*old, place) : replaced(*old, place, *fromNotation(value));
        QVERIFY(edited);
        QCOMPARE(hexOf(*edited), QByteArray::fromHex(after).toHex());
        QCOMPARE(*cborCodec().decode(QByteArray::fromHex(after)), *edited);
    }

    void referencesThatCannotBeNumberedAreRefused()
    {
        // ["abc" in chunks, "def", ->0]: what the reference means depends on the reader.
        const auto chunks = cborCodec().decode(QByteArray::fromHex("d90100837f63616263ff63646566d81900"));
        const auto fewer = cborCodec().encode(*removed(*chunks, *ValuePath::parse(QStringLiteral("[1]"))));
        QVERIFY(!fewer);
        QCOMPARE(fewer.error().path.toString(), QStringLiteral("[1]"));
        const auto moved =
            cborCodec().encode(*replaced(*cborCodec().decode(QByteArray::fromHex("82d81c81d81d00d81d00")),
                                         *ValuePath::parse(QStringLiteral("[0]")), Value()));
        QVERIFY(!moved);
        QCOMPARE(moved.error().path.toString(), QStringLiteral("[1]"));
        // [28([->0]), 1]: out of the list that it refers to
        const Value cycle = *cborCodec().decode(QByteArray::fromHex("82d81c81d81d0001"));
        const auto out = cborCodec().encode(*replaced(cycle, *ValuePath::parse(QStringLiteral("[1]")),
                                                      cycle.items().front().items().front()));
        QVERIFY(!out);
        QCOMPARE(out.error().path.toString(), QStringLiteral("[1]"));
        QVERIFY(!cborCodec().encode(*fromNotation(R"([{"ref":1}])")));
        QVERIFY(!cborCodec().encode(*fromNotation(R"({"ref":0})")));
    }

    // They are shown as tags, and must not come to mean what a change brings to their place.
    void referencesToNothingStaySo()
    {
        const Codec &codec = cborCodec();
        const auto path = [](const char *text) { return *ValuePath::parse(QLatin1String(text)); };
        // [29(0), 28([1]), 2]
        const Value ahead = *codec.decode(QByteArray::fromHex("83d81d00d81c810102"));
        QCOMPARE(toNotation(ahead), QByteArray(R"([{"tag":29,"value":0},[1],2])"));
        const auto behind = codec.encode(*moved(ahead, path("[0]"), 2));
        QVERIFY(!behind);
        QCOMPARE(behind.error().path, path("[2]"));
        QCOMPARE(hexOf(*moved(ahead, path("[2]"), 0)), QByteArray("8302d81d00d81c8101"));
        // Nor does a text get the number in a tag 25 that was outside of any namespace.
        const Value outside = *codec.decode(QByteArray::fromHex("82d90100816461616161d81900"));
        const auto inside = codec.encode(*inserted(outside, path("[0]"), 1, outside.items()[1], {}));
        QVERIFY(!inside);
        QCOMPARE(inside.error().path, path("[0][1]"));
        QCOMPARE(hexOf(*removed(outside, path("[0]"))), QByteArray("81d81900"));
        // A number that is typed is the one that is meant: [28([1]), 29(7)], [28("abc"), 29(0)]
        const Value typed = *replaced(*codec.decode(QByteArray::fromHex("82d81c8101d81d07")), path("[1][0]"),
                                      Value::integer(0));
        QCOMPARE(hexOf(typed), QByteArray("82d81c8101d81d00"));
        const Value toText = *replaced(*codec.decode(QByteArray::fromHex("82d81c63616263d81d00")),
                                       path("[1][0]"), Value::integer(5));
        QCOMPARE(hexOf(toText), QByteArray("82d81c63616263d81d05"));
    }

    void notationOfACycleIsWrittenShared()
    {
        QCOMPARE(hexOf(*fromNotation(R"([1,{"map":[["a",{"ref":0}],["b",{"ref":1}]]}])")),
                 QByteArray("d81c8201d81ca26161d81d006162d81d01"));
    }

    // Thirty lists, each of the one before twice: a thousand million numbers in 160 bytes.
    void nestedReferencesStaySmall()
    {
        QByteArray lists = QByteArray::fromHex("981ed81c8101");
        for (int i = 0; i < 29; ++i) {
            lists += QByteArray::fromHex("d81c82");
            for (int twice = 0; twice < 2; ++twice)
                lists += QByteArray::fromHex("d81d18") + char(i);
        }
        const auto value = cborCodec().decode(lists);
        QVERIFY(value);
        QVERIFY(toNotation(*value).size() < 64 * 1024 * 20);
        QCOMPARE(hexOf(*value), lists.toHex());
        // A long text many times.
        QByteArray texts = QByteArray::fromHex("d901009f7a000f4240") + QByteArray(1'000'000, 'x');
        texts += QByteArray::fromHex("d81900").repeated(100'000) + '\xff';
        const auto many = cborCodec().decode(texts);
        QVERIFY(many);
        QVERIFY(toNotation(*many).size() < 32 * texts.size());
        QCOMPARE(*cborCodec().encode(*many), texts);
    }

    void manyTagsAroundALongListTakeNoTime()
    {
        QByteArray bytes = QByteArray::fromHex("d9d9f7").repeated(400);
        bytes += QByteArray::fromHex("9a00030d40") + QByteArray(200'000, '\0');
        const auto value = cborCodec().decode(bytes);
        QVERIFY(value && value->kind() == Value::Kind::Array);
        QCOMPARE(*cborCodec().encode(*value), bytes);
    }

    void timesFromTheEpochStaySo()
    {
        const auto before = cborCodec().decode(QByteArray::fromHex("c11a514b67b0"));
        const auto edited =
            Value::timestamp(before->toNanoseconds() + 1'000'000'000).withStyle({before->style().flags, {}});
        QCOMPARE(hexOf(edited), QByteArray("c11a514b67b1"));
    }

    void refused()
    {
        const auto error = cborCodec().encode(Value::map(
            {{Value::text(QStringLiteral("a")), Value::array({Value::text(QString(QChar(0xd800)))})}}));
        QVERIFY(!error);
        QCOMPARE(error.error().path.toString(), QStringLiteral("a[0]"));
        QVERIFY(!cborCodec().encode(Value::simple(24)));
        QVERIFY(!cborCodec().encode(Value::opaque(QStringLiteral("os.system"), {})));
        Value deep;
        for (int i = 0; i < MaximumDepth + 2; ++i)
            deep = Value::array({deep});
        QVERIFY(!cborCodec().encode(deep));
    }

    void depthIsBounded()
    {
        QByteArray bytes(MaximumDepth, '\x81');
        bytes += '\x01';
        const auto value = cborCodec().decode(bytes);
        QVERIFY(value);
        QCOMPARE(*cborCodec().encode(*value), bytes);
        QVERIFY(!cborCodec().decode('\x81' + bytes));
        QVERIFY(!cborCodec().decode(QByteArray(1'000'000, '\xc1') + '\x01'));
        QVERIFY(!cborCodec().decode(QByteArray(1'000'000, '\x9f')));
    }

    void integersOfEverySize()
    {
        for (const char *digits :
             {"0", "23", "24", "255", "256", "65535", "65536", "4294967295", "4294967296",
              "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
              "340282366920938463463374607431768211456"}) {
            for (const QString &text :
                 {QString::fromLatin1(digits), QLatin1Char('-') + QString::fromLatin1(digits)}) {
                const Value value = *Value::integerFromText(text);
                const auto bytes = cborCodec().encode(value);
                QVERIFY(bytes);
                const auto again = cborCodec().decode(*bytes);
                QVERIFY(again);
                QCOMPARE(*again, value);
                QVERIFY(again->style() == Value::Style());
            }
        }
    }

    void anyBytesAreSurvived()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("cbor-vectors.json"), "vectors")) {
            forEachMutation(fromHex(vector["hex"]), 40, [](const QByteArray &bytes) {
                const auto value = cborCodec().decode(bytes);
                if (!value) {
                    QVERIFY(value.error().offset >= 0 && value.error().offset <= bytes.size());
                } else {
                    QCOMPARE(hexOf(*value), bytes.toHex());
                    // A NaN's payload is not in the notation, all else is.
                    const auto again = fromNotation(toNotation(*value));
                    QVERIFY2(again, toNotation(*value).constData());
                }
            });
        }
    }
};

QTEST_GUILESS_MAIN(TestCbor)
#include "tst_cbor.moc"
