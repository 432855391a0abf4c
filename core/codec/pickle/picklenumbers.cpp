// SPDX-License-Identifier: GPL-3.0-or-later
//
// Numbers of Python's library and of numpy.
#include "core/codec/pickle/pickleclasses.h"
#include "core/codec/pickle/picklescalars.h"
#include "core/value/librarytext.h"
#include "core/value/numbertext.h"

#include <QStringList>
#include <QtEndian>

#include <algorithm>

namespace slotscope::core::pickle {

namespace {

constexpr qsizetype UuidSize = 16;

Value withMember(const Value &map, QStringView name, const Value &value)
{
    MemberList members = map.members();
    for (Member &member : members) {
        if (member.key.toText() == name)
            member.value = value;
    }
    return Value::map(std::move(members)).withStyle(map.style());
}

// numpy's own description of a scalar: `f8`, `<` or `>`, and the unit of a datetime64.
struct ScalarType
{
    char kind = 0;
    qsizetype size = 0;
    bool bigEndian = false;
    bool isNanoseconds = false;
};

std::optional<ScalarType> scalarTypeOf(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2)
        return std::nullopt;
    const Value &type = call.arguments[0];
    const Value *arguments = type.find(u"args");
    const Value *state = type.find(u"state");
    if (type.toText() != QLatin1String("numpy.dtype") || !arguments || arguments->items().empty() || !state
        || state->items().size() < 2)
        return std::nullopt;
    if (!isHarmless(*arguments) || !isHarmless(*state) || type.find(u"kwargs") || type.find(u"items")
        || type.find(u"pairs"))
        return std::nullopt;
    const QString &name = arguments->items()[0].toText();
    if (name.size() < 2)
        return std::nullopt;
    const ValueList &unit = state->items().back().items(); // ({}, (b"ns", 1, 1, 1))
    return ScalarType {name[0].toLatin1(), QStringView(name).sliced(1).toLongLong(),
                       state->items()[1].toText() == QLatin1String(">"),
                       unit.size() == 2 && !unit[1].items().empty()
                           && rawBytes(unit[1].items()[0]) == QByteArray("ns")};
}

template <typename T>
T numberIn(QByteArrayView bytes, bool bigEndian)
{
    return bigEndian ? qFromBigEndian<T>(bytes.data()) : qFromLittleEndian<T>(bytes.data());
}

template <typename T>
QByteArray bytesFrom(T number, bool bigEndian)
{
    QByteArray bytes(sizeof number, '\0');
    if (bigEndian)
        qToBigEndian(number, bytes.data());
    else
        qToLittleEndian(number, bytes.data());
    return bytes;
}

std::optional<QByteArray> integerBytes(const Value &number, const ScalarType &type)
{
    const auto shortest = twosComplement(number.integerText());
    if (number.kind() != Value::Kind::Integer || !shortest)
        return std::nullopt;
    const bool negative = number.integerText().startsWith(u'-');
    QByteArray bytes = *shortest;
    if (type.kind == 'u' && bytes.endsWith('\0'))
        bytes.chop(1);
    if (bytes.size() > type.size || (negative && type.kind == 'u'))
        return std::nullopt;
    bytes = bytes.leftJustified(type.size, negative ? '\xff' : '\0');
    if (type.bigEndian)
        std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

std::optional<QByteArray> scalarBytes(const Value &now, const ScalarType &type)
{
    switch (type.kind) {
    case 'b':
        return now.kind() == Value::Kind::Bool ? std::optional(QByteArray(1, now.toBool() ? '\1' : '\0'))
                                               : std::nullopt;
    case 'f':
        if (now.kind() != Value::Kind::Float)
            return std::nullopt;
        return type.size == 8 ? bytesFrom(now.toDouble(), type.bigEndian)
                              : bytesFrom(float(now.toDouble()), type.bigEndian);
    case 'i':
    case 'u':
        return integerBytes(now, type);
    case 'M':
        return now.kind() == Value::Kind::Timestamp
            ? std::optional(bytesFrom(now.toNanoseconds(), type.bigEndian))
            : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

Outcome readComplex(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 2 || !isKind(call, 0, Value::Kind::Float)
        || !isKind(call, 1, Value::Kind::Float))
        return std::nullopt;
    return unnamed(QStringLiteral("complex"), Value::array(call.arguments));
}

Remade makeComplex(const Value &now, const KnownCall &before)
{
    const Value *parts = unnamedContent(now, QLatin1String("complex"));
    if (!parts || parts->items().size() != 2)
        return std::nullopt;
    KnownCall call = before;
    call.arguments.clear();
    for (const Value &part : parts->items()) {
        if (part.kind() != Value::Kind::Float && part.kind() != Value::Kind::Integer)
            return std::nullopt;
        call.arguments.push_back(Value::number(part.toDouble()));
    }
    return call;
}

Outcome readDecimal(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() != 1 || !isKind(call, 0, Value::Kind::Text))
        return std::nullopt;
    const QString &text = call.arguments[0].toText();
    if (auto number = finiteDecimalText(text))
        return Value::decimal(*std::move(number));
    return specialDecimalText(text) ? Outcome(unnamed(QStringLiteral("decimal"), Value::text(text)))
                                    : std::nullopt;
}

Remade makeDecimal(const Value &now, const KnownCall &before)
{
    const Value *special = unnamedContent(now, QLatin1String("decimal"));
    QString text;
    if (now.kind() == Value::Kind::Decimal)
        text = now.toText();
    else if (special && specialDecimalText(special->toText()))
        text = special->toText();
    else
        return std::nullopt;
    KnownCall call = before;
    call.arguments = {Value::text(text)};
    return call;
}

Outcome readFraction(const KnownCall &call)
{
    if (!hasOnlyArguments(call))
        return std::nullopt;
    ValueList parts = call.arguments;
    if (parts.size() == 1 && parts[0].kind() == Value::Kind::Text) {
        QStringList texts = parts[0].toText().split(u'/');
        if (texts.size() == 1)
            texts += QStringLiteral("1");
        parts.clear();
        for (const QString &text : std::as_const(texts))
            parts.push_back(Value::integerFromText(text).value_or(Value()));
    }
    if (parts.size() != 2 || parts[0].kind() != Value::Kind::Integer
        || parts[1].kind() != Value::Kind::Integer)
        return std::nullopt;
    return Value::tag(FractionTag, Value::array(std::move(parts)));
}

Remade makeFraction(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Tag || now.tagNumber() != FractionTag)
        return std::nullopt;
    const ValueList &parts = now.items().front().items();
    if (parts.size() != 2 || parts[0].kind() != Value::Kind::Integer
        || parts[1].kind() != Value::Kind::Integer || parts[1].toInt64() == 0)
        return std::nullopt;
    KnownCall call = before;
    if (isKind(before, 0, Value::Kind::Text))
        call.arguments = {Value::text(parts[0].integerText() + u'/' + parts[1].integerText())};
    else
        call.arguments = parts;
    return call;
}

Outcome readUuid(const KnownCall &call)
{
    const Value *number = call.state ? call.state->find(u"int") : nullptr;
    if (!number || !call.arguments.empty() || number->kind() != Value::Kind::Integer
        || !isHarmless(*call.state))
        return std::nullopt;
    const QString digits = number->integerText();
    if (digits.startsWith(u'-') || digits.size() > 39)
        return std::nullopt;
    const QByteArray bytes = bytesFromDigits(digits);
    if (bytes.size() > UuidSize)
        return std::nullopt;
    return Value::uuid(QUuid::fromRfc4122(bytes.rightJustified(UuidSize, '\0')));
}

Remade makeUuid(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Uuid)
        return std::nullopt;
    const auto number = Value::integerFromText(digitsFromBytes(now.toUuid().toRfc4122()));
    KnownCall call = before;
    call.state = before.state ? withMember(*before.state, u"int", *number)
                              : Value::map({{Value::text(QStringLiteral("int")), *number}});
    return call;
}

