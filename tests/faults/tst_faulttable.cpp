// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table of faults, and its rows that are about the network.
#include "tests/faults/faulttable.h"
#include "tests/support/longtests.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryFile>

using namespace slotscope::core;
using namespace slotscope::ui;

using Outcome = slotscope::core::CommitReport::Outcome;

namespace slotscope::test {

using Plan = ScriptedProxy::Plan;

namespace {

constexpr const char *InsideVariable = "SLOTSCOPE_FAULT_ROWS"; // the file that the rows go to

QByteArray httpReply(int status, const QByteArray &body, const QByteArray &type = "text/html",
                     const QByteArray &more = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " Said by the test\r\nContent-Type: " + type
        + "\r\nConnection: close\r\n" + more + "Content-Length: " + QByteArray::number(body.size())
        + "\r\n\r\n" + body;
}

} // namespace

void TestFaultTable::initTestCase()
{
    SLOTSCOPE_REQUIRE_ETCD();
    if (isInside()) {
        qunsetenv("LD_PRELOAD"); // the surroundings are this process's, not its servers'
        return;
    }
    m_etcd = std::make_unique<EtcdProcess>();
    QVERIFY(m_etcd->start());
    m_proxy = std::make_unique<ScriptedProxy>(m_etcd->port());
    QVERIFY(m_etcd->put(Others, "at the beginning").value > 0);
    // A body that takes several packets.
    for (int i = 0; i < 40; ++i)
        QVERIFY(m_etcd->put("/fault/row" + QByteArray::number(i), QByteArray(1000, 'r')).value > 0);
}

void TestFaultTable::cleanupTestCase()
{
    m_proxy.reset();
    m_etcd.reset();
    if (isInside()) {
        giveRows();
        return;
    }
    std::size_t width = 0;
    for (const Line &line : m_lines)
        width = std::max(width, static_cast<std::size_t>(line.fault.size()));
    std::printf("\nFault | what the user sees | what is kept | how it goes on\n");
    for (const Line &line : m_lines)
        std::printf("%s | %s | %s | %s\n", qPrintable(line.fault.leftJustified(static_cast<int>(width))),
                    qPrintable(line.seen), qPrintable(line.kept), qPrintable(line.recovery));
    std::printf("%d rows\n", static_cast<int>(m_lines.size()));
    std::fflush(stdout);
}

void TestFaultTable::note(const QString &seen, const QString &kept, const QString &recovery)
{
    if (QTest::currentDataTag()) {
        noteAs(QString::fromUtf8(QTest::currentDataTag()), seen, kept, recovery);
        return;
    }
    // aTestThatIsCalledSo
    QString words;
    for (const char *letter = QTest::currentTestFunction(); *letter; ++letter) {
        const QChar each = QLatin1Char(*letter);
        words += each.isUpper() ? QLatin1Char(' ') + each.toLower() : QString(each);
    }
    noteAs(words, seen, kept, recovery);
}

void TestFaultTable::noteAs(const QString &fault, const QString &seen, const QString &kept,
                            const QString &recovery)
{
    m_lines.push_back({fault, seen, kept, recovery});
}

void TestFaultTable::noteUntried(const QString &why)
{
    note(QStringLiteral("(not tried: %1)").arg(why), {}, {});
}

bool TestFaultTable::isInside()
{
    return qEnvironmentVariableIsSet(InsideVariable);
}

void TestFaultTable::giveRows() const
{
    QJsonArray rows;
    for (const Line &line : m_lines)
        rows.append(QJsonArray {line.fault, line.seen, line.kept, line.recovery});
    QFile file(qEnvironmentVariable(InsideVariable));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QVERIFY(file.write(QJsonDocument(rows).toJson()) > 0);
}

void TestFaultTable::takeRows(const QByteArray &rows)
{
    for (const QJsonValue &row : QJsonDocument::fromJson(rows).array())
        noteAs(row[0].toString(), row[1].toString(), row[2].toString(), row[3].toString());
}

bool TestFaultTable::runInside(const QStringList &wrapper, const QMap<QString, QString> &variables)
{
    QTemporaryFile rows;
    if (!rows.open())
        return false;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QString::fromLatin1(InsideVariable), rows.fileName());
    for (auto variable = variables.cbegin(); variable != variables.cend(); ++variable)
        environment.insert(variable.key(), variable.value());
    QStringList command = wrapper;
    command << QCoreApplication::applicationFilePath() << QString::fromLatin1(QTest::currentTestFunction());
    QProcess process;
    process.setProcessEnvironment(environment);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(command.front(), command.mid(1));
    const bool ended = process.waitForStarted()
        && QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 10 * Patience);
    const std::size_t before = m_lines.size();
    takeRows(rows.readAll());
    const bool passed = ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0
        && m_lines.size() > before;
    if (!passed)
        qWarning().noquote() << command.join(QLatin1Char(' ')) << process.errorString() << '\n'
                             << process.readAll();
    process.kill();
    process.waitForFinished();
    return passed;
}

