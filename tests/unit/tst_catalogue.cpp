// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/pmap/catalogue.h"
#include "tests/support/vectors.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

CatalogueEntry entryFor(const char *notation, const char *key = "00000007")
{
    const auto value = fromNotation(notation);
    const auto bytes = cborCodec().encode(*value);
    return *readCatalogueEntry(QByteArray::fromHex(key), *bytes);
}

QString text(const Json &json)
{
    return json.is_null() ? QString() : QString::fromStdString(json.get<std::string>());
}

} // namespace

class TestCatalogue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void entriesOfTheReference()
    {
        std::map<QByteArray, QByteArray> dump;
        for (const Json &line : readLines(QStringLiteral("slots/slots-dump.jsonl")))
            dump[fromHex(line["key"])] = fromHex(line["value"]);
        int walked = 0;
        for (const Json &slot : vectorsIn(QStringLiteral("slots/expected-slots.json"), "slots")) {
            const QByteArray key = fromHex(slot["metadata_key_hex"]);
            const auto entry = readCatalogueEntry(key, dump.at(key));
            QVERIFY(entry);
            QCOMPARE(entry->slot, Slot(slot["number"].get<quint16>()));
            QCOMPARE(entry->oid, text(slot["oid"]));
            QCOMPARE(entry->name, text(slot["name"]));
            QCOMPARE(entry->shortName(), text(slot["class"]));
            QCOMPARE(entry->description, text(slot["description"]));
            QCOMPARE(entry->creator, text(slot["creator"]));
            QCOMPARE(entry->warning, QString());
            ++walked;
        }
        QCOMPARE(walked, 13);
    }

    void otherKeysAreNone()
    {
        QVERIFY(!readCatalogueEntry(QByteArray::fromHex("0000"), "\xa0"));
        QVERIFY(!readCatalogueEntry(QByteArray::fromHex("000000"), "\xa0"));
        QVERIFY(!readCatalogueEntry(QByteArray::fromHex("00010002"), "\xa0"));
        QVERIFY(!readCatalogueEntry(QByteArray::fromHex("0000000200"), "\xa0"));
    }

    void tagsAndNames()
    {
        const CatalogueEntry entry = entryFor(
            R"({"oid":"fa1ed0fc-304e-4f66-8092-d901df1735e4","name":"Users","creator":"x","slot":7,"tags":["a","b"]})");
        QCOMPARE(entry.tags, (QStringList {QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(entry.shortName(), QStringLiteral("Users"));
        QCOMPARE(entry.warning, QString());
    }

    void damagedEntriesSayWhat_data()
    {
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QString>("warning");
        const auto row = [](const char *notation, const char *warning) {
            QTest::newRow(warning) << QByteArray(notation) << QString::fromLatin1(warning);
        };
        row(R"({"oid":"fa1ed0fc-304e-4f66-8092-d901df1735e4","name":"a","slot":8})",
            "it says slot 8, but its key says 7");
        row(R"({"oid":"fa1ed0fc-304e-4f66-8092-d901df1735e4","name":"a"})",
            "it does not say its slot number");
        row(R"({"oid":"nonsense","name":"a","slot":7})", "its oid is not a UUID: nonsense");
        row(R"({"oid":"fa1ed0fc-304e-4f66-8092-d901df1735e4","slot":7})", "the entry has no name");
        row(R"({"oid":5,"name":"a","slot":7})", "its oid is not a text");
        row(R"({"oid":"fa1ed0fc-304e-4f66-8092-d901df1735e4","name":"a","slot":7,"tags":"x"})",
            "its tags are not a list");
        row("[1]", "the entry is not a CBOR map");
    }
    void damagedEntriesSayWhat()
    {
        QFETCH(QByteArray, notation);
        QTEST(entryFor(notation.constData()).warning, "warning");
    }

    void brokenBytes()
    {
        const auto entry =
            readCatalogueEntry(QByteArray::fromHex("00000007"), QByteArray::fromHex("a1636f6964"));
        QVERIFY(entry);
        QCOMPARE(entry->slot, Slot(7));
        QVERIFY(entry->warning.startsWith(QLatin1String("the entry is damaged: ")));
        QVERIFY(readCatalogueEntry(QByteArray::fromHex("00000007"), {})
                    ->warning.contains(QLatin1String("no bytes")));
        // What stands in front of the damage is still read.
        const auto trailing =
            readCatalogueEntry(QByteArray::fromHex("00000007"), QByteArray::fromHex("a1646e616d65616100"));
        QCOMPARE(trailing->name, QStringLiteral("a"));
        QVERIFY(trailing->warning.contains(QLatin1String("1 byte follows the value at byte 8")));
    }
};

QTEST_GUILESS_MAIN(TestCatalogue)
#include "tst_catalogue.moc"
