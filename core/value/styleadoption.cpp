// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finding the nodes of an old value again in one that was written anew.
#include "core/value/notation.h"
#include "core/value/toldtag.h"
#include "core/value/valueedit.h"

#include <QHash>
#include <QList>

namespace slotscope::core {

namespace {

using Kind = Value::Kind;

struct Adopted
{
    Value value;
    bool same = false; // all of it is the old one's
};

// Children found again: for each new one the position of the old one, or -1.
using Counterparts = std::vector<qsizetype>;

bool isSpelled(const Value &value)
{
    return (value.style().flags & ~Value::OtherType) != 0 || !value.style().spelling.isEmpty();
}

bool isOfOtherType(const Value &value)
{
    return (value.style().flags & Value::OtherType) != 0;
}

// Gives each new child without a counterpart an old one that is not taken and reads alike.
template <typename TextOfOld, typename TextOfFresh>
void matchByText(Counterparts &found, size_t oldCount, const TextOfOld &textOfOld,
                 const TextOfFresh &textOfFresh)
{
    std::vector<bool> taken(oldCount, false);
    bool complete = true;
    for (const qsizetype at : found) {
        if (at >= 0)
            taken[size_t(at)] = true;
        else
            complete = false;
    }
    if (complete)
        return;
    QHash<QByteArray, QList<qsizetype>> free;
    for (size_t i = oldCount; i-- > 0;) {
        if (!taken[i])
            free[textOfOld(i)].append(qsizetype(i));
    }
    if (free.isEmpty())
        return;
    for (size_t i = 0; i < found.size(); ++i) {
        if (found[i] >= 0)
            continue;
        const auto match = free.find(textOfFresh(i));
        if (match != free.end() && !match->isEmpty())
            found[i] = match->takeLast();
    }
}

// A single one that is left over on both sides, in one place, was changed or renamed.
void matchTheOnlyOne(Counterparts &found, size_t oldCount)
{
    if (found.size() != oldCount || std::count(found.begin(), found.end(), -1) != 1)
        return;
    const auto left = std::find(found.begin(), found.end(), -1) - found.begin();
    if (std::find(found.begin(), found.end(), left) == found.end())
        found[size_t(left)] = left;
}

Counterparts matchedItems(const ValueList &old, const ValueList &fresh)
{
    Counterparts found(fresh.size(), -1);
    const size_t shorter = std::min(old.size(), fresh.size());
    size_t head = 0;
    while (head < shorter && old[head] == fresh[head]) {
        found[head] = qsizetype(head);
        ++head;
    }
    size_t tail = 0;
    while (tail < shorter - head && old[old.size() - 1 - tail] == fresh[fresh.size() - 1 - tail]) {
        found[fresh.size() - 1 - tail] = qsizetype(old.size() - 1 - tail);
        ++tail;
    }
    const size_t oldMiddle = old.size() - head - tail;
    const size_t freshMiddle = fresh.size() - head - tail;
    if (oldMiddle == 0 || freshMiddle == 0)
        return found;
    if (oldMiddle > 1 || freshMiddle > 1) {
        matchByText(
            found, old.size(), [&old](size_t i) { return toNotation(old[i]); },
            [&fresh](size_t i) { return toNotation(fresh[i]); });
    }
    // What is left was changed: one by one where as many are left, so that their parts are found again.
    if (oldMiddle == freshMiddle) {
        std::vector<bool> taken(old.size(), false);
        for (const qsizetype at : found) {
            if (at >= 0)
                taken[size_t(at)] = true;
        }
        for (size_t i = head; i < head + freshMiddle; ++i) {
            if (found[i] < 0 && !taken[i])
                found[i] = qsizetype(i);
        }
    }
    return found;
}

Counterparts matchedMembers(const MemberList &old, const MemberList &fresh)
{
    Counterparts found(fresh.size(), -1);
    for (size_t i = 0; i < std::min(old.size(), fresh.size()); ++i) {
        if (old[i].key == fresh[i].key)
            found[i] = qsizetype(i);
    }
    matchByText(
        found, old.size(), [&old](size_t i) { return toNotation(old[i].key); },
        [&fresh](size_t i) { return toNotation(fresh[i].key); });
    matchTheOnlyOne(found, old.size());
    return found;
}

// Depth-first; a value that was decoded has a bounded depth.
Adopted adopt(const Value &old, const Value &fresh, Seen seen);

// Whether all of the old children are there and in their order.
bool isInOrder(const Counterparts &found, size_t oldCount)
{
    if (found.size() != oldCount)
        return false;
    for (size_t i = 0; i < found.size(); ++i) {
        if (found[i] != qsizetype(i))
            return false;
    }
    return true;
}

Value::Style containerStyle(const Value &old, const Value &fresh)
{
    return isSpelled(fresh) ? fresh.style() : old.style();
}

Adopted adoptItems(const Value &old, const Value &fresh, Seen seen)
{
    if (seen == Seen::Meaning && old.kind() == Kind::Set && old == fresh && !isSpelled(fresh)) {
        // In whatever order; but of equal elements some may be of another type.
        if (toNotation(old) == toNotation(fresh))
            return {old, true};
    }
    const Counterparts found = matchedItems(old.items(), fresh.items());
    bool same = isInOrder(found, old.items().size()) && !isSpelled(fresh);
    ValueList items;
    items.reserve(found.size());
    for (size_t i = 0; i < found.size(); ++i) {
        const Value &item = fresh.items()[i];
        if (found[i] < 0) {
            items.push_back(item);
            continue;
        }
        Adopted adopted = adopt(old.items()[size_t(found[i])], item, seen);
        same = same && adopted.same;
        items.push_back(std::move(adopted.value));
    }
    if (same)
        return {old, true};
    return {withItems(fresh, std::move(items)).withStyle(containerStyle(old, fresh)), false};
}

Adopted adoptMembers(const Value &old, const Value &fresh, Seen seen)
{
    const Counterparts found = matchedMembers(old.members(), fresh.members());
    bool same = isInOrder(found, old.members().size()) && !isSpelled(fresh);
    MemberList members;
    members.reserve(found.size());
    for (size_t i = 0; i < found.size(); ++i) {
        const Member &member = fresh.members()[i];
        if (found[i] < 0) {
            members.push_back(member);
            continue;
        }
        const Member &before = old.members()[size_t(found[i])];
        Adopted key = adopt(before.key, member.key, seen);
        Adopted value = adopt(before.value, member.value, seen);
        same = same && key.same && value.same;
        members.push_back({std::move(key.value), std::move(value.value)});
    }
    if (same)
        return {old, true};
    return {withMembers(fresh, std::move(members)).withStyle(containerStyle(old, fresh)), false};
}

// Containers as their codec usually writes them, scalars as they are spelled.
Value withoutLayout(const Value &value)
{
    if (!value.isContainer())
        return value;
    const Value::Style plain {value.style().flags & Value::OtherType, {}};
    if (value.members().empty()) {
        ValueList items;
        items.reserve(value.items().size());
        for (const Value &item : value.items())
            items.push_back(withoutLayout(item));
        if (items.empty() && (value.kind() == Kind::Map || value.kind() == Kind::Opaque))
            return value.withStyle(plain);
        return withItems(value, std::move(items)).withStyle(plain);
    }
    MemberList members;
    members.reserve(value.members().size());
    for (const Member &member : value.members())
        members.push_back({member.key, withoutLayout(member.value)});
    return withMembers(value, std::move(members)).withStyle(plain);
}

Adopted adopt(const Value &old, const Value &fresh, Seen seen)
{
    if (old.kind() != fresh.kind() || isOfOtherType(old) != isOfOtherType(fresh))
        return {fresh, false};
    switch (fresh.kind()) {
    case Kind::Array:
    case Kind::Tuple:
    case Kind::Set:
        return adoptItems(old, fresh, seen);
    case Kind::Tag:
        if (old.tagNumber() != fresh.tagNumber()) {
            Value value = inStyleOf(old, fresh);
            const bool same = value == old;
            return {std::move(value), same};
        }
        return adoptItems(old, fresh, seen);
    case Kind::Map:
        return adoptMembers(old, fresh, seen);
    case Kind::Opaque:
        return old.toText() == fresh.toText() ? adoptMembers(old, fresh, seen) : Adopted {fresh, false};
    default:
        break;
    }
    if (seen == Seen::Spelling)
        return {fresh, old == fresh && old.style() == fresh.style()};
    if (isSpelled(fresh))
        return {fresh, false};
    if (old == fresh)
        return {old, true};
    return {inStyleOf(old, fresh), false};
}

} // namespace

Value inStyleOf(const Value &old, const Value &fresh)
{
    if (old.kind() != fresh.kind() || isSpelled(fresh))
        return fresh;
    if (fresh.kind() == Kind::Tag)
        return withTagOf(old, fresh);
    if (fresh.isContainer() || !(old.style().flags & InheritedStyle)
        || isOfOtherType(old) != isOfOtherType(fresh))
        return fresh;
    return fresh.withStyle({old.style().flags, {}});
}

Value adoptStyles(const Value &old, const Value &fresh, Seen seen)
{
    return adopt(old, seen == Seen::Spelling ? withoutLayout(fresh) : fresh, seen).value;
}

} // namespace slotscope::core
