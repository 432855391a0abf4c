// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/lineframer.h"

#include <QElapsedTimer>
#include <QtTest>

using namespace slotscope::core;

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

    /// A line of many chunks is looked at once: 64 MiB in 16 KiB chunks would take minutes if each chunk made
    /// it look from the start.
    void longLinesCostTheirLength()
    {
        constexpr qsizetype ChunkSize = 16LL * 1024;
        constexpr int Chunks = 4096;
        const QByteArray chunk(ChunkSize, 'x');
        LineFramer framer;
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < Chunks; ++i) {
            framer.append(chunk);
            QVERIFY(!framer.next());
        }
        framer.append("\n");
        const auto line = framer.next();
        QCOMPARE(line.value().size(), ChunkSize * Chunks);
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(TestLineFramer)
#include "tst_lineframer.moc"
