// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/liverates.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <numeric>

using namespace slotscope::core;

class TestLiveRates : public QObject
{
    Q_OBJECT

    static EventBatch batch(std::initializer_list<const char *> keys)
    {
        EventBatch result;
        for (const char *key : keys)
            result.events.push_back({.type = EventType::Put, .kv = {.key = QByteArray(key)}, .prevKv = {}});
        return result;
    }
    static qint64 sum(const std::vector<quint32> &seconds)
    {
        return std::accumulate(seconds.cbegin(), seconds.cend(), qint64(0));
    }

private Q_SLOTS:
    void nothingCountsAsNothing()
    {
        const RateCounter counter;
        QVERIFY(counter.isIdle(0));
        QCOMPARE(counter.rate(100), 0.0);
        QCOMPARE(counter.history(100), std::vector<quint32>(RateCounter::Seconds, 0));
    }

    void tellsTheMeanOfTheLastWholeSeconds()
    {
        RateCounter counter;
        counter.add(12, 1000);
        QCOMPARE(counter.rate(1000), 12.0); // all there is
        counter.add(8, 1000);
        QCOMPARE(counter.rate(1001), 20.0);
        counter.add(100, 1001);
        QCOMPARE(counter.rate(1001), 20.0); // that one is not over
        QCOMPARE(counter.rate(1002), 60.0);
        QCOMPARE(counter.rate(1005), 24.0);
        QCOMPARE(counter.rate(1006), 20.0);
        QCOMPARE(counter.rate(1007), 0.0);
        QCOMPARE(counter.total(), qint64(120));
    }

    void remembersTheLastMinutesAndNoMore()
    {
        RateCounter counter;
        counter.add(1, 5000);
        counter.add(2, 5001);
        counter.add(3, 5299);
        std::vector<quint32> history = counter.history(5300);
        QCOMPARE(history.size(), size_t(RateCounter::Seconds));
        QCOMPARE(history.front(), 1u);
        QCOMPARE(history[1], 2u);
        QCOMPARE(history.back(), 3u);
        QCOMPARE(sum(history), qint64(6));
        history = counter.history(5301);
        QCOMPARE(history.front(), 2u);
        QCOMPARE(sum(history), qint64(5));
        QVERIFY(!counter.isIdle(5599));
        QCOMPARE(sum(counter.history(5599)), qint64(3));
        QVERIFY(counter.isIdle(5600));
        QCOMPARE(sum(counter.history(5600)), qint64(0));
        counter.add(7, 9000);
        QCOMPARE(sum(counter.history(9001)), qint64(7));
    }

    void equalsACountByHand()
    {
        QRandomGenerator random(7);
        RateCounter counter;
        std::map<qint64, quint32> byHand;
        qint64 now = 50;
        for (int step = 0; step < 3000; ++step) {
            const int kind = random.bounded(100);
            now += kind == 0 ? random.bounded(700) : kind < 30 ? random.bounded(4) : 0;
            const quint32 events = random.bounded(5u);
            counter.add(events, now);
            byHand[now] += events;
            const qint64 later = now + random.bounded(3);
            std::vector<quint32> expected;
            for (qint64 second = later - RateCounter::Seconds; second < later; ++second) {
                const auto found = byHand.find(second);
                expected.push_back(found == byHand.end() ? 0 : found->second);
            }
            QCOMPARE(counter.history(later), expected);
        }
    }

    void countsEachSlotAndEverything()
    {
        qint64 now = 10;
        LiveRates rates(nullptr, [&now] { return now; });
        QVERIFY(!rates.isTicking());
        rates.take(EventBatch());
        QVERIFY(!rates.isTicking());
        rates.take(batch({"aa1", "aa2", "ab1", "x"})); // of one byte: of no slot
        QVERIFY(rates.isTicking());
        now = 11;
        QCOMPARE(rates.rate(), 4.0);
        QCOMPARE(rates.rate(Slot(0x6161)), 2.0);
        QCOMPARE(rates.rate(Slot(0x6162)), 1.0);
        QCOMPARE(rates.rate(Slot(1)), 0.0);
        QCOMPARE(sum(rates.history(Slot(0x6161))), qint64(2));
        QCOMPARE(sum(rates.history(Slot(1))), qint64(0));
        QCOMPARE(rates.activeSlots().size(), size_t(2));
    }

    void ticksWhileThereIsSomethingToTellAndThenNoMore()
    {
        qint64 now = 10;
        LiveRates rates(nullptr, [&now] { return now; });
        QSignalSpy changed(&rates, &LiveRates::changed);
        rates.take(batch({"aa1"}));
        QTRY_VERIFY(changed.size() > 0);
        QVERIFY(rates.isTicking());
        now += RateCounter::Seconds + 1;
        QTRY_VERIFY(!rates.isTicking());
        QVERIFY(rates.activeSlots().empty());
        const auto told = changed.size();
        QVERIFY(told > 1); // that nothing comes any more, too
        rates.take(batch({"aa1"}));
        QVERIFY(rates.isTicking());
    }
};

QTEST_GUILESS_MAIN(TestLiveRates)
#include "tst_liverates.moc"
