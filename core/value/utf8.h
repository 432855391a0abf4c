// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

#include <optional>

namespace slotscope::core {

/// Offset of the first byte that does not belong to valid UTF-8; -1 when all do.
qsizetype firstInvalidUtf8(QByteArrayView bytes);

/// Nothing if the bytes are not valid UTF-8. Keeps U+FEFF at the start, which QString::fromUtf8() takes for a
/// mark.
std::optional<QString> textFromUtf8(QByteArrayView bytes);

/// Whether no byte is a control character except tab and line ends, and all is valid UTF-8.
bool isPrintableUtf8(QByteArrayView bytes);

} // namespace slotscope::core
