// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the machine: its state, and what its opcodes are made of.
#pragma once

#include "core/codec/pickle/picklemachine.h"
#include "core/codec/pickle/pickletrace.h"

#include <unordered_map>

namespace slotscope::core::pickle {

inline constexpr Handle None = 0;
inline constexpr Handle True = 1;
inline constexpr Handle False = 2;

class Machine
{
public:
    Machine(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers, qsizetype offset, Trace *trace)
        : m_bytes(bytes)
        , m_buffers(buffers)
        , m_offset(offset)
    {
        if (trace)
            m_tracer.emplace(*trace);
        m_program.heap.resize(3);
        m_program.heap[True].scalar = Value::boolean(true);
        m_program.heap[False].scalar = Value::boolean(false);
    }

    Expected<Program, DecodeError> run()
    {
        while (!m_stopped && !m_error) {
            m_opcodeAt = m_at;
            if (m_at == m_bytes.size()) {
                fail(QStringLiteral("the pickle ends without STOP"));
                break;
            }
            const auto opcode = quint8(m_bytes[m_at++]);
            if (m_tracer)
                m_tracer->begin(m_opcodeAt, opcode);
            step(opcode);
            if (m_tracer && !m_error)
                m_tracer->end(m_at, m_stopped);
        }
        if (m_error)
            return Unexpected {*std::move(m_error)};
        m_program.size = m_at;
        m_program.buffers = m_nextBuffer;
        return std::move(m_program);
    }

private:
    void step(quint8 opcode);
    void stepBinary(quint8 opcode);
    void stepNew(quint8 opcode);

    void fail(const QString &what)
    {
        if (!m_error)
            m_error = DecodeError {m_offset + m_opcodeAt, what};
    }

    // Reading. After a failure these give nothing, and the machine stops.
    QByteArrayView take(quint64 size)
    {
        if (size > quint64(m_bytes.size() - m_at)) {
            fail(QStringLiteral("%1 bytes should follow, but there are %2")
                     .arg(size)
                     .arg(m_bytes.size() - m_at));
            return {};
        }
        const QByteArrayView taken = m_bytes.sliced(m_at, qsizetype(size));
        m_at += qsizetype(size);
        return taken;
    }
    quint64 number(int size)
    {
        quint64 result = 0;
        const QByteArrayView bytes = take(quint64(size));
        for (qsizetype i = bytes.size(); i-- > 0;)
            result = result << 8 | quint8(bytes[i]);
        return result;
    }
    QByteArrayView line()
    {
        const qsizetype end = m_bytes.indexOf('\n', m_at);
        if (end < 0) {
            fail(QStringLiteral("a line does not end"));
            return {};
        }
        const QByteArrayView taken = m_bytes.sliced(m_at, end - m_at);
        m_at = end + 1;
        return taken;
    }

    // The heap and the stack.
    Object &object(Handle handle) { return m_program.heap[handle]; }
    Handle make(Kind kind)
    {
        m_program.heap.emplace_back().kind = kind;
        return Handle(m_program.heap.size() - 1);
    }
    void push(Handle handle, bool isReference = false)
    {
        m_stack.push_back(handle);
        if (m_tracer)
            m_tracer->push(handle, isReference);
    }
    void pushScalar(Value value, Kind kind = Kind::Scalar) { push(makeScalar(std::move(value), kind)); }
    void pushItems(Kind kind, std::vector<Handle> items)
    {
        const Handle handle = make(kind);
        object(handle).items = std::move(items);
        push(handle);
    }
    size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }
    bool has(size_t count)
    {
        if (m_stack.size() - floor() >= count)
            return true;
        fail(QStringLiteral("there is too little on the stack"));
        return false;
    }
    Handle pop()
    {
        if (!has(1))
            return None;
        const Handle handle = m_stack.back();
        m_stack.pop_back();
        if (m_tracer)
            m_tracer->pop(1);
        return handle;
    }
    std::vector<Handle> pop(size_t count)
    {
        if (!has(count))
            return {};
        std::vector<Handle> items(m_stack.end() - qptrdiff(count), m_stack.end());
        m_stack.resize(m_stack.size() - count);
        if (m_tracer)
            m_tracer->pop(count);
        return items;
    }
    std::vector<Handle> popToMark()
    {
        if (m_marks.empty()) {
            fail(QStringLiteral("there is no mark on the stack"));
            return {};
        }
        std::vector<Handle> items = pop(m_stack.size() - m_marks.back());
        dropMark();
        return items;
    }
    void dropMark()
    {
        m_marks.pop_back();
        if (m_tracer)
            m_tracer->popMark();
    }
    void touchTop(bool fills = true)
    {
        if (m_tracer)
            m_tracer->touchTop(fills);
    }

    void remember(quint64 index)
    {
        if (!has(1))
            return;
        m_memo[index] = m_stack.back();
        touchTop(false);
    }
    void recall(quint64 index)
    {
        const auto found = m_memo.find(index);
        if (found == m_memo.end()) {
            fail(QStringLiteral("nothing was put into the memo at %1").arg(index));
            return;
        }
        object(found->second).shared = true;
        push(found->second, true);
    }
    void memoText(void (Machine::*use)(quint64))
    {
        bool good = false;
        const quint64 index = line().toByteArray().toULongLong(&good);
        if (good)
            (this->*use)(index);
        else
            fail(QStringLiteral("not an index into the memo"));
    }

    // Filling what lies on the stack.
    void extend(std::vector<Handle> items, bool pairs);
    void build();

    // Objects that are not ours to make.
    void pushForeign(Kind kind, const char *via);
    void pushCall(const char *via, Handle callee, std::vector<Handle> arguments);
    void callWith(const char *via, Handle callee, Handle arguments);
    void pushExtension(quint64 code);
    Handle makeScalar(Value value, Kind kind);
    Handle makeGlobal(const QString &module, const QString &name);

    // Scalars.
    void pushText(QByteArrayView bytes);
    void pushBytes(QByteArrayView bytes);
    void pushOldString(QByteArrayView bytes);
    void pushLong(QByteArrayView bytes);
    void pushIntegerText(QByteArrayView digits);
    void pushFloatText(QByteArrayView text);

    void needs(int protocol) { m_program.protocol = std::max(m_program.protocol, protocol); }

    QByteArrayView m_bytes;
    const std::vector<QByteArrayView> &m_buffers;
    qsizetype m_offset;
    qsizetype m_at = 0;
    qsizetype m_opcodeAt = 0;
    size_t m_nextBuffer = 0;
    bool m_stopped = false;
    std::optional<DecodeError> m_error;
    Program m_program;
    std::vector<Handle> m_stack;
    std::vector<size_t> m_marks;
    std::optional<Tracer> m_tracer;
    std::unordered_map<quint64, Handle> m_memo;
};

} // namespace slotscope::core::pickle
