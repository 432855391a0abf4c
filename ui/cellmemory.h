// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>

namespace slotscope::ui {

/// What the decoded cells of each open table may take up, in megabytes; kept in the settings.
int cellMemory();
void rememberCellMemory(int megabytes);
/// What is offered.
inline constexpr std::array CellMemoryChoices {16, 64, 256, 1024};

} // namespace slotscope::ui
