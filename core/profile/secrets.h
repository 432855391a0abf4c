// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"
#include "core/profile/profile.h"

#include <QMap>

namespace slotscope::core {

/// A profile, and what came in the way of filling in its secrets.
struct FilledProfile
{
    Profile profile;
    std::optional<Error> error; ///< some that it may need could not be had
};

/// Where secrets are kept, by name. Asking may take as long as somebody needs to unlock a keychain.
class Secrets : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Empty: there is none. An error: nobody can say.
    virtual Call<QByteArray> read(const QString &name) = 0;
    virtual Call<Nothing> write(const QString &name, const QByteArray &secret) = 0;
    /// Done also when there was none.
    virtual Call<Nothing> remove(const QString &name) = 0;

    // Those of a profile.

    /// The profile with those of its secrets that it needs and that are kept. Never fails, and waits for
    /// patience() at the most: what cannot be had is to be asked for.
    Call<FilledProfile> fill(const Profile &profile);
    /// Keeps those that the profile has, and forgets the others.
    Call<Nothing> keep(const Profile &profile);
    Call<Nothing> forget(const QString &profileId);

    std::chrono::milliseconds patience() const { return m_patience; }
    void setPatience(std::chrono::milliseconds patience) { m_patience = patience; }

private:
    std::chrono::milliseconds m_patience {5'000};
};

/// In memory, until the program ends.
class MemorySecrets final : public Secrets
{
    Q_OBJECT
public:
    using Secrets::Secrets;

    Call<QByteArray> read(const QString &name) override;
    Call<Nothing> write(const QString &name, const QByteArray &secret) override;
    Call<Nothing> remove(const QString &name) override;

    QStringList names() const { return m_secrets.keys(); }

private:
    QMap<QString, QByteArray> m_secrets;
};

} // namespace slotscope::core
