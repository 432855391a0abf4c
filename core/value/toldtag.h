// SPDX-License-Identifier: GPL-3.0-or-later
//
// CBOR tags without a kind of their own that say more than a number: what they mean, as a name and a text.
// The notation tells them so ({"fraction": "1/3"}), and cells show the text.
#pragma once

#include "core/value/value.h"

namespace slotscope::core {

struct ToldTag
{
    const char *name; ///< the notation's
    QString text;
};

/// A date and time with another offset than UTC (tag 0), a fraction (30), a regular expression (35), a MIME
/// message (36), a date (100, 1004), an address or a network (52, 54, 260, 261). Nothing where the content
/// does not fit the tag, or where the text would not say all of it.
std::optional<ToldTag> toldTag(const Value &tag);

/// What a tag says of its content that no text of toldTag() does, for people: `URI`, `array of uint16`.
/// Empty: nothing that is known.
QString tagWords(quint64 number);

inline constexpr quint64 EmbeddedCborTag = 24; ///< bytes that are CBOR themselves
inline constexpr quint64 ComplexTag = 43000; ///< of two floats, as cbor2 writes a complex number

/// The tag that a name of toldTag() and a text stand for, as Python's cbor2 writes it: dates are 1004,
/// addresses 260, networks 261. Nothing where the text does not fit the name.
std::optional<Value> tagOfTold(const QByteArray &name, const QString &text);

/// `fresh` with the tag number of `old` where both mean the same sort of thing: a date stays in tag 100, an
/// address in 52. Else `fresh` itself.
Value withTagOf(const Value &old, const Value &fresh);

} // namespace slotscope::core
