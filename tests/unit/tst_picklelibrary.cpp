// SPDX-License-Identifier: GPL-3.0-or-later
//
// Types of libraries in pickles beyond the vectors, and what can be changed beside objects that only their
// program can make.
#include "core/codec/pickle.h"
#include "core/pmap/slottype.h"
#include "core/table/fieldliteral.h"
#include "core/value/notation.h"
#include "core/value/opaqueform.h"
#include "core/value/valueedit.h"

#include <QtEndian>
#include <QtTest>

using namespace slotscope::core;

namespace {

const SlotCodec &codec()
{
    static const SlotCodec pickle({.value = ValueType::Pickle});
    return pickle;
}

ValuePath at(const char *path)
{
    return *ValuePath::parse(QString::fromLatin1(path));
}

QByteArray shortText(const QByteArray &text)
{
    return '\x8c' + QByteArray(1, char(text.size())) + text;
}

// [scalar], as numpy describes a type and the bytes of one.
QByteArray numpyScalar(const QByteArray &type, char order, const QByteArray &size, const QByteArray &raw,
                       const QByteArray &unit = {}, char step = '\1')
{
    QByteArray state =
        "(K" + QByteArray(1, unit.isEmpty() ? '\3' : '\4') + shortText({&order, 1}) + "NNN" + size;
    if (!unit.isEmpty())
        state += "}(C" + QByteArray(1, char(unit.size())) + unit + 'K' + step + QByteArray("K\1K\1t\x86");
    return "\x80\4]" + shortText("numpy.core.multiarray") + shortText("scalar") + '\x93' + shortText("numpy")
        + shortText("dtype") + '\x93' + shortText(type) + "\x89\x88\x87R" + state + "tbC"
        + QByteArray(1, char(raw.size())) + raw + "\x86Ra.";
}

QByteArray numpyTime(const QByteArray &type, qint64 count, const QByteArray &unit, char step = '\1')
{
    QByteArray raw(8, '\0');
    qToLittleEndian(count, raw.data());
    return numpyScalar(type, '<', QByteArray("J\xff\xff\xff\xffJ\xff\xff\xff\xffK\0", 12), raw, unit, step);
}

// The notation of [value] with another value, written and read again; or why not.
QByteArray withFirst(const QByteArray &bytes, const QByteArray &notation)
{
    const auto value = codec().decodeValue(bytes);
    const auto fresh = fromNotation(notation);
    if (!value || !fresh)
        return "not read";
    const auto written = codec().encodeValue(*replaced(*value, at("[0]"), *fresh), bytes);
    return written ? toNotation(*codec().decodeValue(*written)) : written.error().what.toUtf8();
}

const QByteArray Unsized("J\xff\xff\xff\xffJ\xff\xff\xff\xffK\0", 12);

// A dict in protocol 2 whose texts are put into the memo at 0 …
QByteArray text(const QByteArray &content)
{
    return 'X' + QByteArray(1, char(content.size())) + QByteArray(3, '\0') + content;
}
QByteArray point(const QByteArray &state)
{
    return "cacme.models\nPoint\n)\x81}(" + state + "ub";
}

} // namespace

