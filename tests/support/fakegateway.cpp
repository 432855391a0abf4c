// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakegateway.h"

#include <algorithm>

#include <sys/socket.h>

namespace slotscope::test {

struct FakeGateway::Connection : public QObject
{
    Connection(QTcpSocket *tcp, QObject *parent)
        : QObject(parent)
        , socket(tcp)
    {
        socket->setParent(this);
    }

    QTcpSocket *socket;
    QByteArray input;
    QByteArray path; ///< of the last request
    QList<QByteArray> output; ///< chunks still to send
    Script::Then then = Script::Then::KeepAlive;
    bool playing = false;
};

Script Script::reply(const QByteArray &body, int status, const QByteArray &type)
{
    return {.chunks = {"HTTP/1.1 " + QByteArray::number(status) + " Scripted\r\nContent-Type: " + type
                           + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n",
                       body},
            .then = Then::KeepAlive};
}

Script Script::stream(const QList<QByteArray> &lines)
{
    Script script {
        .chunks = {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"},
        .then = Then::Stall};
    for (const QByteArray &line : lines)
        script.chunks.append(line + '\n');
    return script;
}

Script Script::raw(const QByteArray &text, Then what)
{
    return {.chunks = {text}, .then = what};
}

Script Script::cutAfter(qsizetype count, Then what) const
{
    return raw(bytes().left(count), what);
}

Script Script::withThen(Then what) const
{
    Script script = *this;
    script.then = what;
    return script;
}

QByteArray Script::bytes() const
{
    return chunks.join();
}

FakeGateway::FakeGateway()
{
    connect(this, &QTcpServer::newConnection, this, &FakeGateway::onConnection);
    if (!listen(QHostAddress::LocalHost))
        qFatal("no loopback port for the fake gateway");
}

FakeGateway::~FakeGateway()
{
    dropConnections();
}

QUrl FakeGateway::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(serverPort()));
}

void FakeGateway::answer(const QByteArray &path, const QList<Script> &scripts)
{
    m_scripts.insert(path, scripts);
}

void FakeGateway::answerVersion(const QByteArray &version)
{
    answer("/version", {Script::reply(R"({"etcdserver":")" + version + R"(","etcdcluster":"3.4.0"})")});
}

void FakeGateway::dropConnections()
{
    for (Connection *connection : std::exchange(m_connections, {})) {
        connection->socket->disconnect();
        connection->socket->abort();
        connection->deleteLater();
    }
}

void FakeGateway::send(const QByteArray &path, const QByteArray &bytes)
{
    for (Connection *connection : std::as_const(m_connections)) {
        if (connection->path == path)
            connection->socket->write(bytes);
    }
}

int FakeGateway::requestsFor(const QByteArray &path) const
{
    return static_cast<int>(std::count_if(m_requests.begin(), m_requests.end(),
                                          [&](const Request &each) { return each.path == path; }));
}

int FakeGateway::openConnections() const
{
    return static_cast<int>(m_connections.size());
}

void FakeGateway::onConnection()
{
    while (QTcpSocket *socket = nextPendingConnection()) {
        // Else Nagle's algorithm holds back each chunk until the one before is acknowledged, for 40 ms.
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        auto *connection = new Connection(socket, this);
        m_connections.append(connection);
        connect(socket, &QTcpSocket::readyRead, connection, [this, connection] { onReadyRead(connection); });
        connect(socket, &QTcpSocket::bytesWritten, connection, [this, connection] { next(connection); });
        connect(socket, &QTcpSocket::disconnected, connection, [this, connection] {
            m_connections.removeOne(connection);
            connection->deleteLater();
        });
    }
}

void FakeGateway::onReadyRead(Connection *connection)
{
    if (m_deaf)
        return;
    connection->input += connection->socket->readAll();
    while (true) {
        const qsizetype headEnd = connection->input.indexOf("\r\n\r\n");
        if (headEnd < 0)
            return;
        const QByteArray head = connection->input.left(headEnd + 4);
        qsizetype length = 0;
        const QByteArray lower = head.toLower();
        if (const qsizetype at = lower.indexOf("\r\ncontent-length:"); at >= 0) {
            const qsizetype from = at + 17;
            length = lower.mid(from, lower.indexOf("\r\n", from) - from).trimmed().toLongLong();
        }
        if (connection->input.size() < head.size() + length)
            return;
        const QList<QByteArray> words = head.left(head.indexOf("\r\n")).split(' ');
        const Request request {
            .method = words.value(0),
            .path = words.value(1),
            .head = head,
            .body = connection->input.mid(head.size(), length),
        };
        connection->input.remove(0, head.size() + length);
        connection->path = request.path;
        m_requests.push_back(request);

        QList<Script> &scripts = m_scripts[request.path];
        if (scripts.isEmpty())
            play(connection, Script::reply("404 page not found\n", 404, "text/plain"));
        else
            play(connection, scripts.size() > 1 ? scripts.takeFirst() : scripts.first());
    }
}

void FakeGateway::play(Connection *connection, const Script &script)
{
    connection->output += script.chunks;
    connection->then = script.then;
    connection->playing = true;
    next(connection);
}

void FakeGateway::next(Connection *connection)
{
    QTcpSocket *socket = connection->socket;
    if (!connection->playing || socket->bytesToWrite() > 0)
        return;
    while (!connection->output.isEmpty()) {
        const bool repeats = connection->then == Script::Then::Repeat && connection->output.size() == 1;
        const QByteArray chunk = repeats ? connection->output.first() : connection->output.takeFirst();
        if (!chunk.isEmpty()) {
            socket->write(chunk); // goes on at bytesWritten()
            return;
        }
    }
    connection->playing = false;
    switch (connection->then) {
    case Script::Then::Close:
        socket->disconnectFromHost();
        break;
    case Script::Then::Reset: {
        const linger hard {.l_onoff = 1, .l_linger = 0};
        ::setsockopt(static_cast<int>(socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        socket->abort();
        break;
    }
    case Script::Then::Stall:
    case Script::Then::KeepAlive:
    case Script::Then::Repeat:
        break;
    }
}

} // namespace slotscope::test
