// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/http2connection.h"

#include "core/etcd/proxies.h"

#include <QSslSocket>

#include <nghttp2/nghttp2.h>

#include <array>
#include <map>

namespace slotscope::core {

namespace {

/// Of one reply, in bytes as RFC 7541, 4.1, counts them; etcd's have a few hundred.
constexpr qsizetype MostFields = 64 * 1024;
constexpr qsizetype OfEachField = 32;
/// What is read before this thread is left to others, however fast a server is.
constexpr qint64 MostAtOnce = 1024LL * 1024;
/// What is looked at in one go.
constexpr qsizetype Piece = 128 * 1024;
/// Who sends more than is accepted waits; the memory is the reply's.
constexpr int StreamWindow = 16 * 1024 * 1024;
constexpr int ConnectionWindow = 64 * 1024 * 1024;

Error closedError(quint32 code)
{
    const bool isTheirs = code == NGHTTP2_PROTOCOL_ERROR || code == NGHTTP2_COMPRESSION_ERROR
        || code == NGHTTP2_FRAME_SIZE_ERROR || code == NGHTTP2_FLOW_CONTROL_ERROR;
    return {.kind = isTheirs ? ErrorKind::Protocol : ErrorKind::Network,
            .detail = QStringLiteral("the HTTP/2 stream was reset: %1")
                          .arg(QLatin1String(nghttp2_http2_strerror(code)))};
}

/// nghttp2 copies both, and takes them without const.
nghttp2_nv fieldView(const std::pair<QByteArray, QByteArray> &field)
{
    const auto bytes = [](const QByteArray &text) {
        return const_cast<uint8_t *>(reinterpret_cast<const uint8_t *>(text.constData()));
    };
    const auto &[name, value] = field;
    return {bytes(name), bytes(value), static_cast<size_t>(name.size()), static_cast<size_t>(value.size()),
            NGHTTP2_NV_FLAG_NONE};
}

QByteArray bytesOf(const uint8_t *bytes, size_t size)
{
    return {reinterpret_cast<const char *>(bytes), static_cast<qsizetype>(size)};
}

} // namespace

struct Http2Connection::Stream
{
    Reply *reply = nullptr;
    QByteArray body;
    qsizetype sent = 0;
    qsizetype fields = 0;
};

/// nghttp2's side of it. No callback may delete a session.
class Http2Connection::Session
{
public:
    Session()
    {
        nghttp2_session_callbacks *callbacks = nullptr;
        if (nghttp2_session_callbacks_new(&callbacks) != 0)
            throw std::bad_alloc();
        nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader);
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onDataChunk);
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClose);
        const int made = nghttp2_session_client_new(&m_handle, callbacks, this);
        nghttp2_session_callbacks_del(callbacks);
        if (made != 0)
            throw std::bad_alloc();
        const std::array settings {
            nghttp2_settings_entry {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
            nghttp2_settings_entry {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, StreamWindow},
        };
        nghttp2_submit_settings(m_handle, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
        nghttp2_session_set_local_window_size(m_handle, NGHTTP2_FLAG_NONE, 0, ConnectionWindow);
    }
    ~Session() { nghttp2_session_del(m_handle); }
    Q_DISABLE_COPY_MOVE(Session)

    nghttp2_session *handle() const { return m_handle; }
    /// Why it cannot go on; empty: it can.
    const QString &fault() const { return m_fault; }

    std::map<int32_t, Stream> streams;
    bool hasServed = false;

    static ssize_t readBody(nghttp2_session *, int32_t id, uint8_t *buffer, size_t size, uint32_t *flags,
                            nghttp2_data_source *, void *user)
    {
        auto &streams = static_cast<Session *>(user)->streams;
        const auto found = streams.find(id);
        if (found == streams.end())
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
        Stream &stream = found->second;
        const qsizetype now = std::min(static_cast<qsizetype>(size), stream.body.size() - stream.sent);
        std::copy_n(stream.body.constData() + stream.sent, now, buffer);
        stream.sent += now;
        if (stream.sent == stream.body.size())
            *flags |= NGHTTP2_DATA_FLAG_EOF;
        return now;
    }

private:
    static int onHeader(nghttp2_session *, const nghttp2_frame *frame, const uint8_t *name, size_t nameSize,
                        const uint8_t *value, size_t valueSize, uint8_t, void *user)
    {
        auto *self = static_cast<Session *>(user);
        const auto found = self->streams.find(frame->hd.stream_id);
        if (found == self->streams.end())
            return 0;
        Stream &stream = found->second;
        stream.fields += static_cast<qsizetype>(nameSize + valueSize) + OfEachField;
        if (stream.fields > MostFields) {
            self->m_fault = QStringLiteral("more headers than a reply has");
            return NGHTTP2_ERR_CALLBACK_FAILURE;
        }
        stream.reply->onField(bytesOf(name, nameSize), bytesOf(value, valueSize));
        return 0;
    }
    static int onDataChunk(nghttp2_session *handle, uint8_t, int32_t id, const uint8_t *bytes, size_t size,
                           void *user)
    {
        auto &streams = static_cast<Session *>(user)->streams;
        const auto found = streams.find(id);
        if (found == streams.end()
            || found->second.reply->onData(reinterpret_cast<const char *>(bytes),
                                           static_cast<qsizetype>(size)))
            return 0;
        streams.erase(id);
        return nghttp2_submit_rst_stream(handle, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    }
    static int onStreamClose(nghttp2_session *, int32_t id, uint32_t code, void *user)
    {
        auto *self = static_cast<Session *>(user);
        const bool isWhole = code == NGHTTP2_NO_ERROR;
        self->hasServed = self->hasServed || isWhole;
        if (const auto stream = self->streams.extract(id))
            stream.mapped().reply->onClosed(isWhole ? std::nullopt : std::optional(closedError(code)));
        return 0;
    }

    nghttp2_session *m_handle = nullptr;
    QString m_fault;
};

Http2Connection::Http2Connection(Target target, std::function<bool(const QSslCertificate &)> isTrusted,
                                 QObject *parent)
    : QObject(parent)
    , m_target(std::move(target))
    , m_session(std::make_unique<Session>())
    , m_bytes(Piece, Qt::Uninitialized)
{
    const bool isEncrypted = m_target.url.scheme() == QLatin1String("https");
    const auto port = static_cast<quint16>(m_target.url.port(isEncrypted ? 443 : 80));
    const auto begin = [this](QTcpSocket *socket) {
        socket->setProxy(m_target.proxy);
        socket->setReadBufferSize(MostAtOnce);
        connect(socket, &QTcpSocket::errorOccurred, this, &Http2Connection::onSocketError);
        connect(socket, &QTcpSocket::readyRead, this, &Http2Connection::read);
    };
    if (!isEncrypted) {
        m_socket = std::make_unique<QTcpSocket>();
        begin(m_socket.get());
        connect(m_socket.get(), &QTcpSocket::connected, this, &Http2Connection::onConnected);
        m_socket->connectToHost(m_target.url.host(), port);
        return;
    }
    auto made = std::make_unique<QSslSocket>();
    QSslSocket *socket = made.get();
    m_socket = std::move(made);
    begin(socket);
    QSslConfiguration tls = m_target.tls;
    tls.setAllowedNextProtocols({QSslConfiguration::ALPNProtocolHTTP2});
    socket->setSslConfiguration(tls);
    connect(socket, &QSslSocket::sslErrors, this,
            [socket, isTrusted = std::move(isTrusted)](const QList<QSslError> &errors) {
                if (isTrusted(socket->peerCertificate()))
                    socket->ignoreSslErrors(errors);
            });
    connect(socket, &QSslSocket::encrypted, this, [this, socket] {
        if (socket->sslConfiguration().nextNegotiatedProtocol() == QSslConfiguration::ALPNProtocolHTTP2)
            onConnected();
        else
            end({.kind = ErrorKind::Protocol, .detail = QStringLiteral("no HTTP/2 over TLS")});
    });
    socket->connectToHostEncrypted(m_target.url.host(), port,
                                   m_target.peerName.isEmpty() ? m_target.url.host() : m_target.peerName);
}

Http2Connection::~Http2Connection()
{
    m_socket->disconnect(this);
    end({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
}

bool Http2Connection::hasServed() const
{
    return m_session->hasServed;
}

bool Http2Connection::takesRequests() const
{
    return !m_isOver && !m_isLeaving && nghttp2_session_check_request_allowed(m_session->handle()) != 0;
}

int Http2Connection::post(const QByteArray &path, const Fields &fields, const QByteArray &body, Reply *reply)
{
    if (m_isOver)
        return -1;
    Fields all {{":method", "POST"},
                {":scheme", m_target.url.scheme().toLatin1()},
                {":authority", m_target.url.authority(QUrl::FullyEncoded | QUrl::RemoveUserInfo).toLatin1()},
                {":path", path}};
    all.insert(all.end(), fields.begin(), fields.end());
    std::vector<nghttp2_nv> views;
    std::transform(all.begin(), all.end(), std::back_inserter(views), fieldView);
    nghttp2_data_provider provider {};
    provider.read_callback = Session::readBody;
    const int32_t id =
        nghttp2_submit_request(m_session->handle(), nullptr, views.data(), views.size(), &provider, nullptr);
    if (id < 0)
        return -1;
    m_session->streams[id] = {.reply = reply, .body = body};
    write();
    return id;
}

void Http2Connection::forget(int stream)
{
    if (m_session->streams.erase(stream) == 0 || m_isOver)
        return;
    nghttp2_submit_rst_stream(m_session->handle(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    write();
}

void Http2Connection::leave()
{
    m_isLeaving = true;
    write();
}

void Http2Connection::onConnected()
{
    m_isConnected = true;
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    write();
}

void Http2Connection::onSocketError(QAbstractSocket::SocketError what)
{
    // What came before it may be all that was missing.
    if (what == QAbstractSocket::RemoteHostClosedError)
        read();
    switch (what) {
    case QAbstractSocket::ProxyAuthenticationRequiredError:
        return end(proxyWantsUser(m_target.proxy.user()));
    case QAbstractSocket::SslHandshakeFailedError:
        return end({.kind = ErrorKind::Tls, .detail = m_socket->errorString()});
    default:
        return end({.kind = ErrorKind::Network, .detail = m_socket->errorString()});
    }
}

void Http2Connection::read()
{
    while (!m_isOver && m_socket->bytesAvailable() > 0) {
        const qint64 size = m_socket->read(m_bytes.data(), m_bytes.size());
        if (size <= 0)
            break;
        const auto taken = nghttp2_session_mem_recv(m_session->handle(),
                                                    reinterpret_cast<const uint8_t *>(m_bytes.constData()),
                                                    static_cast<size_t>(size));
        if (taken < 0) {
            const QString fault = m_session->fault();
            end({.kind = ErrorKind::Protocol,
                 .detail = fault.isEmpty()
                     ? QStringLiteral("no HTTP/2: %1")
                           .arg(QLatin1String(nghttp2_strerror(static_cast<int>(taken))))
                     : fault});
        }
    }
    write();
}

void Http2Connection::write()
{
    if (m_isOver)
        return;
    if (m_isConnected) {
        const uint8_t *bytes = nullptr;
        for (;;) {
            const auto size = nghttp2_session_mem_send(m_session->handle(), &bytes);
            if (size < 0)
                return end({.kind = ErrorKind::Protocol,
                            .detail = QLatin1String(nghttp2_strerror(static_cast<int>(size)))});
            if (size == 0)
                break;
            m_socket->write(reinterpret_cast<const char *>(bytes), size);
        }
    }
    const bool wantsNothing = nghttp2_session_want_read(m_session->handle()) == 0
        && nghttp2_session_want_write(m_session->handle()) == 0;
    if (wantsNothing)
        end({.kind = ErrorKind::Protocol, .detail = QStringLiteral("the HTTP/2 connection was ended")});
    else if (m_isLeaving && m_session->streams.empty())
        end({.kind = ErrorKind::Cancelled});
}

void Http2Connection::end(const Error &error)
{
    if (std::exchange(m_isOver, true))
        return;
    m_socket->abort();
    for (const auto &[id, stream] : std::exchange(m_session->streams, {}))
        stream.reply->onClosed(error);
    Q_EMIT ended();
}

} // namespace slotscope::core
