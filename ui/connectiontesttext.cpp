// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/connectiontesttext.h"

#include "core/etcd/sshtunnel.h"
#include "ui/sshtext.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QVersionNumber>

#include <map>

namespace slotscope::ui {

namespace {

using core::ConnectionFault;
using core::ConnectionReport;
using core::StepOutcome;
using core::TestStep;

QString tr(const char *text)
{
    return QCoreApplication::translate("ConnectionTestText", text);
}

QString subjectOf(const QSslCertificate &certificate)
{
    const QString name = certificate.subjectDisplayName();
    return name.isEmpty() ? tr("(without a name)") : name;
}

QString issuerOf(const QSslCertificate &certificate)
{
    const QString name = certificate.issuerDisplayName();
    return name.isEmpty() ? tr("(without a name)") : name;
}

/// The same everywhere, whatever the language: certificates are talked about between people.
QString dateText(const QDateTime &date)
{
    return date.toUTC().toString(QStringLiteral("yyyy-MM-dd HH:mm 'UTC'"));
}

/// The names that the server's certificate is for.
QString namesOf(const QSslCertificate &certificate)
{
    QStringList names;
    for (const QString &name : certificate.subjectAlternativeNames())
        names += name;
    if (names.isEmpty())
        names = certificate.subjectInfo(QSslCertificate::CommonName);
    names.removeDuplicates();
    constexpr qsizetype Most = 8;
    if (names.size() > Most)
        names = names.first(Most) + QStringList {QStringLiteral("…")};
    return names.isEmpty() ? tr("no host at all") : names.join(QStringLiteral(", "));
}

QString keyText(const QByteArray &key)
{
    const bool printable =
        std::all_of(key.cbegin(), key.cend(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return printable ? QStringLiteral("“%1”").arg(QString::fromLatin1(key))
                     : QStringLiteral("0x") + QString::fromLatin1(key.toHex());
}

QString rangeText(const core::KeyRange &range)
{
    const QByteArray zero(1, '\0');
    if (range.end.isEmpty())
        return keyText(range.begin);
    if (range.end == zero)
        return range.begin.isEmpty() || range.begin == zero ? tr("everything")
                                                            : tr("from %1 on").arg(keyText(range.begin));
    if (range == core::KeyRange::prefix(range.begin))
        return tr("%1 and what begins so").arg(keyText(range.begin));
    return tr("from %1 to before %2").arg(keyText(range.begin), keyText(range.end));
}

QString grantedText(const ConnectionReport &report)
{
    if (report.readsEverything && report.writesEverything)
        return report.authEnabled ? tr("%1 may read and write everything.").arg(report.user)
                                  : tr("Everybody may read and write everything: authentication is off.");
    constexpr std::size_t Most = 10;
    QStringList ranges;
    for (const core::GrantedRange &granted : report.granted) {
        if (ranges.size() == Most) {
            ranges += tr("%1 more").arg(report.granted.size() - Most);
            break;
        }
        const QString how = granted.read && granted.write ? tr("read and write")
            : granted.write                               ? tr("write")
                                                          : tr("read");
        ranges += how + QLatin1Char(' ') + rangeText(granted.range);
    }
    return tr("%1 may: %2.").arg(report.user, ranges.join(QStringLiteral("; ")));
}

QString passedText(const ConnectionReport &report, TestStep step)
{
    switch (step) {
    case TestStep::Files:
        return tr("Certificates and keys can be read, and fit.");
    case TestStep::Name:
        if (report.addresses.isEmpty())
            return tr("The SSH tunnel is up; %1 is looked up at its other end.").arg(report.endpoint.host());
        return tr("%1 is %2.").arg(report.endpoint.host(), report.addresses.join(QStringLiteral(", ")));
    case TestStep::Tcp:
        if (report.forwarded)
            return tr("Connected to the proxy at %1, which is to ask %2.")
                .arg(report.proxy, report.endpoint.authority());
        if (!report.proxy.isEmpty())
            return tr("Connected to %1, port %2, through the proxy at %3.")
                .arg(report.peer)
                .arg(report.endpoint.port())
                .arg(report.proxy);
        return tr("Connected to %1, port %2.").arg(report.peer).arg(report.endpoint.port());
    case TestStep::Tls: {
        const QSslCertificate own = report.chain.value(0);
        QString text = tr("%1, certificate of %2, issued by %3, valid until %4.")
                           .arg(report.protocol, subjectOf(own), issuerOf(own), dateText(own.expiryDate()));
        if (report.trustedByChoice)
            text += QLatin1Char(' ') + tr("It is trusted because you have chosen so.");
        return text;
    }
    case TestStep::Http:
        return tr("It speaks HTTP.");
    case TestStep::Version: {
        QString text = report.version.cluster.isEmpty()
            ? tr("etcd %1.").arg(report.version.server)
            : tr("etcd %1, in a cluster of version %2.").arg(report.version.server, report.version.cluster);
        const QVersionNumber version = QVersionNumber::fromString(report.version.server);
        if (!version.isNull() && version < QVersionNumber(3, 4))
            text += QLatin1Char(' ')
                + tr("Before 3.4 it does not tell much at once: after a long break tables are read anew, and "
                     "the history of large records cannot be shown.");
        return text;
    }
    case TestStep::Gateway: {
        if (report.status.header.memberId == 0)
            return tr("The JSON gateway answers at %1.").arg(report.apiPath);
        return tr("The JSON gateway answers at %1: member %2 of cluster %3, database %4.")
            .arg(report.apiPath, QString::number(report.status.header.memberId, 16),
                 QString::number(report.status.header.clusterId, 16),
                 QLocale().formattedDataSize(report.status.dbSize));
    }
    case TestStep::Auth:
        return tr("Signed in as %1.").arg(report.user);
    case TestStep::Permissions:
        return grantedText(report);
    }
    return {};
}

QString skippedText(const ConnectionReport &report, TestStep step)
{
    switch (step) {
    case TestStep::Files:
        return tr("There are no certificates to read.");
    case TestStep::Name:
        return tr("%1 is an address, or is looked up by the proxy.").arg(report.endpoint.host());
    case TestStep::Tls:
        return tr("The address begins with http, so nothing is encrypted.");
    case TestStep::Auth:
        return tr("This etcd asks for no user.");
    default:
        return tr("Not needed.");
    }
}

void describe(const ConnectionReport &report, const core::StepReport &step, ErrorText *text)
{
    const QString server = report.endpoint.authority();
    const QString host = report.endpoint.host();
    const QSslCertificate own = report.chain.value(0);
    const QSslCertificate last = report.chain.isEmpty() ? QSslCertificate() : report.chain.last();
    const auto say = [text](const QString &summary, const QString &advice) {
        text->summary = summary;
        text->advice = advice;
    };
    const QString trust = tr("If you are sure whose it is, you can trust exactly this certificate; compare "
                             "its fingerprint first.");

    switch (step.fault) {
    case ConnectionFault::None:
        break;
    case ConnectionFault::UnusableFile:
        say(tr("The certificates of this connection cannot be used: %1.").arg(step.error.detail),
            tr("Choose the right files: PEM for CA, certificate and key, or one PKCS#12 file."));
        break;
    case ConnectionFault::UnknownName:
        say(tr("No host is called %1.").arg(host),
            tr("Check the spelling, and whether the name is known here only inside a VPN."));
        break;
    case ConnectionFault::Refused:
        say(tr("Nobody listens at %1.").arg(server),
            tr("Is etcd running there? Its client port is usually 2379; see its --listen-client-urls."));
        break;
    case ConnectionFault::Unreachable:
        say(tr("%1 cannot be reached from this network.").arg(server),
            tr("Check the network, the VPN and the route to it."));
        break;
    case ConnectionFault::NoAnswer:
        say(tr("%1 does not answer in time.").arg(server),
            tr("A firewall may drop the connection, or the machine hangs."));
        break;
    case ConnectionFault::ProxyFailed:
        if (step.error.kind == core::ErrorKind::Proxy) {
            const ErrorText words = ui::describe(step.error, server);
            say(words.summary, words.advice);
        } else {
            say(report.proxy.isEmpty() ? tr("The proxy does not lead to %1.").arg(server)
                                       : tr("The proxy at %1 does not lead to %2.").arg(report.proxy, server),
                tr("Check the proxy of this connection, and whether etcd is running."));
        }
        break;
    case ConnectionFault::TunnelFailed:
        if (const auto tunnel = core::SshTunnel::complaintOf(step.error)) {
            const ErrorText words = describeSsh(tunnel->destination, tunnel->said);
            say(words.summary, words.advice);
        } else {
            say(ui::describe(step.error, server).summary, {});
        }
        break;
    case ConnectionFault::UntrustedIssuer:
        say(tr("The certificate of %1 is issued by “%2”, which is not trusted.").arg(server, issuerOf(last)),
            tr("Give the CA's certificate (PEM) that has issued it; the one in use is another one, or none. ")
                + trust);
        break;
    case ConnectionFault::SelfSigned:
        say(tr("The certificate of %1 has issued itself, and is not trusted.").arg(server),
            tr("Give it as the CA's certificate. ") + trust);
        break;
    case ConnectionFault::Expired:
        say(tr("The certificate of %1 has expired on %2.").arg(server, dateText(own.expiryDate())),
            tr("It has to be renewed at the server. Is the clock of this computer right?"));
        break;
    case ConnectionFault::ExpiresSoon:
        say(tr("The certificate of %1 expires on %2.").arg(server, dateText(own.expiryDate())),
            tr("It has to be renewed at the server before."));
        break;
    case ConnectionFault::NotYetValid:
        say(tr("The certificate of %1 is valid from %2 on only.").arg(server, dateText(own.effectiveDate())),
            tr("Is the clock of this computer right?"));
        break;
    case ConnectionFault::NameMismatch:
        say(tr("The certificate of %1 is for other hosts: %2.").arg(server, namesOf(own)),
            tr("Use one of these names in the address, or as the server name of this connection."));
        break;
    case ConnectionFault::OtherCertificate:
        say(tr("%1 shows another certificate than the one that was trusted.").arg(server),
            tr("It may have been renewed; it may also be somebody else who answers. ") + trust);
        break;
    case ConnectionFault::BadCertificate:
        say(tr("The certificate of %1 cannot be accepted: %2").arg(server, step.error.detail), trust);
        break;
    case ConnectionFault::SpeaksPlain:
        say(tr("%1 does not use TLS.").arg(server),
            tr("Begin the address with http:// instead of https://."));
        break;
    case ConnectionFault::WantsTls:
        say(tr("%1 wants https.").arg(server), tr("Begin the address with https:// instead of http://."));
        break;
    case ConnectionFault::ClientCertificateWanted:
        say(tr("%1 wants a client certificate: it ends the connection right after the handshake.")
                .arg(server),
            tr("Give a certificate and its key, issued by the CA in etcd's --trusted-ca-file."));
        break;
    case ConnectionFault::ClientCertificateRefused:
        say(tr("%1 does not accept the client certificate.").arg(server),
            tr("It has to be issued by the CA in etcd's --trusted-ca-file, for client authentication, and "
               "must "
               "not have expired."));
        break;
    case ConnectionFault::HandshakeFailed:
        say(tr("The TLS handshake with %1 failed.").arg(server),
            tr("It may speak old versions of TLS only (1.2 is the least that is used), or something else "
               "than "
               "TLS."));
        break;
    case ConnectionFault::ClosedSilently:
        say(tr("%1 takes the connection, and ends it without an answer.").arg(server),
            tr("It is not etcd's client port, or something in between refuses you."));
        break;
    case ConnectionFault::NotHttp:
        say(tr("What listens at %1 is no etcd: it does not speak HTTP.").arg(server),
            tr("Check host and port; etcd's client port is usually 2379, 2380 is for its peers."));
        break;
    case ConnectionFault::Redirected:
        say(tr("%1 sends you to another address. Slotscope does not follow it.").arg(server),
            tr("Connect to the address of an etcd itself."));
        break;
    case ConnectionFault::GrpcOnly:
        say(tr("%1 speaks gRPC only, without the JSON gateway.").arg(server),
            tr("Use a client port that has the gateway (etcd's --listen-client-http-urls may name another "
               "port), "
               "not etcd's grpc-proxy."));
        break;
    case ConnectionFault::GatewayDisabled:
        say(tr("%1 is etcd %2, with its JSON gateway switched off.").arg(server, report.version.server),
            tr("Start it without --enable-grpc-gateway=false."));
        break;
    case ConnectionFault::NotEtcd:
        say(tr("What answers at %1 speaks HTTP, but is no etcd.").arg(server),
            tr("Check host and port; etcd's client port is usually 2379."));
        break;
    case ConnectionFault::TooOld:
        say(tr("%1 is too old (%2): its version has no JSON gateway for keys.")
                .arg(server, step.error.detail),
            tr("Slotscope works with etcd from 3.1 on."));
        break;
    case ConnectionFault::NoLeader:
        say(tr("%1 knows no leader.").arg(server),
            tr("Most members of its cluster are away or out of its reach. Try another member."));
        break;
    case ConnectionFault::Alarm:
        say(tr("%1 raises an alarm: %2.").arg(server, step.error.detail),
            step.error.detail.contains(QLatin1String("NOSPACE"))
                ? tr("It takes no writes until it is compacted, defragmented and the alarm is disarmed.")
                : tr("See “etcdctl alarm list”."));
        break;
    case ConnectionFault::AuthNeeded:
        say(tr("%1 wants to know who you are.").arg(server), tr("Give a user name and a password."));
        break;
    case ConnectionFault::WrongPassword:
        say(tr("%1 does not accept this user and password.").arg(server),
            tr("Check the user name “%1”, and type the password again.").arg(report.user));
        break;
    case ConnectionFault::AuthDisabled:
        say(tr("%1 asks for no user; authentication is off there.").arg(server),
            tr("The user name “%1” is not needed.").arg(report.user));
        break;
    case ConnectionFault::NothingGranted:
        say(tr("%1 has no rights on any key.").arg(report.user),
            tr("Ask for a role that may read the keys you want to see."));
        break;
    case ConnectionFault::Other: {
        const ErrorText words = ui::describe(step.error, server);
        say(words.summary, words.advice);
        break;
    }
    }
    text->technical = ui::describe(step.error, server).technical;
}

} // namespace

QString stepName(TestStep step)
{
    switch (step) {
    case TestStep::Files:
        return tr("Certificate files");
    case TestStep::Name:
        return tr("Host name");
    case TestStep::Tcp:
        return tr("TCP connection");
    case TestStep::Tls:
        return tr("TLS");
    case TestStep::Http:
        return tr("HTTP");
    case TestStep::Version:
        return tr("etcd's version");
    case TestStep::Gateway:
        return tr("JSON gateway");
    case TestStep::Auth:
        return tr("Signing in");
    case TestStep::Permissions:
        return tr("Permissions");
    }
    return {};
}

QString stepWord(TestStep step)
{
    static const QStringList words {
        QStringLiteral("files"),   QStringLiteral("name"), QStringLiteral("tcp"),
        QStringLiteral("tls"),     QStringLiteral("http"), QStringLiteral("version"),
        QStringLiteral("gateway"), QStringLiteral("auth"), QStringLiteral("permissions")};
    return words.at(static_cast<int>(step));
}

QString outcomeWord(StepOutcome outcome)
{
    switch (outcome) {
    case StepOutcome::NotReached:
        return QStringLiteral("not-reached");
    case StepOutcome::Running:
        return QStringLiteral("running");
    case StepOutcome::Passed:
        return QStringLiteral("passed");
    case StepOutcome::Warning:
        return QStringLiteral("warning");
    case StepOutcome::Failed:
        return QStringLiteral("failed");
    case StepOutcome::Skipped:
        return QStringLiteral("skipped");
    }
    return {};
}

QString faultWord(ConnectionFault fault)
{
    static const std::map<ConnectionFault, QString> words {
        {ConnectionFault::UnusableFile, QStringLiteral("unusable-file")},
        {ConnectionFault::UnknownName, QStringLiteral("unknown-name")},
        {ConnectionFault::Refused, QStringLiteral("refused")},
        {ConnectionFault::Unreachable, QStringLiteral("unreachable")},
        {ConnectionFault::NoAnswer, QStringLiteral("no-answer")},
        {ConnectionFault::ProxyFailed, QStringLiteral("proxy-failed")},
        {ConnectionFault::TunnelFailed, QStringLiteral("tunnel-failed")},
        {ConnectionFault::UntrustedIssuer, QStringLiteral("untrusted-issuer")},
        {ConnectionFault::SelfSigned, QStringLiteral("self-signed")},
        {ConnectionFault::Expired, QStringLiteral("expired")},
        {ConnectionFault::ExpiresSoon, QStringLiteral("expires-soon")},
        {ConnectionFault::NotYetValid, QStringLiteral("not-yet-valid")},
        {ConnectionFault::NameMismatch, QStringLiteral("name-mismatch")},
        {ConnectionFault::OtherCertificate, QStringLiteral("other-certificate")},
        {ConnectionFault::BadCertificate, QStringLiteral("bad-certificate")},
        {ConnectionFault::SpeaksPlain, QStringLiteral("speaks-plain")},
        {ConnectionFault::WantsTls, QStringLiteral("wants-tls")},
        {ConnectionFault::ClientCertificateWanted, QStringLiteral("client-certificate-wanted")},
        {ConnectionFault::ClientCertificateRefused, QStringLiteral("client-certificate-refused")},
        {ConnectionFault::HandshakeFailed, QStringLiteral("handshake-failed")},
        {ConnectionFault::ClosedSilently, QStringLiteral("closed-silently")},
        {ConnectionFault::NotHttp, QStringLiteral("not-http")},
        {ConnectionFault::Redirected, QStringLiteral("redirected")},
        {ConnectionFault::GrpcOnly, QStringLiteral("grpc-only")},
        {ConnectionFault::GatewayDisabled, QStringLiteral("gateway-disabled")},
        {ConnectionFault::NotEtcd, QStringLiteral("not-etcd")},
        {ConnectionFault::TooOld, QStringLiteral("too-old")},
        {ConnectionFault::NoLeader, QStringLiteral("no-leader")},
        {ConnectionFault::Alarm, QStringLiteral("alarm")},
        {ConnectionFault::AuthNeeded, QStringLiteral("auth-needed")},
        {ConnectionFault::WrongPassword, QStringLiteral("wrong-password")},
        {ConnectionFault::AuthDisabled, QStringLiteral("auth-disabled")},
        {ConnectionFault::NothingGranted, QStringLiteral("nothing-granted")},
        {ConnectionFault::Other, QStringLiteral("other")},
    };
    const auto word = words.find(fault);
    return word == words.end() ? QString() : word->second;
}

ErrorText describeFault(const ConnectionReport &report, TestStep step)
{
    ErrorText text;
    const core::StepReport &entry = report.at(step);
    if (entry.fault != ConnectionFault::None)
        describe(report, entry, &text);
    return text;
}

QString stepText(const ConnectionReport &report, TestStep step)
{
    const core::StepReport &entry = report.at(step);
    switch (entry.outcome) {
    case StepOutcome::NotReached:
        return {};
    case StepOutcome::Running:
        return tr("…");
    case StepOutcome::Passed:
        return passedText(report, step);
    case StepOutcome::Skipped:
        return skippedText(report, step);
    case StepOutcome::Warning:
    case StepOutcome::Failed:
        return describeFault(report, step).summary;
    }
    return {};
}

QString fingerprintText(const QSslCertificate &certificate)
{
    return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex(':').toUpper());
}

QStringList chainText(const ConnectionReport &report)
{
    QStringList lines;
    for (qsizetype i = 0; i < report.chain.size(); ++i) {
        const QSslCertificate &certificate = report.chain[i];
        lines += i == 0 ? tr("The server's certificate: %1").arg(subjectOf(certificate))
                        : tr("Issued by: %1").arg(subjectOf(certificate));
        if (i == 0)
            lines += tr("  for %1").arg(namesOf(certificate));
        lines += tr("  by %1, valid from %2 to %3")
                     .arg(issuerOf(certificate), dateText(certificate.effectiveDate()),
                          dateText(certificate.expiryDate()));
        lines += tr("  SHA-256 %1").arg(fingerprintText(certificate));
    }
    return lines;
}

QString reportText(const ConnectionReport &report)
{
    QStringList lines {
        tr("Test of the connection to %1").arg(report.endpoint.toString(QUrl::RemoveUserInfo))};
    for (int i = 0; i < core::TestStepCount; ++i) {
        const auto step = static_cast<TestStep>(i);
        const core::StepReport &entry = report.at(step);
        const QString text = stepText(report, step);
        QString line = QStringLiteral("%1: %2").arg(stepName(step), outcomeWord(entry.outcome));
        if (!text.isEmpty())
            line += QStringLiteral(". ") + text;
        lines += line;
        const ErrorText fault = describeFault(report, step);
        if (!fault.advice.isEmpty())
            lines += QStringLiteral("  ") + fault.advice;
        if (!fault.technical.isEmpty())
            lines += QStringLiteral("  (%1)").arg(fault.technical);
    }
    lines += chainText(report);
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace slotscope::ui
