// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/peerprobe.h"

#include <QSslSocket>

namespace slotscope::core {

namespace {

using namespace std::chrono_literals;

constexpr auto Patience = 2s;

/// A socket that answers one question and goes away.
struct Probe
{
    CallState<bool> *state = new CallState<bool>;
    QSslSocket *socket = new QSslSocket(state);

    Probe(const QNetworkProxy &proxy, const std::function<bool(QSslSocket &)> &atTheEnd)
    {
        socket->setProxy(proxy);
        const auto end = [state = state, socket = socket, atTheEnd] { state->complete(atTheEnd(*socket)); };
        QObject::connect(socket, &QAbstractSocket::errorOccurred, state, end);
        QObject::connect(socket, &QAbstractSocket::disconnected, state, end);
        QTimer::singleShot(Patience, state, end);
    }

    void connectTo(const QUrl &endpoint) const
    {
        const int usual = endpoint.scheme() == QLatin1String("https") ? 443 : 80;
        socket->connectToHost(endpoint.host(), static_cast<quint16>(endpoint.port(usual)));
    }
};

} // namespace

// RFC 9113, 3.4: a server's first frame is SETTINGS, on stream 0.
bool isHttp2(const QByteArray &received)
{
    constexpr qsizetype FrameHead = 9;
    constexpr char Settings = 4;
    return received.size() >= FrameHead && received[0] == 0 && received[3] == Settings
        && received.mid(5, 4) == QByteArray(4, '\0');
}

Call<bool> probeTls(const QUrl &endpoint, const QNetworkProxy &proxy)
{
    const Probe probe(
        proxy, [](QSslSocket &socket) { return socket.isEncrypted() || !socket.peerCertificate().isNull(); });
    // Only to see whether there is a handshake: nothing is said over it.
    probe.socket->setPeerVerifyMode(QSslSocket::VerifyNone);
    QObject::connect(probe.socket, &QSslSocket::connected, probe.state,
                     [socket = probe.socket] { socket->startClientEncryption(); });
    QObject::connect(probe.socket, &QSslSocket::encrypted, probe.state,
                     [state = probe.state] { state->complete(true); });
    probe.connectTo(endpoint);
    return Call<bool>(probe.state);
}

Call<bool> probeClearHttp(const QUrl &endpoint, const QNetworkProxy &proxy)
{
    const auto isHttp = [](QSslSocket &socket) { return socket.peek(8).startsWith("HTTP/"); };
    const Probe probe(proxy, isHttp);
    QObject::connect(probe.socket, &QSslSocket::connected, probe.state,
                     [socket = probe.socket, host = endpoint.host()] {
                         socket->write("GET /version HTTP/1.1\r\nHost: " + host.toUtf8()
                                       + "\r\nConnection: close\r\n\r\n");
                     });
    QObject::connect(probe.socket, &QSslSocket::readyRead, probe.state,
                     [socket = probe.socket, state = probe.state, isHttp] {
                         constexpr qint64 Enough = 5;
                         if (socket->bytesAvailable() >= Enough)
                             state->complete(isHttp(*socket));
                     });
    probe.connectTo(endpoint);
    return Call<bool>(probe.state);
}

Call<bool> probeHttp2(const QUrl &endpoint, const QNetworkProxy &proxy, const QSslConfiguration &tls)
{
    const auto saysSo = [](QSslSocket &peer) { return isHttp2(peer.peek(64)); };
    const Probe probe(proxy, saysSo);
    QSslSocket *socket = probe.socket;
    const auto greet = [socket] {
        socket->write(QByteArrayLiteral("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                      + QByteArray("\0\0\0\4\0\0\0\0\0", 9)); // empty SETTINGS
    };
    QObject::connect(socket, &QSslSocket::readyRead, probe.state, [socket, state = probe.state, saysSo] {
        if (saysSo(*socket))
            state->complete(true);
    });
    if (endpoint.scheme() == QLatin1String("https")) {
        QSslConfiguration alpn = tls;
        alpn.setAllowedNextProtocols({QSslConfiguration::ALPNProtocolHTTP2});
        socket->setSslConfiguration(alpn);
        // The certificate was looked at before, and no secret is sent here.
        socket->setPeerVerifyMode(QSslSocket::VerifyNone);
        QObject::connect(socket, &QSslSocket::connected, probe.state,
                         [socket] { socket->startClientEncryption(); });
        QObject::connect(socket, &QSslSocket::encrypted, probe.state, greet);
    } else {
        QObject::connect(socket, &QSslSocket::connected, probe.state, greet);
    }
    probe.connectTo(endpoint);
    return Call<bool>(probe.state);
}

} // namespace slotscope::core
