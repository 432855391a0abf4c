// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/keyreading.h"

namespace slotscope::core {

namespace {

void addKey(TxnRequest &request, const QByteArray &key, Revision revision)
{
    request.success.push_back({RangeRequest {.range = KeyRange::single(key), .revision = revision}});
}

} // namespace

TxnRequest readingOf(std::span<const QByteArray> keys, Revision revision)
{
    TxnRequest request;
    for (const QByteArray &key : keys)
        addKey(request, key, revision);
    return request;
}

TxnRequest readingOf(std::span<const Change> changes, Revision revision)
{
    TxnRequest request;
    for (const Change &change : changes)
        addKey(request, change.key, revision);
    return request;
}

KeyState stateIn(const ResponseOp &response)
{
    const auto *range = std::get_if<RangeReply>(&response.response);
    return !range || range->kvs.empty() ? KeyState::absent() : KeyState::of(range->kvs.front());
}

std::vector<KeyState> statesIn(const TxnReply &reply)
{
    std::vector<KeyState> states;
    states.reserve(reply.responses.size());
    for (const ResponseOp &response : reply.responses)
        states.push_back(stateIn(response));
    return states;
}

KeyState stateAfter(const Event &event)
{
    return event.type == EventType::Delete ? KeyState::absent() : KeyState::of(event.kv);
}

} // namespace slotscope::core
