// SPDX-License-Identifier: GPL-3.0-or-later
//
// etcd is killed at random points of commits: what is told of the commit is true, it is whole or not there at
// all, and what was not committed is staged still. In the long run a hundred times.
#include "core/connection/connection.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/longtests.h"
#include "tests/support/program.h"
#include "tests/support/rawgateway.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <map>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 60'000; // for an etcd that starts again on a busy machine

const QByteArray Prefix = "kill/";

/// The keys as they are, read past the program.
using State = std::map<QByteArray, RawGateway::Event>;

/// What is staged in a round: no value for a deletion.
using Intended = std::map<QByteArray, std::optional<QByteArray>>;

/// Etcd elects itself sooner than by default; there is nobody else.
QStringList quickElection()
{
    return {QStringLiteral("--heartbeat-interval"), QStringLiteral("20"),
            QStringLiteral("--election-timeout"), QStringLiteral("200")};
}

} // namespace

class TestEditKill : public QObject
{
    Q_OBJECT

    EtcdProcess m_etcd {quickElection()};
    QRandomGenerator m_random {20};

    std::optional<State> read() const
    {
        const auto rows = RawGateway(m_etcd.endpoint()).read(Prefix);
        if (!rows)
            return std::nullopt;
        State state;
        for (const RawGateway::Event &row : *rows)
            state[row.key] = row;
        return state;
    }

    /// Updates, one new key, one deletion.
    Intended intend(const State &before, int round)
    {
        Intended intended;
        const QByteArray token = "round " + QByteArray::number(round);
        std::vector<QByteArray> keys;
        for (const auto &[key, row] : before)
            keys.push_back(key);
        for (int i = m_random.bounded(1, 6); i > 0; --i)
            intended[keys[size_t(m_random.bounded(int(keys.size())))]] = token;
        intended[keys[size_t(m_random.bounded(int(keys.size())))]] = std::nullopt;
        intended[Prefix + "new " + QByteArray::number(round)] = token;
        return intended;
    }

    static KeyState stateOf(const State &state, const QByteArray &key)
    {
        const auto row = state.find(key);
        return row == state.end() ? KeyState::absent()
                                  : KeyState {true, *row->second.value, Revision(row->second.revision), {}};
    }

    /// Whether all of it was written, in one transaction, or (nothing) none of it; else something is half
    /// done.
    static std::optional<bool> wasWritten(const Intended &intended, const State &before, const State &after)
    {
        bool all = true;
        bool none = true;
        std::set<qint64> revisions;
        for (const auto &[key, value] : intended) {
            const KeyState was = stateOf(before, key);
            const KeyState is = stateOf(after, key);
            none = none && was == is;
            all = all && is.exists == value.has_value() && (!value || is.value == *value);
            if (value)
                revisions.insert(is.modRevision.value);
        }
        if (all && !none && revisions.size() == 1)
            return true;
        return none ? std::optional(false) : std::nullopt;
    }

    static QByteArray scriptOf(const Intended &intended)
    {
        QByteArray operations;
        for (const auto &[key, value] : intended) {
            operations += operations.isEmpty() ? "" : ",\n";
            operations += value ? "{\"op\": \"put\", \"key\": \"" + key + "\", \"value\": \"" + *value + "\"}"
                                : "{\"op\": \"delete\", \"key\": \"" + key + "\"}";
        }
        return "{\"slotscopeEdit\": 1, \"operations\": [" + operations + "]}";
    }

