// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"

#include <QByteArray>
#include <QList>
#include <QSslCertificate>
#include <QSslKey>
#include <QString>

#include <memory>

// NOLINTNEXTLINE(*-identifier-naming, readability-identifier-naming): OpenSSL's own name
struct evp_pkey_st;

namespace slotscope::core {

// What Qt's classes of certificates cannot do: tell why a key cannot be read, and whether it fits.

/// Why a key cannot be had. Goes on a sentence about the file.
struct KeyProblem
{
    QString what;
    bool password = false; ///< another password might do
};
template <typename T>
using Parsed = Expected<T, KeyProblem>;

using OpenSslKey = std::shared_ptr<evp_pkey_st>;

struct KeyAndChain
{
    QSslKey key;
    QList<QSslCertificate> chain; ///< the key's own certificate first
};

/// Never asks anybody for the password.
Parsed<OpenSslKey> parsePemKey(const QByteArray &data, const QByteArray &password);
Parsed<KeyAndChain> parsePkcs12(const QByteArray &data, const QByteArray &password);
bool isPkcs12(const QByteArray &data);
bool keyFits(const OpenSslKey &key, const QSslCertificate &certificate);
QSslKey toQt(const OpenSslKey &key);

} // namespace slotscope::core
