// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a format with a schema knows of a value beyond its content, kept in Value::style(): the names of
// tables and enum values, and which fields are absent. Set by the codec, read by the notation and by those
// who show values.
#pragma once

#include "core/value/styleflags.h"

#include <QStringList>

namespace slotscope::core {

/// Of a style with the mark FlatStyle: one of the kinds below says what its spelling is.
inline constexpr quint32 FlatKindMask = 0x000000ff;
enum FlatKind : quint32 {
    FlatTable = 1, ///< a Map: the spelling is a FlatTableStyle
    FlatStruct = 2, ///< a Map: the spelling is the name
    FlatEnum = 3, ///< an Integer: the spelling is the name of the value, empty where it has none
    FlatFlags = 4, ///< an Integer: the spelling is `Name|Name|rest`
    FlatByteVector = 5, ///< Bytes that are a list of numbers in the notation
    FlatDamaged = 6, ///< Bytes of a nested buffer that cannot be read: the spelling says why
    FlatOptional = 7, ///< an absent Null that readers get as such
    FlatNotANumber = 8, ///< a Float: the spelling is its bytes
};
static_assert((FlatKindMask & ~CodecFlags) == 0);

/// Of a table, packed into the spelling of its style.
struct FlatTableStyle
{
    QByteArray name; ///< qualified
    std::vector<int> unknownFields {}; ///< stored, but not in the schema
    std::optional<QByteArray> nestedBytes {}; ///< the buffer that it is the root of, inside another buffer

    QByteArray packed() const;
    static FlatTableStyle unpacked(const QByteArray &spelling);
};

bool isAbsent(const Value &value);
/// 0: not set by the FlatBuffers codec, or nothing of its own to say.
quint32 flatKind(const Value &value);

} // namespace slotscope::core
