// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/picklemachine.h"

#include "core/codec/picklescalars.h"
#include "core/value/numbertext.h"

#include <QtEndian>

#include <unordered_map>

namespace slotscope::core::pickle {

namespace {

constexpr Handle None = 0;
constexpr Handle True = 1;
constexpr Handle False = 2;

class Machine
{
public:
    Machine(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers, qsizetype offset)
        : m_bytes(bytes)
        , m_buffers(buffers)
        , m_offset(offset)
    {
        m_program.heap.resize(3);
        m_program.heap[True].scalar = Value::boolean(true);
        m_program.heap[False].scalar = Value::boolean(false);
    }

    Expected<Program, DecodeError> run()
    {
        while (!m_stopped && !m_error) {
            m_opcodeAt = m_at;
            if (m_at == m_bytes.size())
                fail(QStringLiteral("the pickle ends without STOP"));
            else
                step(quint8(m_bytes[m_at++]));
        }
        if (m_error)
            return Unexpected {*std::move(m_error)};
        m_program.size = m_at;
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
    void push(Handle handle) { m_stack.push_back(handle); }
    void pushScalar(Value value, Kind kind = Kind::Scalar)
    {
        const Handle handle = make(kind);
        object(handle).scalar = std::move(value).withSource({m_offset + m_opcodeAt, m_at - m_opcodeAt});
        push(handle);
    }
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
        return handle;
    }
    std::vector<Handle> pop(size_t count)
    {
        if (!has(count))
            return {};
        std::vector<Handle> items(m_stack.end() - qptrdiff(count), m_stack.end());
        m_stack.resize(m_stack.size() - count);
        return items;
    }
    std::vector<Handle> popToMark()
    {
        if (m_marks.empty()) {
            fail(QStringLiteral("there is no mark on the stack"));
            return {};
        }
        std::vector<Handle> items = pop(m_stack.size() - m_marks.back());
        m_marks.pop_back();
        return items;
    }

    void remember(quint64 index)
    {
        if (has(1))
            m_memo[index] = m_stack.back();
    }
    void recall(quint64 index)
    {
        const auto found = m_memo.find(index);
        if (found == m_memo.end()) {
            fail(QStringLiteral("nothing was put into the memo at %1").arg(index));
            return;
        }
        object(found->second).shared = true;
        push(found->second);
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
    void extend(std::vector<Handle> items, bool pairs)
    {
        if (!has(1))
            return;
        if (pairs && items.size() % 2) {
            fail(QStringLiteral("a key without a value"));
            return;
        }
        Object &target = object(m_stack.back());
        std::vector<Handle> *list = nullptr;
        if (target.parts)
            list = pairs ? &target.parts->pairs : &target.parts->items;
        else if (pairs ? target.kind == Kind::Dict : target.kind == Kind::List || target.kind == Kind::Set)
            list = &target.items;
        if (list)
            list->insert(list->end(), items.begin(), items.end());
        else
            fail(QStringLiteral("there is nothing on the stack that takes items"));
    }
    void build()
    {
        const Handle state = pop();
        if (!has(1))
            return;
        Object &target = object(m_stack.back());
        if (!target.parts)
            fail(QStringLiteral("a state for something that has none"));
        else if (target.parts->state)
            fail(QStringLiteral("a second state for the same object"));
        else
            target.parts->state = state;
    }
    void pushForeign(Kind kind, const char *via)
    {
        const Handle handle = make(kind);
        object(handle).parts = std::make_unique<Parts>();
        object(handle).parts->via = via;
        push(handle);
    }
    void pushCall(const char *via, Handle callee, std::vector<Handle> arguments)
    {
        pushForeign(Kind::Call, via);
        Parts &parts = *object(m_stack.back()).parts;
        parts.callee = callee;
        parts.arguments = std::move(arguments);
    }
    void callWith(const char *via, Handle callee, Handle arguments)
    {
        if (object(arguments).kind == Kind::Tuple)
            pushCall(via, callee, std::vector<Handle>(object(arguments).items));
        else
            fail(QStringLiteral("the arguments of a call are no tuple"));
    }
    void pushGlobal(const QString &module, const QString &name)
    {
        pushScalar(Value::text(module + u'.' + name), Kind::Global);
    }
    void pushExtension(quint64 code)
    {
        const Handle handle = make(Kind::Extension);
        object(handle).scalar = Value::unsignedInteger(code);
        object(handle).parts = std::make_unique<Parts>();
        push(handle);
    }

    // Scalars.
    void pushText(QByteArrayView bytes)
    {
        if (m_error)
            return;
        if (auto text = textFromSurrogateUtf8(bytes))
            pushScalar(Value::text(*std::move(text)));
        else
            fail(QStringLiteral("a text is not valid UTF-8"));
    }
    void pushBytes(QByteArrayView bytes)
    {
        if (!m_error)
            pushScalar(Value::bytes(bytes.toByteArray()));
    }
    // A str of Python 2: text where it is plain ASCII, else bytes.
    void pushOldString(QByteArrayView bytes)
    {
        if (m_error)
            return;
        if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return quint8(c) < 0x80; }))
            pushScalar(Value::text(QString::fromLatin1(bytes)));
        else
            pushBytes(bytes);
    }
    void pushLong(QByteArrayView bytes)
    {
        if (m_error)
            return;
        if (auto value = integerFromTwosComplement(bytes))
            pushScalar(*std::move(value));
        else
            fail(QStringLiteral("an integer of %1 bytes is too long").arg(bytes.size()));
    }
    void pushIntegerText(QByteArrayView digits)
    {
        if (m_error)
            return;
        if (auto value = Value::integerFromText(QString::fromLatin1(digits)))
            pushScalar(*std::move(value));
        else
            fail(QStringLiteral("not a whole number"));
    }
    void pushFloatText(QByteArrayView text)
    {
        if (m_error)
            return;
        std::optional<double> number;
        if (text == QByteArrayView("nan"))
            number = std::numeric_limits<double>::quiet_NaN();
        else if (text == QByteArrayView("inf") || text == QByteArrayView("-inf"))
            number = text.size() == 3 ? std::numeric_limits<double>::infinity()
                                      : -std::numeric_limits<double>::infinity();
        else
            number = floatFromText(text);
        if (number)
            pushScalar(Value::number(*number));
        else
            fail(QStringLiteral("not a number"));
    }

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
    std::unordered_map<quint64, Handle> m_memo;
};

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
        break;
    case '0':
        if (!m_marks.empty() && m_marks.back() == m_stack.size())
            m_marks.pop_back();
        else
            pop();
        break;
    case '1':
        popToMark();
        break;
    case '2':
        if (has(1)) {
            object(m_stack.back()).shared = true;
            push(m_stack.back());
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
        if (opcode == 'c') {
            pushGlobal(module, name);
            break;
        }
        std::vector<Handle> arguments = popToMark();
        pushGlobal(module, name);
        pushCall("INST", pop(), std::move(arguments));
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
            pushGlobal(object(module).scalar.toText(), object(name).scalar.toText());
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
        if (has(1) && object(m_stack.back()).kind == Kind::Buffer)
            object(m_stack.back()).readOnly = true;
        return;
    default:
        fail(QStringLiteral("there is no opcode 0x%1").arg(uint(opcode), 2, 16, QLatin1Char('0')));
    }
}

} // namespace

Expected<Program, DecodeError> run(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers,
                                   qsizetype offset)
{
    return Machine(bytes, buffers, offset).run();
}

} // namespace slotscope::core::pickle
