// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/prefixtransport.h"

#include "core/base/onpool.h"

namespace slotscope::core {

namespace {

/// Takes the prefix off what comes.
class Stripper
{
public:
    explicit Stripper(QByteArray prefix)
        : m_prefix(std::move(prefix))
    {
    }

    void operator()(QByteArray &key) const
    {
        if (key.startsWith(m_prefix))
            key.remove(0, m_prefix.size());
    }
    void operator()(KeyValue &kv) const { (*this)(kv.key); }
    template <typename T>
    void operator()(std::optional<T> &maybe) const
    {
        if (maybe)
            (*this)(*maybe);
    }
    template <typename T>
    void operator()(std::vector<T> &all) const
    {
        for (T &each : all)
            (*this)(each);
    }
    void operator()(RangeReply &reply) const { (*this)(reply.kvs); }
    void operator()(PutReply &reply) const { (*this)(reply.prevKv); }
    void operator()(DeleteRangeReply &reply) const { (*this)(reply.prevKvs); }
    void operator()(ResponseOp &op) const { std::visit(*this, op.response); }
    void operator()(TxnReply &reply) const { (*this)(reply.responses); }
    void operator()(Event &event) const
    {
        (*this)(event.kv);
        (*this)(event.prevKv);
    }
    void operator()(WatchReply &reply) const { (*this)(reply.events); }
    void operator()(std::vector<KeyRange> &ranges) const
    {
        const QByteArray end = KeyRange::prefix(m_prefix).end;
        ranges = partsWithin(KeyRange::prefix(m_prefix), ranges);
        for (KeyRange &range : ranges) {
            range.begin.remove(0, m_prefix.size());
            if (range.begin.isEmpty())
                range.begin = QByteArray(1, '\0'); // no key is empty
            if (range.end == end)
                range.end = QByteArray(1, '\0');
            else
                (*this)(range.end);
        }
    }
    void operator()(AccessRights &rights) const
    {
        (*this)(rights.read);
        (*this)(rights.write);
    }
    void operator()(LeaseTimeToLiveReply &reply) const
    {
        std::erase_if(reply.keys, [this](const QByteArray &key) { return !key.startsWith(m_prefix); });
        (*this)(reply.keys);
    }

private:
    QByteArray m_prefix;
};

/// Puts it before what is sent.
struct Prefixer
{
    const QByteArray &prefix;

    void operator()(KeyRange &range) const
    {
        const bool open = range.end.size() == 1 && range.end.front() == '\0';
        range.begin.prepend(prefix);
        if (open)
            range.end = KeyRange::prefix(prefix).end;
        else if (!range.end.isEmpty())
            range.end.prepend(prefix);
    }
    void operator()(RangeRequest &request) const { (*this)(request.range); }
    void operator()(PutRequest &request) const { request.key.prepend(prefix); }
    void operator()(DeleteRangeRequest &request) const { (*this)(request.range); }
    void operator()(TxnRequest &request) const
    {
        for (Compare &compare : request.compare)
            (*this)(compare.range);
        for (auto *ops : {&request.success, &request.failure}) {
            for (RequestOp &op : *ops)
                std::visit(*this, op.request);
        }
    }
};

template <typename T>
T prefixed(T request, const QByteArray &prefix)
{
    Prefixer {prefix}(request);
    return request;
}

template <typename T>
Call<T> stripped(const Call<T> &call, const QByteArray &prefix)
{
    auto *state = new CallState<T>;
    state->setAbort([call] { call.cancel(); });
    call.then(state, [state, strip = Stripper(prefix)](Result<T> result) {
        if (result)
            strip(*result);
        state->complete(std::move(result));
    });
    return Call<T>(state);
}

Result<RowsReply> withShorterKeys(RowsReply reply, qsizetype size)
{
    reply.repack(size);
    return reply;
}

class PrefixStream final : public WatchStream
{
public:
    PrefixStream(std::unique_ptr<WatchStream> stream, const QByteArray &prefix)
        : m_stream(std::move(stream))
    {
        connect(m_stream.get(), &WatchStream::received, this,
                [this, strip = Stripper(prefix)](WatchReply reply) {
                    strip(reply);
                    Q_EMIT received(reply);
                });
        connect(m_stream.get(), &WatchStream::active, this, &WatchStream::active);
        connect(m_stream.get(), &WatchStream::ended, this, &WatchStream::ended);
    }

    bool isKnownAlive() const override { return m_stream->isKnownAlive(); }

private:
    std::unique_ptr<WatchStream> m_stream;
};

} // namespace

PrefixTransport::PrefixTransport(std::unique_ptr<Transport> transport, QByteArray prefix)
    : m_transport(std::move(transport))
    , m_prefix(std::move(prefix))
{
    connect(m_transport.get(), &Transport::rightsChanged, this, &Transport::rightsChanged);
    connect(m_transport.get(), &Transport::memberLost, this, &Transport::memberLost);
}

Call<AccessRights> PrefixTransport::accessRights()
{
    return stripped(m_transport->accessRights(), m_prefix);
}

const AccessRights &PrefixTransport::knownRights() const
{
    const AccessRights &whole = m_transport->knownRights();
    if (m_whole != whole) {
        m_whole = whole;
        m_rights = whole;
        Stripper {m_prefix}(m_rights);
    }
    return m_rights;
}

Call<RangeReply> PrefixTransport::range(const RangeRequest &request)
{
    return stripped(m_transport->range(prefixed(request, m_prefix)), m_prefix);
}

Call<RowsReply> PrefixTransport::rows(const RangeRequest &request)
{
    const Call<RowsReply> call = m_transport->rows(prefixed(request, m_prefix));
    auto *state = new CallState<RowsReply>;
    state->setAbort([call] { call.cancel(); });
    call.then(state, [state, size = m_prefix.size()](const Result<RowsReply> &result) {
        if (!result || result->rows == 0)
            return state->complete(result);
        completeOnPool(state, withShorterKeys, *result, size);
    });
    return Call<RowsReply>(state);
}

Call<PutReply> PrefixTransport::put(const PutRequest &request)
{
    return stripped(m_transport->put(prefixed(request, m_prefix)), m_prefix);
}

Call<DeleteRangeReply> PrefixTransport::deleteRange(const DeleteRangeRequest &request)
{
    return stripped(m_transport->deleteRange(prefixed(request, m_prefix)), m_prefix);
}

Call<TxnReply> PrefixTransport::txn(const TxnRequest &request)
{
    return stripped(m_transport->txn(prefixed(request, m_prefix)), m_prefix);
}

Call<LeaseTimeToLiveReply> PrefixTransport::leaseTimeToLive(LeaseId lease, bool keys)
{
    return stripped(m_transport->leaseTimeToLive(lease, keys), m_prefix);
}

std::unique_ptr<WatchStream> PrefixTransport::watch(const std::vector<WatchCreateRequest> &requests)
{
    std::vector<WatchCreateRequest> all = requests;
    for (WatchCreateRequest &request : all)
        Prefixer {m_prefix}(request.range);
    return std::make_unique<PrefixStream>(m_transport->watch(all), m_prefix);
}

KeyRange withPrefix(const KeyRange &range, const QByteArray &prefix)
{
    return prefixed(range, prefix);
}

TxnRequest withPrefix(TxnRequest request, const QByteArray &prefix)
{
    return prefixed(std::move(request), prefix);
}

} // namespace slotscope::core
