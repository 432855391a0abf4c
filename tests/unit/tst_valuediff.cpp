// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "core/value/valuediff.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

Value value(const char *notation)
{
    return fromNotation(notation).value();
}

QString side(const std::optional<Value> &value)
{
    return value ? QString::fromUtf8(toNotation(*value)) : QStringLiteral("-");
}

QString told(const ValueDifferences &found)
{
    QStringList lines;
    for (const ValueDifference &difference : found.list)
        lines << QStringLiteral("%1: %2 > %3")
                     .arg(difference.path.toString(), side(difference.before), side(difference.after));
    return lines.join(QStringLiteral("; "));
}

} // namespace

class TestValueDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void differences_data()
    {
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("told");
        const auto row = [](const char *name, const char *before, const char *after, const char *text) {
            QTest::newRow(name) << QString::fromUtf8(before) << QString::fromUtf8(after)
                                << QString::fromUtf8(text);
        };
        row("equal", R"({"a":[1,{"b":2}]})", R"({"a":[1,{"b":2}]})", "");
        row("only the order of members", R"({"a":1,"b":2})", R"({"b":2,"a":1})", "");
        row("deep", R"({"a":{"b":{"c":1,"d":2}}})", R"({"a":{"b":{"c":1,"d":3}}})", "a.b.d: 2 > 3");
        row("added and removed", R"({"a":1,"b":2})", R"({"b":2,"c":3})", "c: - > 3; a: 1 > -");
        row("another kind", R"({"a":1})", R"({"a":[1]})", "a: 1 > [1]");
        row("the root", "1", "2", ": 1 > 2");
        row("set item", "[1,2,3]", "[1,5,3]", "[1]: 2 > 5");
        row("item in front", "[1,2,3]", "[0,1,2,3]", "[0]: - > 0");
        row("item out of the middle", "[1,2,3,4]", "[1,4]", "[1]: 2 > -; [2]: 3 > -");
        row("the same items repeated", "[1,1]", "[1,1,1]", "[2]: - > 1");
        row("into an item", R"([{"a":1,"b":2}])", R"([{"a":1,"b":3}])", "[0].b: 2 > 3");
        row("set", R"({"set":[1,2]})", R"({"set":[3,2]})", "[0]: - > 3; [0]: 1 > -");
        row("tag", R"({"tag":9,"value":{"a":1}})", R"({"tag":9,"value":{"a":2}})", "[0].a: 1 > 2");
        row("another tag", R"({"tag":9,"value":1})", R"({"tag":8,"value":1})",
            R"(: {"tag":9,"value":1} > {"tag":8,"value":1})");
        row("repeated keys", R"({"map":[["a",1],["a",2]]})", R"({"map":[["a",1],["a",3]]})", "a#2: 2 > 3");
    }
    void differences()
    {
        QFETCH(QString, before);
        QFETCH(QString, after);
        const auto found = differencesOf(value(before.toUtf8().constData()),
                                         value(after.toUtf8().constData()), DiffDepth::Everything, 100);
        QTEST(told(found), "told");
        QCOMPARE(found.count, found.list.size());
        // What is told leads from the one to the other.
        for (const ValueDifference &difference : found.list) {
            const Value old = value(before.toUtf8().constData());
            const Value now = value(after.toUtf8().constData());
            if (difference.after)
                QVERIFY(*difference.path.find(now) == *difference.after);
            else
                QVERIFY(*difference.path.find(old) == *difference.before);
        }
    }

    void countsWhatItDoesNotList()
    {
        const auto found = differencesOf(value("[1,2,3,4]"), value("[5,6,7,8]"), DiffDepth::Everything, 2);
        QCOMPARE(found.count, size_t(4));
        QCOMPARE(told(found), QStringLiteral("[0]: 1 > 5; [1]: 2 > 6"));
    }

    void listsAsAWhole()
    {
        const auto found = differencesOf(value(R"({"a":[1,2],"b":{"c":1}})"),
                                         value(R"({"a":[1,3],"b":{"c":2}})"), DiffDepth::Maps, 9);
        QCOMPARE(told(found), QStringLiteral("a: [1,2] > [1,3]; b.c: 1 > 2"));
    }

    void parts()
    {
        QCOMPARE(told(partsOf(value(R"({"a":1,"b":{"c":2}})"), true, 9)),
                 QStringLiteral(R"(a: - > 1; b: - > {"map":[["c",2]]})"));
        QCOMPARE(told(partsOf(value(R"({"a":1,"b":2})"), false, 1)), QStringLiteral("a: 1 > -"));
        QCOMPARE(partsOf(value(R"({"a":1,"b":2})"), false, 1).count, size_t(2));
        QCOMPARE(told(partsOf(value("{}"), true, 9)), QStringLiteral(R"(: - > {"map":[]})"));
        QCOMPARE(told(partsOf(value("[1]"), false, 9)), QStringLiteral(": [1] > -"));
    }
};

QTEST_GUILESS_MAIN(TestValueDiff)
#include "tst_valuediff.moc"
