// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/parallel.h"

#include <QSemaphore>

#include <algorithm>
#include <atomic>
#include <memory>

namespace slotscope::core {

void inParallel(QThreadPool *pool, size_t count, const std::function<void(size_t)> &work)
{
    std::atomic<size_t> next = 0;
    const auto takeTurns = [&next, &work, count] {
        for (size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1))
            work(i);
    };
    // Who releases it last may still be at it when this has returned.
    const auto ended = std::make_shared<QSemaphore>();
    const int most = int(std::min(size_t(std::max(1, pool->maxThreadCount())), count)) - 1;
    int helpers = 0;
    while (helpers < most && pool->tryStart([takeTurns, ended] {
        takeTurns();
        ended->release();
    }))
        ++helpers;
    takeTurns();
    ended->acquire(helpers);
}

} // namespace slotscope::core
