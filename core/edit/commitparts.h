// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/commitplan.h"

namespace slotscope::core {

/// How more than one transaction takes is committed one part after the other.
struct PartChoice
{
    std::vector<QByteArray> leaveOut; ///< staged keys that the first part is to go without
    std::vector<QByteArray>
        neverFit; ///< those among them that do not even fit alone, with what they bring along
};

/// Chooses a first part of what is not left out: in the order of staging whatever still fits. The halves of a
/// rename, and changes from which the same index entry follows, stay together; the guards go with every part.
PartChoice choosePart(const std::vector<Change> &changes, const std::vector<DerivedChange> &derived,
                      const std::vector<Guard> &guards, const TxnLimits &limits);

} // namespace slotscope::core
