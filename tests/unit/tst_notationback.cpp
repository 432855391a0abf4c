// SPDX-License-Identifier: GPL-3.0-or-later
//
// The notation of a value is read back as that value, whatever the value is: of random trees, of maps that
// look like something else, and of everything that the reference data holds.
#include "core/codec/json.h"
#include "core/pmap/slottype.h"
#include "core/value/notation.h"
#include "core/value/toldtag.h"
#include "core/value/valueedit.h"
#include "tests/support/testpaths.h"
#include "tests/support/vectors.h"

#include <QRandomGenerator>
#include <QtTest>

#include <array>
#include <cstring>
#include <limits>

using namespace slotscope::core;
using namespace slotscope::test;

namespace {

// Names that tell of something, as those of members and parts.
const char *const Names[] {"int",       "float",     "hex",       "bytearray",     "uuid",
                           "datetime",  "date",      "ns",        "decimal",       "fraction",
                           "regex",     "mime",      "ipaddress", "ipnetwork",     "codepoints",
                           "simple",    "undefined", "ref",       "tuple",         "set",
                           "frozenset", "map",       "tag",       "value",         "buffer",
                           "readonly",  "call",      "via",       "args",          "kwargs",
                           "state",     "items",     "pairs",     "persistent_id", "extension",
                           "global",    "timedelta", "time",      "timezone",      "complex",
                           "range",     "slice",     "path",      "cut",           "enum",
                           "flags",     "rest",      "$table",    "$struct",       "fields",
                           "absent",    "error",     "nested",    "opaque",        "parts",
                           "iso",       "structure", "root",      "slot",          "at",
                           "guess",     "x",         ""};

// Opaque values as the codecs make them, and some that nobody makes.
const char *const Opaques[] {
    R"({"timedelta":"-1 day, 23:59:59.000003"})",
    R"({"timedelta":"999999999 days, 0:00:00"})",
    R"({"time":"23:59:59.000001+05:30"})",
    R"({"timezone":"-03:00"})",
    R"({"datetime":"0001-01-01T00:00:00.500000"})",
    R"({"decimal":"-sNaN12"})",
    R"({"decimal":"-0.00"})",
    R"({"complex":[{"float":"NaN"},{"float":"-0.0"}]})",
    R"({"range":[0,{"int":"99999999999999999999"},-1]})",
    R"({"slice":[null,"a",{"hex":"00"}]})",
    R"({"path":{"codepoints":[55296]}})",
    R"({"global":"acme.Colour.GREEN"})",
    R"({"ref":0})",
    R"({"cut":"too much"})",
    R"({"persistent_id":{"tuple":[1]}})",
    R"({"persistent_id":"x","state":1})",
    R"({"extension":7,"items":[1,[2]]})",
    R"({"buffer":"00ff","readonly":false})",
    R"({"call":"os.system","via":"reduce","args":["x"],"kwargs":{"map":[]},"state":{"map":[]},"items":[[]],"pairs":[[1,2]]})",
    R"({"call":{"global":"a.b"},"via":"reduce","args":[]})",
    R"({"call":{"codepoints":[55296]},"via":"reduce","args":[]})",
    R"({"opaque":null,"parts":[["call","text"],["via","reduce"],["args",[]]]})",
    R"({"opaque":{"codepoints":[97,56320]},"parts":[]})",
    R"({"opaque":"name","parts":[["other",1],[{"tuple":[1]},2]]})",
    R"({"opaque":null,"parts":[]})",
    R"({"opaque":null,"parts":[["timedelta",5]]})",
    R"({"opaque":null,"parts":[["time","25:00:00"]]})",
    R"({"structure":"a","file identifier":null,"root":{"table at":1,"vtable at":2,"size":3,"slots in vtable":4,"stored":[{"slot":0,"at":4,"guess":"vector","count":1,"bytes":{"hex":"00"}}]}})"};

class Maker
{
public:
    explicit Maker(quint32 seed)
        : m_random(seed)
    {
    }

