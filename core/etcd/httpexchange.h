// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/etcd/progresstimer.h"
#include "core/etcd/replybudget.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QIODevice>
#include <QNetworkRequest>
#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>

class QNetworkAccessManager;
class QNetworkReply;

namespace slotscope::core {

/// A request body that can be read once. QNetworkAccessManager sends a request a second time when a kept
/// connection turns out to be dead, POST or not; as this body cannot be rewound, it fails instead, and no
/// write happens twice.
class OneShotBody : public QIODevice
{
    Q_OBJECT
public:
    explicit OneShotBody(QByteArray bytes, QObject *parent = nullptr);
    bool isSequential() const override { return true; }
    bool seek(qint64) override { return false; }
    qint64 bytesAvailable() const override;
    /// Whether any of it was taken for sending.
    bool wasRead() const { return m_read > 0; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    QByteArray m_bytes;
    qsizetype m_read = 0;
};

/// What all requests to a gateway have in common: HTTP/1.1, no redirects, cookies, cache or compression.
QNetworkRequest gatewayRequest(const QUrl &url);
/// For what changes nothing: sent again by QNetworkAccessManager when a kept connection turns out to be dead
/// (RFC 9110, 9.2.2: what is idempotent may be repeated).
QNetworkReply *postRead(QNetworkAccessManager &manager, QNetworkRequest request, const QByteArray &body);
/// Sends the body once; the reply is the manager's child until somebody takes it.
QNetworkReply *postOnce(QNetworkAccessManager &manager, QNetworkRequest request, const QByteArray &body);
/// What a failed reply means; the body is what has been read of it.
Error replyError(const QNetworkReply &reply, const QByteArray &body);
/// Ends a reply so that it says nothing more to the receiver.
void dropReply(QNetworkReply *reply, QObject *receiver);

/// One request and its whole body in memory, bounded in size and in the time without progress.
class HttpExchange : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        std::chrono::milliseconds silence; ///< the longest time without progress, see ProgressTimer
        std::chrono::milliseconds head; ///< until the status line and headers are complete
        qint64 size; ///< of the body, in bytes; of an error's there is read what is of use
        std::chrono::milliseconds whole {}; ///< until all of it is there; 0: as long as bytes come
        QPointer<ReplyShare> share {}; ///< what the body may take together with others, where that is bounded
    };

    /// Takes the reply over. Deletes itself after finished().
    HttpExchange(QNetworkReply *reply, Limits limits, QObject *parent);
    ~HttpExchange() override;

    /// Ends it without finished().
    void abort();
    /// Ends it with the error.
    void fail(Error error);

Q_SIGNALS:
    /// The body of a 2xx reply, or why there is none. Exactly once, unless aborted.
    void finished(const slotscope::core::Result<QByteArray> &body);

private:
    void read();
    void onReplyFinished();
    void finish(const Result<QByteArray> &result);
    void log(const Result<QByteArray> &result) const;

    QPointer<QNetworkReply> m_reply;
    Limits m_limits;
    QByteArray m_body;
    QElapsedTimer m_age;
    ProgressTimer m_silence;
    QTimer m_head;
    QTimer m_whole;
    bool m_done = false;
};

} // namespace slotscope::core