class TestPickleLibrary : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numpyScalars_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QByteArray>("other"); // that it can become
        QTest::addColumn<QByteArray>("refused"); // that it cannot hold
        const auto row = [](const char *name, const QByteArray &bytes, const QByteArray &notation,
                            const QByteArray &other, const QByteArray &refused = {}) {
            QTest::newRow(name) << bytes << notation << other << refused;
        };
        row("float16", numpyScalar("f2", '<', Unsized, QByteArray("\0>", 2)), R"({"float":"1.5"})",
            R"({"float":"-65504.0"})", R"({"float":"1.1"})");
        row("float16, big endian", numpyScalar("f2", '>', Unsized, QByteArray(">\0", 2)),
            R"({"float":"1.5"})", R"({"float":"NaN"})", R"({"float":"70000.0"})");
        row("float32", numpyScalar("f4", '<', Unsized, QByteArray("\0\0\xc0?", 4)), R"({"float":"1.5"})",
            R"({"float":"-0.25"})", R"({"float":"1.1"})");
        row("int16, big endian", numpyScalar("i2", '>', Unsized, QByteArray("\xff\xfe", 2)), "-2", "300",
            "40000");
        row("complex64", numpyScalar("c8", '<', Unsized, QByteArray("\0\0\x80?\0\0\0\xc0", 8)),
            R"({"complex":[{"float":"1.0"},{"float":"-2.0"}]})",
            R"({"complex":[{"float":"0.5"},{"float":"8.0"}]})",
            R"({"complex":[{"float":"0.1"},{"float":"8.0"}]})");
        row("complex128",
            numpyScalar("c16", '>', Unsized, QByteArray("?\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0", 16)),
            R"({"complex":[{"float":"1.0"},{"float":"-2.0"}]})",
            R"({"complex":[{"float":"0.1"},{"float":"8.0"}]})");
        row("hours", numpyTime("m8", 29, "h"), R"({"timedelta":"1 day, 5:00:00"})",
            R"({"timedelta":"-1 day, 23:00:00"})", R"({"timedelta":"0:30:00"})");
        row("microseconds", numpyTime("m8", -1, "us"), R"({"timedelta":"-1 day, 23:59:59.999999"})",
            R"({"timedelta":"0:00:00.000001"})");
        row("months", numpyTime("m8", 5, "M"), R"({"timedelta64":5,"unit":"M"})",
            R"({"timedelta64":-7,"unit":"M"})", R"({"timedelta64":5,"unit":"Y"})");
        row("nanoseconds", numpyTime("m8", 5, "ns"), R"({"timedelta64":5,"unit":"ns"})",
            R"({"timedelta64":"NaT","unit":"ns"})");
        row("generic", numpyTime("m8", 5, "generic"), R"({"timedelta64":5,"unit":"generic"})",
            R"({"timedelta64":6,"unit":"generic"})");
        row("no time span", numpyTime("m8", std::numeric_limits<qint64>::min(), "s"),
            R"({"timedelta64":"NaT","unit":"s"})", R"({"timedelta":"0:00:01"})");
        row("a span beyond Python's", numpyTime("m8", qint64(1) << 62, "W"),
            R"({"timedelta64":{"int":"4611686018427387904"},"unit":"W"})",
            R"({"timedelta":"7 days, 0:00:00"})");
        row("year", numpyTime("M8", 50, "Y"), R"({"datetime":"2020-01-01T00:00:00+00:00"})",
            R"({"datetime":"1968-01-01T00:00:00+00:00"})", R"({"datetime":"2020-02-01T00:00:00+00:00"})");
        row("month", numpyTime("M8", -2, "M"), R"({"datetime":"1969-11-01T00:00:00+00:00"})",
            R"({"datetime":"2024-02-01T00:00:00+00:00"})", R"({"datetime":"2024-02-02T00:00:00+00:00"})");
        row("week", numpyTime("M8", 2609, "W"), R"({"datetime":"2020-01-02T00:00:00+00:00"})",
            R"({"datetime":"1969-12-25T00:00:00+00:00"})", R"({"datetime":"2020-01-03T00:00:00+00:00"})");
        row("day", numpyTime("M8", -3653, "D"), R"({"datetime":"1960-01-01T00:00:00+00:00"})",
            R"({"datetime":"2020-02-29T00:00:00+00:00"})", R"({"datetime":"2020-02-29T00:01:00+00:00"})");
        row("milliseconds", numpyTime("M8", 1500, "ms"), R"({"datetime":"1970-01-01T00:00:01.500000+00:00"})",
            R"({"datetime":"1969-12-31T23:59:59.999000+00:00"})",
            R"({"datetime":"1970-01-01T00:00:01.500001+00:00"})");
        row("25 seconds", numpyTime("M8", 2, "s", '\x19'), R"({"datetime":"1970-01-01T00:00:50+00:00"})",
            R"({"datetime":"1970-01-01T00:00:25+00:00"})", R"({"datetime":"1970-01-01T00:00:26+00:00"})");
        row("beyond the years of nanoseconds", numpyTime("M8", -329'829, "D"),
            R"({"datetime64":-329829,"unit":"D"})", R"({"datetime":"2020-02-29T00:00:00+00:00"})");
        row("picoseconds", numpyTime("M8", 5, "ps"), R"({"datetime64":5,"unit":"ps"})",
            R"({"datetime64":6,"unit":"ps"})");
        row("text",
            numpyScalar("U2", '<', QByteArray("K\x08K\x04K\x08", 6), QByteArray("a\0\0\0\xeb\0\0\0", 8)),
            "\"a\xc3\xab\"", "\"longer \xf0\x9f\x98\x80\"", "\"x\\u0000\"");
        row("text, big endian",
            numpyScalar("U2", '>', QByteArray("K\x08K\x04K\x08", 6), QByteArray("\0\0\0\x61\0\0\0\0", 8)),
            "\"a\"", "\"\"");
        row("bytes", numpyScalar("S2", '|', QByteArray("K\2K\1K\0", 6), "ab"), R"({"hex":"6162"})",
            R"({"hex":"00ff61626364"})", R"({"hex":"6100"})");
    }

    void numpyScalars()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, notation);
        QFETCH(QByteArray, other);
        QFETCH(QByteArray, refused);
        const auto value = codec().decodeValue(bytes);
        QVERIFY2(value, value ? "" : qPrintable(value.error().what));
        QCOMPARE(toNotation(*value), '[' + notation + ']');
        QCOMPARE(toNotation(*fromNotation(notation)), notation);
        QCOMPARE(codec().readOnlyReason(bytes), QString());
        QCOMPARE(withFirst(bytes, notation), '[' + notation + ']');
        QCOMPARE(withFirst(bytes, other), '[' + other + ']');
        const auto edited = codec().encodeValue(*replaced(*value, at("[0]"), *fromNotation(other)), bytes);
        QVERIFY2(edited->contains("numpy"), "the class is lost");
        if (refused.isEmpty())
            return;
        const QByteArray why = withFirst(bytes, refused);
        QVERIFY2(why.endsWith("of numpy cannot hold this") || why.endsWith("scalar cannot hold this")
                     || why.contains("cannot be written"),
                 why.constData());
    }

    // What numpy itself would not take is left as it is.
    void oddNumpyScalars()
    {
        for (const QByteArray &bytes :
             {numpyScalar("f2", '<', Unsized, "abc"), numpyScalar("f16", '<', Unsized, QByteArray(16, 'a')),
              numpyScalar("c4", '<', Unsized, "abcd"), numpyScalar("V2", '|', Unsized, "ab"),
              numpyScalar("U1", '<', Unsized, "\xff\xff\xff\x7f"),
              numpyScalar("m8", '<', Unsized, "12345678"), numpyTime("M8", 1, "s", '\0')}) {
            const auto value = codec().decodeValue(bytes);
            QVERIFY(value);
            QVERIFY(isForeign(value->items().front()));
        }
    }

    void zonesAndFolds_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QByteArray>("other");
        const auto row = [](const char *name, const QByteArray &hex, const char *notation,
                            const char *other) {
            QTest::newRow(name) << hex << QByteArray(notation) << QByteArray(other);
        };
        row("first",
            "8004952a000000000000008c086461746574696d65948c086461746574696d65949394430a07e40a19021e0000000094"
            "859452942e",
            R"({"datetime":"2020-10-25T02:30:00"})", R"({"datetime":"2020-10-25T02:31:00","fold":1})");
        row("second",
            "8004952a000000000000008c086461746574696d65948c086461746574696d65949394430a07e48a19021e0000000094"
            "859452942e",
            R"({"datetime":"2020-10-25T02:30:00","fold":1})", R"({"datetime":"2020-10-25T02:30:00"})");
        row("second, UTC",
            "80049557000000000000008c086461746574696d65948c086461746574696d65949394430a07e48a19021e0000000094"
            "68008c0874696d657a6f6e6594939468008c0974696d6564656c74619493944b004b004b008794529485945294869452"
            "942e",
            R"({"datetime":"2020-10-25T02:30:00+00:00","fold":1})",
            R"({"datetime":"2020-10-25T02:30:00+00:00"})");
        row("time",
            "80049522000000000000008c086461746574696d65948c0474696d659493944306821e0000000094859452942e",
            R"({"time":"02:30:00","fold":1})", R"({"time":"02:30:00"})");
        row("zone, protocol 0",
            "636461746574696d650a6461746574696d650a70300a28635f636f646563730a656e636f64650a70310a285607e45c75"
            "3030306119021e5c75303030305c75303030305c75303030305c75303030300a70320a566c6174696e310a70330a7470"
            "340a5270350a635f5f6275696c74696e5f5f0a676574617474720a70360a28637a6f6e65696e666f0a5a6f6e65496e66"
            "6f0a70370a565f756e7069636b6c650a70380a7470390a527031300a28564575726f70652f4265726c696e0a7031310a"
            "49310a747031320a527031330a747031340a527031350a2e",
            R"({"datetime":"2020-10-25T02:30:00","tzinfo":"Europe/Berlin"})",
            R"({"datetime":"2021-10-25T02:30:00","tzinfo":"Europe/Paris"})");
        row("zone, protocol 2",
            "8002636461746574696d650a6461746574696d650a7100635f636f646563730a656e636f64650a7101580b00000007c3"
            "a40a19021e00000000710258060000006c6174696e317103867104527105635f5f6275696c74696e5f5f0a6765746174"
            "74720a7106637a6f6e65696e666f0a5a6f6e65496e666f0a710758090000005f756e7069636b6c65710886710952710a"
            "580d0000004575726f70652f4265726c696e710b4b0186710c52710d86710e52710f2e",
            R"({"datetime":"2020-10-25T02:30:00","tzinfo":"Europe/Berlin"})",
            R"({"datetime":"2020-10-25T02:30:00+00:00"})");
        row("zone, protocol 4",
            "8004957f000000000000008c086461746574696d65948c086461746574696d65949394430a07e48a19021e0000000094"
            "8c086275696c74696e73948c07676574617474729493948c087a6f6e65696e666f948c085a6f6e65496e666f9493948c"
            "095f756e7069636b6c6594869452948c0d4575726f70652f4265726c696e944b0186945294869452942e",
            R"({"datetime":"2020-10-25T02:30:00","tzinfo":"Europe/Berlin","fold":1})",
            R"({"datetime":"2020-10-25T02:30:00","tzinfo":"America/New_York"})");
        row("time with a zone",
            "80049577000000000000008c086461746574696d65948c0474696d659493944306021e00000000948c086275696c7469"
            "6e73948c07676574617474729493948c087a6f6e65696e666f948c085a6f6e65496e666f9493948c095f756e7069636b"
            "6c6594869452948c0d4575726f70652f4265726c696e944b0186945294869452942e",
            R"({"time":"02:30:00","tzinfo":"Europe/Berlin"})", R"({"time":"02:31:00"})");
        row("zone alone",
            "80049556000000000000008c086275696c74696e73948c07676574617474729493948c087a6f6e65696e666f948c085a"
            "6f6e65496e666f9493948c095f756e7069636b6c6594869452948c0d4575726f70652f4265726c696e944b0186945294"
            "2e",
            R"({"zoneinfo":"Europe/Berlin"})", R"({"zoneinfo":"Asia/Tokyo"})");
    }

    void zonesAndFolds()
    {
        QFETCH(QByteArray, hex);
        QFETCH(QByteArray, notation);
        QFETCH(QByteArray, other);
        const QByteArray bytes = QByteArray::fromHex(hex);
        const auto value = codec().decodeValue(bytes);
        QVERIFY(value);
        QCOMPARE(toNotation(*value), notation);
        QCOMPARE(codec().readOnlyReason(bytes), QString());
        const auto again = fromNotation(toNotation(*value));
        QVERIFY(again && *again == *value);
        const auto written = codec().encodeValue(*fromNotation(other), bytes);
        QVERIFY2(written, written ? "" : qPrintable(written.error().what));
        QCOMPARE(toNotation(*codec().decodeValue(*written)), other);
        const auto back = codec().encodeValue(*value, *written);
        QVERIFY2(back && *codec().decodeValue(*back) == *value, "not back again");
    }

    void foldsAreTidied()
    {
        const auto read = [](const char *notation) {
            const auto value = fromNotation(notation);
            return value ? toNotation(*value) : value.error().what.toUtf8();
        };
        QCOMPARE(read(R"({"datetime":"2020-10-25 02:30","fold":1})"),
                 QByteArray(R"({"datetime":"2020-10-25T02:30:00","fold":1})"));
        QCOMPARE(read(R"({"datetime":"2020-10-25T02:30:00Z","fold":0})"),
                 QByteArray(R"({"datetime":"2020-10-25T02:30:00+00:00"})"));
        QCOMPARE(read(R"({"datetime":"2020-10-25T02:30:00+01:00","fold":0})"),
                 QByteArray(R"({"datetime":"2020-10-25T02:30:00+01:00"})"));
        QCOMPARE(read(R"({"time":"02:30","fold":0})"), QByteArray(R"({"time":"02:30:00"})"));
        QCOMPARE(read(R"({"time":"02:30","fold":2})"), QByteArray("not a fold, which is 0 or 1"));
        QCOMPARE(read(R"({"datetime":"2020-10-25T02:30:00Z","tzinfo":"Europe/Berlin"})"),
                 QByteArray("a time zone besides an offset from UTC"));
        QCOMPARE(read(R"({"datetime64":"x","unit":"s"})"),
                 QByteArray("not a whole number of 64 bits or \"NaT\""));
    }

    void foldsAreTwoTimesForFilters()
    {
        const Value first = *fromNotation(R"({"datetime":"2020-10-25T02:30:00"})");
        const Value second = *fromNotation(R"({"datetime":"2020-10-25T02:30:00","fold":1})");
        const Value there = *fromNotation(R"({"datetime":"2020-10-25T02:30:00","tzinfo":"Europe/Berlin"})");
        QVERIFY(!(first == second));
        const auto compare = [](const char *literal, const Value &value) {
            return FieldLiteral(QString::fromLatin1(literal), true).compare(value);
        };
        QCOMPARE(compare("2020-10-25T02:30:00", first), std::optional(0));
        QCOMPARE(compare("2020-10-25T02:30:00", second), std::optional(1));
        QCOMPARE(compare("2020-10-25T02:30:00 fold=1", second), std::optional(0));
        QCOMPARE(compare("2020-10-25", second), std::optional(0));
        QCOMPARE(compare("2020-10-26", second), std::optional(-1));
        QCOMPARE(compare("2020-10-25T02:30:00", there), std::optional(0));
        QCOMPARE(conditionText(*fromNotation(R"({"timedelta64":5,"unit":"M"})")), QStringLiteral("5 M"));
    }

    // http.HTTPStatus(200), as Python 3.12 and later pickle enums.
    void enumsByTheirValues()
    {
        const QByteArray bytes("\x80\4]chttp\nHTTPStatus\nK\xc8\x85Ra.");
        QCOMPARE(toNotation(*codec().decodeValue(bytes)), QByteArray(R"([{"global":"http.HTTPStatus.OK"}])"));
        QByteArray found = bytes;
        found.replace("K\xc8", QByteArray("M\x2e\1", 3));
        const auto written =
            codec().encodeValue(*replaced(*codec().decodeValue(bytes), at("[0]"),
                                          *fromNotation(R"({"global":"http.HTTPStatus.FOUND"})")),
                                bytes);
        QVERIFY(written);
        QCOMPARE(written->toHex(), found.toHex());
        QCOMPARE(withFirst(bytes, R"({"global":"http.HTTPStatus.NONE"})"),
                 QByteArray("http.HTTPStatus cannot hold this"));
        const QByteArray method("\x80\4]chttp\nHTTPMethod\n\x8c\3GET\x85Ra.");
        QCOMPARE(toNotation(*codec().decodeValue(method)),
                 QByteArray(R"([{"global":"http.HTTPMethod.GET"}])"));
        // Others are not known without their program.
        const QByteArray other("\x80\4]cacme.models\nLevel\nK\3\x85Ra.");
        QVERIFY(isForeign(codec().decodeValue(other)->items().front()));
        QCOMPARE(codec().readOnlyReason(other), QString());
    }

    void pathsOfPython313()
    {
        const QByteArray bytes("\x80\4]cpathlib._local\nPosixPath\n(\x8c\1/\x8c\3usr\x8c\3lib\x74Ra.");
        QCOMPARE(toNotation(*codec().decodeValue(bytes)), QByteArray(R"([{"path":"/usr/lib"}])"));
        QCOMPARE(withFirst(bytes, R"({"path":"/etc"})"), QByteArray(R"([{"path":"/etc"}])"));
        const auto written = codec().encodeValue(
            *replaced(*codec().decodeValue(bytes), at("[0]"), *fromNotation(R"({"path":"/etc"})")), bytes);
        QVERIFY(written->contains("pathlib._local"));
    }

    // Nothing but the bytes of the field changes beside an object that only its program can make.
    void editsBesideForeignObjects()
    {
        const QByteArray object = point(text("x") + "K\1" + text("y") + "K\2");
        const QByteArray bytes =
            "\x80\2}(" + text("a") + "K\1" + text("o") + object + text("b") + text("text") + "u.";
        QCOMPARE(codec().readOnlyReason(bytes), QString());
        const Value value = *codec().decodeValue(bytes);
        QVERIFY(isForeign(value.members()[1].value));
        QByteArray expected = bytes;
        expected.replace(text("text"), text("TEXT!"));
        QCOMPARE(codec()
                     .encodeValue(*replaced(value, at("b"), Value::text(QStringLiteral("TEXT!"))), bytes)
                     ->toHex(),
                 expected.toHex());
        // As text as well.
        QByteArray notation = toNotation(value);
        const Value typed = *fromNotation(notation.replace("\"text\"", "\"TEXT!\""));
        QCOMPARE(codec().encodeValue(adoptStyles(value, typed), bytes)->toHex(), expected.toHex());
        // Added, removed, and the object itself removed or in another place.
        const auto added =
            codec().encodeValue(*replaced(value, at("new"), Value::array({Value::integer(5)})), bytes);
        QVERIFY(added && added->contains(object));
        const auto removedOne = codec().encodeValue(*removed(value, at("a")), bytes);
        QVERIFY(removedOne && removedOne->contains(object));
        QCOMPARE(toNotation(*codec().decodeValue(*codec().encodeValue(*removed(value, at("o")), bytes))),
                 QByteArray(R"({"map":[["a",1],["b","text"]]})"));
        const auto movedIt = codec().encodeValue(*moved(value, at("o"), 0), bytes);
        QVERIFY(movedIt && movedIt->contains(object));
        QCOMPARE(codec().decodeValue(*movedIt)->members()[0].value, value.members()[1].value);
    }

    void foreignObjectsThemselvesStay()
    {
        const QByteArray object = point(text("x") + "K\1");
        const QByteArray bytes = "\x80\2}(" + text("a") + "K\1" + text("o") + object + "u.";
        const Value value = *codec().decodeValue(bytes);
        const auto refusal = [&](const Expected<Value, QString> &edited) {
            const auto written = codec().encodeValue(*edited, bytes);
            return written ? QByteArray("written") : written.error().what.toUtf8();
        };
        QCOMPARE(
            refusal(replaced(value, at("o.state.x"), Value::integer(7))),
            QByteArray("acme.models.Point is made by the program that it belongs to, and cannot be written"));
        QCOMPARE(refusal(replaced(value, at("a"), value.members()[1].value)),
                 QByteArray("an object that only the program which it belongs to can make cannot be copied"));
        QVERIFY(refusal(replaced(value, at("a"), *fromNotation(toNotation(value.members()[1].value))))
                    .endsWith("cannot be written"));
        // By itself there is nothing to be changed.
        const QByteArray alone = "\x80\2" + object + '.';
        QVERIFY2(
            codec().readOnlyReason(alone).contains(QLatin1String("it is an object of acme.models.Point")),
            qPrintable(codec().readOnlyReason(alone)));
    }

    void whatForeignObjectsShareIsOneObject()
    {
        // {'l': L, 'o': Point(x=L), 'n': 'x'} with L = ['x']
        const QByteArray bytes = "\x80\2}(" + text("l") + QByteArray("]q\1", 3) + text("x")
            + QByteArray("q\2a", 3) + text("o") + point(text("x") + QByteArray("h\1", 2)) + text("n")
            + QByteArray("h\2u.", 4);
        const Value value = *codec().decodeValue(bytes);
        QCOMPARE(codec().readOnlyReason(bytes), QString());
        const auto written = [&](const Expected<Value, QString> &edited) {
            const auto made = codec().encodeValue(*edited, bytes);
            return made ? toNotation(*codec().decodeValue(*made)) : made.error().what.toUtf8();
        };
        const QByteArray kept =
            R"(["o",{"call":"acme.models.Point","via":"NEWOBJ","args":[],"state":{"map":[["x",["x"]]]}}],["n","x"]]})";
        QCOMPARE(
            written(replaced(value, at("l[0]"), Value::integer(5))),
            QByteArray("the same object stands within an object of acme.models.Point, which only its program "
                       "can make, and would change there too"));
        // Another list in the place of the first, or none: the object still has it.
        QCOMPARE(written(replaced(value, at("l"), Value::integer(5))), R"({"map":[["l",5],)" + kept);
        QCOMPARE(written(removed(value, at("l"))), R"({"map":[)" + kept);
        QCOMPARE(written(replaced(value, at("n"), Value::integer(5))),
                 R"({"map":[["l",["x"]],)" + QByteArray(kept).replace("[\"n\",\"x\"]", "[\"n\",5]"));
    }
};

QTEST_GUILESS_MAIN(TestPickleLibrary)
#include "tst_picklelibrary.moc"
