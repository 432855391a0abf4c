// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/change.h"
#include "core/etcd/leasebook.h"

#include <QString>

namespace slotscope::ui {

/// As etcdctl prints it: sixteen hexadecimal digits.
QString leaseIdText(core::LeaseId lease);
/// `10 minutes`, in the largest unit that says it exactly.
QString durationText(std::chrono::seconds duration);
/// `4 min 3 s left`, `expired`; of leases that are not looked up yet nothing.
QString remainingText(const std::optional<core::LeaseBook::Info> &info);
/// What is staged: `no lease`, `new, 10 minutes`; empty where it is kept.
QString leaseChoiceText(const core::LeaseChoice &choice);

} // namespace slotscope::ui
