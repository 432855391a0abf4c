// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference.
#pragma once

#include "core/pmap/evidence.h"
#include "core/pmap/inference.h"

namespace slotscope::core::inference {

struct KeyGuess
{
    KeyType type; ///< KeyType(): none fits
    Verdict verdict;
    QString evidence; ///< in words; empty when none fits
};

/// The key type of the library that explains the keys best.
KeyGuess guessKey(const std::vector<Sample> &samples);

} // namespace slotscope::core::inference
