// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace slotscope::test {

/// The system's sshd on a free loopback port, for the user who runs the tests, with keys of its own; and an
/// `ssh` that knows the way there by the name "jump". Nothing of it is the user's own configuration.
class SshServer
{
public:
    /// Why it cannot be had on this machine; empty: it can.
    static QString whyNot();

    SshServer();
    ~SshServer();

    /// Makes the keys on the first call. Says on the console what went wrong.
    bool start();
    /// Ends it as `kill -9` does, with all connections through it.
    void kill();
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

    /// It shows another host key from the next start on.
    bool changeHostKey();
    /// Nobody has seen its host key before.
    void forgetHostKey();
    /// It takes no key at all.
    bool refuseKeys();

    /// Its ssh, as SshCommand takes it.
    QStringList client() const;

private:
    QString file(const QString &name) const { return m_dir.filePath(name); }
    bool makeKey(const QString &name);
    bool trustHostKey();
    bool writeConfiguration();
    bool waitUntilListening();

    QTemporaryDir m_dir;
    QProcess m_process;
    quint16 m_port = 0;
};

/// A program called `ssh` in a folder of its own, at the front of PATH while this lives. It notes who it is,
/// and becomes another program.
class SshCommand
{
public:
    /// The program that it becomes, and the arguments that come first.
    explicit SshCommand(const QStringList &command);
    ~SshCommand();

    /// The process of the last one that was started; 0: none was.
    qint64 processId() const;

private:
    QTemporaryDir m_dir;
    QByteArray m_path; // as it was
};

} // namespace slotscope::test
