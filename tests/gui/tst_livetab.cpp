// SPDX-License-Identifier: GPL-3.0-or-later
//
// A table that changes while somebody looks at it.
#include "core/codec/cbor.h"
#include "core/connection/pastconnection.h"
#include "tests/support/recordtabhost.h"
#include "ui/panels/banner.h"
#include "ui/panels/livecontrols.h"
#include "ui/views/recordview.h"

#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include <set>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::RecordModel;
using slotscope::ui::RecordTab;
using slotscope::ui::RecordView;
using slotscope::ui::RowState;

class TestLiveTab : public QObject, private RecordTabHost
{
    Q_OBJECT

    static QByteArray record(const QString &name)
    {
        return *cborCodec().encode(Value::map({{Value::text(QStringLiteral("name")), Value::text(name)},
                                               {Value::text(QStringLiteral("n")), Value::integer(1)}}));
    }
    void open(int records)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < records; ++i)
            all.emplace_back(keyOf(10 * i), record(QStringLiteral("n%1").arg(i)));
        connectTo(all);
        openTab(900);
        QVERIFY(column("value.name") > 0);
    }
    QString name(int number) const
    {
        const RecordModel *model = m_tab->model();
        return model->index(model->rowOf(keyOf(number)), column("value.name")).data().toString();
    }
    void select(int number)
    {
        m_tab->view()->setCurrentIndex(
            m_tab->model()->index(m_tab->model()->rowOf(keyOf(number)), column("value.name")));
    }
    QLineEdit *openEditor()
    {
        m_tab->view()->edit(m_tab->view()->currentIndex());
        return m_tab->view()->viewport()->findChild<QLineEdit *>();
    }

