// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QNetworkProxy>
#include <QObject>
#include <QSslConfiguration>
#include <QTcpSocket>
#include <QUrl>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace slotscope::core {

/// A connection on which many requests are answered at once, over HTTP/2 (RFC 9113): in the clear from the
/// first byte, over TLS by ALPN. nghttp2 reads and writes the frames, and ends the connection with whoever
/// breaks their rules. It is not QNetworkAccessManager's, which collects and joins headers without limit: 16
/// kB of them stop the thread for minutes.
///
/// Lives on the thread it was made on; to be deleted from the event loop only.
class Http2Connection final : public QObject
{
    Q_OBJECT
public:
    using Fields = std::vector<std::pair<QByteArray, QByteArray>>;

    struct Target
    {
        QUrl url; ///< its scheme, host and port
        QNetworkProxy proxy; ///< one that makes tunnels
        QSslConfiguration tls;
        QString peerName; ///< whose certificate is expected; empty: the host's
        friend bool operator==(const Target &, const Target &) = default;
    };

    /// What comes of a request, part by part.
    class Reply
    {
    public:
        /// One of the head's fields (`:status`, …) or of the trailers'.
        virtual void onField(const QByteArray &name, const QByteArray &value) = 0;
        /// False: no more of it; nothing else is told.
        virtual bool onData(const char *bytes, qsizetype size) = 0;
        /// The last that is told. Nothing: it ended as it should.
        virtual void onClosed(const std::optional<Error> &error) = 0;

    protected:
        ~Reply() = default;
    };

    /// Connects at once. `isTrusted`: whether a certificate counts, whatever is wrong with it.
    Http2Connection(Target target, std::function<bool(const QSslCertificate &)> isTrusted, QObject *parent);
    /// What has not ended yet is closed with Cancelled.
    ~Http2Connection() override;

    const Target &target() const { return m_target; }
    bool takesRequests() const;
    /// Some reply ended as it should.
    bool hasServed() const;
    /// Sends a request. The reply is told of until it is closed or the stream, whose number is returned, is
    /// forgotten; -1: none could be sent, and nothing is told.
    int post(const QByteArray &path, const Fields &fields, const QByteArray &body, Reply *reply);
    /// Resets the stream.
    void forget(int stream);
    /// Takes no more requests, and ends when all are answered or forgotten.
    void leave();

Q_SIGNALS:
    /// Once; nothing is told after it.
    void ended();

private:
    struct Stream;
    class Session;

    void onConnected();
    void onSocketError(QAbstractSocket::SocketError what);
    void read();
    void write();
    void end(const Error &error);

    Target m_target;
    std::unique_ptr<QTcpSocket> m_socket;
    std::unique_ptr<Session> m_session;
    QByteArray m_bytes; ///< room for what is read
    bool m_isConnected = false;
    bool m_isLeaving = false;
    bool m_isOver = false;
};

} // namespace slotscope::core
