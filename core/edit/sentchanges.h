// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes that were sent in a transaction whose answer is not known: how to tell from the keys whether it was
// carried out, and what is left to do once it is known that it was.
#pragma once

#include "core/edit/change.h"

#include <span>

namespace slotscope::core {

/// Whether the key is as the change would leave it, by a revision newer than what it was made on.
bool looksApplied(const Change &sent, const KeyState &state);

/// What is seen of a transaction in its keys. One transaction writes all of them at one revision; so that is
/// what tells it from other writers. Who writes the very same bytes to all of these keys at once cannot be
/// told apart; but then they are there.
struct Traces
{
    bool applied = true; ///< all keys are as sent, those that exist by one revision
    bool untouched = true; ///< all keys are as they were
    /// That revision; nothing where all of it were deletions: they leave none behind.
    std::optional<Revision> written {};
};
/// `states`: of the changes' keys, in their order.
Traces tracesOf(std::span<const Change> sent, std::span<const KeyState> states);
/// The same of the keys as they were at some revision: whether it is that of the transaction.
bool wasWrittenAt(Revision revision, std::span<const Change> sent, std::span<const KeyState> states);

/// What is left of a staged change once `sent`, as it was staged, has made its key `committed` at this
/// revision: what was edited further since, made on that. Nothing: it is done.
std::optional<Change> restOf(const Change &staged, const Change &sent, const KeyState &committed,
                             Revision at);

} // namespace slotscope::core
