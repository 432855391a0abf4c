// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/etcd/http2connection.h"
#include "core/etcd/replybudget.h"

#include <QByteArray>
#include <QNetworkRequest>

#include <chrono>

namespace slotscope::core {

/// Unary gRPC calls, for what can be had in another way too.
class GrpcChannel final : public QObject
{
    Q_OBJECT
public:
    struct Limits
    {
        std::chrono::milliseconds head; ///< until the reply begins
        std::chrono::milliseconds silence; ///< then, without progress, see ProgressTimer
    };

    /// `isTrusted`: whether a certificate counts, whatever is wrong with it.
    GrpcChannel(Limits limits, std::function<bool(const QSslCertificate &)> isTrusted,
                QObject *parent = nullptr);

    /// Sends the message through the proxy. The request's path is that of a method, such as
    /// `/etcdserverpb.KV/Range`. An error with a grpcCode is the server's word; one without says that gRPC
    /// did not get through, or, as TooLarge, that it did with more than the share allows. That goes with
    /// whoever the reply is for.
    Call<QByteArray> call(const QNetworkRequest &request, const QNetworkProxy &proxy,
                          const QByteArray &message, ReplyShare *share);
    /// The next call is made on a new connection.
    void leaveConnection();

private:
    Http2Connection *connectionTo(const Http2Connection::Target &target);

    Limits m_limits;
    std::function<bool(const QSslCertificate &)> m_isTrusted;
    QPointer<Http2Connection> m_connection;
};

} // namespace slotscope::core
