// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklemachine.h"

#include "core/codec/pickle/picklerun.h"
#include "core/codec/pickle/picklescalars.h"
#include "core/value/numbertext.h"

namespace slotscope::core::pickle {

void Machine::extend(std::vector<Handle> items, bool pairs)
{
    if (!has(1))
        return;
    if (pairs && items.size() % 2) {
        fail(QStringLiteral("a key without a value"));
        return;
    }
    touchTop();
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

void Machine::build()
{
    const Handle state = pop();
    if (!has(1))
        return;
    touchTop();
    Object &target = object(m_stack.back());
    if (!target.parts)
        fail(QStringLiteral("a state for something that has none"));
    else if (target.parts->state)
        fail(QStringLiteral("a second state for the same object"));
    else
        target.parts->state = state;
}

void Machine::pushForeign(Kind kind, const char *via)
{
    const Handle handle = make(kind);
    object(handle).parts = std::make_unique<Parts>();
    object(handle).parts->via = via;
    push(handle);
}

void Machine::pushCall(const char *via, Handle callee, std::vector<Handle> arguments)
{
    pushForeign(Kind::Call, via);
    Parts &parts = *object(m_stack.back()).parts;
    parts.callee = callee;
    parts.arguments = std::move(arguments);
}

void Machine::callWith(const char *via, Handle callee, Handle arguments)
{
    if (object(arguments).kind == Kind::Tuple)
        pushCall(via, callee, std::vector<Handle>(object(arguments).items));
    else
        fail(QStringLiteral("the arguments of a call are no tuple"));
}

Handle Machine::makeScalar(Value value, Kind kind)
{
    const Handle handle = make(kind);
    object(handle).scalar = std::move(value).withSource({m_offset + m_opcodeAt, m_at - m_opcodeAt});
    return handle;
}

Handle Machine::makeGlobal(const QString &module, const QString &name)
{
    return makeScalar(Value::text(module + u'.' + name), Kind::Global);
}

void Machine::pushExtension(quint64 code)
{
    const Handle handle = make(Kind::Extension);
    object(handle).scalar = Value::unsignedInteger(code);
    object(handle).parts = std::make_unique<Parts>();
    push(handle);
}

void Machine::pushText(QByteArrayView bytes)
{
    if (m_error)
        return;
    if (auto text = textFromSurrogateUtf8(bytes))
        pushScalar(Value::text(*std::move(text)));
    else
        fail(QStringLiteral("a text is not valid UTF-8"));
}

void Machine::pushBytes(QByteArrayView bytes)
{
    if (!m_error)
        pushScalar(Value::bytes(bytes.toByteArray()));
}

// A str of Python 2: text where it is plain ASCII, else bytes.
void Machine::pushOldString(QByteArrayView bytes)
{
    if (m_error)
        return;
    if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return quint8(c) < 0x80; }))
        pushScalar(Value::text(QString::fromLatin1(bytes)));
    else
        pushBytes(bytes);
    if (!m_error)
        object(m_stack.back()).isOldString = true;
}

void Machine::pushLong(QByteArrayView bytes)
{
    if (m_error)
        return;
    if (auto value = integerFromTwosComplement(bytes))
        pushScalar(*std::move(value));
    else
        fail(QStringLiteral("an integer of %1 bytes is too long").arg(bytes.size()));
}

void Machine::pushIntegerText(QByteArrayView digits)
{
    if (m_error)
        return;
    if (auto value = Value::integerFromText(QString::fromLatin1(digits)))
        pushScalar(*std::move(value));
    else
        fail(QStringLiteral("not a whole number"));
}

void Machine::pushFloatText(QByteArrayView text)
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

Expected<Program, DecodeError> run(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers,
                                   qsizetype offset, Trace *trace)
{
    return Machine(bytes, buffers, offset, trace).run();
}

} // namespace slotscope::core::pickle
