// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valuemerge.h"

#include "core/value/listmerge.h"
#include "core/value/notation.h"
#include "core/value/recordstyle.h"
#include "core/value/toldtag.h"
#include "core/value/valueedit.h"

#include <QHash>
#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

using Kind = Value::Kind;
using By = MergeField::By;
using Take = MergeChoice::Take;

bool isOfOtherType(const Value &value)
{
    return (value.style().flags & Value::OtherType) != 0;
}

// Of equal values.
bool hasSameTypes(const Value &a, const Value &b)
{
    if (isOfOtherType(a) != isOfOtherType(b))
        return false;
    if (a.kind() == Kind::Set) // what it holds has one type only
        return true;
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), hasSameTypes)
        && std::equal(a.members().begin(), a.members().end(), b.members().begin(), b.members().end(),
                      [](const Member &x, const Member &y) {
                          return hasSameTypes(x.key, y.key) && hasSameTypes(x.value, y.value);
                      });
}

// One node in the three versions; null pointers where it is not there.
struct Versions
{
    const Value *base = nullptr;
    const Value *mine = nullptr;
    const Value *theirs = nullptr;

    bool areAll() const { return base && mine && theirs; }
};

bool same(const Value *a, const Value *b)
{
    return a && b ? meansTheSame(*a, *b) : a == b;
}

std::optional<Value> copyOf(const Value *value)
{
    return value ? std::optional(*value) : std::nullopt;
}

// Of mine, to stand in theirs: without what binds it to the bytes that it was read from.
Value unbound(const Value &value)
{
    Value::Style style = value.style();
    if (style.flags & PickleStyle) {
        style = {style.flags & (Value::OtherType | AbsentField), {}};
    } else if (value.isContainer() && !(style.flags & FlatStyle) && !style.spelling.isEmpty()) {
        // A layout, or tags by which others refer to it.
        style = {style.flags & (Value::OtherType | AbsentField), {}};
    }
    if (!value.members().empty()) {
        MemberList members;
        members.reserve(value.members().size());
        for (const Member &member : value.members())
            members.push_back({unbound(member.key), unbound(member.value)});
        return withMembers(value, std::move(members)).withStyle(std::move(style));
    }
    if (!value.items().empty()) {
        ValueList items;
        items.reserve(value.items().size());
        for (const Value &item : value.items())
            items.push_back(unbound(item));
        return withItems(value, std::move(items)).withStyle(std::move(style));
    }
    return value.withSource({}).withStyle(std::move(style));
}

Value transplanted(const Value &mine, const Value *theirs)
{
    const Value fresh = unbound(mine);
    return theirs ? adoptStyles(*theirs, fresh) : fresh;
}

// Which types a node is of beyond its kind; only what is of the same ones has fields in common.
QByteArray shapeOf(const Value &value)
{
    QByteArray shape(1, char(value.kind()));
    shape += isOfOtherType(value) ? 'o' : '-';
    const quint32 kind = flatKind(value);
    shape += char(kind);
    if (kind == FlatTable)
        shape += FlatTableStyle::unpacked(value.style().spelling).name;
    else if (kind == FlatStruct)
        shape += value.style().spelling;
    else if (value.kind() == Kind::Tag)
        shape += QByteArray::number(value.tagNumber());
    return shape;
}

bool hasFields(const Value &value)
{
    switch (value.kind()) {
    case Kind::Map:
    case Kind::Array:
    case Kind::Tuple:
    case Kind::Set:
        return !isAbsent(value);
    case Kind::Tag:
        return !toldTag(value);
    default:
        return false;
    }
}

// The members of a map by their keys' notation; nothing where it has one twice.
using Index = QHash<QByteArray, const Member *>;
struct Keys
{
    QByteArrayList order;
    Index index;
};
std::optional<Keys> keysOf(const Value &map)
{
    Keys keys;
    for (const Member &member : map.members()) {
        const QByteArray name = toNotation(member.key);
        if (keys.index.contains(name))
            return std::nullopt;
        keys.index.insert(name, &member);
        keys.order += name;
    }
    return keys;
}

QByteArrayList onlyThoseIn(const QByteArrayList &order, const Index &a, const Index &b)
{
    QByteArrayList kept;
    std::copy_if(order.begin(), order.end(), std::back_inserter(kept),
                 [&](const QByteArray &name) { return a.contains(name) && b.contains(name); });
    return kept;
}

// `order` with what only `other` has, each behind the one that it follows there.
QByteArrayList joinedOrder(const QByteArrayList &order, const QByteArrayList &other)
{
    const QSet<QByteArray> known(order.begin(), order.end());
    QHash<QByteArray, QByteArrayList> behind; // the null name: in front of all
    QByteArray last;
    for (const QByteArray &name : other) {
        if (known.contains(name))
            last = name;
        else
            behind[last] += name;
    }
    QByteArrayList joined = behind.value(QByteArray());
    for (const QByteArray &name : order) {
        joined += name;
        joined += behind.value(name);
    }
    return joined;
}

