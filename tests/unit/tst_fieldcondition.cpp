// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/cellcondition.h"
#include "core/table/rowquery.h"
#include "core/table/textpattern.h"
#include "core/value/notation.h"

#include <QRandomGenerator>
#include <QtTest>

using namespace slotscope::core;

namespace {

Value value(const QByteArray &notation)
{
    return fromNotation(notation).value();
}

// A record with something of every kind.
Value record()
{
    return value(R"({"name":"Anna Müller","age":41,"large":{"int":"123456789012345678901234567890"},
        "balance":-0.5,"price":{"decimal":"19.90"},"nothing":null,"undefined":{"undefined":true},"active":true,
        "email":"anna@example.org","tags":["admin","ops",7],"set":{"set":["x"]},"pair":{"tuple":[1,"two"]},
        "id":{"uuid":"6ba7b810-9dad-11d1-80b4-00c04fd430c8"},"raw":{"hex":"00ff10"},
        "seen":{"ns":1577836800000000000},"day":{"date":"2020-02-29"},"when":"2020-01-01T12:00:00+02:00",
        "naive":{"datetime":"2020-01-01T12:00:00"},"tagged":{"tag":9999,"value":5},
        "deep":{"tag":9999,"value":{"tag":9998,"value":[1]}},"call":{"call":"a.B","args":[1]},
        "simple":{"simple":7},"nan":{"float":"NaN"},"endless":{"float":"Infinity"},
        "birthday":{"year":1979,"month":5},"first name":"A","and":1,"a.b":2,"value":"field","key":"inside",
        "map":{"map":[[7,"seven"],["a",1],["a",2]]}})");
}

QString failed(const QString &text)
{
    const auto condition = FieldCondition::parse(text);
    return condition ? QStringLiteral("no error")
                     : QStringLiteral("%1: %2").arg(condition.error().offset).arg(condition.error().what);
}

SlotCodec codecFor(ValueType type, QStringView key)
{
    SlotType slot;
    slot.key = *KeyType::parse(key);
    slot.value = type;
    return SlotCodec(slot, 0);
}

// Without the fields that the format has no way to write.
QByteArray encoded(const SlotCodec &codec, const Value &record)
{
    if (auto whole = codec.encodeValue(record))
        return *whole;
    MemberList members;
    for (const Member &member : record.members()) {
        if (codec.encodeValue(Value::map({member})))
            members.push_back(member);
    }
    return codec.encodeValue(Value::map(members)).value();
}

struct Subject
{
    SlotCodec codec;
    QByteArray key;
    QByteArray value;
};

// The record in several formats under keys of several types, whole and damaged.
const std::vector<Subject> &subjects()
{
    static const std::vector<Subject> all = [] {
        std::vector<Subject> made;
        for (const ValueType format : {ValueType::Cbor, ValueType::Json, ValueType::Pickle}) {
            const SlotCodec one = codecFor(format, u"String");
            const SlotCodec two = codecFor(format, u"OidUint8");
            const QByteArray bytes = encoded(one, record());
            const QByteArray number = encoded(one, value("5"));
            made.push_back({one, "only", bytes});
            made.push_back({one, "only", number});
            made.push_back({one, "other", encoded(one, value(R"({"age":41})"))});
            made.push_back({one, "", encoded(one, value(R"({"value":{"value":{"age":41}}})"))});
            made.push_back({one, "\xff", bytes.chopped(1)});
            made.push_back({two, QByteArray("\0\0\0\0\0\0\0\x07\x02", 9), bytes});
            made.push_back({two, "damaged", encoded(one, value(R"(["a","b",{"value":{"age":41}}])"))});
            made.push_back({two, "damaged", encoded(one, value(R"({"a":"2020-01-01","c":"ä"})"))});
        }
        return made;
    }();
    return all;
}

// Empty where cells tell of the records what their trees do.
QString cellsDiffer(const FieldCondition &condition)
{
    for (const Subject &subject : subjects()) {
        const CellCondition cells(condition, subject.codec.type().key);
        CellRow row;
        ColumnReader(subject.codec, cells.columns()).read(subject.key, subject.value, row);
        const bool expected = condition.matches(decodeRow(subject.codec, subject.key, subject.value));
        if (cells.matches(row, 0) != expected)
            return condition.text() + u' ' + valueTypeName(subject.codec.type().value) + u' '
                + QString::fromLatin1(subject.key.toHex()) + u' '
                + QString::fromLatin1(subject.value.toHex());
    }
    return {};
}

} // namespace

