// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/tokenkeeper.h"

#include "core/base/log.h"

namespace slotscope::core {

namespace {

/// Many requests that fail together are one refusal.
constexpr qint64 RefusalHoldsMs = 250;

} // namespace

TokenKeeper::TokenKeeper(Authenticate authenticate, QObject *parent)
    : QObject(parent)
    , m_authenticate(std::move(authenticate))
{
}

TokenKeeper::~TokenKeeper()
{
    finish(Unexpected {
        Error {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")}});
}

void TokenKeeper::setUser(const QString &user, const QString &password)
{
    ++m_generation;
    hideInLog(password.toUtf8());
    m_user = user;
    m_password = password;
    m_token.clear();
    m_settled = false;
    m_refusal.reset();
    m_refusals = 0;
    // What is waiting was asked for by somebody else.
    finish(Unexpected {
        Error {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("another user signed in")}});
}

bool TokenKeeper::isWornOut(const Error &error)
{
    // A member that was behind when it gave the token, or whose users and roles have changed since.
    return error.kind == ErrorKind::Unauthenticated
        || (error.kind == ErrorKind::InvalidArgument
            && error.detail.contains(QLatin1String("revision of auth store is old")));
}

bool TokenKeeper::isRefusal(const Error &error)
{
    return error.kind == ErrorKind::Unauthenticated
        && error.detail.contains(QLatin1String("authentication failed"));
}

void TokenKeeper::adopt(const QByteArray &token)
{
    hideInLog(token);
    m_settled = true;
    m_token = token;
}

Call<QByteArray> TokenKeeper::renewed(const QByteArray &worn)
{
    if (m_settled && m_token != worn)
        return finishedCall<QByteArray>(m_token); // somebody else was first
    if (m_refusal && (m_refusals >= MostRefusals || (!m_asking && m_refusedAt.elapsed() < RefusalHoldsMs)))
        return finishedCall<QByteArray>(Unexpected {*m_refusal});
    auto *state = new CallState<QByteArray>;
    m_waiting.emplace_back(state);
    if (std::exchange(m_asking, true))
        return Call<QByteArray>(state);
    m_authenticate(m_user, m_password)
        .then(this, [this, generation = m_generation](const Result<QByteArray> &token) {
            if (generation == m_generation)
                take(token);
        });
    return Call<QByteArray>(state);
}

void TokenKeeper::take(const Result<QByteArray> &token)
{
    Result<QByteArray> outcome = token;
    // A server without authentication takes requests without a token.
    if (!token && token.error().detail.contains(QLatin1String("authentication is not enabled")))
        outcome = QByteArray();
    if (outcome) {
        m_refusal.reset();
        m_refusals = 0;
    } else if (isRefusal(outcome.error())) {
        m_refusal = outcome.error();
        m_refusedAt.start();
        ++m_refusals;
    }
    m_settled = outcome.hasValue();
    m_token = outcome ? *outcome : QByteArray();
    hideInLog(m_token);
    finish(outcome);
}

void TokenKeeper::finish(const Result<QByteArray> &outcome)
{
    m_asking = false;
    const auto waiting = std::exchange(m_waiting, {});
    for (const auto &state : waiting) {
        if (state)
            state->complete(outcome);
    }
}

} // namespace slotscope::core
