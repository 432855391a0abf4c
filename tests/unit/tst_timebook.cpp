// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/history/timefile.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace slotscope::core;

/// Which revision was when, from what was seen.
class TestTimeBook : public QObject
{
    Q_OBJECT

    const QDateTime m_noon = QDateTime::fromString(QStringLiteral("2026-03-01T12:00:00Z"), Qt::ISODate);
    QDateTime at(qint64 seconds) const { return m_noon.addSecs(seconds); }
    static void compare(const TimeBook::Span &span, const QDateTime &from, const QDateTime &to)
    {
        QCOMPARE(span.from, from);
        QCOMPARE(span.to, to);
    }

private Q_SLOTS:
    void knowsNothingAtFirst()
    {
        const TimeBook book;
        QVERIFY(book.at(Revision(7)).isEmpty());
        QVERIFY(!book.before(m_noon));
    }

    void liesBetweenWhatWasSeen()
    {
        TimeBook book;
        book.note(Revision(20), at(60));
        book.note(Revision(10), at(0)); // in any order
        compare(book.at(Revision(5)), {}, at(0));
        compare(book.at(Revision(10)), at(0), at(0));
        compare(book.at(Revision(15)), at(0), at(60));
        compare(book.at(Revision(21)), at(60), {});
        QVERIFY(!book.before(at(-1)));
        QCOMPARE(book.before(at(0)), Revision(10));
        QCOMPARE(book.before(at(59)), Revision(10));
        QCOMPARE(book.before(at(3600)), Revision(20));
    }

    void whatContradictsIsLeftOut()
    {
        TimeBook book;
        book.note(Revision(10), at(0));
        book.note(Revision(20), at(60));
        book.note(Revision(30), at(30)); // the clock was set back
        book.note(Revision(5), at(10));
        book.note(Revision(0), at(90));
        book.note(Revision(40), QDateTime());
        QCOMPARE(book.entries().size(), size_t(2));
    }

    void staysSmall()
    {
        TimeBook book(100);
        for (int i = 1; i <= 10'000; ++i)
            book.note(Revision(i), at(2 * i));
        QVERIFY(book.entries().size() <= 100);
        QCOMPARE(book.entries().front().revision, Revision(1));
        QCOMPARE(book.entries().back().revision, Revision(10'000));
        // Whatever was thrown away, what is said stays true.
        for (int i = 1; i <= 10'000; i += 37) {
            const TimeBook::Span span = book.at(Revision(i));
            QVERIFY(span.from <= at(2 * i));
            QVERIFY(span.to >= at(2 * i));
        }
        TimeBook busy;
        for (int i = 1; i <= 10'000; ++i)
            busy.note(Revision(i), m_noon.addMSecs(i));
        QVERIFY(busy.entries().size() <= 11);
    }

    void isWrittenDownAndReadAgain()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("times/one.txt"));
        QVERIFY(readTimes(path));
        QVERIFY(readTimes(path)->empty());
        TimeBook mine;
        mine.note(Revision(10), at(0));
        mine.note(Revision(30), at(90));
        QVERIFY(writeTimes(path, mine.entries()));
        // Another window on the same etcd has seen something else.
        TimeBook theirs;
        theirs.note(Revision(20), at(60));
        QVERIFY(writeTimes(path, theirs.entries()));
        // Its name tells where the etcd is.
        QCOMPARE(QFileInfo(path).permissions() & QFileDevice::Permissions(0x077), QFileDevice::Permissions());
        QFile file(path);
        QVERIFY(file.open(QIODevice::Append));
        file.write("nonsense\n-5 7\n40\n");
        file.close();
        const auto read = readTimes(path);
        QVERIFY(read);
        QCOMPARE(read->size(), size_t(3));
        QCOMPARE(read->at(1).revision, Revision(20));
        QCOMPARE(read->at(1).time, at(60));
        QVERIFY(!writeTimes(dir.path(), mine.entries())); // a folder
        QVERIFY(!readTimes(dir.path()));
    }

    void ofTwoClocksTheLaterOneIsBelieved()
    {
        const QTemporaryDir dir;
        const QString path = dir.filePath(QStringLiteral("times.txt"));
        TimeBook ahead;
        ahead.note(Revision(20), at(7200));
        QVERIFY(writeTimes(path, ahead.entries()));
        TimeBook right;
        right.note(Revision(10), at(0));
        right.note(Revision(30), at(120));
        QVERIFY(writeTimes(path, right.entries()));
        const auto read = readTimes(path);
        QVERIFY(read);
        QCOMPARE(read->size(), size_t(2));
        QCOMPARE(read->back().revision, Revision(30));
        QCOMPARE(read->back().time, at(120));
    }
};

QTEST_GUILESS_MAIN(TestTimeBook)
#include "tst_timebook.moc"
