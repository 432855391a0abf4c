// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/numbertext.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace slotscope::core {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// Whether a number that no double can hold is too large (else it is too small): by the decimal place of its
// first digit.
bool isTooLarge(QByteArrayView unsignedNumber)
{
    qint64 place = 0;
    bool seenPoint = false;
    bool seenDigit = false;
    qsizetype i = 0;
    for (; i < unsignedNumber.size() && unsignedNumber[i] != 'e' && unsignedNumber[i] != 'E'; ++i) {
        const char c = unsignedNumber[i];
        if (c == '.') {
            seenPoint = true;
            continue;
        }
        seenDigit = seenDigit || c != '0';
        if (!seenPoint && seenDigit)
            ++place;
        else if (seenPoint && !seenDigit)
            --place;
    }
    if (i == unsignedNumber.size())
        return place > 0;
    const bool negative = unsignedNumber[i + 1] == '-';
    qint64 exponent = 0;
    for (qsizetype j = i + 1; j < unsignedNumber.size(); ++j) {
        if (isDigit(unsignedNumber[j]) && exponent < std::numeric_limits<qint32>::max())
            exponent = exponent * 10 + (unsignedNumber[j] - '0');
    }
    return place + (negative ? -exponent : exponent) > 0;
}

bool isDecimalNumber(QByteArrayView text)
{
    qsizetype i = 0;
    const auto digits = [&] {
        const qsizetype start = i;
        while (i < text.size() && isDigit(text[i]))
            ++i;
        return i - start;
    };
    const qsizetype whole = digits();
    qsizetype fraction = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        fraction = digits();
    }
    if (whole + fraction == 0)
        return false;
    if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        ++i;
        if (i < text.size() && (text[i] == '+' || text[i] == '-'))
            ++i;
        if (digits() == 0)
            return false;
    }
    return i == text.size();
}

} // namespace

QByteArray floatText(double value)
{
    if (std::isnan(value))
        return QByteArrayLiteral("NaN");
    if (std::isinf(value))
        return value < 0 ? QByteArrayLiteral("-Infinity") : QByteArrayLiteral("Infinity");
    char buffer[64];
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific).ptr;
    const char *e = std::find(buffer, end, 'e');
    QByteArray digits(buffer, e - buffer);
    digits.remove(1, 1);
    const int exponent = QByteArray(e + 1, end - e - 1).toInt();
    QByteArray text;
    // Python's rule: exponents only below 1e-4 and from 1e16 on.
    if (exponent < -4 || exponent >= 16) {
        text = digits.left(1);
        if (digits.size() > 1)
            text += '.' + digits.mid(1);
        const QByteArray power = QByteArray::number(std::abs(exponent));
        text += (exponent < 0 ? "e-" : "e+") + power.rightJustified(2, '0');
    } else if (exponent < 0) {
        text = "0." + QByteArray(-exponent - 1, '0') + digits;
    } else {
        digits = digits.leftJustified(exponent + 2, '0');
        text = digits.left(exponent + 1) + '.' + digits.mid(exponent + 1);
    }
    return std::signbit(value) ? '-' + text : text;
}

std::optional<double> floatFromText(QByteArrayView text)
{
    if (text == QByteArrayView("NaN"))
        return std::numeric_limits<double>::quiet_NaN();
    const bool negative = text.startsWith('-');
    const QByteArrayView rest = negative || text.startsWith('+') ? text.sliced(1) : text;
    double value = 0;
    if (rest == QByteArrayView("Infinity")) {
        value = std::numeric_limits<double>::infinity();
    } else {
        if (!isDecimalNumber(rest))
            return std::nullopt;
        const auto result = std::from_chars(rest.begin(), rest.end(), value);
        if (result.ec == std::errc::result_out_of_range)
            value = isTooLarge(rest) ? std::numeric_limits<double>::infinity() : 0.0;
    }
    return negative ? -value : value;
}

QString digitsFromBytes(QByteArrayView bigEndian)
{
    constexpr quint64 Base = 1'000'000'000;
    std::vector<quint32> limbs; // base 10^9, least significant first
    for (const char byte : bigEndian) {
        quint64 carry = quint8(byte);
        for (quint32 &limb : limbs) {
            carry += quint64(limb) << 8;
            limb = quint32(carry % Base);
            carry /= Base;
        }
        if (carry)
            limbs.push_back(quint32(carry));
    }
    if (limbs.empty())
        return QStringLiteral("0");
    QString digits = QString::number(limbs.back());
    for (size_t i = limbs.size() - 1; i-- > 0;)
        digits += QString::number(limbs[i]).rightJustified(9, QLatin1Char('0'));
    return digits;
}

