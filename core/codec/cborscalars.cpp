// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborstyle.h"
#include "core/codec/cbortags.h"
#include "core/codec/cborwriter.h"
#include "core/value/numbertext.h"
#include "core/value/opaqueform.h"
#include "core/value/timetext.h"

#include <QFloat16>
#include <QtEndian>

#include <bit>
#include <cmath>

namespace slotscope::core::cbor {

namespace {

using Outcome = Expected<QByteArray, QString>;

Unexpected<QString> refuse(const QString &what)
{
    return Unexpected {what};
}

template <typename T>
void appendBigEndian(QByteArray &out, T number)
{
    const qsizetype at = out.size();
    out.resize(at + qsizetype(sizeof(T)));
    qToBigEndian(number, out.data() + at);
}

Outcome integer(const Value &value, quint32 flags)
{
    QByteArray out;
    const quint32 head = flags & HeadMask;
    if (!(flags & BigNumber)) {
        if (const auto number = value.toUInt64()) {
            appendHead(out, Major::Unsigned, *number, head);
            return out;
        }
        if (const auto number = value.toInt64()) {
            appendHead(out, Major::Negative, ~quint64(*number), head);
            return out;
        }
    }
    const QString text = value.integerText();
    if (text.size() > MaximumConvertedDigits)
        return refuse(QStringLiteral("an integer of more than %1 digits").arg(MaximumConvertedDigits));
    const bool negative = text.startsWith(QLatin1Char('-'));
    const QByteArray bytes = bytesFromDigits(negative ? decrementedDigits(text.mid(1)) : text);
    if (negative && bytes.size() <= 8 && !(flags & BigNumber)) { // down to -2^64
        quint64 argument = 0;
        for (const char byte : bytes)
            argument = argument << 8 | quint8(byte);
        appendHead(out, Major::Negative, argument, head);
        return out;
    }
    appendHead(out, Major::Tag, negative ? 3 : 2);
    appendHead(out, Major::Bytes, quint64(bytes.size()));
    return out + bytes;
}

QByteArray usualFloat(double value)
{
    if (std::isnan(value))
        return QByteArrayLiteral("\xf9\x7e\x00");
    if (std::isinf(value))
        return value > 0 ? QByteArrayLiteral("\xf9\x7c\x00") : QByteArrayLiteral("\xf9\xfc\x00");
    QByteArray out(1, '\xfb');
    appendBigEndian(out, std::bit_cast<quint64>(value));
    return out;
}

// In the width it had, else the next that holds it exactly.
QByteArray floatOfWidth(double value, quint32 width)
{
    const bool nan = std::isnan(value);
    if (width == HalfFloat) {
        if (nan || std::isinf(value))
            return usualFloat(value);
        const qfloat16 half {float(value)};
        if (double(float(half)) == value) {
            QByteArray out(1, '\xf9');
            appendBigEndian(out, std::bit_cast<quint16>(half));
            return out;
        }
    }
    if (width == HalfFloat || width == SingleFloat) {
        const float single = float(value);
        if (nan || double(single) == value) {
            QByteArray out(1, '\xfa');
            appendBigEndian(out, nan ? quint32(0x7fc00000) : std::bit_cast<quint32>(single));
            return out;
        }
    }
    QByteArray out(1, '\xfb');
    appendBigEndian(out, nan ? quint64(0x7ff8000000000000) : std::bit_cast<quint64>(value));
    return out;
}

QByteArray string(Major major, const QByteArray &content, quint32 head)
{
    QByteArray out;
    if (head != IndefiniteHead) {
        appendHead(out, major, quint64(content.size()), head);
        return out + content;
    }
    out += char(quint8(major) << 5 | 31);
    if (!content.isEmpty()) {
        appendHead(out, major, quint64(content.size()));
        out += content;
    }
    return out + '\xff';
}

Outcome epochTime(qint64 nanoseconds, quint32 flags)
{
    constexpr qint64 Second = 1'000'000'000;
    if (!(flags & FloatMask) && nanoseconds % Second == 0)
        return '\xc1' + *integer(Value::integer(nanoseconds / Second), 0);
    const double seconds = double(nanoseconds) / double(Second);
    if (nanosecondsOf(seconds) != nanoseconds)
        return refuse(QStringLiteral(
            "this time is stored as seconds in a floating point number, which cannot hold it exactly"));
    return '\xc1' + floatOfWidth(seconds, flags & FloatMask);
}

Outcome timestamp(const Value &value, quint32 flags)
{
    const qint64 nanoseconds = value.toNanoseconds();
    if (nanoseconds == NotATime)
        return refuse(QStringLiteral("CBOR has no \"not a time\""));
    if (flags & EpochTime)
        return epochTime(nanoseconds, flags);
    QString iso = pythonIsoTimestamp(nanoseconds);
    const int wanted = int((flags & FractionMask) >> FractionShift) - 1;
    if (wanted >= 0) {
        // All nine digits, cut where the rest is zeros.
        const QString all = isoTimestamp(nanoseconds); // ….123456789Z
        const QString fraction = all.mid(all.size() - 10, 9);
        if (fraction.mid(wanted).count(QLatin1Char('0')) == 9 - wanted)
            iso = all.left(all.size() - 11)
                + (wanted > 0 ? QLatin1Char('.') + fraction.left(wanted) : QString())
                + QLatin1String("+00:00");
    }
    if (!(flags & NumericOffset))
        iso.replace(QLatin1String("+00:00"), QLatin1String("Z"));
    return '\xc0' + string(Major::Text, iso.toUtf8(), 0);
}

Outcome decimal(const QString &text, quint32 flags)
{
    const auto parts = decimalParts(text);
    if (!parts)
        return refuse(QStringLiteral("not a decimal number"));
    if (flags & BigFloat) {
        const auto big = bigFloatOfDecimal(text);
        if (!big)
            return refuse(
                QStringLiteral("this number is stored as a binary fraction (tag 5), which cannot hold "
                               "the new value exactly in 64 bits"));
        return QByteArrayLiteral("\xc5\x82") + *integer(Value::integer(big->exponent), 0)
            + *integer(Value::integer(big->mantissa), 0);
    }
    auto mantissa = integer(*Value::integerFromText(parts->mantissa), 0);
    if (!mantissa)
        return mantissa;
    return QByteArrayLiteral("\xc4\x82") + *integer(Value::integer(parts->exponent), 0) + *mantissa;
}

Outcome scalar(const Value &value, quint32 flags)
{
    QByteArray out;
    switch (value.kind()) {
    case Value::Kind::Null:
        return QByteArrayLiteral("\xf6");
    case Value::Kind::Undefined:
        return QByteArrayLiteral("\xf7");
    case Value::Kind::Bool:
        return value.toBool() ? QByteArrayLiteral("\xf5") : QByteArrayLiteral("\xf4");
    case Value::Kind::Integer:
        return integer(value, flags);
    case Value::Kind::Float:
        return flags & FloatMask ? floatOfWidth(value.toDouble(), flags & FloatMask)
                                 : usualFloat(value.toDouble());
    case Value::Kind::Text:
        if (!QStringView(value.toText()).isValidUtf16())
            return refuse(QStringLiteral("half of a surrogate pair cannot be written as UTF-8"));
        return string(Major::Text, value.toText().toUtf8(), flags & HeadMask);
    case Value::Kind::Bytes:
        return string(Major::Bytes, value.toBytes(), flags & HeadMask);
    case Value::Kind::Uuid:
        return QByteArrayLiteral("\xd8\x25\x50") + value.toUuid().toRfc4122();
    case Value::Kind::Timestamp:
        return timestamp(value, flags);
    case Value::Kind::Decimal:
        return decimal(value.toText(), flags);
    case Value::Kind::Simple:
        if (value.simpleNumber() >= 20 && value.simpleNumber() < 32)
            return refuse(QStringLiteral("%1 is not the number of a simple value").arg(value.simpleNumber()));
        appendHead(out, Major::Simple, value.simpleNumber());
        return out;
    case Value::Kind::Opaque:
        return refuse(QStringLiteral("CBOR cannot hold %1").arg(opaqueWords(value)));
    default:
        return refuse(QStringLiteral("not a scalar"));
    }
}

} // namespace

void appendHead(QByteArray &out, Major major, quint64 argument, quint32 head)
{
    const quint32 needed = argument < 24 ? 0
        : argument <= 0xff               ? 1
        : argument <= 0xffff             ? 2
        : argument <= 0xffffffff         ? 3
                                         : 4;
    const quint8 lead = quint8(quint8(major) << 5);
    switch (std::max(needed, head == IndefiniteHead ? 0 : head)) {
    case 0:
        out += char(lead | argument);
        break;
    case 1:
        out += char(lead | 24);
        appendBigEndian(out, quint8(argument));
        break;
    case 2:
        out += char(lead | 25);
        appendBigEndian(out, quint16(argument));
        break;
    case 3:
        out += char(lead | 26);
        appendBigEndian(out, quint32(argument));
        break;
    default:
        out += char(lead | 27);
        appendBigEndian(out, argument);
    }
}

Expected<QByteArray, QString> usualScalar(const Value &value)
{
    return scalar(value, 0);
}

Expected<QByteArray, QString> styledScalar(const Value &value)
{
    const quint32 flags = flagsOf(value);
    auto bytes = scalar(value, flags);
    if (bytes && flags & SelfDescribed)
        return QByteArrayLiteral("\xd9\xd9\xf7") + *bytes;
    return bytes;
}

} // namespace slotscope::core::cbor
