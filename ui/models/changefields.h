// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/changesummary.h"

namespace slotscope::ui {

/// One field that a change makes different, in words.
struct FieldLine
{
    QString field; ///< its path; empty: the record as a whole
    QString change;
    QString tooltip; ///< the same with longer texts, as before and after
};

/// What a change does to a record, field by field: of an update what becomes different, else what comes or
/// goes. A last line counts what would be too much to list. Nothing here needs the UI thread.
std::vector<FieldLine> fieldLines(const core::SlotCodec &codec, const core::Change &change);

} // namespace slotscope::ui
