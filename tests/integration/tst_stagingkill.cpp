// SPDX-License-Identifier: GPL-3.0-or-later
//
// The program is killed (kill -9) at random points of staging and of committing: what was staged is offered
// again, to the last change; and a commit is known for what it was. In the long run a hundred times each. The
// program that is killed is this one, called with --stage or --commit.
#include "core/connection/connection.h"
#include "core/edit/draftkeeper.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/rawgateway.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <csignal>
#include <unistd.h>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 60'000;
constexpr int Keys = 60;

QByteArray keyOf(int number)
{
    return "stage/" + QByteArray::number(number).rightJustified(3, '0');
}

/// The keys as etcd has them; nobody else writes.
std::map<QByteArray, KeyState> readStates(const QString &endpoint)
{
    std::map<QByteArray, KeyState> states;
    const auto rows = RawGateway(endpoint).read("stage/");
    if (rows) {
        for (const RawGateway::Event &row : *rows)
            states[row.key] = {true, *row.value, Revision(row.revision), LeaseId(row.lease)};
    }
    return states;
}

/// Random changes of a session, the same ones for the same seed.
class Staging
{
public:
    Staging(quint32 seed, std::map<QByteArray, KeyState> states)
        : m_name(QByteArray::number(seed) + '-')
        , m_random(seed)
        , m_states(std::move(states))
    {
    }

    void step(EditSession *session)
    {
        ++m_steps;
        const QByteArray key = keyOf(m_random.bounded(Keys));
        const QByteArray other =
            "stage/new " + m_name + QByteArray::number(m_random.bounded(Keys)); // not there
        switch (m_random.bounded(14)) {
        case 0:
            session->stageInsert(other, value());
            break;
        case 1:
            session->stageDelete({{key, m_states[key]}, {keyOf(1), m_states[keyOf(1)]}});
            break;
        case 2:
            session->revert({anyStaged(*session)});
            break;
        case 3:
        case 4:
            session->undo();
            break;
        case 5:
            session->redo();
            break;
        case 6:
            session->renameKey(key, m_states[key], other, value());
            break;
        case 7:
            session->setLeftOut({anyStaged(*session)}, m_random.bounded(2) == 0);
            break;
        case 8:
            session->addGuard(key, m_states[key]);
            break;
        case 9:
            session->stageLease({{key, m_states[key]}},
                                {.kind = LeaseChoice::Kind::New, .ttl = std::chrono::seconds(3600)});
            break;
        default:
            session->stageValue(key, m_states[key], value());
        }
    }

private:
    QByteArray value()
    {
        // Now and then one that takes long to write.
        const int size = m_random.bounded(10) == 0 ? 300'000 : m_random.bounded(200);
        return QByteArray::number(m_steps) + QByteArray(size, static_cast<char>(m_random.bounded(256)));
    }
    QByteArray anyStaged(const EditSession &session)
    {
        const size_t count = session.changes().size();
        return count == 0 ? QByteArray("nothing")
                          : session.changes()[size_t(m_random.bounded(int(count)))].key;
    }

    QByteArray m_name;
    QRandomGenerator m_random;
    std::map<QByteArray, KeyState> m_states;
    int m_steps = 0;
};

/// All that is staged.
QByteArray digestOf(const EditSession &session)
{
    std::map<QByteArray, QByteArray> texts;
    for (const Change &change : session.changes()) {
        QByteArray &text = texts[change.key];
        QDataStream out(&text, QIODevice::WriteOnly);
        out << int(change.kind) << change.value << change.base.exists << change.base.value
            << change.base.modRevision.value << change.base.lease.value << int(change.lease.kind)
            << qint64(change.lease.ttl.count()) << change.leftOut << change.partner
            << change.conflict.has_value();
    }
    for (const Guard &guard : session.guards())
        texts["guard " + guard.key] = QByteArray::number(guard.seen.modRevision.value);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (const auto &[key, text] : texts) {
        hash.addData(key);
        hash.addData(text);
    }
    return texts.empty() ? QByteArray("nothing") : hash.result().toHex();
}

void say(const QByteArray &word)
{
    const QByteArray line = word + '\n';
    if (::write(STDOUT_FILENO, line.constData(), size_t(line.size())) != line.size())
        std::_Exit(3);
}

