// SPDX-License-Identifier: GPL-3.0-or-later
//
// Users of a real etcd: their tokens, what they may see, and what becomes of their work when that changes.
#include "core/connection/connection.h"
#include "tests/support/etcdauth.h"
#include "tests/support/memoryconnection.h" // slotKey()
#include "tests/support/program.h"
#include "tests/support/watchrecorder.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

using State = Connection::State;

namespace {

constexpr int Patience = 30'000; // for an etcd that starts again on a busy machine

const QString Root = QStringLiteral("root");
const QString Alice = QStringLiteral("alice");
const QString Secret = QStringLiteral("a \"secret\" of ünicode");

QList<QByteArray> keysOf(const std::vector<KeyValue> &kvs)
{
    QList<QByteArray> keys;
    for (const KeyValue &kv : kvs)
        keys += kv.key;
    return keys;
}

QByteArray inFive(const QByteArray &name)
{
    return slotKey(5, name);
}

} // namespace

class TestEtcdAuth : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        QVERIFY(m_etcd.start());
        m_auth = std::make_unique<EtcdAuth>(m_etcd);
        for (const QByteArray &key :
             {inFive("a"), inFive("b"), slotKey(6, "a"), QByteArray("/app/x"), QByteArray("/config/one"),
              QByteArray("/config/two"), QByteArray("/secret")})
            QVERIFY(m_etcd.put(key, "before").value > 0);
    }
    void init()
    {
        QVERIFY(m_auth->addUser(Alice, Secret));
        QVERIFY(m_auth->grant(Alice, EtcdAuth::ReadWrite, KeyRange::slot(Slot(5))));
        QVERIFY(m_auth->grant(Alice, EtcdAuth::Read, KeyRange::prefix("/config/")));
        QVERIFY(m_auth->grant(Alice, EtcdAuth::Read, KeyRange::single("/secret")));
        QVERIFY(m_auth->enable(Secret));
        m_etcd.signIn(Root, Secret);
    }
    void cleanup()
    {
        QVERIFY(m_etcd.isRunning() || m_etcd.start());
        QVERIFY(m_auth->disable());
        QVERIFY(m_auth->removeUser(Alice));
        QVERIFY(m_auth->removeUser(Root));
        m_etcd.signIn({}, {});
    }

    void nobodyAndWrongPasswordsAreTold()
    {
        Client client(m_etcd.parsedEndpoint());
        QSignalSpy wanted(&client, &Client::signInWanted);
        const auto nobody = await(client.range({.range = KeyRange::single(inFive("a"))}));
        QVERIFY(!nobody);
        QCOMPARE(nobody.error().kind, ErrorKind::Unauthenticated);
        QVERIFY(!wanted.isEmpty());

        client.signIn(Root, QStringLiteral("wrong"));
        const auto wrong = await(client.put({.key = "x", .value = "x", .lease = {}}));
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().kind, ErrorKind::Unauthenticated);
        QVERIFY2(wrong.error().detail.contains(QLatin1String("password")), qPrintable(wrong.error().detail));
        QVERIFY(wrong.error().neverSent);

        client.signIn(Root, Secret);
        QVERIFY(await(client.range({.range = KeyRange::all()})).hasValue());
        QVERIFY(client.rights().seesAll());
        QCOMPARE(client.rights().user, Root);
    }

    void withoutAuthenticationANameDoesNoHarm()
    {
        QVERIFY(m_auth->disable());
        Client client(m_etcd.parsedEndpoint());
        client.signIn(Alice, Secret);
        QVERIFY(await(client.range({.range = KeyRange::all()})).hasValue());
        QVERIFY(client.rights().seesAll());
        QVERIFY(m_auth->enableAgain());
        // From here on the name counts.
        const auto some = await(client.range({.range = KeyRange::slot(Slot(5))}));
        QVERIFY(some.hasValue());
        QCOMPARE(some->count, 2);
    }

    /// etcd forgets its simple tokens when it starts again, and a changed password ends them.
    void tokensAreRenewed_data()
    {
        QTest::addColumn<bool>("restarts");
        QTest::newRow("the server starts again") << true;
        QTest::newRow("the password is set again") << false;
    }
    void tokensAreRenewed()
    {
        QFETCH(bool, restarts);
        Client client(m_etcd.parsedEndpoint());
        client.signIn(Alice, Secret);
        WatchRecorder seen(&client, KeyRange::slot(Slot(5)));
        seen.watch.start({});
        QTRY_COMPARE_WITH_TIMEOUT(seen.watch.state(), Watch::State::Live, Patience);
        if (restarts) {
            m_etcd.stop();
            QVERIFY(m_etcd.start());
            QTRY_COMPARE_WITH_TIMEOUT(seen.watch.state(), Watch::State::Live, Patience);
        } else {
            QVERIFY(m_auth->changePassword(Alice, Secret));
        }
        // Many at once, reads and writes.
        int done = 0;
        QStringList failed;
        QObject context;
        const auto note = [&](const auto &result) {
            ++done;
            if (!result)
                failed += result.error().detail;
        };
        for (int i = 0; i < 20; ++i) {
            client.range({.range = KeyRange::single(inFive("a"))})
                .then(&context, [note](const Result<RangeReply> &reply) { note(reply); });
            client.put({.key = inFive("n") + QByteArray::number(i), .value = "v", .lease = {}})
                .then(&context, [note](const Result<PutReply> &reply) { note(reply); });
        }
        QTRY_COMPARE_WITH_TIMEOUT(done, 40, Patience);
        QCOMPARE(failed, QStringList());
        // Each write once, and each of them told.
        QTRY_COMPARE_WITH_TIMEOUT(seen.events.size(), 20U, Patience);
        for (const Event &event : seen.events)
            QCOMPARE(event.kv.version, 1);
        for (int i = 0; i < 20; ++i)
            QVERIFY(m_etcd.remove(inFive("n") + QByteArray::number(i)).value > 0);
    }

    void onlyWhatMayBeReadIsThere()
    {
        Client client(m_etcd.parsedEndpoint());
        client.signIn(Alice, Secret);
        const auto all = await(client.range({.range = KeyRange::all()}));
        QVERIFY(all.hasValue());
        const QList<QByteArray> mine {inFive("a"), inFive("b"), "/config/one", "/config/two", "/secret"};
        QCOMPARE(keysOf(all->kvs), mine);
        QCOMPARE(all->count, 5);
        QVERIFY(!all->more);
        QVERIFY(all->header.revision.value > 0);

        // Page by page, as tables are loaded.
        QList<QByteArray> paged;
        QByteArray next(1, '\0');
        for (int page = 0; page < 10; ++page) {
            const auto some =
                await(client.range({.range = {next, QByteArray(1, '\0')}, .limit = 2, .keysOnly = true}));
            QVERIFY(some.hasValue());
            QCOMPARE(some->count, mine.size() - paged.size());
            QVERIFY(some->kvs.size() <= 2);
            paged += keysOf(some->kvs);
            QCOMPARE(some->more, paged.size() < mine.size());
            if (!some->more)
                break;
            next = some->kvs.back().key + '\0';
        }
        QCOMPARE(paged, mine);

        // As large ones are: by gRPC, and in one piece whatever it was divided into.
        const auto rows = await(client.rows({.range = KeyRange::all(), .limit = 1000}));
        QVERIFY(rows.hasValue());
        QCOMPARE(rows->count, mine.size());
        QVERIFY(!rows->more);
        QCOMPARE(rows->chunks.size(), 1U);
        QCOMPARE(rows->firstKey(), mine.front());
        QCOMPARE(rows->lastKey(), mine.back());
        QCOMPARE(rows->rows, mine.size());
        const auto three = await(client.rows({.range = KeyRange::all(), .limit = 3}));
        QVERIFY(three.hasValue() && three->more);
        QCOMPARE(three->rows, 3);
        QCOMPARE(three->count, mine.size());
        QCOMPARE(three->lastKey(), mine[2]);
        const auto nothing = await(client.rows({.range = KeyRange::slot(Slot(6)), .limit = 1000}));
        QVERIFY(nothing.hasValue());
        QCOMPARE(nothing->rows, 0);
        QVERIFY(nothing->header.revision.value > 0);

        RangeRequest newest {.range = KeyRange::all(), .limit = 1};
        newest.sortOrder = SortOrder::Descend;
        newest.sortTarget = SortTarget::Key;
        const auto last = await(client.range(newest));
        QVERIFY(last.hasValue());
        QCOMPARE(keysOf(last->kvs), QList<QByteArray> {"/secret"});

        // The same in a transaction; where nothing is the user's, nothing is.
        TxnRequest counts;
        for (const KeyRange &range : {KeyRange::all(), KeyRange::slot(Slot(6)), KeyRange::prefix("/config/")})
            counts.success.push_back({RangeRequest {.range = range, .countOnly = true}});
        const auto counted = await(client.txn(counts));
        QVERIFY(counted.hasValue());
        QCOMPARE(counted->responses.size(), 3U);
        const auto count = [&](std::size_t i) {
            return std::get<RangeReply>(counted->responses[i].response).count;
        };
        QCOMPARE(count(0), 5);
        QCOMPARE(count(1), 0);
        QCOMPARE(count(2), 2);
        const auto none = await(client.range({.range = KeyRange::slot(Slot(6))}));
        QVERIFY(none.hasValue());
        QCOMPARE(none->count, 0);
        QVERIFY(none->header.revision.value > 0);
        // Of a single key nobody is told that it is not there.
        const auto single = await(client.range({.range = KeyRange::single("/app/x")}));
        QVERIFY(!single);
        QCOMPARE(single.error().kind, ErrorKind::PermissionDenied);
        TxnRequest both;
        both.success = {{RangeRequest {.range = KeyRange::single("/app/x")}},
                        {RangeRequest {.range = KeyRange::single("/secret")}}};
        QCOMPARE(await(client.txn(both)).hasValue(), false);

        QCOMPARE(client.rights().user, Alice);
        QVERIFY(!client.rights().seesAll());
        QVERIFY(client.rights().mayWrite(KeyRange::single(inFive("new"))));
        QVERIFY(!client.rights().mayWrite(KeyRange::single("/config/one")));
        const auto refused = await(client.put({.key = "/config/one", .value = "x", .lease = {}}));
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, ErrorKind::PermissionDenied);
    }

    /// One watch over all is one over each range that is the user's, and tells of a transaction as a whole.
    void changesComeInOrderAndWhole()
    {
        Client client(m_etcd.parsedEndpoint());
        client.signIn(Alice, Secret);
        WatchRecorder seen(&client);
        seen.watch.start({});
        QTRY_COMPARE_WITH_TIMEOUT(seen.watch.state(), Watch::State::Live, Patience);
        QList<QByteArray> expected;
        const auto write = [&](int i) {
            const QByteArray number = QByteArray::number(i);
            const Revision at = m_etcd.write(
                {{"/config/w", number}, {inFive("w"), number}, {"/app/x", number}, {"/secret", number}});
            QVERIFY(at.value > 0);
            expected += QByteArray::number(at.value) + " 3";
        };
        for (int i = 0; i < 30; ++i)
            write(i);
        QTRY_COMPARE_WITH_TIMEOUT(seen.events.size(), 90U, Patience);
        // Away and back, with changes in between.
        m_etcd.stop();
        QVERIFY(m_etcd.start());
        for (int i = 30; i < 60; ++i)
            write(i);
        QTRY_COMPARE_WITH_TIMEOUT(seen.events.size(), 180U, Patience);
        QVERIFY(seen.compactions.isEmpty());
        // Each transaction in one batch, and with all three of the keys that may be seen.
        QList<QByteArray> told;
        for (const EventBatch &batch : seen.batches) {
            std::map<Revision, int> events;
            for (const Event &event : batch.events)
                ++events[event.kv.modRevision];
            for (const auto &[revision, number] : events)
                told += QByteArray::number(revision.value) + ' ' + QByteArray::number(number);
        }
        QCOMPARE(told, expected);
        QVERIFY(m_etcd.remove("/config/w").value > 0);
        QVERIFY(m_etcd.remove(inFive("w")).value > 0);
    }

    void browsedWatchedAndRefused()
    {
        Connection connection(m_etcd.parsedEndpoint());
        connection.signIn(Alice, Secret);
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QVERIFY(connection.directory()->find(Slot(5)));
        QCOMPARE(connection.directory()->find(Slot(5))->records, 2);
        QVERIFY(!connection.directory()->find(Slot(6)));
        const auto table = connection.table(KeyRange::slot(Slot(5)));
        QTRY_COMPARE_WITH_TIMEOUT(table->state(), LiveTable::State::Live, Patience);
        QCOMPARE(table->rows().count(), 2U);

        QVERIFY(m_etcd.put(inFive("c"), "others'").value > 0);
        QTRY_COMPARE_WITH_TIMEOUT(table->rows().count(), 3U, Patience);
        QCOMPARE(connection.directory()->find(Slot(5))->records, 3);

        // What is not allowed stays staged, with the reason; then what is allowed goes.
        EditSession *edits = connection.edits();
        edits->stageValue("/config/one", KeyState::of(*m_etcd.get("/config/one")), "mine");
        edits->stageDelete({{inFive("c"), KeyState::of(*m_etcd.get(inFive("c")))}});
        const CommitReport refused = commit(edits);
        QCOMPARE(refused.outcome, CommitReport::Outcome::Refused);
        QCOMPARE(refused.error.kind, ErrorKind::PermissionDenied);
        QCOMPARE(edits->changes().size(), 2U);
        QCOMPARE(connection.state(), State::Online);
        QVERIFY(m_auth->grant(Alice, EtcdAuth::ReadWrite, KeyRange::single("/config/one")));
        QCOMPARE(commit(edits).outcome, CommitReport::Outcome::Committed);
        QTRY_COMPARE_WITH_TIMEOUT(table->rows().count(), 2U, Patience);
        QCOMPARE(m_etcd.get("/config/one")->value, QByteArray("mine"));
    }

    void aRoleIsRevokedWhileConnected()
    {
        Connection connection(m_etcd.parsedEndpoint());
        connection.signIn(Alice, Secret);
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QSignalSpy changed(connection.client(), &Client::rightsChanged);
        EditSession *edits = connection.edits();
        edits->stageValue(inFive("a"), KeyState::of(*m_etcd.get(inFive("a"))), "mine");
        QVERIFY(m_auth->revoke(Alice, KeyRange::slot(Slot(5))));
        // The running watch is not ended by etcd; the next read tells.
        (void)connection.client()->range({.range = KeyRange::slot(Slot(5))});
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), Patience);
        QTRY_VERIFY_WITH_TIMEOUT(!connection.directory()->find(Slot(5)), Patience);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QCOMPARE(edits->changes().size(), 1U);
        QCOMPARE(commit(edits).outcome, CommitReport::Outcome::Refused);
        QCOMPARE(edits->changes().size(), 1U);
        QVERIFY(connection.directory()->shortKeys().empty());

        // Nothing at all is left: that is told, and ends when there is something again.
        QVERIFY(m_auth->revoke(Alice, KeyRange::prefix("/config/")));
        QVERIFY(m_auth->revoke(Alice, KeyRange::single("/secret")));
        (void)connection.client()->range({.range = KeyRange::all()});
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Reconnecting, Patience);
        QTRY_COMPARE_WITH_TIMEOUT(connection.error().kind, ErrorKind::PermissionDenied, Patience);
        QVERIFY(m_auth->grant(Alice, EtcdAuth::ReadWrite, KeyRange::slot(Slot(5))));
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QTRY_VERIFY_WITH_TIMEOUT(connection.directory()->find(Slot(5)), Patience);
        QCOMPARE(commit(edits).outcome, CommitReport::Outcome::Committed);
    }

    void theCommandLineSaysWhatItsUserMayNotRead()
    {
        const auto runAsAlice = [this](QStringList words) {
            words << QStringLiteral("-c") << m_etcd.endpoint() << QStringLiteral("--user") << Alice;
            return std::make_unique<Program>(
                words, QMap<QString, QString> {{QStringLiteral("ETCDCTL_PASSWORD"), Secret}});
        };
        const auto all = runAsAlice({QStringLiteral("slots")});
        QCOMPARE(all->wait(), 0);
        QVERIFY2(all->errors().contains("“alice” may read"), all->errors().constData());
        const auto theirs = runAsAlice({QStringLiteral("records"), QStringLiteral("5")});
        QCOMPARE(theirs->wait(), 0);
        QVERIFY2(theirs->errors().isEmpty(), theirs->errors().constData());
        // That it holds nothing is not known.
        const auto hidden = runAsAlice({QStringLiteral("records"), QStringLiteral("6")});
        QCOMPARE(hidden->wait(), 1);
        QVERIFY2(hidden->errors().contains("“alice” may not read slot 6"), hidden->errors().constData());
        QVERIFY(!hidden->errors().contains("holds nothing"));
        const auto unknown = runAsAlice({QStringLiteral("records"), QStringLiteral("Users")});
        QCOMPARE(unknown->wait(), 1);
        QVERIFY2(unknown->errors().contains("“alice” may not read all"), unknown->errors().constData());
    }

    void authenticationIsSwitchedOnWhileConnected()
    {
        QVERIFY(m_auth->disable());
        m_etcd.signIn({}, {});
        Connection connection(m_etcd.parsedEndpoint());
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QVERIFY(connection.directory()->find(Slot(6)));
        EditSession *edits = connection.edits();
        edits->stageValue(slotKey(6, "a"), KeyState::of(*m_etcd.get(slotKey(6, "a"))), "mine");
        QVERIFY(m_auth->enableAgain());
        m_etcd.signIn(Root, Secret);
        QCOMPARE(commit(edits).outcome, CommitReport::Outcome::Refused);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Reconnecting, Patience);
        QCOMPARE(connection.error().kind, ErrorKind::Unauthenticated);
        QCOMPARE(edits->changes().size(), 1U);

        connection.signIn(Root, QStringLiteral("wrong"));
        QTRY_VERIFY_WITH_TIMEOUT(connection.isSignInRefused(), Patience);
        QVERIFY(connection.error().detail.contains(QLatin1String("password")));
        QCOMPARE(connection.state(), State::Reconnecting);
        connection.signIn(Root, Secret);
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), State::Online, Patience);
        QCOMPARE(edits->changes().size(), 1U);
        QCOMPARE(commit(edits).outcome, CommitReport::Outcome::Committed);
        QCOMPARE(m_etcd.get(slotKey(6, "a"))->value, QByteArray("mine"));
    }

private:
    static CommitReport commit(EditSession *edits)
    {
        QSignalSpy spy(edits, &EditSession::committed);
        edits->commit();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, Patience); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }

    EtcdProcess m_etcd {EtcdAuth::quickHash()};
    std::unique_ptr<EtcdAuth> m_auth;
};

QTEST_GUILESS_MAIN(TestEtcdAuth)
#include "tst_etcd_auth.moc"
