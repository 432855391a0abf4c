// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/etcd/messages.h"

#include <QSslCertificate>
#include <QUrl>

#include <chrono>
#include <vector>

namespace slotscope::core {

/// What a connection needs, in the order in which it is tried.
enum class TestStep {
    Files, ///< certificates and keys can be read, and fit
    Name, ///< the host has an address
    Tcp, ///< somebody listens there
    Tls,
    Http,
    Version, ///< it is an etcd
    Gateway, ///< whose JSON gateway answers, with a leader
    Auth, ///< it takes the user, or wants none
    Permissions, ///< what the user may read and write
};
inline constexpr int TestStepCount = 9;

enum class StepOutcome {
    NotReached, ///< an earlier step failed
    Running,
    Passed,
    Warning, ///< it works, and something is worth knowing
    Failed,
    Skipped, ///< not needed for this connection
};

/// What is wrong, as far as people have to do something different about it. Prose is made in
/// ui/connectiontesttext.
enum class ConnectionFault {
    None,
    UnusableFile, ///< a certificate or key; the error's detail says which and why
    UnknownName,
    Refused,
    Unreachable,
    NoAnswer, ///< within the time
    ProxyFailed, ///< it is not there, wants another user or password, or does not get through
    TunnelFailed, ///< ssh, in its own words
    // Of TLS
    UntrustedIssuer,
    SelfSigned,
    Expired,
    ExpiresSoon, ///< only a warning
    NotYetValid,
    NameMismatch,
    OtherCertificate, ///< trusted by choice was another one than what is shown now
    BadCertificate,
    SpeaksPlain, ///< https was asked for, http is spoken
    WantsTls, ///< the other way round
    ClientCertificateWanted,
    ClientCertificateRefused,
    HandshakeFailed,
    // Of HTTP and the gateway
    ClosedSilently,
    NotHttp,
    Redirected,
    GrpcOnly, ///< it speaks gRPC, and has no JSON gateway
    GatewayDisabled, ///< etcd itself says its version, and has no JSON gateway
    NotEtcd,
    TooOld,
    NoLeader,
    Alarm,
    // Of the user
    AuthNeeded,
    WrongPassword,
    AuthDisabled, ///< a user is given, and etcd asks for none; only a warning
    NothingGranted,
    Other, ///< as the error says
};

struct StepReport
{
    StepOutcome outcome = StepOutcome::NotReached;
    ConnectionFault fault = ConnectionFault::None;
    Error error; ///< the technical side of a fault
    std::chrono::milliseconds duration {};
};

/// A range of keys that a role of the user opens.
struct GrantedRange
{
    KeyRange range;
    bool read = false;
    bool write = false;
};

/// What was found out on the way, each as soon as it is known.
struct ConnectionReport
{
    QUrl endpoint;
    std::vector<StepReport> steps = std::vector<StepReport>(TestStepCount);

    QStringList addresses; ///< of the host
    QString peer; ///< the address that was connected to
    QString proxy; ///< host and port of the one on the way; empty: none, or the system's
    bool forwarded = false; ///< the proxy hands requests on, and nobody was connected to but that
    QList<QSslCertificate> chain; ///< the server's own first
    QString protocol; ///< of TLS
    QString cipher;
    bool trustedByChoice = false; ///< the certificate was, so that nothing else was asked of it
    ServerVersion version;
    QString apiPath;
    StatusReply status;
    QString user; ///< empty: none
    bool authEnabled = false;
    bool readsEverything = false;
    bool writesEverything = false;
    std::vector<GrantedRange> granted; ///< to the user, if not everything

    const StepReport &at(TestStep step) const { return steps[static_cast<std::size_t>(step)]; }
    StepReport &at(TestStep step) { return steps[static_cast<std::size_t>(step)]; }
    /// The one that failed; none: all is well.
    std::optional<TestStep> failedStep() const
    {
        for (int i = 0; i < TestStepCount; ++i) {
            if (steps[static_cast<std::size_t>(i)].outcome == StepOutcome::Failed)
                return static_cast<TestStep>(i);
        }
        return {};
    }
    /// It failed for the server's certificate alone, which may be trusted by choice.
    bool isAboutTrust() const
    {
        switch (at(TestStep::Tls).fault) {
        case ConnectionFault::UntrustedIssuer:
        case ConnectionFault::SelfSigned:
        case ConnectionFault::Expired:
        case ConnectionFault::NotYetValid:
        case ConnectionFault::NameMismatch:
        case ConnectionFault::OtherCertificate:
            return at(TestStep::Tls).outcome == StepOutcome::Failed && !chain.isEmpty();
        default:
            return false;
        }
    }
};

} // namespace slotscope::core
