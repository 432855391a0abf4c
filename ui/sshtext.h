// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/errortext.h"

namespace slotscope::ui {

/// Why the SSH tunnel through a host could not be used, and what to do about it, of what ssh said.
ErrorText describeSsh(const QString &destination, const QString &said);

} // namespace slotscope::ui
