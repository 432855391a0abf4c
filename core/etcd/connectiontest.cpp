// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/connectiontest.h"

#include "core/base/log.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/peerprobe.h"
#include "core/etcd/proxies.h"
#include "core/etcd/sshtunnel.h"
#include "core/etcd/tls.h"

#include <QDateTime>
#include <QHostInfo>
#include <QNetworkReply>
#include <QSslCipher>
#include <QSslSocket>

namespace slotscope::core {

namespace {

using namespace std::chrono_literals;

/// Of a head and a short body; whoever sends more is not asked further.
constexpr qint64 MostBytes = 64LL * 1024;
/// What is told about a certificate before its end.
constexpr int SoonDays = 30;

qint64 steadyNow()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

ConnectionFault faultOf(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return ConnectionFault::Refused;
    case QAbstractSocket::HostNotFoundError:
        return ConnectionFault::UnknownName;
    case QAbstractSocket::SocketTimeoutError:
        return ConnectionFault::NoAnswer;
    case QAbstractSocket::NetworkError:
    case QAbstractSocket::SocketAddressNotAvailableError:
        return ConnectionFault::Unreachable;
    case QAbstractSocket::ProxyAuthenticationRequiredError:
    case QAbstractSocket::ProxyConnectionRefusedError:
    case QAbstractSocket::ProxyConnectionClosedError:
    case QAbstractSocket::ProxyConnectionTimeoutError:
    case QAbstractSocket::ProxyNotFoundError:
    case QAbstractSocket::ProxyProtocolError:
    case QAbstractSocket::SocketAccessError: // says a proxy of what it does not allow
        return ConnectionFault::ProxyFailed;
    default:
        return ConnectionFault::Other;
    }
}

/// The one that has to be mended first, of what OpenSSL finds wrong with one chain.
ConnectionFault worstOf(const QList<QSslError> &errors)
{
    const auto has = [&errors](std::initializer_list<QSslError::SslError> kinds) {
        return std::any_of(errors.cbegin(), errors.cend(), [kinds](const QSslError &error) {
            return std::find(kinds.begin(), kinds.end(), error.error()) != kinds.end();
        });
    };
    if (has({QSslError::SelfSignedCertificate}))
        return ConnectionFault::SelfSigned;
    if (has({QSslError::SelfSignedCertificateInChain, QSslError::UnableToGetLocalIssuerCertificate,
             QSslError::UnableToGetIssuerCertificate, QSslError::UnableToVerifyFirstCertificate,
             QSslError::CertificateUntrusted, QSslError::CertificateSignatureFailed}))
        return ConnectionFault::UntrustedIssuer;
    if (has({QSslError::CertificateExpired}))
        return ConnectionFault::Expired;
    if (has({QSslError::CertificateNotYetValid}))
        return ConnectionFault::NotYetValid;
    if (has({QSslError::HostNameMismatch}))
        return ConnectionFault::NameMismatch;
    return ConnectionFault::BadCertificate;
}

QString wordsOf(const QList<QSslError> &errors)
{
    QStringList words;
    for (const QSslError &error : errors) {
        if (!words.contains(error.errorString()))
            words += error.errorString();
    }
    return words.join(QStringLiteral(" "));
}

} // namespace

ConnectionTest::ConnectionTest(const ConnectionOptions &options, const Endpoint &endpoint, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_url(endpoint.url)
    , m_proxy(proxyOnTheWay(m_options.proxy, m_url))
    , m_tls(QSslConfiguration::defaultConfiguration())
{
    m_report.endpoint = m_url;
    hideInLog(m_options.password.toUtf8());
    hideInLog(m_options.tls.keyPassword);
    hideInLog(m_proxy);
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        fail(ConnectionFault::NoAnswer,
             {.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("nothing for %1 ms").arg(m_patience.interval())});
    });
    m_manager.setProxy(m_proxy);
    connect(&m_manager, &QNetworkAccessManager::sslErrors, this,
            [this](QNetworkReply *reply, const QList<QSslError> &errors) {
                if (isTrustedByChoice(reply->sslConfiguration().peerCertificate(), m_options.tls))
                    reply->ignoreSslErrors(errors);
            });
}

ConnectionTest::~ConnectionTest() = default;

bool ConnectionTest::isTls() const
{
    return m_url.scheme() == QLatin1String("https");
}

