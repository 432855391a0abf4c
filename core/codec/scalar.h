// SPDX-License-Identifier: GPL-3.0-or-later
//
// The simple value types of zlmdb, as its value classes write them.
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// UTF-8; no bytes are null.
const Codec &stringCodec();
/// Text where the bytes are printable UTF-8 (line breaks and tabs included) or none, else bytes. For plain
/// keys.
const Codec &textOrBytesCodec();
/// Bytes as they are.
const Codec &binaryCodec();
/// u64 big endian; above 2^53 read but not written.
const Codec &oidCodec();
/// 16 bytes in RFC 4122 order; null is written as zeros.
const Codec &uuidCodec();
/// int64, nanoseconds since 1970 UTC; null is written as zeros.
const Codec &timestampCodec(bool littleEndian = false);
/// As many bytes as the type says; null is written as zeros.
const Codec &bytes16Codec();
const Codec &bytes20Codec();
const Codec &bytes32Codec();
/// An array of bytes20Codec() and timestampCodec().
const Codec &bytes20TimestampCodec(bool littleEndian = false);

} // namespace slotscope::core
