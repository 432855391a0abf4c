// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec.
#pragma once

#include "core/codec/codec.h"

#include <QByteArrayList>

namespace slotscope::core::pickle {

/// As Python's pickler writes it in this protocol (0 to 5): opcodes, memo, batches and frames. Out-of-band
/// buffers go to `buffers`; a null pointer: there must be none.
Expected<QByteArray, EncodeError> write(const Value &value, int protocol, QByteArrayList *buffers = nullptr);

} // namespace slotscope::core::pickle
