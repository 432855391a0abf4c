// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sshtext.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace slotscope::ui {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("SshText", text);
}

/// The command that removes a host key, as ssh tells it.
QString removal(const QString &said)
{
    static const QRegularExpression command(QStringLiteral("ssh-keygen -f \"[^\"]+\" -R \"[^\"]+\""));
    const QRegularExpressionMatch match = command.match(said);
    return match.hasMatch() ? match.captured() : QStringLiteral("ssh-keygen -R");
}

} // namespace

ErrorText describeSsh(const QString &destination, const QString &said)
{
    ErrorText text;
    const auto says = [&said](const char *words) { return said.contains(QLatin1String(words)); };
    const auto say = [&text](const QString &summary, const QString &advice) {
        text.summary = summary;
        text.advice = advice;
    };
    // What comes first explains what comes after it.
    if (says("cannot be started"))
        say(tr("There is no ssh program here, so the tunnel through “%1” cannot be opened.").arg(destination),
            tr("Install OpenSSH's client (package openssh-client)."));
    else if (says("REMOTE HOST IDENTIFICATION HAS CHANGED"))
        say(tr("The SSH server “%1” shows another host key than the one that is known of it.")
                .arg(destination),
            tr("It may have been set up anew; it may also be somebody else who answers. Ask its "
               "administrator; if the new key is right, remove the old one (%1) and run “ssh %2” on a "
               "terminal once to accept it.")
                .arg(removal(said), destination));
    else if (says("Host key verification failed") || says("host key is known for"))
        say(tr("The SSH server “%1” is not known here yet: nobody has accepted its host key.")
                .arg(destination),
            tr("Run “ssh %1” on a terminal once, compare the fingerprint that it shows, and accept it.")
                .arg(destination));
    else if (says("UNPROTECTED PRIVATE KEY FILE") || says("bad permissions"))
        say(tr("ssh does not use the private key, since others may read its file."),
            tr("Make it readable to yourself only (chmod 600)."));
    else if (says("Permission denied"))
        say(tr("The SSH server “%1” takes none of your keys.").arg(destination),
            tr("Check the user name and the key of this connection; a key with a passphrase has to be in the "
               "agent (ssh-add). Its other half belongs into the server's authorized_keys."));
    else if (says("Could not resolve hostname"))
        say(tr("The name of the SSH server “%1” is not known.").arg(destination),
            tr("Check how it is written, and your ssh configuration."));
    else if (says("Connection refused"))
        say(tr("No SSH server answers at “%1”.").arg(destination), tr("Is it running? Is the port right?"));
    else if (says("timed out") || says("not responding") || says("not there in time"))
        say(tr("The SSH server “%1” does not answer in time.").arg(destination),
            tr("It may be down, or a firewall or the network may be in between."));
    else if (says("Connection closed") || says("Connection reset") || says("closed by remote host"))
        say(tr("The SSH server “%1” has ended the connection.").arg(destination),
            tr("It may have been restarted, or be too busy."));
    else if (says("ssh was killed"))
        say(tr("The ssh of the tunnel through “%1” was ended.").arg(destination), {});
    else
        say(tr("The SSH tunnel through “%1” cannot be used: %2").arg(destination, said.left(200)),
            tr("Does ssh get there on a terminal, without asking anything?"));
    return text;
}

} // namespace slotscope::ui
