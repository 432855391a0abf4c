// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatschema.h"
#include "core/value/recordstyle.h"
#include "tests/support/inspectorhost.h"
#include "tests/support/testpaths.h"

#include <QComboBox>

using namespace slotscope::core;
using namespace slotscope::test;
using namespace slotscope::ui;

namespace {

QString dataPath(const char *name)
{
    return dataFile(QStringLiteral("flatbuffers/") + QLatin1String(name));
}

SlotType warehouse()
{
    SlotType type;
    type.value = ValueType::FlatBuffers;
    if (const auto schema = FlatSchema::load(dataPath("inventory.fbs")))
        type.flatBuffers.schema = *schema;
    return type;
}

QByteArray buffer(const char *name)
{
    QFile file(dataPath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// The tree of a FlatBuffers value, with its schema at hand.
class TestInspectorFlat : public QObject
{
    Q_OBJECT

    // What is stored at a path now.
    static Value at(const InspectorHost &host, const char *path)
    {
        const auto root = host.codec().decodeValue(host.value());
        const Value *node = root ? ValuePath::parse(QLatin1String(path))->find(*root) : nullptr;
        return node ? *node : Value::undefined();
    }

private Q_SLOTS:
    void offersTheNamesOfAnEnum()
    {
        InspectorHost host(warehouse());
        QVERIFY(host.activate());
        host.show(buffer("inventory-full.bin"), 5);
        QVERIFY(host.inspector.treeModel()->isEditable());
        host.select("items[0].zone", ValueTreeModel::ValueColumn);
        host.press(Qt::Key_F2);
        auto *box = host.view()->viewport()->findChild<QComboBox *>();
        QVERIFY(box);
        QCOMPARE(box->currentText(), QStringLiteral("Yard"));
        QStringList names;
        for (int i = 0; i < box->count(); ++i)
            names << box->itemText(i);
        QCOMPARE(names,
                 (QStringList {QStringLiteral("Yard"), QStringLiteral("Unknown"), QStringLiteral("Hall"),
                               QStringLiteral("Cellar")}));
        box->setCurrentIndex(static_cast<int>(names.indexOf(QStringLiteral("Hall"))));
        QTest::keyClick(box, Qt::Key_Return);
        QTRY_COMPARE(host.edits, 1);
        QCOMPARE(at(host, "items[0].zone").toInt64(), std::optional<qint64>(1));
        QCOMPARE(host.index("items[0].zone", ValueTreeModel::ValueColumn).data(Qt::EditRole).toString(),
                 QStringLiteral("Hall"));
        // A name that the enum does not have is refused.
        host.inspector.treeModel()->setData(host.index("items[0].zone", ValueTreeModel::ValueColumn),
                                            QStringLiteral("Attic"));
        QCOMPARE(host.edits, 1);
        QVERIFY(host.inspector.editBanner()->message().contains(QStringLiteral("Attic")));
    }

    void storesAndForgetsFields()
    {
        InspectorHost host(warehouse());
        QVERIFY(host.activate());
        host.show(buffer("inventory-full.bin"), 5);
        QVERIFY(isAbsent(at(host, "items[1].supplier")));
        host.select("items[1].supplier");
        QAction *store = host.menuAction(QStringLiteral("Store the field"));
        QVERIFY(store && store->isEnabled());
        QVERIFY(!host.menuAction(QStringLiteral("Make absent"))->isEnabled());
        store->trigger();
        QCOMPARE(host.edits, 1);
        QVERIFY(!isAbsent(at(host, "items[1].supplier")));
        // Its name is required.
        QCOMPARE(at(host, "items[1].supplier.name"), Value::text({}));
        host.select("items[1].supplier.name");
        QVERIFY(!host.menuAction(QStringLiteral("Make absent"))->isEnabled());
        QVERIFY(!host.menuAction(QStringLiteral("Rename"))->isEnabled());

        // A default that is stored is another thing than one that is not.
        host.select("items[1].zone");
        host.menuAction(QStringLiteral("Store the field"))->trigger();
        QCOMPARE(host.edits, 2);
        QVERIFY(!isAbsent(at(host, "items[1].zone")));
        QCOMPARE(at(host, "items[1].zone").toInt64(), std::optional<qint64>(2));

        host.select("items[1].supplier");
        QAction *forget = host.menuAction(QStringLiteral("Make absent"));
        QVERIFY(forget && forget->isEnabled());
        forget->trigger();
        QCOMPARE(host.edits, 3);
        QVERIFY(isAbsent(at(host, "items[1].supplier")));
        QVERIFY(!isAbsent(at(host, "items[1].zone")));

        // An absent text is set by typing it.
        host.inspector.treeModel()->setData(
            host.index("items[2].supplier.country", ValueTreeModel::ValueColumn), QStringLiteral("AT"));
        QCOMPARE(at(host, "items[2].supplier.country"), Value::text(QStringLiteral("AT")));
        QCOMPARE(host.edits, 4);
    }

    void addsItems()
    {
        InspectorHost host(warehouse());
        QVERIFY(host.activate());
        host.show(buffer("inventory-full.bin"), 5);
        const Value before = host.codec().decodeValue(host.value()).value();

        // Tables, structs and scalars, each as the schema has them.
        host.select("items");
        QCOMPARE(host.menuTitles(QStringLiteral("Add inside")), QStringList {QStringLiteral("map")});
        host.menuAction(QStringLiteral("Add inside/map"))->trigger();
        QCOMPARE(at(host, "items").items().size(), size_t(4));
        QVERIFY(isAbsent(at(host, "items[3].supplier")));

        host.select("items[0].corners[1]");
        host.menuAction(QStringLiteral("Insert behind/map"))->trigger();
        QCOMPARE(at(host, "items[0].corners").items().size(), size_t(3));
        QCOMPARE(at(host, "items[0].corners[2].x").toDouble(), 0.0);

        host.select("items[0].tags[0]");
        host.inspector.tree()->insertLikeCurrent();
        QCOMPARE(at(host, "items[0].tags[1]"), Value::text({}));
        QCOMPARE(at(host, "items[0].tags").items().size(), size_t(4));

        // Tables take no fields but those of the schema.
        host.select("items[0]");
        QVERIFY(!host.menuAction(QStringLiteral("Add inside"))->isEnabled());
        QCOMPARE(host.edits, 3);
        QCOMPARE(at(host, "counters"), *before.find(u"counters"));
        QCOMPARE(at(host, "items[1]"), before.find(u"items")->items()[1]);
    }
};

QTEST_MAIN(TestInspectorFlat)
#include "tst_inspectorflat.moc"
