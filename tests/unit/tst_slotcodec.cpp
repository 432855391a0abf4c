// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/codec/scalar.h"
#include "core/pmap/slottype.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

SlotCodec codecFor(ValueType type)
{
    SlotType slot;
    slot.value = type;
    return SlotCodec(slot);
}

} // namespace

class TestSlotCodec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void kindsThatDoNotFit()
    {
        QVERIFY(!codecFor(ValueType::String).encodeValue(Value::integer(5)));
        QVERIFY(!codecFor(ValueType::Binary).encodeValue(Value::text(QStringLiteral("a"))));
        QVERIFY(!codecFor(ValueType::Uuid).encodeValue(Value::text(QStringLiteral("a"))));
        QVERIFY(!codecFor(ValueType::Timestamp).encodeValue(Value::integer(1)));
        QVERIFY(!codecFor(ValueType::Unknown).encodeValue(Value::text(QStringLiteral("a"))));
        QCOMPARE(*codecFor(ValueType::Unknown).encodeValue(Value::bytes("a")), QByteArray("a"));
    }

    void unknownIsBytes()
    {
        const QByteArray bytes("\x80\x02N.", 4);
        QCOMPARE(codecFor(ValueType::Unknown).decodeValue(bytes)->toBytes(), bytes);
        QVERIFY(!codecFor(ValueType::Unknown).readOnlyReason(bytes).isEmpty());
    }

    void timestampsOfEitherByteOrder()
    {
        SlotType type;
        type.value = ValueType::Timestamp;
        type.valueOrder = ByteOrder::LittleEndian;
        const QByteArray bytes = QByteArray::fromHex("15cd853dfe9c9717");
        QCOMPARE(SlotCodec(type).decodeValue(bytes)->toNanoseconds(), 1'700'000'000'123'456'789);
        QCOMPARE(*SlotCodec(type).encodeValue(*SlotCodec(type).decodeValue(bytes)), bytes);
        type.value = ValueType::Bytes20Timestamp;
        const auto pair = SlotCodec(type).decodeValue(QByteArray(20, 'x') + bytes);
        QCOMPARE(pair->items()[1].toNanoseconds(), 1'700'000'000'123'456'789);
        QCOMPARE(pair->items()[1].source().offset, 20);
        QCOMPARE(*SlotCodec(type).encodeValue(*pair), QByteArray(20, 'x') + bytes);
    }

    void setsSayWhichElementIsWrong()
    {
        const auto text = [](const char *c) { return Value::text(QString::fromLatin1(c)); };
        const auto zero = codecFor(ValueType::StringSet)
                              .encodeValue(Value::set({text("a"), Value::text(QString(QChar(u'\0')))}));
        QVERIFY(!zero);
        QCOMPARE(zero.error().path.steps().front().index, 1);
        QVERIFY(!codecFor(ValueType::UuidSet).encodeValue(Value::set({text("a")})));
        QVERIFY(!codecFor(ValueType::OidSet).encodeValue(Value::array({Value::integer(1)})));
        QCOMPARE(codecFor(ValueType::StringSet).decodeValue(QByteArray("ab\0\xff", 4)).error().offset, 3);
        QCOMPARE(codecFor(ValueType::UuidSet).decodeValue(QByteArray(20, 'x')).error().offset, 16);
    }

    void textOrBytes()
    {
        const SlotCodec codec = codecFor(ValueType::TextOrBytes);
        QCOMPARE(codec.decodeValue("Grüße\n")->toText(), QStringLiteral("Grüße\n"));
        QCOMPARE(codec.decodeValue("")->kind(), Value::Kind::Text);
        QCOMPARE(codec.decodeValue(QByteArray("k8s\0", 4))->kind(), Value::Kind::Bytes);
        for (const QByteArray &bytes :
             {QByteArray(), QByteArray("a\xff"), QByteArray("\xef\xbb\xbfx"), QByteArray(3, '\0')}) {
            QCOMPARE(*codec.encodeValue(*codec.decodeValue(bytes)), bytes);
            QCOMPARE(codec.readOnlyReason(bytes), QString());
        }
    }

    void keysCountFromTheEtcdKey()
    {
        SlotType type;
        type.key = *KeyType::parse(u"UuidString");
        const SlotCodec codec(type);
        const QByteArray key = QByteArray::fromHex("000a300377727068473580fb76a48cf63bff4b72696d692031");
        const auto parts = codec.decodeKey(key);
        QVERIFY(parts);
        QCOMPARE(keyNotation(*parts), QByteArray(R"(["30037772-7068-4735-80fb-76a48cf63bff","Krimi 1"])"));
        QCOMPARE(parts->at(1).source().offset, 18);
        QCOMPARE(*codec.encodeKey(key.left(2), *parts), key);
        QCOMPARE(codec.decodeKey(key.left(5)).error().offset, 5);
        QCOMPARE(codec.decodeKey(key + '\xff').error().offset, key.size());
        QVERIFY(!codec.decodeKey("a"));
        QVERIFY(!codec.encodeKey(key.left(2), {parts->front()}));
    }

    void typingInto()
    {
        const SlotCodec text = codecFor(ValueType::String);
        QCOMPARE(text.parseValue(Value(), QStringLiteral("5"))->kind(), Value::Kind::Text);
        const auto cbor = codecFor(ValueType::Cbor).parseValue(Value(), QStringLiteral("5"));
        QCOMPARE(cbor->kind(), Value::Kind::Integer);
    }

    void blankValuesCanBeWritten()
    {
        for (const ValueType type : allValueTypes()) {
            if (type == ValueType::FlatBuffers)
                continue; // there is none without a schema
            const SlotCodec codec = codecFor(type);
            const auto bytes = codec.encodeValue(codec.blankValue());
            QVERIFY2(bytes, qPrintable(valueTypeName(type)));
            QVERIFY2(codec.decodeValue(*bytes), qPrintable(valueTypeName(type)));
        }
    }

    void names()
    {
        for (const ValueType type : allValueTypes())
            QCOMPARE(valueTypeFromName(valueTypeName(type)), std::optional(type));
        QVERIFY(!valueTypeFromName(u"Pickles"));
        QCOMPARE(compressionName(Compression::Zlib), QStringLiteral("zlib"));
        QCOMPARE(typeSourceName(TypeSource::BuiltIn), QStringLiteral("built-in"));
    }
};

QTEST_GUILESS_MAIN(TestSlotCodec)
#include "tst_slotcodec.moc"
