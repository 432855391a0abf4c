// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is written here follows CPython's Modules/_pickle.c (3.11).
#include "core/codec/pickle/picklewriter.h"

#include "core/codec/pickle/picklescalars.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/value/numbertext.h"

#include <QHash>
#include <QtEndian>

#include <cmath>
#include <limits>

namespace slotscope::core::pickle {

namespace {

constexpr qsizetype FrameTarget = 64 * 1024;
constexpr qsizetype FrameHead = 9;
constexpr qsizetype SmallestFrame = 4;
constexpr size_t BatchSize = 1000;

QByteArray littleEndian(quint64 number, int size)
{
    QByteArray bytes(8, '\0');
    qToLittleEndian(number, bytes.data());
    return bytes.left(size);
}

class Writer
{
public:
    Writer(int protocol, QByteArrayList *buffers)
        : m_protocol(protocol)
        , m_buffers(buffers)
    {
    }

    Expected<QByteArray, EncodeError> write(const Value &value)
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

private:
    struct Memorized
    {
        quint32 index = 0;
        Value value;
    };

    bool fail(const QString &what)
    {
        m_error = {ValuePath(m_path), what};
        return false;
    }

    // Frames.
    void emitBytes(QByteArrayView bytes)
    {
        if (m_framing && m_frameStart < 0) {
            m_frameStart = m_out.size();
            m_out += QByteArray(FrameHead, '\0');
        }
        m_out += bytes;
    }
    void emitByte(char byte) { emitBytes({&byte, 1}); }
    qsizetype frameLength() const { return m_out.size() - m_frameStart - FrameHead; }
    void closeFrame()
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
    void boundary()
    {
        if (m_framing && m_frameStart >= 0 && frameLength() >= FrameTarget)
            closeFrame();
    }
    // Large ones stand between the frames.
    void emitLarge(const QByteArray &head, const QByteArray &content)
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

    // The memo.
    quint32 put()
    {
        const quint32 index = m_memoized++;
        if (m_protocol >= 4)
            emitByte('\x94');
        else if (m_protocol == 0)
            emitBytes('p' + QByteArray::number(index) + '\n');
        else if (index < 256)
            emitBytes('q' + littleEndian(index, 1));
        else
            emitBytes('r' + littleEndian(index, 4));
        return index;
    }
    void get(quint32 index)
    {
        if (m_protocol == 0)
            emitBytes('g' + QByteArray::number(index) + '\n');
        else if (index < 256)
            emitBytes('h' + littleEndian(index, 1));
        else
            emitBytes('j' + littleEndian(index, 4));
    }
    void memoize(const Value &value)
    {
        const quint32 index = put();
        if (const quint32 identity = identityOf(value))
            m_shared.insert(identity, {index, value});
    }
    static quint32 identityOf(const Value &value)
    {
        return value.style().flags & PickleStyle ? value.style().flags & IdentityMask : 0;
    }
    // Whether the same object is in the memo, unchanged.
    bool recalled(const Value &value)
    {
        const quint32 identity = identityOf(value);
        const auto found = identity ? m_shared.constFind(identity) : m_shared.constEnd();
        if (found == m_shared.constEnd() || !(found->value == value))
            return false;
        get(found->index);
        return true;
    }

    bool save(const Value &value);
    bool saveChild(PathStep step, const Value &value)
    {
        m_path.push_back(std::move(step));
        const bool done = save(value);
        m_path.pop_back();
        return done;
    }
    bool saveInteger(const Value &value);
    bool saveTuple(const Value &value);
    bool saveList(const Value &value);
    bool saveDict(const Value &value);
    bool saveSet(const Value &value);
    bool saveBuffer(const Value &value);
    bool saveItems(const ValueList &items);
    void saveFloat(double number);
    void saveText(const QString &text);
    void saveBytes(const Value &value);
    void saveByteArray(const Value &value);

