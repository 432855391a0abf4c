// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fakegrpc.h"

#include <QPointer>
#include <QTcpSocket>
#include <QTimer>
#include <QtEndian>

#include <map>

namespace slotscope::test {

namespace {

const QByteArray Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr qsizetype FrameHead = 9;
/// So many bytes wait in the socket at most.
constexpr qint64 Ahead = 256 * 1024;

enum OwnType : quint8 { Settings = 4, Ping = 6 };
constexpr quint8 Acknowledged = 1;

QByteArray frame(quint8 type, quint8 flags, quint32 stream, const QByteArray &payload)
{
    QByteArray head(FrameHead, '\0');
    qToBigEndian(quint32(payload.size()) << 8U | type, head.data());
    head[4] = char(flags);
    qToBigEndian(stream, head.data() + 5);
    return head + payload;
}

/// RFC 7541, 5.1 and 5.2, with seven bits in the first byte and no Huffman code.
QByteArray packedText(const QByteArray &text)
{
    QByteArray size;
    auto left = quint64(text.size());
    if (left < 127) {
        size += char(left);
    } else {
        size += char(127);
        for (left -= 127; left >= 128; left >>= 7U)
            size += char((left & 0x7fU) | 0x80U);
        size += char(left);
    }
    return size + text;
}

} // namespace

GrpcScript &GrpcScript::add(const Frame &frame)
{
    frames.push_back(frame);
    return *this;
}

GrpcScript &GrpcScript::headers(const Fields &fields, quint8 flags)
{
    return add({.type = Headers, .flags = flags, .payload = packed(fields)});
}

GrpcScript &GrpcScript::data(const QByteArray &bytes, qsizetype inFramesOf)
{
    for (qsizetype at = 0; at < bytes.size(); at += inFramesOf)
        add({.type = Data, .payload = bytes.mid(at, inFramesOf)});
    return *this;
}

GrpcScript &GrpcScript::finally(Then what)
{
    then = what;
    return *this;
}

GrpcScript &GrpcScript::withPause(std::chrono::milliseconds between)
{
    pause = between;
    return *this;
}

QByteArray GrpcScript::packed(const Fields &fields)
{
    QByteArray bytes;
    for (const auto &[name, value] : fields)
        bytes += '\0' + packedText(name) + packedText(value); // literal, not to be remembered
    return bytes;
}

GrpcScript GrpcScript::head()
{
    return GrpcScript {}.headers({{":status", "200"}, {"content-type", "application/grpc"}});
}

QByteArray GrpcScript::framed(const QByteArray &message)
{
    QByteArray head(5, '\0');
    qToBigEndian(quint32(message.size()), head.data() + 1);
    return head + message;
}

GrpcScript GrpcScript::reply(const QByteArray &message)
{
    return head().data(framed(message)).headers({{"grpc-status", "0"}}, EndHeaders | EndStream);
}

GrpcScript GrpcScript::status(int code, const QByteArray &message)
{
    return GrpcScript {}.headers({{":status", "200"},
                                  {"content-type", "application/grpc"},
                                  {"grpc-status", QByteArray::number(code)},
                                  {"grpc-message", message}},
                                 EndHeaders | EndStream);
}

/// One script that is being played.
class FakeGrpc::Player : public QObject
{
public:
    Player(FakeGrpc *server, QTcpSocket *socket, quint32 stream, GrpcScript script)
        : QObject(socket)
        , m_server(server)
        , m_socket(socket)
        , m_stream(stream)
        , m_script(std::move(script))
    {
        connect(socket, &QTcpSocket::bytesWritten, this, [this] {
            if (m_script.pause.count() == 0)
                play();
        });
        connect(&m_timer, &QTimer::timeout, this, &Player::sayNext);
        send(m_script.raw);
        if (m_script.pause.count() > 0)
            m_timer.start(m_script.pause);
        else
            QTimer::singleShot(0, this, &Player::play);
    }

    bool isOver() const { return m_isOver; }

private:
    void play()
    {
        while (!m_isOver && m_socket->bytesToWrite() < Ahead)
            sayNext();
    }
    void sayNext()
    {
        const std::vector<GrpcScript::Frame> &frames = m_script.frames;
        if (m_next < frames.size()) {
            const GrpcScript::Frame &next = frames[m_next];
            send(frame(next.type, next.flags, next.ofConnection ? 0 : m_stream, next.payload));
            if (m_next + 1 < frames.size() || m_script.then != GrpcScript::Then::Repeat)
                ++m_next;
            return;
        }
        m_isOver = true;
        m_timer.stop();
        if (m_script.then == GrpcScript::Then::Close)
            m_socket->disconnectFromHost();
    }
    void send(const QByteArray &bytes)
    {
        m_server->m_sent += bytes.size();
        m_socket->write(bytes);
    }

