// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/keytype.h"

namespace slotscope::core {

/// Any value of the kind that the component is read as.
Value keyPartPrototype(KeyComponent component);
/// The parts of a key from what somebody types on the command line: one part as it is (a UUID, a number,
/// text, hex), or what keyNotation() writes, with several parts as a JSON array. The error is in plain
/// words.
Expected<ValueList, QString> keyFromText(const KeyType &type, const QString &text);

} // namespace slotscope::core
