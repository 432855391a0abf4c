// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/scan/picklescan.h"

#include "core/codec/pickle.h"
#include "core/value/utf8.h"

#include <QtEndian>

#include <limits>

namespace slotscope::core {

namespace {

// The opcodes that make one object, without the STOP behind them.
class ObjectCodec final : public Codec
{
public:
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const override
    {
        return pickleCodec().decode(bytes.toByteArray() + '.');
    }
    Expected<QByteArray, EncodeError> encode(const Value &value) const override
    {
        auto bytes = pickleCodec().encode(value);
        if (bytes)
            bytes->chop(1);
        return bytes;
    }
};

} // namespace

const Codec &pickledObjectCodec()
{
    static const ObjectCodec codec;
    return codec;
}

bool PickleScanner::scan(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
                         LeafVisitor *leaves)
{
    if (bytes.size() > std::numeric_limits<qint32>::max())
        return false;
    if (scanPlainPickle(bytes, root, cells, leaves))
        return true;
    if (leaves)
        return false;
    std::fill(cells.begin(), cells.end(), Cell());
    m_bytes = bytes;
    m_at = 0;
    m_lastReference = -1;
    m_recalled = 0;
    m_stack.clear();
    m_marks.clear();
    m_memo.clear();
    m_pairs.clear();
    m_segments.clear();
    m_dicts.clear();
    // After STOP nothing may follow, and all that lies beneath the root is dropped.
    if (!run() || m_at != m_bytes.size() || !has(1))
        return false;
    // What stands in many places is cut by the codec at some point, which is not told from here.
    constexpr qint64 MostRecalled = 16384;
    return m_recalled < MostRecalled && fill(m_stack.back(), root, cells);
}

bool PickleScanner::scan5(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
                          LeafVisitor *leaves)
{
    constexpr qsizetype Head = 4;
    return bytes.size() > Head && qFromBigEndian<quint32>(bytes.data()) == quint64(bytes.size() - Head)
        && scan(bytes.sliced(Head), root, cells, leaves);
}

bool PickleScanner::run()
{
    while (m_at < m_bytes.size()) {
        m_opcodeAt = m_at;
        const auto opcode = quint8(m_bytes[m_at++]);
        if (opcode == '.')
            return true;
        if (!step(opcode))
            return false;
    }
    return false;
}

bool PickleScanner::take(quint64 size, qint32 *offset)
{
    if (size > quint64(m_bytes.size() - m_at))
        return false;
    *offset = m_at;
    m_at += qint32(size);
    return true;
}

template <typename T>
bool PickleScanner::number(T *value)
{
    qint32 offset = 0;
    if (!take(sizeof(T), &offset))
        return false;
    *value = qFromLittleEndian<T>(m_bytes.data() + offset);
    return true;
}

bool PickleScanner::line(QByteArrayView *text)
{
    const qsizetype end = m_bytes.indexOf('\n', m_at);
    if (end < 0)
        return false;
    *text = m_bytes.sliced(m_at, end - m_at);
    m_at = qint32(end + 1);
    return true;
}

void PickleScanner::push(Kind kind, qint32 start)
{
    Entry &entry = m_stack.emplace_back();
    entry.kind = kind;
    entry.start = start;
    entry.end = m_at;
}

void PickleScanner::pushInteger(qint64 value)
{
    push(Kind::Integer);
    m_stack.back().integer = value;
}

bool PickleScanner::pushBool(bool value)
{
    push(Kind::Bool);
    m_stack.back().integer = value ? 1 : 0;
    return true;
}

bool PickleScanner::pushBytes(quint64 size)
{
    qint32 offset = 0;
    if (!take(size, &offset))
        return false;
    push(Kind::Bytes);
    m_stack.back().bytes = {offset, qint32(size)};
    return true;
}

bool PickleScanner::pushText(quint64 size)
{
    // Lone surrogates are the codec's business.
    if (!pushBytes(size) || !isUtf8(m_bytes.sliced(m_at - qsizetype(size), qsizetype(size))))
        return false;
    m_stack.back().kind = Kind::Text;
    return true;
}

bool PickleScanner::pushOldString(quint64 size)
{
    if (!pushBytes(size))
        return false;
    if (isAscii(m_bytes.sliced(m_at - qsizetype(size), qsizetype(size))))
        m_stack.back().kind = Kind::Text;
    return true;
}

bool PickleScanner::pushLong(quint8 size)
{
    qint32 offset = 0;
    if (!take(size, &offset))
        return false;
    if (size > sizeof(qint64)) {
        push(Kind::OtherScalar);
        return true;
    }
    quint64 value = size > 0 && quint8(m_bytes[m_at - 1]) >= 0x80 ? ~quint64(0) : 0;
    for (qint32 i = size; i-- > 0;)
        value = value << 8 | quint8(m_bytes[offset + i]);
    pushInteger(qint64(value));
    return true;
}

bool PickleScanner::pushTuple(size_t count)
{
    if (!has(count))
        return false;
    gather(Kind::Tuple, m_stack.size() - count, m_stack[m_stack.size() - count].start);
    return true;
}

// The entries from `from` on become one.
void PickleScanner::gather(Kind kind, size_t from, qint32 start)
{
    const quint16 depth = depthAbove(from);
    m_stack.resize(from);
    push(kind, start);
    m_stack.back().depth = depth;
}

bool PickleScanner::gatherFromMark(Kind kind)
{
    if (m_marks.empty())
        return false;
    const Mark mark = m_marks.back();
    m_marks.pop_back();
    gather(kind, mark.height, mark.start);
    return true;
}

// Of something that holds the entries from `from` on.
quint16 PickleScanner::depthAbove(size_t from) const
{
    int depth = 0;
    for (size_t i = from; i < m_stack.size(); ++i)
        depth = std::max<int>(depth, m_stack[i].depth);
    return quint16(std::min(depth, MaximumScanDepth) + 1);
}

bool PickleScanner::has(size_t count) const
{
    return m_stack.size() - (m_marks.empty() ? 0 : m_marks.back().height) >= count;
}

bool PickleScanner::pop(size_t count)
{
    if (!has(count))
        return false;
    m_stack.resize(m_stack.size() - count);
    return true;
}

// `from`: where the entries above the mark begin.
bool PickleScanner::popMark(size_t *from)
{
    if (m_marks.empty())
        return false;
    *from = m_marks.back().height;
    m_marks.pop_back();
    return true;
}

// The entries from `from` on become items of the one beneath.
bool PickleScanner::addItems(size_t from)
{
    const quint16 depth = depthAbove(from);
    m_stack.resize(from);
    if (!has(1))
        return false;
    Entry &target = m_stack.back();
    target.end = m_at;
    target.depth = std::max(target.depth, depth);
    return target.kind == Kind::Items || target.kind == Kind::Foreign
        || target.kind == Kind::ForeignWithState;
}

bool PickleScanner::addPairs(size_t from)
{
    if ((m_stack.size() - from) % 2 || from <= (m_marks.empty() ? 0 : m_marks.back().height))
        return false;
    Entry &target = m_stack[from - 1];
    target.end = m_at;
    target.depth = std::max(target.depth, depthAbove(from));
    if (target.kind == Kind::Dict) {
        storePairs(&target, from);
    } else if (target.kind != Kind::Foreign && target.kind != Kind::ForeignWithState) {
        return false;
    }
    m_stack.resize(from);
    return true;
}

void PickleScanner::storePairs(Entry *dict, size_t from)
{
    const auto begin = quint32(m_pairs.size());
    m_pairs.insert(m_pairs.end(), m_stack.begin() + qptrdiff(from), m_stack.end());
    const auto index = qint32(m_segments.size());
    m_segments.push_back({begin, quint32(m_pairs.size()), -1});
    Dict &target = m_dicts[size_t(dict->integer)];
    if (target.last < 0)
        target.first = index;
    else
        m_segments[size_t(target.last)].next = index;
    target.last = index;
}

// What a class or function would be called with must be a tuple.
bool PickleScanner::call()
{
    if (!has(2) || m_stack.back().kind != Kind::Tuple)
        return false;
    gather(Kind::Foreign, m_stack.size() - 2, m_stack[m_stack.size() - 2].start);
    return true;
}

// Only what was called takes a state, and but one.
bool PickleScanner::build()
{
    if (!has(2) || m_stack[m_stack.size() - 2].kind != Kind::Foreign)
        return false;
    const quint16 depth = depthAbove(m_stack.size() - 1);
    m_stack.pop_back();
    Entry &target = m_stack.back();
    target.kind = Kind::ForeignWithState;
    target.end = m_at;
    target.depth = std::max(target.depth, depth);
    return true;
}

bool PickleScanner::remember(quint64 index)
{
    if (!has(1) || index > m_memo.size())
        return false;
    if (index == m_memo.size())
        m_memo.push_back(m_stack.back());
    else
        m_memo[size_t(index)] = m_stack.back();
    return true;
}

bool PickleScanner::recall(quint64 index)
{
    if (index >= m_memo.size())
        return false;
    Entry entry = m_memo[size_t(index)];
    // A container may be changed here after it was remembered, or hold itself.
    if (entry.kind > Kind::Global)
        return false;
    m_lastReference = m_opcodeAt;
    m_recalled += 1 + (entry.end - entry.start) / 8;
    entry.start = m_opcodeAt;
    m_stack.push_back(entry);
    return true;
}

bool PickleScanner::fill(const Entry &entry, const WantedField &wanted, std::vector<Cell> &cells) const
{
    Cell cell;
    switch (entry.kind) {
    case Kind::Null:
        cell = Cell::null();
        break;
    case Kind::Bool:
        cell = Cell::boolean(entry.integer != 0);
        break;
    case Kind::Integer:
        cell = Cell::ofInteger(entry.integer);
        break;
    case Kind::Float:
        cell = Cell::ofFloat(entry.number);
        break;
    case Kind::Text:
        cell = Cell::text(m_bytes.sliced(entry.bytes.offset, entry.bytes.size));
        break;
    case Kind::Bytes:
        cell = Cell::ofBytes(m_bytes.sliced(entry.bytes.offset, entry.bytes.size));
        break;
    default:
        if (wanted.cells.empty())
            break;
        // Read by itself, it would be cut at another depth and miss what was remembered before it.
        if (m_lastReference >= entry.start || entry.depth > MaximumScanDepth)
            return false;
        cell = Cell::encoded(m_bytes.sliced(entry.start, entry.end - entry.start), pickledObjectCodec());
    }
    for (const size_t index : wanted.cells)
        cells[index] = cell;
    if (wanted.fields.empty())
        return true;
    // What was called, or would be, may have fields.
    if (entry.kind != Kind::Dict)
        return entry.kind != Kind::Global && entry.kind < Kind::Foreign;

    FieldMatcher matcher(&wanted);
    for (qint32 at = m_dicts[size_t(entry.integer)].first; at >= 0; at = m_segments[size_t(at)].next) {
        const Segment &segment = m_segments[size_t(at)];
        for (quint32 i = segment.begin; i < segment.end; i += 2) {
            const Entry &key = m_pairs[i];
            // It may mean a text.
            if (key.kind >= Kind::Foreign)
                return false;
            if (key.kind != Kind::Text)
                continue;
            const WantedField *field = matcher.match(m_bytes.sliced(key.bytes.offset, key.bytes.size));
            if (field && !fill(m_pairs[i + 1], *field, cells))
                return false;
        }
    }
    return true;
}

// The opcodes of protocol 0. Its numbers and texts, which are lines, are left to the codec.
bool PickleScanner::step(quint8 opcode)
{
    switch (opcode) {
    case '(':
        m_marks.push_back({m_stack.size(), m_opcodeAt});
        return true;
    case 'N':
        push(Kind::Null);
        return true;
    case 'R':
        return call();
    case 'a':
        return has(1) && addItems(m_stack.size() - 1);
    case 's':
        return has(2) && addPairs(m_stack.size() - 2);
    case 'b':
        return build();
    case 'c': {
        QByteArrayView name;
        if (!line(&name) || !line(&name))
            return false;
        push(Kind::Global);
        return true;
    }
    case 't':
        return gatherFromMark(Kind::Tuple);
    case 'l':
        return gatherFromMark(Kind::Items);
    default:
        return stepBinary(opcode);
    }
}

// Those of protocol 1.
bool PickleScanner::stepBinary(quint8 opcode)
{
    quint8 small = 0;
    quint16 medium = 0;
    quint32 large = 0;
    size_t from = 0;
    switch (opcode) {
    case 'K':
        if (!number(&small))
            return false;
        pushInteger(small);
        return true;
    case 'M':
        if (!number(&medium))
            return false;
        pushInteger(medium);
        return true;
    case 'J':
        if (!number(&large))
            return false;
        pushInteger(qint32(large));
        return true;
    case 'G': {
        qint32 offset = 0;
        if (!take(sizeof(double), &offset))
            return false;
        push(Kind::Float);
        m_stack.back().number = qFromBigEndian<double>(m_bytes.data() + offset);
        return true;
    }
    case 'X':
        return number(&large) && pushText(large);
    case 'T':
        return number(&large) && pushOldString(large);
    case 'U':
        return number(&small) && pushOldString(small);
    case 'q':
        return number(&small) && remember(small);
    case 'r':
        return number(&large) && remember(large);
    case 'h':
        return number(&small) && recall(small);
    case 'j':
        return number(&large) && recall(large);
    case 'e':
        return popMark(&from) && addItems(from);
    case 'u':
        return popMark(&from) && addPairs(from);
    case ']':
        push(Kind::Items);
        return true;
    case '}':
        push(Kind::Dict);
        m_stack.back().integer = qint64(m_dicts.size());
        m_dicts.emplace_back();
        return true;
    case ')':
        push(Kind::Tuple);
        return true;
    default:
        return stepNew(opcode);
    }
}

// Those of protocols 2 to 5.
bool PickleScanner::stepNew(quint8 opcode)
{
    constexpr int NewestProtocol = 5;
    quint8 small = 0;
    quint32 large = 0;
    quint64 huge = 0;
    switch (opcode) {
    case 0x80:
        return number(&small) && small <= NewestProtocol;
    case 0x81:
        return call();
    case 0x85:
    case 0x86:
    case 0x87:
        return pushTuple(opcode - 0x84U);
    case 0x88:
    case 0x89:
        return pushBool(opcode == 0x88);
    case 0x8a:
        return number(&small) && pushLong(small);
    case 'B':
        return number(&large) && pushBytes(large);
    case 'C':
        return number(&small) && pushBytes(small);
    case 0x8c:
        return number(&small) && pushText(small);
    case 0x8d:
        return number(&huge) && pushText(huge);
    case 0x8e:
        return number(&huge) && pushBytes(huge);
    case 0x8f:
        push(Kind::Items);
        return true;
    case 0x90: {
        size_t from = 0;
        return popMark(&from) && addItems(from);
    }
    case 0x91:
        return gatherFromMark(Kind::FrozenSet);
    case 0x93: {
        if (!has(2) || m_stack.back().kind != Kind::Text || m_stack[m_stack.size() - 2].kind != Kind::Text)
            return false;
        gather(Kind::Global, m_stack.size() - 2, m_stack[m_stack.size() - 2].start);
        return true;
    }
    case 0x94:
        return remember(m_memo.size());
    case 0x95:
        // An object that stands across frames cannot be read by itself.
        m_lastReference = m_opcodeAt;
        return number(&huge) && huge <= quint64(m_bytes.size() - m_at);
    default:
        return false;
    }
}

} // namespace slotscope::core
