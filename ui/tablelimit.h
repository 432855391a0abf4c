// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/livetable.h"

#include <array>
#include <limits>

namespace slotscope::ui {

/// How much of a table is loaded before the user says that it is to be more; kept in the settings.
core::LiveTable::Limit tableLimit();
void rememberTableLimit(const core::LiveTable::Limit &limit);
/// In place of a number of either.
inline constexpr qint64 NoTableLimit = std::numeric_limits<qint64>::max();
/// What is offered.
inline constexpr qint64 Megabyte = 1024 * 1024;
inline constexpr std::array<qint64, 5> TableRowChoices {100'000, 500'000, 2'000'000, 10'000'000,
                                                        NoTableLimit};
inline constexpr std::array<qint64, 5> TableByteChoices {64 * Megabyte, 256 * Megabyte, 1024 * Megabyte,
                                                         4096 * Megabyte, NoTableLimit};

} // namespace slotscope::ui
