// SPDX-License-Identifier: GPL-3.0-or-later
//
// What we write is read with the reference libraries of Python: after every possible edit of one field they
// see that edit and nothing else.
#include "core/codec/flatbuffers/flatschema.h"
#include "core/pmap/slottype.h"
#include "tests/support/flatedits.h"
#include "tests/support/singleedits.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QProcess>
#include <QtTest>

#include <map>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

/// A record that every edit is tried on.
struct Record
{
    QString name;
    SlotCodec codec;
    QByteArray bytes;
};

/// A format under test: another one is one more entry, and one more function in tests/interop/readers.py.
struct Format
{
    const char *name; ///< as readers.py calls it
    ValueType type;
    const char *vectors; ///< file below tests/data
    const char *list; ///< of which the records are, in that file
    std::vector<QByteArray> more; ///< records beyond the vectors
    /// Whether a set leaf changes its own bytes and no others, not even a length in front.
    bool setsInPlace;
    bool readsRepeatedKeys; ///< whether the reference keeps all members of the same key
    /// Whether the record holds references that count, which change when what they count does.
    bool (*refersByNumber)(const QByteArray &bytes);
    bool (*isTried)(const Json &vector);
};

bool always(const QByteArray &)
{
    return true;
}

bool each(const Json &)
{
    return true;
}

bool never(const QByteArray &)
{
    return false;
}

bool hasCborReferences(const QByteArray &bytes)
{
    return bytes.contains("\xd8\x19") || bytes.contains("\xd8\x1d");
}

// What cbor2 writes with value_sharing and string_referencing, more types, and what other writers spell
// otherwise.
std::vector<QByteArray> moreCbor()
{
    std::vector<QByteArray> records;
    for (const char *hex :
         {"d81ca36161d81ca2646e616d6563416e6e6474616773d81c82617861796162d81c82d81d01d81d026163d81d02",
          "d81ca3616e016473656c66d81d00646c697374d81c82d81d00d81c81d81d00",
          "d9010083a365666972737463416e6e646c61737465536d697468626964d8255000000000000000000000000000000005a3"
          "d8190063426f62d81902d81903626964d825d81904a3d81900d81901d81902654a6f6e6573626964d825d81904",
          "d90100d81c82d81ca265666972737463416e6e646d6f7265d81ca2646e616d65d819016474616773d81c8261786179d81c"
          "a2d81900d81901d81902d81d02",
          "d9010083c24d0c9f2c9cd04674edea40000000c2d81900c34d0c9f2c9cd04674edea3fffffff",
          "a701d81e82010302c482200f03d823616104d90104500000000000000000000000000000000105d90105a15020010db800"
          "0000000000000000000000182006d90102836178010207d917708201a1616102",
          "c1fb41d7835769600000", "bf18007f61616162ff6166f93e006174c11a514b67b0617801ff",
          "d9d9f7a261619f1801f93c00ff616282fa3fc000005f4101ff",
          "9b000000000000000282b9000161611a000000010102", "d9010282f93c007f6161ff"})
        records.push_back(QByteArray::fromHex(hex));
    return records;
}

std::vector<QByteArray> moreJson()
{
    return {"{\n    \"name\": \"Ann \\u00e9\",\n    \"tags\": [\n        \"x\",\n        1.50\n    ],\n"
            "    \"one\": [1, 2,3 , 4],\n    \"none\": {},\n    \"flat\": {\"a\":1,\"b\":{\"c\":null}}\n}\n",
            R"([{"a": 1, "a": 2}, [[1], [2, 3]], {"b" :"\u0041\/", "c":1E5}])"};
}

// Not of classes that this Python does not have; and where one object stands in several places, an edit of
// one field is one of several. Thousands of items are thousands of edits of thousands of items.
bool pickleIsTried(const Json &vector)
{
    constexpr size_t LongestHex = 2000;
    if (vector["hex"].get<std::string>().size() > LongestHex
        || (vector.contains("value") && vector["value"].contains("inside")))
        return false;
    const std::string what = vector.value("what", "");
    for (const Json &global : vector.value("globals", Json::array())) {
        if (global.get<std::string>().rfind("acme.", 0) == 0)
            return false;
    }
    return what.find("the same list") == std::string::npos && what.find("holds itself") == std::string::npos;
}

