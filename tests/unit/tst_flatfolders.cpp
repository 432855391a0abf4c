// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/flatfolders.h"
#include "core/pmap/schemafile.h"
#include "tests/support/testpaths.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestFlatFolders : public QObject
{
    Q_OBJECT

    static bool write(const QString &file, const QByteArray &text)
    {
        QDir().mkpath(QFileInfo(file).absolutePath());
        QFile output(file);
        return output.open(QIODevice::WriteOnly) && output.write(text) == text.size();
    }
    static QStringList rootsOf(const FlatFolders &found)
    {
        QStringList names;
        for (const FlatBuffersType &table : found.tables)
            names += table.root;
        names.sort();
        return names;
    }

private Q_SLOTS:
    void everyTableOnce()
    {
        // book.fbs is there in its compiled form as well.
        const FlatFolders found = readFlatFolders({dataFile(QStringLiteral("flatbuffers"))});
        QCOMPARE(found.problems, QStringList());
        QCOMPARE(rootsOf(found).count(QStringLiteral("library.Book")), 1);
        for (const FlatBuffersType &table : found.tables) {
            if (table.root == QStringLiteral("library.Book"))
                QVERIFY2(table.schemaFile.endsWith(QStringLiteral("book.fbs")), qPrintable(table.schemaFile));
        }
    }

    void includesAreFoundInAllFolders()
    {
        QTemporaryDir dir;
        QVERIFY(write(dir.filePath(QStringLiteral("common/base.fbs")), "namespace a; table Base { x:int; }"));
        QVERIFY(write(dir.filePath(QStringLiteral("app/thing.fbs")),
                      "include \"base.fbs\"; namespace a; table Thing { base:Base; } root_type Thing;"));
        QVERIFY(write(dir.filePath(QStringLiteral("app/broken.fbs")), "table {"));
        const FlatFolders found =
            readFlatFolders({dir.filePath(QStringLiteral("app")), dir.filePath(QStringLiteral("common"))});
        QCOMPARE(rootsOf(found), QStringList({QStringLiteral("a.Base"), QStringLiteral("a.Thing")}));
        QCOMPARE(found.files, 3);
        QCOMPARE(found.problems.size(), 1);
        QVERIFY2(found.problems.first().contains(QStringLiteral("broken.fbs")),
                 qPrintable(found.problems.first()));
        QVERIFY(!readFlatFolders({QStringLiteral("/nowhere/at/all")}).problems.isEmpty());
    }

    void namesFit()
    {
        QVERIFY(fitsClassName(QStringLiteral("library.Book"), QStringLiteral("Books")));
        QVERIFY(fitsClassName(QStringLiteral("Entry"), QStringLiteral("app.Entries")));
        QVERIFY(fitsClassName(QStringLiteral("x.UserKey"), QStringLiteral("tab.user_keys")));
        QVERIFY(!fitsClassName(QStringLiteral("library.Book"), QStringLiteral("Bookings")));
        QVERIFY(!fitsClassName(QString(), QString()));
    }

    void foldersAreKeptInTheSchemaFile()
    {
        Schema schema;
        schema.flatBuffersFolders = {QStringLiteral("fbs"), QStringLiteral("/usr/share/fbs")};
        const QByteArray text = writeSchema(schema);
        const auto back = readSchema(text);
        QVERIFY(back);
        QCOMPARE(back->flatBuffersFolders, schema.flatBuffersFolders);
        QCOMPARE(writeSchema(*back), text);
        const auto wrong = readSchema("{\"slotscope\": 1,\n \"flatBuffersFolders\": [3]}");
        QVERIFY(!wrong);
        QVERIFY2(wrong.error().detail.startsWith(QStringLiteral("line 2")), qPrintable(wrong.error().detail));

        // Where the file goes elsewhere, paths lead to the same place.
        schema.folder = QStringLiteral("/home/x/project");
        schema.tables[TableId::ofSlot(Slot(4))].pin(SchemaProperty::FlatBuffersSchema,
                                                    QStringLiteral("fbs/book.fbs"));
        const Schema moved = movedTo(schema, QStringLiteral("/home/x"));
        QCOMPARE(moved.flatBuffersFolders.first(), QStringLiteral("project/fbs"));
        QCOMPARE(moved.tables.at(TableId::ofSlot(Slot(4))).text(SchemaProperty::FlatBuffersSchema),
                 QStringLiteral("project/fbs/book.fbs"));
        // And as an import nothing of it is pinned.
        const Schema imported = asImported(schema, QStringLiteral("theirs.json"));
        const PropertyEntry *entry =
            imported.tables.at(TableId::ofSlot(Slot(4))).find(SchemaProperty::FlatBuffersSchema);
        QVERIFY(!entry->pinned);
        QCOMPARE(*entry->imported, QStringLiteral("/home/x/project/fbs/book.fbs"));
        QCOMPARE(entry->from.toString(), QStringLiteral("theirs.json"));
    }
};

QTEST_APPLESS_MAIN(TestFlatFolders)
#include "tst_flatfolders.moc"
