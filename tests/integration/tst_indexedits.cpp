// SPDX-License-Identifier: GPL-3.0-or-later
//
// Indexes that follow edits, on a real etcd: whatever is edited and committed, the doctor finds nothing
// wrong.
#include "core/doctor/indexdoctor.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/indexedusers.h"
#include "tests/support/longtests.h"

#include <QRandomGenerator>
#include <QSignalSpy>
#include <QThread>
#include <QtTest>

#include <map>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 30'000;

struct Person
{
    QString name;
    QString city;
    std::optional<QString> mail;
    KeyState state;

    QByteArray record() const { return users::record(name, city, mail); }
};

} // namespace

class TestIndexEdits : public QObject
{
    Q_OBJECT

    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<Connection> m_connection;
    std::map<QByteArray, Person> m_people; // as they are in etcd
    int m_last = 0; // number of a user
    int m_lastName = 0;
    QRandomGenerator m_random {20260101};

    EditSession *edits() const { return m_connection->edits(); }

    bool start(const QStringList &arguments = {})
    {
        m_etcd = std::make_unique<EtcdProcess>(arguments);
        if (!m_etcd->start())
            return false;
        for (const auto &[key, value] : users::catalogue())
            m_etcd->put(key, value);
        m_connection = std::make_unique<Connection>(m_etcd->parsedEndpoint());
        m_connection->directory()->setSchema(users::schema());
        m_connection->open();
        return QTest::qWaitFor(
            [this] {
                return m_connection->state() == Connection::State::Online
                    && m_connection->relations()->indexes().size() == 3;
            },
            Patience);
    }
    CommitReport commit()
    {
        QSignalSpy spy(edits(), &EditSession::committed);
        edits()->commit();
        [&] { QTRY_COMPARE_WITH_TIMEOUT(spy.size(), 1, Patience); }();
        return spy.isEmpty() ? CommitReport() : spy.first().first().value<CommitReport>();
    }
    /// Commits, and notes what the records are now.
    bool commitPeople(const std::map<QByteArray, std::optional<Person>> &after)
    {
        const CommitReport report = commit();
        if (report.outcome != CommitReport::Outcome::Committed) {
            qWarning() << "commit:" << report.error.detail;
            return false;
        }
        for (const auto &[key, person] : after) {
            if (!person) {
                m_people.erase(key);
                continue;
            }
            Person &now = m_people[key] = *person;
            now.state = {true, now.record(), report.revision, LeaseId()};
        }
        return true;
    }
    bool insert(const std::vector<Person> &people)
    {
        std::map<QByteArray, std::optional<Person>> after;
        for (const Person &person : people) {
            const QByteArray key = users::key(++m_last);
            if (!edits()->stageInsert(key, person.record()))
                return false;
            after[key] = person;
        }
        return commitPeople(after);
    }
    bool isSound(qint64 entries)
    {
        IndexDoctor doctor(m_connection->client(), m_connection->relations()->indexes());
        std::optional<Result<IndexReport>> report;
        connect(&doctor, &IndexDoctor::finished, this,
                [&](const Result<IndexReport> &result) { report = result; });
        doctor.start();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(report, Patience); }();
        if (!report || !*report)
            return false;
        qint64 found = 0;
        for (const IndexReport::Index &index : (*report)->indexes)
            found += index.entries;
        for (const IndexFault &fault : (*report)->faults)
            qWarning() << indexFaultName(fault.kind) << fault.entryKey;
        return (*report)->faults.empty() && (*report)->indexes.size() == 3 && found == entries;
    }
    qint64 expectedEntries() const
    {
        qint64 count = 0;
        for (const auto &[key, person] : m_people)
            count += 2 + (person.mail ? 1 : 0);
        return count;
    }
    QString newName() { return QStringLiteral("name %1").arg(++m_lastName); }
    QString city() { return QStringLiteral("city %1").arg(m_random.bounded(20)); }
    std::optional<QString> mail()
    {
        if (m_random.bounded(3) == 0)
            return std::nullopt;
        return QStringLiteral("mail %1").arg(++m_lastName);
    }
    /// Touches each record once, in several commits.
    void editAll()
    {
        std::vector<QByteArray> order;
        for (const auto &[key, person] : m_people)
            order.push_back(key);
        std::shuffle(order.begin(), order.end(), m_random);
        size_t next = 0;
        while (next < order.size()) {
            std::map<QByteArray, std::optional<Person>> after;
            const size_t end = std::min(next + 16, order.size()); // at most seven operations each
            std::vector<QByteArray> batch(order.cbegin() + std::ptrdiff_t(next),
                                          order.cbegin() + std::ptrdiff_t(end));
            next = end;
            while (!batch.empty()) {
                const QByteArray key = batch.back();
                batch.pop_back();
                const Person &before = m_people.at(key);
                Person now = before;
                switch (m_random.bounded(6)) {
                case 0: // goes; and a new one takes its name
                    QVERIFY(edits()->stageDelete({{key, before.state}}));
                    after[key] = std::nullopt;
                    if (m_random.bounded(2) == 0) {
                        const QByteArray fresh = users::key(++m_last);
                        now.city = city();
                        QVERIFY(edits()->stageInsert(fresh, now.record()));
                        after[fresh] = now;
                    }
                    break;
                case 1: { // another key
                    const QByteArray to = users::key(++m_last);
                    if (m_random.bounded(2) == 0)
                        now.mail = mail();
                    QVERIFY(edits()->renameKey(key, before.state, to, now.record()));
                    after[key] = std::nullopt;
                    after[to] = now;
                    break;
                }
                case 2: // exchanges its name with another
                    if (!batch.empty()) {
                        const QByteArray otherKey = batch.back();
                        batch.pop_back();
                        const Person &other = m_people.at(otherKey);
                        Person otherNow = other;
                        std::swap(now.name, otherNow.name);
                        std::swap(now.mail, otherNow.mail);
                        QVERIFY(edits()->stageValue(key, before.state, now.record()));
                        QVERIFY(edits()->stageValue(otherKey, other.state, otherNow.record()));
                        after[key] = now;
                        after[otherKey] = otherNow;
                        break;
                    }
                    [[fallthrough]];
                default:
                    if (m_random.bounded(2) == 0)
                        now.name = newName();
                    if (m_random.bounded(2) == 0)
                        now.city = city();
                    if (m_random.bounded(2) == 0)
                        now.mail = mail();
                    QVERIFY(edits()->stageValue(key, before.state, now.record()));
                    if (edits()->find(key))
                        after[key] = now;
                    break;
                }
            }
            if (!edits()->isEmpty())
                QVERIFY(commitPeople(after));
        }
    }

