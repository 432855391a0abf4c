// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/authorizedstream.h"

#include "core/etcd/tokenkeeper.h"

namespace slotscope::core {

namespace {

/// Older etcds say "permission denied" of a watch whose token they do not know; others name the token.
bool mayBeTheToken(const QString &cancelReason)
{
    const auto says = [&cancelReason](const char *words) {
        return cancelReason.contains(QLatin1String(words), Qt::CaseInsensitive);
    };
    return says("permission denied") || says("PermissionDenied") || says("invalid auth token")
        || says("Unauthenticated") || says("user name is empty") || says("revision of auth store is old");
}

} // namespace

AuthorizedStream::AuthorizedStream(TokenKeeper *tokens, Open open)
    : m_tokens(tokens)
    , m_open(std::move(open))
{
    if (tokens->isSettled())
        begin(tokens->token());
    else
        renew();
}

void AuthorizedStream::begin(const QByteArray &token)
{
    m_used = token;
    m_stream = m_open(token);
    connect(m_stream.get(), &WatchStream::received, this, &AuthorizedStream::take);
    connect(m_stream.get(), &WatchStream::active, this, &WatchStream::active);
    connect(m_stream.get(), &WatchStream::ended, this, [this](const Error &error) {
        if (m_mayRenew && TokenKeeper::isWornOut(error))
            renew();
        else
            Q_EMIT ended(error);
    });
}

void AuthorizedStream::renew()
{
    if (m_stream) {
        m_mayRenew = false;
        m_stream->disconnect(this);
        m_stream.release()->deleteLater(); // it may be the one that is just calling us
    }
    if (!m_tokens) {
        Q_EMIT ended({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
        return;
    }
    m_tokens->renewed(m_used).then(this, [this](const Result<QByteArray> &token) {
        if (!token)
            Q_EMIT ended(token.error());
        else if (m_tokens)
            begin(*token);
    });
}

void AuthorizedStream::take(const WatchReply &reply)
{
    if (m_mayRenew && reply.canceled && mayBeTheToken(reply.cancelReason)) {
        renew();
        return;
    }
    m_mayRenew = false;
    Q_EMIT received(reply);
}

} // namespace slotscope::core
