// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/connectiontest.h"
#include "core/etcd/tls.h"
#include "core/profile/connectionwords.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/fakegateway.h"
#include "tests/support/program.h"
#include "tests/support/realproxy.h"
#include "tests/support/storywindow.h"
#include "tests/support/testca.h"
#include "ui/connectiontesttext.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/logwindow.h"
#include "ui/dialogs/testconnectiondialog.h"
#include "ui/panels/banner.h"
#include "ui/tooltip.h"

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTreeWidget>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int Patience = 30'000;
/// In the address of an etcd, in its place.
const QString Password = QStringLiteral("correct horse");

ConnectionReport testOf(const ConnectionOptions &options)
{
    ConnectionTest test(options, options.endpoint());
    QSignalSpy finished(&test, &ConnectionTest::finished);
    test.start();
    finished.wait(Patience);
    return test.report();
}

ConnectionOptions at(const QString &address, const TlsOptions &tls = {})
{
    ConnectionOptions options(*Endpoint::parse(address));
    options.tls = tls;
    return options;
}

/// By plain HTTP, as nothing that is tested here does it.
bool post(const EtcdProcess &etcd, const QString &path, const QByteArray &json)
{
    QNetworkAccessManager manager;
    QNetworkRequest request(QUrl(etcd.endpoint() + QStringLiteral("/v3/auth/") + path));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    const std::unique_ptr<QNetworkReply> reply(manager.post(request, json));
    return QTest::qWaitFor([&reply] { return reply->isFinished(); }, Patience)
        && reply->error() == QNetworkReply::NoError;
}

} // namespace

/// Every way in which a connection fails, provoked with real etcds where etcd is what fails, has its own
/// step, its own message and its own advice.
class TestTestConnection : public QObject
{
    Q_OBJECT

    TestCa m_ca;
    TestCa m_otherCa {QStringLiteral("Another CA")};
    std::map<QString, std::unique_ptr<EtcdProcess>> m_etcds;
    std::unique_ptr<QProcess> m_grpcProxy;
    quint16 m_grpcProxyPort = 0;
    std::map<QString, QString> m_summaries; ///< of faults, by the word of the fault

    EtcdProcess &etcd(const char *name) { return *m_etcds.at(QString::fromLatin1(name)); }

    void add(const char *name, const QStringList &arguments, bool tls)
    {
        auto process = std::make_unique<EtcdProcess>(arguments);
        if (tls)
            process->useTls(m_ca.client(m_client));
        m_etcds[QString::fromLatin1(name)] = std::move(process);
    }
    TestCa::Certificate m_client;

    /// Fails at the step, by the fault, in words that hold these.
    void check(const ConnectionOptions &options, TestStep step, ConnectionFault fault,
               const QStringList &says = {})
    {
        const ConnectionReport report = testOf(options);
        const auto text = reportText(report).toUtf8();
        QVERIFY2(report.failedStep() == step, text.constData());
        QVERIFY2(report.at(step).fault == fault, text.constData());
        const ErrorText words = describeFault(report, step);
        QVERIFY(!words.summary.isEmpty());
        QVERIFY(!words.advice.isEmpty());
        for (const QString &word : says)
            QVERIFY2(words.sentence().contains(word), qPrintable(words.sentence()));
        QVERIFY2(!text.contains(Password.toUtf8()), text.constData());
        // Its own message: that of no other fault, whatever the address.
        QString summary = words.summary;
        summary.remove(options.endpoint().url.authority());
        for (const auto &[word, other] : m_summaries)
            QVERIFY2(word == faultWord(fault) || other != summary, qPrintable(word + summary));
        m_summaries[faultWord(fault)] = summary;
    }

    void checkGateway(FakeGateway &gateway, TestStep step, ConnectionFault fault,
                      const QStringList &says = {})
    {
        check(at(gateway.url().toString()), step, fault, says);
    }

