// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/client.h"
#include "core/etcd/gatewaytransport.h"
#include "core/etcd/tls.h"
#include "core/profile/connectionwords.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/realproxy.h"
#include "tests/support/testca.h"

#include <QSslKey>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QString problemOf(const TlsOptions &options)
{
    const auto tls = loadTls(options);
    return tls ? QString() : tls.error().detail;
}

bool write(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

Result<StatusReply> connectWith(const ConnectionOptions &options)
{
    Client client(options);
    return await(client.connectToServer());
}

/// As many times as a way that fails is tried.
bool readsByGrpc(const ConnectionOptions &options)
{
    GatewayTransport transport(options);
    bool isRead = await(transport.detect()).hasValue();
    for (int i = 0; i < 3; ++i)
        isRead = isRead && await(transport.rows({.range = KeyRange::all()})).hasValue();
    return isRead && transport.usesGrpc();
}

} // namespace

/// Certificates: what is read of files, and what is told of wrong ones; and etcds that serve TLS.
class TestTls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_server = m_ca.issue(QStringLiteral("server"));
        m_client = m_ca.issue(QStringLiteral("client"));
    }

    void readsKeysOfEveryKind_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::newRow("EC") << "ec";
        QTest::newRow("RSA") << "rsa";
        QTest::newRow("Ed25519") << "ed25519";
    }
    void readsKeysOfEveryKind()
    {
        QFETCH(QString, kind);
        const auto made = m_ca.issue(QStringLiteral("client"), {.key = kind});
        const auto tls = loadTls(m_ca.client(made));
        QVERIFY2(tls.hasValue(), qPrintable(tls ? QString() : tls.error().detail));
        QVERIFY(!tls->privateKey().isNull());
        QCOMPARE(tls->localCertificate().subjectInfo(QSslCertificate::CommonName),
                 QStringList(QStringLiteral("client")));
        QCOMPARE(tls->caCertificates().size(), 1);
        QCOMPARE(tls->peerVerifyMode(), QSslSocket::VerifyPeer);
    }

    void keysWithAPassword()
    {
        const QString locked = m_ca.file(QStringLiteral("locked.key"));
        QVERIFY(m_ca.openssl({QStringLiteral("pkey"), QStringLiteral("-in"), m_client.keyFile,
                              QStringLiteral("-aes256"), QStringLiteral("-passout"),
                              QStringLiteral("pass:secret"), QStringLiteral("-out"), locked}));
        TlsOptions options = m_ca.client({m_client.certFile, locked});
        QVERIFY(needsKeyPassword(options));
        QVERIFY(problemOf(options).contains(QStringLiteral("needs a password")));
        options.keyPassword = "guess";
        QVERIFY(needsKeyPassword(options));
        QVERIFY(problemOf(options).contains(QStringLiteral("another password")));
        QVERIFY2(!problemOf(options).contains(QStringLiteral("guess")), "a secret is told");
        options.keyPassword = "secret";
        QVERIFY(!needsKeyPassword(options));
        QCOMPARE(problemOf(options), QString());
    }

    void pkcs12()
    {
        const QString file = m_ca.file(QStringLiteral("client.p12"));
        QVERIFY(m_ca.openssl({QStringLiteral("pkcs12"), QStringLiteral("-export"), QStringLiteral("-in"),
                              m_client.certFile, QStringLiteral("-inkey"), m_client.keyFile,
                              QStringLiteral("-certfile"), m_ca.caFile(), QStringLiteral("-passout"),
                              QStringLiteral("pass:secret"), QStringLiteral("-out"), file}));
        TlsOptions options;
        options.pkcs12File = file;
        QVERIFY(needsKeyPassword(options));
        QVERIFY(problemOf(options).contains(QStringLiteral("needs a password")));
        options.keyPassword = "secret";
        const auto tls = loadTls(options);
        QVERIFY2(tls.hasValue(), qPrintable(tls ? QString() : tls.error().detail));
        QVERIFY(!tls->privateKey().isNull());
        QCOMPARE(tls->localCertificateChain().size(), 2);
        QCOMPARE(tls->localCertificate().subjectInfo(QSslCertificate::CommonName),
                 QStringList(QStringLiteral("client")));

        options.certFile = m_client.certFile;
        QVERIFY(problemOf(options).contains(QStringLiteral("given twice")));
    }

    void tellsWhatIsWrong_data()
    {
        QTest::addColumn<QString>("ca");
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("told");

        const auto other = m_ca.issue(QStringLiteral("other"));
        const QString derCa = m_ca.file(QStringLiteral("ca.der"));
        const QString derCert = m_ca.file(QStringLiteral("client.der"));
        const QString derKey = m_ca.file(QStringLiteral("client.key.der"));
        const QString noise = m_ca.file(QStringLiteral("noise"));
        const QString nothing = m_ca.file(QStringLiteral("empty"));
        const QString missing = m_ca.file(QStringLiteral("missing"));
        QVERIFY(
            m_ca.openssl({QStringLiteral("x509"), QStringLiteral("-in"), m_ca.caFile(),
                          QStringLiteral("-outform"), QStringLiteral("der"), QStringLiteral("-out"), derCa}));
        QVERIFY(m_ca.openssl({QStringLiteral("x509"), QStringLiteral("-in"), m_client.certFile,
                              QStringLiteral("-outform"), QStringLiteral("der"), QStringLiteral("-out"),
                              derCert}));
        QVERIFY(m_ca.openssl({QStringLiteral("pkey"), QStringLiteral("-in"), m_client.keyFile,
                              QStringLiteral("-outform"), QStringLiteral("der"), QStringLiteral("-out"),
                              derKey}));
        QVERIFY(write(noise, "what is this?"));
        QVERIFY(write(nothing, {}));

        const QString none;
        const QString cert = m_client.certFile;
        const QString key = m_client.keyFile;
        QTest::newRow("CA in DER") << derCa << none << none << "the CA file “%1” is in DER format";
        QTest::newRow("certificate in DER") << none << derCert << key << "is in DER format";
        QTest::newRow("key in DER") << none << cert << derKey << "openssl pkey -inform der";
        QTest::newRow("key that does not fit") << none << cert << other.keyFile << "does not belong to";
        QTest::newRow("CA that is none") << noise << none << none << "holds no certificate";
        QTest::newRow("empty CA") << nothing << none << none << "is empty";
        QTest::newRow("missing CA") << missing << none << none << "cannot be read";
        QTest::newRow("key for a CA") << key << none << none << "holds a private key";
        QTest::newRow("swapped") << none << key << cert << "holds a private key and no certificate";
        QTest::newRow("certificate for a key") << none << cert << cert << "holds a certificate and no key";
        QTest::newRow("no key") << none << cert << none << "comes without its key";
        QTest::newRow("no certificate") << none << none << key << "no client certificate";
        const auto old = m_ca.issue(QStringLiteral("old"), {.days = -1});
        const QDate end = QSslCertificate::fromPath(old.certFile).value(0).expiryDate().toUTC().date();
        QTest::newRow("expired") << none << old.certFile << old.keyFile
                                 << QStringLiteral("the client certificate “%1” expired on %2")
                                        .arg(old.certFile, end.toString(Qt::ISODate));
    }
    void tellsWhatIsWrong()
    {
        QFETCH(QString, ca);
        QFETCH(QString, certificate);
        QFETCH(QString, key);
        QFETCH(QString, told);
        TlsOptions options;
        options.caFile = ca;
        options.certFile = certificate;
        options.keyFile = key;
        const QString problem = problemOf(options);
        if (told.contains(QLatin1String("%1")))
            told = told.arg(ca);
        QVERIFY2(problem.contains(told), qPrintable(problem));
    }

    void certificatesHaveTheirTime()
    {
        const QSslCertificate certificate = QSslCertificate::fromPath(m_client.certFile).value(0);
        const QDateTime begin = certificate.effectiveDate();
        const QDateTime end = certificate.expiryDate();
        QCOMPARE(validityProblem(certificate, begin), QString());
        QCOMPARE(validityProblem(certificate, end), QString());
        QVERIFY(validityProblem(certificate, end.addSecs(1)).startsWith(QStringLiteral("expired on 2")));
        const QString early = validityProblem(certificate, begin.addSecs(-1));
        QVERIFY2(early.startsWith(QStringLiteral("is valid only from 2")), qPrintable(early));
    }

    void serverWithClientCertificates()
    {
        EtcdProcess etcd(m_ca.server(m_server, true));
        etcd.useTls(m_ca.client(m_client));
        QVERIFY(etcd.start());
        const auto status = connectWith(etcd.options());
        QVERIFY2(status.hasValue(), qPrintable(status ? QString() : status.error().detail));
        QVERIFY(etcd.put("k", "v").value > 0);
        QVERIFY(etcd.get("k").has_value());

        ConnectionOptions options = etcd.options();
        options.tls = m_ca.client();
        QVERIFY2(!connectWith(options), "without a certificate of its own");

        const TestCa others(QStringLiteral("Others"));
        options.tls = etcd.options().tls;
        options.tls.caFile = others.caFile();
        const auto untrusted = connectWith(options);
        QVERIFY(!untrusted);
        QCOMPARE(untrusted.error().kind, ErrorKind::Tls);

        // What is wrong with a file is told before anything is sent.
        options.tls = etcd.options().tls;
        options.tls.keyFile = m_server.keyFile;
        const auto misfit = connectWith(options);
        QVERIFY(!misfit && misfit.error().detail.contains(QStringLiteral("does not belong to")));

        // Through the tunnels of proxies, with the certificate, and by gRPC as well.
        const RealProxy proxy(QStringLiteral("ann"), QStringLiteral("geheim"));
        for (const char *scheme : {"http", "socks5"}) {
            options = etcd.options();
            options.proxy = *parseProxy(
                proxy.url(QLatin1String(scheme), QStringLiteral("ann"), QStringLiteral("geheim")));
            QVERIFY2(readsByGrpc(options), scheme);
        }
        QCOMPARE(proxy.handedOn(), 0);
        QVERIFY(proxy.tunnels() > 1 && proxy.socksTunnels() > 1);
    }

    void certificatesOfServers()
    {
        // A name that is not the endpoint's, and not valid any more.
        const auto named =
            m_ca.issue(QStringLiteral("etcd.example.org"), {.names = QStringLiteral("DNS:etcd.example.org")});
        EtcdProcess etcd(m_ca.server(named));
        etcd.useTls(m_ca.client());
        QVERIFY(etcd.launch() && etcd.waitUntilServing());
        ConnectionOptions options = etcd.options();
        const auto mismatch = connectWith(options);
        QVERIFY(!mismatch);
        QCOMPARE(mismatch.error().kind, ErrorKind::Tls);

        options.tls.serverName = QStringLiteral("etcd.example.org");
        const auto status = connectWith(options);
        QVERIFY2(status.hasValue(), qPrintable(status ? QString() : status.error().detail));
        QVERIFY(readsByGrpc(options));

        // Trusted by choice: this certificate and no other.
        options.tls = {};
        QVERIFY(!connectWith(options));
        options.tls.trustedFingerprints = {fingerprintOf(QSslCertificate::fromPath(named.certFile).value(0))};
        QVERIFY(connectWith(options).hasValue());
        QVERIFY(readsByGrpc(options));
        options.tls.trustedFingerprints = {
            fingerprintOf(QSslCertificate::fromPath(m_server.certFile).value(0)),
            fingerprintOf(QSslCertificate::fromPath(m_ca.caFile()).value(0))};
        QVERIFY2(!connectWith(options), "neither another certificate nor the CA's");

        options.tls = {};
        options.tls.verify = false;
        QVERIFY(connectWith(options).hasValue());
    }

    void endpoints()
    {
        const auto several = Endpoint::parseList(QStringLiteral("a:1, https://b ,c,a:1"));
        QVERIFY(several.hasValue());
        QCOMPARE(several->size(), std::size_t {3});
        QCOMPARE((*several)[1].toString(), QStringLiteral("https://b:2379"));
        QCOMPARE(Endpoint::parse(QStringLiteral("a:1"), QStringLiteral("https"))->toString(),
                 QStringLiteral("https://a:1"));
        QVERIFY(!Endpoint::parseList(QStringLiteral(" , ")));
        QVERIFY(!Endpoint::parseList(QStringLiteral("a,ftp://b")));
    }

private:
    TestCa m_ca;
    TestCa::Certificate m_server;
    TestCa::Certificate m_client;
};

QTEST_GUILESS_MAIN(TestTls)
#include "tst_tls.moc"
