// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QEventLoop>

#include <optional>

namespace slotscope::test {

/// Waits for a call's result while events are processed. Fails with ErrorKind::Timeout after that.
template <typename T>
core::Result<T> await(const core::Call<T> &call, int timeoutMs = 15'000)
{
    QEventLoop loop;
    std::optional<core::Result<T>> result;
    call.then(&loop, [&](const core::Result<T> &outcome) {
        result = outcome;
        loop.quit();
    });
    QTimer::singleShot(timeoutMs, &loop, &QEventLoop::quit);
    loop.exec();
    if (!result)
        return core::Unexpected {core::Error {.kind = core::ErrorKind::Timeout,
                                              .detail = QStringLiteral("the test waited in vain")}};
    return *result;
}

} // namespace slotscope::test
