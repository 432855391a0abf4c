// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/lowdelay.h"

#include <QNetworkReply>

#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace slotscope::core {

namespace {

/// QNetworkAccessManager neither has an option for it nor gives its sockets away; so the option is set on
/// whatever this process has connected. All of that are requests, which nobody wants to be late.
void setNoDelayEverywhere()
{
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
         entry.increment(error)) {
        const int descriptor = QByteArray::fromStdString(entry->path().filename().string()).toInt();
        int protocol = 0;
        socklen_t size = sizeof protocol;
        if (::getsockopt(descriptor, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) != 0
            || protocol != IPPROTO_TCP)
            continue;
        const int yes = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    }
}

} // namespace

void sendWithoutDelay(QNetworkReply *reply)
{
    QObject::connect(reply, &QNetworkReply::socketStartedConnecting, reply, [reply] {
        // At once where there is a socket already; there may be none before the name is looked up.
        setNoDelayEverywhere();
        QObject::connect(reply, &QNetworkReply::requestSent, reply, &setNoDelayEverywhere,
                         Qt::SingleShotConnection);
    });
}

} // namespace slotscope::core
