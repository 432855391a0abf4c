// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/tls.h"

#include "core/etcd/opensslkey.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

namespace slotscope::core {

namespace {

/// What people name by mistake, a core dump say, is not read whole.
constexpr qint64 LargestFile = 4LL * 1024 * 1024;

Unexpected<Error> wrong(const QString &what)
{
    return {Error {.kind = ErrorKind::Tls, .detail = what}};
}

/// `what` names the file's part, such as “CA file”.
Result<QByteArray> readFile(const QString &path, const QString &what)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Unexpected {Error {
            .kind = ErrorKind::Io,
            .detail = QStringLiteral("the %1 “%2” cannot be read: %3").arg(what, path, file.errorString())}};
    if (file.size() > LargestFile)
        return wrong(QStringLiteral("the %1 “%2” is too large for one").arg(what, path));
    return file.read(LargestFile);
}

bool isDerCertificate(const QByteArray &data)
{
    return !QSslCertificate::fromData(data, QSsl::Der).isEmpty();
}

/// Why there is no certificate in it.
QString notCertificates(const QByteArray &data, const QString &path, const QString &what)
{
    const QString start = QStringLiteral("the %1 “%2” ").arg(what, path);
    if (isDerCertificate(data))
        return start
            + QStringLiteral("is in DER format, and PEM is wanted. To convert it: "
                             "openssl x509 -inform der -in FILE -out FILE.pem");
    if (data.contains("PRIVATE KEY-----"))
        return start + QStringLiteral("holds a private key and no certificate");
    if (data.contains("-----BEGIN CERTIFICATE REQUEST"))
        return start + QStringLiteral("is a request for a certificate, not the certificate");
    if (data.contains("-----BEGIN CERTIFICATE"))
        return start + QStringLiteral("holds a damaged certificate");
    if (isPkcs12(data))
        return start + QStringLiteral("is a PKCS#12 file, and PEM is wanted");
    if (data.trimmed().isEmpty())
        return start + QStringLiteral("is empty");
    return start + QStringLiteral("holds no certificate in PEM format");
}

Result<QList<QSslCertificate>> readCertificates(const QString &path, const QString &what)
{
    const auto data = readFile(path, what);
    if (!data)
        return Unexpected {data.error()};
    const QList<QSslCertificate> certificates = QSslCertificate::fromData(*data, QSsl::Pem);
    if (certificates.isEmpty())
        return wrong(notCertificates(*data, path, what));
    return certificates;
}

Result<KeyAndChain> readPkcs12(const TlsOptions &options)
{
    const auto data = readFile(options.pkcs12File, QStringLiteral("PKCS#12 file"));
    if (!data)
        return Unexpected {data.error()};
    auto found = parsePkcs12(*data, options.keyPassword);
    if (!found)
        return wrong(QStringLiteral("the PKCS#12 file “%1” %2").arg(options.pkcs12File, found.error().what));
    return *std::move(found);
}

Result<KeyAndChain> readPem(const TlsOptions &options)
{
    if (options.certFile.isEmpty())
        return wrong(QStringLiteral("there is a client key, but no client certificate"));
    const auto chain = readCertificates(options.certFile, QStringLiteral("client certificate"));
    if (!chain)
        return Unexpected {chain.error()};

    const QString keyFile = options.keyFile.isEmpty() ? options.certFile : options.keyFile;
    const auto data = readFile(keyFile, QStringLiteral("client key"));
    if (!data)
        return Unexpected {data.error()};
    if (options.keyFile.isEmpty() && !data->contains("PRIVATE KEY-----"))
        return wrong(QStringLiteral("the client certificate “%1” comes without its key: name the key's file")
                         .arg(options.certFile));
    const auto key = parsePemKey(*data, options.keyPassword);
    if (!key)
        return wrong(QStringLiteral("the client key “%1” %2").arg(keyFile, key.error().what));
    if (!keyFits(*key, chain->first()))
        return wrong(
            QStringLiteral("the client key “%1” does not belong to the certificate “%2” (for “%3”)")
                .arg(keyFile, options.certFile,
                     chain->first().subjectInfo(QSslCertificate::CommonName).join(QLatin1String(", "))));
    return KeyAndChain {toQt(*key), *chain};
}

} // namespace

Result<QSslConfiguration> loadTls(const TlsOptions &options)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    tls.setProtocol(QSsl::TlsV1_2OrLater);
    tls.setPeerVerifyMode(options.verify ? QSslSocket::VerifyPeer : QSslSocket::VerifyNone);
    if (!options.caFile.isEmpty()) {
        const auto authorities = readCertificates(options.caFile, QStringLiteral("CA file"));
        if (!authorities)
            return Unexpected {authorities.error()};
        tls.setCaCertificates(*authorities);
    }

    const bool pem = !options.certFile.isEmpty() || !options.keyFile.isEmpty();
    const bool pkcs12 = !options.pkcs12File.isEmpty();
    if (pem && pkcs12)
        return wrong(QStringLiteral("the client's certificate is given twice: as PKCS#12 file and as PEM"));
    if (pem || pkcs12) {
        const auto identity = pkcs12 ? readPkcs12(options) : readPem(options);
        if (!identity)
            return Unexpected {identity.error()};
        // Servers only say that it is bad, if they say anything.
        const QString problem = validityProblem(identity->chain.value(0), QDateTime::currentDateTimeUtc());
        if (!problem.isEmpty())
            return wrong(QStringLiteral("the client certificate “%1” %2")
                             .arg(pkcs12 ? options.pkcs12File : options.certFile, problem));
        tls.setLocalCertificateChain(identity->chain);
        tls.setPrivateKey(identity->key);
    }
    return tls;
}

QString validityProblem(const QSslCertificate &certificate, const QDateTime &now)
{
    const auto day = [](const QDateTime &time) { return time.toUTC().date().toString(Qt::ISODate); };
    if (certificate.expiryDate() < now)
        return QStringLiteral("expired on %1").arg(day(certificate.expiryDate()));
    if (certificate.effectiveDate() > now)
        return QStringLiteral("is valid only from %1 on; by the clock of this computer it is %2")
            .arg(day(certificate.effectiveDate()), day(now));
    return {};
}

bool needsKeyPassword(const TlsOptions &options)
{
    const auto wantsPassword = [](const auto &parsed) { return !parsed && parsed.error().password; };
    if (!options.pkcs12File.isEmpty()) {
        const auto data = readFile(options.pkcs12File, {});
        return data && wantsPassword(parsePkcs12(*data, options.keyPassword));
    }
    const QString keyFile = options.keyFile.isEmpty() ? options.certFile : options.keyFile;
    if (keyFile.isEmpty())
        return false;
    const auto data = readFile(keyFile, {});
    return data && wantsPassword(parsePemKey(*data, options.keyPassword));
}

QByteArray fingerprintOf(const QSslCertificate &certificate)
{
    return certificate.digest(QCryptographicHash::Sha256);
}

bool isTrustedByChoice(const QSslCertificate &certificate, const TlsOptions &options)
{
    return !certificate.isNull() && options.trustedFingerprints.contains(fingerprintOf(certificate));
}

} // namespace slotscope::core