const std::vector<Format> &formats()
{
    static const std::vector<Format> list {
        {"cbor", ValueType::Cbor, "cbor-vectors.json", "vectors", moreCbor(), true, false, hasCborReferences,
         each},
        {"json", ValueType::Json, "json-vectors.json", "vectors", moreJson(), true, true, never, each},
        {"pickle",
         ValueType::Pickle,
         "pickle-vectors.json",
         "vectors",
         {},
         false,
         false,
         always,
         pickleIsTried},
        {"pickle",
         ValueType::Pickle,
         "pickle-vectors.json",
         "zlmdb",
         {},
         false,
         false,
         always,
         pickleIsTried},
        {"pickle5",
         ValueType::Pickle5,
         "pickle-vectors.json",
         "zlmdb",
         {},
         false,
         false,
         always,
         pickleIsTried},
    };
    return list;
}

SlotCodec codecOf(ValueType type, Compression compression = Compression::None)
{
    SlotType slot;
    slot.value = type;
    slot.compression = compression;
    return SlotCodec(slot);
}

std::vector<Record> vectorRecords(const Format &format)
{
    std::vector<Record> records;
    for (const Json &vector : vectorsIn(QString::fromLatin1(format.vectors), format.list)) {
        const std::string type = vector.value("type", "");
        const bool isOfFormat =
            type.empty() || valueTypeFromName(QString::fromStdString(type)) == format.type;
        if (isOfFormat && format.isTried(vector))
            records.push_back({QString::fromStdString(vector["hex"]).left(40), codecOf(format.type),
                               fromHex(vector["hex"])});
    }
    for (const QByteArray &bytes : format.more)
        records.push_back({QString::fromLatin1(bytes.toHex().left(40)), codecOf(format.type), bytes});
    return records;
}

// The records of all slots of the format in the dump, of each slot the first ones.
std::vector<Record> slotRecords(const Format &format)
{
    constexpr int PerSlot = 12;
    std::map<quint16, SlotCodec> codecs;
    const Json expected = readVectors(QStringLiteral("slots/expected-slots.json"));
    for (const Json &slot : expected["slots"]) {
        const auto type = valueTypeFromName(QString::fromStdString(slot["value_type"]));
        const auto compression = compressionFromName(QString::fromStdString(slot["compression"]));
        if (type == format.type && compression)
            codecs.emplace(slot["number"].get<quint16>(), codecOf(*type, *compression));
    }
    std::vector<Record> records;
    std::map<quint16, int> taken;
    for (const Json &line : readLines(QStringLiteral("slots/slots-dump.jsonl"))) {
        const QByteArray key = fromHex(line["key"]);
        const quint16 number = key.size() < 2 ? 0 : quint16(quint8(key[0]) << 8 | quint8(key[1]));
        const auto codec = codecs.find(number);
        if (codec == codecs.end() || taken[number] >= PerSlot)
            continue;
        const QByteArray value = fromHex(line["value"]);
        if (!codec->second.decodeValue(value)) // damaged on purpose
            continue;
        ++taken[number];
        records.push_back({QStringLiteral("slot %1, %2").arg(number).arg(QLatin1String(key.toHex())),
                           codec->second, value});
    }
    return records;
}

