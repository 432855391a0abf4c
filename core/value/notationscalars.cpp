// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notationscalars.h"

#include "core/value/librarytext.h"
#include "core/value/numbertext.h"
#include "core/value/opaqueform.h"
#include "core/value/timetext.h"
#include "core/value/toldtag.h"

#include <QHash>

namespace slotscope::core {

namespace {

using Outcome = Expected<Value, DecodeError>;

Outcome opaqueTold(const char *name, const Value &json)
{
    Value value = tidied(Value::opaque({}, {{Value::text(QString::fromLatin1(name)), json.withSource({})}}));
    if (const QString fault = opaqueFault(value); !fault.isEmpty())
        return failure(json, fault);
    return value;
}

Outcome readInteger(const Value &json)
{
    if (auto number = integerOf(json))
        return *std::move(number);
    return failure(json, QStringLiteral("not a whole number"));
}

Outcome readFloat(const Value &json)
{
    if (json.kind() == Value::Kind::Float || json.kind() == Value::Kind::Integer)
        return Value::number(json.toDouble());
    if (const auto number = floatFromText(json.toText().toUtf8()))
        return Value::number(*number);
    return failure(json, QStringLiteral("not a number"));
}

Outcome readHex(const Value &json)
{
    const QByteArray hex = json.toText().toLatin1();
    const QByteArray bytes = QByteArray::fromHex(hex);
    if (json.kind() != Value::Kind::Text || bytes.toHex() != hex.toLower())
        return failure(json, QStringLiteral("not an even number of hexadecimal digits"));
    return Value::bytes(bytes);
}

Outcome readUuid(const Value &json)
{
    const QUuid uuid(json.toText());
    const bool nil = json.toText() == QUuid().toString(QUuid::WithoutBraces);
    if (uuid.isNull() && !nil)
        return failure(json, QStringLiteral("not a UUID"));
    return Value::uuid(uuid);
}

Outcome readDateTime(const Value &json)
{
    const auto time = parseIsoTime(json.toText());
    if (!time)
        return failure(json, QStringLiteral("not a date and time as 2020-01-31T12:00:00+00:00"));
    if (!time->offsetMinutes)
        return opaqueTold("datetime", json);
    if (*time->offsetMinutes == 0 && time->nanoseconds)
        return Value::timestamp(*time->nanoseconds);
    return Value::tag(0, json.withSource({}));
}

Outcome readNanoseconds(const Value &json)
{
    const auto number = integerOf(json);
    if (!number || !number->toInt64())
        return failure(json, QStringLiteral("not a number of nanoseconds in 64 bits"));
    return Value::timestamp(*number->toInt64());
}

Outcome readDecimal(const Value &json)
{
    if (auto number = finiteDecimalText(json.toText()))
        return Value::decimal(*std::move(number));
    return opaqueTold("decimal", json);
}

// What toldTag() writes.
struct Told
{
    const char *name;
    const char *what; // for the message
};
constexpr Told Date {"date", "not a date as 2020-01-31"};
constexpr Told Fraction {"fraction", "not a fraction as 1/3"};
constexpr Told Regex {"regex", "not a regular expression"};
constexpr Told Mime {"mime", "not a MIME message"};
constexpr Told Address {"ipaddress", "not an IP address"};
constexpr Told Network {"ipnetwork", "not an IP network as 10.0.0.0/8, without bits behind its prefix"};

template <const Told &Tag>
Outcome readTold(const Value &json)
{
    if (json.kind() != Value::Kind::Text)
        return failure(json, QStringLiteral("expected a text"));
    if (auto value = tagOfTold(Tag.name, json.toText()))
        return *std::move(value);
    return failure(json, QString::fromLatin1(Tag.what));
}

Outcome readCodepoints(const Value &json)
{
    QString text;
    for (const Value &item : json.items()) {
        const auto code = item.toInt64();
        if (!code || *code < 0 || *code > 0x10ffff)
            return failure(item, QStringLiteral("not a code point"));
        text += QStringView(QChar::fromUcs4(char32_t(*code)));
    }
    if (json.kind() != Value::Kind::Array)
        return failure(json, QStringLiteral("expected a list of code points"));
    return Value::text(text);
}

Outcome readSimple(const Value &json)
{
    const auto number = json.toInt64();
    if (!number || *number < 0 || *number > 255 || (*number >= 20 && *number < 32))
        return failure(json, QStringLiteral("not the number of a simple value (0 to 19, 32 to 255)"));
    return Value::simple(quint8(*number));
}

Outcome readUndefined(const Value &json)
{
    if (json.kind() != Value::Kind::Bool || !json.toBool())
        return failure(json, QStringLiteral("expected true"));
    return Value::undefined();
}

} // namespace

Unexpected<DecodeError> failure(const Value &at, const QString &what)
{
    return Unexpected {DecodeError {at.source().offset, what}};
}

std::optional<Value> integerOf(const Value &json)
{
    if (json.kind() == Value::Kind::Integer)
        return json.withSource({});
    return json.kind() == Value::Kind::Text ? Value::integerFromText(json.toText()) : std::nullopt;
}

ScalarReader scalarReader(const QString &name)
{
    static const QHash<QString, ScalarReader> readers {
        {QStringLiteral("int"), readInteger},
        {QStringLiteral("float"), readFloat},
        {QStringLiteral("hex"), readHex},
        {QStringLiteral("uuid"), readUuid},
        {QStringLiteral("datetime"), readDateTime},
        {QStringLiteral("date"), readTold<Date>},
        {QStringLiteral("ns"), readNanoseconds},
        {QStringLiteral("decimal"), readDecimal},
        {QStringLiteral("fraction"), readTold<Fraction>},
        {QStringLiteral("regex"), readTold<Regex>},
        {QStringLiteral("mime"), readTold<Mime>},
        {QStringLiteral("ipaddress"), readTold<Address>},
        {QStringLiteral("ipnetwork"), readTold<Network>},
        {QStringLiteral("codepoints"), readCodepoints},
        {QStringLiteral("simple"), readSimple},
        {QStringLiteral("undefined"), readUndefined},
    };
    return readers.value(name, nullptr);
}

} // namespace slotscope::core
