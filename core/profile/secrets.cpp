// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/secrets.h"

namespace slotscope::core {

namespace {

QString passwordName(const QString &id)
{
    return id + QStringLiteral("/password");
}

QString keyName(const QString &id)
{
    return id + QStringLiteral("/key");
}

bool hasKey(const TlsOptions &tls)
{
    return !tls.keyFile.isEmpty() || !tls.certFile.isEmpty() || !tls.pkcs12File.isEmpty();
}

} // namespace

Call<Profile> Secrets::fill(const Profile &profile)
{
    if (profile.id.isEmpty())
        return finishedCall<Profile>(profile);
    auto *state = new CallState<Profile>;
    const auto none = [] { return finishedCall<QByteArray>(QByteArray()); };
    const bool wantsPassword = !profile.options.user.isEmpty() && profile.options.password.isEmpty();
    const bool wantsKey = hasKey(profile.options.tls) && profile.options.tls.keyPassword.isEmpty();
    const Call<QByteArray> password = wantsPassword ? read(passwordName(profile.id)) : none();
    const Call<QByteArray> key = wantsKey ? read(keyName(profile.id)) : none();
    struct Found
    {
        Profile profile;
        int open = 2;
    };
    const auto found = std::make_shared<Found>(Found {profile});
    const auto one = [state, found] {
        if (--found->open == 0)
            state->complete(found->profile);
    };
    password.then(state, [found, one](const Result<QByteArray> &secret) {
        if (secret && !secret->isEmpty())
            found->profile.options.password = QString::fromUtf8(*secret);
        one();
    });
    key.then(state, [found, one](const Result<QByteArray> &secret) {
        if (secret && !secret->isEmpty())
            found->profile.options.tls.keyPassword = *secret;
        one();
    });
    return Call<Profile>(state);
}

Call<Nothing> Secrets::keep(const Profile &profile)
{
    const auto keepOne = [this](const QString &name, const QByteArray &secret) {
        return secret.isEmpty() ? remove(name) : write(name, secret);
    };
    auto *state = new CallState<Nothing>;
    const auto first = keepOne(passwordName(profile.id), profile.options.password.toUtf8());
    const auto second = keepOne(keyName(profile.id), profile.options.tls.keyPassword);
    const auto outcome = std::make_shared<std::optional<Error>>();
    first.then(state, [outcome](const Result<Nothing> &done) {
        if (!done)
            *outcome = done.error();
    });
    // Served one after the other, in the order in which they were asked.
    second.then(state, [outcome, state](const Result<Nothing> &done) {
        if (*outcome)
            state->fail(**outcome);
        else
            state->complete(done);
    });
    return Call<Nothing>(state);
}

Call<Nothing> Secrets::forget(const QString &profileId)
{
    Profile without;
    without.id = profileId;
    return keep(without);
}

Call<QByteArray> MemorySecrets::read(const QString &name)
{
    return finishedCall<QByteArray>(m_secrets.value(name));
}

Call<Nothing> MemorySecrets::write(const QString &name, const QByteArray &secret)
{
    m_secrets.insert(name, secret);
    return finishedCall<Nothing>(Nothing {});
}

Call<Nothing> MemorySecrets::remove(const QString &name)
{
    m_secrets.remove(name);
    return finishedCall<Nothing>(Nothing {});
}

} // namespace slotscope::core
