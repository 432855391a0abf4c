// SPDX-License-Identifier: GPL-3.0-or-later
//
// Versions of a record in words. Nothing here needs the UI thread.
#pragma once

#include "core/history/keyhistory.h"
#include "ui/models/changesummary.h"

namespace slotscope::ui {

/// What leads from one version to another, as if somebody had staged it. Null pointer: there is nothing, or
/// nothing is known of what was before.
core::Change changeBetween(const core::KeyVersion *before, const core::KeyVersion *after);
/// `created`, `changed`, `deleted`; `oldest retained` for a version of which it is not known.
QString versionKind(const core::KeyVersion *before, const core::KeyVersion &version);
/// What became different from the version before, field by field; of one that comes or goes its value.
QString versionText(const core::SlotCodec &codec, const core::KeyVersion *before,
                    const core::KeyVersion &version);
/// Where the history begins, in a sentence; empty where it is whole.
QString beginningText(const core::KeyHistory &history);

} // namespace slotscope::ui
