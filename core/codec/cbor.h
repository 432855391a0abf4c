// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// Marks a Value::Style as set by the CBOR codec. For a scalar the style's spelling is then the item's bytes,
/// tags included.
inline constexpr quint32 CborStyle = 0x01000000;

/// CBOR (RFC 8949). Tags that have a kind of their own are read as what they mean: 0 and 1 in UTC Timestamp,
/// 2 and 3 Integer, 4 Decimal, 37 Uuid, 258 Set; where the content does not fit the tag, and for all others,
/// a Tag. New nodes are written as cbor2 writes them.
const Codec &cborCodec();

} // namespace slotscope::core
