// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/value/notation.h"
#include "core/value/valueedit.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

using Kind = Value::Kind;
using Outcome = Expected<Value, QString>;

Value value(const QByteArray &notation)
{
    return fromNotation(notation).value();
}
ValuePath path(const char *text)
{
    return ValuePath::parse(QString::fromUtf8(text)).value();
}
Value name(const char *text)
{
    return Value::text(QString::fromUtf8(text));
}
// The notation, or the error.
QByteArray outcome(const Outcome &edited)
{
    return edited ? toNotation(*edited) : edited.error().toUtf8();
}
Value json(const QByteArray &text)
{
    return jsonCodec().decode(text).value();
}
QByteArray written(const Codec &codec, const Outcome &edited)
{
    return edited ? codec.encode(*edited).value() : edited.error().toUtf8();
}

} // namespace

class TestValueEdit : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void inserts()
    {
        const Value root = value(R"({"map":[["a",[1,2]],["a",{"tuple":[]}],[7,{"set":[1]}]]})");
        QCOMPARE(outcome(inserted(root, path("a"), 1, Value::integer(9))),
                 R"({"map":[["a",[1,9,2]],["a",{"tuple":[]}],[7,{"set":[1]}]]})");
        QCOMPARE(outcome(inserted(root, path("a"), 99, Value())),
                 R"({"map":[["a",[1,2,null]],["a",{"tuple":[]}],[7,{"set":[1]}]]})");
        QCOMPARE(outcome(inserted(root, path("a#2"), 0, name("x"))),
                 R"({"map":[["a",[1,2]],["a",{"tuple":["x"]}],[7,{"set":[1]}]]})");
        QCOMPARE(outcome(inserted(root, path("[{7}]"), 0, Value::integer(1))), "the set holds this already");
        QCOMPARE(outcome(inserted(root, {}, 1, Value(), Value::integer(7))),
                 R"({"map":[["a",[1,2]],[7,null],["a",{"tuple":[]}],[7,{"set":[1]}]]})");
        QCOMPARE(outcome(inserted(root, {}, 1, Value())), "a new member of a map needs a key");
        QCOMPARE(outcome(inserted(root, path("a"), 1, Value(), name("k"))),
                 "the items of a list have no keys");
        QCOMPARE(outcome(inserted(root, path("a[0]"), 0, Value())), "nothing can be added to such a value");
        QCOMPARE(outcome(inserted(root, path("b.c"), 0, Value())), "there is nothing at b.c");
    }

    void renames()
    {
        const Value root = value(R"({"map":[["a",1],["a",2],[7,{"map":[["b",3]]}]]})");
        QCOMPARE(outcome(renamed(root, path("a#2"), name("c"))),
                 R"({"map":[["a",1],["c",2],[7,{"map":[["b",3]]}]]})");
        QCOMPARE(outcome(renamed(root, path("[{7}]"), Value::null())),
                 R"({"map":[["a",1],["a",2],[null,{"map":[["b",3]]}]]})");
        QCOMPARE(outcome(renamed(root, path("[{7}].b"), name("a"))),
                 R"({"map":[["a",1],["a",2],[7,{"map":[["a",3]]}]]})");
        QCOMPARE(outcome(renamed(root, {}, name("c"))), "the whole value cannot be renamed");
        QCOMPARE(outcome(renamed(value("[1]"), path("[0]"), name("c"))),
                 "only the members of a map have names that can be changed");
        QCOMPARE(outcome(renamed(root, path("x"), name("c"))), "there is nothing at x");
    }

    void moves()
    {
        const Value root = value(R"({"map":[["a",1],["a",2],["l",[1,2,3,4]]]})");
        QCOMPARE(outcome(moved(root, path("a#2"), 0)), R"({"map":[["a",2],["a",1],["l",[1,2,3,4]]]})");
        QCOMPARE(outcome(moved(root, path("a"), 2)), R"({"map":[["a",2],["l",[1,2,3,4]],["a",1]]})");
        QCOMPARE(outcome(moved(root, path("l[0]"), 2)), R"({"map":[["a",1],["a",2],["l",[2,3,1,4]]]})");
        QCOMPARE(outcome(moved(root, path("l[3]"), 1)), R"({"map":[["a",1],["a",2],["l",[1,4,2,3]]]})");
        QCOMPARE(outcome(moved(root, path("l[3]"), 4)), "there is no such place");
        QCOMPARE(outcome(moved(root, path("l[3]"), -1)), "there is no such place");
        QCOMPARE(outcome(moved(value(R"({"tag":9,"value":1})"), path("[0]"), 0)),
                 R"({"tag":9,"value":1})"); // there it is
        QCOMPARE(outcome(moved(root, {}, 0)), "the whole value cannot be moved");
    }

    void findsPositions()
    {
        const Value root = value(R"({"map":[["a",1],[7,2],["a",3]]})");
        for (qsizetype i = 0; i < childCount(root); ++i)
            QCOMPARE(positionOf(root, stepTo(root, i)), i);
        QCOMPARE(stepTo(root, 2), PathStep::member(name("a"), 1));
        QCOMPARE(positionOf(root, PathStep::member(name("a"), 2)), -1);
        QCOMPARE(positionOf(root, PathStep::item(0)), -1);
        QCOMPARE(stepTo(value("[1,2]"), 1), PathStep::item(1));
    }

    void findsTheNodeAtAByte()
    {
        const QByteArray text = R"({"a": [1, {"b": "xyz"}], "a": 22})";
        const Value root = json(text);
        const auto at = [&](const char *what, qsizetype by = 0) {
            return pathAtOffset(root, text.indexOf(what) + by).toString();
        };
        QCOMPARE(at("xyz"), QStringLiteral("a[1].b"));
        QCOMPARE(at("\"b\""), QStringLiteral("a[1].b"));
        QCOMPARE(at("1,"), QStringLiteral("a[0]"));
        QCOMPARE(at("{\"b"), QStringLiteral("a[1]"));
        QCOMPARE(at("22", 1), QStringLiteral("a#2"));
        QCOMPARE(at("{\"a"), QString());
        QCOMPARE(pathAtOffset(root, 999).toString(), QString());
    }

    void converts_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *before, Kind kind, const char *after) {
            QTest::addRow("%s to %d", before, int(kind))
                << QByteArray(before) << int(kind) << QByteArray(after);
        };
        row(R"("42")", Kind::Integer, "42");
        row(R"("4x")", Kind::Integer, "not a whole number: 4x");
        row(R"({"float":"1e+20"})", Kind::Integer, R"({"int":"100000000000000000000"})");
        row("1.5", Kind::Integer, "1.5 cannot become a whole number");
        row(R"({"float":"NaN"})", Kind::Integer, "NaN cannot become a whole number");
        row(R"({"decimal":"1E+3"})", Kind::Integer, "1000");
        row("true", Kind::Integer, "1");
        row("[1]", Kind::Integer, "[1] cannot become a whole number");
        row("42", Kind::Text, R"("42")");
        row("42", Kind::Float, R"({"float":"42.0"})");
        row(R"({"int":"9007199254740993"})", Kind::Float,
            "9007199254740993 would lose digits as a floating-point number");
        row(R"({"decimal":"1.10"})", Kind::Float, R"({"float":"1.1"})");
        row("1", Kind::Bool, "true");
        row("2", Kind::Bool, "2 cannot become true or false");
        row(R"("false")", Kind::Bool, "false");
        row(R"("\u00e9")", Kind::Bytes, R"({"hex":"c3a9"})");
        row(R"({"hex":"c3a9"})", Kind::Text, "\"\xc3\xa9\"");
        row(R"({"hex":"ff"})", Kind::Text, "these bytes are no text in UTF-8");
        row("[1,255]", Kind::Bytes, R"({"hex":"01ff"})");
        row("[1,256]", Kind::Bytes, "256 cannot become a byte (0 to 255)");
        row(R"({"uuid":"00000000-0000-4000-8000-00000000002a"})", Kind::Bytes,
            R"({"hex":"0000000000004000800000000000002a"})");
        row(R"({"hex":"0000000000004000800000000000002a"})", Kind::Uuid,
            R"({"uuid":"00000000-0000-4000-8000-00000000002a"})");
        row(R"("2020-01-31T12:00:00Z")", Kind::Timestamp, R"({"datetime":"2020-01-31T12:00:00+00:00"})");
        row("0", Kind::Timestamp, R"({"datetime":"1970-01-01T00:00:00+00:00"})");
        row("1.5", Kind::Decimal, R"({"decimal":"1.5"})");
        row("[1,[2]]", Kind::Tuple, R"({"tuple":[1,[2]]})");
        row(R"({"tuple":[1,2]})", Kind::Set, R"({"set":[1,2]})");
        row("[1,2,1]", Kind::Set, "a set holds everything once, but 1 is there twice");
        row(R"({"set":[1,2]})", Kind::Array, "[1,2]");
        row(R"("admin")", Kind::Array, R"(["admin"])");
        row("null", Kind::Array, "[]");
        row(R"({"a":1,"b":null})", Kind::Array, R"([["a",1],["b",null]])");
        row(R"([["a",1],{"tuple":["a",2]}])", Kind::Map, R"({"map":[["a",1],["a",2]]})");
        row(R"([["a",1],2])", Kind::Map, "a map is made of pairs, and 2 is none");
        row("7", Kind::Map, "7 cannot become a map");
        row("[]", Kind::Map, R"({"map":[]})");
        row(R"({"tag":99,"value":"7"})", Kind::Integer, "7");
        row(R"({"call":"os.system","args":[]})", Kind::Map, "what is not understood cannot become a map");
        row("[1]", Kind::Null, "null");
        row("1", Kind::Opaque, "1 cannot become this");
    }
    void converts()
    {
        QFETCH(QByteArray, before);
        QFETCH(int, kind);
        QFETCH(QByteArray, after);
        const Value root = Value::array({value(before), Value::boolean(true)});
        const Outcome edited = retyped(root, path("[0]"), static_cast<Kind>(kind));
        QCOMPARE(outcome(edited), edited ? '[' + after + ",true]" : after);
    }

    // A CBOR text with a length that is longer than need be, a float of 16 bits, an open list.
    void keepsTheStylesOfTheRest()
    {
        const QByteArray bytes = QByteArray::fromHex("bf 6161 780178 6162 f93e00 6163 9f 1801 02 ff ff");
        const Value root = cborCodec().decode(bytes).value();
        QCOMPARE(written(cborCodec(), inserted(root, path("c"), 1, Value::integer(3))).toHex(' '),
                 QByteArray("bf 61 61 78 01 78 61 62 f9 3e 00 61 63 9f 18 01 03 02 ff ff"));
        QCOMPARE(written(cborCodec(), renamed(root, path("a"), name("d"))).toHex(' '),
                 QByteArray("bf 61 64 78 01 78 61 62 f9 3e 00 61 63 9f 18 01 02 ff ff"));
        QCOMPARE(written(cborCodec(), moved(root, path("c"), 0)).toHex(' '),
                 QByteArray("bf 61 63 9f 18 01 02 ff 61 61 78 01 78 61 62 f9 3e 00 ff"));
        QCOMPARE(written(cborCodec(), retyped(root, path("b"), Kind::Text)).toHex(' '),
                 QByteArray("bf 61 61 78 01 78 61 62 63 31 2e 35 61 63 9f 18 01 02 ff ff"));
        QCOMPARE(written(cborCodec(), removed(root, path("c[1]"))).toHex(' '),
                 QByteArray("bf 61 61 78 01 78 61 62 f9 3e 00 61 63 9f 18 01 ff ff"));
        // JSON goes on as it is laid out.
        const Value laidOut = json("{\n  \"a\": 1.00,\n  \"b\": [1, 2]\n}");
        QCOMPARE(written(jsonCodec(), inserted(laidOut, {}, 2, Value::null(), name("c"))),
                 QByteArray("{\n  \"a\": 1.00,\n  \"b\": [1, 2],\n  \"c\": null\n}"));
        QCOMPARE(written(jsonCodec(), moved(laidOut, path("b"), 0)),
                 QByteArray("{\n  \"b\": [1, 2],\n  \"a\": 1.00\n}"));
    }

    void adoptsStyles_data()
    {
        QTest::addColumn<QByteArray>("fresh");
        QTest::addColumn<QByteArray>("bytes"); // of the old value with what is new in it
        // Old: {"a": "x" (long head), "b": 1.5 (16 bits), "c": [_ 1 (long head), 2], "d": {_ "e": 3 (long
        // head)}}
        QTest::newRow("unchanged") << QByteArray(R"({"a":"x","b":1.5,"c":[1,2],"d":{"e":3}})")
                                   << QByteArray("a4 6161 780178 6162 f93e00 6163 9f 1801 02 ff 6164 bf 6165 "
                                                 "1803 ff");
        QTest::newRow("a scalar") << QByteArray(R"({"a":"y","b":1.5,"c":[1,2],"d":{"e":3}})")
                                  << QByteArray("a4 6161 780179 6162 f93e00 6163 9f 1801 02 ff 6164 bf 6165 "
                                                "1803 ff");
        QTest::newRow("deep") << QByteArray(R"({"a":"x","b":1.5,"c":[1,2],"d":{"e":4}})")
                              << QByteArray("a4 6161 780178 6162 f93e00 6163 9f 1801 02 ff 6164 bf 6165 "
                                            "1804 ff");
        QTest::newRow("item in front") << QByteArray(R"({"a":"x","b":1.5,"c":[7,1,2],"d":{"e":3}})")
                                       << QByteArray("a4 6161 780178 6162 f93e00 6163 9f 07 1801 02 ff 6164 "
                                                     "bf 6165 1803 ff");
        QTest::newRow("items moved") << QByteArray(R"({"a":"x","b":1.5,"c":[2,5,1],"d":{"e":3}})")
                                     << QByteArray("a4 6161 780178 6162 f93e00 6163 9f 02 05 1801 ff 6164 "
                                                   "bf 6165 1803 ff");
        QTest::newRow("members moved and dropped") << QByteArray(R"({"d":{"e":3},"a":"x","c":[1]})")
                                                   << QByteArray("a3 6164 bf 6165 1803 ff 6161 780178 "
                                                                 "6163 9f 1801 ff");
        QTest::newRow("renamed") << QByteArray(R"({"a":"x","B":1.5,"c":[1,2],"d":{"e":3}})")
                                 << QByteArray("a4 6161 780178 6142 f93e00 6163 9f 1801 02 ff 6164 bf 6165 "
                                               "1803 ff");
        QTest::newRow("other kind") << QByteArray(R"({"a":"x","b":"1.5","c":[1,2],"d":[3]})")
                                    << QByteArray("a4 6161 780178 6162 63312e35 6163 9f 1801 02 ff 6164 81 "
                                                  "03");
    }
    void adoptsStyles()
    {
        QFETCH(QByteArray, fresh);
        QFETCH(QByteArray, bytes);
        const QByteArray before =
            QByteArray::fromHex("a4 6161 780178 6162 f93e00 6163 9f 1801 02 ff 6164 bf 6165 1803 ff");
        const Value old = cborCodec().decode(before).value();
        const auto adopted = adoptStyles(old, value(fresh));
        QCOMPARE(adopted, value(fresh));
        QCOMPARE(cborCodec().encode(adopted).value().toHex(' '), QByteArray::fromHex(bytes).toHex(' '));
    }

    void adoptsOnlyWhatIsTheSame()
    {
        // Digits that were written anew are the user's; what the notation cannot tell is kept.
        const Value old = json(R"({"a": 1.00, "b": 1e2, "b": 1e2})");
        QCOMPARE(jsonCodec().encode(adoptStyles(old, json(R"({"a": 1.000, "b":100.0,"b":7})"))).value(),
                 QByteArray(R"({"a": 1.000, "b":1e2,"b":7})"));
        QCOMPARE(
            jsonCodec().encode(adoptStyles(old, value(R"({"map":[["a",1.0],["b",100.0],["b",3]]})"))).value(),
            QByteArray(R"({"a": 1.00, "b": 1e2, "b": 3})"));
        // Laid out to be read, the digits are seen; the layout is not the user's.
        QCOMPARE(jsonCodec()
                     .encode(adoptStyles(old, json("{\n \"a\": 1.0,\n \"b\": 1e2,\n \"c\": [\n 1\n]}"),
                                         Seen::Spelling))
                     .value(),
                 QByteArray(R"({"a": 1.0, "b": 1e2, "c": [1]})"));
        const Value unchanged = json("{\n \"a\": 1.00,\n \"b\": 1e2,\n \"b\": 1e2\n}");
        QCOMPARE(jsonCodec().encode(adoptStyles(old, unchanged, Seen::Spelling)).value(),
                 jsonCodec().encode(old).value());
        // Equal as values, but of the other type.
        const Value bytes = value(R"([{"hex":"00"},{"set":[1]}])");
        const Value others = value(R"([{"bytearray":"00"},{"frozenset":[1]}])");
        QCOMPARE(toNotation(adoptStyles(bytes, others)), toNotation(others));
        const Value sets = value(R"({"set":[1,{"hex":"00"}]})");
        QCOMPARE(toNotation(adoptStyles(sets, value(R"({"set":[1,{"bytearray":"00"}]})"))),
                 QByteArray(R"({"set":[1,{"bytearray":"00"}]})"));
        // The second of two timestamps stays a number of seconds.
        const QByteArray seconds = QByteArray::fromHex("c11a65000000");
        const Value time = cborCodec().decode(seconds).value();
        const Value later = adoptStyles(time, value(R"({"datetime":"2024-01-01T00:00:00+00:00"})"));
        QCOMPARE(cborCodec().encode(later).value().toHex(), QByteArray("c11a65920080"));
    }
};

QTEST_MAIN(TestValueEdit)
#include "tst_valueedit.moc"
