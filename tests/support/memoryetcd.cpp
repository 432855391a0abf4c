// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/memoryetcd.h"

#include <algorithm>

namespace slotscope::test {

using namespace core;

namespace {

constexpr size_t MostOperations = 128; // etcd's default of --max-txn-ops

Error networkError()
{
    return {.kind = ErrorKind::Network, .detail = QStringLiteral("connection refused")};
}

Error leaseNotFound()
{
    return {.kind = ErrorKind::NotFound,
            .grpcCode = 5,
            .detail = QStringLiteral("etcdserver: requested lease not found")};
}

bool isWrite(const TxnRequest &request)
{
    return std::any_of(request.success.cbegin(), request.success.cend(), [](const RequestOp &operation) {
        return !std::holds_alternative<RangeRequest>(operation.request);
    });
}

} // namespace

/// One watch connection.
class MemoryWatchStream : public WatchStream
{
public:
    MemoryWatchStream(MemoryEtcd *etcd, std::vector<WatchCreateRequest> requests)
        : m_etcd(etcd)
        , m_requests(std::move(requests))
    {
    }

    void start()
    {
        for (const WatchCreateRequest &request : m_requests) {
            Q_EMIT received({.header = m_etcd->header(), .watchId = request.watchId, .created = true});
            const qint64 compacted = m_etcd->m_forgetful ? m_etcd->m_revision : m_etcd->m_compacted;
            if (m_etcd->m_forgetful
                || (request.startRevision.value != 0 && request.startRevision.value < compacted)) {
                Q_EMIT received({.header = m_etcd->header(),
                                 .watchId = request.watchId,
                                 .canceled = true,
                                 .compactRevision = Revision(compacted)});
                continue;
            }
            send(request, m_etcd->m_history);
        }
        m_started = true;
    }
    void take(const std::vector<Event> &events)
    {
        if (!m_started)
            return; // the replay at the start brings them
        for (const WatchCreateRequest &request : m_requests)
            send(request, events);
    }
    void end() { Q_EMIT ended(networkError()); }

private:
    void send(const WatchCreateRequest &request, const std::vector<Event> &events)
    {
        WatchReply reply {.header = m_etcd->header(), .watchId = request.watchId};
        for (const Event &event : events) {
            if (event.kv.modRevision >= request.startRevision && request.range.contains(event.kv.key))
                reply.events.push_back(event);
        }
        if (!reply.events.empty())
            Q_EMIT received(reply);
    }

    MemoryEtcd *m_etcd;
    std::vector<WatchCreateRequest> m_requests;
    bool m_started = false;
};

class MemoryTransport : public Transport
{
public:
    explicit MemoryTransport(MemoryEtcd *etcd)
        : m_etcd(etcd)
    {
    }

    template <typename Reply, typename Make>
    Call<Reply> answer(Make make)
    {
        auto *state = new CallState<Reply>;
        ++m_etcd->m_requests;
        m_etcd->later([this, state = QPointer(state), make = std::move(make)] {
            if (!state)
                return;
            if (m_etcd->m_away) {
                state->complete(Unexpected {networkError()});
                return;
            }
            Error error;
            error.kind = ErrorKind::Cancelled; // stands for "none"
            Reply reply = make(&error);
            if (error.kind != ErrorKind::Cancelled)
                state->complete(Unexpected {error});
            else
                state->complete(std::move(reply));
        });
        return Call<Reply>(state);
    }

