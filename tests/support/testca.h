// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionoptions.h"

#include <QString>
#include <QStringList>
#include <QTemporaryDir>

namespace slotscope::test {

/// A certificate authority in a temporary folder, by the openssl program.
class TestCa
{
public:
    struct Certificate
    {
        QString certFile;
        QString keyFile;
    };
    struct Wishes
    {
        QString names = QStringLiteral("IP:127.0.0.1,DNS:localhost"); ///< as openssl writes them
        int days = 30; ///< -1: it has expired already
        QString key = QStringLiteral("ec"); ///< or rsa, ed25519
    };

    explicit TestCa(const QString &name = QStringLiteral("Test CA"));

    QString caFile() const { return file(QStringLiteral("ca.pem")); }
    QString file(const QString &name) const { return m_dir.filePath(name); }
    /// A certificate for servers and clients, whose common name it is; empty: it has none. Files without
    /// content on a failure, which is said on the console.
    Certificate issue(const QString &commonName) const { return issue(commonName, Wishes {}); }
    Certificate issue(const QString &commonName, const Wishes &wishes) const;

    /// What a client needs that trusts this authority, and one that shows this certificate.
    core::TlsOptions client() const;
    core::TlsOptions client(const Certificate &certificate) const;
    /// etcd's arguments: to serve with the certificate, and to want one of this authority's from clients.
    QStringList server(const Certificate &certificate, bool wantsClients = false) const;

    /// Runs openssl in the folder.
    bool openssl(const QStringList &arguments) const;

private:
    QTemporaryDir m_dir;
};

} // namespace slotscope::test
