// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/livetable.h"

#include <algorithm>
#include <limits>

namespace slotscope::core {

namespace {

/// When a table is read again, the first piece is up to its row of this number.
constexpr size_t FirstRows = 150;

constexpr std::chrono::milliseconds FlushInterval(50);
constexpr size_t FlushEvents = 2000;
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
    , m_rowsBegin(m_range.begin)
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
            readAgain();
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
    if (m_state == State::Loading && isLoadingMore()) {
        finishLoading(reached());
    } else if (m_state == State::Loading && m_everLoaded) {
        // The rows that are shown are older than the watch by now: going on reads them anew.
        stopReading();
        m_incoming.clear();
        m_pending.clear();
        m_restarts = 0;
        m_interruption.reset();
        m_reloadWaits = true;
        setState(m_watch->state() == Watch::State::Live ? State::Live : State::Reconnecting);
    } else if (isCurrent()) {
        flush(); // what has come before the pause is still shown
    }
}

void LiveTable::reload(const std::optional<Error> &because)
{
    if (m_paused && m_everLoaded) {
        m_retryTimer.stop();
        m_reloadWaits = true;
        Q_EMIT waitingChanged();
        return;
    }
    m_interruption = because;
    readAgain();
}

void LiveTable::readAgain()
{
    stopReading();
    m_retryTimer.stop();
    m_flushTimer.stop();
    m_pending.clear();
    m_incoming.clear();
    m_mayLoad = m_limit;
    if (m_everLoaded) {
        // As much as is there already may be read again without asking; where the user stopped, no more.
        const auto rows = static_cast<qint64>(m_store.count());
        if (m_rowsEnd && !m_isCut) {
            m_mayLoad = {.rows = std::max<qint64>(1, rows)};
        } else {
            m_mayLoad.rows = std::max(m_mayLoad.rows, rows);
            m_mayLoad.bytes = std::max(m_mayLoad.bytes, m_store.payloadBytes());
        }
        m_expected = rows + m_behind.records;
        if (m_store.count() > FirstRows)
            m_nearFirst = m_store.row(m_store.keyOrder()[FirstRows]).key.toByteArray();
    } else {
        forgetRows();
    }
    m_loadFrom.reset();
    m_progress = {};
    setState(State::Loading);
    startReading({.range = {m_rowsBegin, m_range.end},
                  .revision = {},
                  .expected = m_expected,
                  .nearFirst = m_nearFirst});
}

void LiveTable::forgetRows()
{
    if (m_store.count() == 0)
        return;
    Q_EMIT aboutToBeReset();
    m_store.clear();
    Q_EMIT reset();
}

void LiveTable::startAt(const QByteArray &key)
{
    const QByteArray begin = key.isEmpty() ? m_range.begin : key;
    if (!m_range.contains(begin))
        return;
    stopReading();
    m_everLoaded = false;
    forgetRows();
    m_rowsBegin = begin;
    m_rowsEnd.reset();
    m_before = {};
    m_behind = {};
    m_expected = -1;
    m_nearFirst.clear();
    // What has waited of other rows is read along with these.
    m_waiting.clear();
    m_waitingEvents = 0;
    m_reloadWaits = false;
    reload();
    Q_EMIT waitingChanged();
    Q_EMIT partChanged();
}

void LiveTable::setExpectation(qint64 records, const QByteArray &nearFirst)
{
    m_expected = records;
    m_nearFirst = nearFirst;
}

void LiveTable::startReading(BulkReader::Request request)
{
    m_subscribedAt = m_watch->deliveredRevision();
    m_loadRevision = {};
    m_error = {};
    m_stopsSoon = false;
    m_isTaking = false;
    m_sinceStart.start();
    m_reader = std::make_unique<BulkReader>(m_client, std::move(request));
    connect(m_reader.get(), &BulkReader::read, this, &LiveTable::takeRows);
    connect(m_reader.get(), &BulkReader::failed, this, &LiveTable::takeFailure);
    connect(m_reader.get(), &BulkReader::finished, this, [this] { finishLoading(std::nullopt); });
    Q_EMIT progressChanged();
    m_reader->start();
}

void LiveTable::stopReading()
{
    if (!m_reader)
        return;
    m_reader->disconnect(this);
    // It may be what calls.
    m_reader.release()->deleteLater();
}

void LiveTable::takeRows(const RowsReply &rows)
{
    if (m_loadRevision.value == 0) {
        if (rows.header.revision < m_subscribedAt) {
            beginAgain(
                {.kind = ErrorKind::Unavailable,
                 .detail = QStringLiteral("the member answers from an older revision than the watch")});
            return;
        }
        m_loadRevision = m_reader->revision();
    }
    const BulkReader *reader = m_reader.get();
    const bool isShown = !m_everLoaded || m_loadFrom;
    RowStore &store = isShown ? m_store : m_incoming;
    // As the server says, so far as it is worth to believe it.
    constexpr qint64 Believed = 16'000'000;
    store.reserve(
        static_cast<size_t>(std::clamp<qint64>(std::min(m_reader->total(), m_mayLoad.rows), 0, Believed)));
    m_progress.rows += rows.rows;
    m_progress.bytes += rows.bytes;
    m_progress.total = std::max(m_progress.rows, m_reader->total());
    m_progress.milliseconds = m_sinceStart.elapsed();
    m_progress.goal = std::min(m_progress.total, std::max(m_mayLoad.rows, m_progress.rows));
    if (m_progress.rows > 0 && m_progress.bytes > 0) {
        const double rowsInLimit =
            double(m_mayLoad.bytes) / double(m_progress.bytes) * double(m_progress.rows);
        if (rowsInLimit < double(m_progress.goal))
            m_progress.goal = std::max(m_progress.rows, static_cast<qint64>(rowsInLimit));
    }
    m_isTaking = true; // the reader is past all of these
    for (const auto &chunk : rows.chunks) {
        const RowStore::Run run = store.append(chunk);
        if (isShown)
            Q_EMIT appended(run.first, run.count);
        if (m_reader.get() != reader)
            return; // whoever heard of it began anew
    }
    m_isTaking = false;
    Q_EMIT progressChanged();
    if (m_reader.get() != reader)
        return;
    const bool isEnough = m_progress.rows >= m_mayLoad.rows || m_progress.bytes >= m_mayLoad.bytes
        || (m_stopsSoon && m_progress.rows > 0);
    if (isEnough && m_reader->position() != m_range.end)
        finishLoading(m_reader->position());
}

void LiveTable::setLimit(const Limit &limit)
{
    m_limit = limit;
    if (m_state == State::Loading && !m_everLoaded)
        m_mayLoad = limit;
}

bool LiveTable::canStopLoading() const
{
    return m_state == State::Loading && m_reader && !isReadingAnew() && !m_stopsSoon
        && reached() != m_range.end;
}

void LiveTable::stopLoading()
{
    if (!canStopLoading())
        return;
    if (m_isTaking || (m_progress.rows == 0 && !isLoadingMore()))
        m_stopsSoon = true;
    else
        finishLoading(reached());
}

/// Where the rows that have come end.
std::optional<QByteArray> LiveTable::reached() const
{
    return m_loadRevision.value > 0 && m_reader ? m_reader->position() : m_rowsEnd;
}

void LiveTable::loadMore(bool all)
{
    if (!m_rowsEnd || !isCurrent() || m_paused)
        return;
    flush();
    m_interruption.reset();
    m_mayLoad = m_limit;
    if (all)
        m_mayLoad = {.rows = std::numeric_limits<qint64>::max(), .bytes = std::numeric_limits<qint64>::max()};
    m_loadFrom = m_rowsEnd;
    m_progress = {.rows = 0, .total = m_behind.records};
    setState(State::Loading);
    startReading({.range = {*m_rowsEnd, m_range.end}, .revision = {}, .expected = m_behind.records});
}

qint64 LiveTable::recordCount() const
{
    const auto rows = static_cast<qint64>(m_store.count());
    if (m_state == State::Loading && m_everLoaded && isLoadingMore())
        return rows + m_before.records + std::max<qint64>(0, m_behind.records - m_progress.rows);
    if (m_state == State::Loading && !m_everLoaded)
        return std::max(rows, m_progress.total) + m_before.records;
    return rows + m_before.records + m_behind.records;
}

void LiveTable::takeFailure(const Error &error)
{
    if (error.kind == ErrorKind::Compacted) {
        beginAgain(error);
        return;
    }
    m_error = error;
    m_restarts = 0;
    if (isLoadingMore()) {
        // What came is whole as far as it goes, and what was there before is as good as ever.
        finishLoading(reached(), error);
        return;
    }
    m_interruption = error;
    stopReading();
    setState(State::Failed);
    if (isWorthAnotherLoad(m_error))
        m_retryTimer.start();
}

/// Not read at a revision that the watch continues, or not to the end.
void LiveTable::beginAgain(const Error &error)
{
    if (isLoadingMore()) {
        finishLoading(reached(), error);
        return;
    }
    m_interruption = error;
    if (++m_restarts <= MostRestarts) {
        readAgain();
        return;
    }
    takeFailure({.kind = ErrorKind::Unavailable, .detail = error.detail});
}

void LiveTable::finishLoading(std::optional<QByteArray> rowsEnd, const std::optional<Error> &because)
{
    m_restarts = 0;
    const bool isReload = m_everLoaded && !isLoadingMore();
    const qint64 expected = m_reader ? m_reader->total() : 0;
    const Revision read = m_loadRevision.value > 0 ? m_loadRevision : m_revision;
    m_progress.total = m_progress.rows;
    m_progress.milliseconds = m_sinceStart.elapsed();
    stopReading();
    if (isReload)
        Q_EMIT aboutToBeReset();
    const auto loadFrom = std::exchange(m_loadFrom, std::nullopt);
    if (!loadFrom)
        m_revision = read;
    const bool wasPartial = isPartial();
    m_rowsEnd = std::move(rowsEnd);
    m_interruption = because;
    m_isCut = because.has_value();
    for (Outside *part : {&m_before, &m_behind}) {
        part->since = 0;
        part->call.cancel();
    }
    m_behind.records = m_rowsEnd ? std::max<qint64>(0, expected - m_progress.rows) : 0;
    if (isReload) {
        m_store = std::move(m_incoming);
        m_incoming.clear();
        Q_EMIT reset();
    }
    m_everLoaded = true;
    // What happened before the rows were read is in them; to those that were there before, it is news.
    std::erase_if(m_pending, [&](const Event &event) {
        const bool wasThere = loadFrom && event.kv.key < *loadFrom;
        if (!wasThere && event.kv.modRevision <= read)
            return true;
        if (covers(event.kv.key))
            return false;
        noteOutside(event);
        return true;
    });
    const Watch::State watching = m_watch->state();
    setState(watching == Watch::State::Live || watching == Watch::State::Connecting ? State::Live
                                                                                    : State::Reconnecting);
    m_pendingRevision = std::max(read, m_watch->deliveredRevision());
    flush();
    if (m_rowsBegin != m_range.begin)
        countOutside(&m_before, {m_range.begin, m_rowsBegin}, read);
    if (m_rowsEnd)
        countOutside(&m_behind, {*m_rowsEnd, m_range.end}, read);
    if (isPartial() || wasPartial)
        Q_EMIT partChanged();
}

void LiveTable::countOutside(Outside *part, const KeyRange &range, Revision revision)
{
    part->call = m_client->range({.range = range, .revision = revision, .countOnly = true});
    part->call.then(this, [this, part](const Result<RangeReply> &reply) {
        if (!reply || m_state == State::Loading)
            return; // roughly is good enough
        part->records = reply->count + part->since;
        Q_EMIT partChanged();
    });
}

void LiveTable::noteOutside(const Event &event)
{
    Outside &part = event.kv.key < m_rowsBegin ? m_before : m_behind;
    int change = 0;
    if (event.type == EventType::Delete)
        change = -1;
    else if (event.isCreate())
        change = 1;
    part.since += change;
    part.records = std::max<qint64>(0, part.records + change);
}

void LiveTable::takeEvents(const EventBatch &batch)
{
    if (m_state == State::Failed)
        return;
    if (m_paused && isCurrent()) {
        keepWaiting(batch);
        return;
    }
    bool isOutside = false;
    for (const Event &event : batch.events) {
        if (!m_range.contains(event.kv.key))
            continue;
        // While more is loaded it is not known yet where the rows are going to end.
        if (m_state == State::Loading || covers(event.kv.key)) {
            m_pending.push_back(event);
        } else {
            noteOutside(event);
            isOutside = true;
        }
    }
    if (m_state == State::Loading)
        return;
    m_pendingRevision = batch.last;
    if (m_pending.empty())
        m_revision = std::max(m_revision, batch.last);
    if (isOutside)
        Q_EMIT partChanged();
    if (m_pending.empty() || m_state == State::Loading)
        return;
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
        if (!covers(event.kv.key)) {
            noteOutside(event);
            continue;
        }
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
            readAgain();
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
