// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/testca.h"

#include <QProcess>
#include <QtTest>

namespace slotscope::test {

namespace {

QStringList newKey(const QString &kind)
{
    if (kind == QLatin1String("rsa"))
        return {QStringLiteral("-newkey"), QStringLiteral("rsa:2048")};
    if (kind == QLatin1String("ed25519"))
        return {QStringLiteral("-newkey"), QStringLiteral("ed25519")};
    return {QStringLiteral("-newkey"), QStringLiteral("ec"), QStringLiteral("-pkeyopt"),
            QStringLiteral("ec_paramgen_curve:P-256")};
}

} // namespace

TestCa::TestCa(const QString &name)
{
    openssl(QStringList {QStringLiteral("req"), QStringLiteral("-x509")} + newKey({})
            + QStringList {QStringLiteral("-nodes"), QStringLiteral("-keyout"), QStringLiteral("ca.key"),
                           QStringLiteral("-out"), QStringLiteral("ca.pem"), QStringLiteral("-days"),
                           QStringLiteral("30"), QStringLiteral("-subj"), QStringLiteral("/CN=") + name});
}

TestCa::Certificate TestCa::issue(const QString &commonName, const Wishes &wishes) const
{
    static int count = 0;
    const QString stem = QStringLiteral("issued%1").arg(++count);
    const Certificate made {file(stem + QStringLiteral(".pem")), file(stem + QStringLiteral(".key"))};
    const QString request = stem + QStringLiteral(".csr");
    openssl(QStringList {QStringLiteral("req"), QStringLiteral("-new")} + newKey(wishes.key)
            + QStringList {
                QStringLiteral("-nodes"), QStringLiteral("-keyout"), made.keyFile, QStringLiteral("-out"),
                request, QStringLiteral("-subj"),
                commonName.isEmpty() ? QStringLiteral("/O=nobody") : QStringLiteral("/CN=") + commonName,
                QStringLiteral("-addext"), QStringLiteral("subjectAltName=") + wishes.names,
                QStringLiteral("-addext"), QStringLiteral("extendedKeyUsage=serverAuth,clientAuth")});
    openssl({QStringLiteral("x509"), QStringLiteral("-req"), QStringLiteral("-in"), request,
             QStringLiteral("-CA"), QStringLiteral("ca.pem"), QStringLiteral("-CAkey"),
             QStringLiteral("ca.key"), QStringLiteral("-CAcreateserial"), QStringLiteral("-copy_extensions"),
             QStringLiteral("copy"), QStringLiteral("-days"), QString::number(wishes.days),
             QStringLiteral("-out"), made.certFile});
    return made;
}

core::TlsOptions TestCa::client() const
{
    core::TlsOptions tls;
    tls.caFile = caFile();
    return tls;
}

core::TlsOptions TestCa::client(const Certificate &certificate) const
{
    core::TlsOptions tls = client();
    tls.certFile = certificate.certFile;
    tls.keyFile = certificate.keyFile;
    return tls;
}

QStringList TestCa::server(const Certificate &certificate, bool wantsClients) const
{
    QStringList arguments {QStringLiteral("--cert-file"), certificate.certFile, QStringLiteral("--key-file"),
                           certificate.keyFile};
    if (wantsClients)
        arguments << QStringLiteral("--client-cert-auth") << QStringLiteral("--trusted-ca-file") << caFile();
    return arguments;
}

bool TestCa::openssl(const QStringList &arguments) const
{
    QProcess process;
    process.setWorkingDirectory(m_dir.path());
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("openssl"), arguments);
    const bool done = process.waitForFinished(30'000) && process.exitCode() == 0;
    if (!done)
        qWarning("openssl %s: %s", qPrintable(arguments.join(QLatin1Char(' '))),
                 process.readAll().right(500).constData());
    return done;
}

} // namespace slotscope::test
