// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: the spellings of Python's texts and integers.
#pragma once

#include "core/value/value.h"

#include <QByteArrayView>

namespace slotscope::core::pickle {

/// UTF-8 with lone surrogates in three bytes each ("surrogatepass").
std::optional<QString> textFromSurrogateUtf8(QByteArrayView bytes);
QByteArray surrogateUtf8(const QString &text);

/// "raw-unicode-escape": Latin-1 with \uXXXX and \UXXXXXXXX.
std::optional<QString> textFromRawEscape(QByteArrayView bytes);
/// As Python's pickler spells it, so that no line ends in it.
QByteArray rawEscape(const QString &text);

/// A quoted Python 2 string with its escapes, as bytes.
std::optional<QByteArray> bytesFromRepr(QByteArrayView quoted);

/// As repr() in Python 2 quotes it.
QByteArray reprOfBytes(QByteArrayView bytes);

/// Little endian two's complement. Nothing where it is longer than is turned into digits.
std::optional<Value> integerFromTwosComplement(QByteArrayView littleEndian);
/// The shortest; nothing where there are more digits than are turned into bytes.
std::optional<QByteArray> twosComplement(const QString &digits);

} // namespace slotscope::core::pickle