    ConnectionOptions as(const QString &user, const QString &password)
    {
        ConnectionOptions options = at(etcd("auth").endpoint());
        options.user = user;
        options.password = password;
        return options;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_client = m_ca.issue(QStringLiteral("client"), {.days = 365});
        const auto good = m_ca.issue(QStringLiteral("server"), {.days = 365});
        const auto expired = m_ca.issue(QStringLiteral("server"), {.days = -1});
        const auto otherHost = m_ca.issue(QStringLiteral("server"),
                                          {.names = QStringLiteral("DNS:etcd.example.org"), .days = 365});
        const TestCa::Certificate own {m_ca.file(QStringLiteral("own.pem")),
                                       m_ca.file(QStringLiteral("own.key"))};
        QVERIFY(m_ca.openssl({QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"),
                              QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
                              QStringLiteral("ec_paramgen_curve:P-256"), QStringLiteral("-nodes"),
                              QStringLiteral("-keyout"), own.keyFile, QStringLiteral("-out"), own.certFile,
                              QStringLiteral("-days"), QStringLiteral("365"), QStringLiteral("-subj"),
                              QStringLiteral("/CN=own"), QStringLiteral("-addext"),
                              QStringLiteral("subjectAltName=IP:127.0.0.1"), QStringLiteral("-addext"),
                              QStringLiteral("basicConstraints=critical,CA:FALSE")}));
        add("plain", {}, false);
        add("auth", {}, false);
        add("no gateway", {QStringLiteral("--enable-grpc-gateway=false")}, false);
        add("tls", m_ca.server(good), true);
        add("expired", m_ca.server(expired), true);
        add("other host", m_ca.server(otherHost), true);
        add("self-signed", m_ca.server(own), true);
        add("client certificates", m_ca.server(good, true), true);
        // All at once, so that they do not wait for one another.
        for (const auto &[name, process] : m_etcds)
            QVERIFY2(process->launch(), qPrintable(name));
        for (const auto &[name, process] : m_etcds)
            QVERIFY2(process->waitUntilServing() || process->start(), // somebody may have taken its port
                     qPrintable(name));

        EtcdProcess &auth = etcd("auth");
        for (
            const auto &[path, json] : std::vector<std::pair<const char *, QByteArray>> {
                {"user/add", R"({"name":"root","password":"correct horse"})"},
                {"user/add", R"({"name":"reader","password":"correct horse"})"},
                {"user/add", R"({"name":"nobody","password":"correct horse"})"},
                {"user/grant", R"({"user":"root","role":"root"})"},
                {"role/add", R"({"name":"config"})"},
                {"role/grant",
                 R"({"name":"config","perm":{"permType":"READ","key":"L2NvbmZpZy8=","range_end":"L2NvbmZpZzA="}})"},
                {"role/grant", R"({"name":"config","perm":{"permType":"READWRITE","key":"bWluZQ=="}})"},
                {"user/grant", R"({"user":"reader","role":"config"})"},
                {"enable", "{}"},
            })
            QVERIFY2(post(auth, QString::fromLatin1(path), json), path);

        m_grpcProxyPort = EtcdProcess::freePorts(1).at(0);
        m_grpcProxy = std::make_unique<QProcess>();
        m_grpcProxy->start(etcdProgram(),
                           {QStringLiteral("grpc-proxy"), QStringLiteral("start"),
                            QStringLiteral("--endpoints=127.0.0.1:%1").arg(etcd("plain").port()),
                            QStringLiteral("--listen-addr=127.0.0.1:%1").arg(m_grpcProxyPort)});
        QVERIFY(m_grpcProxy->waitForStarted());
        QVERIFY(QTest::qWaitFor(
            [this] {
                QTcpSocket socket;
                socket.connectToHost(QStringLiteral("127.0.0.1"), m_grpcProxyPort);
                return socket.waitForConnected(1000);
            },
            Patience));
    }

