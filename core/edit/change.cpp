// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/change.h"

namespace slotscope::core {

bool isNothing(const Change &change)
{
    if (change.conflict)
        return false;
    if (change.kind == Change::Kind::Delete)
        return !change.base.exists;
    const bool keepsLease = change.lease.kind == LeaseChoice::Kind::Keep
        || (change.lease.kind == LeaseChoice::Kind::None && change.base.lease.value == 0)
        || (change.lease.kind == LeaseChoice::Kind::Existing && change.lease.lease == change.base.lease);
    return change.base.exists && change.base.value == change.value && keepsLease;
}

} // namespace slotscope::core
