// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/endpoint.h"

#include <QByteArray>
#include <QList>
#include <QNetworkProxy>
#include <QString>

#include <chrono>
#include <vector>

namespace slotscope::core {

/// How a server proves who it is, and how we do. loadTls() makes a configuration of it.
struct TlsOptions
{
    QString caFile; ///< PEM; only what these have signed is trusted. Empty: what the system trusts
    QString certFile; ///< PEM: the client's certificate, and those between it and the CA
    QString keyFile; ///< PEM; empty: it stands in the certificate's file
    QString pkcs12File; ///< certificate and key in one, instead of both
    QByteArray keyPassword; ///< of the key or of the PKCS#12 file; a secret
    QString serverName; ///< what the server's certificate must be for; empty: the endpoint's host
    /// SHA-256 of certificates that are trusted by an explicit choice, whatever is wrong with them.
    QList<QByteArray> trustedFingerprints;
    bool verify = true; ///< false: whoever answers is believed (--insecure-skip-tls-verify)

    /// Whether anything asks for TLS, so that an address without a scheme means https.
    bool isUsed() const { return *this != TlsOptions {}; }

    friend bool operator==(const TlsOptions &, const TlsOptions &) = default;
};

/// A way through the system's ssh, which its own configuration and agent know how to go.
struct SshTunnelOptions
{
    QString destination; ///< as ssh takes it: a host, an alias of its configuration, or user@host
    quint16 port = 0; ///< 0: as its configuration says
    QString identityFile; ///< empty: as its configuration and agent say

    bool isUsed() const { return !destination.isEmpty(); }

    friend bool operator==(const SshTunnelOptions &, const SshTunnelOptions &) = default;
};

/// All that it takes to reach one etcd cluster. Holds secrets: never logged, never stored as a whole.
struct ConnectionOptions
{
    std::vector<Endpoint> endpoints; ///< members of one cluster; the first one is preferred
    TlsOptions tls;
    QString user; ///< empty: no authentication
    QString password; ///< a secret
    QByteArray prefix; ///< the part of the key space that is shown, without it; empty: all
    /// DefaultProxy: as the system says, and none to this machine itself. Its password is a secret.
    QNetworkProxy proxy;
    SshTunnelOptions ssh;
    std::chrono::milliseconds connectTimeout {10'000}; ///< until it is known who answers
    std::chrono::milliseconds requestTimeout {10'000}; ///< for everything but large reads
    bool serializableReads = false; ///< from any member, perhaps a moment old, also when there is no quorum
    bool grpc = true; ///< large reads by native gRPC where it can be had; false: by JSON only

    ConnectionOptions() = default;
    /// Everything else as it is by default.
    explicit ConnectionOptions(const Endpoint &endpoint)
        : endpoints {endpoint}
    {
    }

    /// The first of the endpoints; an invalid one where there are none.
    Endpoint endpoint() const { return endpoints.empty() ? Endpoint {} : endpoints.front(); }

    bool lacksPassword() const { return !user.isEmpty() && password.isEmpty(); }
    /// A tunnel of ssh goes without the proxy.
    bool lacksProxyPassword() const
    {
        return !ssh.isUsed() && !proxy.user().isEmpty() && proxy.password().isEmpty();
    }
    void setProxyPassword(const QString &secret)
    {
        // One that anything was set of is not equal to one that is as by default.
        if (proxy.password() != secret)
            proxy.setPassword(secret);
    }
    bool hasSecrets() const
    {
        return !password.isEmpty() || !tls.keyPassword.isEmpty() || !proxy.password().isEmpty();
    }
    void dropSecrets()
    {
        password.clear();
        tls.keyPassword.clear();
        setProxyPassword({});
    }

    friend bool operator==(const ConnectionOptions &, const ConnectionOptions &) = default;
};

} // namespace slotscope::core
