// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/roworderjob.h"

#include "core/table/roworderwork.h"

#include <QMutex>
#include <QPointer>
#include <QtConcurrent>

namespace slotscope::core {

/// The work may outlast the job, and tells it only while it is there.
struct RowOrderJob::Link
{
    QMutex mutex;
    RowOrderJob *job = nullptr; // null pointer: gone
    std::atomic_bool cancelled = false;

    template <typename Function>
    void tell(Function function)
    {
        const QMutexLocker lock(&mutex);
        if (job)
            QMetaObject::invokeMethod(job, std::move(function), Qt::QueuedConnection);
    }
};

RowOrderJob::RowOrderJob(RowSnapshot snapshot, std::vector<RowId> keyOrder, RowEvaluator evaluator,
                         QObject *parent)
    : QObject(parent)
    , m_link(std::make_shared<Link>())
    , m_total(qint64(keyOrder.size()))
{
    m_link->job = this;
    RowOrderWork::Sink sink = [this, link = m_link](qint64 done, RowOrderPart part) {
        link->tell([this, done, part = std::move(part)] {
            const QPointer guard(this);
            m_done = done;
            Q_EMIT progressed();
            if (guard && !part.rows.empty())
                Q_EMIT partFound(part);
        });
    };
    auto work = std::make_shared<RowOrderWork>(std::move(snapshot), std::move(keyOrder), std::move(evaluator),
                                               std::move(sink));
    RowOrderWork::pool()->start([this, link = m_link, work = std::move(work)]() mutable {
        auto order = work->run(link->cancelled);
        work.reset();
        link->tell([this, order = std::move(order)] {
            m_done = m_total;
            m_finished = true;
            Q_EMIT finished(order);
        });
    });
}

RowOrderJob::~RowOrderJob()
{
    m_link->cancelled = true;
    const QMutexLocker lock(&m_link->mutex);
    m_link->job = nullptr;
}

} // namespace slotscope::core
