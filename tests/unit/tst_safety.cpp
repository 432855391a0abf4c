// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/connection.h"
#include "core/connection/safety.h"
#include "tests/support/await.h"
#include "tests/support/memoryetcd.h"
#include "tests/support/scriptedtransport.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace std::chrono_literals;

namespace {

/// A client whose gate has a clock that the test turns.
struct Guarded
{
    explicit Guarded(SafetyLevel level)
        : gate(nullptr, [this] { return now; })
    {
        auto made = std::make_unique<ScriptedTransport>();
        transport = made.get();
        client = std::make_unique<Client>(std::move(made));
        client->setGate(&gate);
        gate.setClusterName(QStringLiteral("orders"));
        gate.setLevel(level);
    }
    bool reached(const char *name) const { return transport->log.contains(QLatin1String(name)); }

    std::chrono::milliseconds now {1'000'000};
    SafetyGate gate;
    QPointer<ScriptedTransport> transport;
    std::unique_ptr<Client> client;
};

TxnRequest putting(const QByteArray &key, const QByteArray &value, LeaseId lease = {})
{
    return {.compare = {{.range = KeyRange::single(key), .number = 7}},
            .success = {{PutRequest {.key = key, .value = value, .lease = lease}}},
            .failure = {{RangeRequest {.range = KeyRange::single(key)}}}};
}

TxnRequest deleting(const QByteArray &key)
{
    return {.success = {{DeleteRangeRequest {.range = KeyRange::single(key)}}}};
}

using Send = std::function<std::optional<Error>(Client &)>;

template <typename T>
std::optional<Error> errorOf(const Call<T> &call)
{
    const auto result = await(call);
    return result ? std::nullopt : std::optional(result.error());
}

/// Every way in which a client writes, by the name that it has in the transport.
std::vector<std::pair<const char *, Send>> writes()
{
    TxnRequest nested;
    nested.success = {{deleting("k")}};
    TxnRequest inFailure;
    inFailure.failure = {{PutRequest {.key = "k"}}};
    return {
        {"put", [](Client &client) { return errorOf(client.put({.key = "k"})); }},
        {"deleteRange",
         [](Client &client) { return errorOf(client.deleteRange({.range = KeyRange::all()})); }},
        {"txn", [](Client &client) { return errorOf(client.txn(putting("k", "v"))); }},
        {"txn", [nested](Client &client) { return errorOf(client.txn(nested)); }},
        {"txn", [inFailure](Client &client) { return errorOf(client.txn(inFailure)); }},
        {"compact", [](Client &client) { return errorOf(client.compact({.revision = Revision(3)})); }},
        {"leaseGrant", [](Client &client) { return errorOf(client.leaseGrant({.ttlSeconds = 60})); }},
        {"leaseRevoke", [](Client &client) { return errorOf(client.leaseRevoke(LeaseId(5))); }},
    };
}

std::vector<std::pair<const char *, Send>> reads()
{
    TxnRequest reading;
    reading.success = {{RangeRequest {.range = KeyRange::single("k")}}};
    return {
        {"range", [](Client &client) { return errorOf(client.range({})); }},
        {"txn", [reading](Client &client) { return errorOf(client.txn(reading)); }},
        {"status", [](Client &client) { return errorOf(client.status()); }},
        {"leaseTimeToLive", [](Client &client) { return errorOf(client.leaseTimeToLive(LeaseId(5))); }},
        {"leaseLeases", [](Client &client) { return errorOf(client.leaseLeases()); }},
    };
}

} // namespace

