// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/slottype.h"
#include "core/value/notation.h"
#include "core/value/recordstyle.h"
#include "core/value/valuetext.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QtTest>

#include <algorithm>
#include <ctime>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

QString path(const Json &name)
{
    return dataFile(QStringLiteral("flatbuffers/") + QString::fromStdString(name));
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

SlotType typeOf(const QString &schemaPath, const QString &root = {})
{
    const auto schema = FlatSchema::load(schemaPath);
    SlotType type;
    type.value = ValueType::FlatBuffers;
    if (schema)
        type.flatBuffers = {*schema, root, schemaPath};
    return type;
}

SlotCodec codecFor(const char *schema)
{
    return SlotCodec(typeOf(path(schema)), 0);
}

struct Buffer
{
    std::string name;
    SlotCodec codec;
    QByteArray bytes;
    Json expected;
};

double cpuSeconds()
{
    timespec now {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return double(now.tv_sec) + double(now.tv_nsec) * 1e-9;
}

// All sound buffers, with their compiled schemas.
std::vector<Buffer> buffers(const char *form = "bfbs")
{
    std::vector<Buffer> all;
    for (const Json &entry : vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
        for (const Json &buffer : entry["buffers"])
            all.push_back(
                {buffer["bin"], SlotCodec(typeOf(path(entry[form])), 0), contentOf(path(buffer["bin"])),
                 readVectors(QStringLiteral("flatbuffers/") + QString::fromStdString(buffer["expected"]))});
    }
    return all;
}

} // namespace

class TestFlatBuffers : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyBufferIsReadAsExpected()
    {
        const auto all = buffers();
        QCOMPARE(int(all.size()), 15);
        for (const Buffer &buffer : all) {
            const auto value = buffer.codec.decodeValue(buffer.bytes);
            QVERIFY2(value, (buffer.name + ": " + (value ? "" : value.error().what.toStdString())).c_str());
            QCOMPARE(buffer.codec.valueNotation(*value), compact(buffer.expected));
        }
    }

    void whatIsReadIsWrittenBack()
    {
        for (const char *form : {"bfbs", "schema"}) {
            for (const Buffer &buffer : buffers(form)) {
                const auto value = buffer.codec.decodeValue(buffer.bytes);
                QVERIFY2(value, buffer.name.c_str());
                QCOMPARE(*buffer.codec.encodeValue(*value, buffer.bytes), buffer.bytes);
                QCOMPARE(buffer.codec.readOnlyReason(buffer.bytes), QString());
                // From notation, into a buffer that is built anew.
                const QByteArray notation = buffer.codec.valueNotation(*value);
                const auto again = buffer.codec.valueFromNotation(notation);
                QVERIFY2(again, (buffer.name + (again ? "" : again.error().what.toStdString())).c_str());
                QCOMPARE(*again, *value);
                const auto written = buffer.codec.encodeValue(*again);
                QVERIFY2(written,
                         (buffer.name + (written ? "" : written.error().what.toStdString())).c_str());
                QCOMPARE(buffer.codec.valueNotation(*buffer.codec.decodeValue(*written)), notation);
                // As the library's compiler lays it out; it made this one in another order.
                if (buffer.name != "inventory-full.bin")
                    QCOMPARE(written->toHex(), buffer.bytes.toHex());
            }
        }
    }

    void theLibrarysVectors()
    {
        int walked = 0;
        for (const Json &vector : vectorsIn(QStringLiteral("codec-vectors.json"), "vectors")) {
            if (vector["type"] != "FlatBuffers")
                continue;
            const SlotCodec codec(typeOf(dataFile(QString::fromStdString(vector["schema"])),
                                         QString::fromStdString(vector["root_type"])),
                                  0);
            const QByteArray bytes = fromHex(vector["hex"]);
            const auto value = codec.decodeValue(bytes);
            QVERIFY2(value, vector.dump().c_str());
            QCOMPARE(codec.valueNotation(*value), compact(vector["native"]));
            QCOMPARE(*codec.encodeValue(*value, bytes), bytes);
            const auto written = codec.encodeValue(*codec.valueFromNotation(compact(vector["native"])));
            QVERIFY2(written, vector.dump().c_str());
            QCOMPARE(codec.valueNotation(*codec.decodeValue(*written)), compact(vector["native"]));
            ++walked;
        }
        QCOMPARE(walked, 7);
    }

    void defaultsThatCompiledSchemasLose()
    {
        const auto value = codecFor("scalars.fbs").decodeValue(contentOf(path("scalars-defaults.bin")));
        QCOMPARE(value->find(u"u64")->toUInt64(), std::optional<quint64>(18000000000000000000u));
        QVERIFY(isAbsent(*value->find(u"u64")));
    }

    void damagedBuffersAreRefused()
    {
        int walked = 0;
        for (const Json &entry : vectorsIn(QStringLiteral("flatbuffers/index.json"), "corrupt")) {
            SlotType type = typeOf(path(entry["schema"]));
            const QByteArray bytes = contentOf(path(entry["file"]));
            QCOMPARE(bytes.size(), entry["size"].get<qsizetype>());
            const auto value = SlotCodec(type, 0).decodeValue(bytes);
            QVERIFY2(!value, entry.dump().c_str());
            QVERIFY2(value.error().offset >= 0 && value.error().offset <= bytes.size(), entry.dump().c_str());
            QVERIFY(!SlotCodec(type, 0).readOnlyReason(bytes).isEmpty());
            if (entry["expect"] == "identifier-mismatch") {
                QVERIFY2(
                    value.error().what.contains(QStringLiteral("identifier WRHS of the schema, but HSRW")),
                    qPrintable(value.error().what));
                QVERIFY(value.error().readSoFar);
                QVERIFY(FlatBuffersCodec(type.flatBuffers).obstacles(bytes).otherIdentifier);
                type.flatBuffers.anyIdentifier = true;
                QVERIFY(SlotCodec(type, 0).decodeValue(bytes));
                QCOMPARE(SlotCodec(type, 0).readOnlyReason(bytes), QString());
            } else {
                QVERIFY2(!value.error().readSoFar, entry.dump().c_str());
            }
            ++walked;
        }
        QCOMPARE(walked, 17);
    }

    // Whatever a byte is changed to: an error, or a value that can be written back.
    void mutationsDoNoHarm()
    {
        int read = 0;
        int refused = 0;
        for (const Buffer &buffer : buffers()) {
            forEachMutation(buffer.bytes, 120, [&](const QByteArray &damaged) {
                const auto value = buffer.codec.decodeValue(damaged);
                ++(value ? read : refused);
                if (value) {
                    QCOMPARE(*buffer.codec.encodeValue(*value, damaged), damaged);
                    const auto anew = buffer.codec.encodeValue(*value);
                    QVERIFY2(anew || anew.error().what.contains(QStringLiteral("does not know")),
                             buffer.name.c_str());
                }
                if (const auto structure =
                        SlotCodec({.value = ValueType::FlatBuffers}, 0).decodeValue(damaged))
                    QVERIFY(!buffer.codec.valueNotation(*structure).isEmpty());
            });
        }
        QVERIFY(read > 1000);
        QVERIFY(refused > 1000);
    }

    void fieldsAreColumns()
    {
        const auto value = codecFor("book.bfbs").decodeValue(contentOf(path("book-one.bin")));
        QCOMPARE(value->kind(), Value::Kind::Map);
        QCOMPARE(*ValuePath::parse(QStringLiteral("title"))->find(*value),
                 Value::text(QStringLiteral("Der Zauberberg")));
        QCOMPARE(*ValuePath::parse(QStringLiteral("authors[0].born"))->find(*value), Value::integer(1875));
        QCOMPARE(*ValuePath::parse(QStringLiteral("pages"))->find(*value), Value::integer(1002));
        QVERIFY(!isAbsent(*value->find(u"pages")));
        const Value *kind = value->find(u"kind");
        QCOMPARE(kind->toInt64(), std::optional<qint64>(0));
        QVERIFY(isAbsent(*kind));
        // Stored, it is another value.
        QVERIFY(!(*kind == Value::integer(0)));
    }

    void scalarsAreChangedInPlace()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        const QByteArray before = contentOf(path("book-one.bin"));
        const Value old = *codec.decodeValue(before);
        const auto changed = [&](const QString &where, const Value &to) {
            const auto wanted = replaced(old, *ValuePath::parse(where), to);
            const auto bytes = codec.encodeValue(*wanted, before);
            return bytes ? *bytes : QByteArray();
        };
        const auto differing = [&before](const QByteArray &after) {
            int count = after.size() == before.size() ? 0 : -1000;
            for (qsizetype i = 0; i < before.size() && count >= 0; ++i)
                count += before[i] != after[i];
            return count;
        };
        QCOMPARE(differing(changed(QStringLiteral("pages"), Value::integer(1003))), 1);
        QCOMPARE(differing(changed(QStringLiteral("price"), Value::number(17))), 1);
        QCOMPARE(differing(changed(QStringLiteral("oid.lo"), Value::integer(9))), 7);
        QCOMPARE(differing(changed(QStringLiteral("title"), Value::text(QStringLiteral("der Zauberberg")))),
                 1);
        QCOMPARE(differing(changed(QStringLiteral("authors[0].born"), Value::integer(1876))), 1);
        QCOMPARE(differing(changed(QStringLiteral("cover"), Value::bytes(QByteArray("\x89QNG", 4)))), 1);
    }

    void editsAreReadBackAsTheyWereMeant()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        const QByteArray before = contentOf(path("book-one.bin"));
        const Value old = *codec.decodeValue(before);
        const auto check = [&](const QString &where, const Value &to, const QByteArray &notation) {
            const auto wanted = replaced(old, *ValuePath::parse(where), to);
            QVERIFY(wanted);
            const auto bytes = codec.encodeValue(*wanted, before);
            QVERIFY2(bytes, bytes ? "" : qPrintable(bytes.error().what));
            const auto after = codec.decodeValue(*bytes);
            const Value *there = ValuePath::parse(where)->find(*after);
            QVERIFY(there);
            QCOMPARE(toTypedNotation(*there), notation);
            QVERIFY(!isAbsent(*there));
            // And nothing else.
            QCOMPARE(*replaced(*after, *ValuePath::parse(where), *ValuePath::parse(where)->find(old)), old);
        };
        check(QStringLiteral("title"), Value::text(QStringLiteral("Buddenbrooks")), "\"Buddenbrooks\"");
        check(QStringLiteral("kind"), Value::integer(2), R"({"enum":"Digital","value":2})");
        check(QStringLiteral("kind"), Value::text(QStringLiteral("Audio")), R"({"enum":"Audio","value":1})");
        check(QStringLiteral("kind"), Value::integer(0), R"({"enum":"Paper","value":0})"); // stored now
        check(QStringLiteral("in_print"), Value::boolean(true), "true");
        check(QStringLiteral("tags"), Value::array({Value::text(QStringLiteral("a"))}), R"(["a"])");
        check(QStringLiteral("tags"), Value::array({}), "[]");
        check(QStringLiteral("cover"), Value::bytes("abc"), "[97,98,99]");
        check(QStringLiteral("acquired_ns"), Value::unsignedInteger(~quint64(0)), "\"18446744073709551615\"");
        check(QStringLiteral("authors"),
              Value::array(
                  {old.find(u"authors")->items()[0],
                   Value::map({{Value::text(QStringLiteral("name")), Value::text(QStringLiteral("B"))}})}),
              R"([{"$table":"library.Author","fields":{"name":"Thomas Mann","born":1875},"absent":[]},)"
              R"({"$table":"library.Author","fields":{"name":"B","born":0},"absent":["born"]}])");
    }

    void fieldsBecomeAbsent()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        const QByteArray before = contentOf(path("book-one.bin"));
        const Value old = *codec.decodeValue(before);
        for (const char *name : {"oid", "title", "authors", "pages", "price"}) {
            const ValuePath where = ValuePath::fields({QLatin1String(name)});
            for (const auto &wanted : {removed(old, where), replaced(old, where, Value())}) {
                const auto bytes = codec.encodeValue(*wanted, before);
                QVERIFY2(bytes, name);
                QVERIFY(bytes->size() <= before.size());
                QVERIFY(isAbsent(*where.find(*codec.decodeValue(*bytes))));
            }
        }
        const SlotCodec inventory = codecFor("inventory.fbs");
        const Value full = *inventory.decodeValue(contentOf(path("inventory-full.bin")));
        const auto without = removed(full, *ValuePath::parse(QStringLiteral("suppliers[1].name")));
        const auto refused = inventory.encodeValue(*without);
        QVERIFY(!refused);
        QCOMPARE(refused.error().path.toString(), QStringLiteral("suppliers[1].name"));
        QVERIFY(refused.error().what.contains(QStringLiteral("required")));
    }

    void whatDoesNotFitIsRefused_data()
    {
        QTest::addColumn<QString>("where");
        QTest::addColumn<QString>("notation");
        QTest::newRow("range") << "items[0].price.currency"
                               << "65536";
        QTest::newRow("sign") << "items[0].serials[0]"
                              << "-1";
        QTest::newRow("kind") << "name"
                              << "5";
        QTest::newRow("number") << "counters[0].count"
                                << "1.5";
        QTest::newRow("enum") << "items[0].zone"
                              << "\"Attic\"";
        QTest::newRow("enum of two minds") << "items[0].zone"
                                           << R"({"enum": "Hall", "value": 2})";
        QTest::newRow("flag") << "items[0].handling"
                              << "\"Fragile|Wet\"";
        QTest::newRow("field") << "items[0].supplier"
                               << R"({"name": "a", "nome": "b"})";
        QTest::newRow("required") << "items[0].supplier"
                                  << R"({"country": "b"})";
        QTest::newRow("other table") << "items[0].supplier"
                                     << R"({"$table": "acme.stock.Item", "fields": {}})";
        QTest::newRow("list") << "items[0].tags"
                              << "\"a\"";
        QTest::newRow("null in a list") << "items[0].tags"
                                        << "[null]";
        QTest::newRow("float") << "items[0].box.lower.x"
                               << "1e300";
        QTest::newRow("half a character") << "name"
                                          << R"({"codepoints": [55357]})";
    }
    void whatDoesNotFitIsRefused()
    {
        QFETCH(QString, where);
        QFETCH(QString, notation);
        const SlotCodec codec = codecFor("inventory.bfbs");
        const QByteArray before = contentOf(path("inventory-full.bin"));
        const ValuePath there = *ValuePath::parse(where);
        const auto wanted = replaced(*codec.decodeValue(before), there, *fromNotation(notation.toUtf8()));
        const auto bytes = codec.encodeValue(*wanted, before);
        QVERIFY(!bytes);
        QVERIFY2(bytes.error().path.toString().startsWith(where), qPrintable(bytes.error().path.toString()));
        QVERIFY(!bytes.error().what.isEmpty());
    }

    void unionsAndTheirTypesFollowEachOther()
    {
        const SlotCodec codec = codecFor("media.bfbs");
        const QByteArray before = contentOf(path("media-vector.bin"));
        const Value old = *codec.decodeValue(before);
        const auto after = [&](const char *where, const char *notation) {
            const auto wanted =
                replaced(old, *ValuePath::parse(QLatin1String(where)), *fromNotation(notation));
            const auto bytes = codec.encodeValue(*wanted, before);
            return bytes ? *codec.decodeValue(*bytes) : Value::text(bytes.error().what);
        };
        const auto number = [](const Value &value, QStringView name) {
            return value.find(name) ? value.find(name)->toInt64() : std::nullopt;
        };
        Value value = after("main_type", "1");
        QCOMPARE(number(value, u"main_type"), std::optional<qint64>(1));
        QCOMPARE(
            toTypedNotation(*value.find(u"main")),
            R"({"$table":"acme.media.Image","fields":{"width":0,"height":0},"absent":["width","height","pixels"]})");
        value = after("main_type", "0");
        QVERIFY(isAbsent(*value.find(u"main")));
        value = after("main", R"({"$table":"acme.media.Sound","fields":{"seconds":2.5}})");
        QCOMPARE(number(value, u"main_type"), std::optional<qint64>(2));
        value = after("extra", R"({"$struct":"acme.media.Point","fields":{"x":1,"y":2}})");
        QCOMPARE(number(value, u"extra_type"), std::optional<qint64>(3));
        value = after("attachments", "[]");
        QCOMPARE(value.find(u"attachments_type")->items().size(), 0u);
        value = after("more", R"(["new",{"$struct":"acme.media.Point","fields":{"x":-5,"y":9}}])");
        QCOMPARE(toTypedNotation(*value.find(u"more_type")),
                 R"([{"enum":"note","value":2},{"enum":"at","value":3}])");
        QCOMPARE(after("main_type", "9").kind(), Value::Kind::Text);
    }

    void nestedBuffersAreEditedInside()
    {
        const SlotCodec codec = codecFor("envelope.fbs");
        const QByteArray before = contentOf(path("envelope-nested.bin"));
        const Value old = *codec.decodeValue(before);
        const ValuePath subject = *ValuePath::parse(QStringLiteral("payload.subject"));
        QCOMPARE(*subject.find(old), Value::text(QStringLiteral("inner buffer")));
        for (const char *text : {"inner BUFFER", "a longer subject than before"}) {
            const auto wanted = replaced(old, subject, Value::text(QLatin1String(text)));
            const auto bytes = codec.encodeValue(*wanted, before);
            QVERIFY2(bytes, bytes ? "" : qPrintable(bytes.error().what));
            const Value after = *codec.decodeValue(*bytes);
            QCOMPARE(*subject.find(after), Value::text(QLatin1String(text)));
            QCOMPARE(bytes->sliced(4, 4), QByteArray("ENVL"));
            // The bytes in the notation are the new ones.
            QVERIFY(codec.valueFromNotation(codec.valueNotation(after)));
        }
        QByteArray damaged = before;
        const qsizetype inner = before.indexOf(QByteArray::fromHex("1000000000000a00"));
        damaged[inner] = '\x7f';
        const auto value = codec.decodeValue(damaged);
        QVERIFY(value);
        QCOMPARE(flatKind(*value->find(u"payload")), quint32(FlatDamaged));
        QVERIFY(codec.valueNotation(*value).contains("\"error\""));
        // The same wherever the bytes stand.
        QCOMPARE(codec.valueFromNotation(codec.valueNotation(*value))->find(u"payload")->style().spelling,
                 value->find(u"payload")->style().spelling);
        QCOMPARE(*codec.encodeValue(*value, damaged), damaged);
        const auto wanted =
            replaced(*value, *ValuePath::parse(QStringLiteral("checksum")), Value::integer(1));
        const auto bytes = codec.encodeValue(*wanted, damaged);
        QVERIFY(bytes);
        QCOMPARE(codec.decodeValue(*bytes)->find(u"payload")->toBytes(), value->find(u"payload")->toBytes());
    }

    void fieldsOfANewerWriterAreNotLost()
    {
        const auto newer =
            FlatSchema::fromText("table T { a:int; b:string; c:[int]; } root_type T;", QStringLiteral("n"));
        const auto older = FlatSchema::fromText("table T { a:int; } root_type T;", QStringLiteral("o"));
        SlotType type {.value = ValueType::FlatBuffers};
        type.flatBuffers.schema = *newer;
        const SlotCodec writer(type, 0);
        const QByteArray before =
            *writer.encodeValue(*writer.valueFromNotation(R"({"a": 1, "b": "text", "c": [1, 2]})"));
        type.flatBuffers.schema = *older;
        const SlotCodec reader(type, 0);
        const Value old = *reader.decodeValue(before);
        QVERIFY(reader.valueNotation(old).endsWith(R"("unknown":[1,2]})"));
        QVERIFY(reader.readOnlyReason(before).contains(QStringLiteral("does not know")));
        QCOMPARE(*reader.encodeValue(old, before), before);
        const auto changed = replaced(old, ValuePath::fields({QStringLiteral("a")}), Value::integer(2));
        QVERIFY(!reader.encodeValue(*changed, before));
        QVERIFY(!reader.encodeValue(*reader.valueFromNotation(reader.valueNotation(*changed))));

        QCOMPARE(FlatBuffersCodec(type.flatBuffers).obstacles(before).unknownFields, 2);
        QVERIFY(!FlatBuffersCodec(type.flatBuffers).obstacles(before).otherIdentifier);

        type.flatBuffers.dropUnknownFields = true;
        const SlotCodec careless(type, 0);
        QCOMPARE(careless.readOnlyReason(before), QString());
        // Even then no more than must be: what is changed in place leaves the others where they are.
        const Value kept = *writer.decodeValue(*careless.encodeValue(*changed, before));
        QCOMPARE(*kept.find(u"b"), Value::text(QStringLiteral("text")));
        const auto absent = removed(old, ValuePath::fields({QStringLiteral("a")}));
        const Value dropped = *writer.decodeValue(*careless.encodeValue(*absent, before));
        QVERIFY(isAbsent(*dropped.find(u"b")));
    }

    void deprecatedFieldsThatAreStored()
    {
        const auto with =
            FlatSchema::fromText("table T { a:int; b:string; } root_type T;", QStringLiteral("w"));
        const auto without = FlatSchema::fromText("table T { a:int; b:string (deprecated); } root_type T;",
                                                  QStringLiteral("d"));
        SlotType type {.value = ValueType::FlatBuffers};
        type.flatBuffers.schema = *with;
        const QByteArray before =
            *SlotCodec(type, 0).encodeValue(*SlotCodec(type, 0).valueFromNotation(R"({"a": 1, "b": "old"})"));
        type.flatBuffers.schema = *without;
        const SlotCodec codec(type, 0);
        const Value old = *codec.decodeValue(before);
        QCOMPARE(*old.find(u"b"), Value::text(QStringLiteral("old")));
        const auto bytes = codec.encodeValue(*removed(old, ValuePath::fields({QStringLiteral("a")})), before);
        QCOMPARE(*codec.decodeValue(*bytes)->find(u"b"), Value::text(QStringLiteral("old")));
    }

    void textsThatAreNotUtf8()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        QByteArray bytes = contentOf(path("book-one.bin"));
        bytes.replace("Zauberberg", "Zauberb\xe4rg");
        const Value value = *codec.decodeValue(bytes);
        QCOMPARE(value.find(u"title")->toBytes(), QByteArray("Der Zauberb\xe4rg"));
        const QByteArray notation = codec.valueNotation(value);
        QVERIFY(notation.contains(R"("title":{"hex":)"));
        QCOMPARE(
            codec.valueNotation(*codec.decodeValue(*codec.encodeValue(*codec.valueFromNotation(notation)))),
            notation);
    }

    void sharingIsBounded()
    {
        // Each table refers twice to the next: 2^60 tables for those who count them.
        const auto schema = FlatSchema::fromText("table T { a:T; b:T; } root_type T;", QStringLiteral("t"));
        SlotType type {.value = ValueType::FlatBuffers};
        type.flatBuffers.schema = *schema;
        QByteArray bytes;
        const auto add = [&bytes](quint32 number, int size) {
            bytes.append(reinterpret_cast<const char *>(&number), size);
        };
        add(12, 4);
        add(8 | 12 << 16, 4); // a vtable of two fields
        add(4 | 8 << 16, 4);
        constexpr int Levels = 60;
        for (int i = 0; i < Levels; ++i) {
            add(quint32(bytes.size()) - 4, 4);
            add(i + 1 < Levels ? 8 : 0, 4);
            add(i + 1 < Levels ? 4 : 0, 4);
        }
        // The last one has no fields.
        bytes.chop(8);
        const quint32 back = quint32(-4);
        bytes.replace(bytes.size() - 4, 4, reinterpret_cast<const char *>(&back), 4);
        add(4 | 4 << 16, 4);
        const auto value = SlotCodec(type, 0).decodeValue(bytes);
        QVERIFY(!value);
        QVERIFY2(value.error().what.contains(QStringLiteral("again and again")),
                 qPrintable(value.error().what));
    }

    // Sixteen times the authors take about sixteen times the time to read, and to change one of them: the
    // bound is far from that, and farther from the square.
    void timeGrowsAsTheBufferDoes()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        const auto secondsFor = [&codec](int authors) {
            ValueList list;
            for (int i = 0; i < authors; ++i)
                list.push_back(Value::map(
                    {{Value::text(QStringLiteral("name")), Value::text(QStringLiteral("author %1").arg(i))},
                     {Value::text(QStringLiteral("born")), Value::integer(1900)}}));
            const Value book = Value::map({{Value::text(QStringLiteral("authors")), Value::array(list)}});
            const QByteArray bytes = codec.encodeValue(*codec.valueFromNotation(toNotation(book))).value();
            double best = 1e9;
            for (int round = 0; round < 5; ++round) {
                const double start = cpuSeconds();
                const Value old = *codec.decodeValue(bytes);
                const ValuePath name = *ValuePath::parse(QStringLiteral("authors[%1].name").arg(authors / 2));
                const auto wanted = replaced(old, name, Value::text(QStringLiteral("another, longer name")));
                if (!codec.encodeValue(*wanted, bytes) || !codec.readOnlyReason(bytes).isEmpty())
                    return 0.0;
                best = std::min(best, cpuSeconds() - start);
            }
            return best;
        };
        const double few = secondsFor(500);
        const double many = secondsFor(8000);
        QVERIFY(few > 0 && many > 0);
        QVERIFY2(many < 64 * few, qPrintable(QStringLiteral("%1 s, %2 s").arg(few).arg(many)));
    }

    void withoutASchemaTheStructureIsShown()
    {
        const SlotCodec codec({.value = ValueType::FlatBuffers}, 0);
        const QByteArray bytes = contentOf(path("inventory-full.bin"));
        const auto value = codec.decodeValue(bytes);
        QVERIFY(value);
        QCOMPARE(value->kind(), Value::Kind::Opaque);
        QCOMPARE(*value->find(u"file identifier"), Value::text(QStringLiteral("WRHS")));
        const QByteArray notation = codec.valueNotation(*value);
        QVERIFY(notation.contains(R"("guess":"text","value":"Halle 7")"));
        QVERIFY(notation.contains(R"("guess":"vector of tables")"));
        QVERIFY(!codec.readOnlyReason(bytes).isEmpty());
        QCOMPARE(*codec.encodeValue(*value, bytes), bytes);
        QVERIFY(!codec.encodeValue(Value::map({}), bytes));
        QVERIFY(!codec.decodeValue("no buffer, but a text"));
        QVERIFY(!codec.decodeValue(QByteArray()));
    }

    void fieldsAreShownAndTypedAsText()
    {
        const SlotCodec codec = codecFor("book.bfbs");
        const QByteArray before = contentOf(path("book-one.bin"));
        const Value old = *codec.decodeValue(before);
        const Value kind = *old.find(u"kind");
        QCOMPARE(displayText(kind), QStringLiteral("Paper"));
        // Looking at a default does not store it.
        for (const char *text : {"Paper", "0"})
            QVERIFY(isAbsent(*parseLike(kind, QLatin1String(text))));
        QVERIFY(isAbsent(*parseLike(*old.find(u"in_print"), QStringLiteral("true"))));
        const auto bytes = codec.encodeValue(*replaced(old, ValuePath::fields({QStringLiteral("kind")}),
                                                       *parseLike(kind, QStringLiteral("Digital"))),
                                             before);
        QCOMPARE(displayText(*codec.decodeValue(*bytes)->find(u"kind")), QStringLiteral("Digital"));
        // A text that is absent does not become a number.
        const Value blank = codec.blankValue();
        QCOMPARE(*parseLike(*blank.find(u"isbn"), QStringLiteral("007")), Value::text(QStringLiteral("007")));
        QCOMPARE(parseLike(*blank.find(u"tags"), QStringLiteral("[\"a\"]"))->items().size(), 1u);
    }

    void blankRecords()
    {
        for (const char *schema : {"book.bfbs", "envelope.fbs", "media.bfbs", "optional.fbs"}) {
            const SlotCodec codec = codecFor(schema);
            const auto bytes = codec.encodeValue(codec.blankValue());
            QVERIFY2(bytes, schema);
            QCOMPARE(*codec.decodeValue(*bytes), codec.blankValue());
        }
    }

    void theRootHasToBeThere()
    {
        SlotType type = typeOf(path("book.bfbs"), QStringLiteral("library.Author"));
        QVERIFY(!SlotCodec(type, 0).decodeValue(QByteArray()));
        type.flatBuffers.root = QStringLiteral("library.Nothing");
        const auto value = SlotCodec(type, 0).decodeValue(contentOf(path("book-one.bin")));
        QVERIFY(!value);
        QVERIFY(value.error().what.contains(QStringLiteral("library.Author, library.Book")));
    }
};

QTEST_GUILESS_MAIN(TestFlatBuffers)
#include "tst_flatbuffers.moc"
