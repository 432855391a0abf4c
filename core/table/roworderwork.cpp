// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworderwork.h"

#include "core/base/parallel.h"

#include <QCoreApplication>
#include <QThread>

#include <algorithm>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace slotscope::core {

namespace {

constexpr size_t FirstRound = 8192;
constexpr size_t StretchLength = 1024;
constexpr size_t SampleSize = 64;
/// Rows of a part that stand in their order: some screens full.
constexpr size_t MostSorted = 1024;
constexpr qint64 ReportMilliseconds = 50;

/// Has this thread of the pool, for good, let those go first that have little to do and are waited for: that
/// of the window among others. Priorities of Qt's mean nothing to Linux.
void giveWay()
{
#ifdef Q_OS_LINUX
    constexpr int Niceness = 5;
    thread_local const int result = setpriority(PRIO_PROCESS, id_t(gettid()), Niceness);
    Q_UNUSED(result) // where it is forbidden it goes without
#endif
}

/// A stretch of the key order, evaluated on one thread.
struct Stretch
{
    size_t begin = 0;
    size_t end = 0;
    std::vector<RowId> rows;
};

} // namespace

QThreadPool *RowOrderWork::pool()
{
    static QThreadPool *const pool = [] {
        auto *made = new QThreadPool(QCoreApplication::instance());
        made->setMaxThreadCount(std::max(2, QThread::idealThreadCount()));
        return made;
    }();
    return pool;
}

RowOrderWork::RowOrderWork(RowSnapshot snapshot, std::vector<RowId> keyOrder, RowEvaluator evaluator,
                           Sink sink)
    : m_snapshot(std::move(snapshot))
    , m_keyOrder(std::move(keyOrder))
    , m_evaluator(std::move(evaluator))
    , m_sink(std::move(sink))
    , m_sorts(m_evaluator.query().sortColumn.has_value())
    , m_order(std::make_shared<RowOrder>())
{
}

std::shared_ptr<RowOrder> RowOrderWork::run(const std::atomic_bool &cancelled)
{
    giveWay();
    m_order->m_selected.assign(m_snapshot.size(), false);
    if (m_sorts) {
        m_order->m_keys.resize(m_snapshot.size());
        takeScale();
    }
    const RowSort sort(
        [this](quint32 position, SortKey &key) {
            thread_local CellRow memory;
            m_evaluator.evaluate(m_snapshot.row(m_order->m_rows[position]), memory, key);
        },
        m_evaluator.query().descending, pool(), cancelled);
    for (size_t done = 0; done < m_keyOrder.size() && !cancelled;) {
        // Each time as many as before, so that what is shown meanwhile costs little in all.
        const size_t end = std::min(m_keyOrder.size(), std::max(2 * done, FirstRound));
        evaluate(done, end, cancelled);
        done = end;
        if (m_sink && !cancelled)
            report(sort, done);
    }
    if (m_sorts && !cancelled) {
        // The rows come in the order of their etcd keys, which stays among equals.
        sort.sort(m_places);
        std::vector<RowId> sorted;
        sorted.reserve(m_places.size());
        for (const SortPlace &place : m_places)
            sorted.push_back(m_order->m_rows[place.position]);
        m_order->m_rows = std::move(sorted);
    }
    return m_order;
}

void RowOrderWork::takeScale()
{
    std::vector<SortKey> sample;
    CellRow memory;
    const size_t count = std::min(m_keyOrder.size(), SampleSize);
    for (size_t i = 0; i < count; ++i) {
        SortKey key;
        if (m_evaluator.evaluate(m_snapshot.row(m_keyOrder[i * m_keyOrder.size() / count]), memory, key))
            sample.push_back(std::move(key));
    }
    m_order->m_scale = SortScale(sample);
}

void RowOrderWork::evaluate(size_t begin, size_t end, const std::atomic_bool &cancelled)
{
    std::vector<Stretch> stretches;
    for (; begin < end; begin += StretchLength)
        stretches.push_back({begin, std::min(begin + StretchLength, end), {}});
    inParallel(pool(), stretches.size(), [&](size_t at) {
        giveWay();
        Stretch &stretch = stretches[at];
        CellRow memory;
        SortKey key;
        for (size_t i = stretch.begin; i < stretch.end; ++i) {
            if (cancelled.load(std::memory_order_relaxed))
                return;
            const RowId id = m_keyOrder[i];
            if (!m_evaluator.evaluate(m_snapshot.row(id), memory, key))
                continue;
            if (m_sorts)
                m_order->m_keys[id.value] = m_order->m_scale.pack(key);
            stretch.rows.push_back(id);
        }
    });
    for (const Stretch &stretch : stretches) {
        for (const RowId id : stretch.rows) {
            if (m_sorts)
                m_places.push_back({m_order->m_keys[id.value], quint32(m_order->m_rows.size())});
            m_order->m_rows.push_back(id);
            m_order->m_selected[id.value] = true;
        }
    }
}

void RowOrderWork::report(const RowSort &sort, size_t done)
{
    const bool soon = m_sinceReport.isValid() && m_sinceReport.elapsed() < ReportMilliseconds;
    if (soon || done == m_keyOrder.size())
        return;
    const std::vector<RowId> &found = m_order->m_rows;
    RowOrderPart part;
    if (!m_sorts) {
        if (found.size() > m_shown)
            part.rows = found;
    } else if (found.size() > m_seen) {
        // Where the first ones end may be left open by packed keys: the whole order tells it later.
        m_first.insert(m_first.end(), m_places.cbegin() + qsizetype(m_seen), m_places.cend());
        m_seen = found.size();
        if (m_first.size() > MostSorted) {
            std::nth_element(m_first.begin(), m_first.begin() + MostSorted, m_first.end(),
                             [&sort](const SortPlace &a, const SortPlace &b) { return sort.isBefore(a, b); });
            m_first.resize(MostSorted);
        }
        std::vector<SortPlace> sorted = m_first;
        sort.sort(sorted);
        std::vector<bool> isFirst(m_snapshot.size(), false);
        part.sorted = sorted.size();
        for (const SortPlace &place : sorted) {
            part.rows.push_back(found[place.position]);
            isFirst[found[place.position].value] = true;
        }
        const std::vector<RowId> &others = m_evaluator.query().isFilter() ? found : m_keyOrder;
        std::copy_if(others.cbegin(), others.cend(), std::back_inserter(part.rows),
                     [&isFirst](RowId id) { return !isFirst[id.value]; });
    }
    if (!part.rows.empty())
        m_sinceReport.start();
    m_shown = found.size();
    m_sink(qint64(done), std::move(part));
}

} // namespace slotscope::core
