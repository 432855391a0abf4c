// SPDX-License-Identifier: GPL-3.0-or-later
//
// Filters of a table as they are typed: the boxes below the headers, the condition, the menus.
#include "core/codec/cbor.h"
#include "tests/support/recordtabhost.h"
#include "ui/filtersettings.h"
#include "ui/panels/filterbar.h"
#include "ui/sessionsettings.h"
#include "ui/views/filterbox.h"
#include "ui/views/filterheader.h"
#include "ui/views/recordview.h"

#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>

using namespace slotscope;
using namespace slotscope::core;
using namespace slotscope::test;
using slotscope::ui::FilterBar;
using slotscope::ui::FilterBox;
using slotscope::ui::FilterHeader;
using slotscope::ui::RecordTab;

class TestFilterBar : public QObject, private RecordTabHost
{
    Q_OBJECT

    static constexpr int Records = 30;

    static QByteArray record(int number, const QString &name)
    {
        MemberList members {
            {Value::text(QStringLiteral("name")), Value::text(name)},
            {Value::text(QStringLiteral("age")), Value::integer(number)},
            {Value::text(QStringLiteral("odd one")), Value::boolean(number % 2 == 1)},
            {Value::text(QStringLiteral("place")),
             Value::map({{Value::text(QStringLiteral("city")),
                          Value::text(number < 10 ? QStringLiteral("Rome") : QStringLiteral("New York"))}})},
            {Value::text(QStringLiteral("tags")),
             Value::array({Value::text(QStringLiteral("t%1").arg(number % 3))})}};
        if (number % 5 == 0)
            members.push_back({Value::text(QStringLiteral("note")), Value::null()});
        return *cborCodec().encode(Value::map(members));
    }
    void open(int width = 900)
    {
        std::vector<std::pair<QByteArray, QByteArray>> all;
        for (int i = 0; i < Records; ++i)
            all.emplace_back(keyOf(i), record(i, QStringLiteral("n%1").arg(i)));
        connectTo(all);
        openTab(width);
        QVERIFY(column("value.age") > 0);
    }
    FilterBar *bar() const { return m_tab->filterBar(); }
    FilterHeader *header() const { return m_tab->view()->filterHeader(); }
    FilterBox *box(const char *id) const { return header()->box(column(id)); }
    int rows() const { return m_tab->model()->isOrdering() ? -1 : m_tab->model()->rowCount(); }
    QLabel *hint() const
    {
        const auto labels = m_tab->findChildren<QLabel *>(QStringLiteral("filterHint"));
        for (QLabel *label : labels) {
            if (label->isVisible())
                return label;
        }
        return nullptr;
    }
    static QAction *entry(QMenu *menu, const QString &text)
    {
        for (QAction *action : menu->actions()) {
            if (action->text().startsWith(text))
                return action;
        }
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase() { keepSettings(); }
    void init() { begin(); }
    void cleanup() { end(); }

    void aBoxFiltersItsColumn()
    {
        open();
        QVERIFY(header()->areBoxesShown());
        FilterBox *age = box("value.age");
        QVERIFY(age);
        QTest::keyClicks(age, QStringLiteral("> 24"));
        QTRY_COMPARE(rows(), 5);
        QVERIFY(age->fault().isEmpty());
        QCOMPARE(m_tab->statusText().section(QLatin1Char(' '), 0, 2), QStringLiteral("5 of 30"));
        // A second one counts as well.
        QTest::keyClicks(box("value.odd one"), QStringLiteral("true"));
        QTRY_COMPARE(rows(), 3);
        QTest::keyClick(age, Qt::Key_Escape);
        QTRY_COMPARE(rows(), 15);
        QCOMPARE(age->text(), QString());
        bar()->clear();
        QTRY_COMPARE(rows(), Records);
        QCOMPARE(box("value.odd one")->text(), QString());
    }

    void whatIsNotUnderstoodIsToldAndChangesNothing()
    {
        open();
        m_tab->activateWindow();
        FilterBox *age = box("value.age");
        QTRY_VERIFY(age->isVisible());
        age->setFocus();
        QTRY_VERIFY(age->hasFocus());
        QTest::keyClicks(age, QStringLiteral("< 10"));
        QTRY_COMPARE(rows(), 10);
        QTest::keyClicks(age, QStringLiteral("x"));
        QVERIFY2(age->fault().contains(QLatin1String("character 3")), qPrintable(age->fault()));
        QCOMPARE(age->accessibleDescription(), age->fault());
        QVERIFY(hint());
        QCOMPARE(hint()->text(), age->fault());
        QTest::keyClick(age, Qt::Key_Return);
        QVERIFY(age->hasFocus() && hint());
        QTest::keyClick(age, Qt::Key_Down); // applied at once, if it were to be
        QCOMPARE(m_tab->model()->query().condition->text(), QStringLiteral("age < 10"));
        QCOMPARE(m_tab->model()->rowCount(), 10);
        QVERIFY(!hint()); // the focus is with the records
        // The condition likewise.
        FilterBox *condition = bar()->conditionLine();
        condition->setText(QStringLiteral("name ="));
        QVERIFY2(condition->fault().contains(QLatin1String("character 7")), qPrintable(condition->fault()));
        condition->setText(QStringLiteral("name = n3"));
        QVERIFY(condition->fault().isEmpty());
        age->clear();
        QTRY_COMPARE(rows(), 1);
    }

    void aConditionOnAnyFields()
    {
        open();
        bar()->conditionLine()->setText(
            QStringLiteral("age >= 28 or (place.city = Rome and \"odd one\" = true)"));
        QTRY_COMPARE(rows(), 7);
        bar()->textLine()->setText(QStringLiteral("rome"));
        QTRY_COMPARE(rows(), 5);
        // What is written elsewhere comes and goes with it.
        m_etcd->put(keyOf(0), record(7, QStringLiteral("new in Rome")));
        QTRY_COMPARE(rows(), 6);
        m_etcd->put(keyOf(1), record(2, QStringLiteral("even now")));
        QTRY_COMPARE(rows(), 5);
    }

    void boxesStandBelowTheirColumns()
    {
        open(400);
        FilterHeader *columns = header();
        const auto stands = [&](const char *id) {
            const int logical = column(id);
            FilterBox *place = box(id);
            return place->isVisible() && place->x() == columns->sectionViewportPosition(logical)
                && place->width() == columns->sectionSize(logical) && place->y() > 0
                && place->geometry().bottom() < columns->height();
        };
        QTRY_VERIFY(stands("value.name"));
        m_tab->view()->setColumnWidth(column("key.0"), 150);
        QTRY_VERIFY(stands("value.name"));
        columns->moveSection(columns->visualIndex(column("value.name")), 0);
        QTRY_VERIFY(stands("value.name"));
        QScrollBar *bar = m_tab->view()->horizontalScrollBar();
        QTRY_VERIFY(bar->maximum() > 0);
        bar->setValue(bar->maximum());
        QTRY_VERIFY(stands("value.tags"));
        m_tab->view()->setColumnHidden(column("value.tags"), true);
        QTRY_VERIFY(!columns->findChild<FilterBox *>(QStringLiteral("filter:value.tags"))->isVisible());
        QVERIFY(!columns->box(column("value.tags")));
        // Away with all of them, and back; the settings know.
        const int height = columns->height();
        this->bar()->setBoxesShown(false);
        QTRY_VERIFY(columns->height() < height);
        QTRY_VERIFY(!columns->findChild<FilterBox *>(QStringLiteral("filter:value.name"))->isVisible());
        QVERIFY(!ui::areFilterBoxesRemembered());
        this->bar()->setBoxesShown(true);
        QTRY_COMPARE(columns->height(), height);
        QVERIFY(!columns->box(column("meta.version")));
        m_tab->view()->setColumnHidden(column("meta.version"), false);
        QVERIFY(columns->box(column("meta.version")));
    }

    void tabGoesFromBoxToBox()
    {
        open(400);
        m_tab->activateWindow();
        m_tab->view()->setCurrentIndex(m_tab->model()->index(2, column("value.name")));
        m_tab->focusColumnFilter();
        QTRY_VERIFY(box("value.name")->hasFocus());
        QTest::keyClick(box("value.name"), Qt::Key_Tab);
        QTRY_VERIFY(box("value.age")->hasFocus());
        QTest::keyClick(box("value.age"), Qt::Key_Backtab);
        QTRY_VERIFY(box("value.name")->hasFocus());
        QTest::keyClick(box("value.name"), Qt::Key_Down);
        QTRY_VERIFY(m_tab->view()->hasFocus());
        m_tab->view()->filterHeader()->focusBox(column("value.tags"));
        QTRY_VERIFY(box("value.tags")->hasFocus());
        QVERIFY(box("value.tags")->isVisible()); // scrolled in sight
        QVERIFY(box("value.tags")->x() >= 0);
        QTest::keyClick(box("value.tags"), Qt::Key_Tab);
        if (box("value.note"))
            QTest::keyClick(box("value.note"), Qt::Key_Tab);
        QTRY_VERIFY(m_tab->view()->hasFocus());
    }

    void aCellBecomesAFilter()
    {
        open();
        ui::RecordView *view = m_tab->view();
        view->setCurrentIndex(m_tab->model()->index(3, column("value.place.city")));
        m_tab->filterByCurrent(false);
        QCOMPARE(box("value.place.city")->text(), QStringLiteral("= Rome"));
        QTRY_COMPARE(rows(), 10);
        view->setCurrentIndex(m_tab->model()->index(0, column("value.name")));
        m_tab->filterByCurrent(true);
        view->setCurrentIndex(m_tab->model()->index(1, column("value.name")));
        QTRY_COMPARE(rows(), 9);
        QTRY_VERIFY(m_tab->model()->shownRow(1).decoded);
        view->setCurrentIndex(m_tab->model()->index(1, column("value.name")));
        m_tab->filterByCurrent(true);
        QCOMPARE(box("value.name")->text(), QStringLiteral("not = n0 and not = n2"));
        QTRY_COMPARE(rows(), 8);
        // A text with blanks, and what is absent.
        bar()->clear();
        QTRY_COMPARE(rows(), Records);
        QTRY_VERIFY(m_tab->model()->shownRow(10).decoded && m_tab->model()->shownRow(11).decoded);
        view->setCurrentIndex(m_tab->model()->index(10, column("value.place.city")));
        m_tab->filterByCurrent(false);
        QTRY_COMPARE(rows(), 20);
        bar()->clear();
        QTRY_COMPARE(rows(), Records);
        QTRY_VERIFY(m_tab->model()->shownRow(11).decoded);
        view->setCurrentIndex(m_tab->model()->index(11, column("value.note")));
        m_tab->filterByCurrent(false);
        QCOMPARE(box("value.note")->text(), QStringLiteral("absent"));
        QTRY_COMPARE(rows(), 24);
        // Lists cannot be said; it is told.
        QSignalSpy told(m_tab.get(), &RecordTab::messageRaised);
        QTRY_VERIFY(m_tab->model()->shownRow(0).decoded);
        view->setCurrentIndex(m_tab->model()->index(0, column("value.tags")));
        m_tab->filterByCurrent(false);
        QCOMPARE(told.size(), 1);
    }

    void whatEtcdKeepsIsFilteredByNumbers()
    {
        open();
        for (const char *id : {"meta.version", "meta.modRevision", "meta.lease"})
            m_tab->view()->setColumnHidden(column(id), false);
        m_etcd->put(keyOf(7), record(7, QStringLiteral("again")), LeaseId(0x1234));
        QTRY_VERIFY(m_tab->model()->recordAt(7).stored->version == 2);
        const auto use = [this](int row, const char *id, bool exclude = false) {
            m_tab->view()->setCurrentIndex(m_tab->model()->index(row, column(id)));
            m_tab->filterByCurrent(exclude);
        };
        use(7, "meta.version");
        QCOMPARE(box("meta.version")->text(), QStringLiteral("= 2"));
        QTRY_COMPARE(rows(), 1);
        bar()->clear();
        QTRY_COMPARE(rows(), Records);
        use(7, "meta.lease");
        QCOMPARE(box("meta.lease")->text(), QStringLiteral("= 0x1234"));
        QTRY_COMPARE(rows(), 1);
        bar()->clear();
        QTRY_COMPARE(rows(), Records);
        use(0, "meta.lease", true);
        QCOMPARE(box("meta.lease")->text(), QStringLiteral("not absent"));
        QTRY_COMPARE(rows(), 1);
        bar()->clear();
        box("meta.version")->setText(QStringLiteral("1.5"));
        QVERIFY(box("meta.version")->fault().contains(QStringLiteral("whole numbers")));
        box("meta.version")->clear();
        bar()->conditionLine()->setText(
            QStringLiteral("etcd.mod_revision > %1").arg(m_etcd->revision().value - 1));
        QTRY_COMPARE(rows(), 1);
    }

    void aCellsMenu()
    {
        open();
        ui::RecordView *view = m_tab->view();
        bar()->conditionLine()->setText(QStringLiteral("age > 3"));
        QTRY_COMPARE(rows(), 26);
        QTRY_VERIFY(m_tab->model()->shownRow(4).decoded);
        const QModelIndex index = m_tab->model()->index(4, column("value.name"));
        Q_EMIT view->customContextMenuRequested(view->visualRect(index).center());
        auto *menu = m_tab->findChild<QMenu *>(QStringLiteral("cellFilterMenu"));
        QVERIFY(menu);
        QVERIFY(entry(menu, QStringLiteral("&Use as filter"))->isEnabled());
        entry(menu, QStringLiteral("&Only this value"))->trigger();
        QTRY_COMPARE(rows(), 1);
        QCOMPARE(bar()->filter().condition, QString());
        QCOMPARE(bar()->filter().boxes.at(QStringLiteral("value.name")), QStringLiteral("= n8"));
        menu->parentWidget()->close();
    }

    // Without boxes it goes where it is seen.
    void aCellBecomesAConditionWithoutBoxes()
    {
        open();
        bar()->setBoxesShown(false);
        m_tab->view()->setCurrentIndex(m_tab->model()->index(3, column("value.odd one")));
        m_tab->filterByCurrent(true);
        QCOMPARE(bar()->conditionLine()->text(), QStringLiteral("not \"odd one\" = true"));
        QTRY_COMPARE(rows(), 15);
    }

    void aFieldBecomesACondition()
    {
        open();
        const ValuePath tags = ValuePath::fields({QStringLiteral("tags")});
        QVERIFY(
            m_tab->addFieldToFilter(tags.child(PathStep::item(0)), Value::text(QStringLiteral("t1")), false));
        QCOMPARE(bar()->filter().condition, QStringLiteral("tags contains t1"));
        QTRY_COMPARE(rows(), 10);
        QVERIFY(m_tab->addFieldToFilter(ValuePath::fields({QStringLiteral("age")}), Value::integer(4), true));
        QTRY_COMPARE(rows(), 9);
        QVERIFY(m_tab->addFieldToFilter(ValuePath::fields({QStringLiteral("note")}), Value::null(), false));
        QCOMPARE(bar()->filter().condition,
                 QStringLiteral("tags contains t1 and not age = 4 and note is null"));
        QTRY_COMPARE(rows(), 2);
        QVERIFY(!m_tab->addFieldToFilter(tags, Value::array({}), false));
    }

    void aFilterSurvivesAReload()
    {
        open();
        QTest::keyClicks(box("value.age"), QStringLiteral("..4"));
        QTRY_COMPARE(rows(), 5);
        m_etcd->put(keyOf(99), record(3, QStringLiteral("later")));
        m_tab->reload();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_COMPARE(rows(), 6);
        QCOMPARE(box("value.age")->text(), QStringLiteral("..4"));
    }

    void aFilterComesBackWithTheSession()
    {
        open();
        QTest::keyClicks(box("value.age"), QStringLiteral("..4"));
        bar()->conditionLine()->setText(QStringLiteral("name <> n2"));
        QTRY_COMPARE(rows(), 4);
        const Endpoint endpoint = m_connection->endpoint();
        ui::rememberTabs(endpoint,
                         {{m_tab->range(), m_tab->slot(), m_tab->title(), bar()->filter().toVariant()}});
        m_tab.reset();
        const auto remembered = ui::rememberedTabs(endpoint);
        QCOMPARE(remembered.size(), size_t(1));
        m_tab = std::make_unique<RecordTab>(m_connection.get(), KeyRange::slot(Slot(1)), Slot(1),
                                            QStringLiteral("slot 1"));
        bar()->setFilter(TableFilter::fromVariant(remembered.front().filter)); // before anything is loaded
        m_tab->show();
        QTRY_COMPARE(m_tab->table()->state(), LiveTable::State::Live);
        QTRY_COMPARE(rows(), 4);
        QCOMPARE(box("value.age")->text(), QStringLiteral("..4"));
        QCOMPARE(bar()->conditionLine()->text(), QStringLiteral("name <> n2"));
    }

    void savedAndUsedBefore()
    {
        open();
        QTest::keyClicks(box("value.age"), QStringLiteral("> 9"));
        QTest::keyClick(box("value.age"), Qt::Key_Return);
        QTRY_COMPARE(rows(), 20);
        bar()->saveAs();
        auto *dialog = bar()->findChild<QInputDialog *>(QStringLiteral("filterName"));
        QVERIFY(dialog);
        dialog->setTextValue(QStringLiteral("grown & up"));
        dialog->accept();
        bar()->conditionLine()->setText(QStringLiteral("name contains 1"));
        QTest::keyClick(bar()->conditionLine(), Qt::Key_Return);
        bar()->clear();
        QTRY_COMPARE(rows(), Records);

        QMenu menu;
        bar()->fillMenu(&menu);
        QAction *saved = entry(&menu, QStringLiteral("grown && up"));
        QVERIFY(saved);
        saved->trigger();
        QTRY_COMPARE(rows(), 20);
        QCOMPARE(box("value.age")->text(), QStringLiteral("> 9"));
        QAction *used = entry(&menu, QStringLiteral("age > 9  ·  name contains 1"));
        QVERIFY(used);
        used->trigger();
        QTRY_COMPARE(rows(), 11);
        // Each part can be taken away.
        menu.clear();
        bar()->fillMenu(&menu);
        QVERIFY(entry(&menu, QStringLiteral("name contains 1")));
        entry(&menu, QStringLiteral("name contains 1"))->trigger();
        QTRY_COMPARE(rows(), 20);
        ui::removeSavedFilter(m_tab->settingsKey(), QStringLiteral("grown & up"));
        ui::forgetRecentFilters(m_tab->settingsKey());
        menu.clear();
        bar()->clear();
        bar()->fillMenu(&menu);
        QVERIFY(!entry(&menu, QStringLiteral("grown")));
        QVERIFY(!entry(&menu, QStringLiteral("age")));
    }

    void nothingPasses()
    {
        open();
        bar()->conditionLine()->setText(QStringLiteral("age > 1000"));
        QTRY_COMPARE(rows(), 0);
        const auto labels = m_tab->view()->viewport()->findChildren<QLabel *>();
        QVERIFY(std::any_of(labels.begin(), labels.end(), [](const QLabel *label) {
            return label->isVisible() && label->text().contains(QLatin1String("age > 1000"));
        }));
    }
};

QTEST_MAIN(TestFilterBar)
#include "tst_filterbar.moc"
