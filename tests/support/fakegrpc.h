// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QTcpServer>
#include <QUrl>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace slotscope::test {

/// What FakeGrpc says to one request: frames of HTTP/2, right or wrong.
struct GrpcScript
{
    enum Type : quint8 { Data = 0, Headers = 1, ResetStream = 3, GoAway = 7, Continuation = 9 };
    enum Flag : quint8 { EndStream = 1, EndHeaders = 4 };
    enum class Then {
        Wait, ///< and say nothing more
        Close, ///< the connection ends
        Repeat, ///< the last frame over and over, as fast as it is taken
    };
    struct Frame
    {
        quint8 type = Data;
        quint8 flags = 0;
        QByteArray payload;
        bool ofConnection = false; ///< else of the request's stream
    };
    using Fields = std::vector<std::pair<QByteArray, QByteArray>>;

    std::vector<Frame> frames;
    Then then = Then::Wait;
    std::chrono::milliseconds pause {}; ///< before each frame
    QByteArray raw; ///< before all of them: bytes that need not be frames

    /// One more frame, or of data as many as it takes.
    GrpcScript &add(const Frame &frame);
    GrpcScript &headers(const Fields &fields, quint8 flags = EndHeaders);
    GrpcScript &data(const QByteArray &bytes, qsizetype inFramesOf = 16384);
    GrpcScript &finally(Then what);
    GrpcScript &withPause(std::chrono::milliseconds between);

    /// Headers in HPACK's plainest form.
    static QByteArray packed(const Fields &fields);
    /// The head of a reply as etcd sends it.
    static GrpcScript head();
    /// The message as gRPC sends it.
    static QByteArray framed(const QByteArray &message);
    /// A whole reply, with trailers.
    static GrpcScript reply(const QByteArray &message);
    /// A reply of trailers only.
    static GrpcScript status(int code, const QByteArray &message);
};

/// A server that speaks gRPC as far as its scripts do, over HTTP/2 in clear from the first byte; who speaks
/// HTTP/1.1 to the same port gets JSON.
class FakeGrpc : public QTcpServer
{
    Q_OBJECT
public:
    /// Listens on a free loopback port at once.
    FakeGrpc();
    ~FakeGrpc() override;

    QUrl url() const;
    /// What to say to a request.
    void answer(std::function<GrpcScript(const QByteArray &message)> script) { m_script = std::move(script); }
    void answer(const GrpcScript &script)
    {
        answer([script](const QByteArray &) { return script; });
    }
    /// The body of the reply to what is asked for by HTTP/1.1, by path; a null one: 404. Without: always 404.
    void answerJson(std::function<QByteArray(const QByteArray &path)> body) { m_json = std::move(body); }

    int grpcConnections() const { return m_grpcConnections; }
    int grpcRequests() const { return m_grpcRequests; }
    int jsonRequests() const { return m_jsonRequests; }
    /// Whether a script is still being said to somebody who listens.
    bool isPlaying() const;
    /// That left for clients.
    qint64 sent() const { return m_sent; }

private:
    class Link;
    class Player;

    std::function<GrpcScript(const QByteArray &)> m_script;
    std::function<QByteArray(const QByteArray &)> m_json;
    int m_grpcConnections = 0;
    int m_grpcRequests = 0;
    int m_jsonRequests = 0;
    qint64 m_sent = 0;
};

} // namespace slotscope::test
