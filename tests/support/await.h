// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/call.h"

#include <QtTest>

#include <optional>

namespace slotscope::test {

/// Waits for a call's result while events are processed. Fails with ErrorKind::Timeout after that.
template <typename T>
core::Result<T> await(const core::Call<T> &call, int timeoutMs = 15'000)
{
    QObject context;
    std::optional<core::Result<T>> result;
    call.then(&context, [&result](const core::Result<T> &outcome) { result = outcome; });
    if (!QTest::qWaitFor([&result] { return result.has_value(); }, timeoutMs))
        return core::Unexpected {core::Error {.kind = core::ErrorKind::Timeout,
                                              .detail = QStringLiteral("the test waited in vain")}};
    return *result;
}

} // namespace slotscope::test
