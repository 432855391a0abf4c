// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/grantedtransport.h"

#include "core/base/onpool.h"

#include <QTimer>

#include <algorithm>

namespace slotscope::core {

namespace {

/// A watch that is over before it has begun.
class RefusedStream final : public WatchStream
{
public:
    explicit RefusedStream(const Error &error)
    {
        QTimer::singleShot(0, this, [this, error] { Q_EMIT ended(error); });
    }
};

Error nothingToRead(const QString &user)
{
    return {.kind = ErrorKind::PermissionDenied,
            .grpcCode = 7,
            .detail = QStringLiteral("the user “%1” may read nothing of it").arg(user)};
}

bool isBefore(const RangeRequest &request, const KeyValue &one, const KeyValue &other)
{
    const auto compare = [&](const KeyValue &left, const KeyValue &right) {
        switch (request.sortTarget) {
        case SortTarget::Version:
            return left.version < right.version;
        case SortTarget::CreateRevision:
            return left.createRevision < right.createRevision;
        case SortTarget::ModRevision:
            return left.modRevision < right.modRevision;
        case SortTarget::Value:
            return left.value < right.value;
        case SortTarget::Key:
            break;
        }
        return left.key < right.key;
    };
    return request.sortOrder == SortOrder::Descend ? compare(other, one) : compare(one, other);
}

/// Adds what a part of a range holds to what the parts before it did.
void append(RangeReply &whole, const RangeReply &part)
{
    whole.kvs.insert(whole.kvs.end(), part.kvs.cbegin(), part.kvs.cend());
    whole.count += part.count;
    whole.more = whole.more || part.more;
}

void append(RowsReply &whole, const RowsReply &part)
{
    whole.chunks.insert(whole.chunks.end(), part.chunks.cbegin(), part.chunks.cend());
    whole.rows += part.rows;
    whole.bytes += part.bytes;
    whole.count += part.count;
    whole.more = whole.more || part.more;
}

qint64 rowsIn(const RangeReply &reply)
{
    return std::ssize(reply.kvs);
}
qint64 rowsIn(const RowsReply &reply)
{
    return reply.rows;
}

/// No more than there may be of a reply that comes in one.
constexpr qint64 MostOfRows = 32LL * 1024 * 1024;

/// The parts that follow need only be counted: behind rows that are missing, others would hide that.
bool isEnough(const RangeReply &)
{
    return false;
}
bool isEnough(const RowsReply &reply)
{
    return reply.more || reply.bytes >= MostOfRows;
}

/// Of several parts.
Result<RowsReply> packed(RowsReply reply)
{
    reply.repack();
    return reply;
}

/// As the server would have answered for the range as a whole.
void arrange(RangeReply &whole, const RangeRequest &request)
{
    if (request.sortOrder != SortOrder::None)
        std::stable_sort(
            whole.kvs.begin(), whole.kvs.end(),
            [&request](const KeyValue &one, const KeyValue &other) { return isBefore(request, one, other); });
    if (request.limit > 0 && std::ssize(whole.kvs) > request.limit) {
        whole.kvs.resize(static_cast<std::size_t>(request.limit));
        whole.more = true;
    }
}

/// What is to be asked for instead. A single key that may not be read is left for the server to refuse,
/// unless it is only counted: what is staged on it would be taken for deleted.
std::vector<KeyRange> partsOf(const RangeRequest &request, const AccessRights &rights)
{
    if (request.range.end.isEmpty() && !request.countOnly)
        return {request.range};
    return rights.readable(request.range);
}

/// The reads of one branch of a transaction, divided.
struct DividedOps
{
    std::vector<RequestOp> ops;
    std::vector<std::size_t> parts; ///< of each operation that was given

    DividedOps(const std::vector<RequestOp> &given, const AccessRights &rights)
    {
        for (const RequestOp &op : given) {
            const auto *range = std::get_if<RangeRequest>(&op.request);
            const auto ranges = range ? partsOf(*range, rights) : std::vector<KeyRange>(1);
            parts.push_back(ranges.size());
            for (const KeyRange &part : ranges) {
                ops.push_back(op);
                if (range)
                    std::get<RangeRequest>(ops.back().request).range = part;
            }
        }
    }

    /// Back to as many replies as there were operations.
    std::vector<ResponseOp> joined(const std::vector<RequestOp> &given,
                                   const std::vector<ResponseOp> &responses) const
    {
        std::vector<ResponseOp> result;
        std::size_t next = 0;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const auto *range = std::get_if<RangeRequest>(&given[i].request);
            if (!range) {
                if (next < responses.size())
                    result.push_back(responses[next]);
                next += parts[i];
                continue;
            }
            RangeReply whole;
            for (std::size_t part = 0; part < parts[i] && next < responses.size(); ++part, ++next) {
                if (const auto *reply = std::get_if<RangeReply>(&responses[next].response)) {
                    whole.header = reply->header;
                    append(whole, *reply);
                }
            }
            arrange(whole, *range);
            result.push_back({std::move(whole)});
        }
        return result;
    }
};

} // namespace