    FakeGrpc *m_server;
    QTcpSocket *m_socket;
    quint32 m_stream;
    GrpcScript m_script;
    std::size_t m_next = 0;
    QTimer m_timer;
    bool m_isOver = false;
};

/// One connection.
class FakeGrpc::Link : public QObject
{
public:
    Link(FakeGrpc *server, QTcpSocket *socket)
        : QObject(socket)
        , m_server(server)
        , m_socket(socket)
    {
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        connect(socket, &QTcpSocket::readyRead, this, &Link::read);
        connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }

private:
    void read()
    {
        m_input += m_socket->readAll();
        if (!m_isHttp2 && m_input.startsWith("PRI ")) {
            if (m_input.size() < Preface.size())
                return;
            m_input.remove(0, Preface.size());
            m_isHttp2 = true;
            ++m_server->m_grpcConnections;
            m_socket->write(frame(Settings, 0, 0, {}));
        }
        if (m_isHttp2) {
            while (takeFrame()) { }
        } else {
            while (takeHttp1()) { }
        }
    }
    bool takeFrame()
    {
        if (m_input.size() < FrameHead)
            return false;
        const auto size = qsizetype(qFromBigEndian<quint32>(m_input.constData()) >> 8U);
        if (m_input.size() < FrameHead + size)
            return false;
        const auto type = quint8(m_input[3]);
        const auto flags = quint8(m_input[4]);
        const auto stream = qFromBigEndian<quint32>(m_input.constData() + 5) & 0x7fff'ffffU;
        const QByteArray payload = m_input.mid(FrameHead, size);
        m_input.remove(0, FrameHead + size);
        if (type == Settings && (flags & Acknowledged) == 0)
            m_socket->write(frame(Settings, Acknowledged, 0, {}));
        else if (type == Ping && (flags & Acknowledged) == 0)
            m_socket->write(frame(Ping, Acknowledged, 0, payload));
        else if (type == GrpcScript::ResetStream)
            delete m_players[stream];
        else if (type == GrpcScript::Data)
            m_messages[stream] += payload;
        const bool isRequest = type == GrpcScript::Data || type == GrpcScript::Headers;
        if (isRequest && (flags & GrpcScript::EndStream) != 0) {
            ++m_server->m_grpcRequests;
            const QByteArray message = m_messages[stream].mid(5);
            const GrpcScript script = m_server->m_script ? m_server->m_script(message) : GrpcScript {};
            m_players[stream] = new Player(m_server, m_socket, stream, script);
        }
        return true;
    }
    bool takeHttp1()
    {
        const qsizetype end = m_input.indexOf("\r\n\r\n");
        if (end < 0)
            return false;
        const QByteArray head = m_input.left(end).toLower() + "\r\n";
        qsizetype length = 0;
        if (const qsizetype at = head.indexOf("\r\ncontent-length:"); at >= 0)
            length = head.mid(at + 17, head.indexOf("\r\n", at + 2) - at - 17).trimmed().toLongLong();
        if (m_input.size() < end + 4 + length)
            return false;
        const QByteArray path = m_input.left(m_input.indexOf("\r\n")).split(' ').value(1);
        m_input.remove(0, end + 4 + length);
        ++m_server->m_jsonRequests;
        const QByteArray body = m_server->m_json ? m_server->m_json(path) : QByteArray();
        const QByteArray reply = QByteArray(body.isNull() ? "HTTP/1.1 404 Not Found" : "HTTP/1.1 200 OK")
            + "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size())
            + "\r\n\r\n" + body;
        m_server->m_sent += reply.size();
        m_socket->write(reply);
        return true;
    }

    FakeGrpc *m_server;
    QTcpSocket *m_socket;
    QByteArray m_input;
    bool m_isHttp2 = false;
    std::map<quint32, QByteArray> m_messages; // by stream, with gRPC's own head
    std::map<quint32, QPointer<Player>> m_players;
};

FakeGrpc::FakeGrpc()
{
    connect(this, &QTcpServer::newConnection, this, [this] {
        while (QTcpSocket *socket = nextPendingConnection())
            new Link(this, socket);
    });
    if (!listen(QHostAddress::LocalHost))
        qFatal("no loopback port for the fake server");
}

FakeGrpc::~FakeGrpc()
{
    // They know of this.
    const auto sockets = findChildren<QTcpSocket *>(QString(), Qt::FindDirectChildrenOnly);
    for (QTcpSocket *socket : sockets) {
        socket->disconnect();
        delete socket;
    }
}

bool FakeGrpc::isPlaying() const
{
    const auto sockets = findChildren<QTcpSocket *>(QString(), Qt::FindDirectChildrenOnly);
    return std::any_of(sockets.begin(), sockets.end(), [](const QTcpSocket *socket) {
        const QObjectList parts = socket->children();
        return std::any_of(parts.begin(), parts.end(), [](const QObject *part) {
            const auto *player = dynamic_cast<const Player *>(part);
            return player && !player->isOver();
        });
    });
}

QUrl FakeGrpc::url() const
{
    return QUrl(QStringLiteral("http://127.0.0.1:%1").arg(serverPort()));
}

} // namespace slotscope::test
