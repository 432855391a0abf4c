// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/milliontasks.h"

#include <QTabWidget>

#include <cstdio>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

constexpr int FewRecords = 1000;

int numberFrom(const char *variable, int otherwise)
{
    bool ok = false;
    const int number = qEnvironmentVariableIntValue(variable, &ok);
    return ok && number > 0 ? number : otherwise;
}

} // namespace

Bench::Bench()
    : m_million(numberFrom("BENCH_RECORDS", 1'000'000))
    , m_rounds(numberFrom("BENCH_ROUNDS", 5))
{
}

int Bench::recordsOf(core::Slot slot) const
{
    return slot == MillionSlot ? m_million : slot == HundredThousandSlot ? hundredThousand() : FewRecords;
}

BenchEtcd &Bench::etcd()
{
    if (!m_etcd) {
        std::printf("    an etcd is filled with %d records …\n", m_million);
        std::fflush(stdout);
        m_etcd = std::make_unique<BenchEtcd>();
        for (const core::Slot slot : {FewSlot, HundredThousandSlot, MillionSlot})
            m_etcd->fill(slot, recordsOf(slot));
    }
    return *m_etcd;
}

test::StoryWindow &Bench::window()
{
    if (!m_window) {
        const core::Endpoint endpoint = etcd().endpoint();
        m_window = std::make_unique<test::StoryWindow>(endpoint, QString::number(FewSlot.value));
        (*m_window)->resize(1400, 860);
        if (!spinUntil([this] { return isComplete(*m_window, FewRecords) && (*m_window)->isSettled(); }, 60s))
            qFatal("the window does not open the table of few records");
    }
    return *m_window;
}

void Bench::connectFor(bool grpc)
{
    closeTables();
    core::Profile profile {.options = core::ConnectionOptions(etcd().endpoint())};
    profile.options.grpc = grpc;
    test::StoryWindow &story = window();
    const QPointer<core::Connection> before = story->connection();
    story->openProfile(profile);
    const auto isConnected = [&] {
        return story->connection() && story->connection() != before && story.isOnline();
    };
    if (!spinUntil(isConnected, 60s))
        qFatal("the window does not connect anew");
    openTable(FewSlot);
}

void Bench::closeTables()
{
    auto *tabs = window()->currentTab()->parentWidget()->parentWidget();
    auto *widget = qobject_cast<QTabWidget *>(tabs);
    while (widget->count() > 1)
        Q_EMIT widget->tabCloseRequested(widget->count() - 1);
    spinFor(200ms); // for what is deleted later
}

bool isComplete(const test::StoryWindow &window, int records)
{
    const ui::RecordTab *tab = window->currentTab();
    return tab && tab->table()->state() == core::LiveTable::State::Live && !tab->model()->isOrdering()
        && tab->model()->rowCount() == records;
}

void Bench::openTable(core::Slot slot)
{
    window()->openTable(QString::number(slot.value));
    const int records = recordsOf(slot);
    if (!spinUntil([this, records] { return isComplete(*m_window, records) && (*m_window)->isSettled(); },
                   10min))
        qFatal("the table is not loaded");
}

void Bench::probed(const QString &what, const std::function<void()> &work)
{
    m_probe.begin();
    work();
    const Gaps gaps = m_probe.end();
    const QString how =
        QStringLiteral("%1 events asked 500 times a second, in the window's thread").arg(gaps.waits.size());
    const QString own =
        QStringLiteral("of it CPU time of the window's thread; the rest is waiting for a core");
    const QString gap = QStringLiteral("gap of the event loop while %1, ").arg(what);
    const auto add = [&](double percent, const char *name, double goal) {
        const QString which = gap + QLatin1String(name);
        figures.add({which, percentile(gaps.waits, percent), goal, QStringLiteral("ms"), how});
        figures.add({which + QLatin1String(", own"), percentile(gaps.works, percent), goal,
                     QStringLiteral("ms"), own});
    };
    add(99.9, "99.9 % within", 16);
    add(100, "longest", 50);
    figures.add({QStringLiteral("work for one event while %1, longest").arg(what), gaps.longestWork, 16,
                 QStringLiteral("ms"), QStringLiteral("CPU time of the window's thread")});
}

} // namespace slotscope::bench
