// SPDX-License-Identifier: GPL-3.0-or-later
//
// Python's sets, and its collections module.
#include "core/codec/pickle/pickleclasses.h"

namespace slotscope::core::pickle {

namespace {

// Of a list of pairs, or a map.
std::optional<MemberList> membersOf(const Value &value)
{
    if (value.kind() == Value::Kind::Map)
        return value.members();
    MemberList members;
    for (const Value &pair : value.items()) {
        if (pair.items().size() != 2)
            return std::nullopt;
        members.push_back({pair.items()[0], pair.items()[1]});
    }
    return value.kind() == Value::Kind::Array ? std::optional(members) : std::nullopt;
}

// The same, in the shape of what held the members before; each pair is what it was where it is equal.
Value withMembers(const Value &like, const MemberList &members)
{
    if (like.kind() == Value::Kind::Map)
        return Value::map(members).withStyle(like.style());
    ValueList pairs;
    for (size_t i = 0; i < members.size(); ++i) {
        const bool tuples = !like.items().empty() && like.items()[0].kind() == Value::Kind::Tuple;
        ValueList pair {members[i].key, members[i].value};
        pairs.push_back(tuples ? Value::tuple(std::move(pair)) : Value::array(std::move(pair)));
    }
    return Value::array(std::move(pairs)).withStyle(like.style());
}

bool holdsSomething(const Value &value)
{
    return !value.items().empty() || !value.members().empty();
}

// The members are in the argument at `first`, or in the pairs.
Outcome readMembers(const KnownCall &call, size_t first)
{
    if (call.keywords || call.state || !call.items.empty() || call.arguments.size() > first + 1)
        return std::nullopt;
    std::optional<MemberList> members = MemberList();
    if (call.arguments.size() > first)
        members = membersOf(call.arguments[first]);
    if (!members)
        return std::nullopt;
    members->insert(members->end(), call.pairs.begin(), call.pairs.end());
    return Value::map(*std::move(members));
}

Remade makeMembers(const Value &now, const KnownCall &before, size_t first)
{
    if (now.kind() != Value::Kind::Map)
        return std::nullopt;
    KnownCall call = before;
    if (call.arguments.size() <= first || !holdsSomething(call.arguments[first])) {
        call.pairs = now.members();
        return call;
    }
    if (!call.pairs.empty())
        return std::nullopt;
    call.arguments[first] = withMembers(call.arguments[first], now.members());
    return call;
}

} // namespace

Outcome readSet(const KnownCall &call)
{
    if (!hasOnlyArguments(call) || call.arguments.size() > 1)
        return std::nullopt;
    if (call.arguments.empty())
        return Value::set({});
    return isKind(call, 0, Value::Kind::Array) ? Outcome(Value::set(call.arguments[0].items()))
                                               : std::nullopt;
}

Outcome readFrozenSet(const KnownCall &call)
{
    auto set = readSet(call);
    return set ? Outcome((*std::move(set)).withStyle({Value::OtherType, {}})) : std::nullopt;
}

Remade makeSet(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Set || before.arguments.empty())
        return std::nullopt;
    return withArgument(before, 0, Value::array(now.items()).withStyle(before.arguments[0].style()));
}

Outcome readDictionary(const KnownCall &call)
{
    return readMembers(call, 0);
}
Remade makeDictionary(const Value &now, const KnownCall &before)
{
    return makeMembers(now, before, 0);
}

// The factory in front makes missing values, so it says nothing of those that are there.
Outcome readDefaultDictionary(const KnownCall &call)
{
    if (!call.arguments.empty() && !isHarmless(call.arguments[0]))
        return std::nullopt;
    return readMembers(call, 1);
}
Remade makeDefaultDictionary(const Value &now, const KnownCall &before)
{
    return makeMembers(now, before, 1);
}

Outcome readDeque(const KnownCall &call)
{
    if (call.keywords || call.state || !call.pairs.empty() || call.arguments.size() > 2)
        return std::nullopt;
    if (!call.arguments.empty()
        && (call.arguments[0].kind() == Value::Kind::Opaque || !call.arguments[0].members().empty()
            || (call.arguments.size() == 2 && !isHarmless(call.arguments[1]))))
        return std::nullopt;
    ValueList items = call.arguments.empty() ? ValueList() : call.arguments[0].items();
    items.insert(items.end(), call.items.begin(), call.items.end());
    return Value::array(std::move(items));
}

Remade makeDeque(const Value &now, const KnownCall &before)
{
    if (now.kind() != Value::Kind::Array)
        return std::nullopt;
    // More than it may hold: Python would drop those in front.
    if (before.arguments.size() == 2 && before.arguments[1].kind() == Value::Kind::Integer
        && now.items().size() > before.arguments[1].toUInt64().value_or(0))
        return std::nullopt;
    KnownCall call = before;
    if (before.arguments.empty() || !holdsSomething(before.arguments[0])) {
        call.items = now.items();
        return call;
    }
    if (!before.items.empty() || before.arguments[0].kind() != Value::Kind::Array)
        return std::nullopt;
    return withArgument(before, 0, Value::array(now.items()).withStyle(before.arguments[0].style()));
}

} // namespace slotscope::core::pickle
