// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/notation.h"
#include "core/value/valuepath.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

Value value(const char *notation)
{
    return fromNotation(notation).value();
}
ValuePath path(const QString &text)
{
    return ValuePath::parse(text).value();
}
ValuePath path(const char *text)
{
    return path(QString::fromUtf8(text));
}

} // namespace

class TestValuePath : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void texts_data()
    {
        QTest::addColumn<ValuePath>("steps");
        QTest::addColumn<QString>("text");
        const auto field = [](const char *name) { return PathStep::field(QString::fromUtf8(name)); };
        QTest::newRow("root") << ValuePath() << QString();
        QTest::newRow("nested") << ValuePath({field("birthday"), field("year")})
                                << QStringLiteral("birthday.year");
        QTest::newRow("item") << ValuePath({field("tags"), PathStep::item(0)}) << QStringLiteral("tags[0]");
        QTest::newRow("first item") << ValuePath({PathStep::item(7), field("a")}) << QStringLiteral("[7].a");
        QTest::newRow("integer key") << ValuePath({PathStep::member(Value::integer(-3))})
                                     << QStringLiteral("[{-3}]");
        QTest::newRow("large integer key")
            << ValuePath({PathStep::member(*Value::integerFromText(u"-9007199254740993"))})
            << QStringLiteral("[{-9007199254740993}]");
        QTest::newRow("dots") << ValuePath({field("a.b"), field("c[0]")})
                              << QStringLiteral("\"a.b\".\"c[0]\"");
        QTest::newRow("quotes") << ValuePath({field("a\"\\")}) << QStringLiteral("\"a\\\"\\\\\"");
        QTest::newRow("empty name") << ValuePath({field(""), field("x")}) << QStringLiteral("\"\".x");
        QTest::newRow("blanks") << ValuePath({field("first name")}) << QStringLiteral("first name");
        QTest::newRow("second") << ValuePath(
            {PathStep::member(Value::text(QStringLiteral("a")), 1), PathStep::item(0)})
                                << QStringLiteral("a#2[0]");
    }
    void texts()
    {
        QFETCH(ValuePath, steps);
        QFETCH(QString, text);
        QCOMPARE(steps.toString(), text);
        const auto parsed = ValuePath::parse(text);
        QVERIFY2(parsed, qPrintable(parsed ? QString() : parsed.error()));
        QVERIFY(*parsed == steps);
    }

    void wrongTexts()
    {
        for (const char *text : {"a..b", "a[", "a[x]", "a[-1]", "\"a", "a]", ".a", "a.", "[{x}]", "a\"b"})
            QVERIFY2(!ValuePath::parse(QString::fromLatin1(text)), text);
        QCOMPARE(ValuePath::parse(QStringLiteral("ab[x]")).error(),
                 QStringLiteral("not the number of an item in the brackets at character 3 of the path"));
    }

    void find()
    {
        const Value root =
            value(R"({"map":[["a",[1,{"map":[[7,"seven"]]}]],["a",2],["t",{"tag":9,"value":"x"}]]})");
        QCOMPARE(*path("a[0]").find(root), Value::integer(1));
        QCOMPARE(path("a[1][{7}]").find(root)->toText(), QStringLiteral("seven"));
        QCOMPARE(*path("a#2").find(root), Value::integer(2));
        QCOMPARE(path("t[0]").find(root)->toText(), QStringLiteral("x"));
        QCOMPARE(*ValuePath().find(root), root);
        for (const char *nowhere : {"b", "a[2]", "a#3", "a.x", "t[1]", "a[0][0]"})
            QVERIFY2(!path(nowhere).find(root), nowhere);
        QVERIFY(!ValuePath({PathStep::item(-1)}).find(root));
    }

    void parents()
    {
        QCOMPARE(path("a.b[1]").parent().toString(), QStringLiteral("a.b"));
        QVERIFY(path("a").parent().isEmpty());
        QVERIFY(ValuePath().parent().isEmpty());
        QCOMPARE(path("a").child(PathStep::item(2)).toString(), QStringLiteral("a[2]"));
    }

    void replacing()
    {
        const Value root =
            value(R"({"map":[["a",[1,2]],["b",{"tuple":[1]}],["t",{"tag":9,"value":{"set":[1]}}]]})");
        const auto at = [&](const char *where) {
            return toNotation(*replaced(root, path(where), Value::integer(5)));
        };
        QCOMPARE(
            at("a[1]"),
            QByteArray(R"({"map":[["a",[1,5]],["b",{"tuple":[1]}],["t",{"tag":9,"value":{"set":[1]}}]]})"));
        QCOMPARE(
            at("b[0]"),
            QByteArray(R"({"map":[["a",[1,2]],["b",{"tuple":[5]}],["t",{"tag":9,"value":{"set":[1]}}]]})"));
        QCOMPARE(
            at("t[0][0]"),
            QByteArray(R"({"map":[["a",[1,2]],["b",{"tuple":[1]}],["t",{"tag":9,"value":{"set":[5]}}]]})"));
        QCOMPARE(
            at("n"),
            QByteArray(
                R"({"map":[["a",[1,2]],["b",{"tuple":[1]}],["t",{"tag":9,"value":{"set":[1]}}],["n",5]]})"));
        QCOMPARE(*replaced(root, {}, Value()), Value());
        QCOMPARE(replaced(root, path("x.y"), Value()).error(), QStringLiteral("there is nothing at x"));
        QCOMPARE(replaced(root, path("a[2]"), Value()).error(), QStringLiteral("there is nothing at a[2]"));
        QVERIFY(!replaced(root, path("a.x"), Value()));
    }

    void stylesStay()
    {
        const Value styled = Value::map({{Value::text(QStringLiteral("a")),
                                          Value::array({Value::integer(1)}).withStyle({1, "y"})}})
                                 .withStyle({9, "x"});
        const auto changed = replaced(styled, path("a[0]"), Value::integer(2));
        QCOMPARE(changed->style().flags, quint32(9));
        QCOMPARE(path("a").find(*changed)->style().spelling, QByteArray("y"));
        QCOMPARE(changed->source().offset, -1);
    }

    void removing()
    {
        const Value root = value(R"({"map":[["a",[1,2]],["a",3],["t",{"tag":9,"value":1}]]})");
        QCOMPARE(toNotation(*removed(root, path("a#2"))),
                 QByteArray(R"({"map":[["a",[1,2]],["t",{"tag":9,"value":1}]]})"));
        QCOMPARE(toNotation(*removed(root, path("a[0]"))),
                 QByteArray(R"({"map":[["a",[2]],["a",3],["t",{"tag":9,"value":1}]]})"));
        QVERIFY(!removed(root, {}));
        QVERIFY(!removed(root, path("t[0]")));
        QVERIFY(!removed(root, path("x")));
    }
};

QTEST_GUILESS_MAIN(TestValuePath)
#include "tst_valuepath.moc"
