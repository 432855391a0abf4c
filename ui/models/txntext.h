// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/etcdctlscript.h"

namespace slotscope::ui {

/// A transaction to be read by people: its compares, its operations, and what is done else. Keys are said in
/// words and as bytes; of long values the beginning. Nothing here needs the UI thread.
QString txnText(const core::TxnRequest &request, const core::TxnScriptOptions &options);

} // namespace slotscope::ui
