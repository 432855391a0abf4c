// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expected.h"

#include <QMetaType>
#include <QString>

namespace slotscope::core {

/// What went wrong, as far as a program reacts to it differently. Prose for people is made in ui/errortext.
enum class ErrorKind {
    Cancelled, ///< the caller gave up
    Timeout, ///< no answer within the deadline; a write may still have happened
    Network, ///< name, connect, reset; the server may never have seen the request
    Proxy, ///< one on the way refuses, for its own user and password say; the server has seen nothing
    Tls,
    Http, ///< an HTTP status that carries no etcd error
    Protocol, ///< the peer answers, but not as an etcd gateway does
    Unauthenticated,
    PermissionDenied,
    Compacted, ///< the revision asked for is compacted away
    FutureRevision,
    TooLarge, ///< request above the server's --max-request-bytes
    TooManyOperations, ///< txn above the server's --max-txn-ops
    InvalidArgument,
    NotFound,
    Unavailable, ///< the server says it cannot serve now (no leader, shutting down)
    NoSpace, ///< NOSPACE alarm: the quota is used up
    Server, ///< any other gRPC status
    Decode,
    Encode,
    Io, ///< local file or process
    // Not sent at all, for the connection's safety level.
    ReadOnly,
    Locked, ///< until it is unlocked for a while
    Unconfirmed, ///< not what somebody has seen and agreed to
};

/// An error as a value. It holds no translated text.
struct Error
{
    ErrorKind kind = ErrorKind::Server;
    int grpcCode = -1; ///< https://grpc.github.io/grpc/core/md_doc_statuscodes.html; -1: none came
    int httpStatus = 0; ///< 0: none came
    QString detail; ///< the technical words, as the server or library said them
    qint64 offset = -1; ///< byte offset into the input, where one is meant
    bool neverSent = false; ///< the request certainly did not leave; so nothing can have come of it
};

template <typename T>
using Result = Expected<T, Error>;

/// A reply without content.
struct Nothing
{
};

} // namespace slotscope::core

Q_DECLARE_METATYPE(slotscope::core::Error)
