// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"

#include <QByteArray>

namespace slotscope::ui {

/// Writes a file that the user has asked for, as a whole or not at all; only its owner may read it. Safe on
/// any thread.
core::Result<core::Nothing> writeForTheUser(const QString &path, const QByteArray &content);

} // namespace slotscope::ui
