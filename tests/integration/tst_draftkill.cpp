// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/draftfile.h"
#include "tests/support/longtests.h"

#include <QCoreApplication>
#include <QDir>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QtTest>

#include <cstdio>

using namespace slotscope::core;

namespace {

const QString StageArgument = QStringLiteral("--stage");
constexpr int UsualRounds = 12;

/// Stages step after step into a draft, each with its number, and says which is taken; until it is killed.
int stage(const QString &file, quint32 seed)
{
    QRandomGenerator random(seed);
    DraftFile draft(file, {QStringLiteral("http://127.0.0.1:2379"), 1, QDateTime::currentDateTimeUtc()});
    for (int number = 1;; ++number) {
        // Large ones now and then, so that it is rewritten often.
        const int size = random.bounded(8) == 0 ? random.bounded(400'000) : random.bounded(500);
        DraftStep step {.at = QDateTime::currentDateTimeUtc(),
                        .set = {Change {.key = "number", .value = QByteArray::number(number)},
                                Change {.key = "k" + QByteArray::number(random.bounded(5)),
                                        .value = QByteArray(size, 'x')}}};
        if (random.bounded(3) == 0)
            step.drop = {"k" + QByteArray::number(random.bounded(5))};
        if (!draft.take(step))
            return 1;
        std::printf("%d\n", number);
        std::fflush(stdout);
    }
}

} // namespace

/// A process that is killed at any moment leaves a draft with everything that it had said to be staged.
class TestDraftKill : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingStagedIsLost()
    {
        const int rounds = slotscope::test::isLongRun() ? 100 : UsualRounds;
        QRandomGenerator random(20260302);
        for (int round = 0; round < rounds; ++round) {
            const QTemporaryDir folder;
            const QString file = folder.filePath(QStringLiteral("here-1.draft"));
            QProcess process;
            process.start(QCoreApplication::applicationFilePath(),
                          {StageArgument, file, QString::number(round)});
            QByteArray said;
            const int until = random.bounded(1, 150); // steps
            QTRY_VERIFY_WITH_TIMEOUT((said += process.readAllStandardOutput()).count('\n') >= until, 60'000);
            process.kill();
            QVERIFY(process.waitForFinished());
            QCOMPARE(process.exitStatus(), QProcess::CrashExit);
            said += process.readAllStandardOutput();
            const int taken = int(said.count('\n'));

            const DraftSearch search = findDrafts(folder.path(), QStringLiteral("here-"));
            QCOMPARE(search.found.size(), size_t(1));
            QVERIFY(search.setAside.isEmpty() && search.unreadable.isEmpty());
            const ReadDraft &draft = search.found.front().draft;
            QVERIFY(draft.health != ReadDraft::Health::Damaged);
            int number = 0;
            for (const Change &change : draft.state.changes()) {
                if (change.key == "number")
                    number = change.value.toInt();
            }
            // One more may have been written and not yet said.
            QVERIFY2(
                number == taken || number == taken + 1,
                qPrintable(QStringLiteral("round %1: %2 said, %3 found").arg(round).arg(taken).arg(number)));
            // Nothing half written stays behind.
            QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 2); // the draft, and our lock
        }
    }
};

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 4 && arguments.at(1) == StageArgument)
        return stage(arguments.at(2), arguments.at(3).toUInt());
    TestDraftKill test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_draftkill.moc"
