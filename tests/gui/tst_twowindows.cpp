// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/dialogs/mergedialog.h"
#include "ui/panels/banner.h"
#include "ui/panels/inspector.h"

#include <QLineEdit>
#include <QPointer>
#include <QTreeView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

/// Two people at one etcd: nobody overwrites what the other has written without having seen it.
class TestTwoWindows : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_ann;
    std::unique_ptr<StoryWindow> m_bob;

    QString pendingText(const StoryWindow &window) const
    {
        const QString text =
            window.pending()->model()->index(0, PendingModel::ChangeColumn).data().toString();
        return text.section(QStringLiteral("  (+"), 0, 0); // what is said of indexes comes when it is known
    }
    /// Ann's name for Nils is in etcd while Bob's is staged.
    void raceForTheName()
    {
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        QVERIFY(m_ann->activate());
        m_ann->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_ann->edits()->isEmpty());
        QTRY_VERIFY(m_bob->edits()->hasConflicts());
        QVERIFY(m_bob->activate());
    }
    QByteArray nils() const { return m_etcd->get(NilsKey)->value; }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
    }
    void init()
    {
        OwnSettings::clear();
        m_etcd = startLibrary();
        QVERIFY(m_etcd);
        m_ann = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), Users);
        m_bob = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(m_ann->shows(Users) && m_bob->shows(Users), 20'000);
    }
    void cleanup()
    {
        m_ann.reset();
        m_bob.reset();
        m_etcd.reset();
    }

    void theSecondSeesTheFirst()
    {
        const auto before = m_etcd->get(NilsKey)->modRevision.value;
        raceForTheName();
        const auto now = m_etcd->get(NilsKey)->modRevision.value;
        QCOMPARE(m_bob->state(NilsKey), RowState::Conflict);
        QCOMPARE(m_bob->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QCOMPARE(pendingText(*m_bob),
                 QStringLiteral("name: Nils Dvořák → Bert; there now name: Nils Dvořák → Anna (revision %1)")
                     .arg(now));
        const QString banner = (*m_bob)->inspector()->stateBanner()->message();
        const QString fields =
            QStringLiteral("name: was Nils Dvořák (revision %1), yours Bert, now Anna (revision %2).");
        QVERIFY2(banner.endsWith(fields.arg(before).arg(now)), qPrintable(banner));
        const QString tip = m_bob->cell(NilsKey, "value.name").data(RecordModel::TipTextRole).toString();
        const QString told = QStringLiteral("Was Nils Dvořák at revision %1, is Anna now (revision %2)");
        QVERIFY2(tip.contains(told.arg(before).arg(now)), qPrintable(tip));

        // Committing leads to what is to be settled, and writes nothing.
        m_bob->press(Qt::Key_S, Qt::ControlModifier);
        QVERIFY(m_bob->pending()->isVisible());
        QVERIFY(!m_bob->pending()->commitButton()->isEnabled());
        QVERIFY(!m_bob->edits()->isCommitting());
        QVERIFY(m_bob->pending()->keepMineButton()->isVisible());
        QCOMPARE(m_etcd->get(NilsKey)->modRevision.value, now);
    }

    void keepMine()
    {
        raceForTheName();
        QTest::mouseClick(m_bob->pending()->keepMineButton(), Qt::LeftButton);
        QVERIFY(!m_bob->edits()->hasConflicts());
        QCOMPARE(m_bob->state(NilsKey), RowState::Edited);
        QCOMPARE(pendingText(*m_bob), QStringLiteral("name: Anna → Bert"));
        m_bob->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY(nils().contains("\x64"
                                "Bert"));
        QTRY_COMPARE(m_ann->text(NilsKey, "value.name"), QStringLiteral("Bert"));
    }

    // Fields that only the other one has changed stay theirs, also where one keeps his own.
    void keepMineKeepsTheOtherFieldsTheirs()
    {
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.email"), QStringLiteral("anna@example.org")));
        m_ann->edits()->commit();
        QTRY_VERIFY(m_bob->edits()->hasConflicts());
        QVERIFY(m_bob->activate());
        QTest::mouseClick(m_bob->pending()->keepMineButton(), Qt::LeftButton);
        QVERIFY(!m_bob->edits()->hasConflicts());
        m_bob->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY(nils().contains("\x64"
                                "Bert"));
        QVERIFY(nils().contains("anna@example.org"));
    }

    void otherFieldsMergeByThemselves()
    {
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.email"), QStringLiteral("anna@example.org")));
        m_ann->edits()->commit();
        QTRY_VERIFY(m_ann->edits()->isEmpty());
        const auto now = m_etcd->get(NilsKey)->modRevision.value;
        QTRY_COMPARE(m_bob->edits()->changes().front().mergedAt.value, now);
        QVERIFY(!m_bob->edits()->hasConflicts());
        // Both are there, and it is told.
        QTRY_COMPARE(m_bob->text(NilsKey, "value.email"), QStringLiteral("anna@example.org"));
        QCOMPARE(m_bob->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QCOMPARE(m_bob->state(NilsKey), RowState::Edited);
        QVERIFY2(m_bob->message().endsWith(QStringLiteral("merged with revision %1.").arg(now)),
                 qPrintable(m_bob->message()));
        QCOMPARE(pendingText(*m_bob),
                 QStringLiteral("name: Nils Dvořák → Bert; merged with revision %1").arg(now));
        QVERIFY(m_bob->activate());
        m_bob->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY(nils().contains("\x64"
                                "Bert"));
        QVERIFY(nils().contains("anna@example.org"));
    }

    void theSameEditSettlesItself()
    {
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        m_ann->edits()->commit();
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY2(m_bob->message().contains(QStringLiteral("the very change")), qPrintable(m_bob->message()));
        QTRY_COMPARE(m_bob->state(NilsKey), RowState::Clean);
    }

    void fieldByField()
    {
        raceForTheName();
        const auto now = m_etcd->get(NilsKey)->modRevision.value;
        Q_EMIT(*m_bob)->inspector()->stateBanner()->actionTriggered();
        QPointer<MergeDialog> dialog = m_bob->window()->findChild<MergeDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->model()->clashes(), 1);
        // Once more asked for it is the same one.
        m_bob->pending()->mergeButton()->click();
        QCOMPARE(m_bob->window()->findChildren<MergeDialog *>().size(), 1);
        dialog->theirsButton()->click();
        dialog->acceptButton()->click();
        QTRY_VERIFY(!dialog);
        // Nothing of mine is left.
        QVERIFY(m_bob->edits()->isEmpty());
        QCOMPARE(
            m_bob->message(),
            QStringLiteral("It stays as it is at revision %1; nothing is left to be committed.").arg(now));
        m_bob->edits()->undo();
        QVERIFY(m_bob->edits()->hasConflicts());
    }

    void whatTheCommitDependsOn()
    {
        const KeyState seen = KeyState::of(*m_bob->model()->shownRow(m_bob->model()->rowOf(NilsKey)).stored);
        QVERIFY(m_bob->edits()->addGuard(NilsKey, seen));
        m_etcd->put(NilsKey, nils().replace("Nils Dvo", "Anna Dvo"));
        QTRY_VERIFY(m_bob->edits()->hasConflicts());
        QTRY_VERIFY(m_bob->pending()->isVisible());
        m_bob->prompts()->answers = {0};
        Q_EMIT m_bob->pending()->guardBanner()->actionTriggered();
        QTRY_VERIFY(!m_bob->edits()->hasConflicts());
        QCOMPARE(m_bob->edits()->guards().front().seen.modRevision, m_etcd->get(NilsKey)->modRevision);
        m_etcd->put(NilsKey, nils().replace("Anna Dvo", "Nils Dvo"));
        QTRY_VERIFY(m_bob->edits()->hasConflicts());
        m_bob->prompts()->answers = {1};
        Q_EMIT m_bob->pending()->guardBanner()->actionTriggered();
        QTRY_VERIFY(m_bob->edits()->guards().empty());
    }

    void takeTheirs()
    {
        raceForTheName();
        QTest::mouseClick(m_bob->pending()->takeTheirsButton(), Qt::LeftButton);
        QVERIFY(m_bob->edits()->isEmpty());
        QTRY_COMPARE(m_bob->text(NilsKey, "value.name"), QStringLiteral("Anna"));
        QCOMPARE(m_bob->state(NilsKey), RowState::Clean);
        QVERIFY(nils().contains("\x64"
                                "Anna"));
        // And on top of theirs.
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        m_bob->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY(nils().contains("\x64"
                                "Bert"));
    }

    void theServerDecidesTheRace()
    {
        // Both commit before either has heard of the other.
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        QVERIFY(m_ann->type(m_ann->cell(NilsKey, "value.name"), QStringLiteral("Anna")));
        m_ann->edits()->commit();
        m_bob->edits()->commit();
        QTRY_VERIFY(!m_ann->edits()->isCommitting() && !m_bob->edits()->isCommitting());
        const bool annWon = m_ann->edits()->isEmpty();
        const StoryWindow &winner = annWon ? *m_ann : *m_bob;
        const StoryWindow &loser = annWon ? *m_bob : *m_ann;
        QVERIFY(winner.edits()->isEmpty());
        QTRY_VERIFY(loser.edits()->hasConflicts());
        QVERIFY(loser.pending()->isVisible());
        QCOMPARE(loser.edits()->changes().size(), size_t(1));
        QVERIFY(nils().contains(annWon ? "Anna" : "Bert"));
    }

    void anEditorInTheInspectorOverwritesNothingUnseen()
    {
        m_bob->select(m_bob->cell(NilsKey, "value.name"));
        Inspector *inspector = (*m_bob)->inspector();
        QTreeView *tree = inspector->treeView();
        QAbstractItemModel *model = tree->model();
        const QModelIndexList found =
            model->match(model->index(0, 0), Qt::DisplayRole, QStringLiteral("name"), 1, Qt::MatchExactly);
        QCOMPARE(found.size(), 1);
        tree->edit(found.first().siblingAtColumn(1));
        QVERIFY(inspector->isEditing());
        auto *line = tree->viewport()->findChild<QLineEdit *>();
        QVERIFY(line);
        line->setText(QStringLiteral("Bert"));

        // Ann is faster while Bob still types.
        m_etcd->put(NilsKey, nils().replace("Nils Dvo", "Anna Dvo"));
        QTRY_COMPARE(m_bob->text(NilsKey, "value.name"), QStringLiteral("Anna Dvořák"));
        QVERIFY(inspector->isEditing());
        StoryWindow::replace(line, {});
        QTRY_COMPARE(m_bob->state(NilsKey), RowState::Conflict);
        QVERIFY(!inspector->isEditing());
        QCOMPARE(m_bob->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        QVERIFY(nils().contains("Anna Dvo"));
    }

    void deletedByTheOther()
    {
        QVERIFY(m_bob->type(m_bob->cell(NilsKey, "value.name"), QStringLiteral("Bert")));
        m_ann->select(m_ann->cell(NilsKey, "value.name"));
        m_ann->press(Qt::Key_Delete);
        QVERIFY(m_ann->activate());
        m_ann->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_bob->edits()->hasConflicts());
        QTRY_COMPARE(m_ann->model()->rowOf(NilsKey), -1);
        QTRY_VERIFY(m_bob->model()->rowOf(NilsKey) >= 0); // what Bob has typed is not lost
        QCOMPARE(pendingText(*m_bob), QStringLiteral("name: Nils Dvořák → Bert; deleted there"));
        m_bob->pending()->keepMineButton()->click();
        QCOMPARE(m_bob->edits()->changes().front().kind, Change::Kind::Insert);
        m_bob->edits()->commit();
        QTRY_VERIFY(m_bob->edits()->isEmpty());
        QVERIFY(nils().contains("Bert"));
        QTRY_COMPARE(m_ann->text(NilsKey, "value.name"), QStringLiteral("Bert"));
    }
};

QTEST_MAIN(TestTwoWindows)
#include "tst_twowindows.moc"
