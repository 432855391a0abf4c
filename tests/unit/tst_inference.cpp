// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/compression.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/catalogue.h"
#include "core/pmap/inference.h"
#include "tests/support/testpaths.h"
#include "tests/support/timing.h"
#include "tests/support/vectors.h"

#include <QRandomGenerator>
#include <QtTest>

#include <map>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

// Samples of the dump by the first two bytes of their key.
std::map<QByteArray, std::vector<Sample>>
dumpedSlots(const QString &dump = QStringLiteral("slots/slots-dump.jsonl"))
{
    std::map<QByteArray, std::vector<Sample>> slotsFound;
    for (const Json &line : readLines(dump)) {
        const QByteArray key = fromHex(line["key"]);
        std::vector<Sample> &samples = slotsFound[key.left(2)];
        if (samples.size() < 200)
            samples.push_back({key.mid(2), fromHex(line["value"])});
    }
    return slotsFound;
}

QByteArray slotPrefix(int number)
{
    return QByteArray().append(char(number >> 8)).append(char(number & 0xff));
}

QByteArray randomBytes(int size)
{
    static QRandomGenerator generator(4711);
    QByteArray bytes(size, '\0');
    for (char &byte : bytes)
        byte = char(generator.bounded(256));
    return bytes;
}

QByteArray bigEndian(qint64 number)
{
    return QByteArray::fromHex(QByteArray::number(number, 16).rightJustified(16, '0'));
}

std::vector<Sample> withKeys(int count, const std::function<QByteArray(int)> &key)
{
    std::vector<Sample> samples;
    samples.reserve(size_t(count));
    for (int i = 0; i < count; ++i)
        samples.push_back({key(i), "{\"a\":1}"});
    return samples;
}

} // namespace

