// SPDX-License-Identifier: GPL-3.0-or-later
//
// The way through ssh, with programs that stand in for it, and once with a real one.
#include "core/etcd/portowner.h"
#include "core/etcd/sshtunnel.h"
#include "tests/support/await.h"
#include "tests/support/sshserver.h"
#include "tests/support/testpaths.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 60'000; // with a busy machine

SshTunnelOptions jump()
{
    SshTunnelOptions options;
    options.destination = QStringLiteral("jump");
    return options;
}

/// Again by another port where somebody took the one that was free.
Result<Nothing> opened(SshTunnel &tunnel)
{
    auto result = await(tunnel.open(), Patience);
    for (int i = 0; i < 5 && !result && result.error().detail.contains(QStringLiteral("in use")); ++i)
        result = await(tunnel.open(), Patience);
    return result;
}

} // namespace

class TestSshTunnel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { qunsetenv("SSH_ASKPASS"); }

    void whoListensIsKnown()
    {
#ifndef Q_OS_LINUX
        QSKIP("only Linux tells");
#endif
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        QCOMPARE(portOwner(server.serverPort(), QCoreApplication::applicationPid()), PortOwner::Process);
        QProcess another;
        another.start(QStringLiteral("sleep"), {QStringLiteral("60")});
        QVERIFY(another.waitForStarted(Patience));
        QCOMPARE(portOwner(server.serverPort(), another.processId()), PortOwner::Other);
        another.kill();
        QVERIFY(another.waitForFinished(Patience));
        const quint16 port = server.serverPort();
        server.close();
        QCOMPARE(portOwner(port, QCoreApplication::applicationPid()), PortOwner::Other);
        // Who listens on all addresses hears what comes for this one only where nobody else does.
        QVERIFY(server.listen(QHostAddress::AnyIPv4));
        QCOMPARE(portOwner(server.serverPort(), QCoreApplication::applicationPid()), PortOwner::Other);
    }

    void itIsUpWhenSshListens_data()
    {
        QTest::addColumn<QStringList>("command");
        const QString standIn = dataFile(QStringLiteral("ssh/ssh"));
        QTest::newRow("ssh") << QStringList {standIn};
        QTest::newRow("a script that runs it")
            << QStringList {QStringLiteral("/bin/sh"), QStringLiteral("-c"), // and does not leave it behind
                            QStringLiteral("setpriv --pdeathsig KILL \"$0\" \"$@\"; exit $?"), standIn};
    }
    void itIsUpWhenSshListens()
    {
        QFETCH(QStringList, command);
        const SshCommand ssh(command);
        SshTunnel tunnel(jump());
        const auto open = opened(tunnel);
        QVERIFY2(open, open ? "" : qPrintable(open.error().detail));
        QVERIFY(tunnel.isUp());
    }

    void itIsUpWithARealSsh()
    {
        if (!SshServer::whyNot().isEmpty())
            QSKIP(qPrintable(SshServer::whyNot()));
        SshServer server;
        QVERIFY(server.start());
        const SshCommand ssh(server.client());
        SshTunnel tunnel(jump());
        const auto open = opened(tunnel);
        QVERIFY2(open, open ? "" : qPrintable(open.error().detail));
        QVERIFY(tunnel.isUp());
    }

    void whoTakesThePortFirstIsNotTheTunnel()
    {
#ifndef Q_OS_LINUX
        QSKIP("only Linux tells");
#endif
        // It has not logged in yet, and then finds the port taken.
        QTemporaryDir dir;
        const QString loggedIn = dir.filePath(QStringLiteral("logged-in"));
        const SshCommand ssh({QStringLiteral("/bin/sh"), QStringLiteral("-c"),
                              QStringLiteral("while ! test -e \"$0\"; do sleep 0.05; done; "
                                             "echo bind: Address already in use >&2; exit 255"),
                              loggedIn});
        QTcpServer thief;
        std::unique_ptr<SshTunnel> tunnel;
        for (int i = 0; i < 5 && !thief.isListening(); ++i) {
            tunnel = std::make_unique<SshTunnel>(jump());
            thief.listen(QHostAddress::LocalHost, tunnel->proxy().port());
        }
        QVERIFY(thief.isListening());
        int knocks = 0;
        connect(&thief, &QTcpServer::newConnection, this, [&] {
            while (auto *socket = thief.nextPendingConnection()) {
                ++knocks;
                socket->deleteLater();
            }
        });
        std::optional<Result<Nothing>> outcome;
        tunnel->open().then(this, [&](const Result<Nothing> &result) { outcome = result; });
        QTRY_VERIFY_WITH_TIMEOUT(knocks >= 3 || outcome, Patience);
        QVERIFY(!outcome);
        QVERIFY(!tunnel->isUp());
        QFile said(loggedIn);
        QVERIFY(said.open(QIODevice::WriteOnly));
        QTRY_VERIFY_WITH_TIMEOUT(outcome, Patience);
        QVERIFY(!*outcome);
        QVERIFY2(outcome->error().detail.contains(QStringLiteral("already in use")),
                 qPrintable(outcome->error().detail));

        // By another port it can be had.
        const SshCommand standIn({dataFile(QStringLiteral("ssh/ssh"))});
        const auto again = opened(*tunnel);
        QVERIFY2(again, again ? "" : qPrintable(again.error().detail));
        QVERIFY(tunnel->proxy().port() != thief.serverPort());
    }
};

QTEST_GUILESS_MAIN(TestSshTunnel)
#include "tst_sshtunnel.moc"