    void cleanupTestCase()
    {
        if (m_grpcProxy) {
            m_grpcProxy->kill();
            m_grpcProxy->waitForFinished();
        }
        m_etcds.clear();
    }

    void allIsWell()
    {
        const ConnectionReport plain = testOf(at(etcd("plain").endpoint()));
        QVERIFY2(!plain.failedStep(), qPrintable(reportText(plain)));
        QCOMPARE(plain.at(TestStep::Tls).outcome, StepOutcome::Skipped);
        QCOMPARE(plain.at(TestStep::Permissions).outcome, StepOutcome::Passed);
        QVERIFY(plain.version.server.startsWith(QLatin1Char('3')));
        QVERIFY(plain.status.leader != 0);

        // By name, so that the name is looked up, too.
        const ConnectionReport named =
            testOf(at(QStringLiteral("https://localhost:%1").arg(etcd("tls").port()), m_ca.client()));
        QVERIFY2(!named.failedStep(), qPrintable(reportText(named)));
        QCOMPARE(named.at(TestStep::Name).outcome, StepOutcome::Passed);
        QVERIFY(named.addresses.contains(QStringLiteral("127.0.0.1")));
        QVERIFY2(stepText(named, TestStep::Tls).contains(QStringLiteral("TLS")),
                 qPrintable(reportText(named)));
        QVERIFY(chainText(named).join(QLatin1Char('\n')).contains(QStringLiteral("Test CA")));
        QVERIFY(!named.trustedByChoice);

        const ConnectionReport mutual = testOf(etcd("client certificates").options());
        QVERIFY2(!mutual.failedStep(), qPrintable(reportText(mutual)));
    }

    void files()
    {
        const QString address = etcd("client certificates").endpoint();
        TlsOptions tls = m_ca.client(m_client);
        tls.keyFile = m_ca.issue(QStringLiteral("another")).keyFile;
        check(at(address, tls), TestStep::Files, ConnectionFault::UnusableFile, {tls.keyFile});

        tls = m_ca.client(m_client);
        tls.caFile = m_ca.file(QStringLiteral("ca.der"));
        QVERIFY(m_ca.openssl({QStringLiteral("x509"), QStringLiteral("-in"), m_ca.caFile(),
                              QStringLiteral("-outform"), QStringLiteral("DER"), QStringLiteral("-out"),
                              tls.caFile}));
        const QString fits = m_summaries.at(QStringLiteral("unusable-file"));
        check(at(address, tls), TestStep::Files, ConnectionFault::UnusableFile,
              {tls.caFile, QStringLiteral("DER")});
        QVERIFY(fits != m_summaries.at(QStringLiteral("unusable-file")));

        tls.caFile = m_ca.file(QStringLiteral("nowhere.pem"));
        check(at(address, tls), TestStep::Files, ConnectionFault::UnusableFile, {tls.caFile});
    }

    void network()
    {
        const ConnectionReport unknown = testOf(at(QStringLiteral("no-such-host.invalid")));
        QCOMPARE(unknown.failedStep(), TestStep::Name); // in time or not, as the resolver is
        QVERIFY(stepText(unknown, TestStep::Name).contains(QStringLiteral("no-such-host.invalid")));

        check(at(QStringLiteral("127.0.0.1:%1").arg(EtcdProcess::freePorts(1).at(0))), TestStep::Tcp,
              ConnectionFault::Refused, {QStringLiteral("Nobody listens")});

        FakeGateway silent;
        silent.setDeaf(true);
        ConnectionOptions options = at(silent.url().toString());
        options.connectTimeout = std::chrono::milliseconds(200);
        check(options, TestStep::Http, ConnectionFault::NoAnswer);
        options.endpoints = {
            *Endpoint::parse(QStringLiteral("https://127.0.0.1:%1").arg(silent.url().port()))};
        check(options, TestStep::Tls, ConnectionFault::NoAnswer);
    }

