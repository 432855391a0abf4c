// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/schemafile.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

const QString Oid = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a01");
const QString IndexOid = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a02");

QByteArray dataOf(const char *name)
{
    QFile file(dataFile(QString::fromLatin1(name)));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Schema exampleSchema()
{
    Schema schema;
    TableSchema &users = schema.tables[TableId::ofOid(Oid)];
    users.import(SchemaProperty::ClassName, QStringLiteral("Users"), {QStringLiteral("app/schema.py"), 7});
    users.import(SchemaProperty::KeyType, QStringLiteral("Uuid"), {QStringLiteral("app/schema.py"), 7});
    users.import(SchemaProperty::ValueType, QStringLiteral("Cbor"), {QStringLiteral("app/schema.py"), 7});
    users.pin(SchemaProperty::ValueType, QStringLiteral("Json"));
    users.import(SchemaProperty::Description, QStringLiteral("Users, \"all\"\nof them – übrigens"), {});
    IndexRelation index;
    index.name = QStringLiteral("idx1");
    index.table = TableId::ofOid(IndexOid);
    index.className = QStringLiteral("UsersByName");
    index.fields = {ValuePath::fields({QStringLiteral("address"), QStringLiteral("city")}),
                    ValuePath::fields({QStringLiteral("a.b")})};
    index.composite = true;
    index.nullable = true;
    index.unique = false;
    index.provenance = {
        .source = TypeSource::Imported, .from = {QStringLiteral("app/schema.py"), 30}, .confidence = 1};
    users.indexes = {index};
    users.columns = {{.column = QStringLiteral("value.name"), .width = 120},
                     {.column = QStringLiteral("key.0"), .shown = false, .format = QStringLiteral("short")}};
    for (const quint16 slot : {quint16(100), quint16(9), quint16(20)})
        schema.tables[TableId::ofSlot(Slot(slot))].pin(SchemaProperty::Compression, QStringLiteral("zlib"));
    return schema;
}

} // namespace