Value keyList(const Value *map)
{
    ValueList keys;
    for (const Member &member : map->members())
        keys.push_back(member.key);
    return Value::array(std::move(keys));
}

/// What becomes of a node; nothing: it is to go.
struct Outcome
{
    std::optional<Value> value;
    bool isTheirs = false; // theirs as it is

    static Outcome theirs(const Value *value) { return {value ? std::optional(*value) : std::nullopt, true}; }
};

/// Walks the three versions at once, notes the fields, and makes the result on the way. What is a field does
/// not depend on the choices, so that the n-th choice is about the n-th field.
class Walk
{
public:
    /// The choices are to outlive it. Without a base theirs is walked as such, so that mine is what differs.
    Walk(bool hasBase, const std::vector<MergeChoice> *choices)
        : m_hasBase(hasBase)
        , m_choices(choices)
    {
    }

    std::vector<MergeField> takeFields() { return std::move(m_fields); }

    Outcome merge(const Versions &node, const ValuePath &path)
    {
        if (same(node.mine, node.theirs) && same(node.base, node.theirs))
            return Outcome::theirs(node.theirs);
        if (!node.areAll() || !hasFields(*node.theirs))
            return whole(node, path);
        const QByteArray shape = shapeOf(*node.theirs);
        if (shapeOf(*node.base) != shape || shapeOf(*node.mine) != shape || !hasFields(*node.base)
            || !hasFields(*node.mine))
            return whole(node, path);
        switch (node.theirs->kind()) {
        case Kind::Map:
            return map(node, path);
        case Kind::Set:
            return set(node, path);
        case Kind::Array:
            return array(node, path);
        default: // a tuple, or a tag
            return isOfOneSize(node) ? items(node, path, {}) : whole(node, path);
        }
    }

private:
    By whoChanged(const Versions &node) const
    {
        if (same(node.mine, node.theirs))
            return By::Both;
        if (!m_hasBase)
            return By::Clash;
        if (same(node.base, node.theirs))
            return By::Mine;
        return same(node.base, node.mine) ? By::Theirs : By::Clash;
    }

    MergeChoice note(MergeField field)
    {
        m_fields.push_back(std::move(field));
        const size_t number = m_fields.size() - 1;
        return m_choices && number < m_choices->size() ? (*m_choices)[number] : MergeChoice();
    }

    // Joined: what it is where nobody chooses.
    Outcome field(const Versions &node, const ValuePath &path, By by, const std::optional<Value> &joined = {})
    {
        const MergeChoice choice = note({path, by, false, copyOf(m_hasBase ? node.base : nullptr),
                                         copyOf(node.mine), copyOf(node.theirs), joined});
        Take take = choice.take;
        if (take == Take::ByItself) {
            if (by == By::Joined)
                return {joined};
            take = by == By::Mine ? Take::Mine : Take::Theirs;
        }
        if (take == Take::Theirs || (take == Take::Mine && by == By::Both))
            return Outcome::theirs(node.theirs);
        const Value *wanted = take == Take::Mine ? node.mine : choice.own ? &*choice.own : nullptr;
        if (!wanted)
            return {};
        return {transplanted(*wanted, node.theirs ? node.theirs : node.mine)};
    }

    Outcome whole(const Versions &node, const ValuePath &path) { return field(node, path, whoChanged(node)); }

    Outcome map(const Versions &node, const ValuePath &path)
    {
        const auto base = keysOf(*node.base);
        const auto mine = keysOf(*node.mine);
        const auto theirs = keysOf(*node.theirs);
        if (!base || !mine || !theirs)
            return whole(node, path);
        const QByteArrayList names = order(node, path, *base, *mine, *theirs);
        const auto member = [](const Keys &keys, const QByteArray &name) {
            const Member *found = keys.index.value(name);
            return found ? &found->value : nullptr;
        };
        MemberList members;
        QByteArrayList kept;
        bool isTheirs = true;
        for (const QByteArray &name : names) {
            const Member *theirMember = theirs->index.value(name);
            const Member *known = theirMember ? theirMember : mine->index.value(name);
            if (!known)
                known = base->index.value(name);
            Outcome outcome = merge({member(*base, name), member(*mine, name), member(*theirs, name)},
                                    path.child(PathStep::member(known->key)));
            isTheirs = isTheirs && outcome.isTheirs;
            if (!outcome.value)
                continue;
            kept += name;
            members.push_back({theirMember ? known->key : unbound(known->key), *std::move(outcome.value)});
        }
        if (isTheirs && kept == theirs->order)
            return Outcome::theirs(node.theirs);
        return {withMembers(*node.theirs, std::move(members))};
    }

