// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of the table of faults that are about one server: it stops, is full, or changes its mind about who
// may do what.
#include "tests/faults/faulttable.h"
#include "tests/support/etcdauth.h"
#include "tests/support/testca.h"

#include <QNetworkAccessManager>
#include <QNetworkReply>

using namespace slotscope::core;
using namespace slotscope::ui;

using Outcome = slotscope::core::CommitReport::Outcome;

namespace slotscope::test {

void TestFaultTable::memberStandsStill()
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
    const QString seen = report->outcome == Outcome::Committed ? QStringLiteral("the commit succeeds late")
                                                               : describe(report->error).summary;
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(m_etcd->options(), Mine, "while it stands still"));
    note(seen, QStringLiteral("the edit, the rows"),
         QStringLiteral("by itself; what came of the commit is read"));
}

void TestFaultTable::etcdIsKilledAndStartsAgain()
{
    Desk desk(quick(m_etcd->endpoint()));
    QVERIFY(desk.open());
    QVERIFY(desk.stage("over a restart"));
    m_etcd->kill();
    const auto report = desk.commit();
    QVERIFY(report && report->outcome != Outcome::Committed);
    QVERIFY(comes([&] { return !desk.isLive(); }));
    const QString seen = desk.told();
    QVERIFY(seen.contains(QStringLiteral("Cannot reach")));
    QVERIFY(m_etcd->start());
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(m_etcd->options(), Mine, "over a restart"));
    note(seen, QStringLiteral("the edit, the rows"), QStringLiteral("by itself"));
}

void TestFaultTable::quotaIsUsedUp()
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
        const Revision revision = full.put("/filler", QByteArray(200'000, static_cast<char>('a' + i % 26)));
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
    QCOMPARE(desk.staged(), std::optional<QByteArray>("into a full etcd"));
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
    QVERIFY(becomes(full.options(), Mine, "into a full etcd"));
    note(text.summary, QStringLiteral("the edit; reading goes on"),
         QStringLiteral("commit again when there is room"));
}

void TestFaultTable::certificateIsRenewed()
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
    QVERIFY(comes([&] { return !desk.isLive(); }));
    QVERIFY(etcd.start());
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(etcd.options(), Mine, "over a renewal"));
    note(QStringLiteral("nothing, when the CA is the same"), QStringLiteral("the edit, the rows"),
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
    QCOMPARE(desk.staged(), std::optional<QByteArray>("to a stranger"));
    note(desk.told(), QStringLiteral("the edit, the rows"),
         QStringLiteral("not, until the certificate is right"));
}

void TestFaultTable::authIsSwitchedOn()
{
    if (!isLongRun())
        QSKIP("long");
    EtcdProcess etcd;
    QVERIFY(etcd.start());
    QVERIFY(etcd.put(Mine, "before").value > 0);
    // Somebody without a user, as nobody needed one before.
    Desk desk(quick(etcd.endpoint()));
    QVERIFY(desk.open());
    QVERIFY(desk.stage("without a user"));
    EtcdAuth auth(etcd);
    QVERIFY(auth.enable(QStringLiteral("secret")));
    const auto report = desk.commit();
    QVERIFY(report);
    QVERIFY2(report->outcome == Outcome::Refused && report->error.kind == ErrorKind::Unauthenticated,
             qPrintable(report->error.detail));
    QCOMPARE(desk.staged(), std::optional<QByteArray>("without a user"));
    note(describe(report->error).sentence(), QStringLiteral("the edit, the rows"),
         QStringLiteral("connect with a user; the draft is offered"));
}

