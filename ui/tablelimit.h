// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/livetable.h"

#include <array>

namespace slotscope::ui {

/// How much of a table is loaded before the user says that it is to be more; kept in the settings.
core::LiveTable::Limit tableLimit();
void rememberTableLimit(const core::LiveTable::Limit &limit);
/// What is offered; 0: all.
inline constexpr std::array<qint64, 5> TableRowChoices {100'000, 500'000, 2'000'000, 10'000'000, 0};
inline constexpr std::array<qint64, 5> TableMegabyteChoices {64, 256, 1024, 4096, 0};

} // namespace slotscope::ui
