// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the FlatBuffers codec: what can be told of a buffer without its schema.
#pragma once

#include "core/codec/flatbuffers/flatcursor.h"
#include "core/value/value.h"

namespace slotscope::core::flat {

/// The tables with their vtables and slots, as parts of an Opaque. Where things stand is certain; what they
/// are is not in the buffer, and every guess is called one. Throws a Flaw where there is no root table.
Value structureOf(QByteArrayView bytes);

} // namespace slotscope::core::flat
