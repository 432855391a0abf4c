// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/watch.h"

#include "core/etcd/messagesize.h"
#include "core/etcd/watchpulse.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTimer>

namespace slotscope::core {

/// The machine behind a Watch. Every signal may lead back into start() or close(), or delete the Watch;
/// whoever goes on after one compares generations or looks whether the Private is still there.
class Watch::Private : public QObject
{
public:
    Private(Watch *watch, Client *client, const KeyRange &range, const Options &options);

    void start(Revision from);
    void stop();
    void connectNow();
    void fail(const Error &error);

    Watch *q;
    QPointer<Client> client;
    KeyRange range;
    bool hasOtherData = false;
    Options options;
    State state = State::Closed;
    Revision delivered;
    Error lastError;
    QDateTime nextAttempt;

private:
    /// False when a slot has stopped, restarted or deleted us.
    [[nodiscard]] bool changeState(State to);
    void onReply(const WatchReply &reply);
    void onCreated(const ResponseHeader &header);
    bool mayWait(const std::vector<Event> &events);
    void onEvents(const WatchReply &reply);
    void onProgress(const ResponseHeader &header);
    void onCanceled(const WatchReply &reply);
    void becomeLive(const ResponseHeader &header);
    void verify();
    void deliver(std::vector<Event> events);
    void lose(const Error &error, Revision upTo);
    void dropStream();
    std::chrono::milliseconds nextDelay();