class TestFieldCondition : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void holds_data()
    {
        QTest::addColumn<bool>("expected");
        for (const char *text : {
                 "name = 'Anna Müller'",
                 "name contains müller",
                 "name ~ /^Anna/",
                 "name ~ /^anna/i",
                 "name <> Anna",
                 "name < B",
                 "name >= Anna",
                 "name = Anna..B",
                 "age = 41",
                 "age = 41.0",
                 "age = 4.1e1",
                 "age = 0x29",
                 "age <> 42",
                 "age < 41.5",
                 "age >= 41",
                 "age = 18..65",
                 "age = 41..41",
                 "age = ..41",
                 "age = 41..",
                 "age <> 18..40",
                 "age contains 4",
                 "large = 123456789012345678901234567890",
                 "large > 123456789012345678901234567889",
                 "large < 1e30",
                 "large > 9223372036854775807",
                 "large > -1",
                 "large < Infinity",
                 "balance = -0.5",
                 "balance < 0",
                 "balance > -0.50001",
                 "balance = -1..0",
                 "price = 19.9",
                 "price = 19.90",
                 "price > 19.89999999999999999999",
                 "price < 20",
                 "nothing is null",
                 "nothing = null",
                 "nothing <> 5",
                 "nothing is not absent",
                 "undefined is null",
                 "missing is absent",
                 "not missing = 1",
                 "name is not null",
                 "active = true",
                 "active <> false",
                 "email ~ /@example\\.org$/ and age > 40",
                 "age < 3 or age > 40",
                 "not (age < 3 or age > 50)",
                 "age < 3 and age > 40 or name contains anna",
                 "NOT age < 3 AND active = true",
                 "tags contains admin",
                 "tags contains 7",
                 "tags[0] = admin",
                 "tags ~ /^op/",
                 "set contains x",
                 "pair contains two",
                 "pair[0] = 1",
                 "birthday contains year",
                 "birthday.year = 1979",
                 "id = 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                 "id = '6BA7B810-9DAD-11D1-80B4-00C04FD430C8'",
                 "id = 6ba7b8109dad11d180b400c04fd430c8",
                 "id contains 9DAD",
                 "id ~ /^6ba7/",
                 "id > 5",
                 "id > 00000000-0000-0000-0000-000000000000",
                 "raw = 0x00ff10",
                 "raw = 00FF10",
                 "raw contains 0xff",
                 "raw < 0x01",
                 "raw ~ /^00ff/",
                 "seen = 2020-01-01",
                 "seen = 2020-01-01T00:00",
                 "seen = '2020-01-01 00:00:00'",
                 "seen = 2020-01-01T01:00:00+01:00",
                 "seen < 2020-01-02",
                 "seen <= 2020-01-01",
                 "seen >= 2020-01-01",
                 "seen = 2019-12-31..2020-01-01",
                 "seen > 2019-12-31",
                 "seen = 1577836800000000000",
                 "seen contains 2020",
                 "seen <> 2020-01-02",
                 "day = 2020-02-29",
                 "day < 2020-03-01",
                 "day contains 02-29",
                 "when = 2020-01-01",
                 "when = 2020-01-01T10:00",
                 "when < 2020-01-01T10:00:01Z",
                 "naive = 2020-01-01T12:00:00",
                 "naive > 2020-01-01T11:59",
                 "tagged = 5",
                 "tagged > 4",
                 "simple = 7",
                 "call ~ /B/",
                 "nan = NaN",
                 "nan <> 1",
                 "endless > 1e308",
                 "endless = Infinity",
                 "\"first name\" = A",
                 "\"and\" = 1",
                 "\"a.b\" = 2",
                 "map[{7}] = seven",
                 "map.a#2 = 2",
                 "map contains 7",
                 "value = field",
                 "\"key\" = inside",
                 "value is not absent",
                 "(((age = 41)))",
                 "(age=41)and(active=true)",
                 "  age  =  41  ",
                 "age == 41 and age != 42",
                 "name ~ /Anna M\\wl/ and not name ~ /a\\/b/",
             })
            QTest::newRow(text) << true;
        for (const char *text : {
                 "name = anna",
                 "name = 'Anna'",
                 "name ~ /^anna/",
                 "name < A",
                 "age = '41 '",
                 "age = 42",
                 "age > 41",
                 "age = x",
                 "age > x",
                 "age < x",
                 "age = 42..",
                 "age <> 18..65",
                 "missing <> 1",
                 "missing = null",
                 "missing is null",
                 "missing is not absent",
                 "missing = ..5",
                 "nothing = 0",
                 "nothing < 5",
                 "nothing contains n",
                 "nothing ~ /./",
                 "nothing is absent",
                 "active = 1",
                 "active < true",
                 "tags = admin",
                 "tags contains adm",
                 "tags ~ /adminx/",
                 "birthday = 1979",
                 "birthday ~ /1979/",
                 "set contains y",
                 "tags[9] = admin",
                 "tags.x = 1",
                 "id = 6ba7b810",
                 "raw = 0x00ff",
                 "raw contains 0xfe",
                 "seen = 2020-01-02",
                 "seen < 2020-01-01",
                 "seen > 2020-01-01",
                 "seen = x",
                 "seen <> 2020-01-01",
                 "day > 2020-02-29",
                 "when = 2020-01-02",
                 "tagged = 6",
                 "deep contains 1",
                 "deep = 1",
                 "call = 1",
                 "nan < 1",
                 "nan > 1",
                 "nan = 1",
                 "endless < 1e308",
                 "age = NaN",
                 "large < -5",
                 "large = 1.5",
                 "price = 19.91",
                 "simple > 7",
                 "key = inside",
                 "key is not absent",
                 "value = inside",
                 "not age = 41",
                 "not not age = 42",
                 "age = 41 and age = 42",
                 "age = 41 and not active = true",
                 "map.a = 2",
                 "age = null",
                 "nan = 5..",
                 "age = b..c",
             })
            QTest::newRow(text) << false;
    }
    void holds()
    {
        QFETCH(bool, expected);
        const QString text = QString::fromUtf8(QTest::currentDataTag());
        const auto condition = FieldCondition::parse(text);
        QVERIFY2(condition, qPrintable(failed(text)));
        QCOMPARE(condition->matches(record()), expected);
        QCOMPARE(condition->text(), text.trimmed());
        QVERIFY(!condition->isEmpty());
        // What was kept as a text means the same when it is read again.
        QCOMPARE(FieldCondition::parse(condition->text())->matches(record()), expected);
        QCOMPARE(cellsDiffer(*condition), QString());
    }

    void cellsTellWhatTheTreeDoes_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"value > 4",
                                 "value = 5",
                                 "value[1] = b",
                                 "value[2].value.age = 41",
                                 "[1] = b",
                                 "value.age = 41",
                                 "value contains a",
                                 "not (value is absent)",
                                 "not (value is null)",
                                 "value = field",
                                 "key = only",
                                 "key contains on",
                                 "key ~ /^on/",
                                 "key[0] = 7",
                                 "key[1] = 2 and age = 41",
                                 "key[1] is absent",
                                 "key[2] is absent",
                                 "key contains 0x64",
                                 "key.a is absent",
                                 "not (key is absent)",
                                 "key = 0xff",
                                 "not key = only",
                                 "a = 2020-01-01",
                                 "a < 2020-01-02T00:00:00",
                                 "c contains Ä",
                                 "c > a",
                                 "c contains ''",
                                 "age contains ''",
                                 "age = 41 or value = 5 or not (name is absent)",
                                 "value.value.age = 41",
                                 "tags[2] = 7",
                                 "birthday.year < 1980 and birthday.month > 4"})
            QTest::newRow(text) << QString::fromUtf8(text);
    }
    void cellsTellWhatTheTreeDoes()
    {
        QFETCH(QString, text);
        const auto condition = FieldCondition::parse(text);
        QVERIFY2(condition, qPrintable(failed(text)));
        QCOMPARE(cellsDiffer(*condition), QString());
        QVERIFY(std::any_of(subjects().cbegin(), subjects().cend(), [&condition](const Subject &subject) {
            return condition->matches(decodeRow(subject.codec, subject.key, subject.value));
        }));
    }

    void valuesThatAreNoMaps()
    {
        QVERIFY(FieldCondition::parse(QStringLiteral("value > 4"))->matches(value("5")));
        QVERIFY(!FieldCondition::parse(QStringLiteral("value > 5"))->matches(value("5")));
        QVERIFY(FieldCondition::parse(QStringLiteral("value[1] = b"))->matches(value(R"(["a","b"])")));
        QVERIFY(FieldCondition::parse(QStringLiteral("[1] = b"))->matches(value(R"(["a","b"])")));
        QVERIFY(FieldCondition::parse(QStringLiteral("value.a = 1"))->matches(value(R"({"a":1})")));
        QVERIFY(FieldCondition::parse(QStringLiteral("value contains a"))->matches(value(R"({"a":1})")));
    }

    void keys()
    {
        const Value number = Value::integer(7);
        QVERIFY(FieldCondition::parse(QStringLiteral("key = 7"))->matches(record(), &number));
        QVERIFY(!FieldCondition::parse(QStringLiteral("key > 7"))->matches(record(), &number));

        DecodedRow row;
        row.keyParts = {Value::text(QStringLiteral("a")), Value::integer(2)};
        row.value = value(R"({"x":1})");
        QVERIFY(FieldCondition::parse(QStringLiteral("key[1] = 2 and x = 1"))->matches(row));
        QVERIFY(FieldCondition::parse(QStringLiteral("key contains a"))->matches(row));
        QVERIFY(!FieldCondition::parse(QStringLiteral("key[0] = 2"))->matches(row));
        row.keyParts = {Value::text(QStringLiteral("only"))};
        QVERIFY(FieldCondition::parse(QStringLiteral("key ~ /^on/"))->matches(row));
    }

    void whatEtcdKeeps_data()
    {
        QTest::addColumn<bool>("expected");
        for (const char *text :
             {"etcd.version = 3", "etcd.mod_revision > 99", "etcd.create_revision = 40..60",
              "etcd.lease = 0x1234", "etcd.lease is not absent", "etcd.size = 7", "etcd.version contains 3",
              "not etcd.version = 4", "etcd.version ~ /^3$/", "\"etcd\".lease = mine", "etcd.other = 5",
              "value.etcd.lease = mine"})
            QTest::newRow(text) << true;
        for (const char *text : {"etcd.version = 4", "etcd.mod_revision < 100", "etcd.lease is absent",
                                 "etcd.lease is null", "etcd.version is absent", "etcd.lease = mine"})
            QTest::newRow(text) << false;
    }
    void whatEtcdKeeps()
    {
        QFETCH(bool, expected);
        const SlotCodec codec = codecFor(ValueType::Json, u"String");
        const QByteArray bytes = encoded(codec, value(R"({"etcd":{"lease":"mine","other":5}})"));
        const KeyValue kv {.key = "only",
                           .value = bytes,
                           .createRevision = Revision(50),
                           .modRevision = Revision(100),
                           .version = 3,
                           .lease = LeaseId(0x1234)};
        QString text = QString::fromUtf8(QTest::currentDataTag());
        text.replace(QLatin1String("etcd.size = 7"), QStringLiteral("etcd.size = %1").arg(bytes.size()));
        const auto condition = FieldCondition::parse(text);
        QVERIFY2(condition, qPrintable(failed(text)));
        const RowView stored = viewOf(kv);
        QCOMPARE(condition->matches(decodeRow(codec, kv.key, kv.value), &stored), expected);
        QCOMPARE(RowEvaluator(codec, {.condition = *condition}).evaluate(stored).has_value(), expected);
        QCOMPARE(cellsDiffer(*condition), QString());
    }

    void aRecordWithoutALease()
    {
        const SlotCodec codec = codecFor(ValueType::Json, u"String");
        const KeyValue kv {.key = "only", .value = "{}", .modRevision = Revision(5), .version = 1};
        const auto passes = [&](const char *text) {
            const auto condition = FieldCondition::parse(QString::fromUtf8(text));
            return condition
                && RowEvaluator(codec, {.condition = *condition}).evaluate(viewOf(kv)).has_value();
        };
        QVERIFY(passes("etcd.lease is absent"));
        QVERIFY(passes("etcd.lease = 0"));
        QVERIFY(!passes("etcd.lease > 0"));
        QVERIFY(!passes("etcd.version is absent"));
        // Of what is not known of a record nothing holds.
        const auto version = FieldCondition::parse(QStringLiteral("etcd.version = 1"));
        QVERIFY(version && !version->matches(decodeRow(codec, kv.key, kv.value)));
    }

    void textsThatExpressionsNeed_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QByteArray>("needed");
        const auto row = [](const char *pattern, const char *needed) {
            QTest::newRow(pattern) << QString::fromUtf8(pattern) << QByteArray(needed);
        };
        row("anna", "anna");
        row("^anna$", "anna");
        row("ab?cde", "cde");
        row("abc*", "ab");
        row("abc+d", "abc");
        row("abc{0,3}d", "ab");
        row("(abc)?de", "de");
        row("(abcdef)", "");
        row("abc|def", "");
        row("[abc]def", "def");
        row("[]abc]def", "def");
        row("[^\\]abc]def", "def");
        row("ab\\.cd", "ab.cd");
        row("\\d+abc\\w", "abc");
        row("\\x41bcd", "");
        row("(?i)abc", "");
        row("[[:alpha:]]abc", "");
        row("\\Qa.b\\E", "");
        row("a", "");
        row("müller", "ller");
        row(".*abc.*defg", "defg");
    }
    void textsThatExpressionsNeed()
    {
        QFETCH(QString, pattern);
        QFETCH(QByteArray, needed);
        const auto read = TextPattern::read(pattern, QRegularExpression::UseUnicodePropertiesOption);
        QVERIFY(read);
        QCOMPARE(read->needed(), needed);
    }

    // Whatever the shortcut, it finds what the expression alone does.
    void expressionsFindWhatTheyFindAlone()
    {
        QRandomGenerator random(7);
        const QStringList pieces {
            QStringLiteral("ab"),      QStringLiteral("B"),      QStringLiteral("k"),
            QStringLiteral("."),       QStringLiteral("a?"),     QStringLiteral("(ab)*"),
            QStringLiteral("[ab]"),    QStringLiteral("\\w"),    QStringLiteral("b+"),
            QStringLiteral("^"),       QStringLiteral("$"),      QStringLiteral("|"),
            QStringLiteral("\\."),     QStringLiteral("b{1,2}"), QStringLiteral("[^]b]"),
            QStringLiteral("(a|b)"),   QStringLiteral("-"),      QStringLiteral("{"),
            QStringLiteral("(?:ab)?"), QStringLiteral("a*?")};
        int found = 0;
        for (int i = 0; i < 3000; ++i) {
            QString pattern;
            for (int n = 1 + random.bounded(5); n > 0; --n)
                pattern += pieces[random.bounded(int(pieces.size()))];
            QRegularExpression::PatternOptions options = QRegularExpression::UseUnicodePropertiesOption;
            if (random.bounded(2) == 0)
                options |= QRegularExpression::CaseInsensitiveOption;
            const QRegularExpression alone(pattern, options);
            const auto read = TextPattern::read(pattern, options);
            QCOMPARE(bool(read), alone.isValid());
            for (int j = 0; read && j < 5; ++j) {
                QByteArray text;
                for (int n = random.bounded(8); n > 0; --n)
                    text += "abABk.-{"[random.bounded(8)];
                const bool expected = alone.match(QString::fromLatin1(text)).hasMatch();
                const QByteArray what = pattern.toUtf8() + " in " + text;
                QVERIFY2(read->isInAscii(text) == expected, what.constData());
                QVERIFY2(read->isIn(QString::fromLatin1(text)) == expected, what.constData());
                found += expected;
            }
        }
        QVERIFY(found > 500);
    }

    void emptyOnesHoldForAll()
    {
        QVERIFY(FieldCondition().matches(record()));
        const auto blank = FieldCondition::parse(QStringLiteral("  "));
        QVERIFY(blank);
        QVERIFY(blank->isEmpty());
        QVERIFY(blank->matches(Value()));
        QCOMPARE(blank->text(), QString());
    }

    void errors_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("error");
        const auto row = [](const char *text, const char *error) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(error);
        };
        const char *sign = "expected one of = <> < <= > >= ~ contains, is null, is absent";
        row("age", qPrintable(QStringLiteral("3: ") + QLatin1String(sign)));
        row("first name = A", qPrintable(QStringLiteral("6: ") + QLatin1String(sign)));
        row("age =", "5: expected a number, a word, a date or a 'text'");
        row("= 4", "0: expected the name of a field");
        row("and = 4", "0: expected the name of a field; one of this name is put in double quotes");
        row("age = 4 name", "8: expected and, or, or the end; a text with blanks is put in quotes");
        row("(age = 4", "0: there is no closing parenthesis for this one");
        row("(age = 4 x)",
            "9: expected and, or, or a closing parenthesis; a text with blanks is put in quotes");
        row("age = 4)", "7: there is no opening parenthesis for this one");
        row("age = 'x", "6: there is no closing quote for this one");
        row("age ~ x", "6: expected a regular expression between slashes: /…/");
        row("age ~ /x", "6: there is no closing slash for this one");
        row("age ~ /x/q",
            "9: behind a regular expression stands i (any case), s (. is every character) or nothing");
        row("age ~ /a(/", "9: in the regular expression: missing closing parenthesis");
        row("age < 1..2", "6: a range a..b goes with = and <> only");
        row("age = ..", "6: a range wants at least one end");
        row("age = a=b", "6: a text with this in it is put in quotes");
        row("age is 4", "7: expected null or absent");
        row("a..b = 4", "0: expected a name at character 3 of the path");
        row("a[x] = 4", "0: not the number of an item in the brackets at character 2 of the path");
        row("age = 4 and", "11: expected the name of a field");
        row("not", "3: expected the name of a field");
        row("()", "1: expected the name of a field");
        row("  name == ", "10: expected a number, a word, a date or a 'text'");
    }
    void errors()
    {
        QFETCH(QString, text);
        QFETCH(QString, error);
        QCOMPARE(failed(text), error);
    }

    void deepNesting()
    {
        const QString parentheses = QString(100'000, QLatin1Char('(')) + QLatin1String("a = 1");
        QVERIFY(failed(parentheses).endsWith(QLatin1String("nested too deep")));
        QVERIFY(failed(QStringLiteral("not ").repeated(100'000) + QLatin1String("a = 1"))
                    .endsWith(QLatin1String("nested too deep")));
        // Many beside each other are no nesting.
        const auto many = FieldCondition::parse(QStringLiteral("age = 41 and ").repeated(5'000)
                                                + QLatin1String("active = true"));
        QVERIFY(many && many->matches(record()));
    }

    void expressionsThatGoAstrayEnd()
    {
        const Value text = Value::map(
            {{Value::text(QStringLiteral("a")), Value::text(QString(50'000, QLatin1Char('x')) + u'y')}});
        const auto condition = FieldCondition::parse(QStringLiteral("a ~ /(x+x+)+z/"));
        QVERIFY(condition);
        QVERIFY(!condition->matches(text));
    }

    // Whatever is typed is read or refused at a place within it, and compared with every kind.
    void anyText()
    {
        QRandomGenerator random(20'260'101);
        const QStringList pieces {QStringLiteral("age"),        QStringLiteral("\"a b\""),
                                  QStringLiteral("tags[0]"),    QStringLiteral("key"),
                                  QStringLiteral("value"),      QStringLiteral("="),
                                  QStringLiteral("<>"),         QStringLiteral("~"),
                                  QStringLiteral("/a.*/"),      QStringLiteral("contains"),
                                  QStringLiteral("is"),         QStringLiteral("not"),
                                  QStringLiteral("null"),       QStringLiteral("absent"),
                                  QStringLiteral("and"),        QStringLiteral("or"),
                                  QStringLiteral("("),          QStringLiteral(")"),
                                  QStringLiteral(".."),         QStringLiteral("1e999999999999"),
                                  QStringLiteral("2020-01-01"), QStringLiteral("'"),
                                  QStringLiteral("\\"),         QStringLiteral("0x"),
                                  QStringLiteral("-"),          QStringLiteral("9223372036854775808"),
                                  QStringLiteral("<=")};
        const Value subject = record();
        int read = 0;
        for (int i = 0; i < 20'000; ++i) {
            QString text;
            for (int n = 1 + random.bounded(8); n > 0; --n) {
                text += pieces[random.bounded(int(pieces.size()))];
                if (random.bounded(4) != 0)
                    text += QLatin1Char(' ');
            }
            const auto condition = FieldCondition::parse(text);
            if (condition) {
                ++read;
                for (const Member &member : subject.members())
                    condition->matches(Value::map({{Value::text(QStringLiteral("age")), member.value}}));
                condition->matches(subject, &subject);
                if (i % 20 == 0)
                    QCOMPARE(cellsDiffer(*condition), QString());
            } else {
                QVERIFY2(condition.error().offset >= 0 && condition.error().offset <= text.size(),
                         qPrintable(text));
                QVERIFY(!condition.error().what.isEmpty());
            }
        }
        QVERIFY(read > 100);
    }
};

QTEST_GUILESS_MAIN(TestFieldCondition)
#include "tst_fieldcondition.moc"
