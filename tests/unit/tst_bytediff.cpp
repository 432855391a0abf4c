// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/bytediff.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace slotscope::core;

class TestByteDiff : public QObject
{
    Q_OBJECT

    static QString told(const QByteArray &before, const QByteArray &after)
    {
        QStringList parts;
        for (const ByteRun &run : byteRuns(before, after)) {
            const QString old = QString::fromLatin1(before.mid(run.before, run.beforeLength));
            const QString now = QString::fromLatin1(after.mid(run.after, run.afterLength));
            parts << (run.same ? old : QStringLiteral("<%1|%2>").arg(old, now));
        }
        return parts.join(QString());
    }
    // The runs cover both from end to end, in turn, and what they call the same is.
    static bool isRight(const QByteArray &before, const QByteArray &after)
    {
        qsizetype x = 0;
        qsizetype y = 0;
        std::optional<bool> last;
        for (const ByteRun &run : byteRuns(before, after)) {
            if (run.before != x || run.after != y || last == run.same)
                return false;
            if (run.same
                && (run.beforeLength != run.afterLength || run.beforeLength == 0
                    || before.mid(x, run.beforeLength) != after.mid(y, run.afterLength)))
                return false;
            if (run.beforeLength == 0 && run.afterLength == 0)
                return false;
            last = run.same;
            x += run.beforeLength;
            y += run.afterLength;
        }
        return x == before.size() && y == after.size();
    }

private Q_SLOTS:
    void runs_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const char *before, const char *after, const char *expected) {
            QTest::newRow(name) << QByteArray(before) << QByteArray(after) << QString::fromLatin1(expected);
        };
        row("equal", "abc", "abc", "abc");
        row("both empty", "", "", "");
        row("comes", "", "abc", "<|abc>");
        row("goes", "abc", "", "<abc|>");
        row("in place", "one two three", "one zwo three", "one <t|z>wo three");
        row("inserted", "head tail", "head more tail", "head <|more >tail");
        row("removed", "head more tail", "head tail", "head <more |>tail");
        row("two places", "aaaa1bbbbbb2cccc", "aaaa34bbbbbb5cccc", "aaaa<1|34>bbbbbb<2|5>cccc");
        row("nothing in common", "abc", "xyzw", "<abc|xyzw>");
        row("repeated", "aaa", "aaaaa", "aaa<|aa>");
    }
    void runs()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QTEST(told(before, after), "expected");
        QVERIFY(isRight(before, after));
        QVERIFY(isRight(after, before));
    }

    void randomEditsAreFound()
    {
        QRandomGenerator random(11);
        for (int round = 0; round < 500; ++round) {
            QByteArray before(random.bounded(300), '\0');
            for (char &c : before)
                c = static_cast<char>('a' + random.bounded(round % 2 ? 3 : 26));
            QByteArray after = before;
            for (int edit = random.bounded(6); edit > 0 && !after.isEmpty(); --edit)
                after.replace(random.bounded(after.size()), random.bounded(4),
                              QByteArray(random.bounded(4), 'X'));
            QVERIFY2(isRight(before, after), (before + '\n' + after).constData());
        }
    }

    void farApartInLargeBytes()
    {
        QByteArray before(400'000, '\0');
        QRandomGenerator random(5);
        for (char &c : before)
            c = static_cast<char>(random.bounded(256));
        QByteArray after = before;
        after.replace(100, 1, "inserted");
        after.remove(300'000, 20);
        const auto found = byteRuns(before, after);
        QVERIFY(isRight(before, after));
        QCOMPARE(found.size(), size_t(5));
        // Too different to be told apart: one run, and no endless search.
        QByteArray other(400'000, '\0');
        for (char &c : other)
            c = static_cast<char>(random.bounded(256));
        QVERIFY(isRight(before, other));
        QVERIFY(byteRuns(before, other).size() <= 3);
    }
};

QTEST_GUILESS_MAIN(TestByteDiff)
#include "tst_bytediff.moc"
