// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <cmath>
#include <map>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

// What our notation gives where it is on purpose not what the reference's objects are described as.
const std::map<std::string, std::string> &exceptions()
{
    static const std::map<std::string, std::string> list {
        // Tags without a kind of their own are shown as tags.
        {"c5822003", R"({"tag":5,"value":[-1,3]})"},
        {"d9010444c0a8010a", R"({"tag":260,"value":{"hex":"c0a8010a"}})"},
        {"d90105a1440a00000008", R"({"tag":261,"value":{"map":[[{"hex":"0a000000"},8]]}})"},
        {"d9d9f7f6", R"({"tag":55799,"value":null})"},
        // Shared values and strings are shown as they are stored.
        {"d81c81d81d00", R"({"tag":28,"value":[{"tag":29,"value":0}]})"},
        {"d81c82d81ca16178d81c8101d81d01",
         R"({"tag":28,"value":[{"tag":28,"value":{"map":[["x",{"tag":28,"value":[1]}]]}},{"tag":29,"value":1}]})"},
        {"d90100866461616161d819006462626262d81900456279746573d81902",
         R"({"tag":256,"value":["aaaa",{"tag":25,"value":0},"bbbb",{"tag":25,"value":0},{"hex":"6279746573"},{"tag":25,"value":2}]})"},
        // Both members of the same name are kept.
        {"a2616101616102", R"({"map":[["a",1],["a",2]]})"},
        {"a201020103", R"({"map":[[1,2],[1,3]]})"},
        // Only Python needs a tuple for a key.
        {"a1820102657475706c65", R"({"map":[[[1,2],"tuple"]]})"},
    };
    return list;
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
    default:
        return value.withSource({});
    }
}

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
            const auto exception = exceptions().find(hex);
            const QByteArray expected = exception == exceptions().end()
                ? compact(vector["native"])
                : QByteArray::fromStdString(exception->second);
            QCOMPARE(toNotation(*value), expected);
            QCOMPARE(hexOf(*value), QByteArray::fromStdString(hex));
            QCOMPARE(hexOf(rebuilt(*value)), QByteArray::fromStdString(hex));
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
            const auto exception = exceptions().find(hex);
            const QByteArray notation = exception == exceptions().end()
                ? compact(vector["native"])
                : QByteArray::fromStdString(exception->second);
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
