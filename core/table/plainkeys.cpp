// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/plainkeys.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr qint64 PageSize = 5000;

} // namespace

PlainKeys::PlainKeys(Client *client, Watch *watch, SlotDirectory *directory, QObject *parent, size_t limit)
    : QObject(parent)
    , m_client(client)
    , m_watch(watch)
    , m_directory(directory)
    , m_limit(limit)
{
    // Several slots may turn up at once, and signals come while the directory is still at work.
    m_followTimer.setSingleShot(true);
    m_followTimer.setInterval(0);
    connect(&m_followTimer, &QTimer::timeout, this, &PlainKeys::follow);
    const auto followSoon = [this] { m_followTimer.start(); };
    connect(directory, &SlotDirectory::loaded, this, &PlainKeys::reload);
    connect(directory, &SlotDirectory::slotAdded, this, followSoon);
    connect(directory, &SlotDirectory::slotRemoved, this, followSoon);
    connect(directory, &SlotDirectory::slotChanged, this, followSoon);
    connect(watch, &Watch::eventsReceived, this, &PlainKeys::takeEvents);
    if (directory->isLoaded())
        reload();
}

void PlainKeys::reload()
{
    // What is known stays until the new reading of its prefix is there. A page may be on its way here
    // already, beyond recall.
    ++m_generation;
    m_call.cancel();
    m_queue.clear();
    m_followed.clear();
    m_found.clear();
    m_missed.clear();
    m_revision = {};
    m_error = {};
    m_truncated = false;
    follow();
    Q_EMIT stateChanged();
}

void PlainKeys::retry()
{
    if (!m_error.detail.isEmpty())
        reload();
}

void PlainKeys::follow()
{
    m_followTimer.stop();
    if (!m_directory->isLoaded())
        return;
    std::set<Slot> plain;
    for (const Slot slot : m_directory->slotNumbers()) {
        if (m_directory->find(slot)->kind == SlotKind::PlainKeys)
            plain.insert(slot);
    }
    const bool wasIdle = m_queue.empty();
    const Slot reading = wasIdle ? Slot() : m_queue.front();
    for (const Slot slot : plain) {
        if (m_followed.insert(slot).second)
            m_queue.push_back(slot);
    }
    std::erase_if(m_followed, [&plain](Slot slot) { return !plain.contains(slot); });
    // The one being read is dropped when its pages come.
    std::erase_if(m_queue, [&](Slot slot) { return !plain.contains(slot) && (wasIdle || slot != reading); });
    removeOutside();
    takeShortKeys();
    if (wasIdle && !m_queue.empty()) {
        requestPage();
        Q_EMIT stateChanged();
    }
}

void PlainKeys::requestPage()
{
    const KeyRange range = KeyRange::slot(m_queue.front());
    if (m_found.empty())
        m_nextKey = range.begin;
    RangeRequest request;
    request.range = {m_nextKey, range.end};
    request.limit = std::min(PageSize, static_cast<qint64>(m_limit));
    request.revision = m_revision;
    request.keysOnly = true;
    m_call = m_client->range(request);
    m_call.then(this, [this, generation = m_generation](const Result<RangeReply> &result) {
        if (generation != m_generation)
            return;
        if (result) {
            takePage(*result);
            return;
        }
        const Error &error = result.error();
        m_found.clear();
        m_missed.clear();
        m_revision = {};
        if (error.kind == ErrorKind::Compacted) {
            requestPage(); // the pages' revision is gone: this prefix once more
            return;
        }
        m_queue.clear();
        m_error = error;
        if (m_error.detail.isEmpty())
            m_error.detail = QStringLiteral("the request failed");
        Q_EMIT stateChanged();
    });
}

void PlainKeys::takePage(const RangeReply &reply)
{
    m_revision = m_revision.value != 0 ? m_revision : reply.header.revision;
    for (const KeyValue &kv : reply.kvs)
        m_found.push_back(kv.key);
    if (reply.more && !reply.kvs.empty() && m_found.size() < m_limit) {
        m_nextKey = reply.kvs.back().key + '\0';
        requestPage();
        return;
    }
    if (reply.more)
        setTruncated(true);
    finishRange();
}

