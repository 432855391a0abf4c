// SPDX-License-Identifier: GPL-3.0-or-later
//
// Values compressed as a whole: zlib (RFC 1950) or snappy's raw block format.
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// The most bytes that `compressedSize` bytes may hold: 200 times as many and a mebibyte, and never more than
/// 64 MiB. Real records stay far below it; a bomb does not.
qint64 inflatedLimit(qsizetype compressedSize);

/// Finds out how large the result is before it takes memory for it. The error's offset is one in the
/// compressed bytes.
Expected<QByteArray, DecodeError> inflateZlib(QByteArrayView compressed);
Expected<QByteArray, DecodeError> inflateSnappy(QByteArrayView compressed);

/// As Python's zlib.compress() does it; where `like` is given, with the settings that made it (window, level,
/// memory, strategy), as far as they can be found out.
QByteArray compressZlib(QByteArrayView bytes, QByteArrayView like = {});
QByteArray compressSnappy(QByteArrayView bytes);

} // namespace slotscope::core
