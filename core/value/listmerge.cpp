// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/listmerge.h"

#include "core/value/notation.h"
#include "core/value/valueedit.h"
#include "core/value/valuemerge.h"

#include <QSet>

#include <algorithm>

namespace slotscope::core {

namespace {

QSet<QByteArray> notationsOf(const ValueList &items)
{
    QSet<QByteArray> texts;
    for (const Value &item : items)
        texts.insert(toNotation(item));
    return texts;
}

struct Kept
{
    qsizetype leaves = 0;
    qsizetype of = 0;
};

Kept keptOf(const Value &before, const Value &now)
{
    Kept kept;
    const auto add = [&kept](const Kept &part) {
        kept.leaves += part.leaves;
        kept.of += part.of;
    };
    const bool alike = before.kind() == now.kind();
    for (const Member &member : before.members()) {
        const Value *counterpart = alike ? ValuePath({PathStep::member(member.key)}).find(now) : nullptr;
        add(counterpart ? keptOf(member.value, *counterpart) : Kept {0, 1});
    }
    for (size_t i = 0; i < before.items().size(); ++i) {
        const bool there = alike && i < now.items().size();
        add(there ? keptOf(before.items()[i], now.items()[i]) : Kept {0, 1});
    }
    if (childCount(before) == 0)
        return {meansTheSame(before, now) ? 1 : 0, 1};
    return kept;
}

} // namespace

ListChange::ListChange(const ValueList &base, const ValueList &now)
{
    const auto before = qsizetype(base.size());
    const auto after = qsizetype(now.size());
    const qsizetype shorter = std::min(before, after);
    const auto head = qsizetype(
        std::mismatch(base.begin(), base.begin() + shorter, now.begin(), meansTheSame).first - base.begin());
    const auto tail =
        qsizetype(std::mismatch(base.rbegin(), base.rbegin() + shorter, now.rbegin(), meansTheSame).first
                  - base.rbegin());
    m_first = std::min(head, before - tail);
    m_last = std::max(head, before - tail);
    m_begin = head;
    m_baseEnd = before - std::min(tail, shorter - head);
    m_nowEnd = after - std::min(tail, shorter - head);
    if (before != after)
        return;
    QSet<QByteArray> old;
    for (qsizetype i = m_begin; i < m_baseEnd; ++i) {
        if (meansTheSame(base[size_t(i)], now[size_t(i)]))
            continue;
        m_changed.push_back(size_t(i));
        old.insert(toNotation(base[size_t(i)]));
    }
    m_inPlace = m_changed.size() <= 1 || std::none_of(m_changed.begin(), m_changed.end(), [&](size_t at) {
                    return old.contains(toNotation(now[at]));
                });
}

bool ListChange::isApartFrom(const ListChange &other) const
{
    return m_last < other.m_first || other.m_last < m_first;
}

ValueList ListChange::appliedTo(const ListChange &other, const ValueList &now, const ValueList &others,
                                const std::function<Value(const Value &)> &made) const
{
    const qsizetype shift = m_first < other.m_first ? 0 : other.growth();
    ValueList joined(others.begin(), others.begin() + m_begin + shift);
    std::transform(now.begin() + m_begin, now.begin() + m_nowEnd, std::back_inserter(joined), made);
    joined.insert(joined.end(), others.begin() + m_baseEnd + shift, others.end());
    return joined;
}

Value joinedSets(const Value &base, const Value &mine, const Value &theirs)
{
    const QSet<QByteArray> before = notationsOf(base.items());
    const QSet<QByteArray> here = notationsOf(mine.items());
    QSet<QByteArray> held;
    ValueList items;
    for (const Value &item : theirs.items()) {
        const QByteArray text = toNotation(item);
        if (before.contains(text) && !here.contains(text))
            continue;
        held.insert(text);
        items.push_back(item);
    }
    for (const Value &item : mine.items()) {
        const QByteArray text = toNotation(item);
        if (!before.contains(text) && !held.contains(text))
            items.push_back(item.withSource({}));
    }
    return withItems(theirs, std::move(items));
}

bool isMostlyKept(const Value &before, const Value &now)
{
    const Kept kept = keptOf(before, now);
    return childCount(before) > 0 && 2 * kept.leaves > kept.of;
}

} // namespace slotscope::core
