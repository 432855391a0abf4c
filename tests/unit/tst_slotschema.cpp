// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a schema does to the types of the slots in a directory.
#include "core/codec/cbor.h"
#include "core/table/recordjson.h"
#include "core/table/slotdirectory.h"
#include "tests/support/memoryconnection.h"
#include "tests/support/testpaths.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QString Users = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a01");
const QString Others = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a02");

QByteArray catalogueKey(quint16 slot)
{
    return QByteArray(2, '\0') + slotKey(slot, {});
}

QByteArray catalogueValue(const QString &oid, int slot)
{
    return *cborCodec().encode(
        Value::map({{Value::text(QStringLiteral("oid")), Value::text(oid)},
                    {Value::text(QStringLiteral("name")), Value::text(QStringLiteral("a.B"))},
                    {Value::text(QStringLiteral("slot")), Value::integer(slot)}}));
}

TableSchema typed(const char *key, const char *value)
{
    TableSchema table;
    table.import(SchemaProperty::KeyType, QString::fromLatin1(key), {QStringLiteral("app.py"), 3});
    table.import(SchemaProperty::ValueType, QString::fromLatin1(value), {QStringLiteral("app.py"), 3});
    table.import(SchemaProperty::Compression, QStringLiteral("none"), {QStringLiteral("app.py"), 3});
    return table;
}

void load(SlotDirectory *directory)
{
    QSignalSpy loaded(directory, &SlotDirectory::loaded);
    directory->load();
    QTRY_COMPARE(loaded.size(), 1);
}

} // namespace

