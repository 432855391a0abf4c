// SPDX-License-Identifier: GPL-3.0-or-later
//
// Walks all of the reference's values: they are shown as it says, and written as they were. (Keys:
// tst_keytype; whole FlatBuffers: tst_flatbuffers; the exceptions: tests/support/vectorexceptions.h.)
#include "core/codec/flatbuffers/flatschema.h"
#include "core/codec/pickle.h"
#include "core/pmap/mapclass.h"
#include "core/pmap/slottype.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectorexceptions.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

using Plain = nlohmann::json;

// Sets in one order, members of objects by name: what they mean, not how they are written.
Plain normalized(Plain json)
{
    if (!json.is_structured()) // nlohmann lets a scalar iterate over itself
        return json;
    for (auto &child : json)
        child = normalized(child);
    if (json.is_object() && json.contains("buffer"))
        json.erase(std::string(UncomparedMember));
    for (const char *name : {"set", "frozenset"}) {
        if (json.is_object() && json.contains(name) && json[name].is_array())
            std::sort(json[name].begin(), json[name].end());
    }
    return json;
}

Plain meaningOf(const QByteArray &notation)
{
    return normalized(Plain::parse(notation.toStdString()));
}

// {"nested_lists": n, "inside": …} and the like: containers of one element each.
bool isChain(const Value &value, const Json &expected)
{
    const Value *node = &value;
    const std::string what = expected.begin().key();
    for (int depth = expected.begin().value(); depth > 0; --depth) {
        if (what == "nested_maps" && node->kind() == Value::Kind::Map && node->members().size() == 1)
            node = &node->members().front().value;
        else if (what != "nested_maps" && node->items().size() == 1
                 && node->kind() == (what == "nested_tuples" ? Value::Kind::Tuple : Value::Kind::Array))
            node = &node->items().front();
        else
            return false;
    }
    return meaningOf(toNotation(*node)) == meaningOf(compact(expected["inside"]));
}

// Empty, or how the value differs from what the reference says.
std::string difference(const SlotCodec &codec, const Value &value, const Json &expected,
                       const std::string &hex)
{
    if (const VectorException *exception = exceptionFor(hex)) {
        const QByteArray shown = toNotation(value);
        return shown == QByteArray::fromStdString(std::string(exception->notation)) ? ""
                                                                                    : shown.toStdString();
    }
    if (expected.is_object() && expected.contains("inside"))
        return isChain(value, expected) ? "" : "not the chain";
    const QByteArray notation = codec.valueNotation(value);
    return meaningOf(notation) == meaningOf(compact(expected)) ? "" : notation.toStdString();
}

SlotCodec codecFor(ValueType type)
{
    return SlotCodec({.value = type}, 0);
}

SlotCodec flatCodec(const Json &schema, const Json &root)
{
    SlotType type;
    type.value = ValueType::FlatBuffers;
    type.flatBuffers.schema = FlatSchema::load(dataFile(QString::fromStdString(schema))).value();
    type.flatBuffers.root = QString::fromStdString(root);
    return SlotCodec(type, 0);
}

SlotCodec codecFor(const QString &type)
{
    return codecFor(valueTypeFromName(type).value_or(ValueType::Unknown));
}

// The law that holds for everything that can be read.
std::string brokenNotation(const SlotCodec &codec, const Value &value)
{
    const auto again = codec.valueFromNotation(codec.valueNotation(value));
    if (!again)
        return "its notation cannot be read: " + again.error().what.toStdString();
    return *again == value ? "" : "its notation reads as something else";
}

// And for what can be written: the bytes come back.
std::string brokenLaw(const SlotCodec &codec, const Value &value, const QByteArray &bytes)
{
    if (std::string broken = brokenNotation(codec, value); !broken.empty())
        return broken;
    const auto written = codec.encodeValue(value, bytes);
    if (!written)
        return "it cannot be written: " + written.error().what.toStdString();
    return *written == bytes ? "" : "it is written as " + written->toHex().toStdString();
}

struct Walk
{
    size_t values = 0;
    size_t readOnly = 0;
};

