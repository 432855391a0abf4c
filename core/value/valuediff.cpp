// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/valuediff.h"

#include "core/value/notation.h"

#include <QHash>

namespace slotscope::core {

namespace {

using Kind = Value::Kind;

class Differ
{
public:
    Differ(DiffDepth depth, size_t most)
        : m_depth(depth)
        , m_most(most)
    {
    }

    void compare(const Value &before, const Value &after, const ValuePath &path)
    {
        if (before == after)
            return;
        const bool sameKind = before.kind() == after.kind();
        const bool goesIn = sameKind && m_depth == DiffDepth::Everything;
        if (sameKind && before.kind() == Kind::Map)
            compareMaps(before.members(), after.members(), path);
        else if (goesIn && (before.kind() == Kind::Array || before.kind() == Kind::Tuple))
            compareLists(before.items(), after.items(), path);
        else if (goesIn && before.kind() == Kind::Set)
            compareSets(before.items(), after.items(), path);
        else if (goesIn && before.kind() == Kind::Tag && before.tagNumber() == after.tagNumber())
            compare(before.items().front(), after.items().front(), path.child(PathStep::item(0)));
        else
            add(path, before, after);
    }
    void add(const ValuePath &path, std::optional<Value> before, std::optional<Value> after)
    {
        if (++m_found.count <= m_most)
            m_found.list.push_back({path, std::move(before), std::move(after)});
    }
    ValueDifferences take() { return std::move(m_found); }

private:
    // A member with its place among those of the same key.
    struct Named
    {
        QByteArray name;
        PathStep step;
        const Value *value;
    };
    static std::vector<Named> named(const MemberList &members)
    {
        QHash<QByteArray, qsizetype> seen;
        std::vector<Named> result;
        result.reserve(members.size());
        for (const Member &member : members) {
            QByteArray name = toNotation(member.key);
            const qsizetype nth = seen[name]++;
            if (nth > 0)
                name += '#' + QByteArray::number(nth);
            result.push_back({std::move(name), PathStep::member(member.key, nth), &member.value});
        }
        return result;
    }

    void compareMaps(const MemberList &before, const MemberList &after, const ValuePath &path)
    {
        const std::vector<Named> old = named(before);
        QHash<QByteArray, const Value *> unmatched;
        for (const Named &member : old)
            unmatched.insert(member.name, member.value);
        for (const Named &member : named(after)) {
            if (const Value *known = unmatched.take(member.name))
                compare(*known, *member.value, path.child(member.step));
            else
                add(path.child(member.step), std::nullopt, *member.value);
        }
        for (const Named &member : old) {
            if (unmatched.contains(member.name))
                add(path.child(member.step), *member.value, std::nullopt);
        }
    }

    void compareLists(const ValueList &before, const ValueList &after, const ValuePath &path)
    {
        const size_t shorter = std::min(before.size(), after.size());
        size_t head = 0;
        while (head < shorter && before[head] == after[head])
            ++head;
        size_t tail = 0;
        while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
            ++tail;
        const size_t oldEnd = before.size() - tail;
        const size_t newEnd = after.size() - tail;
        size_t i = head;
        for (; i < oldEnd && i < newEnd; ++i)
            compare(before[i], after[i], item(path, i));
        for (size_t added = i; added < newEnd; ++added)
            add(item(path, added), std::nullopt, after[added]);
        for (size_t gone = i; gone < oldEnd; ++gone)
            add(item(path, gone), before[gone], std::nullopt);
    }

    void compareSets(const ValueList &before, const ValueList &after, const ValuePath &path)
    {
        QHash<QByteArray, size_t> unmatched;
        for (size_t i = 0; i < before.size(); ++i)
            unmatched.insert(toNotation(before[i]), i);
        for (size_t i = 0; i < after.size(); ++i) {
            if (unmatched.remove(toNotation(after[i])) == 0)
                add(item(path, i), std::nullopt, after[i]);
        }
        for (size_t i = 0; i < before.size(); ++i) {
            if (unmatched.contains(toNotation(before[i])))
                add(item(path, i), before[i], std::nullopt);
        }
    }

    static ValuePath item(const ValuePath &path, size_t index)
    {
        return path.child(PathStep::item(static_cast<qsizetype>(index)));
    }

    DiffDepth m_depth;
    size_t m_most;
    ValueDifferences m_found;
};

} // namespace

ValueDifferences differencesOf(const Value &before, const Value &after, DiffDepth depth, size_t most)
{
    Differ differ(depth, most);
    differ.compare(before, after, {});
    return differ.take();
}

ValueDifferences partsOf(const Value &value, bool comes, size_t most)
{
    Differ differ(DiffDepth::Everything, most);
    if (value.kind() == Kind::Map && !value.members().empty()) {
        const Value none = Value::map({});
        if (comes)
            differ.compare(none, value, {});
        else
            differ.compare(value, none, {});
    } else if (comes) {
        differ.add({}, std::nullopt, value);
    } else {
        differ.add({}, value, std::nullopt);
    }
    return differ.take();
}

} // namespace slotscope::core
