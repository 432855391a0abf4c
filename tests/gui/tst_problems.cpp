// SPDX-License-Identifier: GPL-3.0-or-later
//
// The doctor and the relations in the real window, on a real etcd that holds the reference dump: what is
// wrong is listed, repaired and committed; links lead to records and back; who refers to one is found.
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/models/problemsmodel.h"
#include "ui/panels/problemspanel.h"
#include "ui/panels/referrerspanel.h"

#include <QTreeView>
#include <QTreeWidget>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestProblems : public QObject
{
    Q_OBJECT

    static constexpr int Patience = 30'000;
    OwnSettings m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    static QByteArray slotKey(int slot, const QByteArray &key)
    {
        return KeyRange::slot(Slot(quint16(slot))).begin + key;
    }
    static bool knowsRelations(const StoryWindow &window)
    {
        return window->connection() && window->connection()->relations()->isKnown();
    }

private Q_SLOTS:
    void init()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanup() { m_etcd.reset(); }

    void faultsAreListedRepairedAndGone()
    {
        StoryWindow window(m_etcd->parsedEndpoint(), QStringLiteral("Users"));
        auto *panel = window.window()->findChild<ProblemsPanel *>();
        QTRY_VERIFY_WITH_TIMEOUT(knowsRelations(window), Patience);
        QVERIFY(window.activate());

        const auto check = [&] {
            QSignalSpy checked(panel, &ProblemsPanel::checked);
            QTest::keyClick(window.window(), Qt::Key_F8);
            QTRY_COMPARE_WITH_TIMEOUT(checked.size(), 1, Patience);
        };
        check();
        QVERIFY(panel->isVisible());
        QMap<QString, int> kinds;
        for (int row = 0; row < panel->model()->rowCount(); ++row)
            ++kinds[panel->model()->index(row, ProblemsModel::FaultColumn).data().toString()];
        QCOMPARE(kinds.value(QStringLiteral("Orphaned entry")), 3);
        QCOMPARE(kinds.value(QStringLiteral("Missing entry")), 2);
        QCOMPARE(kinds.value(QStringLiteral("Wrong entry")), 1);
        QVERIFY2(panel->summary()->text().startsWith(QStringLiteral("6 problems")),
                 qPrintable(panel->summary()->text()));

        // Nothing is written before it is committed, and one undo takes all repairs back.
        QTest::mouseClick(panel->repairButton(), Qt::LeftButton);
        QCOMPARE(window.edits()->changes().size(), 6U);
        window.edits()->undo();
        QVERIFY(window.edits()->isEmpty());
        window.edits()->redo();
        QCOMPARE(window.edits()->changes().size(), 6U);
        QVERIFY(window.pending()->isVisible());
        QVERIFY(m_etcd->get(slotKey(2, "Ann Adler 1")));
        QSignalSpy committed(window.edits(), &EditSession::committed);
        QTest::mouseClick(window.pending()->commitButton(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(committed.size(), 1, Patience);
        QVERIFY(window.edits()->isEmpty());
        QVERIFY(!m_etcd->get(slotKey(2, "Ann Adler 1")));

        check();
        QVERIFY2(panel->summary()->text().startsWith(QStringLiteral("Nothing is wrong.")),
                 qPrintable(panel->summary()->text()));
    }

    void aLinkLeadsToItsRecordAndBack()
    {
        StoryWindow window(m_etcd->parsedEndpoint(), QStringLiteral("Memberships"));
        QTRY_VERIFY_WITH_TIMEOUT(knowsRelations(window) && window.shows(QStringLiteral("Memberships")),
                                 Patience);
        QVERIFY(window.activate());
        const QByteArray membership = window.model()->keyAt(3);
        window.select(window.model()->index(3, 0));
        QTest::keyClick(window.window(), Qt::Key_F4);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Users")), Patience);
        const QByteArray user = slotKey(1, membership.mid(2, 16));
        QTRY_COMPARE(window.model()->keyAt(window.view()->currentIndex().row()), user);

        QTest::keyClick(window.window(), Qt::Key_Left, Qt::AltModifier);
        QTRY_VERIFY(window.shows(QStringLiteral("Memberships")));
        QCOMPARE(window.model()->keyAt(window.view()->currentIndex().row()), membership);
        QTest::keyClick(window.window(), Qt::Key_Right, Qt::AltModifier);
        QTRY_VERIFY(window.shows(QStringLiteral("Users")));

        // What leads nowhere says so, and leaves the user where he is.
        window.select(window.cell(user, "value.name"));
        QTest::keyClick(window.window(), Qt::Key_F4);
        QVERIFY2(window.message().contains(QStringLiteral("leads to no other record")),
                 qPrintable(window.message()));
    }

    void whoRefersToARecord()
    {
        StoryWindow window(m_etcd->parsedEndpoint(), QStringLiteral("Memberships"));
        QTRY_VERIFY_WITH_TIMEOUT(knowsRelations(window) && window.shows(QStringLiteral("Memberships")),
                                 Patience);
        QVERIFY(window.activate());
        const QByteArray membership = window.model()->keyAt(0);
        window.select(window.model()->index(0, 0));
        QTest::keyClick(window.window(), Qt::Key_F4);
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Users")), Patience);
        auto *panel = window.window()->findChild<ReferrersPanel *>();
        QTest::keyClick(window.window(), Qt::Key_F4, Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible() && !panel->isSearching(), Patience);
        QVERIFY2(panel->summary()->text().contains(QStringLiteral("references to Users")),
                 qPrintable(panel->summary()->text()));
        // Its membership is among them, and leads there.
        QTreeWidgetItem *found = nullptr;
        for (int i = 0; i < panel->view()->topLevelItemCount(); ++i) {
            QTreeWidgetItem *table = panel->view()->topLevelItem(i);
            if (table->text(0).startsWith(QStringLiteral("Memberships (")))
                found = table->child(0);
        }
        QVERIFY(found);
        Q_EMIT panel->view()->itemActivated(found, 0);
        QTRY_VERIFY(window.shows(QStringLiteral("Memberships")));
        QCOMPARE(window.model()->keyAt(window.view()->currentIndex().row()).mid(2, 16),
                 membership.mid(2, 16));
    }
};

QTEST_MAIN(TestProblems)
#include "tst_problems.moc"
