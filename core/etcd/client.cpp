// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/client.h"

#include "core/etcd/maketransport.h"

#include <QTimer>

#include <array>

namespace slotscope::core {

namespace {

using namespace std::chrono_literals;

/// Pauses before the second and the third attempt of a read: long enough for a restart of the network to
/// show, short enough not to be felt.
constexpr std::array RetryPauses {100ms, 400ms};

bool isWorthRetrying(const Error &error)
{
    // 502, 503 and 504 come from proxies whose etcd is away for a moment.
    return error.kind == ErrorKind::Network || error.kind == ErrorKind::Unavailable
        || (error.kind == ErrorKind::Http && error.httpStatus >= 502 && error.httpStatus <= 504);
}

/// A read of one key at no revision is what writes rest on; all others may be a little old.
bool mayBeSerializable(const RangeRequest &request)
{
    return !request.range.end.isEmpty() || request.revision.value > 0;
}

/// etcd answers a transaction by itself when all of its reads are serializable.
void makeSerializable(TxnRequest *request)
{
    const auto mayBe = [](const RequestOp &op) {
        const auto *range = std::get_if<RangeRequest>(&op.request);
        return range && mayBeSerializable(*range);
    };
    if (!request->compare.empty() || !request->failure.empty()
        || !std::all_of(request->success.cbegin(), request->success.cend(), mayBe))
        return;
    for (RequestOp &op : request->success)
        std::get<RangeRequest>(op.request).serializable = true;
}

} // namespace

/// One request of a client with its attempts. Made as the child of its call's state, so that it ends with it.
template <typename T>
class Client::Request : public QObject
{
public:
    Request(Client *client, Retry retry, std::function<Call<T>(Transport &)> send, Note<T> note,
            CallState<T> *state)
        : QObject(state)
        , m_client(client)
        , m_retry(retry)
        , m_send(std::move(send))
        , m_note(std::move(note))
        , m_state(state)
    {
        // Deleting this aborts the transport's call.
        state->setAbort([this] { delete this; });
        QObject::connect(client, &QObject::destroyed, this, [this] {
            m_state->fail(
                {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
        });
    }

    void attempt()
    {
        if (!m_client)
            return;
        m_client->whenDetected(this, [this](const Result<Nothing> &detected) {
            if (detected) {
                send();
                return;
            }
            Error error = detected.error();
            error.neverSent = true;
            failOrRetry(error, true); // asking who is there is a read, even if a write is to follow
        });
    }

private:
    void send()
    {
        if (!m_client)
            return;
        m_send(*m_client->m_transport).then(this, [this](const Result<T> &result) {
            if (!m_client) // and so the outcome is known already
                return;
            // Whoever is told may let go of this call, and of the client.
            const QPointer<Request> alive(this);
            if (m_note)
                m_note(result);
            if (!alive || !m_client)
                return;
            if (!result) {
                m_client->noteError(result.error());
                if (!alive)
                    return;
                failOrRetry(result.error(), m_retry == Retry::Reads);
                return;
            }
            if constexpr (requires { result->header; }) {
                m_client->noteHeader(result->header);
                if (alive && m_client)
                    Q_EMIT m_client->revisionHeard(result->header.revision);
                if (!alive)
                    return;
            }
            m_state->complete(result);
        });
    }

    void failOrRetry(const Error &error, bool mayRetry)
    {
        if (!mayRetry || m_failures >= RetryPauses.size() || !isWorthRetrying(error)) {
            m_state->fail(error);
            return;
        }
        QTimer::singleShot(RetryPauses.at(m_failures++), this, [this] { attempt(); });
    }

    QPointer<Client> m_client;
    Retry m_retry;
    std::function<Call<T>(Transport &)> m_send;
    Note<T> m_note;
    CallState<T> *m_state;
    std::size_t m_failures = 0;
};

/// A stream that begins when the detection is done, and tells the client what it learns.
class Client::DetectedStream final : public WatchStream
{
public:
    DetectedStream(Client *client, std::vector<WatchCreateRequest> requests)
        : m_client(client)
    {
        client->whenDetected(this, [this, requests = std::move(requests)](const Result<Nothing> &detected) {
            if (detected)
                begin(requests);
            else
                Q_EMIT ended(detected.error());
        });
    }

    bool isKnownAlive() const override { return m_stream && m_stream->isKnownAlive(); }

private:
    void begin(const std::vector<WatchCreateRequest> &requests)
    {
        if (!m_client) {
            Q_EMIT ended(
                {.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
            return;
        }
        m_stream = m_client->m_transport->watch(requests);
        connect(m_stream.get(), &WatchStream::received, this, [this](const WatchReply &reply) {
            if (m_client)
                m_client->noteHeader(reply.header);
            // Later this member may be the one that is lost.
            if (m_client && reply.created)
                m_client->m_transport->learnMembers();
            Q_EMIT received(reply);
        });
        connect(m_stream.get(), &WatchStream::ended, this, [this](const Error &error) {
            if (m_client)
                m_client->noteError(error);
            Q_EMIT ended(error);
        });
        connect(m_stream.get(), &WatchStream::active, this, &WatchStream::active);
    }

    QPointer<Client> m_client;
    std::unique_ptr<WatchStream> m_stream;
};

Client::Client(std::unique_ptr<Transport> transport, QObject *parent)
    : QObject(parent)
    , m_transport(std::move(transport))
{
    connect(m_transport.get(), &Transport::rightsChanged, this, &Client::rightsChanged);
    connect(m_transport.get(), &Transport::memberLost, this, [this](const Error &error) {
        m_detected = false;
        Q_EMIT memberLost(error);
    });
}

Client::Client(const Endpoint &endpoint, QObject *parent)
    : Client(ConnectionOptions(endpoint), parent)
{
}

Client::Client(const ConnectionOptions &options, QObject *parent)
    : Client(makeTransport(options), parent)
{
    m_serializable = options.serializableReads;
}

Client::~Client() = default;

template <typename T>
Call<T> Client::perform(Retry retry, std::function<Call<T>(Transport &)> send, Note<T> note)
{
    auto *state = new CallState<T>;
    auto *request = new Request<T>(this, retry, std::move(send), std::move(note), state);
    request->attempt();
    return Call<T>(state);
}

template <typename T>
Call<T> Client::write(std::function<std::optional<Error>(const WriteGate &)> refuses,
                      std::function<Call<T>(Transport &)> send, Note<T> note)
{
    const auto refusal = [this, refuses = std::move(refuses)] {
        return m_gate ? refuses(*m_gate) : std::nullopt;
    };
    if (const auto error = refusal())
        return finishedCall<T>(Unexpected {*error});
    // Again when the detection is done: what was allowed may not be any more.
    return perform<T>(
        Retry::Never,
        [refusal, send = std::move(send)](Transport &to) {
            const auto error = refusal();
            return error ? finishedCall<T>(Unexpected {*error}) : send(to);
        },
        std::move(note));
}

void Client::whenDetected(QObject *context, std::function<void(const Result<Nothing> &)> then)
{
    if (m_detected) {
        // Queued as well, so that a call never completes before the caller has its handle.
        QMetaObject::invokeMethod(
            context, [then = std::move(then)] { then(Nothing {}); }, Qt::QueuedConnection);
        return;
    }
    m_waiting.push_back({context, std::move(then)});
    if (!std::exchange(m_detecting, true))
        m_transport->detect().then(this,
                                   [this](const Result<ServerVersion> &version) { onDetected(version); });
}

void Client::onDetected(const Result<ServerVersion> &version)
{
    m_detecting = false;
    m_detected = version.hasValue();
    const QPointer<Client> alive(this);
    const auto waiting = std::exchange(m_waiting, {});
    if (version && (m_version.server != version->server || m_version.cluster != version->cluster)) {
        m_version = *version;
        Q_EMIT serverVersionChanged(m_version);
    }
    const Result<Nothing> result = version ? Result<Nothing>(Nothing {}) : Unexpected {version.error()};
    for (const Waiting &each : waiting) {
        if (alive && each.context)
            each.then(result);
    }
    if (alive && !version)
        noteError(version.error());
}

void Client::noteHeader(const ResponseHeader &header)
{
    if (header.clusterId == 0 || header.clusterId == m_clusterId)
        return;
    const quint64 before = std::exchange(m_clusterId, header.clusterId);
    if (before != 0)
        Q_EMIT clusterChanged(before, m_clusterId);
}

void Client::noteError(const Error &error)
{
    // Whoever answers next may be another version: look again. A path that is gone (NotFound, Http) says the
    // same.
    switch (error.kind) {
    case ErrorKind::Network:
    case ErrorKind::Timeout:
    case ErrorKind::Protocol:
    case ErrorKind::Http:
    case ErrorKind::Proxy:
    case ErrorKind::Tls:
    case ErrorKind::Unavailable: // another member may have a leader
        m_detected = false;
        break;
    case ErrorKind::Unauthenticated:
        Q_EMIT signInWanted(error);
        break;
    default:
        break;
    }
}

Call<StatusReply> Client::connectToServer()
{
    return status();
}

void Client::signIn(const QString &user, const QString &password)
{
    m_transport->signIn(user, password);
    m_detected = false;
}

Call<ClusterState> Client::clusterState()
{
    return perform<ClusterState>(Retry::Reads, [](Transport &to) { return to.clusterState(); });
}

Call<RangeReply> Client::range(const RangeRequest &asked)
{
    RangeRequest request = asked;
    request.serializable = asked.serializable || (m_serializable && mayBeSerializable(asked));
    return perform<RangeReply>(Retry::Reads, [request](Transport &to) { return to.range(request); });
}

Call<RowsReply> Client::rows(const RangeRequest &request)
{
    return perform<RowsReply>(Retry::Reads, [request](Transport &to) { return to.rows(request); });
}

Call<PutReply> Client::put(const PutRequest &request, const Approval &approval)
{
    return write<PutReply>(
        [request, approval](const WriteGate &gate) {
            return gate.refuses({.compare = {}, .success = {{request}}, .failure = {}}, approval);
        },
        [request](Transport &to) { return to.put(request); });
}

Call<DeleteRangeReply> Client::deleteRange(const DeleteRangeRequest &request, const Approval &approval)
{
    return write<DeleteRangeReply>(
        [request, approval](const WriteGate &gate) {
            return gate.refuses({.compare = {}, .success = {{request}}, .failure = {}}, approval);
        },
        [request](Transport &to) { return to.deleteRange(request); });
}

Call<TxnReply> Client::txn(const TxnRequest &request, const Approval &approval)
{
    if (readsOnly(request)) {
        TxnRequest read = request;
        if (m_serializable)
            makeSerializable(&read);
        return perform<TxnReply>(Retry::Reads, [read](Transport &to) { return to.txn(read); });
    }
    const auto send = [request](Transport &to) { return to.txn(request); };
    return write<TxnReply>(
        [request, approval](const WriteGate &gate) { return gate.refuses(request, approval); }, send,
        [this, request](const Result<TxnReply> &reply) {
            if (m_gate)
                m_gate->noteTxn(request, reply);
        });
}

Call<Nothing> Client::compact(const CompactionRequest &request, const Approval &approval)
{
    return write<Nothing>(
        [request, approval](const WriteGate &gate) { return gate.refusesCompaction(request, approval); },
        [request](Transport &to) { return to.compact(request); });
}

Call<StatusReply> Client::status()
{
    return perform<StatusReply>(Retry::Reads, [](Transport &to) { return to.status(); });
}

Call<LeaseGrantReply> Client::leaseGrant(const LeaseGrantRequest &request, const Approval &approval)
{
    return write<LeaseGrantReply>(
        [request, approval](const WriteGate &gate) { return gate.refusesGrant(request, approval); },
        [request](Transport &to) { return to.leaseGrant(request); },
        [this, request](const Result<LeaseGrantReply> &reply) {
            if (m_gate && reply)
                m_gate->noteGrant(request, *reply);
        });
}

Call<Nothing> Client::leaseRevoke(LeaseId lease)
{
    return write<Nothing>([lease](const WriteGate &gate) { return gate.refusesRevocation(lease); },
                          [lease](Transport &to) { return to.leaseRevoke(lease); });
}

Call<LeaseTimeToLiveReply> Client::leaseTimeToLive(LeaseId lease, bool keys)
{
    return perform<LeaseTimeToLiveReply>(
        Retry::Reads, [lease, keys](Transport &to) { return to.leaseTimeToLive(lease, keys); });
}

Call<LeaseLeasesReply> Client::leaseLeases()
{
    return perform<LeaseLeasesReply>(Retry::Reads, [](Transport &to) { return to.leaseLeases(); });
}

std::unique_ptr<WatchStream> Client::watch(const std::vector<WatchCreateRequest> &requests)
{
    return std::make_unique<DetectedStream>(this, requests);
}

} // namespace slotscope::core
