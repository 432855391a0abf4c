// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: a pickle with changes, in the very opcodes that it had.
#pragma once

#include "core/codec/pickle/pickletrace.h"
#include "core/codec/pickle/picklevalue.h"
#include "core/codec/pickle/picklewriter.h"

#include <unordered_map>
#include <unordered_set>

namespace slotscope::core::pickle {

/// Writes what is not changed with the opcodes that made it, whoever chose them; only what is new is written
/// as Python's pickler would, without a place in the memo. What several places share is changed in all of
/// them: a node with the identity of an object is that object. Whatever is moved before its definition is
/// defined where it stands then.
class Rewriter final : public Writer
{
public:
    /// What is rewritten; all of it lives longer than the rewriter.
    struct Source
    {
        const Program &program;
        const Trace &trace;
        QByteArrayView bytes;
        const QByteArray &tag;
        const Value &value; ///< of the whole program
    };
    Rewriter(const Source &source, QByteArrayList *buffers);

    Expected<QByteArray, EncodeError> rewrite(const Value &now);
    /// The value as it must be read from what was written: with each change in all of its places.
    Value settled(const Value &now);
    /// Whether a key of a dict or an element of a set has become another one in settled(), because it holds
    /// an object that was changed where it stands besides.
    bool changesKeys() const { return m_changesKeys; }
    /// The object of the program that holds one which was changed where it stands besides; empty: there is
    /// none.
    const QString &foreignChange() const { return m_foreignChange; }

protected:
    bool save(const Value &value) override;

private:
    using Token = Trace::Token;
    using Tokens = std::vector<Token>;
    // Children of a node, so many to a unit: items, or keys and values.
    struct Filling
    {
        ValueList now;
        ValueList old;
        size_t stride = 1;
        std::vector<quint32> nodes {}; // of the old ones
        std::vector<qsizetype> match {}; // by unit of `now`: the old one; -1: it is new
        bool isInPlace = true; // every unit matches the one that was in its place
        bool single = false; // each unit had an opcode of its own
        bool isSet = false;
        size_t next = 0;
        bool isWritten = false;
    };
    struct Call
    {
        KnownCall before;
        KnownCall now;
    };

    const Object &object(Handle handle) const { return m_program.heap[handle]; }
    Handle objectOf(const Value &value) const;
    void collectOriginals(const Value &value, Handle root);
    bool collectChanges(const Value &value, bool isRoot);
    bool holdsChanged(const Value &value) const;
    bool holdsItself(const Value &value, std::unordered_set<Handle> *open,
                     std::unordered_set<Handle> *sound) const;
    bool refuse();

    // What is known to the program.
    bool saveAt(const Value &now, quint32 index, const Value &old);
    bool saveAnew(const Value &now, quint32 index, const Value &old);
    bool canBecome(const Value &now, const Value &old, const KnownCall &before);
    bool saveNode(quint32 index, const Value *now = nullptr, const Value *old = nullptr);
    bool saveChanged(const Value &now, quint32 index, const Value *old);
    bool saveScalar(const Value &now, quint32 index);
    bool saveOldString(const Value &now);
    bool saveTuple(const ValueList &now, quint32 index, const ValueList &old);
    bool saveContainer(quint32 index, Filling filling);
    bool saveCall(quint32 index, const Call &call);
    bool saveMaking(const Tokens &tokens, const Call &call);
    bool saveArguments(quint32 index, const Call &call);
    bool saveReference(Handle handle);
    bool saveReferenceNode(quint32 index);
    bool saveTokens(const Tokens &tokens, Handle handle);
    bool saveToken(const Token &token, Handle handle);

    // Children.
    static std::vector<Tokens> segmentsOf(const Tokens &tokens, const Trace &trace);
    quint8 opcodeOf(const Tokens &segment) const { return m_trace.ops[segment.back().index].code; }
    bool isChild(const Token &token) const;
    void prepare(Filling &filling, const std::vector<Tokens> &segments, QByteArrayView opcodes) const;
    std::vector<qsizetype> matched(const Filling &filling) const;
    bool saveUnit(Filling &filling, size_t unit);
    bool saveSegment(Filling &filling, const Tokens &segment, Handle handle);
    bool saveAll(Filling &filling);

    // Opcodes, frames and the memo.
    void emitOp(quint32 index, Handle handle);
    void emitGet(quint64 index);
    void enterFrame(const Trace::Op &op);
    void closeFrame();
    const Trace::Op *firstOp(quint32 index) const;
    quint64 memoIndexIn(const Trace::Op &op) const;
    std::optional<quint64> memoIndexOf(Handle handle) const;

    const Program &m_program;
    const Trace &m_trace;
    QByteArrayView m_bytes;
    QByteArray m_tag;
    const Value &m_original;
    ValueBuilder m_builder;
    std::unordered_map<Handle, ValueList> m_originals; // how each object was shown
    std::unordered_map<Handle, Value> m_changed;
    std::unordered_map<Handle, Value> m_settled;
    bool m_changesKeys = false;
    QString m_foreignChange;
    std::unordered_set<Handle> m_made;
    std::unordered_set<Handle> m_quiet; // whose puts are left out
    std::unordered_map<Handle, quint64> m_memo;
    std::unordered_map<quint64, Handle> m_memoOwner;
    Handle m_top = 0; // written last
    qsizetype m_frameAt = -1;
};

} // namespace slotscope::core::pickle
