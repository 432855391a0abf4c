// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"
#include "core/codec/json.h"
#include "core/table/columns.h"

#include <QtTest>

using namespace slotscope::core;

class TestColumns : public QObject
{
    Q_OBJECT

    static std::vector<Column> columnsOf(const QByteArrayList &jsonValues, const char *keyType = "Uuid")
    {
        SlotType type;
        type.key = *KeyType::parse(QString::fromLatin1(keyType));
        type.value = ValueType::Json;
        std::vector<DecodedRow> rows;
        for (const QByteArray &json : jsonValues)
            rows.push_back(decodeRow(SlotCodec(type), QByteArray(2 + 16, '\1'), json));
        return discoverColumns(type, rows);
    }
    static QByteArrayList shownIds(const std::vector<Column> &columns)
    {
        QByteArrayList ids;
        for (const Column &column : columns) {
            if (column.shown)
                ids.append(column.id.toUtf8());
        }
        return ids;
    }
    static const Column *find(const std::vector<Column> &columns, const char *id)
    {
        const auto it = std::find_if(columns.cbegin(), columns.cend(),
                                     [id](const Column &column) { return column.id == QLatin1String(id); });
        return it == columns.cend() ? nullptr : &*it;
    }

private Q_SLOTS:
    void fieldsInOrderOfAppearanceNestedOneLevel()
    {
        const auto columns = columnsOf({R"({"name":"a","birthday":{"year":1,"month":2},"tags":[1]})",
                                        R"({"extra":true,"name":"b","birthday":null,"tags":[]})"});
        QCOMPARE(shownIds(columns),
                 QByteArrayList({"key.0", "value.name", "value.birthday.year", "value.birthday.month",
                                 "value.tags", "value.extra"}));
        QVERIFY(find(columns, "value.birthday.year")->numeric);
        QVERIFY(!find(columns, "value.name")->numeric);
        QCOMPARE(find(columns, "value.extra")->fillRate, 0.5);
        QVERIFY(find(columns, "meta.modRevision") && !find(columns, "meta.modRevision")->shown);
    }

    void whatIsAbsentDoesNotFillAColumn()
    {
        const auto schema =
            FlatSchema::fromText("table T { a:int; b:int = 7; c:string; } root_type T;", QStringLiteral("t"));
        QVERIFY(schema);
        SlotType type;
        type.value = ValueType::FlatBuffers;
        type.flatBuffers.schema = *schema;
        const SlotCodec codec(type);
        std::vector<DecodedRow> rows;
        for (const char *notation : {R"({"a": 1})", R"({"a": 2, "c": "x"})"}) {
            const auto bytes = codec.encodeValue(*codec.valueFromNotation(notation));
            QVERIFY(bytes);
            rows.push_back(decodeRow(codec, QByteArray(2 + 16, '\1'), *bytes));
        }
        const auto columns = discoverColumns(type, rows);
        QCOMPARE(find(columns, "value.a")->fillRate, 1.0);
        QCOMPARE(find(columns, "value.b")->fillRate, 0.0);
        QVERIFY(find(columns, "value.b")->numeric);
        QCOMPARE(find(columns, "value.c")->fillRate, 0.5);
    }

    void aDictionaryStaysOneColumn()
    {
        QByteArray ratings = "{\"r\":{";
        for (int i = 0; i < 30; ++i)
            ratings += (i > 0 ? "," : "") + QByteArray("\"k") + QByteArray::number(i) + "\":1";
        const auto columns = columnsOf({ratings + "}}"});
        QCOMPARE(shownIds(columns), QByteArrayList({"key.0", "value.r"}));
    }

    void valuesWithoutFieldsAreOneColumn()
    {
        const auto columns = columnsOf({"1", "2.5", "null"});
        QCOMPARE(shownIds(columns), QByteArrayList({"key.0", "value"}));
        QVERIFY(find(columns, "value")->numeric);
    }

    void aFewMapsAmongOthersDoNotSpreadOut()
    {
        const auto columns = columnsOf({"1", "\"x\"", "[]", R"({"a":1})"});
        QCOMPARE(shownIds(columns), QByteArrayList({"key.0", "value"}));
        QVERIFY(find(columns, "value.a")); // to be chosen
    }

