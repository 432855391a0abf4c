// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/portowner.h"

#ifdef Q_OS_LINUX
#include <QFile>
#include <QHostAddress>
#include <QtEndian>

#include <filesystem>
#include <optional>
#include <string>
#include <unistd.h>
#endif

namespace slotscope::core {

#ifdef Q_OS_LINUX

namespace {

namespace fs = std::filesystem;

// Columns of /proc/net/tcp (man 5 proc).
constexpr int LocalAddress = 1;
constexpr int SocketState = 3;
constexpr int UserId = 7;
constexpr int Inode = 9;
constexpr auto Listening = "0A";

struct Listener
{
    QByteArray inode;
    uint userId = 0;
};

/// False: the system does not tell. Nobody but one process can listen on exactly this address.
bool findListener(quint16 port, std::optional<Listener> *listener)
{
    QFile table(QStringLiteral("/proc/net/tcp"));
    if (!table.open(QIODevice::ReadOnly))
        return false;
    // The address as it lies in memory.
    const quint32 address = qToBigEndian(QHostAddress(QHostAddress::LocalHost).toIPv4Address());
    const QByteArray local = QByteArray::number(address, 16).rightJustified(8, '0').toUpper() + ':'
        + QByteArray::number(port, 16).rightJustified(4, '0').toUpper();
    for (QByteArray line = table.readLine(); !line.isEmpty(); line = table.readLine()) {
        const QByteArrayList columns = line.simplified().split(' ');
        if (columns.size() <= Inode || columns[LocalAddress] != local || columns[SocketState] != Listening)
            continue;
        *listener = Listener {columns[Inode], columns[UserId].toUInt()};
        break;
    }
    return true;
}

/// Whether the process, or one that it has started, has the file open; nothing: that is not to be seen.
std::optional<bool> hasOpen(qint64 processId, const fs::path &target)
{
    const fs::path process = fs::path("/proc") / std::to_string(processId);
    std::error_code error;
    fs::directory_iterator entry(process / "fd", error);
    if (error)
        return std::nullopt;
    for (; entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code closed; // meanwhile
        if (fs::read_symlink(entry->path(), closed) == target)
            return true;
    }
    // Whose `ssh` is a script of his own.
    const std::string id = std::to_string(processId);
    QFile children(QString::fromStdString((process / "task" / id / "children").string()));
    if (!children.open(QIODevice::ReadOnly))
        return std::nullopt;
    bool isSeen = true;
    const QByteArrayList childIds = children.readAll().simplified().split(' ');
    for (const QByteArray &child : childIds) {
        if (child.isEmpty())
            continue; // there are none
        const std::optional<bool> has = hasOpen(child.toLongLong(), target);
        if (has.value_or(false))
            return true;
        isSeen = isSeen && has.has_value();
    }
    return isSeen ? std::optional(false) : std::nullopt;
}

} // namespace

PortOwner portOwner(quint16 port, qint64 processId)
{
    std::optional<Listener> listener;
    if (!findListener(port, &listener))
        return PortOwner::Unknown;
    if (!listener)
        return PortOwner::Other;
    const std::optional<bool> has = hasOpen(processId, ("socket:[" + listener->inode + ']').toStdString());
    return has.value_or(listener->userId == ::geteuid()) ? PortOwner::Process : PortOwner::Other;
}

#else

PortOwner portOwner(quint16 /*port*/, qint64 /*processId*/)
{
    return PortOwner::Unknown;
}

#endif

} // namespace slotscope::core
