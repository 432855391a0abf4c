// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a ColumnReader gives is what the full decoder gives, for whatever bytes.
#include "core/codec/compression.h"
#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/table/roworder.h"
#include "core/value/utf8.h"
#include "core/value/valuetext.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QRandomGenerator>
#include <QtTest>

#include <set>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

SlotCodec codecFor(ValueType type, Compression compression = Compression::None)
{
    SlotType slot;
    slot.key = *KeyType::parse(u"UuidString");
    slot.value = type;
    slot.compression = compression;
    return SlotCodec(slot);
}

Column field(ValuePath path)
{
    Column column;
    column.path = std::move(path);
    return column;
}

Column field(const QString &path)
{
    return field(*ValuePath::parse(path));
}

Column keyPart(int part)
{
    Column column;
    column.group = Column::Group::Key;
    column.keyPart = part;
    return column;
}

void collectPaths(const Value &value, const ValuePath &path, std::vector<ValuePath> *paths)
{
    constexpr size_t Deepest = 3;
    constexpr size_t Most = 50;
    if (path.steps().size() > Deepest || paths->size() > Most)
        return;
    paths->push_back(path);
    for (const Member &member : value.members())
        collectPaths(member.value, path.child(PathStep::member(member.key)), paths);
    for (size_t i = 0; i < value.items().size(); ++i)
        collectPaths(value.items()[i], path.child(PathStep::item(qsizetype(i))), paths);
}

// Every node three levels deep, and some that may not be there.
std::vector<Column> columnsOf(const Value &value)
{
    std::vector<ValuePath> paths;
    collectPaths(value, {}, &paths);
    std::vector<Column> columns {keyPart(0), keyPart(1), keyPart(2)};
    for (const ValuePath &path : paths)
        columns.push_back(field(path));
    for (const char *path : {"absent", "a", "a#2", "b.x", "b.y.z", "[0]", "args", "global"})
        columns.push_back(field(QString::fromLatin1(path)));
    return columns;
}

void collectLeaves(const Value &value, std::vector<Value> *leaves)
{
    for (const Value &item : value.items())
        collectLeaves(item, leaves);
    for (const Member &member : value.members())
        collectLeaves(member.value, leaves);
    if (!value.isContainer())
        leaves->push_back(value);
}

class Leaves final : public LeafVisitor
{
public:
    void visit(const Cell &leaf) override { collectLeaves(*toValue(leaf), &values); }
    void restart() override { values.clear(); }
    std::vector<Value> values;
};

// Empty if all is alike.
QString difference(const SlotCodec &codec, const std::vector<Column> &columns, QByteArrayView key,
                   QByteArrayView value)
{
    const DecodedRow full = decodeRow(codec, key, value);
    const ColumnReader reader(codec, columns);
    CellRow row;
    Leaves leaves;
    std::vector<Value> expected;
    collectLeaves(full.value, &expected);
    reader.read(key, value, row, &leaves);
    if (leaves.values != expected)
        return QStringLiteral("other leaves");
    // Twice: nothing of the last record may stay.
    reader.read(key, "{", row);
    reader.read(key, value, row);
    if (row.valueFailed != full.valueError.has_value())
        return full.valueError ? QStringLiteral("not refused: ") + full.valueError->what
                               : QStringLiteral("refused");
    if (row.keyFailed != full.keyError.has_value())
        return QStringLiteral("the key differs");
    for (size_t i = 0; i < columns.size(); ++i) {
        const Value *wanted = cellValue(full, columns[i]);
        const auto read = toValue(row.cells[i]);
        if (read.has_value() != (wanted != nullptr) || (wanted && *read != *wanted))
            return QStringLiteral("%1: %2 instead of %3")
                .arg(columns[i].path.toString(), read ? QString::fromUtf8(toNotation(*read)) : QString(),
                     wanted ? QString::fromUtf8(toNotation(*wanted)) : QString());
    }
    return {};
}

const QByteArray Key = QByteArray::fromHex("0007000102030405060708090a0b0c0d0e0f616263");

