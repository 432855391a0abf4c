// SPDX-License-Identifier: GPL-3.0-or-later
//
// `slotscope diff` of the real program between real etcds, their past, and files.
#include "core/etcd/messages.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/memoryconnection.h"
#include "tests/support/program.h"
#include "tests/support/slotsdump.h"
#include "tests/support/testpaths.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// Nils Dvořák of the library's users.
const QByteArray NilsKey = QByteArray::fromHex("0001148494fe2a764e459f66949aee494daa");

} // namespace

class TestDiffCommand : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd;
    EtcdProcess m_other;
    QTemporaryDir m_dir;
    Revision m_then; // after the dump was loaded
    Revision m_last;

    struct Result
    {
        int code = -1;
        std::vector<QJsonObject> differences;
        QMap<QString, QString> counts; // by table: added removed changed same
        QString errors;
    };
    Result run(const QStringList &arguments) const
    {
        Program program(QStringList {QStringLiteral("diff"), QStringLiteral("--json"),
                                     QStringLiteral("--connect"), m_etcd.endpoint()}
                        + arguments);
        Result result;
        result.code = program.wait();
        for (const QJsonObject &line : program.jsonLines()) {
            const auto number = [&line](const char *name) {
                return line.value(QLatin1String(name)).toVariant().toString();
            };
            if (line.value(QLatin1String("type")).toString() == QLatin1String("table"))
                result.counts[line.value(QLatin1String("table")).toString()] =
                    QStringLiteral("%1 %2 %3 %4")
                        .arg(number("added"), number("removed"), number("changed"), number("same"));
            else
                result.differences.push_back(line);
        }
        result.errors = QString::fromUtf8(program.errors());
        return result;
    }
    static QString then(Revision revision) { return QString::number(revision.value); }
    QString exported(const QString &slot) const
    {
        Program program({QStringLiteral("records"), slot, QStringLiteral("--json"),
                         QStringLiteral("--connect"), m_etcd.endpoint()});
        const QString path = m_dir.filePath(slot + QStringLiteral(".jsonl"));
        QFile file(path);
        if (program.wait() != 0 || !file.open(QIODevice::WriteOnly))
            return {};
        file.write(program.output());
        return path;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        QVERIFY(m_other.start());
        const QString dump = dataFile(QStringLiteral("slots/slots-dump.jsonl"));
        QCOMPARE(loadDump(m_etcd, dump), 897);
        m_then = m_etcd.put("/config/then", "1");
        QByteArray nils = m_etcd.get(NilsKey)->value;
        nils.replace("Nils", "Olaf");
        m_etcd.put(NilsKey, nils);
        QByteArray added = NilsKey;
        added[17] = '\1';
        m_etcd.put(added, nils);
        m_last = m_etcd.remove("/config/then");
    }

    void twoRevisions()
    {
        const Result result = run({then(m_then), then(m_last), QStringLiteral("Users")});
        QVERIFY2(result.code == 0, qPrintable(result.errors));
        QCOMPARE(result.counts.size(), 1);
        QVERIFY2(result.counts.first().startsWith(QStringLiteral("1 0 1 ")),
                 qPrintable(result.counts.first()));
        QCOMPARE(result.differences.size(), size_t(2));
        const auto changed =
            std::find_if(result.differences.cbegin(), result.differences.cend(), [](const QJsonObject &line) {
                return line.value(QLatin1String("type")).toString() == QLatin1String("changed");
            });
        QVERIFY(changed != result.differences.cend());
        QCOMPARE(changed->value(QLatin1String("keyHex")).toString(), QString::fromLatin1(NilsKey.toHex()));
        QCOMPARE(changed->value(QLatin1String("slot")).toInt(), 1);
        QCOMPARE(changed->value(QLatin1String("afterRevision")).toInt(), int(m_then.value + 1));
        const QJsonArray fields = changed->value(QLatin1String("fields")).toArray();
        QVERIFY(!fields.isEmpty());
        QVERIFY(fields.first()[QLatin1String("before")].toString().startsWith(QStringLiteral("Nils")));
        QVERIFY(fields.first()[QLatin1String("after")].toString().startsWith(QStringLiteral("Olaf")));

        // The other way round what came goes.
        const Result back = run({QStringLiteral("now"), then(m_then), QStringLiteral("Users")});
        QVERIFY2(back.counts.first().startsWith(QStringLiteral("0 1 1 ")), qPrintable(back.counts.first()));
    }

    void allTables()
    {
        const Result result = run({then(m_then), QStringLiteral("now")});
        QVERIFY2(result.code == 0, qPrintable(result.errors));
        QVERIFY(result.counts.size() > 3);
        QCOMPARE(result.differences.size(), size_t(3)); // the key of the configuration, too
        const Result same = run({then(m_last), QStringLiteral("now"), QStringLiteral("--exit-code")});
        QVERIFY2(same.code == 0, qPrintable(same.errors));
        QVERIFY(same.differences.empty());
        QCOMPARE(run({then(m_then), QStringLiteral("now"), QStringLiteral("--exit-code")}).code, 1);
    }

    void filtered()
    {
        const auto count = [this](const QString &filter) {
            return run({then(m_then), QStringLiteral("now"), QStringLiteral("Users"),
                        QStringLiteral("--filter"), filter})
                .differences.size();
        };
        QCOMPARE(count(QStringLiteral("name contains Nils")), size_t(1)); // as it was
        QCOMPARE(count(QStringLiteral("name contains Olaf")), size_t(2));
        QCOMPARE(count(QStringLiteral("name contains Nobody")), size_t(0));
        const Result wrong =
            run({then(m_then), QStringLiteral("now"), QStringLiteral("--filter"), QStringLiteral("name =")});
        QCOMPARE(wrong.code, 2);
        QVERIFY(wrong.errors.contains(QStringLiteral("--filter")));
    }

    void withAFile()
    {
        const QString file = exported(QStringLiteral("Users"));
        QVERIFY(!file.isEmpty());
        const Result same = run({file, QStringLiteral("now")});
        QVERIFY2(same.code == 0, qPrintable(same.errors));
        QCOMPARE(same.counts.size(), 1); // it says nothing of other tables
        QVERIFY(same.differences.empty());
        const Result then = run({file, TestDiffCommand::then(m_then), QStringLiteral("Users")});
        QVERIFY2(then.counts.first().startsWith(QStringLiteral("0 1 1 ")), qPrintable(then.counts.first()));
        // Without any etcd types are found in the records.
        const Result files = run({file, file});
        QVERIFY2(files.code == 0 && files.differences.empty(), qPrintable(files.errors));
        QFile broken(file);
        QVERIFY(broken.open(QIODevice::Append));
        broken.write("{\n");
        broken.close();
        const Result wrong = run({file, QStringLiteral("now")});
        QCOMPARE(wrong.code, 1);
        QVERIFY2(wrong.errors.contains(QStringLiteral("no JSON")), qPrintable(wrong.errors));
    }

    void withAnotherEtcd()
    {
        // The same table, known by its oid, in another slot.
        const QByteArray oid = m_etcd.get(QByteArray::fromHex("00000001"))->value;
        QByteArray entry = oid;
        const QByteArray slot = QByteArrayLiteral("dslot\x01"); // CBOR: the text `slot`, the number 1
        QVERIFY(entry.contains(slot));
        entry.replace(slot, QByteArrayLiteral("dslot\x09"));
        m_other.put(QByteArray::fromHex("00000009"), entry);
        m_other.put(slotKey(9, NilsKey.sliced(2)), m_etcd.get(NilsKey)->value);
        const Result result = run({m_other.endpoint(), QStringLiteral("now"), QStringLiteral("Users")});
        QVERIFY2(result.code == 0, qPrintable(result.errors));
        const QStringList counts = result.counts.first().split(u' ');
        QCOMPARE(counts.at(1), QStringLiteral("0"));
        QCOMPARE(counts.at(2), QStringLiteral("0"));
        QCOMPARE(counts.at(3), QStringLiteral("1"));
        // In its past there was nothing.
        const Result past =
            run({m_other.endpoint() + QStringLiteral("@1"), QStringLiteral("now"), QStringLiteral("Users")});
        QVERIFY2(past.code == 0, qPrintable(past.errors));
        QVERIFY(past.counts.first().endsWith(QStringLiteral(" 0 0 0")));
    }

    void whatCannotBeComparedIsSaid()
    {
        QCOMPARE(run({QStringLiteral("now")}).code, 2);
        QCOMPARE(run({QStringLiteral("now"), QStringLiteral("nothing.jsonl")}).code, 2);
        const Result table = run({then(m_then), QStringLiteral("now"), QStringLiteral("Nobody")});
        QCOMPARE(table.code, 1);
        QVERIFY(table.errors.contains(QStringLiteral("Nobody")));
        const Result future = run({then(m_then), then(Revision(m_last.value + 1000))});
        QCOMPARE(future.code, 1);
        QVERIFY2(future.errors.contains(QStringLiteral("no revision")), qPrintable(future.errors));
        QVERIFY(m_etcd.compact(m_last));
        const Result gone = run({then(m_then), QStringLiteral("now")});
        QCOMPARE(gone.code, 1);
        QVERIFY2(gone.errors.contains(QStringLiteral("compacted")), qPrintable(gone.errors));
    }
};

QTEST_GUILESS_MAIN(TestDiffCommand)
#include "tst_diffcommand.moc"
