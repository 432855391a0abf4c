// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/value.h"

namespace slotscope::ui {

/// A value's kind for people, with the size where it has one: `text`, `map · 3`.
QString typeText(const core::Value &value);

} // namespace slotscope::ui
