// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <algorithm>

namespace slotscope::core {

/// Whether the bytes hold `lower`, an ASCII text in lower case, in any case.
inline bool containsAscii(QByteArrayView bytes, QByteArrayView lower)
{
    if (lower.size() > bytes.size() || lower.isEmpty())
        return lower.isEmpty();
    // Letters differ from their other case by one bit, and nothing else becomes a letter by setting it.
    const char first = lower.front();
    const int caseBit = first >= 'a' && first <= 'z' ? 0x20 : 0;
    const auto equal = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? char(a + 32) : a) == b; };
    const char *last = bytes.data() + (bytes.size() - lower.size());
    for (const char *at = bytes.data(); at <= last; ++at) {
        if (char(*at | caseBit) == first
            && std::equal(lower.begin() + 1, lower.end(), at + 1,
                          [&equal](char b, char a) { return equal(a, b); }))
            return true;
    }
    return false;
}

} // namespace slotscope::core
