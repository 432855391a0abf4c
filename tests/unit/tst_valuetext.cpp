// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "core/value/toldtag.h"
#include "core/value/valuetext.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

Value value(const char *notation)
{
    return fromNotation(notation).value();
}

} // namespace

class TestValueText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void shown_data()
    {
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char *notation, const char *shown) {
            QTest::newRow(notation) << QByteArray(notation) << QString::fromUtf8(shown);
        };
        row("null", "");
        row("[null]", "[null]");
        row("\"a\\nb\\u007f\\u2028\"", "a␊b␡\xef\xbf\xbd");
        row(R"({"hex":"00ff"})", "00ff");
        row(R"({"float":"1.0"})", "1.0");
        row(R"({"datetime":"2020-01-01T00:00:00+00:00"})", "2020-01-01T00:00:00Z");
        row(R"({"datetime":"2013-03-21T22:04:00+02:00"})", "2013-03-21T22:04:00+02:00");
        row(R"({"tag":100,"value":1})", "1970-01-02");
        row(R"({"tag":6000,"value":"x"})", "6000(x)");
        row(R"(["admin","ops",["x"]])", "[admin, ops, [x]]");
        row(R"({"year":2000,"month":2})", "{year: 2000, month: 2}");
        row(R"({"tuple":[1,2]})", "(1, 2)");
        row(R"({"set":[1]})", "{1}");
        row(R"({"undefined":true})", "undefined");
        row(R"({"simple":7})", "simple(7)");
        row(R"({"call":"os.system","args":["x"]})", "os.system{args: [x]}");
    }
    void shown()
    {
        QFETCH(QByteArray, notation);
        QTEST(displayText(value(notation.constData())), "shown");
    }

    void tagsThatSayWhatTheyHold()
    {
        const auto shown = [](const char *notation) { return displayText(*fromNotation(notation)); };
        QCOMPARE(shown(R"({"tag":32,"value":"urn:x"})"), QStringLiteral("urn:x"));
        QCOMPARE(shown(R"({"tag":34,"value":"YQ=="})"), QStringLiteral("YQ=="));
        QCOMPARE(shown(R"({"tag":43000,"value":[1.5,-2.0]})"), QStringLiteral("(1.5-2.0j)"));
        QCOMPARE(shown(R"({"tag":43000,"value":[1.5,2.0]})"), QStringLiteral("(1.5+2.0j)"));
        QCOMPARE(shown(R"({"tag":43000,"value":[1.5]})"), QStringLiteral("43000([1.5])"));
        // RFC 8746
        QCOMPARE(shown(R"({"tag":64,"value":{"hex":"01ff"}})"), QStringLiteral("[1, 255]"));
        QCOMPARE(shown(R"({"tag":65,"value":{"hex":"0102ffff"}})"), QStringLiteral("[258, 65535]"));
        QCOMPARE(shown(R"({"tag":67,"value":{"hex":"ffffffffffffffff"}})"),
                 QStringLiteral("[18446744073709551615]"));
        QCOMPARE(shown(R"({"tag":68,"value":{"hex":"01ff"}})"), QStringLiteral("[1, 255]"));
        QCOMPARE(shown(R"({"tag":70,"value":{"hex":"01000000feffffff"}})"),
                 QStringLiteral("[1, 4294967294]"));
        QCOMPARE(shown(R"({"tag":72,"value":{"hex":"01ff"}})"), QStringLiteral("[1, -1]"));
        QCOMPARE(shown(R"({"tag":77,"value":{"hex":"0080"}})"), QStringLiteral("[-32768]"));
        QCOMPARE(shown(R"({"tag":75,"value":{"hex":"fffffffffffffffe"}})"), QStringLiteral("[-2]"));
        QCOMPARE(shown(R"({"tag":80,"value":{"hex":"3e00fc00"}})"), QStringLiteral("[1.5, -Infinity]"));
        QCOMPARE(shown(R"({"tag":85,"value":{"hex":"0000c03f"}})"), QStringLiteral("[1.5]"));
        QCOMPARE(shown(R"({"tag":82,"value":{"hex":"3ff8000000000000"}})"), QStringLiteral("[1.5]"));
        QCOMPARE(shown(R"({"tag":66,"value":{"hex":"0102"}})"), QStringLiteral("66(0102)"));
        QCOMPARE(shown(R"({"tag":76,"value":{"hex":"01"}})"), QStringLiteral("76(01)"));
        QCOMPARE(shown(R"({"tag":83,"value":{"hex":"00000000000000000000000000000000"}})"),
                 QStringLiteral("83(00000000000000000000000000000000)"));
        QCOMPARE(tagWords(83), QStringLiteral("array of float128"));
        QCOMPARE(tagWords(24), QStringLiteral("embedded CBOR"));
        QCOMPARE(tagWords(76), QString());
        QCOMPARE(displayText(Value::tag(64, Value::bytes(QByteArray(1'000'000, '\1'))), 24),
                 QStringLiteral("[1, 1, 1, 1, … 1000000]"));
    }

    void longOnesAreCut()
    {
        QCOMPARE(displayText(Value::text(QStringLiteral("abcdef")), 4), QStringLiteral("abc…"));
        QCOMPARE(displayText(Value::bytes(QByteArray(1'000'000, '\1')), 5), QStringLiteral("0101…"));
        ValueList items;
        for (int i = 0; i < 100'000; ++i)
            items.push_back(Value::integer(i));
        QCOMPARE(displayText(Value::array(items), 24), QStringLiteral("[0, 1, 2, 3, … 100000]"));
        const QString nested =
            displayText(Value::map({{Value::text(QStringLiteral("a")), Value::array(items)},
                                    {Value::text(QStringLiteral("b")), Value::integer(1)}}),
                        200);
        QVERIFY(nested.size() <= 200);
        QVERIFY2(nested.endsWith(QStringLiteral("… 100000], b: 1}")), qPrintable(nested));
        Value deep;
        for (int i = 0; i < 500; ++i)
            deep = Value::array({deep});
        QVERIFY(displayText(deep).size() < 200);
        // Never half of a surrogate pair.
        QVERIFY(displayText(Value::text(QStringLiteral("ab😀😀")), 4).isValidUtf16());
    }

    void editedTextsAreWhole()
    {
        const QString text(5000, QLatin1Char('x'));
        QCOMPARE(editText(Value::text(text)), text);
        QCOMPARE(editText(Value()), QString());
        QCOMPARE(editText(value("[1]")), QStringLiteral("[1]"));
    }

    void unchangedTextIsNoChange_data()
    {
        QTest::addColumn<QByteArray>("notation");
        for (const char *notation :
             {"null", "true", "5", "\"a\"", R"({"float":"0.1"})", R"({"hex":"00"})",
              R"({"int":"99999999999999999999"})", R"({"uuid":"12345678-1234-5678-1234-567812345678"})",
              R"({"datetime":"2020-01-01T00:00:00.123456+00:00"})", R"({"decimal":"1.10"})",
              "[1,{\"hex\":\"00\"}]", R"({"map":[[1,2]]})", R"({"set":[1]})", R"({"tag":7,"value":1})",
              R"({"simple":3})", R"({"undefined":true})", R"({"ns":"-9223372036854775808","iso":"NaT"})"})
            QTest::newRow(notation) << QByteArray(notation);
    }
    void unchangedTextIsNoChange()
    {
        QFETCH(QByteArray, notation);
        const Value before = value(notation.constData()).withStyle({42, "kept"});
        const auto after = parseLike(before, editText(before));
        QVERIFY(after);
        QCOMPARE(*after, before);
        QCOMPARE(after->style().spelling, QByteArray("kept"));
    }

    void typed_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char *before, const char *text, const char *after) {
            QTest::newRow(text) << QByteArray(before) << QString::fromUtf8(text) << QByteArray(after);
        };
        row("1", " 12 ", "12");
        row("\"x\"", " 13 ", "\" 13 \"");
        row("null", "14", "14");
        row("null", "1.5", R"({"float":"1.5"})");
        row("null", "true", "true");
        row("null", "some text", "\"some text\"");
        row(R"({"float":"1.5"})", "2", R"({"float":"2.0"})");
        row(R"({"hex":""})", "0x00 FF", R"({"hex":"00ff"})");
        row(R"({"uuid":"12345678-1234-5678-1234-567812345678"})", "ffffffffffffffffffffffffffffffff",
            R"({"uuid":"ffffffff-ffff-ffff-ffff-ffffffffffff"})");
        row(R"({"datetime":"2020-01-01T00:00:00+00:00"})", "2021-01-01 02:00:00+02:00",
            R"({"datetime":"2021-01-01T00:00:00+00:00"})");
        row("[]", "[1, 2]", "[1,2]");
        row(R"({"map":[]})", "{\"a\": 1}", R"({"map":[["a",1]]})");
    }
    void typed()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, text);
        QFETCH(QByteArray, after);
        const auto parsed = parseLike(value(before.constData()), text);
        QVERIFY2(parsed, qPrintable(parsed ? QString() : parsed.error()));
        QCOMPARE(toNotation(*parsed), after);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *before, const char *text, const char *error) {
            QTest::newRow(error) << QByteArray(before) << QString::fromUtf8(text) << QString::fromUtf8(error);
        };
        row("1", "12a", "not a whole number: 12a");
        row("true", "yes", "not true or false: yes");
        row(R"({"float":"1.5"})", "x", "not a number: x");
        row(R"({"hex":""})", "0", "not an even number of hexadecimal digits: 0");
        row(R"({"uuid":"12345678-1234-5678-1234-567812345678"})", "1234", "not a UUID: 1234");
        row(R"({"datetime":"2020-01-01T00:00:00+00:00"})", "soon",
            "not a date and time as 2020-01-31T12:00:00Z: soon");
        row(R"({"datetime":"2020-01-01T00:00:00+00:00"})", "9999-01-01T00:00:00Z",
            "not between the years 1677 and 2262: 9999-01-01T00:00:00Z");
        row("[]", "[1,", "expected a value, but the text ends (at byte 3)");
    }
    void refused()
    {
        QFETCH(QByteArray, before);
        QFETCH(QString, text);
        const auto parsed = parseLike(value(before.constData()), text);
        QVERIFY(!parsed);
        QTEST(parsed.error(), "error");
    }

    void aTimestampStaysOfItsTag()
    {
        const Value before = Value::timestamp(0).withStyle({0x21000100, "c100"});
        const auto after = parseLike(before, QStringLiteral("1970-01-01T00:00:05Z"));
        QCOMPARE(after->style().flags, quint32(0x21000100));
        QCOMPARE(after->style().spelling, QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestValueText)
#include "tst_valuetext.moc"
