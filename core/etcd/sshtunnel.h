// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/connectionoptions.h"

#include <QProcess>

#include <optional>

namespace slotscope::core {

/// A way to where an ssh server can reach: the system's ssh, run as a SOCKS proxy on a loopback port (-D), so
/// that any member of a cluster can be reached by its own name, and certificates are for the right ones.
/// Agent, known hosts and configuration are ssh's own. It asks nothing on a terminal: what needs a password
/// is asked for by SSH_ASKPASS, where that is set, or fails.
class SshTunnel : public QObject
{
    Q_OBJECT
public:
    explicit SshTunnel(SshTunnelOptions options, QObject *parent = nullptr);
    /// Ends ssh.
    ~SshTunnel() override;

    /// What an error says of a tunnel; nothing if it is about something else.
    struct Complaint
    {
        QString destination;
        QString said; ///< by ssh, mostly
    };
    static std::optional<Complaint> complaintOf(const Error &error);

    /// Starts ssh unless it runs, and waits until the tunnel can be used. Fails with Network, in ssh's words.
    Call<Nothing> open();
    bool isUp() const { return m_up; }
    /// Where connections are to go through. Another one after ended() and open(), when the port was taken.
    QNetworkProxy proxy() const;

Q_SIGNALS:
    /// It was up, and ssh is gone.
    void ended(const slotscope::core::Error &error);

private:
    void start();
    void knock();
    void takeEnd();
    void finish(const Result<Nothing> &result);
    QStringList arguments() const;
    Error error(const QString &what) const;

    SshTunnelOptions m_options;
    quint16 m_port = 0;
    QProcess m_process;
    QByteArray m_said; // on its standard error, the end of it
    QTimer m_knock;
    QTimer m_patience;
    std::vector<QPointer<CallState<Nothing>>> m_waiting;
    bool m_up = false;
};

} // namespace slotscope::core