    void proxies()
    {
        const QString user = QStringLiteral("ann");
        const auto by = [](const QString &proxy, ConnectionOptions options) {
            options.proxy = *parseProxy(proxy);
            return options;
        };
        const ConnectionOptions plain = at(etcd("plain").endpoint());
        const ConnectionOptions tls = at(etcd("tls").endpoint(), m_ca.client());
        RealProxy proxy(user, Password);
        for (const QString &scheme : {QStringLiteral("http"), QStringLiteral("socks5")}) {
            for (const ConnectionOptions &options : {plain, tls}) {
                const auto report = testOf(by(proxy.url(scheme, user, Password), options));
                QVERIFY2(!report.failedStep(), qPrintable(reportText(report)));
                QVERIFY2(stepText(report, TestStep::Tcp)
                             .contains(QStringLiteral("the proxy at 127.0.0.1:%1").arg(proxy.port())),
                         qPrintable(reportText(report)));
            }
        }
        // Many proxies make tunnels to port 443 only, and hand on everything that is not encrypted.
        proxy.forbidTunnels();
        const QString right = proxy.url(QStringLiteral("http"), user, Password);
        const auto report = testOf(by(right, plain));
        QVERIFY2(!report.failedStep(), qPrintable(reportText(report)));
        check(by(right, tls), TestStep::Tcp, ConnectionFault::ProxyFailed);

        const QString none = proxy.url(QStringLiteral("http"));
        const QString wrong = proxy.url(QStringLiteral("http"), user, QStringLiteral("wrong"));
        check(by(none, plain), TestStep::Http, ConnectionFault::ProxyFailed,
              {QStringLiteral("wants a user name and a password")});
        check(by(none, tls), TestStep::Tcp, ConnectionFault::ProxyFailed,
              {QStringLiteral("wants a user name and a password")});
        check(by(wrong, plain), TestStep::Http, ConnectionFault::ProxyFailed,
              {QStringLiteral("does not accept the user name or the password")});
        check(by(wrong, tls), TestStep::Tcp, ConnectionFault::ProxyFailed,
              {QStringLiteral("does not accept the user name or the password")});
        check(by(proxy.url(QStringLiteral("socks5"), user, QStringLiteral("wrong")), plain), TestStep::Tcp,
              ConnectionFault::ProxyFailed,
              {QStringLiteral("does not accept the user name or the password")});
        check(by(right, at(QStringLiteral("127.0.0.1:1"))), TestStep::Http, ConnectionFault::ProxyFailed,
              {QStringLiteral("does not lead to 127.0.0.1:1")});
        const quint16 nobody = EtcdProcess::freePorts(1).at(0);
        check(by(QStringLiteral("http://127.0.0.1:%1").arg(nobody), plain), TestStep::Tcp,
              ConnectionFault::ProxyFailed, {QStringLiteral("The proxy at 127.0.0.1:%1").arg(nobody)});
    }

    void certificates()
    {
        const QString tls = etcd("tls").endpoint();
        check(at(tls, m_otherCa.client()), TestStep::Tls, ConnectionFault::UntrustedIssuer,
              {QStringLiteral("Test CA")});
        check(at(etcd("expired").endpoint(), m_ca.client()), TestStep::Tls, ConnectionFault::Expired);
        check(at(etcd("other host").endpoint(), m_ca.client()), TestStep::Tls, ConnectionFault::NameMismatch,
              {QStringLiteral("etcd.example.org")});
        check(at(etcd("self-signed").endpoint(), m_ca.client()), TestStep::Tls, ConnectionFault::SelfSigned);
        check(at(etcd("client certificates").endpoint(), m_ca.client()), TestStep::Http,
              ConnectionFault::ClientCertificateWanted);
        const auto foreign = m_otherCa.issue(QStringLiteral("stranger"), {.days = 365});
        TlsOptions stranger = m_ca.client();
        stranger.certFile = foreign.certFile;
        stranger.keyFile = foreign.keyFile;
        check(at(etcd("client certificates").endpoint(), stranger), TestStep::Http,
              ConnectionFault::ClientCertificateRefused);
        // What the server would not say is known here, before it is asked.
        const auto old = m_ca.issue(QStringLiteral("old"), {.days = -1});
        check(at(etcd("client certificates").endpoint(), m_ca.client(old)), TestStep::Files,
              ConnectionFault::UnusableFile, {QStringLiteral("expired on")});

        // The name that the certificate is for may be told.
        TlsOptions renamed = m_ca.client();
        renamed.serverName = QStringLiteral("etcd.example.org");
        const ConnectionReport report = testOf(at(etcd("other host").endpoint(), renamed));
        QVERIFY2(!report.failedStep(), qPrintable(reportText(report)));
    }

