// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>

#include <new>

namespace slotscope::core {

/// Completes a call with what `work(arguments…)` makes on the thread pool, a Result; or with an error where
/// there is no memory for it. Nothing is told any more once the call is gone.
template <typename T, typename Work, typename... Arguments>
void completeOnPool(CallState<T> *state, Work work, Arguments... arguments)
{
    auto *watcher = new QFutureWatcher<Result<T>>(state);
    QObject::connect(watcher, &QFutureWatcherBase::finished, state,
                     [state, watcher] { state->complete(watcher->future().takeResult()); });
    const auto guarded = [work = std::move(work)](Arguments... taken) -> Result<T> {
        try {
            return work(std::move(taken)...);
        } catch (const std::bad_alloc &) {
            return Unexpected {Error {.kind = ErrorKind::Protocol,
                                      .detail = QStringLiteral("there is no memory for what was received")}};
        }
    };
    watcher->setFuture(QtConcurrent::run(guarded, std::move(arguments)...));
}

} // namespace slotscope::core
