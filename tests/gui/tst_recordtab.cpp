// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "tests/support/recordtabhost.h"
#include "ui/views/recordview.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QtTest>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::RecordModel;
using slotscope::ui::RecordTab;
using slotscope::ui::RecordView;

namespace {

/// Counts how often the view asks about single cells.
class CountingModel : public RecordModel
{
public:
    using RecordModel::RecordModel;
    Qt::ItemFlags flags(const QModelIndex &index) const override
    {
        ++asked;
        return RecordModel::flags(index);
    }
    mutable int asked = 0;
};

} // namespace

class TestRecordTab : public QObject, private RecordTabHost
{
    Q_OBJECT

    static QByteArray record(const QString &name)
    {
        return *cborCodec().encode(Value::map({{Value::text(QStringLiteral("name")), Value::text(name)},
                                               {Value::text(QStringLiteral("a&b")), Value::integer(1)}}));
    }
    void open(int records)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < records; ++i)
            all.emplace_back(keyOf(i), record(QStringLiteral("n%1").arg(i)));
        connectTo(all);
        openTab(900);
        QVERIFY(m_tab->model()->columnOf(QStringLiteral("value.name")) > 0);
    }

private Q_SLOTS:
    void initTestCase() { keepSettings(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void aReloadKeepsWhereTheUserIs()
    {
        open(200);
        RecordView *view = m_tab->view();
        view->setColumnHidden(column("value.name"), true);
        view->setColumnWidth(column("meta.size"), 123);
        view->setColumnHidden(column("meta.size"), false);
        view->setColumnWidth(column("meta.size"), 123);
        const QByteArray at = m_tab->model()->keyAt(150);
        view->setCurrentIndex(m_tab->model()->index(150, column("value.a&b") < 0 ? 1 : column("value.a&b")));
        view->scrollTo(view->currentIndex(), QAbstractItemView::PositionAtTop);
        const QByteArray top = m_tab->model()->keyAt(view->rowAt(0));
        QSignalSpy reset(m_tab->model(), &QAbstractItemModel::modelReset);
        m_etcd->put(slotKey(1, "0000000000000000a"), record(QStringLiteral("before all others")));
        m_tab->reload();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QVERIFY(reset.size() > 0);
        QVERIFY(view->isColumnHidden(column("value.name")));
        QVERIFY(!view->isColumnHidden(column("meta.size")));
        QCOMPARE(view->columnWidth(column("meta.size")), 123);
        QVERIFY(view->currentIndex().isValid());
        QCOMPARE(m_tab->model()->keyAt(view->currentIndex().row()), at);
        QTRY_COMPARE(m_tab->model()->keyAt(view->rowAt(0)), top);
    }

    void theLayoutComesBackWithTheNextTab()
    {
        open(20);
        m_tab->view()->setColumnHidden(column("value.name"), true);
        m_tab->saveLayout();
        m_tab.reset();
        m_tab = std::make_unique<RecordTab>(m_connection.get(), KeyRange::slot(Slot(1)), Slot(1),
                                            QStringLiteral("slot 1"));
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QVERIFY(m_tab->view()->isColumnHidden(column("value.name")));
    }

    void theSortMarkStaysWithItsColumn()
    {
        open(20);
        m_tab->view()->sortByColumn(column("value.name"), Qt::DescendingOrder);
        QTRY_VERIFY(!m_tab->model()->isOrdering());
        const QByteArray first = m_tab->model()->keyAt(0);
        m_tab->reload();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_VERIFY(!m_tab->model()->isOrdering());
        QCOMPARE(m_tab->view()->horizontalHeader()->sortIndicatorSection(), column("value.name"));
        QCOMPARE(m_tab->view()->horizontalHeader()->sortIndicatorOrder(), Qt::DescendingOrder);
        QCOMPARE(m_tab->model()->keyAt(0), first);
    }

    void selectingEverythingIsCheap()
    {
        open(20000);
        CountingModel model(m_connection->table(KeyRange::slot(Slot(1))), m_connection->edits(),
                            m_tab->model()->codec());
        RecordView view;
        view.setRecordModel(&model);
        view.resize(900, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(model.rowCount(), 20000);
        view.selectAll();
        model.asked = 0;
        view.grab();
        QVERIFY2(model.asked < 5000, qPrintable(QString::number(model.asked)));
    }

    void keysOfAnOpenEditorAreNotForTheRecords()
    {
        open(3);
        RecordView *view = m_tab->view();
        view->setCurrentIndex(m_tab->model()->index(0, column("value.name")));
        view->edit(view->currentIndex());
        auto *editor = view->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClick(editor, Qt::Key_Insert);
        QVERIFY(m_connection->edits()->isEmpty());
        QTest::keyClick(editor, Qt::Key_Escape);
        QTest::keyClick(view, Qt::Key_Insert);
        QCOMPARE(m_connection->edits()->changes().size(), size_t(1));
    }

    void anEditorOverALiveRecordBecomesAConflict()
    {
        open(3);
        RecordView *view = m_tab->view();
        view->setCurrentIndex(m_tab->model()->index(1, column("value.name")));
        view->edit(view->currentIndex());
        auto *editor = view->viewport()->findChild<QLineEdit *>();
        QVERIFY(editor);
        QTest::keyClicks(editor, QStringLiteral("mine"));
        const QByteArray at = m_tab->model()->keyAt(1);
        m_etcd->put(at, record(QStringLiteral("theirs")));
        QTRY_COMPARE(m_tab->model()->recordAt(1).current.value, record(QStringLiteral("theirs")));
        QCOMPARE(editor->text(), QStringLiteral("mine"));
        QTest::keyClick(editor, Qt::Key_Return);
        QTRY_VERIFY(m_connection->edits()->hasConflicts());
        QCOMPARE(m_connection->edits()->find(at)->value, record(QStringLiteral("mine")));
    }
};

QTEST_MAIN(TestRecordTab)
#include "tst_recordtab.moc"
