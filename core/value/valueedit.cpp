// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valueedit.h"

#include <algorithm>

namespace slotscope::core {

namespace {

QString nothingAt(const ValuePath &path)
{
    return QStringLiteral("there is nothing at %1").arg(path.toString());
}

bool isSequence(const Value &value)
{
    return value.kind() == Value::Kind::Array || value.kind() == Value::Kind::Tuple
        || value.kind() == Value::Kind::Set;
}

bool holds(const Value &set, const Value &item)
{
    return std::find(set.items().begin(), set.items().end(), item) != set.items().end();
}

// The parent of the node at a path, and the position of the node in it.
struct Place
{
    ValuePath path; // of the parent
    Value parent;
    qsizetype position = 0;
};

Expected<Place, QString> placeOf(const Value &root, const ValuePath &path, const char *whatOfRoot)
{
    if (path.isEmpty())
        return Unexpected {QStringLiteral("the whole value cannot be %1").arg(QLatin1String(whatOfRoot))};
    const ValuePath parentPath = path.parent();
    const Value *parent = parentPath.find(root);
    const qsizetype position = parent ? positionOf(*parent, path.steps().back()) : -1;
    if (position < 0)
        return Unexpected {nothingAt(path)};
    return Place {parentPath, *parent, position};
}

// A vector with the element at `from` moved to `to`.
template <typename List>
List reordered(List list, qsizetype from, qsizetype to)
{
    const auto begin = list.begin();
    if (from < to)
        std::rotate(begin + from, begin + from + 1, begin + to + 1);
    else
        std::rotate(begin + to, begin + from, begin + from + 1);
    return list;
}

} // namespace

qsizetype childCount(const Value &parent)
{
    return qsizetype(parent.members().empty() ? parent.items().size() : parent.members().size());
}

PathStep stepTo(const Value &parent, qsizetype position)
{
    const MemberList &members = parent.members();
    if (position < 0 || size_t(position) >= members.size())
        return PathStep::item(position);
    const Value &key = members[size_t(position)].key;
    const auto nth = std::count_if(members.begin(), members.begin() + position,
                                   [&key](const Member &member) { return member.key == key; });
    return PathStep::member(key, nth);
}

qsizetype positionOf(const Value &parent, const PathStep &step)
{
    if (!step.key)
        return step.index >= 0 && size_t(step.index) < parent.items().size() ? step.index : -1;
    qsizetype nth = step.index;
    const MemberList &members = parent.members();
    for (size_t i = 0; i < members.size(); ++i) {
        if (members[i].key == *step.key && nth-- == 0)
            return qsizetype(i);
    }
    return -1;
}

ValuePath pathAtOffset(const Value &root, qint64 offset)
{
    const auto holdsOffset = [offset](const Value &value) {
        const Value::Source source = value.source();
        return source.offset >= 0 && offset >= source.offset && offset < source.offset + source.length;
    };
    std::vector<PathStep> steps;
    const Value *node = &root;
    for (const Value *next = node; next; node = next) {
        next = nullptr;
        const MemberList &members = node->members();
        for (size_t i = 0; i < members.size() && !next; ++i) {
            if (holdsOffset(members[i].value))
                next = &members[i].value;
            if (next || holdsOffset(members[i].key))
                steps.push_back(stepTo(*node, qsizetype(i)));
            if (!next && holdsOffset(members[i].key))
                return ValuePath(std::move(steps));
        }
        const ValueList &items = node->items();
        for (size_t i = 0; i < items.size() && !next; ++i) {
            if (holdsOffset(items[i])) {
                next = &items[i];
                steps.push_back(PathStep::item(qsizetype(i)));
            }
        }
        if (!next)
            break;
    }
    return ValuePath(std::move(steps));
}

Value withItems(const Value &like, ValueList items)
{
    switch (like.kind()) {
    case Value::Kind::Tuple:
        return Value::tuple(std::move(items)).withStyle(like.style());
    case Value::Kind::Set:
        return Value::set(std::move(items)).withStyle(like.style());
    case Value::Kind::Tag:
        return Value::tag(like.tagNumber(), std::move(items.front())).withStyle(like.style());
    default:
        return Value::array(std::move(items)).withStyle(like.style());
    }
}

Value withMembers(const Value &like, MemberList members)
{
    if (like.kind() == Value::Kind::Opaque)
        return Value::opaque(like.toText(), std::move(members)).withStyle(like.style());
    return Value::map(std::move(members)).withStyle(like.style());
}

Expected<Value, QString> inserted(const Value &root, const ValuePath &container, qsizetype position,
                                  const Value &value, const std::optional<Value> &key)
{
    const Value *parent = container.find(root);
    if (!parent)
        return Unexpected {nothingAt(container)};
    const qsizetype at = std::clamp<qsizetype>(position, 0, childCount(*parent));
    if (parent->kind() == Value::Kind::Map) {
        if (!key)
            return Unexpected {QStringLiteral("a new member of a map needs a key")};
        MemberList members = parent->members();
        members.insert(members.begin() + at, {*key, value});
        return replaced(root, container, withMembers(*parent, std::move(members)));
    }
    if (!isSequence(*parent))
        return Unexpected {QStringLiteral("nothing can be added to such a value")};
    if (key)
        return Unexpected {QStringLiteral("the items of a list have no keys")};
    if (parent->kind() == Value::Kind::Set && holds(*parent, value))
        return Unexpected {QStringLiteral("the set holds this already")};
    ValueList items = parent->items();
    items.insert(items.begin() + at, value);
    return replaced(root, container, withItems(*parent, std::move(items)));
}

Expected<Value, QString> renamed(const Value &root, const ValuePath &member, const Value &key)
{
    const auto place = placeOf(root, member, "renamed");
    if (!place)
        return Unexpected {place.error()};
    if (place->parent.kind() != Value::Kind::Map)
        return Unexpected {QStringLiteral("only the members of a map have names that can be changed")};
    MemberList members = place->parent.members();
    Value &now = members[size_t(place->position)].key;
    if (now == key) // as it is spelled
        return root;
    now = key;
    return replaced(root, place->path, withMembers(place->parent, std::move(members)));
}

Expected<Value, QString> moved(const Value &root, const ValuePath &path, qsizetype position)
{
    const auto place = placeOf(root, path, "moved");
    if (!place)
        return Unexpected {place.error()};
    const Value &parent = place->parent;
    if (position < 0 || position >= childCount(parent))
        return Unexpected {QStringLiteral("there is no such place")};
    if (position == place->position)
        return root;
    if (parent.kind() == Value::Kind::Map)
        return replaced(root, place->path,
                        withMembers(parent, reordered(parent.members(), place->position, position)));
    if (!isSequence(parent))
        return Unexpected {QStringLiteral("the parts of such a value have their places")};
    return replaced(root, place->path,
                    withItems(parent, reordered(parent.items(), place->position, position)));
}

Expected<Value, QString> retyped(const Value &root, const ValuePath &path, Value::Kind kind)
{
    const Value *node = path.find(root);
    if (!node)
        return Unexpected {nothingAt(path)};
    if (node->kind() == kind)
        return root;
    auto value = converted(*node, kind);
    if (!value)
        return value;
    return replaced(root, path, *value);
}

} // namespace slotscope::core
