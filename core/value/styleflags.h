// SPDX-License-Identifier: GPL-3.0-or-later
//
// The bits of Value::Style::flags, all in one place: marks, which every codec may meet on a value that comes
// from another one, and below them the room of the codec whose mark is set.
#pragma once

#include "core/value/value.h"

#include <bit>

namespace slotscope::core {

// Value::OtherType is the highest.

/// A flag for all codecs, and a part of a value's meaning: a field that its record does not store. The value
/// is what a reader gets in its place, null where that is nothing.
inline constexpr quint32 AbsentField = 0x40000000;
/// A flag that a codec sets beside its own: a new value of the same kind in this place takes the flags over
/// (not the spelling), so that it is written in the same way: a CBOR float in its width.
inline constexpr quint32 InheritedStyle = 0x20000000;

// Who set the style. One codec's.
inline constexpr quint32 PickleOriginStyle = 0x10000000; ///< see picklevalue.h
inline constexpr quint32 FlatStyle = 0x08000000; ///< see recordstyle.h
inline constexpr quint32 PickleStyle = 0x04000000; ///< see picklevalue.h
inline constexpr quint32 JsonStyle = 0x02000000; ///< see jsonreader.h
inline constexpr quint32 CborStyle = 0x01000000; ///< see cborstyle.h

/// What the other bits mean, the codec knows whose mark is set.
inline constexpr quint32 CodecFlags = 0x00ffffff;

/// Whether no two of some sets of bits have one in common.
template <typename... Sets>
constexpr bool areDistinct(Sets... sets)
{
    return (std::popcount(quint32(sets)) + ...) == std::popcount((quint32(sets) | ...));
}
static_assert(areDistinct(Value::OtherType, AbsentField, InheritedStyle, PickleOriginStyle, FlatStyle,
                          PickleStyle, JsonStyle, CborStyle, CodecFlags));

} // namespace slotscope::core
