// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/opensslkey.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <cstring>

namespace slotscope::core {

namespace {

struct Free
{
    void operator()(BIO *bio) const { BIO_free(bio); }
    void operator()(X509 *certificate) const { X509_free(certificate); }
    void operator()(PKCS12 *file) const { PKCS12_free(file); }
    void operator()(EVP_PKEY *key) const { EVP_PKEY_free(key); }
    void operator()(STACK_OF(X509) * certificates) const { sk_X509_pop_free(certificates, X509_free); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> bioOf(const QByteArray &data)
{
    return Owned<BIO>(BIO_new_mem_buf(data.constData(), static_cast<int>(data.size())));
}

struct PasswordRequest
{
    const QByteArray *password;
    bool asked = false;
};

/// OpenSSL's callback; without one it would ask on the terminal.
int givePassword(char *buffer, int size, int /*writing*/, void *data)
{
    auto *request = static_cast<PasswordRequest *>(data);
    request->asked = true;
    const auto length = static_cast<int>(request->password->size());
    if (length == 0 || length > size)
        return -1;
    std::memcpy(buffer, request->password->constData(), static_cast<std::size_t>(length));
    return length;
}

Unexpected<KeyProblem> problem(const QString &what, bool password = false)
{
    ERR_clear_error();
    return {KeyProblem {what, password}};
}

Unexpected<KeyProblem> passwordProblem(const QByteArray &password)
{
    return problem(password.isEmpty() ? QStringLiteral("needs a password")
                                      : QStringLiteral("has another password than the one given"),
                   true);
}

QSslCertificate toQt(X509 *certificate)
{
    unsigned char *der = nullptr;
    const int size = i2d_X509(certificate, &der);
    if (size <= 0)
        return QSslCertificate();
    const QByteArray bytes(reinterpret_cast<const char *>(der), size);
    OPENSSL_free(der);
    return QSslCertificate(bytes, QSsl::Der);
}

} // namespace

Parsed<OpenSslKey> parsePemKey(const QByteArray &data, const QByteArray &password)
{
    PasswordRequest request {&password};
    const auto bio = bioOf(data);
    ERR_clear_error();
    if (EVP_PKEY *key = PEM_read_bio_PrivateKey(bio.get(), nullptr, givePassword, &request)) {
        ERR_clear_error();
        return OpenSslKey(key, Free {});
    }
    if (request.asked)
        return passwordProblem(password);

    const auto *bytes = reinterpret_cast<const unsigned char *>(data.constData());
    if (const Owned<EVP_PKEY> key {d2i_AutoPrivateKey(nullptr, &bytes, data.size())})
        return problem(QStringLiteral("is in DER format, and PEM is wanted. To convert it: "
                                      "openssl pkey -inform der -in FILE -out FILE.pem"));
    if (data.contains("PRIVATE KEY-----"))
        return problem(QStringLiteral("is damaged, or of a kind that is not known here"));
    if (data.contains("-----BEGIN CERTIFICATE"))
        return problem(QStringLiteral("holds a certificate and no key"));
    if (data.contains("-----BEGIN PUBLIC KEY"))
        return problem(QStringLiteral("is the public key; the private one is wanted"));
    if (isPkcs12(data))
        return problem(QStringLiteral("is a PKCS#12 file, and PEM is wanted"));
    if (data.trimmed().isEmpty())
        return problem(QStringLiteral("is empty"));
    return problem(QStringLiteral("holds no key in PEM format"));
}

bool isPkcs12(const QByteArray &data)
{
    const auto bio = bioOf(data);
    const bool is = Owned<PKCS12>(d2i_PKCS12_bio(bio.get(), nullptr)) != nullptr;
    ERR_clear_error();
    return is;
}

Parsed<KeyAndChain> parsePkcs12(const QByteArray &data, const QByteArray &password)
{
    const auto bio = bioOf(data);
    const Owned<PKCS12> file(d2i_PKCS12_bio(bio.get(), nullptr));
    if (!file)
        return problem(data.contains("-----BEGIN ") ? QStringLiteral("is in PEM format, and no PKCS#12")
                                                    : QStringLiteral("is none"));
    if (PKCS12_mac_present(file.get()) != 0
        && PKCS12_verify_mac(file.get(), password.constData(), static_cast<int>(password.size())) == 0
        // No password and an empty one are two things to PKCS#12.
        && (!password.isEmpty() || PKCS12_verify_mac(file.get(), nullptr, 0) == 0))
        return passwordProblem(password);

    EVP_PKEY *key = nullptr;
    X509 *certificate = nullptr;
    STACK_OF(X509) *others = nullptr;
    const bool parsed = PKCS12_parse(file.get(), password.constData(), &key, &certificate, &others) == 1;
    const OpenSslKey ownKey(key, Free {});
    const Owned<X509> ownCertificate(certificate);
    const Owned<STACK_OF(X509)> ownOthers(others);
    if (!parsed) {
        const unsigned long error = ERR_peek_last_error();
        if (ERR_GET_REASON(error) == ERR_R_UNSUPPORTED || ERR_peek_error() != error)
            return problem(QStringLiteral(
                "is encrypted in an old way that OpenSSL does not read any more. To convert it: "
                "openssl pkcs12 -legacy -in FILE -nodes | openssl pkcs12 -export -out NEW"));
        return problem(QStringLiteral("is damaged"));
    }
    if (!key)
        return problem(QStringLiteral("holds no private key"));
    if (!certificate)
        return problem(QStringLiteral("holds no certificate that the key belongs to"));

    KeyAndChain found {toQt(ownKey), {toQt(certificate)}};
    for (int i = 0; others && i < sk_X509_num(others); ++i)
        found.chain.append(toQt(sk_X509_value(others, i)));
    ERR_clear_error();
    return found;
}

bool keyFits(const OpenSslKey &key, const QSslCertificate &certificate)
{
    const QByteArray der = certificate.toDer();
    const auto *bytes = reinterpret_cast<const unsigned char *>(der.constData());
    const Owned<X509> parsed(d2i_X509(nullptr, &bytes, der.size()));
    const bool fits = parsed && X509_check_private_key(parsed.get(), key.get()) == 1;
    ERR_clear_error();
    return fits;
}

QSslKey toQt(const OpenSslKey &key)
{
    QSsl::KeyAlgorithm algorithm = QSsl::Opaque;
    switch (EVP_PKEY_get_base_id(key.get())) {
    case EVP_PKEY_RSA:
        algorithm = QSsl::Rsa;
        break;
    case EVP_PKEY_EC:
        algorithm = QSsl::Ec;
        break;
    default:
        break;
    }
    if (algorithm != QSsl::Opaque) {
        unsigned char *der = nullptr;
        const int size = i2d_PrivateKey(key.get(), &der);
        if (size > 0) {
            const QByteArray bytes(reinterpret_cast<const char *>(der), size);
            OPENSSL_clear_free(der, static_cast<std::size_t>(size));
            QSslKey qtKey(bytes, algorithm, QSsl::Der);
            if (!qtKey.isNull())
                return qtKey;
        }
    }
    // Ed25519 and what else Qt has no name for; it frees the handle.
    EVP_PKEY_up_ref(key.get());
    return QSslKey(Qt::HANDLE(key.get()));
}

} // namespace slotscope::core
