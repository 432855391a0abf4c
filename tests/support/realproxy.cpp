// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/realproxy.h"

#include "tests/support/proxylink.h"

#include <QUrl>
#include <QtEndian>

#include <functional>

namespace slotscope::test {

/// A client's connection, and the one that was made for it, if any.
class RealProxy::Link : public QObject
{
public:
    Link(RealProxy *proxy, QTcpSocket *client)
        : QObject(proxy)
        , m_proxy(proxy)
        , m_client(client)
    {
        m_proxy->m_links.append(this);
        m_client->setParent(this);
        connect(m_client, &QTcpSocket::readyRead, this, [this] {
            m_received += m_client->readAll();
            take();
        });
        connect(m_client, &QTcpSocket::disconnected, this, &Link::close);
    }
    ~Link() override { m_proxy->m_links.removeOne(this); }

    void close()
    {
        if (std::exchange(m_closed, true))
            return;
        if (m_server)
            m_server->disconnectFromHost();
        // What was written last is still on its way.
        connect(m_client, &QTcpSocket::disconnected, this, &QObject::deleteLater);
        m_client->disconnectFromHost();
        if (m_client->state() == QAbstractSocket::UnconnectedState)
            deleteLater();
    }

private:
    enum class State { Head, Body, Waiting, Tunnel, SocksUser, SocksRequest };

    void take()
    {
        // Each takes a part, or waits for more.
        while (!m_closed && !m_received.isEmpty() && takePart()) { }
    }

    bool takePart()
    {
        switch (m_state) {
        case State::Head:
            return m_received[0] == 5 ? takeSocksGreeting() : takeHead();
        case State::Body:
            return takeBody();
        case State::Waiting:
            return false;
        case State::Tunnel:
            m_server->write(std::exchange(m_received, {}));
            return false;
        case State::SocksUser:
            return takeSocksUser();
        case State::SocksRequest:
            return takeSocksRequest();
        }
        return false;
    }

    /// Connects to this machine's port, then goes on with `then` or, where nobody listens there, `failed`.
    void connectTo(quint16 port, const std::function<void()> &then, const std::function<void()> &failed)
    {
        m_state = State::Waiting;
        if (m_server) {
            m_server->disconnect(this);
            m_server->deleteLater();
        }
        m_server = new QTcpSocket(this);
        m_port = port;
        connect(m_server, &QTcpSocket::connected, this, [this, then] {
            connect(m_server, &QTcpSocket::readyRead, this, [this] { m_client->write(m_server->readAll()); });
            connect(m_server, &QTcpSocket::disconnected, this, &Link::close);
            then();
            take();
        });
        connect(m_server, &QTcpSocket::errorOccurred, this, [this, failed] {
            if (m_state != State::Waiting)
                return;
            m_server->disconnect(this);
            m_server->deleteLater();
            m_server = nullptr;
            failed();
            take();
        });
        m_server->connectToHost(QHostAddress(QHostAddress::LocalHost), port);
    }

    void answer(const QByteArray &status, const QByteArray &header = {})
    {
        const QByteArray body = "<html><body>" + status + "</body></html>";
        m_client->write("HTTP/1.1 " + status + "\r\nContent-Type: text/html\r\nContent-Length: "
                        + QByteArray::number(body.size()) + "\r\n" + header + "\r\n" + body);
    }

    // HTTP

    bool takeHead()
    {
        const qsizetype end = m_received.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        QList<QByteArray> lines = m_received.first(end).split('\n');
        m_received.remove(0, end + 4);
        const QList<QByteArray> request = lines.takeFirst().trimmed().split(' ');
        const auto header = [&lines](const QByteArray &name) {
            for (const QByteArray &line : lines) {
                if (line.toLower().startsWith(name + ':'))
                    return line.mid(name.size() + 1).trimmed();
            }
            return QByteArray();
        };
        m_left = header("content-length").toLongLong();
        m_state = m_left > 0 ? State::Body : State::Head;
        m_handsOn = false;
        const QByteArray given = header("proxy-authorization");
        const QByteArray wanted =
            "Basic " + (m_proxy->m_user + u':' + m_proxy->m_password).toUtf8().toBase64();
        if (!m_proxy->m_user.isEmpty() && given != wanted) {
            ++m_proxy->m_refused;
            answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"test\"\r\n");
            return true;
        }
        if (request.value(0) == "CONNECT")
            openTunnel(request.value(1));
        else
            handOn(request, lines);
        return true;
    }

    void openTunnel(const QByteArray &authority)
    {
        if (m_proxy->m_forbidsTunnels)
            return answer("403 Forbidden");
        const auto port = static_cast<quint16>(authority.mid(authority.lastIndexOf(':') + 1).toInt());
        connectTo(
            port,
            [this] {
                ++m_proxy->m_tunnels;
                m_client->write("HTTP/1.1 200 Connection established\r\n\r\n");
                m_state = State::Tunnel;
            },
            [this] {
                answer("502 Bad Gateway");
                close();
            });
    }