// The bytes of every node that is not on the way to the edit are those that they were.
void compareUntouched(const Value &before, QByteArrayView beforeBytes, const Value &after,
                      QByteArrayView afterBytes, const SingleEdit &edit, size_t depth)
{
    const auto bytesOf = [](const Value &value, QByteArrayView bytes) {
        return bytes.sliced(value.source().offset, value.source().length).toByteArray().toHex();
    };
    const auto &steps = edit.path.steps();
    if (depth == steps.size()) {
        if (edit.kind != SingleEdit::Kind::Add)
            return;
        for (size_t i = 0; i < before.items().size(); ++i)
            QCOMPARE(bytesOf(after.items()[i], afterBytes), bytesOf(before.items()[i], beforeBytes));
        for (size_t i = 0; i < before.members().size(); ++i) {
            QCOMPARE(bytesOf(after.members()[i].key, afterBytes),
                     bytesOf(before.members()[i].key, beforeBytes));
            QCOMPARE(bytesOf(after.members()[i].value, afterBytes),
                     bytesOf(before.members()[i].value, beforeBytes));
        }
        return;
    }
    const Value *touched = ValuePath({steps[depth]}).find(before);
    const bool last = depth + 1 == steps.size();
    const bool removes = last && edit.kind == SingleEdit::Kind::Remove;
    size_t to = 0;
    for (const Value &item : before.items()) {
        if (&item == touched) {
            if (!removes)
                compareUntouched(item, beforeBytes, after.items()[to++], afterBytes, edit, depth + 1);
            continue;
        }
        QCOMPARE(bytesOf(after.items()[to++], afterBytes), bytesOf(item, beforeBytes));
    }
    for (const Member &member : before.members()) {
        const bool here = &member.value == touched;
        if (here && removes)
            continue;
        const Member &now = after.members()[to++];
        if (!here || edit.kind != SingleEdit::Kind::Rename || !last)
            QCOMPARE(bytesOf(now.key, afterBytes), bytesOf(member.key, beforeBytes));
        if (here && (!last || edit.kind != SingleEdit::Kind::Rename))
            compareUntouched(member.value, beforeBytes, now.value, afterBytes, edit, depth + 1);
        else
            QCOMPARE(bytesOf(now.value, afterBytes), bytesOf(member.value, beforeBytes));
    }
}

// That, and of a scalar that was set nothing but its own bytes.
void compareBytes(const Format &format, const Value &before, const QByteArray &beforeBytes,
                  const Value &after, const QByteArray &afterBytes, const SingleEdit &edit)
{
    compareUntouched(before, beforeBytes, after, afterBytes, edit, 0);
    const Value *old = edit.path.find(before);
    if (edit.kind != SingleEdit::Kind::Set || !format.setsInPlace || old->isContainer())
        return;
    const Value::Source now = edit.path.find(after)->source();
    QByteArray spliced = beforeBytes;
    spliced.replace(old->source().offset, old->source().length, afterBytes.mid(now.offset, now.length));
    QCOMPARE(afterBytes.toHex(), spliced.toHex());
}

SlotCodec flatCodec(const std::string &schema, const std::string &root)
{
    // From the source: compiled ones lose large defaults, and flatc reads no others.
    const QString file =
        dataFile(QString::fromStdString(schema).replace(QLatin1String(".bfbs"), QLatin1String(".fbs")));
    const auto read = FlatSchema::load(file);
    SlotType type;
    type.value = ValueType::FlatBuffers;
    if (read)
        type.flatBuffers = {*read, QString::fromStdString(root), file};
    return SlotCodec(type);
}

std::vector<Record> flatVectors()
{
    std::vector<Record> records;
    for (const Json &schema : vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
        for (const Json &buffer : schema["buffers"]) {
            const QString name = QString::fromStdString(buffer["bin"]);
            QFile file(dataFile(QStringLiteral("flatbuffers/") + name));
            if (file.open(QIODevice::ReadOnly))
                records.push_back(
                    {name,
                     flatCodec("flatbuffers/" + schema["schema"].get<std::string>(), schema["root_type"]),
                     file.readAll()});
        }
    }
    return records;
}

std::vector<Record> flatSlotRecords()
{
    constexpr int PerSlot = 12;
    std::vector<Record> records;
    const Json expected = readVectors(QStringLiteral("slots/expected-slots.json"));
    const std::vector<Json> lines = readLines(QStringLiteral("slots/slots-dump.jsonl"));
    for (const Json &slot : expected["slots"]) {
        if (slot["value_type"] != "FlatBuffers")
            continue;
        const SlotCodec codec = flatCodec(slot["schema"], slot["root_type"]);
        const auto number = slot["number"].get<quint16>();
        int taken = 0;
        for (const Json &line : lines) {
            const QByteArray key = fromHex(line["key"]);
            if (taken == PerSlot || key.size() < 3 || quint16(quint8(key[0]) << 8 | quint8(key[1])) != number)
                continue;
            const QByteArray value = fromHex(line["value"]);
            if (!codec.decodeValue(value)) // damaged on purpose
                continue;
            records.push_back({QString::fromLatin1(key.toHex()), codec, value});
            ++taken;
        }
    }
    return records;
}

