// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec: what the styles of its values say.
//
// They have the mark CborStyle. Of a scalar the spelling is the item's bytes, tags included. A new value in
// its place takes only the flags over; they tell in which way it is to be written.
//
// Tags that only say how something is stored are not seen in the tree: 55799, 256 and 28 around a container
// are the spelling of its style, a reference (25, 29) is what it refers to. Where a spelling ends in eight
// bytes more (Shared, SharedReference) these number the shared value as the reader met it.
#pragma once

#include "core/codec/cbor.h"
#include "core/value/styleflags.h"
#include "core/value/valueedit.h"

namespace slotscope::core::cbor {

inline constexpr quint32 HeadMask = 0x07; // 0: shortest; 1, 2, 3, 4: argument of 1, 2, 4, 8 bytes
inline constexpr quint32 IndefiniteHead = 0x07; // no length in front
inline constexpr quint32 InnerHeadShift = 4; // the same for the array inside of tag 258
inline constexpr quint32 EpochTime = 0x100; // a Timestamp that is tag 1, not 0
inline constexpr quint32 FloatMask = 0x600; // of a Float, or of the seconds of EpochTime
inline constexpr quint32 HalfFloat = 0x200;
inline constexpr quint32 SingleFloat = 0x400;
inline constexpr quint32 DoubleFloat = 0x600; // only of EpochTime, which else has whole seconds
inline constexpr quint32 BigNumber = 0x800; // tag 2 or 3, however small
inline constexpr quint32 BigFloat = 0x1000; // a Decimal that is tag 5
inline constexpr quint32 StringReference = 0x2000; // tag 25
inline constexpr quint32 Shared = 0x4000; // tag 28
inline constexpr quint32 SharedReference = 0x8000; // tag 29
inline constexpr quint32 NumericOffset = 0x10000; // a Timestamp in tag 0 that ends in +00:00, not Z
inline constexpr quint32 FractionShift =
    17; // its digits behind the second and one more; 0: as many as it needs
inline constexpr quint32 FractionMask = 0x1e0000;
inline constexpr quint32 SelfDescribed = 0x200000; // tag 55799 around a scalar
static_assert(areDistinct(HeadMask, HeadMask << InnerHeadShift, EpochTime, FloatMask, BigNumber, BigFloat,
                          StringReference, Shared, SharedReference, NumericOffset, FractionMask,
                          SelfDescribed, ~CodecFlags));

inline constexpr quint64 StringReferenceTag = 25;
inline constexpr quint64 SharedTag = 28;
inline constexpr quint64 SharedReferenceTag = 29;
inline constexpr quint64 StringNamespaceTag = 256;
inline constexpr quint64 SetTag = 258;
inline constexpr quint64 SelfDescribedTag = 55799;

/// Instead of the number of what a reference (25, 29) is to: there was no such thing. The number that it has
/// stands in eight bytes before.
inline constexpr quint64 Nothing = ~quint64(0);

/// The flags of a style that is ours, else 0.
inline quint32 flagsOf(const Value &value)
{
    const quint32 flags = value.style().flags;
    return flags & CborStyle ? flags & ~(CborStyle | InheritedStyle) : 0;
}

/// Eight bytes at the end of a spelling.
inline QByteArray numbered(const QByteArray &spelling, quint64 number)
{
    QByteArray out = spelling;
    for (int shift = 56; shift >= 0; shift -= 8)
        out += char(quint8(number >> shift));
    return out;
}
inline quint64 numberOf(const QByteArray &spelling)
{
    quint64 number = 0;
    for (const char byte : QByteArrayView(spelling).last(8))
        number = number << 8 | quint8(byte);
    return number;
}

} // namespace slotscope::core::cbor