    std::unique_ptr<WatchStream> m_stream;
    std::vector<Event> m_fragments; ///< events of revisions not known to be complete
    std::vector<WatchReply> m_held; ///< came while verifying
    qint64 m_waitingBytes = 0; ///< of both
    bool m_verifying = false;
    bool m_fromNow = false; ///< started without a revision and not created yet
    int m_generation = 0; ///< counts start() and close()
    int m_streamSerial = 0; ///< counts streams given up
    quint64 m_clusterId = 0;
    quint64 m_raftTerm = 0;
    std::chrono::milliseconds m_backoff {};
    QElapsedTimer m_live;
    QTimer m_retry;
    QTimer m_silence;
    WatchPulse m_pulse;
};

Watch::Private::Private(Watch *watch, Client *client_, const KeyRange &range_, const Options &options_)
    : q(watch)
    , client(client_)
    , range(range_)
    , options(options_)
    , m_pulse(client_, range_ == KeyRange::all(),
              {.heartbeat = options_.heartbeat, .overdue = options_.overdue})
{
    m_retry.setSingleShot(true);
    m_silence.setSingleShot(true);
    connect(&m_retry, &QTimer::timeout, this, &Private::connectNow);
    connect(&m_silence, &QTimer::timeout, this, [this] {
        fail({.kind = ErrorKind::Timeout,
              .detail = QStringLiteral("the watch was silent for %1 ms").arg(m_silence.interval())});
    });
    connect(&m_pulse, &WatchPulse::lost, this, &Private::fail);
    if (client)
        connect(client, &Client::memberLost, this, [this](const Error &error) { q->giveUp(error); });
}

void Watch::Private::start(Revision from)
{
    stop();
    m_fromNow = from.value <= 0;
    delivered = Revision(m_fromNow ? 0 : from.value - 1);
    m_clusterId = client ? client->clusterId() : 0;
    m_raftTerm = 0;
    hasOtherData = false;
    m_backoff = options.firstBackoff;
    lastError = {};
    connectNow();
}

void Watch::Private::stop()
{
    ++m_generation;
    dropStream();
    m_retry.stop();
    nextAttempt = {};
    state = State::Closed;
}

bool Watch::Private::changeState(State to)
{
    if (state == to)
        return true;
    state = to;
    const QPointer<Private> alive(this);
    const int generation = m_generation;
    Q_EMIT q->stateChanged(to);
    return alive && generation == m_generation;
}

void Watch::Private::connectNow()
{
    m_retry.stop();
    nextAttempt = {};
    if (!changeState(State::Connecting))
        return;
    if (!client) {
        fail({.kind = ErrorKind::Cancelled, .detail = QStringLiteral("the connection was closed")});
        return;
    }
    // A compaction takes the deletions of its own revision along, and a watch from that revision on is not
    // told that it missed them. So it begins one revision earlier, which is told when it is compacted away.
    const Revision start(std::max<qint64>(delivered.value, 1));
    // One watch a stream, so that the replies need no telling apart by watch_id.
    m_stream = client->watch({{.watchId = 1,
                               .range = range,
                               .startRevision = m_fromNow ? Revision() : start,
                               .prevKv = options.prevKv,
                               .progressNotify = true,
                               .fragment = true}});
    connect(m_stream.get(), &WatchStream::received, this, &Private::onReply);
    connect(m_stream.get(), &WatchStream::ended, this, &Private::fail);
    m_silence.start(options.connecting);
}

void Watch::Private::onReply(const WatchReply &reply)
{
    if (m_verifying) {
        if (mayWait(reply.events))
            m_held.push_back(reply);
        return;
    }
    // Until it is live it has one limit, whatever is said meanwhile.
    if (state == State::Live)
        m_silence.start(options.silence);
    if (reply.canceled)
        onCanceled(reply);
    else if (reply.created)
        onCreated(reply.header);
    else if (!reply.events.empty() || !m_fragments.empty())
        onEvents(reply);
    else
        onProgress(reply.header);
}

void Watch::Private::onCreated(const ResponseHeader &header)
{
    if (m_clusterId != 0 && header.clusterId != m_clusterId) {
        hasOtherData = true;
        lose({.kind = ErrorKind::Compacted,
              .detail = QStringLiteral("cluster %1 answers where %2 did before")
                            .arg(header.clusterId)
                            .arg(m_clusterId)},
             header.revision);
        return;
    }
    // A member that lags behind is harmless, one with other data is not: let the cluster as a whole say
    // which.
    if (header.revision < delivered || header.raftTerm < m_raftTerm)
        verify();
    else
        becomeLive(header);
}

void Watch::Private::becomeLive(const ResponseHeader &header)
{
    m_clusterId = header.clusterId;
    m_raftTerm = header.raftTerm;
    if (std::exchange(m_fromNow, false))
        delivered = header.revision;
    m_live.start();
    m_silence.start(options.silence);
    m_pulse.begin(m_stream.get(), delivered);
    if (!changeState(State::Live))
        return;
    const QPointer<Private> alive(this);
    const int generation = m_generation;
    m_waitingBytes = 0;
    for (const WatchReply &reply : std::exchange(m_held, {})) {
        onReply(reply);
        if (!alive || generation != m_generation || state != State::Live)
            return;
    }
}

void Watch::Private::verify()
{
    m_verifying = true;
    client->range(newestRevisionRead())
        .then(this, [this, serial = m_streamSerial](const Result<RangeReply> &reply) {
            if (serial != m_streamSerial)
                return;
            m_verifying = false;
            if (!reply) {
                fail(reply.error());
                return;
            }
            const ResponseHeader &header = reply->header;
            if (header.revision < delivered || header.raftTerm < m_raftTerm) {
                hasOtherData = true;
                lose({.kind = ErrorKind::Compacted,
                      .detail = QStringLiteral(
                                    "the cluster is at revision %1 (term %2), but was at %3 (term %4) before")
                                    .arg(header.revision.value)
                                    .arg(header.raftTerm)
                                    .arg(delivered.value)
                                    .arg(m_raftTerm)},
                     header.revision);
                return;
            }
            becomeLive(header);
        });
}

/// Nothing that etcd sends waits long; what never ends is not collected for ever.
bool Watch::Private::mayWait(const std::vector<Event> &events)
{
    m_waitingBytes += qint64(sizeof(WatchReply)) + memorySize(events);
    if (m_waitingBytes <= MostWaitingBytes)
        return true;
    fail(endlessRevision());
    return false;
}

void Watch::Private::onEvents(const WatchReply &reply)
{
    if (reply.fragment && !mayWait(reply.events))
        return;
    Revision last = m_fragments.empty() ? delivered : m_fragments.back().kv.modRevision;
    for (const Event &event : reply.events) {
        if (event.kv.modRevision <= delivered)
            continue;
        if (event.kv.modRevision < last) {
            fail({.kind = ErrorKind::Protocol,
                  .detail = QStringLiteral("an event of revision %1 came after one of %2")
                                .arg(event.kv.modRevision.value)
                                .arg(last.value)});
            return;
        }
        last = event.kv.modRevision;
        m_fragments.push_back(event);
    }
    auto complete = m_fragments.end();
    if (reply.fragment) {
        // The last revision may go on in the next fragment; those before it cannot.
        complete = std::find_if(m_fragments.begin(), m_fragments.end(),
                                [last](const Event &event) { return event.kv.modRevision == last; });
    }
    if (complete == m_fragments.begin())
        return;
    std::vector<Event> events(std::make_move_iterator(m_fragments.begin()),
                              std::make_move_iterator(complete));
    m_fragments.erase(m_fragments.begin(), complete);
    m_waitingBytes = memorySize(m_fragments);
    deliver(std::move(events));
}

void Watch::Private::deliver(std::vector<Event> events)
{
    EventBatch batch {
        .first = events.front().kv.modRevision, .last = events.back().kv.modRevision, .events = {}};
    batch.events = std::move(events);
    delivered = batch.last;
    m_pulse.note(delivered);
    m_backoff = options.firstBackoff;
    Q_EMIT q->eventsReceived(batch);
}

void Watch::Private::onProgress(const ResponseHeader &header)
{
    // etcd sends it only when the watch has everything up to that revision, so a resume may begin there.
    if (state != State::Live || header.revision < delivered)
        return;
    delivered = header.revision;
    m_pulse.note(delivered);
    m_backoff = options.firstBackoff;
    Q_EMIT q->progressed(delivered);
}

void Watch::Private::onCanceled(const WatchReply &reply)
{
    const QString reason =
        reply.cancelReason.isEmpty() ? QStringLiteral("the server canceled the watch") : reply.cancelReason;
    if (reply.compactRevision.value > 0 || reason.contains(QLatin1String("compacted"))) {
        lose({.kind = ErrorKind::Compacted,
              .detail = QStringLiteral("the revision is compacted away: %1").arg(reason)},
             reply.compactRevision);
        return;
    }
    // A cancel carries no code, only words: "rpc error: code = PermissionDenied desc = …" or the words alone.
    const auto says = [&reason](const char *words) {
        return reason.contains(QLatin1String(words), Qt::CaseInsensitive);
    };
    ErrorKind kind = ErrorKind::Unavailable;
    if (says("PermissionDenied") || says("permission denied"))
        kind = ErrorKind::PermissionDenied;
    else if (says("Unauthenticated") || says("invalid auth token") || says("user name is empty"))
        kind = ErrorKind::Unauthenticated;
    fail({.kind = kind, .detail = reason});
}

void Watch::Private::fail(const Error &error)
{
    if (error.kind == ErrorKind::Compacted) {
        lose(error, Revision(delivered.value + 1));
        return;
    }
    if (error.kind == ErrorKind::TooLarge) {
        // Before 3.4 what was written meanwhile comes in one piece, whose size the gateway limits: it will
        // never get through, and what there is now has to be read instead.
        Error missed = error;
        missed.kind = ErrorKind::Compacted;
        missed.detail = QStringLiteral("more was written than this etcd tells at once: %1").arg(error.detail);
        lose(missed, Revision(delivered.value + 1));
        return;
    }
    if (state == State::Live && m_live.isValid() && m_live.elapsed() >= options.longestBackoff.count())
        m_backoff = options.firstBackoff;
    dropStream();
    lastError = error;
    // A silence that nobody but us has noticed.
    if (error.kind == ErrorKind::Timeout && client)
        client->doubtServer();
    switch (error.kind) {
    case ErrorKind::PermissionDenied:
    case ErrorKind::Unauthenticated:
    case ErrorKind::InvalidArgument:
    case ErrorKind::Cancelled:
        (void)changeState(State::Closed);
        return;
    default:
        break;
    }
    const auto delay = nextDelay();
    nextAttempt = QDateTime::currentDateTime().addMSecs(delay.count());
    m_retry.start(delay);
    (void)changeState(State::Backoff);
}

std::chrono::milliseconds Watch::Private::nextDelay()
{
    const auto longest = std::exchange(m_backoff, std::min(m_backoff * 2, options.longestBackoff));
    // Between half and all of it, so that many clients of one server do not come back at once.
    const double part = 0.5 + QRandomGenerator::global()->generateDouble() / 2;
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest * part);
}

