// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

#include <cstring>
#include <optional>

namespace slotscope::core {

/// Whether no byte has its high bit set: quick also for short texts.
inline bool isAscii(QByteArrayView bytes)
{
    constexpr quint64 HighBits = 0x8080808080808080;
    const auto word = [](const char *at) {
        quint64 eight = 0;
        std::memcpy(&eight, at, sizeof eight);
        return eight;
    };
    const char *at = bytes.data();
    const qsizetype size = bytes.size();
    if (size < 8) {
        quint8 all = 0;
        for (qsizetype i = 0; i < size; ++i)
            all |= quint8(at[i]);
        return all < 0x80;
    }
    quint64 all = 0;
    for (qsizetype i = 0; i + 8 <= size; i += 8)
        all |= word(at + i);
    return ((all | word(at + size - 8)) & HighBits) == 0;
}

inline bool isUtf8(QByteArrayView bytes)
{
    return isAscii(bytes) || bytes.isValidUtf8();
}

/// Offset of the first byte that does not belong to valid UTF-8; -1 when all do.
qsizetype firstInvalidUtf8(QByteArrayView bytes);

/// Nothing if the bytes are not valid UTF-8. Keeps U+FEFF at the start, which QString::fromUtf8() takes for a
/// mark.
std::optional<QString> textFromUtf8(QByteArrayView bytes);

/// Whether no byte is a control character except tab and line ends, and all is valid UTF-8.
bool isPrintableUtf8(QByteArrayView bytes);

} // namespace slotscope::core
