// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: which opcodes of a pickle made which object, for writing it anew with
// changes.
#pragma once

#include <QtGlobal>

#include <vector>

namespace slotscope::core::pickle {

/// The opcodes of a pickle as a tree. Every object that was pushed is a node; its tokens, in the order of the
/// bytes, are the opcodes that made and filled it and the nodes that these took from the stack.
struct Trace
{
    struct Op
    {
        quint8 code = 0;
        bool endsFrame = false; ///< a frame ends in front of it
        bool startsFrame = false; ///< a frame starts in front of it
        qsizetype at = 0;
        qsizetype size = 0;
    };
    enum class TokenKind : quint8 {
        Op,
        Node, ///< taken from the stack by the next opcode
        Dropped, ///< a node that was popped again
    };
    struct Token
    {
        TokenKind kind = TokenKind::Op;
        quint32 index = 0;
    };
    struct Node
    {
        quint32 handle = 0;
        bool isReference = false; ///< fetched from the memo or doubled, not made
        bool isMark = false;
        quint32 depth = 1;
        std::vector<Token> tokens {};
    };

    std::vector<Op> ops;
    std::vector<Node> nodes;
    std::vector<quint32> definitions; ///< by handle: the node that made it
    quint32 root = 0;
    std::vector<Token> tail; ///< what was dropped after the root, and STOP
    bool hasProtocol = false; ///< begins with PROTO
    bool isRegular = true; ///< false: it cannot be written from this
};

/// Follows the machine. One opcode is from begin() to end(); in between it is told of every change of the
/// stack.
class Tracer
{
public:
    explicit Tracer(Trace &trace)
        : m_trace(trace)
    {
    }
    void begin(qsizetype at, quint8 code);
    void end(qsizetype at, bool stopped);

    void push(quint32 handle, bool isReference);
    void pop(size_t count);
    void mark();
    void popMark();
    void touchTop(bool fills);
    void frame(qsizetype end);
    void protocol();

private:
    using Token = Trace::Token;
    void append(std::vector<Token> &tokens);
    quint32 newNode(quint32 handle);

    static constexpr quint32 DeepestNode = 4096;

    Trace &m_trace;
    std::vector<quint32> m_stack;
    std::vector<quint32> m_marks;
    std::vector<Token> m_consumed; // by the opcode
    std::vector<Token> m_pending; // what was dropped, to stand in front of what follows
    qsizetype m_frameEnd = -1;
    bool m_startsFrame = false;
    bool m_silent = false; // the opcode is no token
    bool m_touched = false;
};

} // namespace slotscope::core::pickle
