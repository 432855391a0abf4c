// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/commitparts.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace slotscope::core;

class TestCommitParts : public QObject
{
    Q_OBJECT

    static QByteArray key(int number) { return "k" + QByteArray::number(number); }
    static Change put(int number, qsizetype size = 1)
    {
        return {.key = key(number), .kind = Change::Kind::Insert, .value = QByteArray(size, 'v'), .base = {}};
    }
    static std::vector<Change> puts(int count)
    {
        std::vector<Change> changes;
        for (int i = 0; i < count; ++i)
            changes.push_back(put(i));
        return changes;
    }
    static std::vector<Change> without(std::vector<Change> changes, const std::vector<QByteArray> &keys)
    {
        for (Change &change : changes) {
            if (std::find(keys.begin(), keys.end(), change.key) != keys.end())
                change.leftOut = true;
        }
        return changes;
    }

private Q_SLOTS:
    void whatFitsStaysWhole()
    {
        const PartChoice choice = choosePart(puts(128), {}, {}, {});
        QVERIFY(choice.leaveOut.empty());
    }

    void inTheOrderOfStaging()
    {
        const PartChoice choice = choosePart(puts(130), {}, {}, {});
        QCOMPARE(choice.leaveOut, (std::vector<QByteArray> {key(128), key(129)}));
        QVERIFY(choice.neverFit.empty());
    }

    void whatIsLeftOutDoesNotCount()
    {
        auto changes = puts(129);
        changes[3].leftOut = true;
        QVERIFY(choosePart(changes, {}, {}, {}).leaveOut.empty());
    }

    void guardsTakeTheirPlace()
    {
        const std::vector<Guard> guards {{.key = "g", .seen = {}}};
        QCOMPARE(choosePart(puts(128), {}, guards, {}).leaveOut, (std::vector<QByteArray> {key(127)}));
    }

    void renamesStayTogether()
    {
        auto changes = puts(129);
        changes[0].partner = key(128);
        changes[128].partner = key(0);
        QCOMPARE(choosePart(changes, {}, {}, {}).leaveOut, (std::vector<QByteArray> {key(127)}));
    }

    void recordsStayWithTheirEntries()
    {
        std::vector<DerivedChange> derived;
        for (int i = 0; i < 100; ++i)
            derived.push_back({.change = put(1000 + i), .causes = {key(i)}});
        const auto changes = puts(100);
        const PartChoice choice = choosePart(changes, derived, {}, {});
        QCOMPARE(choice.leaveOut.size(), size_t(36));
        // One that follows from two records holds them together.
        derived.push_back({.change = put(5000), .causes = {key(0), key(99)}});
        const PartChoice joined = choosePart(changes, derived, {}, {});
        QVERIFY(std::find(joined.leaveOut.begin(), joined.leaveOut.end(), key(99)) == joined.leaveOut.end());
    }

    void byBytes()
    {
        TxnLimits limits;
        limits.bytes = 10'000;
        std::vector<Change> changes {put(0, 4000), put(1, 20'000), put(2, 4000), put(3, 4000), put(4, 500)};
        const PartChoice choice = choosePart(changes, {}, {}, limits);
        QCOMPARE(choice.leaveOut, (std::vector<QByteArray> {key(1), key(3)}));
        QCOMPARE(choice.neverFit, (std::vector<QByteArray> {key(1)}));
    }

    // One part after the other, each fits, and in the end all was in one of them.
    void partAfterPart()
    {
        QRandomGenerator random(3);
        for (int round = 0; round < 8; ++round) {
            TxnLimits limits;
            limits.operations = size_t(random.bounded(4, 40));
            limits.bytes = random.bounded(3000, 9000);
            std::vector<Change> changes;
            for (int i = 0; i < 200; ++i)
                changes.push_back(put(i, random.bounded(900)));
            for (int i = 0; i < 40; i += 2) {
                changes[size_t(i)].partner = key(199 - i);
                changes[size_t(199 - i)].partner = key(i);
            }
            int parts = 0;
            while (!changes.empty()) {
                const PartChoice choice = choosePart(changes, {}, {}, limits);
                QVERIFY(choice.neverFit.empty());
                const auto part = without(changes, choice.leaveOut);
                QVERIFY(makePlan(part, {}, {}, limits).fits());
                QVERIFY(choice.leaveOut.size() < changes.size());
                for (const Change &change : part) {
                    const auto partner = std::find_if(part.begin(), part.end(), [&](const Change &other) {
                        return other.key == change.partner;
                    });
                    QVERIFY(partner == part.end() || partner->leftOut == change.leftOut);
                }
                std::vector<Change> rest;
                std::copy_if(changes.begin(), changes.end(), std::back_inserter(rest),
                             [&](const Change &change) {
                                 return std::find(choice.leaveOut.begin(), choice.leaveOut.end(), change.key)
                                     != choice.leaveOut.end();
                             });
                changes = rest;
                QVERIFY(++parts < 200);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestCommitParts)
#include "tst_commitparts.moc"