private Q_SLOTS:
    void initTestCase() { SLOTSCOPE_REQUIRE_ETCD(); }
    void init()
    {
        m_people.clear();
        m_last = 0;
        QVERIFY(start());
    }
    void cleanup()
    {
        m_connection.reset();
        m_etcd.reset();
    }

    void randomEditsOfAThousandRecords()
    {
        constexpr size_t Records = 1000;
        for (int rounds = isLongRun() ? 20 : 1; rounds > 0; --rounds) {
            // A transaction takes 128 operations, and each of them comes with at most four.
            while (m_people.size() < Records) {
                std::vector<Person> people;
                for (int i = 0; i < 32 && m_people.size() + people.size() < Records; ++i)
                    people.push_back({newName(), city(), mail(), {}});
                QVERIFY(insert(people));
            }
            QVERIFY(isSound(expectedEntries()));
            editAll();
            QVERIFY(!QTest::currentTestFailed());
            QVERIFY(isSound(expectedEntries()));
        }
    }

    void anExchangeOfUniqueValuesIsCommitted()
    {
        QVERIFY(insert({{QStringLiteral("ann"), QStringLiteral("Ulm"), QStringLiteral("a@x"), {}},
                        {QStringLiteral("bob"), QStringLiteral("Ulm"), QStringLiteral("b@x"), {}}}));
        Person ann = m_people.at(users::key(1));
        Person bob = m_people.at(users::key(2));
        std::swap(ann.name, bob.name);
        std::swap(ann.mail, bob.mail);
        QVERIFY(edits()->stageValue(users::key(1), ann.state, ann.record()));
        QVERIFY(edits()->stageValue(users::key(2), bob.state, bob.record()));
        QVERIFY(commitPeople({{users::key(1), ann}, {users::key(2), bob}}));
        QCOMPARE(m_etcd->get(users::entryKey(users::ByName, "ann"))->value, users::uuid(2));
        QVERIFY(isSound(6));
    }

    // Somebody takes the name between the last look and the commit.
    void aRacingWriterMakesTheCommitFailAsAWhole()
    {
        QVERIFY(insert({{QStringLiteral("ann"), QStringLiteral("Ulm"), {}, {}}}));
        Person ann = m_people.at(users::key(1));
        const QByteArray before = ann.record();
        ann.name = QStringLiteral("zoe");
        QVERIFY(edits()->stageValue(users::key(1), ann.state, ann.record()));
        QTRY_VERIFY_WITH_TIMEOUT(!edits()->isDeriving(), Patience);
        QVERIFY(edits()->plan().problems.isEmpty());
        QCOMPARE(edits()->plan().operations(), size_t(3));

        // On a thread, so that nothing is heard of it here before the commit is sent.
        bool written = false;
        const std::unique_ptr<QThread> other(QThread::create([&] {
            Client client(m_etcd->parsedEndpoint());
            TxnRequest request;
            const QByteArray record = users::record(QStringLiteral("zoe"));
            for (const auto &[key, value] : std::vector<std::pair<QByteArray, QByteArray>> {
                     {users::key(2), record},
                     {users::entryKey(users::ByName, "zoe"), users::uuid(2)},
                     {users::entryKey(users::ByCity, "Ulm" + users::uuid(2)), users::uuid(2)}})
                request.success.push_back({PutRequest {.key = key, .value = value}});
            const auto reply = await(client.txn(request));
            written = reply && reply->succeeded;
        }));
        other->start();
        QVERIFY(other->wait(Patience));
        QVERIFY(written);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Conflict);
        QCOMPARE(m_etcd->get(users::key(1))->value, before);
        QVERIFY(m_etcd->get(users::entryKey(users::ByName, "ann")));
        QCOMPARE(m_etcd->get(users::entryKey(users::ByName, "zoe"))->value, users::uuid(2));
        QVERIFY(isSound(4));

        // Now it is known, and told before anything is sent.
        QTRY_VERIFY_WITH_TIMEOUT(!edits()->isDeriving() && !edits()->plan().problems.isEmpty(), Patience);
        const QString problem = edits()->plan().problems.first();
        QVERIFY2(problem.contains(QStringLiteral("“zoe” is taken by")), qPrintable(problem));
        QCOMPARE(commit().outcome, CommitReport::Outcome::Refused);
        QCOMPARE(edits()->changes().size(), size_t(1));
        // The other one gives it back: the commit goes through. (The entry first: without its record it would
        // be taken over, also where news of its end is still on the way.)
        m_etcd->remove(users::entryKey(users::ByName, "zoe"));
        m_etcd->remove(users::entryKey(users::ByCity, "Ulm" + users::uuid(2)));
        m_etcd->remove(users::key(2));
        QTRY_VERIFY_WITH_TIMEOUT(!edits()->isDeriving() && edits()->plan().problems.isEmpty(), Patience);
        QCOMPARE(commit().outcome, CommitReport::Outcome::Committed);
        QVERIFY(isSound(2));
    }

    // A server that takes few operations in a transaction is asked more often.
    void aServerThatTakesLittle()
    {
        cleanup();
        QVERIFY(start({QStringLiteral("--max-txn-ops"), QStringLiteral("64")}));
        for (int i = 1; i <= 60; ++i)
            QVERIFY(edits()->stageInsert(users::key(i), users::record(QStringLiteral("name %1").arg(i))));
        QTRY_VERIFY_WITH_TIMEOUT(!edits()->isDeriving(), Patience);
        QCOMPARE(edits()->derived().size(), size_t(120));
        QVERIFY(edits()->plan().problems.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestIndexEdits)
#include "tst_indexedits.moc"
