// SPDX-License-Identifier: GPL-3.0-or-later
//
// What becomes of a connection with a staged edit when something goes wrong: what the user is told, what is
// kept, and how it goes on. The table of all of it is written at the end.
#include "core/connection/connection.h"
#include "core/edit/draftkeeper.h"
#include "tests/support/etcdcluster.h"
#include "tests/support/longtests.h"
#include "tests/support/scriptedproxy.h"
#include "tests/support/testca.h"
#include "ui/errortext.h"
#include "ui/panels/connectionbar.h"
#include "ui/userfile.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

using Plan = ScriptedProxy::Plan;
using Outcome = CommitReport::Outcome;

Q_DECLARE_METATYPE(Plan)

/// What may become of a commit that meets with a fault.
enum class Becomes { Works, Fails, Either };
Q_DECLARE_METATYPE(Becomes)

namespace {

constexpr int Patience = 60'000;
const KeyRange Range = KeyRange::prefix("/fault/");
const QByteArray Mine = "/fault/mine";
const QByteArray Others = "/fault/others";

QByteArray httpReply(int status, const QByteArray &body, const QByteArray &type = "text/html",
                     const QByteArray &more = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " Said by the test\r\nContent-Type: " + type
        + "\r\nConnection: close\r\n" + more + "Content-Length: " + QByteArray::number(body.size())
        + "\r\n\r\n" + body;
}

/// Whether the table holds what a fresh read of its range gives, revisions included.
bool isAsOnServer(const LiveTable &table, const ConnectionOptions &direct)
{
    Client client(direct);
    const auto fresh = await(client.range({.range = table.range()}));
    if (!fresh || fresh->kvs.size() != table.rows().count())
        return false;
    const std::vector<RowId> &order = table.rows().keyOrder();
    for (std::size_t i = 0; i < order.size(); ++i) {
        const RowView row = table.rows().row(order[i]);
        const KeyValue &kv = fresh->kvs[i];
        if (row.key != kv.key || row.value != kv.value || row.modRevision != kv.modRevision)
            return false;
    }
    return true;
}

QByteArray valueAt(const ConnectionOptions &direct, const QByteArray &key)
{
    Client client(direct);
    const auto reply = await(client.range({.range = KeyRange::single(key)}));
    return reply && !reply->kvs.empty() ? reply->kvs.front().value : QByteArray();
}

/// A connection with a table and something to stage, as a window has it.
struct Desk
{
    Connection connection;
    std::shared_ptr<LiveTable> table;

    explicit Desk(const ConnectionOptions &options)
        : connection(options)
        , table(connection.table(Range))
    {
    }

    bool open()
    {
        connection.open();
        return QTest::qWaitFor([this] { return isLive(); }, Patience);
    }
    bool isLive() const
    {
        return connection.state() == Connection::State::Online && table->state() == LiveTable::State::Live;
    }
    EditSession &edits() { return *connection.edits(); }
    bool stage(const QByteArray &value)
    {
        const auto id = table->rows().find(Mine);
        KeyState now = id ? KeyState::of(table->rows().row(*id).toKeyValue()) : KeyState::absent();
        // The table may be behind the commit before.
        if (const KeyState *settling = edits().settling(Mine))
            now = *settling;
        return edits().stageValue(Mine, now, value);
    }
    std::optional<CommitReport> commit()
    {
        QSignalSpy spy(&edits(), &EditSession::committed);
        edits().commit();
        if (!QTest::qWaitFor([&spy] { return !spy.isEmpty(); }, Patience))
            return {};
        return spy.first().first().value<CommitReport>();
    }
    /// Commits until nothing is staged any more, as a user does who does not give up.
    bool commitAtLast()
    {
        QElapsedTimer timer;
        timer.start();
        QString last;
        while (!edits().isEmpty() && timer.elapsed() < Patience) {
            if (isLive() && !edits().isCommitting() && !edits().hasConflicts()) {
                const auto report = commit();
                last = report ? report->error.detail : QStringLiteral("no report");
            }
            QTest::qWait(20);
        }
        if (!edits().isEmpty())
            qWarning().noquote() << "still staged:" << told() << edits().hasConflicts()
                                 << edits().isCommitting() << last;
        return edits().isEmpty();
    }
    /// What stands in the bar.
    QString told() const
    {
        QString text = connectionStateText(connection);
        text.remove(QRegularExpression(QStringLiteral(" (since|for) [0-9:]+")));
        if (connection.state() != Connection::State::Online && !connection.error().detail.isEmpty())
            text += QStringLiteral(" — ") + describe(connection.error()).summary;
        return text;
    }
};

} // namespace