/// `--stage|--commit ENDPOINT FOLDER SEED`: stages one step after the other, and says so when it is on disk.
int runChild(const QStringList &arguments)
{
    const bool commits = arguments.at(1) == QLatin1String("--commit");
    const QString endpoint = arguments.at(2);
    Connection connection(Endpoint {QUrl(endpoint)});
    connection.keepEditsIn(arguments.at(3), QString());
    connection.open();
    connection.upkeep()
        ->disable(); // a commit would wait for what is known of indexes, and these keys have none
    EditSession *session = connection.edits();
    Staging staging(arguments.at(4).toUInt(), readStates(endpoint));
    const auto waitFor = [](const auto &condition) {
        while (!condition())
            QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 100);
    };
    waitFor(
        [&] { return connection.state() == Connection::State::Online && connection.drafts()->isKeeping(); });
    for (int step = 1; !commits || step <= 5 || session->isEmpty(); ++step) {
        staging.step(session);
        waitFor([&] { return connection.drafts()->isSettled(); });
        say(QByteArray::number(step));
        QCoreApplication::processEvents();
    }
    say("committing");
    QObject::connect(session, &EditSession::committed, session, [](const CommitReport &report) {
        say("told " + QByteArray::number(int(report.outcome)));
    });
    session->commit();
    return QCoreApplication::exec();
}

} // namespace

