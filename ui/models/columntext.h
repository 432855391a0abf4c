// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/columns.h"

namespace slotscope::ui {

/// What a column holds, as far as the sample tells, and how many records have it: `text or whole number, in
/// 98 % of the records looked at`. Empty where nothing is to be told.
QString columnSummary(const core::Column &column);

} // namespace slotscope::ui
