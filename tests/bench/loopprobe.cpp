// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/loopprobe.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QThread>
#include <QTimer>

#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

double milliseconds(clockid_t clock)
{
    timespec now {};
    clock_gettime(clock, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) * 1e-6;
}

double threadMilliseconds()
{
    return milliseconds(CLOCK_THREAD_CPUTIME_ID);
}

clockid_t clockOfThisThread()
{
    clockid_t clock {};
    if (pthread_getcpuclockid(pthread_self(), &clock) != 0)
        qFatal("the thread has no clock");
    return clock;
}

} // namespace

LoopProbe::LoopProbe()
    : m_clock(clockOfThisThread())
    , m_thread([this] {
        auto next = std::chrono::steady_clock::now();
        while (!m_stopping) {
            next += 2ms;
            std::this_thread::sleep_until(next);
            if (!m_active)
                continue;
            const auto asked = std::chrono::steady_clock::now();
            const double before = milliseconds(m_clock);
            QMetaObject::invokeMethod(
                this,
                [this, asked, before] {
                    const std::chrono::duration<double, std::milli> wait =
                        std::chrono::steady_clock::now() - asked;
                    m_gaps.waits.push_back(wait.count());
                    m_gaps.works.push_back(threadMilliseconds() - before);
                },
                Qt::QueuedConnection);
        }
    })
{
}

LoopProbe::~LoopProbe()
{
    m_stopping = true;
    m_thread.join();
}

void LoopProbe::begin()
{
    m_gaps = {};
    static_cast<ProbedApplication *>(qApp)->forget();
    m_active = true;
}

Gaps LoopProbe::end()
{
    m_active = false;
    spinFor(10ms); // for those that are on their way
    m_gaps.longestWork = static_cast<ProbedApplication *>(qApp)->longestWork();
    return std::exchange(m_gaps, {});
}

bool ProbedApplication::notify(QObject *receiver, QEvent *event)
{
    // Events are delivered on other threads as well.
    if (QThread::currentThread() != thread())
        return QApplication::notify(receiver, event);
    const bool isOutermost = m_depth == 0;
    const double before = isOutermost ? threadMilliseconds() : 0;
    const char *name = receiver->metaObject()->className(); // it may be gone afterwards, and so may the event
    const int type = event->type();
    ++m_depth;
    const bool result = QApplication::notify(receiver, event);
    --m_depth;
    if (isOutermost) {
        const double work = threadMilliseconds() - before;
        static const double told = qEnvironmentVariable("BENCH_TELL_WORK", QStringLiteral("1e9")).toDouble();
        if (work > told)
            std::printf("      %.1f ms for event %d of %s\n", work, type, name);
        m_longest = std::max(m_longest, work);
    }
    return result;
}

bool spinUntil(const std::function<bool()> &isTrue, std::chrono::milliseconds most)
{
    if (isTrue())
        return true;
    QEventLoop loop;
    QTimer check;
    bool done = false;
    QObject::connect(&check, &QTimer::timeout, &loop, [&] {
        done = isTrue();
        if (done)
            loop.quit();
    });
    check.start(1ms);
    QTimer::singleShot(most, &loop, &QEventLoop::quit);
    loop.exec();
    return done;
}

void spinFor(std::chrono::milliseconds time)
{
    QEventLoop loop;
    QTimer::singleShot(time, &loop, &QEventLoop::quit);
    loop.exec();
}

} // namespace slotscope::bench
