// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/grpcchannel.h"

#include "core/etcd/gatewaymessages.h"
#include "core/etcd/progresstimer.h"
#include "core/etcd/proxies.h"

#include <QtEndian>

namespace slotscope::core {

namespace {

/// One byte that says whether the message is compressed, four of its size.
constexpr qsizetype FrameHead = 5;

/// Of a body that is no gRPC, in bytes: there is no more to be learned from a longer one.
constexpr qsizetype MostOfAnError = 64 * 1024;

QByteArray framed(const QByteArray &message)
{
    QByteArray body(FrameHead, '\0');
    qToBigEndian(static_cast<quint32>(message.size()), body.data() + 1);
    return body + message;
}

Result<QByteArray> unframed(const QByteArray &head, const QByteArray &message)
{
    const auto wrong = [](const QString &what) {
        return Unexpected {Error {.kind = ErrorKind::Protocol, .detail = what}};
    };
    if (head.size() < FrameHead)
        return wrong(QStringLiteral("a gRPC reply without a message"));
    if (head[0] != 0)
        return wrong(QStringLiteral("a gRPC reply that is compressed, though nobody asked for it"));
    if (qFromBigEndian<quint32>(head.constData() + 1) != static_cast<quint64>(message.size()))
        return wrong(QStringLiteral("a gRPC reply that is not one message"));
    return message;
}

/// One call, from request to status.
class Exchange final : public QObject, private Http2Connection::Reply
{
public:
    Exchange(GrpcChannel *channel, GrpcChannel::Limits limits, ReplyShare *share,
             CallState<QByteArray> *state)
        : QObject(channel)
        , m_channel(channel)
        , m_limits(limits)
        , m_share(share)
        , m_state(state)
    {
        m_deadline.begin(limits.head);
        connect(&m_deadline, &QTimer::timeout, this, [this] {
            // Whatever keeps silent now would do so for the next call. A connection that once worked may have
            // been lost without a word, as while a computer sleeps.
            const bool isLost = !m_begun && m_connection && m_connection->hasServed();
            m_channel->leaveConnection();
            finish(Unexpected {Error {.kind = isLost ? ErrorKind::Network : ErrorKind::Timeout,
                                      .detail = QStringLiteral("over gRPC: %1").arg(m_deadline.detail())}});
        });
        state->setAbort([guard = QPointer<Exchange>(this)] {
            if (guard)
                guard->drop();
        });
    }
    ~Exchange() override
    {
        finish(Unexpected {
            Error {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")}});
    }

    void send(Http2Connection *connection, const QByteArray &path, const Http2Connection::Fields &fields,
              const QByteArray &body)
    {
        m_connection = connection;
        m_stream = connection->post(path, fields, body, this);
        if (m_stream < 0)
            onClosed(Error {.kind = ErrorKind::Network, .detail = QStringLiteral("no connection was made")});
    }

private:
    void onField(const QByteArray &name, const QByteArray &value) override
    {
        noteBegin();
        if (name == ":status")
            m_httpStatus = value.toInt();
        else if (name == "content-type")
            m_isGrpc = value.startsWith("application/grpc");
        else if (name == "grpc-status")
            m_status = value;
        else if (name == "grpc-message")
            m_message = QString::fromUtf8(QByteArray::fromPercentEncoding(value));
    }
    bool onData(const char *bytes, qsizetype size) override
    {
        noteBegin();
        m_deadline.note(size);
        if (!hasMessage()) {
            m_body.append(bytes, std::min(size, MostOfAnError - m_body.size()));
            return true;
        }
        const qsizetype head = std::min(size, FrameHead - m_head.size());
        m_head.append(bytes, head);
        const bool isAnnounced = head > 0 && m_head.size() == FrameHead;
        const qint64 announced = isAnnounced ? qFromBigEndian<quint32>(m_head.constData() + 1) : 0;
        if (!m_share)
            return true;
        if (const auto error = m_share->hold(std::max(announced, m_body.size() + size - head))) {
            m_stream = -1; // is reset by its connection
            finish(Unexpected {*error});
            return false;
        }
        if (isAnnounced)
            m_body.reserve(announced);
        m_body.append(bytes + head, size - head);
        return true;
    }
    void onClosed(const std::optional<Error> &error) override
    {
        m_stream = -1;
        finish(result(error));
    }
    /// It begins as a reply to the call does; else its bytes are whatever somebody else has to say.
    bool hasMessage() const { return m_httpStatus == 200 && m_isGrpc; }
    void noteBegin()
    {
        // Once: headers may come again and again.
        if (!std::exchange(m_begun, true))
            m_deadline.begin(m_limits.silence);
    }
    Result<QByteArray> result(const std::optional<Error> &error) const
    {
        if (error && m_status.isEmpty())
            return Unexpected {*error};
        if (!hasMessage())
            return Unexpected {Error {
                .kind = ErrorKind::Http,
                .httpStatus = m_httpStatus,
                .detail = QStringLiteral("no gRPC, but %1").arg(gateway::describeBody(m_head + m_body))}};
        if (m_status.isEmpty())
            return Unexpected {Error {
                .kind = ErrorKind::Network,
                .detail =
                    QStringLiteral("the reply broke off after %1 bytes").arg(m_head.size() + m_body.size())}};
        bool isNumber = false;
        const int code = m_status.toInt(&isNumber);
        if (!isNumber)
            return Unexpected {Error {.kind = ErrorKind::Protocol,
                                      .detail = QStringLiteral("a gRPC status that is no number")}};
        return code == 0 ? unframed(m_head, m_body) : Unexpected {gateway::statusError(code, m_message)};
    }
    void finish(const Result<QByteArray> &result)
    {
        const auto state = std::exchange(m_state, nullptr);
        drop();
        m_body.clear();
        if (!result && m_share)
            m_share->hold(0);
        if (state)
            state->complete(result);
    }
    void drop()
    {
        m_state = nullptr;
        m_deadline.stop();
        deleteLater();
        if (const int stream = std::exchange(m_stream, -1); stream >= 0 && m_connection)
            m_connection->forget(stream);
    }

    GrpcChannel *m_channel;
    QPointer<Http2Connection> m_connection;
    int m_stream = -1;
    GrpcChannel::Limits m_limits;
    QPointer<ReplyShare> m_share;
    QPointer<CallState<QByteArray>> m_state;
    ProgressTimer m_deadline;
    int m_httpStatus = 0;
    bool m_isGrpc = false;
    QByteArray m_status;
    QString m_message;
    QByteArray m_head; // of the message's frame
    QByteArray m_body; // what follows it
    bool m_begun = false;
};

/// Those of the request that are for the server.
Http2Connection::Fields fieldsOf(const QNetworkRequest &request)
{
    Http2Connection::Fields fields;
    const QList<QByteArray> names = request.rawHeaderList();
    for (const QByteArray &name : names) {
        if (name.compare("proxy-authorization", Qt::CaseInsensitive) != 0)
            fields.emplace_back(name.toLower(), request.rawHeader(name));
    }
    fields.emplace_back("content-type", "application/grpc");
    fields.emplace_back("te", "trailers");
    return fields;
}

} // namespace

GrpcChannel::GrpcChannel(Limits limits, std::function<bool(const QSslCertificate &)> isTrusted,
                         QObject *parent)
    : QObject(parent)
    , m_limits(limits)
    , m_isTrusted(std::move(isTrusted))
{
}

Http2Connection *GrpcChannel::connectionTo(const Http2Connection::Target &target)
{
    if (m_connection && m_connection->takesRequests() && m_connection->target() == target)
        return m_connection;
    leaveConnection();
    m_connection = new Http2Connection(target, m_isTrusted, this);
    connect(m_connection, &Http2Connection::ended, m_connection, &QObject::deleteLater);
    return m_connection;
}

void GrpcChannel::leaveConnection()
{
    if (m_connection)
        m_connection->leave();
    m_connection.clear();
}

Call<QByteArray> GrpcChannel::call(const QNetworkRequest &request, const QNetworkProxy &proxy,
                                   const QByteArray &message, ReplyShare *share)
{
    QUrl server = request.url();
    server.setPath({});
    Http2Connection *connection = connectionTo({.url = server,
                                                .proxy = tunnelsOf(proxy),
                                                .tls = request.sslConfiguration(),
                                                .peerName = request.peerVerifyName()});
    auto *state = new CallState<QByteArray>;
    auto *exchange = new Exchange(this, m_limits, share, state);
    exchange->send(connection, request.url().path().toLatin1(), fieldsOf(request), framed(message));
    return Call<QByteArray>(state);
}

} // namespace slotscope::core