void Watch::Private::lose(const Error &error, Revision upTo)
{
    dropStream();
    lastError = error;
    if (changeState(State::Compacted))
        Q_EMIT q->compacted(upTo);
}

void Watch::Private::dropStream()
{
    m_silence.stop();
    m_pulse.end();
    m_fragments.clear();
    m_held.clear();
    m_waitingBytes = 0;
    m_verifying = false;
    ++m_streamSerial;
    if (!m_stream)
        return;
    m_stream->disconnect(this);
    // It may be the one that is just calling us.
    m_stream.release()->deleteLater();
}

Watch::Watch(Client *client, const KeyRange &range, const Options &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, client, range, options))
{
}

Watch::~Watch() = default;

void Watch::start(Revision from)
{
    d->start(from);
}

void Watch::close()
{
    d->stop();
}

void Watch::retryNow()
{
    if (d->state == State::Backoff)
        d->connectNow();
}

void Watch::giveUp(const Error &error)
{
    if (d->state == State::Live)
        d->fail(error);
}

Watch::State Watch::state() const
{
    return d->state;
}

Revision Watch::deliveredRevision() const
{
    return d->delivered;
}

bool Watch::hasOtherData() const
{
    return d->hasOtherData;
}

const Error &Watch::lastError() const
{
    return d->lastError;
}

QDateTime Watch::nextAttempt() const
{
    return d->nextAttempt;
}

} // namespace slotscope::core
