// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/errortext.h"

#include "core/etcd/sshtunnel.h"
#include "ui/sshtext.h"

#include <QCoreApplication>
#include <QStringList>

namespace slotscope::ui {

namespace {

using core::Error;
using core::ErrorKind;

QString tr(const char *text)
{
    return QCoreApplication::translate("ErrorText", text);
}

// The detail as the end of a sentence: without its full stop, and in lower case where it is not a name or an
// abbreviation.
QString asClause(const QString &detail)
{
    QString text = detail.simplified();
    while (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    if (text.size() > 1 && text.at(0).isUpper() && text.at(1).isLower())
        text[0] = text.at(0).toLower();
    constexpr int Longest = 200;
    if (text.size() > Longest)
        text = text.left(Longest) + QStringLiteral("…");
    return text;
}

QString withClause(const QString &sentence, const QString &detail)
{
    const QString clause = asClause(detail);
    return clause.isEmpty() ? sentence + QLatin1Char('.')
                            : sentence + QStringLiteral(": ") + clause + QLatin1Char('.');
}

QString technicalOf(const Error &error)
{
    QStringList parts;
    if (!error.detail.isEmpty())
        parts << error.detail;
    if (error.httpStatus != 0)
        parts << QStringLiteral("HTTP status %1").arg(error.httpStatus);
    if (error.grpcCode >= 0)
        parts << QStringLiteral("gRPC code %1").arg(error.grpcCode);
    if (error.offset >= 0)
        parts << QStringLiteral("at byte %1").arg(error.offset);
    return parts.join(QStringLiteral(" · "));
}

} // namespace

QString ErrorText::sentence() const
{
    return advice.isEmpty() ? summary : summary + QLatin1Char(' ') + advice;
}

ErrorText describe(const Error &error, const QString &server)
{
    const QString etcd = server.isEmpty() ? tr("etcd") : tr("etcd at %1").arg(server);
    ErrorText text;
    text.technical = technicalOf(error);
    const auto say = [&text](const QString &summary, const QString &advice) {
        text.summary = summary;
        text.advice = advice;
    };

    switch (error.kind) {
    case ErrorKind::Cancelled:
        say(tr("The request was cancelled."), {});
        break;
    case ErrorKind::Timeout:
        say(tr("%1 did not answer in time.").arg(etcd),
            error.neverSent
                ? tr("It may be busy or cut off.")
                : tr("It may be busy or cut off. If you were writing, look whether the change has arrived."));
        break;
    case ErrorKind::Network:
        if (const auto tunnel = core::SshTunnel::complaintOf(error)) {
            const ErrorText words = describeSsh(tunnel->destination, tunnel->said);
            say(tr("Cannot reach %1. %2").arg(etcd, words.summary), words.advice);
            break;
        }
        say(withClause(tr("Cannot reach %1").arg(etcd), error.detail),
            error.detail.contains(QLatin1String("proxy"), Qt::CaseInsensitive)
                ? tr("Check the proxy of this connection. Is etcd running?")
                : tr("Is it running?"));
        break;
    case ErrorKind::Proxy:
        if (error.detail.startsWith(QLatin1String("the proxy wants a user")))
            say(tr("The proxy on the way to %1 wants a user name and a password.").arg(etcd),
                tr("Give them with the proxy of the connection: http://USER:PASSWORD@HOST:PORT."));
        else if (error.detail.startsWith(QLatin1String("the proxy does not accept")))
            say(tr("The proxy on the way to %1 does not accept the user name or the password.").arg(etcd),
                tr("Check them in the proxy of the connection; mind upper and lower case."));
        else
            say(withClause(tr("The proxy on the way to %1 does not let the request through").arg(etcd),
                           error.detail),
                tr("Ask whoever runs the proxy, or go without one."));
        break;
    case ErrorKind::Tls:
        say(withClause(tr("No secure connection to %1").arg(etcd), error.detail),
            error.detail.startsWith(QLatin1String("the client certificate"))
                    && (error.detail.contains(QLatin1String("expired on"))
                        || error.detail.contains(QLatin1String("is valid only from")))
                ? tr("Choose one that is valid now, and check the clock of this computer.")
                : error.detail.contains(QLatin1String("expired"))
                    || error.detail.contains(QLatin1String("not yet valid"))
                ? tr("Check the server's certificate, and the clock of this computer.")
                : tr("Check whether the server speaks TLS, and its certificate."));
        break;
    case ErrorKind::Http:
        say(error.httpStatus != 0 ? tr("What answers for %1 refused the request with HTTP status %2.")
                                        .arg(etcd)
                                        .arg(error.httpStatus)
                                  : tr("What answers for %1 refused the request.").arg(etcd),
            tr("Is this the client port of an etcd (usually 2379), without a proxy in between?"));
        break;
    case ErrorKind::Protocol:
        say((error.httpStatus >= 400
                 ? tr("Something answers for %1 with HTTP status %2; it does not speak as etcd's JSON "
                      "gateway does.")
                       .arg(etcd)
                       .arg(error.httpStatus)
                 : tr("Something answers for %1, but it does not speak as etcd's JSON gateway does.")
                       .arg(etcd)),
            tr("Check host and port; etcd's client port is usually 2379."));
        break;
    case ErrorKind::Unauthenticated:
        if (error.detail.contains(QLatin1String("CommonName of client")))
            say(tr("%1 takes no client certificate with a common name through its JSON gateway.").arg(etcd),
                tr("Use a client certificate without a common name (CN), and a user name and password."));
        else if (error.detail.contains(QLatin1String("password")))
            say(tr("%1 does not accept the user name or the password.").arg(etcd),
                tr("Sign in again; mind upper and lower case."));
        else
            say(tr("%1 wants to know who you are.").arg(etcd),
                tr("Sign in with a user name and a password."));
        break;
    case ErrorKind::PermissionDenied:
        say(tr("%1 does not allow you to do this.").arg(etcd),
            tr("Ask for the right to read or write this range of keys."));
        break;
    case ErrorKind::Compacted:
        say(tr("The revision asked for is no longer kept: the history was compacted."),
            tr("Reload to go on from the present state."));
        break;
    case ErrorKind::FutureRevision:
        say(tr("%1 has not got to the revision asked for.").arg(etcd),
            tr("It may have been restored from an older backup. Reload to go on from its present state."));
        break;
    case ErrorKind::TooLarge:
        say(tr("The request is larger than %1 accepts.").arg(etcd),
            tr("Commit fewer changes at once, or raise the server's --max-request-bytes."));
        break;
    case ErrorKind::TooManyOperations:
        say(tr("There are more changes in one transaction than %1 accepts.").arg(etcd),
            tr("Commit fewer changes at once, or raise the server's --max-txn-ops."));
        break;
    case ErrorKind::InvalidArgument:
        say(withClause(tr("The request is not valid"), error.detail), {});
        break;
    case ErrorKind::NotFound:
        say(withClause(tr("Not found"), error.detail), {});
        break;
    case ErrorKind::Unavailable:
        say(withClause(tr("%1 cannot serve now").arg(etcd), error.detail),
            tr("The cluster may have no leader at the moment. Try again shortly."));
        break;
    case ErrorKind::NoSpace:
        say(tr("%1 has used up its storage quota and takes no more writes.").arg(etcd),
            tr("Compact it, run “etcdctl defrag” for every member, then “etcdctl alarm disarm”. What is "
               "staged "
               "can be committed afterwards."));
        break;
    case ErrorKind::Server:
        say(withClause(tr("%1 reports an error").arg(etcd), error.detail), {});
        break;
    case ErrorKind::Decode:
        say(error.offset >= 0
                ? withClause(tr("The bytes cannot be decoded at offset %1").arg(error.offset), error.detail)
                : withClause(tr("The bytes cannot be decoded"), error.detail),
            {});
        break;
    case ErrorKind::Encode:
        say(withClause(tr("The value cannot be written in the slot's format"), error.detail), {});
        break;
    case ErrorKind::Io:
        say(withClause(tr("A local file or program failed"), error.detail), {});
        break;
    case ErrorKind::ReadOnly:
        say(tr("The connection to %1 is read-only.").arg(etcd),
            tr("Choose another safety level when you connect to write there."));
        break;
    case ErrorKind::Locked:
        say(tr("The connection to %1 is locked.").arg(etcd),
            tr("Unlock it for some minutes to write there."));
        break;
    case ErrorKind::Unconfirmed:
        say(withClause(tr("The safety level of the connection to %1 refused it").arg(etcd), error.detail),
            tr("Look at what is to be written and confirm it."));
        break;
    }
    return text;
}

} // namespace slotscope::ui
