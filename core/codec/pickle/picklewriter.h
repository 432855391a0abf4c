// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec. What is written here follows CPython's Modules/_pickle.c (3.11).
#pragma once

#include "core/codec/codec.h"
#include "core/codec/pickle/pickleknown.h"

#include <QByteArrayList>
#include <QHash>

namespace slotscope::core::pickle {

/// Writes a value as Python's pickler writes it in a protocol (0 to 5): opcodes, memo, batches and frames.
class Writer
{
public:
    /// Out-of-band buffers go to `buffers`; a null pointer: there must be none.
    explicit Writer(int protocol, QByteArrayList *buffers = nullptr)
        : m_protocol(protocol)
        , m_buffers(buffers)
    {
    }
    virtual ~Writer() = default;
    Writer(const Writer &) = delete;
    Writer &operator=(const Writer &) = delete;

    Expected<QByteArray, EncodeError> write(const Value &value);

protected:
    bool fail(const QString &what)
    {
        m_error = {ValuePath(m_path), what};
        return false;
    }

    /// One value, new to the pickle.
    virtual bool save(const Value &value);
    bool saveChild(PathStep step, const Value &value)
    {
        m_path.push_back(std::move(step));
        const bool done = save(value);
        m_path.pop_back();
        return done;
    }
    bool saveBuffer(const Value &value);
    bool saveCall(const Value &value);
    void noArguments() { emitBytes(m_protocol == 0 ? "(t" : ")"); }

    void emitBytes(QByteArrayView bytes);
    void emitByte(char byte) { emitBytes({&byte, 1}); }

    static constexpr size_t BatchSize = 1000;

    int m_protocol;
    QByteArrayList *m_buffers;
    QByteArray m_out;
    bool m_memoizes = true; ///< what is written is put into the memo
    std::vector<PathStep> m_path;
    EncodeError m_error;

private:
    // Frames.
    qsizetype frameLength() const;
    void closeFrame();
    void boundary();
    void emitLarge(const QByteArray &head, const QByteArray &content);

    // The memo.
    void put();
    void get(quint32 index);
    /// Names and texts of the pickler itself, each written once.
    bool recalled(const QByteArray &name);
    void remember(const QByteArray &name);
    void saveName(const QByteArray &text);
    void saveGlobal(QByteArray module, QByteArray name);

    // A tuple of so many around what is written in between.
    void beginArguments();
    void endArguments(int count);

    bool saveInteger(const Value &value);
    void saveFloat(double number);
    void saveText(const QString &text);
    void saveBytes(const QByteArray &bytes);
    void saveByteArray(const QByteArray &bytes);
    bool saveTuple(const ValueList &items);
    bool saveItems(const ValueList &items);
    bool saveDict(const MemberList &members);
    bool saveSet(const Value &value);
    bool saveObject(const KnownCall &call);

    bool m_framing = false;
    qsizetype m_frameStart = -1;
    quint32 m_memoized = 0;
    QHash<QByteArray, quint32> m_names;
};

/// So many bytes, the least significant first.
QByteArray littleEndian(quint64 number, int size);

} // namespace slotscope::core::pickle
