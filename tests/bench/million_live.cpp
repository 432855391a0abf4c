// SPDX-License-Identifier: GPL-3.0-or-later
//
// While others write.
#include "tests/bench/milliontasks.h"

#include <QElapsedTimer>
#include <QHash>

#include <algorithm>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

std::vector<QByteArray> keysOf(const core::LiveTable &table, size_t most)
{
    std::vector<QByteArray> keys;
    for (const core::RowId id : table.rows().keyOrder()) {
        if (keys.size() == most)
            break;
        keys.push_back(table.rows().row(id).key.toByteArray());
    }
    return keys;
}

/// Measures from the moment in which an event was told to that in which its record was painted with it.
class PaintDelays : public QObject
{
public:
    explicit PaintDelays(test::StoryWindow *window)
        : m_window(window)
        , m_column((*window).model()->columnOf(QStringLiteral("value.oid")))
    {
        if (m_column < 0)
            qFatal("the column is not found");
        m_clock.start();
        connect((*window)->connection()->watch(), &core::Watch::eventsReceived, this,
                [this](const core::EventBatch &batch) { receive(batch); });
        window->view()->viewport()->installEventFilter(this);
    }

    const std::vector<double> &milliseconds() const { return m_delays; }

    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() != QEvent::Paint)
            return false;
        // What the cells are about to show; the time is taken when they do.
        const ui::RecordView *view = m_window->view();
        const ui::RecordModel *model = m_window->model();
        std::vector<std::pair<QByteArray, qint64>> shown;
        const int last = view->rowAt(view->viewport()->height() - 1);
        for (int row = std::max(0, view->rowAt(0)); row <= last; ++row)
            shown.emplace_back(model->keyAt(row), model->index(row, m_column).data().toLongLong());
        QMetaObject::invokeMethod(
            this, [this, shown = std::move(shown)] { paint(shown); }, Qt::QueuedConnection);
        return false;
    }

private:
    struct Received
    {
        qint64 number = 0;
        qint64 at = 0;
    };
    void receive(const core::EventBatch &batch)
    {
        const ui::RecordView *view = m_window->view();
        const ui::RecordModel *model = m_window->model();
        const int first = view->rowAt(0);
        const int last = view->rowAt(view->viewport()->height() - 1);
        for (const core::Event &event : batch.events) {
            const int row = model->rowOf(event.kv.key);
            if (row < first || row > last)
                continue;
            const core::Value value = *model->codec().decodeValue(event.kv.value);
            const core::Value *number = value.find(QStringLiteral("oid"));
            if (number)
                m_waiting[event.kv.key].push_back({number->toInt64().value_or(0), m_clock.nsecsElapsed()});
        }
    }
    void paint(const std::vector<std::pair<QByteArray, qint64>> &shown)
    {
        const qint64 now = m_clock.nsecsElapsed();
        for (const auto &[key, number] : shown) {
            std::vector<Received> &waiting = m_waiting[key];
            std::erase_if(waiting, [&, number = number](const Received &received) {
                if (received.number > number)
                    return false;
                m_delays.push_back(double(now - received.at) * 1e-6);
                return true;
            });
        }
    }

    test::StoryWindow *m_window;
    int m_column;
    QElapsedTimer m_clock;
    QHash<QByteArray, std::vector<Received>> m_waiting;
    std::vector<double> m_delays;
};

} // namespace

void measureLive(Bench *bench)
{
    constexpr auto Time = 10s;
    bench->openTable(HundredThousandSlot);
    {
        test::StoryWindow &window = bench->window();
        window.view()->scrollToTop();
        const PaintDelays delays(&window);
        const Churn churn(bench->etcd().endpoint(), keysOf(*window->currentTab()->table(), 200),
                          {.perSecond = 1000, .perTxn = 10, .onlyUpdates = true});
        spinFor(Time);
        const QString how = QStringLiteral("%1 changes of visible records, %2 written a second")
                                .arg(delays.milliseconds().size())
                                .arg(churn.changes() / Time.count());
        bench->figures.add({QStringLiteral("event received to cell painted, 99 % within"),
                            percentile(delays.milliseconds(), 99), 100, QStringLiteral("ms"), how});
    }
    bench->openTable(MillionSlot);
    test::StoryWindow &window = bench->window();
    const auto churn = [&](const char *what) {
        qint64 changes = 0;
        // Not within what is measured: a million keys take a while.
        std::vector<QByteArray> keys = keysOf(*window->currentTab()->table(), size_t(bench->million()));
        bench->probed(QString::fromLatin1(what), [&] {
            const Churn writer(bench->etcd().endpoint(), std::move(keys), {.perSecond = 10'000});
            spinFor(Time);
            changes = writer.changes();
        });
        bench->figures.add({QString::fromLatin1(what) + QLatin1String(": were"),
                            double(changes) / double(Time.count()), 0, QStringLiteral("a second"),
                            QStringLiteral("as etcd took them")});
    };
    churn("10,000 changes/s");
    window.view()->sortByColumn(window.model()->columnOf(QStringLiteral("value.score")), Qt::AscendingOrder);
    spinUntil([&] { return !window.model()->isOrdering(); }, 60s);
    churn("10,000 changes/s, sorted");
    window.view()->sortByColumn(-1, Qt::AscendingOrder);
}

} // namespace slotscope::bench
