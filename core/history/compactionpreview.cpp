// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/compactionpreview.h"

#include <algorithm>

namespace slotscope::core {

namespace {

/// Others may compact meanwhile, too, but not all the time: then it is not the server that it was.
constexpr int MostStartsOver = 5;

std::optional<Slot> slotOf(const QByteArray &key)
{
    if (key.size() < 2)
        return std::nullopt;
    return Slot(static_cast<quint16>(static_cast<uchar>(key[0]) << 8 | static_cast<uchar>(key[1])));
}

} // namespace

CompactionPreview::CompactionPreview(Client *client, QObject *parent)
    : QObject(parent)
    , m_client(client)
{
}

CompactionPreview::~CompactionPreview() = default;

void CompactionPreview::setState(State state)
{
    m_state = state;
    Q_EMIT changed();
}

void CompactionPreview::stop()
{
    if (!m_watch)
        return;
    m_watch->disconnect(this);
    m_watch->close();
    // It may be the one that is just calling us.
    m_watch.release()->deleteLater();
}

void CompactionPreview::start(Revision compacted, Revision upTo)
{
    m_startsOver = 0;
    count(compacted, upTo);
}

void CompactionPreview::count(Revision compacted, Revision upTo)
{
    stop();
    m_error = {};
    m_from = compacted;
    m_upTo = upTo;
    m_reached = compacted;
    m_keys.clear();
    m_losses.clear();
    if (upTo <= compacted)
        return setState(State::Complete);
    m_watch = std::make_unique<Watch>(m_client, KeyRange::all(), Watch::Options {});
    connect(m_watch.get(), &Watch::eventsReceived, this, &CompactionPreview::takeEvents);
    connect(m_watch.get(), &Watch::compacted, this, [this](Revision now) {
        // More is gone than was known, and so less can be lost.
        if (now > m_from && ++m_startsOver <= MostStartsOver)
            count(now, m_upTo);
        else
            fail();
    });
    connect(m_watch.get(), &Watch::stateChanged, this, [this](Watch::State state) {
        if (state == Watch::State::Closed || state == Watch::State::Backoff)
            fail();
    });
    m_watch->start(Revision(compacted.value + 1));
    setState(State::Counting);
}

void CompactionPreview::fail()
{
    m_error = m_watch->lastError();
    stop();
    setState(State::Failed);
}

void CompactionPreview::takeEvents(const EventBatch &batch)
{
    for (const Event &event : batch.events) {
        if (event.kv.modRevision > m_upTo)
            break;
        // What is written anew takes nothing away; everything else takes the place of one version.
        if (event.isCreate() && !m_keys.contains(event.kv.key))
            continue;
        HistoryLoss &loss = m_losses[slotOf(event.kv.key)];
        Seen &seen = m_keys[event.kv.key];
        if (!event.isCreate()) {
            ++loss.versions;
            if (!std::exchange(seen.loses, true))
                ++loss.records;
        }
        const bool deleted = event.type == EventType::Delete;
        if (deleted != std::exchange(seen.deleted, deleted))
            loss.deleted += deleted ? 1 : -1;
    }
    m_reached = std::min(batch.last, m_upTo);
    if (batch.last < m_upTo) {
        Q_EMIT changed();
        return;
    }
    m_keys.clear();
    stop();
    setState(State::Complete);
}

double CompactionPreview::progress() const
{
    if (m_state == State::Complete || m_upTo <= m_from)
        return 1;
    return double(m_reached.value - m_from.value) / double(m_upTo.value - m_from.value);
}

HistoryLoss CompactionPreview::total() const
{
    HistoryLoss total;
    for (const auto &[slot, loss] : m_losses) {
        total.versions += loss.versions;
        total.records += loss.records;
        total.deleted += loss.deleted;
    }
    return total;
}

} // namespace slotscope::core
