// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/sshserver.h"

#include "tests/support/etcdprocess.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>
#include <QtTest>

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace slotscope::test {

namespace {

/// Where sshd keeps its unprivileged half when it runs as root; its package's service makes it.
const QString PrivilegeSeparation = QStringLiteral("/run/sshd");

QString sshdProgram()
{
    return QStandardPaths::findExecutable(QStringLiteral("sshd"),
                                          {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/local/sbin")});
}

bool write(const QString &path, const QByteArray &text, bool executable = false)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        return false;
    QFileDevice::Permissions permissions = QFileDevice::ReadOwner | QFileDevice::WriteOwner;
    if (executable)
        permissions |= QFileDevice::ExeOwner;
    return file.setPermissions(permissions);
}

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// It and those that it has started, which are in sessions of their own.
std::vector<pid_t> familyOf(pid_t process)
{
    std::vector<pid_t> family {process};
    const QByteArray children =
        contents(QStringLiteral("/proc/%1/task/%1/children").arg(process)); // as Linux tells them
    for (const QByteArray &child : children.simplified().split(' ')) {
        if (const pid_t id = child.toInt(); id > 0) {
            const auto more = familyOf(id);
            family.insert(family.end(), more.cbegin(), more.cend());
        }
    }
    return family;
}

} // namespace

QString SshServer::whyNot()
{
    if (sshdProgram().isEmpty())
        return QStringLiteral("there is no sshd here (package openssh-server)");
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        return QStringLiteral("there is no ssh-keygen here (package openssh-client)");
    if (::geteuid() == 0 && !QDir().mkpath(PrivilegeSeparation))
        return QStringLiteral("sshd wants the folder %1, which cannot be made").arg(PrivilegeSeparation);
    return {};
}

SshServer::SshServer()
{
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    // So that none stays behind when a test crashes.
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
}

SshServer::~SshServer()
{
    kill();
}

bool SshServer::makeKey(const QString &name)
{
    QFile::remove(file(name));
    QFile::remove(file(name + QStringLiteral(".pub")));
    QProcess keygen;
    keygen.start(QStringLiteral("ssh-keygen"),
                 {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"), QStringLiteral("-N"),
                  QString(), QStringLiteral("-f"), file(name)});
    const bool done = keygen.waitForFinished(30'000) && keygen.exitCode() == 0;
    if (!done)
        qWarning("ssh-keygen: %s", keygen.readAllStandardError().constData());
    return done;
}

bool SshServer::trustHostKey()
{
    const QByteArray key = contents(file(QStringLiteral("host.pub")));
    return write(file(QStringLiteral("known_hosts")),
                 "[127.0.0.1]:" + QByteArray::number(m_port) + ' ' + key);
}

bool SshServer::writeConfiguration()
{
    const QByteArray dir = m_dir.path().toLocal8Bit();
    const QByteArray port = QByteArray::number(m_port);
    return write(file(QStringLiteral("sshd_config")),
                 "ListenAddress 127.0.0.1\nPort " + port + "\nHostKey " + dir + "/host\nPidFile none\n"
                     + "AuthorizedKeysFile " + dir + "/authorized_keys\nStrictModes no\nUsePAM no\n"
                     + "PermitRootLogin yes\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
                     + "AllowTcpForwarding yes\nPrintMotd no\n")
        && write(file(QStringLiteral("ssh_config")),
                 "Host jump\n  HostName 127.0.0.1\n  Port " + port + "\n  IdentityFile " + dir
                     + "/user\n  IdentitiesOnly yes\n  IdentityAgent none\n  UserKnownHostsFile " + dir
                     + "/known_hosts\n  GlobalKnownHostsFile /dev/null\n");
}

bool SshServer::start()
{
    if (m_port == 0) {
        const auto ports = EtcdProcess::freePorts(1);
        if (ports.empty() || !makeKey(QStringLiteral("host")) || !makeKey(QStringLiteral("user")))
            return false;
        m_port = ports.front();
        const bool written =
            write(file(QStringLiteral("authorized_keys")), contents(file(QStringLiteral("user.pub"))))
            && trustHostKey() && writeConfiguration();
        if (!written)
            return false;
    }
    // By its full path, which it insists on.
    m_process.start(sshdProgram(),
                    {QStringLiteral("-D"), QStringLiteral("-e"), QStringLiteral("-f"),
                     file(QStringLiteral("sshd_config"))});
    if (waitUntilListening())
        return true;
    qWarning("sshd: %s", m_process.readAll().constData());
    kill();
    return false;
}

bool SshServer::waitUntilListening()
{
    return QTest::qWaitFor(
               [this] {
                   QTcpSocket socket;
                   socket.setProxy(QNetworkProxy::NoProxy);
                   socket.connectToHost(QStringLiteral("127.0.0.1"), m_port);
                   return socket.waitForConnected(1000) || m_process.state() == QProcess::NotRunning;
               },
               20'000)
        && m_process.state() == QProcess::Running;
}

void SshServer::kill()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    for (const pid_t process : familyOf(static_cast<pid_t>(m_process.processId())))
        ::kill(process, SIGKILL);
    m_process.waitForFinished();
}

bool SshServer::changeHostKey()
{
    return makeKey(QStringLiteral("host"));
}

void SshServer::forgetHostKey()
{
    QFile::remove(file(QStringLiteral("known_hosts")));
}

bool SshServer::refuseKeys()
{
    return write(file(QStringLiteral("authorized_keys")), {});
}

QStringList SshServer::client() const
{
    // Not the one that SshCommand puts in front of it.
    return {QStandardPaths::findExecutable(QStringLiteral("ssh"), {QStringLiteral("/usr/bin")}),
            QStringLiteral("-F"), file(QStringLiteral("ssh_config"))};
}

SshCommand::SshCommand(const QStringList &command)
    : m_path(qgetenv("PATH"))
{
    QByteArray script =
        "#!/bin/sh\necho $$ > '" + m_dir.filePath(QStringLiteral("process")).toLocal8Bit() + "'\nexec";
    for (const QString &word : command)
        script += " '" + word.toLocal8Bit() + '\'';
    script += " \"$@\"\n";
    if (!write(m_dir.filePath(QStringLiteral("ssh")), script, true))
        qWarning("the ssh of the test cannot be written");
    qputenv("PATH", m_dir.path().toLocal8Bit() + ':' + m_path);
}

SshCommand::~SshCommand()
{
    qputenv("PATH", m_path);
}

qint64 SshCommand::processId() const
{
    return contents(m_dir.filePath(QStringLiteral("process"))).trimmed().toLongLong();
}

} // namespace slotscope::test
