// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/keytype.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

// A part of a key as codec-vectors.json describes it; nothing where no value of ours is like it.
std::optional<Value> partFrom(KeyComponent component, const Json &json)
{
    auto value = fromNotation(compact(json));
    if (!value)
        return std::nullopt;
    if (component == KeyComponent::Uuid && value->kind() == Value::Kind::Text)
        return Value::uuid(QUuid(value->toText()));
    const bool number = component == KeyComponent::Oid || component == KeyComponent::Uint64;
    if (number && value->kind() == Value::Kind::Text)
        return Value::integerFromText(value->toText());
    return *value;
}

std::optional<ValueList> partsFrom(const KeyType &type, const Json &json)
{
    const Json list = type.components().size() == 1 ? Json::array({json}) : json;
    ValueList parts;
    for (size_t i = 0; i < list.size(); ++i) {
        const auto part = partFrom(type.components().at(i), list[i]);
        if (!part)
            return std::nullopt;
        parts.push_back(*part);
    }
    return parts;
}

// The only vectors that are read but not written: OIDs beyond 2^53, which the reference lets pass in
// OidString and StringOid.
bool isTooLargeForUs(const ValueList &parts)
{
    return std::any_of(parts.begin(), parts.end(),
                       [](const Value &part) { return part.toUInt64().value_or(0) > quint64(1) << 53; });
}

} // namespace

class TestKeyType : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesOfAllTypes()
    {
        const Json types = readVectors(QStringLiteral("codec-vectors.json"))["types"]["key"];
        QCOMPARE(types.size(), size_t(43));
        for (const auto &[name, description] : types.items()) {
            const QString text = QString::fromStdString(name);
            const auto type = KeyType::parse(text);
            QVERIFY2(type, qPrintable(text));
            QCOMPARE(type->name(), text);
            QCOMPARE(type->components().size(), description["fields"].size());
            QVERIFY(!type->isUnknown());
            const bool little = description.dump().find("timestamp_le") != std::string::npos;
            QCOMPARE(type->timestampOrder() == ByteOrder::LittleEndian, little);
        }
    }

    void namesThatAreNone()
    {
        QCOMPARE(KeyType::parse(u"UuidFoo").error(), QStringLiteral("\"Foo\" is not part of a key type"));
        QVERIFY(!KeyType::parse(u""));
        QVERIFY(!KeyType::parse(u"StringOidString"));
        QVERIFY(!KeyType::parse(u"UuidBytes"));
        QVERIFY(KeyType::parse(u"Bytes")->isUnknown());
    }

    void titlesAreUnique()
    {
        const auto titles = KeyType::parse(u"UuidTimestampUuid")->componentTitles();
        QCOMPARE(titles,
                 (std::vector<QString> {QStringLiteral("uuid"), QStringLiteral("timestamp"),
                                        QStringLiteral("uuid 2")}));
    }

    void vectors()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
            if (vector["kind"] != "key")
                continue;
            const std::string what = vector.dump();
            const auto type = KeyType::parse(QString::fromStdString(vector["type"]));
            const QByteArray key = fromHex(vector["hex"]);
            const Json expected = vector.contains("decoded") ? vector["decoded"] : vector["native"];
            const auto parts = type->decode(key);
            if (expected.is_null()) {
                QVERIFY2(!parts, what.c_str());
                continue;
            }
            QVERIFY2(parts, (what + qPrintable(parts ? QString() : parts.error().what)).c_str());
            QCOMPARE(keyNotation(*parts), compact(expected));
            const auto again = type->encode(*parts);
            if (type->name().contains(QLatin1String("Oid")) && isTooLargeForUs(*parts)) {
                QVERIFY2(!again, what.c_str());
                continue;
            }
            QVERIFY2(again, what.c_str());
            QCOMPARE(*again, key);
            const auto native = partsFrom(*type, expected);
            QVERIFY2(native && type->encode(*native), what.c_str());
            QCOMPARE(*type->encode(*native), key);
            ++walked;
        }
        QVERIFY(walked > 500);
    }

    void malformedKeysAreRefused()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "malformed")) {
            if (vector["kind"] != "key")
                continue;
            const auto type = KeyType::parse(QString::fromStdString(vector["type"]));
            const QByteArray key = fromHex(vector["hex"]);
            const auto parts = type->decode(key);
            QVERIFY2(!parts, vector.dump().c_str());
            QVERIFY(parts.error().offset >= 0 && parts.error().offset <= key.size());
            QVERIFY(!parts.error().what.isEmpty());
            ++walked;
        }
        QVERIFY(walked > 100);
    }

    void whatDoesNotFitIsRefused()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "rejected")) {
            if (vector["kind"] != "key")
                continue;
            const auto type = KeyType::parse(QString::fromStdString(vector["type"]));
            const auto parts = partsFrom(*type, vector["native"]);
            QVERIFY2(!parts || !type->encode(*parts), vector.dump().c_str());
            ++walked;
        }
        QVERIFY(walked > 90);
    }

    void largeOidsAreShownButNotWritten()
    {
        const auto type = *KeyType::parse(u"Oid");
        const auto parts = type.decode(QByteArray::fromHex("0020000000000001"));
        QVERIFY(parts);
        QCOMPARE(keyNotation(*parts), QByteArrayLiteral("\"9007199254740993\""));
        QVERIFY(!type.encode(*parts));
    }

    void timestampsInEitherByteOrder()
    {
        const std::vector components {KeyComponent::Uuid, KeyComponent::Timestamp};
        const ValueList parts {Value::uuid(QUuid::createUuid()), Value::timestamp(1577836800000000000)};
        for (const ByteOrder order : {ByteOrder::BigEndian, ByteOrder::LittleEndian}) {
            const KeyType type(components, order);
            const auto key = type.encode(parts);
            QVERIFY(key);
            QCOMPARE(key->back() == '\0', order == ByteOrder::BigEndian);
            const auto again = type.decode(*key);
            QVERIFY(again && *again == parts);
        }
    }

    void notATime()
    {
        const auto parts = KeyType::parse(u"Timestamp")->decode(QByteArray::fromHex("8000000000000000"));
        QCOMPARE(keyNotation(*parts), QByteArrayLiteral(R"({"ns":"-9223372036854775808","iso":"NaT"})"));
    }

    void unknownKeysAreBytes()
    {
        const KeyType type;
        QVERIFY(type.isUnknown());
        for (const QByteArray &key : {QByteArray(), QByteArray("\xff\0a", 3)}) {
            const auto parts = type.decode(key);
            QVERIFY(parts && parts->size() == 1);
            QCOMPARE(parts->front().toBytes(), key);
            QCOMPARE(*type.encode(*parts), key);
        }
    }

    void anyBytesAreSurvived()
    {
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
            if (vector["kind"] != "key")
                continue;
            const auto type = KeyType::parse(QString::fromStdString(vector["type"]));
            forEachMutation(fromHex(vector["hex"]), 24, [&](const QByteArray &key) {
                const auto parts = type->decode(key);
                if (!parts)
                    QVERIFY(parts.error().offset <= key.size());
                else if (const auto again = type->encode(*parts))
                    QCOMPARE(*again, key);
            });
        }
    }
};

QTEST_GUILESS_MAIN(TestKeyType)
#include "tst_keytype.moc"