// One value, as `expected` says. Its bytes come back, or the codec says why not.
std::string walked(const SlotCodec &codec, const Json &vector, const Json &expected, Walk *walk)
{
    const QByteArray bytes = fromHex(vector["hex"]);
    const auto value = codec.decodeValue(bytes);
    if (!value)
        return value.error().what.toStdString();
    ++walk->values;
    std::string wrong = difference(codec, *value, expected, vector["hex"]);
    if (!wrong.empty())
        return wrong;
    if (codec.readOnlyReason(bytes).isEmpty())
        return brokenLaw(codec, *value, bytes);
    ++walk->readOnly;
    return brokenNotation(codec, *value);
}

// What `expect` says of bytes that are not as they should be.
std::string unexpected(const SlotCodec &codec, const Json &vector)
{
    const QByteArray bytes = fromHex(vector["hex"]);
    const std::string expect = vector["expect"];
    const auto value = codec.decodeValue(bytes);
    const bool either = expect == "no-crash" || expect == "value-or-error" || expect == "error-or-opaque";
    if (!value) {
        const DecodeError &error = value.error();
        if (error.what.isEmpty() || error.offset < -1 || error.offset > bytes.size())
            return "an error of nothing, or outside";
        if (codec.readOnlyReason(bytes).isEmpty())
            return "it may be edited";
        if (expect == "value-then-trailing")
            return error.readSoFar ? "" : "the value in front is not shown";
        return either || expect == "error" || expect == "no-bytes" ? "" : error.what.toStdString();
    }
    if (either)
        return "";
    if (expect == "show-as-tag")
        return value->kind() == Value::Kind::Tag ? brokenLaw(codec, *value, bytes) : "no tag";
    if (expect == "opaque")
        return meaningOf(toNotation(*value)) == meaningOf(compact(vector["tree"])) ? "" : "another tree";
    if (expect.starts_with("bounded"))
        return toNotation(*value).size() < 1'000'000 ? "" : "not bounded";
    return "it is taken: " + codec.valueNotation(*value).toStdString();
}

QString file(const char *name)
{
    return QLatin1String(name);
}

} // namespace

// A helper, as QVERIFY2 shows no std::string.
#define VERIFY_NOTHING(text, vector)                                                                         \
    do {                                                                                                     \
        const std::string wrong_ = text;                                                                     \
        QVERIFY2(wrong_.empty(), (wrong_ + "\n" + (vector).dump().substr(0, 900)).c_str());                  \
    } while (false)

