// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/greetingprobe.h"

#include <QNetworkProxy>
#include <QTcpSocket>

namespace slotscope::core {

using namespace std::chrono_literals;

Call<QByteArray> probeGreeting(const QUrl &endpoint)
{
    constexpr qint64 Enough = 64;
    constexpr auto Patience = 2s;

    auto *state = new CallState<QByteArray>;
    auto *socket = new QTcpSocket(state);
    socket->setProxy(QNetworkProxy::NoProxy);
    const auto done = [state, socket] {
        if (!state->isFinished())
            state->complete(socket->read(1024));
    };
    QObject::connect(socket, &QTcpSocket::connected, state, [socket, host = endpoint.host()] {
        socket->write("GET /version HTTP/1.1\r\nHost: " + host.toUtf8() + "\r\nConnection: close\r\n\r\n");
    });
    QObject::connect(socket, &QTcpSocket::readyRead, state, [socket, done] {
        if (socket->bytesAvailable() >= Enough)
            done();
    });
    QObject::connect(socket, &QTcpSocket::disconnected, state, done);
    QObject::connect(socket, &QTcpSocket::errorOccurred, state, done);
    QTimer::singleShot(Patience, state, done);
    socket->connectToHost(endpoint.host(), static_cast<quint16>(endpoint.port(80)));
    return Call<QByteArray>(state);
}

} // namespace slotscope::core
