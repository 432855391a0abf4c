// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec: tags that have a kind of value of their own.
#pragma once

#include "core/value/value.h"

namespace slotscope::core::cbor {

/// What a tag means, where its content fits: a Timestamp, Integer, Decimal or Uuid, in a style whose flags
/// tell in which way it is written. Nothing: it stays a tag.
std::optional<Value> meaningOf(quint64 tag, const Value &content);

/// A point in time from seconds since 1970, as meaningOf() reads them.
std::optional<qint64> nanosecondsOf(double seconds);

/// mantissa × 2^exponent as a decimal, and back; only where it is exact and of a moderate size.
std::optional<QString> decimalOfBigFloat(qint64 exponent, qint64 mantissa);
struct BigFloatParts
{
    qint64 exponent = 0;
    qint64 mantissa = 0;
};
std::optional<BigFloatParts> bigFloatOfDecimal(const QString &decimal);

} // namespace slotscope::core::cbor