/// One range in several parts, one after the other at the revision of the first. A child of its call's state.
template <typename Reply>
class GrantedTransport::DividedRange : public QObject
{
public:
    DividedRange(Transport *transport, const RangeRequest &request, std::vector<KeyRange> parts,
                 CallState<Reply> *state)
        : QObject(state)
        , m_transport(transport)
        , m_request(request)
        , m_parts(std::move(parts))
        , m_state(state)
    {
    }

    void next()
    {
        if (m_part == m_parts.size())
            return finish();
        if (!m_transport)
            return m_state->fail({.kind = ErrorKind::Cancelled});
        RangeRequest request = m_request;
        request.range = m_parts[m_part++];
        request.revision = m_revision.value > 0 ? m_revision : m_request.revision;
        // In the order of keys the first parts come first; else any key of any part may.
        const bool byKey = m_request.sortOrder == SortOrder::None
            || (m_request.sortOrder == SortOrder::Ascend && m_request.sortTarget == SortTarget::Key);
        if (m_request.limit > 0 && byKey) {
            request.limit = m_request.limit - rowsIn(m_whole);
            request.countOnly = request.countOnly || request.limit == 0;
        }
        request.countOnly = request.countOnly || isEnough(m_whole);
        ask(request).then(this, [this, request](const Result<Reply> &reply) {
            if (!reply)
                return m_state->fail(reply.error());
            if (m_revision.value == 0) {
                m_whole.header = reply->header;
                m_revision = request.revision.value > 0 ? request.revision : reply->header.revision;
            }
            m_filled += rowsIn(*reply) > 0 ? 1 : 0;
            append(m_whole, *reply);
            if (request.countOnly && !m_request.countOnly && reply->count > 0)
                m_whole.more = true;
            next();
        });
    }

private:
    Call<Reply> ask(const RangeRequest &request)
    {
        if constexpr (std::is_same_v<Reply, RowsReply>)
            return m_transport->rows(request);
        else
            return m_transport->range(request);
    }
    void finish()
    {
        if constexpr (std::is_same_v<Reply, RangeReply>)
            arrange(m_whole, m_request);
        else if (m_filled > 1)
            return completeOnPool(m_state, packed, std::move(m_whole));
        m_state->complete(std::move(m_whole));
    }

    QPointer<Transport> m_transport;
    RangeRequest m_request;
    std::vector<KeyRange> m_parts;
    CallState<Reply> *m_state;
    std::size_t m_part = 0;
    Revision m_revision;
    Reply m_whole;
    int m_filled = 0; // parts with rows
};

GrantedTransport::GrantedTransport(std::unique_ptr<Transport> transport)
    : m_transport(std::move(transport))
{
    connect(m_transport.get(), &Transport::memberLost, this, &Transport::memberLost);
}

bool GrantedTransport::takeRights(const AccessRights &rights)
{
    const bool wereKnown = std::exchange(m_areKnown, true);
    if (rights == m_rights)
        return false;
    m_rights = rights;
    if (wereKnown)
        Q_EMIT rightsChanged();
    return true;
}

Call<ServerVersion> GrantedTransport::detect()
{
    auto *state = new CallState<ServerVersion>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    m_transport->detect().then(
        asking, [this, alive = QPointer(this), state, asking](const Result<ServerVersion> &version) {
            if (!version || !alive)
                return state->complete(version);
            m_transport->accessRights().then(asking, [=, this](const Result<AccessRights> &rights) {
                if (!rights)
                    return state->fail(rights.error());
                state->complete(version);
                if (alive)
                    takeRights(*rights);
            });
        });
    return Call<ServerVersion>(state);
}

void GrantedTransport::signIn(const QString &user, const QString &password)
{
    m_transport->signIn(user, password);
}

template <typename T>
Call<T> GrantedTransport::read(std::function<Call<T>()> send)
{
    auto *state = new CallState<T>;
    auto *attempts = new QObject(state);
    state->setAbort([attempts] { delete attempts; });
    send().then(attempts, [this, alive = QPointer(this), state, attempts, send](const Result<T> &result) {
        if (result || result.error().kind != ErrorKind::PermissionDenied || !alive)
            return state->complete(result);
        m_transport->accessRights().then(
            attempts, [this, alive, state, attempts, send, result](const Result<AccessRights> &rights) {
                if (!rights || !alive || rights->everything || !takeRights(*rights) || !alive)
                    return state->complete(result);
                send().then(attempts, [state](const Result<T> &second) { state->complete(second); });
            });
    });
    return Call<T>(state);
}

template <typename Reply>
Call<Reply> GrantedTransport::divided(const RangeRequest &request, std::vector<KeyRange> parts)
{
    auto *state = new CallState<Reply>;
    auto *range = new DividedRange<Reply>(m_transport.get(), request, std::move(parts), state);
    state->setAbort([range] { delete range; });
    range->next();
    return Call<Reply>(state);
}

