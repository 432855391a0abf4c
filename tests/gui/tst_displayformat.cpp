// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/columntext.h"
#include "ui/models/displayformat.h"

#include <QtTest>

using namespace slotscope::core;
using namespace slotscope::ui;
using Form = DisplayFormat::Form;
using Unit = DisplayFormat::Unit;

Q_DECLARE_METATYPE(slotscope::core::Value)

class TestDisplayFormat : public QObject
{
    Q_OBJECT

    static QString shown(const Value &value, const char *format, int limit = 200)
    {
        const QDateTime now = QDateTime::fromString(QStringLiteral("2020-06-01T12:00:00Z"), Qt::ISODate);
        return formattedText(value, DisplayFormat::fromName(QLatin1String(format)), limit, now)
            .value_or(QStringLiteral("(as usual)"));
    }

private Q_SLOTS:
    void initTestCase()
    {
        // Offsets that change with the season and are no whole hours.
        qputenv("TZ", "Asia/Kathmandu");
        tzset();
    }

    void values_data()
    {
        QTest::addColumn<Value>("value");
        QTest::addColumn<QByteArray>("format");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const Value &value, const char *format, const char *text) {
            QTest::newRow(name) << value << QByteArray(format) << QString::fromUtf8(text);
        };
        const Value uuid = Value::uuid(QUuid(QStringLiteral("148494fe-2a76-4e45-9f66-949aee494daa")));
        row("short uuid", uuid, "short", "148494fe…");
        row("a text is no uuid", Value::text(QStringLiteral("148494fe")), "short", "(as usual)");
        const Value bytes = Value::bytes(QByteArray::fromHex("fb00ffee"));
        row("base64", bytes, "base64", "+wD/7g==");
        row("address", bytes, "0x", "0xfb00ffee");
        row("hex", Value::integer(255), "hex", "0xff");
        row("negative hex", Value::integer(-16), "hex", "-0x10");
        row("least", Value::integer(std::numeric_limits<qint64>::min()), "hex", "-0x8000000000000000");
        row("greatest", Value::unsignedInteger(std::numeric_limits<quint64>::max()), "hex",
            "0xffffffffffffffff");
        row("too large", *Value::integerFromText(u"18446744073709551616"), "hex", "(as usual)");
        const qint64 moment = 1577836800'123000000; // 2020-01-01
        row("utc", Value::timestamp(moment), "utc", "2020-01-01T00:00:00.123Z");
        row("local", Value::timestamp(moment), "local", "2020-01-01T05:45:00.123+05:45");
        row("before 1970", Value::timestamp(-500000000), "local", "1970-01-01T05:29:59.500+05:30");
        row("seconds", Value::integer(1577836800), "seconds-utc", "2020-01-01T00:00:00Z");
        row("seconds, local", Value::integer(1577836800), "seconds-local", "2020-01-01T05:45:00+05:45");
        row("float seconds", Value::number(1577836800.5), "seconds-utc", "2020-01-01T00:00:00.500Z");
        row("milliseconds", Value::integer(1577836800123), "milliseconds-utc", "2020-01-01T00:00:00.123Z");
        row("microseconds", Value::integer(1577836800123000), "microseconds-utc", "2020-01-01T00:00:00.123Z");
        row("nanoseconds", Value::integer(moment), "nanoseconds-utc", "2020-01-01T00:00:00.123Z");
        row("beyond time", Value::integer(std::numeric_limits<qint64>::max()), "seconds-utc", "(as usual)");
        row("no number", Value::number(std::nan("")), "seconds-utc", "(as usual)");
        row("a number without a unit", Value::integer(1577836800), "utc", "(as usual)");
        row("text", Value::text(QStringLiteral("2020-01-01T01:00:00+01:00")), "utc", "2020-01-01T00:00:00Z");
        row("text without an offset", Value::text(QStringLiteral("2020-01-01T01:00:00")), "local",
            "(as usual)");
        row("a tag with an offset", Value::tag(0, Value::text(QStringLiteral("2020-01-01T01:00:00+01:00"))),
            "local", "2020-01-01T05:45:00+05:45");
        row("months ago", Value::timestamp(moment), "relative", "5 months ago");
        row("nearly two hours", Value::integer(1591012800 - 7199), "seconds-relative", "119 minutes ago");
        row("to come", Value::integer(1591012800 + 3 * 86400), "seconds-relative", "in 3 days");
        row("now", Value::integer(1591012800 - 3), "seconds-relative", "now");
        row("null", Value::null(), "relative", "(as usual)");
        row("usual", Value::integer(1), "", "(as usual)");
        row("of a newer program", Value::integer(1), "roman", "(as usual)");
    }
    void values()
    {
        QFETCH(const Value, value);
        QFETCH(const QByteArray, format);
        QTEST(shown(value, format.constData()), "text");
    }

    void namesComeBack()
    {
        Column column;
        column.kinds = ~0U;
        const std::vector<DisplayFormat> formats = formatsFor(column);
        QSet<QString> names;
        QSet<QString> titles;
        for (const DisplayFormat format : formats) {
            QCOMPARE(DisplayFormat::fromName(format.name()), format);
            names.insert(format.name());
            titles.insert(format.title());
        }
        QCOMPARE(size_t(names.size()), formats.size());
        QCOMPARE(size_t(titles.size()), formats.size());
        QVERIFY(formats.front().isUsual());
        QCOMPARE(DisplayFormat::fromName(QStringLiteral("seconds-hex")), DisplayFormat());
    }

    void onlyWhatFitsIsOffered()
    {
        Column column;
        column.kinds = Column::kindBit(Value::Kind::Bool);
        QCOMPARE(formatsFor(column).size(), size_t(1));
        column.kinds = Column::kindBit(Value::Kind::Uuid);
        QCOMPARE(formatsFor(column), std::vector<DisplayFormat>({{}, {Form::ShortUuid}}));
        column.kinds = Column::kindBit(Value::Kind::Timestamp);
        QCOMPARE(formatsFor(column),
                 std::vector<DisplayFormat>({{}, {Form::Utc}, {Form::Local}, {Form::Relative}}));
    }

    void longBytesAreCut()
    {
        const Value bytes = Value::bytes(QByteArray(1'000'000, 'x'));
        for (const char *format : {"base64", "0x"}) {
            QCOMPARE(shown(bytes, format, 50).size(), 50);
            QVERIFY(shown(bytes, format, 50).endsWith(QChar(0x2026)));
        }
    }

    void columnsAreSummedUp()
    {
        Column column = Column::ofField(ValuePath::fields({QStringLiteral("a")}));
        column.kinds = Column::kindBit(Value::Kind::Text) | Column::kindBit(Value::Kind::Integer);
        column.fillRate = 0.995;
        QCOMPARE(columnSummary(column),
                 QStringLiteral("whole number or text, in 99 % of the records looked at"));
        column.kinds = 0;
        column.fillRate = 0.001;
        QCOMPARE(columnSummary(column), QStringLiteral("in 1 % of the records looked at"));
    }
};

QTEST_GUILESS_MAIN(TestDisplayFormat)
#include "tst_displayformat.moc"
