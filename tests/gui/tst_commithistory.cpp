// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/aftercommit.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/panels/banner.h"
#include "ui/panels/historypanel.h"

#include <QAbstractItemModelTester>
#include <QDockWidget>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTreeView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

enum OverwriteLink { ShowsIt, StagesAgain, ShowsHistory, GoesAway };

} // namespace

/// Commits that were made, taken back, and overwritten by others.
class TestCommitHistory : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_window;

    HistoryPanel *panel() const { return (*m_window)->findChild<HistoryPanel *>(); }
    QAbstractItemModel *lines() const { return panel()->view()->model(); }
    QString shown(const QModelIndex &line, int column) const
    {
        return line.siblingAtColumn(column).data().toString();
    }
    Banner *banner() const { return (*m_window)->findChild<Banner *>(QStringLiteral("overwriteBanner")); }
    void openWindow()
    {
        m_window.reset();
        m_window = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint(), Users);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shows(Users), 20'000);
        QVERIFY(m_window->activate());
    }
    void showHistory()
    {
        m_window->press(Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(panel()->isVisible());
    }
    void commitName(const QString &name)
    {
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), name));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_window->edits()->isEmpty());
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
        openWindow();
    }
    void cleanup()
    {
        m_window.reset();
        m_etcd.reset();
    }

    void commitsAreListedWithTheirFields()
    {
        showHistory();
        const QAbstractItemModelTester tester(panel()->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QVERIFY(!panel()->undoButton()->isEnabled());
        commitName(QStringLiteral("Bert"));
        commitName(QStringLiteral("Carl"));
        QTRY_VERIFY(!panel()->model()->isBusy());
        QCOMPARE(lines()->rowCount(), 2);
        const QModelIndex latest = lines()->index(0, 0);
        // Entries of indexes go along.
        QVERIFY(shown(latest, ReceiptModel::TableColumn).startsWith(Users));
        QCOMPARE(shown(latest, ReceiptModel::ChangeColumn),
                 QStringLiteral("Revision %1").arg(m_etcd->get(NilsKey)->modRevision.value));
        QModelIndex record;
        for (int row = 0; row < lines()->rowCount(latest); ++row) {
            if (lines()->index(row, 0, latest).data(ReceiptModel::KeyRole).toByteArray() == NilsKey)
                record = lines()->index(row, 0, latest);
        }
        QVERIFY(record.isValid());
        QCOMPARE(shown(record, ReceiptModel::WhenColumn), QStringLiteral("update"));
        QCOMPARE(shown(record, ReceiptModel::KeyColumn),
                 QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa"));
        QCOMPARE(shown(record, ReceiptModel::ChangeColumn), QStringLiteral("name: Bert → Carl"));
        lines()->fetchMore(record);
        QTRY_COMPARE(lines()->rowCount(record), 1);
        QCOMPARE(shown(lines()->index(0, 0, record), ReceiptModel::KeyColumn), QStringLiteral("name"));
        QCOMPARE(shown(lines()->index(0, 0, record), ReceiptModel::ChangeColumn),
                 QStringLiteral("Bert → Carl"));

        // Searched by value, table and key.
        panel()->searchLine()->setText(QStringLiteral("bert users"));
        QCOMPARE(lines()->rowCount(), 2);
        panel()->searchLine()->setText(QStringLiteral("CARL"));
        QCOMPARE(lines()->rowCount(), 1);
        panel()->searchLine()->setText(QStringLiteral("148494fe-2a76"));
        QCOMPARE(lines()->rowCount(), 2);
        panel()->searchLine()->setText(QStringLiteral("nobody"));
        QCOMPARE(lines()->rowCount(), 0);
        QVERIFY(!panel()->exportButton()->isEnabled());
        panel()->searchLine()->clear();
        QCOMPARE(lines()->rowCount(), 2);
    }

    void theyAreThereTheNextTime()
    {
        commitName(QStringLiteral("Bert"));
        openWindow();
        QCOMPARE(lines()->rowCount(), 0); // not read before somebody looks
        showHistory();
        QTRY_COMPARE(lines()->rowCount(), 1);
        QTRY_VERIFY(shown(lines()->index(0, 0), ReceiptModel::TableColumn).startsWith(Users));
        commitName(QStringLiteral("Carl"));
        QTRY_COMPARE(lines()->rowCount(), 2);
    }

    void aCommitIsTakenBack()
    {
        const QByteArray before = nils();
        commitName(QStringLiteral("Bert"));
        showHistory();
        QTRY_COMPARE(lines()->rowCount(), 1);
        QTRY_VERIFY(panel()->undoButton()->isEnabled());
        panel()->undoButton()->click();
        QVERIFY(m_window->pending()->isVisible());
        QVERIFY(m_window->edits()->find(NilsKey));
        QCOMPARE(m_window->edits()->find(NilsKey)->value, before);
        QVERIFY(m_window->edits()->undoName().startsWith(QStringLiteral("Undo the commit of ")));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_window->edits()->isEmpty());
        QCOMPARE(nils(), before);
        QTRY_COMPARE(lines()->rowCount(), 2);
    }

    void whatIsStagedAlreadyIsNotMixedIn()
    {
        commitName(QStringLiteral("Bert"));
        QVERIFY(m_window->type(m_window->cell(NilsKey, "value.name"), QStringLiteral("Carl")));
        showHistory();
        QTRY_VERIFY(panel()->undoButton()->isEnabled());
        panel()->undoButton()->click();
        QVERIFY(m_window->message().startsWith(QStringLiteral("Nothing was staged")));
        QCOMPARE(m_window->text(NilsKey, "value.name"), QStringLiteral("Carl"));
    }

    void whatOthersHaveChangedSinceIsInConflict()
    {
        QCOMPARE(nils().contains("Nils Dvo"), true);
        QByteArray theirs = nils();
        commitName(QStringLiteral("Bert"));
        m_etcd->put(NilsKey, theirs.replace("Nils Dvo", "Nora Dvo"));
        showHistory();
        QTRY_VERIFY(panel()->undoButton()->isEnabled());
        panel()->undoButton()->click();
        QTRY_COMPARE(m_window->state(NilsKey), RowState::Conflict);
        QVERIFY(nils().contains("Nora"));
    }

    void nothingIsTakenBackWhereNothingMayBeEdited()
    {
        commitName(QStringLiteral("Bert"));
        showHistory();
        QTRY_VERIFY(panel()->undoButton()->isEnabled());
        (*m_window)->connection()->safety()->setLevel(SafetyLevel::ReadOnly);
        panel()->undoButton()->click();
        QVERIFY2(m_window->message().contains(QStringLiteral("read-only")), qPrintable(m_window->message()));
        QVERIFY(m_window->edits()->isEmpty());
        (*m_window)->connection()->safety()->setLevel(SafetyLevel::Open);
        panel()->undoButton()->click();
        QVERIFY(m_window->edits()->find(NilsKey));
    }

    void overwrittenByAnother()
    {
        QByteArray theirs = nils();
        commitName(QStringLiteral("Bert"));
        QVERIFY(!banner()->isVisible());
        m_etcd->put(NilsKey, theirs.replace("Nils Dvo", "Nora Dvo"));
        const auto revision = m_etcd->get(NilsKey)->modRevision.value;
        QTRY_VERIFY(banner()->isVisible());
        QVERIFY2(banner()->message().contains(
                     QStringLiteral("overwritten at revision %1 by another client: Users · 148494fe")
                         .arg(revision)),
                 qPrintable(banner()->message()));
        Q_EMIT banner()->actionChosen(ShowsIt);
        QVERIFY(banner()->isVisible());
        QCOMPARE(m_window->view()->currentIndex().row(), m_window->model()->rowOf(NilsKey));
        Q_EMIT banner()->actionChosen(ShowsHistory);
        QTRY_VERIFY(panel()->isVisible());
        QTRY_COMPARE(lines()->rowCount(), 1);
        QVERIFY(shown(lines()->index(0, 0), ReceiptModel::ChangeColumn)
                    .contains(QStringLiteral("overwritten by another client")));
        QVERIFY(panel()->restageButton()->isEnabled());

        Q_EMIT banner()->actionChosen(StagesAgain);
        QVERIFY(!banner()->isVisible());
        QTRY_COMPARE(m_window->state(NilsKey), RowState::Edited);
        QCOMPARE(m_window->text(NilsKey, "value.name"), QStringLiteral("Bert"));
        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(m_window->edits()->isEmpty());
        QVERIFY(nils().contains("Bert"));
        // Our own commits do not count.
        commitName(QStringLiteral("Carl"));
        QVERIFY(!banner()->isVisible());
    }

    void exported()
    {
        commitName(QStringLiteral("Bert"));
        commitName(QStringLiteral("Carl"));
        showHistory();
        QTRY_VERIFY(!panel()->model()->isBusy() && lines()->rowCount() == 2);
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("out.jsonl"));
        m_window->prompts()->files = {path};
        panel()->exportButton()->click();
        QTRY_VERIFY(m_window->message().startsWith(QStringLiteral("The commits were written")));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArrayList exportedLines = file.readAll().trimmed().split('\n');
        QCOMPARE(exportedLines.size(), 2);
        const QJsonObject first = QJsonDocument::fromJson(exportedLines.front()).object();
        QVERIFY(receiptFromJson(first));
        const QJsonArray changes = first.value(QLatin1String("changes")).toArray();
        QCOMPARE(changes.first().toObject().value(QLatin1String("table")).toString(), Users);
        QCOMPARE(changes.first().toObject().value(QLatin1String("text")).toString(),
                 QStringLiteral("name: Nils Dvořák → Bert"));
        QVERIFY(!(file.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther)));
    }
};

QTEST_MAIN(TestCommitHistory)
#include "tst_commithistory.moc"
