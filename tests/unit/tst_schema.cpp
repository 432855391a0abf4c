// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/mapclass.h"
#include "core/pmap/schema.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QString Oid = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a01");

SlotType inferredType(const char *key, ValueType value)
{
    SlotType type;
    type.key = *KeyType::parse(QString::fromLatin1(key));
    type.value = value;
    type.source = TypeSource::Inferred;
    type.confidence = 0.9;
    type.evidence = QStringLiteral("100 of 100 values");
    type.otherValues = {ValueType::String};
    return type;
}

TableSchema imported(const QString &key, const QString &value, const QString &file = QStringLiteral("a.py"))
{
    TableSchema table;
    table.import(SchemaProperty::ClassName, QStringLiteral("Users"), {file, 10});
    table.import(SchemaProperty::KeyType, key, {file, 10});
    table.import(SchemaProperty::ValueType, value, {file, 10});
    table.import(SchemaProperty::Compression, QStringLiteral("none"), {file, 11});
    return table;
}

Schema schemaOf(TableSchema table)
{
    Schema schema;
    schema.tables[TableId::ofOid(Oid)] = std::move(table);
    return schema;
}

} // namespace

class TestSchema : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyMapClass()
    {
        const std::vector<Json> classes = vectorsIn(QStringLiteral("map-classes.json"), "classes");
        QCOMPARE(classes.size(), size_t(83));
        for (const Json &entry : classes) {
            const auto name = QString::fromStdString(entry["class"]);
            const auto map = parseMapClass(name);
            QVERIFY2(map, qPrintable(name));
            QCOMPARE(map->keyType, QString::fromStdString(entry["key"]));
            QCOMPARE(map->valueType, QString::fromStdString(entry["value"]));
        }
    }
    void mapClassesOfNoOne_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"", "Map", "MapUuid", "MapCbor", "Mapping", "MapUuidXml", "UuidCbor",
                                 "MapBytesString", "mapUuidCbor", "MapNonsenseCbor", "MapUuidCborX"})
            QTest::addRow("%s", name) << QString::fromLatin1(name);
    }
    void mapClassesOfNoOne()
    {
        QFETCH(QString, name);
        const auto map = parseMapClass(name);
        QVERIFY(!map);
        QVERIFY(!map.error().isEmpty());
    }
    void beyondTheLibrarysOwn()
    {
        // Classes that an application composes follow the same rule.
        QCOMPARE(parseMapClass(u"MapOidOidSet")->valueType, QStringLiteral("OidSet"));
        QCOMPARE(parseMapClass(u"MapUuidTimestampBytes32")->keyType, QStringLiteral("UuidTimestamp"));
        QCOMPARE(parseMapClass(u"MapStringPickle5")->valueType, QStringLiteral("Pickle5"));
        QCOMPARE(parseMapClass(u"MapBytes20Bytes20Timestamp")->keyType, QStringLiteral("Bytes20"));
    }

    void identities()
    {
        QVERIFY(TableId::ofOid(Oid.toUpper()) == TableId::ofOid(Oid));
        QVERIFY(TableId::ofSlot(Slot(9)) < TableId::ofSlot(Slot(10)));
        QVERIFY(TableId::ofSlot(Slot(65535)) < TableId::ofOid(Oid));
        QVERIFY(TableId::ofOid(Oid) > TableId::ofSlot(Slot(1)));
        CatalogueEntry entry;
        entry.slot = Slot(7);
        QVERIFY(TableId::of(Slot(7), entry) == TableId::ofSlot(Slot(7))); // a damaged entry
        entry.oid = Oid;
        QVERIFY(TableId::of(Slot(7), entry) == TableId::ofOid(Oid));
        QVERIFY(TableId::of(Slot(7), std::nullopt) == TableId::ofSlot(Slot(7)));
    }

    void nothingSaidLeavesWhatIsInferred()
    {
        const SlotType inferred = inferredType("Uuid", ValueType::Cbor);
        const TableSchema nothing;
        for (const TableSchema *table : {&nothing, static_cast<const TableSchema *>(nullptr)}) {
            const ResolvedType resolved = resolveType(inferred, table);
            QVERIFY(resolved.type == inferred);
            QCOMPARE(resolved.from(SchemaProperty::KeyType).source, TypeSource::Inferred);
            QCOMPARE(resolved.from(SchemaProperty::KeyType).evidence, inferred.evidence);
            QCOMPARE(resolved.from(SchemaProperty::KeyByteOrder).source, TypeSource::Unknown);
            QCOMPARE(resolved.from(SchemaProperty::ClassName).source, TypeSource::Unknown);
        }
    }
    void pinnedOverImportedOverInferred()
    {
        const SlotType inferred = inferredType("Uuid", ValueType::Binary);
        TableSchema table = imported(QStringLiteral("Uuid"), QStringLiteral("Cbor"));
        ResolvedType resolved = resolveType(inferred, &table);
        QCOMPARE(resolved.type.value, ValueType::Cbor);
        QCOMPARE(resolved.type.source, TypeSource::Imported);
        QCOMPARE(resolved.type.confidence, 1.0);
        QVERIFY(resolved.type.otherValues.empty());
        QCOMPARE(resolved.from(SchemaProperty::Compression).from.toString(), QStringLiteral("a.py:11"));

        table.pin(SchemaProperty::ValueType, QStringLiteral("Json"));
        resolved = resolveType(inferred, &table);
        QCOMPARE(resolved.type.value, ValueType::Json);
        QCOMPARE(resolved.from(SchemaProperty::ValueType).source, TypeSource::Pinned);
        QCOMPARE(resolved.from(SchemaProperty::KeyType).source, TypeSource::Imported);
        QCOMPARE(resolved.type.source, TypeSource::Imported); // the less certain of both

        table.unpin(SchemaProperty::ValueType);
        QCOMPARE(resolveType(inferred, &table).type.value, ValueType::Cbor);
        table.unpin(SchemaProperty::ValueByteOrder); // was none
        QVERIFY(!table.find(SchemaProperty::ValueByteOrder));
    }
    void aPinAloneLeavesTheRestInferred()
    {
        TableSchema table;
        table.pin(SchemaProperty::ValueType, QStringLiteral("Pickle"));
        const ResolvedType resolved = resolveType(inferredType("Oid", ValueType::Cbor), &table);
        QCOMPARE(resolved.type.value, ValueType::Pickle);
        QCOMPARE(resolved.type.key.name(), QStringLiteral("Oid"));
        QCOMPARE(resolved.type.source, TypeSource::Inferred);
        QCOMPARE(resolved.type.confidence, 0.9);
        // Nothing inferred: an empty slot.
        const ResolvedType empty = resolveType({}, &table);
        QCOMPARE(empty.type.value, ValueType::Pickle);
        QCOMPARE(empty.type.source, TypeSource::Unknown);
        table.pin(SchemaProperty::KeyType, QStringLiteral("Oid"));
        QCOMPARE(resolveType({}, &table).type.source, TypeSource::Pinned);
    }
    void theByteOrderIsWhatTheRecordsSay()
    {
        // Source does not say in which order old data was written; records and people do.
        SlotType inferred = inferredType("TimestampUuid", ValueType::Timestamp);
        inferred.key = KeyType(inferred.key.components(), ByteOrder::LittleEndian);
        inferred.valueOrder = ByteOrder::LittleEndian;
        TableSchema table = imported(QStringLiteral("TimestampUuid"), QStringLiteral("Timestamp"));
        ResolvedType resolved = resolveType(inferred, &table);
        QCOMPARE(resolved.type.key.timestampOrder(), ByteOrder::LittleEndian);
        QCOMPARE(resolved.type.valueOrder, ByteOrder::LittleEndian);
        QCOMPARE(resolved.from(SchemaProperty::KeyByteOrder).source, TypeSource::Inferred);
        QCOMPARE(resolved.from(SchemaProperty::ValueByteOrder).source, TypeSource::Inferred);
        table.pin(SchemaProperty::KeyByteOrder, QStringLiteral("big"));
        table.pin(SchemaProperty::ValueByteOrder, QStringLiteral("big"));
        resolved = resolveType(inferred, &table);
        QCOMPARE(resolved.type.key.timestampOrder(), ByteOrder::BigEndian);
        QCOMPARE(resolved.type.valueOrder, ByteOrder::BigEndian);
        // Of another key type nothing was inferred; the library's own habit counts.
        const TableSchema other = imported(QStringLiteral("OidTimestamp"), QStringLiteral("Oid"));
        resolved = resolveType(inferred, &other);
        QCOMPARE(resolved.type.key.timestampOrder(), ByteOrder::LittleEndian);
        QCOMPARE(resolved.type.valueOrder, ByteOrder::BigEndian);
        QCOMPARE(resolved.from(SchemaProperty::KeyByteOrder).source, TypeSource::Unknown);
    }

    void propertiesHaveNamesAndLimits()
    {
        for (const SchemaProperty property : allSchemaProperties())
            QCOMPARE(schemaPropertyFromName(schemaPropertyName(property)), std::optional(property));
        QCOMPARE(allSchemaProperties().size(), SchemaPropertyCount);
        QVERIFY(schemaPropertyProblem(SchemaProperty::KeyType, QStringLiteral("Uuid")).isEmpty());
        QVERIFY(schemaPropertyProblem(SchemaProperty::KeyType, QStringLiteral("Uui")).contains(u"Uui"));
        QVERIFY(!schemaPropertyProblem(SchemaProperty::ValueType, QStringLiteral("Xml")).isEmpty());
        QVERIFY(!schemaPropertyProblem(SchemaProperty::Compression, QStringLiteral("lzma")).isEmpty());
        QVERIFY(!schemaPropertyProblem(SchemaProperty::ValueByteOrder, QStringLiteral("Big")).isEmpty());
        const SlotType type = inferredType("OidTimestamp", ValueType::Cbor);
        QCOMPARE(schemaPropertyText(SchemaProperty::KeyType, type), QStringLiteral("OidTimestamp"));
        QCOMPARE(schemaPropertyText(SchemaProperty::KeyByteOrder, type), QStringLiteral("little"));
        QCOMPARE(schemaPropertyText(SchemaProperty::Compression, type), QStringLiteral("none"));
    }

    void namesAreHints()
    {
        Schema schema = schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Cbor")));
        schema.tables.begin()->second.import(SchemaProperty::Name, QStringLiteral("app.Users"), {});
        QVERIFY(schema.named(QStringLiteral("app.Users")) == std::vector {TableId::ofOid(Oid)});
        QVERIFY(schema.named(QStringLiteral("other.Users")) == std::vector {TableId::ofOid(Oid)});
        QVERIFY(schema.named(QStringLiteral("app.Groups")).empty());
        QVERIFY(schema.named({}).empty());
    }

    void mergingWhatIsNew()
    {
        const Schema news = schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Cbor")));
        const SchemaMerge merge = mergeImport({}, news);
        QCOMPARE(merge.added, 1);
        QCOMPARE(merge.changed, 0);
        QVERIFY(merge.conflicts.empty());
        QCOMPARE(merge.schema.tables.begin()->second.text(SchemaProperty::ValueType), QStringLiteral("Cbor"));
        const SchemaMerge again = mergeImport(merge.schema, news);
        QCOMPARE(again.added + again.changed, 0);
        QVERIFY(again.conflicts.empty());
    }
    void theSameFileMayChangeItsMind()
    {
        const Schema before = schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Cbor")));
        const SchemaMerge merge =
            mergeImport(before, schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Json"))));
        QVERIFY(merge.conflicts.empty());
        QCOMPARE(merge.changed, 1);
        QCOMPARE(merge.schema.tables.begin()->second.text(SchemaProperty::ValueType), QStringLiteral("Json"));
    }
    void anotherSourceIsAConflict()
    {
        const Schema before = schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Cbor")));
        const Schema news =
            schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Json"), QStringLiteral("b.py")));
        SchemaMerge merge = mergeImport(before, news);
        QCOMPARE(merge.conflicts.size(), size_t(1));
        const SchemaConflict conflict = merge.conflicts.front();
        QCOMPARE(conflict.tableName, QStringLiteral("Users"));
        QCOMPARE(conflict.label, QStringLiteral("valueType"));
        QCOMPARE(conflict.before, QStringLiteral("Cbor"));
        QCOMPARE(conflict.beforeFrom.from.toString(), QStringLiteral("a.py:10"));
        QCOMPARE(conflict.after, QStringLiteral("Json"));
        QCOMPARE(conflict.afterFrom.toString(), QStringLiteral("b.py:10"));
        TableSchema &table = merge.schema.tables.begin()->second;
        QCOMPARE(table.text(SchemaProperty::ValueType), QStringLiteral("Cbor"));
        takeImported(&merge.schema, news, conflict);
        QCOMPARE(table.text(SchemaProperty::ValueType), QStringLiteral("Json"));
        QCOMPARE(table.find(SchemaProperty::ValueType)->from.file, QStringLiteral("b.py"));
    }
    void aPinStaysUntilItIsDecided()
    {
        TableSchema pinned;
        pinned.pin(SchemaProperty::ValueType, QStringLiteral("Pickle"));
        pinned.pin(SchemaProperty::KeyType, QStringLiteral("Uuid"));
        const Schema news = schemaOf(imported(QStringLiteral("Uuid"), QStringLiteral("Cbor")));
        SchemaMerge merge = mergeImport(schemaOf(pinned), news);
        QCOMPARE(merge.added, 0);
        QCOMPARE(merge.conflicts.size(), size_t(1)); // the key says the same
        QCOMPARE(merge.conflicts.front().beforeFrom.source, TypeSource::Pinned);
        const TableSchema &table = merge.schema.tables.begin()->second;
        QCOMPARE(table.text(SchemaProperty::ValueType), QStringLiteral("Pickle"));
        QCOMPARE(table.find(SchemaProperty::ValueType)->imported, std::optional(QStringLiteral("Cbor")));
        QVERIFY(mergeImport(merge.schema, news).conflicts.empty()); // told once
        takeImported(&merge.schema, news, merge.conflicts.front());
        QCOMPARE(table.text(SchemaProperty::ValueType), QStringLiteral("Cbor"));
    }
    void indexesMergeByTheirTable()
    {
        IndexRelation index;
        index.table = TableId::ofOid(QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a02"));
        index.className = QStringLiteral("UsersByName");
        index.fields = {ValuePath::fields({QStringLiteral("name")})};
        index.provenance = {.source = TypeSource::Imported, .from = {QStringLiteral("a.py"), 5}};
        TableSchema before;
        before.indexes = {index};
        IndexRelation nullable = index;
        nullable.nullable = true;
        TableSchema after;
        after.indexes = {nullable};
        SchemaMerge merge = mergeImport(schemaOf(before), schemaOf(after));
        QVERIFY(merge.conflicts.empty()); // the same file
        QVERIFY(merge.schema.tables.begin()->second.indexes == after.indexes);

        after.indexes.front().provenance.from.file = QStringLiteral("b.py");
        merge = mergeImport(schemaOf(before), schemaOf(after));
        QCOMPARE(merge.conflicts.size(), size_t(1));
        QCOMPARE(merge.conflicts.front().before, QStringLiteral("name"));
        QCOMPARE(merge.conflicts.front().after, QStringLiteral("name, nullable"));
        QVERIFY(merge.schema.tables.begin()->second.indexes == before.indexes);
        takeImported(&merge.schema, schemaOf(after), merge.conflicts.front());
        QVERIFY(merge.schema.tables.begin()->second.indexes == after.indexes);
        after.indexes.front().table = TableId::ofSlot(Slot(9));
        merge = mergeImport(schemaOf(before), schemaOf(after));
        QCOMPARE(merge.schema.tables.begin()->second.indexes.size(), size_t(2));
        // The file that had attached it does not any more.
        after.import(SchemaProperty::ClassName, QStringLiteral("Users"), {QStringLiteral("a.py"), 1});
        merge = mergeImport(schemaOf(before), schemaOf(after));
        QVERIFY(merge.schema.tables.begin()->second.indexes == after.indexes);
        before.indexes.front().provenance.source = TypeSource::Pinned;
        merge = mergeImport(schemaOf(before), schemaOf(after));
        QCOMPARE(merge.schema.tables.begin()->second.indexes.size(), size_t(2));
    }
    // Whether it is maintained is the user's word, which no source speaks against.
    void aDecisionOnAnIndexOutlivesImports()
    {
        IndexRelation index;
        index.table = TableId::ofSlot(Slot(9));
        index.fields = {ValuePath::fields({QStringLiteral("name")})};
        index.provenance = {.source = TypeSource::Imported, .from = {QStringLiteral("a.py"), 5}};
        TableSchema declared;
        declared.indexes = {index};
        TableSchema decided = declared;
        decided.indexes.front().maintained = false;
        SchemaMerge merge = mergeImport(schemaOf(decided), schemaOf(declared));
        QVERIFY(merge.conflicts.empty());
        QVERIFY(merge.schema.tables.begin()->second.indexes == decided.indexes);
        declared.indexes.front().nullable = true;
        declared.indexes.front().provenance.from.file = QStringLiteral("b.py");
        merge = mergeImport(schemaOf(decided), schemaOf(declared));
        QCOMPARE(merge.conflicts.size(), size_t(1));
        takeImported(&merge.schema, schemaOf(declared), merge.conflicts.front());
        const IndexRelation &after = merge.schema.tables.begin()->second.indexes.front();
        QVERIFY(after.nullable);
        QCOMPARE(after.maintained, std::optional(false));
    }
    void whichIndexesAreMaintained()
    {
        IndexRelation index;
        for (const TypeSource source : {TypeSource::Imported, TypeSource::Pinned}) {
            index.provenance.source = source;
            QVERIFY(index.isMaintained());
        }
        index.provenance = {.source = TypeSource::Inferred, .confidence = 0.95, .sample = 20};
        QVERIFY(index.isMaintained());
        index.provenance.confidence = 0.8;
        QVERIFY(!index.isMaintained());
        index.provenance = {.source = TypeSource::Inferred, .confidence = 1, .sample = 2};
        QVERIFY(!index.isMaintained());
        index.maintained = true;
        QVERIFY(index.isMaintained());
        index.provenance.source = TypeSource::Pinned;
        index.maintained = false;
        QVERIFY(!index.isMaintained());
    }
};

QTEST_GUILESS_MAIN(TestSchema)
#include "tst_schema.moc"
