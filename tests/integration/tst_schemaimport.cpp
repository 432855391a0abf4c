// SPDX-License-Identifier: GPL-3.0-or-later
//
// Declarations read from Python source by a real python3, and from zlmdb's YAML. Each folder of
// tests/data/import holds sources and, in expected.txt, what is to be found in them.
#include "core/pmap/schemaimport.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QProcess>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QString inWords(const SchemaImport &import)
{
    QStringList lines;
    for (const auto &[id, table] : import.schema.tables) {
        const PropertyEntry *name = table.find(SchemaProperty::ClassName);
        QStringList parts {id.toString(), name ? name->from.toString() : QString()};
        for (const SchemaProperty property :
             {SchemaProperty::Name, SchemaProperty::KeyType, SchemaProperty::ValueType,
              SchemaProperty::Compression, SchemaProperty::FlatBuffersRoot, SchemaProperty::Description})
            parts += table.text(property).isEmpty() ? QStringLiteral("-") : table.text(property);
        lines += parts.join(QLatin1String(" | ")).replace(QLatin1Char('\n'), QLatin1String("\\n"));
        for (const IndexRelation &index : table.indexes) {
            QStringList fields;
            for (const ValuePath &field : index.fields)
                fields += field.toString();
            QString line = QStringLiteral("    %1 %2 %3: %4")
                               .arg(QString::number(index.provenance.from.line), index.name, index.className,
                                    fields.join(QLatin1String(" + ")));
            if (index.fields.empty())
                line += QLatin1Char('?') + index.expression;
            if (index.composite)
                line += QStringLiteral(", composite");
            if (index.nullable)
                line += QStringLiteral(", nullable");
            if (!index.unique)
                line += QStringLiteral(", not unique");
            line += QStringLiteral(" in ")
                + (index.table == TableId() ? QStringLiteral("?") : index.table.toString());
            lines += line;
        }
    }
    for (const ImportProblem &problem : import.problems) {
        QString line = QStringLiteral("! ") + problem.toString();
        // What Python says of its grammar changes with its version.
        if (const qsizetype python = line.indexOf(QLatin1String("is no Python")); python >= 0)
            line.truncate(python + 12);
        lines += line;
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

Result<SchemaImport> import(const QStringList &paths,
                            std::chrono::milliseconds deadline = std::chrono::minutes(2))
{
    std::optional<Result<SchemaImport>> outcome;
    QObject context;
    importSchema(paths, deadline).then(&context, [&](const Result<SchemaImport> &result) {
        outcome = result;
    });
    if (!QTest::qWaitFor([&] { return outcome.has_value(); }, 100'000))
        return Unexpected {Error {.detail = QStringLiteral("no outcome")}};
    return *outcome;
}

QString readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

void writeFile(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

const QByteArray OneTable = "from zlmdb import table, MapOidOid\n"
                            "@table('00000000-0000-4000-8000-000000000001')\n"
                            "class One(MapOidOid): pass\n";

} // namespace

class TestSchemaImport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable(QStringLiteral("python3")).isEmpty())
            QSKIP("there is no python3");
    }

    void theLibraryTables()
    {
        const auto result = import({dataFile(QStringLiteral("slots/library_tables.py"))});
        QVERIFY2(result, qPrintable(result.hasValue() ? QString() : result.error().detail));
        QVERIFY2(result->problems.empty(), qPrintable(inWords(*result)));
        const std::vector<Json> expected =
            vectorsIn(QStringLiteral("slots/expected-declarations.json"), "files");
        QCOMPARE(expected.size(), size_t(1));
        const Json &tables = expected[0]["tables"];
        QCOMPARE(result->schema.tables.size(), tables.size());
        for (const Json &table : tables) {
            const auto wanted = [&table](const char *member) {
                return table[member].is_null() ? QString() : QString::fromStdString(table[member]);
            };
            const TableSchema *found = result->schema.find(TableId::ofOid(wanted("oid")));
            QVERIFY2(found, qPrintable(wanted("class")));
            QCOMPARE(found->text(SchemaProperty::ClassName), wanted("class"));
            QCOMPARE(found->text(SchemaProperty::Name), wanted("catalogue_name"));
            QCOMPARE(found->text(SchemaProperty::KeyType), wanted("key_type"));
            QCOMPARE(found->text(SchemaProperty::ValueType), wanted("value_type"));
            QCOMPARE(found->text(SchemaProperty::Compression), wanted("compression"));
            QCOMPARE(found->text(SchemaProperty::Description), wanted("description"));
            QCOMPARE(found->find(SchemaProperty::KeyType)->from.file,
                     wanted("catalogue_name").section(u'.', 0, 0) + QStringLiteral(".py"));
            QVERIFY(found->find(SchemaProperty::KeyType)->from.line > 0);
        }
        QCOMPARE(result->schema.find(TableId::ofOid(QStringLiteral("3c0a8a6e-5b0c-4f0e-9d3a-6f1f6f0b7a06")))
                     ->text(SchemaProperty::FlatBuffersRoot),
                 QStringLiteral("library.Book"));
    }

    void folders_data()
    {
        QTest::addColumn<QString>("folder");
        const QDir all(dataFile(QStringLiteral("import")));
        for (const QString &name : all.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
            QTest::addRow("%s", qPrintable(name)) << all.filePath(name);
    }
    void folders()
    {
        QFETCH(QString, folder);
        const auto result = import({folder});
        QVERIFY2(result, qPrintable(result.hasValue() ? QString() : result.error().detail));
        const QString found = inWords(*result);
        const QString expected = readFile(folder + QStringLiteral("/expected.txt"));
        if (found != expected)
            qWarning().noquote() << found; // all of it, to be looked at
        QCOMPARE(found.split(u'\n'), expected.split(u'\n'));
    }

    void nothingIsRun()
    {
        const QTemporaryDir folder;
        const QString trace = folder.filePath(QStringLiteral("trace"));
        const QByteArray touch = "open('" + trace.toUtf8() + "', 'w').close()\n";
        // Modules that Python or the reader might import instead of their own.
        for (const char *name : {"ast.py", "json.py", "sitecustomize.py", "usercustomize.py", "zlmdb.py",
                                 "uuid.py", "encodings/__init__.py"})
            writeFile(folder.filePath(QString::fromLatin1(name)), touch);
        writeFile(folder.filePath(QStringLiteral("app.py")),
                  touch + OneTable + "@table(open('" + trace.toUtf8()
                      + "', 'w'))\nclass Two(MapOidOid): pass\n");
        const QByteArray path = qgetenv("PYTHONPATH");
        const QString before = QDir::currentPath();
        qputenv("PYTHONPATH", folder.path().toLocal8Bit());
        QVERIFY(QDir::setCurrent(folder.path()));
        const auto result = import({folder.path(), QStringLiteral("app.py")});
        QDir::setCurrent(before);
        qputenv("PYTHONPATH", path);
        QVERIFY(result);
        QCOMPARE(result->schema.tables.size(), size_t(1));
        QVERIFY(!QFile::exists(trace));
    }

    void wheels()
    {
        const QTemporaryDir folder;
        writeFile(folder.filePath(QStringLiteral("app/__init__.py")), "");
        writeFile(folder.filePath(QStringLiteral("app/tables.py")), OneTable);
        writeFile(folder.filePath(QStringLiteral("app/bad.py")), "print 1\n");
        const QString wheel = folder.filePath(QStringLiteral("app-1-py3-none-any.whl"));
        QProcess zip;
        zip.setWorkingDirectory(folder.path());
        zip.start(QStringLiteral("python3"),
                  {QStringLiteral("-m"), QStringLiteral("zipfile"), QStringLiteral("-c"), wheel,
                   QStringLiteral("app")});
        QVERIFY(zip.waitForFinished() && zip.exitCode() == 0);
        const auto result = import({wheel});
        QVERIFY(result);
        QCOMPARE(result->schema.tables.size(), size_t(1));
        const TableSchema &table = result->schema.tables.begin()->second;
        QCOMPARE(table.text(SchemaProperty::Name), QStringLiteral("app.tables.One"));
        QCOMPARE(table.find(SchemaProperty::KeyType)->from.toString(),
                 QStringLiteral("app-1-py3-none-any.whl/app/tables.py:3"));
        QCOMPARE(result->problems.size(), size_t(1));
        QCOMPARE(result->problems[0].at.toString(), QStringLiteral("app-1-py3-none-any.whl/app/bad.py:1"));

        // Damaged anywhere: a problem, and what is whole is still read.
        QFile file(wheel);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        for (const qsizetype cut : {qsizetype(0), bytes.size() / 2, bytes.size() - 1}) {
            writeFile(wheel, bytes.first(cut));
            const auto damaged = import({wheel});
            QVERIFY(damaged);
            QVERIFY(!damaged->problems.empty());
        }
        QByteArray flipped = bytes;
        const qsizetype at = flipped.indexOf("app/tables.py") + 20; // in what is packed behind its header
        flipped[at] = static_cast<char>(flipped[at] ^ 0x55);
        writeFile(wheel, flipped);
        const auto damaged = import({wheel});
        QVERIFY(damaged);
        QCOMPARE(damaged->problems.size(), size_t(2));
    }

    void foldersThatLeadBackToThemselves()
    {
        const QTemporaryDir folder;
        writeFile(folder.filePath(QStringLiteral("a/b/tables.py")), OneTable);
        QVERIFY(QFile::link(folder.filePath(QStringLiteral("a")), folder.filePath(QStringLiteral("a/b/up"))));
        QVERIFY(QFile::link(folder.filePath(QStringLiteral("self.py")),
                            folder.filePath(QStringLiteral("self.py"))));
        QVERIFY(QFile::link(folder.filePath(QStringLiteral("a/b/tables.py")),
                            folder.filePath(QStringLiteral("again.py"))));
        QVERIFY(QFile::link(QStringLiteral("/dev/zero"), folder.filePath(QStringLiteral("zero.py"))));
        writeFile(folder.filePath(QStringLiteral("venv/pyvenv.cfg")), "");
        writeFile(folder.filePath(QStringLiteral("venv/lib/other.py")), "print 1\n");
        writeFile(folder.filePath(QStringLiteral(".git/hook.py")), "print 1\n");
        // The same folder twice, and a file of it.
        const auto result =
            import({folder.path(), folder.path(), folder.filePath(QStringLiteral("a/b/tables.py"))});
        QVERIFY(result);
        QCOMPARE(result->schema.tables.size(), size_t(1));
        QCOMPARE(result->files, 1);
        for (const ImportProblem &problem : result->problems)
            QVERIFY2(problem.at.file == QLatin1String("self.py"), qPrintable(problem.toString()));
    }

    void hostileSources_data()
    {
        QTest::addColumn<QByteArray>("source");
        QTest::newRow("brackets") << QByteArray(100'000, '(');
        QTest::newRow("lists") << QByteArray("x = ") + QByteArray(90, '[') + QByteArray(90, ']') + "\n";
        QTest::newRow("a long sum") << "x = " + QByteArray("1+").repeated(50'000) + "1\n";
        QTest::newRow("attributes") << "x = a" + QByteArray(".a").repeated(50'000) + "\n";
        QTest::newRow("calls") << "x = a" + QByteArray("()").repeated(5'000) + "\n";
        QTest::newRow("minus") << "x = " + QByteArray(50'000, '-') + "1\n";
        QTest::newRow("a ring of names")
            << QByteArray("a = b\nb = c\nc = a\nfrom zlmdb import table, MapOidOid\n"
                          "@table(a)\nclass A(MapOidOid): pass\n");
        QTest::newRow("a ring of imports")
            << QByteArray("from hostile import a, table\nfrom hostile import *\n"
                          "@table(a)\nclass A(MapOidOid): pass\n");
        QTest::newRow("doubling") << [] {
            QByteArray source = "from zlmdb import table, MapOidOid\nx0 = 'aaaaaaaaaaaaaaaa'\n";
            for (int i = 1; i < 60; ++i) {
                const QByteArray before = QByteArray::number(i - 1);
                source += "x" + QByteArray::number(i) + " = x" + before + " + x" + before + "\n";
            }
            return source + "@table(x59)\nclass A(MapOidOid): pass\n";
        }();
        QTest::newRow("random") << QByteArray::fromHex("fffe00800123").repeated(1000);
        QTest::newRow("too large") << QByteArray(5 * 1024 * 1024, '\n');
    }
    void hostileSources()
    {
        QFETCH(QByteArray, source);
        const QTemporaryDir folder;
        writeFile(folder.filePath(QStringLiteral("hostile.py")), source);
        writeFile(folder.filePath(QStringLiteral("one.py")), OneTable);
        const auto result = import({folder.path()});
        QVERIFY2(result, qPrintable(result.hasValue() ? QString() : result.error().detail));
        QCOMPARE(result->schema.tables.size(), size_t(1)); // the other file is read
    }
    void manyTables()
    {
        const QTemporaryDir folder;
        QByteArray source = "from zlmdb import table, MapOidOid\n";
        for (int i = 0; i < 10'000; ++i) {
            const QByteArray number = QByteArray::number(i);
            source += "@table('00000000-0000-4000-8000-" + number.rightJustified(12, '0') + "')\nclass T"
                + number + "(MapOidOid):\n    \"\"\"" + QByteArray(200, 'x') + "\"\"\"\n";
        }
        writeFile(folder.filePath(QStringLiteral("many.py")), source);
        const auto result = import({folder.path()});
        QVERIFY(result);
        QCOMPARE(result->schema.tables.size(), size_t(10'000));
        QVERIFY(result->problems.empty());
    }

    void whatIsNotThere()
    {
        auto result = import({QStringLiteral("/nowhere/at/all.py"), QStringLiteral("/dev/null")});
        QVERIFY(result);
        QCOMPARE(result->problems.size(), size_t(2));
        QVERIFY(result->problems[1].toString().contains(QLatin1String("all.py")));

        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", "/nowhere");
        result = import({dataFile(QStringLiteral("slots/library_tables.py"))});
        qputenv("PATH", path);
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Io);
        QVERIFY(result.error().detail.contains(QLatin1String("python3")));
    }
    void takesNoLongerThanItMay()
    {
        const QTemporaryDir folder;
        const QString pipe = folder.filePath(QStringLiteral("python3"));
        writeFile(pipe, "#!/bin/sh\nexec sleep 1000\n");
        QFile::setPermissions(pipe, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", folder.path().toLocal8Bit() + ':' + path);
        auto result = import({folder.path()}, std::chrono::milliseconds(50));
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Timeout);
        // One that dies, and one that says something else.
        writeFile(pipe, "#!/bin/sh\necho nonsense\n");
        result = import({folder.path()});
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Decode);
        writeFile(pipe, "#!/bin/sh\necho 'something: is wrong' >&2\nexit 1\n");
        result = import({folder.path()});
        QVERIFY(!result);
        QVERIFY(result.error().detail.endsWith(QLatin1String("something: is wrong")));
        writeFile(pipe, "#!/bin/sh\nkill -9 $$\n");
        result = import({folder.path()});
        qputenv("PATH", path);
        QVERIFY(!result);
        QVERIFY(result.error().detail.contains(QLatin1String("signal")));
    }
    void canBeGivenUp()
    {
        QObject context;
        std::optional<Result<SchemaImport>> outcome;
        const auto call = importSchema({dataFile(QStringLiteral("import"))});
        call.then(&context, [&](const Result<SchemaImport> &result) { outcome = result; });
        call.cancel();
        QTRY_VERIFY(outcome);
        QCOMPARE(outcome->error().kind, ErrorKind::Cancelled);
    }

    void yaml()
    {
        const SchemaImport import =
            readYamlSchema("# zlmdb\n"
                           "meta: {name: x}\n"
                           "slots:\n"
                           "  - index: 100\n"
                           "    name: users\n"
                           "    key: uuid\n"
                           "    value: cbor\n"
                           "    schema: user\n"
                           "    description: Users by their oid\n"
                           "  - {index: 101, name: names, key: uuid-timestamp, value: Bytes20Timestamp}\n"
                           "  - {index: 101, name: again, key: uuid, value: uuid}\n"
                           "  - {index: 70000, name: far, key: uuid, value: uuid}\n"
                           "  - {name: nowhere, key: uuid, value: uuid}\n"
                           "  - {index: 102, name: odd, key: xml, value: [a]}\n"
                           "  - text\n",
                           QStringLiteral("schema.yml"), true);
        QCOMPARE(
            inWords(import),
            QStringLiteral("slot 100 | schema.yml:5 | - | Uuid | Cbor | - | - | Users by their oid\n"
                           "slot 101 | schema.yml:10 | - | UuidTimestamp | Bytes20Timestamp | - | - | -\n"
                           "slot 102 | schema.yml:14 | - | - | - | - | - | -\n"
                           "! schema.yml:11: there is another slot 101 above\n"
                           "! schema.yml:12: a slot needs an index from 1 to 65535\n"
                           "! schema.yml:13: a slot needs an index from 1 to 65535\n"
                           "! schema.yml:14: slot 102: xml is no type that is known\n"
                           "! schema.yml:14: the value of slot 102 is to be a text\n"
                           "! schema.yml:15: a slot is to be a map with index, name, key and value\n"));
    }
    void otherYaml_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("another") << QByteArray("services:\n  web: {image: x}\n");
        QTest::newRow("slots of something else") << QByteArray("slots: 3\n");
        QTest::newRow("damaged") << QByteArray("slots: [{index: 1,\n");
        QTest::newRow("tabs") << QByteArray("slots:\n\t- index: 1\n");
        QTest::newRow("deep") << QByteArray(100'000, '[');
        QTest::newRow("deep maps") << QByteArray("a:\n ").repeated(3).append(QByteArray(50'000, '{'));
        QTest::newRow("a ring") << QByteArray("slots: &a [*a]\n");
        QTest::newRow("undefined alias") << QByteArray("slots: [*b]\n");
        QTest::newRow("bytes") << QByteArray::fromHex("fffe00800123");
    }
    void otherYaml()
    {
        QFETCH(QByteArray, yaml);
        const SchemaImport import = readYamlSchema(yaml, QStringLiteral("x.yml"), true);
        QVERIFY(import.schema.tables.empty());
        QVERIFY(!import.problems.empty());
        // Not meant, but found in a folder: nothing to be told of, unless it is one.
        const SchemaImport found = readYamlSchema(yaml, QStringLiteral("x.yml"), false);
        QVERIFY(found.schema.tables.empty());
        QVERIFY(found.problems.empty());
    }
    void yamlBesidePython()
    {
        const QTemporaryDir folder;
        writeFile(folder.filePath(QStringLiteral("one.py")), OneTable);
        writeFile(folder.filePath(QStringLiteral("db/schema.yaml")),
                  "slots: [{index: 5, name: a, key: oid, value: json}]\n");
        writeFile(folder.filePath(QStringLiteral("compose.yaml")), "services: {}\n");
        auto result = import({folder.path()});
        QVERIFY(result);
        QVERIFY(result->problems.empty());
        QCOMPARE(result->schema.tables.size(), size_t(2));
        QCOMPARE(result->files, 2);
        result = import({folder.filePath(QStringLiteral("db/schema.yaml")),
                         folder.filePath(QStringLiteral("compose.yaml"))});
        QVERIFY(result);
        QCOMPARE(result->schema.tables.size(), size_t(1));
        QCOMPARE(result->problems.size(), size_t(1));
    }
};

QTEST_GUILESS_MAIN(TestSchemaImport)
#include "tst_schemaimport.moc"
