// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/jsonreader.h"
#include "core/value/notation.h"
#include "core/value/numbertext.h"
#include "core/value/recordstyle.h"
#include "core/value/timetext.h"
#include "core/value/toldtag.h"

#include <QHash>

namespace slotscope::core {

namespace {

// Every level of a value takes up to three of JSON: {"map": [[key, value]]}.
constexpr int MaximumJsonDepth = 1600;
constexpr int MaximumValueDepth = 512;

using Outcome = Expected<Value, DecodeError>;

Unexpected<DecodeError> failure(const Value &at, const QString &what)
{
    return Unexpected {DecodeError {at.source().offset, what}};
}

Outcome read(const Value &json, int depth);

Expected<ValueList, DecodeError> readList(const Value &json, int depth)
{
    if (json.kind() != Value::Kind::Array)
        return failure(json, QStringLiteral("expected a list"));
    ValueList items;
    items.reserve(json.items().size());
    for (const Value &item : json.items()) {
        auto value = read(item, depth + 1);
        if (!value)
            return Unexpected {value.error()};
        items.push_back(*std::move(value));
    }
    return items;
}

Outcome readPairs(const Value &json, int depth)
{
    if (json.kind() != Value::Kind::Array)
        return failure(json, QStringLiteral("expected a list of pairs"));
    MemberList members;
    members.reserve(json.items().size());
    for (const Value &pair : json.items()) {
        if (pair.kind() != Value::Kind::Array || pair.items().size() != 2)
            return failure(pair, QStringLiteral("expected a pair of a key and a value"));
        auto key = read(pair.items()[0], depth + 1);
        if (!key)
            return key;
        auto value = read(pair.items()[1], depth + 1);
        if (!value)
            return value;
        members.push_back({*std::move(key), *std::move(value)});
    }
    return Value::map(std::move(members));
}

Outcome readObject(const Value &json, int depth)
{
    MemberList members;
    members.reserve(json.members().size());
    for (const Member &member : json.members()) {
        auto value = read(member.value, depth + 1);
        if (!value)
            return value;
        members.push_back({member.key.withSource({}), *std::move(value)});
    }
    return Value::map(std::move(members));
}

// Numbers that JSON numbers may lose come as text as well.
std::optional<Value> integerOf(const Value &json)
{
    if (json.kind() == Value::Kind::Integer)
        return json.withSource({});
    return json.kind() == Value::Kind::Text ? Value::integerFromText(json.toText()) : std::nullopt;
}

Outcome readInteger(const Value &json, int)
{
    if (auto number = integerOf(json))
        return *std::move(number);
    return failure(json, QStringLiteral("not a whole number"));
}

Outcome readFloat(const Value &json, int)
{
    if (json.kind() == Value::Kind::Float || json.kind() == Value::Kind::Integer)
        return Value::number(json.toDouble());
    if (const auto number = floatFromText(json.toText().toUtf8()))
        return Value::number(*number);
    return failure(json, QStringLiteral("not a number"));
}

Outcome readHex(const Value &json, int)
{
    const QByteArray hex = json.toText().toLatin1();
    const QByteArray bytes = QByteArray::fromHex(hex);
    if (json.kind() != Value::Kind::Text || bytes.toHex() != hex.toLower())
        return failure(json, QStringLiteral("not an even number of hexadecimal digits"));
    return Value::bytes(bytes);
}

Outcome readUuid(const Value &json, int)
{
    const QUuid uuid(json.toText());
    const bool nil = json.toText() == QUuid().toString(QUuid::WithoutBraces);
    if (uuid.isNull() && !nil)
        return failure(json, QStringLiteral("not a UUID"));
    return Value::uuid(uuid);
}

Outcome readDateTime(const Value &json, int)
{
    const auto time = parseIsoTime(json.toText());
    if (!time)
        return failure(json, QStringLiteral("not a date and time as 2020-01-31T12:00:00+00:00"));
    if (!time->offsetMinutes)
        return failure(json, QStringLiteral("a date and time needs its offset from UTC (as +00:00)"));
    if (*time->offsetMinutes == 0 && time->nanoseconds)
        return Value::timestamp(*time->nanoseconds);
    return Value::tag(0, json.withSource({}));
}

Outcome readNanoseconds(const Value &json, int)
{
    const auto number = integerOf(json);
    if (!number || !number->toInt64())
        return failure(json, QStringLiteral("not a number of nanoseconds in 64 bits"));
    return Value::timestamp(*number->toInt64());
}

Outcome readDecimal(const Value &json, int)
{
    const auto parts = decimalParts(json.toText());
    if (!parts)
        return failure(json, QStringLiteral("not a decimal number"));
    return Value::decimal(decimalText(parts->mantissa, parts->exponent));
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
Outcome readTold(const Value &json, int)
{
    if (json.kind() != Value::Kind::Text)
        return failure(json, QStringLiteral("expected a text"));
    if (auto value = tagOfTold(Tag.name, json.toText()))
        return *std::move(value);
    return failure(json, QString::fromLatin1(Tag.what));
}

Outcome readCodepoints(const Value &json, int)
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

Outcome readSimple(const Value &json, int)
{
    const auto number = json.toInt64();
    if (!number || *number < 0 || *number > 255 || (*number >= 20 && *number < 32))
        return failure(json, QStringLiteral("not the number of a simple value (0 to 19, 32 to 255)"));
    return Value::simple(quint8(*number));
}

// A container that holds this one, as picklevalue and the CBOR reader tell it.
Outcome readReference(const Value &json, int)
{
    const auto level = json.toInt64();
    if (!level || *level < 0)
        return failure(json, QStringLiteral("not the level of a container"));
    return Value::opaque({}, {{Value::text(QStringLiteral("ref")), Value::integer(*level)}});
}

Outcome readUndefined(const Value &json, int)
{
    if (json.kind() != Value::Kind::Bool || !json.toBool())
        return failure(json, QStringLiteral("expected true"));
    return Value::undefined();
}

template <Value (*Make)(ValueList)>
Outcome readSequence(const Value &json, int depth)
{
    auto items = readList(json, depth);
    if (!items)
        return Unexpected {items.error()};
    return Make(*std::move(items));
}

template <Outcome (*Read)(const Value &, int)>
Outcome readOther(const Value &json, int depth)
{
    auto value = Read(json, depth);
    return value ? Outcome((*std::move(value)).withStyle({Value::OtherType, {}})) : value;
}

using ReadMember = Outcome (*)(const Value &, int);

// What an object with one member of this name means.
ReadMember readerFor(const QString &name)
{
    static const QHash<QString, ReadMember> readers {
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
        {QStringLiteral("ref"), readReference},
        {QStringLiteral("tuple"), readSequence<Value::tuple>},
        {QStringLiteral("set"), readSequence<Value::set>},
        {QStringLiteral("bytearray"), readOther<readHex>},
        {QStringLiteral("frozenset"), readOther<readSequence<Value::set>>},
        {QStringLiteral("map"), readPairs},
    };
    return readers.value(name, nullptr);
}

// A table or struct of FlatBuffers. Its fields may have any name, so that none of them is telling.
Outcome readRecord(const Value &json, bool isStruct, int depth)
{
    const MemberList &parts = json.members();
    const Value *fields = nullptr;
    FlatTableStyle style {parts[0].value.toText().toUtf8()};
    QStringList absent;
    for (size_t i = 1; i < parts.size(); ++i) {
        const QString &name = parts[i].key.toText();
        const Value &part = parts[i].value;
        if (name == QLatin1String("fields") && part.kind() == Value::Kind::Map) {
            fields = &part;
        } else if (!isStruct && name == QLatin1String("absent") && part.kind() == Value::Kind::Array) {
            for (const Value &item : part.items())
                absent += item.toText();
        } else if (!isStruct && name == QLatin1String("unknown") && part.kind() == Value::Kind::Array) {
            for (const Value &item : part.items())
                style.unknownFields.push_back(int(item.toInt64().value_or(-1)));
        } else {
            return failure(part, QStringLiteral("%1 is no part of a table or struct").arg(name));
        }
    }
    if (!fields)
        return failure(json, QStringLiteral("a table or struct without fields"));
    MemberList members;
    for (const Member &field : fields->members()) {
        auto value = read(field.value, depth + 2);
        if (!value)
            return value;
        Value::Style known = value->style();
        if (absent.removeAll(field.key.toText()) > 0)
            known.flags |= AbsentField;
        members.push_back({field.key.withSource({}), (*std::move(value)).withStyle(known)});
    }
    for (const QString &name : absent)
        members.push_back({Value::text(name), Value().withStyle({AbsentField, {}})});
    return Value::map(std::move(members))
        .withStyle({FlatStyle | (isStruct ? FlatStruct : FlatTable), style.packed()});
}

Outcome readMap(const Value &json, int depth)
{
    const MemberList &members = json.members();
    if (members.empty())
        return Value::map({});
    const QString &first = members[0].key.toText();
    const bool isStruct = first == QLatin1String("$struct");
    if ((isStruct || first == QLatin1String("$table")) && members[0].value.kind() == Value::Kind::Text)
        return readRecord(json, isStruct, depth);
    if (members.size() == 1) {
        if (const ReadMember reader = readerFor(first))
            return reader(members[0].value, depth);
    }
    if (members.size() == 2) {
        const QString &second = members[1].key.toText();
        if (first == QLatin1String("ns") && second == QLatin1String("iso"))
            return readNanoseconds(members[0].value, depth);
        if (first == QLatin1String("buffer") && second == QLatin1String("readonly")) {
            auto bytes = readHex(members[0].value, depth);
            if (!bytes || members[1].value.kind() != Value::Kind::Bool)
                return failure(json, QStringLiteral("not the bytes of a buffer and whether it is read-only"));
            return Value::opaque({},
                                 {{members[0].key.withSource({}), *std::move(bytes)},
                                  {members[1].key.withSource({}), members[1].value.withSource({})}});
        }
        if (first == QLatin1String("tag") && second == QLatin1String("value")) {
            const auto number = integerOf(members[0].value);
            if (!number || !number->toUInt64())
                return failure(members[0].value, QStringLiteral("not the number of a tag"));
            auto content = read(members[1].value, depth + 1);
            return content ? Outcome(Value::tag(*number->toUInt64(), *std::move(content))) : content;
        }
    }
    auto object = readObject(json, depth);
    if (!object || first != QLatin1String("call") || members[0].value.kind() != Value::Kind::Text)
        return object;
    return Value::opaque(members[0].value.toText(), {object->members().begin() + 1, object->members().end()});
}

Outcome read(const Value &json, int depth)
{
    if (depth > MaximumValueDepth)
        return failure(json, QStringLiteral("nested deeper than %1 levels").arg(MaximumValueDepth));
    switch (json.kind()) {
    case Value::Kind::Map:
        return readMap(json, depth);
    case Value::Kind::Array:
        return readSequence<Value::array>(json, depth);
    default:
        return json.withSource({});
    }
}

} // namespace

Expected<Value, DecodeError> fromNotation(const QByteArray &json)
{
    const auto parsed = readJson(json, {false, MaximumJsonDepth});
    if (!parsed)
        return parsed;
    return read(*parsed, 0);
}

bool isTelling(const MemberList &members)
{
    if (members.empty() || members[0].key.kind() != Value::Kind::Text)
        return false;
    const QString &first = members[0].key.toText();
    if (members.size() == 1 && readerFor(first))
        return true;
    static const QStringList others {QStringLiteral("ns"), QStringLiteral("buffer"), QStringLiteral("tag"),
                                     QStringLiteral("call")};
    return others.contains(first);
}

} // namespace slotscope::core
