// SPDX-License-Identifier: GPL-3.0-or-later
//
// A cluster of three with TLS, client certificates and users, browsed, watched and edited while its members
// are killed one by one.
#include "core/connection/connection.h"
#include "tests/support/longtests.h"
#include "tests/support/memoryconnection.h" // slotKey()
#include "tests/support/securecluster.h"

#include <QSignalSpy>
#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

constexpr int Patience = 60'000; // for an election on a busy machine

const QString Root = QStringLiteral("root");
const QString Alice = QStringLiteral("alice");

QByteArray key(int number)
{
    return slotKey(5, QByteArray::number(number).rightJustified(4, '0'));
}

} // namespace

class TestSecureCluster : public QObject
{
    Q_OBJECT

    std::unique_ptr<SecureCluster> m_cluster;

    ConnectionOptions optionsOf(const QString &user) const { return m_cluster->optionsOf(user); }
    /// By a client of its own; 0: it could not be written.
    Revision write(Client &client, const QByteArray &at, const QByteArray &value)
    {
        const auto reply = await(client.put({.key = at, .value = value, .lease = {}}), Patience);
        return reply ? reply->header.revision : Revision();
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_cluster = std::make_unique<SecureCluster>();
        QVERIFY(m_cluster->start());
    }

    void aCertificateWithANameIsToldOf()
    {
        ConnectionOptions options = optionsOf(Root);
        options.tls = m_cluster->ca().client(m_cluster->ca().issue(QStringLiteral("client")));
        Client client(options);
        const auto refused = await(client.status(), Patience);
        QVERIFY(!refused);
        QVERIFY2(refused.error().detail.contains(QLatin1String("CommonName")),
                 qPrintable(refused.error().detail));
        QCOMPARE(refused.error().kind, ErrorKind::Unauthenticated);
    }

    void withoutACertificateNobodyComesIn()
    {
        ConnectionOptions options = optionsOf(Root);
        options.tls = m_cluster->ca().client();
        Client client(options);
        const auto refused = await(client.status(), Patience);
        QVERIFY(!refused);
        QVERIFY2(refused.error().kind == ErrorKind::Tls || refused.error().kind == ErrorKind::Network,
                 qPrintable(refused.error().detail));
    }

    void membersAreKilledOneByOne()
    {
        Client root(optionsOf(Root));
        for (int i = 0; i < 100; ++i)
            QVERIFY(write(root, key(i), "before").value > 0);
        QVERIFY(write(root, slotKey(6, "a"), "not hers").value > 0);
        QVERIFY(write(root, "/config/a", "hers to read").value > 0);

        Connection connection(optionsOf(Alice));
        connection.open();
        QTRY_COMPARE_WITH_TIMEOUT(connection.state(), Connection::State::Online, Patience);
        const auto table = connection.table(KeyRange::slot(Slot(5)));
        QTRY_COMPARE_WITH_TIMEOUT(table->state(), LiveTable::State::Live, Patience);
        QCOMPARE(table->rows().count(), 100U);
        QVERIFY(!connection.directory()->find(Slot(6)));
        QSignalSpy reset(table.get(), &LiveTable::reset);

        const int rounds = isLongRun() ? 20 : 1;
        int number = 0;
        for (int round = 0; round < rounds; ++round) {
            for (int lost = 0; lost < m_cluster->size(); ++lost) {
                m_cluster->member(lost).kill();
                // One works, and sees what another does.
                const QByteArray mine = "mine " + QByteArray::number(++number);
                const QByteArray theirs = "theirs " + QByteArray::number(number);
                stage(connection, *table, key(number % 100), mine);
                QTRY_VERIFY_WITH_TIMEOUT(write(root, key((number + 50) % 100), theirs).value > 0, Patience);
                QTRY_VERIFY_WITH_TIMEOUT(holds(*table, key((number + 50) % 100), theirs), Patience);
                QTRY_VERIFY_WITH_TIMEOUT(isCommitted(connection), Patience);
                QTRY_VERIFY_WITH_TIMEOUT(holds(*table, key(number % 100), mine), Patience);
                QVERIFY(m_cluster->member(lost).start());
            }
        }
        QCOMPARE(reset.size(), 0); // continued, never read again

        // As the cluster has it.
        const auto all = await(root.range({.range = KeyRange::slot(Slot(5))}), Patience);
        QVERIFY(all.hasValue());
        QCOMPARE(all->kvs.size(), table->rows().count());
        for (const KeyValue &kv : all->kvs) {
            const auto id = table->rows().find(kv.key);
            QVERIFY(id);
            const KeyValue row = table->rows().row(*id).toKeyValue();
            QCOMPARE(row.value, kv.value);
            QCOMPARE(row.modRevision, kv.modRevision);
            QCOMPARE(row.version, kv.version);
        }
    }

private:
    static void stage(Connection &connection, const LiveTable &table, const QByteArray &at,
                      const QByteArray &value)
    {
        const auto id = table.rows().find(at);
        QVERIFY(id);
        QVERIFY(connection.edits()->stageValue(at, KeyState::of(table.rows().row(*id).toKeyValue()), value));
    }
    /// Commits what is staged, as long as that is refused or its outcome is not known.
    static bool isCommitted(Connection &connection)
    {
        EditSession *edits = connection.edits();
        if (!edits->isEmpty() && !edits->isCommitting())
            edits->commit();
        return edits->isEmpty();
    }
    static bool holds(const LiveTable &table, const QByteArray &at, const QByteArray &value)
    {
        const auto id = table.rows().find(at);
        return id && table.rows().row(*id).value == value;
    }
};

QTEST_GUILESS_MAIN(TestSecureCluster)
#include "tst_securecluster.moc"
