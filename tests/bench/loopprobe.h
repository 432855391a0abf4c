// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QObject>

#include <atomic>
#include <chrono>
#include <ctime>
#include <functional>
#include <thread>
#include <vector>

namespace slotscope::bench {

/// What the UI thread has not come back to its event loop for, meanwhile.
struct Gaps
{
    std::vector<double> waits; ///< milliseconds that each of many events has waited
    std::vector<double> works; ///< CPU milliseconds of the UI thread within each of these
    double longestWork = 0; ///< CPU milliseconds of the UI thread for one event
};

/// Asks an event loop five hundred times a second, from a thread of its own, how long an event waits there:
/// as long as a click would. Clocked by that thread, so that a long gap counts as often as it should. How
/// much of it the UI thread has worked is its own; the rest it has waited for a core.
class LoopProbe : public QObject
{
public:
    LoopProbe();
    ~LoopProbe() override;

    void begin();
    Gaps end();

private:
    std::atomic<bool> m_stopping {false};
    std::atomic<bool> m_active {false};
    const clockid_t m_clock; // of the CPU time of the UI thread
    Gaps m_gaps;
    std::thread m_thread;
};

/// Tells how much CPU time single events take: what of a gap is not the fault of other programs.
class ProbedApplication : public QApplication
{
public:
    using QApplication::QApplication;

    bool notify(QObject *receiver, QEvent *event) override;
    double longestWork() const { return m_longest; }
    void forget() { m_longest = 0; }

private:
    int m_depth = 0;
    double m_longest = 0;
};

/// Lets the event loop run as it does in the program, without polling it, until something is true. False
/// after the time.
bool spinUntil(const std::function<bool()> &isTrue, std::chrono::milliseconds most);
void spinFor(std::chrono::milliseconds time);

} // namespace slotscope::bench
