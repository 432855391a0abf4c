// SPDX-License-Identifier: GPL-3.0-or-later
//
// decode, encode and types of the real program, over all of the reference's vectors.
#include "core/pmap/slottype.h"
#include "tests/support/program.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <csignal>
#include <map>

using namespace slotscope;
using namespace slotscope::test;

namespace {

struct Run
{
    int exitCode = -1;
    QByteArrayList lines;
};

Run runOn(const QStringList &arguments, const QByteArrayList &input)
{
    Program program(arguments);
    program.write(input.join('\n') + '\n');
    program.closeInput();
    Run run;
    run.exitCode = program.wait();
    run.lines = program.output().split('\n');
    if (!run.lines.isEmpty() && run.lines.back().isEmpty())
        run.lines.removeLast();
    return run;
}

} // namespace

class TestCodecCommands : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyVectorThereAndBack_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QByteArrayList>("hex");
        std::map<std::pair<bool, QString>, QByteArrayList> byType;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
            const bool key = vector["kind"] == "key";
            const QString type = QString::fromStdString(vector["type"]);
            const bool readable = !vector.contains("decoded") || !vector["decoded"].is_null();
            if ((key || core::valueTypeFromName(type)) && readable)
                byType[{key, type}] += QByteArray::fromStdString(vector["hex"]);
        }
        for (const auto &[type, hex] : byType) {
            QStringList options {QStringLiteral("--type"), type.second};
            if (type.first)
                options += QStringLiteral("--key");
            QTest::addRow("%s %s", type.first ? "key" : "value", qPrintable(type.second)) << options << hex;
        }
    }
    void everyVectorThereAndBack()
    {
        QFETCH(QStringList, options);
        QFETCH(QByteArrayList, hex);
        const Run decoded = runOn(QStringList {QStringLiteral("decode")} + options, hex);
        QCOMPARE(decoded.lines.size(), hex.size());
        QVERIFY2(decoded.exitCode == 0, decoded.lines.join('\n').constData());
        const Run encoded = runOn(QStringList {QStringLiteral("encode")} + options, decoded.lines);
        QCOMPARE(encoded.lines.size(), hex.size());
        // Notation does not tell the blanks and digits of JSON, nor the memo and the protocol of a pickle.
        const QString type = options[1];
        if (type == QLatin1String("Json") || type.startsWith(QLatin1String("Pickle"))) {
            const Run again = runOn(QStringList {QStringLiteral("decode")} + options, encoded.lines);
            QCOMPARE(again.lines, decoded.lines);
            return;
        }
        for (qsizetype i = 0; i < hex.size(); ++i) {
            // The reference lets an OID above 2^53 through in some key types; it is shown, and not written.
            if (!encoded.lines[i].contains("from 0 to 9007199254740992"))
                QCOMPARE(encoded.lines[i], hex[i]);
        }
    }

    void errorsAreLines()
    {
        const QStringList decode {QStringLiteral("decode"), QStringLiteral("--type"), QStringLiteral("Uuid")};
        const Run run = runOn(decode, {"00", "xyz", "000102030405060708090a0b0c0d0e0f"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.lines.size(), 3);
        QCOMPARE(run.lines[0], QByteArray("{\"error\":\"expected 16 bytes, but there are 1\",\"offset\":1}"));
        QVERIFY(run.lines[1].contains("hexadecimal"));
        QCOMPARE(run.lines[2], QByteArray("\"00010203-0405-0607-0809-0a0b0c0d0e0f\""));
        const QStringList encode {QStringLiteral("encode"), QStringLiteral("--type"),
                                  QStringLiteral("OidSet")};
        const Run refused = runOn(encode, {"{\"set\":[1,\"9007199254740993\"]}", "[", "{\"set\":[]}"});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY(refused.lines[0].startsWith("{\"error\":\"[1]: "));
        QVERIFY(refused.lines[1].contains("\"offset\":1"));
        QCOMPARE(refused.lines[2], QByteArray());
    }

    void compressionAndByteOrder()
    {
        const QStringList zlib {QStringLiteral("--type"), QStringLiteral("String"),
                                QStringLiteral("--compression"), QStringLiteral("zlib")};
        const Run packed = runOn(QStringList {QStringLiteral("encode")} + zlib, {"\"aaaaaaaaaaaaaaaa\""});
        QCOMPARE(packed.exitCode, 0);
        QVERIFY(packed.lines[0].startsWith("789c"));
        QCOMPARE(runOn(QStringList {QStringLiteral("decode")} + zlib, packed.lines).lines,
                 QByteArrayList {"\"aaaaaaaaaaaaaaaa\""});
        for (const char *option : {"--key", ""}) {
            QStringList little {QStringLiteral("decode"), QStringLiteral("--type"),
                                QStringLiteral("Timestamp"), QStringLiteral("--byte-order"),
                                QStringLiteral("little")};
            if (*option)
                little += QString::fromLatin1(option);
            QCOMPARE(runOn(little, {"0100000000000000"}).lines,
                     QByteArrayList {"{\"ns\":1,\"iso\":\"1970-01-01T00:00:00.000000001Z\"}"});
        }
    }

    void diagnosticNotation()
    {
        const QStringList decode {QStringLiteral("decode"), QStringLiteral("--type"), QStringLiteral("Cbor"),
                                  QStringLiteral("--diagnostic")};
        const Run run = runOn(decode, {"d9d9f79f1801f93c00ff", "18"});
        QCOMPARE(run.exitCode, 1);
        QCOMPARE(run.lines.value(0), QByteArray("55799([_ 1_0, 1.0])"));
        QVERIFY(run.lines.value(1).startsWith("{\"error\":"));
        const Run wrong = runOn({QStringLiteral("decode"), QStringLiteral("--type"), QStringLiteral("Json"),
                                 QStringLiteral("--diagnostic")},
                                {});
        QCOMPARE(wrong.exitCode, 2);
    }

    void linesComeAsTheyAreRead()
    {
        Program program({QStringLiteral("decode"), QStringLiteral("--type"), QStringLiteral("Binary")});
        program.write("61\n62");
        QTRY_COMPARE(program.output(), QByteArray("{\"hex\":\"61\"}\n"));
        program.write("63\n");
        QTRY_VERIFY(program.output().endsWith("{\"hex\":\"6263\"}\n"));
        QVERIFY(program.isRunning());
        program.signal(SIGTERM);
        QVERIFY(program.wait() > 0);
    }

    void wrongUsage_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::newRow("no type") << QStringLiteral("decode");
        QTest::newRow("no such type") << QStringLiteral("decode --type Nonsense");
        QTest::newRow("no such key type") << QStringLiteral("decode --key --type UuidNonsense");
        QTest::newRow("byte order") << QStringLiteral("decode --type Timestamp --byte-order middle");
        QTest::newRow("compression") << QStringLiteral("decode --type Json --compression lzma");
        QTest::newRow("compressed keys") << QStringLiteral("decode --key --type Uuid --compression zlib");
        QTest::newRow("arguments") << QStringLiteral("encode --type Json {}");
        QTest::newRow("types") << QStringLiteral("types of");
    }
    void wrongUsage()
    {
        QFETCH(QString, arguments);
        Program program(arguments.split(u' '));
        QCOMPARE(program.wait(), 2);
        QVERIFY(!program.errors().isEmpty());
    }

    void typesAreListed()
    {
        Program program({QStringLiteral("types"), QStringLiteral("--json")});
        QCOMPARE(program.wait(), 0);
        QStringList keys;
        QStringList values;
        for (const QJsonObject &line : program.jsonLines())
            (line.value(QLatin1String("kind")) == QLatin1String("key") ? keys : values) +=
                line.value(QLatin1String("name")).toString();
        const Json types = readVectors(QStringLiteral("codec-vectors.json"))["types"];
        QCOMPARE(keys.size(), qsizetype(types["key"].size()));
        for (const auto &[name, about] : types["key"].items())
            QVERIFY2(keys.contains(QString::fromStdString(name)), name.c_str());
        for (const QString &name : std::as_const(values))
            QVERIFY2(types["value"].contains(name.toStdString()) || name == QLatin1String("Binary"),
                     qPrintable(name));
        QVERIFY(values.size() >= 16);
    }
};

QTEST_GUILESS_MAIN(TestCodecCommands)
#include "tst_codeccommands.moc"