// With columns for what it holds, and for what `like` holds.
QString difference(const SlotCodec &codec, const QByteArray &value, const std::vector<Column> *like = nullptr)
{
    const std::vector<Column> own =
        like ? std::vector<Column>() : columnsOf(decodeRow(codec, Key, value).value);
    QString what = difference(codec, like ? *like : own, Key, value);
    if (!what.isEmpty())
        what += QStringLiteral(" in ") + QString::fromLatin1(value.toHex());
    return what;
}

QString randomText(QRandomGenerator &random)
{
    static const QStringList texts {QString(),
                                    QStringLiteral("a"),
                                    QStringLiteral("Zoë"),
                                    QStringLiteral("she said \"hi\"\n"),
                                    QStringLiteral("\ufeffmark"),
                                    QStringLiteral("日本語 and some more to be longer than eight bytes"),
                                    QStringLiteral("plain ASCII of more than a few words, in one line")};
    return texts.at(random.bounded(int(texts.size())));
}

// What all three formats can hold.
Value randomValue(QRandomGenerator &random, int depth)
{
    switch (random.bounded(depth > 0 ? 9 : 6)) {
    case 0:
        return Value::null();
    case 1:
        return Value::boolean(random.bounded(2) == 1);
    case 2:
        return Value::integer(qint64(random.generate64()) >> random.bounded(64));
    case 3:
        return Value::number(random.generateDouble() * 1e6);
    case 4:
        return *Value::integerFromText(QStringLiteral("-123456789012345678901234567890"));
    case 5:
        return Value::text(randomText(random));
    case 6: {
        ValueList items;
        for (int i = random.bounded(4); i > 0; --i)
            items.push_back(randomValue(random, depth - 1));
        return Value::array(std::move(items));
    }
    default: {
        MemberList members;
        for (int i = random.bounded(6); i > 0; --i)
            members.push_back({Value::text(QString(QChar(char16_t(u'a' + random.bounded(5))))),
                               randomValue(random, depth - 1)});
        return Value::map(std::move(members));
    }
    }
}

Value record()
{
    const auto text = [](const char *t) { return Value::text(QString::fromUtf8(t)); };
    return Value::map({{text("oid"), Value::integer(4711)},
                       {text("name"), text("Zoë Example")},
                       {text("a"), text("first")},
                       {text("a"), text("second")},
                       {text("score"), Value::number(2.5)},
                       {text("tags"), Value::array({text("x"), text("yy")})},
                       {text("b"), Value::map({{text("x"), Value::integer(-3)}, {text("y"), Value::null()}})},
                       {text("active"), Value::boolean(true)}});
}

// Whether some leaf's text has the needle in it, found out the slow way.
bool hasText(const DecodedRow &row, const QString &needle)
{
    std::vector<Value> leaves;
    collectLeaves(row.value, &leaves);
    for (const Value &part : row.keyParts)
        collectLeaves(part, &leaves);
    return std::any_of(leaves.begin(), leaves.end(), [&needle](const Value &leaf) {
        const bool none = leaf.isNull() || leaf.kind() == Value::Kind::Undefined;
        const bool whole = leaf.kind() == Value::Kind::Text || leaf.kind() == Value::Kind::Bytes;
        return !none && (whole ? editText(leaf) : displayText(leaf)).contains(needle, Qt::CaseInsensitive);
    });
}

const std::vector<ValueType> Formats {ValueType::Cbor, ValueType::Json, ValueType::Pickle};

} // namespace

Q_DECLARE_METATYPE(slotscope::core::SortKey)

