// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: from the machine's objects to values.
#pragma once

#include "core/codec/pickle/picklemachine.h"

namespace slotscope::core::pickle {

/// Marks a Value::Style as set by the pickle codec. The lower 24 bits number an object that stands in several
/// places; 0: in one only. The spelling of a root is its protocol in decimal digits.
inline constexpr quint32 PickleStyle = 0x04000000;
inline constexpr quint32 IdentityMask = 0x00ffffff;

/// Whether the calls of well-known types become what they mean, or stay the calls that they are.
enum class Meaning { Interpreted, Verbatim };

/// The tree below the root. What stands in several places is repeated up to a bound in proportion to
/// `inputSize`, and what holds itself is a reference to the level that it is on. Too deep or too much:
/// `{"cut": why}` in its place.
Value toValue(const Program &program, qsizetype inputSize, Meaning meaning);

} // namespace slotscope::core::pickle
