// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec.
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core::cbor {

// A style's flags: which head is longer than need be, or that the item has no length in front.
inline constexpr quint32 HeadMask = 0x07; // 0: shortest; 1, 2, 3, 4: argument of 1, 2, 4, 8 bytes
inline constexpr quint32 IndefiniteHead = 0x07;
inline constexpr quint32 InnerHeadShift = 4; // the same for the array inside of tag 258
inline constexpr quint32 EpochTime = 0x100; // a Timestamp that is tag 1, not 0

enum class Major : quint8 { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

/// `head` as in the flags; an argument that needs more bytes gets them.
void appendHead(QByteArray &out, Major major, quint64 argument, quint32 head = 0);

/// A scalar as cbor2 writes it; the error says what CBOR or this writer cannot hold.
Expected<QByteArray, QString> usualScalar(const Value &value);

Expected<QByteArray, EncodeError> write(const Value &value);

} // namespace slotscope::core::cbor
