// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/keytype.h"

namespace slotscope::app {

/// The parts of a key from what somebody types on the command line: one part as it is (a UUID, a number,
/// text, hex), or what core::keyNotation() writes, with several parts as a JSON array. The error is in plain
/// words.
core::Expected<core::ValueList, QString> keyFromText(const core::KeyType &type, const QString &text);

} // namespace slotscope::app
