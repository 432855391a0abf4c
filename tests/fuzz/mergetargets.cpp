// SPDX-License-Identifier: GPL-3.0-or-later
//
// Three versions of a value, merged: what was read, and what two people made of it.
#include "core/value/notation.h"
#include "core/value/valueedit.h"
#include "core/value/valuemerge.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/fuzz/random.h"

#include <algorithm>

namespace slotscope::fuzz {

using namespace core;

namespace {

constexpr qsizetype MostNodes = 2000; // what is larger is left to those who have the time

bool isLarge(const Value &value, qsizetype *left)
{
    const auto beyond = [left](const Value &part) { return isLarge(part, left); };
    return --*left < 0 || std::any_of(value.items().begin(), value.items().end(), beyond)
        || std::any_of(value.members().begin(), value.members().end(),
                       [&beyond](const Member &member) { return beyond(member.value); });
}

ValuePath somewhere(const Value &root, Random &random)
{
    ValuePath path;
    Value node = root;
    while (node.kind() != Value::Kind::Opaque && childCount(node) > 0 && random.below(5) > 0) {
        const auto child = qsizetype(random.below(size_t(childCount(node))));
        path = path.child(stepTo(node, child));
        node = node.members().empty() ? node.items()[size_t(child)] : node.members()[size_t(child)].value;
    }
    return path;
}

Value somethingNew(const Value &root, Random &random)
{
    switch (random.below(4)) {
    case 0:
        return Value::integer(qint64(random.below(3)));
    case 1:
        return Value::text(QStringLiteral("text"));
    case 2:
        return *somewhere(root, random).find(root);
    default:
        return Value::array({Value::integer(qint64(random.below(3))), Value()});
    }
}

Value changed(const Value &base, Random &random)
{
    Value value = base;
    for (size_t edits = random.below(4); edits > 0; --edits) {
        const ValuePath path = somewhere(value, random);
        const auto position = qsizetype(random.below(4));
        const Value fresh = somethingNew(base, random);
        const Value *node = path.find(value);
        Expected<Value, QString> edited = Unexpected {QString()};
        switch (random.below(5)) {
        case 0:
            edited = replaced(value, path, fresh);
            break;
        case 1:
            edited = path.isEmpty() ? edited : removed(value, path);
            break;
        case 2:
            edited = inserted(value, path, position, fresh,
                              node && node->kind() == Value::Kind::Map
                                  ? std::optional(Value::integer(qint64(random.below(3))))
                                  : std::nullopt);
            break;
        case 3:
            edited = moved(value, path, position);
            break;
        default:
            edited = renamed(value, path, Value::integer(qint64(random.below(3))));
        }
        if (edited)
            value = *edited;
    }
    return value;
}

/// With the members of maps by their keys, for where a merge puts what both added is left open.
Value inOneOrder(const Value &value)
{
    if (!value.members().empty() && value.kind() == Value::Kind::Map) {
        MemberList members;
        for (const Member &member : value.members())
            members.push_back({member.key, inOneOrder(member.value)});
        std::stable_sort(members.begin(), members.end(), [](const Member &a, const Member &b) {
            return toNotation(a.key) < toNotation(b.key);
        });
        return withMembers(value, std::move(members));
    }
    if (value.items().empty())
        return value;
    ValueList items;
    for (const Value &item : value.items())
        items.push_back(inOneOrder(item));
    return withItems(value, std::move(items));
}

QString shortly(const Value &value)
{
    return QString::fromUtf8(toNotation(value).left(300));
}

class MergeChecker
{
public:
    MergeChecker(Value base, Value mine, Value theirs)
        : m_base(std::move(base))
        , m_mine(std::move(mine))
        , m_theirs(std::move(theirs))
    {
    }

    Complaint check()
    {
        expect("mine alone", ValueMerge(m_base, m_mine, m_base), m_mine);
        expect("theirs alone", ValueMerge(m_base, m_base, m_theirs), m_theirs);
        expect("the same by both", ValueMerge(m_base, m_mine, m_mine), m_mine);
        const ValueMerge both(m_base, m_mine, m_theirs);
        if (both.isClean() != ValueMerge(m_base, m_theirs, m_mine).isClean())
            complain("it depends on who is who whether it clashes", both.result());
        choose("all fields of mine", both, MergeChoice::Take::Mine, m_mine);
        choose("all fields of theirs", both, MergeChoice::Take::Theirs, m_theirs);
        choose("mine without a base", ValueMerge({}, m_mine, m_theirs), MergeChoice::Take::Mine, m_mine);
        return m_complaint;
    }

private:
    void complain(const char *what, const Value &got)
    {
        if (m_complaint.isEmpty())
            m_complaint = QStringLiteral("%1: %2 of %3, %4, %5")
                              .arg(QLatin1String(what), shortly(got), shortly(m_base), shortly(m_mine),
                                   shortly(m_theirs));
    }

    void expect(const char *what, const ValueMerge &merge, const Value &wanted)
    {
        const Value result = merge.result();
        if (!merge.isClean() || !meansTheSame(result, wanted))
            complain(what, result);
    }

    void choose(const char *what, const ValueMerge &merge, MergeChoice::Take take, const Value &wanted)
    {
        const Value result = merge.result(std::vector<MergeChoice>(merge.fields().size(), {take}));
        if (!meansTheSame(inOneOrder(result), inOneOrder(wanted)))
            complain(what, result);
    }

    Value m_base;
    Value m_mine;
    Value m_theirs;
    Complaint m_complaint;
};

} // namespace

Complaint checkMerge(QByteArrayView bytes)
{
    constexpr ValueType Types[] = {ValueType::Json, ValueType::Cbor, ValueType::Pickle};
    if (bytes.isEmpty())
        return {};
    const SlotCodec codec({.value = Types[quint8(bytes.front()) % std::size(Types)]}, 0);
    const auto base = codec.decodeValue(bytes.sliced(1));
    qsizetype left = MostNodes;
    if (!base || isLarge(*base, &left))
        return {};
    Random random(bytes);
    const Value mine = changed(*base, random);
    const Value theirs = changed(*base, random);
    if (const Complaint complaint = MergeChecker(*base, mine, theirs).check(); !complaint.isEmpty())
        return complaint;
    // As it is stored: what can be written is read as what it is.
    const QByteArray before = bytes.sliced(1).toByteArray();
    const auto there = codec.encodeValue(theirs, before);
    const auto read = there ? codec.decodeValue(*there) : base;
    if (!read)
        return QStringLiteral("theirs cannot be read: %1").arg(read.error().what);
    const Value merged = ValueMerge(*base, mine, *read).result();
    if (const auto written = codec.encodeValue(merged, there ? *there : before)) {
        if (!codec.decodeValue(*written))
            return QStringLiteral("what was merged cannot be read: %1").arg(shortly(merged));
    }
    return {};
}

} // namespace slotscope::fuzz
