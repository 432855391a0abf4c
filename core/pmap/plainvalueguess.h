// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference: one test for each value type, on values that are not compressed.
#pragma once

#include "core/pmap/valueguess.h"

namespace slotscope::core::inference {

/// Every value type that fits enough of the values, and that none does, in no order.
std::vector<ValueGuess> guessPlainValues(const Values &values, const InferenceContext &context);

} // namespace slotscope::core::inference
