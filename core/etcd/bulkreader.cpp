// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/bulkreader.h"

#include "core/etcd/piececall.h"

namespace slotscope::core {

namespace {

/// More at once do not make it faster, but take connections from others where they cannot share one.
constexpr int MostAtOnce = 4;
/// Pieces that have come are kept while one before them has not; so many, and of so many bytes, so that
/// memory stays bounded.
constexpr size_t MostWaiting = 8;
constexpr qint64 MostWaitingBytes = 64LL * 1024 * 1024;

} // namespace

BulkReader::BulkReader(Client *client, Request request, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_request(std::move(request))
    , m_position(m_request.range.begin)
{
}

BulkReader::~BulkReader()
{
    m_isOver = true;
    m_countCall.cancel();
    for (const auto &[number, call] : m_calls)
        call.cancel();
}

void BulkReader::start()
{
    if (m_plan)
        return;
    if (m_request.expected < 0)
        count();
    else
        begin();
}

void BulkReader::count()
{
    m_countCall =
        m_client->range({.range = m_request.range, .revision = m_request.revision, .countOnly = true});
    m_countCall.then(this, [this](const Result<RangeReply> &reply) {
        if (!reply)
            return fail(reply.error());
        m_request.expected = reply->count;
        begin();
    });
}

void BulkReader::begin()
{
    m_plan = std::make_unique<RangePlan>(m_request.range, m_request.expected, m_request.nearFirst);
    pump();
}

void BulkReader::pump()
{
    // The first reply tells at which revision the others are to be read.
    const auto most = [this] { return m_request.revision.value == 0 ? 1 : MostAtOnce; };
    // With none under way, the next one is what all that wait are waiting for: the rest of a piece that had
    // more.
    const auto isRoom = [this] {
        return (m_waiting.size() < MostWaiting && m_waitingBytes < MostWaitingBytes)
            || m_plan->underWay() == 0;
    };
    while (!m_isOver && m_plan->underWay() < most() && isRoom()) {
        const auto piece = m_plan->next();
        if (!piece)
            return;
        ask(*piece);
    }
}

void BulkReader::ask(const RangePlan::Piece &piece)
{
    const auto call = readPiece(m_client, piece, m_request.revision);
    m_calls[piece.number] = call;
    call.then(this, [this, piece](const Result<RowsReply> &result) { take(piece, result); });
}

void BulkReader::take(const RangePlan::Piece &piece, const Result<RowsReply> &result)
{
    m_calls.erase(piece.number);
    if (m_isOver)
        return;
    if (!result)
        return fail(result.error());
    m_plan->take(piece.number, outcomeOf(*result));
    const bool isFirst = m_request.revision.value == 0;
    if (isFirst)
        m_request.revision = result->header.revision;
    m_waiting[piece.number] = {*result, result->more ? result->lastKey() + '\0' : piece.range.end};
    m_waitingBytes += result->bytes;
    pump(); // before the rows are told of, which takes a while

    const QPointer<BulkReader> alive(this);
    while (const quint64 number = m_plan->takeDelivered()) {
        const Waiting waiting = std::move(m_waiting.extract(number).mapped());
        m_waitingBytes -= waiting.reply.bytes;
        m_position = waiting.end;
        m_rows += waiting.reply.rows;
        m_request.expected = std::max(m_request.expected, m_rows);
        if (waiting.reply.rows > 0 || isFirst)
            Q_EMIT read(waiting.reply);
        if (!alive || m_isOver)
            return;
    }
    if (m_plan->isDone()) {
        m_isOver = true;
        m_request.expected = m_rows;
        Q_EMIT finished();
        return;
    }
    pump();
}

void BulkReader::fail(const Error &error)
{
    if (m_isOver)
        return;
    m_isOver = true;
    for (const auto &[number, call] : m_calls)
        call.cancel();
    Q_EMIT failed(error);
}

} // namespace slotscope::core
