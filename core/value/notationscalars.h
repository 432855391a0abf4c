// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the notation: what an object with one member means, where that is not made of other values.
#pragma once

#include "core/value/notation.h"

namespace slotscope::core {

using ScalarReader = Expected<Value, DecodeError> (*)(const Value &json);
/// By the name of the member; null pointer: there is none.
ScalarReader scalarReader(const QString &name);

/// A whole number. Those that JSON numbers may lose come as text as well.
std::optional<Value> integerOf(const Value &json);

Unexpected<DecodeError> failure(const Value &at, const QString &what);

} // namespace slotscope::core
