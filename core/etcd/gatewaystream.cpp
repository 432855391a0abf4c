// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaystream.h"

#include "core/base/log.h"
#include "core/etcd/gatewaymessages.h"
#include "core/etcd/httpexchange.h"
#include "core/etcd/lowdelay.h"

#include <QElapsedTimer>
#include <QFutureWatcher>
#include <QNetworkReply>
#include <QtConcurrentRun>

namespace slotscope::core {

namespace {

/// What Qt may hold for us while lines are being parsed.
constexpr qint64 ReadBuffer = 8LL * 1024 * 1024;
/// Bytes taken from the reply at once, so that the framer does not grow by everything there is.
constexpr qint64 ReadAtOnce = 1024LL * 1024;
/// Bytes of lines that are parsed at once.
constexpr qint64 ParseAtOnce = 512LL * 1024;

/// How long the thread is taken at once by what a fast server has sent.
constexpr std::chrono::milliseconds Slice(5);

} // namespace

GatewayStream::GatewayStream(QNetworkReply *reply, Limits limits)
    : m_reply(reply)
    , m_limits(limits)
    , m_framer(limits.line)
{
    sendWithoutDelay(reply);
    reply->setReadBufferSize(ReadBuffer);
    // Timers come after what the user does, other than events that are posted; and while this thread was
    // busy, many of those may have gathered that say that there is more: each of them is not to take a slice.
    m_nextSlice.setSingleShot(true);
    m_nextSlice.setInterval(0);
    connect(&m_nextSlice, &QTimer::timeout, this, &GatewayStream::process);
    connect(reply, &QNetworkReply::readyRead, this, &GatewayStream::active);
    connect(reply, &QNetworkReply::readyRead, this, [this] {
        if (!m_nextSlice.isActive())
            m_nextSlice.start();
    });
    connect(reply, &QNetworkReply::finished, this, &GatewayStream::onReplyEnded);
    // The transport went away first; say so when whoever destroys it is done.
    connect(
        reply, &QObject::destroyed, this,
        [this] {
            end({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
        },
        Qt::QueuedConnection);
}

GatewayStream::~GatewayStream()
{
    dropReply(m_reply, this);
}

void GatewayStream::process()
{
    // Every signal may destroy the stream.
    const QPointer<GatewayStream> alive(this);
    QElapsedTimer slice;
    slice.start();
    while (alive && !m_ended && !m_parsing) {
        if (slice.hasExpired(Slice.count())) {
            m_nextSlice.start();
            return;
        }
        if (!m_parsed.empty()) {
            const Result<WatchReply> reply = std::move(m_parsed.front());
            m_parsed.pop_front();
            take(reply);
        } else if (!readLines()) {
            return;
        }
    }
}

/// Has the next lines parsed, if some are there. False when there is nothing to go on with.
bool GatewayStream::readLines()
{
    std::vector<QByteArray> lines;
    qint64 bytes = 0;
    while (bytes < ParseAtOnce) {
        if (const auto line = m_framer.next()) {
            bytes += line->size();
            lines.push_back(*line);
            continue;
        }
        if (m_framer.overflown() || !m_reply || m_reply->bytesAvailable() == 0)
            break;
        // The body of an error is left for onReplyEnded().
        if (m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt() >= 300 && !m_replyEnded)
            break;
        m_framer.append(m_reply->read(ReadAtOnce));
    }
    if (!lines.empty()) {
        parse(lines, bytes);
        return true;
    }
    if (m_framer.overflown())
        end({.kind = ErrorKind::Protocol,
             .detail = QStringLiteral("a line is longer than %1 bytes").arg(m_limits.line),
             .offset = m_framer.offset()});
    else if (m_replyEnded)
        end({.kind = ErrorKind::Network,
             .detail = m_framer.pending() > 0
                 ? QStringLiteral("the stream was cut in the middle of a line, after %1 bytes of it")
                       .arg(m_framer.pending())
                 : QStringLiteral("the server ended the stream")});
    return false;
}

void GatewayStream::take(const Result<WatchReply> &reply)
{
    if (reply)
        Q_EMIT received(*reply);
    else
        end(reply.error());
}

void GatewayStream::parse(const std::vector<QByteArray> &lines, qint64 bytes)
{
    const auto parsed = [lines] {
        Replies replies;
        for (const QByteArray &line : lines) {
            replies.push_back(gateway::parseWatchLine(line));
            if (!replies.back())
                break; // it is the end
        }
        return replies;
    };
    if (bytes < m_limits.parseOnPool) {
        m_parsed = parsed();
        return;
    }
    m_parsing = true;
    auto *watcher = new QFutureWatcher<Replies>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        m_parsing = false;
        if (m_ended)
            return;
        m_parsed = watcher->future().takeResult();
        process();
    });
    watcher->setFuture(QtConcurrent::run(parsed));
}

void GatewayStream::onReplyEnded()
{
    if (m_ended)
        return;
    m_replyEnded = true;
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status >= 300) {
        const QByteArray body = m_reply->readAll();
        end(replyError(*m_reply, body));
    } else if (m_reply->error() != QNetworkReply::NoError && status == 0) {
        end(replyError(*m_reply, {}));
    } else {
        // What came before the cut still counts.
        process();
    }
}

void GatewayStream::end(const Error &error)
{
    if (m_ended)
        return;
    m_ended = true;
    qCInfo(lcNet).noquote() << "a watch ended:" << error.detail;
    dropReply(m_reply, this);
    m_reply.clear();
    Q_EMIT ended(error);
}

} // namespace slotscope::core
