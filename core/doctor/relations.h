// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/indexcheck.h"
#include "core/doctor/relationfinder.h"
#include "core/table/slotdirectory.h"

#include <vector>

namespace slotscope::core {

/// The slots of a database that hold records of tables, as the finder wants to know them.
std::vector<SlotForRelations> slotsForRelations(const SlotDirectory &directory);

/// The indexes of a database: those that its schema declares, and of the found ones those about which the
/// schema says nothing. Declared ones whose slots are not in the database are left out.
std::vector<IndexInDatabase> indexesOf(const SlotDirectory &directory, const Schema &schema,
                                       const std::vector<FoundRelation> &found);

} // namespace slotscope::core
