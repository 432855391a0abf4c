// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which opaque values have a telling object of their own, {"timedelta": …},
// {"call": …, "args": …}. All others are {"opaque": name or null, "parts": [[name, part], …]}.
#pragma once

#include "core/value/value.h"

#include <QStringList>

namespace slotscope::core {

/// What is read of {"call": "name", …} is named so.
inline constexpr auto CallName = "call";
/// No form has more members.
inline constexpr size_t MostOpaqueMembers = 7;

/// Whether an object whose members have these names, in this order, tells of an opaque value. It may still
/// have a fault. `firstIsText`: the first member is a JSON string.
bool isOpaqueForm(const QStringList &names, bool firstIsText);

/// Why an opaque value in such a form cannot be meant; empty: it can.
QString opaqueFault(const Value &opaque);

/// Whether it is written as such an object, and read from it again.
bool hasOpaqueForm(const Value &opaque);

/// What it is in a column of types: `path`, `date and time`, the name of its class; empty: it has no word.
QString opaqueType(const Value &opaque);

/// What it is, for messages: `a path`; of one told by a single name also how a map is written that has it.
QString opaqueWords(const Value &opaque);

/// Whether it is an object that only the program can make which it belongs to: of a class, a call, a
/// reference to something outside.
bool isForeign(const Value &value);

/// A value told by one name, {"timedelta": …}, or by the clock ({"time": …, "fold": 1}), its content as its
/// library writes it.
Value tidied(const Value &opaque);

} // namespace slotscope::core
