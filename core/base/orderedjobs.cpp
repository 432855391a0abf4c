// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/orderedjobs.h"

namespace slotscope::core {

OrderedJobs::OrderedJobs(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

OrderedJobs::~OrderedJobs()
{
    wait();
}

void OrderedJobs::start(std::function<void()> job)
{
    ++m_waiting;
    m_pool.start([this, job = std::move(job)] {
        job();
        QMetaObject::invokeMethod(
            this,
            [this] {
                if (--m_waiting == 0)
                    Q_EMIT idle();
            },
            Qt::QueuedConnection);
    });
}

void OrderedJobs::startAside(std::function<void()> job)
{
    m_pool.start(std::move(job));
}

void OrderedJobs::wait()
{
    m_pool.waitForDone();
}

} // namespace slotscope::core
