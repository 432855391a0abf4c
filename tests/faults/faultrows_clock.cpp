// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of the table of faults that are about the clock on the wall. It is set while people work; no
// timer, no pause and no order may go by it.
#include "core/edit/aftercommit.h"
#include "core/edit/draftkeeper.h"
#include "core/edit/keymaker.h"
#include "tests/faults/faulttable.h"
#include "tests/support/program.h"
#include "tests/support/testca.h"

#include <csignal>

using namespace slotscope::core;
using namespace slotscope::ui;
using namespace std::chrono_literals;

namespace slotscope::test {

using Plan = ScriptedProxy::Plan;

namespace {

// A library that is loaded before all others gives a process a clock of its own.

QString fakeClockLibrary()
{
    for (const char *path :
         {"/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
          "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1", "/usr/lib64/faketime/libfaketimeMT.so.1",
          "/usr/lib/faketime/libfaketimeMT.so.1"}) {
        if (QFile::exists(QString::fromLatin1(path)))
            return QString::fromLatin1(path);
    }
    return {};
}

const char *const ClockVariable = "FAKETIME_TIMESTAMP_FILE";

/// The wall clock of a process that has been started with variables(), and of no other.
class FakeClock
{
public:
    explicit FakeClock(QString file)
        : m_file(std::move(file))
    {
    }
    QMap<QString, QString> variables() const
    {
        return {{QStringLiteral("LD_PRELOAD"), fakeClockLibrary()},
                {QString::fromLatin1(ClockVariable), m_file},
                {QStringLiteral("FAKETIME_NO_CACHE"), QStringLiteral("1")},
                {QStringLiteral("FAKETIME_DONT_FAKE_MONOTONIC"), QStringLiteral("1")},
                {QStringLiteral("DONT_FAKE_MONOTONIC"), QStringLiteral("1")}};
    }
    /// Before or after the true time.
    bool set(std::chrono::seconds offset) const
    {
        // In one piece, for it is read all the time.
        QSaveFile file(m_file);
        return file.open(QIODevice::WriteOnly)
            && file.write((offset.count() < 0 ? "" : "+") + QByteArray::number(qint64(offset.count())) + '\n')
            > 0
            && file.commit();
    }

private:
    QString m_file;
};

constexpr auto Year = std::chrono::hours(24 * 365);

const QString NoLibrary = QStringLiteral("there is no libfaketime here");

void keepIn(const QTemporaryDir &dir, Desk &desk)
{
    desk.connection.keepEditsIn(dir.filePath(QStringLiteral("drafts")),
                                dir.filePath(QStringLiteral("history")));
}

} // namespace

void TestFaultTable::runWithAClock()
{
    if (fakeClockLibrary().isEmpty()) {
        noteUntried(NoLibrary);
        QSKIP(qPrintable(NoLibrary));
    }
    const QTemporaryDir dir;
    const FakeClock clock(dir.filePath(QStringLiteral("clock")));
    QVERIFY(clock.set(0s));
    QVERIFY(runInside({QStringLiteral("env")}, clock.variables()));
}

void TestFaultTable::clockIsSet()
{
    if (!isLongRun())
        QSKIP("long");
    if (!isInside())
        return runWithAClock();
    const FakeClock clock(qEnvironmentVariable(ClockVariable));
    const QTemporaryDir dir;
    m_etcd = std::make_unique<EtcdProcess>();
    QVERIFY(m_etcd->start());
    ScriptedProxy proxy(m_etcd->port());
    QVERIFY(m_etcd->put(Others, "before").value > 0);
    Client direct(m_etcd->options());
    const auto lease = await(direct.leaseGrant({.ttlSeconds = 100'000}));
    QVERIFY(lease);

    Desk desk(quick(proxy.endpoint()));
    keepIn(dir, desk);
    QElapsedTimer running;
    running.start();
    QVERIFY(desk.open());
    const Connection &connection = desk.connection;
    QTRY_VERIFY_WITH_TIMEOUT(connection.leases()->info(lease->id), Patience);

    QUuid lastUuid = timeUuid();
    const QDateTime begin = QDateTime::currentDateTime();
    for (const std::chrono::seconds offset :
         std::vector<std::chrono::seconds> {1h, -1h, 0h, 10 * Year, -Year, 0h}) {
        const QByteArray name = "at " + QByteArray::number(qint64(offset.count()));
        // Staged before and committed behind it; others write, too.
        QVERIFY(desk.stage(name));
        QVERIFY(clock.set(offset));
        // It is set, in this process.
        QVERIFY(
            std::abs(begin.secsTo(QDateTime::currentDateTime()) - offset.count() - running.elapsed() / 1000)
            < 60);
        const Revision revision = m_etcd->put(Others, name);
        QVERIFY(revision.value > 0);
        QSignalSpy overwritten(connection.afterCommit(), &AfterCommit::overwritten);
        QVERIFY(desk.commitAtLast());
        QVERIFY(becomesAsOnServer(*desk.table, m_etcd->options()));
        // What others do to it afterwards is told.
        QVERIFY(m_etcd->put(Mine, "overwritten").value > 0);
        QTRY_COMPARE_WITH_TIMEOUT(overwritten.size(), 1, Patience);
        QTRY_VERIFY_WITH_TIMEOUT(desk.table->rows().find(Mine)
                                     && desk.table->rows().row(*desk.table->rows().find(Mine)).value
                                         == "overwritten",
                                 Patience);
        // When revisions came about is learned on, and never in the future.
        Revision later;
        QTRY_VERIFY_WITH_TIMEOUT(
            (later = m_etcd->put("/elsewhere", name)).value > 0
                && QTest::qWaitFor([&] { return connection.revision() >= later; }, Patience)
                && !connection.times().entries().empty()
                && connection.times().entries().back().revision > revision,
            Patience);
        QVERIFY(connection.times().entries().back().time <= QDateTime::currentDateTime());
        // Identifiers made of the time stay different and in their order.
        const QUuid uuid = timeUuid();
        QVERIFY(uuid != lastUuid);
        lastUuid = uuid;
        const auto info = connection.leases()->info(lease->id);
        QVERIFY(info && info->exists);
        QVERIFY2(info->remaining > 100'000s - std::chrono::milliseconds(running.elapsed()) - 60s
                     && info->remaining <= 100'000s,
                 qPrintable(QString::number(info->remaining.count())));

        // It ends what never comes, and comes back, whatever the clock says meanwhile.
        QVERIFY(desk.stage(name + " in silence"));
        proxy.set({Plan::Silence});
        QVERIFY(clock.set(offset - 2h));
        const auto report = desk.commit();
        QVERIFY(report);
        QCOMPARE(report->error.kind, ErrorKind::Timeout);
        proxy.set({Plan::Refuse});
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Reconnecting, Patience);
        QVERIFY(clock.set(offset));
        // Since when it is lost is told by the clock as it goes now.
        QCOMPARE(connection.state(), Connection::State::Reconnecting);
        QVERIFY(std::abs(connection.since().secsTo(QDateTime::currentDateTime())) < 3600);
        proxy.set({});
        QVERIFY(comes([&] { return desk.isLive(); }));
        QVERIFY(desk.commitAtLast());
        QVERIFY(becomesAsOnServer(*desk.table, m_etcd->options()));
    }
    noteAs(QStringLiteral("the clock is set, by hours and years, forward and back"),
           QStringLiteral("nothing"), QStringLiteral("everything; learned times go by the new clock"),
           QStringLiteral("nothing to do: what never comes is given up as soon as else"));
}

void TestFaultTable::clockIsSetBetweenSessions()
{
    if (!isLongRun())
        QSKIP("long");
    if (!isInside())
        return runWithAClock();
    const FakeClock clock(qEnvironmentVariable(ClockVariable));
    const QTemporaryDir dir;
    m_etcd = std::make_unique<EtcdProcess>();
    QVERIFY(m_etcd->start());
    QVERIFY(m_etcd->put(Others, "before").value > 0);
    // A draft of the future, as the clock has it.
    QVERIFY(clock.set(1h));
    {
        Desk desk(quick(m_etcd->endpoint()));
        keepIn(dir, desk);
        QVERIFY(desk.open());
        QVERIFY(desk.stage("in a draft"));
        const DraftKeeper *drafts = desk.connection.drafts();
        QTRY_VERIFY_WITH_TIMEOUT(drafts->isSettled() && drafts->isKeeping(), Patience);
    }
    QVERIFY(clock.set(-1h));
    Desk desk(quick(m_etcd->endpoint()));
    keepIn(dir, desk);
    QVERIFY(desk.open());
    DraftKeeper *drafts = desk.connection.drafts();
    QTRY_COMPARE_WITH_TIMEOUT(drafts->offers().size(), std::size_t(1), Patience);
    QVERIFY(drafts->restore(drafts->offers().front().file, QStringLiteral("restored")));
    QCOMPARE(desk.staged(), std::optional<QByteArray>("in a draft"));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(m_etcd->options(), Mine, "in a draft"));
    noteAs(QStringLiteral("the clock is set back between two sessions"),
           QStringLiteral("the draft is offered as ever"), QStringLiteral("the edit"),
           QStringLiteral("restore and commit"));
}

/// Certificates are the one thing that goes by it.
void TestFaultTable::clockIsBeyondACertificate()
{
    if (!isLongRun())
        QSKIP("long");
    if (!isInside())
        return runWithAClock();
    const FakeClock clock(qEnvironmentVariable(ClockVariable));
    const TestCa ca;
    const auto certificate = ca.issue(QStringLiteral("server"));
    EtcdProcess secure(ca.server(certificate));
    secure.useTls(ca.client());
    QVERIFY(secure.start());
    Desk guarded(secure.options());
    QVERIFY(guarded.open());
    QVERIFY(guarded.stage("behind its end"));
    secure.kill();
    QTRY_VERIFY_WITH_TIMEOUT(!guarded.isLive(), Patience);
    QVERIFY(clock.set(10 * Year));
    QVERIFY(secure.start());
    QTRY_COMPARE_WITH_TIMEOUT(guarded.connection.error().kind, ErrorKind::Tls, Patience);
    const ErrorText text = describe(guarded.connection.error());
    QVERIFY2(text.summary.contains(QStringLiteral("expired"))
                 && text.advice.contains(QStringLiteral("clock")),
             qPrintable(text.sentence()));
    QCOMPARE(guarded.staged(), std::optional<QByteArray>("behind its end"));
    QVERIFY(clock.set(0s));
    QTRY_VERIFY_WITH_TIMEOUT(guarded.isLive(), Patience);
    QVERIFY(guarded.commitAtLast());
    QVERIFY(becomes(secure.options(), Mine, "behind its end"));
    noteAs(QStringLiteral("the clock says that the certificate has expired"), text.sentence(),
           QStringLiteral("the edit, the rows"), QStringLiteral("by itself, when the clock is right"));
}

/// The program without a window.
void TestFaultTable::clockIsSetUnderACommand()
{
    if (!isLongRun())
        QSKIP("long");
    if (fakeClockLibrary().isEmpty()) {
        noteUntried(NoLibrary);
        QSKIP(qPrintable(NoLibrary));
    }
    ScriptedProxy proxy(m_etcd->port());
    const QTemporaryDir dir;
    const FakeClock clock(dir.filePath(QStringLiteral("clock")));
    QVERIFY(clock.set(0s));
    Program watching({QStringLiteral("watch"), QStringLiteral("--connect"), proxy.endpoint()},
                     clock.variables());
    // It is watching once it tells.
    QVERIFY(QTest::qWaitFor(
        [&] { return m_etcd->put(Others, "there").value > 0 && watching.output().contains(Others); },
        Patience));
    const auto linesOf = [&watching](const QByteArray &key) {
        QList<QByteArray> lines = watching.output().split('\n');
        lines.removeIf([&key](const QByteArray &line) { return !line.contains(key); });
        return lines;
    };
    const std::vector<std::chrono::seconds> offsets {1h, -1h, 5 * Year + 6h, 0h};
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        const QByteArray key = "/told/" + QByteArray::number(int(i));
        QVERIFY(clock.set(offsets[i]));
        proxy.set({Plan::Refuse}); // its connections end, and it comes back after a pause
        QVERIFY(m_etcd->put(key, "x").value > 0);
        proxy.set({});
        QTRY_VERIFY2_WITH_TIMEOUT(linesOf(key).size() == 1,
                                  (watching.output() + watching.errors()).constData(), Patience);
        // Its lines begin with the time, by its clock.
        const QByteArray time = linesOf(key).front().left(8);
        const QTime said = QTime::fromString(QString::fromLatin1(time), QStringLiteral("HH:mm:ss"));
        constexpr int Day = 24 * 60 * 60;
        const int late = QDateTime::currentDateTime().addSecs(offsets[i].count()).time().secsTo(said) + Day;
        QVERIFY2(said.isValid() && (late % Day < Patience / 1000 || late % Day > Day - Patience / 1000),
                 time.constData());
    }
    for (std::size_t i = 0; i < offsets.size(); ++i)
        QCOMPARE(linesOf("/told/" + QByteArray::number(int(i))).size(), 1);
    watching.signal(SIGINT);
    QCOMPARE(watching.wait(Patience), 0);
    noteAs(QStringLiteral("the clock is set under slotscope watch"),
           QStringLiteral("the time before each line, by the new clock"),
           QStringLiteral("every event, each told once"), QStringLiteral("by itself"));
}

} // namespace slotscope::test
