// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>

#include <functional>

namespace slotscope::core {

/// Calls `work` for every number below `count`, on this thread and on those that the pool has to spare, and
/// waits for the last one. May be called on a thread of the pool, and from within itself: it never waits for
/// a thread to become free.
void inParallel(QThreadPool *pool, size_t count, const std::function<void(size_t)> &work);

} // namespace slotscope::core
