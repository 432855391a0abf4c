// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/profile/secrets.h"

#include "core/base/log.h"

#include <array>

namespace slotscope::core {

namespace {

/// What a profile may have one of.
struct Kind
{
    const char *name; ///< in the keychain, below the profile's id
    bool (*isOfUse)(const ConnectionOptions &);
    QByteArray (*value)(const ConnectionOptions &);
    void (*set)(ConnectionOptions *, const QByteArray &);

    QString nameFor(const QString &id) const { return id + QLatin1Char('/') + QLatin1String(name); }
};

constexpr std::array Kinds {
    Kind {
        "password",
        [](const ConnectionOptions &options) { return !options.user.isEmpty(); },
        [](const ConnectionOptions &options) { return options.password.toUtf8(); },
        [](ConnectionOptions *options, const QByteArray &value) {
            options->password = QString::fromUtf8(value);
        },
    },
    Kind {
        "key",
        [](const ConnectionOptions &options) {
            const TlsOptions &tls = options.tls;
            return !tls.keyFile.isEmpty() || !tls.certFile.isEmpty() || !tls.pkcs12File.isEmpty();
        },
        [](const ConnectionOptions &options) { return options.tls.keyPassword; },
        [](ConnectionOptions *options, const QByteArray &value) { options->tls.keyPassword = value; },
    },
    Kind {
        "proxy",
        [](const ConnectionOptions &options) { return !options.proxy.user().isEmpty(); },
        [](const ConnectionOptions &options) { return options.proxy.password().toUtf8(); },
        [](ConnectionOptions *options, const QByteArray &value) {
            options->setProxyPassword(QString::fromUtf8(value));
        },
    },
};

} // namespace

Call<FilledProfile> Secrets::fill(const Profile &profile)
{
    std::vector<const Kind *> wanted;
    for (const Kind &kind : Kinds) {
        if (!profile.id.isEmpty() && kind.isOfUse(profile.options) && kind.value(profile.options).isEmpty())
            wanted.push_back(&kind);
    }
    if (wanted.empty())
        return finishedCall<FilledProfile>(FilledProfile {profile, {}});

    auto *state = new CallState<FilledProfile>;
    const auto found = std::make_shared<FilledProfile>(FilledProfile {profile, {}});
    const auto open = std::make_shared<std::size_t>(wanted.size());
    const auto note = [found](const Error &error) {
        if (found->error && found->error->detail == error.detail)
            return;
        qCWarning(lcFile).noquote() << "secrets of a profile cannot be had:" << error.detail;
        if (!found->error)
            found->error = error;
    };
    for (const Kind *kind : wanted) {
        read(kind->nameFor(profile.id)).then(state, [=](const Result<QByteArray> &secret) {
            if (!secret)
                note(secret.error());
            else if (!secret->isEmpty())
                kind->set(&found->profile.options, *secret);
            if (--*open == 0)
                state->complete(*found);
        });
    }
    QTimer::singleShot(m_patience, state, [this, state, found, note] {
        if (state->isFinished())
            return;
        note({.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("the keychain has not answered within %1 s")
                            .arg(static_cast<double>(m_patience.count()) / 1000)});
        state->complete(*found);
    });
    return Call<FilledProfile>(state);
}

Call<Nothing> Secrets::keep(const Profile &profile)
{
    auto *state = new CallState<Nothing>;
    const auto outcome = std::make_shared<Result<Nothing>>(Nothing {});
    const auto open = std::make_shared<std::size_t>(Kinds.size());
    for (const Kind &kind : Kinds) {
        const QString name = kind.nameFor(profile.id);
        const QByteArray secret = kind.value(profile.options);
        (secret.isEmpty() ? remove(name) : write(name, secret))
            .then(state, [state, outcome, open](const Result<Nothing> &done) {
                if (!done && *outcome)
                    *outcome = done;
                if (--*open == 0)
                    state->complete(*outcome);
            });
    }
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
