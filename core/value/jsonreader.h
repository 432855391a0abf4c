// SPDX-License-Identifier: GPL-3.0-or-later
//
// JSON text read into a Value without losing anything: member order, repeated names, the numbers' digits, and
// on demand the spelling. Used by the notation and by the JSON codec. (nlohmann_json tells neither byte
// positions nor escapes and blanks, and refuses NaN.)
#pragma once

#include "core/value/notation.h"
#include "core/value/styleflags.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace slotscope::core {

/// Of a style with the mark JsonStyle the spelling is the token as it stood, or for an
/// array or object its skeleton: the brackets, commas and colons with the blanks around them, and a
/// JsonPlaceholder for each name and value. Behind it are their places in the text. In a text without blanks
/// arrays and objects have no style; where there are blanks, all have that are not empty.
inline constexpr char JsonPlaceholder = '.';
/// Beside JsonStyle: a string in which all that is not ASCII is escaped, as one in its place is to be.
inline constexpr quint32 JsonAscii = 0x01;
static_assert((JsonAscii & ~CodecFlags) == 0);

/// A spelling of an array or object taken apart: the skeleton, and where its names and values began.
struct JsonSkeleton
{
    QByteArrayView skeleton;
    QByteArrayView places; ///< see jsonPlaces()
};
JsonSkeleton jsonSkeleton(QByteArrayView spelling);
QList<qint64> jsonPlaces(QByteArrayView places);

struct JsonReading
{
    bool keepStyle = false; ///< set Value::style where the text is not what jsonCodec() would write
    int maximumDepth = 512;
};

/// RFC 8259 and the bare NaN, Infinity and -Infinity of Python. Objects become maps, integers Integer of any
/// size, numbers with a point or an exponent Float. Escaped lone surrogates are kept as such. Sets
/// Value::source. Not recursive.
Expected<Value, DecodeError> readJson(QByteArrayView bytes, const JsonReading &reading);

/// A JSON string with quotes, as Python's json.dumps(ensure_ascii=False) writes it. Only for valid UTF-16.
QByteArray jsonString(QStringView text);
/// The same with ensure_ascii=True; for any text.
QByteArray asciiJsonString(QStringView text);

} // namespace slotscope::core
