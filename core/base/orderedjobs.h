// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>

#include <functional>

namespace slotscope::core {

/// Jobs off the thread that gives them, one after the other in that order. Lives on the giving thread; its
/// end waits for what was given.
class OrderedJobs : public QObject
{
    Q_OBJECT
public:
    explicit OrderedJobs(QObject *parent = nullptr);
    ~OrderedJobs() override;

    void start(std::function<void()> job);
    /// In its turn as well, but isIdle() does not wait for it.
    void startAside(std::function<void()> job);
    /// The end of every job was noted here.
    bool isIdle() const { return m_waiting == 0; }
    /// Blocks until all are done, noted or not.
    void wait();

Q_SIGNALS:
    /// isIdle() became true.
    void idle();

private:
    QThreadPool m_pool; // one thread, so in order
    int m_waiting = 0; // jobs whose end has not been noted
};

} // namespace slotscope::core
