// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/log.h"
#include "core/etcd/tokenkeeper.h"
#include "tests/support/await.h"

#include <QFileInfo>
#include <QTemporaryDir>
#include <QtConcurrentRun>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

/// What is logged, and what is not.
class TestLog : public QObject
{
    Q_OBJECT

    static QString last()
    {
        return Log::instance().lines().empty() ? QString() : Log::instance().lines().back().text;
    }

private Q_SLOTS:
    void init()
    {
        Log::instance().clear();
        Log::instance().setLevel(LogLevel::Info);
    }

    void secretsAreTakenOut_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("logged");
        const auto row = [](const char *text, const char *logged) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(logged);
        };
        row("nothing to hide", "nothing to hide");
        row("a known one: tr0ub4dor&3, twice: tr0ub4dor&3", "a known one: •••, twice: •••");
        row(R"({"name":"root","password":"s3cret"})", R"({"name":"root","password":"•••"})");
        row(R"({"token":"abc.17"})", R"({"token":"•••"})");
        row("Authorization: abc.17", "Authorization: •••");
        row("authorization: Bearer eyJ.x.y", "authorization: •••");
        row("http://root:s3cret@127.0.0.1:2379/version", "http://•••@127.0.0.1:2379/version");
        row("etcdctl --user root:s3cret get", "etcdctl --user ••• get");
        row("--password=s3cret", "--password=•••");
        row("Proxy-Authorization: Basic YW5uOnM=", "Proxy-Authorization: •••");
        row("--proxy http://ann:s3/cret@p:3128 slots", "--proxy ••• slots");
        row("the tokens are kept for 5 minutes", "the tokens are kept for 5 minutes");
        row("a key: /config/a", "a key: /config/a");
        row("a terminal \x1b[2Jis not cleared", "a terminal �[2Jis not cleared");
        row("a line\nstays a line", "a line\\nstays a line");
    }
    void secretsAreTakenOut()
    {
        QFETCH(QString, text);
        hideInLog("tr0ub4dor&3");
        Log::instance().add(LogLevel::Info, QStringLiteral("test"), text);
        QTEST(last(), "logged");
    }

    void tokensAreTakenOut()
    {
        QList<QByteArray> given {"kLmNoPqRsTuVwXyZ.17", "aBcDeFgHiJkLmNoP.18"};
        TokenKeeper tokens([&given](const QString &, const QString &) {
            return finishedCall<QByteArray>(given.takeFirst());
        });
        tokens.setUser(QStringLiteral("ann"), QStringLiteral("tr0ub4dor&3"));
        QVERIFY(await(tokens.renewed({})).hasValue());
        QVERIFY(await(tokens.renewed("kLmNoPqRsTuVwXyZ.17")).hasValue());
        tokens.adopt("qRsTuVwXyZaBcDeF.19");
        QCOMPARE(withoutSecrets(QStringLiteral(
                     "first kLmNoPqRsTuVwXyZ.17, then aBcDeFgHiJkLmNoP.18, of another qRsTuVwXyZaBcDeF.19")),
                 QStringLiteral("first •••, then •••, of another •••"));
    }

    void shortWordsAreNoSecrets()
    {
        hideInLog("a");
        hideInLog({});
        QCOMPARE(withoutSecrets(QStringLiteral("a banana")), QStringLiteral("a banana"));
    }

    void aSecretIsNotCutIntoPieces()
    {
        hideInLog("tr0ub4dor&3");
        for (int before = 3980; before < 4010; ++before) {
            Log::instance().add(LogLevel::Info, QStringLiteral("test"),
                                QString(before, QLatin1Char('x')) + QStringLiteral("tr0ub4dor&3")
                                    + QStringLiteral("end"));
            QVERIFY(!last().contains(QStringLiteral("tr0")));
            QVERIFY(last().size() <= 4001);
        }
    }

    void aLineStaysALine()
    {
        Log::instance().add(LogLevel::Info, QStringLiteral("test"),
                            QStringLiteral("server says\r\n2026-01-01 error x: forged"));
        QCOMPARE(last(), QStringLiteral("server says\\r\\n2026-01-01 error x: forged"));
    }

    void levels()
    {
        Log &log = Log::instance();
        log.setLevel(LogLevel::Warning);
        log.add(LogLevel::Info, QStringLiteral("test"), QStringLiteral("less"));
        log.add(LogLevel::Error, QStringLiteral("test"), QStringLiteral("more"));
        QCOMPARE(log.lines().size(), std::size_t(1));
        QVERIFY(!lcNet().isDebugEnabled());
        log.setLevel(LogLevel::Debug);
        QVERIFY(lcNet().isDebugEnabled());
        log.setLevel(LogLevel::Info);
        QVERIFY(!lcNet().isDebugEnabled());
        for (const LogLevel level :
             {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error, LogLevel::Off})
            QCOMPARE(logLevelOf(logLevelName(level)), level);
        QVERIFY(!logLevelOf(QStringLiteral("loud")));
    }

    void fileIsForItsOwner()
    {
        const QTemporaryDir dir;
        const QString name = dir.filePath(QStringLiteral("slotscope.log"));
        {
            // Somebody made it before, open to everybody.
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write("before\n");
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
        }
        QString error;
        QVERIFY2(Log::instance().writeTo(name, &error), qPrintable(error));
        hideInLog("tr0ub4dor&3");
        Log::instance().add(LogLevel::Warning, QStringLiteral("test"),
                            QStringLiteral("tr0ub4dor&3 is wrong"));
        QCOMPARE(QFileInfo(name).permissions()
                     & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
                 QFile::Permissions());
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        QVERIFY(content.startsWith("before\n"));
        QVERIFY2(content.endsWith(" warning test: ••• is wrong\n"), content.constData());

        QVERIFY(!Log::instance().writeTo(dir.filePath(QStringLiteral("nowhere/x.log")), &error));
        QVERIFY2(error.contains(QStringLiteral("nowhere/x.log")), qPrintable(error));
        // A full disk is no reason to do anything but go on.
        QVERIFY(Log::instance().writeTo(QStringLiteral("/dev/full"), &error));
        Log::instance().add(LogLevel::Warning, QStringLiteral("test"), QStringLiteral("lost in the file"));
        QCOMPARE(last(), QStringLiteral("lost in the file"));
        QVERIFY(Log::instance().writeTo(QStringLiteral("/dev/null"), &error));
    }

    void boundedAndFromAnyThread()
    {
        Log &log = Log::instance();
        quint64 seen = 0;
        log.linesSince(&seen);
        QSignalSpy added(&log, &Log::added);
        std::vector<QFuture<void>> writers;
        constexpr int Each = 4000;
        for (int writer = 0; writer < 4; ++writer)
            writers.push_back(QtConcurrent::run([&log] {
                for (int i = 0; i < Each; ++i)
                    log.add(LogLevel::Info, QStringLiteral("test"), QString::number(i));
            }));
        for (QFuture<void> &writer : writers)
            writer.waitForFinished();
        QTRY_VERIFY(!added.isEmpty());
        QCOMPARE(log.lines().size(), Log::MostLines);
        const quint64 before = seen;
        QCOMPARE(log.linesSince(&seen).size(), Log::MostLines);
        QCOMPARE(seen - before, quint64(4 * Each));
        QVERIFY(log.linesSince(&seen).empty());
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
