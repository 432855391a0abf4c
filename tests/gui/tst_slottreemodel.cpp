// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/live/liverates.h"
#include "core/table/plainkeys.h"
#include "tests/support/memoryetcd.h"
#include "tests/support/timing.h"
#include "ui/models/ratetext.h"
#include "ui/models/slottreemodel.h"
#include "ui/panels/navigator.h"

#include <QAbstractItemModelTester>
#include <QLineEdit>
#include <QRandomGenerator>
#include <QTreeView>
#include <QtTest>

#include <set>

using namespace slotscope;
using namespace slotscope::core;
using slotscope::test::fastestOf;
using slotscope::test::MemoryEtcd;
using slotscope::ui::Navigator;
using slotscope::ui::OpenTarget;
using slotscope::ui::SlotTreeFilter;
using slotscope::ui::SlotTreeModel;
using Group = SlotTreeModel::Group;

namespace {

SlotInfo table(quint16 number, const QString &name, ValueType type = ValueType::Cbor, qint64 records = 0)
{
    SlotInfo info;
    info.slot = Slot(number);
    info.kind = SlotKind::Table;
    info.entry = CatalogueEntry {};
    info.entry->slot = info.slot;
    info.entry->name = name;
    info.entry->oid = QStringLiteral("fa1ed0fc-304e-4f66-8092-d901df1735e4");
    info.records = records;
    info.type.value = type;
    return info;
}

QStringList dump(const QAbstractItemModel &model, const QModelIndex &parent, const QString &indent = {})
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        lines << indent + index.data().toString();
        lines << dump(model, index, indent + QLatin1Char(' '));
    }
    return lines;
}

qlonglong count(const QModelIndex &index)
{
    return index.data(SlotTreeModel::CountRole).toLongLong();
}

} // namespace

class TestSlotTreeModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void groupsSlots()
    {
        SlotTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setSlot(table(2, QStringLiteral("app.Users"), ValueType::Cbor, 1234));
        model.setSlot(table(3, QStringLiteral("app.IndexUsersByName"), ValueType::Uuid));
        model.setSlot(table(4, QStringLiteral("app.users_by_email"), ValueType::Uuid));
        model.setSlot(table(5, QStringLiteral("app.books")));
        model.setSlot(table(6, QStringLiteral("app.IndexCards"))); // by its type no index
        SlotInfo untyped;
        untyped.slot = Slot(100);
        untyped.kind = SlotKind::Untyped;
        model.setSlot(untyped);
        untyped.slot = Slot(9);
        model.setSlot(untyped);
        SlotInfo plain;
        plain.slot = Slot(0x2f63);
        plain.kind = SlotKind::PlainKeys;
        model.setSlot(plain);
        SlotInfo catalogue;
        catalogue.slot = CatalogueSlot;
        catalogue.kind = SlotKind::Catalogue;
        catalogue.records = 5;
        model.setSlot(catalogue);

        QCOMPARE(dump(model, {}),
                 QStringList({QStringLiteral("Tables"), QStringLiteral(" books"),
                              QStringLiteral(" IndexCards"), QStringLiteral(" Users"),
                              QStringLiteral("Index slots"), QStringLiteral(" IndexUsersByName"),
                              QStringLiteral(" users_by_email"), QStringLiteral("Untyped slots"),
                              QStringLiteral(" slot 9"), QStringLiteral(" slot 100"),
                              QStringLiteral("Plain keys"), QStringLiteral("Catalogue")}));
        const QModelIndex users = model.slotIndex(Slot(2));
        QCOMPARE(users.data().toString(), QStringLiteral("Users"));
        QCOMPARE(count(users), 1234);
        QCOMPARE(count(model.groupIndex(Group::Tables)), 3);
        const auto target = SlotTreeModel::target(users);
        QVERIFY(target);
        QCOMPARE(target->slot.value(), Slot(2));
        QCOMPARE(target->range, KeyRange::slot(Slot(2)));
        QVERIFY(users.data(Qt::ToolTipRole).toString().contains(QStringLiteral("app.Users")));
        QVERIFY(!SlotTreeModel::target(model.groupIndex(Group::Tables)));
        QCOMPARE(SlotTreeModel::target(model.slotIndex(CatalogueSlot))->range, KeyRange::slot(CatalogueSlot));
        QVERIFY(!model.slotIndex(Slot(0x2f63)).isValid());

        // A new type moves it; a new name sorts it anew.
        model.setSlot(table(6, QStringLiteral("app.IndexCards"), ValueType::Oid));
        QCOMPARE(model.slotIndex(Slot(6)).parent(), model.groupIndex(Group::Indexes));
        model.setSlot(table(2, QStringLiteral("app.Accounts")));
        QCOMPARE(model.slotIndex(Slot(2)).row(), 0);
        model.removeSlot(Slot(2));
        QVERIFY(!model.slotIndex(Slot(2)).isValid());
        QCOMPARE(count(model.groupIndex(Group::Tables)), 1);
    }

    void indexesStandBelowTheirTables()
    {
        SlotTreeModel model;
        QAbstractItemModelTester tester(&model);
        model.setIndexes({{Slot(3), Slot(2)}, {Slot(4), Slot(2)}, {Slot(6), Slot(5)}});
        model.setSlot(table(3, QStringLiteral("app.UsersByName"), ValueType::Uuid)); // before its table
        QCOMPARE(model.rowCount(model.groupIndex(Group::Tables))
                     + model.rowCount(model.groupIndex(Group::Indexes)),
                 1);
        model.setSlot(table(2, QStringLiteral("app.Users")));
        model.setSlot(table(4, QStringLiteral("app.UsersByEmail"), ValueType::Uuid));
        QCOMPARE(model.slotIndex(Slot(3)).parent(), model.slotIndex(Slot(2)));
        QCOMPARE(model.slotIndex(Slot(4)).parent(), model.slotIndex(Slot(2)));
        QCOMPARE(model.slotIndex(Slot(4)).row(), 0); // by name
        model.setRecordCount(Slot(2), 17);
        QCOMPARE(count(model.slotIndex(Slot(2))), 17);
        QCOMPARE(count(model.groupIndex(Group::Tables)), 1);

        // A table that goes leaves its indexes, one that comes back takes them.
        model.removeSlot(Slot(2));
        QVERIFY(model.slotIndex(Slot(3)).isValid());
        QCOMPARE(model.slotIndex(Slot(3)).parent().parent(), QModelIndex());
        model.setSlot(table(2, QStringLiteral("app.Users")));
        QCOMPARE(model.slotIndex(Slot(3)).parent(), model.slotIndex(Slot(2)));
        // Also when the table moves, having another name.
        model.setSlot(table(2, QStringLiteral("app.Zebras")));
        QCOMPARE(model.slotIndex(Slot(3)).parent(), model.slotIndex(Slot(2)));

        model.setIndexes({{Slot(3), Slot(2)}});
        QCOMPARE(model.slotIndex(Slot(3)).parent(), model.slotIndex(Slot(2)));
        QVERIFY(model.slotIndex(Slot(4)).parent() != model.slotIndex(Slot(2)));
        QCOMPARE(model.rowCount(model.slotIndex(Slot(2))), 1);
    }

    void newCountsChangeNothingElse()
    {
        SlotTreeModel model;
        model.setSlot(table(2, QStringLiteral("app.Users")));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        model.setRecordCount(Slot(2), 17);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(0).toModelIndex(), model.slotIndex(Slot(2)).siblingAtColumn(1));
        QCOMPARE(count(model.slotIndex(Slot(2))), 17);
        model.setRecordCount(Slot(2), 17);
        QCOMPARE(changed.count(), 1);
        // Of a table that shows a part it is told how large that is.
        const auto text = [&model] { return model.slotIndex(Slot(2)).siblingAtColumn(1).data().toString(); };
        model.setLoaded(Slot(2), 5);
        QCOMPARE(text(), QStringLiteral("5 of 17"));
        QCOMPARE(changed.count(), 2);
        model.setLoaded(Slot(2), 5);
        QCOMPARE(changed.count(), 2);
        model.setLoaded(Slot(2), std::nullopt);
        model.setLoaded(Slot(2), std::nullopt);
        QCOMPARE(text(), QStringLiteral("17"));
        QCOMPARE(changed.count(), 3);
        QVERIFY(inserted.isEmpty() && removed.isEmpty() && reset.isEmpty());
    }

    void warnsWithMoreThanColour()
    {
        SlotTreeModel model;
        SlotInfo damaged = table(2, QStringLiteral("app.Users"));
        damaged.entry->warning = QStringLiteral("the slot number in the entry is 7");
        model.setSlot(damaged);
        const QModelIndex index = model.slotIndex(Slot(2));
        QCOMPARE(index.data(SlotTreeModel::WarningRole).toString(), damaged.entry->warning);
        QVERIFY(index.data(Qt::ToolTipRole).toString().contains(damaged.entry->warning));
        QVERIFY(index.data(Qt::AccessibleTextRole).toString().contains(damaged.entry->warning));
        QVERIFY(!index.data(Qt::DecorationRole).value<QIcon>().isNull());
    }

    void splitsPlainKeysAtSlashes()
    {
        SlotTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QModelIndex plain = model.groupIndex(Group::PlainKeys);
        model.addKeys(
            {"/config/", "/config/a", "/config/db/host", "/config/db/port", "/top", "app/x", "single"});
        QCOMPARE(dump(model, plain),
                 QStringList({QStringLiteral("/config/"), QStringLiteral(" (the key itself)"),
                              QStringLiteral(" a"), QStringLiteral(" db/"), QStringLiteral("  host"),
                              QStringLiteral("  port"), QStringLiteral("/top"), QStringLiteral("app/"),
                              QStringLiteral(" x"), QStringLiteral("single")}));
        QCOMPARE(count(plain), 7);
        const QModelIndex config = model.index(0, 0, plain);
        QCOMPARE(count(config), 4);
        QCOMPARE(SlotTreeModel::target(config)->range, KeyRange::prefix("/config/"));
        QVERIFY(!SlotTreeModel::target(config)->slot);
        const QModelIndex host = model.keyIndex("/config/db/host");
        QCOMPARE(SlotTreeModel::target(host)->range, KeyRange::single("/config/db/host"));
        QCOMPARE(SlotTreeModel::target(host)->title, QStringLiteral("/config/db/host"));

        const QPersistentModelIndex kept(host);
        model.removeKeys({"/config/", "/config/a", "/config/db/port", "app/x"});
        QVERIFY(kept.isValid());
        QCOMPARE(dump(model, plain),
                 QStringList({QStringLiteral("/config/"), QStringLiteral(" db/"), QStringLiteral("  host"),
                              QStringLiteral("/top"), QStringLiteral("single")}));
        model.removeKeys({"/config/db/host"});
        QVERIFY(!kept.isValid());
        QCOMPARE(count(plain), 2);
    }

    void survivesAnySequenceOfKeys()
    {
        QRandomGenerator random(99);
        SlotTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::set<QByteArray> keys;
        for (int round = 0; round < 120; ++round) {
            std::set<QByteArray> batch;
            for (int i = random.bounded(6); i >= 0; --i) {
                QByteArray key;
                for (int part = random.bounded(3); part >= 0; --part) {
                    key += QByteArray(1, char('a' + random.bounded(3)));
                    if (random.bounded(3) > 0)
                        key += '/';
                }
                batch.insert(key);
            }
            std::vector<QByteArray> changed;
            const bool adding = random.bounded(2) == 0;
            for (const QByteArray &key : batch) {
                if (adding ? keys.insert(key).second : keys.erase(key) > 0)
                    changed.push_back(key);
            }
            adding ? model.addKeys(changed) : model.removeKeys(changed);
            SlotTreeModel fresh;
            fresh.addKeys({keys.begin(), keys.end()});
            QCOMPARE(dump(model, {}), dump(fresh, {}));
            QCOMPARE(count(model.groupIndex(Group::PlainKeys)), qlonglong(keys.size()));
        }
    }

    void takesManyKeysAtOnce()
    {
        const auto addAndRemove = [](int number) {
            std::vector<QByteArray> keys;
            for (int i = 0; i < number; ++i)
                keys.push_back("/many/" + QByteArray::number(i / 100) + '/' + QByteArray::number(i));
            std::sort(keys.begin(), keys.end());
            return fastestOf([&] {
                SlotTreeModel model;
                SlotTreeFilter filter;
                filter.setSourceModel(&model);
                QTreeView view;
                view.setModel(&filter);
                model.addKeys(keys);
                QCOMPARE(count(model.groupIndex(Group::PlainKeys)), number);
                model.removeKeys(keys);
                QCOMPARE(model.rowCount(model.groupIndex(Group::PlainKeys)), 0);
            });
        };
        const qint64 some = addAndRemove(10'000);
        const qint64 many = addAndRemove(100'000);
        QVERIFY2(many < 40 * some, qPrintable(QStringLiteral("%1 ns, %2 ns").arg(some).arg(many)));
    }

    void filters()
    {
        SlotTreeModel model;
        SlotTreeFilter filter;
        filter.setSourceModel(&model);
        QCOMPARE(filter.rowCount(), 0); // no empty groups
        model.setSlot(table(2, QStringLiteral("app.Users")));
        model.setSlot(table(3, QStringLiteral("app.Books")));
        model.addKeys({"/config/db/host", "/config/log", "/users/1"});
        QCOMPARE(filter.rowCount(), 2);
        filter.setFilterFixedString(QStringLiteral("user"));
        QCOMPARE(
            dump(filter, {}),
            QStringList({QStringLiteral("Tables"), QStringLiteral(" Users"), QStringLiteral("Plain keys"),
                         QStringLiteral(" /users/"), QStringLiteral("  1")}));
        filter.setFilterFixedString(QStringLiteral("db/"));
        QCOMPARE(dump(filter, {}),
                 QStringList({QStringLiteral("Plain keys"), QStringLiteral(" /config/"),
                              QStringLiteral("  db/"), QStringLiteral("   host")}));
    }

    void navigatorOpensByKeyboard()
    {
        Navigator navigator;
        navigator.model()->setSlot(table(2, QStringLiteral("app.Users")));
        navigator.model()->setSlot(table(3, QStringLiteral("app.Books")));
        navigator.show();
        QVERIFY(QTest::qWaitForWindowActive(&navigator));
        QSignalSpy opened(&navigator, &Navigator::openRequested);
        navigator.focusFilter();
        auto *line = navigator.findChild<QLineEdit *>(QStringLiteral("navigatorFilter"));
        QTRY_VERIFY(line->hasFocus());
        QTest::keyClicks(line, QStringLiteral("use"));
        QTest::keyClick(line, Qt::Key_Down);
        QTRY_VERIFY(navigator.view()->hasFocus());
        QCOMPARE(navigator.view()->currentIndex().data().toString(), QStringLiteral("Users"));
        QTest::keyClick(navigator.view(), Qt::Key_Return);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened.first().first().value<OpenTarget>().slot.value(), Slot(2));
        QTest::keyClick(line, Qt::Key_Escape);
        QVERIFY(line->text().isEmpty());
        QVERIFY(navigator.select(Slot(3)));
        QCOMPARE(navigator.view()->currentIndex().data().toString(), QStringLiteral("Books"));
    }

    void followsAnEtcd()
    {
        MemoryEtcd etcd;
        etcd.put("/config/a", "1");
        etcd.put("/config/b/c", "2");
        etcd.put(QByteArray("\0\x07\x01\x02", 4), "x");
        Client client(etcd.transport());
        Watch watch(&client, KeyRange::all(), {});
        SlotDirectory directory(&client, &watch);
        PlainKeys keys(&client, &watch, &directory);
        SlotTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.follow(&directory, &keys);
        connect(&directory, &SlotDirectory::loaded, &watch,
                [&] { watch.start(Revision(directory.revision().value + 1)); });
        directory.load();
        QTRY_COMPARE(count(model.groupIndex(Group::PlainKeys)), 2);
        QTRY_VERIFY(model.slotIndex(Slot(7)).isValid());
        etcd.put("/config/b/d", "3");
        etcd.put(QByteArray("\0\x07\x01\x03", 4), "y");
        QTRY_VERIFY(model.keyIndex("/config/b/d").isValid());
        QTRY_COMPARE(count(model.slotIndex(Slot(7))), 2);
        etcd.remove("/config/a");
        QTRY_VERIFY(!model.keyIndex("/config/a").isValid());
        model.follow(nullptr, nullptr);
        QCOMPARE(count(model.groupIndex(Group::PlainKeys)), 0);
    }

    void ratesAreToldWhileThereAreAny()
    {
        qint64 now = 100;
        LiveRates rates(nullptr, [&now] { return now; });
        Navigator navigator;
        SlotTreeModel *model = navigator.model();
        QAbstractItemModelTester tester(model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model->setSlot(table(1, QStringLiteral("app.Users")));
        model->setSlot(table(2, QStringLiteral("app.Orders")));
        model->followRates(&rates);
        QVERIFY(navigator.view()->isColumnHidden(SlotTreeModel::RateColumn));
        const auto cell = [model](quint16 slot) {
            return model->slotIndex(Slot(slot)).siblingAtColumn(SlotTreeModel::RateColumn);
        };
        EventBatch batch;
        for (int i = 0; i < 12; ++i)
            batch.events.push_back(
                {.kv = {.key = KeyRange::slot(Slot(1)).begin + QByteArray::number(i)}, .prevKv = {}});
        batch.events.push_back({.kv = {.key = KeyRange::slot(Slot(99)).begin}, .prevKv = {}}); // not shown
        rates.take(batch);
        now = 101;
        QTRY_VERIFY(model->hasRates());
        QVERIFY(!navigator.view()->isColumnHidden(SlotTreeModel::RateColumn));
        QCOMPARE(cell(1).data().toString(), QStringLiteral("12/s"));
        QVERIFY(cell(1).data(Qt::ToolTipRole).toString().contains(QStringLiteral("at most 12 in a second")));
        QCOMPARE(cell(1).data(SlotTreeModel::RateHistoryRole).value<std::vector<quint32>>().back(), 12u);
        QCOMPARE(cell(2).data().toString(), QString());
        QVERIFY(!cell(2).data(SlotTreeModel::RateHistoryRole).isValid());
        QCOMPARE(model->slotIndex(Slot(1)).data().toString(), QStringLiteral("Users"));
        // Quiet, but still in the plot; then over.
        now = 110;
        QCOMPARE(cell(1).data().toString(), QString());
        QVERIFY(cell(1).data(SlotTreeModel::RateHistoryRole).isValid());
        now = 500;
        QTRY_VERIFY(navigator.view()->isColumnHidden(SlotTreeModel::RateColumn));
        QVERIFY(!cell(1).data(SlotTreeModel::RateHistoryRole).isValid());
    }

    void ratesAreTextForPeople()
    {
        QCOMPARE(ui::rateText(0), QString());
        QCOMPARE(ui::rateText(0.01), QStringLiteral("0.1/s"));
        QCOMPARE(ui::rateText(0.4), QStringLiteral("0.4/s"));
        QCOMPARE(ui::rateText(9.96), QStringLiteral("10/s"));
        QCOMPARE(ui::rateText(12.4), QStringLiteral("12/s"));
        QCOMPARE(ui::rateText(12'400), QStringLiteral("12k/s"));
        QCOMPARE(ui::rateSummary({0, 3, 2}).left(15), QStringLiteral("at most 3 in a "));
        QVERIFY(ui::rateSummary(std::vector<quint32>(300, 2)).contains(QStringLiteral("5 minutes")));
    }
};

QTEST_MAIN(TestSlotTreeModel)
#include "tst_slottreemodel.moc"