class TestStagingKill : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd;
    QRandomGenerator m_random {30};

    /// What the child said, all lines that are whole.
    static QList<QByteArray> linesOf(const QByteArray &output)
    {
        QList<QByteArray> lines = output.split('\n');
        lines.removeLast();
        return lines;
    }
    static void kill(QProcess *child)
    {
        ::kill(static_cast<pid_t>(child->processId()), SIGKILL);
        child->waitForFinished();
    }
    void startChild(QProcess *child, const char *what, const QString &folder, int seed)
    {
        child->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        child->start(QCoreApplication::applicationFilePath(),
                     {QLatin1String(what), m_etcd.endpoint(), folder, QString::number(seed)});
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        for (int i = 0; i < Keys; ++i)
            QVERIFY(m_etcd.put(keyOf(i), "value " + QByteArray::number(i)).value > 0);
    }

    void killedWhileStaging()
    {
        const auto states = readStates(m_etcd.endpoint());
        int atTheLastOne = 0;
        int atTheOneAfter = 0;
        const int rounds = isLongRun() ? 100 : 5;
        for (int round = 0; round < rounds; ++round) {
            const QTemporaryDir folder;
            QProcess child;
            startChild(&child, "--stage", folder.path(), round);
            QByteArray output;
            // At once when it has said so many; by then it is somewhere in a later one.
            const int target = m_random.bounded(1, 120);
            const auto read = [&] {
                output += child.readAllStandardOutput();
                return output.count('\n') >= target;
            };
            QTRY_VERIFY_WITH_TIMEOUT(read() || child.state() == QProcess::NotRunning, Patience);
            kill(&child);
            output += child.readAllStandardOutput();
            const int acknowledged = linesOf(output).value(linesOf(output).size() - 1).toInt();
            QVERIFY(acknowledged >= target);

            // The same again, without being killed.
            Client client(m_etcd.parsedEndpoint());
            EditSession expected(&client);
            Staging staging(quint32(round), states);
            for (int step = 0; step < acknowledged; ++step)
                staging.step(&expected);
            const QByteArray last = digestOf(expected);
            staging.step(&expected);
            const QByteArray oneAfter = digestOf(expected);

            Connection connection(m_etcd.parsedEndpoint());
            connection.keepEditsIn(folder.path(), QString());
            QSignalSpy searched(connection.drafts(), &DraftKeeper::searched);
            connection.open();
            QTRY_VERIFY_WITH_TIMEOUT(!searched.isEmpty(), Patience);
            QVERIFY(connection.drafts()->complaints().isEmpty());
            const auto offers = connection.drafts()->offers();
            if (!offers.empty()) {
                QCOMPARE(offers.size(), size_t(1));
                QCOMPARE(offers.front().overtaken, std::optional(size_t(0)));
                QVERIFY(connection.drafts()->restore(offers.front().file, QString()));
            }
            const QByteArray found = digestOf(*connection.edits());
            QVERIFY2(found == last || found == oneAfter,
                     qPrintable(QStringLiteral("round %1, step %2: what was staged is not what was kept")
                                    .arg(round)
                                    .arg(acknowledged)));
            atTheLastOne += found == last;
            atTheOneAfter += found != last;
        }
        qInfo("of %d drafts %d ended with the last step that was acknowledged, %d with the one after it",
              rounds, atTheLastOne, atTheOneAfter);
    }

    void killedWhileCommitting()
    {
        int written = 0;
        int notWritten = 0;
        const int rounds = isLongRun() ? 100 : 5;
        for (int round = 0; round < rounds; ++round) {
            const auto before = readStates(m_etcd.endpoint());
            const QTemporaryDir folder;
            QProcess child;
            startChild(&child, "--commit", folder.path(), 1000 + round);
            QByteArray output;
            const auto read = [&] {
                output += child.readAllStandardOutput();
                return output.contains("committing\n");
            };
            QTRY_VERIFY_WITH_TIMEOUT(read() || child.state() == QProcess::NotRunning, Patience);
            const qint64 point = m_random.bounded(40'000); // microseconds
            QElapsedTimer clock;
            clock.start();
            while (clock.nsecsElapsed() / 1000 < point && child.state() == QProcess::Running)
                QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            kill(&child);
            output += child.readAllStandardOutput();

            Client client(m_etcd.parsedEndpoint());
            EditSession expected(&client);
            Staging staging(quint32(1000 + round), before);
            const qsizetype steps = linesOf(output).indexOf("committing");
            QVERIFY(steps > 0);
            for (qsizetype step = 0; step < steps; ++step)
                staging.step(&expected);
            const CommitPlan plan = expected.plan();

            Connection connection(m_etcd.parsedEndpoint());
            connection.keepEditsIn(folder.path(), QString());
            QSignalSpy searched(connection.drafts(), &DraftKeeper::searched);
            QSignalSpy foundCommits(connection.drafts(), &DraftKeeper::commitFound);
            connection.open();
            QTRY_VERIFY_WITH_TIMEOUT(!searched.isEmpty(), Patience);

            const auto after = readStates(m_etcd.endpoint());
            const auto stateIn = [](const std::map<QByteArray, KeyState> &states, const QByteArray &key) {
                const auto state = states.find(key);
                return state == states.end() ? KeyState::absent() : state->second;
            };
            size_t changed = 0;
            for (const Change &change : plan.writes)
                changed += stateIn(before, change.key) != stateIn(after, change.key);
            QVERIFY2(changed == 0 || changed == plan.writes.size(), "half a commit");

            const auto offers = connection.drafts()->offers();
            if (changed > 0) {
                ++written;
                // What it had told, or would have told, is what is said now.
                QVERIFY(!output.contains("told ") || output.contains("told 0\n"));
                QVERIFY2(foundCommits.size() == 1 || output.contains("told 0\n"),
                         qPrintable(QStringLiteral("round %1: %2 found, %3 offered after: %4")
                                        .arg(round)
                                        .arg(foundCommits.size())
                                        .arg(offers.size())
                                        .arg(QString::fromUtf8(output.right(60)))));
                if (!offers.empty()) {
                    for (const Change &change : offers.front().changes)
                        QVERIFY(change.leftOut); // the rest of the session
                }
            } else {
                ++notWritten;
                QVERIFY(!output.contains("told 0\n"));
                QCOMPARE(foundCommits.size(), 0);
                QCOMPARE(offers.size(), size_t(expected.isEmpty() ? 0 : 1));
                if (!offers.empty()) {
                    QVERIFY(connection.drafts()->restore(offers.front().file, QString()));
                    QCOMPARE(digestOf(*connection.edits()), digestOf(expected));
                }
            }
        }
        qInfo("of %d commits %d were written, %d were not", rounds, written, notWritten);
        QVERIFY(!isLongRun() || (written > 0 && notWritten > 0));
    }
};

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.value(1) == QLatin1String("--stage") || arguments.value(1) == QLatin1String("--commit"))
        return runChild(arguments);
    TestStagingKill test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_stagingkill.moc"
