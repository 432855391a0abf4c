// SPDX-License-Identifier: GPL-3.0-or-later
//
// What people write into the box of a column, and filters of a whole table.
#include "core/table/fieldliteral.h"
#include "core/table/tablefilter.h"
#include "core/value/notation.h"

#include <QtTest>

using namespace slotscope::core;

namespace {

Column columnOf(const QString &name, std::initializer_list<Value::Kind> kinds)
{
    Column column = Column::ofField(ValuePath::fields({name}));
    for (const Value::Kind kind : kinds)
        column.kinds |= Column::kindBit(kind);
    return column;
}

Column etcdColumn(Column::Meta meta)
{
    Column column;
    column.group = Column::Group::Meta;
    column.meta = meta;
    return column;
}

Column columnFor(const QString &kind)
{
    static const std::map<QString, Column> columns {
        {QStringLiteral("text"), columnOf(QStringLiteral("f"), {Value::Kind::Text})},
        {QStringLiteral("number"), columnOf(QStringLiteral("f"), {Value::Kind::Integer, Value::Kind::Float})},
        {QStringLiteral("bool"), columnOf(QStringLiteral("f"), {Value::Kind::Bool})},
        {QStringLiteral("time"), columnOf(QStringLiteral("f"), {Value::Kind::Timestamp})},
        {QStringLiteral("uuid"), columnOf(QStringLiteral("f"), {Value::Kind::Uuid})},
        {QStringLiteral("bytes"), columnOf(QStringLiteral("f"), {Value::Kind::Bytes})},
        {QStringLiteral("list"), columnOf(QStringLiteral("f"), {Value::Kind::Array})},
        {QStringLiteral("any"), columnOf(QStringLiteral("f"), {})},
        {QStringLiteral("version"), etcdColumn(Column::Meta::Version)},
        {QStringLiteral("lease"), etcdColumn(Column::Meta::Lease)},
    };
    return columns.at(kind);
}

using Texts = std::initializer_list<const char *>;

QStringList listOf(Texts texts)
{
    QStringList list;
    for (const char *text : texts)
        list << QString::fromUtf8(text);
    return list;
}

Value fieldIs(const char *notation)
{
    const auto value = fromNotation(notation);
    Q_ASSERT(value);
    return Value::map({{Value::text(QStringLiteral("f")), *value}});
}

} // namespace

class TestColumnFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void boxes_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("box");
        QTest::addColumn<QStringList>("passing");
        QTest::addColumn<QStringList>("failing"); // `-`: the record has no such field
        const auto row = [](const char *kind, const char *box, Texts passing, Texts failing) {
            QTest::addRow("%s: %s", kind, box)
                << QString::fromUtf8(kind) << QString::fromUtf8(box) << listOf(passing) << listOf(failing);
        };
        row("text", "ann", {"\"Anna\"", "\"Joann\""}, {"\"Bob\"", "null", "-"});
        row("text", "  Anna Müller ", {"\"x anna müller\""}, {"\"Anna\""});
        row("text", "= Anna Müller", {"\"Anna Müller\""}, {"\"Anna Müller2\"", "\"anna müller\""});
        row("text", "'= x'", {"\"a = x b\""}, {"\"x\""});
        row("text", "O'Brien", {"\"o'brien\""}, {"\"obrien\""});
        row("text", "it's \\ \"so\"", {"\"it's \\\\ \\\"so\\\"\""}, {"\"it's so\""});
        row("text", "null", {"null"}, {"\"null\"", "-"});
        row("text", "not null", {"\"x\"", "-"}, {"null"});
        row("text", "is not null", {"\"x\"", "-"}, {"null"});
        row("text", "'null'", {"\"a null b\""}, {"null"});
        row("text", "absent", {"-"}, {"null", "\"x\""});
        row("text", "not absent", {"null", "\"x\""}, {"-"});
        row("text", "not = a", {"\"b\"", "null", "-"}, {"\"a\""});
        row("text", "! = a", {"\"b\"", "null", "-"}, {"\"a\""});
        row("text", "!a", {"\"b\"", "null", "-"}, {"\"cab\""});
        row("text", "not found", {"\"was not found\""}, {"\"a\""});
        row("text", "<> a", {"\"b\"", "null"}, {"\"a\"", "-"});
        row("text", "!= a", {"\"b\""}, {"\"a\""});
        row("text", "a..c", {"\"a\"", "\"bz\"", "\"c\""}, {"\"d\"", "\"A\""});
        row("text", "wait...", {"\"wait... what\""}, {"\"wait\""});
        row("text", "..", {"\"a..b\""}, {"\"ab\""});
        row("text", "/^J(o|a)hn/i", {"\"john\"", "\"Jahnke\""}, {"\"ajohn\""});
        row("text", "~ /a b/", {"\"a b\""}, {"\"ab\""});
        row("text", "/config/app", {"\"/config/app/x\""}, {"\"/config/a\""});
        row("text", "= a or = b", {"\"a\"", "\"b\""}, {"\"c\""});
        row("text", ">= a and < b", {"\"a\"", "\"az\""}, {"\"b\""});
        row("text", "not = a and not = b", {"\"c\"", "-"}, {"\"a\"", "\"b\""});
        row("text", "black and white", {"\"Black and White\""}, {"\"black\""});
        row("text", "= black and white", {"\"black and white\""}, {"\"black\""});
        row("text", "contains and", {"\"band\""}, {"\"ban\""});
        row("text", "(x", {"\"(x)\""}, {"\"x\""});
        row("number", "41", {"41", "41.0"}, {"4", "411"});
        row("number", "> 41", {"42", "41.5"}, {"41", "null", "-"});
        row("number", "-1..1", {"-1", "0.5", "1"}, {"2"});
        row("number", "..5", {"5", "-100"}, {"6"});
        row("number", "5..", {"5", "100"}, {"4"});
        row("number", "= 5..7", {"6"}, {"8"});
        row("number", "<> 5..7", {"8"}, {"6"});
        row("number", "> 10 and not 15..17", {"14", "18"}, {"16", "10"});
        row("number", "1 or 2", {"1", "2"}, {"3"});
        row("number", "contains 4", {"141"}, {"5"});
        row("number", "null", {"null"}, {"0"});
        row("number", "= null", {"null"}, {"0"});
        row("number", "0x10", {"16"}, {"10"});
        row("bool", "true", {"true"}, {"false", "null"});
        row("bool", "not true", {"false", "null", "-"}, {"true"});
        row("time", "2020-01-01", {R"({"ns":"1577872800000000000"})"}, {R"({"ns":"1577923200000000000"})"});
        row("time", "2020-01", {R"({"ns":"1580464800000000000"})"}, {R"({"ns":"1580515200000000000"})"});
        row("time", ">= 2020-01-02", {R"({"ns":"1577923200000000000"})"},
            {R"({"ns":"1577923199000000000"})"});
        row("time", "2020-01-01..2020-01-02", {R"({"ns":"1578006000000000000"})"},
            {R"({"ns":"1578009600000000000"})"});
        row("uuid", "6ba7", {R"({"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"})"},
            {R"({"uuid":"7ba8b810-9dad-11d1-80b4-00c04fd430c8"})"});
        row("uuid", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8",
            {R"({"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"})"},
            {R"({"uuid":"7ba8b810-9dad-11d1-80b4-00c04fd430c8"})"});
        row("bytes", "0xff", {R"({"hex":"00ff10"})"}, {R"({"hex":"0010"})"});
        row("bytes", "ff10", {R"({"hex":"00ff10"})"}, {R"({"hex":"00ff"})"});
        row("list", "adm", {R"(["x","Admin"])"}, {R"(["x"])"});
        row("list", "7", {"[7]", "[\"17\"]"}, {"[8]"});
        row("list", "a/b", {R"(["xa/b"])"}, {R"(["ab"])"});
        row("list", "not admin", {R"(["not administrated"])"}, {R"(["x"])"});
        row("any", "41", {"41", "141", "\"x41\""}, {"4", "null", "-"});
        row("any", "> 41", {"42"}, {"41", "-"});
    }
    void boxes()
    {
        QFETCH(QString, kind);
        QFETCH(QString, box);
        QFETCH(QStringList, passing);
        QFETCH(QStringList, failing);
        const auto condition = parseColumnFilter(columnFor(kind), QStringLiteral("f"), box);
        QVERIFY2(condition, condition ? "" : qPrintable(condition.error().what));
        const auto holds = [&condition](const QString &value) {
            return condition->matches(value == QLatin1String("-") ? Value::map({})
                                                                  : fieldIs(value.toUtf8().constData()));
        };
        for (const QString &value : passing)
            QVERIFY2(holds(value), qPrintable(condition->text() + QLatin1String(" on ") + value));
        for (const QString &value : failing)
            QVERIFY2(!holds(value), qPrintable(condition->text() + QLatin1String(" on ") + value));
    }

    void errors_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("box");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *kind, const char *box, const char *error) {
            QTest::addRow("%s: %s", kind, box)
                << QString::fromUtf8(kind) << QString::fromUtf8(box) << QString::fromUtf8(error);
        };
        row("number", "abc", "0: this column holds numbers, and this is none");
        row("number", "> abc", "2: this column holds numbers, and this is none");
        row("number", "1..b", "3: this column holds numbers, and this is none");
        row("number", "> 1 and < x", "10: this column holds numbers, and this is none");
        row("bool", "yes", "0: this column holds true and false");
        row("time", "> monday", "2: this column holds times: 2024-01-31, or 2024-01-31T12:00");
        row("list", "= a", "0: this column holds lists: write what an item contains, or /…/");
        row("text", "=", "1: expected a number, a word, a date or a 'text'");
        row("text", "= ", "1: expected a number, a word, a date or a 'text'");
        row("text", "= 'x", "2: there is no closing quote for this one");
        row("text", "=> x", "0: expected one of = <> < <= > >= ~");
        row("text", "/a(b/", "4: in the regular expression: missing closing parenthesis");
        row("text", "~ ab", "2: expected a regular expression between slashes: /…/");
        row("text", "< a..b", "2: a range a..b goes with = and <> only");
        row("text", "= a and =", "9: expected a number, a word, a date or a 'text'");
    }
    void errors()
    {
        QFETCH(QString, kind);
        QFETCH(QString, box);
        QFETCH(QString, error);
        const auto condition = parseColumnFilter(columnFor(kind), QStringLiteral("f"), box);
        QVERIFY(!condition);
        QCOMPARE(QStringLiteral("%1: %2").arg(condition.error().offset).arg(condition.error().what), error);
    }

    void blankIsNothing()
    {
        const auto condition =
            parseColumnFilter(columnFor(QStringLiteral("text")), QStringLiteral("f"), QStringLiteral("  "));
        QVERIFY(condition && condition->isEmpty());
    }

    // "Only this value" lets the very value through, whatever it is, and "exclude" does not.
    void whatACellIs_data()
    {
        QTest::addColumn<QString>("notation");
        for (const char *notation : {"null",
                                     "true",
                                     "false",
                                     "0",
                                     "-7",
                                     "18446744073709551615",
                                     "1.5",
                                     "-0.1",
                                     R"({"float":"NaN"})",
                                     R"({"float":"Infinity"})",
                                     "\"shipped\"",
                                     "\"Anna Müller\"",
                                     "\"null\"",
                                     "\"true\"",
                                     "\"5\"",
                                     "\"0x10\"",
                                     "\"\"",
                                     "\" \"",
                                     "\"it's\"",
                                     "\"a \\\"b\\\" \\\\\"",
                                     "\"/x/\"",
                                     "\"a..b\"",
                                     "\"..\"",
                                     "\"not = a\"",
                                     "\"a\\nb\"",
                                     "\"2020-01-01\"",
                                     "\"'q\"",
                                     "\"(x)\"",
                                     "\"a or b\"",
                                     R"({"hex":"00ff10"})",
                                     R"({"hex":""})",
                                     R"({"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"})",
                                     R"({"ns":"1577836800000000000"})",
                                     R"({"ns":"1577836800123456789"})",
                                     R"({"decimal":"19.90"})",
                                     R"({"tag":99,"value":5})"})
            QTest::newRow(notation) << QString::fromUtf8(notation);
    }
    void whatACellIs()
    {
        QFETCH(QString, notation);
        const Value record = fieldIs(notation.toUtf8().constData());
        const Value *cell = record.find(u"f");
        const auto box = boxTextFor(cell);
        QVERIFY(box);
        Column column = columnOf(QStringLiteral("f"), {cell->kind()});
        if (cell->isNull())
            column.kinds = 0;
        const auto only = parseColumnFilter(column, QStringLiteral("f"), *box);
        QVERIFY2(only, qPrintable(*box));
        QVERIFY2(only->matches(record), qPrintable(only->text()));
        QVERIFY2(!only->matches(Value::map({})), qPrintable(only->text()));
        QVERIFY2(!only->matches(fieldIs(R"("something else")")), qPrintable(only->text()));
        QVERIFY2(cell->isNull() || !only->matches(fieldIs("null")), qPrintable(only->text()));
        const auto exclude = parseColumnFilter(column, QStringLiteral("f"), QStringLiteral("not ") + *box);
        QVERIFY2(exclude, qPrintable(*box));
        QVERIFY2(!exclude->matches(record), qPrintable(exclude->text()));
        QVERIFY2(exclude->matches(Value::map({})), qPrintable(exclude->text()));
    }

    void whatACellIsNot()
    {
        QCOMPARE(boxTextFor(nullptr), QStringLiteral("absent"));
        const Value list = Value::array({Value::integer(1)});
        const Value map = Value::map({});
        QVERIFY(!boxTextFor(&list));
        QVERIFY(!boxTextFor(&map));
    }

    void paths_data()
    {
        QTest::addColumn<QStringList>("names");
        QTest::addColumn<QString>("path");
        QTest::newRow("plain") << listOf({"name"}) << QString::fromUtf8("name");
        QTest::newRow("nested") << listOf({"birthday", "year"}) << QString::fromUtf8("birthday.year");
        QTest::newRow("blank") << listOf({"first name"}) << QString::fromUtf8("\"first name\"");
        QTest::newRow("sign") << listOf({"a<b"}) << QString::fromUtf8("\"a<b\"");
        QTest::newRow("dot") << listOf({"a.b", "c"}) << QString::fromUtf8("\"a.b\".c");
        QTest::newRow("word") << listOf({"and"}) << QString::fromUtf8("\"and\"");
        QTest::newRow("key") << listOf({"key"}) << QString::fromUtf8("\"key\"");
        QTest::newRow("value below") << listOf({"value", "x"}) << QString::fromUtf8("\"value\".x");
        QTest::newRow("value behind") << listOf({"x", "value"}) << QString::fromUtf8("x.value");
        QTest::newRow("quote") << listOf({"a\"b"}) << QString::fromUtf8("\"a\\\"b\"");
        QTest::newRow("empty") << listOf({""}) << QString::fromUtf8("\"\"");
    }
    void paths()
    {
        QFETCH(QStringList, names);
        QFETCH(QString, path);
        const ValuePath way = ValuePath::fields(names);
        QCOMPARE(conditionPath(way), path);
        // It leads to the field of this name, and to no other.
        Value record = Value::integer(5);
        for (qsizetype i = names.size(); i-- > 0;)
            record = Value::map({{Value::text(names[i]), record}});
        const auto condition = FieldCondition::parse(path + QStringLiteral(" = 5"));
        QVERIFY(condition && condition->matches(record));
        QVERIFY(!condition->matches(Value::map({})));
    }

    void pathsWithOtherSteps()
    {
        QCOMPARE(conditionPath(ValuePath()), QStringLiteral("value"));
        QCOMPARE(conditionPath(ValuePath({PathStep::field(QStringLiteral("tags")), PathStep::item(2)})),
                 QStringLiteral("tags[2]"));
        QCOMPARE(conditionPath(ValuePath({PathStep::member(Value::integer(7))})), QStringLiteral("[{7}]"));
        QCOMPARE(conditionPath(ValuePath({PathStep::member(Value::text(QStringLiteral("a b")), 1)})),
                 QStringLiteral("\"a b\"#2"));
        QVERIFY(!conditionPath(ValuePath({PathStep::member(Value::array({}))})));
    }

    void wholeTables()
    {
        std::vector<Column> columns;
        Column key;
        key.id = QStringLiteral("key.0");
        key.title = QStringLiteral("oid");
        key.group = Column::Group::Key;
        key.kinds = Column::kindBit(Value::Kind::Integer);
        columns.push_back(key);
        columns.push_back(columnOf(QStringLiteral("name"), {Value::Kind::Text}));
        columns.push_back(columnOf(QStringLiteral("age"), {Value::Kind::Integer}));
        const auto keep = [&](const TableFilter &filter, const char *record, qint64 at) {
            const Value k = Value::integer(at);
            return readFilter(filter, columns).condition.matches(*fromNotation(record), &k);
        };
        TableFilter filter;
        QVERIFY(filter.isEmpty());
        QVERIFY(readFilter(filter, columns).condition.isEmpty());
        filter.boxes[QStringLiteral("value.age")] = QStringLiteral("1 or 2");
        filter.boxes[QStringLiteral("key.0")] = QStringLiteral("> 5");
        QVERIFY(keep(filter, R"({"age":1})", 6));
        QVERIFY(keep(filter, R"({"age":2})", 6));
        QVERIFY(!keep(filter, R"({"age":2})", 5));
        QVERIFY(!keep(filter, R"({"age":3})", 6));
        filter.condition = QStringLiteral("name = a or name = b");
        QVERIFY(keep(filter, R"({"age":2,"name":"b"})", 6));
        QVERIFY(!keep(filter, R"({"age":3,"name":"b"})", 6));
        QVERIFY(!keep(filter, R"({"age":2,"name":"c"})", 6));
        // Of a field that is no column; and what cannot be read is told, and the rest counts.
        filter.boxes[QStringLiteral("value.city")] = QStringLiteral("ams");
        filter.boxes[QStringLiteral("value.age")] = QStringLiteral("x");
        filter.boxes[QStringLiteral("meta.version")] = QStringLiteral("1");
        QVERIFY(keep(filter, R"({"age":9,"name":"b","city":"Amsterdam"})", 6));
        QVERIFY(!keep(filter, R"({"age":9,"name":"b","city":"Rome"})", 6));
        ReadFilter read = readFilter(filter, columns);
        QCOMPARE(read.boxErrors.size(), size_t(2));
        QVERIFY(!read.conditionError);
        QVERIFY(read.boxErrors.count(QStringLiteral("value.age")) == 1);
        filter.condition = QStringLiteral("name =");
        read = readFilter(filter, columns);
        QVERIFY(read.conditionError);
        QCOMPARE(read.conditionError->offset, qsizetype(6));
        QCOMPARE(filterSummary(filter, columns),
                 QStringLiteral("oid > 5  ·  meta.version: 1  ·  age: x  ·  city: ams  ·  name ="));
        QCOMPARE(TableFilter::fromVariant(filter.toVariant()), filter);
        QCOMPARE(TableFilter::fromVariant(TableFilter().toVariant()), TableFilter());
    }

    void conditionsAreAdded()
    {
        TableFilter filter;
        filter.addCondition(QStringLiteral("a = 1"));
        QCOMPARE(filter.condition, QStringLiteral("a = 1"));
        filter.addCondition(QStringLiteral("b = 2"));
        QCOMPARE(filter.condition, QStringLiteral("a = 1 and b = 2"));
        filter.condition = QStringLiteral("a = 1 or b = 2");
        filter.addCondition(QStringLiteral("c = 3"));
        const auto condition = FieldCondition::parse(filter.condition);
        QVERIFY(condition && !condition->matches(*fromNotation(R"({"a":1})")));
        QVERIFY(condition->matches(*fromNotation(R"({"a":1,"c":3})")));
    }

    void boxesOfEtcdsNumbers()
    {
        const KeyValue kv {.key = "k", .value = "{}", .version = 12, .lease = LeaseId(0x694d5765fc71500b)};
        const RowView stored = viewOf(kv);
        const auto passes = [&stored](const char *kind, const char *box) {
            const Column column = columnFor(QString::fromUtf8(kind));
            const auto condition =
                parseColumnFilter(column, conditionName(column.meta), QString::fromUtf8(box));
            return condition && condition->matches(DecodedRow(), &stored);
        };
        QVERIFY(passes("version", "12"));
        QVERIFY(passes("version", "> 11 and not 13..15"));
        QVERIFY(passes("version", "10..12"));
        QVERIFY(!passes("version", "..11"));
        QVERIFY(!passes("version", "absent"));
        QVERIFY(passes("lease", "694d5765fc71500b")); // as the column shows it
        QVERIFY(passes("lease", "= 0x694d5765fc71500b"));
        QVERIFY(passes("lease", "7587817042727751691"));
        QVERIFY(passes("lease", "not absent"));
        QVERIFY(!passes("lease", "694d5765fc71500c"));
        for (const char *wrong : {"1.5", "x", "> 2020-01-01", "1..b"}) {
            const auto condition =
                parseColumnFilter(columnFor(QStringLiteral("version")), QStringLiteral("etcd.version"),
                                  QString::fromUtf8(wrong));
            QVERIFY2(!condition, wrong);
            QVERIFY(condition.error().what.contains(QLatin1String("whole numbers")));
        }
        for (const Column::Meta meta : {Column::Meta::CreateRevision, Column::Meta::ModRevision,
                                        Column::Meta::Version, Column::Meta::Lease, Column::Meta::Size})
            QCOMPARE(metaOfConditionName(conditionName(meta)), meta);
        QCOMPARE(metaOfConditionName(u"etcd.other"), Column::Meta::None);
        // A field of that name is no number of etcd's.
        QCOMPARE(conditionPath(ValuePath(
                     {PathStep::field(QStringLiteral("etcd")), PathStep::field(QStringLiteral("version"))})),
                 QStringLiteral("\"etcd\".version"));
    }

    // Whatever is typed is read or refused at a place within it.
    void anyText()
    {
        QRandomGenerator random(20'260'107);
        const QStringList pieces = listOf(
            {"a", "'",    "\"", "\\", "/",          "..", "=", "<>", "!", "not", "and",    "or",
             "~", "null", "is", ">",  "2020-01-01", "-1", "(", ")",  ".", " ",   "absent", "contains"});
        const QStringList kinds =
            listOf({"text", "number", "bool", "time", "uuid", "bytes", "list", "any", "version", "lease"});
        int read = 0;
        for (int i = 0; i < 4000; ++i) {
            QString text;
            for (int n = 1 + random.bounded(8); n > 0; --n) {
                text += pieces[random.bounded(int(pieces.size()))];
                if (random.bounded(3) != 0)
                    text += QLatin1Char(' ');
            }
            const QString kind = kinds[random.bounded(int(kinds.size()))];
            const auto condition = parseColumnFilter(columnFor(kind), QStringLiteral("f"), text);
            if (condition) {
                ++read;
                condition->matches(fieldIs("\"a\""));
                // As part of more it is read as well.
                QVERIFY2(
                    condition->isEmpty()
                        || FieldCondition::parse(QLatin1Char('(') + condition->text() + QLatin1Char(')')),
                    qPrintable(condition->text()));
            } else {
                QVERIFY2(condition.error().offset >= 0 && condition.error().offset <= text.size(),
                         qPrintable(text));
                QVERIFY(!condition.error().what.isEmpty());
            }
        }
        QVERIFY(read > 400);
    }
};

QTEST_GUILESS_MAIN(TestColumnFilter)
#include "tst_columnfilter.moc"
