// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/json.h"
#include "core/value/valueedit.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QByteArray written(const Value &value)
{
    const auto bytes = jsonCodec().encode(value);
    return bytes ? *bytes : bytes.error().what.toUtf8();
}

Value decoded(const QByteArray &json)
{
    const auto value = jsonCodec().decode(json);
    if (!value)
        QTest::qFail(qPrintable(value.error().what), __FILE__, __LINE__);
    return value ? *value : Value();
}

ValuePath path(const char *text)
{
    return *ValuePath::parse(QString::fromLatin1(text));
}

} // namespace

class TestJson : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vectors()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("json-vectors.json"), "vectors")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            const auto value = jsonCodec().decode(bytes);
            QVERIFY2(value, bytes.constData());
            const Json expected = vector.contains("all_pairs") ? vector["all_pairs"] : vector["native"];
            if (!expected.contains("nested_lists") && !vector.dump().starts_with("nested"))
                QCOMPARE(toNotation(*value), compact(expected));
            QCOMPARE(written(*value), bytes);
            ++walked;
        }
        QCOMPARE(walked, 25);
    }

    void malformed()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("json-vectors.json"), "malformed")) {
            const QByteArray bytes = fromHex(vector["hex"]);
            const auto value = jsonCodec().decode(bytes);
            QVERIFY2(!value, vector.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
            QVERIFY(value.error().offset >= 0 && value.error().offset <= bytes.size());
        }
    }

    void errorsSayWhere_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<qint64>("offset");
        QTest::newRow("no value") << QByteArray("[1,]") << qint64(3);
        QTest::newRow("no comma") << QByteArray("[1 2]") << qint64(3);
        QTest::newRow("no colon") << QByteArray("{\"a\" 1}") << qint64(5);
        QTest::newRow("no name") << QByteArray("{1:2}") << qint64(1);
        QTest::newRow("open string") << QByteArray("[\"a") << qint64(1);
        QTest::newRow("escape") << QByteArray("\"ab\\x\"") << qint64(3);
        QTest::newRow("short escape") << QByteArray("\"\\u12\"") << qint64(1);
        QTest::newRow("end in escape") << QByteArray("\"\\") << qint64(1);
        QTest::newRow("leading zero") << QByteArray("[-01]") << qint64(1);
        QTest::newRow("no digit") << QByteArray("1.") << qint64(2);
        QTest::newRow("exponent") << QByteArray("1e+") << qint64(3);
        QTest::newRow("word") << QByteArray("nul") << qint64(0);
        QTest::newRow("trailing") << QByteArray("1 x") << qint64(2);
        QTest::newRow("UTF-8") << QByteArray("\"a\xc3\x28\"") << qint64(2);
        QTest::newRow("byte order mark") << QByteArray("\xef\xbb\xbf{}") << qint64(0);
        QTest::newRow("open object") << QByteArray("{\"a\":1") << qint64(6);
    }
    void errorsSayWhere()
    {
        QFETCH(QByteArray, json);
        const auto value = jsonCodec().decode(json);
        QVERIFY(!value);
        QTEST(value.error().offset, "offset");
    }

    void spellingsAreKept_data()
    {
        QTest::addColumn<QByteArray>("json");
        for (const char *json :
             {"{\"max\": 5, \"rate\": [1, 2.50]}", " [ 1 ,2, 3 ]\n", "{ }", "[\n]", "[ 1,2]", "[1 ,2]",
              "[1,2 ]", "{\n  \"a\": [\n    1,\n    {}\n  ]\n}\n", "\"\\u00e9\\/\\ud800\"", " 1e5 ", "-0",
              "1E400", "-0.0", "[0.1e1,1.0e-7]", "{\"\\u0061\":1}", "[{},[],{\"a\":[]}]", "[NaN,-Infinity]",
              " null", "\t\"x\"\r\n"})
            QTest::newRow(json) << QByteArray(json);
    }
    void spellingsAreKept()
    {
        QFETCH(QByteArray, json);
        QCOMPARE(written(decoded(json)), json);
    }

    void oneChangedFieldLeavesAllOthers()
    {
        const Value value = decoded("{\n  \"a\": 1.50,\n  \"b\": [1, \"\\u00e9\"],\n  \"c\": null\n}\n");
        QCOMPARE(written(*replaced(value, path("b[0]"), Value::integer(20))),
                 QByteArray("{\n  \"a\": 1.50,\n  \"b\": [20, \"\\u00e9\"],\n  \"c\": null\n}\n"));
        QCOMPARE(
            written(*replaced(value, path("d"), Value::boolean(true))),
            QByteArray("{\n  \"a\": 1.50,\n  \"b\": [1, \"\\u00e9\"],\n  \"c\": null,\n  \"d\": true\n}\n"));
        QCOMPARE(written(*removed(value, path("c"))),
                 QByteArray("{\n  \"a\": 1.50,\n  \"b\": [1, \"\\u00e9\"]\n}\n"));
        QCOMPARE(written(*replaced(value, path("b"), Value::array({}))),
                 QByteArray("{\n  \"a\": 1.50,\n  \"b\": [],\n  \"c\": null\n}\n"));
        const Value one = decoded("[ 1 ]");
        QCOMPARE(written(*removed(one, path("[0]"))), QByteArray("[]"));
    }

    // What is written after one edit of a text, whose blanks are all different.
    void blanksStayWithWhatTheyAreInFrontOf_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("place");
        QTest::addColumn<QByteArray>("value"); // empty: removed
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *name, const char *before, const char *place, const char *value,
                            const char *after) {
            QTest::newRow(name) << QByteArray(before) << QString::fromLatin1(place) << QByteArray(value)
                                << QByteArray(after);
        };
        const char *list = "[ 1,  2 ,3   , \t4]";
        row("first item removed", list, "[0]", "", "[ 2 ,3   , \t4]");
        row("second item removed", list, "[1]", "", "[ 1 ,3   , \t4]");
        row("last item removed", list, "[3]", "", "[ 1,  2 ,3]");
        const char *object = "{\"a\" :1,  \"b\": 2 ,\"c\"  :  3}\n";
        row("first member removed", object, "a", "", "{\"b\": 2 ,\"c\"  :  3}\n");
        row("second member removed", object, "b", "", "{\"a\" :1 ,\"c\"  :  3}\n");
        row("last member removed", object, "c", "", "{\"a\" :1,  \"b\": 2}\n");
        row("member added", object, "d", "4", "{\"a\" :1,  \"b\": 2 ,\"c\"  :  3,  \"d\" :4}\n");
        row("member set", object, "b", "[]", "{\"a\" :1,  \"b\": [] ,\"c\"  :  3}\n");
        const char *lines = "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"b\": {},\n\t\"c\": {\"x\":1}\n}\n";
        row("a new list follows the lines", lines, "d", "[1,[],[2]]",
            "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"b\": {},\n\t\"c\": {\"x\":1},\n\t\"d\": [\n\t\t1,\n\t\t[],"
            "\n\t\t[\n\t\t\t2\n\t\t]\n\t]\n}\n");
        row("an empty one is filled", lines, "b.y", "true",
            "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"b\": {\n\t\t\"y\": true\n\t},\n\t\"c\": {\"x\":1}\n}\n");
        row("one in a line stays in it", lines, "c.y", "{\"map\":[[\"z\",1]]}",
            "{\n\t\"a\": [\n\t\t1\n\t],\n\t\"b\": {},\n\t\"c\": {\"x\":1,\"y\":{\"z\":1}}\n}\n");
        row("the only one goes", lines, "a[0]", "", "{\n\t\"a\": [],\n\t\"b\": {},\n\t\"c\": {\"x\":1}\n}\n");
        row("as Python writes by default", "{\"a\": [[1], [2, 3]]}", "b",
            "[4,{\"map\":[[\"c\",5],[\"d\",6]]}]",
            "{\"a\": [[1], [2, 3]], \"b\": [4, {\"c\": 5, \"d\": 6}]}");
        // Without blanks in front of a container that is without: only at its end it is known that there are
        // some.
        row("blanks come late", "[[1,2],[3,4], 5]", "[0][1]", "", "[[1],[3,4], 5]");
        row("blanks come late, added", "[{\"a\":1}, 5]", "[0].b", "2", "[{\"a\":1,\"b\":2}, 5]");
        row("no blanks but outside", " [[1,2]]\n", "[0][0]", "", " [[2]]\n");
    }
    void blanksStayWithWhatTheyAreInFrontOf()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, place);
        QFETCH(QByteArray, value);
        const Value old = decoded(before);
        const ValuePath at = *ValuePath::parse(place);
        const auto edited = value.isEmpty() ? removed(old, at) : replaced(old, at, *fromNotation(value));
        QVERIFY(edited);
        QTEST(written(*edited), "after");
        QCOMPARE(decoded(written(*edited)), *edited);
    }

    void escapesStayWhereTheyWere()
    {
        const Value old = decoded("{\"a\":\"\\u00e9\",\"b\":\"x\\/\",\"c\":\"\xc3\xa9\\n\"}");
        const auto edited = [&old](const char *name, const QString &text) {
            const Value *before = path(name).find(old);
            const Value now = inStyleOf(*before, Value::text(text));
            return *path(name).find(decoded(written(*replaced(old, path(name), now)))) == now
                ? written(*replaced(old, path(name), now))
                : QByteArray();
        };
        QCOMPARE(edited("a", QStringLiteral("ü\n\U0001f600")),
                 QByteArray("{\"a\":\"\\u00fc\\n\\ud83d\\ude00\",\"b\":\"x\\/\",\"c\":\"\xc3\xa9\\n\"}"));
        QCOMPARE(edited("b", QStringLiteral("ü")),
                 QByteArray("{\"a\":\"\\u00e9\",\"b\":\"\xc3\xbc\",\"c\":\"\xc3\xa9\\n\"}"));
        QCOMPARE(edited("c", QStringLiteral("ü")),
                 QByteArray("{\"a\":\"\\u00e9\",\"b\":\"x\\/\",\"c\":\"\xc3\xbc\"}"));
    }

    void aMemberIsInsertedInFront()
    {
        const Value old = decoded("{\n  \"a\": 1,\n  \"b\": 2\n}");
        const auto edited = inserted(old, {}, 0, Value::integer(0), Value::text(QStringLiteral("z")));
        QCOMPARE(written(*edited), QByteArray("{\n  \"z\": 0,\n  \"a\": 1,\n  \"b\": 2\n}"));
        QCOMPARE(written(*moved(old, path("b"), 0)), QByteArray("{\n  \"b\": 2,\n  \"a\": 1\n}"));
        QCOMPARE(written(*renamed(old, path("a"), Value::text(QStringLiteral("é")))),
                 QByteArray("{\n  \"é\": 1,\n  \"b\": 2\n}"));
    }

    void newValuesAreWrittenAsPythonDoes()
    {
        const Value value = Value::map(
            {{Value::text(QStringLiteral("é\x01\x7f\"\\/\n")), Value::number(1e16)},
             {Value::text(QString()),
              Value::array({Value::number(1e-5), Value::number(100), Value(), Value::boolean(false)})}});
        QCOMPARE(written(value),
                 QByteArray("{\"é\\u0001\x7f\\\"\\\\/\\n\":1e+16,\"\":[1e-05,100.0,null,false]}"));
    }

    void whatJsonCannotHold()
    {
        for (const Value &value :
             {Value::bytes("a"), Value::uuid({}), Value::timestamp(0), Value::set({}), Value::undefined(),
              Value::tag(1, Value()), Value::simple(1), Value::text(QString(QChar(0xdfff)))}) {
            const auto result = jsonCodec().encode(Value::array({value}));
            QVERIFY(!result);
            QCOMPARE(result.error().path.toString(), QStringLiteral("[0]"));
        }
        QVERIFY(!jsonCodec().encode(Value::map({{Value::integer(1), Value()}})));
    }

    void sourcesAreTheTokens()
    {
        const QByteArray json = " {\"a\" : [ 12, \"x\\n\" ] }";
        const Value value = decoded(json);
        const auto token = [&](const Value &v) { return json.mid(v.source().offset, v.source().length); };
        QCOMPARE(token(value), QByteArray("{\"a\" : [ 12, \"x\\n\" ] }"));
        QCOMPARE(token(value.members()[0].key), QByteArray("\"a\""));
        QCOMPARE(token(*path("a").find(value)), QByteArray("[ 12, \"x\\n\" ]"));
        QCOMPARE(token(*path("a[0]").find(value)), QByteArray("12"));
        QCOMPARE(token(*path("a[1]").find(value)), QByteArray("\"x\\n\""));
    }

    void depthIsBounded()
    {
        const QByteArray deepest = QByteArray(MaximumDepth, '[') + QByteArray(MaximumDepth, ']');
        QCOMPARE(written(decoded(deepest)), deepest);
        QVERIFY(!jsonCodec().decode('[' + deepest + ']'));
        QVERIFY(!jsonCodec().decode(QByteArray(1'000'000, '[')));
        QVERIFY(!jsonCodec().decode(QByteArray("{\"a\":").repeated(200'000)));
    }

    void longNumbersTakeNoTime()
    {
        const QByteArray digits(1'000'000, '7');
        QCOMPARE(written(decoded(digits)), digits);
        QCOMPARE(written(decoded("0." + digits)), "0." + digits);
        QCOMPARE(written(decoded("1e" + digits)), "1e" + digits);
    }

    void anyBytesAreSurvived()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("json-vectors.json"), "vectors")) {
            forEachMutation(fromHex(vector["hex"]), 60, [](const QByteArray &bytes) {
                const auto value = jsonCodec().decode(bytes);
                if (!value)
                    QVERIFY(value.error().offset >= 0 && value.error().offset <= bytes.size());
                else
                    QCOMPARE(written(*value), bytes);
            });
        }
    }
};

QTEST_GUILESS_MAIN(TestJson)
#include "tst_json.moc"
