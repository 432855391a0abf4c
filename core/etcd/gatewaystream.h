// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/lineframer.h"
#include "core/etcd/transport.h"

#include <QTimer>

class QNetworkReply;

namespace slotscope::core {

/// A watch over the gateway: one POST whose reply does not end, one JSON object a line. Large lines are
/// parsed on the thread pool; meanwhile nothing more is read, so that a fast server waits instead of filling
/// the memory. Many small ones are told in slices, between which the thread may do something else.
class GatewayStream final : public WatchStream
{
    Q_OBJECT
public:
    struct Limits
    {
        qint64 line; ///< bytes; a longer one ends the stream
        qint64 parseOnPool; ///< lines from this size on
    };

    /// Takes the reply over.
    GatewayStream(QNetworkReply *reply, Limits limits);
    ~GatewayStream() override;

    bool isKnownAlive() const override { return m_parsing || m_nextSlice.isActive(); }

private:
    void process();
    void take(const Result<WatchReply> &reply);
    void parseOnPool(const QByteArray &line);
    void onReplyEnded();
    void end(const Error &error);

    QPointer<QNetworkReply> m_reply;
    Limits m_limits;
    LineFramer m_framer;
    QTimer m_nextSlice;
    bool m_parsing = false; ///< a line is on the pool
    bool m_replyEnded = false;
    bool m_ended = false;
};

} // namespace slotscope::core