class TestVectors : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void simpleAndOtherValues()
    {
        Walk walk;
        size_t keys = 0;
        for (const Json &vector : vectorsIn(file("codec-vectors.json"), "vectors")) {
            if (vector["kind"] == "key") {
                ++keys;
                continue;
            }
            const QString type = QString::fromStdString(vector["type"]);
            const SlotCodec codec = type == QLatin1String("FlatBuffers")
                ? flatCodec(vector["schema"], vector["root_type"])
                : codecFor(type);
            QVERIFY2(codec.type().value != ValueType::Unknown, qPrintable(type));
            const Json expected = vector.contains("decoded") ? vector["decoded"] : vector["native"];
            VERIFY_NOTHING(walked(codec, vector, expected, &walk), vector);
            VERIFY_NOTHING(writtenFromNative(codec, vector), vector);
        }
        QCOMPARE(walk.values + keys, size_t(757));
        QCOMPARE(walk.readOnly, size_t(0));
    }

    void nativesThatAreRefused()
    {
        size_t count = 0;
        for (const Json &vector : vectorsIn(file("codec-vectors.json"), "rejected")) {
            if (vector["kind"] == "key")
                continue;
            const SlotCodec codec = codecFor(QString::fromStdString(vector["type"]));
            const auto native = codec.valueFromNotation(compact(vector["native"]));
            const auto written = native ? codec.encodeValue(*native) : Unexpected {EncodeError {}};
            QVERIFY2(!written, vector.dump().c_str());
            ++count;
        }
        QCOMPARE(count, size_t(16));
    }

    void malformed_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("list");
        QTest::addColumn<QString>("type"); // else every entry says it
        QTest::addColumn<int>("count");
        const auto row = [](const char *name, const char *list, const char *type, int count) {
            QTest::addRow("%s %s", name, list) << file(name) << file(list) << file(type) << count;
        };
        row("codec-vectors.json", "malformed", "", 27);
        row("cbor-vectors.json", "malformed", "Cbor", 24);
        row("json-vectors.json", "malformed", "Json", 10);
        row("pickle-vectors.json", "hostile", "Pickle", 17);
    }
    void malformed()
    {
        QFETCH(QString, name);
        QFETCH(QString, list);
        QFETCH(QString, type);
        int walked = 0;
        for (const Json &vector : vectorsIn(name, list.toLatin1().constData())) {
            if (vector.value("kind", "value") == "key")
                continue;
            const SlotCodec codec = codecFor(type.isEmpty() ? QString::fromStdString(vector["type"]) : type);
            VERIFY_NOTHING(unexpected(codec, vector), vector);
            ++walked;
        }
        QTEST(walked, "count");
    }

    void cborAndJson()
    {
        for (const auto &[name, type, count] :
             {std::tuple("cbor-vectors.json", ValueType::Cbor, size_t(121)),
              std::tuple("json-vectors.json", ValueType::Json, size_t(25))}) {
            Walk walk;
            for (const Json &vector : vectorsIn(file(name), "vectors")) {
                const char *expected = vector.contains("all_pairs") ? "all_pairs" : "native";
                VERIFY_NOTHING(walked(codecFor(type), vector, vector[expected], &walk), vector);
            }
            QCOMPARE(walk.values, count);
            QCOMPARE(walk.readOnly, size_t(0));
        }
    }

    void pickles()
    {
        Walk walk;
        size_t plain = 0;
        for (const char *list : {"vectors", "zlmdb"}) {
            for (const Json &vector : vectorsIn(file("pickle-vectors.json"), list)) {
                const bool five = vector.value("type", "Pickle") == "Pickle5";
                const SlotCodec codec = codecFor(five ? ValueType::Pickle5 : ValueType::Pickle);
                const QByteArray bytes = fromHex(vector["hex"]);
                plain += vector["plain"] ? 1 : 0;
                if (vector["plain"]) {
                    VERIFY_NOTHING(walked(codec, vector, vector["value"], &walk), vector);
                    continue;
                }
                // What would be called, and shown as what it means in the usual reading.
                const auto tree = five ? decodePickle5Verbatim(bytes) : decodePickleVerbatim(bytes);
                QVERIFY2(tree, vector.dump().c_str());
                VERIFY_NOTHING(difference(codec, *tree, vector["tree"], vector["hex"]), vector);
                const auto value = codec.decodeValue(bytes);
                QVERIFY2(value, vector.dump().c_str());
                ++walk.values;
                const bool writable = codec.readOnlyReason(bytes).isEmpty();
                VERIFY_NOTHING(writable ? brokenLaw(codec, *value, bytes) : brokenNotation(codec, *value),
                               vector);
                VERIFY_NOTHING(brokenNotation(codec, *tree), vector);
            }
        }
        QCOMPARE(walk.values, size_t(228 + 14));
        QVERIFY(plain >= 161);
    }

    void classNames()
    {
        const auto classes = vectorsIn(file("map-classes.json"), "classes");
        for (const Json &entry : classes) {
            const auto parsed = parseMapClass(QString::fromStdString(entry["class"]));
            QVERIFY2(parsed, entry.dump().c_str());
            QCOMPARE(parsed->keyType.toStdString(), entry["key"].get<std::string>());
            QCOMPARE(parsed->valueType.toStdString(), entry["value"].get<std::string>());
        }
        QCOMPARE(classes.size(), size_t(83));
    }

    void slotSamples_data()
    {
        QTest::addColumn<QString>("expectedFile");
        QTest::addColumn<QString>("dumpFile");
        QTest::addColumn<int>("keys");
        QTest::newRow("library") << file("slots/expected-slots.json") << file("slots/slots-dump.jsonl")
                                 << 897;
        QTest::newRow("examples") << file("slots/examples-expected.json") << file("slots/examples-dump.jsonl")
                                  << 28;
    }
    void slotSamples()
    {
        QFETCH(QString, expectedFile);
        QFETCH(QString, dumpFile);
        QFETCH(int, keys);
        const Json expected = readVectors(expectedFile);
        const std::vector<Json> dump = readLines(dumpFile);
        QCOMPARE(int(dump.size()), keys);
        int samples = 0;
        for (const char *list : {"slots", "unnamed_slots"}) {
            for (const Json &slot : expected[list]) {
                const SlotCodec codec = codecOf(slot.contains("written_as") ? slot["written_as"] : slot);
                for (const Json &sample : slot["samples"]) {
                    const auto parts = codec.decodeKey(fromHex(sample["key_hex"]));
                    QVERIFY2(parts, sample.dump().c_str());
                    QCOMPARE(meaningOf(keyNotation(*parts)), meaningOf(compact(sample["key"])));
                    const auto value = codec.decodeValue(fromHex(sample["value_hex"]));
                    QVERIFY2(value, sample.dump().c_str());
                    // Well-known types are described by the call that makes them.
                    const auto tree =
                        decodePickleVerbatim(codec.decompressed(fromHex(sample["value_hex"])).value());
                    const bool isTree = codec.type().value == ValueType::Pickle && tree
                        && difference(codec, *tree, sample["value"], {}).empty();
                    if (!isTree)
                        VERIFY_NOTHING(difference(codec, *value, sample["value"], {}), sample);
                    ++samples;
                }
                VERIFY_NOTHING(everyRecordOf(slot, codec, dump), slot);
            }
        }
        QVERIFY(samples > 0);
    }

