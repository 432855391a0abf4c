// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference.
#pragma once

#include "core/pmap/evidence.h"
#include "core/pmap/inference.h"

#include <optional>
#include <vector>

namespace slotscope::core::inference {

struct ValueGuess
{
    ValueType type = ValueType::Unknown;
    Verdict verdict;
    QString what; ///< "are CBOR maps"
    ByteOrder order = ByteOrder::BigEndian; ///< of timestamps
    Compression compression = Compression::None;
    FlatBuffersType flatBuffers {}; ///< for ValueType::FlatBuffers, where a schema fits
};

/// Nothing: one that could not be decompressed. What is empty says nothing.
using Values = std::vector<std::optional<QByteArrayView>>;

/// Every value type that may explain the values, alone and compressed, and that none does; the best first.
std::vector<ValueGuess> guessValues(const std::vector<QByteArrayView> &values,
                                    const InferenceContext &context);

} // namespace slotscope::core::inference
