// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of the table of faults that are about a cluster of three.
#include "tests/faults/faulttable.h"
#include "tests/support/etcdcluster.h"

#include <QProcess>

#include <array>

using namespace slotscope::core;
using namespace slotscope::ui;

using Outcome = slotscope::core::CommitReport::Outcome;

namespace slotscope::test {

namespace {

constexpr quint16 ClientPort = 2379; // each has a network of its own, where all ports are free
constexpr quint16 PeerPort = 2380;

/// Three networks of their own for three members, which this process reaches; for a process in a network
/// namespace of its own.
class ThreeNetworks
{
public:
    /// Empty: they are there. Else what is wrong.
    QString make()
    {
        for (QProcess &holder : m_holders) {
            holder.setProcessChannelMode(QProcess::MergedChannels);
            holder.start(QStringLiteral("unshare"),
                         {QStringLiteral("--net"), QStringLiteral("--kill-child"), QStringLiteral("sh"),
                          QStringLiteral("-c"), QStringLiteral("echo there; exec cat")});
            if (!holder.waitForStarted()
                || !QTest::qWaitFor([&holder] { return holder.canReadLine(); }, Patience))
                return QString::fromUtf8(holder.readAll()) + holder.errorString();
        }
        return run(QStringLiteral("make"));
    }
    QString cut() { return run(QStringLiteral("cut")); }
    QString heal() { return run(QStringLiteral("heal")); }
    ~ThreeNetworks()
    {
        for (QProcess &holder : m_holders) {
            holder.kill();
            holder.waitForFinished();
        }
    }

    static QString address(int member) { return QStringLiteral("10.213.0.%1").arg(member + 1); }
    /// Runs a program there.
    QStringList way(int member) const
    {
        return {QStringLiteral("nsenter"),
                QStringLiteral("--net=/proc/%1/ns/net")
                    .arg(m_holders.at(static_cast<std::size_t>(member)).processId())};
    }

private:
    QString run(const QString &command)
    {
        QStringList arguments {command};
        for (const QProcess &holder : m_holders)
            arguments << QString::number(holder.processId());
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral(FAULT_NETWORKS), arguments);
        const bool done = process.waitForStarted() && process.waitForFinished(Patience)
            && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
        return done ? QString() : command + QStringLiteral(": ") + QString::fromUtf8(process.readAll());
    }

    std::array<QProcess, 3> m_holders;
};

/// Empty: a process may have networks of its own here.
QString whyNoNetworks()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QStringLiteral("unshare"),
                  {QStringLiteral("--user"), QStringLiteral("--map-root-user"), QStringLiteral("--net"),
                   QStringLiteral("sh"), QStringLiteral("-c"),
                   QStringLiteral("PATH=$PATH:/usr/sbin:/sbin; ip link add one type veth peer name other && "
                                  "nsenter --version")});
    const bool done = process.waitForStarted() && process.waitForFinished(Patience)
        && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    return done ? QString()
                : QStringLiteral("network namespaces are not allowed here (%1)")
                      .arg(QString::fromUtf8(process.readAll()).simplified());
}

} // namespace

void TestFaultTable::membersOfThree()
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
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(cluster.member(1).options(), Mine, "one lost"));
    noteAs(QStringLiteral("3 members: the one in use is lost"), desk.told(),
           QStringLiteral("the edit, the rows"), QStringLiteral("another member takes over"));

    QVERIFY(desk.stage("two lost"));
    cluster.member(1).kill();
    const auto report = desk.commit();
    QVERIFY(report && report->outcome != Outcome::Committed && report->outcome != Outcome::Conflict);
    QVERIFY(comes([&] { return !desk.isLive(); }));
    const QString seen = desk.told();
    QCOMPARE(desk.staged(), std::optional<QByteArray>("two lost"));
    QVERIFY(cluster.member(0).start());
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(cluster.member(2).options(), Mine, "two lost"));
    noteAs(QStringLiteral("3 members: two are lost"), seen, QStringLiteral("the edit, the rows"),
           QStringLiteral("by itself, when a second one is back"));

    QVERIFY(cluster.member(1).start());
    QVERIFY(desk.stage("one stands still"));
    const int leader = cluster.leader(2);
    QVERIFY(leader >= 0);
    cluster.member(leader).pause();
    const bool committed = desk.commitAtLast();
    cluster.member(leader).resume();
    QVERIFY(committed);
    QVERIFY(becomes(cluster.member(2).options(), Mine, "one stands still"));
    noteAs(QStringLiteral("3 members: the leader stands still"), desk.told(),
           QStringLiteral("the edit, the rows"), QStringLiteral("when the others have chosen a leader"));
}

