// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace slotscope::app {

/// The whole program: reads the command line, and runs a command, the demo or the window. Returns the exit
/// code: 0 done, 1 failed (with an error on stderr), 2 wrong usage.
int run(int argc, char **argv);

} // namespace slotscope::app