void ConnectionTest::start()
{
    dropSocket();
    ++m_round;
    m_report = {.endpoint = m_url, .user = m_options.user};
    m_token.clear();
    m_tunnel.reset();
    m_manager.clearConnectionCache();
    checkFiles();
}

void ConnectionTest::begin(TestStep step)
{
    m_step = step;
    m_stepBegan = steadyNow();
    m_report.at(step).outcome = StepOutcome::Running;
    m_patience.start(m_options.connectTimeout);
    Q_EMIT progressed();
}

void ConnectionTest::end(TestStep step, StepOutcome outcome, ConnectionFault fault, const Error &error)
{
    StepReport &entry = m_report.at(step);
    if (m_step == step)
        entry.duration = std::chrono::milliseconds(steadyNow() - m_stepBegan);
    entry.outcome = outcome;
    entry.fault = fault;
    entry.error = error;
}

void ConnectionTest::fail(ConnectionFault fault, const Error &error)
{
    if (!m_step)
        return;
    end(*m_step, StepOutcome::Failed, fault, error);
    finish();
}

void ConnectionTest::finish()
{
    m_patience.stop();
    m_step.reset();
    ++m_round;
    dropSocket();
    Q_EMIT progressed();
    Q_EMIT finished();
}

void ConnectionTest::dropSocket()
{
    if (!m_socket)
        return;
    m_socket->disconnect(this);
    m_socket->abort();
    m_socket->deleteLater();
    m_socket = nullptr;
}

void ConnectionTest::checkFiles()
{
    begin(TestStep::Files);
    if (!isTls() || !m_options.tls.isUsed()) {
        end(TestStep::Files, StepOutcome::Skipped);
        lookUpName();
        return;
    }
    auto tls = loadTls(m_options.tls);
    if (!tls) {
        // Not within start(): whoever started it is not ready for its end yet.
        QTimer::singleShot(0, this, during(TestStep::Files, [this, error = tls.error()] {
                               fail(ConnectionFault::UnusableFile, error);
                           }));
        return;
    }
    m_tls = *std::move(tls);
    end(TestStep::Files, StepOutcome::Passed);
    lookUpName();
}

void ConnectionTest::lookUpName()
{
    begin(TestStep::Name);
    if (m_options.ssh.isUsed()) {
        openTunnel();
        return;
    }
    if (!QHostAddress(m_url.host()).isNull() || m_proxy.type() != QNetworkProxy::NoProxy) {
        // An address, or a name that the proxy looks up.
        end(TestStep::Name, StepOutcome::Skipped);
        connectTcp();
        return;
    }
    QHostInfo::lookupHost(m_url.host(), this,
                          during(TestStep::Name, [this](const QHostInfo &info) { takeAddresses(info); }));
}

void ConnectionTest::openTunnel()
{
    m_patience.stop(); // ssh has one of its own
    m_tunnel = std::make_unique<SshTunnel>(m_options.ssh);
    m_tunnel->open().then(this, during(TestStep::Name, [this](const Result<Nothing> &open) {
                              if (!open) {
                                  fail(ConnectionFault::TunnelFailed, open.error());
                                  return;
                              }
                              m_proxy = m_tunnel->proxy();
                              m_manager.setProxy(m_proxy);
                              end(TestStep::Name, StepOutcome::Passed);
                              connectTcp();
                          }));
}

void ConnectionTest::takeAddresses(const QHostInfo &info)
{
    if (info.error() != QHostInfo::NoError || info.addresses().isEmpty()) {
        fail(ConnectionFault::UnknownName, {.kind = ErrorKind::Network, .detail = info.errorString()});
        return;
    }
    for (const QHostAddress &address : info.addresses())
        m_report.addresses += address.toString();
    end(TestStep::Name, StepOutcome::Passed);
    connectTcp();
}

