// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/jsonreader.h"
#include "core/value/notation.h"
#include "core/value/notationscalars.h"
#include "core/value/opaqueform.h"
#include "core/value/recordstyle.h"

namespace slotscope::core {

namespace {

// Every level of a value takes up to three of JSON: {"map": [[key, value]]}.
constexpr int MaximumJsonDepth = 1600;
constexpr int MaximumValueDepth = 512;

using Outcome = Expected<Value, DecodeError>;

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

template <Value (*Make)(ValueList)>
Outcome readSequence(const Value &json, int depth)
{
    auto items = readList(json, depth);
    if (!items)
        return Unexpected {items.error()};
    return Make(*std::move(items));
}

QStringList namesOf(const MemberList &members)
{
    QStringList names;
    for (const Member &member : members)
        names += member.key.toText();
    return names;
}

Outcome ofOtherType(Outcome value)
{
    return value ? Outcome((*std::move(value)).withStyle({Value::OtherType, {}})) : value;
}

// An object with one member of this name; nothing: it has no meaning of its own.
std::optional<Outcome> readTelling(const QString &name, const Value &content, int depth)
{
    if (const ScalarReader reader = scalarReader(name))
        return reader(content);
    if (name == QLatin1String("tuple"))
        return readSequence<Value::tuple>(content, depth);
    if (name == QLatin1String("set"))
        return readSequence<Value::set>(content, depth);
    if (name == QLatin1String("bytearray"))
        return ofOtherType(scalarReader(QStringLiteral("hex"))(content));
    if (name == QLatin1String("frozenset"))
        return ofOtherType(readSequence<Value::set>(content, depth));
    if (name == QLatin1String("map"))
        return readPairs(content, depth);
    return std::nullopt;
}

// The lists that the parts of an object are in are no levels of their own, as in the codec.
Outcome readPart(const QString &name, const Value &json, bool isOnly, int depth)
{
    if (name == QLatin1String("buffer"))
        return scalarReader(QStringLiteral("hex"))(json);
    const bool isList = json.kind() == Value::Kind::Array;
    if (isList && name == QLatin1String("pairs"))
        return readSequence<Value::array>(json, depth - 1);
    if (isList && (name == QLatin1String("args") || name == QLatin1String("items")))
        return readSequence<Value::array>(json, depth);
    return read(json, isOnly ? depth : depth + 1);
}

Outcome readOpaque(const Value &json, bool isNamed, int depth)
{
    const MemberList &members = json.members();
    MemberList parts;
    parts.reserve(members.size());
    for (size_t i = isNamed ? 1 : 0; i < members.size(); ++i) {
        auto part = readPart(members[i].key.toText(), members[i].value, members.size() == 1, depth);
        if (!part)
            return part;
        parts.push_back({members[i].key.withSource({}), *std::move(part)});
    }
    Value value = tidied(Value::opaque(isNamed ? members[0].value.toText() : QString(), std::move(parts)));
    if (const QString fault = opaqueFault(value); !fault.isEmpty())
        return failure(members[0].value, fault);
    return value;
}

// {"opaque": name or null, "parts": [[name, part], …]}
Outcome readAnyOpaque(const Value &json, int depth)
{
    const auto name = read(json.members()[0].value, depth + 1);
    if (!name)
        return name;
    if (name->kind() != Value::Kind::Text && !name->isNull())
        return failure(json.members()[0].value, QStringLiteral("neither a name nor null"));
    const auto parts = readPairs(json.members()[1].value, depth);
    return parts ? Outcome(Value::opaque(name->toText(), parts->members())) : parts;
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
        if (auto told = readTelling(first, members[0].value, depth))
            return *std::move(told);
    }
    if (members.size() == 2) {
        const QString &second = members[1].key.toText();
        if (first == QLatin1String("ns") && second == QLatin1String("iso"))
            return scalarReader(first)(members[0].value);
        if (first == QLatin1String("opaque") && second == QLatin1String("parts"))
            return readAnyOpaque(json, depth);
        if (first == QLatin1String("tag") && second == QLatin1String("value")) {
            const auto number = integerOf(members[0].value);
            if (!number || !number->toUInt64())
                return failure(members[0].value, QStringLiteral("not the number of a tag"));
            auto content = read(members[1].value, depth + 1);
            return content ? Outcome(Value::tag(*number->toUInt64(), *std::move(content))) : content;
        }
    }
    if (members.size() <= MostOpaqueMembers) {
        const bool firstIsText = members[0].value.kind() == Value::Kind::Text;
        if (isOpaqueForm(namesOf(members), firstIsText))
            return readOpaque(json, firstIsText && first == QLatin1String(CallName), depth);
    }
    return readObject(json, depth);
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
    static const QStringList alone {QStringLiteral("tuple"), QStringLiteral("set"),
                                    QStringLiteral("bytearray"), QStringLiteral("frozenset"),
                                    QStringLiteral("map")};
    if (members.size() == 1 && (alone.contains(first) || scalarReader(first)))
        return true;
    static const QStringList others {QStringLiteral("ns"), QStringLiteral("tag"), QStringLiteral("opaque"),
                                     QStringLiteral("$table"), QStringLiteral("$struct")};
    return others.contains(first)
        || (members.size() <= MostOpaqueMembers && isOpaqueForm(namesOf(members), true));
}

} // namespace slotscope::core
