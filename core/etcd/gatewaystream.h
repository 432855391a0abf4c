// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/lineframer.h"
#include "core/etcd/transport.h"

#include <QTimer>

#include <deque>

class QNetworkReply;

namespace slotscope::core {

/// A watch over the gateway: one POST whose reply does not end, one JSON object a line. Where much has come,
/// be it one line or several, it is parsed on the thread pool; meanwhile nothing more is read, so that a fast
/// server waits instead of filling the memory. Many messages are told in slices, between which the thread may
/// do something else.
class GatewayStream final : public WatchStream
{
    Q_OBJECT
public:
    struct Limits
    {
        qint64 line; ///< bytes; a longer one ends the stream
        qint64 parseOnPool; ///< lines that are there at once, from this size on
    };

    /// Takes the reply over.
    GatewayStream(QNetworkReply *reply, Limits limits);
    ~GatewayStream() override;

    bool isKnownAlive() const override { return m_parsing || m_nextSlice.isActive(); }

private:
    using Replies = std::deque<Result<WatchReply>>;

    void process();
    bool readLines();
    void take(const Result<WatchReply> &reply);
    void parse(const std::vector<QByteArray> &lines, qint64 bytes);
    void onReplyEnded();
    void end(const Error &error);

    QPointer<QNetworkReply> m_reply;
    Limits m_limits;
    LineFramer m_framer;
    QTimer m_nextSlice;
    Replies m_parsed; ///< not told yet
    bool m_parsing = false; ///< lines are on the pool
    bool m_replyEnded = false;
    bool m_ended = false;
};

} // namespace slotscope::core
