// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/httpexchange.h"

#include "core/base/log.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/lowdelay.h"
#include "core/etcd/proxies.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

namespace slotscope::core {

namespace {

/// Of a body that comes with an error, in bytes: there is no more to be learned from a longer one.
constexpr qsizetype MostOfAnError = 64 * 1024;

bool isError(const QNetworkReply &reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() >= 300;
}

} // namespace

OneShotBody::OneShotBody(QByteArray bytes, QObject *parent)
    : QIODevice(parent)
    , m_bytes(std::move(bytes))
{
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

qint64 OneShotBody::bytesAvailable() const
{
    return m_bytes.size() - m_read + QIODevice::bytesAvailable();
}

qint64 OneShotBody::readData(char *data, qint64 maxSize)
{
    const qint64 left = m_bytes.size() - m_read;
    if (left == 0)
        return -1;
    const qint64 size = std::min(left, maxSize);
    std::copy_n(m_bytes.constData() + m_read, size, data);
    m_read += size;
    return size;
}

QNetworkRequest gatewayRequest(const QUrl &url)
{
    QNetworkRequest request(url);
    // Over TLS, ALPN would choose HTTP/2, which costs 40 ms a call and fails silently in places.
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    // Without it Qt asks for gzip and inflates by itself: a small reply could become a huge one.
    request.setRawHeader("Accept-Encoding", "identity");
    request.setHeader(QNetworkRequest::UserAgentHeader, QStringLiteral("slotscope/" SLOTSCOPE_VERSION));
    return request;
}

QNetworkReply *postRead(QNetworkAccessManager &manager, QNetworkRequest request, const QByteArray &body)
{
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    return manager.post(request, body);
}

QNetworkReply *postOnce(QNetworkAccessManager &manager, QNetworkRequest request, const QByteArray &body)
{
    request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
    request.setHeader(QNetworkRequest::ContentLengthHeader, body.size());
    request.setAttribute(QNetworkRequest::DoNotBufferUploadDataAttribute, true);
    auto *device = new OneShotBody(body);
    QNetworkReply *reply = manager.post(request, device);
    device->setParent(reply);
    return reply;
}

Error replyError(const QNetworkReply &reply, const QByteArray &body)
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const auto error = [&](ErrorKind kind) {
        return Error {.kind = kind, .httpStatus = status, .detail = reply.errorString()};
    };
    // Qt makes errors of statuses, such as ProtocolInvalidOperationError of 400; the body tells more.
    const Error said = status >= 300 ? gateway::parseErrorBody(body, status) : Error {};
    if (const auto proxys = proxyError(reply, said))
        return *proxys;
    if (status >= 300)
        return said;
    switch (reply.error()) {
    case QNetworkReply::SslHandshakeFailedError:
        return error(ErrorKind::Tls);
    case QNetworkReply::OperationCanceledError: // only Qt's own timeouts come here, our aborts are silent
        return error(ErrorKind::Timeout);
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolInvalidOperationError:
    case QNetworkReply::ProtocolFailure:
        return error(ErrorKind::Protocol);
    case QNetworkReply::ContentReSendError:
        return {.kind = ErrorKind::Network,
                .detail = QStringLiteral("the connection was lost before an answer came")};
    default:
        return error(ErrorKind::Network);
    }
}

void dropReply(QNetworkReply *reply, QObject *receiver)
{
    if (!reply)
        return;
    // Only the receiver: Qt's own parts hear of the abort by signals, too.
    reply->disconnect(receiver);
    reply->abort();
    reply->deleteLater();
}

HttpExchange::HttpExchange(QNetworkReply *reply, Limits limits, QObject *parent)
    : QObject(parent)
    , m_reply(reply)
    , m_limits(std::move(limits))
{
    m_age.start();
    m_head.setSingleShot(true);
    m_whole.setSingleShot(true);
    connect(&m_silence, &QTimer::timeout, this,
            [this] { fail({.kind = ErrorKind::Timeout, .detail = m_silence.detail()}); });
    connect(&m_head, &QTimer::timeout, this, [this] {
        fail({.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("no answer within %1 ms").arg(m_limits.head.count())});
    });
    m_head.start(m_limits.head);
    connect(&m_whole, &QTimer::timeout, this, [this] {
        fail({.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("no answer within %1 ms").arg(m_limits.whole.count())});
    });
    if (m_limits.whole.count() > 0)
        m_whole.start(m_limits.whole);

    sendWithoutDelay(reply);
    connect(reply, &QNetworkReply::metaDataChanged, this, [this] {
        m_head.stop();
        m_silence.begin(m_limits.silence);
    });
    connect(reply, &QNetworkReply::readyRead, this, &HttpExchange::read);
    connect(reply, &QNetworkReply::uploadProgress, this, [this] {
        if (m_head.isActive())
            m_head.start();
    });
    connect(reply, &QNetworkReply::finished, this, &HttpExchange::onReplyFinished);
}

HttpExchange::~HttpExchange()
{
    dropReply(m_reply, this);
}

void HttpExchange::abort()
{
    m_done = true;
    dropReply(m_reply, this);
    m_reply.clear();
    m_head.stop();
    m_silence.stop();
    m_whole.stop();
    deleteLater();
}

void HttpExchange::fail(Error error)
{
    if (m_reply) {
        const auto *body = m_reply->findChild<OneShotBody *>(QString(), Qt::FindDirectChildrenOnly);
        error.neverSent = body && !body->wasRead();
    }
    finish(Unexpected {std::move(error)});
}

void HttpExchange::read()
{
    if (m_done)
        return;
    m_silence.note(m_reply->bytesAvailable());
    if (isError(*m_reply)) {
        m_body.append(m_reply->read(MostOfAnError - m_body.size()));
        if (m_body.size() == MostOfAnError)
            fail(replyError(*m_reply, m_body));
        return;
    }
    const qint64 announced = m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    const qint64 size = std::max(announced, m_body.size() + m_reply->bytesAvailable());
    if (size > m_limits.size) {
        fail({.kind = ErrorKind::Protocol,
              .detail = QStringLiteral("the reply is larger than %1 bytes").arg(m_limits.size)});
        return;
    }
    if (m_limits.share) {
        if (const auto error = m_limits.share->hold(size)) {
            fail(*error);
            return;
        }
    }
    if (m_body.isEmpty() && announced > 0)
        m_body.reserve(std::min(announced, qint64 {64} * 1024 * 1024));
    m_body.append(m_reply->readAll());
}

void HttpExchange::onReplyFinished()
{
    if (m_done)
        return;
    read();
    if (m_done)
        return;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const qint64 announced = m_reply->header(QNetworkRequest::ContentLengthHeader).toLongLong();
    if (m_reply->error() != QNetworkReply::NoError) {
        fail(replyError(*m_reply, m_body));
    } else if (status >= 300) {
        fail(replyError(*m_reply, m_body));
    } else if (m_body.size() < announced) {
        fail({.kind = ErrorKind::Network,
              .httpStatus = status,
              .detail = QStringLiteral("the connection was lost after %1 of %2 bytes")
                            .arg(m_body.size())
                            .arg(announced),
              .offset = m_body.size()});
    } else {
        finish(std::exchange(m_body, {}));
    }
}

/// Never what was sent or came: keys, values and passwords are not for the log.
void HttpExchange::log(const Result<QByteArray> &result) const
{
    const QString what = QStringLiteral("%1 %2").arg(
        m_reply->operation() == QNetworkAccessManager::GetOperation ? QLatin1String("GET")
                                                                    : QLatin1String("POST"),
        m_reply->url().toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery));
    if (result)
        qCDebug(lcNet).noquote() << what << "gives" << result->size() << "bytes after" << m_age.elapsed()
                                 << "ms";
    else if (result.error().kind != ErrorKind::Cancelled)
        qCInfo(lcNet).noquote() << what << "failed after" << m_age.elapsed()
                                << "ms:" << result.error().detail;
}

void HttpExchange::finish(const Result<QByteArray> &result)
{
    if (m_done)
        return;
    if (m_reply)
        log(result);
    abort();
    Q_EMIT finished(result);
}

} // namespace slotscope::core
