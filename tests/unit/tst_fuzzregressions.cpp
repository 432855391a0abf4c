// SPDX-License-Identifier: GPL-3.0-or-later
//
// Replays in the usual build what the fuzz targets begin with and what they have found (tests/fuzz).
#include "tests/fuzz/fuzztargets.h"

#include <QDir>
#include <QtTest>

using namespace slotscope::fuzz;

class TestFuzzRegressions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void seeds_data() { everyTarget(); }
    void seeds()
    {
        QFETCH(QByteArray, name);
        const FuzzTarget *target = fuzzTarget(name);
        const auto seeds = target->seeds();
        QVERIFY(!seeds.empty());
        for (const QByteArray &bytes : seeds) {
            const Complaint complaint = target->check(bytes);
            QVERIFY2(complaint.isEmpty(), qPrintable(complaint + u'\n' + QString::fromLatin1(bytes.toHex())));
        }
    }

    void nothingAndOneByte_data() { everyTarget(); }
    void nothingAndOneByte()
    {
        QFETCH(QByteArray, name);
        const FuzzTarget *target = fuzzTarget(name);
        QCOMPARE(target->check({}), Complaint());
        for (int byte = 0; byte < 256; ++byte)
            QCOMPARE(target->check(QByteArray(1, char(byte))), Complaint());
    }

    void regressions_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("path");
        QDir folders(QStringLiteral(SLOTSCOPE_TEST_DATA "/../fuzz/regressions"));
        for (const QString &name : folders.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            const QDir folder(folders.filePath(name));
            for (const QString &file : folder.entryList(QDir::Files))
                QTest::addRow("%s/%s", qPrintable(name), qPrintable(file))
                    << name.toUtf8() << folder.filePath(file);
        }
    }
    void regressions()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, path);
        const FuzzTarget *target = fuzzTarget(name);
        QVERIFY2(target, "there is no such target");
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(target->check(file.readAll()), Complaint());
    }

private:
    static void everyTarget()
    {
        QTest::addColumn<QByteArray>("name");
        for (const FuzzTarget &target : fuzzTargets())
            QTest::newRow(target.name) << QByteArray(target.name);
    }
};

QTEST_GUILESS_MAIN(TestFuzzRegressions)
#include "tst_fuzzregressions.moc"
