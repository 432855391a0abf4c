// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/profile/connectionwords.h"
#include "core/profile/profile.h"

#include <functional>

namespace slotscope::core {
class Secrets;
}

namespace slotscope::app {

/// How to connect, as far as it is said: by the words that are given, before those of the environment, which
/// do not count beside a profile. Without an address the one that etcdctl takes. The password may be missing.
core::Result<core::Profile> describedProfile(const core::ConnectionWords &given, const QString &profileName);

/// The same for a command: with what the keychain has of it, and what else is missing asked for on the
/// terminal. `then` is called later, with the error of what cannot be had.
void profileForCommand(const core::ConnectionWords &given, const QString &profileName, core::Secrets *secrets,
                       QObject *context, std::function<void(const core::Result<core::Profile> &)> then);

/// Wipes passwords from the command line that the system shows of this process.
void hidePasswords(int argc, char **argv);

} // namespace slotscope::app
