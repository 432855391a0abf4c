// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/connection/pastconnection.h"
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/panels/travelband.h"

#include <QSlider>
#include <QTabWidget>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

TravelBand *bandOf(const StoryWindow &window)
{
    return window->findChild<TravelBand *>();
}

} // namespace

/// The window in the past and back.
class TestTimeTravel : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;
    QByteArray m_value; // of Nils, as it was
    Revision m_before; // he was changed
    Revision m_gone; // he was deleted
    Revision m_last;

    /// By what the user does: the field in the band.
    static void type(const StoryWindow &window, const QString &text)
    {
        QLineEdit *field = bandOf(window)->field();
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
        QTest::keyClick(field, Qt::Key_Return);
    }
    static void type(const StoryWindow &window, Revision revision)
    {
        type(window, QString::number(revision.value));
    }
    /// The past is shown, complete.
    static bool shows(const StoryWindow &window, Revision revision)
    {
        return window->past() && window->past()->at() == revision && window.shows(Users)
            && window->currentTab()->table()->revision() == revision;
    }

private Q_SLOTS:
    void initTestCase()
    {
        SLOTSCOPE_REQUIRE_ETCD();
        m_settings = std::make_unique<OwnSettings>();
        m_etcd = std::make_unique<EtcdProcess>();
        QVERIFY(m_etcd->start());
        QCOMPARE(loadDump(*m_etcd, dataFile(QStringLiteral("slots/slots-dump.jsonl"))), 897);
        m_value = m_etcd->get(NilsKey)->value;
    }
    void init()
    {
        OwnSettings::clear();
        QVERIFY(m_etcd->put(NilsKey, m_value).value > 0);
        m_before = m_etcd->put("/config/then", "1");
        QByteArray changed = m_value;
        changed.replace("Nils", "Olaf");
        QVERIFY(changed != m_value);
        m_etcd->put(NilsKey, changed);
        m_gone = m_etcd->remove(NilsKey);
        m_last = m_etcd->put(NilsKey, changed);
    }

    void thereAndBack()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        TravelBand *band = bandOf(*window);
        QVERIFY(!band->isVisible());
        QVERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Olaf")));
        QTest::keyClick(window->window(), Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_last), 20'000);
        QVERIFY(band->isVisible());
        QCOMPARE(band->width(), window->window()->width());
        QVERIFY(window->window()->windowTitle().contains(QString::number(m_last.value)));
        QVERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Olaf")));

        type(*window, m_before);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
        QTRY_VERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Nils")));
        QVERIFY(band->text().contains(QString::number(m_before.value)));
        type(*window, m_gone);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_gone), 20'000);
        QVERIFY(!window->cell(NilsKey, "value.name").isValid());

        // Meanwhile the present goes on, and the past does not.
        QVERIFY(m_etcd->put(NilsKey, m_value).value > 0);
        QTest::mouseClick(band->returnButton(), Qt::LeftButton);
        QVERIFY(!window->window()->past());
        QVERIFY(!band->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000);
        QTRY_VERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Nils")));
    }

    void nothingIsEditedAndWhatIsStagedWaits()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Gustav")));
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        EditSession *present = window->edits();
        window->window()->travelTo(m_before);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
        QVERIFY(bandOf(*window)->text().contains(QStringLiteral("1 change")));
        QVERIFY(window->window()->isWindowModified());
        // What was there then, not what is staged now.
        QTRY_VERIFY(window->text(NilsKey, "value.name").startsWith(QStringLiteral("Nils")));
        const QModelIndex name = window->cell(NilsKey, "value.name");
        QVERIFY2(window->model()->readOnlyReason(name).contains(QStringLiteral("past")),
                 qPrintable(window->model()->readOnlyReason(name)));
        window->type(name, QStringLiteral("Hugo"));
        window->select(window->cell(NilsKey, "value.name"));
        window->press(Qt::Key_Delete);
        QVERIFY(window->edits()->isEmpty());
        QTest::keyClick(window->window(), Qt::Key_S, Qt::ControlModifier);
        QVERIFY2(window->message().contains(QStringLiteral("past")), qPrintable(window->message()));
        QTest::keyClick(window->window(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(present->changes().size(), size_t(1));

        window->window()->returnToPresent();
        QCOMPARE(window->edits(), present);
        QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000);
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Gustav"));
        QTest::keyClick(window->window(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(present->isEmpty());
    }

    void tabsAndSelectionAreFoundAgain()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        window->select(window->cell(NilsKey, "value.name"));
        auto *tabs =
            qobject_cast<QTabWidget *>(window->window()->currentTab()->parentWidget()->parentWidget());
        QVERIFY(tabs);
        window->window()->travelTo(m_before);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
        QTRY_COMPARE(window->model()->keyAt(window->view()->currentIndex().row()), NilsKey);
        // Another table, opened in the past only.
        const int open = tabs->count();
        window->window()->openTable(QStringLiteral("0"));
        QTRY_VERIFY_WITH_TIMEOUT(window->window()->isSettled(), 20'000);
        window->window()->returnToPresent();
        QCOMPARE(tabs->count(), open);
        QTRY_VERIFY_WITH_TIMEOUT(window->shows(Users), 20'000);
        QCOMPARE(window->model()->keyAt(window->view()->currentIndex().row()), NilsKey);
    }

    void closesInThePast()
    {
        const auto window = openUsers(m_etcd->parsedEndpoint());
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Gustav")));
        window->window()->travelTo(m_before);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
        // It asks of what is staged in the present.
        window->window()->close();
        QCOMPARE(window->prompts()->questions.size(), size_t(1));
        QVERIFY(!window->window()->past());
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        // And it may go away as it is.
        window->window()->travelTo(m_before);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
    }

    // The last: others need what is compacted here.
    void theSliderEndsAtTheCompaction()
    {
        QVERIFY(m_etcd->compact(m_before));
        const auto window = openUsers(m_etcd->parsedEndpoint());
        TravelBand *band = bandOf(*window);
        window->window()->travelTo(m_last);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_last), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(band->earliest(), m_before, 20'000);
        QCOMPARE(band->newest(), m_last);
        QCOMPARE(band->slider()->value(), band->slider()->maximum());
        type(*window, Revision(m_before.value - 1));
        QVERIFY2(window->message().contains(QStringLiteral("compacted")), qPrintable(window->message()));
        type(*window, Revision(m_last.value + 1));
        QVERIFY(window->message().contains(QString::number(m_last.value)));
        type(*window, QStringLiteral("yesterday"));
        QVERIFY(window->message().contains(QStringLiteral("yesterday")));
        QCOMPARE(window->window()->past()->at(), m_last);
        // To the left end, by the keyboard.
        band->slider()->setFocus();
        QTest::keyClick(band->slider(), Qt::Key_Home);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_before), 20'000);
        QCOMPARE(band->field()->text(), QString::number(m_before.value));

        // A revision that goes while it is shown: what was read stays.
        QVERIFY(m_etcd->compact(m_last));
        window->window()->travelTo(m_gone);
        QTRY_VERIFY_WITH_TIMEOUT(window->message().contains(QStringLiteral("compacted away:")), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(band->earliest(), m_last, 20'000);
        QVERIFY(window->model()->rowCount() > 0);
        type(*window, m_last);
        QTRY_VERIFY_WITH_TIMEOUT(shows(*window, m_last), 20'000);
    }
};

QTEST_MAIN(TestTimeTravel)
#include "tst_timetravel.moc"
