// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>

#include <algorithm>
#include <limits>

namespace slotscope::test {

/// What the fastest of three runs took, in ns: to be held against that of other work in the same test, never
/// against a clock.
template <typename Work>
qint64 fastestOf(const Work &work)
{
    qint64 fastest = std::numeric_limits<qint64>::max();
    for (int run = 0; run < 3; ++run) {
        QElapsedTimer timer;
        timer.start();
        work();
        fastest = std::min(fastest, timer.nsecsElapsed());
    }
    return fastest;
}

} // namespace slotscope::test
