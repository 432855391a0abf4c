// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

/// JSON (RFC 8259) in UTF-8, with the bare NaN and Infinity that Python writes and reads. New nodes are
/// written as json.dumps(separators=(',', ':'), ensure_ascii=False) writes them; an array or object that had
/// blanks keeps them.
const Codec &jsonCodec();

} // namespace slotscope::core
