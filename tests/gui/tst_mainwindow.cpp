// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/etcdprocess.h"
#include "tests/support/slotsdump.h"
#include "tests/support/storywindow.h"
#include "tests/support/testpaths.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/panels/banner.h"
#include "ui/views/hexview.h"

#include <QHeaderView>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMenu>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

constexpr int UserCount = 200;

QJsonObject expected()
{
    QFile file(dataFile(QStringLiteral("slots/expected-slots.json")));
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

QModelIndex slotAt(const StoryWindow &window, int number)
{
    return window->navigator()->model()->slotIndex(Slot(static_cast<quint16>(number)));
}

} // namespace

/// What a user does with one window on the library of the test vectors.
class TestMainWindow : public QObject
{
    Q_OBJECT

    std::unique_ptr<OwnSettings> m_settings;
    std::unique_ptr<EtcdProcess> m_etcd;

    std::unique_ptr<StoryWindow> openUsers() const
    {
        return slotscope::test::openUsers(m_etcd->parsedEndpoint());
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
    }
    void cleanup() { m_etcd.reset(); }

    void listsAndDecodes()
    {
        const auto window = openUsers();
        const SlotTreeModel *tree = (*window)->navigator()->model();
        const QJsonArray catalogued = expected().value(u"slots").toArray();
        QCOMPARE(catalogued.size(), 13);
        for (const auto &entry : catalogued) {
            const QModelIndex slot = slotAt(*window, entry[u"number"].toInt());
            QVERIFY(slot.isValid());
            QVERIFY(entry[u"name"].toString().endsWith(slot.data(SlotTreeModel::TitleRole).toString()));
            QCOMPARE(slot.data(SlotTreeModel::CountRole).toInt(), entry[u"record_count"].toInt());
        }
        // Indexes are below their tables once they are known as such.
        const auto listed = [&](SlotTreeModel::Group group) {
            const QModelIndex top = tree->groupIndex(group);
            int count = tree->rowCount(top);
            for (int row = 0; row < tree->rowCount(top); ++row)
                count += tree->rowCount(tree->index(row, 0, top));
            return count;
        };
        QCOMPARE(listed(SlotTreeModel::Group::Tables) + listed(SlotTreeModel::Group::Indexes), 13);
        QCOMPARE(slotAt(*window, 40).parent(), tree->groupIndex(SlotTreeModel::Group::Untyped));
        QCOMPARE(slotAt(*window, 40).data(SlotTreeModel::CountRole).toInt(), 15);
        const QJsonArray plain = expected().value(u"plain_keys").toArray();
        QVERIFY(!plain.isEmpty());
        for (const auto &entry : plain)
            QVERIFY(tree->keyIndex(QByteArray::fromHex(entry[u"key_hex"].toString().toLatin1())).isValid());

        QCOMPARE(window->model()->rowCount(), UserCount);
        QCOMPARE(window->text(NilsKey, "key.0"), QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa"));
        QCOMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Nils Dvořák"));
        QCOMPARE(window->text(NilsKey, "value.born.year"), QStringLiteral("2000"));
        QVERIFY((*window)->windowTitle().contains(Users));
        // Most of the room is the table's.
        (*window)->resize(1400, 860);
        QTRY_VERIFY((*window)->currentTab()->width() > 800);
        QVERIFY((*window)->inspector()->width() > 300);

        // A plain key from the navigator.
        const QByteArray name = "/config/app/name";
        (*window)->navigator()->openRequested(*SlotTreeModel::target(tree->keyIndex(name)));
        QTRY_COMPARE((*window)->currentTab()->range(), KeyRange::single(name));
        QTRY_COMPARE(window->model()->rowCount(), 1);
    }

    void whatWasTypedStaysUntilItIsConnectedTo()
    {
        const QString wrong = QStringLiteral("http://127.0.0.1:1");
        const QString right = m_etcd->parsedEndpoint().toString();
        MainWindow window;
        const auto open = [&window] {
            window.openStartDialog();
            return window.findChild<ConnectDialog *>();
        };
        window.show();
        ConnectDialog *dialog = open();
        QVERIFY(QTest::qWaitForWindowActive(dialog));
        dialog->endpointLine()->selectAll();
        QTest::keyClicks(dialog->endpointLine(), wrong);
        QTest::keyClicks(dialog->nameLine(), QStringLiteral("mine"));
        dialog->connectButton()->click();
        QTRY_VERIFY_WITH_TIMEOUT(dialog->banner()->isVisible(), 20'000);
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog->isVisible());
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);

        dialog = open();
        QVERIFY(dialog->isVisible());
        QCOMPARE(dialog->endpointText(), wrong);
        QCOMPARE(dialog->nameLine()->text(), QStringLiteral("mine"));
        QVERIFY(dialog->banner()->isVisible()); // and why it failed
        // Closed while it is under way it can be typed into all the same when it is open again.
        dialog->connectButton()->click();
        QVERIFY(dialog->close());
        QVERIFY(open()->endpointLine()->isEnabled());
        dialog->endpointLine()->selectAll();
        QTest::keyClicks(dialog->endpointLine(), right);
        dialog->connectButton()->click();
        const auto isOnline = [&window] {
            return window.connection() && window.connection()->state() == Connection::State::Online;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isOnline(), 20'000);
        QTRY_VERIFY(!window.findChild<ConnectDialog *>());
        QCOMPARE(open()->endpointText(), right);
        QVERIFY(open()->banner()->isHidden());

        // The same with what was named elsewhere.
        open()->close();
        QTRY_VERIFY(!window.findChild<ConnectDialog *>());
        window.openConnection(*Endpoint::parse(wrong));
        QCOMPARE(open()->endpointText(), wrong);
    }

    void outsideChangesFlash()
    {
        const auto window = openUsers();
        window->select(window->cell(NilsKey, "value.name"));
        QByteArray other = m_etcd->get(NilsKey)->value;
        other.replace("\x6d"
                      "Nils Dvo",
                      "\x6d"
                      "Nora Dvo");
        m_etcd->put(NilsKey, other);
        QTRY_COMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Nora Dvořák"));
        QVERIFY(window->cell(NilsKey, "value.name").data(RecordModel::FlashRole).toDouble() > 0);
        QCOMPARE(window->cell(NilsKey, "value.email").data(RecordModel::FlashRole).toDouble(), 0.0);
        QTRY_COMPARE((*window)->inspector()->valueHex()->data(), other);
        QTRY_COMPARE(window->cell(NilsKey, "value.name").data(RecordModel::FlashRole).toDouble(), 0.0);

        QByteArray added = NilsKey;
        added.back() = '\0';
        m_etcd->put(added, other);
        QTRY_COMPARE(window->model()->rowCount(), UserCount + 1);
        QTRY_COMPARE(window->text(added, "value.name"), QStringLiteral("Nora Dvořák"));
        QTRY_COMPARE(slotAt(*window, 1).data(SlotTreeModel::CountRole).toInt(), UserCount + 1);
        m_etcd->remove(added);
        QTRY_COMPARE(window->model()->rowCount(), UserCount);
    }

    void filtersAndSorts()
    {
        const auto window = openUsers();
        QTest::keyClick(window->view(), Qt::Key_L, Qt::ControlModifier);
        auto *filter = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        QVERIFY(filter);
        QTest::keyClicks(filter, QStringLiteral("nils dvo"));
        QTRY_VERIFY(window->model()->rowCount() > 0 && window->model()->rowCount() < UserCount);
        QTRY_VERIFY(window->model()->rowOf(NilsKey) >= 0);
        QTRY_VERIFY((*window)->currentTab()->statusText().endsWith(QStringLiteral(" of 200 records")));
        filter->clear();
        QTRY_COMPARE(window->model()->rowCount(), UserCount);

        const int year = window->model()->columnOf(QStringLiteral("value.born.year"));
        QHeaderView *header = window->view()->horizontalHeader();
        const auto years = [&] {
            std::vector<int> numbers;
            for (int row = 0; row < window->model()->rowCount(); ++row)
                numbers.push_back(
                    window->model()->copyText(window->model()->index(row, year), CopyForm::Exact).toInt());
            return numbers;
        };
        const auto clickHeader = [&] {
            window->view()->scrollTo(window->model()->index(0, year));
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                              {header->sectionViewportPosition(year) + 20, header->viewport()->height() / 2});
        };
        const std::vector<int> unsorted = years();
        clickHeader();
        QTRY_VERIFY(std::ranges::is_sorted(years()));
        clickHeader();
        QTRY_VERIFY(std::ranges::is_sorted(years(), std::greater<>()));
        clickHeader();
        QTRY_VERIFY(years() == unsorted);
    }