class TestColumnReader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void vectors_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("damaged");
        QTest::addColumn<int>("atLeast");
        QTest::newRow("cbor") << int(ValueType::Cbor) << "cbor-vectors.json" << QByteArray("malformed")
                              << 100;
        QTest::newRow("json") << int(ValueType::Json) << "json-vectors.json" << QByteArray("malformed") << 20;
        QTest::newRow("pickle") << int(ValueType::Pickle) << "pickle-vectors.json" << QByteArray("hostile")
                                << 100;
    }

    void vectors()
    {
        QFETCH(int, type);
        QFETCH(QString, file);
        QFETCH(QByteArray, damaged);
        QFETCH(int, atLeast);
        const SlotCodec codec = codecFor(ValueType(type));
        int scanned = 0;
        for (const char *list : {"vectors", damaged.constData()}) {
            for (const Json &vector : vectorsIn(file, list)) {
                if (!vector.contains("hex"))
                    continue;
                const QByteArray bytes = fromHex(vector["hex"]);
                const QString what = difference(codec, bytes);
                QVERIFY2(what.isEmpty(), qPrintable(what));
                CellRow row;
                ColumnReader(codec, {field(ValuePath())}).read(Key, bytes, row);
                scanned += row.cells.front().kind == Cell::Kind::Decoded ? 0 : 1;
            }
        }
        // Else the decoder would have been compared with itself.
        QCOMPARE_GE(scanned, atLeast);
    }

    void typedVectors()
    {
        for (const char *list : {"vectors", "malformed"}) {
            for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), list)) {
                if (!vector.contains("hex"))
                    continue;
                const QByteArray bytes = fromHex(vector["hex"]);
                const QString name = QString::fromStdString(vector["type"]);
                SlotType slot;
                QString what;
                if (vector["kind"] == "key") {
                    const auto type = KeyType::parse(name);
                    if (!type)
                        continue;
                    slot.key = *type;
                    what = difference(SlotCodec(slot),
                                      {keyPart(0), keyPart(1), keyPart(2), keyPart(3), keyPart(4)},
                                      QByteArray(2, '\1') + bytes, "value");
                } else if (const auto type = valueTypeFromName(name)) {
                    slot.value = *type;
                    what = difference(SlotCodec(slot), bytes);
                }
                QVERIFY2(what.isEmpty(), qPrintable(name + u' ' + what));
            }
        }
    }

    void randomRecords()
    {
        QRandomGenerator random(11);
        for (int i = 0; i < 400; ++i) {
            const Value value = i % 5
                ? Value::map({{Value::text(QStringLiteral("a")), randomValue(random, 4)},
                              {Value::text(QStringLiteral("b")), randomValue(random, 4)}})
                : randomValue(random, 5);
            for (const ValueType format : Formats) {
                const SlotCodec codec = codecFor(format);
                const auto bytes = codec.encodeValue(value);
                QVERIFY(bytes);
                const QString what = difference(codec, *bytes);
                QVERIFY2(what.isEmpty(), qPrintable(valueTypeName(format) + u' ' + what));
            }
        }
    }

    void mutatedRecords()
    {
        for (const ValueType format : Formats) {
            const SlotCodec codec = codecFor(format);
            const Value whole = record();
            const std::vector<Column> columns = columnsOf(whole);
            const auto bytes = codec.encodeValue(whole);
            QVERIFY(bytes);
            int failures = 0;
            forEachMutation(*bytes, 400, [&](const QByteArray &mutated) {
                const QString what = difference(codec, mutated, &columns);
                if (!what.isEmpty() && ++failures < 10)
                    qWarning().noquote() << valueTypeName(format) << what;
            });
            QCOMPARE(failures, 0);
        }
    }

    void splicedRecords()
    {
        QRandomGenerator random(5);
        std::map<ValueType, std::vector<QByteArray>> sources;
        for (const auto &[format, file] : {std::pair(ValueType::Cbor, "cbor-vectors.json"),
                                           std::pair(ValueType::Json, "json-vectors.json"),
                                           std::pair(ValueType::Pickle, "pickle-vectors.json")}) {
            for (const Json &vector : vectorsIn(QLatin1String(file), "vectors")) {
                if (const QByteArray bytes = fromHex(vector["hex"]); bytes.size() < 300)
                    sources[format].push_back(bytes);
            }
        }
        for (const auto &[format, pieces] : sources) {
            const SlotCodec codec = codecFor(format);
            const auto piece = [&, &from = pieces]() -> const QByteArray & {
                return from[random.bounded(quint32(from.size()))];
            };
            for (int i = 0; i < 3000; ++i) {
                QByteArray bytes = piece();
                const QByteArray &other = piece();
                const auto at = random.bounded(int(bytes.size()) + 1);
                const auto from = random.bounded(int(other.size()) + 1);
                bytes.replace(at, random.bounded(8), other.mid(from, random.bounded(60)));
                const QString what = difference(codec, bytes);
                QVERIFY2(what.isEmpty(), qPrintable(valueTypeName(format) + u' ' + what));
            }
        }
    }

    void oddities_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QByteArray>("bytes");
        const auto add = [](const char *name, ValueType type, const QByteArray &bytes) {
            QTest::newRow(name) << int(type) << bytes;
        };
        const auto cbor = [&](const char *name, const char *hex) {
            add(name, ValueType::Cbor, QByteArray::fromHex(hex));
        };
        cbor("a name in chunks", "a27f6161ff01616102");
        cbor("a name under a tag", "a2c0616101616102");
        cbor("shared and referred to", "a26161d81c8101d8616162d81d00");
        cbor("a tagged record", "d9d9f7a1616101");
        cbor("half floats", "a26161f93e006162f97e00");
        cbor("long heads", "b90001780161190001");
        cbor("a map as key", "a2a1616101616202616103");
        add("deep CBOR", ValueType::Cbor, QByteArray(500, '\x81') + '\0');
        add("too deep CBOR", ValueType::Cbor, QByteArray(600, '\x81') + '\0');
        add("a tag nest", ValueType::Cbor, QByteArray::fromHex("a16161") + QByteArray(100, '\xc6') + '\0');
        add("deep JSON", ValueType::Json, QByteArray(500, '[') + QByteArray(500, ']'));
        add("too deep JSON", ValueType::Json, QByteArray(600, '[') + QByteArray(600, ']'));
        add("an escaped name", ValueType::Json, R"({"\u0061":1,"a":2})");
        add("escapes", ValueType::Json, R"({"a":"\ud800 \n\/","b":{"x":"\u00e4"}})");
        add("numbers", ValueType::Json, R"({"a":-0,"b":{"x":1e400,"y":-0.0},"c":123456789012345678901})");
        add("words", ValueType::Json, R"({"a":NaN,"b":{"x":-Infinity,"y":Infinity}})");
        add("a leading zero", ValueType::Json, R"({"a":1,"b":01})");
        add("blanks", ValueType::Json, " {\n \"a\" :\t1 , \"b\" : { } }\r\n");
        add("a NUL behind", ValueType::Json, QByteArray("{\"a\":1}\0", 8));
        const auto pickle = [&]<size_t N>(const char *name, const char(&opcodes)[N]) {
            add(name, ValueType::Pickle, QByteArray(opcodes, N - 1));
        };
        // A list put into the memo, changed afterwards, and shown in two places.
        pickle("a shared list", "}(X\1\0\0\0a]q\0X\1\0\0\0bh\0K\1au.");
        pickle("a text from the memo in a list", "}(X\1\0\0\0aq\0X\1\0\0\0b](h\0K\1eu.");
        pickle("pairs in two steps", "}(X\1\0\0\0aK\1uX\1\0\0\0bK\2s(X\1\0\0\0aK\3u.");
        pickle("something beneath the root", "K\1}(X\1\0\0\0aK\2u.");
        pickle("a mark beneath the root", "(}(X\1\0\0\0aK\2u.");
        pickle("a dict of one in a dict", "}(X\1\0\0\0b}X\1\0\0\0xK\1sX\1\0\0\0aK\2u.");
        pickle("an empty dict in a dict", "}(X\1\0\0\0b}X\1\0\0\0aK\2u.");
        pickle("a list of one in a dict", "}(X\1\0\0\0b]X\1\0\0\0xaX\1\0\0\0aK\2u.");
        pickle("an empty list in a dict", "}(X\1\0\0\0b]X\1\0\0\0aK\2u.");
        pickle("lists of one in each other", "}X\1\0\0\0a]]]]K\1aaaas.");
        pickle("a tuple behind an empty dict", "}(X\1\0\0\0b}X\1\0\0\0a(K\1K\2tu.");
        pickle("an item for a text", "}(X\1\0\0\0bX\1\0\0\0aK\2au.");
        add("many empty lists", ValueType::Pickle, QByteArray(60, ']') + QByteArray(59, 'a') + '.');
        add("too many lists", ValueType::Pickle, QByteArray(80, ']') + QByteArray(79, 'a') + '.');
        add("lists that take nothing", ValueType::Pickle, QByteArray(60, ']') + "N.");
        pickle("a list in a list of the stack", "}X\1\0\0\0a](](K\1ees.");
    }

    void oddities()
    {
        QFETCH(int, type);
        QFETCH(QByteArray, bytes);
        const QString what = difference(codecFor(ValueType(type)), bytes);
        QVERIFY2(what.isEmpty(), qPrintable(what));
    }

    void compressedRecords()
    {
        for (const Compression compression : {Compression::Zlib, Compression::Snappy}) {
            for (const ValueType format : Formats) {
                const SlotCodec codec = codecFor(format, compression);
                const auto bytes = codec.encodeValue(record());
                QVERIFY(bytes);
                for (const QByteArray &value : {*bytes, bytes->chopped(3), *bytes + 'x'}) {
                    const QString what = difference(codec, value);
                    QVERIFY2(what.isEmpty(), qPrintable(what));
                }
            }
        }
    }

    void everyByteOfANameCounts()
    {
        for (int size = 0; size <= 40; ++size) {
            const QByteArray name(size, 'n');
            WantedField root;
            root.fields.push_back({.name = name, .cells = {0}});
            QVERIFY(FieldMatcher(&root).match(name) == &root.fields.front());
            QVERIFY(isAscii(name));
            QVERIFY(!FieldMatcher(&root).match(name + 'n'));
            for (int at = 0; at < size; ++at) {
                QByteArray other = name;
                other[at] = 'o';
                QVERIFY(!FieldMatcher(&root).match(other));
                other[at] = '\x80';
                QVERIFY(!isAscii(other));
                QVERIFY(!isUtf8(other));
            }
        }
    }

    void moreFieldsThanAreScanned()
    {
        MemberList members;
        for (int i = 0; i < 80; ++i)
            members.push_back({Value::text(QStringLiteral("field%1").arg(i)), Value::integer(i)});
        const auto bytes = codecFor(ValueType::Json).encodeValue(Value::map(members));
        std::vector<Column> columns;
        for (int i = 0; i < 80; ++i)
            columns.push_back(field(QStringLiteral("field%1").arg(i)));
        QCOMPARE(difference(codecFor(ValueType::Json), *bytes, &columns), QString());
    }

    void filterFindsWhatTheTreeHolds()
    {
        std::map<ValueType, std::vector<QByteArray>> records;
        for (const auto &[format, file] : {std::pair(ValueType::Cbor, "cbor-vectors.json"),
                                           std::pair(ValueType::Json, "json-vectors.json"),
                                           std::pair(ValueType::Pickle, "pickle-vectors.json")}) {
            for (const Json &vector : vectorsIn(QLatin1String(file), "vectors"))
                records[format].push_back(fromHex(vector["hex"]));
            const auto bytes = codecFor(format).encodeValue(record());
            records[format].push_back(*bytes);
            records[format].push_back(bytes->chopped(1));
        }
        int found = 0;
        int missed = 0;
        for (const char *text : {"ZOË", "example", "ABC", "e", "-3", "2.5", "TRUE", "null", "second", "tags",
                                 "ff", "1", "0001", "\u00df", "\u212a"}) {
            const QString needle = QString::fromUtf8(text);
            for (const auto &[format, values] : records) {
                const SlotCodec codec = codecFor(format);
                const RowEvaluator evaluator(codec, {.filter = needle});
                for (const QByteArray &value : values) {
                    const bool expected = hasText(decodeRow(codec, Key, value), needle);
                    ++(expected ? found : missed);
                    QVERIFY2(evaluator.evaluate({.key = Key, .value = value}).has_value() == expected,
                             qPrintable(valueTypeName(format) + u' ' + needle + u' '
                                        + QString::fromLatin1(value.toHex())));
                }
            }
        }
        QVERIFY(found > 100);
        QVERIFY(missed > 100);
    }

    void sortKeysAreThoseOfTheTree_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<SortKey>("expected");
        QTest::newRow("absent") << "nothing" << SortKey {.rank = 0};
        QTest::newRow("null") << "b.y" << SortKey {.rank = 1};
        QTest::newRow("bool") << "active" << SortKey {.rank = 2, .exact = 1};
        QTest::newRow("integer") << "oid" << SortKey {.rank = 3, .number = 4711, .exact = 4711};
        QTest::newRow("float") << "score" << SortKey {.rank = 3, .number = 2.5};
        QTest::newRow("text") << "name" << SortKey {.rank = 5, .text = "zoë example"};
        QTest::newRow("ASCII text") << "a" << SortKey {.rank = 5, .text = "first"};
        QTest::newRow("list") << "tags" << SortKey {.rank = 6, .text = "[x, yy]"};
        QTest::newRow("item of a list") << "tags[1]" << SortKey {.rank = 5, .text = "yy"};
        QTest::newRow("second of a name") << "a#2" << SortKey {.rank = 5, .text = "second"};
    }

    void sortKeysAreThoseOfTheTree()
    {
        QFETCH(QString, path);
        QFETCH(SortKey, expected);
        for (const ValueType format : Formats) {
            const SlotCodec codec = codecFor(format);
            const RowEvaluator evaluator(codec, {.sortColumn = field(path)});
            const auto bytes = codec.encodeValue(record());
            QVERIFY(evaluator.evaluate({.key = Key, .value = *bytes}) == std::optional(expected));
        }
    }

    // Of FlatBuffers a tree is built, but of no more than the columns ask for.
    void flatBuffers()
    {
        int refused = 0;
        for (const Json &entry : vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
            const auto path = [](const Json &name) {
                return dataFile(QStringLiteral("flatbuffers/") + QString::fromStdString(name));
            };
            const auto schema = FlatSchema::load(path(entry["bfbs"]));
            QVERIFY(schema);
            SlotType type = codecFor(ValueType::FlatBuffers).type();
            type.flatBuffers.schema = *schema;
            const SlotCodec codec(type);
            for (const Json &buffer : entry["buffers"]) {
                QFile file(path(buffer["bin"]));
                QVERIFY(file.open(QIODevice::ReadOnly));
                const QByteArray bytes = file.readAll();
                std::vector<Column> columns = columnsOf(decodeRow(codec, Key, bytes).value);
                columns.erase(columns.begin() + 3); // the whole value, which makes all others wanted
                QCOMPARE(difference(codec, bytes, &columns), QString());
                for (const Column &column : columns) {
                    const std::vector<Column> one {column};
                    QCOMPARE(difference(codec, bytes, &one), QString());
                }
                const std::vector<Column> few {columns[3], columns.back()};
                forEachMutation(bytes, 400, [&](const QByteArray &mutated) {
                    const QString what = difference(codec, mutated, &few);
                    QVERIFY2(what.isEmpty(), qPrintable(what));
                    refused += codec.decodeValue(mutated) ? 0 : 1;
                });
            }
        }
        QVERIFY(refused > 1000);
    }

    void onlyWantedFieldsOfFlatBuffersAreBuilt()
    {
        const auto schema = FlatSchema::load(dataFile(QStringLiteral("flatbuffers/book.bfbs")));
        QFile file(dataFile(QStringLiteral("flatbuffers/book-one.bin")));
        QVERIFY(schema && file.open(QIODevice::ReadOnly));
        WantedField wanted;
        wanted.fields = {{"title", {0}, {}}, {"oid", {}, {{"lo", {1}, {}}}}};
        const FlatBuffersType type {*schema};
        const auto value = FlatBuffersCodec(type).decodeFields(file.readAll(), wanted);
        QVERIFY(value);
        QCOMPARE(value->members().size(), 2u);
        QCOMPARE(value->find(u"oid")->members().size(), 1u);
        QCOMPARE(*value->find(u"title"), Value::text(QStringLiteral("Der Zauberberg")));
    }

    // Else the comparisons above would compare the full decoder with itself.
    void usualRecordsAreScanned()
    {
        for (const ValueType format : Formats) {
            const SlotCodec codec = codecFor(format);
            const std::vector<Column> columns {field(QStringLiteral("oid")), field(QStringLiteral("name")),
                                               field(QStringLiteral("tags")), field(QStringLiteral("b.x")),
                                               field(QStringLiteral("b.y"))};
            CellRow row;
            ColumnReader(codec, columns).read(Key, *codec.encodeValue(record()), row);
            using Kind = Cell::Kind;
            const std::vector<Kind> expected {Kind::Integer, Kind::Text, Kind::Encoded, Kind::Integer,
                                              Kind::Null};
            for (size_t i = 0; i < columns.size(); ++i)
                QVERIFY2(row.cells[i].kind == expected[i],
                         qPrintable(valueTypeName(format) + u' ' + columns[i].path.toString()));
        }
    }
};

QTEST_GUILESS_MAIN(TestColumnReader)
#include "tst_columnreader.moc"
