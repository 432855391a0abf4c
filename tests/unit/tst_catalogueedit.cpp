// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/catalogueedit.h"
#include "tests/support/testpaths.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

class TestCatalogueEdit : public QObject
{
    Q_OBJECT

    static std::vector<std::pair<QByteArray, QByteArray>> entries()
    {
        std::vector<std::pair<QByteArray, QByteArray>> found;
        QFile dump(dataFile(QStringLiteral("slots/slots-dump.jsonl")));
        if (!dump.open(QIODevice::ReadOnly))
            return found;
        while (!dump.atEnd()) {
            const QJsonObject line = QJsonDocument::fromJson(dump.readLine()).object();
            const auto bytes = [&line](const char *name) {
                return QByteArray::fromHex(line.value(QLatin1String(name)).toString().toLatin1());
            };
            if (bytes("key").startsWith(QByteArray(2, '\0')) && bytes("key").size() == 4)
                found.emplace_back(bytes("key"), bytes("value"));
        }
        return found;
    }

private Q_SLOTS:
    void writesWhatTheLibraryWrites()
    {
        const auto all = entries();
        QVERIFY(all.size() >= 13);
        for (const auto &[key, value] : all) {
            const auto entry = readCatalogueEntry(key, value);
            QVERIFY(entry);
            if (!entry->warning.isEmpty())
                continue;
            QCOMPARE(catalogueKey(entry->slot), key);
            const auto same = writeCatalogueEntry(*entry, value);
            QVERIFY(same);
            QCOMPARE(same->toHex(), value.toHex());
            const auto anew = writeCatalogueEntry(*entry);
            QVERIFY(anew);
            QCOMPARE(readCatalogueEntry(key, *anew), entry);
            if (entry->tags.isEmpty())
                QCOMPARE(anew->toHex(), value.toHex());
        }
    }

    void keepsWhatItDoesNotKnow()
    {
        // {"x": 1.5 as half float, "slot": 7 in two bytes, "name": "a", 5: [], "description": null}
        const QByteArray before = QByteArray::fromHex("a5"
                                                      "6178f93e00"
                                                      "64736c6f74190007"
                                                      "646e616d656161"
                                                      "0580"
                                                      "6b6465736372697074696f6ef6");
        CatalogueEntry entry;
        entry.slot = Slot(7);
        entry.oid = QStringLiteral("62f8c8c9-c50b-4686-bafe-38b221c64a0c");
        entry.name = QStringLiteral("b");
        const auto after = writeCatalogueEntry(entry, before);
        QVERIFY(after);
        QCOMPARE(after->toHex(),
                 QByteArray("a6"
                            "6178f93e00"
                            "64736c6f74190007"
                            "646e616d656162"
                            "0580"
                            "6b6465736372697074696f6ef6"
                            "636f69647824")
                     + entry.oid.toLatin1().toHex());
        QCOMPARE(otherCatalogueMembers(before),
                 QStringList({QStringLiteral("x"), QStringLiteral("(a key that is no text)")}));
    }

    void mendsWhatIsBroken()
    {
        CatalogueEntry entry;
        entry.slot = Slot(9);
        QVERIFY(!catalogueEntryProblem(entry).isEmpty());
        entry.oid = QStringLiteral("62f8c8c9-c50b-4686-bafe-38b221c64a0c");
        QVERIFY(catalogueEntryProblem(entry).contains(QStringLiteral("name")));
        entry.name = QStringLiteral("app.Nine");
        entry.description = QStringLiteral("Nine");
        entry.tags = {QStringLiteral("odd")};
        QVERIFY(catalogueEntryProblem(entry).isEmpty());
        for (const QByteArray &broken : {QByteArray("\xff\x00", 2), QByteArray("\x83\x01\x02\x03", 4)}) {
            const auto mended = writeCatalogueEntry(entry, broken);
            QVERIFY(mended);
            QCOMPARE(readCatalogueEntry(catalogueKey(Slot(9)), *mended), std::optional(entry));
        }
        // Another number than its key, as of an entry that was copied.
        entry.slot = Slot(8);
        const auto wrong = writeCatalogueEntry(entry);
        entry.slot = Slot(9);
        const auto right = writeCatalogueEntry(entry, *wrong);
        QVERIFY(right);
        QVERIFY(readCatalogueEntry(catalogueKey(Slot(9)), *right)->warning.isEmpty());
    }
};

QTEST_APPLESS_MAIN(TestCatalogueEdit)
#include "tst_catalogueedit.moc"
