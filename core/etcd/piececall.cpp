// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/piececall.h"

#include <QTimer>

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qint64 Fewer = 8; // times
/// Until it is tried again whether there is room for a single row.
constexpr std::chrono::milliseconds Pause {100};

/// Attempts end with `attempts`, a child of the state.
void attempt(const QPointer<Client> &client, const RangeRequest &request, CallState<RowsReply> *state,
             QObject *attempts)
{
    if (!client)
        return state->fail({.kind = ErrorKind::Cancelled});
    client->rows(request).then(attempts, [=](const Result<RowsReply> &reply) {
        if (reply && reply->more && reply->rows == 0)
            return state->fail(
                {.kind = ErrorKind::Protocol, .detail = QStringLiteral("more rows are said to follow none")});
        if (reply || reply.error().kind != ErrorKind::TooLarge)
            return state->complete(reply);
        RangeRequest next = request;
        if (request.limit != 1) {
            next.limit = std::max<qint64>(1, request.limit / Fewer);
            return attempt(client, next, state, attempts);
        }
        // One row is too much only beside what else has come, unless the server itself finds it so.
        if (reply.error().grpcCode >= 0)
            return state->complete(reply);
        QTimer::singleShot(Pause, attempts, [=] { attempt(client, next, state, attempts); });
    });
}

} // namespace

Call<RowsReply> readPiece(Client *client, const RangePlan::Piece &piece, Revision revision)
{
    auto *state = new CallState<RowsReply>;
    auto *attempts = new QObject(state);
    state->setAbort([attempts] { delete attempts; });
    attempt(client, {.range = piece.range, .limit = piece.limit, .revision = revision}, state, attempts);
    return Call<RowsReply>(state);
}

RangePlan::Outcome outcomeOf(const RowsReply &reply)
{
    return {.rows = reply.rows,
            .bytes = reply.bytes,
            .more = reply.more,
            .count = reply.count,
            .firstKey = reply.rows > 0 ? reply.firstKey() : QByteArray(),
            .lastKey = reply.rows > 0 ? reply.lastKey() : QByteArray()};
}

} // namespace slotscope::core