private Q_SLOTS:
    void initTestCase() { keepSettings(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void spacePausesAndGoesOn()
    {
        open(20);
        QSignalSpy status(m_tab.get(), &RecordTab::statusChanged);
        const ui::Banner *banner = m_tab->live()->banner();
        QVERIFY(banner->isHidden());
        QTest::keyClick(m_tab->view(), Qt::Key_Space);
        QVERIFY(m_tab->table()->isPaused());
        QVERIFY(m_tab->findChild<QToolButton *>(QStringLiteral("pauseButton"))->isChecked());
        QVERIFY(!banner->isHidden());
        QVERIFY2(banner->message().contains(QStringLiteral("nothing waiting")),
                 qPrintable(banner->message()));
        m_etcd->put(keyOf(10), record(QStringLiteral("later")));
        QTRY_VERIFY(m_tab->live()->pauseText().contains(QStringLiteral("1 change waiting")));
        m_etcd->put(keyOf(10), record(QStringLiteral("last")));
        m_etcd->remove(keyOf(20));
        QTRY_VERIFY2(banner->message().contains(QStringLiteral("3 changes waiting, of 2 records")),
                     qPrintable(banner->message()));
        QCOMPARE(name(10), QStringLiteral("n1"));
        QCOMPARE(name(20), QStringLiteral("n2"));
        QVERIFY(status.size() > 0);

        QTest::keyClick(m_tab->view(), Qt::Key_Space);
        QVERIFY(!m_tab->table()->isPaused());
        QVERIFY(banner->isHidden());
        QVERIFY(m_tab->live()->pauseText().isEmpty());
        QTRY_COMPARE(name(10), QStringLiteral("last"));
        QTRY_COMPARE(m_tab->model()->rowCount(), 19);
    }

    void aSpaceInAnEditorIsText()
    {
        open(3);
        select(10);
        QLineEdit *editor = openEditor();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("a b"));
        QCOMPARE(editor->text(), QStringLiteral("a b"));
        QVERIFY(!m_tab->table()->isPaused());
    }

    void aCommitGoesOn()
    {
        open(3);
        m_tab->live()->togglePause();
        m_etcd->put(keyOf(0), record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->table()->waitingEvents(), qint64(1));
        QVERIFY(m_tab->model()->stageBytes(keyOf(20), record(QStringLiteral("mine"))));
        QSignalSpy messages(m_tab.get(), &RecordTab::messageRaised);
        m_connection->edits()->commit();
        QTRY_VERIFY(!m_tab->table()->isPaused());
        QCOMPARE(messages.size(), 1);
        QTRY_COMPARE(name(20), QStringLiteral("mine"));
        QTRY_COMPARE(name(0), QStringLiteral("theirs"));
    }

    void anEditOnWhatWaitsIsNoticedAsAConflict()
    {
        open(3);
        m_tab->live()->togglePause();
        m_etcd->put(keyOf(10), record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->table()->waitingEvents(), qint64(1));
        QVERIFY(m_tab->model()->stageBytes(keyOf(10), record(QStringLiteral("mine"))));
        m_tab->live()->togglePause();
        QTRY_VERIFY(m_connection->edits()->hasConflicts());
        QCOMPARE(m_connection->edits()->find(keyOf(10))->value, record(QStringLiteral("mine")));
    }

    void deletedRowsFadeBeforeTheyGo()
    {
        open(5);
        const RecordModel *model = m_tab->model();
        QTRY_COMPARE(name(20), QStringLiteral("n2"));
        QTRY_VERIFY(model->shownRow(2).decoded);
        std::optional<ui::RowState> state;
        QString text;
        double flash = 0;
        QByteArray key("?");
        QString reason;
        // At the very moment, however long this machine takes until it comes back here.
        const auto once = connect(model, &RecordModel::followed, this, [&] {
            const QModelIndex cell = model->index(2, column("value.name"));
            if (state)
                return;
            state = static_cast<ui::RowState>(cell.data(RecordModel::StateRole).toInt());
            text = cell.data().toString();
            flash = cell.data(RecordModel::FlashRole).toDouble();
            key = model->keyAt(2);
            reason = model->readOnlyReason(cell);
        });
        m_etcd->remove(keyOf(20));
        QTRY_VERIFY(state.has_value());
        disconnect(once);
        QCOMPARE(*state, ui::RowState::Gone);
        QCOMPARE(text, QStringLiteral("n2"));
        QVERIFY(flash > 0);
        QVERIFY(key.isEmpty());
        QVERIFY(reason.contains(QStringLiteral("deleted")));
        QTRY_COMPARE(model->rowCount(), 4);
        QCOMPARE(model->index(2, column("value.name")).data().toString(), QStringLiteral("n3"));
        QCOMPARE(model->index(2, 0).data(RecordModel::StateRole).toInt(), int(ui::RowState::Clean));
    }

    void withReducedMotionNothingFades()
    {
        open(5);
        RecordModel *model = m_tab->model();
        model->setMotionReduced(true);
        QTRY_VERIFY(model->shownRow(1).decoded && model->shownRow(3).decoded);
        std::set<double> seen;
        connect(model, &QAbstractItemModel::dataChanged, this, [&] {
            for (int row = 0; row < model->rowCount(); ++row)
                seen.insert(model->index(row, column("value.name")).data(RecordModel::FlashRole).toDouble());
        });
        m_etcd->put(keyOf(10), record(QStringLiteral("later")));
        m_etcd->remove(keyOf(30));
        QTRY_COMPARE(model->rowCount(), 4);
        QTRY_COMPARE(name(10), QStringLiteral("later"));
        const QModelIndex changed = model->index(1, column("value.name"));
        QTRY_COMPARE(changed.data(RecordModel::FlashRole).toDouble(), 0.0);
        QTRY_COMPARE(seen, std::set<double>({0.0, 1.0}));
    }

    void anEditorStaysOverARecordThatIsDeleted()
    {
        open(5);
        select(10);
        const QPointer<QLineEdit> editor = openEditor();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("mine"));
        m_etcd->remove(keyOf(10));
        QTRY_COMPARE(m_tab->table()->rows().count(), size_t(4));
        // One that fades later is gone, so the time of the other would be over, too.
        m_etcd->remove(keyOf(30));
        QTRY_COMPARE(m_tab->table()->rows().count(), size_t(3));
        QTRY_COMPARE(m_tab->model()->rowCount(), 4);
        // And longer than any other: what goes later finds it there.
        m_etcd->remove(keyOf(40));
        QTRY_COMPARE(m_tab->table()->rows().count(), size_t(2));
        QTRY_COMPARE(m_tab->model()->rowCount(), 3);
        QVERIFY(editor && editor->isVisible());
        QCOMPARE(editor->text(), QStringLiteral("mine"));
        QTest::keyClick(editor.data(), Qt::Key_Return);
        QTRY_VERIFY(m_connection->edits()->hasConflicts());
        const Change *change = m_connection->edits()->find(keyOf(10));
        QVERIFY(change);
        QCOMPARE(change->value, record(QStringLiteral("mine")));
        QVERIFY(change->conflict && !change->conflict->exists);
        QTRY_COMPARE(m_tab->model()->rowOf(keyOf(10)), 2); // behind the two that are left
        QTRY_COMPARE(m_tab->model()->rowCount(), 3);
    }

    void anEditorStaysOverARecordThatTheFilterNoLongerLetsThrough()
    {
        open(5);
        m_tab->model()->setFilter(QStringLiteral("n1"));
        QTRY_COMPARE(m_tab->model()->rowCount(), 1);
        select(10);
        const QPointer<QLineEdit> editor = openEditor();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("mine"));
        m_etcd->put(keyOf(10), record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->model()->recordAt(0).current.value, record(QStringLiteral("theirs")));
        QVERIFY(editor && editor->isVisible());
        QCOMPARE(editor->text(), QStringLiteral("mine"));
        QTest::keyClick(editor.data(), Qt::Key_Escape);
        QTRY_COMPARE(m_tab->model()->rowCount(), 0);
    }

    void rowsInSightStayWhereTheyAre_data()
    {
        QTest::addColumn<bool>("sorted");
        QTest::newRow("by key") << false;
        QTest::newRow("sorted") << true;
    }
    void rowsInSightStayWhereTheyAre()
    {
        QFETCH(const bool, sorted);
        open(300);
        RecordModel *model = m_tab->model();
        RecordView *view = m_tab->view();
        if (sorted) {
            view->sortByColumn(0, Qt::AscendingOrder);
            QTRY_VERIFY(!model->isOrdering());
        }
        view->scrollTo(model->index(100, 0), QAbstractItemView::PositionAtTop);
        QTRY_COMPARE(view->rowAt(0), 100);
        const QByteArray top = model->keyAt(100);
        select(1030);
        const QModelIndex selected = view->currentIndex();
        view->verticalScrollBar()->setValue(100);
        for (int i = 0; i < 7; ++i)
            m_etcd->put(keyOf(100 + 10 * i + 1), record(QStringLiteral("between")));
        QTRY_COMPARE(model->rowCount(), 307);
        QTRY_COMPARE(view->rowAt(0), 107);
        QCOMPARE(model->keyAt(view->rowAt(0)), top);
        m_etcd->remove(keyOf(500));
        m_etcd->remove(keyOf(510));
        QTRY_COMPARE(model->rowCount(), 305);
        QTRY_COMPARE(view->rowAt(0), 105);
        QCOMPARE(model->keyAt(view->rowAt(0)), top);
        QCOMPARE(model->keyAt(view->currentIndex().row()), keyOf(1030));
        QCOMPARE(view->currentIndex().column(), selected.column());
        // At the top one sees what comes first.
        view->verticalScrollBar()->setValue(0);
        m_etcd->put(slotKey(1, "0"), record(QStringLiteral("first")));
        QTRY_COMPARE(model->rowCount(), 306);
        QTRY_COMPARE(view->rowAt(0), 0);
    }

    void manySelectedRowsStaySelectedWhereTheyStayTogether()
    {
        open(3000);
        RecordModel *model = m_tab->model();
        RecordView *view = m_tab->view();
        std::vector<std::pair<QByteArray, QByteArray>> scattered;
        for (int i = 0; i < 3000; ++i)
            scattered.emplace_back(keyOf(10 * i), record(QString::number(1000 + i * 7919 % 3000)));
        m_etcd->write(scattered);
        QTRY_COMPARE(m_tab->table()->revision(), m_etcd->revision());
        QSignalSpy told(m_tab.get(), &RecordTab::messageRaised);
        const QByteArray first = model->keyAt(100);
        const QByteArray last = model->keyAt(2099);
        view->selectionModel()->select(
            QItemSelection(model->index(100, 0), model->index(2099, model->columnCount() - 1)),
            QItemSelectionModel::ClearAndSelect);
        QCOMPARE(view->selectedRowCount(), 2000);
        QVERIFY(m_tab->statusText().contains(QLocale().toString(2000)));
        view->sortByColumn(0, Qt::DescendingOrder);
        QTRY_COMPARE(model->rowOf(first), 2899);
        QCOMPARE(model->rowOf(last), 900);
        QCOMPARE(view->selectedRowCount(), 2000);
        QVERIFY(view->selectionModel()->isSelected(model->index(2899, 0)));
        QVERIFY(!view->selectionModel()->isSelected(model->index(2900, 0)));
        QCOMPARE(view->selectedRows().front(), 900);
        // All over the table they are no selection that anybody could work with, and it is told.
        QCOMPARE(told.size(), 0);
        view->sortByColumn(column("value.name"), Qt::AscendingOrder);
        QTRY_COMPARE(told.size(), 1);
        QVERIFY(view->selectionModel()->selection().isEmpty());
    }

    void manyEditsAtOnceAreSeenWhereOneLooks()
    {
        open(300);
        std::vector<EditSession::Intent> intents;
        for (const RowId id : m_tab->table()->rows().keyOrder()) {
            const KeyValue row = m_tab->table()->rows().row(id).toKeyValue();
            intents.push_back({row.key, KeyState::of(row), record(QStringLiteral("staged"))});
        }
        QVERIFY(m_connection->edits()->stageAll(intents));
        const QModelIndex seen = m_tab->model()->index(0, column("value.name"));
        const QModelIndex unseen = m_tab->model()->index(299, column("value.name"));
        for (const QModelIndex &cell : {seen, unseen}) {
            QCOMPARE(cell.data().toString(), QStringLiteral("staged"));
            QCOMPARE(cell.data(RecordModel::StateRole).toInt(), int(RowState::Edited));
            QVERIFY(cell.data(RecordModel::ChangedRole).toBool());
        }
        QVERIFY(m_connection->edits()->revertAll());
        QTRY_VERIFY(unseen.data().toString() != QStringLiteral("staged"));
        QCOMPARE(unseen.data(RecordModel::StateRole).toInt(), int(RowState::Clean));
    }

    void tellsWhatHasChangedSinceSomebodyLooked()
    {
        open(30);
        RecordModel *model = m_tab->model();
        auto *button = m_tab->findChild<QToolButton *>(QStringLiteral("newsButton"));
        QCOMPARE(model->newsCount(), 0);
        QVERIFY(button->isHidden());
        m_etcd->put(keyOf(10), record(QStringLiteral("later")));
        m_etcd->put(keyOf(205), record(QStringLiteral("new")));
        m_etcd->put(keyOf(250), record(QStringLiteral("short")));
        m_etcd->remove(keyOf(250));
        QTRY_COMPARE(m_tab->table()->revision(), m_etcd->revision());
        QCOMPARE(model->newsCount(), 2);
        QVERIFY(!button->isHidden());
        const int changed = model->rowOf(keyOf(10));
        QVERIFY(!model->headerData(changed, Qt::Vertical, Qt::DecorationRole).isNull());
        QVERIFY(model->headerData(changed, Qt::Vertical, Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("since you looked")));
        QVERIFY(model->headerData(changed + 1, Qt::Vertical, Qt::DecorationRole).isNull());
        m_tab->live()->showNextNews();
        QCOMPARE(model->keyAt(m_tab->view()->currentIndex().row()), keyOf(10));
        m_tab->live()->showNextNews();
        QCOMPARE(model->keyAt(m_tab->view()->currentIndex().row()), keyOf(205));
        m_tab->live()->showNextNews();
        QCOMPARE(model->keyAt(m_tab->view()->currentIndex().row()), keyOf(10));

        // What one has written oneself is no news.
        QVERIFY(model->stageBytes(keyOf(20), record(QStringLiteral("mine"))));
        m_connection->edits()->commit();
        QTRY_VERIFY(m_connection->edits()->isEmpty());
        QTRY_COMPARE(m_tab->table()->revision(), m_etcd->revision());
        QCOMPARE(model->newsCount(), 2);

        m_tab->reload();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QCOMPARE(model->newsCount(), 2);

        m_tab->live()->clearNews();
        QCOMPARE(model->newsCount(), 0);
        QVERIFY(button->isHidden());
        QVERIFY(model->headerData(changed, Qt::Vertical, Qt::DecorationRole).isNull());
        QSignalSpy messages(m_tab.get(), &RecordTab::messageRaised);
        m_tab->live()->showNextNews();
        QCOMPARE(messages.size(), 1);
        m_etcd->put(keyOf(10), record(QStringLiteral("again")));
        QTRY_COMPARE(model->newsCount(), 1);
    }

    void followsTheNewestUntilTheUserMoves()
    {
        open(300);
        RecordView *view = m_tab->view();
        const auto isInSight = [&](int number) {
            const QRect cell =
                view->visualRect(m_tab->model()->index(m_tab->model()->rowOf(keyOf(number)), 0));
            return view->viewport()->rect().intersects(cell);
        };
        select(0);
        m_tab->live()->setFollowing(true);
        m_etcd->put(keyOf(2000), record(QStringLiteral("later")));
        QTRY_VERIFY(isInSight(2000));
        QVERIFY(!isInSight(0));
        QCOMPARE(m_tab->model()->keyAt(view->currentIndex().row()), keyOf(0)); // only what is seen moves
        m_etcd->put(keyOf(1005), record(QStringLiteral("new")));
        QTRY_VERIFY(isInSight(1005));
        view->verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
        QVERIFY(!m_tab->live()->isFollowing());
        QVERIFY(!m_tab->findChild<QToolButton *>(QStringLiteral("followButton"))->isChecked());
        const int at = view->verticalScrollBar()->value();
        m_etcd->put(keyOf(2000), record(QStringLiteral("last")));
        QTRY_COMPARE(m_tab->model()->recordAt(m_tab->model()->rowOf(keyOf(2000))).current.value,
                     record(QStringLiteral("last")));
        QCOMPARE(view->verticalScrollBar()->value(), at);
        m_tab->live()->setFollowing(true);
        QTest::keyClick(view, Qt::Key_Down);
        QVERIFY(!m_tab->live()->isFollowing());
    }

    void inThePastThereIsNothingToFollow()
    {
        open(5);
        const Revision then = m_etcd->revision();
        m_etcd->put(keyOf(10), record(QStringLiteral("later")));
        QTRY_COMPARE(name(10), QStringLiteral("later"));
        m_tab.reset();
        PastConnection past(m_connection.get(), m_etcd->transport(), then);
        past.open();
        QTRY_VERIFY(past.directory()->isSampled());
        m_tab =
            std::make_unique<RecordTab>(&past, KeyRange::slot(Slot(1)), Slot(1), QStringLiteral("slot 1"));
        m_tab->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_tab.get()));
        QTRY_COMPARE(m_tab->table()->revision(), then);
        QTRY_COMPARE(name(10), QStringLiteral("n1"));
        QVERIFY(m_tab->live()->isHidden());
        QSignalSpy messages(m_tab.get(), &RecordTab::messageRaised);
        QTest::keyClick(m_tab->view(), Qt::Key_Space);
        QVERIFY(!m_tab->table()->isPaused());
        QCOMPARE(messages.size(), 1);
        m_tab->live()->setFollowing(true);
        QVERIFY(!m_tab->live()->isFollowing());
        past.travelTo(m_etcd->revision());
        QTRY_COMPARE(name(10), QStringLiteral("later"));
        QCOMPARE(m_tab->model()->newsCount(), 0);
        m_tab.reset();
    }
};

QTEST_MAIN(TestLiveTab)
#include "tst_livetab.moc"
