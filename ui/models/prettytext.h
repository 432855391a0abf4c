// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/value.h"

namespace slotscope::ui {

/// A value as text to be read, indented: the notation, but maps as plain JSON objects and floats as plain
/// numbers wherever fromNotation() reads that back as the same.
QString prettyText(const core::Value &value);

} // namespace slotscope::ui