private:
    // What the reference wrote for the native, we write too. (JSON has only texts for names.)
    static std::string writtenFromNative(const SlotCodec &codec, const Json &vector)
    {
        if (vector.value("note", "").find("keys that are not strings") != std::string::npos)
            return "";
        const auto native = codec.valueFromNotation(compact(vector["native"]));
        if (!native)
            return "the native cannot be read: " + native.error().what.toStdString();
        const auto written = codec.encodeValue(*native);
        const QByteArray bytes = fromHex(vector["hex"]);
        if (!written)
            return "the native cannot be written: " + written.error().what.toStdString();
        // The order of elements means nothing, nor does the layout of a buffer.
        const bool same = native->kind() == Value::Kind::Set || codec.type().value == ValueType::FlatBuffers
            ? codec.decodeValue(*written).value() == codec.decodeValue(bytes).value()
            : *written == bytes;
        return same ? "" : "the native is written as " + written->toHex().toStdString();
    }

    static SlotCodec codecOf(const Json &slot)
    {
        SlotType type;
        type.key = KeyType::parse(QString::fromStdString(slot["key_type"])).value();
        type.value = valueTypeFromName(QString::fromStdString(slot["value_type"])).value();
        type.compression = compressionFromName(QString::fromStdString(slot["compression"])).value();
        if (type.value == ValueType::FlatBuffers) // the dump has one such slot
            type.flatBuffers = flatCodec("flatbuffers/book.bfbs", "library.Book").type().flatBuffers;
        return SlotCodec(type);
    }

    static std::string everyRecordOf(const Json &slot, const SlotCodec &codec, const std::vector<Json> &dump)
    {
        const int number = slot["number"];
        size_t count = 0;
        for (const Json &line : dump) {
            const QByteArray key = fromHex(line["key"]);
            const QByteArray value = fromHex(line["value"]);
            if (key.size() < 2 || quint8(key[0]) * 256 + quint8(key[1]) != number)
                continue;
            ++count;
            const auto parts = codec.decodeKey(key);
            const auto written = parts ? codec.encodeKey(key.left(2), *parts) : Unexpected {EncodeError {}};
            if (!written || *written != key)
                return "a key does not come back: " + key.toHex().toStdString();
            const auto decoded = codec.decodeValue(value);
            // Pickles of the application's own classes are shown only.
            if (codec.type().value == ValueType::Pickle && codec.readOnlyReason(value).size() && decoded)
                continue;
            if (!decoded || brokenLaw(codec, *decoded, value).size())
                return "a value does not come back: " + value.toHex().toStdString();
        }
        return count == slot["record_count"] ? "" : "another number of records";
    }
};

QTEST_GUILESS_MAIN(TestVectors)
#include "tst_vectors.moc"
