// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/grantedstream.h"

#include "core/etcd/messagesize.h"

#include <QPointer>

#include <algorithm>

namespace slotscope::core {

namespace {

/// How long etcd may need to bring new watches up to date: it looks after them every 100 ms.
constexpr std::chrono::milliseconds Settling(250);
/// What belongs to one transaction is sent at once.
constexpr std::chrono::milliseconds Quiet(20);

} // namespace

GrantedStream::GrantedStream(
    const WatchCreateRequest &request, const std::vector<KeyRange> &parts,
    std::shared_ptr<GrantedMarks> marks,
    const std::function<std::unique_ptr<WatchStream>(std::vector<WatchCreateRequest>)> &open)
    : m_watchId(request.watchId)
    , m_fromNow(request.startRevision.value <= 0)
    , m_marks(std::move(marks))
    , m_created(parts.size())
    , m_fragmented(parts.size())
{
    const bool continues = !m_fromNow && m_marks->ranges == parts && m_marks->told == request.startRevision;
    if (!continues) {
        const Revision before(m_fromNow ? 0 : request.startRevision.value - 1);
        *m_marks = {.told = before, .ranges = parts, .seen = std::vector(parts.size(), before)};
    }
    // What was seen and not told is lost with the stream before.
    for (Revision &seen : m_marks->seen)
        seen = std::min(seen, m_marks->told);
    std::vector<WatchCreateRequest> requests;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        WatchCreateRequest part = request;
        part.watchId = 0;
        part.range = parts[i];
        if (continues)
            part.startRevision = std::min(request.startRevision, Revision(m_marks->seen[i].value + 1));
        requests.push_back(part);
    }
    m_settling.setSingleShot(true);
    m_settling.setInterval(Settling);
    m_quiet.setSingleShot(true);
    m_quiet.setInterval(Quiet);
    connect(&m_settling, &QTimer::timeout, this, &GrantedStream::tellWhatIsWhole);
    connect(&m_quiet, &QTimer::timeout, this, &GrantedStream::tellWhatIsWhole);
    m_stream = open(std::move(requests));
    connect(m_stream.get(), &WatchStream::received, this, &GrantedStream::take);
    connect(m_stream.get(), &WatchStream::active, this, &WatchStream::active);
    connect(m_stream.get(), &WatchStream::ended, this, [this](const Error &error) {
        if (!m_isOver)
            Q_EMIT ended(error);
    });
}

void GrantedStream::take(const WatchReply &reply)
{
    if (m_isOver)
        return;
    m_header = reply.header;
    if (reply.canceled) {
        // One refused watch makes the rest worthless.
        m_isOver = true;
        WatchReply canceled = reply;
        canceled.watchId = m_watchId;
        canceled.created = false;
        Q_EMIT received(canceled);
        return;
    }
    const auto part = static_cast<std::size_t>(reply.watchId);
    if (reply.watchId < 0 || part >= m_created.size())
        return;
    if (reply.created)
        takeCreated(part, reply.header);
    else if (!reply.events.empty())
        takeEvents(part, reply);
    else
        takeProgress(part, reply.header.revision);
}

void GrantedStream::takeCreated(std::size_t part, const ResponseHeader &header)
{
    m_created[part] = true;
    if (m_fromNow)
        m_marks->seen[part] = header.revision;
    if (m_isCreated
        || !std::all_of(m_created.cbegin(), m_created.cend(), [](bool created) { return created; }))
        return;
    m_isCreated = true;
    // "Now" is when the last of them began; what the others have told of before is over.
    if (m_fromNow) {
        m_marks->told = *std::max_element(m_marks->seen.cbegin(), m_marks->seen.cend());
        for (Revision &seen : m_marks->seen)
            seen = std::max(seen, m_marks->told);
        m_events.erase(m_events.begin(), m_events.upper_bound(m_marks->told));
        m_header.revision = m_marks->told;
    }
    m_settling.start();
    Q_EMIT received({.header = m_header, .watchId = m_watchId, .created = true});
}

void GrantedStream::takeEvents(std::size_t part, const WatchReply &reply)
{
    Revision &seen = m_marks->seen[part];
    const Revision before = seen;
    for (const Event &event : reply.events) {
        const Revision revision = event.kv.modRevision;
        // Told before the watch was continued, all or nothing of it.
        if (revision < before || (revision == before && !m_fragmented[part]))
            continue;
        if (revision <= m_marks->told) {
            cancel(QStringLiteral("changes of several ranges came in another order than they were made in"),
                   revision);
            return;
        }
        m_events[revision].push_back(event);
        m_waitingBytes += memorySize(event);
        seen = std::max(seen, revision);
    }
    m_fragmented[part] = reply.fragment;
    if (m_waitingBytes > MostWaitingBytes) {
        m_isOver = true;
        m_events.clear();
        Q_EMIT ended(endlessRevision());
        return;
    }
    const QPointer<GrantedStream> alive(this);
    if (m_isCreated && !m_settling.isActive() && m_events.size() > 1)
        tell(m_events.crbegin()->first);
    if (alive && !m_isOver)
        m_quiet.start();
}

void GrantedStream::takeProgress(std::size_t part, Revision revision)
{
    m_marks->seen[part] = std::max(m_marks->seen[part], revision);
    const Revision all = *std::min_element(m_marks->seen.cbegin(), m_marks->seen.cend());
    if (!m_isCreated || !m_events.empty() || all <= m_marks->told)
        return;
    m_marks->told = all;
    ResponseHeader header = m_header;
    header.revision = all;
    Q_EMIT received({.header = header, .watchId = m_watchId});
}

void GrantedStream::tellWhatIsWhole()
{
    if (!m_isCreated || m_isOver || m_settling.isActive() || m_events.empty() || m_quiet.isActive())
        return;
    tell(Revision(m_events.crbegin()->first.value + 1));
}

void GrantedStream::tell(Revision end)
{
    // What goes on in the next fragment waits for it.
    for (std::size_t i = 0; i < m_fragmented.size(); ++i) {
        if (m_fragmented[i])
            end = std::min(end, m_marks->seen[i]);
    }
    const auto last = m_events.lower_bound(end);
    if (last == m_events.begin())
        return;
    WatchReply reply {.header = m_header, .watchId = m_watchId};
    for (auto it = m_events.begin(); it != last; ++it) {
        m_marks->told = it->first;
        reply.events.insert(reply.events.end(), std::make_move_iterator(it->second.begin()),
                            std::make_move_iterator(it->second.end()));
    }
    m_events.erase(m_events.begin(), last);
    m_waitingBytes = 0;
    for (const auto &[revision, events] : m_events)
        m_waitingBytes += memorySize(events);
    Q_EMIT received(reply);
}

void GrantedStream::cancel(const QString &reason, Revision compacted)
{
    m_isOver = true;
    m_events.clear();
    *m_marks = {};
    Q_EMIT received({.header = m_header,
                     .watchId = m_watchId,
                     .canceled = true,
                     .cancelReason = reason,
                     .compactRevision = compacted});
}

} // namespace slotscope::core