void PlainKeys::finishRange()
{
    const Slot slot = m_queue.front();
    m_queue.erase(m_queue.begin());
    // Events that came meanwhile may be older or newer than the pages.
    std::set<QByteArray> now(m_found.begin(), m_found.end());
    for (const Event &event : m_missed) {
        if (event.kv.modRevision <= m_revision)
            continue;
        if (event.type == EventType::Put)
            now.insert(event.kv.key);
        else
            now.erase(event.kv.key);
    }
    m_found.clear();
    m_missed.clear();
    m_revision = {};

    if (m_followed.contains(slot)) {
        std::vector<QByteArray> gone;
        const KeyRange range = KeyRange::slot(slot);
        for (auto it = m_keys.lower_bound(range.begin); it != m_keys.end() && range.contains(*it); ++it) {
            if (it->size() > 1 && !now.contains(*it))
                gone.push_back(*it);
        }
        std::erase_if(now, [](const QByteArray &key) { return key.size() < 2; });
        remove(std::move(gone));
        insert({now.begin(), now.end()});
    }
    if (m_queue.empty())
        Q_EMIT stateChanged();
    else
        requestPage();
}

bool PlainKeys::isPlain(const QByteArray &key) const
{
    const std::optional<Slot> slot = SlotDirectory::slotOf(key);
    return slot ? m_followed.contains(*slot) : m_directory->shortKeys().contains(key);
}

void PlainKeys::takeShortKeys()
{
    std::vector<QByteArray> gone;
    for (const QByteArray &key : m_keys) {
        if (key.size() < 2 && !m_directory->shortKeys().contains(key))
            gone.push_back(key);
    }
    remove(std::move(gone));
    insert({m_directory->shortKeys().begin(), m_directory->shortKeys().end()});
}

void PlainKeys::removeOutside()
{
    std::vector<QByteArray> gone;
    for (const QByteArray &key : m_keys) {
        if (!isPlain(key))
            gone.push_back(key);
    }
    remove(std::move(gone));
}

void PlainKeys::takeEvents(const EventBatch &batch)
{
    // The last event of a key counts.
    std::map<QByteArray, bool> changes;
    for (const Event &event : batch.events) {
        const QByteArray &key = event.kv.key;
        if (key.size() < 2) {
            changes[key] = event.type == EventType::Put;
        } else if (isPlain(key)) {
            changes[key] = event.type == EventType::Put;
            if (!m_queue.empty() && KeyRange::slot(m_queue.front()).contains(key))
                m_missed.push_back(event);
        }
    }
    std::vector<QByteArray> added;
    std::vector<QByteArray> gone;
    for (const auto &[key, isThere] : changes)
        (isThere ? added : gone).push_back(key);
    remove(std::move(gone));
    insert(std::move(added));
}

void PlainKeys::insert(std::vector<QByteArray> keys)
{
    std::erase_if(keys, [this](const QByteArray &key) { return m_keys.contains(key); });
    if (m_keys.size() + keys.size() > m_limit) {
        keys.resize(m_limit - m_keys.size());
        setTruncated(true);
    }
    if (keys.empty())
        return;
    m_keys.insert(keys.begin(), keys.end());
    Q_EMIT keysAdded(keys);
}

void PlainKeys::remove(std::vector<QByteArray> keys)
{
    std::erase_if(keys, [this](const QByteArray &key) { return !m_keys.contains(key); });
    if (keys.empty())
        return;
    for (const QByteArray &key : keys)
        m_keys.erase(key);
    Q_EMIT keysRemoved(keys);
}

void PlainKeys::setTruncated(bool truncated)
{
    if (m_truncated == truncated)
        return;
    m_truncated = truncated;
    Q_EMIT stateChanged();
}

} // namespace slotscope::core
