// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/transport.h"

namespace slotscope::core {

class TokenKeeper;

/// A watch of a user: begins when there is a token, and once more with another one when the server does not
/// take that. Once running it outlives its token.
class AuthorizedStream final : public WatchStream
{
    Q_OBJECT
public:
    using Open = std::function<std::unique_ptr<WatchStream>(const QByteArray &token)>;

    /// `open` is called as long as the keeper lives.
    AuthorizedStream(TokenKeeper *tokens, Open open);

    bool isKnownAlive() const override { return m_stream && m_stream->isKnownAlive(); }

private:
    void begin(const QByteArray &token);
    void renew();
    void take(const WatchReply &reply);

    QPointer<TokenKeeper> m_tokens;
    Open m_open;
    std::unique_ptr<WatchStream> m_stream;
    QByteArray m_used;
    bool m_mayRenew = true; ///< nothing was told yet, and there was no second token
};

} // namespace slotscope::core
