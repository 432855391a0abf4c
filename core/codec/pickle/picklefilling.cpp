// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rewriter's containers and calls: what is inside of them, and in which batches.
#include "core/codec/pickle/picklerewriter.h"

#include <algorithm>

namespace slotscope::core::pickle {

namespace {

// With more units than this on both sides, those that moved are not looked for.
constexpr size_t MostCompared = 1'000'000;

// Opcodes that give an object its children after it was made.
constexpr QByteArrayView ItemCodes = "ae\x90";
constexpr QByteArrayView PairCodes = "su";
// Those that make one of what stands on the stack.
constexpr QByteArrayView FullCodes = "ld\x91";
constexpr QByteArrayView CallCodes = "R\x81\x92io";

bool contains(QByteArrayView codes, quint8 code)
{
    return codes.contains(char(code));
}

} // namespace

bool Rewriter::isChild(const Token &token) const
{
    return token.kind == Trace::TokenKind::Node && !m_trace.nodes[token.index].isMark;
}

// Each ends with an opcode, which takes what stands before it.
std::vector<Rewriter::Tokens> Rewriter::segmentsOf(const Tokens &tokens, const Trace &trace)
{
    std::vector<Tokens> segments(1);
    for (const Token &token : tokens) {
        segments.back().push_back(token);
        // What was dropped stands in front of an opcode, and so do the opcodes that dropped it.
        if (token.kind == Trace::TokenKind::Op
            && !QByteArrayView("01").contains(char(trace.ops[token.index].code)))
            segments.emplace_back();
    }
    segments.pop_back();
    return segments;
}

void Rewriter::prepare(Filling &filling, const std::vector<Tokens> &segments, QByteArrayView opcodes) const
{
    size_t several = 0;
    size_t fills = 0;
    for (const Tokens &segment : segments) {
        const quint8 code = opcodeOf(segment);
        if (!contains(opcodes, code))
            continue;
        ++fills;
        several += code == 'e' || code == 'u' ? 1 : 0;
        for (const Token &token : segment) {
            if (isChild(token))
                filling.nodes.push_back(token.index);
        }
    }
    filling.single = m_protocol == 0 || (fills > 1 && several == 0);
    filling.match = matched(filling);
    filling.isInPlace = filling.now.size() == filling.old.size();
    for (size_t unit = 0; filling.isInPlace && unit < filling.match.size(); ++unit)
        filling.isInPlace = filling.match[unit] == qsizetype(unit);
}

// Which old unit each new one was.
std::vector<qsizetype> Rewriter::matched(const Filling &filling) const
{
    const size_t stride = filling.stride;
    const size_t nowCount = filling.now.size() / stride;
    const size_t oldCount = filling.old.size() / stride;
    std::vector<qsizetype> match(nowCount, -1);
    std::vector<bool> used(oldCount, false);
    const auto isSame = [&](size_t unit, size_t old) {
        for (size_t i = 0; i < stride; ++i) {
            if (!(filling.now[unit * stride + i] == filling.old[old * stride + i]))
                return false;
        }
        return true;
    };
    const auto pair = [&](size_t unit, size_t old) {
        match[unit] = qsizetype(old);
        used[old] = true;
    };
    size_t start = 0;
    const size_t common = std::min(nowCount, oldCount);
    for (; start < common && isSame(start, start); ++start)
        pair(start, start);
    size_t end = 0;
    for (; start + end < common && isSame(nowCount - 1 - end, oldCount - 1 - end); ++end)
        pair(nowCount - 1 - end, oldCount - 1 - end);

    // Those that moved: the same key, the same object, or the same value.
    const auto isLike = [&](size_t unit, size_t old) {
        const Value &a = filling.now[unit * stride];
        const Value &b = filling.old[old * stride];
        const Handle handle = identityOf(a, m_tag);
        return (handle && handle == identityOf(b, m_tag)) || a == b;
    };
    const bool isSearched = (nowCount - start - end) * (oldCount - start - end) <= MostCompared;
    for (size_t unit = start; isSearched && unit < nowCount - end; ++unit) {
        for (size_t old = start; old < oldCount - end && match[unit] < 0; ++old) {
            if (!used[old] && isLike(unit, old))
                pair(unit, old);
        }
    }
    // The rest changed where it was.
    const auto newOnes = std::count(match.begin(), match.end(), -1);
    if (newOnes == std::count(used.begin(), used.end(), false)) {
        size_t old = 0;
        for (size_t unit = 0; unit < nowCount; ++unit) {
            if (match[unit] >= 0)
                continue;
            while (used[old])
                ++old;
            pair(unit, old);
        }
    }
    return match;
}

bool Rewriter::saveUnit(Filling &filling, size_t unit)
{
    const qsizetype old = filling.match[unit];
    const size_t first = unit * filling.stride;
    m_path.push_back(filling.stride == 1 ? PathStep::item(qsizetype(unit))
                                         : PathStep::member(filling.now[first]));
    bool done = true;
    for (size_t i = 0; i < filling.stride && done; ++i) {
        const Value &now = filling.now[first + i];
        const size_t was = size_t(old) * filling.stride + i;
        done = old < 0 ? save(now) : saveAt(now, filling.nodes[was], filling.old[was]);
    }
    m_path.pop_back();
    return done;
}

// All units in as many batches as they need.
bool Rewriter::saveAll(Filling &filling)
{
    filling.isWritten = true;
    const size_t count = filling.now.size() / filling.stride;
    const bool pairs = filling.stride == 2;
    const bool single = !filling.isSet && (filling.single || count == 1);
    for (size_t unit = 0; unit < count; ++unit) {
        if (!single && unit % BatchSize == 0)
            emitByte('(');
        if (!saveUnit(filling, unit))
            return false;
        if (single)
            emitByte(pairs ? 's' : 'a');
        else if ((unit + 1) % BatchSize == 0 || unit + 1 == count)
            emitByte(filling.isSet ? '\x90' : (pairs ? 'u' : 'e'));
    }
    return true;
}

// A batch of the old ones, with what changed in it; or all at once in place of the first.
bool Rewriter::saveSegment(Filling &filling, const Tokens &segment, Handle handle)
{
    if (!filling.isInPlace) {
        if (filling.isWritten)
            return true;
        enterFrame(m_trace.ops[segment.back().index]);
        return saveAll(filling);
    }
    for (const Token &token : segment) {
        if (!isChild(token)) {
            if (!saveToken(token, handle))
                return false;
            continue;
        }
        const size_t unit = filling.next / filling.stride;
        m_path.push_back(filling.stride == 1 ? PathStep::item(qsizetype(unit))
                                             : PathStep::member(filling.now[unit * filling.stride]));
        const bool done = saveAt(filling.now[filling.next], token.index, filling.old[filling.next]);
        m_path.pop_back();
        ++filling.next;
        if (!done)
            return false;
    }
    return true;
}

bool Rewriter::saveContainer(quint32 index, Filling filling)
{
    const Trace::Node &node = m_trace.nodes[index];
    const std::vector<Tokens> segments = segmentsOf(node.tokens, m_trace);
    prepare(filling, segments, "ae\x90suld\x91");
    if (filling.nodes.size() != filling.old.size())
        return fail(QStringLiteral("it is not plain where the items of this come from"));
    for (const Tokens &segment : segments) {
        const quint8 code = opcodeOf(segment);
        bool done = true;
        // A list or dict that is made empty gets its items when it can be referred to, as by itself.
        const bool isFull = contains(FullCodes, code)
            && (filling.isSet || std::any_of(segment.begin(), segment.end(), [this](const Token &token) {
                                return isChild(token);
                            }));
        if (isFull && !filling.isInPlace) {
            // From a mark, as many as there are.
            filling.isWritten = true;
            enterFrame(*firstOp(index));
            emitByte('(');
            for (size_t unit = 0; unit < filling.now.size() / filling.stride && done; ++unit)
                done = saveUnit(filling, unit);
            emitByte(char(code));
        } else if (isFull || contains(ItemCodes, code) || contains(PairCodes, code)) {
            done = saveSegment(filling, segment, node.handle);
        } else {
            done = saveTokens(segment, node.handle);
        }
        if (!done)
            return false;
    }
    return filling.isInPlace || filling.isWritten || saveAll(filling);
}

bool Rewriter::saveTuple(const ValueList &now, quint32 index, const ValueList &old)
{
    const Trace::Node &node = m_trace.nodes[index];
    Filling filling {now, old};
    const std::vector<Tokens> segments = segmentsOf(node.tokens, m_trace);
    prepare(filling, {segments.front()}, "t)\x85\x86\x87");
    if (filling.nodes.size() != filling.old.size())
        return fail(QStringLiteral("it is not plain where the items of this come from"));
    if (filling.isInPlace) {
        if (!saveSegment(filling, segments.front(), node.handle))
            return false;
    } else {
        if (const Trace::Op *first = firstOp(index))
            enterFrame(*first);
        const bool counted = m_protocol >= 2 && !now.empty() && now.size() <= 3;
        if (now.empty())
            noArguments();
        else if (!counted)
            emitByte('(');
        for (size_t unit = 0; unit < now.size(); ++unit) {
            if (!saveUnit(filling, unit))
                return false;
        }
        if (!now.empty())
            emitByte(counted ? char(0x84 + now.size()) : 't');
    }
    for (size_t i = 1; i < segments.size(); ++i) {
        if (!saveTokens(segments[i], node.handle))
            return false;
    }
    return true;
}

// The arguments are a tuple of their own.
bool Rewriter::saveArguments(quint32 index, const Call &call)
{
    const Trace::Node &node = m_trace.nodes[index];
    const Handle handle = node.handle;
    if (node.isReference || object(handle).shared)
        return call.now.arguments == call.before.arguments ? saveNode(index)
                                                           : save(Value::tuple(call.now.arguments));
    const bool quiet = !m_made.insert(handle).second && m_quiet.insert(handle).second;
    const bool done = saveTuple(call.now.arguments, index, call.before.arguments);
    if (quiet)
        m_quiet.erase(handle);
    m_top = 0;
    return done;
}

// What is called, its arguments, the opcode.
bool Rewriter::saveMaking(const Tokens &tokens, const Call &call)
{
    const quint8 code = m_trace.ops[tokens.back().index].code;
    const bool hasTuple = code == 'R' || code == 0x81 || code == 0x92;
    size_t child = 0;
    for (const Token &token : tokens) {
        const size_t nth = isChild(token) ? child++ : 0;
        const size_t argument = nth - (code == 'o' ? 1 : 0);
        bool done = true;
        if (!isChild(token) || (code == 'o' && nth == 0)) {
            done = saveToken(token, 0);
        } else if (hasTuple) {
            done = nth == 1 ? saveArguments(token.index, call) : saveToken(token, 0);
        } else if (call.now.arguments.size() != call.before.arguments.size()) {
            done = fail(QStringLiteral("%1 takes another number of arguments").arg(call.before.name));
        } else {
            done = saveAt(call.now.arguments[argument], token.index, call.before.arguments[argument]);
        }
        if (!done)
            return false;
    }
    return true;
}

bool Rewriter::saveCall(quint32 index, const Call &call)
{
    const Trace::Node &node = m_trace.nodes[index];
    const std::vector<Tokens> segments = segmentsOf(node.tokens, m_trace);
    Filling items {call.now.items, call.before.items};
    Filling pairs;
    pairs.stride = 2;
    for (const Member &member : call.now.pairs)
        pairs.now.insert(pairs.now.end(), {member.key, member.value});
    for (const Member &member : call.before.pairs)
        pairs.old.insert(pairs.old.end(), {member.key, member.value});
    prepare(items, segments, ItemCodes);
    prepare(pairs, segments, PairCodes);
    if (items.nodes.size() != items.old.size() || pairs.nodes.size() != pairs.old.size())
        return fail(QStringLiteral("it is not plain where the items of this come from"));
    const auto saveNewOnes = [this](Filling &filling) {
        return !filling.nodes.empty() || filling.now.empty() || filling.isWritten || saveAll(filling);
    };
    for (const Tokens &segment : segments) {
        const quint8 code = opcodeOf(segment);
        bool done = true;
        if (contains(CallCodes, code)) {
            // Its own place in the memo is given by the opcode after it.
            done = saveMaking(segment, call);
        } else if (contains(ItemCodes, code)) {
            done = saveSegment(items, segment, node.handle);
        } else if (contains(PairCodes, code)) {
            done = saveSegment(pairs, segment, node.handle);
        } else if (code == 'b') {
            done = saveNewOnes(items) && saveNewOnes(pairs);
            for (const Token &token : segment) {
                if (done)
                    done = isChild(token) && call.now.state
                        ? saveAt(*call.now.state, token.index, *call.before.state)
                        : saveToken(token, node.handle);
            }
        } else {
            done = saveTokens(segment, node.handle);
        }
        if (!done)
            return false;
    }
    return saveNewOnes(items) && saveNewOnes(pairs);
}

} // namespace slotscope::core::pickle