    void trustByChoice()
    {
        const ConnectionOptions unknown = at(etcd("self-signed").endpoint());
        const ConnectionReport before = testOf(unknown);
        QVERIFY(before.isAboutTrust());
        ConnectionOptions trusting = unknown;
        trusting.tls.trustedFingerprints = {fingerprintOf(before.chain.first())};
        const ConnectionReport after = testOf(trusting);
        QVERIFY2(!after.failedStep(), qPrintable(reportText(after)));
        QVERIFY(after.trustedByChoice);
        // That one, and no other.
        trusting.endpoints = {*Endpoint::parse(etcd("tls").endpoint())};
        check(trusting, TestStep::Tls, ConnectionFault::OtherCertificate);
    }

    void theOtherScheme()
    {
        check(at(QStringLiteral("http://127.0.0.1:%1").arg(etcd("tls").port())), TestStep::Http,
              ConnectionFault::WantsTls, {QStringLiteral("https://")});
        check(at(QStringLiteral("https://127.0.0.1:%1").arg(etcd("plain").port())), TestStep::Tls,
              ConnectionFault::SpeaksPlain, {QStringLiteral("http://")});
    }

    void gateways()
    {
        check(at(etcd("no gateway").endpoint()), TestStep::Gateway, ConnectionFault::GatewayDisabled,
              {QStringLiteral("--enable-grpc-gateway")});
        check(at(QStringLiteral("127.0.0.1:%1").arg(m_grpcProxyPort)), TestStep::Version,
              ConnectionFault::GrpcOnly);
        // As a port does that has nothing but gRPC.
        FakeGateway grpc;
        grpc.answer("/version",
                    {Script::raw(QByteArray("\0\0\6\4\0\0\0\0\0\0\5\0\0\x40\0", 15), Script::Then::Close)});
        checkGateway(grpc, TestStep::Http, ConnectionFault::GrpcOnly);

        FakeGateway other;
        other.answer("/version", {Script::reply("<html><body>It works!</body></html>", 200, "text/html")});
        checkGateway(other, TestStep::Version, ConnectionFault::NotEtcd);
        FakeGateway ssh;
        ssh.answer("/version", {Script::raw("SSH-2.0-nobody\r\n", Script::Then::Close)});
        checkGateway(ssh, TestStep::Http, ConnectionFault::NotHttp);
        FakeGateway alert;
        alert.answer("/version",
                     {Script::raw(QByteArray("\x15\x03\x01\0\x02\x02\x16", 7), Script::Then::Close)});
        checkGateway(alert, TestStep::Http, ConnectionFault::WantsTls);
        QTcpServer mute;
        QVERIFY(mute.listen(QHostAddress::LocalHost));
        connect(&mute, &QTcpServer::newConnection, &mute, [&mute] {
            QTcpSocket *client = mute.nextPendingConnection();
            connect(client, &QTcpSocket::readyRead, client, &QTcpSocket::disconnectFromHost);
        });
        check(at(QStringLiteral("127.0.0.1:%1").arg(mute.serverPort())), TestStep::Http,
              ConnectionFault::ClosedSilently);
        FakeGateway moved;
        moved.answer(
            "/version",
            {Script::raw("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
                         Script::Then::KeepAlive)});
        checkGateway(moved, TestStep::Version, ConnectionFault::Redirected);
        FakeGateway old;
        old.answerVersion("3.0.17");
        checkGateway(old, TestStep::Version, ConnectionFault::TooOld, {QStringLiteral("3.0.17")});
        FakeGateway lonely;
        lonely.answerVersion();
        lonely.answer("/v3/maintenance/status",
                      {Script::reply(R"({"header":{"cluster_id":"1","member_id":"2"},"version":"3.4.23"})")});
        checkGateway(lonely, TestStep::Gateway, ConnectionFault::NoLeader);
    }