void ConnectionTest::connectTcp()
{
    begin(TestStep::Tcp);
    m_socket = new QSslSocket(this);
    if (!m_tunnel)
        m_report.proxy = placeOf(m_proxy);
    m_report.forwarded = isForwarded(m_url, m_proxy);
    if (m_report.forwarded)
        m_socket->setProxy(QNetworkProxy::NoProxy);
    else
        m_socket->setProxy(m_proxy);
    connect(m_socket, &QSslSocket::connected, this, [this] {
        const QHostAddress peer = m_socket->peerAddress();
        m_report.peer = peer.isNull() ? m_url.host() : peer.toString(); // a proxy knows it
        end(TestStep::Tcp, StepOutcome::Passed);
        startTls();
    });
    connect(m_socket, &QAbstractSocket::errorOccurred, this, [this] { failBySocket(); });
    connect(m_socket, &QSslSocket::sslErrors, this, &ConnectionTest::takeSslErrors);
    connect(m_socket, &QSslSocket::encrypted, this, &ConnectionTest::tlsReady);
    connect(m_socket, &QIODevice::readyRead, this, [this] { readHttp(false); });
    if (m_report.forwarded)
        m_socket->connectToHost(m_proxy.hostName(), m_proxy.port());
    else
        m_socket->connectToHost(m_url.host(), static_cast<quint16>(m_url.port(isTls() ? 443 : 80)));
}

void ConnectionTest::failBySocket()
{
    if (m_step == TestStep::Tls) {
        tlsFailed();
    } else if (m_step == TestStep::Http) {
        readHttp(true);
    } else if (m_step == TestStep::Tcp) {
        const bool wantsUser = m_socket->error() == QAbstractSocket::ProxyAuthenticationRequiredError;
        fail(m_report.forwarded ? ConnectionFault::ProxyFailed : faultOf(m_socket->error()),
             wantsUser ? proxyWantsUser(m_proxy.user())
                       : Error {.kind = ErrorKind::Network, .detail = m_socket->errorString()});
    }
}

void ConnectionTest::startTls()
{
    m_sslErrors.clear();
    if (!isTls()) {
        end(TestStep::Tls, StepOutcome::Skipped);
        askHttp();
        return;
    }
    begin(TestStep::Tls);
    m_socket->setSslConfiguration(m_tls);
    m_socket->setPeerVerifyName(m_options.tls.serverName.isEmpty() ? m_url.host() : m_options.tls.serverName);
    m_socket->startClientEncryption();
}

void ConnectionTest::takeSslErrors(const QList<QSslError> &errors)
{
    m_sslErrors = errors;
    takeCertificates();
    if (isTrustedByChoice(m_socket->peerCertificate(), m_options.tls)) {
        m_report.trustedByChoice = true;
        m_socket->ignoreSslErrors(errors);
    }
}

void ConnectionTest::takeCertificates()
{
    m_report.chain = m_socket->peerCertificateChain();
    const QSslCipher cipher = m_socket->sessionCipher();
    m_report.protocol = cipher.protocolString();
    m_report.cipher = cipher.name();
}

void ConnectionTest::tlsReady()
{
    if (m_step != TestStep::Tls)
        return;
    takeCertificates();
    const QSslCertificate own = m_report.chain.value(0);
    if (!own.isNull() && own.expiryDate() < QDateTime::currentDateTimeUtc().addDays(SoonDays))
        end(TestStep::Tls, StepOutcome::Warning, ConnectionFault::ExpiresSoon);
    else
        end(TestStep::Tls, StepOutcome::Passed);
    askHttp();
}

void ConnectionTest::tlsFailed()
{
    if (!m_sslErrors.isEmpty()) {
        // What was trusted once is another one now: whatever else is wrong with it, that comes first.
        const bool other = !m_options.tls.trustedFingerprints.isEmpty();
        fail(other ? ConnectionFault::OtherCertificate : worstOf(m_sslErrors),
             {.kind = ErrorKind::Tls, .detail = wordsOf(m_sslErrors)});
        return;
    }
    const Error error {.kind = ErrorKind::Tls, .detail = m_socket->errorString()};
    dropSocket();
    probeClearHttp(m_url, m_proxy).then(this, during(TestStep::Tls, [this, error](const Result<bool> &is) {
                                            if (is && *is)
                                                fail(ConnectionFault::SpeaksPlain, error);
                                            // An alert of TLS 1.2 about our certificate; later versions send
                                            // it behind the handshake.
                                            else if (error.detail.contains(QLatin1String("alert")))
                                                fail(m_tls.localCertificate().isNull()
                                                         ? ConnectionFault::ClientCertificateWanted
                                                         : ConnectionFault::ClientCertificateRefused,
                                                     error);
                                            else
                                                fail(ConnectionFault::HandshakeFailed, error);
                                        }));
}

