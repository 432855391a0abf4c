// SPDX-License-Identifier: GPL-3.0-or-later
//
// `slotscope check` of the real program against a real etcd that holds the reference dump.
#include "core/etcd/messages.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::test;

class TestCheckCommand : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd;

    QStringList connected(const QStringList &arguments) const
    {
        return arguments + QStringList {QStringLiteral("--connect"), m_etcd.endpoint()};
    }
    QStringList faults(const QStringList &arguments, int expectedCode)
    {
        Program program(
            connected(QStringList {QStringLiteral("check"), QStringLiteral("--json")} + arguments));
        const int code = program.wait();
        if (code != expectedCode)
            return {QStringLiteral("exit code %1: %2").arg(code).arg(QString::fromUtf8(program.errors()))};
        QStringList lines;
        for (const QJsonObject &line : program.jsonLines())
            lines += QStringLiteral("%1 %2 %3 %4 %5")
                         .arg(line.value(QLatin1String("table")).toString(),
                              line.value(QLatin1String("index")).toString(QStringLiteral("-")),
                              line.value(QLatin1String("fault")).toString(),
                              line.value(QLatin1String("key")).toVariant().toString(),
                              line.value(QLatin1String("points_to")).toString(QStringLiteral("-")));
        lines.sort();
        return lines;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        QCOMPARE(loadDump(m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
    }

    void theFaultsOfTheDump()
    {
        QFile file(dataFile(QStringLiteral("slots/expected-slots.json")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QStringList expected;
        for (const QJsonValue fault : QJsonDocument::fromJson(file.readAll())
                                          .object()
                                          .value(QLatin1String("index_faults"))
                                          .toArray()) {
            const bool byName = fault[QLatin1String("index_slot")].toInt() == 2;
            expected +=
                QStringLiteral("Users %1 %2 %3 %4")
                    .arg(byName ? QStringLiteral("IndexUsersByName") : QStringLiteral("IndexUsersByEmail"),
                         fault[QLatin1String("kind")].toString(),
                         fault[QLatin1String("index_key")].toString(),
                         fault[QLatin1String("points_to")].toString(QStringLiteral("-")));
        }
        expected.sort();
        QCOMPARE(expected.size(), 6);
        QCOMPARE(faults({}, 1), expected);
        QCOMPARE(faults({QStringLiteral("IndexUsersByName")}, 1), expected.filter(QStringLiteral("ByName")));
        QCOMPARE(faults({QStringLiteral("Books")}, 0), QStringList());
    }

    void inWords()
    {
        Program program(connected({QStringLiteral("check")}));
        QCOMPARE(program.wait(), 1);
        const QString output = QString::fromUtf8(program.output());
        QVERIFY2(
            output.contains(QStringLiteral("Users · IndexUsersByName · orphaned \"Ann Adler 1\": leads to "
                                           "ddacd88d-25d5-4df4-9d6d-1cbaef38ddb3, which does not "
                                           "exist")),
            qPrintable(output));
        QVERIFY2(output.contains(QLatin1String("note: slot 40 ")), qPrintable(output));
        QVERIFY2(output.contains(QLatin1String("6 faults in 2 indexes")), qPrintable(output));
    }

    void faultsOfTheCatalogue()
    {
        const QByteArray catalogue(2, '\0');
        const auto users = m_etcd.get(catalogue + QByteArray("\0\1", 2));
        QVERIFY(users);
        m_etcd.put(catalogue + QByteArray("\0\x20", 2), "\xff");
        m_etcd.put(catalogue + QByteArray("\0\x21", 2), users->value); // says 1, and has its oid
        const QStringList broken = faults({QStringLiteral("32")}, 1);
        QCOMPARE(broken, QStringList(QStringLiteral("catalogue - broken-entry 32 -")));
        const QStringList copied = faults({QStringLiteral("33")}, 1);
        QCOMPARE(copied,
                 QStringList({QStringLiteral("catalogue - duplicate-oid 33 -"),
                              QStringLiteral("catalogue - number-mismatch 33 -")}));
    }

    void wrongUsage()
    {
        Program two(connected({QStringLiteral("check"), QStringLiteral("1"), QStringLiteral("2")}));
        QCOMPARE(two.wait(), 2);
        Program unknown(connected({QStringLiteral("check"), QStringLiteral("NoSuchTable")}));
        QCOMPARE(unknown.wait(), 1);
        QVERIFY(unknown.errors().contains("NoSuchTable"));
        QCOMPARE(unknown.output(), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestCheckCommand)
#include "tst_checkcommand.moc"