class TestFaultTable : public QObject
{
    Q_OBJECT

    struct Line
    {
        QString fault;
        QString seen;
        QString kept;
        QString recovery;
    };
    std::vector<Line> m_lines;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<ScriptedProxy> m_proxy;

    static ConnectionOptions quick(const QString &address)
    {
        ConnectionOptions options(*Endpoint::parse(address));
        // So that what never comes is given up while the test runs; what is only slow is not.
        options.connectTimeout = std::chrono::milliseconds(1500);
        options.requestTimeout = std::chrono::milliseconds(1500);
        return options;
    }

    void note(const char *seen, const QString &kept, const QString &recovery)
    {
        note(QString::fromUtf8(seen), kept, recovery);
    }
    void note(const QString &seen, const QString &kept, const QString &recovery)
    {
        const char *row = QTest::currentDataTag() ? QTest::currentDataTag() : QTest::currentTestFunction();
        m_lines.push_back({QString::fromUtf8(row), seen, kept, recovery});
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        m_proxy = std::make_unique<ScriptedProxy>(m_etcd->port());
        QVERIFY(m_etcd->put(Others, "at the beginning").value > 0);
        // A body that takes several packets.
        for (int i = 0; i < 40; ++i)
            QVERIFY(m_etcd->put("/fault/row" + QByteArray::number(i), QByteArray(1000, 'r')).value > 0);
    }

    void cleanupTestCase()
    {
        m_proxy.reset();
        m_etcd.reset();
        std::size_t width = 0;
        for (const Line &line : m_lines)
            width = std::max(width, static_cast<std::size_t>(line.fault.size()));
        std::printf("\nFault | what the user sees | what is kept | how it goes on\n");
        for (const Line &line : m_lines)
            std::printf("%s | %s | %s | %s\n", qPrintable(line.fault.leftJustified(static_cast<int>(width))),
                        qPrintable(line.seen), qPrintable(line.kept), qPrintable(line.recovery));
        std::fflush(stdout);
    }

    void network_data()
    {
        QTest::addColumn<Plan>("plan");
        QTest::addColumn<Becomes>("expected");
        using enum Becomes;
        const auto row = [](const char *name, const Plan &plan, Becomes expected = Fails,
                            bool always = false) {
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
        row("JSON that is not etcd's",
            {Plan::Say, 0, httpReply(200, R"({"header":17})", "application/json")});
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
    void network()
    {
        QFETCH(Plan, plan);
        QFETCH(Becomes, expected);
        const ConnectionOptions direct = m_etcd->options();
        const QByteArray value = QByteArray("mine, ") + QTest::currentDataTag();
        Desk desk(quick(m_proxy->endpoint()));
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
            QCOMPARE(valueAt(direct, Mine), value);
            seen = expected == Becomes::Works
                ? QStringLiteral("the commit succeeds")
                : QStringLiteral("the commit succeeds: it is found by reading back");
        } else {
            // Never said to be done, nor to have met with somebody else's change.
            QVERIFY(report->outcome == Outcome::Refused || report->outcome == Outcome::Unknown);
            const ErrorText text = describe(report->error);
            QVERIFY(!text.summary.isEmpty());
            seen =
                (report->outcome == Outcome::Unknown ? QStringLiteral("not known whether it is committed: ")
                                                     : QString())
                + text.summary;
            QVERIFY(desk.edits().find(Mine));
            QCOMPARE(desk.edits().find(Mine)->value, value);
            QVERIFY(desk.table->rows().count() >= rows); // what was loaded stays
        }

        m_proxy->set({});
        QTRY_VERIFY_WITH_TIMEOUT(desk.isLive(), Patience);
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(direct, Mine), value);
        QTRY_VERIFY_WITH_TIMEOUT(isAsOnServer(*desk.table, direct), Patience);
        note(seen, works ? QStringLiteral("everything") : QStringLiteral("the edit, the rows"),
             works ? QStringLiteral("nothing to do")
                   : QStringLiteral("by itself; the commit goes through; no event is missed"));
    }

