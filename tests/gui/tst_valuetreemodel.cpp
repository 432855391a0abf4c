// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "tests/support/timing.h"
#include "ui/models/valuetreemodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QTreeView>
#include <QtTest>

using namespace slotscope::core;
using slotscope::test::fastestOf;
using slotscope::ui::ValueTreeModel;

namespace {

Value parsed(const QByteArray &notation)
{
    const auto value = fromNotation(notation);
    if (!value)
        qFatal("bad notation in a test: %s", notation.constData());
    return *value;
}

QString text(const ValueTreeModel &model, const ValuePath &path, int column = ValueTreeModel::ValueColumn)
{
    return model.indexOf(path, column).data().toString();
}

// The rows as the view would show them, all of them expanded.
QStringList dump(const QAbstractItemModel &model, const QModelIndex &parent = {}, const QString &indent = {})
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        lines << indent + index.data().toString() + QLatin1Char('=')
                + index.siblingAtColumn(ValueTreeModel::ValueColumn).data().toString();
        lines << dump(model, index, indent + QLatin1Char(' '));
    }
    return lines;
}

Value randomValue(QRandomGenerator &random, int depth)
{
    switch (random.bounded(depth > 2 ? 2 : 4)) {
    case 0:
        return Value::integer(random.bounded(3));
    case 1:
        return Value::text(QString::number(random.bounded(3)));
    case 2: {
        ValueList items;
        for (int i = random.bounded(4); i > 0; --i)
            items.push_back(randomValue(random, depth + 1));
        return Value::array(items);
    }
    default: {
        MemberList members;
        for (int i = random.bounded(6); i > 0; --i) {
            // Few different keys, so that some come twice and many move.
            members.push_back(
                {Value::text(QString(QChar('a' + random.bounded(5)))), randomValue(random, depth + 1)});
        }
        return Value::map(members);
    }
    }
}

} // namespace

class TestValueTreeModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void showsNamesValuesAndTypes()
    {
        ValueTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setValue(
            parsed(R"({"name":"Ann","tags":["a","b"],"born":{"year":2000},"none":null,"empty":""})"));
        QCOMPARE(dump(model),
                 QStringList({QStringLiteral("name=Ann"), QStringLiteral("tags=[a, b]"),
                              QStringLiteral(" [0]=a"), QStringLiteral(" [1]=b"),
                              QStringLiteral("born={year: 2000}"), QStringLiteral(" year=2000"),
                              QStringLiteral("none=null"), QStringLiteral("empty=\"\"")}));
        QCOMPARE(text(model, ValuePath::fields({QStringLiteral("tags")}), ValueTreeModel::TypeColumn),
                 QStringLiteral("array · 2"));
        const QModelIndex year =
            model.indexOf(ValuePath::fields({QStringLiteral("born"), QStringLiteral("year")}));
        QCOMPARE(model.path(year).toString(), QStringLiteral("born.year"));
        QCOMPARE(model.valueAt(year), Value::integer(2000));
    }

    void typesOfWhatHasNoKind_data()
    {
        QTest::addColumn<QByteArray>("notation");
        QTest::addColumn<QString>("type");
        const auto row = [](const char *notation, const char *type) {
            QTest::newRow(notation) << QByteArray(notation) << QString::fromLatin1(type);
        };
        row("{\"datetime\": \"2020-01-31T12:00:00\"}", "date and time");
        row("{\"datetime\": \"2020-01-31T12:00:00\", \"tzinfo\": \"Europe/Berlin\"}", "date and time");
        row("{\"timedelta\": \"1 day, 2:03:04\"}", "time span");
        row("{\"call\": \"http.HTTPStatus\", \"args\": [200]}", "http.HTTPStatus");
        row("{\"persistent_id\": 7}", "opaque");
    }

    void typesOfWhatHasNoKind()
    {
        QFETCH(const QByteArray, notation);
        ValueTreeModel model;
        model.setValue(Value::map({{Value::text(QStringLiteral("it")), parsed(notation)}}));
        QTEST(text(model, ValuePath::fields({QStringLiteral("it")}), ValueTreeModel::TypeColumn), "type");
    }

    void showsAScalarAsOneRow()
    {
        ValueTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setValue(Value::integer(7));
        QCOMPARE(dump(model), QStringList({QStringLiteral("value=7")}));
        QVERIFY(model.path(model.index(0, 0)).isEmpty());
        model.setValue(Value::integer(8));
        QCOMPARE(dump(model), QStringList({QStringLiteral("value=8")}));
        model.setValue(parsed(R"([1])"));
        QCOMPARE(dump(model), QStringList({QStringLiteral("[0]=1")}));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void keepsSamePathsExpanded()
    {
        ValueTreeModel model;
        QTreeView view;
        view.setModel(&model);
        model.setValue(parsed(R"({"a":{"x":1},"b":[1,2],"c":{"y":{"z":1}}})"));
        const ValuePath c = ValuePath::fields({QStringLiteral("c")});
        const ValuePath y = ValuePath::fields({QStringLiteral("c"), QStringLiteral("y")});
        view.expand(model.indexOf(c));
        view.expand(model.indexOf(y));
        view.setCurrentIndex(model.indexOf(y));
        // c comes first now, b is gone, something new stands between.
        model.setValue(parsed(R"({"c":{"n":0,"y":{"z":2}},"new":1,"a":{"x":1}})"));
        QVERIFY(view.isExpanded(model.indexOf(c)));
        QVERIFY(view.isExpanded(model.indexOf(y)));
        QVERIFY(!view.isExpanded(model.indexOf(ValuePath::fields({QStringLiteral("a")}))));
        QCOMPARE(model.path(view.currentIndex()), y);
        QCOMPARE(text(model, y.child(PathStep::field(QStringLiteral("z")))), QStringLiteral("2"));
    }

    void becomesWhatItIsGiven()
    {
        QRandomGenerator random(4711);
        ValueTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (int round = 0; round < 300; ++round) {
            const Value value = randomValue(random, 0);
            model.setValue(value);
            ValueTreeModel fresh;
            fresh.setValue(value);
            QCOMPARE(dump(model), dump(fresh));
        }
    }

    void asksForEdits()
    {
        ValueTreeModel model;
        QSignalSpy requested(&model, &ValueTreeModel::editRequested);
        QSignalSpy refused(&model, &ValueTreeModel::editRefused);
        const Value before = parsed(R"({"age":3,"ok":true,"deep":{"tags":["a"]}})");
        model.setValue(before);
        const QModelIndex age =
            model.indexOf(ValuePath::fields({QStringLiteral("age")}), ValueTreeModel::ValueColumn);
        QVERIFY(!age.flags().testFlag(Qt::ItemIsEditable));
        QVERIFY(!model.setData(age, QStringLiteral("4")));
        model.setEditable(true);
        QVERIFY(age.flags().testFlag(Qt::ItemIsEditable));

        QVERIFY(!model.setData(age, QStringLiteral("four")));
        QCOMPARE(refused.count(), 1);
        QVERIFY(!refused.first().first().toString().isEmpty());
        QVERIFY(model.setData(age, QStringLiteral("3")));
        QCOMPARE(requested.count(), 0); // nothing would change

        QVERIFY(model.setData(age, QStringLiteral("4")));
        QCOMPARE(requested.count(), 1);
        QCOMPARE(requested.at(0).at(1).value<Value>(),
                 parsed(R"({"age":4,"ok":true,"deep":{"tags":["a"]}})"));
        QCOMPARE(model.value(), before); // the model itself changes nothing

        const ValuePath tag =
            ValuePath::fields({QStringLiteral("deep"), QStringLiteral("tags")}).child(PathStep::item(0));
        QVERIFY(model.setData(model.indexOf(tag, ValueTreeModel::ValueColumn), QStringLiteral("b")));
        QCOMPARE(requested.at(1).at(1).value<Value>(),
                 parsed(R"({"age":3,"ok":true,"deep":{"tags":["b"]}})"));

        const QModelIndex ok =
            model.indexOf(ValuePath::fields({QStringLiteral("ok")}), ValueTreeModel::ValueColumn);
        QCOMPARE(ok.data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
        QVERIFY(model.setData(ok, Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(requested.at(2).at(1).value<Value>(),
                 parsed(R"({"age":3,"ok":false,"deep":{"tags":["a"]}})"));
    }

    // {1: "a"} in a byte string, and two numbers in another.
    void bytesInATagAreShownAsWhatTheyAre()
    {
        ValueTreeModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setEditable(true);
        model.setValue(parsed(R"({"inner":{"tag":24,"value":{"hex":"a1016161"}},
                                  "numbers":{"tag":69,"value":{"hex":"01000002"}}})"));
        QCOMPARE(dump(model),
                 QStringList({QStringLiteral("inner=24(a1016161)"), QStringLiteral(" content=a1016161"),
                              QStringLiteral("  embedded CBOR={1: a}"), QStringLiteral("   1=a"),
                              QStringLiteral("numbers=[1, 512]"), QStringLiteral(" content=01000002"),
                              QStringLiteral("  array of uint16=[1, 512]"), QStringLiteral("   [0]=1"),
                              QStringLiteral("   [1]=512")}));
        const QModelIndex content =
            model.indexOf(ValuePath::fields({QStringLiteral("inner")}).child(PathStep::item(0)));
        const QModelIndex embedded = model.index(0, 0, content);
        const QModelIndex inside = model.index(0, ValueTreeModel::ValueColumn, embedded);
        QVERIFY(!model.isFixed(content));
        QVERIFY(model.isFixed(embedded) && model.isFixed(inside));
        QCOMPARE(model.path(inside), model.path(content));
        QVERIFY(!model.flags(inside).testFlag(Qt::ItemIsEditable));
        QVERIFY(!model.setData(inside, QStringLiteral("b")));
        QVERIFY(!model.hasOwnName(inside));
        QCOMPARE(model.valueAt(inside).source().offset, qint64(-1));
        QVERIFY(
            model.flags(content.siblingAtColumn(ValueTreeModel::ValueColumn)).testFlag(Qt::ItemIsEditable));

        // Other bytes, and such that are no CBOR.
        model.setValue(parsed(R"({"inner":{"tag":24,"value":{"hex":"820102"}}})"));
        QCOMPARE(dump(model),
                 QStringList({QStringLiteral("inner=24(820102)"), QStringLiteral(" content=820102"),
                              QStringLiteral("  embedded CBOR=[1, 2]"), QStringLiteral("   [0]=1"),
                              QStringLiteral("   [1]=2")}));
        model.setValue(parsed(R"({"inner":{"tag":24,"value":{"hex":"8201"}}})"));
        QCOMPARE(dump(model),
                 QStringList({QStringLiteral("inner=24(8201)"), QStringLiteral(" content=8201")}));
        model.setValue(parsed(R"({"tag":24,"value":{"hex":"01"}})"));
        QCOMPARE(dump(model),
                 QStringList({QStringLiteral("content=01"), QStringLiteral(" embedded CBOR=1")}));
    }

    void objectsOfProgramsAreOnlyShown()
    {
        ValueTreeModel model;
        model.setEditable(true);
        model.setValue(parsed(R"({"n":1,"o":{"call":"acme.Point","via":"NEWOBJ","args":[],"state":{"x":1}},
                                  "c":{"complex":[1.0,2.0]}})"));
        const auto isFixed = [&model](const char *path) {
            return model.isFixed(
                model.indexOf(*ValuePath::parse(QString::fromLatin1(path)), ValueTreeModel::ValueColumn));
        };
        QVERIFY(!isFixed("n"));
        QVERIFY(!isFixed("o"));
        QVERIFY(isFixed("o.state"));
        QVERIFY(isFixed("o.state.x"));
        QVERIFY(!isFixed("c.complex"));
    }

    void makesChildrenOnlyWhenLookedAt()
    {
        const ValueList items(200'000, Value::integer(1));
        const Value value = Value::map({{Value::text(QStringLiteral("many")), Value::array(items)}});
        const auto lookAt = [&value](int step) {
            ValueTreeModel model;
            model.setValue(value);
            const QModelIndex many = model.index(0, 0);
            QCOMPARE(model.rowCount(many), 200'000);
            for (int row = 199'999; row >= 0; row -= step)
                QCOMPARE(model.index(row, ValueTreeModel::ValueColumn, many).data().toString(),
                         QStringLiteral("1"));
        };
        const qint64 few = fastestOf([&] { lookAt(100'000); });
        const qint64 all = fastestOf([&] { lookAt(1); });
        QVERIFY2(4 * few < all, qPrintable(QStringLiteral("%1 ns, %2 ns").arg(few).arg(all)));
    }
};

QTEST_MAIN(TestValueTreeModel)
#include "tst_valuetreemodel.moc"