class TestSchemaFile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void looksLikeThis() { QCOMPARE(writeSchema(exampleSchema()), dataOf("schema/example.json")); }
    void comesBackWhole()
    {
        const Schema before = exampleSchema();
        const auto after = readSchema(writeSchema(before));
        QVERIFY2(after, qPrintable(after.hasValue() ? QString() : after.error().detail));
        QCOMPARE(writeSchema(*after), writeSchema(before));
        const TableSchema *users = after->find(TableId::ofOid(Oid));
        QVERIFY(users);
        QVERIFY(users->indexes == before.find(TableId::ofOid(Oid))->indexes);
        QVERIFY(users->columns == before.find(TableId::ofOid(Oid))->columns);
        QCOMPARE(users->indexes[0].provenance.from.line, 30);
        QCOMPARE(users->text(SchemaProperty::ValueType), QStringLiteral("Json"));
        QCOMPARE(users->find(SchemaProperty::ValueType)->from.toString(), QStringLiteral("app/schema.py:7"));
        QCOMPARE(after->tables.size(), size_t(4));
        QCOMPARE(writeSchema({}), QByteArray("{\n  \"slotscope\": 1\n}\n"));
        QVERIFY(readSchema(writeSchema({})));
    }
    void whetherAnIndexIsMaintainedComesBack()
    {
        for (const std::optional<bool> maintained : {std::optional<bool>(), {true}, {false}}) {
            Schema schema = exampleSchema();
            schema.tables[TableId::ofOid(Oid)].indexes.front().maintained = maintained;
            const auto after = readSchema(writeSchema(schema));
            QVERIFY(after);
            QCOMPARE(after->find(TableId::ofOid(Oid))->indexes.front().maintained, maintained);
        }
    }
    void keepsWhatItDoesNotKnow()
    {
        const QByteArray json = dataOf("schema/unknown-members.json");
        const auto schema = readSchema(json);
        QVERIFY(schema);
        QCOMPARE(writeSchema(*schema), json);
        // Also where a pin goes away.
        Schema unpinned = *schema;
        unpinned.tables.begin()->second.unpin(SchemaProperty::KeyType);
        QVERIFY(writeSchema(unpinned).contains("\"keyType\": {\"remark\": \"sure\"}"));
    }

    void errorsSayTheLine_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *name, const char *json, const char *error) {
            QTest::addRow("%s", name) << QByteArray(json) << QString::fromLatin1(error);
        };
        row("empty", " \n", "the file is empty");
        row("no JSON", "{\n\"slotscope\": 1,\n<<<<<<< HEAD\n}", "line 3: ");
        row("cut", "{\n\"slotscope\": 1,\n", "line 3: ");
        row("a list", "[]", "line 1: a schema file is to be an object");
        row("another file", "{\"name\": \"x\"}", "line 1: this is no schema file");
        row("newer", "{\n\"slotscope\": 2}", "line 2: this is a schema file of version 2");
        row("no UUID", "{\"slotscope\": 1, \"tables\":\n{\"x\": {}}}", "line 2: x is no UUID");
        row("no slot", "{\"slotscope\": 1, \"slots\":\n{\"0\": {}}}", "line 2: 0 is no number of a slot");
        row("too large", "{\"slotscope\": 1, \"slots\":\n{\"65536\": {}}}", "line 2: 65536 is no number");
        row("twice", "{\"slotscope\": 1,\n \"slots\": {\"1\": {},\n \"1\": {}}}",
            "line 3: slots says 1 twice");
        row("twice in two spellings", "{\"slotscope\": 1,\n \"slots\": {\"1\": {},\n \"01\": {}}}",
            "line 3: ");
        row("type", "{\"slotscope\": 1, \"slots\": {\"1\": {\n\"keyType\": {\"pinned\": \"Nope\"}}}}",
            "line 2: there is no key type Nope");
        row("no object", "{\"slotscope\": 1, \"slots\": {\"1\": {\n\"keyType\": \"Uuid\"}}}",
            "line 2: keyType is to be an object");
        row("no text", "{\"slotscope\": 1, \"slots\": {\"1\": {\n\"valueType\": {\"pinned\": 1}}}}",
            "line 2: ");
        row("line", "{\"slotscope\": 1, \"slots\": {\"1\": {\n\"class\": {\"line\": -1}}}}",
            "line 2: a line is to be a number");
        row("column", "{\"slotscope\": 1, \"slots\": {\"1\": {\n\"columns\": [{}]}}}", "line 2: a column");
        row("field", "{\"slotscope\": 1, \"slots\": {\"1\": {\"indexes\": [{\n\"fields\": [\"a[\"]}]}}}",
            "line 2: ");
        row("not UTF-8", "{\"slotscope\": 1,\n \"a\": \"\xff\"}", "line 2: ");
    }
    void errorsSayTheLine()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const auto schema = readSchema(json);
        QVERIFY(!schema);
        QVERIFY2(schema.error().detail.contains(error), qPrintable(schema.error().detail));
    }
    void mutationsAreReadOrRefused()
    {
        int read = 0;
        forEachMutation(writeSchema(exampleSchema()), 250, [&](const QByteArray &json) {
            const auto schema = readSchema(json);
            if (!schema) {
                QVERIFY(!schema.error().detail.isEmpty());
                return;
            }
            ++read;
            const QByteArray written = writeSchema(*schema);
            const auto again = readSchema(written);
            QVERIFY2(again, written.constData());
            QCOMPARE(writeSchema(*again), written);
        });
        QVERIFY(read > 0);
    }

    void filesAreWrittenWhole()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("a/b/schema.json"));
        auto none = loadSchema(file);
        QVERIFY(!none);
        QCOMPARE(none.error().kind, ErrorKind::NotFound);
        QVERIFY(saveSchema(exampleSchema(), file)); // with its folders
        const auto schema = loadSchema(file);
        QVERIFY(schema);
        QCOMPARE(schema->folder, folder.filePath(QStringLiteral("a/b")));
        QCOMPARE(QDir(schema->folder).entryList(QDir::Files), QStringList {QStringLiteral("schema.json")});

        QVERIFY(!loadSchema(folder.path()));
        const auto refused = saveSchema(exampleSchema(), folder.path());
        QVERIFY(!refused);
        QVERIFY(refused.error().detail.contains(folder.path()));
        QFile damaged(file);
        QVERIFY(damaged.open(QIODevice::WriteOnly) && damaged.write("{\n!") == 3);
        damaged.close();
        const auto error = loadSchema(file);
        QVERIFY(!error);
        QVERIFY2(error.error().detail.startsWith(file + QStringLiteral(": line 2: ")),
                 qPrintable(error.error().detail));
    }

    void theDescriptionKnowsWhatTheProgramKnows()
    {
        const Json description = Json::parse(schemaFileDescription().toStdString());
        const Json &table = description["$defs"]["table"]["properties"];
        for (const SchemaProperty property : allSchemaProperties())
            QVERIFY2(table.contains(schemaPropertyName(property).toStdString()),
                     qPrintable(schemaPropertyName(property)));
        QCOMPARE(table.size(), allSchemaProperties().size() + 2); // and indexes and columns
        const Json written = Json::parse(writeSchema(exampleSchema()).toStdString());
        for (const char *list : {"indexes", "columns"}) {
            const Json &known =
                description["$defs"][list == std::string("indexes") ? "index" : "column"]["properties"];
            for (const Json &entry : written["tables"][Oid.toStdString()][list]) {
                for (const auto &[name, value] : entry.items())
                    QVERIFY2(known.contains(name) || name == "file" || name == "line", name.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSchemaFile)
#include "tst_schemafile.moc"