class TestSlotSchema : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tablesAreMatchedByOid()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(5), catalogueValue(Users.toUpper(), 5));
        etcd.put(catalogueKey(6), catalogueValue(Others, 6));
        etcd.put(slotKey(5, QByteArray(16, 'a')), "x");
        etcd.put(slotKey(7, QByteArray(8, 'a')), "x");
        Schema schema;
        schema.tables[TableId::ofOid(Users)] = typed("Uuid", "Binary");
        schema.tables[TableId::ofSlot(Slot(6))] = typed("String", "String"); // that slot is another table's
        schema.tables[TableId::ofSlot(Slot(7))] = typed("Oid", "Binary");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        directory.setSchema(schema);
        SlotType atOnce;
        connect(&directory, &SlotDirectory::loaded, this, [&] { atOnce = directory.find(Slot(5))->type; });
        load(&directory);
        QCOMPARE(atOnce.value, ValueType::Binary); // before anything is sampled
        QCOMPARE(atOnce.source, TypeSource::Imported);
        QTRY_VERIFY(directory.isSampled());
        const SlotInfo *info = directory.find(Slot(5));
        QCOMPARE(info->type.key.name(), QStringLiteral("Uuid"));
        QCOMPARE(info->from(SchemaProperty::KeyType).from.toString(), QStringLiteral("app.py:3"));
        QVERIFY(info->inferred.source != TypeSource::Imported);
        QCOMPARE(directory.find(Slot(6))->type.source, TypeSource::Unknown);
        QCOMPARE(directory.find(Slot(7))->type.key.name(), QStringLiteral("Oid"));
    }

    void aSchemaMayComeAndGo()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(5), catalogueValue(Users, 5));
        etcd.put(catalogueKey(6), catalogueValue(Others, 6));
        for (quint8 i = 0; i < 20; ++i) {
            etcd.put(slotKey(5, QByteArray(16, char(i))), "x");
            etcd.put(slotKey(6, QByteArray(16, char(i))), "x");
        }
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QTRY_VERIFY(directory.isSampled());
        const SlotType inferred = directory.find(Slot(5))->type;
        const Provenance key = directory.find(Slot(5))->from(SchemaProperty::KeyType);
        QCOMPARE(key.source, TypeSource::Inferred);
        QCOMPARE(key.sample, qint64(20));
        QVERIFY(!key.evidence.isEmpty());
        QSignalSpy changed(&directory, &SlotDirectory::slotChanged);
        QSignalSpy edited(&directory, &SlotDirectory::schemaEdited);
        Schema schema;
        schema.tables[TableId::ofOid(Users)] = typed("Uuid", "Cbor");
        directory.setSchema(schema);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].value<Slot>(), Slot(5));
        QCOMPARE(directory.find(Slot(5))->type.value, ValueType::Cbor);
        directory.setSchema(schema); // the same: nothing to tell
        QCOMPARE(changed.size(), 1);
        directory.setSchema({});
        QCOMPARE(changed.size(), 2);
        QVERIFY(directory.find(Slot(5))->type == inferred);
        QCOMPARE(edited.size(), 0);
    }

    void aCatalogueEntryBringsItsTable()
    {
        MemoryEtcd etcd;
        etcd.put(slotKey(5, QByteArray(16, 'a')), "x");
        Schema schema;
        schema.tables[TableId::ofOid(Users)] = typed("Uuid", "Binary");
        schema.tables[TableId::ofSlot(Slot(5))] = typed("Bytes16", "Binary");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        directory.setSchema(schema);
        load(&directory);
        memory.watch.start(Revision(directory.revision().value + 1));
        QCOMPARE(directory.find(Slot(5))->type.key.name(), QStringLiteral("Bytes16"));
        etcd.put(catalogueKey(5), catalogueValue(Users, 5));
        QTRY_COMPARE(directory.find(Slot(5))->type.key.name(), QStringLiteral("Uuid"));
        etcd.remove(catalogueKey(5));
        QTRY_COMPARE(directory.find(Slot(5))->type.key.name(), QStringLiteral("Bytes16"));
    }

    void pinsAreOfTheTable()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(5), catalogueValue(Users, 5));
        etcd.put(slotKey(5, QByteArray(16, 'a')), "x");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QSignalSpy changed(&directory, &SlotDirectory::slotChanged);
        QSignalSpy edited(&directory, &SlotDirectory::schemaEdited);
        directory.pin(Slot(5), SchemaProperty::ValueType, QStringLiteral("Json"));
        QCOMPARE(edited.size(), 1);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(directory.find(Slot(5))->type.value, ValueType::Json);
        QCOMPARE(directory.find(Slot(5))->from(SchemaProperty::ValueType).source, TypeSource::Pinned);
        QVERIFY(directory.schema().find(TableId::ofOid(Users)));
        QTRY_VERIFY(directory.isSampled()); // which changes nothing of it
        QCOMPARE(directory.find(Slot(5))->type.value, ValueType::Json);
        directory.unpin(Slot(5), SchemaProperty::ValueType);
        QVERIFY(directory.find(Slot(5))->type == directory.find(Slot(5))->inferred);
        QVERIFY(directory.schema().tables.empty());
        QCOMPARE(edited.size(), 2);

        SlotType type;
        type.key = *KeyType::parse(u"OidTimestamp");
        type.value = ValueType::Timestamp;
        type.compression = Compression::Zlib;
        type.valueOrder = ByteOrder::LittleEndian;
        directory.pinType(Slot(5), type);
        const SlotType &pinned = directory.find(Slot(5))->type;
        QVERIFY(pinned.key == type.key);
        QCOMPARE(pinned.value, type.value);
        QCOMPARE(pinned.compression, type.compression);
        QCOMPARE(pinned.valueOrder, type.valueOrder);
        QCOMPARE(pinned.source, TypeSource::Pinned);
        load(&directory); // and a reload keeps it
        QVERIFY(directory.find(Slot(5))->type.key == type.key);
    }

    void textKeysUntilSomebodySaysOtherwise()
    {
        MemoryEtcd etcd;
        etcd.put("/config/a", "1");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        const Slot slot(0x2f63);
        QCOMPARE(directory.find(slot)->kind, SlotKind::PlainKeys);
        directory.pin(slot, SchemaProperty::Description, QStringLiteral("settings"));
        QCOMPARE(directory.find(slot)->kind, SlotKind::PlainKeys);
        directory.pin(slot, SchemaProperty::ValueType, QStringLiteral("String"));
        QCOMPARE(directory.find(slot)->kind, SlotKind::Untyped);
        QCOMPARE(codecFor(directory.find(slot)).prefixLength(), 2);
        QVERIFY(directory.find(slot)->type.source != TypeSource::BuiltIn);
        directory.unpin(slot, SchemaProperty::ValueType);
        QCOMPARE(directory.find(slot)->kind, SlotKind::PlainKeys);
        QCOMPARE(directory.find(slot)->type.source, TypeSource::BuiltIn);
    }

    void flatBuffersSchemasAreRead()
    {
        QFile buffer(dataFile(QStringLiteral("flatbuffers/book-one.bin")));
        QVERIFY(buffer.open(QIODevice::ReadOnly));
        MemoryEtcd etcd;
        etcd.put(catalogueKey(5), catalogueValue(Users, 5));
        etcd.put(slotKey(5, QByteArray(16, 'a')), buffer.readAll());
        Schema schema;
        schema.folder = dataFile(QStringLiteral("flatbuffers"));
        TableSchema &table = schema.tables[TableId::ofOid(Users)] = typed("Uuid", "FlatBuffers");
        table.import(SchemaProperty::FlatBuffersRoot, QStringLiteral("library.Book"), {});
        table.pin(SchemaProperty::FlatBuffersSchema, QStringLiteral("book.fbs"));
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        directory.setSchema(schema);
        load(&directory);
        QTRY_VERIFY(directory.find(Slot(5))->type.flatBuffers.schema);
        QVERIFY2(directory.find(Slot(5))->typeProblem.isEmpty(),
                 qPrintable(directory.find(Slot(5))->typeProblem));
        QCOMPARE(directory.find(Slot(5))->type.flatBuffers.root, QStringLiteral("library.Book"));

        directory.pin(Slot(5), SchemaProperty::FlatBuffersRoot, QStringLiteral("library.Nobody"));
        QCOMPARE(directory.find(Slot(5))->typeProblem,
                 QStringLiteral("book.fbs has no table library.Nobody"));
        directory.pin(Slot(5), SchemaProperty::FlatBuffersSchema, QStringLiteral("missing.fbs"));
        QTRY_VERIFY(directory.find(Slot(5))->typeProblem.contains(QLatin1String("missing.fbs")));
        QVERIFY(!directory.find(Slot(5))->type.flatBuffers.schema);
    }
};

QTEST_GUILESS_MAIN(TestSlotSchema)
#include "tst_slotschema.moc"
