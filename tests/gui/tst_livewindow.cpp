// SPDX-License-Identifier: GPL-3.0-or-later
//
// A window on a table in which much changes: it ends with what the writer has written, and how long clicks
// wait for their answer meanwhile is printed. In the long run 10,000 changes a second for a minute.
#include "tests/support/etcdprocess.h"
#include "tests/support/journalwriter.h"
#include "tests/support/longtests.h"
#include "tests/support/storywindow.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::test;

namespace {

/// Clicks into a view twenty times a second, and notes how long each waited until the record was current and
/// painted. The clock is on a thread of its own, as a hand is.
class Hand : public QObject
{
public:
    explicit Hand(QAbstractItemView *view)
        : m_view(view)
    {
        m_clock.start();
        m_timer.setInterval(50);
        m_timer.moveToThread(&m_thread);
        connect(&m_thread, &QThread::started, &m_timer, qOverload<>(&QTimer::start));
        connect(&m_thread, &QThread::finished, &m_timer, &QTimer::stop, Qt::DirectConnection);
        connect(
            &m_timer, &QTimer::timeout, &m_timer,
            [this] {
                const qint64 now = m_clock.nsecsElapsed();
                QMetaObject::invokeMethod(
                    this, [this, now] { click(now); }, Qt::QueuedConnection);
            },
            Qt::DirectConnection);
        m_thread.start();
    }
    ~Hand() override { stop(); }

    void stop()
    {
        m_thread.quit();
        m_thread.wait();
    }
    int clicks() const { return static_cast<int>(m_waits.size()); }
    /// The wait that so many of a hundred clicks do not exceed.
    double percentileMs(double percent)
    {
        std::sort(m_waits.begin(), m_waits.end());
        const auto last = static_cast<double>(m_waits.size() - 1);
        return static_cast<double>(m_waits[static_cast<size_t>(last * percent / 100)]) / 1e6;
    }

private:
    void click(qint64 since)
    {
        const int row = m_row++ % 10;
        const QModelIndex index =
            m_view->indexAt(m_view->visualRect(m_view->model()->index(row, 0)).center());
        QTest::mouseClick(m_view->viewport(), Qt::LeftButton, {}, m_view->visualRect(index).center());
        m_view->viewport()->repaint();
        m_waits.push_back(m_clock.nsecsElapsed() - since);
    }

    QAbstractItemView *m_view;
    QElapsedTimer m_clock;
    QThread m_thread;
    QTimer m_timer;
    int m_row = 0;
    std::vector<qint64> m_waits;
};

} // namespace

class TestLiveWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }
    void init() { OwnSettings::clear(); }

    void manyChanges()
    {
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        JournalWriter::Options first;
        first.keys = isLongRun() ? 10'000 : 500;
        first.changes = first.keys;
        first.mostPerTxn = 100;
        JournalWriter before(etcd.parsedEndpoint(), first);
        before.start();
        QTRY_VERIFY_WITH_TIMEOUT(!before.isRunning(), 60'000);

        StoryWindow window(etcd.parsedEndpoint(), QStringLiteral("40"));
        window->resize(1200, 800);
        QTRY_VERIFY_WITH_TIMEOUT(window.window()->currentTab() && window->isSettled(), 30'000);

        JournalWriter::Options work = first;
        work.perSecond = isLongRun() ? 10'000 : 2'000;
        work.changes = isLongRun() ? 600'000 : 4'000;
        work.seed = 2;
        JournalWriter writer(etcd.parsedEndpoint(), work);
        writer.continueAfter(before);
        Hand hand(window.view());
        QElapsedTimer since;
        since.start();
        writer.start();
        QTRY_VERIFY_WITH_TIMEOUT(!writer.isRunning(), 600'000);
        const qint64 writing = since.elapsed();
        const core::LiveTable *table = window->currentTab()->table();
        QTRY_VERIFY_WITH_TIMEOUT(table->revision() >= writer.lastRevision(), 60'000);
        qInfo("%lld changes in %lld ms (%lld a second), shown %lld ms later", writer.changes(), writing,
              writer.changes() * 1000 / std::max<qint64>(writing, 1), since.elapsed() - writing);
        hand.stop();
        QTRY_VERIFY(hand.clicks() > 0);
        qInfo("%d clicks: half of them answered within %.1f ms, 99 %% within %.1f ms, all within %.1f ms",
              hand.clicks(), hand.percentileMs(50), hand.percentileMs(99), hand.percentileMs(100));

        // Exactly what was written, in the table and in the window.
        QTRY_COMPARE_WITH_TIMEOUT(window.model()->rowCount(), static_cast<int>(writer.records().size()),
                                  30'000);
        QCOMPARE(table->rows().count(), static_cast<size_t>(writer.records().size()));
        for (const core::RowId id : table->rows().keyOrder()) {
            const core::KeyValue row = table->rows().row(id).toKeyValue();
            QCOMPARE(row.value, writer.records().value(row.key));
            QVERIFY(window.model()->rowOf(row.key) >= 0);
        }
    }

private:
    OwnSettings m_settings;
};

QTEST_MAIN(TestLiveWindow)
#include "tst_livewindow.moc"
