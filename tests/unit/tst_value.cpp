// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/value.h"

#include <QtTest>

#include <cmath>
#include <limits>

using namespace slotscope::core;

namespace {

Value text(const char *s)
{
    return Value::text(QString::fromUtf8(s));
}
Value digits(const char *s)
{
    return Value::integerFromText(QString::fromLatin1(s)).value();
}

} // namespace

class TestValue : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void integers_data()
    {
        QTest::addColumn<QString>("in");
        QTest::addColumn<QString>("out");
        QTest::newRow("zero") << QStringLiteral("0") << QStringLiteral("0");
        QTest::newRow("minus zero") << QStringLiteral("-000") << QStringLiteral("0");
        QTest::newRow("zeros") << QStringLiteral("-0012") << QStringLiteral("-12");
        QTest::newRow("smallest") << QStringLiteral("-9223372036854775808")
                                  << QStringLiteral("-9223372036854775808");
        QTest::newRow("large") << QStringLiteral("0018446744073709551616")
                               << QStringLiteral("18446744073709551616");
    }
    void integers()
    {
        QFETCH(QString, in);
        QFETCH(QString, out);
        const auto value = Value::integerFromText(in);
        QVERIFY(value);
        QCOMPARE(value->kind(), Value::Kind::Integer);
        QCOMPARE(value->integerText(), out);
    }

    void noIntegers()
    {
        for (const QString &in : {QString(), QStringLiteral("-"), QStringLiteral("+1"), QStringLiteral("1.0"),
                                  QStringLiteral(" 1"), QStringLiteral("0x1"), QStringLiteral("١")})
            QVERIFY2(!Value::integerFromText(in), qPrintable(in));
    }

    void integerWidths()
    {
        const Value unsignedMaximum = Value::unsignedInteger(~quint64(0));
        QVERIFY(!unsignedMaximum.toInt64());
        QCOMPARE(unsignedMaximum.toUInt64(), std::optional(~quint64(0)));
        QCOMPARE(unsignedMaximum, digits("18446744073709551615"));
        QVERIFY(!Value::integer(-1).toUInt64());
        QVERIFY(!digits("18446744073709551616").toUInt64());
        QCOMPARE(digits("18446744073709551616").toDouble(), 18446744073709551616.0);
        QCOMPARE(Value::integer(7).toDouble(), 7.0);
    }

    void wrongKindsAreEmpty()
    {
        const Value value = text("a");
        QVERIFY(!value.toBool());
        QVERIFY(!value.toInt64());
        QCOMPARE(value.toBytes(), QByteArray());
        QVERIFY(value.toUuid().isNull());
        QVERIFY(value.items().empty() && value.members().empty());
        QCOMPARE(value.tagNumber(), quint64(0));
        QVERIFY(!value.find(u"a"));
        QCOMPARE(Value::bytes("a").toText(), QString());
    }

    void equalityIsOfMeaning()
    {
        QCOMPARE(Value::integer(1).withStyle({7, "x"}).withSource({3, 4}), Value::integer(1));
        QVERIFY(!(Value::integer(1) == Value::number(1)));
        QVERIFY(!(Value::number(0.0) == Value::number(-0.0)));
        QCOMPARE(Value::number(std::nan("")), Value::number(-std::nan("7")));
        QVERIFY(!(Value::null() == Value::undefined()));
        QVERIFY(!(Value::array({text("a")}) == Value::tuple({text("a")})));
        QVERIFY(!(Value::array({text("a"), text("b")}) == Value::array({text("b"), text("a")})));
        const Member a {text("a"), Value::integer(1)};
        const Member b {text("b"), Value::integer(2)};
        QCOMPARE(Value::map({a, b}), Value::map({a, b}));
        QVERIFY(!(Value::map({a, b}) == Value::map({b, a})));
        QVERIFY(!(Value::tag(1, a.value) == Value::tag(2, a.value)));
        QVERIFY(!(Value::opaque(QStringLiteral("x"), {a}) == Value::opaque(QStringLiteral("y"), {a})));
        QVERIFY(!(digits("-18446744073709551616") == digits("18446744073709551616")));
        QVERIFY(!(Value::simple(1) == Value::simple(2)));
    }

    void setsAreEqualInAnyOrder()
    {
        const Value inner = Value::set({text("x"), text("y")});
        const Value turned = Value::set({text("y"), text("x")});
        QCOMPARE(Value::set({Value::integer(1), inner, digits("99999999999999999999")}),
                 Value::set({digits("99999999999999999999"), turned, Value::integer(1)}));
        QVERIFY(!(Value::set({text("x"), text("x"), text("y")})
                  == Value::set({text("x"), text("y"), text("y")})));
        QVERIFY(!(Value::set({text("x")}) == inner));
    }

    void styleAndSourceMakeANewNode()
    {
        const Value plain = text("a");
        const Value styled = plain.withStyle({5, "'a'"});
        QVERIFY(plain.style() == Value::Style());
        QCOMPARE(styled.style().spelling, QByteArray("'a'"));
        QCOMPARE(plain.source().offset, -1);
        QCOMPARE(styled.withSource({2, 3}).style().flags, quint32(5));
        QCOMPARE(styled.withSource({2, 3}).source().length, 3);
        // A copy that nobody else holds is changed in place, the shared node never.
        QVERIFY(Value(styled).withStyle({}).style() == Value::Style());
        QCOMPARE(styled.style().flags, quint32(5));
        QVERIFY(Value().withStyle({1, {}}).isNull());
    }

    void members()
    {
        const Value map = Value::map(
            {{Value::integer(1), text("no")}, {text("k"), text("first")}, {text("k"), text("second")}});
        QCOMPARE(map.find(u"k")->toText(), QStringLiteral("first"));
        QVERIFY(!map.find(u"x"));
        QVERIFY(map.isContainer() && Value::tag(1, map).isContainer() && !text("a").isContainer());
    }
};

QTEST_GUILESS_MAIN(TestValue)
#include "tst_value.moc"
