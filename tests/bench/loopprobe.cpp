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

double threadMilliseconds()
{
    timespec now {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) * 1e3 + double(now.tv_nsec) * 1e-6;
}

} // namespace

LoopProbe::LoopProbe()
    : m_thread([this] {
        auto next = std::chrono::steady_clock::now();
        while (!m_stopping) {
            next += 2ms;
            std::this_thread::sleep_until(next);
            if (!m_active)
                continue;
            const auto asked = std::chrono::steady_clock::now();
            QMetaObject::invokeMethod(
                this,
                [this, asked] {
                    const std::chrono::duration<double, std::milli> wait =
                        std::chrono::steady_clock::now() - asked;
                    m_waits.push_back(wait.count());
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
    m_waits.clear();
    static_cast<ProbedApplication *>(qApp)->forget();
    m_active = true;
}

Gaps LoopProbe::end()
{
    m_active = false;
    spinFor(10ms); // for those that are on their way
    return {std::exchange(m_waits, {}), static_cast<ProbedApplication *>(qApp)->longestWork()};
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
