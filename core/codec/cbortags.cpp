// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbortags.h"

#include "core/codec/cborstyle.h"
#include "core/value/numbertext.h"
#include "core/value/timetext.h"

#include <cmath>

namespace slotscope::core::cbor {

namespace {

constexpr qint64 Second = 1'000'000'000;
constexpr qint64 LargestSeconds = std::numeric_limits<qint64>::max() / Second;

Value styled(Value value, quint32 flags)
{
    return std::move(value).withStyle({CborStyle | InheritedStyle | flags, {}});
}

std::optional<Value> dateTime(const Value &content)
{
    if (content.kind() != Value::Kind::Text)
        return std::nullopt;
    const QString &text = content.toText();
    const auto time = parseIsoTime(text);
    // With another offset it would lose that.
    if (!time || time->offsetMinutes != std::optional(0) || !time->nanoseconds)
        return std::nullopt;
    const bool numeric = !text.endsWith(QLatin1Char('Z'), Qt::CaseInsensitive);
    return styled(Value::timestamp(*time->nanoseconds),
                  (numeric ? NumericOffset : 0) | quint32(time->fractionDigits + 1) << FractionShift);
}

std::optional<Value> epochTime(const Value &content)
{
    if (content.kind() == Value::Kind::Integer) {
        const auto seconds = content.toInt64();
        if (!seconds || *seconds > LargestSeconds || *seconds < -LargestSeconds
            || flagsOf(content) & BigNumber)
            return std::nullopt;
        return styled(Value::timestamp(*seconds * Second), EpochTime);
    }
    if (content.kind() != Value::Kind::Float)
        return std::nullopt;
    const auto nanoseconds = nanosecondsOf(content.toDouble());
    const quint32 width = flagsOf(content) & FloatMask;
    return nanoseconds
        ? std::optional(styled(Value::timestamp(*nanoseconds), EpochTime | (width ? width : DoubleFloat)))
        : std::nullopt;
}

std::optional<Value> bignum(const Value &content, bool negative)
{
    if (content.kind() != Value::Kind::Bytes || content.toBytes().size() > MaximumConvertedBytes)
        return std::nullopt;
    const QString digits = digitsFromBytes(content.toBytes());
    auto value = Value::integerFromText(negative ? QLatin1Char('-') + incrementedDigits(digits) : digits);
    return value ? std::optional(styled(*std::move(value), BigNumber)) : std::nullopt;
}

// Numbers in the content of a decimal fraction. A mantissa by reference stays in its tag.
bool isPlainInteger(const Value &value)
{
    return value.kind() == Value::Kind::Integer && !(flagsOf(value) & StringReference);
}

std::optional<Value> decimal(quint64 tag, const Value &content)
{
    // Not where the array is shared.
    if (content.kind() != Value::Kind::Array || content.items().size() != 2
        || !content.style().spelling.isEmpty())
        return std::nullopt;
    const Value &exponent = content.items()[0];
    const Value &mantissa = content.items()[1];
    if (!isPlainInteger(exponent) || !isPlainInteger(mantissa) || !exponent.toInt64())
        return std::nullopt;
    constexpr qint64 Limit = std::numeric_limits<qint64>::max() / 4;
    if (*exponent.toInt64() > Limit || *exponent.toInt64() < -Limit)
        return std::nullopt;
    if (tag == 4)
        return Value::decimal(decimalText(mantissa.integerText(), *exponent.toInt64()));
    const auto text =
        mantissa.toInt64() ? decimalOfBigFloat(*exponent.toInt64(), *mantissa.toInt64()) : std::nullopt;
    return text ? std::optional(styled(Value::decimal(*text), BigFloat)) : std::nullopt;
}

// Powers of five that a mantissa in 64 bits can be multiplied with.
constexpr int MaximumFives = 27;

quint64 powerOfFive(qint64 exponent)
{
    quint64 power = 1;
    for (qint64 i = 0; i < exponent; ++i)
        power *= 5;
    return power;
}

} // namespace

std::optional<qint64> nanosecondsOf(double seconds)
{
    if (!(std::fabs(seconds) < double(LargestSeconds)))
        return std::nullopt;
    // Microseconds, as Python reads them: a double holds no more of our time.
    const double whole = std::floor(seconds);
    const double microseconds = std::nearbyint((seconds - whole) * 1e6);
    return qint64(whole) * Second + qint64(microseconds) * 1000;
}

// Through m × 2^-k = m × 5^k × 10^-k.
std::optional<QString> decimalOfBigFloat(qint64 exponent, qint64 mantissa)
{
    const quint64 size = mantissa < 0 ? ~quint64(mantissa) + 1 : quint64(mantissa);
    QString digits;
    qint64 decimalExponent = 0;
    if (exponent >= 0) {
        if (exponent > 63 || size > std::numeric_limits<quint64>::max() >> exponent)
            return std::nullopt;
        digits = QString::number(size << exponent);
    } else {
        if (exponent < -MaximumFives)
            return std::nullopt;
        // In two halves, as the product has up to 127 bits.
        const quint64 fives = powerOfFive(-exponent);
        __extension__ const unsigned __int128 product = static_cast<unsigned __int128>(size) * fives;
        QByteArray bytes;
        for (int shift = 120; shift >= 0; shift -= 8)
            bytes += char(quint8(product >> shift));
        digits = digitsFromBytes(bytes);
        decimalExponent = exponent;
    }
    return decimalText(mantissa < 0 ? QLatin1Char('-') + digits : digits, decimalExponent);
}

std::optional<BigFloatParts> bigFloatOfDecimal(const QString &decimal)
{
    const auto parts = decimalParts(decimal);
    if (!parts || parts->exponent < -MaximumFives || parts->exponent > 18)
        return std::nullopt;
    QString digits = parts->mantissa;
    if (parts->exponent > 0)
        digits += QString(qsizetype(parts->exponent), QLatin1Char('0'));
    if (parts->exponent >= 0) {
        bool fits = false;
        const qint64 mantissa = digits.toLongLong(&fits);
        return fits ? std::optional(BigFloatParts {0, mantissa}) : std::nullopt;
    }
    // Five by five, as the digits may have more than 64 bits.
    const bool negative = digits.startsWith(QLatin1Char('-'));
    if (negative)
        digits.remove(0, 1);
    for (qint64 i = parts->exponent; i < 0; ++i) {
        int rest = 0;
        for (QChar &digit : digits) {
            const int number = rest * 10 + digit.digitValue();
            digit = QChar(char16_t(u'0' + number / 5));
            rest = number % 5;
        }
        if (rest != 0)
            return std::nullopt;
    }
    bool fits = false;
    const qint64 mantissa = (negative ? QLatin1Char('-') + digits : digits).toLongLong(&fits);
    return fits ? std::optional(BigFloatParts {parts->exponent, mantissa}) : std::nullopt;
}

std::optional<Value> meaningOf(quint64 tag, const Value &content)
{
    switch (tag) {
    case 0:
        return dateTime(content);
    case 1:
        return epochTime(content);
    case 2:
    case 3:
        return bignum(content, tag == 3);
    case 4:
    case 5:
        return decimal(tag, content);
    case 37:
        if (content.kind() == Value::Kind::Bytes && content.toBytes().size() == 16)
            return Value::uuid(QUuid::fromRfc4122(content.toBytes()));
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace slotscope::core::cbor
