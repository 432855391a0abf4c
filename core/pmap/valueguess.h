// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference.
#pragma once

#include "core/pmap/evidence.h"
#include "core/pmap/slottype.h"

#include <vector>

namespace slotscope::core::inference {

struct ValueGuess
{
    ValueType type = ValueType::Unknown;
    Verdict verdict;
    QString what; ///< "are CBOR maps"
    Compression compression = Compression::None;
    ByteOrder order = ByteOrder::BigEndian; ///< of a Timestamp
    std::vector<ValueType> others {}; ///< that explain the values as well, likelier ones first

    bool isKnown() const { return type != ValueType::Unknown || compression != Compression::None; }
};

using Values = std::vector<QByteArrayView>;

/// The value type that explains the values best, none of which is empty; Unknown where none does.
ValueGuess guessValue(const Values &values);

} // namespace slotscope::core::inference
