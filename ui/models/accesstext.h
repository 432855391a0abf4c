// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/etcd/accessrights.h"
#include "ui/models/changesummary.h"

namespace slotscope::core {
class SlotDirectory;
}

namespace slotscope::ui {

/// A range as people call it: names of tables, `/config/…`, a single key, `from a up to b`.
QString rangeText(const core::KeyRange &range, const core::SlotDirectory *directory = nullptr);
/// What the user may read, in a sentence; empty where there are no limits.
QString rightsText(const core::AccessRights &rights, const core::SlotDirectory *directory = nullptr);
/// Why nothing is seen of a table or folder that the user may not read, or not all of; empty where all of it
/// may be read.
QString unreadableText(const core::AccessRights &rights, const core::KeyRange &range,
                       const core::SlotDirectory *directory = nullptr);
/// Which of the changes the user may not write, in a sentence; empty where the rights do not tell.
QString refusedText(const core::AccessRights &rights, const std::vector<core::Change> &changes,
                    const KeyResolver &resolver);

} // namespace slotscope::ui
