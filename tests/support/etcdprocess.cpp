// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"

#include "core/etcd/tls.h"

#include <QDir>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QStandardPaths>
#include <QTcpServer>

#include <csignal>
#include <sys/prctl.h>

namespace slotscope::test {

namespace {

bool isHealthy(const QString &endpoint, const std::optional<core::TlsOptions> &tls)
{
    QNetworkAccessManager manager;
    QNetworkRequest request(QUrl(endpoint + QStringLiteral("/health")));
    if (tls) {
        // Whether it serves is asked, not whether its certificate is in order.
        core::TlsOptions unverified = *tls;
        unverified.verify = false;
        if (const auto configuration = core::loadTls(unverified))
            request.setSslConfiguration(*configuration);
    }
    request.setTransferTimeout(2000);
    const std::unique_ptr<QNetworkReply> reply(manager.get(request));
    return QTest::qWaitFor([&reply] { return reply->isFinished(); }, 3000)
        && reply->error() == QNetworkReply::NoError && reply->readAll().contains("true");
}

} // namespace

QString etcdProgram()
{
    // Of several, tests/per-etcd gives them one by one.
    const QString configured =
        qEnvironmentVariable("SLOTSCOPE_ETCD").section(QLatin1Char(':'), 0, 0, QString::SectionSkipEmpty);
    return configured.isEmpty() ? QStandardPaths::findExecutable(QStringLiteral("etcd")) : configured;
}

EtcdProcess::EtcdProcess(QStringList extraArguments)
    : m_extraArguments(std::move(extraArguments))
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_dir.filePath(QStringLiteral("etcd.log")), QIODevice::Append);
    // The kernel ends etcd when the test's process goes away in whatever manner.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
}

EtcdProcess::~EtcdProcess()
{
    kill();
}

std::vector<quint16> EtcdProcess::freePorts(int count)
{
    std::vector<std::unique_ptr<QTcpServer>> servers;
    std::vector<quint16> ports;
    for (int i = 0; i < count; ++i) {
        servers.push_back(std::make_unique<QTcpServer>());
        if (servers.back()->listen(QHostAddress::LocalHost))
            ports.push_back(servers.back()->serverPort());
    }
    return ports;
}

void EtcdProcess::usePorts(quint16 client, quint16 peer)
{
    m_port = client;
    m_peerPort = peer;
}

bool EtcdProcess::start()
{
    // Between the probing of a port and its use somebody else may take it.
    constexpr int Attempts = 3;
    for (int attempt = 0; attempt < Attempts; ++attempt) {
        if (launch() && waitUntilServing())
            return true;
        kill();
        if (m_client)
            break; // it has served on this port before, and clients know the port
        m_port = 0;
    }
    QFile log(m_dir.filePath(QStringLiteral("etcd.log")));
    if (log.open(QIODevice::ReadOnly))
        qWarning("etcd did not start: %s", log.readAll().right(2000).constData());
    return false;
}

bool EtcdProcess::launch()
{
    if (m_port == 0) {
        const auto ports = freePorts(2);
        if (ports.size() != 2)
            return false;
        m_port = ports[0];
        m_peerPort = ports[1];
    }
    const QString peer = QStringLiteral("http://%1:%2").arg(m_host).arg(m_peerPort);
    // Not as an argument, which etcd before 3.4 does not know.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("ETCD_LOG_LEVEL"), QStringLiteral("warn"));
    m_process.setProcessEnvironment(environment);
    const QStringList command = m_through + QStringList {etcdProgram()};
    m_process.start(command.front(),
                    command.mid(1) + QStringList {
                        QStringLiteral("--name"),
                        QStringLiteral("test"),
                        QStringLiteral("--data-dir"),
                        m_dir.filePath(QStringLiteral("data")),
                        QStringLiteral("--listen-client-urls"),
                        endpoint(),
                        QStringLiteral("--advertise-client-urls"),
                        endpoint(),
                        QStringLiteral("--listen-peer-urls"),
                        peer,
                        QStringLiteral("--initial-advertise-peer-urls"),
                        peer,
                        QStringLiteral("--initial-cluster"),
                        QStringLiteral("test=") + peer,
                    } + m_extraArguments);
    return m_process.waitForStarted();
}

bool EtcdProcess::waitUntilServing()
{
    constexpr int PatienceMs = 20'000;
    const bool serving = QTest::qWaitFor(
        [this] { return m_process.state() == QProcess::NotRunning || isHealthy(endpoint(), m_tls); },
        PatienceMs);
    if (!serving || m_process.state() == QProcess::NotRunning)
        return false;
    if (!m_client)
        m_client = std::make_unique<core::Client>(options());
    return true;
}

void EtcdProcess::stop()
{
    m_process.terminate();
    if (!m_process.waitForFinished(10'000))
        kill();
}

void EtcdProcess::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

void EtcdProcess::pause()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
}

void EtcdProcess::resume()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
}

bool EtcdProcess::wipe()
{
    return !isRunning() && QDir(m_dir.filePath(QStringLiteral("data"))).removeRecursively();
}

bool EtcdProcess::isRunning() const
{
    return m_process.state() == QProcess::Running;
}

QString EtcdProcess::endpoint() const
{
    return QStringLiteral("%1://%2:%3").arg(QLatin1String(m_tls ? "https" : "http"), m_host).arg(m_port);
}

core::ConnectionOptions EtcdProcess::options() const
{
    core::ConnectionOptions options(parsedEndpoint());
    if (m_tls)
        options.tls = *m_tls;
    return options;
}

core::Endpoint EtcdProcess::parsedEndpoint() const
{
    return {QUrl(endpoint())};
}

core::Revision EtcdProcess::put(const QByteArray &key, const QByteArray &value, core::LeaseId lease)
{
    const auto reply = await(m_client->put({.key = key, .value = value, .lease = lease}));
    return reply ? reply->header.revision : core::Revision();
}

core::Revision EtcdProcess::remove(const QByteArray &key)
{
    const auto reply = await(m_client->deleteRange({.range = core::KeyRange::single(key)}));
    return reply ? reply->header.revision : core::Revision();
}

std::optional<core::KeyValue> EtcdProcess::get(const QByteArray &key)
{
    core::RangeRequest request;
    request.range = core::KeyRange::single(key);
    const auto reply = await(m_client->range(request));
    if (!reply || reply->kvs.empty())
        return {};
    return reply->kvs.front();
}

core::Revision EtcdProcess::write(const std::vector<std::pair<QByteArray, QByteArray>> &keys)
{
    core::TxnRequest request;
    for (const auto &[key, value] : keys)
        request.success.push_back({core::PutRequest {.key = key, .value = value, .lease = {}}});
    const auto reply = await(m_client->txn(request));
    return reply ? reply->header.revision : core::Revision();
}

bool EtcdProcess::compact(core::Revision revision)
{
    return await(m_client->compact({.revision = revision, .physical = true})).hasValue();
}

} // namespace slotscope::test
