// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QList>
#include <QPointer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUrl>

#include <vector>

namespace slotscope::test {

/// What the fake gateway sends for one request, byte by byte as written here.
struct Script
{
    enum class Then {
        Close, ///< FIN after the last byte
        Reset, ///< RST after the last byte
        Stall, ///< keep the connection and say nothing more
        KeepAlive, ///< wait for the next request
        Repeat, ///< send the last chunk over and over, as fast as it is taken
    };

    QList<QByteArray> chunks; ///< each is sent when the one before has left
    Then then = Then::KeepAlive;

    /// A complete reply with Content-Length.
    static Script reply(const QByteArray &body, int status = 200,
                        const QByteArray &type = "application/json");
    /// The head of a reply without a length, followed by these lines; stays open.
    static Script stream(const QList<QByteArray> &lines);
    /// These very bytes.
    static Script raw(const QByteArray &text, Then what);
    /// The same, cut after so many bytes of the whole.
    Script cutAfter(qsizetype count, Then what = Then::Close) const;
    Script withThen(Then what) const;
    QByteArray bytes() const;
};

/// A TCP server that looks like a gateway as far as the scripts say. Requests are read as HTTP/1.1 with
/// Content-Length.
class FakeGateway : public QTcpServer
{
    Q_OBJECT
public:
    /// Listens on a free loopback port at once.
    FakeGateway();
    ~FakeGateway() override;

    struct Request
    {
        QByteArray method;
        QByteArray path;
        QByteArray head; ///< request line and headers
        QByteArray body;
    };

    QUrl url() const;
    /// What to answer at a path: the scripts in turn, the last one over and over. Without any: 404.
    void answer(const QByteArray &path, const QList<Script> &scripts);
    /// Answers /version as etcd does.
    void answerVersion(const QByteArray &version = "3.4.23");
    /// Accept connections and read nothing.
    void setDeaf(bool deaf) { m_deaf = deaf; }
    /// Ends every connection.
    void dropConnections();
    /// Sends to every open connection whose last request was for the path.
    void send(const QByteArray &path, const QByteArray &bytes);

    const std::vector<Request> &requests() const { return m_requests; }
    int requestsFor(const QByteArray &path) const;
    int openConnections() const;

private:
    struct Connection;
    void onConnection();
    void onReadyRead(Connection *connection);
    void play(Connection *connection, const Script &script);
    void next(Connection *connection);

    QHash<QByteArray, QList<Script>> m_scripts;
    std::vector<Request> m_requests;
    QList<Connection *> m_connections;
    bool m_deaf = false;
};

} // namespace slotscope::test
