// SPDX-License-Identifier: GPL-3.0-or-later
//
// The notation: the lossless JSON text of a Value. Null, bools, text and integers within ±2^53 as JSON has
// them; the rest as an object with one telling member: {"int": "123…"}, {"float": "1.5"}, {"hex": …},
// {"uuid": …}, {"tuple": […]}, {"set": […]},
// {"map": [[key, value], …]}, {"tag": n, "value": …}, {"simple": n}, {"undefined": true}, {"decimal": …},
// {"call": …} … What is read back is what was written, but for what only styles say: which of several CBOR
// tags a date or an address stands in. No map is written as a plain object, so that none is taken for such an
// object; one that people write is, where its members have the names of one.
#pragma once

#include "core/base/expected.h"
#include "core/value/value.h"

namespace slotscope::core {

struct DecodeError
{
    qint64 offset = -1; ///< byte offset into the input; -1: the whole
    QString what; ///< plain English, lower case, without the offset
    std::optional<Value> readSoFar {}; ///< a whole value, where only what follows it is wrong
};

/// UTF-8 JSON. `indent` -1: one line, compact.
QByteArray toNotation(const Value &value, int indent = -1);

/// As toNotation(), but for a typed field of a key or a simple value type, whose type says what it is: UUIDs
/// as plain canonical text, timestamps as {"ns": …, "iso": …}, integers beyond 2^53 as decimal text.
QByteArray toTypedNotation(const Value &value);

/// Reads notation; plain JSON objects are read as maps with text keys where they are no telling object, plain
/// JSON numbers with a point or an exponent as floats.
Expected<Value, DecodeError> fromNotation(const QByteArray &json);

/// Whether a plain object with these members would not be read as a map, but as what its first member tells.
bool isTelling(const MemberList &members);

} // namespace slotscope::core
