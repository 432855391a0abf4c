// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/pickletrace.h"

#include <algorithm>

namespace slotscope::core::pickle {

void Tracer::begin(qsizetype at, quint8 code)
{
    Trace::Op op {code, false, m_startsFrame, at, 0};
    m_startsFrame = false;
    if (m_frameEnd >= 0 && at >= m_frameEnd) {
        m_trace.isRegular = m_trace.isRegular && at == m_frameEnd;
        op.endsFrame = true;
        m_frameEnd = -1;
    }
    m_trace.ops.push_back(op);
    m_consumed.clear();
    m_silent = false;
    m_touched = false;
}

void Tracer::end(qsizetype at, bool stopped)
{
    Trace::Op &op = m_trace.ops.back();
    op.size = at - op.at;
    if (m_silent) {
        // The opcode after it ends the frame in its place.
        return;
    }
    if (stopped) {
        m_trace.isRegular = m_trace.isRegular && m_stack.empty() && m_marks.empty()
            && (m_frameEnd < 0 || m_frameEnd == at) && m_consumed.size() == 1;
        if (m_trace.isRegular) {
            m_trace.root = m_consumed.front().index;
            m_trace.tail = std::move(m_pending);
            m_trace.tail.push_back({Trace::TokenKind::Op, quint32(m_trace.ops.size() - 1)});
        }
        return;
    }
    if (m_touched && !m_stack.empty()) {
        append(m_trace.nodes[m_stack.back()].tokens);
        return;
    }
    for (Token &token : m_consumed) {
        if (token.kind == Trace::TokenKind::Node)
            token.kind = Trace::TokenKind::Dropped;
    }
    std::vector<Token> dropped;
    append(dropped);
    m_pending = std::move(dropped);
}

void Tracer::append(std::vector<Token> &tokens)
{
    tokens.insert(tokens.end(), m_pending.begin(), m_pending.end());
    tokens.insert(tokens.end(), m_consumed.begin(), m_consumed.end());
    tokens.push_back({Trace::TokenKind::Op, quint32(m_trace.ops.size() - 1)});
    if (!m_stack.empty()) {
        quint32 &depth = m_trace.nodes[m_stack.back()].depth;
        for (const std::vector<Token> *list : {&m_pending, &m_consumed}) {
            for (const Token &token : *list) {
                if (token.kind != Trace::TokenKind::Op)
                    depth = std::max(depth, m_trace.nodes[token.index].depth + 1);
            }
        }
        m_trace.isRegular = m_trace.isRegular && depth < DeepestNode;
    }
    m_pending.clear();
    m_consumed.clear();
}

quint32 Tracer::newNode(quint32 handle)
{
    Trace::Node node;
    node.handle = handle;
    m_trace.nodes.push_back(std::move(node));
    return quint32(m_trace.nodes.size() - 1);
}

void Tracer::push(quint32 handle, bool isReference)
{
    const quint32 node = newNode(handle);
    m_trace.nodes[node].isReference = isReference;
    m_stack.push_back(node);
    m_touched = true;
    if (!isReference) {
        if (m_trace.definitions.size() <= handle)
            m_trace.definitions.resize(size_t(handle) + 1);
        m_trace.definitions[handle] = node;
    }
}

void Tracer::pop(size_t count)
{
    std::vector<Token> tokens;
    for (size_t i = m_stack.size() - count; i < m_stack.size(); ++i)
        tokens.push_back({Trace::TokenKind::Node, m_stack[i]});
    m_stack.resize(m_stack.size() - count);
    m_consumed.insert(m_consumed.begin(), tokens.begin(), tokens.end());
}

void Tracer::mark()
{
    const quint32 node = newNode(0);
    m_trace.nodes[node].isMark = true;
    std::vector<Token> tokens = std::move(m_pending);
    m_pending.clear();
    tokens.push_back({Trace::TokenKind::Op, quint32(m_trace.ops.size() - 1)});
    for (const Token &token : tokens) {
        if (token.kind != Trace::TokenKind::Op)
            m_trace.nodes[node].depth =
                std::max(m_trace.nodes[node].depth, m_trace.nodes[token.index].depth + 1);
    }
    m_trace.nodes[node].tokens = std::move(tokens);
    m_marks.push_back(node);
    m_silent = true;
}

void Tracer::popMark()
{
    m_consumed.insert(m_consumed.begin(), {Trace::TokenKind::Node, m_marks.back()});
    m_marks.pop_back();
}

void Tracer::touchTop(bool fills)
{
    m_touched = true;
    // What is filled by way of the memo has its items elsewhere than in its node.
    if (fills && !m_stack.empty() && m_trace.nodes[m_stack.back()].isReference)
        m_trace.isRegular = false;
}

void Tracer::frame(qsizetype end)
{
    m_silent = true;
    m_trace.isRegular = m_trace.isRegular && m_frameEnd < 0;
    m_frameEnd = end;
    m_startsFrame = true;
}

void Tracer::protocol()
{
    m_silent = true;
    const bool isFirst = m_trace.ops.size() == 1;
    m_trace.isRegular = m_trace.isRegular && isFirst;
    m_trace.hasProtocol = isFirst;
}

} // namespace slotscope::core::pickle
