// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// Python's pickle, protocols 0 to 5, read by a machine that calls and imports nothing. Builtins become
/// values, well-known library types what they mean, all else Opaque with its class, arguments and state; an
/// Opaque without a name is of a type that has no kind (`{"complex": [1.0, 2.0]}`). What stands in several
/// places is shown in each, within a bound; what holds itself is `{"ref": level}`.
///
/// Written are builtins only, in the protocol that the root was read from (2 where it was not).
const Codec &pickleCodec();

/// zlmdb's Pickle5: u32 big endian length, a pickle of protocol 5, then any number of out-of-band buffers,
/// each behind its u32 length: `{"buffer": …, "readonly": …}`.
const Codec &pickle5Codec();

/// The call trees as they are, nothing interpreted: for those who want to see what would be called.
Expected<Value, DecodeError> decodePickleVerbatim(QByteArrayView bytes);
Expected<Value, DecodeError> decodePickle5Verbatim(QByteArrayView bytes);

/// The value with the protocol of another, unless it has one.
Value withPickleProtocolOf(const Value &value, const Value &other);

} // namespace slotscope::core