    Call<ServerVersion> detect() override
    {
        return answer<ServerVersion>([](Error *) {
            return ServerVersion {QStringLiteral("3.4.23"), QStringLiteral("3.4.0")};
        });
    }
    Call<RangeReply> range(const RangeRequest &request) override
    {
        return answer<RangeReply>([this, request](Error *error) { return m_etcd->range(request, error); });
    }
    Call<PutReply> put(const PutRequest &request) override
    {
        return answer<PutReply>([this, request](Error *) {
            m_etcd->put(request.key, request.value, request.lease);
            return PutReply {m_etcd->header(), {}};
        });
    }
    Call<DeleteRangeReply> deleteRange(const DeleteRangeRequest &request) override
    {
        return answer<DeleteRangeReply>([this, request](Error *error) {
            const TxnReply reply = m_etcd->txn({.success = {{request}}}, error);
            return std::get<DeleteRangeReply>(reply.responses.at(0).response);
        });
    }
    Call<TxnReply> txn(const TxnRequest &request) override
    {
        return answer<TxnReply>([this, request](Error *error) {
            if (std::max({request.compare.size(), request.success.size(), request.failure.size()})
                > MostOperations) {
                *error = {.kind = ErrorKind::TooManyOperations, .grpcCode = 3};
                return TxnReply();
            }
            for (const RequestOp &operation : request.success) {
                const auto *put = std::get_if<PutRequest>(&operation.request);
                if (put && put->lease.value != 0 && !m_etcd->m_leases.contains(put->lease.value)) {
                    *error = leaseNotFound();
                    return TxnReply();
                }
            }
            return m_etcd->txn(request, error);
        });
    }
    Call<Nothing> compact(const CompactionRequest &request) override
    {
        return answer<Nothing>([this, request](Error *error) {
            if (request.revision.value > m_etcd->m_revision)
                *error = {.kind = ErrorKind::FutureRevision};
            else if (request.revision.value <= m_etcd->m_compacted)
                *error = {.kind = ErrorKind::Compacted};
            else
                m_etcd->compact(request.revision);
            return Nothing();
        });
    }
    Call<StatusReply> status() override
    {
        return answer<StatusReply>([this](Error *error) {
            ++m_etcd->m_statusRequests;
            if (m_etcd->m_refusedStatuses > 0) {
                --m_etcd->m_refusedStatuses;
                *error = m_etcd->m_refuseStatus;
            }
            return StatusReply {.header = m_etcd->header(), .version = QStringLiteral("3.4.23")};
        });
    }
    Call<LeaseGrantReply> leaseGrant(const LeaseGrantRequest &request) override
    {
        return answer<LeaseGrantReply>(
            [this, request](Error *error) { return m_etcd->grant(request, error); });
    }
    Call<Nothing> leaseRevoke(LeaseId lease) override
    {
        return answer<Nothing>([this, lease](Error *error) {
            if (!m_etcd->endLease(lease))
                *error = leaseNotFound();
            return Nothing();
        });
    }
    Call<LeaseTimeToLiveReply> leaseTimeToLive(LeaseId lease, bool keys) override
    {
        return answer<LeaseTimeToLiveReply>(
            [this, lease, keys](Error *) { return m_etcd->timeToLive(lease, keys); });
    }
    Call<LeaseLeasesReply> leaseLeases() override
    {
        return answer<LeaseLeasesReply>([this](Error *) {
            return LeaseLeasesReply {m_etcd->header(), m_etcd->leases()};
        });
    }
    std::unique_ptr<WatchStream> watch(const std::vector<WatchCreateRequest> &requests) override
    {
        auto stream = std::make_unique<MemoryWatchStream>(m_etcd, requests);
        m_etcd->m_streams.emplace_back(stream.get());
        m_etcd->later([etcd = m_etcd, stream = QPointer(stream.get())] {
            if (!stream)
                return;
            if (etcd->m_away)
                stream->end();
            else
                stream->start();
        });
        return stream;
    }

private:
    MemoryEtcd *m_etcd;
};

MemoryEtcd::MemoryEtcd() = default;
MemoryEtcd::~MemoryEtcd() = default;

std::unique_ptr<Transport> MemoryEtcd::transport()
{
    return std::make_unique<MemoryTransport>(this);
}

ResponseHeader MemoryEtcd::header() const
{
    return {
        .clusterId = 14841639068965178418U, .memberId = 1, .revision = Revision(m_revision), .raftTerm = 2};
}

void MemoryEtcd::later(std::function<void()> reply)
{
    if (m_hold) {
        m_held.push_back(std::move(reply));
        return;
    }
    if (m_beforeLate >= 0 && m_beforeLate-- == 0) {
        m_late = std::move(reply);
        return;
    }
    QMetaObject::invokeMethod(&m_context, std::move(reply), Qt::QueuedConnection);
    if (m_late && --m_othersThanLate == 0)
        QMetaObject::invokeMethod(&m_context, std::exchange(m_late, {}), Qt::QueuedConnection);
}

void MemoryEtcd::holdReplies(bool hold)
{
    m_hold = hold;
    if (hold)
        return;
    for (auto &reply : std::exchange(m_held, {}))
        later(std::move(reply));
}

void MemoryEtcd::setAway(bool away)
{
    m_away = away;
    if (!away)
        return;
    for (const QPointer<QObject> &stream : std::exchange(m_streams, {})) {
        if (stream)
            static_cast<MemoryWatchStream *>(stream.data())->end();
    }
}

RangeReply MemoryEtcd::range(const RangeRequest &request, Error *error) const
{
    RangeReply reply {.header = header()};
    std::map<QByteArray, KeyValue> then;
    const std::map<QByteArray, KeyValue> *keys = &m_keys;
    if (request.revision.value > m_revision) {
        *error = {.kind = ErrorKind::FutureRevision};
        return reply;
    }
    if (request.revision.value != 0 && request.revision.value < m_compacted) {
        *error = {.kind = ErrorKind::Compacted};
        return reply;
    }
    if (request.revision.value != 0 && request.revision.value != m_revision) {
        for (const Event &event : m_history) {
            if (event.kv.modRevision > request.revision)
                break;
            if (event.type == EventType::Delete)
                then.erase(event.kv.key);
            else
                then[event.kv.key] = event.kv;
        }
        keys = &then;
    }
    for (auto it = keys->lower_bound(request.range.begin); it != keys->cend(); ++it) {
        if (!request.range.contains(it->first))
            break;
        ++reply.count;
        if (request.countOnly)
            continue;
        if (request.limit > 0 && static_cast<qint64>(reply.kvs.size()) >= request.limit) {
            reply.more = true;
            continue;
        }
        reply.kvs.push_back(it->second);
        if (request.keysOnly)
            reply.kvs.back().value.clear();
    }
    return reply;
}

bool MemoryEtcd::holds(const Compare &compare) const
{
    const auto it = m_keys.find(compare.range.begin);
    const KeyValue kv = it == m_keys.cend() ? KeyValue() : it->second;
    qint64 number = kv.modRevision.value;
    if (compare.target == CompareTarget::Version)
        number = kv.version;
    else if (compare.target == CompareTarget::CreateRevision)
        number = kv.createRevision.value;
    Q_ASSERT(compare.target != CompareTarget::Value && compare.target != CompareTarget::Lease);
    switch (compare.result) {
    case CompareResult::Equal:
        return number == compare.number;
    case CompareResult::NotEqual:
        return number != compare.number;
    case CompareResult::Greater:
        return number > compare.number;
    case CompareResult::Less:
        return number < compare.number;
    }
    return false;
}

void MemoryEtcd::apply(const std::vector<RequestOp> &operations, qint64 revision, std::vector<Event> *events,
                       std::vector<ResponseOp> *responses, Error *error)
{
    for (const RequestOp &operation : operations) {
        if (const auto *get = std::get_if<RangeRequest>(&operation.request)) {
            responses->push_back({range(*get, error)});
        } else if (const auto *write = std::get_if<PutRequest>(&operation.request)) {
            const auto known = m_keys.find(write->key);
            KeyValue kv {
                .key = write->key,
                .value = write->value,
                .createRevision = known == m_keys.end() ? Revision(revision) : known->second.createRevision,
                .modRevision = Revision(revision),
                .version = known == m_keys.end() ? 1 : known->second.version + 1,
                .lease = write->ignoreLease && known != m_keys.end() ? known->second.lease : write->lease};
            m_keys[kv.key] = kv;
            events->push_back({.type = EventType::Put, .kv = kv});
            responses->push_back({PutReply()});
        } else if (const auto *remove = std::get_if<DeleteRangeRequest>(&operation.request)) {
            DeleteRangeReply reply;
            for (auto it = m_keys.lower_bound(remove->range.begin);
                 it != m_keys.end() && remove->range.contains(it->first);) {
                events->push_back(
                    {.type = EventType::Delete, .kv = {.key = it->first, .modRevision = Revision(revision)}});
                it = m_keys.erase(it);
                ++reply.deleted;
            }
            responses->push_back({reply});
        }
    }
}

TxnReply MemoryEtcd::txn(const TxnRequest &request, Error *error)
{
    TxnReply reply;
    if (m_refuseTxn) {
        *error = *std::exchange(m_refuseTxn, {});
        if (std::exchange(m_awayAfterLoss, false))
            setAway(true);
        return reply;
    }
    reply.succeeded = std::all_of(request.compare.cbegin(), request.compare.cend(),
                                  [this](const Compare &compare) { return holds(compare); });
    std::vector<Event> events;
    apply(reply.succeeded ? request.success : request.failure, m_revision + 1, &events, &reply.responses,
          error);
    if (!events.empty())
        ++m_revision;
    reply.header = header();
    notify(events);
    if (m_loseWriteReply && isWrite(request)) {
        m_loseWriteReply = false;
        *error = {.kind = ErrorKind::Timeout, .detail = QStringLiteral("no answer")};
        if (std::exchange(m_awayAfterLoss, false))
            setAway(true);
    }
    if (const auto then = std::exchange(m_afterTxn, {}))
        then();
    return reply;
}

void MemoryEtcd::notify(const std::vector<Event> &events)
{
    if (events.empty())
        return;
    m_history.insert(m_history.end(), events.cbegin(), events.cend());
    std::erase(m_streams, nullptr);
    for (const QPointer<QObject> &stream : m_streams) {
        later([stream, events] {
            if (stream)
                static_cast<MemoryWatchStream *>(stream.data())->take(events);
        });
    }
}

Revision MemoryEtcd::write(const std::vector<std::pair<QByteArray, QByteArray>> &keys)
{
    TxnRequest request;
    for (const auto &[key, value] : keys) {
        if (value.isNull())
            request.success.push_back({DeleteRangeRequest {.range = KeyRange::single(key)}});
        else
            request.success.push_back({PutRequest {.key = key, .value = value}});
    }
    Error error;
    txn(request, &error);
    return revision();
}

Revision MemoryEtcd::put(const QByteArray &key, const QByteArray &value, LeaseId lease)
{
    Error error;
    if (lease.value != 0)
        m_leases.try_emplace(lease.value);
    txn({.success = {{PutRequest {.key = key, .value = value, .lease = lease}}}}, &error);
    return revision();
}

Revision MemoryEtcd::remove(const QByteArray &key)
{
    return write({{key, QByteArray()}});
}

LeaseGrantReply MemoryEtcd::grant(const LeaseGrantRequest &request, Error *error)
{
    const LeaseId id = request.id.value != 0 ? request.id : LeaseId(++m_lastLease);
    if (!m_leases.try_emplace(id.value, Lease {request.ttlSeconds, request.ttlSeconds}).second)
        *error = {.kind = ErrorKind::InvalidArgument,
                  .grpcCode = 9,
                  .detail = QStringLiteral("etcdserver: lease already exists")};
    return {header(), id, request.ttlSeconds};
}

bool MemoryEtcd::endLease(LeaseId lease)
{
    if (m_leases.erase(lease.value) == 0)
        return false;
    std::vector<std::pair<QByteArray, QByteArray>> gone;
    for (const auto &[key, kv] : m_keys) {
        if (kv.lease == lease)
            gone.emplace_back(key, QByteArray());
    }
    write(gone);
    return true;
}

LeaseTimeToLiveReply MemoryEtcd::timeToLive(LeaseId lease, bool keys) const
{
    LeaseTimeToLiveReply reply {header(), lease, -1, 0, {}};
    const auto known = m_leases.find(lease.value);
    if (known == m_leases.cend())
        return reply;
    reply.ttlSeconds = known->second.remaining;
    reply.grantedTtlSeconds = known->second.granted;
    for (const auto &[key, kv] : m_keys) {
        if (keys && kv.lease == lease)
            reply.keys.push_back(key);
    }
    return reply;
}

std::vector<LeaseId> MemoryEtcd::leases() const
{
    std::vector<LeaseId> leases;
    for (const auto &[id, lease] : m_leases)
        leases.emplace_back(id);
    return leases;
}

void MemoryEtcd::compact(Revision at)
{
    m_compacted = at.value;
    // What lies before can no longer be replayed; the keys as they were then stay readable.
    std::map<QByteArray, Event> then;
    std::vector<Event> later;
    for (const Event &event : m_history) {
        if (event.kv.modRevision > at)
            later.push_back(event);
        else if (event.type == EventType::Delete)
            then.erase(event.kv.key);
        else
            then[event.kv.key] = event;
    }
    m_history.clear();
    for (const auto &[key, event] : then)
        m_history.push_back(event);
    std::sort(m_history.begin(), m_history.end(),
              [](const Event &a, const Event &b) { return a.kv.modRevision < b.kv.modRevision; });
    m_history.insert(m_history.end(), later.cbegin(), later.cend());
}

} // namespace slotscope::test
