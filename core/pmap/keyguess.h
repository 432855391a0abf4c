// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference.
#pragma once

#include "core/pmap/evidence.h"
#include "core/pmap/keytype.h"

#include <vector>

namespace slotscope::core::inference {

struct KeyGuess
{
    KeyType type; ///< KeyType(): nothing is known of them
    Verdict verdict;
    QString what; ///< "are 16 bytes with UUID v4 bits"
};

using Keys = std::vector<QByteArrayView>;

/// Every key type of the library that may explain the keys, and that none does; the best first.
std::vector<KeyGuess> guessKeys(const Keys &keys);

} // namespace slotscope::core::inference
