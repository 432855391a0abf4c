// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to ValueMerge: lists and sets that two people changed.
#pragma once

#include "core/value/value.h"

#include <functional>

namespace slotscope::core {

/// What somebody did to a list. Where equal items leave open what it was, it is taken to be all of it.
class ListChange
{
public:
    ListChange(const ValueList &base, const ValueList &now);

    /// No item has come, gone or moved: those in changed() were changed where they are.
    bool isInPlace() const { return m_inPlace; }
    /// The places of the items that are others now, ascending; only of a list that has kept its length.
    const std::vector<size_t> &changed() const { return m_changed; }
    /// With an item that neither changed between what both did.
    bool isApartFrom(const ListChange &other) const;
    /// The list of `other` with this change, too, which is apart from it; what comes from `now` by `made`.
    ValueList appliedTo(const ListChange &other, const ValueList &now, const ValueList &others,
                        const std::function<Value(const Value &)> &made) const;

private:
    qsizetype growth() const { return m_nowEnd - m_baseEnd; }

    bool m_inPlace = false;
    std::vector<size_t> m_changed;
    // What may be concerned, in the base.
    qsizetype m_first = 0;
    qsizetype m_last = 0;
    // [m_begin, m_baseEnd) of the base has become [m_begin, m_nowEnd).
    qsizetype m_begin = 0;
    qsizetype m_baseEnd = 0;
    qsizetype m_nowEnd = 0;
};

/// Theirs without what I removed, and with what I added.
Value joinedSets(const Value &base, const Value &mine, const Value &theirs);

/// Whether more than half of what an item holds is still there, so that it was changed rather than replaced.
bool isMostlyKept(const Value &before, const Value &now);

} // namespace slotscope::core
