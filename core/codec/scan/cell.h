// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// One field of a record, read without building the record's tree. Does not own what it points to: the views
/// are into the bytes that were read.
struct Cell
{
    enum class Kind : quint8 {
        Absent,
        Null,
        Bool, ///< integer: 0 or 1
        Integer,
        Float,
        Text, ///< bytes: valid UTF-8
        Bytes,
        Uuid, ///< bytes: 16, RFC 4122 order
        Timestamp, ///< integer: nanoseconds
        Encoded, ///< bytes: what `codec` makes the value of, on demand
        Decoded, ///< value
    };

    Kind kind = Kind::Absent;
    union {
        qint64 integer = 0;
        double number;
        const Codec *codec;
        const Value *value;
    };
    QByteArrayView bytes;

    static Cell null() { return {.kind = Kind::Null}; }
    static Cell boolean(bool value) { return {.kind = Kind::Bool, .integer = value ? 1 : 0}; }
    static Cell ofInteger(qint64 value) { return {.kind = Kind::Integer, .integer = value}; }
    static Cell ofFloat(double value) { return {.kind = Kind::Float, .number = value}; }
    static Cell timestamp(qint64 nanoseconds) { return {.kind = Kind::Timestamp, .integer = nanoseconds}; }
    static Cell text(QByteArrayView utf8) { return {.kind = Kind::Text, .bytes = utf8}; }
    static Cell ofBytes(QByteArrayView bytes) { return {.kind = Kind::Bytes, .bytes = bytes}; }
    static Cell uuid(QByteArrayView rfc4122) { return {.kind = Kind::Uuid, .bytes = rfc4122}; }
    static Cell encoded(QByteArrayView bytes, const Codec &codec)
    {
        return {.kind = Kind::Encoded, .codec = &codec, .bytes = bytes};
    }
    /// Null pointer: absent.
    static Cell decoded(const Value *value)
    {
        return value ? Cell {.kind = Kind::Decoded, .value = value} : Cell();
    }
};

/// What the cell holds, as the full decoder would give it, but for Value::source(); nothing where it is
/// absent.
std::optional<Value> toValue(const Cell &cell);

} // namespace slotscope::core
