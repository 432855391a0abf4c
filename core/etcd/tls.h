// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"

#include <QSslConfiguration>

namespace slotscope::core {

/// Reads the files. TLS 1.2 or later, verified unless the options say otherwise. An error is of the kind Tls
/// (or Io, for a file that cannot be read) and its detail says which file is wrong, and how: the wrong
/// format, a key that is not the certificate's, a wrong password, a client certificate that has expired, …
Result<QSslConfiguration> loadTls(const TlsOptions &options);

/// The client's key needs a password, and the one in the options is not it.
bool needsKeyPassword(const TlsOptions &options);

/// Why a certificate is not good at that time, in words that follow its name; empty: it is.
QString validityProblem(const QSslCertificate &certificate, const QDateTime &now);

/// As it stands in trustedFingerprints.
QByteArray fingerprintOf(const QSslCertificate &certificate);
/// A certificate is trusted by an explicit choice, so nothing that is wrong with it or its chain matters.
bool isTrustedByChoice(const QSslCertificate &certificate, const TlsOptions &options);

} // namespace slotscope::core
