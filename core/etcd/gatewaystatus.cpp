// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/gatewaymessages.h"

namespace slotscope::core::gateway {

namespace {

/// gRPC's status codes, https://grpc.github.io/grpc/core/md_doc_statuscodes.html
enum Code {
    Cancelled = 1,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    OutOfRange = 11,
    Unimplemented = 12,
    Unavailable = 14,
    Unauthenticated = 16,
};

/// etcd gives one code to several situations; its words (api/v3rpc/rpctypes/error.go, the same since 3.1)
/// part them.
ErrorKind kindOf(int code, const QString &message)
{
    const auto says = [&message](const char *words) { return message.contains(QLatin1String(words)); };
    switch (code) {
    case Cancelled: // not by us, so the server is going away
    case Unavailable:
        return ErrorKind::Unavailable;
    case InvalidArgument:
        if (says("request is too large"))
            return ErrorKind::TooLarge;
        if (says("too many operations"))
            return ErrorKind::TooManyOperations;
        // "user name is empty" is what a member with authentication says to a request without a token;
        // "authentication failed", to a name and password that it does not take.
        return says("user name is empty") || says("authentication failed") ? ErrorKind::Unauthenticated
                                                                           : ErrorKind::InvalidArgument;
    case DeadlineExceeded:
        return ErrorKind::Timeout;
    case NotFound:
        return ErrorKind::NotFound;
    case PermissionDenied:
        return ErrorKind::PermissionDenied;
    case ResourceExhausted:
        if (says("larger than max"))
            return ErrorKind::TooLarge;
        if (says("space exceeded"))
            return ErrorKind::NoSpace;
        return says("too many requests") ? ErrorKind::Unavailable : ErrorKind::Server;
    case OutOfRange:
        return says("compacted") ? ErrorKind::Compacted
            : says("future")     ? ErrorKind::FutureRevision
                                 : ErrorKind::Server;
    case Unauthenticated:
        return ErrorKind::Unauthenticated;
    default:
        return ErrorKind::Server;
    }
}

} // namespace

Error statusError(int grpcCode, const QString &message)
{
    constexpr qsizetype Shown = 1000; // of what a server has to say, in labels and the log
    const QString detail = message.isEmpty()
        ? QStringLiteral("the server gives no reason (gRPC status %1)").arg(grpcCode)
        : message.left(Shown);
    return {.kind = kindOf(grpcCode, message), .grpcCode = grpcCode, .detail = detail};
}

QString describeBody(const QByteArray &body)
{
    constexpr qsizetype Shown = 60;
    // Only the beginning matters, and the body may be huge.
    const QByteArray head = body.left(1024).trimmed();
    if (head.isEmpty())
        return QStringLiteral("nothing");
    const QByteArray lower = head.left(200).toLower();
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html"))
        return QStringLiteral("an HTML page");
    if (head.startsWith('<'))
        return QStringLiteral("an XML document");

    const bool json = head.startsWith('{') || head.startsWith('[');
    const bool binary = std::any_of(head.cbegin(), head.cend(), [](char c) {
        return static_cast<uchar>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
    if (binary)
        return QStringLiteral("binary data that begins %1").arg(QLatin1String(head.left(16).toHex(' ')));
    const QString begin = QString::fromUtf8(head).left(Shown).simplified();
    return (json ? QStringLiteral("JSON that etcd would not write: “%1”")
                 : QStringLiteral("text that begins “%1”"))
        .arg(begin);
}

} // namespace slotscope::core::gateway