    void undecodableRecordsDoNotCount()
    {
        const auto columns = columnsOf({"{broken", R"({"a":1})"});
        QCOMPARE(find(columns, "value.a")->fillRate, 1.0);
        QVERIFY(find(columns, "value.a")->shown);
    }

    void columnsTellWhatTheyHold()
    {
        const auto columns = columnsOf({R"({"a":1,"b":null})", R"({"a":"x","b":null})", R"({"a":null})"});
        const Column *a = find(columns, "value.a");
        QVERIFY(a->has(Value::Kind::Integer) && a->has(Value::Kind::Text));
        QVERIFY(!a->has(Value::Kind::Null) && !a->has(Value::Kind::Bool));
        QCOMPARE(find(columns, "value.b")->kinds, 0U);
        QVERIFY(find(columns, "key.0")->has(Value::Kind::Uuid));
        QVERIFY(find(columns, "value")->has(Value::Kind::Map));
    }

    void wantedColumnsComeBeside()
    {
        SlotType type;
        type.key = *KeyType::parse(u"Uuid");
        type.value = ValueType::Json;
        std::vector<DecodedRow> rows;
        for (const char *json : {R"({"tags":["x",1],"a":{"b":{"c":2}}})", R"({"tags":["y"]})"})
            rows.push_back(decodeRow(SlotCodec(type), QByteArray(2 + 16, '\1'), json));
        const auto wanted = [](const char *path) { return *ValuePath::parse(QLatin1String(path)); };
        const auto columns = discoverColumns(
            type, rows, {wanted("tags[1]"), wanted("a.b.c"), wanted("tags"), wanted("nowhere")});
        const Column *item = find(columns, "value.tags[1]");
        QVERIFY(item && item->added && item->shown && item->numeric);
        QCOMPARE(item->fillRate, 0.5);
        QCOMPARE(cellValue(rows[0], *item)->toInt64(), std::optional<qint64>(1));
        QVERIFY(!cellValue(rows[1], *item));
        QVERIFY(find(columns, "value.a.b.c")->has(Value::Kind::Integer));
        QCOMPARE(find(columns, "value.nowhere")->fillRate, 0.0);
        QVERIFY(!find(columns, "value.tags")->added);
        QCOMPARE(std::count_if(columns.begin(), columns.end(),
                               [](const Column &c) { return c.id == QLatin1String("value.tags"); }),
                 1);
        for (const Column &column : columns)
            QCOMPARE(Column::pathOfId(column.id).value_or(ValuePath()), column.path);
    }

    void cellsFollowTheColumns()
    {
        SlotType type;
        type.key = *KeyType::parse(u"UuidString");
        type.value = ValueType::Json;
        const QUuid uuid = QUuid::createUuidV5(QUuid(), QByteArray("x"));
        const DecodedRow row =
            decodeRow(SlotCodec(type), QByteArray(2, '\0') + uuid.toRfc4122() + "tail", R"({"b":{"y":7}})");
        const auto columns = discoverColumns(type, {row});
        QCOMPARE(cellValue(row, columns.at(0))->toUuid(), uuid);
        QCOMPARE(cellValue(row, columns.at(1))->toText(), QStringLiteral("tail"));
        QCOMPARE(cellValue(row, *find(columns, "value.b.y"))->toInt64(), std::optional<qint64>(7));
        Column absent = *find(columns, "value.b.y");
        absent.path = ValuePath::fields({QStringLiteral("b"), QStringLiteral("z")});
        QVERIFY(!cellValue(row, absent));
        const RowView view {.value = "12345", .modRevision = Revision(9), .version = 3, .lease = LeaseId(4)};
        QCOMPARE(metaNumber(view, Column::Meta::Size), qint64(5));
        QCOMPARE(metaNumber(view, Column::Meta::ModRevision), qint64(9));
    }
};

QTEST_GUILESS_MAIN(TestColumns)
#include "tst_columns.moc"
