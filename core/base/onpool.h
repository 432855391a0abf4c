// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

namespace slotscope::core {

/// Completes a call with what `work(arguments…)` makes on the thread pool, a Result. Nothing is told any more
/// once the call is gone.
template <typename T, typename Work, typename... Arguments>
void completeOnPool(CallState<T> *state, Work work, Arguments... arguments)
{
    auto *watcher = new QFutureWatcher<Result<T>>(state);
    QObject::connect(watcher, &QFutureWatcherBase::finished, state,
                     [state, watcher] { state->complete(watcher->future().takeResult()); });
    watcher->setFuture(QtConcurrent::run(std::move(work), std::move(arguments)...));
}

} // namespace slotscope::core
