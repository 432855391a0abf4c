// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// Python's pickle, protocols 0 to 5, read by a machine that calls and imports nothing. Builtins become
/// values, well-known library types what they mean, all else Opaque with its class, arguments and state; an
/// Opaque without a name is of a type that has no kind (`{"complex": [1.0, 2.0]}`). What stands in several
/// places is shown in each, within a bound; what holds itself is `{"ref": level}`.
///
/// Builtins and well-known types are written back and can be changed, also beside what is neither: that stays
/// as it is or is removed, and a change that reaches into it is refused. A pickle that is nothing else is
/// refused as a whole. What is not changed keeps the opcodes that it had, whichever pickler wrote them; what
/// is new is written as CPython's pickler does in that protocol. A change inside of an object that stands in
/// several places is a change in all of them; two different ones are refused. A root that was not read is
/// written in protocol 2 (5 in Pickle5).
const Codec &pickleCodec();

/// zlmdb's Pickle5: u32 big endian length, a pickle of protocol 5, then any number of out-of-band buffers,
/// each behind its u32 length: `{"buffer": …, "readonly": …}`.
const Codec &pickle5Codec();

/// The call trees as they are, nothing interpreted: for those who want to see what would be called.
Expected<Value, DecodeError> decodePickleVerbatim(QByteArrayView bytes);
Expected<Value, DecodeError> decodePickle5Verbatim(QByteArrayView bytes);

/// The value as one that was read from the bytes of another, unless it was read from some itself: where it is
/// of the same kind, it is written with changes to these, else in their protocol.
Value withPickleOriginOf(const Value &value, const Value &other);

} // namespace slotscope::core
