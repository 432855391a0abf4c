// SPDX-License-Identifier: GPL-3.0-or-later
//
// Single keys read in one transaction, and what is told of each.
#pragma once

#include "core/edit/change.h"

#include <span>

namespace slotscope::core {

/// Keys that are read at once: below what any etcd takes in one transaction.
constexpr size_t KeysPerRead = 64;

/// Reads each of the keys, at one revision (0: now). The replies come in the same order.
TxnRequest readingOf(std::span<const QByteArray> keys, Revision revision = {});
TxnRequest readingOf(std::span<const Change> changes, Revision revision = {});

/// The key of such a reading.
KeyState stateIn(const ResponseOp &response);
std::vector<KeyState> statesIn(const TxnReply &reply);
/// The key behind the event.
KeyState stateAfter(const Event &event);

} // namespace slotscope::core