class TestSafety : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsNotApproved_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<bool>("unlocked");
        QTest::addColumn<int>("refusal"); // -1: none
        const auto row = [](const char *name, SafetyLevel level, bool unlocked, int refusal) {
            QTest::newRow(name) << static_cast<int>(level) << unlocked << refusal;
        };
        row("open", SafetyLevel::Open, false, -1);
        row("confirm", SafetyLevel::Confirm, false, static_cast<int>(ErrorKind::Unconfirmed));
        row("guarded", SafetyLevel::Guarded, false, static_cast<int>(ErrorKind::Locked));
        row("guarded, unlocked", SafetyLevel::Guarded, true, static_cast<int>(ErrorKind::Unconfirmed));
        row("read-only", SafetyLevel::ReadOnly, false, static_cast<int>(ErrorKind::ReadOnly));
    }
    void whatIsNotApproved()
    {
        QFETCH(int, level);
        QFETCH(bool, unlocked);
        QFETCH(int, refusal);
        for (const auto &[name, send] : writes()) {
            Guarded guarded(static_cast<SafetyLevel>(level));
            if (unlocked)
                QVERIFY(guarded.gate.unlock(5min));
            const auto error = send(*guarded.client);
            QCOMPARE(error ? static_cast<int>(error->kind) : -1, refusal);
            QVERIFY2(guarded.reached(name) == (refusal < 0), name);
            if (error)
                QVERIFY(!error->detail.isEmpty());
        }
        for (const auto &[name, send] : reads()) {
            Guarded guarded(static_cast<SafetyLevel>(level));
            QVERIFY2(!send(*guarded.client), name);
            QVERIFY(guarded.reached(name));
        }
    }

    void withoutAGateNothingIsRefused()
    {
        for (const auto &[name, send] : writes()) {
            Guarded guarded(SafetyLevel::ReadOnly);
            guarded.client->setGate(nullptr);
            QVERIFY2(!send(*guarded.client), name);
        }
    }

    void stagingIsRefusedWhereNothingCanBeWritten()
    {
        Guarded guarded(SafetyLevel::Open);
        QVERIFY(!guarded.gate.refusesStaging());
        guarded.gate.setLevel(SafetyLevel::Confirm);
        QVERIFY(!guarded.gate.refusesStaging());
        guarded.gate.setLevel(SafetyLevel::ReadOnly);
        QCOMPARE(guarded.gate.refusesStaging()->kind, ErrorKind::ReadOnly);
        guarded.gate.setLevel(SafetyLevel::Guarded);
        QCOMPARE(guarded.gate.refusesStaging()->kind, ErrorKind::Locked);
        QVERIFY(guarded.gate.unlock(1min));
        QVERIFY(!guarded.gate.refusesStaging());
    }

    void anApprovalIsForWhatWasShown()
    {
        Guarded guarded(SafetyLevel::Confirm);
        const TxnRequest shown = putting("k", "v");
        const Approval approval = Approval::of(shown);
        const auto refusal = [&](const TxnRequest &request) {
            const auto error = errorOf(guarded.client->txn(request, approval));
            return error ? error->kind : ErrorKind::Cancelled;
        };
        QVERIFY(!errorOf(guarded.client->txn(shown, approval)));
        QCOMPARE(guarded.transport->log.count(QStringLiteral("txn")), 1);

        std::vector<TxnRequest> others {putting("k", "w"), putting("l", "v"), putting("k", "v", LeaseId(1)),
                                        deleting("k"), putting("k", QByteArray("v\0", 2))};
        others.push_back(shown);
        others.back().compare.front().number = 8;
        others.push_back(shown);
        others.back().compare.clear();
        others.push_back(shown);
        others.back().success.push_back({DeleteRangeRequest {.range = KeyRange::single("l")}});
        others.push_back(shown);
        std::get<PutRequest>(others.back().success.front().request).ignoreLease = true;
        others.push_back(shown);
        std::swap(others.back().success, others.back().failure);
        for (const TxnRequest &other : others) {
            QCOMPARE(refusal(other), ErrorKind::Unconfirmed);
            QVERIFY(digestOf(other) != digestOf(shown));
        }
        QCOMPARE(guarded.transport->log.count(QStringLiteral("txn")), 1);
        // Single writes are transactions of one.
        const PutRequest put {.key = "k", .value = "v"};
        QVERIFY(errorOf(guarded.client->put(put, approval)));
        QVERIFY(!errorOf(guarded.client->put(put, Approval::of({.success = {{put}}}))));
    }

    void compactionsAreApprovedAsTheyWereShown()
    {
        const CompactionRequest shown {.revision = Revision(7), .physical = true};
        const auto kind = [](Guarded *guarded, const CompactionRequest &request, const Approval &approval) {
            const auto error = errorOf(guarded->client->compact(request, approval));
            return error ? error->kind : ErrorKind::Cancelled;
        };
        Guarded confirming(SafetyLevel::Confirm);
        QCOMPARE(kind(&confirming, {.revision = Revision(8), .physical = true}, Approval::of(shown)),
                 ErrorKind::Unconfirmed);
        QCOMPARE(kind(&confirming, {.revision = Revision(7)}, Approval::of(shown)), ErrorKind::Unconfirmed);
        QCOMPARE(kind(&confirming, shown, Approval::of(putting("k", "v"))), ErrorKind::Unconfirmed);
        QCOMPARE(errorOf(confirming.client->txn(putting("k", "v"), Approval::of(shown)))->kind,
                 ErrorKind::Unconfirmed);
        QVERIFY(!confirming.reached("compact"));
        QCOMPARE(kind(&confirming, shown, Approval::of(shown)), ErrorKind::Cancelled); // no error
        QVERIFY(confirming.reached("compact"));

        Guarded guarded(SafetyLevel::Guarded);
        const Approval named = Approval::of(shown, QStringLiteral("orders"));
        QCOMPARE(kind(&guarded, shown, named), ErrorKind::Locked);
        QVERIFY(guarded.gate.unlock(5min));
        QCOMPARE(kind(&guarded, shown, Approval::of(shown)), ErrorKind::Unconfirmed);
        QVERIFY(!guarded.reached("compact"));
        QCOMPARE(kind(&guarded, shown, named), ErrorKind::Cancelled);

        Guarded readOnly(SafetyLevel::ReadOnly);
        QCOMPARE(kind(&readOnly, shown, named), ErrorKind::ReadOnly);
        QVERIFY(!readOnly.reached("compact"));
    }

    void guardedWantsTheNameAndTheLockOpen()
    {
        Guarded guarded(SafetyLevel::Guarded);
        const TxnRequest shown = putting("k", "v");
        const auto kind = [&](const QString &typed) {
            const auto error = errorOf(guarded.client->txn(shown, Approval::of(shown, {}, typed)));
            return error ? error->kind : ErrorKind::Cancelled;
        };
        QCOMPARE(kind(QStringLiteral("orders")), ErrorKind::Locked);
        QVERIFY(guarded.gate.unlock(5min));
        QCOMPARE(kind(QString()), ErrorKind::Unconfirmed);
        QCOMPARE(kind(QStringLiteral("Orders")), ErrorKind::Unconfirmed);
        QCOMPARE(kind(QStringLiteral("order")), ErrorKind::Unconfirmed);
        QVERIFY(!guarded.reached("txn"));
        QCOMPARE(kind(QStringLiteral(" orders ")), ErrorKind::Cancelled);
        QVERIFY(guarded.reached("txn"));
        guarded.gate.setLevel(SafetyLevel::ReadOnly);
        QCOMPARE(kind(QStringLiteral("orders")), ErrorKind::ReadOnly);
    }

    void itLocksItselfWhenTheTimeIsUp()
    {
        Guarded guarded(SafetyLevel::Guarded);
        QSignalSpy relocked(&guarded.gate, &SafetyGate::relocked);
        QSignalSpy changed(&guarded.gate, &SafetyGate::changed);
        QVERIFY(guarded.gate.isLocked());
        QCOMPARE(guarded.gate.remaining(), 0ms);
        QVERIFY(guarded.gate.unlock(2min));
        QCOMPARE(changed.size(), 1);
        QVERIFY(!guarded.gate.isLocked());
        guarded.now += 119s;
        guarded.gate.checkTime();
        QCOMPARE(guarded.gate.remaining(), 1s);
        QVERIFY(!guarded.gate.isLocked() && relocked.isEmpty());
        guarded.now += 1s;
        // Refused from that moment, whether or not anybody has noticed.
        QVERIFY(guarded.gate.isLocked());
        const TxnRequest shown = putting("k", "v");
        const Approval approval = Approval::of(shown, {}, QStringLiteral("orders"));
        QCOMPARE(errorOf(guarded.client->txn(shown, approval))->kind, ErrorKind::Locked);
        guarded.gate.checkTime();
        QCOMPARE(relocked.size(), 1);
        QCOMPARE(changed.size(), 2);
        guarded.gate.checkTime();
        QCOMPARE(relocked.size(), 1);
    }

    void unlockingAndLocking()
    {
        Guarded guarded(SafetyLevel::Guarded);
        QVERIFY(!guarded.gate.unlock(0min));
        QVERIFY(!guarded.gate.unlock(-1min));
        QVERIFY(!guarded.gate.unlock(SafetyGate::LongestUnlock + 1min));
        QVERIFY(guarded.gate.isLocked());
        QVERIFY(guarded.gate.unlock(10min));
        QVERIFY(guarded.gate.unlock(1min)); // shorter, too: it is what was said last
        QCOMPARE(guarded.gate.remaining(), 1min);
        guarded.gate.lock();
        QVERIFY(guarded.gate.isLocked());
        QVERIFY(guarded.gate.unlock(10min));
        guarded.gate.setLevel(SafetyLevel::Guarded);
        QVERIFY2(guarded.gate.isLocked(), "a level begins locked");
        for (const SafetyLevel level : {SafetyLevel::Open, SafetyLevel::Confirm, SafetyLevel::ReadOnly}) {
            guarded.gate.setLevel(level);
            QVERIFY(!guarded.gate.unlock(5min));
            QVERIFY(!guarded.gate.isLocked());
            QCOMPARE(guarded.gate.remaining(), 0ms);
        }
    }

    void theSystemsClockGoesForward()
    {
        SafetyGate gate;
        gate.setLevel(SafetyLevel::Guarded);
        QVERIFY(gate.unlock(1min));
        const auto before = gate.remaining();
        QVERIFY(before > 0ms && before <= 1min);
        QTRY_VERIFY(gate.remaining() < before);
    }

    void whatWasAllowedIsRefusedIfItIsLockedMeanwhile()
    {
        Guarded guarded(SafetyLevel::Guarded);
        QVERIFY(guarded.gate.unlock(5min));
        guarded.transport->holdDetection = true;
        const TxnRequest shown = putting("k", "v");
        std::optional<Error> error;
        guarded.client->txn(shown, Approval::of(shown, {}, QStringLiteral("orders")))
            .then(this, [&error](const Result<TxnReply> &reply) { error = reply.error(); });
        QTRY_VERIFY(guarded.transport->heldDetection);
        guarded.gate.lock();
        guarded.transport->heldDetection->complete(ServerVersion {});
        QTRY_VERIFY(error);
        QCOMPARE(error->kind, ErrorKind::Locked);
        QVERIFY(!guarded.reached("txn"));
    }

    void newLeasesBelongToAnApproval()
    {
        MemoryEtcd etcd;
        SafetyGate gate;
        Client client(etcd.transport());
        client.setGate(&gate);
        gate.setLevel(SafetyLevel::Confirm);
        TxnRequest shown;
        shown.success = {{PutRequest {.key = "a", .value = "1"}}, {PutRequest {.key = "b", .value = "2"}}};
        const Approval approval = Approval::of(shown, {{0, 60}, {1, 90}});
        QVERIFY(digestOf(shown, {{0, 60}, {1, 90}}) != digestOf(shown, {{0, 90}, {1, 60}}));
        QVERIFY(digestOf(shown, {{0, 60}, {1, 90}}) != digestOf(shown));

        QCOMPARE(errorOf(client.leaseGrant({.ttlSeconds = 61}, approval))->kind, ErrorKind::Unconfirmed);
        const auto minute = await(client.leaseGrant({.ttlSeconds = 60}, approval));
        const auto longer = await(client.leaseGrant({.ttlSeconds = 90}, approval));
        QVERIFY(minute.hasValue() && longer.hasValue());

        const auto with = [&shown](LeaseId a, LeaseId b) {
            TxnRequest request = shown;
            std::get<PutRequest>(request.success[0].request).lease = a;
            std::get<PutRequest>(request.success[1].request).lease = b;
            return request;
        };
        const auto refused = [&](LeaseId a, LeaseId b) { return errorOf(client.txn(with(a, b), approval)); };
        QCOMPARE(refused({}, {})->kind, ErrorKind::Unconfirmed);
        QCOMPARE(refused(minute->id, {})->kind, ErrorKind::Unconfirmed);
        QCOMPARE(refused(longer->id, minute->id)->kind, ErrorKind::Unconfirmed);
        QCOMPARE(refused(LeaseId(1), longer->id)->kind, ErrorKind::Unconfirmed);
        QVERIFY(etcd.keys().empty());
        QVERIFY(!refused(minute->id, longer->id));
        QCOMPARE(etcd.keys().at("b").lease, longer->id);
        // Keys hang on it now.
        QCOMPARE(errorOf(client.leaseRevoke(minute->id))->kind, ErrorKind::Unconfirmed);
        QVERIFY(etcd.keys().contains("a"));
    }

    void aLeaseOfACommitThatCameToNothingIsRevoked()
    {
        MemoryEtcd etcd;
        std::chrono::milliseconds now {};
        SafetyGate gate(nullptr, [&now] { return now; });
        Client client(etcd.transport());
        client.setGate(&gate);
        gate.setClusterName(QStringLiteral("orders"));
        gate.setLevel(SafetyLevel::Guarded);
        QVERIFY(gate.unlock(1min));
        TxnRequest request = putting("k", "v"); // its compare does not hold
        const Approval approval = Approval::of(request, {{0, 60}}, QStringLiteral("orders"));
        const auto lease = await(client.leaseGrant({.ttlSeconds = 60}, approval));
        QVERIFY(lease.hasValue());
        std::get<PutRequest>(request.success.front().request).lease = lease->id;
        const auto reply = await(client.txn(request, approval));
        QVERIFY(reply.hasValue() && !reply->succeeded);
        now += 2min; // also when it is locked again
        QVERIFY(!errorOf(client.leaseRevoke(lease->id)));
        QVERIFY(etcd.leases().empty());
        // Others' leases are not cleared away by it.
        etcd.put("other", "x", LeaseId(77));
        QCOMPARE(errorOf(client.leaseRevoke(LeaseId(77)))->kind, ErrorKind::Locked);
        QVERIFY(etcd.keys().contains("other"));
    }

    void aLeaseOfACommitThatMayHaveHappenedIsNotRevoked()
    {
        MemoryEtcd etcd;
        SafetyGate gate;
        Client client(etcd.transport());
        client.setGate(&gate);
        gate.setLevel(SafetyLevel::Confirm);
        TxnRequest request;
        request.success = {{PutRequest {.key = "k", .value = "v"}}};
        const Approval approval = Approval::of(request, {{0, 60}});
        const auto lease = await(client.leaseGrant({.ttlSeconds = 60}, approval));
        std::get<PutRequest>(request.success.front().request).lease = lease->id;
        etcd.loseNextWriteReply();
        QCOMPARE(errorOf(client.txn(request, approval))->kind, ErrorKind::Timeout);
        QCOMPARE(errorOf(client.leaseRevoke(lease->id))->kind, ErrorKind::Unconfirmed);
        QVERIFY(etcd.keys().contains("k"));
    }

    void aLockedSessionStagesNothingAndKeepsWhatIsStaged()
    {
        MemoryEtcd etcd;
        std::chrono::milliseconds now {};
        SafetyGate gate(nullptr, [&now] { return now; });
        Client client(etcd.transport());
        client.setGate(&gate);
        EditSession session(&client);
        session.setGate(&gate);
        etcd.put("a", "1", LeaseId(77));
        const KeyState a = KeyState::of(etcd.keys().at("a"));
        gate.setLevel(SafetyLevel::Guarded);

        const auto refusesEverything = [&] {
            return !session.stageValue("a", a, "2") && !session.stageInsert("n", "1")
                && !session.stageDelete({{"a", a}}) && !session.stageAll({{"a", a, "2"}})
                && !session.stageLease({{"a", a}}, {.kind = LeaseChoice::Kind::None})
                && !session.renameKey("a", a, "b", "1") && !session.addGuard("a", a);
        };
        QVERIFY(refusesEverything());
        QVERIFY(session.isEmpty() && session.guards().empty() && !session.canUndo());
        QCOMPARE(session.refusesStaging()->kind, ErrorKind::Locked);

        QVERIFY(gate.unlock(1min));
        QVERIFY(session.stageValue("a", a, "2"));
        QVERIFY(session.stageInsert("n", "1"));
        now += 1min;
        QVERIFY(session.refusesStaging());
        QCOMPARE(session.changes().size(), size_t(2));
        QVERIFY(!session.stageValue("a", a, "3") && !session.rekeyInsert("n", "m"));
        // What is less than before may be done, and what was done may be taken back.
        QVERIFY(session.setLeftOut({"n"}, true));
        QVERIFY(session.revert({"a"}));
        QCOMPARE(session.changes().size(), size_t(1));
        session.undo();
        QCOMPARE(session.find("a")->value, QByteArray("2"));
        QVERIFY(session.revertAll());
        QVERIFY(session.isEmpty());
        // A draft was staged when that was allowed.
        QVERIFY(session.restore({{.key = "a", .value = "2", .base = a}}, {}));
        QVERIFY(session.find("a"));
        gate.setLevel(SafetyLevel::ReadOnly);
        QCOMPARE(session.refusesStaging()->kind, ErrorKind::ReadOnly);
        QVERIFY(!session.stageInsert("n", "1"));
    }

    void aSessionCommitsWhatWasApproved_data()
    {
        QTest::addColumn<int>("level");
        QTest::newRow("confirm") << static_cast<int>(SafetyLevel::Confirm);
        QTest::newRow("guarded") << static_cast<int>(SafetyLevel::Guarded);
    }
    void aSessionCommitsWhatWasApproved()
    {
        QFETCH(int, level);
        MemoryEtcd etcd;
        SafetyGate gate;
        Client client(etcd.transport());
        client.setGate(&gate);
        EditSession session(&client);
        session.setGate(&gate);
        gate.setClusterName(QStringLiteral("orders"));
        gate.setLevel(static_cast<SafetyLevel>(level));
        gate.unlock(5min);
        etcd.put("a", "1");
        QSignalSpy committed(&session, &EditSession::committed);
        const auto outcome = [&](const Approval &approval) {
            const auto before = committed.size();
            session.commit(approval);
            [&] { QTRY_COMPARE(committed.size(), before + 1); }();
            return committed.last().first().value<CommitReport>();
        };
        QVERIFY(session.stageValue("a", KeyState::of(etcd.keys().at("a")), "2"));
        QVERIFY(session.stageInsert("n", "1"));
        QVERIFY(
            session.stageLease({{"n", KeyState::absent()}}, {.kind = LeaseChoice::Kind::New, .ttl = 90s}));
        const CommitPlan shown = session.plan();
        const auto approval = Approval::of(shown.request, shown.newLeases(), QStringLiteral("orders"));

        CommitReport report = outcome({});
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::Unconfirmed);
        // Changed after it was shown.
        QVERIFY(session.stageInsert("z", "1"));
        report = outcome(approval);
        QCOMPARE(report.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(report.error.kind, ErrorKind::Unconfirmed);
        QCOMPARE(etcd.keys().size(), size_t(1));
        QCOMPARE(session.changes().size(), size_t(3));
        QVERIFY(session.revert({"z"}));

        report = outcome(approval);
        QCOMPARE(report.outcome, CommitReport::Outcome::Committed);
        QCOMPARE(etcd.keys().at("a").value, QByteArray("2"));
        QVERIFY(etcd.keys().at("n").lease.value != 0);
    }

    void aConnectionIsOpenUnlessItIsTold()
    {
        MemoryEtcd etcd;
        Connection connection(*Endpoint::parse(QStringLiteral("db.example.org:2379")), etcd.transport());
        QCOMPARE(connection.safety()->level(), SafetyLevel::Open);
        QCOMPARE(connection.safety()->clusterName(), QStringLiteral("db.example.org:2379"));
        QVERIFY(!errorOf(connection.client()->put({.key = "k", .value = "v"})));
        connection.safety()->setLevel(SafetyLevel::ReadOnly);
        QCOMPARE(errorOf(connection.client()->put({.key = "k", .value = "w"}))->kind, ErrorKind::ReadOnly);
        QCOMPARE(etcd.keys().at("k").value, QByteArray("v"));
        QVERIFY(!connection.edits()->stageInsert("n", "1"));
    }
};

QTEST_GUILESS_MAIN(TestSafety)
#include "tst_safety.moc"
