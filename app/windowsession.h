// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/commandline.h"

namespace slotscope::app {

/// Runs the window until it is closed, or until it is loaded and its picture is taken. Gives the exit code.
int runWindow(int argc, char **argv, const CommandLine &line);

} // namespace slotscope::app