    Value value(int depth)
    {
        switch (below(depth > 0 ? 22 : 15)) {
        case 0:
            return {};
        case 1:
            return Value::undefined();
        case 2:
            return Value::boolean(below(2) != 0);
        case 3:
            return Value::integer(qint64(m_random.generate64()) >> below(64));
        case 4:
            return *Value::integerFromText(QStringLiteral("-%1").arg(m_random.generate64())
                                           + QString(below(20), u'7'));
        case 5:
            return number();
        case 6:
            return Value::text(text());
        case 7:
            return Value::text(name());
        case 8:
        case 9:
            return otherwise(Value::bytes(bytes(below(20))));
        case 10:
            return Value::uuid(QUuid::fromRfc4122(below(9) ? bytes(16) : QByteArray(16, '\0')));
        case 11:
            return Value::timestamp(below(9) ? qint64(m_random.generate64())
                                             : std::numeric_limits<qint64>::min());
        case 12:
            return *fromNotation(R"({"decimal":")"
                                 + QByteArray::number(qint64(m_random.generate64()) >> below(64)) + 'E'
                                 + QByteArray::number(below(40) - 20) + R"("})");
        case 13:
            return Value::simple(quint8(below(2) ? below(20) : 32 + below(224)));
        case 14:
            return *fromNotation(Opaques[size_t(below(std::size(Opaques)))]);
        case 15:
            return Value::array(list(depth));
        case 16:
            return Value::tuple(list(depth));
        case 17:
            return otherwise(Value::set(list(depth)));
        case 18:
        case 19:
            return Value::map(members(depth));
        case 20:
            return tag(depth);
        default:
            return Value::opaque(below(2) ? QString() : text(), members(depth));
        }
    }

private:
    int below(qsizetype bound) { return int(m_random.bounded(quint32(bound))); }

    Value otherwise(Value value)
    {
        return below(2) ? value : std::move(value).withStyle({Value::OtherType, {}});
    }
    QByteArray bytes(int size)
    {
        QByteArray out;
        for (int i = 0; i < size; ++i)
            out += char(below(256));
        return out;
    }
    QString name() { return QString::fromLatin1(Names[size_t(below(std::size(Names)))]); }
    QString text()
    {
        static constexpr char16_t Letters[] {u'a', u'"',   u'\\',  0,      u'\n', 0x7f,
                                             u'é', 0x2028, 0xd800, 0xdc00, 0xffff};
        QString out;
        for (int left = below(6); left > 0; --left)
            out += QChar(Letters[size_t(below(std::size(Letters)))]);
        return out;
    }
    Value number()
    {
        const quint64 bits = m_random.generate64();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        return Value::number(below(4) ? number : double(below(1000)));
    }
    ValueList list(int depth)
    {
        ValueList items;
        for (int left = below(4); left > 0; --left)
            items.push_back(value(depth - 1));
        return items;
    }
    MemberList members(int depth)
    {
        MemberList members;
        for (int left = below(5); left > 0; --left)
            members.push_back({below(4) ? Value::text(name()) : value(depth - 1), value(depth - 1)});
        return members;
    }
    // Those whose number is told by a name come as that name has them.
    Value tag(int depth)
    {
        static constexpr quint64 Numbers[] {0,   2,   4,   30,   35,    36,
                                            258, 260, 261, 1004, 55799, std::numeric_limits<quint64>::max()};
        const quint64 number = Numbers[size_t(below(std::size(Numbers)))];
        return Value::tag(number, below(2) ? value(depth - 1) : Value::text(QStringLiteral("2020-02-29")));
    }

    QRandomGenerator m_random;
};

// A tag that is told by a name: which of several that mean the same, the notation does not say.
bool hasToldTag(const Value &value)
{
    if (toldTag(value))
        return true;
    return std::any_of(value.items().begin(), value.items().end(), hasToldTag)
        || std::any_of(value.members().begin(), value.members().end(), [](const Member &member) {
               return hasToldTag(member.key) || hasToldTag(member.value);
           });
}

