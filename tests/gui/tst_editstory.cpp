// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/mergedialog.h"
#include "ui/panels/banner.h"
#include "ui/panels/historypanel.h"
#include "ui/panels/reviewdetail.h"

#include <QTreeView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

// Records of the library, beside Nils: another user, and the first membership and group.
const QByteArray Frida = QByteArray::fromHex("0001010a4b4ca82e4255980ee9a10d980f47");
const QByteArray Membership =
    QByteArray::fromHex("0009010a4b4ca82e4255980ee9a10d980f471a808269169f4acbbd7a8648ac5d0afc");
const QByteArray Group = QByteArray::fromHex("000b00409b5a7ecb43e8af315e3f81bbfabd");

QByteArray byName(const char *name)
{
    return QByteArray::fromHex("0002") + name;
}

} // namespace

/// What a day's work with staged edits comes to, from the first to the last, in one window on a real etcd.
class TestEditStory : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    QByteArray valueOf(const QByteArray &key) const
    {
        const auto kv = m_etcd->get(key);
        return kv ? kv->value : QByteArray();
    }
    Revision revisionOf(const QByteArray &key) const { return m_etcd->get(key)->modRevision; }
    /// As another client does who knows nothing of us.
    Revision overwrite(const QByteArray &key, const QByteArray &from, const QByteArray &to) const
    {
        QByteArray value = valueOf(key);
        const qsizetype at = value.indexOf(from);
        return at < 0 ? Revision() : m_etcd->put(key, value.replace(at, from.size(), to));
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
    }
    void cleanupTestCase() { m_etcd.reset(); }

    void fromTheFirstEditToTheUndoneCommit()
    {
        const QByteArray nilsBefore = valueOf(NilsKey);
        const QByteArray fridaBefore = valueOf(Frida);
        const QByteArray membershipBefore = valueOf(Membership);
        const QByteArray groupBefore = valueOf(Group);
        QVERIFY(valueOf(byName("Nils Dvořák")).size() > 0);

        // Edit three tables.
        const StoryWindow window(m_etcd->parsedEndpoint(), QStringLiteral("Users"));
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Users")), 20'000);
        QVERIFY(window.activate());
        QVERIFY(window.type(window.cell(NilsKey, "value.name"), QStringLiteral("Nils Holgersson")));
        QVERIFY(window.type(window.cell(Frida, "value.name"), QStringLiteral("Frida Mine")));
        window->openTable(QStringLiteral("Memberships"));
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Memberships")), 20'000);
        QVERIFY(window.type(window.cell(Membership, "value.since"), QStringLiteral("2013")));
        window->openTable(QStringLiteral("Groups"));
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(QStringLiteral("Groups")), 20'000);
        window.select(window.model()->index(window.model()->rowOf(Group), 0));
        window.press(Qt::Key_Delete);
        QCOMPARE(window.state(Group), RowState::Deleted);
        QCOMPARE(window.edits()->changes().size(), size_t(4));
        QCOMPARE(valueOf(NilsKey), nilsBefore); // nothing has reached etcd

        // Review.
        window.press(Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(window.pending()->isVisible());
        QTRY_COMPARE(window.pending()->model()->rowCount(), 4);
        QTRY_VERIFY(!window.edits()->isDeriving());
        const CommitPlan plan = window.edits()->plan();
        QVERIFY2(plan.problems.isEmpty(), qPrintable(plan.problems.join(QLatin1Char('\n'))));
        QCOMPARE(plan.operations(), size_t(8)); // two entries of the index by name for each user
        QVERIFY(plan.fits());

        // Be overtaken: elsewhere in the one record, and in the same field of the other.
        QVERIFY(overwrite(NilsKey, "factive\xf5", "factive\xf4").value > 0);
        QTRY_VERIFY(window.edits()->find(NilsKey)->mergedAt.value > 0);
        QVERIFY2(window.message().contains(QStringLiteral("merged")), qPrintable(window.message()));
        QVERIFY(overwrite(Frida, "Frida Ivanova", "Frida Thereva").value > 0);
        m_etcd->remove(byName("Frida Ivanova"));
        m_etcd->put(byName("Frida Thereva"), Frida.mid(2));
        QTRY_VERIFY(window.edits()->hasConflicts());
        QVERIFY(!window.edits()->find(NilsKey)->conflict);
        window.press(Qt::Key_S, Qt::ControlModifier);
        QVERIFY(!window.edits()->isCommitting());
        QVERIFY(!valueOf(NilsKey).contains("Holgersson"));

        // Merge.
        QTRY_VERIFY(window.pending()->mergeButton()->isEnabled());
        window.pending()->mergeButton()->click();
        const QPointer<MergeDialog> dialog = window.window()->findChild<MergeDialog *>();
        QVERIFY(dialog);
        QTRY_VERIFY(!dialog->isBusy());
        QCOMPARE(dialog->model()->clashes(), 1);
        QTest::keyClick(dialog->view(), Qt::Key_M);
        QTest::keyClick(dialog->view(), Qt::Key_Return, Qt::ControlModifier);
        QTRY_VERIFY(!window.edits()->hasConflicts());
        QTRY_VERIFY(!dialog);
        QVERIFY(window.activate());

        // Commit, all at once.
        QTRY_VERIFY(!window.edits()->isDeriving());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY2(window.edits()->isEmpty(), qPrintable(window.message()));
        const Revision commit = revisionOf(NilsKey);
        QVERIFY(valueOf(NilsKey).contains("Nils Holgersson"));
        QVERIFY(valueOf(NilsKey).contains("factive\xf4"));
        QVERIFY(valueOf(Frida).contains("Frida Mine"));
        QCOMPARE(revisionOf(Frida), commit);
        QCOMPARE(revisionOf(Membership), commit);
        QVERIFY(!m_etcd->get(Group));
        QCOMPARE(revisionOf(byName("Nils Holgersson")), commit);
        QVERIFY(!m_etcd->get(byName("Nils Dvořák")));
        QVERIFY(!m_etcd->get(byName("Frida Thereva")));

        // Be overwritten.
        const Revision overwritten = overwrite(NilsKey, "factive\xf4", "factive\xf5");
        QVERIFY(overwritten.value > 0);
        auto *banner = window.window()->findChild<Banner *>(QStringLiteral("overwriteBanner"));
        QTRY_VERIFY(banner->isVisible());
        QVERIFY(banner->message().contains(QString::number(overwritten.value)));

        // Undo the commit: what nobody touched goes back, what somebody did asks.
        window.press(Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        auto *history = window.window()->findChild<HistoryPanel *>();
        QTRY_VERIFY(history->undoButton()->isEnabled());
        history->undoButton()->click();
        QTRY_VERIFY(window.edits()->find(NilsKey) && window.edits()->find(Group));
        QTRY_VERIFY(!window.edits()->isDeriving());
        // They changed another field than the commit: both goes.
        QTRY_COMPARE(window.edits()->find(NilsKey)->mergedAt, overwritten);
        QTRY_VERIFY(!window.edits()->isDeriving());
        QVERIFY(!window.edits()->hasConflicts());
        window.press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window.edits()->isEmpty());
        QCOMPARE(valueOf(Membership), membershipBefore);
        QCOMPARE(valueOf(Group), groupBefore);
        QVERIFY(valueOf(Frida) != fridaBefore); // as somebody else had it before the commit
        QVERIFY(valueOf(Frida).contains("Frida Thereva"));
        QVERIFY(m_etcd->get(byName("Frida Thereva")));
        QVERIFY(!m_etcd->get(byName("Frida Mine")));
        QCOMPARE(valueOf(NilsKey), nilsBefore);
        QVERIFY(!m_etcd->get(byName("Nils Holgersson")));
        QVERIFY(m_etcd->get(byName("Nils Dvořák")));
    }
};

QTEST_MAIN(TestEditStory)
#include "tst_editstory.moc"
