// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/search.h"

#include "core/table/recordjson.h"
#include "core/table/roworderwork.h"
#include "core/table/searchplace.h"
#include "core/value/valuetext.h"

#include <QFutureWatcher>
#include <QtConcurrent>

#include <algorithm>

namespace slotscope::core {

namespace {

using namespace std::chrono_literals;

constexpr int MostRestarts = 3;
constexpr auto TypePatience = 10s;

} // namespace

Search::Search(Client *client, SlotDirectory *directory, SearchQuery query, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_directory(directory)
    , m_query(std::move(query))
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(TypePatience);
    connect(&m_patience, &QTimer::timeout, this, &Search::enterPlace);
    m_progressTimer.setSingleShot(true);
    m_progressTimer.setInterval(100ms);
    connect(&m_progressTimer, &QTimer::timeout, this, &Search::progressChanged);
    const auto goOn = [this] {
        if (m_patience.isActive())
            nextPlace();
    };
    connect(m_directory, &SlotDirectory::slotChanged, this, goOn, Qt::QueuedConnection);
    connect(m_directory, &SlotDirectory::sampled, this, goOn, Qt::QueuedConnection);
}

Search::~Search()
{
    m_stop->store(true);
}

Search::Progress Search::progress() const
{
    Progress progress = m_progress;
    if (isRunning())
        progress.milliseconds = m_clock.elapsed();
    if (!m_places.empty())
        progress.slot = m_places.front().slot;
    return progress;
}

void Search::start()
{
    if (m_state != State::Idle)
        return;
    m_state = State::Running;
    m_clock.start();
    QMetaObject::invokeMethod(this, &Search::begin, Qt::QueuedConnection);
}

void Search::begin()
{
    if (!isRunning())
        return;
    m_revision = m_query.revision;
    m_progress = {};
    m_places.clear();
    std::vector<Slot> numbers = m_query.slotNumbers;
    if (numbers.empty()) {
        numbers = m_directory->slotNumbers();
        for (const QByteArray &key : m_directory->shortKeys())
            m_places.push_back({{}, KeyRange::single(key)});
        m_progress.total = qint64(m_places.size());
    }
    for (const Slot slot : numbers) {
        m_places.push_back({slot, KeyRange::slot(slot)});
        const SlotInfo *info = m_directory->find(slot);
        m_progress.total += info ? info->records : 0;
    }
    nextPlace();
}

void Search::nextPlace()
{
    if (m_places.empty()) {
        if (!m_isLooking && !m_waiting)
            end(State::Done);
        return;
    }
    const auto slot = m_places.front().slot;
    const SlotInfo *info = slot ? m_directory->find(*slot) : nullptr;
    if (info && !info->sampled && info->records > 0 && !m_directory->isSampled()) {
        if (!m_patience.isActive()) {
            m_directory->sample(*slot);
            m_patience.start();
        }
        return;
    }
    enterPlace();
}

void Search::enterPlace()
{
    m_patience.stop();
    const Place &place = m_places.front();
    const SlotCodec codec = codecFor(place.slot ? m_directory->find(*place.slot) : nullptr);
    const RowQuery query {.filter = m_query.text, .condition = m_query.condition};
    m_reader =
        std::make_shared<const Reader>(Reader {codec, RowEvaluator(codec, query), m_query.text, place.slot});
    m_cursor = PageCursor(place.range);
    requestPage();
}

void Search::requestPage()
{
    m_call = m_client->range(m_cursor.next(m_revision));
    m_call.then(this, [this](const Result<RangeReply> &result) {
        if (isRunning())
            takePage(result);
    });
}

void Search::takePage(const Result<RangeReply> &result)
{
    if (!result) {
        const bool isRefused = result.error().kind == ErrorKind::PermissionDenied && m_places.front().slot;
        if (isRefused) {
            m_refused.push_back(*m_places.front().slot);
            m_places.pop_front();
            nextPlace();
        } else if (result.error().kind == ErrorKind::Compacted && m_query.revision.value == 0
                   && ++m_restarts <= MostRestarts) {
            restart();
        } else {
            m_error = result.error();
            end(State::Failed);
        }
        return;
    }
    if (m_revision.value == 0)
        m_revision = result->header.revision;
    m_cursor.take(*result);
    Page page {result->kvs, m_reader};
    if (m_cursor.isAtEnd())
        m_places.pop_front();
    if (m_isLooking) {
        m_waiting = std::move(page);
        return;
    }
    startLooking(std::move(page));
}

// Reads on meanwhile.
void Search::startLooking(Page page)
{
    m_isLooking = true;
    auto *watcher = new QFutureWatcher<Looked>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation = m_generation] {
        watcher->deleteLater();
        if (isRunning() && generation == m_generation)
            takeHits(watcher->result());
    });
    const qint64 mostHits = m_query.mostHits - m_progress.hits;
    watcher->setFuture(
        QtConcurrent::run(RowOrderWork::pool(), [page = std::move(page), mostHits, stop = m_stop] {
            return look(page, mostHits, *stop);
        }));
    if (m_reader && m_cursor.isAtEnd())
        nextPlace();
    else
        requestPage();
}

Search::Looked Search::look(const Page &page, qint64 mostHits, const std::atomic_bool &stop)
{
    const Reader &reader = *page.reader;
    Looked looked;
    CellRow memory;
    SortKey none;
    for (const KeyValue &kv : page.records) {
        if (stop.load(std::memory_order_relaxed))
            return looked;
        ++looked.records;
        looked.bytes += kv.key.size() + kv.value.size();
        const RowView row {kv.key, kv.value, kv.createRevision, kv.modRevision, kv.version, kv.lease};
        if (!reader.evaluator.evaluate(row, memory, none))
            continue;
        if (qint64(looked.hits.size()) == mostHits) {
            looked.isFull = true;
            return looked;
        }
        SearchHit &hit = looked.hits.emplace_back();
        hit.record = kv;
        hit.slot = reader.slot;
        const DecodedRow decoded = decodeRow(reader.codec, kv.key, kv.value);
        if (reader.text.isEmpty()) {
            hit.excerpt = displayText(decoded.value);
        } else {
            const SearchPlace place = placeOf(reader.text, decoded);
            hit.field = place.field;
            hit.excerpt = place.excerpt;
            hit.offset = place.offset;
            hit.length = reader.text.size();
        }
    }
    return looked;
}

void Search::takeHits(const Looked &looked)
{
    m_isLooking = false;
    m_progress.records += looked.records;
    m_progress.bytes += looked.bytes;
    m_progress.hits += qint64(looked.hits.size());
    if (!m_progressTimer.isActive())
        m_progressTimer.start();
    const QPointer guard(this);
    if (!looked.hits.empty())
        Q_EMIT found(looked.hits);
    if (!guard || !isRunning())
        return;
    if (looked.isFull) {
        end(State::Full);
        return;
    }
    if (auto waiting = std::exchange(m_waiting, std::nullopt))
        startLooking(*std::move(waiting));
    else if (m_places.empty())
        end(State::Done);
}

void Search::restart()
{
    ++m_generation;
    m_waiting.reset();
    m_isLooking = false;
    Q_EMIT restarted();
    begin();
}

void Search::cancel()
{
    if (m_state == State::Idle || isRunning())
        end(State::Cancelled);
}

void Search::end(State state)
{
    m_progress.milliseconds = m_clock.isValid() ? m_clock.elapsed() : 0;
    m_state = state;
    m_stop->store(true);
    m_call.cancel();
    m_waiting.reset();
    m_patience.stop();
    m_progressTimer.stop();
    Q_EMIT finished();
}

} // namespace slotscope::core
