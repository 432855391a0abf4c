// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/seeds.h"

#include "core/codec/compression.h"
#include "core/edit/draft.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/support/vectors.h"

namespace slotscope::fuzz {

using namespace core;
using test::Json;

namespace {

// What the gateway's replies are made of.
const QByteArray header =
    R"("header":{"cluster_id":"14841639068965178418","member_id":"10276657743932975437",)"
    R"("revision":"42","raft_term":"7"})";
const QByteArray kv =
    R"({"key":"AAE=","create_revision":"5","mod_revision":"9","version":"3","value":"oWFhAQ==",)"
    R"("lease":"7587862094650195208"})";
const QByteArray range = '{' + header + R"(,"kvs":[)" + kv + ',' + kv + R"(],"more":true,"count":"2"})";

/// Of files that are long, so that making seeds stays quick.
constexpr qsizetype LongestSeed = 4096;

/// `hex` of every entry of a list.
void addHex(Seeds &seeds, const char *file, const char *list)
{
    for (const Json &entry : test::vectorsIn(QLatin1String(file), list)) {
        const QByteArray bytes = test::fromHex(entry["hex"]);
        if (bytes.size() <= LongestSeed)
            seeds.push_back(bytes);
    }
}

/// `hex` of codec-vectors.json's entries of a type.
void addOfType(Seeds &seeds, const char *type, const char *list = "vectors")
{
    for (const Json &entry : test::vectorsIn(QStringLiteral("codec-vectors.json"), list)) {
        if (entry["kind"] == "value" && entry["type"] == type)
            seeds.push_back(test::fromHex(entry["hex"]));
    }
}

/// The entries of a kind, each behind the number of its type.
Seeds behindTheirType(const char *kind, const std::function<std::optional<size_t>(const QString &)> &numberOf)
{
    Seeds seeds;
    for (const char *list : {"vectors", "malformed"}) {
        for (const Json &entry : test::vectorsIn(QStringLiteral("codec-vectors.json"), list)) {
            if (entry["kind"] != kind)
                continue;
            if (const auto number = numberOf(QString::fromStdString(entry["type"])))
                seeds.push_back(char(*number) + test::fromHex(entry["hex"]));
        }
    }
    return seeds;
}

template <typename T>
std::optional<size_t> placeOf(const std::vector<T> &list, const T &wanted)
{
    const auto found = std::find(list.begin(), list.end(), wanted);
    return found == list.end() ? std::nullopt : std::optional(size_t(found - list.begin()));
}

QByteArray flatFile(const Json &name)
{
    return test::dataBytes(QStringLiteral("flatbuffers/") + QString::fromStdString(name));
}

struct Record
{
    QByteArray key;
    QByteArray value;
};

std::vector<Record> dumped()
{
    std::vector<Record> records;
    for (const Json &line : test::readLines(QStringLiteral("slots/slots-dump.jsonl")))
        records.push_back({test::fromHex(line["key"]), test::fromHex(line["value"])});
    return records;
}

} // namespace

Seeds scalarSeeds()
{
    return behindTheirType("value", [](const QString &name) -> std::optional<size_t> {
        const auto type = valueTypeFromName(name);
        return type ? placeOf(simpleTypes(), *type) : std::nullopt;
    });
}

Seeds keySeeds()
{
    return behindTheirType("key", [](const QString &name) -> std::optional<size_t> {
        const auto type = KeyType::parse(name);
        return type ? placeOf(keyTypes(), *type) : std::nullopt;
    });
}

Seeds notationSeeds()
{
    Seeds seeds;
    for (const char *file : {"cbor-vectors.json", "json-vectors.json", "codec-vectors.json"}) {
        for (const Json &entry : test::vectorsIn(QLatin1String(file), "vectors")) {
            const QByteArray text = test::compact(entry["native"]);
            if (text.size() <= LongestSeed)
                seeds.push_back(text);
        }
    }
    for (const Json &entry : test::vectorsIn(QStringLiteral("pickle-vectors.json"), "vectors")) {
        const QByteArray text = test::compact(entry["plain"] ? entry["value"] : entry["tree"]);
        if (text.size() <= LongestSeed)
            seeds.push_back(text);
    }
    return seeds;
}

Seeds pathSeeds()
{
    return {"birthday.year", "tags[0]", "[{7}]", "name#2", "\"a.b\"[{-1}].x", "[{\"hex\":\"00\"}]#3.y[2]"};
}

Seeds jsonSeeds()
{
    Seeds seeds;
    addHex(seeds, "json-vectors.json", "vectors");
    addHex(seeds, "json-vectors.json", "malformed");
    addOfType(seeds, "Json");
    addOfType(seeds, "Json", "malformed");
    return seeds;
}

Seeds cborSeeds()
{
    Seeds seeds;
    addHex(seeds, "cbor-vectors.json", "vectors");
    addHex(seeds, "cbor-vectors.json", "malformed");
    addOfType(seeds, "Cbor");
    return seeds;
}

Seeds pickleSeeds()
{
    Seeds seeds;
    addHex(seeds, "pickle-vectors.json", "vectors");
    addHex(seeds, "pickle-vectors.json", "hostile");
    addOfType(seeds, "Pickle");
    // Scalars of numpy, a zone, a fold, and an object of a program that shares a list with what is beside it.
    for (const char *hex :
         {"80049567000000000000008c156e756d70792e636f72652e6d756c74696172726179948c067363616c61729493"
          "948c056e756d7079948c0564747970659493948c02553394898887945294284b038c013c944e4e4e4b0c4b044b"
          "08749462430c5a0000006f000000eb00000094869452942e",
          "8004957a000000000000008c156e756d70792e636f72652e6d756c74696172726179948c067363616c61729493"
          "948c056e756d7079948c0564747970659493948c026d3894898887945294284b048c013c944e4e4e4affffffff"
          "4affffffff4b007d9428430168944b014b014b01749486947494624308050000000000000094869452942e",
          "8004957a000000000000008c156e756d70792e636f72652e6d756c74696172726179948c067363616c61729493"
          "948c056e756d7079948c0564747970659493948c024d3894898887945294284b048c013c944e4e4e4affffffff"
          "4affffffff4b007d942843014d944b014b014b01749486947494624308feffffffffffffff94869452942e",
          "80049569000000000000008c156e756d70792e636f72652e6d756c74696172726179948c067363616c61729493"
          "948c056e756d7079948c0564747970659493948c02633894898887945294284b038c013c944e4e4e4affffffff"
          "4affffffff4b0074946243080000803f000000c094869452942e",
          "80049563000000000000008c156e756d70792e636f72652e6d756c74696172726179948c067363616c61729493"
          "948c056e756d7079948c0564747970659493948c02663294898887945294284b038c013c944e4e4e4affffffff"
          "4affffffff4b007494624302003e94869452942e",
          "8002636461746574696d650a6461746574696d650a7100635f636f646563730a656e636f64650a7101580b0000"
          "0007c3a40a19021e00000000710258060000006c6174696e317103867104527105635f5f6275696c74696e5f5f"
          "0a676574617474720a7106637a6f6e65696e666f0a5a6f6e65496e666f0a710758090000005f756e7069636b6c"
          "65710886710952710a580d0000004575726f70652f4265726c696e710b4b0186710c52710d86710e52710f2e",
          "80049557000000000000008c086461746574696d65948c086461746574696d65949394430a07e48a19021e0000"
          "00009468008c0874696d657a6f6e6594939468008c0974696d6564656c74619493944b004b004b008794529485"
          "945294869452942e",
          "80027d2858010000006c5d710158010000007871026158010000006f6361636d652e6d6f64656c730a506f696e"
          "740a29817d285801000000786801756258010000006e6802752e"})
        seeds.push_back(QByteArray::fromHex(hex));
    return seeds;
}

Seeds pickle5Seeds()
{
    Seeds seeds;
    for (const Json &entry : test::vectorsIn(QStringLiteral("pickle-vectors.json"), "zlmdb")) {
        if (entry["type"] == "Pickle5")
            seeds.push_back(test::fromHex(entry["hex"]));
    }
    addOfType(seeds, "Pickle5");
    addOfType(seeds, "Pickle5", "malformed");
    return seeds;
}

Seeds mergeSeeds()
{
    Seeds seeds;
    char type = 0; // in the order of checkMerge()
    for (const Seeds &some : {jsonSeeds(), cborSeeds(), pickleSeeds()}) {
        for (const QByteArray &bytes : some) {
            if (bytes.size() <= 500)
                seeds.push_back(type + bytes);
        }
        ++type;
    }
    return seeds;
}

Seeds flatBuffersSeeds()
{
    Seeds seeds;
    const Json index = test::readVectors(QStringLiteral("flatbuffers/index.json"));
    size_t number = 0;
    for (const Json &schema : index["schemas"]) {
        ++number; // 0 is without a schema
        for (const Json &entry : schema["buffers"]) {
            const QByteArray buffer = flatFile(entry["bin"]);
            seeds.push_back(char(number) + buffer);
            seeds.push_back('\0' + buffer);
        }
        for (const Json &entry : index["corrupt"]) {
            if (entry["schema"] == schema["bfbs"])
                seeds.push_back(char(number) + flatFile(entry["file"]));
        }
    }
    return seeds;
}

Seeds flatSchemaTextSeeds()
{
    Seeds seeds;
    for (const Json &schema : test::vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas"))
        seeds.push_back(flatFile(schema["schema"]));
    return seeds;
}

Seeds flatSchemaBinarySeeds()
{
    Seeds seeds;
    for (const Json &schema : test::vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas"))
        seeds.push_back(flatFile(schema["bfbs"]));
    return seeds;
}

Seeds schemaFileSeeds()
{
    return {test::dataBytes(QStringLiteral("schema/example.json")),
            test::dataBytes(QStringLiteral("schema/unknown-members.json"))};
}

Seeds yamlSeeds()
{
    return {"slots:\n  - index: 100\n    name: users\n    key: uuid\n    value: cbor\n    schema: user\n"
            "    description: |\n      two\n      lines\n  - {index: 101, name: 'a b', key: string, value: "
            "oid}\n",
            "a: &x [1, 2]\nb: *x\n<<: {c: !!str 5}\n---\nsecond: document\n"};
}

Seeds zlibSeeds()
{
    Seeds seeds;
    for (const QByteArray &plain : cborSeeds())
        seeds.push_back(compressZlib(plain));
    // "stored" blocks with a small window, and one that asks for a dictionary
    seeds.push_back(QByteArray::fromHex("7801000100feff61010100feff62012600c4"));
    seeds.push_back(QByteArray::fromHex("18d34b04000062006200000000"));
    seeds.push_back(QByteArray::fromHex("78bb00000001"));
    return seeds;
}

Seeds snappySeeds()
{
    Seeds seeds;
    for (const QByteArray &plain : cborSeeds())
        seeds.push_back(compressSnappy(plain));
    seeds.push_back(compressSnappy(QByteArray(3000, 'x')));
    seeds.push_back(QByteArray::fromHex("ffffffff0f00"));
    return seeds;
}

Seeds compressedSeeds()
{
    Seeds seeds;
    for (const Json &entry : test::vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
        if (entry["kind"] != "value")
            continue;
        const auto type = valueTypeFromName(QString::fromStdString(entry["type"]));
        const auto place = type ? placeOf(allValueTypes(), *type) : std::nullopt;
        if (!place)
            continue;
        const QByteArray plain = test::fromHex(entry["hex"]);
        seeds.push_back(char(2 * *place + 1) + compressZlib(plain));
        seeds.push_back(char(2 * *place) + compressSnappy(plain));
    }
    return seeds;
}

Seeds catalogueSeeds()
{
    Seeds seeds;
    for (const Record &record : dumped()) {
        if (record.key.size() == 4 && record.key.startsWith(QByteArray(2, '\0')))
            seeds.push_back(record.key.sliced(2) + record.value);
    }
    return seeds;
}

Seeds inferenceSeeds()
{
    constexpr qsizetype LongestPart = 255;
    Seeds seeds;
    QByteArray prefix;
    QByteArray samples;
    for (const Record &record : dumped()) {
        if (record.key.left(2) != prefix || samples.size() > LongestSeed / 2) {
            if (!samples.isEmpty())
                seeds.push_back(samples);
            prefix = record.key.left(2);
            samples.clear();
        }
        const QByteArray key = record.key.mid(2);
        if (key.size() <= LongestPart && record.value.size() <= LongestPart)
            samples += char(key.size()) + key + char(record.value.size()) + record.value;
    }
    seeds.push_back(samples);
    return seeds;
}

Seeds gatewaySeeds()
{
    return {
        '\0' + range,
        '\1' + QByteArray('{' + header + R"(,"prev_kv":)" + kv + '}'),
        '\2' + QByteArray('{' + header + R"(,"deleted":"1","prev_kvs":[)" + kv + "]}"),
        '\3'
            + QByteArray('{' + header + R"(,"succeeded":true,"responses":[{"response_range":)" + range
                         + R"(},{"response_put":{}},{"response_delete_range":{}},{"response_txn":{}}]})"),
        '\4' + QByteArray('{' + header + '}'),
        '\5'
            + QByteArray('{' + header
                         + R"(,"version":"3.4.23","dbSize":"24576","leader":"1","raftIndex":"9"})"),
        '\6' + QByteArray('{' + header + R"(,"ID":"7587862094650195208","TTL":"60"})"),
        '\7'
            + QByteArray('{' + header
                         + R"(,"ID":"7587862094650195208","TTL":"60","grantedTTL":"60","keys":["YQ=="]})"),
        '\10' + QByteArray(R"({"etcdserver":"3.4.23","etcdcluster":"3.4.0"})"),
        '\11' + QByteArray(R"({"result":{)" + header + R"(,"watch_id":"1","created":true}})"),
        '\11'
            + QByteArray(R"({"result":{)" + header + R"(,"events":[{"type":"DELETE","kv":)" + kv
                         + R"(,"prev_kv":)" + kv + R"(}],"fragment":true}})"),
        '\11'
            + QByteArray(R"({"result":{)" + header
                         + R"(,"canceled":true,"compact_revision":"7","cancel_reason":"x"}})"),
        '\11'
            + QByteArray(
                R"({"error":{"grpc_code":14,"http_code":503,"message":"no leader","http_status":"x"}})"),
        '\12' + QByteArray(R"({"error":"etcdserver: mvcc: required revision has been compacted","code":11})"),
        '\12' + QByteArray("<html><body>502</body></html>"),
    };
}

Seeds lineSeeds()
{
    return {QByteArray("\x40{\"a\":1}\n{\"b\":2}\r\n\n\r\n{}\nrest"), QByteArray("\x05too long a line\nx\n"),
            QByteArray("\xff\r\r\n\n")};
}

Seeds rowReplySeeds()
{
    const auto field = [](int number, const QByteArray &bytes) {
        return QByteArray(1, char(number << 3 | 2)) + char(bytes.size()) + bytes;
    };
    const QByteArray head("\x08\x2a\x10\x07\x18\x2a\x20\x01", 8);
    const QByteArray row =
        field(1, "key") + QByteArray("\x10\x05\x18\x09\x20\x03", 6) + field(5, "value") + "\x30\x7f";
    return {
        '\1' + range,
        '\1' + QByteArray('{' + header + R"(,"kvs":[{"key":"YQ","value":"\u0059Q=="}],"later":[1e5]})"),
        '\1' + QByteArray('{' + header + '}'),
        '\2' + field(1, head) + field(2, row) + field(2, row) + QByteArray("\x18\x01\x20\x02", 4),
        '\2' + field(2, {}) + field(1, head) + field(9, "later"),
    };
}

Seeds draftSeeds()
{
    const Change update {.key = "\0\1key",
                         .value = "mine",
                         .base = {true, "before", Revision(7), LeaseId(3)},
                         .conflict = KeyState {true, "theirs", Revision(9), {}},
                         .lease = {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(60)},
                         .mergedAt = Revision(8)};
    const Change removal {
        .key = "gone", .kind = Change::Kind::Delete, .base = {true, "x", Revision(2), {}}, .partner = "new"};
    const auto withoutSums = [](const QByteArray &draft) {
        QByteArray text;
        for (const QByteArray &line : draft.split('\n'))
            text += line.isEmpty() ? QByteArray() : line.mid(9) + '\n';
        return text;
    };
    const QByteArray header = writeDraftHeader({QStringLiteral("http://127.0.0.1:2379"), 42, {}});
    const QByteArray staged = writeDraftStep(
        {.set = {update, removal}, .guards = std::vector<Guard> {{"seen", {}, {}}}, .sent = true});
    return {withoutSums(header), withoutSums(header + staged),
            withoutSums(header + staged + writeDraftStep({.drop = {update.key, "other"}, .sent = false})),
            withoutSums(header + staged) + "torn"};
}

Seeds scriptSeeds()
{
    const auto script = [](const QByteArray &operations) {
        return "{\"slotscopeEdit\": 1,\n \"operations\": [" + operations + "]}";
    };
    return {
        script(R"({"op": "put", "slot": "Users", "key": "x", "value": {"n": 1.50}, "lease": {"ttl": 60}})"),
        script(R"({"op": "put", "keyHex": "0x0005FF", "valueHex": "", "modRevision": "9007199254740993"})"),
        script(R"({"op": "change", "slot": 7, "key": [1, {"uuid": "x"}], "lease": {"id": "0x2a"}, "fields": [
            {"set": "a.b[0]", "value": 1}, {"remove": "c"}, {"append": "", "value": null},
            {"rename": "d", "to": {"int": "7"}}]})"),
        script(R"({"op": "delete", "key": "a"}, {"op": "part", "name": "b"},
            {"op": "rename", "slot": "U", "key": "x", "to": "y"})"),
        script(R"({"op": "lease", "slot": "U", "key": "x", "lease": "none"}, {"op": "guard", "key": "x"})"),
        "{\n\"slotscopeEdit\": 2}",
    };
}

Seeds rowSourceSeeds()
{
    return {
        '\0' + QByteArray("name,address.city\r\n\"a \"\"b\"\"\",\"two\nlines\"\r\n,\r\n\"open"),
        '\2' + QByteArray("name\tage\nx\t1\n"),
        '\3' + QByteArray(R"([{"name": "x", "address": {"city": null}}, {"age": 1e2}, 7])"),
        '\4' + QByteArray("{\"name\": \"x\"}\n\n{\"name\": [1, {}]}\noops\n"),
    };
}

} // namespace slotscope::fuzz
