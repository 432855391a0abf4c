// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/secrets.h"

namespace slotscope::core {

/// The desktop's keychain (Secret Service or KWallet). Where there is none, every call fails, and secrets are
/// asked for instead; nothing is ever written to a plain file in its place.
class Keychain final : public Secrets
{
    Q_OBJECT
public:
    using Secrets::Secrets;

    Call<QByteArray> read(const QString &name) override;
    Call<Nothing> write(const QString &name, const QByteArray &secret) override;
    Call<Nothing> remove(const QString &name) override;
};

} // namespace slotscope::core