void TestFaultTable::roleIsRevoked()
{
    if (!isLongRun())
        QSKIP("long");
    const QString alice = QStringLiteral("alice");
    const QString secret = QStringLiteral("secret");
    EtcdProcess etcd(EtcdAuth::quickHash());
    QVERIFY(etcd.start());
    EtcdAuth auth(etcd);
    QVERIFY(auth.addUser(alice, secret));
    QVERIFY(auth.grant(alice, EtcdAuth::ReadWrite, FaultRange));
    QVERIFY(auth.enable(secret));
    etcd.signIn(QStringLiteral("root"), secret);
    ConnectionOptions root = etcd.options();
    root.user = QStringLiteral("root");
    root.password = secret;
    QVERIFY(etcd.put(Mine, "before").value > 0);
    QVERIFY(etcd.put(Others, "before").value > 0);

    ConnectionOptions options = patient(etcd.endpoint());
    options.user = alice;
    options.password = secret;
    Desk desk(options);
    QVERIFY(desk.open());
    QVERIFY(desk.stage("without the right"));

    // To write, while an edit is staged.
    QVERIFY(auth.revoke(alice, FaultRange));
    QVERIFY(auth.grant(alice, EtcdAuth::Read, FaultRange));
    auto report = desk.commit();
    QVERIFY(report);
    QVERIFY2(report->outcome == Outcome::Refused && report->error.kind == ErrorKind::PermissionDenied,
             qPrintable(report->error.detail));
    QCOMPARE(desk.staged(), std::optional<QByteArray>("without the right"));
    QVERIFY(etcd.put(Others, "while it may only be read").value > 0);
    QVERIFY(becomesAsOnServer(*desk.table, root));
    noteAs(QStringLiteral("the right to write is revoked while an edit is staged"),
           describe(report->error).sentence(), QStringLiteral("the edit, the rows; reading goes on"),
           QStringLiteral("commit again when it is granted"));

    // All of it, while one looks around: etcd ends no watch for that, the next read tells.
    const std::size_t rows = desk.table->rows().count();
    QVERIFY(auth.revoke(alice, FaultRange));
    const auto another = desk.connection.table(KeyRange::prefix("/fault/o"));
    QTRY_COMPARE_WITH_TIMEOUT(desk.connection.state(), Connection::State::Reconnecting, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(desk.connection.error().kind, ErrorKind::PermissionDenied, Patience);
    QCOMPARE(desk.staged(), std::optional<QByteArray>("without the right"));
    QCOMPARE(desk.table->rows().count(), rows);
    const QString seen = desk.told();
    QVERIFY2(seen.contains(QStringLiteral("does not allow")), qPrintable(seen));
    QVERIFY(etcd.put(Others, "while nothing may be read").value > 0);
    QVERIFY(auth.grant(alice, EtcdAuth::ReadWrite, FaultRange));
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(root, Mine, "without the right"));
    QVERIFY(becomesAsOnServer(*desk.table, root));
    QTRY_COMPARE_WITH_TIMEOUT(another->rows().count(), std::size_t(1), Patience);
    noteAs(QStringLiteral("every right is revoked while browsing"), seen,
           QStringLiteral("the edit, the rows"),
           QStringLiteral("by itself, when something is granted again"));
}

/// They end after some seconds however much they are used, while all goes on that is under way.
void TestFaultTable::tokensExpire()
{
    if (!isLongRun())
        QSKIP("long");
    const TestCa keys; // for its openssl
    QVERIFY(keys.openssl({QStringLiteral("genrsa"), QStringLiteral("-out"), QStringLiteral("token.key")}));
    QVERIFY(keys.openssl({QStringLiteral("rsa"), QStringLiteral("-in"), QStringLiteral("token.key"),
                          QStringLiteral("-pubout"), QStringLiteral("-out"), QStringLiteral("token.pub")}));
    EtcdProcess etcd(EtcdAuth::quickHash()
                     + QStringList {QStringLiteral("--auth-token"),
                                    QStringLiteral("jwt,pub-key=%1,priv-key=%2,sign-method=RS256,ttl=5s")
                                        .arg(keys.file(QStringLiteral("token.pub")),
                                             keys.file(QStringLiteral("token.key")))});
    QVERIFY(etcd.start());
    EtcdAuth auth(etcd);
    const QString secret = QStringLiteral("secret");
    QVERIFY(auth.enable(secret));
    etcd.signIn(QStringLiteral("root"), secret);
    QVERIFY(etcd.put(Others, "before").value > 0);
    ConnectionOptions options = patient(etcd.endpoint());
    options.user = QStringLiteral("root");
    options.password = secret;

    // etcd counts who signs in: this client, and the one that writes for the others.
    const auto signIns = [&etcd] {
        QNetworkAccessManager manager;
        const std::unique_ptr<QNetworkReply> reply(
            manager.get(QNetworkRequest(QUrl(etcd.endpoint() + QStringLiteral("/metrics")))));
        static const QRegularExpression counter(QStringLiteral(
            "grpc_server_handled_total\\{grpc_code=\"OK\",grpc_method=\"Authenticate\"[^}]*\\} ([0-9]+)"));
        if (!QTest::qWaitFor([&reply] { return reply->isFinished(); }, Patience))
            return -1;
        return counter.match(QString::fromUtf8(reply->readAll())).captured(1).toInt();
    };
    Desk desk(options);
    QVERIFY(desk.open());
    const int before = signIns();
    QVERIFY(before > 0);
    QElapsedTimer timer;
    timer.start();
    int commits = 0;
    // Each of the two signs in again at least twice.
    while (signIns() < before + 4 && timer.elapsed() < Patience) {
        const QByteArray number = QByteArray::number(++commits);
        QVERIFY(desk.stage("mine " + number));
        const auto report = desk.commit();
        QVERIFY(report);
        QVERIFY2(report->outcome == Outcome::Committed, qPrintable(report->error.detail));
        QVERIFY(etcd.put(Others, "others " + number).value > 0);
        QCOMPARE(desk.connection.state(), Connection::State::Online);
    }
    QVERIFY(signIns() >= before + 4);
    QVERIFY(becomesAsOnServer(*desk.table, options));
    QCOMPARE(desk.connection.state(), Connection::State::Online);
    note(QStringLiteral("nothing"), QStringLiteral("everything, the watch, too"),
         QStringLiteral("by signing in again: %1 commits, none refused").arg(commits));
}

} // namespace slotscope::test
