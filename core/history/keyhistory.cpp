// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/keyhistory.h"

#include <algorithm>

namespace slotscope::core {

namespace {

// As servers before 3.4 number them, which take no numbers from us.
constexpr qint64 KeyWatch = 0;
constexpr qint64 FenceWatch = 1;
// etcd replays at most so many revisions of a watch in one go (watchBatchMaxRevs): fewer are all there are.
constexpr size_t FullBatch = 1000;

qint64 bytesOf(const KeyVersion &version)
{
    return static_cast<qint64>(sizeof(KeyVersion)) + version.kv.key.size() + version.kv.value.size();
}

} // namespace

KeyHistory::KeyHistory(Client *client, QByteArray key, const Options &options, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_key(std::move(key))
    , m_options(options)
{
    for (QTimer *timer : {&m_silence, &m_quiet, &m_retry})
        timer->setSingleShot(true);
    m_silence.setInterval(options.silence);
    m_quiet.setInterval(options.quiet);
    m_retry.setInterval(options.retryDelay);
    connect(&m_silence, &QTimer::timeout, this, [this] {
        onEnded({.kind = ErrorKind::Timeout,
                 .detail = QStringLiteral("the replay was silent for %1 ms").arg(m_silence.interval())});
    });
    connect(&m_quiet, &QTimer::timeout, this, [this] {
        m_isQuiet = true;
        finishIfAtEnd();
    });
    connect(&m_retry, &QTimer::timeout, this, &KeyHistory::openStream);
}

KeyHistory::~KeyHistory() = default;

qint64 KeyHistory::missingVersions() const
{
    return m_versions.empty() || m_versions.front().deleted ? 0 : m_versions.front().kv.version - 1;
}

Revision KeyHistory::newest() const
{
    return m_versions.empty() ? Revision() : m_versions.back().revision();
}

void KeyHistory::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

void KeyHistory::clearVersions()
{
    m_bytes = 0;
    m_dropped = 0;
    m_provenTo = {};
    if (m_versions.empty())
        return;
    m_versions.clear();
    Q_EMIT reset();
}

void KeyHistory::read()
{
    ++m_generation;
    dropStream();
    m_held.clear();
    m_failures = 0;
    m_error = {};
    m_compacted = {};
    const quint64 generation = m_generation;
    const QPointer<KeyHistory> alive(this);
    clearVersions();
    if (alive && generation == m_generation)
        setState(State::Reading);
    if (alive && generation == m_generation)
        readPresent();
}

void KeyHistory::readPresent()
{
    m_client->range({.range = KeyRange::single(m_key)})
        .then(this, [this, generation = m_generation](const Result<RangeReply> &reply) {
            if (generation != m_generation)
                return;
            if (!reply)
                return fail(reply.error());
            m_present = reply->header.revision;
            m_presentChange = reply->kvs.empty() ? Revision() : reply->kvs.front().modRevision;
            openStream();
        });
}

// The key as it was at the compaction is the oldest that is left of it; the watch has only what came after.
void KeyHistory::readCompacted(Revision compacted)
{
    const quint64 generation = ++m_generation;
    const QPointer<KeyHistory> alive(this);
    m_compacted = compacted;
    clearVersions();
    if (!alive || generation != m_generation)
        return;
    m_client->range({.range = KeyRange::single(m_key), .revision = compacted})
        .then(this, [this, generation, compacted](const Result<RangeReply> &reply) {
            if (generation != m_generation)
                return;
            if (!reply && reply.error().kind == ErrorKind::Compacted)
                return onEnded(reply.error()); // compacted once more: the next attempt is told the revision
            if (!reply)
                return fail(reply.error());
            const Revision change = reply->kvs.empty() ? Revision() : reply->kvs.front().modRevision;
            if (compacted >= m_present) {
                m_present = compacted;
                m_presentChange = change;
                m_provenTo = compacted;
            }
            const QPointer<KeyHistory> still(this);
            if (!reply->kvs.empty())
                append({{.kv = reply->kvs.front()}});
            if (!still || generation != m_generation)
                return;
            if (isAtEnd())
                finishIfAtEnd();
            else
                openStream();
        });
}

void KeyHistory::openStream()
{
    dropStream();
    // From the very first revision, unless it is known better: the server then tells what is compacted.
    const Revision next = std::max(newest(), m_compacted);
    std::vector<WatchCreateRequest> requests {{.watchId = KeyWatch,
                                               .range = KeyRange::single(m_key),
                                               .startRevision = Revision(next.value + 1),
                                               .fragment = true}};
    // Nothing tells that a watch has come to the present without finding anything. So another one beside it
    // waits for what is known to be there: something was written at the present revision.
    if (m_presentChange.value == 0)
        requests.push_back(
            {.watchId = FenceWatch, .range = KeyRange::all(), .startRevision = m_present, .fragment = true});
    m_stream = m_client->watch(requests);
    connect(m_stream.get(), &WatchStream::received, this, &KeyHistory::onReply);
    connect(m_stream.get(), &WatchStream::ended, this, &KeyHistory::onEnded);
    m_silence.start();
}

void KeyHistory::dropStream()
{
    m_silence.stop();
    m_quiet.stop();
    m_retry.stop();
    m_batchSize = 0;
    m_othersArrived = false;
    m_isQuiet = false;
    if (!m_stream)
        return;
    m_stream->disconnect(this);
    // It may be the one that is just calling us.
    m_stream.release()->deleteLater();
}

void KeyHistory::onReply(const WatchReply &reply)
{
    m_silence.start();
    if (reply.watchId == FenceWatch) {
        // Who may not watch all keys has only the silence to go by.
        if (!reply.canceled && reply.events.empty())
            return;
        if (!std::exchange(m_othersArrived, true))
            m_quiet.start();
        finishIfAtEnd();
    } else if (reply.canceled) {
        onCanceled(reply);
    } else if (!reply.events.empty() || m_batchSize > 0) {
        onEvents(reply);
    }
}

void KeyHistory::onEvents(const WatchReply &reply)
{
    m_failures = 0;
    m_batchSize += reply.events.size();
    if (m_othersArrived)
        m_quiet.start();
    if (!reply.fragment) {
        if (std::exchange(m_batchSize, 0) < FullBatch)
            m_provenTo = std::max(m_provenTo, reply.header.revision);
    }
    std::vector<KeyVersion> versions;
    versions.reserve(reply.events.size());
    for (const Event &event : reply.events) {
        if (event.kv.modRevision > newest())
            versions.push_back(KeyVersion::of(event));
    }
    const quint64 generation = m_generation;
    const QPointer<KeyHistory> alive(this);
    append(std::move(versions));
    if (alive && generation == m_generation)
        finishIfAtEnd();
}

void KeyHistory::onCanceled(const WatchReply &reply)
{
    if (reply.compactRevision.value > 0) {
        dropStream();
        readCompacted(reply.compactRevision);
        return;
    }
    const QString reason =
        reply.cancelReason.isEmpty() ? QStringLiteral("the server canceled the watch") : reply.cancelReason;
    const bool denied = reason.contains(QLatin1String("permission denied"), Qt::CaseInsensitive)
        || reason.contains(QLatin1String("PermissionDenied"));
    onEnded({.kind = denied ? ErrorKind::PermissionDenied : ErrorKind::Unavailable, .detail = reason});
}

void KeyHistory::onEnded(const Error &error)
{
    dropStream();
    switch (error.kind) {
    case ErrorKind::PermissionDenied:
    case ErrorKind::Unauthenticated:
    case ErrorKind::InvalidArgument:
    case ErrorKind::Cancelled:
        return fail(error);
    case ErrorKind::TooLarge:
        // Its gateway limits the size of a message, and before 3.4 there are no fragments.
        return fail(
            {.kind = ErrorKind::Server,
             .detail = QStringLiteral("the history is more than an etcd before 3.4 tells at once (%1)")
                           .arg(error.detail)});
    default:
        break;
    }
    if (++m_failures > m_options.retries)
        return fail(error);
    if (error.kind == ErrorKind::Compacted)
        m_compacted = {}; // to be told anew
    m_retry.start();
}

void KeyHistory::fail(const Error &error)
{
    dropStream();
    m_error = error;
    setState(State::Failed);
}

void KeyHistory::append(std::vector<KeyVersion> versions)
{
    if (versions.empty())
        return;
    for (const KeyVersion &version : versions)
        m_bytes += bytesOf(version);
    m_versions.insert(m_versions.end(), std::make_move_iterator(versions.begin()),
                      std::make_move_iterator(versions.end()));
    const quint64 generation = m_generation;
    const QPointer<KeyHistory> alive(this);
    Q_EMIT appended(static_cast<int>(versions.size()));
    if (!alive || generation != m_generation || m_bytes <= m_options.mostBytes)
        return;
    // A quarter at once, so that this is not done again for every version; the newest one always stays.
    size_t gone = 0;
    while (m_bytes > m_options.mostBytes / 4 * 3 && gone + 1 < m_versions.size())
        m_bytes -= bytesOf(m_versions[gone++]);
    if (gone == 0)
        return;
    m_versions.erase(m_versions.begin(), m_versions.begin() + static_cast<std::ptrdiff_t>(gone));
    m_dropped += static_cast<qint64>(gone);
    Q_EMIT dropped(static_cast<int>(gone));
}

bool KeyHistory::isAtEnd() const
{
    if (m_presentChange.value != 0)
        return newest() >= m_presentChange;
    if (newest() > m_present)
        return true; // they come in order
    if (!m_versions.empty() && !m_versions.back().deleted)
        return false; // it was gone by the present
    return m_provenTo >= m_present || (m_othersArrived && m_isQuiet);
}

void KeyHistory::finishIfAtEnd()
{
    if (m_state != State::Reading || m_batchSize > 0 || !isAtEnd())
        return;
    dropStream();
    std::vector<KeyVersion> later;
    const Revision last = m_versions.empty() ? m_present : newest();
    for (KeyVersion &version : std::exchange(m_held, {})) {
        if (version.revision() > last)
            later.push_back(std::move(version));
    }
    const quint64 generation = m_generation;
    const QPointer<KeyHistory> alive(this);
    append(std::move(later));
    if (alive && generation == m_generation)
        setState(State::Complete);
}

void KeyHistory::observe(const EventBatch &batch)
{
    if (m_state != State::Reading && m_state != State::Complete)
        return;
    std::vector<KeyVersion> versions;
    for (const Event &event : batch.events) {
        if (event.kv.key == m_key)
            versions.push_back(KeyVersion::of(event));
    }
    if (m_state == State::Reading) {
        m_held.insert(m_held.end(), std::make_move_iterator(versions.begin()),
                      std::make_move_iterator(versions.end()));
        return;
    }
    const Revision last = m_versions.empty() ? m_present : newest();
    std::erase_if(versions, [last](const KeyVersion &version) { return version.revision() <= last; });
    append(std::move(versions));
}

} // namespace slotscope::core
