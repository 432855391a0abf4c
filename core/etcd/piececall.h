// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/client.h"
#include "core/etcd/rangeplan.h"

namespace slotscope::core {

/// Reads a piece of a range. Where its rows turn out to be larger than there is memory for at once, fewer of
/// them are asked for, and the reply says that there are more. A reply of which more is said to follow no
/// rows is a Protocol error.
Call<RowsReply> readPiece(Client *client, const RangePlan::Piece &piece, Revision revision);

/// What a plan is to know of it.
RangePlan::Outcome outcomeOf(const RowsReply &reply);

} // namespace slotscope::core
