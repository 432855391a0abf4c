// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts of bench_million; each adds its figures.
#pragma once

#include "tests/bench/benchetcd.h"
#include "tests/bench/figures.h"
#include "tests/bench/loopprobe.h"
#include "tests/support/storywindow.h"

#include <functional>
#include <memory>

namespace slotscope::bench {

/// Of a few records, with which a window begins; of a hundred thousand; of a million. Their bytes are
/// letters.
inline constexpr core::Slot FewSlot {0x4141};
inline constexpr core::Slot HundredThousandSlot {0x4142};
inline constexpr core::Slot MillionSlot {0x4143};

/// What the parts have in common; the etcd is started and filled when it is first wanted.
class Bench
{
public:
    Bench();

    Figures figures;
    int rounds() const { return m_rounds; }
    int million() const { return m_million; }
    int hundredThousand() const { return m_million / 10; }
    int recordsOf(core::Slot slot) const;

    BenchEtcd &etcd();
    /// With a table of few records in front.
    test::StoryWindow &window();
    /// Connects the window anew, to read large ranges over gRPC or by JSON.
    void connectFor(bool grpc);
    /// Has nothing but the few records open.
    void closeTables();
    /// Opens a slot and waits until all of it is there, and painted.
    void openTable(core::Slot slot);
    /// Does something and waits until it is done, while the probe asks; adds the gaps' figures.
    void probed(const QString &what, const std::function<void()> &work);

private:
    int m_million;
    int m_rounds;
    std::unique_ptr<BenchEtcd> m_etcd;
    std::unique_ptr<test::StoryWindow> m_window;
    LoopProbe m_probe;
};

bool isComplete(const test::StoryWindow &window, int records);

void measureStart(Bench *bench);
void measureDecoding(Bench *bench);
void measureLoading(Bench *bench);
void measureView(Bench *bench);
void measureFinding(Bench *bench);
void measureLive(Bench *bench);
void measureEdits(Bench *bench);

} // namespace slotscope::bench