    void users()
    {
        check(as({}, {}), TestStep::Auth, ConnectionFault::AuthNeeded);
        check(as(QStringLiteral("reader"), QStringLiteral("wrong")), TestStep::Auth,
              ConnectionFault::WrongPassword, {QStringLiteral("reader")});
        check(as(QStringLiteral("stranger"), Password), TestStep::Auth, ConnectionFault::WrongPassword);
        check(as(QStringLiteral("nobody"), Password), TestStep::Permissions, ConnectionFault::NothingGranted);

        const ConnectionReport reader = testOf(as(QStringLiteral("reader"), Password));
        QVERIFY2(!reader.failedStep(), qPrintable(reportText(reader)));
        QVERIFY(!reader.readsEverything);
        QCOMPARE(stepText(reader, TestStep::Permissions),
                 QStringLiteral("reader may: read “/config/” and what begins so; read and write “mine”."));
        const ConnectionReport root = testOf(as(QStringLiteral("root"), Password));
        QVERIFY2(!root.failedStep(), qPrintable(reportText(root)));
        QVERIFY(root.readsEverything && root.writesEverything);

        ConnectionOptions needless = at(etcd("plain").endpoint());
        needless.user = QStringLiteral("reader");
        needless.password = Password;
        const ConnectionReport off = testOf(needless);
        QVERIFY2(!off.failedStep(), qPrintable(reportText(off)));
        QCOMPARE(off.at(TestStep::Auth).fault, ConnectionFault::AuthDisabled);
    }

