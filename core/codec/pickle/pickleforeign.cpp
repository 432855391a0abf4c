// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/pickleforeign.h"

#include "core/codec/pickle/picklerun.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/value/opaqueform.h"
#include "core/value/valueedit.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace slotscope::core::pickle {

namespace {

using Counts = std::unordered_map<Handle, int>;

// How often each stands in the value; 0 is those of no pickle, or of another.
void count(const Value &value, const QByteArray &tag, Counts *counts)
{
    if (isForeign(value)) {
        ++(*counts)[identityOf(value, tag)];
        return;
    }
    for (const Value &item : value.items())
        count(item, tag, counts);
    for (const Member &member : value.members()) {
        count(member.key, tag, counts);
        count(member.value, tag, counts);
    }
}

void collect(const Value &value, std::vector<Value> *found)
{
    if (isForeign(value)) {
        found->push_back(value);
        return;
    }
    for (const Value &item : value.items())
        collect(item, found);
    for (const Member &member : value.members()) {
        collect(member.key, found);
        collect(member.value, found);
    }
}

// `known`: those that may be taken, each once.
Value replacedForeign(const Value &value, const QByteArray &tag, std::vector<Value> *known)
{
    if (isForeign(value)) {
        const auto found =
            identityOf(value, tag) ? known->end() : std::find(known->begin(), known->end(), value);
        if (found == known->end())
            return value;
        Value same = *found;
        known->erase(found);
        return same;
    }
    if (!holdsForeign(value))
        return value;
    ValueList items;
    for (const Value &item : value.items())
        items.push_back(replacedForeign(item, tag, known));
    MemberList members;
    for (const Member &member : value.members()) {
        Value key = replacedForeign(member.key, tag, known);
        members.push_back({std::move(key), replacedForeign(member.value, tag, known)});
    }
    return members.empty() ? withItems(value, std::move(items)) : withMembers(value, std::move(members));
}

// Compares the objects of two programs, and all that they are made of.
class Comparison
{
public:
    Comparison(const Program &before, const Program &now)
        : m_before(before)
        , m_now(now)
    {
    }

    bool areSame(Handle before, Handle now)
    {
        m_todo = {{before, now}};
        while (!m_todo.empty()) {
            const auto [a, b] = m_todo.back();
            m_todo.pop_back();
            if (a <= False || b <= False) {
                if (a != b)
                    return false;
                continue;
            }
            const Object &x = m_before.heap[a];
            const Object &y = m_now.heap[b];
            const bool isMutable = isOther(x.scalar);
            // Which of several equal texts or numbers it is makes no difference.
            if (isMutable || (x.kind != Kind::Scalar && x.kind != Kind::Global)) {
                const auto [known, isNew] = m_pairs.insert({a, b});
                const auto [back, isNewBack] = m_backwards.insert({b, a});
                if (known->second != b || back->second != a)
                    return false;
                if (!isNew && !isNewBack)
                    continue;
            }
            if (x.kind != y.kind || x.readOnly != y.readOnly || x.isOldString != y.isOldString
                || !(x.scalar == y.scalar) || isMutable != isOther(y.scalar) || !push(x.items, y.items)
                || !x.parts != !y.parts || (x.parts && !pushParts(*x.parts, *y.parts)))
                return false;
        }
        return true;
    }

    /// The object that one of those compared is now; 0: none of them.
    Handle nowOf(Handle before) const
    {
        const auto found = m_pairs.find(before);
        return found == m_pairs.end() ? 0 : found->second;
    }

private:
    static bool isOther(const Value &scalar) { return (scalar.style().flags & Value::OtherType) != 0; }

    bool push(const std::vector<Handle> &a, const std::vector<Handle> &b)
    {
        if (a.size() != b.size())
            return false;
        for (size_t i = 0; i < a.size(); ++i)
            m_todo.emplace_back(a[i], b[i]);
        return true;
    }
    bool push(const std::optional<Handle> &a, const std::optional<Handle> &b)
    {
        if (a && b)
            m_todo.emplace_back(*a, *b);
        return a.has_value() == b.has_value();
    }
    bool pushParts(const Parts &a, const Parts &b)
    {
        m_todo.emplace_back(a.callee, b.callee);
        return std::strcmp(a.via, b.via) == 0 && push(a.arguments, b.arguments)
            && push(a.keywords, b.keywords) && push(a.state, b.state) && push(a.items, b.items)
            && push(a.pairs, b.pairs);
    }

    const Program &m_before;
    const Program &m_now;
    std::unordered_map<Handle, Handle> m_pairs;
    std::unordered_map<Handle, Handle> m_backwards;
    std::vector<std::pair<Handle, Handle>> m_todo;
};

// Both trees are equal. All pairs of nodes outside of foreign objects, and those themselves.
template <typename Visit>
bool walk(const Value &a, const Value &b, Visit &&visit)
{
    if (!visit(a, b))
        return false;
    if (isForeign(a))
        return true;
    if (a.items().size() != b.items().size() || a.members().size() != b.members().size())
        return false;
    for (size_t i = 0; i < a.items().size(); ++i) {
        if (!walk(a.items()[i], b.items()[i], visit))
            return false;
    }
    for (size_t i = 0; i < a.members().size(); ++i) {
        if (!walk(a.members()[i].key, b.members()[i].key, visit)
            || !walk(a.members()[i].value, b.members()[i].value, visit))
            return false;
    }
    return true;
}

} // namespace

bool holdsForeign(const Value &value)
{
    const auto holds = [](const Member &member) {
        return holdsForeign(member.key) || holdsForeign(member.value);
    };
    return isForeign(value) || std::any_of(value.items().begin(), value.items().end(), holdsForeign)
        || std::any_of(value.members().begin(), value.members().end(), holds);
}

Value withForeignOf(const Reading &before, const Value &now)
{
    std::vector<Value> there;
    collect(now, &there);
    Counts used;
    for (const Value &value : there)
        ++used[identityOf(value, before.tag)];
    if (!used.count(0))
        return now;
    std::vector<Value> known;
    collect(before.value, &known);
    known.erase(
        std::remove_if(known.begin(), known.end(),
                       [&](const Value &value) { return used.count(identityOf(value, before.tag)) > 0; }),
        known.end());
    return replacedForeign(now, before.tag, &known);
}

QString foreignFault(const Reading &before, const Value &wanted, const Reading &now)
{
    Counts old;
    Counts fresh;
    count(before.value, before.tag, &old);
    count(wanted, before.tag, &fresh);
    for (const auto &[handle, times] : fresh) {
        if (handle == 0 || times > old[handle])
            return QStringLiteral(
                "an object that only the program which it belongs to can make cannot be copied");
    }
    Comparison comparison(before.program, now.program);
    const bool areSame = walk(wanted, now.value, [&](const Value &a, const Value &b) {
        return !isForeign(a) || comparison.areSame(identityOf(a, before.tag), identityOf(b, now.tag));
    });
    // What they share with the rest is still one object.
    const bool areShared = areSame && walk(wanted, now.value, [&](const Value &a, const Value &b) {
                               const Handle handle = isForeign(a) ? 0 : identityOf(a, before.tag);
                               const Handle there = handle ? comparison.nowOf(handle) : 0;
                               return !there || identityOf(b, now.tag) == there;
                           });
    return areShared
        ? QString()
        : QStringLiteral("an object that only the program which it belongs to can make holds what "
                         "would be changed");
}

} // namespace slotscope::core::pickle
