// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/table/slotdirectory.h"
#include "tests/support/memoryconnection.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestSlotDirectory : public QObject
{
    Q_OBJECT

    static QByteArray catalogueValue(const QString &name, int slot)
    {
        MemberList members;
        const auto add = [&members](const char *key, Value value) {
            members.push_back({Value::text(QLatin1String(key)), std::move(value)});
        };
        add("oid", Value::text(QUuid::createUuidV5(QUuid(), name).toString(QUuid::WithoutBraces)));
        add("name", Value::text(name));
        add("creator", Value::text(QStringLiteral("test")));
        add("slot", Value::integer(slot));
        return *cborCodec().encode(Value::map(std::move(members)));
    }
    static QByteArray catalogueKey(quint16 slot) { return QByteArray(2, '\0') + slotKey(slot, {}); }

    static void load(SlotDirectory *directory)
    {
        QSignalSpy loaded(directory, &SlotDirectory::loaded);
        directory->load();
        QTRY_COMPARE(loaded.size(), 1);
    }

private Q_SLOTS:
    void findsEverySlotAndItsCount()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(1), catalogueValue(QStringLiteral("app.schema.Users"), 1));
        etcd.put(catalogueKey(7), catalogueValue(QStringLiteral("app.schema.Empty"), 7));
        for (int i = 0; i < 30; ++i)
            etcd.put(slotKey(1, QByteArray::number(i)), "v");
        etcd.put(slotKey(40, "x"), "v"); // no entry
        etcd.put(slotKey(65535, "y"), "v");
        etcd.put(slotKey(300, {}), "a key of two bytes");
        etcd.put("/config/a", "1");
        etcd.put("/config/b", "2");
        etcd.put("z", "a key of one byte");
        etcd.put(QByteArray(1, '\0'), "and the smallest");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);

        std::vector<Slot> expected {Slot(0),   Slot(1),      Slot(7),    Slot(40),
                                    Slot(300), Slot(0x2f63), Slot(65535)};
        QVERIFY(directory.slotNumbers() == expected);
        QCOMPARE(directory.find(Slot(1))->records, qint64(30));
        QCOMPARE(directory.find(Slot(1))->title(), QStringLiteral("Users"));
        QCOMPARE(directory.find(Slot(7))->records, qint64(0));
        QVERIFY(directory.find(Slot(40))->kind == SlotKind::Untyped);
        QVERIFY(directory.find(Slot(0x2f63))->kind == SlotKind::PlainKeys);
        QCOMPARE(directory.find(Slot(0x2f63))->records, qint64(2));
        QCOMPARE(directory.find(Slot(65535))->records, qint64(1));
        QCOMPARE(directory.find(Slot(300))->records, qint64(1));
        const QByteArrayList shortKeys(directory.shortKeys().cbegin(), directory.shortKeys().cend());
        QCOMPARE(shortKeys, QByteArrayList({QByteArray(1, char(0)), "z"}));
        QCOMPARE(directory.revision(), etcd.revision());
        QCOMPARE(directory.resolve(QStringLiteral("users")), std::optional(Slot(1)));
        QCOMPARE(directory.resolve(QStringLiteral("app.schema.Empty")), std::optional(Slot(7)));
        QCOMPARE(directory.resolve(QStringLiteral("40")), std::optional(Slot(40)));
        QVERIFY(!directory.resolve(QStringLiteral("nobody")));
    }

    void followsTheWatch()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(1), catalogueValue(QStringLiteral("app.Users"), 1));
        etcd.put(slotKey(1, "a"), "v");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        memory.watch.start(Revision(directory.revision().value + 1));
        QSignalSpy added(&directory, &SlotDirectory::slotAdded);
        QSignalSpy removed(&directory, &SlotDirectory::slotRemoved);
        QSignalSpy counts(&directory, &SlotDirectory::countsChanged);

        etcd.write({{slotKey(1, "b"), "v"}, {slotKey(1, "c"), "v"}, {slotKey(1, "a"), "again"}});
        QTRY_COMPARE(directory.find(Slot(1))->records, qint64(3));
        QTRY_VERIFY(!counts.isEmpty());
        etcd.put(slotKey(9, "new slot"), "v");
        QTRY_VERIFY(directory.find(Slot(9)));
        QCOMPARE(added.size(), 1);
        etcd.remove(slotKey(9, "new slot"));
        QTRY_VERIFY(!directory.find(Slot(9)));
        QCOMPARE(removed.size(), 1);
        etcd.put(catalogueKey(12), catalogueValue(QStringLiteral("app.Later"), 12));
        QTRY_VERIFY(directory.find(Slot(12)));
        QCOMPARE(directory.find(Slot(12))->title(), QStringLiteral("Later"));
        etcd.remove(catalogueKey(1));
        QTRY_VERIFY(directory.find(Slot(1))->kind == SlotKind::Untyped);
        QCOMPARE(directory.find(Slot(1))->records, qint64(3));
    }

    void aBrokenCatalogueEntryIsShownWithAWarning()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(1), "\xff garbage");
        etcd.put(catalogueKey(2), catalogueValue(QStringLiteral("app.Wrong"), 5));
        etcd.put(slotKey(1, "a"), "v");
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QVERIFY(!directory.find(Slot(1))->entry->warning.isEmpty());
        QCOMPARE(directory.find(Slot(1))->title(), QStringLiteral("slot 1"));
        QVERIFY(!directory.find(Slot(2))->entry->warning.isEmpty());
        QCOMPARE(directory.find(Slot(2))->title(), QStringLiteral("Wrong"));
    }

    void infersTypesInTheBackground()
    {
        MemoryEtcd etcd;
        for (int i = 0; i < 20; ++i)
            etcd.put(
                slotKey(3, QUuid::createUuid().toRfc4122()),
                *cborCodec().encode(Value::map({{Value::text(QStringLiteral("n")), Value::integer(i)}})));
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QTRY_VERIFY(directory.isSampled());
        QCOMPARE(directory.find(Slot(3))->type.key.name(), QStringLiteral("Uuid"));
        QVERIFY(directory.find(Slot(3))->type.value == ValueType::Cbor);
    }

    void lossyEditsAreAllowedOfOneSlot()
    {
        MemoryEtcd etcd;
        for (const quint16 slot : {quint16(1), quint16(2)}) {
            etcd.put(catalogueKey(slot), catalogueValue(QStringLiteral("app.Table%1").arg(slot), slot));
            etcd.put(slotKey(slot, "a"), "v");
        }
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        directory.pin(Slot(1), SchemaProperty::ValueType, QStringLiteral("FlatBuffers"));
        directory.pin(Slot(2), SchemaProperty::ValueType, QStringLiteral("FlatBuffers"));
        QSignalSpy changed(&directory, &SlotDirectory::slotChanged);
        QSignalSpy edited(&directory, &SlotDirectory::schemaEdited);
        directory.setFlatBuffersLeniency(Slot(1), true, false);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(edited.size(), 0);
        const auto type = [&directory](quint16 slot) { return directory.find(Slot(slot))->type.flatBuffers; };
        QVERIFY(type(1).dropUnknownFields && !type(1).anyIdentifier);
        QVERIFY(!type(2).dropUnknownFields);
        // It outlives that the type is found out anew.
        directory.setSchema(directory.schema());
        QVERIFY(type(1).dropUnknownFields);
        directory.setFlatBuffersLeniency(Slot(1), false, false);
        QVERIFY(!type(1).dropUnknownFields);
    }

    void failsWithTheReason()
    {
        MemoryEtcd etcd;
        etcd.setAway(true);
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        QSignalSpy failed(&directory, &SlotDirectory::loadFailed);
        directory.load();
        QTRY_COMPARE(failed.size(), 1);
        QCOMPARE(failed.first().first().value<Error>().kind, ErrorKind::Network);
    }

    void aReloadKeepsTheTypesOfTheSameTables()
    {
        MemoryEtcd etcd;
        etcd.put(catalogueKey(1), catalogueValue(QStringLiteral("app.schema.Users"), 1));
        for (int i = 0; i < 30; ++i)
            etcd.put(slotKey(1, QByteArray(16, static_cast<char>('a' + i))),
                     *cborCodec().encode(Value::map({})));
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QTRY_VERIFY(directory.isSampled());
        const SlotType type = directory.find(Slot(1))->type;
        QVERIFY(type.source != TypeSource::Unknown);
        SlotType atOnce; // before anything is sampled again
        connect(&directory, &SlotDirectory::loaded, this, [&] { atOnce = directory.find(Slot(1))->type; });
        load(&directory);
        QVERIFY(atOnce == type);
        QTRY_VERIFY(directory.find(Slot(1))->sampled);
        // Another table under the number has another type.
        etcd.put(catalogueKey(1), catalogueValue(QStringLiteral("app.schema.Others"), 1));
        load(&directory);
        QCOMPARE(atOnce.source, TypeSource::Unknown);
    }

    void aTableWhoseKeysLookLikeText()
    {
        MemoryEtcd etcd;
        etcd.put(slotKey(0x2f63, "0123456789abcd"), *cborCodec().encode(Value::map({})));
        MemoryClient memory(&etcd);
        SlotDirectory directory(&memory.client, &memory.watch);
        load(&directory);
        QCOMPARE(directory.find(Slot(0x2f63))->kind, SlotKind::PlainKeys);
        memory.watch.start(Revision(directory.revision().value + 1));
        etcd.put(catalogueKey(0x2f63), catalogueValue(QStringLiteral("app.schema.Users"), 0x2f63));
        QTRY_COMPARE(directory.find(Slot(0x2f63))->kind, SlotKind::Table);
        QTRY_VERIFY(directory.find(Slot(0x2f63))->sampled);
        QVERIFY(directory.find(Slot(0x2f63))->type.source != TypeSource::BuiltIn);
    }
};

QTEST_GUILESS_MAIN(TestSlotDirectory)
#include "tst_slotdirectory.moc"
