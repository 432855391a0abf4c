// SPDX-License-Identifier: GPL-3.0-or-later
//
// Numbers of Python's library, and UUIDs.
#include "core/codec/pickle/pickleclasses.h"
#include "core/value/librarytext.h"
#include "core/value/numbertext.h"

#include <QStringList>

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

} // namespace slotscope::core::pickle
