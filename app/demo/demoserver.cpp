// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demoserver.h"

#include <QDir>
#include <QFileInfo>
#include <QHostAddress>
#include <QStandardPaths>
#include <QTcpServer>

#include <array>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace slotscope::app {

namespace {

using namespace std::chrono_literals;

// Another program may take a port between our finding it free and etcd's taking it.
constexpr int MaximumAttempts = 3;
constexpr qsizetype KeptLog = 8192;

/// Different free ports of the loopback interface; 0 where there is none.
std::array<quint16, 2> freePorts()
{
    std::array<QTcpServer, 2> servers;
    for (QTcpServer &server : servers)
        server.listen(QHostAddress::LocalHost, 0);
    return {servers[0].serverPort(), servers[1].serverPort()};
}

QString loopbackUrl(quint16 port)
{
    return QStringLiteral("http://127.0.0.1:%1").arg(port);
}

QProcessEnvironment environmentForEtcd()
{
    // etcd takes its options from ETCD_… as well and refuses to start where they contradict its arguments.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const QStringList names = environment.keys();
    for (const QString &name : names) {
        if (name.startsWith(QLatin1String("ETCD_")) && name != QLatin1String("ETCD_UNSUPPORTED_ARCH"))
            environment.remove(name);
    }
    return environment;
}

/// The last thing etcd said.
QString lastLine(const QByteArray &log)
{
    return QString::fromUtf8(log.trimmed().split('\n').last());
}

} // namespace

DemoServer::DemoServer(QObject *parent)
    : QObject(parent)
{
    m_askAgain.setSingleShot(true);
    m_askAgain.setInterval(50ms);
    connect(&m_askAgain, &QTimer::timeout, this, &DemoServer::ask);
    m_deadline.setSingleShot(true);
    m_deadline.setInterval(30s);
    connect(&m_deadline, &QTimer::timeout, this,
            [this] { fail(tr("etcd did not become ready within 30 seconds")); });
}

DemoServer::~DemoServer()
{
    stop();
}

QString DemoServer::findProgram()
{
    const QString named = qEnvironmentVariable("SLOTSCOPE_ETCD");
    if (named.isEmpty())
        return QStandardPaths::findExecutable(QStringLiteral("etcd"));
    const QFileInfo file(named);
    return file.isFile() && file.isExecutable() ? file.absoluteFilePath() : QString();
}

void DemoServer::start()
{
    m_folder = std::make_unique<QTemporaryDir>(QDir::tempPath() + QStringLiteral("/slotscope-demo-XXXXXX"));
    m_deadline.start();
    // Queued, so that no signal comes from within start().
    QMetaObject::invokeMethod(this, &DemoServer::launch, Qt::QueuedConnection);
}

void DemoServer::launch()
{
    if (!m_folder) // stopped meanwhile
        return;
    const QString program = findProgram();
    if (program.isEmpty()) {
        const QString named = qEnvironmentVariable("SLOTSCOPE_ETCD");
        fail(
            named.isEmpty() ? tr(
                "The demo needs the program etcd, which is not installed. On Debian: apt install etcd-server")
                            : tr("SLOTSCOPE_ETCD names no program: %1").arg(named));
        return;
    }
    if (!m_folder->isValid()) {
        fail(tr("cannot make a temporary folder: %1").arg(m_folder->errorString()));
        return;
    }

    ++m_attempts;
    const auto [clientPort, peerPort] = freePorts();
    const QString clientUrl = loopbackUrl(clientPort);
    const QString peerUrl = loopbackUrl(peerPort);
    m_endpoint = core::Endpoint {QUrl(clientUrl)};
    m_log.clear();

    m_process = std::make_unique<QProcess>();
    m_process->setProgram(program);
    m_process->setArguments({QStringLiteral("--name"), QStringLiteral("demo"), //
                             QStringLiteral("--data-dir"), m_folder->filePath(QStringLiteral("data")), //
                             QStringLiteral("--listen-client-urls"), clientUrl, //
                             QStringLiteral("--advertise-client-urls"), clientUrl, //
                             QStringLiteral("--listen-peer-urls"), peerUrl, //
                             QStringLiteral("--initial-advertise-peer-urls"), peerUrl, //
                             QStringLiteral("--initial-cluster"), QStringLiteral("demo=") + peerUrl});
    m_process->setProcessEnvironment(environmentForEtcd());
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    const pid_t parent = ::getpid();
    m_process->setChildProcessModifier([parent] {
        // A session of its own: Ctrl+C in the terminal is for us, and we then end etcd in order.
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) // died before the line above
            ::_exit(1);
    });
    connect(m_process.get(), &QProcess::readyRead, this,
            [this] { m_log = (m_log + m_process->readAll()).right(KeptLog); });
    connect(m_process.get(), &QProcess::finished, this, &DemoServer::processEnded);
    connect(m_process.get(), &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            fail(tr("cannot start %1: %2").arg(m_process->program(), m_process->errorString()));
    });
    m_process->start();
    if (m_process->state() == QProcess::NotRunning || !m_process->waitForStarted())
        return; // errorOccurred has told

    startCleaner();
    m_client = std::make_unique<core::Client>(m_endpoint);
    ask();
}

