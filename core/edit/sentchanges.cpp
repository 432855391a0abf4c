// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/sentchanges.h"

namespace slotscope::core {

namespace {

bool hasLeaseOf(const Change &sent, const KeyState &state)
{
    switch (sent.lease.kind) {
    case LeaseChoice::Kind::Keep:
        break;
    case LeaseChoice::Kind::None:
        return state.lease.value == 0;
    case LeaseChoice::Kind::Existing:
        return state.lease == sent.lease.lease;
    case LeaseChoice::Kind::New: // which one was granted is not known any more
        return state.lease.value != 0 && state.lease != sent.base.lease;
    }
    return true;
}

} // namespace

bool looksApplied(const Change &sent, const KeyState &state)
{
    if (sent.kind == Change::Kind::Delete)
        return !state.exists;
    return state.exists && state.value == sent.value && hasLeaseOf(sent, state)
        && state.modRevision > sent.base.modRevision;
}

Traces tracesOf(std::span<const Change> sent, std::span<const KeyState> states)
{
    Traces traces;
    for (size_t i = 0; i < sent.size(); ++i) {
        const KeyState &now = states[i];
        traces.applied = traces.applied && looksApplied(sent[i], now);
        traces.untouched = traces.untouched && now.modRevision == sent[i].base.modRevision;
        if (now.exists) {
            traces.applied = traces.applied && (!traces.written || *traces.written == now.modRevision);
            traces.written = now.modRevision;
        }
    }
    return traces;
}

bool wasWrittenAt(Revision revision, std::span<const Change> sent, std::span<const KeyState> states)
{
    for (size_t i = 0; i < sent.size(); ++i) {
        if (!looksApplied(sent[i], states[i]) || (states[i].exists && states[i].modRevision != revision))
            return false;
    }
    return true;
}

std::optional<Change> restOf(const Change &staged, const Change &sent, const KeyState &committed, Revision at)
{
    if (staged.base.modRevision >= at)
        return staged; // made on what came of it, or on something later
    const bool sameLease = staged.lease == sent.lease;
    if (staged.kind == sent.kind && staged.value == sent.value && sameLease)
        return std::nullopt;
    Change rest = staged;
    rest.base = committed;
    rest.conflict.reset();
    if (rest.kind != Change::Kind::Delete)
        rest.kind = committed.exists ? Change::Kind::Update : Change::Kind::Insert;
    if (sameLease)
        rest.lease = {}; // it has that now; a new one would be granted once more
    return isNothing(rest) ? std::nullopt : std::optional(rest);
}

} // namespace slotscope::core
