// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/doctor/indexcheck.h"

#include <QString>

namespace slotscope::core {
class SlotDirectory;
}

namespace slotscope::ui {

/// The key of a record on one line; `tableKey`: without its slot number.
QString tableKeyText(const core::SlotDirectory &directory, core::Slot table, const QByteArray &tableKey);
/// What is wrong, in a sentence without its end: `leads to 35792947-…, which does not exist`.
QString faultText(const core::IndexFault &fault, const core::SlotDirectory &directory);

} // namespace slotscope::ui
