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
    const auto word = [](const char *at, auto number) {
        std::memcpy(&number, at, sizeof number);
        return quint64(number);
    };
    constexpr quint64 HighBits = 0x8080808080808080;
    const char *at = bytes.data();
    const qsizetype size = bytes.size();
    quint64 all = 0;
    if (size >= 8) {
        for (qsizetype i = 0; i + 8 <= size; i += 8)
            all |= word(at + i, quint64());
        all |= word(at + size - 8, quint64());
    } else if (size >= 4) {
        all = word(at, quint32()) | word(at + size - 4, quint32());
    } else if (size > 0) {
        all = quint8(at[0]) | quint8(at[size / 2]) | quint8(at[size - 1]);
    }
    return (all & HighBits) == 0;
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
