// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/search.h"

#include "core/etcd/piececall.h"
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
/// Pieces that are asked for at once, as tables do.
constexpr int MostAtOnce = 4;
/// The same with those that have come and are not told of, so that memory stays bounded where looking at them
/// takes longer than reading.
constexpr size_t MostPieces = 8;

} // namespace

Search::Search(Client *client, SlotDirectory *directory, SearchQuery query, QObject *parent)
    : QObject(parent)
    , m_client(client)
    , m_directory(directory)
    , m_query(std::move(query))
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(TypePatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        // Its type stays unknown.
        openPlace(m_places.front());
        goOn();
    });
    m_progressTimer.setSingleShot(true);
    m_progressTimer.setInterval(100ms);
    connect(&m_progressTimer, &QTimer::timeout, this, &Search::progressChanged);
    const auto sampled = [this] {
        if (m_patience.isActive())
            goOn();
    };
    connect(m_directory, &SlotDirectory::slotChanged, this, sampled, Qt::QueuedConnection);
    connect(m_directory, &SlotDirectory::sampled, this, sampled, Qt::QueuedConnection);
}

Search::~Search()
{
    m_stop->store(true);
}

Search::Passage::~Passage()
{
    for (const auto &[piece, call] : calls)
        call.cancel();
}

Search::Progress Search::progress() const
{
    Progress progress = m_progress;
    if (isRunning())
        progress.milliseconds = m_clock.elapsed();
    if (!m_passages.empty())
        progress.slot = m_passages.front()->reader->slot;
    else if (!m_places.empty())
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
    m_passages.clear();
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
    goOn();
}

/// Asks for as much as there is room for: for what is told of first before all else.
void Search::goOn()
{
    while (isRunning() && isRoom()) {
        std::optional<RangePlan::Piece> piece;
        const auto passage = std::find_if(m_passages.cbegin(), m_passages.cend(), [&piece](const auto &each) {
            piece = each->plan.next();
            return piece.has_value();
        });
        if (passage != m_passages.cend())
            ask(*passage, *piece);
        else if (!openPlace())
            break;
    }
    if (isRunning() && m_passages.empty() && m_places.empty())
        end(State::Done);
}

bool Search::isRoom() const
{
    int asked = 0;
    size_t all = 0;
    for (const auto &passage : m_passages) {
        asked += passage->plan.underWay();
        all += size_t(passage->looking) + passage->looked.size();
    }
    // The first reply tells at which revision the others are to be read.
    if (asked >= (m_revision.value == 0 ? 1 : MostAtOnce))
        return false;
    // Where nothing is on its way, the rest of a piece that had more is what all others wait for.
    return size_t(asked) + all < MostPieces || (asked == 0 && m_passages.front()->looking == 0);
}

/// The next one, if its type is known. False: there is none, or it is waited for.
bool Search::openPlace()
{
    if (m_places.empty())
        return false;
    const Place &place = m_places.front();
    const SlotInfo *info = place.slot ? m_directory->find(*place.slot) : nullptr;
    if (info && !info->sampled && info->records > 0 && !m_directory->isSampled()) {
        if (!m_patience.isActive()) {
            m_directory->sample(*place.slot);
            m_patience.start();
        }
        return false;
    }
    openPlace(place);
    return true;
}

void Search::openPlace(const Place &place)
{
    m_patience.stop();
    const SlotInfo *info = place.slot ? m_directory->find(*place.slot) : nullptr;
    const SlotCodec codec = codecFor(info);
    const RowQuery query {.filter = m_query.text, .condition = m_query.condition};
    m_passages.push_back(std::make_shared<Passage>(
        std::make_shared<const Reader>(Reader {codec, RowEvaluator(codec, query), m_query.text, place.slot}),
        RangePlan(place.range, info ? info->records : 1)));
    m_places.pop_front();
}

void Search::ask(const std::shared_ptr<Passage> &passage, const RangePlan::Piece &piece)
{
    const Call<RowsReply> call = readPiece(m_client, piece, m_revision);
    passage->calls[piece.number] = call;
    const auto of = std::weak_ptr(passage);
    call.then(this, [this, of, number = piece.number](const Result<RowsReply> &result) {
        const auto still = of.lock();
        if (still && isRunning())
            take(still, number, result);
    });
}