    // Names and texts of the pickler itself, each written once.
    void saveName(const QByteArray &text)
    {
        boundary();
        const auto found = m_names.constFind(text);
        if (found != m_names.constEnd()) {
            get(*found);
            return;
        }
        saveText(QString::fromLatin1(text));
        m_names.insert(text, put());
    }
    void saveGlobal(const QByteArray &module, const QByteArray &name)
    {
        boundary();
        const QByteArray key = module + '\n' + name + '\n';
        if (const auto found = m_names.constFind(key); found != m_names.constEnd()) {
            get(*found);
            return;
        }
        if (m_protocol >= 4) {
            saveName(module);
            saveName(name);
            emitByte('\x93');
        } else {
            emitBytes('c' + key);
        }
        m_names.insert(key, put());
    }
    QByteArray builtins() const { return m_protocol < 3 ? "__builtin__" : "builtins"; }
    void noArguments() { emitBytes(m_protocol == 0 ? "(t" : ")"); }
    // A tuple of so many around what is written in between.
    void beginArguments()
    {
        boundary();
        if (m_protocol < 2)
            emitByte('(');
    }
    void endArguments(int count)
    {
        if (m_protocol < 2)
            emitByte('t');
        else
            emitByte(char(0x84 + count));
        put();
    }

    int m_protocol;
    QByteArrayList *m_buffers;
    QByteArray m_out;
    bool m_framing = false;
    qsizetype m_frameStart = -1;
    quint32 m_memoized = 0;
    QHash<quint32, Memorized> m_shared;
    QHash<QByteArray, quint32> m_names;
    std::vector<PathStep> m_path;
    EncodeError m_error;
};

bool Writer::save(const Value &value)
{
    if (m_path.size() >= size_t(MaximumDepth))
        return fail(QStringLiteral("nested deeper than %1 levels").arg(MaximumDepth));
    boundary();
    switch (value.kind()) {
    case Value::Kind::Null:
        emitByte('N');
        return true;
    case Value::Kind::Bool:
        if (m_protocol >= 2)
            emitByte(value.toBool() ? '\x88' : '\x89');
        else
            emitBytes(value.toBool() ? "I01\n" : "I00\n");
        return true;
    case Value::Kind::Integer:
        return saveInteger(value);
    case Value::Kind::Float:
        saveFloat(value.toDouble());
        return true;
    default:
        break;
    }
    if (recalled(value))
        return true;
    switch (value.kind()) {
    case Value::Kind::Text:
        saveText(value.toText());
        memoize(value);
        return true;
    case Value::Kind::Bytes:
        if (value.style().flags & Value::OtherType)
            saveByteArray(value);
        else
            saveBytes(value);
        return true;
    case Value::Kind::Array:
        return saveList(value);
    case Value::Kind::Tuple:
        return saveTuple(value);
    case Value::Kind::Set:
        return saveSet(value);
    case Value::Kind::Map:
        return saveDict(value);
    case Value::Kind::Opaque:
        return saveBuffer(value);
    default:
        return fail(QStringLiteral("only Python's own simple types can be written into a pickle"));
    }
}

bool Writer::saveInteger(const Value &value)
{
    const auto small = value.toInt64();
    if (small && *small >= std::numeric_limits<qint32>::min()
        && *small <= std::numeric_limits<qint32>::max()) {
        if (m_protocol == 0)
            emitBytes('I' + QByteArray::number(*small) + '\n');
        else if (*small >= 0 && *small <= 0xff)
            emitBytes('K' + littleEndian(quint64(*small), 1));
        else if (*small >= 0 && *small <= 0xffff)
            emitBytes('M' + littleEndian(quint64(*small), 2));
        else
            emitBytes('J' + littleEndian(quint64(*small), 4));
        return true;
    }
    if (m_protocol < 2) {
        emitBytes('L' + value.integerText().toLatin1() + "L\n");
        return true;
    }
    const auto bytes = twosComplement(value.integerText());
    if (!bytes)
        return fail(QStringLiteral("an integer of so many digits cannot be written"));
    if (bytes->size() < 256)
        emitBytes('\x8a' + littleEndian(quint64(bytes->size()), 1) + *bytes);
    else
        emitBytes('\x8b' + littleEndian(quint64(bytes->size()), 4) + *bytes);
    return true;
}

void Writer::saveFloat(double number)
{
    if (m_protocol > 0) {
        QByteArray bytes(9, 'G');
        qToBigEndian(number, bytes.data() + 1);
        emitBytes(bytes);
    } else if (std::isfinite(number)) {
        emitBytes('F' + floatText(number) + '\n');
    } else {
        emitBytes(std::isnan(number) ? "Fnan\n" : (number > 0 ? "Finf\n" : "F-inf\n"));
    }
}

void Writer::saveText(const QString &text)
{
    if (m_protocol == 0) {
        emitBytes('V' + rawEscape(text) + '\n');
        return;
    }
    const QByteArray bytes = surrogateUtf8(text);
    if (m_protocol >= 4 && bytes.size() < 256)
        emitLarge('\x8c' + littleEndian(quint64(bytes.size()), 1), bytes);
    else
        emitLarge('X' + littleEndian(quint64(bytes.size()), 4), bytes);
}

void Writer::saveBytes(const Value &value)
{
    const QByteArray &bytes = value.toBytes();
    if (m_protocol >= 3) {
        if (bytes.size() < 256)
            emitLarge('C' + littleEndian(quint64(bytes.size()), 1), bytes);
        else
            emitLarge('B' + littleEndian(quint64(bytes.size()), 4), bytes);
    } else if (bytes.isEmpty()) {
        saveGlobal(builtins(), "bytes");
        noArguments();
        emitByte('R');
    } else {
        saveGlobal("_codecs", "encode");
        beginArguments();
        saveText(QString::fromLatin1(bytes));
        put();
        saveName("latin1");
        endArguments(2);
        emitByte('R');
    }
    memoize(value);
}

void Writer::saveByteArray(const Value &value)
{
    const QByteArray &bytes = value.toBytes();
    if (m_protocol >= 5) {
        emitLarge('\x96' + littleEndian(quint64(bytes.size()), 8), bytes);
    } else {
        saveGlobal(builtins(), "bytearray");
        if (bytes.isEmpty()) {
            noArguments();
        } else {
            beginArguments();
            saveBytes(Value::bytes(bytes));
            endArguments(1);
        }
        emitByte('R');
    }
    memoize(value);
}

bool Writer::saveTuple(const Value &value)
{
    const ValueList &items = value.items();
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
    memoize(value);
    return true;
}

bool Writer::saveBuffer(const Value &value)
{
    const Value *bytes = value.find(u"buffer");
    const Value *readOnly = value.find(u"readonly");
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

bool Writer::saveList(const Value &value)
{
    emitBytes(m_protocol == 0 ? "(l" : "]");
    memoize(value);
    return saveItems(value.items());
}

bool Writer::saveDict(const Value &value)
{
    emitBytes(m_protocol == 0 ? "(d" : "}");
    memoize(value);
    const MemberList &members = value.members();
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
    return true;
}

bool Writer::saveSet(const Value &value)
{
    const ValueList &items = value.items();
    const bool frozen = (value.style().flags & Value::OtherType) != 0;
    if (m_protocol < 4) {
        saveGlobal(builtins(), frozen ? "frozenset" : "set");
        beginArguments();
        boundary();
        emitBytes(m_protocol == 0 ? "(l" : "]");
        put();
        if (!saveItems(items))
            return false;
        endArguments(1);
        emitByte('R');
        memoize(value);
        return true;
    }
    if (!frozen) {
        emitByte('\x8f');
        memoize(value);
    } else {
        emitByte('(');
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
        memoize(value);
    }
    return true;
}

} // namespace

Expected<QByteArray, EncodeError> write(const Value &value, int protocol, QByteArrayList *buffers)
{
    return Writer(protocol, buffers).write(value);
}

} // namespace slotscope::core::pickle
