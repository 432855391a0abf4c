// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QObject>

#include <functional>
#include <optional>
#include <vector>

namespace slotscope::core {

/// The token under which a user's requests are sent. It is asked for with name and password before the first
/// one, and once more when the server takes it no longer: however many requests find that out at once, the
/// server is asked one time. A name and password that it has refused MostRefusals times are not sent any more
/// until setUser(). Lives on the transport's thread.
class TokenKeeper : public QObject
{
    Q_OBJECT
public:
    using Authenticate = std::function<Call<QByteArray>(const QString &user, const QString &password)>;

    /// A member that has just started may refuse what is right.
    static constexpr int MostRefusals = 3;

    explicit TokenKeeper(Authenticate authenticate, QObject *parent = nullptr);
    /// Those who wait for a token get ErrorKind::Cancelled.
    ~TokenKeeper() override;

    /// An empty name: no token is sent.
    void setUser(const QString &user, const QString &password);
    bool hasUser() const { return !m_user.isEmpty(); }
    const QString &user() const { return m_user; }
    /// As it is now; empty as long as there is none, and where the server has no authentication.
    const QByteArray &token() const { return m_token; }
    /// Whether token() says what the server has said; false before the first request.
    bool isSettled() const { return m_settled; }

    /// A token other than the one that is worn out.
    Call<QByteArray> renewed(const QByteArray &worn);
    /// Asks in another way, another member say; the token that comes is not taken over by itself.
    Call<QByteArray> authenticateBy(const Authenticate &authenticate) const
    {
        return authenticate(m_user, m_password);
    }
    /// A token that was got in another way.
    void adopt(const QByteArray &token);
    /// Whether the error is about the token, so that the request was not carried out and another token may
    /// help.
    static bool isWornOut(const Error &error);
    /// Whether the server has refused the name and password themselves.
    static bool isRefusal(const Error &error);

    /// What `send` makes of the token there is, or of a new one where the server does not take that any more.
    template <typename T>
    Call<T> authorized(std::function<Call<T>(const QByteArray &token)> send);

private:
    void take(const Result<QByteArray> &token);
    void finish(const Result<QByteArray> &outcome);

    Authenticate m_authenticate;
    QString m_user;
    QString m_password;
    QByteArray m_token;
    bool m_settled = false;
    bool m_asking = false;
    std::optional<Error> m_refusal; ///< of this user and password, the last one
    QElapsedTimer m_refusedAt;
    int m_refusals = 0;
    quint64 m_generation = 0; ///< counts users
    std::vector<QPointer<CallState<QByteArray>>> m_waiting;
};

template <typename T>
Call<T> TokenKeeper::authorized(std::function<Call<T>(const QByteArray &token)> send)
{
    if (!hasUser())
        return send({});
    auto *state = new CallState<T>;
    // What runs has this as its receiver, and ends with it.
    auto *attempts = new QObject(state);
    state->setAbort([attempts] { delete attempts; });
    const auto sendAnew = [state, attempts, send, generation = m_generation,
                           alive = QPointer(this)](const QByteArray &worn) {
        // What one user wanted is not sent as another one's.
        if (generation != alive->m_generation)
            return state->fail({.kind = ErrorKind::Cancelled,
                                .detail = QStringLiteral("another user signed in"),
                                .neverSent = true});
        alive->renewed(worn).then(attempts, [state, attempts, send, alive](const Result<QByteArray> &token) {
            if (!alive)
                return state->fail({.kind = ErrorKind::Cancelled, .neverSent = true});
            if (!token) {
                Error error = token.error();
                error.neverSent = true;
                return state->fail(std::move(error));
            }
            send(*token).then(attempts, [state](const Result<T> &result) { state->complete(result); });
        });
    };
    if (!m_settled) {
        sendAnew(m_token);
        return Call<T>(state);
    }
    send(m_token).then(attempts,
                       [state, sendAnew, used = m_token, alive = QPointer(this)](const Result<T> &result) {
                           if (!result && isWornOut(result.error()) && alive)
                               sendAnew(used);
                           else
                               state->complete(result);
                       });
    return Call<T>(state);
}

} // namespace slotscope::core
