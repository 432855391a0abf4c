// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/value.h"

namespace slotscope::app {

/// The pickle of a plain value as Python's `pickle.dumps(value, protocol=2)` writes it, memo included; no
/// object is taken for another's twin. For maps, arrays, text, whole numbers of 32 bits, floats, bools and
/// null: what the demo's sessions hold; anything else becomes None.
QByteArray writePickle(const core::Value &value);

} // namespace slotscope::app
