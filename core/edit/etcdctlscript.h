// SPDX-License-Identifier: GPL-3.0-or-later
//
// A transaction as scripts that people can read, keep and run without Slotscope. What they do is byte for
// byte what the request does; what a tool cannot express is said in the script, which then refuses to run.
#pragma once

#include "core/etcd/client.h"

#include <chrono>
#include <functional>
#include <map>

namespace slotscope::core {

/// A string as `etcdctl txn` reads it back to the same bytes, in double quotes: plain ASCII with \xNN for all
/// that a shell, etcdctl or a terminal could take for something else.
QByteArray etcdctlQuoted(const QByteArray &bytes);

struct TxnScriptOptions
{
    Endpoint endpoint;
    /// Puts whose key is to hang on a lease that is yet to be granted.
    std::map<QByteArray, std::chrono::seconds> newLeases;
    /// What a key is, in words for a comment; optional.
    std::function<QString(const QByteArray &key)> describe;
};

/// What `etcdctl txn` (3.4 and newer, ETCDCTL_API=3) takes on its standard input.
struct EtcdctlTxn
{
    QByteArray input; ///< new leases stand in it as shell variables: `$lease_60`
    QStringList missing; ///< what of the request is not in it, since etcdctl has no words for it
};
EtcdctlTxn etcdctlTxn(const TxnRequest &request,
                      const std::map<QByteArray, std::chrono::seconds> &newLeases = {});

/// A shell script around it. Its exit code is 0 when the transaction was done; 1 when a compare failed, and
/// so nothing was written; 2 when it could not be sent or was refused; 3 when it is not the whole
/// transaction.
QByteArray etcdctlScript(const TxnRequest &request, const TxnScriptOptions &options);
/// The same request to the JSON gateway, by curl, as a shell script with the same exit codes.
QByteArray curlScript(const TxnRequest &request, const TxnScriptOptions &options);

} // namespace slotscope::core
