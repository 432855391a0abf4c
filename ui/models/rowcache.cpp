// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/rowcache.h"

#include <QFutureWatcher>
#include <QtConcurrent>

namespace slotscope::ui {

namespace {

constexpr qsizetype UsualCapacity = 64 * 1024 * 1024;
/// A decoded tree takes a multiple of its bytes.
constexpr qsizetype TreeFactor = 6;
constexpr qsizetype RowOverhead = 512;
constexpr size_t MostRowsPerBatch = 2000;

struct Work
{
    core::RowId id;
    core::Revision modRevision;
    QByteArray key;
    QByteArray value;
    std::shared_ptr<core::DecodedRow> decoded;
};

} // namespace

RowCache::RowCache(Source source, QObject *parent)
    : QObject(parent)
    , m_source(std::move(source))
    , m_rows(UsualCapacity)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    connect(&m_timer, &QTimer::timeout, this, &RowCache::decodeQueued);
}

void RowCache::reset(core::SlotCodec codec)
{
    ++m_generation;
    m_codec = std::move(codec);
    m_rows.clear();
    m_queued.clear();
}

RowCache::Row RowCache::row(core::RowId id, core::Revision wanted)
{
    const Entry *entry = m_rows.object(id.value);
    if (!entry || entry->modRevision != wanted)
        request(id);
    return entry ? entry->row : Row();
}

void RowCache::insert(core::RowId id, core::Revision modRevision, Row row, qsizetype bytes)
{
    // A row larger than the cache would be dropped at once and asked for again, forever.
    const qsizetype cost = std::min(RowOverhead + TreeFactor * bytes, m_rows.maxCost() / 2);
    m_rows.insert(id.value, new Entry {std::move(row), modRevision}, cost);
}

RowCache::Row RowCache::known(core::RowId id) const
{
    const Entry *entry = m_rows.object(id.value);
    return entry ? entry->row : Row();
}

void RowCache::request(core::RowId id)
{
    m_queued.insert(id.value);
    if (!m_running && !m_timer.isActive())
        m_timer.start();
}

void RowCache::decodeQueued()
{
    std::vector<Work> batch;
    for (auto it = m_queued.begin(); it != m_queued.end() && batch.size() < MostRowsPerBatch;) {
        const core::RowId id(*it);
        it = m_queued.erase(it);
        const std::optional<core::RowView> view = m_source(id);
        if (!view)
            continue;
        const Entry *known = m_rows.object(id.value);
        if (!known || known->modRevision != view->modRevision)
            batch.push_back(
                {id, view->modRevision, view->key.toByteArray(), view->value.toByteArray(), nullptr});
    }
    if (batch.empty())
        return;

    m_running = true;
    auto *watcher = new QFutureWatcher<std::vector<Work>>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation = m_generation] {
        m_running = false;
        watcher->deleteLater();
        if (!m_queued.empty())
            m_timer.start();
        if (generation != m_generation)
            return;
        std::vector<Update> updates;
        for (const Work &work : watcher->result()) {
            const Entry *known = m_rows.object(work.id.value);
            updates.push_back({work.id, known ? known->row : Row(), work.decoded});
            insert(work.id, work.modRevision, work.decoded, work.key.size() + work.value.size());
        }
        Q_EMIT decoded(updates);
    });
    watcher->setFuture(QtConcurrent::run([codec = m_codec, batch = std::move(batch)]() mutable {
        for (Work &work : batch)
            work.decoded = std::make_shared<core::DecodedRow>(core::decodeRow(codec, work.key, work.value));
        return std::move(batch);
    }));
}

} // namespace slotscope::ui