    void handOn(const QList<QByteArray> &request, const QList<QByteArray> &lines)
    {
        const QUrl url(QString::fromLatin1(request.value(1)));
        if (url.scheme() != QLatin1String("http"))
            return answer("400 Bad Request");
        QByteArray head = request.value(0) + ' ' + url.path(QUrl::FullyEncoded).toLatin1() + " HTTP/1.1\r\n";
        for (const QByteArray &line : lines) {
            if (!line.toLower().startsWith("proxy-"))
                head += line.trimmed() + "\r\n";
        }
        head += "\r\n";
        ++m_proxy->m_handedOn;
        const State next = m_state;
        const auto send = [this, head, next] {
            m_server->write(head);
            m_handsOn = true;
            m_state = next;
        };
        const auto port = static_cast<quint16>(url.port(80));
        if (m_server && m_port == port && m_server->state() == QAbstractSocket::ConnectedState)
            return send();
        connectTo(port, send, [this, next] {
            answer("502 Bad Gateway");
            m_state = next;
        });
    }

    bool takeBody()
    {
        const QByteArray part = m_received.first(std::min<qint64>(m_left, m_received.size()));
        m_received.remove(0, part.size());
        m_left -= part.size();
        if (m_handsOn && m_server)
            m_server->write(part);
        if (m_left == 0)
            m_state = State::Head;
        return true;
    }

    // SOCKS5: RFC 1928 and 1929

    bool takeSocksGreeting()
    {
        const qsizetype methods = m_received.size() < 2 ? 0 : static_cast<uchar>(m_received[1]);
        if (m_received.size() < 2 + methods || methods == 0)
            return false;
        const char wanted = m_proxy->m_user.isEmpty() ? 0 : 2;
        const bool offered = m_received.mid(2, methods).contains(wanted);
        m_received.remove(0, 2 + methods);
        m_client->write(QByteArray(1, 5) + (offered ? wanted : '\xff'));
        if (!offered) {
            ++m_proxy->m_refused;
            close();
        }
        m_state = wanted == 0 ? State::SocksRequest : State::SocksUser;
        return true;
    }

    bool takeSocksUser()
    {
        const qsizetype user = m_received.size() < 2 ? 0 : static_cast<uchar>(m_received[1]);
        if (m_received.size() < 3 + user)
            return false;
        const qsizetype password = static_cast<uchar>(m_received[2 + user]);
        if (m_received.size() < 3 + user + password)
            return false;
        const bool right = m_received.mid(2, user) == m_proxy->m_user.toUtf8()
            && m_received.mid(3 + user, password) == m_proxy->m_password.toUtf8();
        m_received.remove(0, 3 + user + password);
        m_client->write(QByteArray(1, 1) + (right ? '\0' : '\1'));
        m_state = State::SocksRequest;
        if (!right) {
            ++m_proxy->m_refused;
            close();
        }
        return true;
    }

    bool takeSocksRequest()
    {
        constexpr qsizetype Head = 4;
        if (m_received.size() < Head + 1)
            return false;
        const qsizetype address = m_received[3] == 1 ? 4
            : m_received[3] == 4                     ? 16
                                                     : 1 + static_cast<uchar>(m_received[Head]);
        if (m_received.size() < Head + address + 2)
            return false;
        const auto port = qFromBigEndian<quint16>(m_received.constData() + Head + address);
        m_received.remove(0, Head + address + 2);
        const auto reply = [this](char code) {
            m_client->write(QByteArray("\5", 1) + code + QByteArray("\0\1\0\0\0\0\0\0", 8));
        };
        connectTo(
            port,
            [this, reply] {
                ++m_proxy->m_socksTunnels;
                reply(0);
                m_state = State::Tunnel;
            },
            [this, reply] {
                reply(5); // refused
                close();
            });
        return true;
    }

    RealProxy *m_proxy;
    QTcpSocket *m_client;
    QTcpSocket *m_server = nullptr;
    quint16 m_port = 0; // of the server
    State m_state = State::Head;
    QByteArray m_received; // of the client, and not taken yet
    qint64 m_left = 0; // of a request's body
    bool m_handsOn = false; // what is left
    bool m_closed = false;
};

RealProxy::RealProxy(QString user, QString password)
    : m_user(std::move(user))
    , m_password(std::move(password))
{
    ProxyLink::listen(&m_server, [this](QTcpSocket *client) { new Link(this, client); });
}

RealProxy::~RealProxy()
{
    const auto links = m_links;
    for (Link *link : links)
        delete link;
}

QString RealProxy::url(const QString &scheme, const QString &user, const QString &password) const
{
    QUrl url;
    url.setScheme(scheme);
    url.setHost(QStringLiteral("127.0.0.1"));
    url.setPort(port());
    if (!user.isEmpty())
        url.setUserName(user, QUrl::DecodedMode);
    if (!password.isEmpty())
        url.setPassword(password, QUrl::DecodedMode);
    return url.toString(QUrl::FullyEncoded);
}

void RealProxy::dropConnections()
{
    const auto links = m_links;
    for (Link *link : links)
        link->close();
}

} // namespace slotscope::test