    void editsAndCommits()
    {
        const auto window = openUsers();
        const QByteArray before = m_etcd->get(NilsKey)->value;
        QVERIFY(window->type(window->cell(NilsKey, "value.born.year"), QStringLiteral("1999")));
        QCOMPARE(window->text(NilsKey, "value.born.year"), QStringLiteral("1999"));
        QCOMPARE(window->state(NilsKey), RowState::Edited);
        QVERIFY((*window)->isWindowModified());
        QVERIFY(window->pending()->isVisible());
        QCOMPARE(window->pending()->model()->rowCount(), 1);
        QCOMPARE(window->pending()->model()->index(0, PendingModel::ChangeColumn).data().toString(),
                 QStringLiteral("born.year: 2000 → 1999"));

        // Again, by a double click on what is edited already.
        const QModelIndex cell = window->cell(NilsKey, "value.born.year");
        window->view()->scrollTo(cell);
        const QPoint place = window->view()->visualRect(cell).center();
        QTest::mouseClick(window->view()->viewport(), Qt::LeftButton, {}, place);
        QTest::mouseDClick(window->view()->viewport(), Qt::LeftButton, {}, place);
        QVERIFY(window->editor());
        QCOMPARE(window->editor()->text(), QStringLiteral("1999"));
        StoryWindow::replace(window->editor(), QStringLiteral("1998"));
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Åse")));
        QCOMPARE(window->pending()->model()->rowCount(), 1);
        QCOMPARE(m_etcd->get(NilsKey)->value, before);

        window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window->edits()->isEmpty());
        // As cbor2 writes it: 1998 as 19 07ce, Åse as a text of four bytes; all else as it was.
        QByteArray after = before;
        after.replace(QByteArray::fromHex("647965617219"
                                          "07d0"),
                      QByteArray::fromHex("647965617219"
                                          "07ce"));
        after.replace(QByteArray::fromHex("646e616d65"
                                          "6d4e696c732044766fc599c3a16b"),
                      QByteArray::fromHex("646e616d65"
                                          "64c3857365"));
        QCOMPARE(m_etcd->get(NilsKey)->value.toHex(), after.toHex());
        QTRY_COMPARE(window->state(NilsKey), RowState::Clean);
        QTRY_COMPARE(window->text(NilsKey, "value.name"), QStringLiteral("Åse"));
        QVERIFY(!window->pending()->isVisible());
        QVERIFY(window->message().startsWith(QStringLiteral("Committed 1 change at revision ")));
        QVERIFY(!(*window)->isWindowModified());
    }

    void refusesWhatDoesNotFit()
    {
        const auto window = openUsers();
        QVERIFY(window->type(window->cell(NilsKey, "value.born.year"), QStringLiteral("soon")));
        QVERIFY(window->editor()); // stays open, so that the text can be mended
        QVERIFY(window->editor()->toolTip().contains(QStringLiteral("number")));
        QVERIFY(window->edits()->isEmpty());
        QTest::keyClick(window->editor(), Qt::Key_Escape);
        QTRY_VERIFY(!window->editor());
        QCOMPARE(window->text(NilsKey, "value.born.year"), QStringLiteral("2000"));

        // Keys of records are not edited in place, and the window says so.
        window->select(window->cell(NilsKey, "key.0"));
        window->press(Qt::Key_F2);
        QVERIFY(!window->editor());
        QVERIFY2(window->message().contains(QStringLiteral("renaming")), qPrintable(window->message()));
        QVERIFY(window->edits()->isEmpty());
    }

    void commitsWhatIsBeingTyped()
    {
        const auto window = openUsers();
        window->press(Qt::Key_S, Qt::ControlModifier);
        QVERIFY(window->message().contains(QStringLiteral("nothing to commit")));
        const auto open = [&](const char *column) {
            window->select(window->cell(NilsKey, column));
            window->press(Qt::Key_F2);
            return window->editor();
        };
        QLineEdit *line = open("value.born.year");
        QVERIFY(line);
        QTest::keyClicks(line, QStringLiteral("x"));
        QTest::keyClick(line, Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(window->editor(), line); // to be mended first
        QVERIFY(!window->edits()->isCommitting());
        QVERIFY(!(*window)->close());
        QTest::keyClick(line, Qt::Key_Escape);
        QTRY_VERIFY(!window->editor());

        line = open("value.name");
        QVERIFY(line);
        QTest::keyClicks(line, QStringLiteral("Ann"));
        QTest::keyClick(line, Qt::Key_S, Qt::ControlModifier);
        QVERIFY(!window->editor());
        QVERIFY(window->edits()->isCommitting());
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(m_etcd->get(NilsKey)->value.contains("\x63"
                                                     "Ann"));
    }

    void clonesInsertsAndDeletes()
    {
        const auto window = openUsers();
        const QByteArray before = m_etcd->get(NilsKey)->value;
        window->select(window->cell(NilsKey, "value.name"));
        window->press(Qt::Key_D, Qt::ControlModifier);
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        const QByteArray clone = window->edits()->changes().front().key;
        QCOMPARE(window->state(clone), RowState::Inserted);
        // The clone alone, although Ctrl is down: what comes next is meant for it.
        QCOMPARE(window->view()->selectedRows(), std::vector<int> {window->model()->rowOf(clone)});
        QVERIFY(window->type(window->cell(clone, "value.name"), QStringLiteral("Twin")));

        window->press(Qt::Key_Insert);
        QCOMPARE(window->edits()->changes().size(), size_t(2));
        const QByteArray blank = window->edits()->changes().back().key;
        QVERIFY(window->cell(blank, "value.name").data(Qt::EditRole).toString().isEmpty());

        window->select(window->cell(NilsKey, "value.name"));
        window->press(Qt::Key_Delete);
        QCOMPARE(window->state(NilsKey), RowState::Deleted);
        QVERIFY(window->cell(NilsKey, "value.name").data(Qt::FontRole).value<QFont>().strikeOut());
        QCOMPARE(window->pending()->model()->rowCount(), 3);

        window->press(Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(window->state(NilsKey), RowState::Clean);
        window->press(Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!window->edits()->find(blank));
        window->press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        window->press(Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(window->edits()->changes().size(), size_t(3));
        // The blank one is taken back by its row.
        window->select(window->cell(blank, "value.name"));
        window->press(Qt::Key_Z, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY(!window->edits()->find(blank));
        QCOMPARE(window->edits()->changes().size(), size_t(2));

        window->press(Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(window->edits()->isEmpty());
        QVERIFY(!m_etcd->get(NilsKey));
        QByteArray twin = before;
        twin.replace(QByteArray::fromHex("6d4e696c732044766fc599c3a16b"),
                     "\x64"
                     "Twin");
        QCOMPARE(m_etcd->get(clone)->value, twin);
        QTRY_COMPARE(window->model()->rowOf(NilsKey), -1);
        QTRY_COMPARE(window->state(clone), RowState::Clean);
        QTRY_COMPARE(window->model()->rowCount(), UserCount);
    }

    void closingAsks()
    {
        const auto window = openUsers();
        QVERIFY(window->type(window->cell(NilsKey, "value.name"), QStringLiteral("Ann")));
        window->prompts()->answers = {1};
        QVERIFY(!(*window)->close());
        QTRY_COMPARE(window->prompts()->answers.size(), size_t(0));
        QVERIFY((*window)->isVisible());
        QVERIFY(window->prompts()->questions.front().title.contains(QStringLiteral("1 change")));
        QCOMPARE(window->edits()->changes().size(), size_t(1));
        window->prompts()->answers = {0};
        QVERIFY(!(*window)->close());
        QTRY_VERIFY(!(*window)->isVisible());
        QVERIFY(m_etcd->get(NilsKey)->value.contains("Nils"));
    }

    void columnsAreRemembered()
    {
        const auto hide = [](const StoryWindow &window) {
            QMenu menu;
            window->currentTab()->fillColumnMenu(&menu);
            for (QAction *action : menu.actions()) {
                if (action->data().toString() == QStringLiteral("value.email"))
                    action->trigger();
            }
        };
        const auto isHidden = [](const StoryWindow &window, const char *column) {
            return window.view()->isColumnHidden(window.model()->columnOf(QLatin1String(column)));
        };
        {
            const auto window = openUsers();
            QVERIFY(!isHidden(*window, "value.email"));
            hide(*window);
            QVERIFY(isHidden(*window, "value.email"));
            window->view()->horizontalHeader()->moveSection(
                window->view()->horizontalHeader()->visualIndex(
                    window->model()->columnOf(QStringLiteral("value.name"))),
                0);
            QVERIFY((*window)->close());
        }
        // No table is asked for: what was open comes back, too.
        const StoryWindow window(m_etcd->parsedEndpoint());
        QTRY_VERIFY_WITH_TIMEOUT(window.shows(Users), 20'000);
        QVERIFY(isHidden(window, "value.email"));
        QVERIFY(!isHidden(window, "value.name"));
        QCOMPARE(window.view()->horizontalHeader()->logicalIndex(0),
                 window.model()->columnOf(QStringLiteral("value.name")));
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
