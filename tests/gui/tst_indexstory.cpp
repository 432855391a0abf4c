// SPDX-License-Identifier: GPL-3.0-or-later
//
// In the real window, on a real etcd: a name is typed, the index follows in sight; a name that is taken is
// told before the commit; nothing is written to an index without the user's knowledge.
#include "tests/support/etcdprocess.h"
#include "tests/support/indexedusers.h"
#include "tests/support/storywindow.h"

#include <QTreeView>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestIndexStory : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;
    OwnSettings m_settings;
    EtcdProcess m_etcd;

    static QString line(const PendingPanel *panel, int row, int child, PendingModel::Column column)
    {
        const PendingModel *model = panel->model();
        return model->index(child, column, model->index(row, 0)).data().toString();
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        OwnSettings::clear();
        QVERIFY(m_etcd.start());
        for (const auto &[key, value] : users::catalogue()) {
            if (key != catalogueKey(Slot(users::ByCity)) && key != catalogueKey(Slot(users::ByMail)))
                m_etcd.put(key, value);
        }
        int number = 0;
        for (const char *name : {"ann", "bob", "cid", "dan", "eva", "fay"}) {
            m_etcd.put(users::key(++number), users::record(QString::fromLatin1(name)));
            m_etcd.put(users::entryKey(users::ByName, name), users::uuid(number));
        }
    }

    void theIndexFollowsInSight()
    {
        StoryWindow window(m_etcd.parsedEndpoint(), QStringLiteral("Users"));
        // Nobody has declared it: it is found.
        QTRY_VERIFY_WITH_TIMEOUT(window->connection()
                                     && window->connection()->upkeep()->isMaintained(Slot(users::ByName)),
                                 Patience);
        QCOMPARE(window->connection()->upkeep()->isMaintained(Slot(users::ByName)), std::optional(true));
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Users")), Patience);
        QVERIFY(window.activate());
        PendingPanel *panel = window.pending();

        QVERIFY(window.type(window.cell(users::key(1), "value.name"), QStringLiteral("anna")));
        QTRY_COMPARE_WITH_TIMEOUT(window.edits()->derived().size(), size_t(2), Patience);
        QCOMPARE(line(panel, 0, 0, PendingModel::OperationColumn), QStringLiteral("delete"));
        QCOMPARE(line(panel, 0, 0, PendingModel::TableColumn), QStringLiteral("UsersByName"));
        QCOMPARE(line(panel, 0, 0, PendingModel::KeyColumn), QStringLiteral("ann"));
        QCOMPARE(line(panel, 0, 1, PendingModel::OperationColumn), QStringLiteral("insert"));
        QCOMPARE(line(panel, 0, 1, PendingModel::KeyColumn), QStringLiteral("anna"));
        QVERIFY(panel->isVisible() && panel->view()->isExpanded(panel->model()->index(0, 0)));

        // Bob's name: told before anything is sent.
        QVERIFY(window.type(window.cell(users::key(1), "value.name"), QStringLiteral("bob")));
        QTRY_VERIFY_WITH_TIMEOUT(panel->model()->index(0, 0).data(PendingModel::ProblemRole).toBool(),
                                 Patience);
        QVERIFY(!panel->commitButton()->isEnabled());
        QVERIFY(line(panel, 0, 1, PendingModel::ChangeColumn).contains(QStringLiteral("“bob” is taken by")));
        // Why it is not committed is told as long as it is so.
        QStatusBar *status = window->statusBar();
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(status->currentMessage().contains(QStringLiteral("“bob” is taken by")),
                                 Patience);
        window.edits()->undo();
        QVERIFY2(status->currentMessage().isEmpty(), qPrintable(status->currentMessage()));
        window.edits()->redo();
        QTRY_VERIFY_WITH_TIMEOUT(!panel->commitButton()->isEnabled(), Patience);
        // Unless bob becomes ann.
        QVERIFY(window.type(window.cell(users::key(2), "value.name"), QStringLiteral("ann")));
        QTRY_VERIFY_WITH_TIMEOUT(panel->commitButton()->isEnabled(), Patience);
        QSignalSpy committed(window.edits(), &EditSession::committed);
        QTest::mouseClick(panel->commitButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        QCOMPARE(committed.front().front().value<CommitReport>().outcome, CommitReport::Outcome::Committed);
        QCOMPARE(m_etcd.get(users::entryKey(users::ByName, "ann"))->value, users::uuid(2));
        QCOMPARE(m_etcd.get(users::entryKey(users::ByName, "bob"))->value, users::uuid(1));
        QVERIFY(!m_etcd.get(users::entryKey(users::ByName, "anna")));

        // What the user leaves as it is stays as it is; that is kept in the schema.
        Q_EMIT panel->maintenanceRequested(Slot(users::ByName), false);
        QTRY_COMPARE(window->connection()->upkeep()->isMaintained(Slot(users::ByName)), std::optional(false));
        QVERIFY(window.type(window.cell(users::key(3), "value.name"), QStringLiteral("cora")));
        QTRY_VERIFY_WITH_TIMEOUT(!window.edits()->isDeriving(), Patience);
        QVERIFY(window.edits()->derived().empty());
    }
};

QTEST_MAIN(TestIndexStory)
#include "tst_indexstory.moc"