QString script(const char *name)
{
    return dataFile(QStringLiteral("../interop/") + QLatin1String(name));
}

bool mustRun()
{
    return qEnvironmentVariableIsSet("CI");
}

} // namespace

class TestInterop : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyEditOfOneField_data()
    {
        QTest::addColumn<int>("format");
        QTest::addColumn<bool>("fromSlots");
        for (int i = 0; i < int(formats().size()); ++i) {
            const Format &format = formats()[size_t(i)];
            QTest::addRow("%s %s", format.name, format.list) << i << false;
            if (qstrcmp(format.list, "vectors") == 0)
                QTest::addRow("%s slots", format.name) << i << true;
        }
    }

    void everyEditOfOneField()
    {
        QFETCH(int, format);
        QFETCH(bool, fromSlots);
        const Format &tested = formats()[size_t(format)];
        const auto records = fromSlots ? slotRecords(tested) : vectorRecords(tested);
        QVERIFY(!records.empty());
        tryAll(tested, records);
    }

    // What the vectors do not have, made by Python on the spot.
    void everyEditOfPickles()
    {
        const auto made = run(script("make_pickles.py"), {});
        if (!made)
            return;
        std::vector<Record> records;
        for (const QByteArray &line : made->split('\n')) {
            const QList<QByteArray> parts = line.split('\t');
            if (parts.size() == 2)
                records.push_back(
                    {QString::fromUtf8(parts[0]), codecOf(ValueType::Pickle), QByteArray::fromHex(parts[1])});
        }
        QVERIFY(records.size() > 100);
        for (const Format &format : formats()) {
            if (format.type == ValueType::Pickle) {
                tryAll(format, records);
                return;
            }
        }
        QFAIL("there is no format for pickles");
    }

    void everyEditOfAFlatBuffer_data()
    {
        QTest::addColumn<bool>("fromSlots");
        QTest::newRow("vectors") << false;
        QTest::newRow("slots") << true;
    }

    void everyEditOfAFlatBuffer()
    {
        QFETCH(bool, fromSlots);
        const auto records = fromSlots ? flatSlotRecords() : flatVectors();
        QVERIFY(!records.empty());
        QByteArray lines;
        QStringList names;
        std::map<FlatEdit::Kind, int> kinds;
        for (const Record &record : records) {
            const FlatBuffersType &type = record.codec.type().flatBuffers;
            QVERIFY2(type.schema, qPrintable(record.name));
            const auto before = record.codec.decodeValue(record.bytes);
            QVERIFY2(before, qPrintable(record.name));
            for (const FlatEdit &edit : flatEditsOf(*before, *type.schema)) {
                const auto written = record.codec.encodeValue(edit.result, record.bytes);
                if (!written) {
                    QVERIFY(!written.error().what.isEmpty());
                    continue;
                }
                const QString name = record.name + QLatin1String(": ") + edit.text();
                const auto after = record.codec.decodeValue(*written);
                QVERIFY2(after, qPrintable(name));
                const QString fault = faultOf(edit, *before, *after);
                QVERIFY2(fault.isEmpty(), qPrintable(name + QLatin1String(": ") + fault));
                lines += flatInteropLine(record.codec, record.bytes, *before, *written, *after) + '\n';
                names += name;
                ++kinds[edit.kind];
            }
        }
        for (const auto kind :
             {FlatEdit::Kind::Set, FlatEdit::Kind::SetAbsent, FlatEdit::Kind::Remove, FlatEdit::Kind::AddItem,
              FlatEdit::Kind::RemoveItem, FlatEdit::Kind::MoveItem})
            QVERIFY2(kinds[kind] > 0, QByteArray::number(int(kind)).constData());
        qInfo("%d edits of %d records", int(names.size()), int(records.size()));
        ask(lines, names);
    }

