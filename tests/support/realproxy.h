// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTcpServer>
#include <QTcpSocket>

namespace slotscope::test {

/// A proxy as people have them, on a loopback port: HTTP, which hands requests on and makes tunnels
/// (CONNECT), and SOCKS5, which it is spoken to in by the first byte. Every host is this machine for it.
class RealProxy : public QObject
{
    Q_OBJECT
public:
    /// Lets only this user through; an empty one: everybody.
    explicit RealProxy(QString user = {}, QString password = {});
    ~RealProxy() override;

    quint16 port() const { return m_server.serverPort(); }
    /// `http://user:password@127.0.0.1:port`; the user may be left out.
    QString url(const QString &scheme, const QString &user = {}, const QString &password = {}) const;
    /// CONNECT is answered with 403, as for ports that the proxy's owner does not like.
    void forbidTunnels() { m_forbidsTunnels = true; }
    void setPassword(const QString &password) { m_password = password; }
    /// Ends every connection.
    void dropConnections();

    // What it was asked for, and did.
    int handedOn() const { return m_handedOn; } ///< requests
    int tunnels() const { return m_tunnels; } ///< by CONNECT
    int socksTunnels() const { return m_socksTunnels; }
    int refused() const { return m_refused; } ///< for their user or password

private:
    class Link;
    QTcpServer m_server;
    QString m_user;
    QString m_password;
    bool m_forbidsTunnels = false;
    QList<Link *> m_links;
    int m_handedOn = 0;
    int m_tunnels = 0;
    int m_socksTunnels = 0;
    int m_refused = 0;
};

} // namespace slotscope::test