    static bool isStaged(const EditSession &session, const Intended &intended)
    {
        for (const auto &[key, value] : intended) {
            const Change *change = session.find(key);
            if (!change || change->conflict || (change->kind == Change::Kind::Delete) != !value
                || (value && change->value != *value))
                return false;
        }
        return true;
    }

private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }

    void etcdIsKilledInTheMiddleOfACommit()
    {
        QVERIFY(m_etcd.start());
        for (int i = 0; i < 20; ++i)
            QVERIFY(m_etcd.put(Prefix + QByteArray::number(i), "start").value > 0);
        Connection connection(m_etcd.parsedEndpoint());
        connection.edits()->setMerger({});
        connection.open();
        QSignalSpy reports(connection.edits(), &EditSession::committed);
        qint64 usual = 5000; // microseconds that a commit takes
        int first = 0;
        int later = 0;
        int denied = 0;
        int open = 0;
        const int rounds = isLongRun() ? 100 : 5;
        for (int round = 0; round < rounds; ++round) {
            QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
            const auto before = read();
            QVERIFY(before);
            const Intended intended = intend(*before, round);
            std::vector<EditSession::Intent> intents;
            for (const auto &[key, value] : intended)
                intents.push_back({key, stateOf(*before, key), value});
            QVERIFY(connection.edits()->stageAll(intents));

            reports.clear();
            QElapsedTimer clock;
            clock.start();
            connection.edits()->commit();
            // Anywhere between before it is sent and after it was told.
            const qint64 point = m_random.bounded(int(usual * 3 / 2));
            while (clock.nsecsElapsed() / 1000 < point && reports.isEmpty())
                QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
            if (reports.isEmpty())
                m_etcd.kill();
            else
                usual = (usual * 3 + clock.nsecsElapsed() / 1000) / 4;
            QTRY_VERIFY_WITH_TIMEOUT(!reports.isEmpty(), Patience);
            auto told = reports.first().first().value<CommitReport>();
            if (told.outcome == CommitReport::Outcome::Committed)
                ++first;
            else
                QVERIFY(isStaged(*connection.edits(), intended));
            m_etcd.kill();

            QVERIFY(m_etcd.start());
            if (told.outcome == CommitReport::Outcome::Unknown) {
                ++open;
                // Found out as soon as etcd is back.
                QTRY_VERIFY_WITH_TIMEOUT(reports.size() > 1, Patience);
                told = reports.last().first().value<CommitReport>();
                later += told.outcome == CommitReport::Outcome::Committed;
            }
            const auto after = read();
            QVERIFY(after);
            const std::optional<bool> written = wasWritten(intended, *before, *after);
            QVERIFY2(written, "half a commit");
            if (told.outcome == CommitReport::Outcome::Committed) {
                QVERIFY(*written);
                QCOMPARE(told.revision.value,
                         after->at(Prefix + "new " + QByteArray::number(round)).revision);
                QVERIFY(connection.edits()->isEmpty());
                continue;
            }
            ++denied;
            QCOMPARE(told.outcome, CommitReport::Outcome::Refused);
            QVERIFY(!*written);
            // Nothing of it is lost, and it can be committed now.
            QVERIFY(isStaged(*connection.edits(), intended));
            QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
            reports.clear();
            connection.edits()->commit();
            QTRY_COMPARE_WITH_TIMEOUT(reports.size(), 1, Patience);
            QCOMPARE(reports.first().first().value<CommitReport>().outcome, CommitReport::Outcome::Committed);
            const auto again = read();
            QVERIFY(again);
            QCOMPARE(wasWritten(intended, *before, *again), std::optional(true));
        }
        qInfo("of %d commits %d were told at once, %d when etcd was back (of %d left open); %d were not "
              "written",
              rounds, first, later, open, denied);
        QVERIFY(!isLongRun() || (open > 0 && later > 0 && denied > 0)); // by chance none of few
    }

    void etcdIsKilledUnderTheCommand()
    {
        if (!m_etcd.isRunning())
            QVERIFY(m_etcd.start());
        int committed = 0;
        int refused = 0;
        int unknown = 0;
        qint64 usual = 0; // microseconds that the command takes
        const int rounds = isLongRun() ? 30 : 3;
        for (int round = 0; round < rounds; ++round) {
            const auto before = read();
            QVERIFY(before);
            const Intended intended = intend(*before, 1000 + round);
            QElapsedTimer clock;
            clock.start();
            Program program({QStringLiteral("edit"), QStringLiteral("--script"), QStringLiteral("-"),
                             QStringLiteral("--json"), QStringLiteral("-c"), m_etcd.endpoint()});
            program.write(scriptOf(intended));
            program.closeInput();
            if (round == 0) {
                QCOMPARE(program.wait(Patience), 0);
                usual = clock.nsecsElapsed() / 1000;
            } else {
                // Its commit is the last thing that it does.
                const qint64 point = usual / 2 + m_random.bounded(int(usual * 2 / 3));
                while (clock.nsecsElapsed() / 1000 < point && program.isRunning())
                    QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
                m_etcd.kill();
                QVERIFY(m_etcd.start());
            }
            const int code = program.wait(Patience);
            const auto after = read();
            QVERIFY(after);
            const std::optional<bool> written = wasWritten(intended, *before, *after);
            QVERIFY2(written, "half a commit");
            const auto lines = program.jsonLines();
            const QString outcome =
                lines.empty() ? QString() : lines.back().value(QLatin1String("outcome")).toString();
            const QByteArray context = program.output() + program.errors();
            if (outcome == QLatin1String("unknown")) {
                ++unknown;
                QCOMPARE(code, 1);
            } else if (code == 0) {
                ++committed;
                QCOMPARE(outcome, QStringLiteral("committed"));
                QVERIFY2(*written, context.constData());
            } else {
                ++refused;
                QVERIFY2(!*written, context.constData());
                QCOMPARE(code, 1);
            }
        }
        qInfo("of %d scripts %d were committed, %d were not, of %d it was not known", rounds, committed,
              refused, unknown);
    }
};

QTEST_GUILESS_MAIN(TestEditKill)
#include "tst_editkill.moc"
