// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: the machine that a pickle is a program for. It calls and imports nothing;
// what the program would have called is kept as a description of the call.
#pragma once

#include "core/value/notation.h"

#include <QByteArrayView>

#include <memory>
#include <vector>

namespace slotscope::core::pickle {

/// Index of an object in the heap.
using Handle = quint32;

enum class Kind : quint8 {
    Scalar, ///< null, bool, integer, float, text, bytes, bytearray
    List,
    Tuple,
    Dict, ///< items: key, value, key, value …
    Set,
    FrozenSet,
    Global, ///< scalar: its name as text
    Call, ///< a call that was not made
    Persistent, ///< items: the one id
    Extension, ///< scalar: its number
    Buffer, ///< scalar: the bytes of an out-of-band buffer
};

/// What was given to an object that is not ours to make.
struct Parts
{
    const char *via = ""; ///< the opcode's name
    Handle callee = 0;
    std::vector<Handle> arguments;
    std::optional<Handle> keywords;
    std::optional<Handle> state;
    std::vector<Handle> items;
    std::vector<Handle> pairs;
};

struct Object
{
    Kind kind = Kind::Scalar;
    bool shared = false; ///< fetched from the memo or doubled, so that it may stand in several places
    bool readOnly = false; ///< of a Buffer
    bool isOldString = false; ///< a str of Python 2, as text or bytes
    Value scalar;
    std::vector<Handle> items;
    std::unique_ptr<Parts> parts; ///< of a Call, Persistent or Extension
};

struct Program
{
    std::vector<Object> heap;
    Handle root = 0;
    int protocol = 0;
    qsizetype size = 0; ///< bytes up to and with STOP
    size_t buffers = 0; ///< out-of-band buffers that were taken
};

struct Trace;

/// Runs the pickle at the start of the bytes, which stand at `offset` in the value. `trace`: filled for
/// whoever wants to write it anew with changes.
Expected<Program, DecodeError> run(QByteArrayView bytes, const std::vector<QByteArrayView> &buffers,
                                   qsizetype offset = 0, Trace *trace = nullptr);

} // namespace slotscope::core::pickle