    // The names of all three in the order that they are to have.
    QByteArrayList order(const Versions &node, const ValuePath &path, const Keys &base, const Keys &mine,
                         const Keys &theirs)
    {
        const QByteArrayList before = onlyThoseIn(base.order, mine.index, theirs.index);
        const QByteArrayList here = onlyThoseIn(mine.order, base.index, theirs.index);
        const QByteArrayList there = onlyThoseIn(theirs.order, base.index, mine.index);
        bool asMine = false;
        if (here != before || there != before) {
            By by = By::Clash;
            if (here == there)
                by = By::Both;
            else if (m_hasBase && there == before)
                by = By::Mine;
            else if (here == before)
                by = By::Theirs;
            const MergeChoice choice =
                note({path, by, true, m_hasBase ? std::optional(keyList(node.base)) : std::nullopt,
                      keyList(node.mine), keyList(node.theirs)});
            asMine = choice.take == Take::Mine || (choice.take == Take::ByItself && by == By::Mine);
        }
        const QByteArrayList joined =
            asMine ? joinedOrder(mine.order, theirs.order) : joinedOrder(theirs.order, mine.order);
        // What both removed is looked at, too, as somebody may want it back.
        return joinedOrder(joined, base.order);
    }

    Outcome set(const Versions &node, const ValuePath &path)
    {
        if (const By by = whoChanged(node); by != By::Clash || !m_hasBase)
            return field(node, path, by);
        return field(node, path, By::Joined, joinedSets(*node.base, *node.mine, *node.theirs));
    }

    static bool isOfOneSize(const Versions &node)
    {
        const size_t size = node.theirs->items().size();
        return node.base->items().size() == size && node.mine->items().size() == size;
    }

    Outcome array(const Versions &node, const ValuePath &path)
    {
        const ListChange mine(node.base->items(), node.mine->items());
        const ListChange theirs(node.base->items(), node.theirs->items());
        if (mine.isInPlace() && theirs.isInPlace()) {
            // Only the one item that each of them changed is surely the same one.
            const bool single = mine.changed().size() == 1 && theirs.changed().size() == 1;
            std::vector<bool> atOnce(node.base->items().size(), false);
            for (const size_t at : mine.changed()) {
                const Value &base = node.base->items()[at];
                atOnce[at] = std::binary_search(theirs.changed().begin(), theirs.changed().end(), at)
                    && !(single && isMostlyKept(base, node.mine->items()[at])
                         && isMostlyKept(base, node.theirs->items()[at]));
            }
            return items(node, path, atOnce);
        }
        const By by = whoChanged(node);
        if (by != By::Clash || !m_hasBase || !mine.isApartFrom(theirs))
            return field(node, path, by);
        ValueList joined = mine.appliedTo(theirs, node.mine->items(), node.theirs->items(), unbound);
        return field(node, path, By::Joined, withItems(*node.theirs, std::move(joined)));
    }

    // One by one; those of `atOnce` are one field each.
    Outcome items(const Versions &node, const ValuePath &path, const std::vector<bool> &atOnce)
    {
        ValueList merged;
        bool isTheirs = true;
        for (size_t i = 0; i < node.theirs->items().size(); ++i) {
            const Versions item {&node.base->items()[i], &node.mine->items()[i], &node.theirs->items()[i]};
            const ValuePath at = path.child(PathStep::item(qsizetype(i)));
            Outcome outcome = i < atOnce.size() && atOnce[i] ? whole(item, at) : merge(item, at);
            isTheirs = isTheirs && outcome.isTheirs;
            if (outcome.value)
                merged.push_back(*std::move(outcome.value));
        }
        if (isTheirs)
            return Outcome::theirs(node.theirs);
        if (node.theirs->kind() == Kind::Tag && merged.empty())
            return {}; // no tag without a content
        return {withItems(*node.theirs, std::move(merged))};
    }

    bool m_hasBase;
    const std::vector<MergeChoice> *m_choices;
    std::vector<MergeField> m_fields;
};

} // namespace

bool meansTheSame(const Value &a, const Value &b)
{
    return a == b && hasSameTypes(a, b);
}

ValueMerge::ValueMerge(std::optional<Value> base, Value mine, Value theirs)
    : m_base(std::move(base))
    , m_mine(std::move(mine))
    , m_theirs(std::move(theirs))
{
    Walk walk(m_base.has_value(), nullptr);
    walk.merge({m_base ? &*m_base : &m_theirs, &m_mine, &m_theirs}, {});
    m_fields = walk.takeFields();
}

bool ValueMerge::isClean() const
{
    return std::none_of(m_fields.begin(), m_fields.end(),
                        [](const MergeField &field) { return field.by == By::Clash; });
}

Value ValueMerge::result(const std::vector<MergeChoice> &choices) const
{
    Walk walk(m_base.has_value(), &choices);
    return walk.merge({m_base ? &*m_base : &m_theirs, &m_mine, &m_theirs}, {}).value.value_or(Value());
}

} // namespace slotscope::core
