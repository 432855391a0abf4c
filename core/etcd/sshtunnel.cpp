// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/sshtunnel.h"

#include "core/etcd/portowner.h"

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>

#ifdef Q_OS_LINUX
#include <csignal>
#include <sys/prctl.h>
#endif

namespace slotscope::core {

namespace {

using namespace std::chrono_literals;

constexpr auto KnockAgain = 100ms;
constexpr qsizetype MostSaid = 4096;

// In the error's detail, around the destination.
constexpr QLatin1String Failed("the SSH tunnel through ");
constexpr QLatin1String Reason(" failed: ");

/// Somebody may have to type a password or to press a key's button.
constexpr auto PatienceWithPeople = 90s;
constexpr auto Patience = 30s;

bool canAsk()
{
    return !qEnvironmentVariableIsEmpty("SSH_ASKPASS");
}

quint16 freePort()
{
    QTcpServer probe;
    return probe.listen(QHostAddress::LocalHost) ? probe.serverPort() : quint16 {0};
}

} // namespace

SshTunnel::SshTunnel(SshTunnelOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_port(freePort())
    , m_process(this)
{
    m_process.setProgram(QStringLiteral("ssh"));
    m_process.setStandardInputFile(QProcess::nullDevice());
    m_process.setStandardOutputFile(QProcess::nullDevice());
#ifdef Q_OS_LINUX
    // No tunnel stays behind, however the program ends.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGTERM); });
#endif
    m_knock.setSingleShot(true);
    m_patience.setSingleShot(true);
    connect(&m_knock, &QTimer::timeout, this, &SshTunnel::knock);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        finish(Unexpected {error(QStringLiteral("it was not there in time"))});
        m_process.kill();
    });
    connect(&m_process, &QProcess::readyReadStandardError, this, [this] {
        m_said += m_process.readAllStandardError();
        m_said = m_said.right(MostSaid);
    });
    connect(&m_process, &QProcess::finished, this, &SshTunnel::takeEnd);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError what) {
        if (what == QProcess::FailedToStart)
            takeEnd();
    });
}

SshTunnel::~SshTunnel()
{
    m_process.disconnect(this);
    finish(Unexpected {
        Error {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")}});
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

QNetworkProxy SshTunnel::proxy() const
{
    return {QNetworkProxy::Socks5Proxy, QStringLiteral("127.0.0.1"), m_port};
}

QStringList SshTunnel::arguments() const
{
    QStringList arguments {
        QStringLiteral("-N"), QStringLiteral("-D"), QStringLiteral("127.0.0.1:%1").arg(m_port),
        QStringLiteral("-o"), QStringLiteral("ExitOnForwardFailure=yes"),
        // So that a network that has fallen silent is noticed.
        QStringLiteral("-o"), QStringLiteral("ServerAliveInterval=5"), QStringLiteral("-o"),
        QStringLiteral("ServerAliveCountMax=3"), QStringLiteral("-o"),
        QStringLiteral("ControlPath=none"), // another ssh's connection would not end with this one
    };
    if (!canAsk())
        arguments << QStringLiteral("-o") << QStringLiteral("BatchMode=yes");
    if (m_options.port != 0)
        arguments << QStringLiteral("-p") << QString::number(m_options.port);
    if (!m_options.identityFile.isEmpty())
        arguments << QStringLiteral("-i") << m_options.identityFile;
    // Whatever it is called, it is no option.
    return arguments << QStringLiteral("--") << m_options.destination;
}

Error SshTunnel::error(const QString &what) const
{
    return {.kind = ErrorKind::Network, .detail = Failed + m_options.destination + Reason + what};
}

std::optional<SshTunnel::Complaint> SshTunnel::complaintOf(const Error &error)
{
    const qsizetype reason = error.detail.indexOf(Reason);
    if (error.kind != ErrorKind::Network || !error.detail.startsWith(Failed) || reason < 0)
        return std::nullopt;
    return Complaint {.destination = error.detail.mid(Failed.size(), reason - Failed.size()),
                      .said = error.detail.mid(reason + Reason.size())};
}

Call<Nothing> SshTunnel::open()
{
    if (m_up)
        return finishedCall<Nothing>(Nothing {});
    auto *state = new CallState<Nothing>;
    m_waiting.emplace_back(state);
    if (m_process.state() == QProcess::NotRunning)
        start();
    return Call<Nothing>(state);
}

void SshTunnel::start()
{
    m_said.clear();
    if (m_port == 0)
        m_port = freePort();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (canAsk()) // never on the terminal that the program was started from
        environment.insert(QStringLiteral("SSH_ASKPASS_REQUIRE"), QStringLiteral("force"));
    m_process.setProcessEnvironment(environment);
    m_process.setArguments(arguments());
    m_patience.start(canAsk() ? PatienceWithPeople : Patience);
    m_process.start(QIODevice::ReadOnly);
    m_knock.start(KnockAgain);
}

void SshTunnel::knock()
{
    auto *socket = new QTcpSocket(this);
    socket->setProxy(QNetworkProxy::NoProxy);
    connect(socket, &QTcpSocket::connected, this, [this, socket] {
        socket->deleteLater();
        if (m_process.state() == QProcess::NotRunning || m_up)
            return;
        // The port was free when it was chosen, and ssh takes it only when it has logged in. Whoever was
        // faster would hear all that is meant for etcd; ssh will say that it is taken.
        if (m_process.state() != QProcess::Running
            || portOwner(m_port, m_process.processId()) == PortOwner::Other) {
            m_knock.start(KnockAgain);
            return;
        }
        m_up = true;
        finish(Nothing {});
    });
    connect(socket, &QTcpSocket::errorOccurred, this, [this, socket] {
        socket->deleteLater();
        if (m_process.state() != QProcess::NotRunning && !m_up)
            m_knock.start(KnockAgain);
    });
    socket->connectToHost(QHostAddress(QHostAddress::LocalHost), m_port);
}

void SshTunnel::takeEnd()
{
    m_said += m_process.readAllStandardError();
    m_knock.stop();
    QString words = QString::fromUtf8(m_said).simplified();
    if (m_process.error() == QProcess::FailedToStart)
        words = QStringLiteral("the program ssh cannot be started: %1").arg(m_process.errorString());
    else if (words.isEmpty())
        words = m_process.exitStatus() == QProcess::CrashExit
            ? QStringLiteral("ssh was killed (signal %1)").arg(m_process.exitCode())
            : QStringLiteral("ssh ended (%1)").arg(m_process.exitCode());
    const Error why = error(words);
    if (words.contains(QLatin1String("Address already in use")))
        m_port = 0;
    const bool wasUp = std::exchange(m_up, false);
    finish(Unexpected {why});
    if (wasUp)
        Q_EMIT ended(why);
}

void SshTunnel::finish(const Result<Nothing> &result)
{
    m_patience.stop();
    for (const auto &state : std::exchange(m_waiting, {})) {
        if (state)
            state->complete(result);
    }
}

} // namespace slotscope::core
