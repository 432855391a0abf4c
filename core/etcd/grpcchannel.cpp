// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/grpcchannel.h"

#include "core/etcd/gatewaymessages.h"
#include "core/etcd/httpexchange.h"
#include "core/etcd/lowdelay.h"

#include <QAbstractNetworkCache>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QtEndian>

namespace slotscope::core {

namespace {

/// One byte that says whether the message is compressed, four of its size.
constexpr qsizetype FrameHead = 5;

/// The application's proxy, whatever it is. That it is asked for makes Qt's cleartext sockets buffered, and
/// only those notice when a server is gone.
class BufferedSockets final : public QNetworkProxyFactory
{
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        const bool isLocal = query.peerHostName() == QLatin1String("localhost")
            || query.peerHostName().startsWith(QLatin1String("127."))
            || query.peerHostName() == QLatin1String("::1");
        const bool hasProxy = QNetworkProxy::applicationProxy().type() != QNetworkProxy::NoProxy;
        return {QNetworkProxy(isLocal && hasProxy ? QNetworkProxy::NoProxy : QNetworkProxy::DefaultProxy)};
    }
};

/// Keeps nothing. Without a cache, Qt says on the console at every trailer that it came too late for one.
class NoCache final : public QAbstractNetworkCache
{
public:
    explicit NoCache(QObject *parent)
        : QAbstractNetworkCache(parent)
    {
    }

    QNetworkCacheMetaData metaData(const QUrl &) override { return {}; }
    void updateMetaData(const QNetworkCacheMetaData &) override { }
    QIODevice *data(const QUrl &) override { return nullptr; }
    bool remove(const QUrl &) override { return false; }
    qint64 cacheSize() const override { return 0; }
    QIODevice *prepare(const QNetworkCacheMetaData &) override { return nullptr; }
    void insert(QIODevice *) override { }
    void clear() override { }
};

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
class Exchange final : public QObject
{
public:
    Exchange(QNetworkReply *reply, GrpcChannel *channel, GrpcChannel::Limits limits, ReplyShare *share,
             CallState<QByteArray> *state)
        : QObject(channel)
        , m_channel(channel)
        , m_reply(reply)
        , m_limits(limits)
        , m_share(share)
        , m_state(state)
    {
        m_deadline.begin(limits.head);
        connect(&m_deadline, &QTimer::timeout, this, [this] {
            // Whatever keeps silent now would do so for the next call.
            const QPointer<GrpcChannel> of = m_channel;
            fail({.kind = ErrorKind::Timeout,
                  .detail = QStringLiteral("over gRPC: %1").arg(m_deadline.detail())});
            if (of)
                of->manager().clearConnectionCache();
        });
        sendWithoutDelay(reply);
        connect(reply, &QNetworkReply::metaDataChanged, this, [this] {
            m_begun = true;
            m_deadline.begin(m_limits.silence);
        });
        connect(reply, &QNetworkReply::readyRead, this, &Exchange::read);
        connect(reply, &QNetworkReply::finished, this, &Exchange::onFinished);
        state->setAbort([guard = QPointer<Exchange>(this)] {
            if (guard)
                guard->drop();
        });
    }
    ~Exchange() override
    {
        fail({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
    }

private:
    void read()
    {
        if (!std::exchange(m_begun, true))
            m_deadline.begin(m_limits.silence);
        m_deadline.note(m_reply->bytesAvailable());
        qint64 announced = 0;
        if (m_head.size() < FrameHead) {
            m_head += m_reply->read(FrameHead - m_head.size());
            if (m_head.size() == FrameHead && hasMessage())
                announced = qFromBigEndian<quint32>(m_head.constData() + 1);
        }
        if (!m_share)
            return;
        if (const auto error =
                m_share->hold(std::max(announced, m_body.size() + m_reply->bytesAvailable()))) {
            fail(*error);
            return;
        }
        if (announced > 0)
            m_body.reserve(announced);
        m_body += m_reply->readAll();
    }
    /// It begins as a reply to the call does; else its bytes are whatever somebody else has to say.
    bool hasMessage() const
    {
        return m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() == 200
            && m_reply->rawHeader("content-type").startsWith("application/grpc");
    }
    void onFinished()
    {
        read();
        if (!m_state)
            return;
        m_deadline.stop();
        const int http = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (m_reply->error() != QNetworkReply::NoError && !m_reply->hasRawHeader("grpc-status")) {
            fail(replyError(*m_reply, m_head + m_body));
        } else if (!hasMessage()) {
            fail({.kind = ErrorKind::Http,
                  .httpStatus = http,
                  .detail = QStringLiteral("no gRPC, but %1").arg(gateway::describeBody(m_head + m_body))});
        } else if (!m_reply->hasRawHeader("grpc-status")) {
            fail({.kind = ErrorKind::Network,
                  .detail = QStringLiteral("the connection was lost after %1 bytes")
                                .arg(m_head.size() + m_body.size())});
        } else if (const int code = m_reply->rawHeader("grpc-status").toInt(); code != 0) {
            const QByteArray message = QByteArray::fromPercentEncoding(m_reply->rawHeader("grpc-message"));
            fail(gateway::statusError(code, QString::fromUtf8(message)));
        } else {
            const auto state = std::exchange(m_state, nullptr);
            drop();
            state->complete(unframed(m_head, m_body));
        }
    }
    void fail(const Error &error)
    {
        const auto state = std::exchange(m_state, nullptr);
        drop();
        m_body.clear();
        if (m_share)
            m_share->hold(0);
        if (state)
            state->fail(error);
    }
    /// Ends it. What has not been sent yet is let go its way: to abort it would take along others that wait
    /// beside it.
    void drop()
    {
        m_state = nullptr;
        m_deadline.stop();
        deleteLater();
        if (!m_reply)
            return;
        if (m_reply->isFinished() || m_begun) {
            dropReply(m_reply, this);
        } else {
            m_reply->disconnect(this);
            connect(m_reply, &QNetworkReply::readyRead, m_reply,
                    [reply = m_reply.data()] { reply->abort(); });
            connect(m_reply, &QNetworkReply::finished, m_reply, &QObject::deleteLater);
        }
        m_reply.clear();
    }

    GrpcChannel *m_channel;
    QPointer<QNetworkReply> m_reply;
    GrpcChannel::Limits m_limits;
    QPointer<ReplyShare> m_share;
    QPointer<CallState<QByteArray>> m_state;
    ProgressTimer m_deadline;
    QByteArray m_head; // of the message's frame
    QByteArray m_body; // what follows it
    bool m_begun = false;
};

} // namespace

GrpcChannel::GrpcChannel(Limits limits, QObject *parent)
    : QObject(parent)
    , m_limits(limits)
{
    m_manager.setProxyFactory(new BufferedSockets);
    m_manager.setCache(new NoCache(&m_manager));
}

Call<QByteArray> GrpcChannel::call(QNetworkRequest request, const QByteArray &message, ReplyShare *share)
{
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, true);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, true); // see NoCache
    // Without TLS nothing is negotiated: HTTP/2 from the first byte.
    request.setAttribute(QNetworkRequest::Http2DirectAttribute,
                         request.url().scheme() == QLatin1String("http"));
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/grpc"));
    request.setRawHeader("te", "trailers");
    auto *state = new CallState<QByteArray>;
    new Exchange(m_manager.post(request, framed(message)), this, m_limits, share, state);
    return Call<QByteArray>(state);
}

} // namespace slotscope::core
