// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commandline.h"

namespace slotscope::app {

/// Runs the program with its window until that is closed, or until the picture is taken that was asked for.
/// Returns the exit code.
int runWindow(int argc, char **argv, const CommandLine &line);

} // namespace slotscope::app
