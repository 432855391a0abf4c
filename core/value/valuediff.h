// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/value/valuepath.h"

namespace slotscope::core {

/// One place where two values differ; absent (no value) on one side where it was added or removed.
struct ValueDifference
{
    ValuePath path; ///< in the version that has it; of an item in both, where it is afterwards
    std::optional<Value> before;
    std::optional<Value> after;
};

struct ValueDifferences
{
    std::vector<ValueDifference>
        list; ///< the first of them, in the order of the new value, what is gone last
    size_t count = 0; ///< of all
};

enum class DiffDepth {
    Maps, ///< lists are compared as a whole
    Everything,
};

/// Where two values differ in meaning, as deep down as it can be told. In lists what is equal at the
/// beginning and at the end stays out of it. None where they differ in the order of map members alone.
ValueDifferences differencesOf(const Value &before, const Value &after, DiffDepth depth, size_t most);
/// Of a value that comes or goes as a whole: its members, or itself where it has none.
ValueDifferences partsOf(const Value &value, bool comes, size_t most);

} // namespace slotscope::core