void Search::take(const std::shared_ptr<Passage> &passage, quint64 piece, const Result<RowsReply> &result)
{
    passage->calls.erase(piece);
    if (!result)
        return fail(passage, result.error());
    if (m_revision.value == 0)
        m_revision = result->header.revision;
    passage->plan.take(piece, outcomeOf(*result));
    if (result->rows > 0)
        startLooking(passage, piece, *result);
    else
        passage->looked[piece] = {};
    tellInTurn();
}

void Search::fail(const std::shared_ptr<Passage> &passage, const Error &error)
{
    if (error.kind == ErrorKind::PermissionDenied && passage->reader->slot) {
        const Slot slot = *passage->reader->slot;
        m_refused.insert(std::lower_bound(m_refused.begin(), m_refused.end(), slot), slot);
        std::erase(m_passages, passage);
        tellInTurn();
    } else if (error.kind == ErrorKind::Compacted && m_query.revision.value == 0
               && ++m_restarts <= MostRestarts) {
        restart();
    } else {
        m_error = error;
        end(State::Failed);
    }
}

void Search::startLooking(const std::shared_ptr<Passage> &passage, quint64 piece, const RowsReply &rows)
{
    ++passage->looking;
    auto *watcher = new QFutureWatcher<Looked>(this);
    connect(watcher, &QFutureWatcherBase::finished, this,
            [this, watcher, piece, of = std::weak_ptr(passage)] {
                watcher->deleteLater();
                const auto still = of.lock();
                if (!still || !isRunning())
                    return;
                --still->looking;
                still->looked[piece] = watcher->future().takeResult();
                tellInTurn();
            });
    const qint64 mostHits = m_query.mostHits - m_progress.hits;
    watcher->setFuture(
        QtConcurrent::run(RowOrderWork::pool(), [reader = passage->reader, rows, mostHits, stop = m_stop] {
            return look(*reader, rows, mostHits, *stop);
        }));
}

Search::Looked Search::look(const Reader &reader, const RowsReply &rows, qint64 mostHits,
                            const std::atomic_bool &stop)
{
    Looked looked;
    CellRow memory;
    SortKey none;
    for (const auto &chunk : rows.chunks) {
        for (quint32 i = 0; i < chunk->size(); ++i) {
            if (stop.load(std::memory_order_relaxed))
                return looked;
            const RowView row = chunk->row(i);
            ++looked.records;
            looked.bytes += row.key.size() + row.value.size();
            if (!reader.evaluator.evaluate(row, memory, none))
                continue;
            if (qint64(looked.hits.size()) == mostHits) {
                looked.isFull = true;
                return looked;
            }
            SearchHit &hit = looked.hits.emplace_back();
            hit.record = row.toKeyValue();
            hit.slot = reader.slot;
            const DecodedRow decoded = decodeRow(reader.codec, hit.record.key, hit.record.value);
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
    }
    return looked;
}

/// Tells of all whose turn it is, and goes on.
void Search::tellInTurn()
{
    const QPointer guard(this);
    while (!m_passages.empty()) {
        const std::shared_ptr<Passage> passage = m_passages.front();
        if (passage->turn == 0 && passage->plan.isDone()) {
            m_passages.pop_front();
            continue;
        }
        if (passage->turn == 0)
            passage->turn = passage->plan.takeDelivered();
        auto looked = passage->looked.extract(passage->turn);
        if (looked.empty())
            break;
        passage->turn = 0;
        takeHits(std::move(looked.mapped()));
        if (!guard || !isRunning())
            return;
    }
    goOn();
}

void Search::takeHits(Looked looked)
{
    // Others of its pieces were looked at meanwhile.
    const auto room = size_t(m_query.mostHits - m_progress.hits);
    if (looked.hits.size() > room) {
        looked.hits.resize(room);
        looked.isFull = true;
    }
    m_progress.records += looked.records;
    m_progress.bytes += looked.bytes;
    m_progress.hits += qint64(looked.hits.size());
    if (!m_progressTimer.isActive())
        m_progressTimer.start();
    const QPointer guard(this);
    if (!looked.hits.empty())
        Q_EMIT found(looked.hits);
    if (guard && isRunning() && looked.isFull)
        end(State::Full);
}

void Search::restart()
{
    m_passages.clear();
    m_patience.stop();
    const QPointer guard(this);
    Q_EMIT restarted();
    if (!guard)
        return;
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
    m_passages.clear();
    m_patience.stop();
    m_progressTimer.stop();
    Q_EMIT finished();
}

} // namespace slotscope::core