QByteArray bytesFromDigits(QStringView digits)
{
    std::vector<quint32> limbs; // base 2^32, least significant first
    for (const QChar digit : digits) {
        quint64 carry = quint64(digit.unicode() - u'0');
        for (quint32 &limb : limbs) {
            carry += quint64(limb) * 10;
            limb = quint32(carry);
            carry >>= 32;
        }
        if (carry)
            limbs.push_back(quint32(carry));
    }
    QByteArray bytes;
    for (size_t i = limbs.size(); i-- > 0;) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            const char byte = char(limbs[i] >> shift & 0xff);
            if (byte || !bytes.isEmpty())
                bytes += byte;
        }
    }
    return bytes;
}

QString incrementedDigits(const QString &digits)
{
    QString result = digits;
    for (qsizetype i = result.size(); i-- > 0;) {
        if (result[i] != QLatin1Char('9')) {
            result[i] = QChar(char16_t(result[i].unicode() + 1));
            return result;
        }
        result[i] = QLatin1Char('0');
    }
    return QLatin1Char('1') + result;
}

QString decrementedDigits(const QString &digits)
{
    QString result = digits;
    for (qsizetype i = result.size(); i-- > 0;) {
        if (result[i] != QLatin1Char('0')) {
            result[i] = QChar(char16_t(result[i].unicode() - 1));
            break;
        }
        result[i] = QLatin1Char('9');
    }
    if (result.size() > 1 && result.front() == QLatin1Char('0'))
        result.remove(0, 1);
    return result;
}

QString decimalText(const QString &mantissaDigits, qint64 exponent)
{
    const bool negative = mantissaDigits.startsWith(QLatin1Char('-'));
    const QString digits = negative ? mantissaDigits.mid(1) : mantissaDigits;
    const qint64 left = exponent + digits.size(); // digits in front of the point
    QString text;
    if (exponent <= 0 && left > -6) {
        if (exponent == 0)
            text = digits;
        else if (left <= 0)
            text = QStringLiteral("0.") + QString(qsizetype(-left), QLatin1Char('0')) + digits;
        else
            text = digits.left(qsizetype(left)) + QLatin1Char('.') + digits.mid(qsizetype(left));
    } else {
        text = digits.left(1);
        if (digits.size() > 1)
            text += QLatin1Char('.') + digits.mid(1);
        const qint64 power = left - 1;
        text += QStringLiteral("E") + (power < 0 ? QString() : QStringLiteral("+")) + QString::number(power);
    }
    return negative ? QLatin1Char('-') + text : text;
}

std::optional<DecimalParts> decimalParts(QStringView text)
{
    const QByteArray ascii = text.toUtf8();
    const bool negative = ascii.startsWith('-');
    const QByteArrayView rest = QByteArrayView(ascii).sliced(negative || ascii.startsWith('+') ? 1 : 0);
    if (!isDecimalNumber(rest))
        return std::nullopt;
    DecimalParts parts;
    qsizetype e = 0;
    while (e < rest.size() && rest[e] != 'e' && rest[e] != 'E')
        ++e;
    const QByteArray number = rest.first(e).toByteArray();
    if (e < rest.size()) {
        bool fits = false;
        parts.exponent = rest.sliced(e + 1).toByteArray().toLongLong(&fits);
        // Room for what the digits behind the point take away.
        if (!fits || std::abs(parts.exponent) > std::numeric_limits<qint64>::max() / 2)
            return std::nullopt;
    }
    const qsizetype point = number.indexOf('.');
    QByteArray digits = number;
    if (point >= 0) {
        digits.remove(point, 1);
        parts.exponent -= number.size() - point - 1;
    }
    qsizetype zeros = 0;
    while (zeros < digits.size() - 1 && digits[zeros] == '0')
        ++zeros;
    parts.mantissa = QString::fromLatin1(digits.mid(zeros));
    if (negative && parts.mantissa != QLatin1String("0"))
        parts.mantissa.prepend(QLatin1Char('-'));
    return parts;
}

} // namespace slotscope::core
