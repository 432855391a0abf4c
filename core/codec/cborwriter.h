// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec.
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core::cbor {

enum class Major : quint8 { Unsigned, Negative, Bytes, Text, Array, Map, Tag, Simple };

/// `head` as in a style's flags; an argument that needs more bytes gets them.
void appendHead(QByteArray &out, Major major, quint64 argument, quint32 head = 0);

/// A scalar as cbor2 writes it, style or not; the error says what CBOR or this writer cannot hold.
Expected<QByteArray, QString> usualScalar(const Value &value);
/// A scalar in the way that its style's flags tell, without regard to its spelling. A number or time that
/// this cannot hold exactly is written wider: a float in the next width that can, a whole number of seconds
/// as a float. Refused where there is none: nothing is ever rounded.
Expected<QByteArray, QString> styledScalar(const Value &value);

Expected<QByteArray, EncodeError> write(const Value &value);

} // namespace slotscope::core::cbor
