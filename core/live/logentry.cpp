// SPDX-License-Identifier: GPL-3.0-or-later
//
// An entry as bytes, of this machine and this run only: size (32 bits, with itself), kind, revision, first
// missing revision, time, number of events; for each event its type, what is known of the state before, the
// state after, and the state before where there is one.
#include "core/live/logentry.h"

#include <cstring>
#include <limits>

namespace slotscope::core {

namespace {

template <typename T>
void put(QByteArray *bytes, T number)
{
    bytes->append(reinterpret_cast<const char *>(&number), sizeof number);
}

void putBytes(QByteArray *bytes, const QByteArray &content)
{
    put(bytes, quint32(content.size()));
    bytes->append(content);
}

void putState(QByteArray *bytes, const KeyValue &kv)
{
    putBytes(bytes, kv.value);
    put(bytes, kv.createRevision.value);
    put(bytes, kv.modRevision.value);
    put(bytes, kv.version);
    put(bytes, kv.lease.value);
}

// Reads nothing beyond the end, and remembers that it was asked to.
class Reader
{
public:
    explicit Reader(QByteArrayView bytes)
        : m_bytes(bytes)
    {
    }

    bool failed() const { return m_failed; }
    bool atEnd() const { return m_bytes.isEmpty(); }

    template <typename T>
    T number()
    {
        T result {};
        if (const QByteArrayView bytes = take(sizeof result); !m_failed)
            std::memcpy(&result, bytes.data(), sizeof result);
        return result;
    }
    QByteArray bytes() { return take(number<quint32>()).toByteArray(); }
    void state(KeyValue *kv)
    {
        kv->value = bytes();
        kv->createRevision = Revision(number<qint64>());
        kv->modRevision = Revision(number<qint64>());
        kv->version = number<qint64>();
        kv->lease = LeaseId(number<qint64>());
    }

private:
    QByteArrayView take(size_t size)
    {
        if (m_failed || size > size_t(m_bytes.size())) {
            m_failed = true;
            return {};
        }
        const QByteArrayView taken = m_bytes.first(qsizetype(size));
        m_bytes = m_bytes.sliced(qsizetype(size));
        return taken;
    }

    QByteArrayView m_bytes;
    bool m_failed = false;
};

} // namespace

void appendEntry(QByteArray *bytes, const LogEntry &entry)
{
    const qsizetype start = bytes->size();
    put(bytes, quint32(0));
    put(bytes, quint8(entry.kind));
    put(bytes, entry.revision.value);
    put(bytes, entry.missingFrom.value);
    put(bytes, entry.receivedAt);
    put(bytes, quint32(entry.events.size()));
    for (const LoggedEvent &logged : entry.events) {
        const Event &event = logged.event;
        put(bytes, quint8(event.type));
        put(bytes, quint8(logged.before));
        putBytes(bytes, event.kv.key);
        putState(bytes, event.kv);
        if (logged.before == LoggedEvent::Before::Known)
            putState(bytes, event.prevKv.value_or(KeyValue()));
    }
    const auto size = quint32(bytes->size() - start);
    std::memcpy(bytes->data() + start, &size, sizeof size);
}

qsizetype entrySize(QByteArrayView bytes, qsizetype offset)
{
    quint32 size = 0;
    if (offset < 0 || bytes.size() - offset < qsizetype(sizeof size))
        return 0;
    std::memcpy(&size, bytes.data() + offset, sizeof size);
    return size >= sizeof size && qsizetype(size) <= bytes.size() - offset ? qsizetype(size) : 0;
}

std::optional<LogEntry> readEntry(QByteArrayView bytes, qsizetype offset)
{
    const qsizetype size = entrySize(bytes, offset);
    if (size == 0)
        return std::nullopt;
    Reader reader(bytes.sliced(offset, size));
    reader.number<quint32>();
    LogEntry entry;
    const auto kind = reader.number<quint8>();
    if (kind > quint8(LogEntry::Kind::Unreadable))
        return std::nullopt;
    entry.kind = LogEntry::Kind(kind);
    entry.revision = Revision(reader.number<qint64>());
    entry.missingFrom = Revision(reader.number<qint64>());
    entry.receivedAt = reader.number<qint64>();
    for (quint32 left = reader.number<quint32>(); left > 0 && !reader.failed(); --left) {
        LoggedEvent &logged = entry.events.emplace_back();
        logged.event.type =
            reader.number<quint8>() == quint8(EventType::Put) ? EventType::Put : EventType::Delete;
        const auto before = reader.number<quint8>();
        if (before > quint8(LoggedEvent::Before::Known))
            return std::nullopt;
        logged.before = LoggedEvent::Before(before);
        logged.event.kv.key = reader.bytes();
        reader.state(&logged.event.kv);
        if (logged.before == LoggedEvent::Before::Known) {
            logged.event.prevKv.emplace();
            logged.event.prevKv->key = logged.event.kv.key;
            reader.state(&*logged.event.prevKv);
        }
    }
    return reader.failed() || !reader.atEnd() ? std::nullopt : std::optional(std::move(entry));
}

} // namespace slotscope::core
