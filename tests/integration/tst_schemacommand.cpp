// SPDX-License-Identifier: GPL-3.0-or-later
//
// `slotscope schema` and `--schema` of the real program.
#include "core/pmap/schemafile.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QJsonArray>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::test;

namespace {

const QString Users = QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a01");

struct Run
{
    int exitCode = -1;
    std::vector<QJsonObject> json;
    QByteArray output;
    QString errors;
};

Run run(const QStringList &arguments)
{
    Program program(arguments);
    Run run;
    run.exitCode = program.wait();
    run.output = program.output();
    run.json = program.jsonLines();
    run.errors = QString::fromUtf8(program.errors());
    return run;
}

QByteArray readFile(const QString &name)
{
    QFile file(name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeFile(const QString &name, const QByteArray &bytes)
{
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

} // namespace

class TestSchemaCommand : public QObject
{
    Q_OBJECT

    QString m_tables = dataFile(QStringLiteral("slots/library_tables.py"));

    static QStringList import(const QStringList &rest)
    {
        return QStringList {QStringLiteral("schema"), QStringLiteral("import")} + rest;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QSKIP("there is no python3");
    }

    void importsAsJson()
    {
        const Run imported = run(import({m_tables, QStringLiteral("--json")}));
        QVERIFY2(imported.exitCode == 0, qPrintable(imported.errors));
        const Json expected = readVectors(QStringLiteral("slots/expected-declarations.json"));
        const Json &tables = expected["files"][0]["tables"];
        QCOMPARE(imported.json.size(), tables.size());
        for (size_t i = 0; i < tables.size(); ++i) {
            const QJsonObject &line = imported.json[i];
            const auto wanted = [&](const char *member) {
                return tables[i][member].is_null() ? QJsonValue()
                                                   : QJsonValue(QString::fromStdString(tables[i][member]));
            };
            QCOMPARE(line[QLatin1String("oid")], wanted("oid"));
            QCOMPARE(line[QLatin1String("class")], wanted("class"));
            QCOMPARE(line[QLatin1String("name")], wanted("catalogue_name"));
            QCOMPARE(line[QLatin1String("keyType")], wanted("key_type"));
            QCOMPARE(line[QLatin1String("valueType")], wanted("value_type"));
            QCOMPARE(line[QLatin1String("compression")], wanted("compression"));
            QCOMPARE(line[QLatin1String("description")], wanted("description"));
            QCOMPARE(line[QLatin1String("file")].toString(), QStringLiteral("library_tables.py"));
            QVERIFY(line[QLatin1String("line")].toInt() > 0);
            QVERIFY(line[QLatin1String("indexes")].isArray());
        }
    }
    void indexesAndProblems()
    {
        const Run imported =
            run(import({dataFile(QStringLiteral("import/indexes")), QStringLiteral("--json")}));
        QCOMPARE(imported.exitCode, 0);
        QVERIFY(imported.errors.contains(QLatin1String("slotscope: indexed.py:49: ")));
        const auto users =
            std::find_if(imported.json.begin(), imported.json.end(), [](const QJsonObject &line) {
                return line[QLatin1String("class")] == QLatin1String("Users");
            });
        QVERIFY(users != imported.json.end());
        const QJsonObject index = (*users)[QLatin1String("indexes")].toArray().at(1).toObject();
        QCOMPARE(index[QLatin1String("name")].toString(), QStringLiteral("idx2"));
        QCOMPARE(index[QLatin1String("oid")].toString(),
                 QStringLiteral("00000000-0000-4000-8000-000000000002"));
        QCOMPARE(index[QLatin1String("fields")].toArray(),
                 (QJsonArray {QStringLiteral("realm"), QStringLiteral("name")}));
        QCOMPARE(index[QLatin1String("unique")], QJsonValue(false));
        QCOMPARE(index[QLatin1String("line")], QJsonValue(45));
        QCOMPARE(imported.json.front()[QLatin1String("slot")], QJsonValue(50));
    }

    void writesAndMergesAFile()
    {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("schema.json"));
        const QStringList output {QStringLiteral("-o"), file};
        QCOMPARE(run(import(QStringList {m_tables} + output)).exitCode, 0);
        const QByteArray written = readFile(file);
        const auto schema = core::loadSchema(file);
        QVERIFY(schema);
        QCOMPARE(schema->tables.size(), size_t(13));
        QCOMPARE(run(import(QStringList {m_tables} + output)).exitCode, 0);
        QCOMPARE(readFile(file), written);

        // Another source says something else.
        const QString other = folder.filePath(QStringLiteral("other.py"));
        writeFile(other,
                  "from zlmdb import table, MapUuidJson\n@table('" + Users.toUtf8()
                      + "')\n"
                        "class Users(MapUuidJson):\n    \"\"\"\n    Readers of the library.\n\n    One "
                        "record per card "
                        "holder, by the UUID of the holder.\n    \"\"\"\n");
        const Run refused = run(import(QStringList {other} + output));
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(
            refused.errors.contains(QLatin1String(
                "Users: valueType is Cbor (imported from library_tables.py:125), but other.py:3 says Json")),
            qPrintable(refused.errors));
        QVERIFY(refused.errors.contains(QLatin1String("--replace")));
        QCOMPARE(readFile(file), written);
        QCOMPARE(run(import(QStringList {other, QStringLiteral("--keep")} + output)).exitCode, 0);
        QCOMPARE(
            core::loadSchema(file)->find(core::TableId::ofOid(Users))->text(core::SchemaProperty::ValueType),
            QStringLiteral("Cbor"));
        QCOMPARE(run(import(QStringList {other, QStringLiteral("--replace")} + output)).exitCode, 0);
        QCOMPARE(
            core::loadSchema(file)->find(core::TableId::ofOid(Users))->text(core::SchemaProperty::ValueType),
            QStringLiteral("Json"));

        // What is damaged stays as it is.
        writeFile(file, "{\n\"slotscope\": 1,\n<<<<<<<\n");
        const Run damaged = run(import(QStringList {m_tables} + output));
        QCOMPARE(damaged.exitCode, 1);
        QVERIFY2(damaged.errors.contains(file + QStringLiteral(": line 3: ")), qPrintable(damaged.errors));
        QCOMPARE(readFile(file), QByteArray("{\n\"slotscope\": 1,\n<<<<<<<\n"));
        const Run shown = run({QStringLiteral("schema"), QStringLiteral("show"), file});
        QCOMPARE(shown.exitCode, 1);
        QVERIFY(shown.errors.contains(QLatin1String("line 3: ")));
    }

    void showsAFile()
    {
        const QString file = dataFile(QStringLiteral("schema/example.json"));
        const Run text = run({QStringLiteral("schema"), QStringLiteral("show"), file});
        QCOMPARE(text.exitCode, 0);
        QVERIFY(text.output.startsWith("CLASS"));
        QVERIFY(text.output.contains(Users.toUtf8()));
        const Run json =
            run({QStringLiteral("schema"), QStringLiteral("show"), file, QStringLiteral("--json")});
        QCOMPARE(json.exitCode, 0);
        QCOMPARE(json.json.size(), size_t(4));
        QCOMPARE(json.json.back()[QLatin1String("valueType")].toString(), QStringLiteral("Json"));
        QCOMPARE(json.json.back()[QLatin1String("pinned")].toArray(),
                 QJsonArray {QStringLiteral("valueType")});
        const Run description =
            run({QStringLiteral("schema"), QStringLiteral("show"), QStringLiteral("--json-schema")});
        QCOMPARE(description.exitCode, 0);
        QVERIFY(QJsonDocument::fromJson(description.output).isObject());
    }

    void everyCommandTakesASchema()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        QCOMPARE(loadDump(etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("schema.json"));
        QCOMPARE(run(import({m_tables, QStringLiteral("-o"), file})).exitCode, 0);
        core::Schema schema = *core::loadSchema(file);
        schema.tables[core::TableId::ofOid(Users)].pin(core::SchemaProperty::ValueType,
                                                       QStringLiteral("Binary"));
        QVERIFY(core::saveSchema(schema, file));
        const QStringList connected {QStringLiteral("--connect"), etcd.endpoint(), QStringLiteral("--json"),
                                     QStringLiteral("--schema"), file};

        const Run listed = run(QStringList {QStringLiteral("slots")} + connected);
        QCOMPARE(listed.exitCode, 0);
        const Json expected = readVectors(QStringLiteral("slots/expected-declarations.json"));
        size_t imported = 0;
        for (const QJsonObject &line : listed.json) {
            for (const Json &table : expected["files"][0]["tables"]) {
                const QString oid = QString::fromStdString(table["oid"]);
                if (line[QLatin1String("oid")].toString() != oid)
                    continue;
                ++imported;
                QCOMPARE(line[QLatin1String("source")].toString(), QStringLiteral("imported"));
                QCOMPARE(line[QLatin1String("keyType")].toString(),
                         QString::fromStdString(table["key_type"]));
                QCOMPARE(line[QLatin1String("valueType")].toString(),
                         oid == Users ? QStringLiteral("Binary")
                                      : QString::fromStdString(table["value_type"]));
                QCOMPARE(line[QLatin1String("compression")].toString(),
                         QString::fromStdString(table["compression"]));
            }
        }
        QCOMPARE(imported, size_t(13));

        const Run records = run(QStringList {QStringLiteral("records"), QStringLiteral("Users")} + connected);
        QCOMPARE(records.exitCode, 0);
        QVERIFY(!records.json.empty());
        for (const QJsonObject &line : records.json)
            QVERIFY(line[QLatin1String("value")].toObject().contains(QLatin1String("hex")));

        const Run shown = run(QStringList {QStringLiteral("schema"), QStringLiteral("show")} + connected);
        QCOMPARE(shown.exitCode, 0);
        bool found = false;
        for (const QJsonObject &line : shown.json) {
            if (line[QLatin1String("oid")].toString() != Users)
                continue;
            found = true;
            const QJsonObject value = line[QLatin1String("valueType")].toObject();
            QCOMPARE(value[QLatin1String("value")].toString(), QStringLiteral("Binary"));
            QCOMPARE(value[QLatin1String("source")].toString(), QStringLiteral("pinned"));
            const QJsonObject key = line[QLatin1String("keyType")].toObject();
            QCOMPARE(key[QLatin1String("source")].toString(), QStringLiteral("imported"));
            QCOMPARE(key[QLatin1String("line")].toInt(), 125);
        }
        QVERIFY(found);
        QCOMPARE(run(QStringList {QStringLiteral("slots"), QStringLiteral("--connect"), etcd.endpoint(),
                                  QStringLiteral("--schema"), QStringLiteral("/nowhere.json")})
                     .exitCode,
                 1);
    }

    void wrongUsage_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<int>("exitCode");
        const auto row = [](const char *arguments, int exitCode) {
            QTest::addRow("%s", arguments) << QString::fromLatin1(arguments) << exitCode;
        };
        row("schema", 2);
        row("schema export", 2);
        row("schema import", 2);
        row("schema import x --replace", 2);
        row("schema import x -o y --replace --keep", 2);
        row("schema import x --json-schema", 2);
        row("schema show a b", 2);
        row("schema show a -o b", 2);
        row("schema show a --json-schema", 2);
        row("schema import /nowhere/at/all", 1);
        row("schema import /dev/null", 1);
        row("schema show /nowhere/at/all", 1);
        row("types --schema x", 2);
    }
    void wrongUsage()
    {
        QFETCH(QString, arguments);
        QFETCH(int, exitCode);
        const Run wrong = run(arguments.split(u' '));
        QCOMPARE(wrong.exitCode, exitCode);
        QVERIFY(!wrong.errors.isEmpty());
        QVERIFY(wrong.output.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSchemaCommand)
#include "tst_schemacommand.moc"
