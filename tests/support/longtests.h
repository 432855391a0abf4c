// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace slotscope::test {

/// Whether tests that run for as long as they are let are to run in full (packaging/run-long-tests): for a
/// minute, a hundred times. Else they are short enough for every change.
inline bool isLongRun()
{
    return qEnvironmentVariableIntValue("SLOTSCOPE_LONG_TESTS") != 0;
}

} // namespace slotscope::test