    void memberStandsStill()
    {
        if (!isLongRun())
            QSKIP("long");
        Desk desk(quick(m_etcd->endpoint()));
        QVERIFY(desk.open());
        QVERIFY(desk.stage("while it stands still"));
        m_etcd->pause();
        const auto report = desk.commit();
        m_etcd->resume();
        QVERIFY(report);
        QVERIFY(report->outcome != Outcome::Conflict);
        const QString seen = report->outcome == Outcome::Committed
            ? QStringLiteral("the commit succeeds late")
            : describe(report->error).summary;
        QTRY_VERIFY_WITH_TIMEOUT(desk.isLive(), Patience);
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(m_etcd->options(), Mine), QByteArray("while it stands still"));
        note(seen, QStringLiteral("the edit, the rows"),
             QStringLiteral("by itself; what came of the commit is read"));
    }

    void etcdIsKilledAndStartsAgain()
    {
        Desk desk(quick(m_etcd->endpoint()));
        QVERIFY(desk.open());
        QVERIFY(desk.stage("over a restart"));
        m_etcd->kill();
        const auto report = desk.commit();
        QVERIFY(report && report->outcome != Outcome::Committed);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.isLive(), Patience);
        const QString seen = desk.told();
        QVERIFY(seen.contains(QStringLiteral("Cannot reach")));
        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(desk.isLive(), Patience);
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(m_etcd->options(), Mine), QByteArray("over a restart"));
        note(seen, QStringLiteral("the edit, the rows"), QStringLiteral("by itself"));
    }

    void quotaIsUsedUp()
    {
        if (!isLongRun())
            QSKIP("long");
        // 2 MiB, and the pages that a new store begins with.
        EtcdProcess full({QStringLiteral("--quota-backend-bytes=2097152")});
        QVERIFY(full.start());
        QVERIFY(full.put(Others, "x").value > 0);
        Desk desk(quick(full.endpoint()));
        QVERIFY(desk.open());
        Revision last;
        for (int i = 0; i < 40; ++i) {
            const Revision revision =
                full.put("/filler", QByteArray(200'000, static_cast<char>('a' + i % 26)));
            if (revision.value == 0)
                break;
            last = revision;
        }
        QVERIFY(desk.stage("into a full etcd"));
        const auto report = desk.commit();
        QVERIFY(report);
        QVERIFY2(report->outcome == Outcome::Refused && report->error.kind == ErrorKind::NoSpace,
                 qPrintable(report->error.detail));
        const ErrorText text = describe(report->error);
        QVERIFY2(text.sentence().contains(QStringLiteral("quota"))
                     && text.advice.contains(QStringLiteral("disarm")),
                 qPrintable(text.sentence()));
        QCOMPARE(desk.edits().find(Mine)->value, QByteArray("into a full etcd"));
        QVERIFY(desk.isLive()); // reading goes on

        // What the advice says.
        Client client(full.options());
        const auto status = await(client.status());
        QVERIFY(status);
        QVERIFY(full.compact(last));
        const auto post = [&full](const char *path, const QByteArray &json) {
            QNetworkAccessManager manager;
            QNetworkRequest request(
                QUrl(full.endpoint() + QStringLiteral("/v3/maintenance/") + QString::fromLatin1(path)));
            request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
            const std::unique_ptr<QNetworkReply> reply(manager.post(request, json));
            return QTest::qWaitFor([&reply] { return reply->isFinished(); }, Patience)
                && reply->error() == QNetworkReply::NoError;
        };
        QVERIFY(post("defragment", "{}"));
        QByteArray alarm(R"({"action":"DEACTIVATE","alarm":"NOSPACE","memberID":"@"})");
        QVERIFY(post("alarm", alarm.replace('@', QByteArray::number(status->header.memberId))));
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(full.options(), Mine), QByteArray("into a full etcd"));
        note(text.summary, QStringLiteral("the edit; reading goes on"),
             QStringLiteral("commit again when there is room"));
    }

    void certificateIsRenewed()
    {
        if (!isLongRun())
            QSKIP("long");
        const TestCa ca;
        const auto first = ca.issue(QStringLiteral("first"), {.days = 365});
        EtcdProcess etcd(ca.server(first));
        etcd.useTls(ca.client());
        QVERIFY(etcd.start());
        ConnectionOptions options = etcd.options();
        Desk desk(options);
        QVERIFY(desk.open());
        QVERIFY(desk.stage("over a renewal"));
        // etcd reads its files for each handshake.
        const auto second = ca.issue(QStringLiteral("second"), {.days = 365});
        for (const auto &[from, to] :
             {std::pair(second.certFile, first.certFile), std::pair(second.keyFile, first.keyFile)}) {
            QVERIFY(QFile::remove(to));
            QVERIFY(QFile::copy(from, to));
        }
        etcd.kill();
        QTRY_VERIFY_WITH_TIMEOUT(!desk.isLive(), Patience);
        QVERIFY(etcd.start());
        QTRY_VERIFY_WITH_TIMEOUT(desk.isLive(), Patience);
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(etcd.options(), Mine), QByteArray("over a renewal"));
        note("nothing, when the CA is the same", QStringLiteral("the edit, the rows"),
             QStringLiteral("by itself"));

        // Another CA is no renewal: nobody is believed for having answered at the same address before.
        const TestCa other(QStringLiteral("Another CA"));
        const auto foreign = other.issue(QStringLiteral("foreign"), {.days = 365});
        for (const auto &[from, to] :
             {std::pair(foreign.certFile, first.certFile), std::pair(foreign.keyFile, first.keyFile)}) {
            QVERIFY(QFile::remove(to));
            QVERIFY(QFile::copy(from, to));
        }
        QVERIFY(desk.stage("to a stranger"));
        etcd.kill();
        QVERIFY(etcd.start());
        QTRY_VERIFY_WITH_TIMEOUT(desk.connection.error().kind == ErrorKind::Tls
                                     && desk.connection.state() == Connection::State::Reconnecting,
                                 Patience);
        QCOMPARE(desk.edits().find(Mine)->value, QByteArray("to a stranger"));
        note(desk.told(), QStringLiteral("the edit, the rows"),
             QStringLiteral("not, until the certificate is right"));
    }

    void authIsSwitchedOn()
    {
        if (!isLongRun())
            QSKIP("long");
        EtcdProcess etcd;
        QVERIFY(etcd.start());
        QVERIFY(etcd.put(Mine, "before").value > 0);
        const auto post = [&etcd](const char *path, const QByteArray &json) {
            QNetworkAccessManager manager;
            QNetworkRequest request(
                QUrl(etcd.endpoint() + QStringLiteral("/v3/auth/") + QString::fromLatin1(path)));
            request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
            const std::unique_ptr<QNetworkReply> reply(manager.post(request, json));
            return QTest::qWaitFor([&reply] { return reply->isFinished(); }, Patience)
                && reply->error() == QNetworkReply::NoError;
        };
        for (const auto &[path, json] : std::vector<std::pair<const char *, QByteArray>> {
                 {"user/add", R"({"name":"root","password":"secret"})"},
                 {"user/grant", R"({"user":"root","role":"root"})"}})
            QVERIFY2(post(path, json), path);
        // Somebody without a user, as nobody needed one before.
        Desk desk(quick(etcd.endpoint()));
        QVERIFY(desk.open());
        QVERIFY(desk.stage("without a user"));
        QVERIFY(post("enable", "{}"));
        const auto report = desk.commit();
        QVERIFY(report);
        QVERIFY2(report->outcome == Outcome::Refused && report->error.kind == ErrorKind::Unauthenticated,
                 qPrintable(report->error.detail));
        QCOMPARE(desk.edits().find(Mine)->value, QByteArray("without a user"));
        note(describe(report->error).sentence(), QStringLiteral("the edit, the rows"),
             QStringLiteral("connect with a user; the draft is offered"));
    }

    void membersOfThree()
    {
        if (!isLongRun())
            QSKIP("long");
        EtcdCluster cluster(3);
        QVERIFY(cluster.start());
        Desk desk(quick(cluster.member(0).endpoint()));
        QVERIFY(desk.open());
        // What it knows of the others it has learned by now.
        QVERIFY(desk.stage("all there"));
        QVERIFY(desk.commitAtLast());

        QVERIFY(desk.stage("one lost"));
        cluster.member(0).kill();
        QTRY_VERIFY_WITH_TIMEOUT(desk.commitAtLast(), Patience);
        QCOMPARE(valueAt(cluster.member(1).options(), Mine), QByteArray("one lost"));
        m_lines.push_back({QStringLiteral("3 members: the one in use is lost"), desk.told(),
                           QStringLiteral("the edit, the rows"),
                           QStringLiteral("another member takes over")});

        QVERIFY(desk.stage("two lost"));
        cluster.member(1).kill();
        const auto report = desk.commit();
        QVERIFY(report && report->outcome != Outcome::Committed && report->outcome != Outcome::Conflict);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.isLive(), Patience);
        const QString seen = desk.told();
        QVERIFY(desk.edits().find(Mine));
        QVERIFY(cluster.member(0).start());
        QTRY_VERIFY_WITH_TIMEOUT(desk.isLive(), Patience);
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(cluster.member(2).options(), Mine), QByteArray("two lost"));
        m_lines.push_back({QStringLiteral("3 members: two are lost"), seen,
                           QStringLiteral("the edit, the rows"),
                           QStringLiteral("by itself, when a second one is back")});

        QVERIFY(cluster.member(1).start());
        QVERIFY(desk.stage("one stands still"));
        const int leader = cluster.leader(2);
        QVERIFY(leader >= 0);
        cluster.member(leader).pause();
        const bool committed = desk.commitAtLast();
        cluster.member(leader).resume();
        QVERIFY(committed);
        QTRY_COMPARE_WITH_TIMEOUT(valueAt(cluster.member(2).options(), Mine), QByteArray("one stands still"),
                                  Patience);
        m_lines.push_back({QStringLiteral("3 members: the leader stands still"), desk.told(),
                           QStringLiteral("the edit, the rows"),
                           QStringLiteral("when the others have chosen a leader")});
    }

    void diskIsFullOnExport()
    {
        // A folder on a full disk is hard to have; a file that takes nothing is not.
        const auto result = writeForTheUser(QStringLiteral("/dev/full/export.jsonl"), "rows");
        QVERIFY(!result);
        const ErrorText text = describe(result.error());
        QVERIFY(text.summary.contains(QStringLiteral("export.jsonl")));
        note(text.summary, QStringLiteral("the file that was there before"),
             QStringLiteral("choose another place"));
    }

    void homeIsReadOnly()
    {
        Desk desk(quick(m_etcd->endpoint()));
        // Nothing can be made there, whoever asks.
        desk.connection.keepEditsIn(QStringLiteral("/proc/drafts"), QStringLiteral("/proc/history"));
        QVERIFY(desk.open());
        QVERIFY(desk.stage("without a draft"));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.connection.drafts()->problem().isEmpty(), Patience);
        const QString seen = desk.connection.drafts()->problem();
        QVERIFY(desk.edits().find(Mine));
        QVERIFY(desk.commitAtLast());
        QCOMPARE(valueAt(m_etcd->options(), Mine), QByteArray("without a draft"));
        note(seen, QStringLiteral("the edit, in memory"), QStringLiteral("commits go on; no draft is kept"));
    }
};

QTEST_MAIN(TestFaultTable)
#include "tst_faulttable.moc"
