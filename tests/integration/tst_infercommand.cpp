// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QtTest>

#include <map>

using namespace slotscope::test;

class TestInferCommand : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        QCOMPARE(loadDump(m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
    }

    void everySlotAsItWasWritten()
    {
        Program program(arguments({QStringLiteral("--json")}));
        QVERIFY2(program.wait() == 0, program.errors().constData());
        std::map<int, QJsonObject> found;
        for (const QJsonObject &slot : program.jsonLines())
            found[slot.value(QLatin1String("slot")).toInt()] = slot;
        QVERIFY(!found.contains(0)); // the catalogue
        QVERIFY(!found.contains(0x2f63)); // ordinary keys
        int compared = 0;
        for (const Json &slot : vectorsIn(QStringLiteral("slots/expected-slots.json"), "slots")) {
            const QJsonObject line = found[slot["number"].get<int>()];
            if (slot["record_count"] == 0)
                continue;
            const auto text = [&line](const char *name) {
                return line.value(QLatin1String(name)).toString().toStdString();
            };
            QCOMPARE(text("keyType"), slot["key_type"].get<std::string>());
            QCOMPARE(text("valueType"), slot["value_type"].get<std::string>());
            QCOMPARE(text("compression"), slot["compression"].get<std::string>());
            QCOMPARE(line.value(QLatin1String("sampled")), line.value(QLatin1String("records")));
            const QJsonArray values = line.value(QLatin1String("values")).toArray();
            QVERIFY(!values.isEmpty());
            QCOMPARE(values[0].toObject().value(QLatin1String("type")),
                     line.value(QLatin1String("valueType")));
            QVERIFY(!line.value(QLatin1String("keys")).toArray().isEmpty());
            QCOMPARE(line.value(QLatin1String("problems")).toArray().size(),
                     line.value(QLatin1String("problemCount")).toInt());
            ++compared;
        }
        QCOMPARE(compared, 12);
        // The index was looked at after the table that its values are keys of.
        QVERIFY(
            found[2].value(QLatin1String("evidence")).toString().contains(QLatin1String("keys of Users")));
    }

    void oneSlotForPeople()
    {
        Program program(arguments({QStringLiteral("Users")}));
        QVERIFY2(program.wait() == 0, program.errors().constData());
        const QByteArrayList lines = program.output().split('\n');
        QCOMPARE(lines.value(0), QByteArray("Users (slot 1): 200 of 200 records looked at"));
        QVERIFY(lines.value(1).startsWith("  key "));
        QVERIFY(lines.value(1).endsWith("200 of 200 keys are 16 bytes with UUID v4 bits"));
    }

    void whatIsNotThere()
    {
        Program program(arguments({QStringLiteral("Nobody")}));
        QCOMPARE(program.wait(), 1);
        QVERIFY(program.errors().contains("called Nobody"));
    }

private:
    QStringList arguments(const QStringList &more) const
    {
        return QStringList {QStringLiteral("infer"), QStringLiteral("-c"), m_etcd.endpoint()} + more;
    }

    EtcdProcess m_etcd;
};

QTEST_GUILESS_MAIN(TestInferCommand)
#include "tst_infercommand.moc"
