// SPDX-License-Identifier: GPL-3.0-or-later
//
// One kind of value made into another.
#include "core/value/notation.h"
#include "core/value/numbertext.h"
#include "core/value/utf8.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"

#include <QSet>

#include <cmath>

namespace slotscope::core {

namespace {

using Kind = Value::Kind;
using Outcome = Expected<Value, QString>;

Unexpected<QString> refused(const Value &value, const char *what)
{
    return Unexpected {
        QStringLiteral("%1 cannot become %2").arg(displayText(value, 60), QLatin1String(what))};
}

Outcome toBoolean(const Value &value)
{
    if (value.kind() == Kind::Text)
        return parseLike(Value::boolean(false), value.toText());
    const auto number = value.toInt64();
    if (number && (*number == 0 || *number == 1))
        return Value::boolean(*number == 1);
    return refused(value, "true or false");
}

Outcome toInteger(const Value &value)
{
    switch (value.kind()) {
    case Kind::Text:
        return parseLike(Value::integer(0), value.toText());
    case Kind::Bool:
        return Value::integer(value.toBool() ? 1 : 0);
    case Kind::Timestamp:
        return Value::integer(value.toNanoseconds());
    case Kind::Float:
        // All whole doubles have an exact decimal text.
        if (std::isfinite(value.toDouble()) && std::trunc(value.toDouble()) == value.toDouble())
            return *Value::integerFromText(QString::number(value.toDouble(), 'f', 0));
        break;
    case Kind::Decimal:
        if (const auto parts = decimalParts(value.toText())) {
            if (parts->exponent >= 0 && parts->exponent <= MaximumConvertedDigits)
                return *Value::integerFromText(parts->mantissa + QString(parts->exponent, QLatin1Char('0')));
        }
        break;
    default:
        break;
    }
    return refused(value, "a whole number");
}

Outcome toFloat(const Value &value)
{
    switch (value.kind()) {
    case Kind::Text:
        return parseLike(Value::number(0), value.toText());
    case Kind::Bool:
        return Value::number(value.toBool() ? 1 : 0);
    case Kind::Integer: {
        const double number = value.toDouble();
        if (std::isfinite(number) && QString::number(number, 'f', 0) == value.integerText())
            return Value::number(number);
        return Unexpected {
            QStringLiteral("%1 would lose digits as a floating-point number").arg(displayText(value, 60))};
    }
    case Kind::Decimal:
        return parseLike(Value::number(0), value.toText());
    default:
        return refused(value, "a floating-point number");
    }
}

Outcome toText(const Value &value)
{
    if (value.kind() != Kind::Bytes)
        return Value::text(editText(value));
    auto text = textFromUtf8(value.toBytes());
    if (!text)
        return Unexpected {QStringLiteral("these bytes are no text in UTF-8")};
    return Value::text(*std::move(text));
}

Outcome toBytes(const Value &value)
{
    switch (value.kind()) {
    case Kind::Text:
        if (!QStringView(value.toText()).isValidUtf16())
            return Unexpected {QStringLiteral("half of a surrogate pair cannot be written as UTF-8")};
        return Value::bytes(value.toText().toUtf8());
    case Kind::Uuid:
        return Value::bytes(value.toUuid().toRfc4122());
    case Kind::Array:
    case Kind::Tuple: {
        QByteArray bytes;
        for (const Value &item : value.items()) {
            const auto number = item.toInt64();
            if (!number || *number < 0 || *number > 255)
                return refused(item, "a byte (0 to 255)");
            bytes += char(*number);
        }
        return Value::bytes(bytes);
    }
    default:
        return refused(value, "bytes");
    }
}

Outcome toUuid(const Value &value)
{
    if (value.kind() == Kind::Text)
        return parseLike(Value::uuid({}), value.toText());
    if (value.kind() == Kind::Bytes && value.toBytes().size() == 16)
        return Value::uuid(QUuid::fromRfc4122(value.toBytes()));
    return refused(value, "a UUID");
}

Outcome toTimestamp(const Value &value)
{
    if (value.kind() == Kind::Text)
        return parseLike(Value::timestamp(0), value.toText());
    if (const auto number = value.toInt64())
        return Value::timestamp(*number);
    return refused(value, "a timestamp");
}

Outcome toDecimal(const Value &value)
{
    if (value.kind() == Kind::Text || value.kind() == Kind::Integer
        || (value.kind() == Kind::Float && std::isfinite(value.toDouble())))
        return parseLike(Value::decimal(QStringLiteral("0")), editText(value));
    return refused(value, "a decimal number");
}

Expected<ValueList, QString> toItems(const Value &value)
{
    switch (value.kind()) {
    case Kind::Array:
    case Kind::Tuple:
    case Kind::Set:
        return value.items();
    case Kind::Map: {
        ValueList pairs;
        for (const Member &member : value.members())
            pairs.push_back(Value::array({member.key, member.value}));
        return pairs;
    }
    case Kind::Opaque:
        return Unexpected {QStringLiteral("what is not understood cannot become a list")};
    default:
        return ValueList {value};
    }
}

Outcome toSet(const Value &value)
{
    auto items = toItems(value);
    if (!items)
        return Unexpected {items.error()};
    QSet<QByteArray> seen;
    for (const Value &item : *items) {
        QByteArray text = toNotation(item);
        if (seen.contains(text))
            return Unexpected {QStringLiteral("a set holds everything once, but %1 is there twice")
                                   .arg(displayText(item, 60))};
        seen.insert(std::move(text));
    }
    return Value::set(*std::move(items));
}

Outcome toMap(const Value &value)
{
    if (value.kind() == Kind::Opaque)
        return Unexpected {QStringLiteral("what is not understood cannot become a map")};
    MemberList members;
    for (const Value &pair : value.items()) {
        if ((pair.kind() != Kind::Array && pair.kind() != Kind::Tuple) || pair.items().size() != 2)
            return Unexpected {
                QStringLiteral("a map is made of pairs, and %1 is none").arg(displayText(pair, 60))};
        members.push_back({pair.items()[0], pair.items()[1]});
    }
    if (members.empty() && !value.isContainer())
        return refused(value, "a map");
    return Value::map(std::move(members));
}

} // namespace

Value blankOf(Kind kind)
{
    switch (kind) {
    case Kind::Undefined:
        return Value::undefined();
    case Kind::Bool:
        return Value::boolean(false);
    case Kind::Integer:
        return Value::integer(0);
    case Kind::Float:
        return Value::number(0);
    case Kind::Text:
        return Value::text({});
    case Kind::Bytes:
        return Value::bytes({});
    case Kind::Uuid:
        return Value::uuid({});
    case Kind::Timestamp:
        return Value::timestamp(0);
    case Kind::Decimal:
        return Value::decimal(QStringLiteral("0"));
    case Kind::Array:
        return Value::array({});
    case Kind::Tuple:
        return Value::tuple({});
    case Kind::Set:
        return Value::set({});
    case Kind::Map:
        return Value::map({});
    case Kind::Simple:
        return Value::simple(0);
    case Kind::Null:
    case Kind::Tag:
    case Kind::Opaque:
        break;
    }
    return {};
}

Expected<Value, QString> converted(const Value &value, Kind kind)
{
    if (value.kind() == kind)
        return value;
    if (value.kind() == Kind::Tag && kind != Kind::Null)
        return converted(value.items().front(), kind);
    if (value.isNull() || value.kind() == Kind::Undefined)
        return blankOf(kind);
    switch (kind) {
    case Kind::Null:
    case Kind::Undefined:
        return blankOf(kind);
    case Kind::Bool:
        return toBoolean(value);
    case Kind::Integer:
        return toInteger(value);
    case Kind::Float:
        return toFloat(value);
    case Kind::Text:
        return toText(value);
    case Kind::Bytes:
        return toBytes(value);
    case Kind::Uuid:
        return toUuid(value);
    case Kind::Timestamp:
        return toTimestamp(value);
    case Kind::Decimal:
        return toDecimal(value);
    case Kind::Array:
    case Kind::Tuple: {
        auto items = toItems(value);
        if (!items)
            return Unexpected {items.error()};
        return kind == Kind::Array ? Value::array(*std::move(items)) : Value::tuple(*std::move(items));
    }
    case Kind::Set:
        return toSet(value);
    case Kind::Map:
        return toMap(value);
    case Kind::Simple:
    case Kind::Tag:
    case Kind::Opaque:
        break;
    }
    return refused(value, "this");
}

} // namespace slotscope::core
