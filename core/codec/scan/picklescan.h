// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/scan/scan.h"

namespace slotscope::core {

/// What pickles consist of that hold only None, bools, numbers, texts, bytes, lists and dicts, each in one
/// place. Reads faster than the machine.
bool scanPlainPickle(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
                     LeafVisitor *leaves = nullptr);

/// Of encoded cells: the opcodes that make one object, without a STOP.
const Codec &pickledObjectCodec();

/// Scans pickles: plain ones at once, others by the pickle machine with no heap, for the opcodes that records
/// are made of. Tells only of the leaves of plain ones. Keeps its memory from one record to the next.
class PickleScanner
{
public:
    bool scan(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
              LeafVisitor *leaves = nullptr);
    /// The same for the Pickle5 value type; with out-of-band buffers it gives up.
    bool scan5(QByteArrayView bytes, const WantedField &root, std::vector<Cell> &cells,
               LeafVisitor *leaves = nullptr);

private:
    enum class Kind : quint8 {
        Null,
        Bool,
        Integer,
        Float,
        Text,
        Bytes,
        OtherScalar,
        Global,
        Tuple,
        Dict, // number: index into m_dicts
        Items, // a list or set
        FrozenSet,
        Foreign,
        ForeignWithState,
    };
    struct Range
    {
        qint32 offset;
        qint32 size;
    };
    struct Entry
    {
        Kind kind = Kind::Null;
        quint16 depth = 0; // of containers and calls, within and itself; saturates
        qint32 start = 0; // of the opcodes that make it
        qint32 end = 0;
        union {
            qint64 integer = 0;
            double number;
            Range bytes;
        };
    };
    // Pairs as one opcode brought them.
    struct Segment
    {
        quint32 begin = 0;
        quint32 end = 0;
        qint32 next = -1;
    };
    struct Dict
    {
        qint32 first = -1;
        qint32 last = -1;
    };

    bool run();
    bool step(quint8 opcode);
    bool stepBinary(quint8 opcode);
    bool stepNew(quint8 opcode);
    bool take(quint64 size, qint32 *offset);
    template <typename T>
    bool number(T *value);
    bool line(QByteArrayView *text);
    void push(Kind kind, qint32 start);
    void push(Kind kind) { push(kind, m_opcodeAt); }
    void pushInteger(qint64 value);
    bool pushBool(bool value);
    bool pushText(quint64 size);
    bool pushOldString(quint64 size);
    bool pushBytes(quint64 size);
    bool pushLong(quint8 size);
    bool pushTuple(size_t count);
    bool has(size_t count) const;
    bool pop(size_t count);
    bool popMark(size_t *from);
    void gather(Kind kind, size_t from, qint32 start);
    bool gatherFromMark(Kind kind);
    quint16 depthAbove(size_t from) const;
    bool addItems(size_t from);
    bool addPairs(size_t from);
    void storePairs(Entry *dict, size_t from);
    bool call();
    bool build();
    bool remember(quint64 index);
    bool recall(quint64 index);
    bool fill(const Entry &entry, const WantedField &wanted, std::vector<Cell> &cells) const;

    struct Mark
    {
        size_t height = 0;
        qint32 start = 0;
    };
    QByteArrayView m_bytes;
    qint32 m_at = 0;
    qint32 m_opcodeAt = 0;
    qint32 m_lastReference = -1; // to what stands outside of an entry's own opcodes, perhaps
    qint64 m_recalled = 0;
    std::vector<Entry> m_stack;
    std::vector<Mark> m_marks;
    std::vector<Entry> m_memo;
    std::vector<Entry> m_pairs;
    std::vector<Segment> m_segments;
    std::vector<Dict> m_dicts;
};

} // namespace slotscope::core
