// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the pickle codec's reading of numpy's scalars.
#pragma once

#include "core/codec/pickle/pickleclasses.h"

namespace slotscope::core::pickle {

inline constexpr qsizetype CodepointSize = 4;

/// numpy's own description of a scalar: `f8`, `<` or `>`, and the unit of times.
struct ScalarType
{
    char kind = 0;
    qsizetype size = 0; ///< of U in code points
    bool bigEndian = false;
    QString unit {}; ///< of M and m
    qint64 step = 1; ///< so many units are counted as one

    qsizetype bytes() const { return kind == 'U' ? size * CodepointSize : size; }
    QString unitText() const { return step == 1 ? unit : QString::number(step) + unit; }
};

// picklenumpytimes.cpp: numbers of units as points in time and spans, and back. Nothing where the unit cannot
// hold the value exactly.
Value momentIn(qint64 count, const ScalarType &type);
std::optional<qint64> momentCount(const Value &now, const ScalarType &type);
Value spanIn(qint64 count, const ScalarType &type);
std::optional<qint64> spanCount(const Value &now, const ScalarType &type);

} // namespace slotscope::core::pickle
