// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is told of loading a table, and of one that is loaded in part.
#pragma once

#include "core/table/livetable.h"

#include <QString>

namespace slotscope::ui {

/// `Loading: 120,000 of 300,000 records · 36 MB · 22 MB/s · 6 s left`; as much of it as is known.
QString loadingText(const core::LiveTable &table);
/// `The first 100,000 of 300,000 records are shown, in the order of their keys.`, and why it is that part.
/// `what` holds them: a slot, a folder. `server`: how it is called in errors. Empty for a table that is
/// whole.
QString partText(const core::LiveTable &table, const QString &what, const QString &server);
/// What came in the way, as the beginning of a sentence or two; empty: nothing did.
QString interruptionText(const core::LiveTable &table, const QString &server);

} // namespace slotscope::ui
