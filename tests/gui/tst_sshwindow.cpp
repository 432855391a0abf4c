// SPDX-License-Identifier: GPL-3.0-or-later
//
// A window that reaches its etcd through an SSH tunnel: by a real sshd where there is one, and by a stand-in
// for ssh everywhere.
#include "core/etcd/connectiontest.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/slotsdump.h"
#include "tests/support/sshserver.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/connectiontesttext.h"

#include <QSignalSpy>

#include <csignal>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 60'000; // for the handshakes of a busy machine

const QString Jump = QStringLiteral("jump");

} // namespace

class TestSshWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    ConnectionOptions options() const
    {
        ConnectionOptions options = m_etcd->options();
        options.ssh.destination = Jump;
        return options;
    }
    /// The name of Nils that is typed in a window and committed is his from then on.
    void commits(const StoryWindow &window, const QString &name)
    {
        const auto before = m_etcd->get(NilsKey);
        QVERIFY(before.has_value());
        QVERIFY(window.activate());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(window.edits()->isEmpty(), Patience);
        const auto after = m_etcd->get(NilsKey);
        QVERIFY(after->value.contains(name.toUtf8()));
        QCOMPARE(after->version, before->version + 1);
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        qunsetenv("SSH_ASKPASS"); // nobody is asked anything
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanupTestCase() { m_etcd.reset(); }
    void init() { OwnSettings::clear(); }

    void theTunnelIsKilled_data()
    {
        QTest::addColumn<bool>("real");
        QTest::newRow("stand-in") << false;
        QTest::newRow("sshd") << true;
    }
    void theTunnelIsKilled()
    {
        QFETCH(bool, real);
        if (real && !SshServer::whyNot().isEmpty())
            QSKIP(qPrintable(SshServer::whyNot()));
        SshServer server;
        QVERIFY(!real || server.start());
        const SshCommand ssh(real ? server.client() : QStringList {dataFile(QStringLiteral("ssh/ssh"))});

        const StoryWindow window(options(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QVERIFY(window.barText().contains(QStringLiteral("through ") + Jump));
        QCOMPARE(window.model()->rowCount(), 200);
        const QString name = real ? QStringLiteral("Anna") : QStringLiteral("Berta");
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), name));
        const qint64 first = ssh.processId();
        QVERIFY(first > 0);

        // It is noticed, told, and opened again; what happened meanwhile is seen, and what is staged is kept.
        QStringList told;
        connect(window->connection(), &Connection::stateChanged, this,
                [&told, &window] { told += describe(window->connection()->error()).summary; });
        ::kill(static_cast<pid_t>(first), SIGKILL);
        QByteArray other = NilsKey;
        other.back() = static_cast<char>(other.back() ^ 0x55);
        QVERIFY(m_etcd->put(other, m_etcd->get(NilsKey)->value).value > 0);
        QTRY_COMPARE_WITH_TIMEOUT(window.model()->rowCount(), 201, Patience);
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QVERIFY(ssh.processId() != first);
        QVERIFY2(told.join(QLatin1Char('\n')).contains(QStringLiteral("Cannot reach etcd")),
                 qPrintable(told.join(QLatin1Char('\n'))));
        QCOMPARE(window.state(NilsKey), RowState::Edited);
        QCOMPARE(window.text(NilsKey, "value.name"), name);
        QVERIFY(window.prompts()->errors.empty());
        commits(window, name);
        QVERIFY(m_etcd->remove(other).value > 0);
    }

    void sshdIsKilled()
    {
        if (!SshServer::whyNot().isEmpty())
            QSKIP(qPrintable(SshServer::whyNot()));
        SshServer server;
        QVERIFY(server.start());
        const SshCommand ssh(server.client());
        const StoryWindow window(options(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), Patience);
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Clara")));

        server.kill();
        QTRY_VERIFY_WITH_TIMEOUT(!window.isOnline(), Patience);
        QTRY_VERIFY2_WITH_TIMEOUT(
            window.barText().contains(QStringLiteral("No SSH server answers at “jump”")),
            qPrintable(window.barText()), Patience);
        QCOMPARE(window.model()->rowCount(), 200);
        // All that ssh said is a click away.
        auto *details = window->findChild<QPushButton *>(QStringLiteral("connectionDetails"));
        QVERIFY(details->isVisible());
        details->click();
        QCOMPARE(window.prompts()->errors.size(), std::size_t {1});
        QVERIFY2(window.prompts()->errors.front().error.technical.contains(QStringLiteral("refused")),
                 qPrintable(window.prompts()->errors.front().error.technical));

        QVERIFY(server.start());
        QTRY_VERIFY_WITH_TIMEOUT(window.isOnline(), Patience);
        QVERIFY(!details->isVisible());
        QCOMPARE(window.state(NilsKey), RowState::Edited);
        commits(window, QStringLiteral("Clara"));
    }

    void wordsOfSsh_data()
    {
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("summary");
        QTest::addColumn<QString>("advice");
        QTest::newRow("unknown host key") << "Host key verification failed."
                                          << "is not known here yet"
                                          << "ssh ann@jump";
        QTest::newRow("another host key")
            << "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @ IT IS POSSIBLE THAT SOMEONE IS DOING "
               "SOMETHING NASTY! Offending ED25519 key in /h/known_hosts:1 remove with: ssh-keygen -f "
               "\"/h/known_hosts\" -R \"[jump]:22\" Host key verification failed."
            << "another host key than the one that is known"
            << "ssh-keygen -f \"/h/known_hosts\" -R \"[jump]:22\"";
        QTest::newRow("no key fits") << "ann@jump: Permission denied (publickey)."
                                     << "takes none of your keys"
                                     << "ssh-add";
        QTest::newRow("the key is open to others")
            << "Permissions 0644 for '/k' are too open. WARNING: UNPROTECTED PRIVATE KEY FILE! Load key "
               "\"/k\": bad permissions ann@jump: Permission denied (publickey)."
            << "others may read its file"
            << "chmod 600";
        QTest::newRow("no such name") << "ssh: Could not resolve hostname jump: Name or service not known"
                                      << "is not known"
                                      << "ssh configuration";
        QTest::newRow("nobody there") << "ssh: connect to host jump port 22: Connection refused"
                                      << "No SSH server answers"
                                      << "Is the port right?";
        QTest::newRow("silence") << "ssh: connect to host jump port 22: Connection timed out"
                                 << "does not answer in time"
                                 << "firewall";
        QTest::newRow("closed") << "kex_exchange_identification: Connection closed by remote host"
                                << "has ended the connection"
                                << "restarted";
        QTest::newRow("no ssh") << "the program ssh cannot be started: no such file"
                                << "There is no ssh program"
                                << "openssh-client";
        QTest::newRow("anything else") << "muxserver_listen: odd"
                                       << "cannot be used: muxserver_listen: odd"
                                       << "on a terminal";
    }
    void wordsOfSsh()
    {
        QFETCH(QString, said);
        QFETCH(QString, summary);
        QFETCH(QString, advice);
        const Error error {.kind = ErrorKind::Network,
                           .detail = QStringLiteral("the SSH tunnel through ann@jump failed: ") + said};
        const ErrorText text = describe(error, QStringLiteral("inside:2379"));
        QVERIFY2(text.summary.contains(summary) && text.summary.contains(QStringLiteral("inside:2379")),
                 qPrintable(text.summary));
        QVERIFY2(text.advice.contains(advice), qPrintable(text.advice));
        QVERIFY(text.technical.contains(said));
    }

    void whatIsWrongIsTold_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("says");
        QTest::addColumn<QString>("advises");
        QTest::newRow("unknown host key") << "unknown"
                                          << "is not known here yet"
                                          << "ssh jump";
        QTest::newRow("another host key") << "changed"
                                          << "another host key than the one that is known"
                                          << "known_hosts\" -R \"[127.0.0.1]:";
        if (!isLongRun())
            return; // their words are in wordsOfSsh()
        QTest::newRow("no key fits") << "refused"
                                     << "takes none of your keys"
                                     << "authorized_keys";
        QTest::newRow("nobody there") << "away"
                                      << "No SSH server answers"
                                      << "Is the port right?";
    }
    void whatIsWrongIsTold()
    {
        if (!SshServer::whyNot().isEmpty())
            QSKIP(qPrintable(SshServer::whyNot()));
        QFETCH(QString, fault);
        QFETCH(QString, says);
        QFETCH(QString, advises);
        SshServer server;
        QVERIFY(server.start());
        const SshCommand ssh(server.client());
        if (fault == QLatin1String("unknown")) {
            server.forgetHostKey();
        } else if (fault == QLatin1String("changed")) {
            server.kill();
            QVERIFY(server.changeHostKey());
            QVERIFY(server.start());
        } else if (fault == QLatin1String("refused")) {
            QVERIFY(server.refuseKeys());
        } else {
            server.kill();
        }
        const StoryWindow window(options());
        const auto text = [&window] { return window.page()->text(); };
        QTRY_VERIFY2_WITH_TIMEOUT(text().contains(says), qPrintable(text()), Patience);
        QVERIFY2(text().contains(advises), qPrintable(text()));
        QVERIFY(text().contains(Jump));

        // And by the test of a connection, in the same words.
        ConnectionTest test(options(), options().endpoint());
        QSignalSpy finished(&test, &ConnectionTest::finished);
        test.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.size(), 1, Patience);
        const QString report = reportText(test.report());
        QVERIFY2(report.contains(says) && report.contains(advises), qPrintable(report));
    }
};

QTEST_MAIN(TestSshWindow)
#include "tst_sshwindow.moc"
