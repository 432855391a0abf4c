// SPDX-License-Identifier: GPL-3.0-or-later
//
// FlatBuffers with and without their schemas, and files of schemas.
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/schemafile.h"
#include "core/pmap/schemaimport.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

namespace slotscope::fuzz {

using namespace core;

namespace {

Complaint checkSchema(const FlatSchema::Outcome &schema)
{
    if (!schema)
        return schema.error().what.isEmpty() ? QStringLiteral("an error without words") : Complaint();
    const FlatSchema &read = **schema;
    if (!read.rootTable().isEmpty() && !read.tableNames().contains(read.rootTable()))
        return QStringLiteral("the root %1 is none of its tables").arg(read.rootTable());
    if (!std::is_sorted(read.tableNames().begin(), read.tableNames().end()))
        return QStringLiteral("the tables are not in order");
    // Whatever a schema says, buffers are read within their bounds.
    for (const QString &root : read.tableNames()) {
        for (const QByteArray &buffer : flatBuffers()) {
            SlotType type;
            type.value = ValueType::FlatBuffers;
            type.flatBuffers = {.schema = *schema, .root = root, .anyIdentifier = true};
            if (const auto value = SlotCodec(type, 0).decodeValue(buffer))
                SlotCodec(type, 0).valueNotation(*value);
        }
    }
    return {};
}

} // namespace

const std::vector<FlatBuffersType> &flatBuffersTypes()
{
    static const std::vector<FlatBuffersType> types = [] {
        std::vector<FlatBuffersType> all {FlatBuffersType {}};
        for (const test::Json &entry : test::vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
            const QString file =
                test::dataFile(QStringLiteral("flatbuffers/") + QString::fromStdString(entry["bfbs"]));
            if (const auto schema = FlatSchema::load(file))
                all.push_back({.schema = *schema, .root = QString::fromStdString(entry["root_type"])});
        }
        return all;
    }();
    return types;
}

std::vector<QByteArray> flatBuffers()
{
    static const std::vector<QByteArray> buffers = [] {
        std::vector<QByteArray> all;
        for (const test::Json &entry : test::vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
            for (const test::Json &buffer : entry["buffers"])
                all.push_back(
                    test::dataBytes(QStringLiteral("flatbuffers/") + QString::fromStdString(buffer["bin"])));
        }
        return all;
    }();
    return buffers;
}

Complaint checkFlatBuffers(QByteArrayView bytes)
{
    // The first byte chooses the schema, and whether to forgive what is not of it.
    constexpr quint8 Forgiving = 0x80;
    const quint8 choice = bytes.isEmpty() ? 0 : quint8(bytes.front());
    SlotType type;
    type.value = ValueType::FlatBuffers;
    type.flatBuffers = flatBuffersTypes()[(choice & ~Forgiving) % flatBuffersTypes().size()];
    type.flatBuffers.dropUnknownFields = type.flatBuffers.anyIdentifier = choice & Forgiving;
    // Fields that a schema does not know make a buffer read-only, and are dropped from what is added to one
    // that is forgiven. Parts of a table stand anywhere in the buffer.
    return checkCodec(
        SlotCodec(type, 0),
        {.writesAllItReads = false, .freeShape = !(choice & Forgiving), .childrenWithin = false},
        bytes.sliced(bytes.isEmpty() ? 0 : 1));
}

Complaint checkFlatSchemaText(QByteArrayView bytes)
{
    return checkSchema(FlatSchema::fromText(bytes.toByteArray(), QStringLiteral("fuzzed.fbs")));
}

Complaint checkFlatSchemaBinary(QByteArrayView bytes)
{
    return checkSchema(FlatSchema::fromBinary(bytes, QStringLiteral("fuzzed.bfbs")));
}

Complaint checkYaml(QByteArrayView bytes)
{
    Complaint complaint;
    const QByteArray yaml = bytes.toByteArray();
    const SchemaImport import = measured(
        bytes.size(), &complaint, [&] { return readYamlSchema(yaml, QStringLiteral("fuzzed.yaml"), true); });
    for (const ImportProblem &problem : import.problems) {
        if (problem.text.isEmpty())
            complaint = QStringLiteral("a problem without words");
    }
    return complaint;
}

Complaint checkSchemaFile(QByteArrayView bytes)
{
    Complaint complaint;
    const QByteArray json = bytes.toByteArray();
    const auto schema = measured(bytes.size(), &complaint, [&] { return readSchema(json); });
    if (!complaint.isEmpty())
        return complaint;
    if (!schema)
        return schema.error().detail.isEmpty() ? QStringLiteral("an error without words") : Complaint();
    const QByteArray written = writeSchema(*schema);
    const auto again = readSchema(written);
    if (!again)
        return QStringLiteral("what was written is refused: %1").arg(again.error().detail);
    if (writeSchema(*again) != written)
        return QStringLiteral("it is written in two ways: %1").arg(QString::fromUtf8(written.left(300)));
    return {};
}

} // namespace slotscope::fuzz