class TestInference : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void slotsOfTheReference_data()
    {
        QTest::addColumn<QString>("dump");
        QTest::addColumn<QString>("expectation");
        QTest::addColumn<int>("slotCount");
        QTest::newRow("library") << QStringLiteral("slots/slots-dump.jsonl")
                                 << QStringLiteral("slots/expected-slots.json") << 13;
        QTest::newRow("examples") << QStringLiteral("slots/examples-dump.jsonl")
                                  << QStringLiteral("slots/examples-expected.json") << 2;
    }
    void slotsOfTheReference()
    {
        QFETCH(QString, dump);
        QFETCH(QString, expectation);
        QFETCH(int, slotCount);
        const auto samples = dumpedSlots(dump);
        const Json expected = readVectors(expectation);
        std::vector<Json> all(expected["slots"].begin(), expected["slots"].end());
        for (Json slot : expected["unnamed_slots"]) {
            const Json types = slot["written_as"];
            slot.update(types);
            all.push_back(slot);
        }
        int known = 0;
        for (const Json &slot : all) {
            const auto found = samples.find(slotPrefix(slot["number"]));
            if (found == samples.end()) {
                QCOMPARE(slot["record_count"].get<int>(), 0);
                continue;
            }
            const Inference inference = inferSlot(found->second);
            const SlotType type = inference.type();
            const std::string what = slot["number"].dump() + ": " + type.evidence.toStdString();
            QVERIFY2(type.key.name().toStdString() == slot["key_type"], what.c_str());
            QVERIFY2(valueTypeName(type.value).toStdString() == slot["value_type"], what.c_str());
            QVERIFY2(compressionName(type.compression).toStdString() == slot["compression"], what.c_str());
            QCOMPARE(type.source, TypeSource::Inferred);
            QVERIFY2(type.confidence > 0.7 && type.confidence <= 1, what.c_str());
            QVERIFY(!type.evidence.isEmpty());
            ++known;
        }
        QCOMPARE(known, slotCount);
    }

    // Which table of a schema the buffers hold, among several and from several files.
    void flatBuffersOfKnownSchemas()
    {
        InferenceContext context;
        for (const char *file :
             {"book.bfbs", "envelope.fbs", "inventory.fbs", "media.fbs", "optional.fbs", "scalars.fbs"}) {
            const auto schema =
                FlatSchema::load(dataFile(QStringLiteral("flatbuffers/") + QLatin1String(file)));
            QVERIFY(schema);
            context.schemas.push_back({.schema = *schema, .root = {}, .schemaFile = QLatin1String(file)});
        }
        const Inference found = inferSlot(dumpedSlots().at(slotPrefix(6)), context);
        const SlotType type = found.type();
        QCOMPARE(type.value, ValueType::FlatBuffers);
        QVERIFY(type.flatBuffers.schema);
        QCOMPARE(type.flatBuffers.root, QStringLiteral("library.Book"));
        QVERIFY2(type.evidence.contains(
                     QLatin1String("40 of 40 values are FlatBuffers that verify as library.Book")),
                 qPrintable(type.evidence));
    }

    // A value that is a key of another slot is told from one that only looks like it.
    void keysElsewhere()
    {
        const auto slots = dumpedSlots();
        KnownKeys users {QStringLiteral("Users"), *KeyType::parse(u"Uuid"), {}};
        for (const Sample &sample : slots.at(slotPrefix(1)))
            users.keys += sample.key;
        const SlotType type = inferSlot(slots.at(slotPrefix(2)), {.otherKeys = {users}}).type();
        QCOMPARE(type.value, ValueType::Uuid);
        QVERIFY2(type.evidence.contains(QLatin1String(" of them keys of Users")), qPrintable(type.evidence));

        // Keys that are no UUIDs, though of their size.
        KnownKeys devices {QStringLiteral("Devices"), *KeyType::parse(u"Bytes16"), {}};
        std::vector<Sample> samples;
        for (int i = 0; i < 20; ++i) {
            const QByteArray key = randomBytes(16);
            devices.keys += key;
            samples.push_back({bigEndian(i), key});
        }
        const Inference found = inferSlot(samples, {.otherKeys = {devices}});
        QCOMPARE(found.values.front().type, ValueType::Bytes16);
        QCOMPARE(found.values.front().evidence,
                 QStringLiteral("20 of 20 values are 16 bytes, all of them keys of Devices"));
        QVERIFY(found.values.front().confidence > inferSlot(samples).values.front().confidence);
    }

    void misfitsAreListed()
    {
        auto samples = dumpedSlots().at(slotPrefix(1));
        samples[7].value.chop(3);
        samples[11].key.chop(1);
        samples[13].value.clear();
        const Inference found = inferSlot(samples);
        QCOMPARE(found.type().key.name(), QStringLiteral("Uuid"));
        QCOMPARE(found.type().value, ValueType::Cbor);
        QCOMPARE(found.misfitCount, size_t(3));
        QCOMPARE(found.misfits[0].key, samples[7].key);
        QVERIFY(found.misfits[0].what.startsWith(QLatin1String("the value is no Cbor: ")));
        QCOMPARE(found.misfits[1].key, samples[11].key);
        QVERIFY(found.misfits[1].what.startsWith(QLatin1String("the key is no Uuid: ")));
        QCOMPARE(found.misfits[2].what, QStringLiteral("the value is empty"));
        QVERIFY(!found.isAmbiguous());

        // The list is bounded, its count is not.
        samples = withKeys(1000, [](int) { return QUuid::createUuid().toRfc4122(); });
        for (size_t i = 0; i < samples.size(); i += 5)
            samples[i].value = "{";
        const Inference many = inferSlot(samples);
        QCOMPARE(many.misfitCount, size_t(200));
        QCOMPARE(many.misfits.size(), Inference::MostMisfits);
        QVERIFY2(many.type().evidence.contains(QLatin1String("800 of 1,000 values are JSON objects")),
                 qPrintable(many.type().evidence));
    }

    void ambiguityIsShown()
    {
        const Inference found = inferSlot(withKeys(30, [](int i) {
            QByteArray time = bigEndian(1'500'000'000'000'000'000 + i * 3'600'000'000'001LL);
            std::reverse(time.begin(), time.end());
            return bigEndian(i) + time;
        }));
        QVERIFY(found.isAmbiguous());
        QCOMPARE(found.keys.front().type.name(), QStringLiteral("OidTimestamp"));
        QCOMPARE(found.keys[1].type.name(), QStringLiteral("Uint64Timestamp"));
        QCOMPARE(found.keys[1].type.timestampOrder(), ByteOrder::LittleEndian);
        QVERIFY(
            found.type().evidence.contains(QLatin1String("they could be Uint64Timestamp, little endian (")));
    }

    // And what it says of them is what the reference reads.
    void recordsOfTheReference()
    {
        const auto samples = dumpedSlots();
        int walked = 0;
        for (const Json &slot : vectorsIn(QStringLiteral("slots/expected-slots.json"), "slots")) {
            const auto found = samples.find(slotPrefix(slot["number"]));
            if (found == samples.end())
                continue;
            const SlotCodec codec(inferSlotType(found->second));
            for (const Json &sample : slot["samples"]) {
                const auto key = codec.decodeKey(fromHex(sample["key_hex"]));
                QVERIFY(key);
                QCOMPARE(keyNotation(*key), compact(sample["key"]));
                const QByteArray bytes = fromHex(sample["value_hex"]);
                const auto value = codec.decodeValue(bytes);
                QVERIFY(value);
                if (codec.type().value != ValueType::FlatBuffers) { // whose schema is not known here
                    // The reference leaves the calls of library types as they are; here some mean something.
                    if (compact(sample["value"]).contains("{\"call\":"))
                        continue;
                    if (value->kind() == Value::Kind::Set)
                        QCOMPARE(*value, *codec.valueFromNotation(compact(sample["value"])));
                    else
                        QCOMPARE(codec.valueNotation(*value), compact(sample["value"]));
                    QCOMPARE(codec.readOnlyReason(bytes), QString());
                    ++walked;
                }
            }
        }
        QVERIFY(walked > 20);
    }

    void evidenceInWords()
    {
        const SlotType type = inferSlotType(dumpedSlots().at(slotPrefix(1)));
        QCOMPARE(type.evidence,
                 QStringLiteral(
                     "200 of 200 values are CBOR maps; 200 of 200 keys are 16 bytes with UUID v4 bits"));
    }

    void keysOfManyTypes_data()
    {
        QTest::addColumn<QString>("expected");
        QTest::addColumn<std::vector<Sample>>("samples");
        const auto row = [](const char *name, const std::function<QByteArray(int)> &key) {
            QTest::newRow(name) << QString::fromLatin1(name) << withKeys(60, key);
        };
        const auto uuid = [] { return QUuid::createUuid().toRfc4122(); };
        const auto time = [](int i) {
            return bigEndian(1'577'836'800'000'000'000 + i * 86'400'123'456'789LL);
        };
        const auto text = [](int i) { return QByteArray("name ") + QByteArray::number(i * i); };
        row("Uuid", [=](int) { return uuid(); });
        row("UuidUuid", [=](int) { return uuid() + uuid(); });
        row("UuidUuidUuid", [=](int) { return uuid() + uuid() + uuid(); });
        row("UuidTimestamp", [=](int i) { return uuid() + time(i); });
        row("TimestampUuid", [=](int i) { return time(i) + uuid(); });
        row("UuidTimestampUuid", [=](int i) { return uuid() + time(i) + uuid(); });
        row("Timestamp", [=](int i) { return time(i); });
        row("TimestampString", [=](int i) { return time(i) + text(i); });
        row("StringTimestamp", [=](int i) { return text(i) + time(i); });
        row("OidString", [=](int i) { return bigEndian(i * 1'000'003LL) + text(i); });
        row("Oid", [=](int i) { return bigEndian(1'000'000'000'000 + i * 77'777'777LL); });
        row("OidOid", [=](int i) { return bigEndian(i) + bigEndian(qint64(i) * 3); });
        row("StringString", [=](int i) { return text(i) + '\0' + text(i + 1); });
        row("UuidString", [=](int i) { return uuid() + text(i); });
        row("SlotUuid", [=](int i) { return bigEndian(i + 1).right(2) + uuid(); });
        row("Bytes32", [=](int) { return randomBytes(32); });
        row("Bytes20", [=](int) { return randomBytes(20); });
        row("Bytes16", [=](int) { return randomBytes(16); });
        row("Bytes32Uuid", [=](int) { return randomBytes(32) + uuid(); });
        row("UuidBytes32", [=](int) { return uuid() + randomBytes(32); });
        row("Bytes20Timestamp", [=](int i) { return randomBytes(20) + time(i); });
        row("Bytes", [=](int i) { return randomBytes(11 + i % 5); });
    }
    void keysOfManyTypes()
    {
        QFETCH(QString, expected);
        QFETCH(std::vector<Sample>, samples);
        const SlotType type = inferSlotType(samples);
        QVERIFY2(type.key.name() == expected, qPrintable(type.evidence));
        QCOMPARE(type.key.timestampOrder(), ByteOrder::BigEndian);
        QCOMPARE(type.value, ValueType::Json);
    }

    void oldTimestampsAreLittleEndian()
    {
        const auto samples = withKeys(20, [](int i) {
            QByteArray time = bigEndian(1'500'000'000'000'000'000 + i * 3'600'000'000'000LL);
            std::reverse(time.begin(), time.end());
            return QUuid::createUuid().toRfc4122() + time;
        });
        const SlotType type = inferSlotType(samples);
        QCOMPARE(type.key.name(), QStringLiteral("UuidTimestamp"));
        QCOMPARE(type.key.timestampOrder(), ByteOrder::LittleEndian);
    }

    void someDamageDoesNotSpoilIt()
    {
        auto samples = dumpedSlots().at(slotPrefix(1));
        for (size_t i = 0; i < samples.size(); i += 20) {
            samples[i].value.chop(3);
            samples[i].key.chop(1);
        }
        const SlotType type = inferSlotType(samples);
        QCOMPARE(type.key.name(), QStringLiteral("Uuid"));
        QCOMPARE(type.value, ValueType::Cbor);
        QVERIFY(type.evidence.startsWith(QLatin1String("190 of 200 values are CBOR maps")));
        QVERIFY(type.confidence < 0.95);
    }

    void littleEvidenceIsLittleConfidence()
    {
        auto samples = dumpedSlots().at(slotPrefix(10));
        samples.resize(1);
        const double one = inferSlotType(samples).confidence;
        QVERIFY(one > 0 && one < 0.7);
        QCOMPARE(inferSlotType({}), SlotType());
        const SlotType noise =
            inferSlotType({{randomBytes(11), randomBytes(40)}, {randomBytes(3), randomBytes(7)}});
        QCOMPARE(noise.source, TypeSource::Unknown);
        QCOMPARE(noise.confidence, 0.0);
    }

    void wordsAndNumbersAreText()
    {
        std::vector<Sample> samples;
        for (const char *value : {"8080", "5", "true", "library", "x", ""})
            samples.push_back({"/config/" + QByteArray(value), value});
        QCOMPARE(inferSlotType(samples).value, ValueType::String);
    }

    // 'o' is the head of a CBOR text of 15 bytes, and just these follow.
    void aTextThatIsCborByAccidentIsText()
    {
        const QByteArray text("of the last slot");
        QCOMPARE(text.size(), 16);
        QCOMPARE(inferSlotType({{"last", text}}).value, ValueType::String);
        QCOMPARE(inferSlotType({{"one", text}, {"two", "8"}}).value, ValueType::String);
        // Where all do that, it is none.
        std::vector<Sample> samples;
        for (const char *word : {"shelf", "reading room", "b", "catalogue", "loan"}) {
            const QByteArray cbor = char(0x60 + qstrlen(word)) + QByteArray(word);
            samples.push_back({"/config/" + QByteArray(word), cbor});
        }
        QCOMPARE(inferSlotType(samples).value, ValueType::Cbor);
    }

    void valuesOfManyTypes_data()
    {
        QTest::addColumn<QByteArrayList>("values");
        QTest::addColumn<SlotType>("expected");
        const auto row = [](const QByteArray &name, const SlotType &expected,
                            const std::function<QByteArray(int)> &value) {
            QByteArrayList values;
            for (int i = 0; i < 40; ++i)
                values += value(i);
            QTest::newRow(name.constData()) << values << expected;
        };
        const auto uuid = [] { return QUuid::createUuid().toRfc4122(); };
        const auto time = [](int i) {
            return bigEndian(1'577'836'800'000'000'000 + i * 86'400'123'456'789LL);
        };
        const auto json = [](int i) {
            return "{\"number\":" + QByteArray::number(i)
                + ",\"name\":\"a name that is repeated, a name that is\"}";
        };
        const auto cbor = [](int i) {
            return "\xa2"
                   "dname"
                   "tsome text, some text"
                   "ai"
                + QByteArray(1, char(i % 24));
        };
        const auto compressed = [](Compression compression, const auto &plain) {
            return [=](int i) {
                const QByteArray bytes = plain(i);
                return compression == Compression::Zlib ? compressZlib(bytes) : compressSnappy(bytes);
            };
        };
        const auto text = [](int i) { return "text " + QByteArray::number(i * i * 7919); };
        row("Pickle", {.value = ValueType::Pickle},
            [=](int i) { return "\x80\x02}q" + QByteArray(1, '\0') + "K" + QByteArray(1, char(i)) + "Ns."; });
        row("Pickle, protocol 0", {.value = ValueType::Pickle},
            [](int i) { return "(dp0\nI" + QByteArray::number(i) + "\nI7\ns."; });
        row("Pickle5", {.value = ValueType::Pickle5},
            [](int i) { return QByteArray("\0\0\0\x05", 4) + "\x80\x05K" + QByteArray(1, char(i)) + '.'; });
        row("zlib Pickle", {.value = ValueType::Pickle, .compression = Compression::Zlib},
            [](int i) { return compressZlib("(dp0\nI" + QByteArray::number(i) + "\nI7\ns."); });
        row("sentences", {.value = ValueType::String, .otherValues = {ValueType::StringSet}},
            [](int i) { return "I" + QByteArray::number(i) + "\n."; });
        row("UuidSet", {.value = ValueType::UuidSet},
            [=](int i) { return i % 8 ? uuid() : uuid() + uuid(); });
        row("UuidSet of one", {.value = ValueType::Uuid, .otherValues = {ValueType::UuidSet}},
            [=](int) { return uuid(); });
        row("OidSet", {.value = ValueType::OidSet},
            [](int i) { return i % 9 ? bigEndian(i * 70000) : bigEndian(i + 1) + bigEndian(i * 3 + 1); });
        row("OidSet of one", {.value = ValueType::Oid, .otherValues = {ValueType::OidSet}},
            [](int i) { return bigEndian(i * 70000); });
        row("StringSet", {.value = ValueType::StringSet},
            [=](int i) { return text(i) + '\0' + text(i + 1); });
        row("Timestamp", {.value = ValueType::Timestamp}, [=](int i) { return time(i); });
        row("Timestamp, little endian",
            {.value = ValueType::Timestamp, .valueOrder = ByteOrder::LittleEndian}, [=](int i) {
                QByteArray bytes = time(i);
                std::reverse(bytes.begin(), bytes.end());
                return bytes;
            });
        row("Bytes20", {.value = ValueType::Bytes20, .otherValues = {ValueType::Binary}},
            [](int) { return randomBytes(20); });
        row("Bytes32", {.value = ValueType::Bytes32, .otherValues = {ValueType::Binary}},
            [](int) { return randomBytes(32); });
        row("Bytes20Timestamp", {.value = ValueType::Bytes20Timestamp},
            [=](int i) { return randomBytes(20) + time(i); });
        for (const auto compression : {Compression::Zlib, Compression::Snappy}) {
            const QByteArray name = compressionName(compression).toLatin1();
            row(name + " Json", {.value = ValueType::Json, .compression = compression},
                compressed(compression, json));
            row(name + " Cbor", {.value = ValueType::Cbor, .compression = compression},
                compressed(compression, cbor));
            row(name + " String",
                {.value = ValueType::String,
                 .compression = compression,
                 .otherValues = {ValueType::StringSet}},
                compressed(compression, text));
        }
        row("zlib of noise", {.compression = Compression::Zlib, .otherValues = {ValueType::Binary}},
            compressed(Compression::Zlib, [](int i) { return randomBytes(50 + i % 7); }));
        row("noise", {.otherValues = {ValueType::Binary}}, [](int i) { return randomBytes(50 + i % 7); });
    }
    void valuesOfManyTypes()
    {
        QFETCH(QByteArrayList, values);
        QFETCH(SlotType, expected);
        std::vector<Sample> samples;
        for (const QByteArray &value : values)
            samples.push_back({QUuid::createUuid().toRfc4122(), value});
        const SlotType type = inferSlotType(samples);
        const std::string what =
            (valueTypeName(type.value) + QLatin1String(": ") + type.evidence).toStdString();
        QVERIFY2(type.value == expected.value, what.c_str());
        QVERIFY2(type.compression == expected.compression, what.c_str());
        QVERIFY2(type.valueOrder == expected.valueOrder, what.c_str());
        QVERIFY2(type.otherValues == expected.otherValues, what.c_str());
        for (const ValueType other : expected.otherValues)
            QVERIFY2(type.evidence.contains(valueTypeName(other)), what.c_str());
    }

    void emptyValuesSayNothing()
    {
        const SlotType type = inferSlotType({{bigEndian(1), {}}, {bigEndian(2), {}}});
        QCOMPARE(type.value, ValueType::Unknown);
        QCOMPARE(type.key.name(), QStringLiteral("Oid"));
    }

    /// A few very large ones among them are not all decoded.
    void largeValuesDoNotCostTheirSize()
    {
        auto samples = dumpedSlots().at(slotPrefix(1));
        const auto infer = [&samples] {
            QCOMPARE(inferSlotType(samples).key.name(), QStringLiteral("Uuid"));
        };
        const qint64 small = fastestOf(infer);
        for (size_t i = 0; i < 5; ++i)
            samples[i].value = QByteArray(1'400'000, '\0');
        const qint64 large = fastestOf(infer);
        QVERIFY2(large < 40 * small, qPrintable(QStringLiteral("%1 ns, %2 ns").arg(small).arg(large)));
    }

    void plainKeys()
    {
        QVERIFY(looksLikePlainKeys({"/config/a", "plain", "ключ"}));
        QVERIFY(!looksLikePlainKeys({"/config/a", QByteArray("\0\1a", 3)}));
        QVERIFY(!looksLikePlainKeys({}));
    }
};

QTEST_GUILESS_MAIN(TestInference)
#include "tst_inference.moc"
