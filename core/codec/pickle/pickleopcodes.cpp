// SPDX-License-Identifier: GPL-3.0-or-later
//
// What each opcode does.
#include "core/codec/pickle/picklerun.h"
#include "core/codec/pickle/picklescalars.h"

#include <QtEndian>

namespace slotscope::core::pickle {

// The opcodes of protocol 0, which are lines of text.
void Machine::step(quint8 opcode)
{
    switch (opcode) {
    case '.':
        m_program.root = pop();
        m_stopped = true;
        break;
    case '(':
        m_marks.push_back(m_stack.size());
        if (m_tracer)
            m_tracer->mark();
        break;
    case '0':
        if (!m_marks.empty() && m_marks.back() == m_stack.size())
            dropMark();
        else
            pop();
        break;
    case '1':
        popToMark();
        break;
    case '2':
        if (has(1)) {
            object(m_stack.back()).shared = true;
            push(m_stack.back(), true);
        }
        break;
    case 'N':
        push(None);
        break;
    case 'F':
        pushFloatText(line());
        break;
    case 'I': {
        const QByteArrayView digits = line();
        if (digits == QByteArrayView("00") || digits == QByteArrayView("01"))
            push(digits.back() == '1' ? True : False);
        else
            pushIntegerText(digits);
        break;
    }
    case 'L': {
        const QByteArrayView digits = line();
        pushIntegerText(digits.endsWith('L') ? digits.chopped(1) : digits);
        break;
    }
    case 'S':
        if (const auto bytes = bytesFromRepr(line()))
            pushOldString(*bytes);
        else
            fail(QStringLiteral("not a quoted string"));
        break;
    case 'V':
        if (auto text = textFromRawEscape(line()))
            pushScalar(Value::text(*std::move(text)));
        else
            fail(QStringLiteral("a text with a broken escape"));
        break;
    case 'P': {
        const QByteArrayView id = line();
        pushForeign(Kind::Persistent, "");
        const Handle text = make(Kind::Scalar);
        object(text).scalar = Value::text(QString::fromUtf8(id));
        object(m_stack.back()).items = {text};
        break;
    }
    case 'R': {
        const Handle arguments = pop();
        const Handle callee = pop();
        callWith("REDUCE", callee, arguments);
        break;
    }
    case 'a':
        extend({pop()}, false);
        break;
    case 's':
        extend(pop(2), true);
        break;
    case 'b':
        build();
        break;
    case 'c':
    case 'i': {
        const QString module = QString::fromUtf8(line());
        const QString name = QString::fromUtf8(line());
        if (opcode == 'c')
            push(makeGlobal(module, name));
        else
            pushCall("INST", makeGlobal(module, name), popToMark());
        break;
    }
    case 'd': {
        std::vector<Handle> items = popToMark();
        if (items.size() % 2)
            fail(QStringLiteral("a key without a value"));
        pushItems(Kind::Dict, std::move(items));
        break;
    }
    case 'l':
        pushItems(Kind::List, popToMark());
        break;
    case 't':
        pushItems(Kind::Tuple, popToMark());
        break;
    case 'g':
        memoText(&Machine::recall);
        break;
    case 'p':
        memoText(&Machine::remember);
        break;
    default:
        stepBinary(opcode);
    }
}

// Those of protocol 1.
void Machine::stepBinary(quint8 opcode)
{
    const int before = m_program.protocol;
    needs(1);
    switch (opcode) {
    case 'J':
        pushScalar(Value::integer(qint32(number(4))));
        break;
    case 'K':
        pushScalar(Value::integer(qint64(number(1))));
        break;
    case 'M':
        pushScalar(Value::integer(qint64(number(2))));
        break;
    case 'G': {
        const QByteArrayView bytes = take(8);
        if (!m_error)
            pushScalar(Value::number(qFromBigEndian<double>(bytes.data())));
        break;
    }
    case 'Q': {
        const Handle id = pop();
        pushForeign(Kind::Persistent, "");
        object(m_stack.back()).items = {id};
        break;
    }
    case 'T':
        pushOldString(take(number(4)));
        break;
    case 'U':
        pushOldString(take(number(1)));
        break;
    case 'X':
        pushText(take(number(4)));
        break;
    case 'e':
        extend(popToMark(), false);
        break;
    case 'u':
        extend(popToMark(), true);
        break;
    case 'h':
        recall(number(1));
        break;
    case 'j':
        recall(number(4));
        break;
    case 'q':
        remember(number(1));
        break;
    case 'r':
        remember(number(4));
        break;
    case ']':
        pushItems(Kind::List, {});
        break;
    case '}':
        pushItems(Kind::Dict, {});
        break;
    case ')':
        pushItems(Kind::Tuple, {});
        break;
    case 'o': {
        std::vector<Handle> arguments = popToMark();
        if (arguments.empty()) {
            fail(QStringLiteral("there is no class to make an object of"));
            break;
        }
        const Handle callee = arguments.front();
        arguments.erase(arguments.begin());
        pushCall("OBJ", callee, std::move(arguments));
        break;
    }
    default:
        m_program.protocol = before;
        stepNew(opcode);
    }
}

// Those of protocols 2 to 5.
void Machine::stepNew(quint8 opcode)
{
    constexpr int NewestProtocol = 5;
    switch (opcode) {
    case 0x80: {
        const int protocol = int(number(1));
        if (protocol > NewestProtocol)
            fail(QStringLiteral("protocol %1 is not known").arg(protocol));
        needs(protocol);
        if (m_tracer)
            m_tracer->protocol();
        return;
    }
    case 0x81: {
        const Handle arguments = pop();
        const Handle callee = pop();
        callWith("NEWOBJ", callee, arguments);
        return;
    }
    case 0x82:
        pushExtension(number(1));
        return;
    case 0x83:
        pushExtension(number(2));
        return;
    case 0x84:
        pushExtension(number(4));
        return;
    case 0x85:
    case 0x86:
    case 0x87:
        pushItems(Kind::Tuple, pop(opcode - 0x84));
        return;
    case 0x88:
        push(True);
        return;
    case 0x89:
        push(False);
        return;
    case 0x8a:
        pushLong(take(number(1)));
        return;
    case 0x8b: {
        const auto size = qint32(number(4));
        if (size < 0)
            fail(QStringLiteral("an integer of %1 bytes").arg(size));
        else
            pushLong(take(quint64(size)));
        return;
    }
    case 'B':
        pushBytes(take(number(4)));
        return;
    case 'C':
        pushBytes(take(number(1)));
        return;
    case 0x8c:
        pushText(take(number(1)));
        return;
    case 0x8d:
        pushText(take(number(8)));
        return;
    case 0x8e:
        pushBytes(take(number(8)));
        return;
    case 0x8f:
        pushItems(Kind::Set, {});
        return;
    case 0x90:
        extend(popToMark(), false);
        return;
    case 0x91:
        pushItems(Kind::FrozenSet, popToMark());
        return;
    case 0x92: {
        const Handle keywords = pop();
        const Handle arguments = pop();
        const Handle callee = pop();
        if (object(keywords).kind != Kind::Dict)
            fail(QStringLiteral("the named arguments of a call are no dict"));
        callWith("NEWOBJ_EX", callee, arguments);
        if (!m_error)
            object(m_stack.back()).parts->keywords = keywords;
        return;
    }
    case 0x93: {
        const Handle name = pop();
        const Handle module = pop();
        if (object(name).scalar.kind() == Value::Kind::Text
            && object(module).scalar.kind() == Value::Kind::Text)
            push(makeGlobal(object(module).scalar.toText(), object(name).scalar.toText()));
        else
            fail(QStringLiteral("the name of a global is no text"));
        return;
    }
    case 0x94:
        remember(m_memo.size());
        return;
    case 0x95: {
        const quint64 size = number(8);
        if (size > quint64(m_bytes.size() - m_at))
            fail(QStringLiteral("a frame is longer than the pickle"));
        else if (m_tracer)
            m_tracer->frame(m_at + qsizetype(size));
        return;
    }
    case 0x96: {
        const QByteArrayView bytes = take(number(8));
        if (!m_error)
            pushScalar(Value::bytes(bytes.toByteArray()).withStyle({Value::OtherType, {}}));
        return;
    }
    case 0x97:
        if (m_nextBuffer == m_buffers.size())
            fail(QStringLiteral("there is no out-of-band buffer for it"));
        else
            pushScalar(Value::bytes(m_buffers[m_nextBuffer++].toByteArray()), Kind::Buffer);
        return;
    case 0x98:
        if (has(1)) {
            object(m_stack.back()).readOnly = object(m_stack.back()).kind == Kind::Buffer;
            touchTop();
        }
        return;
    default:
        fail(QStringLiteral("there is no opcode 0x%1").arg(uint(opcode), 2, 16, QLatin1Char('0')));
    }
}

} // namespace slotscope::core::pickle