void ConnectionTest::askHttp()
{
    begin(TestStep::Http);
    m_received.clear();
    QString path = m_url.path();
    while (path.endsWith(QLatin1Char('/')))
        path.chop(1);
    const QByteArray host = m_url.authority(QUrl::FullyEncoded).toLatin1();
    QByteArray head = "GET ";
    if (m_report.forwarded)
        head += "http://" + host;
    head += QUrl::toPercentEncoding(path, "/") + "/version HTTP/1.1\r\nHost: " + host
        + "\r\nUser-Agent: slotscope/" SLOTSCOPE_VERSION "\r\nConnection: close\r\n";
    if (const QByteArray user = proxyCredentials(m_proxy); m_report.forwarded && !user.isEmpty())
        head += "Proxy-Authorization: " + user + "\r\n";
    // By hand, so that whatever is answered can be looked at.
    m_socket->write(head + "\r\n");
}

void ConnectionTest::readHttp(bool ended)
{
    if (m_step != TestStep::Http)
        return;
    m_received += m_socket->read(MostBytes - m_received.size());
    // A head is enough; what a refusal says stands behind it.
    const qsizetype head = m_received.indexOf("\r\n\r\n");
    const bool refused = m_received.startsWith("HTTP/1.") && m_received.mid(9, 1) != "2";
    if (ended || m_received.size() >= MostBytes || (head >= 0 && !refused))
        judgeHttp();
    else if (head >= 0)
        QTimer::singleShot(1s, this, during(TestStep::Http, [this] { judgeHttp(); }));
}

void ConnectionTest::judgeHttp()
{
    const int status = m_received.startsWith("HTTP/1.") ? m_received.mid(9, 3).toInt() : 0;
    if (status == 0) {
        notHttp();
    } else if (m_report.forwarded && isProxysOwn(status)) {
        const QByteArray body = m_received.mid(m_received.indexOf("\r\n\r\n") + 4);
        constexpr int AuthenticationRequired = 407;
        fail(ConnectionFault::ProxyFailed,
             status == AuthenticationRequired
                 ? proxyWantsUser(m_proxy.user())
                 : Error {.kind = ErrorKind::Network,
                          .httpStatus = status,
                          .detail =
                              QStringLiteral("the proxy answers with %1").arg(gateway::describeBody(body))});
    } else if (m_received.contains("HTTP request to an HTTPS server")) {
        fail(ConnectionFault::WantsTls, {.kind = ErrorKind::Tls, .httpStatus = 400});
    } else {
        end(TestStep::Http, StepOutcome::Passed);
        dropSocket();
        askVersion();
    }
}

void ConnectionTest::notHttp()
{
    const QString said = m_socket->errorString();
    const auto received = m_received;
    dropSocket();
    const Error error {
        .kind = ErrorKind::Protocol,
        .detail = received.isEmpty()
            ? QStringLiteral("no answer to an HTTP request: %1").arg(said)
            : QStringLiteral("an HTTP request is answered by %1").arg(gateway::describeBody(received))};

    if (received.startsWith("\x15\x03")) { // a TLS alert record
        fail(ConnectionFault::WantsTls, error);
        return;
    }
    if (!received.isEmpty()) {
        fail(isHttp2(received) ? ConnectionFault::GrpcOnly : ConnectionFault::NotHttp, error);
        return;
    }
    const auto otherwise = during(TestStep::Http, [this, error](const Result<bool> &http2) {
        if (http2 && *http2)
            fail(ConnectionFault::GrpcOnly, error);
        else if (isTls())
            // With TLS 1.3 a server judges our certificate when we believe to be through already.
            fail(m_tls.localCertificate().isNull() ? ConnectionFault::ClientCertificateWanted
                                                   : ConnectionFault::ClientCertificateRefused,
                 error);
        else
            fail(ConnectionFault::ClosedSilently, error);
    });
    const auto askHttp2 = [this, otherwise] { probeHttp2(m_url, m_proxy, m_tls).then(this, otherwise); };
    if (isTls()) {
        askHttp2();
        return;
    }
    probeTls(m_url, m_proxy)
        .then(this, during(TestStep::Http, [this, error, askHttp2](const Result<bool> &tls) {
                  if (tls && *tls)
                      fail(ConnectionFault::WantsTls, error);
                  else
                      askHttp2();
              }));
}

} // namespace slotscope::core
