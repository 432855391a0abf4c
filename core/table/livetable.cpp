// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/livetable.h"

#include <algorithm>

namespace slotscope::core {

namespace {

/// The first page is small so that something is seen at once; the others are as large as a request can bring
/// without a long wait.
constexpr qint64 FirstPage = 100;
constexpr qint64 LargestPage = 10000;
constexpr qint64 PageBytes = 8 * 1024 * 1024;

constexpr std::chrono::milliseconds FlushInterval(50);
constexpr size_t FlushEvents = 10000;
/// Between two words on how much waits.
constexpr std::chrono::milliseconds WaitingInterval(100);
/// A load that is overtaken by compaction or stale answers again and again has lost the race.
constexpr int MostRestarts = 5;
/// After a load that failed for a reason that may pass.
constexpr std::chrono::milliseconds RetryInterval(5000);

bool isWorthAnotherLoad(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Timeout:
    case ErrorKind::Network:
    case ErrorKind::Compacted:
    case ErrorKind::Unavailable:
    case ErrorKind::Http:
    case ErrorKind::Protocol:
        return true;
    default:
        return false;
    }
}

} // namespace

LiveTable::LiveTable(Client *client, Watch *watch, KeyRange range, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_watch(watch)
    , m_range(std::move(range))
{
    m_flushTimer.setSingleShot(true);
    connect(&m_flushTimer, &QTimer::timeout, this, &LiveTable::flush);
    m_waitingTimer.setSingleShot(true);
    m_waitingTimer.setInterval(WaitingInterval);
    connect(&m_waitingTimer, &QTimer::timeout, this, &LiveTable::waitingChanged);
    m_retryTimer.setSingleShot(true);
    m_retryTimer.setInterval(RetryInterval);
    connect(&m_retryTimer, &QTimer::timeout, this, [this] {
        // While the watch is away, its return is what tries again.
        if (m_watch->state() == Watch::State::Live)
            reload();
    });
    connect(watch, &Watch::eventsReceived, this, &LiveTable::takeEvents);
    connect(watch, &Watch::progressed, this, [this](Revision revision) {
        if (m_state == State::Live && m_pending.empty() && !m_paused)
            m_revision = std::max(m_revision, revision);
    });
    connect(watch, &Watch::stateChanged, this, &LiveTable::watchStateChanged);
}

void LiveTable::setState(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

void LiveTable::setPaused(bool paused)
{
    if (m_paused == paused)
        return;
    m_paused = paused;
    if (paused) {
        pause();
    } else {
        m_waitingTimer.stop();
        const bool reads = std::exchange(m_reloadWaits, false);
        m_waitingEvents = 0;
        const QHash<QByteArray, Event> waiting = std::exchange(m_waiting, {});
        if (reads) {
            reload();
        } else {
            m_pending.insert(m_pending.end(), waiting.cbegin(), waiting.cend());
            if (isCurrent())
                flush();
        }
    }
    Q_EMIT pausedChanged();
}

void LiveTable::pause()
{
    if (m_state == State::Loading && m_everLoaded) {
        // The rows that are shown are older than the watch by now: going on reads them anew.
        ++m_generation;
        m_call.cancel();
        m_incoming.clear();
        m_pending.clear();
        m_restarts = 0;
        m_reloadWaits = true;
        setState(m_watch->state() == Watch::State::Live ? State::Live : State::Reconnecting);
    } else if (isCurrent()) {
        flush(); // what has come before the pause is still shown
    }
}

void LiveTable::reload()
{
    if (m_paused && m_everLoaded) {
        m_retryTimer.stop();
        m_reloadWaits = true;
        Q_EMIT waitingChanged();
        return;
    }
    ++m_generation;
    m_call.cancel();
    m_retryTimer.stop();
    m_flushTimer.stop();
    m_pending.clear();
    m_incoming.clear();
    if (!m_everLoaded && m_store.count() > 0) {
        Q_EMIT aboutToBeReset();
        m_store.clear();
        Q_EMIT reset();
    }
    m_subscribedAt = m_watch->deliveredRevision();
    m_loadRevision = {};
    m_nextKey = m_range.begin;
    m_progress = {};
    m_error = {};
    setState(State::Loading);
    Q_EMIT progressChanged();
    requestPage();
}

void LiveTable::requestPage()
{
    qint64 limit = FirstPage;
    if (m_progress.rows > 0) {
        const RowStore &target = m_everLoaded ? m_incoming : m_store;
        const qint64 average = std::max<qint64>(1, target.payloadBytes() / m_progress.rows);
        limit = std::clamp<qint64>(PageBytes / average, 16, LargestPage);
    }
    m_call = m_client->range({.range = {m_nextKey, m_range.end}, .limit = limit, .revision = m_loadRevision});
    m_call.then(this, [this, generation = m_generation](const Result<RangeReply> &result) {
        takePage(result, generation);
    });
}

void LiveTable::takePage(const Result<RangeReply> &result, quint64 generation)
{
    if (generation != m_generation)
        return;
    const bool stale = result && m_loadRevision.value == 0 && result->header.revision < m_subscribedAt;
    const bool compacted = !result && result.error().kind == ErrorKind::Compacted;
    if ((stale || compacted) && ++m_restarts <= MostRestarts) {
        // Not read at a revision that the watch continues: begin again.
        reload();
        return;
    }
    if (!result || stale) {
        m_error = result
            ? Error {.kind = ErrorKind::Unavailable,
                     .detail = QStringLiteral("the member answers from an older revision than the watch")}
            : result.error();
        m_restarts = 0;
        setState(State::Failed);
        if (isWorthAnotherLoad(m_error))
            m_retryTimer.start();
        return;
    }

    if (m_loadRevision.value == 0) {
        m_loadRevision = result->header.revision;
        m_progress.total = result->count;
    }
    const std::vector<KeyValue> &kvs = result->kvs;
    m_progress.rows += static_cast<qint64>(kvs.size());
    if (m_everLoaded) {
        m_incoming.append(kvs);
    } else if (!kvs.empty()) {
        const auto first = static_cast<quint32>(m_store.count());
        m_store.append(kvs);
        Q_EMIT appended(first, static_cast<quint32>(kvs.size()));
    }
    Q_EMIT progressChanged();
    if (result->more && !kvs.empty()) {
        m_nextKey = kvs.back().key + '\0';
        requestPage();
        return;
    }
    finishLoading();
}

void LiveTable::finishLoading()
{
    m_restarts = 0;
    if (m_everLoaded)
        Q_EMIT aboutToBeReset();
    m_revision = m_loadRevision;
    if (m_everLoaded) {
        m_store = std::move(m_incoming);
        m_incoming.clear();
        Q_EMIT reset();
    }
    m_everLoaded = true;
    std::erase_if(m_pending, [this](const Event &event) { return event.kv.modRevision <= m_loadRevision; });
    const Watch::State watching = m_watch->state();
    setState(watching == Watch::State::Live || watching == Watch::State::Connecting ? State::Live
                                                                                    : State::Reconnecting);
    m_pendingRevision = std::max(m_loadRevision, m_watch->deliveredRevision());
    flush();
}

void LiveTable::takeEvents(const EventBatch &batch)
{
    if (m_state == State::Failed)
        return;
    if (m_paused && isCurrent()) {
        keepWaiting(batch);
        return;
    }
    for (const Event &event : batch.events) {
        if (m_range.contains(event.kv.key))
            m_pending.push_back(event);
    }
    if (m_state == State::Loading)
        return;
    m_pendingRevision = batch.last;
    if (m_pending.empty()) {
        m_revision = std::max(m_revision, batch.last);
        return;
    }
    const auto sinceFlush = std::chrono::milliseconds(m_sinceFlush.isValid() ? m_sinceFlush.elapsed() : 1000);
    if (m_pending.size() >= FlushEvents)
        flush();
    else if (!m_flushTimer.isActive())
        m_flushTimer.start(std::max(FlushInterval - sinceFlush, std::chrono::milliseconds(0)));
}

void LiveTable::keepWaiting(const EventBatch &batch)
{
    m_pendingRevision = batch.last;
    const qint64 before = m_waitingEvents;
    for (const Event &event : batch.events) {
        if (!m_range.contains(event.kv.key))
            continue;
        m_waiting.insert(event.kv.key, {.type = event.type, .kv = event.kv, .prevKv = {}});
        ++m_waitingEvents;
    }
    if (m_waitingEvents != before && !m_waitingTimer.isActive())
        m_waitingTimer.start();
}

void LiveTable::flush()
{
    m_flushTimer.stop();
    m_sinceFlush.start();
    m_revision = std::max(m_revision, m_pendingRevision);
    if (m_pending.empty())
        return;
    TableDelta delta = m_store.apply(std::exchange(m_pending, {}));
    delta.revision = m_revision;
    if (!delta.isEmpty())
        Q_EMIT changed(delta);
}

void LiveTable::watchStateChanged()
{
    switch (m_watch->state()) {
    case Watch::State::Live:
        if (m_state == State::Reconnecting)
            setState(State::Live);
        else if (m_state == State::Failed)
            reload();
        break;
    case Watch::State::Connecting:
    case Watch::State::Backoff:
    case Watch::State::Compacted:
    case Watch::State::Closed:
        if (m_state == State::Live)
            setState(State::Reconnecting);
        break;
    }
}

} // namespace slotscope::core