Outcome readNumpyScalar(const KnownCall &call)
{
    const auto type = scalarTypeOf(call);
    const auto bytes = type ? rawBytes(call.arguments[1]) : std::nullopt;
    if (!bytes || bytes->size() != type->size)
        return std::nullopt;
    switch (type->kind) {
    case 'b':
        return type->size == 1 ? Outcome(Value::boolean((*bytes)[0] != 0)) : std::nullopt;
    case 'f':
        if (type->size == 8)
            return Value::number(numberIn<double>(*bytes, type->bigEndian));
        return type->size == 4 ? Outcome(Value::number(double(numberIn<float>(*bytes, type->bigEndian))))
                               : std::nullopt;
    case 'i':
    case 'u': {
        QByteArray little = *bytes;
        if (type->bigEndian)
            std::reverse(little.begin(), little.end());
        if (type->kind == 'u')
            little += '\0';
        return integerFromTwosComplement(little);
    }
    case 'M':
        // Other units than nanoseconds are left as they are.
        return type->size == 8 && type->isNanoseconds
            ? Outcome(Value::timestamp(numberIn<qint64>(*bytes, type->bigEndian)))
            : std::nullopt;
    default:
        return std::nullopt;
    }
}

Remade makeNumpyScalar(const Value &now, const KnownCall &before)
{
    const auto type = scalarTypeOf(before);
    auto bytes = type ? scalarBytes(now, *type) : std::nullopt;
    return bytes ? Remade(withArgument(before, 1, Value::bytes(*std::move(bytes)))) : std::nullopt;
}

} // namespace slotscope::core::pickle