// What is wrong; empty: nothing.
QString faultOf(const SlotCodec &codec, const QByteArray &bytes, int *refused)
{
    const auto value = codec.decodeValue(bytes);
    if (!value)
        return {};
    const QByteArray notation = codec.valueNotation(*value);
    const QString shown = QString::fromUtf8(notation.left(400));
    const auto again = codec.valueFromNotation(notation);
    if (!again)
        return shown + QStringLiteral(" is not read: ") + again.error().what;
    if (codec.valueNotation(*again) != notation)
        return shown + QStringLiteral(" is read as ")
            + QString::fromUtf8(codec.valueNotation(*again).left(400));
    const Value adopted = adoptStyles(*value, *again);
    if (!((hasToldTag(*value) ? adopted : *again) == *value))
        return shown + QStringLiteral(" is read as something else");
    // In an editor it is the record that it was.
    const auto asDecoded = codec.encodeValue(*value, bytes);
    const auto asAdopted = codec.encodeValue(adopted, bytes);
    if (asDecoded.hasValue() != asAdopted.hasValue() || (asDecoded && *asDecoded != *asAdopted))
        return shown + QStringLiteral(" is written otherwise");
    // A record of its own says the same.
    const auto fresh = codec.encodeValue(*again);
    if (!fresh) {
        ++*refused;
        return fresh.error().what.isEmpty() ? shown + QStringLiteral(" is refused without a reason")
                                            : QString();
    }
    const auto reread = codec.decodeValue(*fresh);
    if (!reread || codec.valueNotation(*reread) != notation)
        return shown + QStringLiteral(" is written as ")
            + (reread ? QString::fromUtf8(codec.valueNotation(*reread).left(400)) : reread.error().what);
    return {};
}

SlotCodec codecFor(ValueType type)
{
    SlotType slot;
    slot.value = type;
    return SlotCodec(slot);
}

} // namespace