    void inTheDialog()
    {
        TestConnectionDialog dialog(at(etcd("self-signed").endpoint()));
        dialog.show();
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.isRunning(), Patience);
        QVERIFY(dialog.verdict()->text().contains(QStringLiteral("has issued itself")));
        QVERIFY(dialog.detail()->toPlainText().contains(QStringLiteral("SHA-256")));
        QVERIFY(dialog.trustButton()->isVisible());
        QVERIFY(!dialog.trustButton()->isEnabled()); // not without having looked
        dialog.copyButton()->click();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("TLS: failed")));

        QSignalSpy trusted(&dialog, &TestConnectionDialog::trusted);
        dialog.comparedBox()->click();
        dialog.trustButton()->click();
        QCOMPARE(trusted.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.isRunning(), Patience);
        QCOMPARE(trusted.first().first().toByteArray(),
                 fingerprintOf(dialog.reports().front().chain.first()));
        QVERIFY2(dialog.verdict()->text().contains(QStringLiteral("can be used")),
                 qPrintable(dialog.verdict()->text()));
        QVERIFY(!dialog.trustButton()->isVisible());
        const QTreeWidgetItem *tls = dialog.steps()->topLevelItem(0)->child(static_cast<int>(TestStep::Tls));
        QVERIFY(tls->text(2).contains(QStringLiteral("because you have chosen so")));
    }

    void fromTheWindow()
    {
        const OwnSettings settings;
        const quint16 nobody = EtcdProcess::freePorts(1).at(0);
        const StoryWindow window(*Endpoint::parse(QStringLiteral("127.0.0.1:%1").arg(nobody)));
        auto *why = window->findChild<QPushButton *>(QStringLiteral("pageTest"));
        QVERIFY(why);
        QTRY_VERIFY_WITH_TIMEOUT(why->isVisible(), Patience);
        why->click();
        auto *dialog = window->findChild<TestConnectionDialog *>();
        QVERIFY(dialog);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), Patience);
        QVERIFY2(dialog->verdict()->text().startsWith(QStringLiteral("Nobody listens at 127.0.0.1:")),
                 qPrintable(dialog->verdict()->text()));
    }

    void theLog()
    {
        LogWindow window;
        window.show();
        Log &log = Log::instance();
        log.add(LogLevel::Info, QStringLiteral("test"), QStringLiteral("something happens"));
        log.add(LogLevel::Warning, QStringLiteral("test"), QStringLiteral("token: abc.123 <b>is old</b>"));
        QTRY_VERIFY(window.text()->toPlainText().contains(QStringLiteral("token: ••• <b>is old</b>")));
        QVERIFY(window.text()->toPlainText().contains(QStringLiteral("something happens")));
        window.filterLine()->setText(QStringLiteral("HAPPENS"));
        QVERIFY(window.text()->toPlainText().contains(QStringLiteral("something happens")));
        QVERIFY(!window.text()->toPlainText().contains(QStringLiteral("is old")));
        log.add(LogLevel::Info, QStringLiteral("test"), QStringLiteral("more happens"));
        QTRY_VERIFY(window.text()->toPlainText().contains(QStringLiteral("more happens")));
        QSignalSpy saved(&window, &LogWindow::saveRequested);
        const auto buttons = window.findChildren<QPushButton *>();
        for (QPushButton *button : buttons) {
            if (button->text().contains(QStringLiteral("Save")))
                button->click();
        }
        QCOMPARE(saved.size(), 1);
        QVERIFY(saved.first().first().toByteArray().contains("more happens"));
    }

    void technicalWordsOnDemand()
    {
        Banner banner;
        banner.setMessage(slotscope::ui::theme::Mark::Warning, QStringLiteral("It failed."),
                          QStringLiteral("Retry"));
        banner.setDetail(QStringLiteral("<img src='/dev/zero'> gRPC code 14"));
        QLabel *text = nullptr;
        const auto labels = banner.findChildren<QLabel *>();
        for (QLabel *label : labels) {
            if (!label->text().isEmpty())
                text = label;
        }
        QVERIFY(!text->text().contains(QStringLiteral("gRPC code 14")));
        QSignalSpy action(&banner, &Banner::actionTriggered);
        Q_EMIT text->linkActivated(QStringLiteral("details"));
        QVERIFY(text->text().contains(QStringLiteral("gRPC code 14")));
        QVERIFY(!text->text().contains(QStringLiteral("<img")));
        Q_EMIT text->linkActivated(QStringLiteral("copy"));
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("It failed.\n<img src='/dev/zero'> gRPC code 14"));
        QVERIFY(action.isEmpty());
        Q_EMIT text->linkActivated(QStringLiteral("0"));
        QCOMPARE(action.size(), 1);
        // The next message has nothing of it.
        banner.setMessage(slotscope::ui::theme::Mark::Warning, QStringLiteral("Again."));
        QVERIFY(!text->text().contains(QStringLiteral("details")));
    }

    void dataIsNoMarkup()
    {
        const QString hostile = QStringLiteral("<img src='/dev/zero'>");
        QVERIFY(Qt::mightBeRichText(hostile));
        QVERIFY(!asTip(hostile).contains(QStringLiteral("<img")));
        QTextDocument shown;
        shown.setHtml(asTip(hostile));
        QCOMPARE(shown.toPlainText(), hostile);
        QCOMPARE(asTip(QStringLiteral("a < b")), QStringLiteral("a < b"));
    }

    void fromTheConnectDialog()
    {
        const OwnSettings settings;
        ConnectDialog dialog;
        dialog.setEndpointText(etcd("self-signed").endpoint());
        dialog.show();
        auto *button = dialog.findChild<QPushButton *>(QStringLiteral("testConnection"));
        QVERIFY(button);
        button->click();
        QTRY_VERIFY(dialog.findChild<TestConnectionDialog *>());
        auto *test = dialog.findChild<TestConnectionDialog *>();
        QTRY_VERIFY_WITH_TIMEOUT(!test->isRunning(), Patience);
        QVERIFY(dialog.description()->options.tls.trustedFingerprints.isEmpty());
        test->comparedBox()->click();
        test->trustButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(!test->isRunning(), Patience);
        QVERIFY2(test->verdict()->text().contains(QStringLiteral("can be used")),
                 qPrintable(test->verdict()->text()));
        // It is said in the form from now on, and goes with the profile.
        QCOMPARE(dialog.description()->options.tls.trustedFingerprints,
                 QList<QByteArray> {fingerprintOf(test->reports().front().chain.first())});
    }

    void severalEndpoints()
    {
        ConnectionOptions options = at(etcd("plain").endpoint());
        options.endpoints.push_back(*Endpoint::parse(etcd("no gateway").endpoint()));
        TestConnectionDialog dialog(options);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.isRunning(), Patience);
        QCOMPARE(dialog.reports().size(), std::size_t(2));
        QVERIFY(!dialog.reports().front().failedStep());
        QCOMPARE(dialog.reports().back().failedStep(), TestStep::Gateway);
    }

    void onTheCommandLine()
    {
        Program good({QStringLiteral("test-connection"), QStringLiteral("-c"), etcd("plain").endpoint()});
        QCOMPARE(good.wait(), 0);
        QVERIFY2(good.output().contains("JSON gateway       ok"), good.output().constData());

        // Signed in; nothing of the password is in the log, which is for its owner only.
        const QTemporaryDir dir;
        const QString file = dir.filePath(QStringLiteral("slotscope.log"));
        Program logged({QStringLiteral("test-connection"), QStringLiteral("-c"), etcd("auth").endpoint(),
                        QStringLiteral("--user"), QStringLiteral("reader:") + Password,
                        QStringLiteral("--log-level"), QStringLiteral("debug"), QStringLiteral("--log-file"),
                        file});
        QCOMPARE(logged.wait(), 0);
        QFile log(file);
        QVERIFY(log.open(QIODevice::ReadOnly));
        const QByteArray lines = log.readAll();
        QVERIFY2(lines.contains("/v3/auth/authenticate"), lines.constData());
        QVERIFY2(!lines.contains(Password.toUtf8()), lines.constData());
        QVERIFY(!logged.output().contains(Password.toUtf8()) && !logged.errors().contains(Password.toUtf8()));
        QCOMPARE(log.permissions()
                     & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteGroup | QFile::WriteOther),
                 QFile::Permissions());

        Program bad({QStringLiteral("test-connection"), QStringLiteral("--json"), QStringLiteral("-c"),
                     etcd("no gateway").endpoint()});
        QCOMPARE(bad.wait(), 1);
        const auto steps = bad.jsonLines();
        QCOMPARE(steps.size(), static_cast<std::size_t>(TestStepCount));
        const QJsonObject gateway = steps.at(static_cast<std::size_t>(TestStep::Gateway));
        QCOMPARE(gateway.value(QLatin1String("outcome")).toString(), QStringLiteral("failed"));
        QCOMPARE(gateway.value(QLatin1String("fault")).toString(), QStringLiteral("gateway-disabled"));
        QVERIFY(gateway.value(QLatin1String("advice"))
                    .toString()
                    .contains(QStringLiteral("--enable-grpc-gateway")));
        QCOMPARE(steps.back().value(QLatin1String("outcome")).toString(), QStringLiteral("not-reached"));
    }
};

QTEST_MAIN(TestTestConnection)
#include "tst_testconnection.moc"