void TestFaultTable::network_data()
{
    QTest::addColumn<Plan>("plan");
    QTest::addColumn<Becomes>("expected");
    using enum Becomes;
    const auto row = [](const char *name, const Plan &plan, Becomes expected = Fails, bool always = false) {
        if (always || isLongRun())
            QTest::newRow(name) << plan << expected;
    };
    constexpr bool Always = true;
    const QByteArray txn = "/kv/txn";
    row("every reply 200 ms late", {Plan::Delay, 200}, Works);
    row("64 kB/s", {Plan::Throttle, 64'000}, Works);
    row("new connections are reset", {Plan::Refuse});
    row("every connection cut before a request arrives", {Plan::LoseRequest});
    row("every connection cut at a reply", {Plan::LoseReply});
    row("commit cut before it arrives", {Plan::LoseRequest, 0, {}, txn}, Either);
    row("commit cut when it has been carried out", {Plan::LoseReply, 0, {}, txn}, Either, Always);
    row("commit cut in the head of the reply", {Plan::CutReply, 20, {}, txn}, Either);
    row("commit cut in the body of the reply", {Plan::CutReply, 260, {}, txn}, Either);
    row("commit ended in the head of the reply", {Plan::EndReply, 20, {}, txn}, Either);
    row("commit ended in the body of the reply", {Plan::EndReply, 260, {}, txn}, Either);
    row("commit is never answered", {Plan::Silence, 0, {}, txn}, Either);
    row("every reply cut in its body", {Plan::CutReply, 260}, Fails, Always);
    row("silence, connections stay", {Plan::Silence}, Fails, Always);
    row("garbage", {Plan::Garble});
    row("one byte in half a second", {Plan::Trickle, 500});
    row("a head that does not end", {Plan::SayForEver, 14, "HTTP/1.1 200 OK\r\nX: aaaaaaaaaaa"});
    row("headers that do not end", {Plan::SayForEver, 14, "HTTP/1.1 200 OK\r\nXX: aaaaaaaa\r\n"});
    row("10 GB declared",
        {Plan::SayAndHold, 0,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
         "10000000000\r\n\r\n{\"header\":"},
        Fails, Always);
    row("a body that does not end",
        {Plan::SayForEver, 20,
         "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"kvs\":[aaaaaaaaaaaaaaaaaaaa"});
    row("redirected elsewhere",
        {Plan::Say, 0, httpReply(302, {}, "text/html", "Location: http://192.0.2.1/\r\n")});
    row("an HTML page instead", {Plan::Say, 0, httpReply(200, "<html>Please log in</html>")});
    row("JSON that is not etcd's", {Plan::Say, 0, httpReply(200, R"({"header":17})", "application/json")});
    row("gzip although not asked for",
        {Plan::Say, 0,
         httpReply(200, "\x1f\x8b\x08garbage", "application/json", "Content-Encoding: gzip\r\n")});
    for (const int status : {400, 401, 403, 404, 407, 408, 413, 429, 500, 502, 503, 504}) {
        const QByteArray name = "HTTP status " + QByteArray::number(status);
        const bool always = status == 503;
        if (always || isLongRun())
            QTest::newRow(name.constData())
                << Plan {Plan::Say, 0, httpReply(status, "<html>said by something in between</html>")}
                << Fails;
    }
}

/// A commit meets with the fault while others write, too. Then the fault goes.
void TestFaultTable::network()
{
    QFETCH(Plan, plan);
    QFETCH(Becomes, expected);
    const ConnectionOptions direct = m_etcd->options();
    const QByteArray value = QByteArray("mine, ") + QTest::currentDataTag();
    Desk desk(expected == Becomes::Works ? patient(m_proxy->endpoint()) : quick(m_proxy->endpoint()));
    QVERIFY(desk.open());
    const std::size_t rows = desk.table->rows().count();
    QVERIFY(desk.stage(value));

    m_proxy->set(plan);
    QVERIFY(m_etcd->put(Others, QByteArray("others, ") + QTest::currentDataTag()).value > 0);
    const std::optional<CommitReport> report = desk.commit();
    QVERIFY(report);
    QVERIFY(m_proxy->faults() > 0);
    QString seen;
    const bool works = report->outcome == Outcome::Committed;
    QVERIFY2(expected == Becomes::Either || works == (expected == Becomes::Works),
             qPrintable(report->error.detail));
    if (works) {
        QVERIFY(becomes(direct, Mine, value));
        seen = expected == Becomes::Works
            ? QStringLiteral("the commit succeeds")
            : QStringLiteral("the commit succeeds: it is found by reading back");
    } else {
        // Never said to be done, nor to have met with somebody else's change.
        QVERIFY(report->outcome == Outcome::Refused || report->outcome == Outcome::Unknown);
        const ErrorText text = describe(report->error);
        QVERIFY(!text.summary.isEmpty());
        seen = (report->outcome == Outcome::Unknown ? QStringLiteral("not known whether it is committed: ")
                                                    : QString())
            + text.summary;
        QCOMPARE(desk.staged(), std::optional(value));
        QVERIFY(desk.table->rows().count() >= rows); // what was loaded stays
    }

    m_proxy->set({});
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(direct, Mine, value));
    QVERIFY(becomesAsOnServer(*desk.table, direct));
    note(seen, works ? QStringLiteral("everything") : QStringLiteral("the edit, the rows"),
         works ? QStringLiteral("nothing to do")
               : QStringLiteral("by itself; the commit goes through; no event is missed"));
}

} // namespace slotscope::test

QTEST_MAIN(slotscope::test::TestFaultTable)
