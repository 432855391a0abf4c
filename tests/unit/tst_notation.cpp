// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "core/value/numbertext.h"
#include "core/value/timetext.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace slotscope::core;

class TestNotation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void bothWays_data()
    {
        QTest::addColumn<QByteArray>("notation");
        for (const char *notation : {"null",
                                     "true",
                                     "\"text\"",
                                     "9007199254740992",
                                     "-9007199254740992",
                                     R"({"int":"9007199254740993"})",
                                     R"({"int":"-99999999999999999999"})",
                                     R"({"float":"1.0"})",
                                     R"({"float":"NaN"})",
                                     R"({"float":"-Infinity"})",
                                     R"({"float":"-0.0"})",
                                     R"({"hex":"00ff"})",
                                     R"({"hex":""})",
                                     R"({"uuid":"00000000-0000-0000-0000-000000000000"})",
                                     R"({"datetime":"2018-02-18T01:13:00+00:00"})",
                                     R"({"datetime":"2018-02-18T01:13:00.500000+00:00"})",
                                     R"({"datetime":"2013-03-21T22:04:00+02:00"})",
                                     R"({"date":"2020-02-29"})",
                                     R"({"fraction":"-1/3"})",
                                     R"({"regex":"^a+"})",
                                     R"({"mime":"x"})",
                                     R"({"decimal":"273.15"})",
                                     R"({"decimal":"1E+3"})",
                                     "[]",
                                     "[1,[2,{\"map\":[]}]]",
                                     R"({"tuple":[1]})",
                                     R"({"set":["a",null]})",
                                     R"({"map":[["a",1],["a",2],[[1],{"hex":"01"}]]})",
                                     R"({"undefined":true})",
                                     R"({"simple":255})",
                                     R"({"tag":55799,"value":{"tag":"18446744073709551615","value":0}})",
                                     R"({"codepoints":[97,55296]})",
                                     R"({"call":"os.system","args":["x"],"state":{"map":[]}})",
                                     R"({"datetime":"2020-01-02T03:04:05.000678"})",
                                     R"({"timedelta":"-1 day, 23:59:59"})",
                                     R"({"time":"03:04:05+01:00"})",
                                     R"({"timezone":"+01:00"})",
                                     R"({"complex":[{"float":"1.0"},{"float":"-2.0"}]})",
                                     R"({"range":[1,10,2]})",
                                     R"({"slice":[1,null,null]})",
                                     R"({"path":"/usr/share"})",
                                     R"({"decimal":"NaN"})",
                                     R"({"decimal":"-0"})",
                                     R"({"tag":0,"value":"yesterday"})"})
            QTest::newRow(notation) << QByteArray(notation);
    }
    void bothWays()
    {
        QFETCH(QByteArray, notation);
        const auto value = fromNotation(notation);
        QVERIFY2(value, qPrintable(value ? QString() : value.error().what));
        QCOMPARE(toNotation(*value), notation);
        // Indented it is the same.
        const auto again = fromNotation(toNotation(*value, 2));
        QVERIFY(again && *again == *value);
    }

    void plainJsonIsReadAsWell()
    {
        const auto value = fromNotation(R"({"name":"x","n":1.5,"list":[1e3]})");
        QCOMPARE(toNotation(*value),
                 QByteArray(R"({"map":[["name","x"],["n",{"float":"1.5"}],["list",[{"float":"1000.0"}]]]})"));
        // More members than the telling one: an object.
        QCOMPARE(fromNotation(R"({"hex":"00","x":1})")->kind(), Value::Kind::Map);
        QCOMPARE(fromNotation(R"({"ns":5,"iso":"ignored"})")->toNanoseconds(), 5);
        QCOMPARE(fromNotation(R"({"frozenset":[1]})")->kind(), Value::Kind::Set);
        QCOMPARE(fromNotation(R"({"float":2})")->kind(), Value::Kind::Float);
    }

    void library()
    {
        // As people write it, brought to the form that the library writes.
        const auto same = [](const char *typed, const char *notation) {
            const auto value = fromNotation(typed);
            QVERIFY2(value, typed);
            QCOMPARE(toNotation(*value), QByteArray(notation));
        };
        same(R"({"timedelta":"1 days 01:02:03.5"})", R"({"timedelta":"1 day, 1:02:03.500000"})");
        same(R"({"timedelta":"0 days, 1:02:03"})", R"({"timedelta":"1:02:03"})");
        same(R"({"time":"12:34"})", R"({"time":"12:34:00"})");
        same(R"({"time":"12:34:56.789000000Z"})", R"({"time":"12:34:56.789000+00:00"})");
        same(R"({"datetime":"2020-01-02 03:04"})", R"({"datetime":"2020-01-02T03:04:00"})");
        same(R"({"complex":[1,2.5]})", R"({"complex":[{"float":"1.0"},{"float":"2.5"}]})");
        same(R"({"decimal":"1e5"})", R"({"decimal":"1E+5"})");
        // Other members than those of a call, or of an object: a map.
        QCOMPARE(fromNotation(R"({"call":"mum","when":"now"})")->kind(), Value::Kind::Map);
        QCOMPARE(fromNotation(R"({"path":"/","size":1})")->kind(), Value::Kind::Map);
    }

    void refused_data()
    {
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<qint64>("offset");
        const auto row = [](const char *notation, qint64 offset) {
            QTest::newRow(notation) << QByteArray(notation) << offset;
        };
        row(R"({"hex":"0"})", 7);
        row(R"({"hex":"zz"})", 7);
        row(R"({"uuid":"x"})", 8);
        row(R"([{"int":"1.5"}])", 8);
        row(R"({"float":"x"})", 9);
        row(R"({"map":[[1]]})", 8);
        row(R"({"map":{}})", 7);
        row(R"({"set":1})", 7);
        row(R"({"simple":24})", 10);
        row(R"({"datetime":"2020-01-01T00:00:60"})", 12);
        row(R"({"datetime":"2020-01-01T00:00:00.1234567"})", 12);
        row(R"({"timedelta":"1 day"})", 13);
        row(R"({"time":"24:00:00"})", 8);
        row(R"({"timezone":"+24:00"})", 12);
        row(R"({"complex":[1]})", 11);
        row(R"({"range":[1,2,0]})", 9);
        row(R"({"slice":[1,[],2]})", 9);
        row(R"({"path":1})", 8);
        row(R"({"global":{"map":[]}})", 10);
        row(R"({"ref":-1})", 7);
        row(R"({"extension":"x"})", 13);
        row(R"({"buffer":"0","readonly":true})", 10);
        row(R"({"buffer":"00","readonly":1})", 10);
        row(R"({"opaque":1,"parts":[]})", 10);
        row(R"({"datetime":"2020-02-30T00:00:00Z"})", 12);
        row(R"({"date":"2019-02-29"})", 8);
        row(R"({"tag":-1,"value":0})", 7);
        row(R"({"codepoints":[1114112]})", 15);
        row(R"({"decimal":"x"})", 11);
        row(R"({"undefined":1})", 13);
        row("{", 1);
        row("", 0);
    }
    void refused()
    {
        QFETCH(QByteArray, notation);
        const auto value = fromNotation(notation);
        QVERIFY(!value);
        QTEST(value.error().offset, "offset");
        QVERIFY(!value.error().what.isEmpty());
    }

    void typed()
    {
        const Value uuid = Value::uuid(QUuid(QStringLiteral("12345678-1234-5678-1234-567812345678")));
        QCOMPARE(toTypedNotation(
                     Value::array({uuid, Value::timestamp(1), *Value::integerFromText(u"9007199254740993")})),
                 QByteArray("[\"12345678-1234-5678-1234-567812345678\",{\"ns\":1,\"iso\":\"1970-01-01T00:00:"
                            "00.000000001Z\"},"
                            "\"9007199254740993\"]"));
        QCOMPARE(toTypedNotation(Value::timestamp(-1577836800000000001)),
                 QByteArray(R"({"ns":"-1577836800000000001","iso":"1920-01-01T23:59:59.999999999Z"})"));
        QCOMPARE(toTypedNotation(Value::bytes("a")), QByteArray(R"({"hex":"61"})"));
    }

    void indented()
    {
        QCOMPARE(toNotation(*fromNotation(R"({"map":[["a",[1]]]})"), 2),
                 QByteArray("{\"map\": [\n  [\"a\", [\n    1\n  ]]\n]}"));
    }

    void deepNotationIsBounded()
    {
        Value value;
        for (int i = 0; i < 500; ++i)
            value = Value::map({{Value::text(QStringLiteral("k")), value}});
        const auto again = fromNotation(toNotation(value));
        QVERIFY(again && *again == value);
        QVERIFY(!fromNotation(QByteArray(513, '[') + '0' + QByteArray(513, ']')));
        QVERIFY(!fromNotation(QByteArray(1'000'000, '[')));
    }

    void floats()
    {
        const std::vector<std::pair<double, const char *>> list {
            {0.0, "0.0"},
            {-0.0, "-0.0"},
            {1.0, "1.0"},
            {100000.0, "100000.0"},
            {1e15, "1000000000000000.0"},
            {1e16, "1e+16"},
            {1.5e16, "1.5e+16"},
            {0.0001, "0.0001"},
            {0.00001, "1e-05"},
            {0.00012345, "0.00012345"},
            {123.456, "123.456"},
            {5e-324, "5e-324"},
            {1.7976931348623157e308, "1.7976931348623157e+308"},
            {0.1 + 0.2, "0.30000000000000004"},
            {-1e-7, "-1e-07"},
            {std::numeric_limits<double>::infinity(), "Infinity"}};
        for (const auto &[number, text] : list) {
            QCOMPARE(floatText(number), QByteArray(text));
            QCOMPARE(floatFromText(text), std::optional(number));
        }
        for (const char *text : {"", ".", "1e", "0x1", "inf", "nan", "1 ", "--1", "1_0"})
            QVERIFY2(!floatFromText(text), text);
        QCOMPARE(floatFromText("1e400"), std::optional(std::numeric_limits<double>::infinity()));
        QCOMPARE(floatFromText("-1" + QByteArray(400, '0')),
                 std::optional(-std::numeric_limits<double>::infinity()));
        QCOMPARE(floatFromText("1e-400"), std::optional(0.0));
        QCOMPARE(floatFromText("0." + QByteArray(400, '0') + "1"), std::optional(0.0));
        QCOMPARE(floatFromText("1e99999999999999999999"),
                 std::optional(std::numeric_limits<double>::infinity()));
    }

    void largeIntegersAsBytes()
    {
        QCOMPARE(digitsFromBytes(QByteArray::fromHex("010000000000000000")),
                 QStringLiteral("18446744073709551616"));
        QCOMPARE(digitsFromBytes({}), QStringLiteral("0"));
        QCOMPARE(digitsFromBytes(QByteArray::fromHex("00003b9aca00")), QStringLiteral("1000000000"));
        for (const char *hex : {"01", "ff", "0100", "ffffffffffffffffffffffffffffffff",
                                "0a0000000000000000000000000000000000000001"}) {
            QByteArray bytes = QByteArray::fromHex(hex);
            QCOMPARE(bytesFromDigits(digitsFromBytes(bytes)), bytes);
        }
        QCOMPARE(bytesFromDigits(u"0"), QByteArray());
        QCOMPARE(incrementedDigits(QStringLiteral("999")), QStringLiteral("1000"));
        QCOMPARE(decrementedDigits(QStringLiteral("1000")), QStringLiteral("999"));
        QCOMPARE(decrementedDigits(QStringLiteral("1")), QStringLiteral("0"));
    }

    // What Python's Decimal prints for a digit string and an exponent.
    void decimals()
    {
        const std::vector<std::tuple<const char *, qint64, const char *>> list {
            {"27315", -2, "273.15"}, {"110", -2, "1.10"},   {"1", 3, "1E+3"}, {"123", 1, "1.23E+3"},
            {"5", -7, "5E-7"},       {"5", -6, "0.000005"}, {"-5", 0, "-5"},  {"0", -2, "0.00"},
            {"0", 2, "0E+2"},        {"12", -8, "1.2E-7"}};
        for (const auto &[mantissa, exponent, text] : list) {
            QCOMPARE(decimalText(QLatin1String(mantissa), exponent), QLatin1String(text));
            const auto parts = decimalParts(QString::fromLatin1(text));
            QVERIFY(parts);
            QCOMPARE(parts->mantissa, QLatin1String(mantissa));
            QCOMPARE(parts->exponent, exponent);
        }
        QVERIFY(!decimalParts(u"1E99999999999999999999"));
        QVERIFY(!decimalParts(u"NaN"));
    }

    void times()
    {
        QCOMPARE(isoTimestamp(0), QStringLiteral("1970-01-01T00:00:00.000000000Z"));
        QCOMPARE(isoTimestamp(-1), QStringLiteral("1969-12-31T23:59:59.999999999Z"));
        QCOMPARE(isoTimestamp(std::numeric_limits<qint64>::max()),
                 QStringLiteral("2262-04-11T23:47:16.854775807Z"));
        QCOMPARE(isoTimestamp(NotATime), QStringLiteral("NaT"));
        QCOMPARE(shortIsoTimestamp(1'500'000'000), QStringLiteral("1970-01-01T00:00:01.500Z"));
        QCOMPARE(pythonIsoTimestamp(1'500'000'000), QStringLiteral("1970-01-01T00:00:01.500000+00:00"));
        for (const qint64 ns : {qint64(0), qint64(-1), qint64(1577836800123456789),
                                std::numeric_limits<qint64>::max(), NotATime + 1}) {
            QCOMPARE(parseIsoTime(isoTimestamp(ns))->nanoseconds, std::optional(ns));
            QCOMPARE(parseIsoTime(pythonIsoTimestamp(ns))->nanoseconds, std::optional(ns));
        }
        QCOMPARE(parseIsoTime(u"2013-03-21T22:04:00+02:00")->nanoseconds,
                 parseIsoTime(u"2013-03-21 20:04Z")->nanoseconds);
        QVERIFY(!parseIsoTime(u"9999-01-01T00:00:00Z")->nanoseconds);
        QVERIFY(!parseIsoTime(u"2020-01-01T00:00:00")->offsetMinutes);
        for (const char16_t *text :
             {u"", u"2020-01-01", u"2020-13-01T00:00:00Z", u"2020-01-01T24:00:00Z", u"2020-01-01T00:00:00.Z",
              u"2020-01-01T00:00:00.1234567890Z", u"2020-01-01T00:00:00+0200", u"2020-01-01T00:00:00Zx",
              u"0000-01-01T00:00:00Z"})
            QVERIFY(!parseIsoTime(text));
        QCOMPARE(isoDate(0), std::optional(QStringLiteral("1970-01-01")));
        QCOMPARE(isoDate(-719162), std::optional(QStringLiteral("0001-01-01")));
        QVERIFY(!isoDate(2932897));
    }
};

QTEST_GUILESS_MAIN(TestNotation)
#include "tst_notation.moc"
