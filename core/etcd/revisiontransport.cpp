// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/revisiontransport.h"

#include <QTimer>

#include <algorithm>
#include <chrono>

namespace slotscope::core {

namespace {

/// As often as etcd says so of a watch that has nothing to tell.
constexpr std::chrono::minutes ProgressInterval(10);

/// A watch on which nothing happens any more.
class StillStream final : public WatchStream
{
public:
    StillStream(const ResponseHeader &header, const std::vector<WatchCreateRequest> &requests)
    {
        QTimer::singleShot(0, this, [this, header, requests] {
            for (const WatchCreateRequest &request : requests)
                Q_EMIT received({.header = header, .watchId = request.watchId, .created = true});
        });
        auto *progress = new QTimer(this);
        progress->setInterval(ProgressInterval);
        connect(progress, &QTimer::timeout, this, [this, header, requests] {
            for (const WatchCreateRequest &request : requests)
                Q_EMIT received({.header = header, .watchId = request.watchId});
        });
        progress->start();
    }

    bool isKnownAlive() const override { return true; }
};

template <typename T>
Call<T> refused()
{
    return finishedCall<T>(Unexpected {Error {.kind = ErrorKind::ReadOnly,
                                              .detail = QStringLiteral("the past cannot be written"),
                                              .neverSent = true}});
}

void pin(std::vector<RequestOp> *operations, Revision revision)
{
    for (RequestOp &operation : *operations) {
        if (auto *range = std::get_if<RangeRequest>(&operation.request)) {
            if (range->revision.value == 0)
                range->revision = revision;
        } else if (auto *txn = std::get_if<TxnRequest>(&operation.request)) {
            pin(&txn->success, revision);
            pin(&txn->failure, revision);
        }
    }
}

} // namespace

RevisionTransport::RevisionTransport(std::unique_ptr<Transport> transport, Revision revision)
    : m_transport(std::move(transport))
    , m_revision(revision)
{
    connect(m_transport.get(), &Transport::rightsChanged, this, &Transport::rightsChanged);
    connect(m_transport.get(), &Transport::memberLost, this, &Transport::memberLost);
}

/// The reply's header says the revision that was read, as that of a read of the newest one does.
template <typename T>
Call<T> RevisionTransport::at(Revision revision, const Call<T> &call)
{
    auto *state = new CallState<T>;
    state->setAbort([call] { call.cancel(); });
    call.then(state, [this, state, revision, guard = QPointer(this)](const Result<T> &result) {
        if (!guard)
            return;
        Result<T> changed = result;
        if (changed) {
            m_header = changed->header;
            changed->header.revision = revision;
        }
        state->complete(std::move(changed));
        if (!result && result.error().kind == ErrorKind::Compacted && revision == m_revision)
            Q_EMIT compacted();
    });
    return Call<T>(state);
}

Call<ServerVersion> RevisionTransport::detect()
{
    return m_transport->detect();
}

Call<RangeReply> RevisionTransport::range(const RangeRequest &request)
{
    RangeRequest pinned = request;
    if (pinned.revision.value == 0)
        pinned.revision = m_revision;
    return at(pinned.revision, m_transport->range(pinned));
}

Call<RowsReply> RevisionTransport::rows(const RangeRequest &request)
{
    RangeRequest pinned = request;
    if (pinned.revision.value == 0)
        pinned.revision = m_revision;
    return at(pinned.revision, m_transport->rows(pinned));
}

Call<PutReply> RevisionTransport::put(const PutRequest &)
{
    return refused<PutReply>();
}

Call<DeleteRangeReply> RevisionTransport::deleteRange(const DeleteRangeRequest &)
{
    return refused<DeleteRangeReply>();
}

Call<TxnReply> RevisionTransport::txn(const TxnRequest &request)
{
    if (!readsOnly(request))
        return refused<TxnReply>();
    TxnRequest pinned = request;
    pin(&pinned.success, m_revision);
    pin(&pinned.failure, m_revision);
    return at(m_revision, m_transport->txn(pinned));
}

Call<Nothing> RevisionTransport::compact(const CompactionRequest &)
{
    return refused<Nothing>();
}

Call<StatusReply> RevisionTransport::status()
{
    return at(m_revision, m_transport->status());
}

Call<LeaseGrantReply> RevisionTransport::leaseGrant(const LeaseGrantRequest &)
{
    return refused<LeaseGrantReply>();
}

Call<Nothing> RevisionTransport::leaseRevoke(LeaseId)
{
    return refused<Nothing>();
}

Call<LeaseTimeToLiveReply> RevisionTransport::leaseTimeToLive(LeaseId lease, bool keys)
{
    return m_transport->leaseTimeToLive(lease, keys);
}

Call<LeaseLeasesReply> RevisionTransport::leaseLeases()
{
    return m_transport->leaseLeases();
}

std::unique_ptr<WatchStream> RevisionTransport::watch(const std::vector<WatchCreateRequest> &requests)
{
    // Events that are asked for from earlier on are history, which is there.
    const bool isHistory =
        std::any_of(requests.cbegin(), requests.cend(), [this](const WatchCreateRequest &request) {
            // A Watch, which asks for progress, begins one revision earlier than it tells of.
            const Revision last(m_revision.value - (request.progressNotify ? 1 : 0));
            return request.startRevision.value > 0 && request.startRevision <= last;
        });
    if (isHistory)
        return m_transport->watch(requests);
    ResponseHeader header = m_header;
    header.revision = m_revision;
    return std::make_unique<StillStream>(header, requests);
}

} // namespace slotscope::core
