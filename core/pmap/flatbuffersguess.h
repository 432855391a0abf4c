// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference.
#pragma once

#include "core/pmap/valueguess.h"

namespace slotscope::core::inference {

/// FlatBuffers of the tables of known schemas that fit best, and of a table that is not known.
std::vector<ValueGuess> guessFlatBuffers(const Values &values, double once, const InferenceContext &context);

} // namespace slotscope::core::inference
