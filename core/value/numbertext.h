// SPDX-License-Identifier: GPL-3.0-or-later
//
// Numbers and their texts: floats as Python writes them, integers of any size as bytes.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <optional>

namespace slotscope::core {

/// The shortest text that reads back as the same double, as Python's repr() spells it: `1.0`, `1e-07`, `NaN`,
/// `-Infinity`.
QByteArray floatText(double value);

/// The double nearest to a decimal number (optional sign, point, exponent) or the words of floatText(). Too
/// large a number is infinite, as in Python.
std::optional<double> floatFromText(QByteArrayView text);

/// Longer integers are not turned into bytes or back: the time taken grows with the square of the length.
inline constexpr qsizetype MaximumConvertedDigits = 4300;
inline constexpr qsizetype MaximumConvertedBytes = 1024;

/// Decimal digits of an unsigned big endian number of at most MaximumConvertedBytes.
QString digitsFromBytes(QByteArrayView bigEndian);
/// The shortest big endian bytes of a number given as at most MaximumConvertedDigits decimal digits; no bytes
/// for 0.
QByteArray bytesFromDigits(QStringView digits);
/// Digits of a number one larger or smaller than `digits`, both not negative.
QString incrementedDigits(const QString &digits);
QString decrementedDigits(const QString &digits);

/// The text of mantissa × 10^exponent as Python's Decimal writes it (`273.15`, `1E+3`).
QString decimalText(const QString &mantissaDigits, qint64 exponent);

/// A decimal text taken apart: `1.10` is 110 × 10^-2.
struct DecimalParts
{
    QString mantissa; ///< digits with an optional minus
    qint64 exponent = 0;
};
std::optional<DecimalParts> decimalParts(QStringView text);

} // namespace slotscope::core
