// SPDX-License-Identifier: GPL-3.0-or-later
//
// Filtering and finding in the real window, on the library of the test vectors.
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "ui/models/findmodel.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/findpanel.h"
#include "ui/panels/inspectortree.h"
#include "ui/views/filterbox.h"
#include "ui/views/filterheader.h"

#include <QAbstractItemModelTester>
#include <QMenu>
#include <QTreeView>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

class TestFinding : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    std::unique_ptr<StoryWindow> m_window;

    FilterBar *bar() const { return (*m_window)->currentTab()->filterBar(); }
    FilterBox *box(const char *id) const
    {
        return m_window->view()->filterHeader()->box(m_window->model()->columnOf(QLatin1String(id)));
    }
    int rows() const { return m_window->model()->isOrdering() ? -1 : m_window->model()->rowCount(); }
    FindPanel *panel() const { return (*m_window)->findChild<FindPanel *>(); }
    void find(const QString &text, const QString &condition = {})
    {
        panel()->textLine()->setText(text);
        panel()->conditionLine()->setText(condition);
        QTest::keyClick(panel()->textLine(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!panel()->isSearching(), 20'000);
    }
    QStringList foundIn() const
    {
        QStringList titles;
        for (int row = 0; row < panel()->model()->rowCount(); ++row)
            titles << panel()->model()->index(row, 0).data().toString().section(QStringLiteral(" ("), 0, 0);
        return titles;
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
        m_window = openUsers(m_etcd->parsedEndpoint());
    }
    void cleanup()
    {
        m_window.reset();
        m_etcd.reset();
    }

    void aFilterComesBackWithTheWindow()
    {
        const int all = rows();
        m_window->select(m_window->cell(NilsKey, "value.name"));
        m_window->press(Qt::Key_U, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY(rows() > 0 && rows() < all);
        const int some = rows();
        const QString typed = box("value.name")->text();
        QVERIFY(typed.startsWith(QLatin1String("= ")));
        (*m_window)->close();
        m_window.reset();
        // No table is asked for: those that were open come back.
        m_window = std::make_unique<StoryWindow>(m_etcd->parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shows(Users), 20'000);
        QTRY_COMPARE(rows(), some);
        QCOMPARE(box("value.name")->text(), typed);
        // It stands while the etcd is away, and after that.
        m_etcd->kill();
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->isOnline(), 20'000);
        QVERIFY(m_etcd->start());
        QTRY_VERIFY_WITH_TIMEOUT(m_window->isOnline(), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shows(Users), 20'000);
        QTRY_COMPARE(rows(), some);
        QVERIFY(m_window->activate());
        m_window->press(Qt::Key_Backspace, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_COMPARE(rows(), all);
    }

    void aFieldOfTheInspectorIsFilteredOn()
    {
        const int all = rows();
        m_window->select(m_window->cell(NilsKey, "value.name"));
        InspectorTree *tree = (*m_window)->inspector()->tree();
        const auto year = ValuePath::fields({QStringLiteral("born"), QStringLiteral("year")});
        QTRY_VERIFY(year.find(tree->model()->value()));
        tree->view()->setCurrentIndex(tree->model()->indexOf(year));
        QMenu menu;
        tree->fillMenu(&menu);
        const auto actions = menu.actions();
        const auto filter = std::find_if(actions.begin(), actions.end(), [](const QAction *action) {
            return action->text() == QLatin1String("Add to fi&lter");
        });
        QVERIFY(filter != actions.end());
        (*filter)->trigger();
        QCOMPARE(bar()->conditionLine()->text(), QStringLiteral("born.year = 2000"));
        QTRY_VERIFY(rows() > 0 && rows() < all);
        QVERIFY(m_window->model()->rowOf(NilsKey) >= 0);
    }

    void findsEverywhere()
    {
        m_window->press(Qt::Key_F, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY(panel()->isVisible());
        QTRY_VERIFY(panel()->textLine()->hasFocus());
        QAbstractItemModelTester tester(panel()->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QString name = m_window->text(NilsKey, "value.name");
        find(name);
        QVERIFY2(foundIn().contains(Users), qPrintable(foundIn().join(QLatin1Char(' '))));
        QVERIFY2(panel()->summary()->text().contains(QLatin1String("at revision")),
                 qPrintable(panel()->summary()->text()));
        // To the record, though its table is not open.
        (*m_window)->findChild<QTabWidget *>()->tabCloseRequested(0);
        const int group = int(foundIn().indexOf(Users));
        const QModelIndex table = panel()->model()->index(group, 0);
        QModelIndex hit;
        for (int row = 0; row < panel()->model()->rowCount(table) && !hit.isValid(); ++row) {
            const QModelIndex index = panel()->model()->index(row, 0, table);
            if (index.data(FindModel::KeyRole).toByteArray() == NilsKey)
                hit = index;
        }
        QVERIFY(hit.isValid());
        QVERIFY(panel()->view()->isExpanded(table));
        Q_EMIT panel()->view()->activated(hit);
        QTRY_VERIFY_WITH_TIMEOUT(m_window->shows(Users), 20'000);
        QTRY_COMPARE(m_window->model()->keyAt(m_window->view()->currentIndex().row()), NilsKey);

        find({}, QStringLiteral("born.year = 2000"));
        QCOMPARE(foundIn(), QStringList {Users});
        find(QStringLiteral("what nobody has written anywhere"));
        QCOMPARE(foundIn(), QStringList());
        QVERIFY(panel()->summary()->text().startsWith(QLatin1String("0 records found")));
        // What is not understood begins nothing.
        find({}, QStringLiteral("born.year ="));
        QVERIFY2(panel()->summary()->text().contains(QLatin1String("character 12")),
                 qPrintable(panel()->summary()->text()));
        find({});
        QVERIFY(!panel()->isSearching());
        // Given up before it has begun.
        panel()->textLine()->setText(name);
        panel()->search();
        QVERIFY(panel()->isSearching());
        panel()->cancel();
        QVERIFY(!panel()->isSearching());
        QVERIFY(panel()->summary()->text().startsWith(QLatin1String("Cancelled")));
    }
};

QTEST_MAIN(TestFinding)
#include "tst_finding.moc"
