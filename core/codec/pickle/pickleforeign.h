// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec: objects that only the program can make which they belong to, in a pickle that
// is changed beside them.
#pragma once

#include "core/codec/pickle/picklemachine.h"
#include "core/value/value.h"

namespace slotscope::core::pickle {

/// A pickle that was run, and what it is read as.
struct Reading
{
    const Program &program;
    const QByteArray &tag; ///< of the handles in the value
    const Value &value;
};

/// Whether there is such an object somewhere in a value.
bool holdsForeign(const Value &value);

/// The value with the objects of that sort which are told anew, as in a text, being those of the pickle that
/// they are equal to; each of these once.
Value withForeignOf(const Reading &before, const Value &now);

/// Why the objects of that sort are not, one by one, those of the pickle which was changed: the same calls of
/// the same parts, which share among each other and with the rest what they shared before. Empty: they are.
/// `wanted`: what was to be written, with the handles of `before`, equal to what is read `now`.
QString foreignFault(const Reading &before, const Value &wanted, const Reading &now);

} // namespace slotscope::core::pickle
