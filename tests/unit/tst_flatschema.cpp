// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <flatbuffers/reflection.h>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

FlatSchema::Outcome fromText(const char *text)
{
    return FlatSchema::fromText(text, QStringLiteral("test.fbs"));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestFlatSchema : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void textAndBinarySayTheSame()
    {
        const Json index = readVectors(QStringLiteral("flatbuffers/index.json"));
        int walked = 0;
        for (const Json &entry : index["schemas"]) {
            for (const char *form : {"schema", "bfbs"}) {
                const auto schema = FlatSchema::load(
                    dataFile(QStringLiteral("flatbuffers/") + QString::fromStdString(entry[form])));
                QVERIFY2(schema, schema ? "" : qPrintable(schema.error().text()));
                QCOMPARE((*schema)->rootTable(), QString::fromStdString(entry["root_type"]));
                QVERIFY((*schema)->tableNames().contains((*schema)->rootTable()));
                const Json &identifier = entry["file_identifier"];
                QCOMPARE((*schema)->fileIdentifier(),
                         identifier.is_null() ? QByteArray()
                                              : QByteArray::fromStdString(identifier.get<std::string>()));
                ++walked;
            }
        }
        QCOMPARE(walked, 12);
    }

    void includesAreFound()
    {
        const QString path = dataFile(QStringLiteral("flatbuffers/envelope.fbs"));
        const auto schema = FlatSchema::load(path);
        QVERIFY(schema);
        QCOMPARE((*schema)->tableNames(),
                 QStringList({QStringLiteral("acme.common.Stamp"), QStringLiteral("acme.post.Envelope"),
                              QStringLiteral("acme.post.Letter")}));
        QCOMPARE((*schema)->files().size(), 2);
        QVERIFY((*schema)->files().contains(path));

        // In a folder that is named, not in the schema's own.
        QTemporaryDir folder;
        const QString alone = folder.filePath(QStringLiteral("envelope.fbs"));
        QVERIFY(QFile::copy(path, alone));
        const auto lost = FlatSchema::load(alone);
        QVERIFY(!lost);
        QVERIFY2(lost.error().what.contains(QStringLiteral("shared_types.fbs")),
                 qPrintable(lost.error().text()));
        QVERIFY(FlatSchema::load(alone, {QFileInfo(path).path()}));
    }

    void errorsNameThePlace()
    {
        const auto schema = fromText("namespace a;\ntable T {\n  x:int\n}\n");
        QVERIFY(!schema);
        QCOMPARE(schema.error().line, 4);
        QVERIFY2(schema.error().text().startsWith(QStringLiteral("test.fbs:4:")),
                 qPrintable(schema.error().text()));
        QVERIFY(schema.error().what.contains(QLatin1Char(';')));

        const auto unknown = fromText("table T { x:Nothing; }");
        QVERIFY(!unknown);
        QVERIFY2(unknown.error().what.contains(QStringLiteral("Nothing")),
                 qPrintable(unknown.error().text()));
        QVERIFY(!fromText("enum E : byte { A }"));
        QVERIFY(!fromText(""));
        const auto missing = FlatSchema::load(QStringLiteral("no/such/file.fbs"));
        QVERIFY(!missing);
        QCOMPARE(missing.error().file, QStringLiteral("no/such/file.fbs"));
    }

    void aSchemaWithoutRoot()
    {
        const auto schema = fromText("table B { x:int; } table A { x:B; } struct S { x:int; }");
        QVERIFY(schema);
        QCOMPARE((*schema)->tableNames(), QStringList({QStringLiteral("A"), QStringLiteral("B")}));
        QCOMPARE((*schema)->rootTable(), QString());
    }

    void whatOnlySomeLanguagesAllow()
    {
        QVERIFY(fromText("struct P { x:int; } union U { P, text:string } table T { u:U; }"));
        QVERIFY(fromText("table T { name:string = \"none\"; list:[int] = []; }"));
    }

    // Twenty thousand fields that share a hundred thousand comments: two thousand million texts for those who
    // look at each.
    void sharedCommentsAreNotReadAgainAndAgain()
    {
        const auto schemaOf = [](int fields, int comments) {
            flatbuffers::FlatBufferBuilder builder;
            const auto comment = builder.CreateString("c");
            const auto list = builder.CreateVector(
                std::vector<flatbuffers::Offset<flatbuffers::String>>(size_t(comments), comment));
            const auto type = reflection::CreateType(builder, reflection::Int);
            std::vector<flatbuffers::Offset<reflection::Field>> all;
            for (int i = 0; i < fields; ++i)
                all.push_back(reflection::CreateField(builder, builder.CreateString("f" + std::to_string(i)),
                                                      type, quint16(i), quint16(4 + 2 * i), 0, 0, false,
                                                      false, false, 0, list));
            const auto object =
                reflection::CreateObject(builder, builder.CreateString("T"), builder.CreateVector(all));
            const auto enums = builder.CreateVector(std::vector<flatbuffers::Offset<reflection::Enum>>());
            reflection::FinishSchemaBuffer(
                builder,
                reflection::CreateSchema(builder, builder.CreateVector(std::vector {object}), enums));
            return QByteArray(reinterpret_cast<const char *>(builder.GetBufferPointer()),
                              qsizetype(builder.GetSize()));
        };
        const auto refused = FlatSchema::fromBinary(schemaOf(20'000, 100'000), QStringLiteral("shared.bfbs"));
        QVERIFY(!refused);
        QVERIFY2(refused.error().what.contains(QStringLiteral("again and again")),
                 qPrintable(refused.error().text()));
        const auto fair = FlatSchema::fromBinary(schemaOf(200, 100), QStringLiteral("shared.bfbs"));
        QVERIFY2(fair, fair ? "" : qPrintable(fair.error().text()));
    }

    // Whatever is damaged in a compiled schema: it is refused, or what is left of it makes sense.
    void damagedSchemasDoNoHarm()
    {
        int refused = 0;
        for (const char *name : {"inventory.bfbs", "envelope.bfbs", "media.bfbs"}) {
            const QByteArray bytes = contentOf(dataFile(QLatin1String("flatbuffers/") + QLatin1String(name)));
            QVERIFY(!bytes.isEmpty());
            forEachMutation(bytes, 400, [&refused](const QByteArray &damaged) {
                if (!FlatSchema::fromBinary(damaged, QStringLiteral("damaged.bfbs")))
                    ++refused;
            });
        }
        QVERIFY(refused > 3000);
    }
};

QTEST_GUILESS_MAIN(TestFlatSchema)
#include "tst_flatschema.moc"
