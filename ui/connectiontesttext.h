// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/connectionreport.h"
#include "ui/errortext.h"

namespace slotscope::ui {

/// `TCP connection`
QString stepName(core::TestStep step);
/// A stable word for scripts: `tcp`
QString stepWord(core::TestStep step);
/// A stable word for scripts: `wants-tls`; empty for None.
QString faultWord(core::ConnectionFault fault);
/// `passed`, `failed`, `warning`, `skipped`, `not-reached`
QString outcomeWord(core::StepOutcome outcome);

/// What was found at a step, in one sentence; what is wrong, where something is. Empty: nothing yet.
QString stepText(const core::ConnectionReport &report, core::TestStep step);
/// What is wrong at a step, and what to do about it; all empty where nothing is.
ErrorText describeFault(const core::ConnectionReport &report, core::TestStep step);
/// The certificates that the server showed, a few lines for each: for whom, by whom, from when to when,
/// fingerprint.
QStringList chainText(const core::ConnectionReport &report);
/// `5A:0F:…`: SHA-256
QString fingerprintText(const QSslCertificate &certificate);
/// All of it as text, to be passed on. No secrets are in it.
QString reportText(const core::ConnectionReport &report);

} // namespace slotscope::ui
