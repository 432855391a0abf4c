// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/commitplan.h"
#include "ui/models/changesummary.h"

namespace slotscope::ui {

/// What a plan writes, for somebody who is to agree to it.
struct CommitSummary
{
    QString text; ///< counts for each table, leases, the first keys; a few lines
    QString detail; ///< a line for each key
};

CommitSummary summaryOf(const core::CommitPlan &plan, const KeyResolver &resolver);

} // namespace slotscope::ui
