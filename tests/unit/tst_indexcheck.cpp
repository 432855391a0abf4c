// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/doctor/indexcheck.h"

#include "core/codec/cbor.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

using Kind = IndexFault::Kind;

QByteArray uuid(int number)
{
    return QByteArray(14, 'u') + char('0' + number / 10) + char('0' + number % 10);
}

KeyType keyType(const char *name)
{
    return *KeyType::parse(QString::fromLatin1(name));
}

SlotCodec codec(const KeyType &key, ValueType value)
{
    SlotType type;
    type.key = key;
    type.value = value;
    return SlotCodec(type);
}

IndexInDatabase usersByName(bool nullable = true)
{
    IndexRelation relation;
    relation.fields = {ValuePath::fields({QStringLiteral("name")})};
    relation.nullable = nullable;
    return {Slot(1), codec(keyType("Uuid"), ValueType::Cbor), Slot(2),
            codec(keyType("String"), ValueType::Uuid), relation};
}

QByteArray slotKey(int slot, const QByteArray &key)
{
    return KeyRange::slot(Slot(quint16(slot))).begin + key;
}

KeyValue user(int number, const std::optional<QString> &name)
{
    const Value record =
        Value::map({{Value::text(QStringLiteral("name")), name ? Value::text(*name) : Value::null()}});
    return {slotKey(1, uuid(number)), *cborCodec().encode(record)};
}

KeyValue entry(const char *name, int number)
{
    return {slotKey(2, name), uuid(number)};
}

QStringList inWords(const std::vector<IndexFault> &faults)
{
    QStringList words;
    for (const IndexFault &fault : faults)
        words +=
            QStringLiteral("%1 %2 record=%3 to=%4")
                .arg(indexFaultName(fault.kind), QString::fromUtf8(fault.entryKey.mid(2)),
                     QString::fromLatin1(fault.record.mid(16)), QString::fromLatin1(fault.pointsTo.mid(14)));
    return words;
}

} // namespace

class TestIndexCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSoundIndexHasNoFaults()
    {
        IndexCheck check(usersByName());
        for (int i = 0; i < 20; ++i)
            check.addRecord(user(i, QStringLiteral("user %1").arg(i)));
        check.addRecord(user(20, std::nullopt));
        for (int i = 0; i < 20; ++i)
            check.addEntry({slotKey(2, "user " + QByteArray::number(i)), uuid(i)});
        QCOMPARE(inWords(check.faults()), QStringList());
        QCOMPARE(check.records(), 21);
        QCOMPARE(check.entries(), 20);
    }

    void everyKindOfFault()
    {
        IndexCheck check(usersByName());
        check.addRecord(user(1, QStringLiteral("ann")));
        check.addRecord(user(2, QStringLiteral("bob")));
        check.addRecord(user(3, QStringLiteral("cid")));
        check.addRecord(user(4, QStringLiteral("cid")));
        check.addRecord(user(5, QStringLiteral("dan")));
        check.addRecord(user(6, QStringLiteral("dan")));
        check.addEntry(entry("ann", 2)); // leads to bob
        check.addEntry(entry("bobby", 2)); // bob was called so before
        check.addEntry(entry("cid", 4));
        check.addEntry(entry("zoe", 9)); // is gone
        const auto faults = check.faults();
        QCOMPARE(
            inWords(faults),
            QStringList(
                {QStringLiteral("wrong ann record=01 to=02"), QStringLiteral("missing bob record=02 to="),
                 QStringLiteral("stale bobby record= to=02"), QStringLiteral("shadowed cid record=03 to=04"),
                 QStringLiteral("missing dan record=05 to="), QStringLiteral("shadowed dan record=06 to=05"),
                 QStringLiteral("orphaned zoe record= to=09")}));
        QCOMPARE(faults[0].repairedValue(), std::optional(uuid(1)));
        QCOMPARE(faults[1].repairedValue(), std::optional(uuid(2)));
        QVERIFY(!faults[2].repairedValue() && faults[2].isRepairable());
        QVERIFY(!faults[3].isRepairable());
        QCOMPARE(faults[0].entry->value, uuid(2));
        QVERIFY(!faults[1].entry);
    }

    void aNullIsAFaultWhereTheIndexAllowsNone()
    {
        IndexCheck check(usersByName(false));
        check.addRecord(user(1, std::nullopt));
        const auto faults = check.faults();
        QCOMPARE(faults.size(), 1U);
        QCOMPARE(faults[0].kind, Kind::Unindexable);
        QCOMPARE(faults[0].record, slotKey(1, uuid(1)));
        QVERIFY2(faults[0].why.contains(QLatin1String("null")), qPrintable(faults[0].why));
    }

    void whatLeadsToADamagedRecordIsBelieved()
    {
        IndexCheck check(usersByName());
        check.addRecord({slotKey(1, uuid(1)), "\xff\xff"});
        check.addEntry(entry("ann", 1));
        QCOMPARE(inWords(check.faults()), QStringList());
        QCOMPARE(check.undecodable(), 1);
    }

    void aKeyThatEndsInTheRecordsOwn()
    {
        IndexInDatabase what = usersByName();
        what.indexCodec = codec(keyType("StringUuid"), ValueType::Uuid);
        what.relation.unique = false;
        IndexCheck check(what);
        check.addRecord(user(1, QStringLiteral("ann")));
        check.addRecord(user(2, QStringLiteral("ann")));
        check.addEntry({slotKey(2, "ann" + uuid(1)), uuid(1)});
        const auto faults = check.faults();
        QCOMPARE(faults.size(), 1U);
        QCOMPARE(faults[0].kind, Kind::Missing);
        QCOMPARE(faults[0].entryKey, slotKey(2, "ann" + uuid(2)));
    }

    void anIndexThatCannotBeFollowedSaysWhy()
    {
        IndexInDatabase what = usersByName();
        what.relation.fields.clear();
        what.relation.expression = QStringLiteral("lambda user: key_of(user)");
        QVERIFY(IndexCheck(what).problem().contains(QLatin1String("key_of(user)")));
        what = usersByName();
        what.indexCodec = codec(keyType("UuidUuidString"), ValueType::Uuid);
        QVERIFY(!IndexCheck(what).problem().isEmpty());
    }

    void fieldsAsPartsOfKeys_data()
    {
        QTest::addColumn<Value>("field");
        QTest::addColumn<int>("component");
        QTest::addColumn<QByteArray>("bytes"); // null: it cannot be one

        const QByteArray sixteen = QByteArray::fromHex("3c0a8a6e5b0c4f0e9d3a6f1f6f0b7a01");
        const auto add = [](const char *name, const Value &field, KeyComponent component,
                            const QByteArray &bytes) {
            QTest::newRow(name) << field << int(component) << bytes;
        };
        add("uuid text", Value::text(QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a01")),
            KeyComponent::Uuid, sixteen);
        add("uuid hex", Value::text(QStringLiteral("3C0A8A6E5B0C4F0E9D3A6F1F6F0B7A01")), KeyComponent::Uuid,
            sixteen);
        add("uuid bytes", Value::bytes(sixteen), KeyComponent::Uuid, sixteen);
        add("no uuid", Value::text(QStringLiteral("3c0a8a6e")), KeyComponent::Uuid, {});
        add("not hex", Value::text(QString(32, QLatin1Char('x'))), KeyComponent::Uuid, {});
        add("oid", Value::integer(258), KeyComponent::Oid, QByteArray::fromHex("0000000000000102"));
        add("negative", Value::integer(-1), KeyComponent::Oid, {});
        add("address", Value::text(QStringLiteral("0x") + QString(40, QLatin1Char('a'))),
            KeyComponent::Bytes20, QByteArray(20, '\xaa'));
        add("text", Value::text(QStringLiteral("ä")), KeyComponent::String, "\xc3\xa4");
        add("number as text", Value::integer(1), KeyComponent::String, {});
        add("time", Value::integer(1), KeyComponent::Timestamp, QByteArray::fromHex("0000000000000001"));
    }
    void fieldsAsPartsOfKeys()
    {
        QFETCH(Value, field);
        QFETCH(int, component);
        QFETCH(QByteArray, bytes);
        const auto part = asKeyPart(field, KeyComponent(component));
        QCOMPARE(part.has_value(), !bytes.isNull());
        if (part)
            QCOMPARE(*KeyType({KeyComponent(component)}).encode({*part}), bytes);
    }
};

Q_DECLARE_METATYPE(slotscope::core::Value)

QTEST_GUILESS_MAIN(TestIndexCheck)
#include "tst_indexcheck.moc"
