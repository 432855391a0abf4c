// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/lineframer.h"
#include "tests/support/timing.h"

#include <QtTest>

using namespace slotscope::core;
using slotscope::test::fastestOf;

namespace {

QList<QByteArray> drain(LineFramer &framer)
{
    QList<QByteArray> lines;
    while (const auto line = framer.next())
        lines.append(*line);
    return lines;
}

} // namespace

class TestLineFramer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cutAtEveryByte_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QList<QByteArray>>("lines");
        QTest::addColumn<int>("pending");
        QTest::newRow("nothing") << QByteArray() << QList<QByteArray> {} << 0;
        QTest::newRow("one line") << QByteArray("abc\n") << QList<QByteArray> {"abc"} << 0;
        QTest::newRow("bare newlines")
            << QByteArray("\n\nab\n\n\ncd\n\n") << QList<QByteArray> {"ab", "cd"} << 0;
        QTest::newRow("carriage returns")
            << QByteArray("ab\r\n\r\nc\rd\r\n") << QList<QByteArray> {"ab", "c\rd"} << 0;
        QTest::newRow("a beginning") << QByteArray("ab\ncde") << QList<QByteArray> {"ab"} << 3;
        QTest::newRow("UTF-8 and zero")
            << QByteArray("\xc3\xa4\xe2\x82\xac\0z\nq\n", 10)
            << QList<QByteArray> {QByteArray("\xc3\xa4\xe2\x82\xac\0z", 7), "q"} << 0;
    }
    void cutAtEveryByte()
    {
        QFETCH(QByteArray, stream);
        QFETCH(QList<QByteArray>, lines);
        QFETCH(int, pending);
        for (qsizetype first = 0; first <= stream.size(); ++first) {
            for (qsizetype second = first; second <= stream.size(); ++second) {
                LineFramer framer;
                QList<QByteArray> seen;
                for (const QByteArray &chunk :
                     {stream.left(first), stream.mid(first, second - first), stream.mid(second)}) {
                    framer.append(chunk);
                    seen += drain(framer);
                }
                QCOMPARE(seen, lines);
                QCOMPARE(framer.pending(), pending);
                QCOMPARE(framer.offset(), stream.size() - pending);
                QVERIFY(!framer.overflown());
            }
        }
    }

    void appendsWithoutDraining()
    {
        LineFramer framer;
        framer.append("a\nb");
        framer.append("c\nd\n");
        QCOMPARE(drain(framer), (QList<QByteArray> {"a", "bc", "d"}));
    }

    void offsetIsThatOfTheNextLine()
    {
        LineFramer framer;
        framer.append("ab\ncd\nef");
        QCOMPARE(framer.offset(), 0);
        framer.next();
        QCOMPARE(framer.offset(), 3);
        framer.append("g\n");
        QCOMPARE(framer.next().value(), QByteArray("cd"));
        QCOMPARE(framer.offset(), 6);
        QCOMPARE(framer.next().value(), QByteArray("efg"));
        QCOMPARE(framer.offset(), 10);
    }

    void refusesLongLines_data()
    {
        QTest::addColumn<QList<QByteArray>>("chunks");
        QTest::newRow("whole") << QList<QByteArray> {"ok\n123456789\nmore\n"};
        QTest::newRow("without an end") << QList<QByteArray> {"ok\n", "12345", "6789"};
        QTest::newRow("end in the last chunk") << QList<QByteArray> {"ok\n1234567", "89\n"};
    }
    void refusesLongLines()
    {
        QFETCH(QList<QByteArray>, chunks);
        LineFramer framer(8);
        QList<QByteArray> seen;
        for (const QByteArray &chunk : chunks) {
            framer.append(chunk);
            seen += drain(framer);
        }
        QCOMPARE(seen, QList<QByteArray> {"ok"});
        QVERIFY(framer.overflown());
        QCOMPARE(framer.offset(), 3);
        framer.append("\nnever\n");
        QVERIFY(!framer.next());
        QCOMPARE(framer.pending(), 0);
    }

    void takesALineOfExactlyTheLimit()
    {
        LineFramer framer(8);
        framer.append("1234");
        QVERIFY(!framer.next());
        framer.append("5678");
        QVERIFY(!framer.next());
        framer.append("\n");
        QCOMPARE(framer.next().value(), QByteArray("12345678"));
        QVERIFY(!framer.overflown());
    }

    /// A line of many chunks is looked at once: if each chunk made it look from the start, many small ones
    /// would take a hundred times as long.
    void longLinesCostTheirLength()
    {
        const auto inChunksOf = [](qsizetype size) {
            return fastestOf([chunk = QByteArray(size, 'x')] {
                LineFramer framer;
                for (qsizetype i = 0; i < LineSize / chunk.size(); ++i) {
                    framer.append(chunk);
                    QVERIFY(!framer.next());
                }
                framer.append("\n");
                QCOMPARE(framer.next().value().size(), LineSize);
            });
        };
        const qint64 large = inChunksOf(LineSize / 8);
        const qint64 small = inChunksOf(16LL * 1024);
        QVERIFY2(small < 10 * large, qPrintable(QStringLiteral("%1 ns, %2 ns").arg(small).arg(large)));
    }

private:
    static constexpr qsizetype LineSize = 32LL * 1024 * 1024;
};

QTEST_GUILESS_MAIN(TestLineFramer)
#include "tst_lineframer.moc"
