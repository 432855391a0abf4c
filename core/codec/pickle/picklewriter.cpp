// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/pickle/picklewriter.h"

#include "core/codec/pickle/picklescalars.h"
#include "core/value/opaqueform.h"

#include <QtEndian>

namespace slotscope::core::pickle {

namespace {

constexpr qsizetype FrameTarget = 64 * 1024;
constexpr qsizetype FrameHead = 9;
constexpr qsizetype SmallestFrame = 4;

} // namespace

QByteArray littleEndian(quint64 number, int size)
{
    QByteArray bytes(8, '\0');
    qToLittleEndian(number, bytes.data());
    return bytes.left(size);
}

Expected<QByteArray, EncodeError> Writer::write(const Value &value)
{
    if (m_protocol >= 2) {
        m_out += '\x80';
        m_out += char(m_protocol);
    }
    m_framing = m_protocol >= 4;
    if (!save(value))
        return Unexpected {m_error};
    emitBytes(".");
    closeFrame();
    return std::move(m_out);
}

void Writer::emitBytes(QByteArrayView bytes)
{
    if (m_framing && m_frameStart < 0) {
        m_frameStart = m_out.size();
        m_out += QByteArray(FrameHead, '\0');
    }
    m_out += bytes;
}

qsizetype Writer::frameLength() const
{
    return m_out.size() - m_frameStart - FrameHead;
}

void Writer::closeFrame()
{
    if (!m_framing || m_frameStart < 0)
        return;
    const qsizetype length = frameLength();
    if (length >= SmallestFrame)
        m_out.replace(m_frameStart, FrameHead, '\x95' + littleEndian(quint64(length), 8));
    else
        m_out.remove(m_frameStart, FrameHead);
    m_frameStart = -1;
}

void Writer::boundary()
{
    if (m_framing && m_frameStart >= 0 && frameLength() >= FrameTarget)
        closeFrame();
}

// Large ones stand between the frames.
void Writer::emitLarge(const QByteArray &head, const QByteArray &content)
{
    const bool framing = m_framing;
    if (content.size() >= FrameTarget) {
        closeFrame();
        m_framing = false;
    }
    emitBytes(head);
    emitBytes(content);
    m_framing = framing;
}

void Writer::put()
{
    if (!m_memoizes)
        return;
    const quint32 index = m_memoized++;
    if (m_protocol >= 4)
        emitByte('\x94');
    else if (m_protocol == 0)
        emitBytes('p' + QByteArray::number(index) + '\n');
    else if (index < 256)
        emitBytes('q' + littleEndian(index, 1));
    else
        emitBytes('r' + littleEndian(index, 4));
}

void Writer::get(quint32 index)
{
    if (m_protocol == 0)
        emitBytes('g' + QByteArray::number(index) + '\n');
    else if (index < 256)
        emitBytes('h' + littleEndian(index, 1));
    else
        emitBytes('j' + littleEndian(index, 4));
}

bool Writer::recalled(const QByteArray &name)
{
    const auto found = m_names.constFind(name);
    if (found == m_names.constEnd())
        return false;
    get(*found);
    return true;
}

void Writer::remember(const QByteArray &name)
{
    if (m_memoizes)
        m_names.insert(name, m_memoized);
    put();
}

void Writer::saveName(const QByteArray &text)
{
    boundary();
    if (recalled(text))
        return;
    saveText(QString::fromLatin1(text));
    remember(text);
}

void Writer::saveGlobal(QByteArray module, QByteArray name)
{
    boundary();
    // As Python 2 calls them.
    if (m_protocol < 3 && module == "builtins") {
        module = "__builtin__";
        name = name == "range" ? QByteArray("xrange") : name;
    } else if (m_protocol < 3 && module == "copyreg") {
        module = "copy_reg";
    }
    const QByteArray key = module + '\n' + name + '\n';
    if (recalled(key))
        return;
    if (m_protocol >= 4) {
        saveName(module);
        saveName(name);
        emitByte('\x93');
    } else {
        emitBytes('c' + key);
    }
    remember(key);
}

void Writer::beginArguments()
{
    boundary();
    if (m_protocol < 2)
        emitByte('(');
}

void Writer::endArguments(int count)
{
    if (m_protocol < 2)
        emitByte('t');
    else
        emitByte(char(0x84 + count));
    put();
}

bool Writer::saveTuple(const ValueList &items)
{
    if (items.empty()) {
        noArguments();
        return true;
    }
    const bool counted = m_protocol >= 2 && items.size() <= 3;
    if (!counted)
        emitByte('(');
    for (size_t i = 0; i < items.size(); ++i) {
        if (!saveChild(PathStep::item(qsizetype(i)), items[i]))
            return false;
    }
    emitByte(counted ? char(0x84 + items.size()) : 't');
    put();
    return true;
}

bool Writer::saveBuffer(const Value &value)
{
    const Value *bytes = value.find(u"buffer");
    const Value *readOnly = value.find(u"readonly");
    if (!isForeign(value) && !bytes)
        return fail(QStringLiteral("a new one cannot be written: %1").arg(opaqueWords(value)));
    if (!value.toText().isEmpty() || !bytes || !readOnly)
        return fail(QStringLiteral("%1 is made by the program that it belongs to, and cannot be written")
                        .arg(value.toText().isEmpty() ? QStringLiteral("this") : value.toText()));
    if (!m_buffers || m_protocol < 5)
        return fail(QStringLiteral("out-of-band buffers need Pickle5"));
    m_buffers->push_back(bytes->toBytes());
    emitByte('\x97');
    if (readOnly->toBool())
        emitByte('\x98');
    return true;
}

bool Writer::saveItems(const ValueList &items)
{
    const bool batches = m_protocol > 0 && items.size() > 1;
    for (size_t i = 0; i < items.size(); ++i) {
        if (batches && i % BatchSize == 0)
            emitByte('(');
        if (!saveChild(PathStep::item(qsizetype(i)), items[i]))
            return false;
        if (!batches)
            emitByte('a');
        else if ((i + 1) % BatchSize == 0 || i + 1 == items.size())
            emitByte('e');
    }
    return true;
}

bool Writer::saveDict(const MemberList &members)
{
    emitBytes(m_protocol == 0 ? "(d" : "}");
    put();
    const bool batches = m_protocol > 0 && members.size() > 1;
    for (size_t i = 0; i < members.size(); ++i) {
        if (batches && i % BatchSize == 0)
            emitByte('(');
        const PathStep step = PathStep::member(members[i].key);
        if (!saveChild(step, members[i].key) || !saveChild(step, members[i].value))
            return false;
        if (!batches)
            emitByte('s');
        else if ((i + 1) % BatchSize == 0 || i + 1 == members.size())
            emitByte('u');
    }
    // A full batch is followed by another one, be it empty.
    if (batches && members.size() % BatchSize == 0)
        emitBytes("(u");
    return true;
}

bool Writer::saveSet(const Value &value)
{
    const ValueList &items = value.items();
    const bool frozen = (value.style().flags & Value::OtherType) != 0;
    if (m_protocol < 4) {
        saveGlobal("builtins", frozen ? "frozenset" : "set");
        beginArguments();
        boundary();
        emitBytes(m_protocol == 0 ? "(l" : "]");
        put();
        if (!saveItems(items))
            return false;
        endArguments(1);
        emitByte('R');
        put();
        return true;
    }
    if (frozen) {
        emitByte('(');
    } else {
        emitByte('\x8f');
        put();
    }
    for (size_t i = 0; i < items.size(); ++i) {
        if (!frozen && i % BatchSize == 0)
            emitByte('(');
        if (!saveChild(PathStep::item(qsizetype(i)), items[i]))
            return false;
        if (!frozen && ((i + 1) % BatchSize == 0 || i + 1 == items.size()))
            emitByte('\x90');
    }
    if (frozen) {
        emitByte('\x91');
        put();
    } else if (!items.empty() && items.size() % BatchSize == 0) {
        emitBytes("(\x90");
    }
    return true;
}

bool Writer::saveCall(const Value &value)
{
    const auto call = newCall(value);
    if (!call)
        return value.kind() == Value::Kind::Opaque
            ? saveBuffer(value)
            : fail(QStringLiteral("there is nothing in Python's library for such a value"));
    // There is but one of it.
    static const Value utc = unnamed(QStringLiteral("timezone"), Value::text(QStringLiteral("+00:00")));
    const bool isUtc = value == utc;
    if (isUtc && recalled("timezone.utc"))
        return true;
    if (call->state)
        return saveObject(*call);
    saveGlobal(call->name.section(u'.', 0, -2).toLatin1(), call->name.section(u'.', -1).toLatin1());
    if (!saveTuple(call->arguments))
        return false;
    emitByte('R');
    if (isUtc)
        remember("timezone.utc");
    else
        put();
    return true;
}

// Made without arguments, then given its state.
bool Writer::saveObject(const KnownCall &call)
{
    const QByteArray module = call.name.section(u'.', 0, -2).toLatin1();
    const QByteArray name = call.name.section(u'.', -1).toLatin1();
    if (m_protocol >= 2) {
        saveGlobal(module, name);
        noArguments();
        emitByte('\x81');
    } else {
        saveGlobal("copyreg", "_reconstructor");
        beginArguments();
        saveGlobal(module, name);
        saveGlobal("builtins", "object");
        emitByte('N');
        endArguments(3);
        emitByte('R');
    }
    put();
    if (!save(*call.state))
        return false;
    emitByte('b');
    return true;
}

} // namespace slotscope::core::pickle
