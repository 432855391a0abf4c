// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/transport.h"

namespace slotscope::core {

Call<RowsReply> Transport::rows(const RangeRequest &request)
{
    auto *state = new CallState<RowsReply>;
    const Call<RangeReply> call = range(request);
    state->setAbort([call] { call.cancel(); });
    call.then(state, [state](const Result<RangeReply> &reply) {
        if (reply)
            state->complete(rowsOf(*reply));
        else
            state->fail(reply.error());
    });
    return Call<RowsReply>(state);
}

} // namespace slotscope::core
