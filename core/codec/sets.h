// SPDX-License-Identifier: GPL-3.0-or-later
//
// The set value types of zlmdb. The order of the elements means nothing, but is kept.
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// UTF-8 texts joined by a zero byte; an empty one is null, so no bytes are a set of null.
const Codec &stringSetCodec();
/// Any number of u64 big endian; above 2^53 read but not written.
const Codec &oidSetCodec();
/// Any number of 16 bytes in RFC 4122 order.
const Codec &uuidSetCodec();

} // namespace slotscope::core
