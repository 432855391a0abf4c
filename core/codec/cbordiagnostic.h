// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"

namespace slotscope::core {

struct CborDiagnostic
{
    /// Tell by encoding indicators (RFC 8949, section 8.1) where a head is longer or a float wider than need
    /// be: `1_1`, `1.5_3`, `[_0 1]`. Indefinite lengths are always told: `[_ 1]`, `(_ "a", "b")`.
    bool encodingIndicators = true;
    int indent = -1; ///< blanks per level; -1: one line
};

/// CBOR in diagnostic notation (RFC 8949, section 8), from its bytes as they are: tags and references as they
/// are stored, bignums as tags of bytes. With encoding indicators a NaN with a payload is `float'7e01'`, as
/// in the Extended Diagnostic Notation.
Expected<QString, DecodeError> cborDiagnostic(QByteArrayView bytes, const CborDiagnostic &options = {});

} // namespace slotscope::core
