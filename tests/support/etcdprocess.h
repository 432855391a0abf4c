// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "tests/support/await.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>
#include <optional>

namespace slotscope::test {

/// The etcd program: SLOTSCOPE_ETCD, or `etcd` of the PATH; empty when there is none.
QString etcdProgram();

/// A private etcd on free loopback ports with its data in a temporary folder. Ends with the test, also when
/// that crashes.
class EtcdProcess
{
public:
    /// Not started yet. The arguments are added to its command line on every start.
    explicit EtcdProcess(QStringList extraArguments = {});
    /// Before the first start: it serves TLS, by what the extra arguments say, and is reached with this.
    void useTls(const core::TlsOptions &client) { m_tls = client; }
    /// Stops it by its own process id.
    ~EtcdProcess();

    /// Starts it, or starts it again on the same ports and data, and waits until it serves. Says on the
    /// console what went wrong when it gives up.
    bool start();
    /// Ends it in order (SIGTERM) and waits for that.
    void stop();
    /// Ends it as `kill -9` does and waits for that.
    void kill();
    /// Empties the data folder; while stopped. The next start makes another cluster.
    bool wipe();
    bool isRunning() const;
    /// It stands still (SIGSTOP), as a machine does that hangs: connections stay, and nothing is answered.
    void pause();
    void resume();

    QString endpoint() const;
    core::Endpoint parsedEndpoint() const;
    /// With the certificates of useTls().
    core::ConnectionOptions options() const;
    quint16 port() const { return m_port; }
    quint16 peerPort() const { return m_peerPort; }

    // Writers and readers for the other side of a test, on a client of their own; they wait for the reply.

    /// They come from this user from now on.
    void signIn(const QString &user, const QString &password) { m_client->signIn(user, password); }

    /// The revision of the write; 0 after a failure.
    core::Revision put(const QByteArray &key, const QByteArray &value, core::LeaseId lease = {});
    core::Revision remove(const QByteArray &key);
    std::optional<core::KeyValue> get(const QByteArray &key);
    bool compact(core::Revision revision);
    /// Several keys at one revision.
    core::Revision write(const std::vector<std::pair<QByteArray, QByteArray>> &keys);

    // For one that lives on a network of its own, before the first start.

    /// It listens at this address of its network.
    void useHost(const QString &host) { m_host = host; }
    /// What is run in its place, to run it in its surroundings: this program, which replaces itself by what
    /// its arguments name, and which etcd and etcd's arguments are appended to.
    void runThrough(const QStringList &command) { m_through = command; }

    // The two halves of start(), for several that need one another.

    /// Instead of free ones that it chooses.
    void usePorts(quint16 client, quint16 peer);
    bool launch();
    bool waitUntilServing();
    /// Asks the system for ports that nobody listens on; all are held until all are known, so that they
    /// differ.
    static std::vector<quint16> freePorts(int count);

private:
    QTemporaryDir m_dir;
    QStringList m_extraArguments;
    QString m_host = QStringLiteral("127.0.0.1");
    QStringList m_through;
    std::optional<core::TlsOptions> m_tls;
    QProcess m_process;
    quint16 m_port = 0;
    quint16 m_peerPort = 0;
    std::unique_ptr<core::Client> m_client;
};

} // namespace slotscope::test

/// For initTestCase(): without an etcd binary the test is skipped, but fails where the environment says CI.
#define SLOTSCOPE_REQUIRE_ETCD()                                                                             \
    do {                                                                                                     \
        if (slotscope::test::etcdProgram().isEmpty()) {                                                      \
            if (qEnvironmentVariableIsSet("CI"))                                                             \
                QFAIL("no etcd binary: install etcd-server or set SLOTSCOPE_ETCD");                          \
            else                                                                                             \
                QSKIP("no etcd binary: install etcd-server or set SLOTSCOPE_ETCD");                          \
        }                                                                                                    \
    } while (false)