Call<RangeReply> GrantedTransport::divided(const RangeRequest &request)
{
    std::vector<KeyRange> parts = partsOf(request, m_rights);
    if (!parts.empty())
        return divided<RangeReply>(request, std::move(parts));
    if (m_rights.read.empty())
        return finishedCall<RangeReply>(Unexpected {nothingToRead(m_rights.user)});
    // Nothing is there, but the reply's header is wanted.
    RangeRequest other {.range = KeyRange::single(m_rights.read.front().begin), .revision = request.revision};
    other.serializable = request.serializable;
    other.countOnly = true;
    auto *state = new CallState<RangeReply>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    m_transport->range(other).then(asking, [state](const Result<RangeReply> &reply) {
        if (!reply)
            return state->complete(reply);
        state->complete(RangeReply {.header = reply->header, .kvs = {}});
    });
    return Call<RangeReply>(state);
}

Call<RangeReply> GrantedTransport::range(const RangeRequest &request)
{
    if (m_rights.everything && m_rights.user.isEmpty())
        return m_transport->range(request);
    return read<RangeReply>([this, request] { return divided(request); });
}

Call<RowsReply> GrantedTransport::rows(const RangeRequest &request)
{
    if (m_rights.everything && m_rights.user.isEmpty())
        return m_transport->rows(request);
    return read<RowsReply>([this, request] {
        std::vector<KeyRange> parts = partsOf(request, m_rights);
        // Where nothing is to be read, a range says so.
        return parts.empty() ? Transport::rows(request) : divided<RowsReply>(request, std::move(parts));
    });
}

Call<TxnReply> GrantedTransport::divided(const TxnRequest &request)
{
    if (m_rights.everything)
        return m_transport->txn(request);
    if (m_rights.read.empty())
        return finishedCall<TxnReply>(Unexpected {nothingToRead(m_rights.user)});
    const DividedOps success(request.success, m_rights);
    const DividedOps failure(request.failure, m_rights);
    TxnRequest parts {.compare = request.compare, .success = success.ops, .failure = failure.ops};
    // etcd takes no transaction without operations.
    if (parts.success.empty() && parts.failure.empty())
        parts.success.push_back(
            {RangeRequest {.range = KeyRange::single(m_rights.read.front().begin), .countOnly = true}});
    auto *state = new CallState<TxnReply>;
    auto *asking = new QObject(state);
    state->setAbort([asking] { delete asking; });
    m_transport->txn(parts).then(asking, [state, request, success, failure](const Result<TxnReply> &reply) {
        if (!reply)
            return state->complete(reply);
        TxnReply whole {.header = reply->header, .succeeded = reply->succeeded, .responses = {}};
        whole.responses = reply->succeeded ? success.joined(request.success, reply->responses)
                                           : failure.joined(request.failure, reply->responses);
        state->complete(std::move(whole));
    });
    return Call<TxnReply>(state);
}

Call<TxnReply> GrantedTransport::txn(const TxnRequest &request)
{
    if (!readsOnly(request) || (m_rights.everything && m_rights.user.isEmpty()))
        return m_transport->txn(request);
    return read<TxnReply>([this, request] { return divided(request); });
}

std::unique_ptr<WatchStream> GrantedTransport::watch(const std::vector<WatchCreateRequest> &requests)
{
    std::vector<WatchCreateRequest> whole = requests;
    for (WatchCreateRequest &request : whole) {
        const std::vector<KeyRange> parts = m_rights.readable(request.range);
        if (parts.empty())
            return std::make_unique<RefusedStream>(nothingToRead(m_rights.user));
        if (parts.size() == 1) {
            request.range = parts.front();
            continue;
        }
        if (requests.size() > 1)
            return std::make_unique<RefusedStream>(
                Error {.kind = ErrorKind::PermissionDenied,
                       .detail = QStringLiteral("several watches at once need rights on each as a whole")});
        // A stream that is given up may live a little longer, so the marks are not shared.
        std::shared_ptr<GrantedMarks> &marks = m_marks[request.range.begin];
        marks = marks ? std::make_shared<GrantedMarks>(*marks) : std::make_shared<GrantedMarks>();
        return std::make_unique<GrantedStream>(
            request, parts, marks,
            [this](const std::vector<WatchCreateRequest> &divided) { return m_transport->watch(divided); });
    }
    return m_transport->watch(whole);
}

Call<PutReply> GrantedTransport::put(const PutRequest &request)
{
    return m_transport->put(request);
}

Call<DeleteRangeReply> GrantedTransport::deleteRange(const DeleteRangeRequest &request)
{
    return m_transport->deleteRange(request);
}

Call<Nothing> GrantedTransport::compact(const CompactionRequest &request)
{
    return m_transport->compact(request);
}

Call<StatusReply> GrantedTransport::status()
{
    return m_transport->status();
}

Call<LeaseGrantReply> GrantedTransport::leaseGrant(const LeaseGrantRequest &request)
{
    return m_transport->leaseGrant(request);
}

Call<Nothing> GrantedTransport::leaseRevoke(LeaseId lease)
{
    return m_transport->leaseRevoke(lease);
}

Call<LeaseTimeToLiveReply> GrantedTransport::leaseTimeToLive(LeaseId lease, bool keys)
{
    return m_transport->leaseTimeToLive(lease, keys);
}

Call<LeaseLeasesReply> GrantedTransport::leaseLeases()
{
    return m_transport->leaseLeases();
}

} // namespace slotscope::core
