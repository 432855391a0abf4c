// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <algorithm>

namespace slotscope::core {

/// Whether the bytes hold `lower`, an ASCII text in lower case, in any case.
inline bool containsAscii(QByteArrayView bytes, QByteArrayView lower)
{
    const auto equal = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b; };
    return std::search(bytes.begin(), bytes.end(), lower.begin(), lower.end(), equal) != bytes.end()
        || lower.isEmpty();
}

} // namespace slotscope::core
