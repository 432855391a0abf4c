// SPDX-License-Identifier: GPL-3.0-or-later
//
// The history of a record in the window: followed, compared, copied, restored.
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/panels/banner.h"
#include "ui/panels/versiondetail.h"
#include "ui/panels/versionspanel.h"
#include "ui/views/bytediffview.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QMenu>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTreeView>
#include <QTreeWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestRecordHistory : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_window;
    QByteArray m_original; // Nils's value

    VersionsPanel *panel() const { return (*m_window)->findChild<VersionsPanel *>(); }
    QString shown(int row, int column) const
    {
        return panel()->model()->index(row, column).data().toString();
    }
    bool isComplete(int versions) const
    {
        return panel()->history() && panel()->history()->state() == KeyHistory::State::Complete
            && panel()->model()->rowCount() == versions && !panel()->isBusy();
    }
    void select(const std::vector<int> &rows) const
    {
        QItemSelection selection;
        for (const int row : rows)
            selection.select(panel()->model()->index(row, 0), panel()->model()->index(row, 0));
        panel()->view()->selectionModel()->select(
            selection, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    }
    QByteArray renamed(const QByteArray &name) const
    {
        // The name is a text of the same length in the CBOR.
        QByteArray value = m_original;
        return value.replace(QByteArray("Nils Dvo\xc5\x99\xc3\xa1k"), name);
    }

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
        m_original = m_etcd->get(NilsKey)->value;
        QVERIFY(m_original.contains("Nils Dvo\xc5\x99\xc3\xa1k"));
        QVERIFY(m_etcd->put(NilsKey, renamed("Nils Dvorakov")).value > 0);
        QVERIFY(m_etcd->put(NilsKey, renamed("Nils Novakova")).value > 0);
        m_window = openUsers(m_etcd->parsedEndpoint());
        m_window->select(m_window->cell(NilsKey, "value.name"));
        m_window->press(Qt::Key_H, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY(panel()->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(3), 20'000);
    }
    void cleanup()
    {
        m_window.reset();
        m_etcd.reset();
    }

    void isShownComparedAndCopied()
    {
        const QAbstractItemModelTester tester(panel()->model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(panel()->key(), NilsKey);
        QVERIFY(panel()->title()->text().startsWith(QStringLiteral("Users · ")));
        QVERIFY(panel()->banner()->isHidden());
        QCOMPARE(shown(0, VersionModel::VersionColumn), QStringLiteral("3"));
        QCOMPARE(shown(0, VersionModel::KindColumn), QStringLiteral("changed"));
        QTRY_COMPARE(shown(0, VersionModel::ChangeColumn),
                     QStringLiteral("name: Nils Dvorakov → Nils Novakova"));
        QCOMPARE(shown(2, VersionModel::KindColumn), QStringLiteral("created"));

        // The latest one is chosen, and compared with the one before.
        QTreeWidget *fields = panel()->detail()->fields();
        QTRY_COMPARE(fields->topLevelItemCount(), 1);
        QCOMPARE(fields->topLevelItem(0)->text(0), QStringLiteral("name"));
        QVERIFY(!panel()->restoreButton()->isEnabled()); // it is the present

        // Any two.
        select({0, 2});
        VersionDetail *detail = panel()->detail();
        QTRY_VERIFY(detail->fields()->topLevelItemCount() == 1
                    && detail->fields()->topLevelItem(0)->text(1)
                        == QStringLiteral("Nils Dvo\u0159\u00e1k → Nils Novakova"));
        detail->tabs()->setCurrentIndex(VersionDetail::TextPage);
        QCOMPARE(detail->text()->differences(), 1);
        QVERIFY(detail->text()->before()->toPlainText().contains(QStringLiteral("Dvo\u0159\u00e1k")));
        QVERIFY(detail->text()->after()->toPlainText().contains(QStringLiteral("Novakova")));
        QCOMPARE(detail->text()->before()->blockCount(), detail->text()->after()->blockCount());
        detail->tabs()->setCurrentIndex(VersionDetail::BytesPage);
        QVERIFY(detail->bytes()->differences() > 0);
        QVERIFY(!panel()->restoreButton()->isEnabled());

        // Copies.
        select({2});
        const QList<QAction *> actions = panel()->copyMenu()->actions();
        actions.at(2)->trigger();
        QCOMPARE(QGuiApplication::clipboard()->text(), QString::fromLatin1(m_original.toHex()));
        actions.at(1)->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("\"keyHex\":")));
        actions.at(0)->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("Nils Dvo\u0159\u00e1k")));

        // A connection that may not write restores nothing.
        (*m_window)->connection()->safety()->setLevel(SafetyLevel::ReadOnly);
        select({2});
        QTRY_VERIFY(panel()->restoreButton()->isEnabled());
        panel()->restoreButton()->click();
        QVERIFY(m_window->edits()->isEmpty());
        QVERIFY(!m_window->message().isEmpty());
    }

    void restoreStagesAnEdit()
    {
        select({2});
        QTRY_VERIFY(panel()->restoreButton()->isEnabled());
        panel()->restoreButton()->click();
        const Change *staged = m_window->edits()->find(NilsKey);
        QVERIFY(staged);
        QCOMPARE(staged->kind, Change::Kind::Update);
        QCOMPARE(staged->value, m_original);
        QCOMPARE(m_window->edits()->undoName(),
                 QStringLiteral("Restore revision %1").arg(shown(2, VersionModel::RevisionColumn)));
        QCOMPARE(m_etcd->get(NilsKey)->value, renamed("Nils Novakova")); // nothing is written yet

        m_window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(4), 20'000);
        QCOMPARE(m_etcd->get(NilsKey)->value, m_original);
    }

    void followsWhatHappens()
    {
        const auto row = [this] { return panel()->view()->selectionModel()->selectedRows().value(0).row(); };
        QCOMPARE(row(), 0);
        QVERIFY(m_etcd->remove(NilsKey).value > 0);
        QTRY_VERIFY_WITH_TIMEOUT(panel()->model()->rowCount() == 4 || panel()->key() != NilsKey, 20'000);
        // The table may have gone on to another record, and the panel with it. Who goes to one that is gone,
        // from a log say, still finds its history.
        panel()->visit(NilsKey);
        panel()->followBox()->setChecked(false);
        QCOMPARE(panel()->key(), NilsKey);
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(4), 20'000);
        QCOMPARE(shown(0, VersionModel::KindColumn), QStringLiteral("deleted"));
        select({1});
        QTRY_VERIFY(panel()->restoreButton()->isEnabled());
        panel()->restoreButton()->click();
        const Change *staged = m_window->edits()->find(NilsKey);
        QVERIFY(staged);
        QCOMPARE(staged->kind, Change::Kind::Insert);
        QCOMPARE(staged->value, renamed("Nils Novakova"));
    }

    void saysWhereItBegins()
    {
        QVERIFY(m_etcd->compact(m_etcd->put("elsewhere", "x")));
        panel()->showKey(NilsKey);
        QTRY_VERIFY_WITH_TIMEOUT(isComplete(1), 20'000);
        QVERIFY(!panel()->banner()->isHidden());
        QVERIFY2(panel()->banner()->message().contains(QStringLiteral("2 versions of this record")),
                 qPrintable(panel()->banner()->message()));
        QCOMPARE(shown(0, VersionModel::KindColumn), QStringLiteral("oldest retained"));
    }
};

QTEST_MAIN(TestRecordHistory)
#include "tst_recordhistory.moc"