/// The member that is talked with loses the other two, and they lose it; nobody is down, and everybody
/// answers the client.
void TestFaultTable::memberIsCutOff()
{
    if (!isLongRun())
        QSKIP("long");
    if (!isInside()) {
        if (const QString why = whyNoNetworks(); !why.isEmpty()) {
            noteUntried(why);
            QSKIP(qPrintable(why));
        }
        QVERIFY(
            runInside({QStringLiteral("unshare"), QStringLiteral("--user"), QStringLiteral("--map-root-user"),
                       QStringLiteral("--net"), QStringLiteral("--mount")},
                      {}));
        return;
    }
    ThreeNetworks networks;
    QCOMPARE(networks.make(), QString());
    QStringList names;
    for (int i = 0; i < 3; ++i)
        names << QStringLiteral("m%1=http://%2:%3").arg(i).arg(ThreeNetworks::address(i)).arg(PeerPort);
    std::vector<std::unique_ptr<EtcdProcess>> members;
    for (int i = 0; i < 3; ++i) {
        members.push_back(std::make_unique<EtcdProcess>(
            QStringList {QStringLiteral("--name"), QStringLiteral("m%1").arg(i),
                         QStringLiteral("--initial-cluster"), names.join(QLatin1Char(','))}));
        members.back()->useHost(ThreeNetworks::address(i));
        members.back()->usePorts(ClientPort, PeerPort);
        members.back()->runThrough(networks.way(i));
        QVERIFY(members.back()->launch());
    }
    for (const auto &member : members)
        QVERIFY(member->waitUntilServing());

    Desk desk(quick(members[0]->endpoint()));
    QVERIFY(desk.open());
    QVERIFY(desk.stage("all there")); // what it knows of the others it has learned by then
    QVERIFY(desk.commitAtLast());
    QVERIFY(desk.stage("on the smaller side"));

    QCOMPARE(networks.cut(), QString());
    const auto report = desk.commit();
    QVERIFY(report);
    QVERIFY(report->outcome != Outcome::Conflict);
    const QString seen = report->outcome == Outcome::Committed ? QStringLiteral("the commit succeeds late")
                                                               : describe(report->error).summary;
    if (report->outcome != Outcome::Committed)
        QCOMPARE(desk.staged(), std::optional<QByteArray>("on the smaller side"));
    // The other two go on, perhaps after they have chosen a leader.
    QVERIFY(
        QTest::qWaitFor([&] { return members[1]->put(Others, "on the larger side").value > 0; }, Patience));
    QVERIFY(comes([&] { return desk.isLive(); }));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(members[1]->options(), Mine, "on the smaller side"));
    // The watch goes on with one of them, as the one that is cut off cannot know it.
    QVERIFY(becomesAsOnServer(*desk.table, members[2]->options()));
    const auto apart = await(Client(quick(members[0]->endpoint())).range({.range = FaultRange}));
    QVERIFY(!apart); // it is still cut off
    // What is read now is what the larger side has.
    const auto read = await(desk.connection.client()->range({.range = KeyRange::single(Others)}));
    QVERIFY(read && !read->kvs.empty());
    QCOMPARE(read->kvs.front().value, QByteArray("on the larger side"));

    QCOMPARE(networks.heal(), QString());
    QVERIFY(becomes(members[0]->options(), Mine, "on the smaller side"));
    QVERIFY(desk.stage("together again"));
    QVERIFY(desk.commitAtLast());
    QVERIFY(becomes(members[0]->options(), Mine, "together again"));
    QVERIFY(becomesAsOnServer(*desk.table, members[0]->options()));
    noteAs(QStringLiteral("3 members: the one in use is cut off from the others"), seen,
           QStringLiteral("the edit, the rows; no event is missed"),
           QStringLiteral("reads, watch and commit go on with another member; then all three are one again"));
}

} // namespace slotscope::test
