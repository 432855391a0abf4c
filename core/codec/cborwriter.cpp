// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cborwriter.h"

#include "core/codec/cbor.h"
#include "core/value/numbertext.h"
#include "core/value/timetext.h"

#include <QtEndian>

#include <bit>
#include <cmath>

namespace slotscope::core::cbor {

namespace {

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

Expected<QByteArray, QString> usualInteger(const Value &value)
{
    QByteArray out;
    if (const auto number = value.toUInt64()) {
        appendHead(out, Major::Unsigned, *number);
        return out;
    }
    if (const auto number = value.toInt64()) {
        appendHead(out, Major::Negative, ~quint64(*number));
        return out;
    }
    const QString text = value.integerText();
    if (text.size() > MaximumConvertedDigits)
        return refuse(QStringLiteral("an integer of more than %1 digits").arg(MaximumConvertedDigits));
    const bool negative = text.startsWith(QLatin1Char('-'));
    const QByteArray bytes = bytesFromDigits(negative ? decrementedDigits(text.mid(1)) : text);
    if (negative && bytes.size() <= 8) { // down to -2^64
        quint64 argument = 0;
        for (const char byte : bytes)
            argument = argument << 8 | quint8(byte);
        appendHead(out, Major::Negative, argument);
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

QByteArray usualText(const QByteArray &utf8)
{
    QByteArray out;
    appendHead(out, Major::Text, quint64(utf8.size()));
    return out + utf8;
}

Expected<QByteArray, QString> usualTimestamp(const Value &value)
{
    const qint64 nanoseconds = value.toNanoseconds();
    if (nanoseconds == NotATime)
        return refuse(QStringLiteral("CBOR has no \"not a time\""));
    const quint32 flags = value.style().flags;
    if ((flags & ~HeadMask) == (CborStyle | EpochTime)) {
        constexpr qint64 Second = 1'000'000'000;
        if (nanoseconds % Second == 0)
            return '\xc1' + *usualInteger(Value::integer(nanoseconds / Second));
        return '\xc1' + usualFloat(double(nanoseconds) / double(Second));
    }
    QString iso = pythonIsoTimestamp(nanoseconds);
    iso.replace(QLatin1String("+00:00"), QLatin1String("Z"));
    return '\xc0' + usualText(iso.toUtf8());
}

Expected<QByteArray, QString> usualDecimal(const QString &text)
{
    const auto parts = decimalParts(text);
    if (!parts)
        return refuse(QStringLiteral("not a decimal number"));
    auto mantissa = usualInteger(*Value::integerFromText(parts->mantissa));
    if (!mantissa)
        return mantissa;
    return QByteArrayLiteral("\xc4\x82") + *usualInteger(Value::integer(parts->exponent)) + *mantissa;
}

// Depth-first; the depth is bounded by MaximumDepth.
class Writer
{
public:
    bool write(const Value &value)
    {
        if (m_path.size() > size_t(MaximumDepth))
            return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
        const Value::Style &style = value.style();
        const bool styled = (style.flags & CborStyle) != 0;
        const quint32 head = styled ? style.flags & HeadMask : 0;
        switch (value.kind()) {
        case Value::Kind::Array:
        case Value::Kind::Tuple:
            return list(value.items(), head);
        case Value::Kind::Set:
            appendHead(m_out, Major::Tag, 258, head);
            return list(value.items(), styled ? style.flags >> InnerHeadShift & HeadMask : 0);
        case Value::Kind::Map:
            return map(value.members(), head);
        case Value::Kind::Tag:
            appendHead(m_out, Major::Tag, value.tagNumber(), head);
            return child(PathStep::item(0), value.items().front());
        default:
            break;
        }
        if (styled && !style.spelling.isEmpty()) {
            m_out += style.spelling;
            return true;
        }
        auto bytes = usualScalar(value);
        if (!bytes)
            return fail(bytes.error());
        m_out += *bytes;
        return true;
    }

    QByteArray take() { return std::move(m_out); }
    EncodeError error() { return std::move(m_error); }

private:
    bool fail(const QString &what)
    {
        m_error = {ValuePath(m_path), what};
        return false;
    }

    bool child(PathStep step, const Value &value)
    {
        m_path.push_back(std::move(step));
        const bool done = write(value);
        m_path.pop_back();
        return done;
    }

    void containerHead(Major major, size_t count, quint32 head)
    {
        if (head == IndefiniteHead)
            m_out += char(quint8(major) << 5 | 31);
        else
            appendHead(m_out, major, count, head);
    }

    bool list(const ValueList &items, quint32 head)
    {
        containerHead(Major::Array, items.size(), head);
        for (size_t i = 0; i < items.size(); ++i) {
            if (!child(PathStep::item(qsizetype(i)), items[i]))
                return false;
        }
        if (head == IndefiniteHead)
            m_out += '\xff';
        return true;
    }

    bool map(const MemberList &members, quint32 head)
    {
        containerHead(Major::Map, members.size(), head);
        for (const Member &member : members) {
            if (!child(PathStep::member(member.key), member.key)
                || !child(PathStep::member(member.key), member.value))
                return false;
        }
        if (head == IndefiniteHead)
            m_out += '\xff';
        return true;
    }

    QByteArray m_out;
    std::vector<PathStep> m_path;
    EncodeError m_error;
};

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
    QByteArray out;
    switch (value.kind()) {
    case Value::Kind::Null:
        return QByteArrayLiteral("\xf6");
    case Value::Kind::Undefined:
        return QByteArrayLiteral("\xf7");
    case Value::Kind::Bool:
        return value.toBool() ? QByteArrayLiteral("\xf5") : QByteArrayLiteral("\xf4");
    case Value::Kind::Integer:
        return usualInteger(value);
    case Value::Kind::Float:
        return usualFloat(value.toDouble());
    case Value::Kind::Text:
        if (!QStringView(value.toText()).isValidUtf16())
            return refuse(QStringLiteral("half of a surrogate pair cannot be written as UTF-8"));
        return usualText(value.toText().toUtf8());
    case Value::Kind::Bytes:
        appendHead(out, Major::Bytes, quint64(value.toBytes().size()));
        return out + value.toBytes();
    case Value::Kind::Uuid:
        return QByteArrayLiteral("\xd8\x25\x50") + value.toUuid().toRfc4122();
    case Value::Kind::Timestamp:
        return usualTimestamp(value);
    case Value::Kind::Decimal:
        return usualDecimal(value.toText());
    case Value::Kind::Simple:
        if (value.simpleNumber() >= 20 && value.simpleNumber() < 32)
            return refuse(QStringLiteral("%1 is not the number of a simple value").arg(value.simpleNumber()));
        appendHead(out, Major::Simple, value.simpleNumber());
        return out;
    case Value::Kind::Opaque:
        return refuse(QStringLiteral("%1 cannot be written as CBOR").arg(value.toText()));
    default:
        return refuse(QStringLiteral("not a scalar"));
    }
}

Expected<QByteArray, EncodeError> write(const Value &value)
{
    Writer writer;
    if (!writer.write(value))
        return Unexpected {writer.error()};
    return writer.take();
}

} // namespace slotscope::core::cbor
