// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/slotsampler.h"
#include "tests/support/memoryconnection.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <functional>
#include <set>

using namespace slotscope::core;
using namespace slotscope::test;

class TestSlotSampler : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void samplesAreSpread_data()
    {
        QTest::addColumn<QByteArrayList>("keys");
        QTest::addColumn<int>("least");
        QTest::addColumn<int>("places"); // tenths of the slot that records must come from
        const auto row = [](const char *name, int count, int least, int places,
                            const std::function<QByteArray(int)> &key) {
            QByteArrayList keys;
            for (int i = 0; i < count; ++i)
                keys += key(i);
            std::sort(keys.begin(), keys.end());
            QTest::newRow(name) << keys << least << places;
        };
        QRandomGenerator random(7);
        const auto drawn = [&random](int) {
            QByteArray key(16, '\0');
            for (char &byte : key)
                byte = char(random.bounded(256));
            return key;
        };
        row("few", 30, 30, 10, drawn);
        row("as many as are wanted", 1000, 1000, 10, drawn);
        row("drawn", 8000, 500, 10, drawn);
        row("texts with a beginning in common", 8000, 500, 5,
            [](int i) { return "user:" + QByteArray(1, char('a' + i * 7 % 26)) + QByteArray::number(i); });
        row("counted", 8000, 500, 3,
            [](int i) { return QByteArray(6, '\0') + char(i >> 8) + char(i & 0xff); });
        // Nearly all in one branch: its start is better than nothing.
        row("one large branch", 8000, 300, 1,
            [](int i) { return (i < 400 ? "admin:" : "user:") + QByteArray::number(100'000 + i); });
    }
    void samplesAreSpread()
    {
        QFETCH(QByteArrayList, keys);
        QFETCH(int, least);
        QFETCH(int, places);
        MemoryEtcd etcd;
        etcd.put(slotKey(4, QByteArray(4, '\xff')), "before");
        etcd.put(slotKey(6, {}), "behind");
        for (const QByteArray &key : std::as_const(keys))
            etcd.put(slotKey(5, key), "of " + key);
        MemoryClient memory(&etcd);
        SlotSampler sampler(&memory.client);
        std::vector<Sample> samples;
        QSignalSpy failed(&sampler, &SlotSampler::failed);
        connect(&sampler, &SlotSampler::sampled, this,
                [&samples](Slot, const std::vector<Sample> &found) { samples = found; });
        sampler.start(Slot(5), keys.size());
        QTRY_VERIFY(!samples.empty());
        QVERIFY(failed.isEmpty());
        QVERIFY2(int(samples.size()) >= least, qPrintable(QString::number(samples.size())));
        QVERIFY(samples.size() <= size_t(InferenceSampleSize));
        std::set<qsizetype> tenths;
        for (size_t i = 0; i < samples.size(); ++i) {
            QCOMPARE(samples[i].value, "of " + samples[i].key); // of this slot
            QVERIFY(i == 0 || samples[i - 1].key < samples[i].key); // each once
            const auto at = std::lower_bound(keys.cbegin(), keys.cend(), samples[i].key) - keys.cbegin();
            tenths.insert(at * 10 / keys.size());
        }
        QVERIFY2(int(tenths.size()) >= places, qPrintable(QString::number(tenths.size())));
    }
};

QTEST_GUILESS_MAIN(TestSlotSampler)
#include "tst_slotsampler.moc"