class TestNotationBack : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void randomTrees()
    {
        for (quint32 seed = 0; seed < 4000; ++seed) {
            const Value value = Maker(seed).value(int(seed % 5));
            for (const int indent : {-1, 2}) {
                const QByteArray notation = toNotation(value, indent);
                const auto again = fromNotation(notation);
                QVERIFY2(
                    again,
                    (notation + ": " + (again ? QByteArray() : again.error().what.toUtf8())).constData());
                QCOMPARE(toNotation(*again, indent), notation);
                QVERIFY2(*again == value, notation.constData());
            }
        }
    }

    void opaqueForms()
    {
        for (const char *form : Opaques) {
            const auto value = fromNotation(form);
            QVERIFY2(value, form);
            QCOMPARE(toNotation(*value), QByteArray(form));
        }
    }

    // JSON objects that look like something else stay objects.
    void mapsThatLookLikeMore()
    {
        int walked = 0;
        for (const char *name : Names) {
            for (const char *content : {"1", "-1", "\"zz\"", "\"00\"", "\"12:00:00\"", "true", "null", "[]",
                                        "[1, 2, 3]", "[[1, 2]]", "{}", "{\"hex\": \"00\"}", "{\"x\": 1}"}) {
                for (const char *more : {"", ", \"value\": 1", ", \"readonly\": true", ", \"parts\": []",
                                         ", \"via\": \"x\", \"args\": []", ", \"fields\": {}",
                                         ", \"iso\": \"x\"", ", \"file identifier\": 1, \"root\": 1"}) {
                    const QByteArray json = QByteArray("{\"") + name + "\": " + content + more + '}';
                    const auto value = jsonCodec().decode(json);
                    QVERIFY2(value, json.constData());
                    const auto again = fromNotation(toNotation(*value));
                    QVERIFY2(again && *again == *value, json.constData());
                    QCOMPARE(toNotation(*again), toNotation(*value));
                    const auto written = jsonCodec().encode(*again);
                    QVERIFY2(written, json.constData());
                    QCOMPARE(*jsonCodec().decode(*written), *value);
                    const bool isPlainInside = content != QByteArrayView("{\"hex\": \"00\"}");
                    if (isPlainInside && !isTelling(value->members())) {
                        const auto plain = fromNotation(json);
                        QVERIFY2(plain && *plain == *value, json.constData());
                    }
                    // As it stands it is the same map, something that JSON cannot hold, or an error.
                    if (const auto read = fromNotation(json); read && !(*read == *value)) {
                        const auto meant = jsonCodec().encode(*read);
                        QVERIFY2(!meant || read->kind() != Value::Kind::Opaque, json.constData());
                    }
                    ++walked;
                }
            }
        }
        QVERIFY(walked > 5000);
    }

    void vectors_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("list");
        QTest::addColumn<QString>("type");
        QTest::addColumn<int>("least");
        const auto row = [](const char *file, const char *list, const char *type, int least) {
            QTest::addRow("%s %s", file, list) << QString::fromLatin1(file) << QString::fromLatin1(list)
                                               << QString::fromLatin1(type) << least;
        };
        row("cbor-vectors.json", "vectors", "Cbor", 121);
        row("cbor-vectors.json", "malformed", "Cbor", 24);
        row("json-vectors.json", "vectors", "Json", 25);
        row("json-vectors.json", "malformed", "Json", 10);
        row("pickle-vectors.json", "vectors", "Pickle", 228);
        row("pickle-vectors.json", "zlmdb", "Pickle5", 14);
        row("pickle-vectors.json", "hostile", "Pickle", 17);
        row("codec-vectors.json", "vectors", "", 208);
        row("codec-vectors.json", "malformed", "", 27);
    }
    void vectors()
    {
        QFETCH(QString, file);
        QFETCH(QString, list);
        QFETCH(QString, type);
        QFETCH(int, least);
        int walked = 0;
        int refused = 0;
        QStringList faults;
        for (const Json &vector : vectorsIn(file, list.toLatin1().constData())) {
            if (vector.value("kind", "value") != "value")
                continue;
            const auto known =
                valueTypeFromName(vector.contains("type") ? QString::fromStdString(vector["type"]) : type);
            QVERIFY(known);
            ++walked;
            const QString fault = faultOf(codecFor(*known), fromHex(vector["hex"]), &refused);
            if (!fault.isEmpty())
                faults += fault;
        }
        QVERIFY2(faults.isEmpty(),
                 qPrintable(QString::number(faults.size()) + u'\n' + faults.mid(0, 20).join(u'\n')));
        QVERIFY(walked >= least);
        qInfo("%d, of which %d cannot be written anew", walked, refused);
    }

    // What one codec knows of a value says nothing to another one.
    void stylesOfOtherFormats()
    {
        struct Format
        {
            const char *file;
            ValueType type;
        };
        const std::array formats {Format {"cbor-vectors.json", ValueType::Cbor},
                                  Format {"json-vectors.json", ValueType::Json},
                                  Format {"pickle-vectors.json", ValueType::Pickle}};
        int written = 0;
        for (const Format &format : formats) {
            for (const Json &vector : vectorsIn(QLatin1String(format.file), "vectors")) {
                const auto value = codecFor(format.type).decodeValue(fromHex(vector["hex"]));
                if (!value || hasToldTag(*value))
                    continue;
                const auto plain = fromNotation(toNotation(*value));
                QVERIFY(plain);
                for (const Format &other : formats) {
                    if (other.type == format.type)
                        continue;
                    const auto styled = codecFor(other.type).encodeValue(*value);
                    const auto unstyled = codecFor(other.type).encodeValue(*plain);
                    const std::string what = vector.dump().substr(0, 400) + " in " + other.file;
                    QVERIFY2(styled.hasValue() == unstyled.hasValue(), what.c_str());
                    if (!styled)
                        continue;
                    QVERIFY2(*styled == *unstyled, what.c_str());
                    ++written;
                }
            }
        }
        QVERIFY(written > 100);
    }

    // Without their schema: a view for people, which cannot be written.
    void structures()
    {
        int walked = 0;
        for (const Json &entry : vectorsIn(QStringLiteral("flatbuffers/index.json"), "schemas")) {
            for (const Json &buffer : entry["buffers"]) {
                QFile file(dataFile(QStringLiteral("flatbuffers/") + QString::fromStdString(buffer["bin"])));
                QVERIFY(file.open(QIODevice::ReadOnly));
                int refused = 0;
                const QString fault = faultOf(codecFor(ValueType::FlatBuffers), file.readAll(), &refused);
                QVERIFY2(fault.isEmpty(), qPrintable(fault));
                walked += refused;
            }
        }
        QVERIFY(walked >= 15);
    }
};

QTEST_GUILESS_MAIN(TestNotationBack)
#include "tst_notationback.moc"