private:
    static void tryAll(const Format &format, const std::vector<Record> &records)
    {
        QByteArray lines;
        QStringList names;
        for (const Record &record : records) {
            const qsizetype before = names.size();
            collect(format, record, &lines, &names);
            if (QTest::currentTestFailed()) {
                qWarning() << "in" << record.name;
                return;
            }
            if (names.size() == before && !record.codec.readOnlyReason(record.bytes).isEmpty())
                qInfo("%s is read-only", qPrintable(record.name));
        }
        QVERIFY(!names.empty());
        qInfo("%d edits of %d records", int(names.size()), int(records.size()));
        ask(lines, names);
    }

    // Writes all edits of a record, compares the bytes, and adds the questions for the reference.
    static void collect(const Format &format, const Record &record, QByteArray *lines, QStringList *names)
    {
        const auto value = record.codec.decodeValue(record.bytes);
        QVERIFY2(value, qPrintable(record.name));
        if (!record.codec.readOnlyReason(record.bytes).isEmpty())
            return;
        const QByteArray before = *record.codec.decompressed(record.bytes);
        // Of long records some edits, for all would be many times their length.
        constexpr qsizetype Long = 16384;
        size_t nth = 0;
        for (const SingleEdit &edit : singleEditsOf(*value)) {
            if (nth++ % 7 != 0 && record.bytes.size() > Long)
                continue;
            const QString name = record.name + QLatin1String(": ") + describe(edit);
            const auto written = record.codec.encodeValue(edit.result, record.bytes);
            // The types of numpy have their limits, and members of enums are of theirs.
            if (!written && written.error().what.endsWith(QLatin1String("cannot hold this")))
                continue;
            QVERIFY2(written,
                     qPrintable(name + QLatin1String(": ") + (written ? QString() : written.error().what)));
            const auto after = record.codec.decodeValue(*written);
            QVERIFY2(after, qPrintable(name));
            QVERIFY2(*after == edit.result, qPrintable(name));
            const QByteArray afterBytes = *record.codec.decompressed(*written);
            if (!format.refersByNumber(before))
                compareBytes(format, *value, before, *after, afterBytes, edit);
            if (QTest::currentTestFailed()) {
                qWarning() << qPrintable(name);
                return;
            }
            if (!format.readsRepeatedKeys && hasRepeatedKeys(*value))
                continue;
            *lines += interopLine(format.name, *value, edit, before, afterBytes) + '\n';
            *names += name;
        }
    }

    // What Python writes; nothing where the test cannot run.
    static std::optional<QByteArray> run(const QString &program, const QByteArray &input)
    {
        std::optional<QByteArray> output;
        [&] {
            QProcess python;
            python.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            // Debian's own, for its packages are what the test names.
            python.start(QStringLiteral("/usr/bin/python3"), {program});
            if (!python.waitForStarted()) {
                if (mustRun())
                    QFAIL("there is no /usr/bin/python3");
                QSKIP("there is no /usr/bin/python3");
            }
            python.write(input);
            python.closeWriteChannel();
            QVERIFY(python.waitForFinished(110'000));
            output = python.readAllStandardOutput();
        }();
        return output;
    }

    // What the reference says of each; the first few faults are the message.
    static void ask(const QByteArray &lines, const QStringList &names)
    {
        const auto output = run(script("check_edits.py"), lines);
        if (!output)
            return;
        const QList<QByteArray> answers = output->split('\n');
        QCOMPARE(answers.size(), names.size() + 1); // the last line ends, too
        QStringList faults;
        for (qsizetype i = 0; i < names.size(); ++i) {
            const Json answer = Json::parse(answers[i].toStdString(), nullptr, false);
            QVERIFY2(answer.is_object(), answers[i].constData());
            if (answer.contains("missing")) {
                const QString missing =
                    QStringLiteral("Python has no module %1").arg(QString::fromStdString(answer["missing"]));
                if (mustRun())
                    QFAIL(qPrintable(missing));
                QSKIP(qPrintable(missing));
            }
            if (answer.contains("error"))
                faults += names[i] + QLatin1String(": ") + QString::fromStdString(answer["error"]).left(600);
        }
        QVERIFY2(faults.isEmpty(),
                 qPrintable(QStringLiteral("%1 of %2 edits:\n%3")
                                .arg(faults.size())
                                .arg(names.size())
                                .arg(faults.mid(0, 12).join(QLatin1Char('\n')))));
    }
};

QTEST_GUILESS_MAIN(TestInterop)
#include "tst_interop.moc"
