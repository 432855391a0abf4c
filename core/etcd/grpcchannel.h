// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/replybudget.h"

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QNetworkRequest>

#include <chrono>

namespace slotscope::core {

/// Unary gRPC calls over QNetworkAccessManager's HTTP/2, for what can be had in another way too: some
/// failures of it are silent, so everything has a deadline here.
class GrpcChannel final : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        std::chrono::milliseconds head; ///< until the reply begins
        std::chrono::milliseconds silence; ///< then, without progress, see ProgressTimer
    };

    explicit GrpcChannel(Limits limits, QObject *parent = nullptr);

    /// Sends the message. The request's path is that of a method, such as `/etcdserverpb.KV/Range`. An error
    /// with a grpcCode is the server's word; one without says that gRPC did not get through, or, as TooLarge,
    /// that it did with more than the share allows. That goes with whoever the reply is for.
    Call<QByteArray> call(QNetworkRequest request, const QByteArray &message, ReplyShare *share);
    QNetworkAccessManager &manager() { return m_manager; }

private:
    Limits m_limits;
    QNetworkAccessManager m_manager;
};

} // namespace slotscope::core
