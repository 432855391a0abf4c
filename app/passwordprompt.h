// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

namespace slotscope::app {

/// Asks on the terminal, without showing what is typed; nothing where there is none, or where nothing was
/// typed. Waits for it: for commands, before their work begins.
std::optional<QString> askForPassword(const QString &prompt);

} // namespace slotscope::app