/// A small process that outlives us and then removes the folder: it learns of our end by the end of its
/// input.
void DemoServer::startCleaner()
{
    m_cleaner = std::make_unique<QProcess>();
    m_cleaner->setProgram(QStringLiteral("/bin/sh"));
    // etcd dies with us as well, and may still be writing when the first attempt is made.
    m_cleaner->setArguments(
        {QStringLiteral("-c"),
         QStringLiteral("cat >/dev/null; n=0; while rm -rf -- \"$1\"; [ -e \"$1\" ] && [ $n -lt 50 ]; "
                        "do n=$((n+1)); sleep 0.1; done"),
         QStringLiteral("sh"), m_folder->path()});
    m_cleaner->setChildProcessModifier([] { ::setsid(); });
    m_cleaner->setStandardOutputFile(QProcess::nullDevice());
    m_cleaner->setStandardErrorFile(QProcess::nullDevice());
    m_cleaner->start();
}

void DemoServer::ask()
{
    if (!m_client)
        return;
    m_client->connectToServer().then(this, [this](const core::Result<core::StatusReply> &reply) {
        if (!reply || reply->leader == 0) {
            m_askAgain.start();
            return;
        }
        m_deadline.stop();
        m_ready = true;
        Q_EMIT ready();
    });
}

void DemoServer::processEnded()
{
    m_log = (m_log + m_process->readAll()).right(KeptLog);
    if (!m_ready && m_attempts < MaximumAttempts && m_log.contains("address already in use")) {
        m_askAgain.stop();
        m_client.reset();
        if (m_cleaner) {
            m_cleaner->kill(); // or it would remove the folder that the next attempt uses
            m_cleaner->waitForFinished(1000);
            m_cleaner.reset();
        }
        m_process.release()->deleteLater();
        QMetaObject::invokeMethod(this, &DemoServer::launch, Qt::QueuedConnection);
        return;
    }
    fail(m_ready ? tr("The demo's etcd has ended by itself: %1").arg(lastLine(m_log))
                 : tr("etcd did not start: %1").arg(lastLine(m_log)));
}

void DemoServer::fail(const QString &reason)
{
    // Not from within a signal of the process that stop() destroys.
    QMetaObject::invokeMethod(
        this,
        [this, reason] {
            if (!m_folder)
                return;
            stop();
            Q_EMIT failed(reason);
        },
        Qt::QueuedConnection);
}

void DemoServer::stop()
{
    m_askAgain.stop();
    m_deadline.stop();
    m_client.reset();
    if (m_process) {
        m_process->disconnect(this);
        if (m_process->state() != QProcess::NotRunning) {
            // Its data goes away, so there is nothing that it has to close in order.
            m_process->kill();
            m_process->waitForFinished(5000);
        }
        m_process.reset();
    }
    m_folder.reset();
    if (m_cleaner) {
        m_cleaner->closeWriteChannel();
        m_cleaner->waitForFinished(1000);
        m_cleaner.reset();
    }
}

} // namespace slotscope::app
