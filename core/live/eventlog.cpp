// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/eventlog.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr std::chrono::milliseconds ChangeInterval(50);
constexpr qint64 VolumesOnDisk = 16; // so that giving up the oldest entries frees a part of the files

} // namespace

qint64 EventLogSnapshot::begin() const
{
    return m_segments.front()->firstNumber();
}

qint64 EventLogSnapshot::end() const
{
    return m_segments.back()->endNumber();
}

void EventLogSnapshot::visit(qint64 from, const std::function<bool(const LogEntry &)> &entry) const
{
    const auto first = std::upper_bound(m_segments.begin(), m_segments.end(), from,
                                        [](qint64 number, const auto &s) { return number < s->endNumber(); });
    for (auto segment = first; segment != m_segments.end(); ++segment) {
        const QByteArray bytes = (*segment)->bytes();
        qsizetype offset = 0;
        for (qint64 number = (*segment)->firstNumber(); number < (*segment)->endNumber(); ++number) {
            const qsizetype size = entrySize(bytes, offset);
            if (number >= from) {
                auto read = size > 0 ? readEntry(bytes, offset) : std::nullopt;
                if (!read)
                    read = LogEntry {.kind = LogEntry::Kind::Unreadable};
                read->number = number;
                if (!entry(*read))
                    return;
            }
            offset += size;
        }
    }
}

std::vector<LogEntry> EventLogSnapshot::read(qint64 from, qint64 count) const
{
    std::vector<LogEntry> entries;
    if (count > 0) {
        visit(from, [&](const LogEntry &entry) {
            if (entry.number >= from + count)
                return false;
            entries.push_back(entry);
            return entry.number + 1 < from + count;
        });
    }
    return entries;
}

EventLog::EventLog(QObject *parent)
    : EventLog(Options(), parent)
{
}

EventLog::EventLog(const Options &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_book(options.bookBytes)
    , m_spill(std::make_shared<LogSpill>(options.folder, options.diskBytes / VolumesOnDisk))
{
    m_writer.setMaxThreadCount(1);
    m_change.setSingleShot(true);
    m_change.setInterval(ChangeInterval);
    connect(&m_change, &QTimer::timeout, this, &EventLog::changed);
}

EventLog::~EventLog()
{
    // What is not written yet is needed no more; one segment may be under way.
    m_writer.clear();
    m_writer.waitForDone();
}

qint64 EventLog::begin() const
{
    return m_sealed.empty() ? m_openFirst : m_sealed.front()->firstNumber();
}

void EventLog::continueAfter(Revision revision)
{
    const Revision before = std::exchange(m_revision, revision);
    if (before.value == 0 || before == revision)
        return;
    m_book.clear(revision);
    LogEntry entry;
    entry.kind = revision < before ? LogEntry::Kind::OtherData : LogEntry::Kind::Gap;
    entry.revision = revision;
    entry.missingFrom = Revision(before.value + 1);
    entry.receivedAt = QDateTime::currentMSecsSinceEpoch();
    add(entry);
}

void EventLog::noteProgress(Revision revision)
{
    m_revision = std::max(m_revision, revision);
}

void EventLog::take(const EventBatch &batch)
{
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    auto event = batch.events.cbegin();
    while (event != batch.events.cend()) {
        LogEntry entry;
        entry.revision = event->kv.modRevision;
        entry.receivedAt = now;
        const bool isNew = entry.revision > m_revision;
        for (; event != batch.events.cend() && event->kv.modRevision == entry.revision; ++event) {
            if (isNew)
                entry.events.push_back(m_book.take(*event));
        }
        if (!isNew)
            continue;
        m_revision = entry.revision;
        m_eventCount += qint64(entry.events.size());
        add(entry);
    }
    m_revision = std::max(m_revision, batch.last);
}

void EventLog::add(const LogEntry &entry)
{
    appendEntry(&m_open, entry);
    ++m_end;
    if (m_open.size() >= m_options.segmentBytes)
        seal();
    noteChange();
}

void EventLog::noteChange()
{
    if (!m_change.isActive())
        m_change.start();
}

void EventLog::seal()
{
    const auto segment = std::make_shared<LogSegment>(m_openFirst, m_end - m_openFirst, m_open);
    m_sealed.push_back(segment);
    m_sealedBytes += segment->size();
    m_openFirst = m_end;
    m_open = QByteArray();
    m_open.reserve(m_options.segmentBytes + m_options.segmentBytes / 8);
    makeRoom();
}

void EventLog::makeRoom()
{
    qint64 inMemory = 0;
    for (size_t i = m_scheduled; i < m_sealed.size(); ++i)
        inMemory += m_sealed[i]->size();
    for (; inMemory > m_options.memoryBytes && m_scheduled < m_sealed.size(); ++m_scheduled) {
        inMemory -= m_sealed[m_scheduled]->size();
        m_writer.start([spill = m_spill, segment = m_sealed[m_scheduled]] { spill->store(segment.get()); });
    }
    // Where nothing can be written, twice the memory is the end.
    const bool stuck = !problem().isEmpty();
    while (!m_sealed.empty()
           && (m_sealedBytes > m_options.memoryBytes + m_options.diskBytes
               || (stuck && bytesInMemory() > 2 * m_options.memoryBytes))) {
        m_sealedBytes -= m_sealed.front()->size();
        m_sealed.pop_front();
        m_scheduled -= std::min<size_t>(m_scheduled, 1);
    }
}

qint64 EventLog::bytesInMemory() const
{
    qint64 bytes = m_open.size();
    for (const auto &segment : m_sealed)
        bytes += segment->isInMemory() ? segment->size() : 0;
    return bytes;
}

qint64 EventLog::bytesOnDisk() const
{
    return m_sealedBytes + m_open.size() - bytesInMemory();
}

EventLogSnapshot EventLog::snapshot() const
{
    EventLogSnapshot snapshot;
    snapshot.m_segments.assign(m_sealed.cbegin(), m_sealed.cend());
    snapshot.m_segments.push_back(
        std::make_shared<const LogSegment>(m_openFirst, m_end - m_openFirst, m_open));
    return snapshot;
}

void EventLog::clear()
{
    m_writer.clear();
    m_sealed.clear();
    m_sealedBytes = 0;
    m_scheduled = 0;
    m_openFirst = m_end;
    m_open.clear();
    noteChange();
}

} // namespace slotscope::core
