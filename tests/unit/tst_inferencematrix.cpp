// SPDX-License-Identifier: GPL-3.0-or-later
//
// Slots of every type and of several sizes, whole and damaged, as applications have them: what is inferred
// must be right, or be shown as ambiguous with the right type among the others, and never be wrong with
// confidence.
#include "core/codec/compression.h"
#include "core/pmap/inference.h"

#include <QRandomGenerator>
#include <QtTest>

#include <array>
#include <map>

using namespace slotscope::core;

namespace {

// What is at least so sure must not be wrong.
constexpr double High = 0.9;

QByteArray bigEndian(quint64 number, int size = 8)
{
    QByteArray bytes;
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
        bytes += char(number >> shift & 0xff);
    return bytes;
}

QByteArray reversed(QByteArray bytes)
{
    std::reverse(bytes.begin(), bytes.end());
    return bytes;
}

// Everything that is drawn for one slot, from one seed.
class Maker
{
public:
    explicit Maker(quint32 seed)
        : m_random(seed)
        , m_counted(below(2) == 0)
        , m_unit(std::array<qint64, 4> {1, 1, 1000, 1'000'000'000}[size_t(below(4))])
    {
    }

    int below(int limit) { return limit > 0 ? int(m_random.bounded(limit)) : 0; }

    QByteArray bytes(int size)
    {
        QByteArray result;
        for (int i = 0; i < size; ++i)
            result += char(below(256));
        return result;
    }

    QByteArray uuid()
    {
        QByteArray result = bytes(16);
        result[6] = char((result[6] & 0x0f) | 0x40);
        result[8] = char((result[8] & 0x3f) | 0x80);
        return result;
    }

    // A slot counts its OIDs or draws them.
    quint64 oid() { return m_counted ? ++m_last : m_random.generate64() & ((Q_UINT64_C(1) << 53) - 1); }

    // 2015 to 2027, as exact as the application's clock.
    qint64 time()
    {
        const qint64 time =
            1'420'070'400'000'000'000 + qint64(m_random.generate64() % Q_UINT64_C(378'691'200'000'000'000));
        return time - time % m_unit;
    }

    QByteArray word()
    {
        static const std::array words {"ada",     "grace",   "müller", "zoë", "linus", "tux",
                                       "library", "open",    "lost",   "a",   "red",   "north",
                                       "user",    "service", "日本",   "x7"};
        return words[size_t(below(int(words.size())))];
    }

    QByteArray text()
    {
        switch (below(4)) {
        case 0:
            return word() + '.' + word() + QByteArray::number(below(100)) + "@example.com";
        case 1:
            return word();
        case 2:
            return word() + ' ' + word() + ' ' + QByteArray::number(below(10'000));
        default:
            return "/" + word() + '/' + word();
        }
    }

    QByteArray key(const KeyType &type)
    {
        QByteArray result;
        int strings = 0;
        for (const KeyComponent component : type.components()) {
            if (component == KeyComponent::String && strings++)
                result += '\0';
            result += part(component, type.timestampOrder());
        }
        return result;
    }

    QByteArray json()
    {
        const QByteArray name = text();
        return "{\"name\":\"" + name + "\",\"age\":" + QByteArray::number(below(90)) + ",\"active\":"
            + (below(2) ? "true" : "false") + ",\"tags\":[\"" + word() + "\",\"" + word() + "\"]}";
    }

    // Foreign or damaged bytes in the place of these.
    QByteArray spoiled(const QByteArray &good)
    {
        switch (below(4)) {
        case 0:
            return good.chopped(std::min<qsizetype>(good.size(), 1 + below(int(good.size() / 2))));
        case 1:
            return bytes(5 + below(40));
        case 2:
            return "config/" + word() + '=' + text();
        default:
            return good + bytes(1 + below(3));
        }
    }

private:
    QByteArray part(KeyComponent component, ByteOrder order)
    {
        switch (component) {
        case KeyComponent::Oid:
            return bigEndian(oid());
        case KeyComponent::Uint64:
            return bigEndian(m_counted ? ++m_last : m_random.generate64());
        case KeyComponent::Uint16:
            return reversed(bigEndian(quint64(below(500)), 2));
        case KeyComponent::SlotNumber:
            return bigEndian(quint64(1 + below(60)), 2);
        case KeyComponent::Uint8:
            return QByteArray(1, char(below(6)));
        case KeyComponent::Uuid:
            return uuid();
        case KeyComponent::Bytes16:
            return bytes(16);
        case KeyComponent::Bytes20:
            return bytes(20);
        case KeyComponent::Bytes32:
            return bytes(32);
        case KeyComponent::Timestamp: {
            const QByteArray time = bigEndian(quint64(this->time()));
            return order == ByteOrder::LittleEndian ? reversed(time) : time;
        }
        case KeyComponent::String:
        case KeyComponent::Bytes:
            break;
        }
        return text();
    }

    QRandomGenerator m_random;
    bool m_counted = false;
    qint64 m_unit = 1;
    quint64 m_last = 0;
};

// A way in which applications fill a slot's values.
struct ValueKind
{
    const char *name;
    ValueType type;
    ByteOrder order;
    QByteArray (*make)(Maker &);
    /// The type may come second: why.
    const char *ambiguous;
};

QByteArray several(Maker &maker, QByteArray (*make)(Maker &), const char *separator)
{
    QByteArrayList all;
    const int count = 1 + maker.below(4);
    for (int i = 0; i < count; ++i)
        all += make(maker);
    return all.join(separator);
}

QByteArray encoded(ValueType type, const QByteArray &notation)
{
    const SlotCodec codec({.value = type});
    return *codec.encodeValue(*codec.valueFromNotation(notation));
}

constexpr auto Big = ByteOrder::BigEndian;
constexpr auto Little = ByteOrder::LittleEndian;

// Every value type, some in several shapes. Where the right type may come second, it says why.
const std::vector<ValueKind> &valueKinds()
{
    static const std::vector<ValueKind> kinds {
        {"text", ValueType::String, Big, [](Maker &m) { return m.text(); }, nullptr},
        {"words", ValueType::String, Big, [](Maker &m) { return m.word(); }, nullptr},
        {"set of texts", ValueType::StringSet, Big,
         [](Maker &m) {
             QByteArrayList all;
             for (int i = m.below(4); i >= 0; --i)
                 all += m.word();
             return all.join('\0');
         },
         nullptr},
        {"set of one text", ValueType::StringSet, Big, [](Maker &m) { return m.word(); },
         "the bytes of a set of one text are those of the text"},
        {"OIDs", ValueType::Oid, Big, [](Maker &m) { return bigEndian(m.oid()); }, nullptr},
        {"set of OIDs", ValueType::OidSet, Big,
         [](Maker &m) {
             return several(
                 m, [](Maker &n) { return bigEndian(n.oid()); }, "");
         },
         nullptr},
        {"set of one OID", ValueType::OidSet, Big, [](Maker &m) { return bigEndian(m.oid()); },
         "the bytes of a set of one OID are those of the OID"},
        {"UUIDs", ValueType::Uuid, Big, [](Maker &m) { return m.uuid(); }, nullptr},
        {"set of UUIDs", ValueType::UuidSet, Big,
         [](Maker &m) {
             return several(
                 m, [](Maker &n) { return n.uuid(); }, "");
         },
         nullptr},
        {"set of one UUID", ValueType::UuidSet, Big, [](Maker &m) { return m.uuid(); },
         "the bytes of a set of one UUID are those of the UUID"},
        {"times", ValueType::Timestamp, Big, [](Maker &m) { return bigEndian(quint64(m.time())); }, nullptr},
        {"old times", ValueType::Timestamp, Little,
         [](Maker &m) { return reversed(bigEndian(quint64(m.time()))); }, nullptr},
        {"16 bytes", ValueType::Bytes16, Big, [](Maker &m) { return m.bytes(16); }, nullptr},
        {"20 bytes", ValueType::Bytes20, Big, [](Maker &m) { return m.bytes(20); }, nullptr},
        {"32 bytes", ValueType::Bytes32, Big, [](Maker &m) { return m.bytes(32); }, nullptr},
        {"addresses and times", ValueType::Bytes20Timestamp, Big,
         [](Maker &m) { return m.bytes(20) + bigEndian(quint64(m.time())); }, nullptr},
        {"addresses and old times", ValueType::Bytes20Timestamp, Little,
         [](Maker &m) { return m.bytes(20) + reversed(bigEndian(quint64(m.time()))); }, nullptr},
        {"JSON objects", ValueType::Json, Big, [](Maker &m) { return m.json(); }, nullptr},
        {"JSON texts", ValueType::Json, Big, [](Maker &m) { return '"' + m.text() + '"'; }, nullptr},
        {"JSON numbers", ValueType::Json, Big, [](Maker &m) { return QByteArray::number(m.below(5000)); },
         "bare numbers are text as well"},
        {"CBOR maps", ValueType::Cbor, Big, [](Maker &m) { return encoded(ValueType::Cbor, m.json()); },
         nullptr},
        {"CBOR lists", ValueType::Cbor, Big,
         [](Maker &m) {
             return encoded(ValueType::Cbor,
                            "[\"" + m.word() + "\"," + QByteArray::number(m.below(1000)) + ']');
         },
         nullptr},
        {"CBOR texts", ValueType::Cbor, Big,
         [](Maker &m) { return encoded(ValueType::Cbor, '"' + m.text() + '"'); }, nullptr},
        {"CBOR numbers", ValueType::Cbor, Big,
         [](Maker &m) { return encoded(ValueType::Cbor, QByteArray::number(m.below(100'000))); }, nullptr},
        {"pickles", ValueType::Pickle, Big, [](Maker &m) { return encoded(ValueType::Pickle, m.json()); },
         nullptr},
        {"pickles of protocol 0", ValueType::Pickle, Big,
         [](Maker &m) {
             return "(dp0\nVname\np1\nV"
                 + m.word().replace("ü", "\\xfc").replace("ë", "\\xeb").replace("日本", "x")
                 + "\np2\nsVage\np3\nI" + QByteArray::number(m.below(90)) + "\ns.";
         },
         nullptr},
        {"pickles with buffers", ValueType::Pickle5, Big,
         [](Maker &m) {
             const QByteArray pickle = "\x80\x05]\x94(K" + QByteArray(1, char(m.below(256)))
                 + "\x97K\x01"
                   "e.";
             const QByteArray buffer = m.bytes(8);
             return bigEndian(quint64(pickle.size()), 4) + pickle + bigEndian(8, 4) + buffer;
         },
         nullptr},
        {"FlatBuffers", ValueType::FlatBuffers, Big,
         [](Maker &m) {
             // A table of two fields: a number and a text.
             const QByteArray text = m.word();
             QByteArray bytes = QByteArray::fromHex("0c0000000800"
                                                    "0c0004000800"
                                                    "08000000");
             bytes += reversed(bigEndian(quint64(m.below(1000)), 4)) + reversed(bigEndian(4, 4));
             bytes += reversed(bigEndian(quint64(text.size()), 4)) + text + '\0';
             return bytes.leftJustified((bytes.size() + 3) / 4 * 4, '\0');
         },
         nullptr},
        {"bytes", ValueType::Binary, Big, [](Maker &m) { return m.bytes(20 + m.below(60)); }, nullptr},
    };
    return kinds;
}

std::vector<KeyType> keyTypes()
{
    std::vector<KeyType> types;
    for (const QString &name : libraryKeyTypeNames()) {
        const KeyType type = *KeyType::parse(name);
        types.push_back(type);
        const auto &components = type.components();
        if (type.timestampOrder() == Big
            && std::find(components.begin(), components.end(), KeyComponent::Timestamp) != components.end())
            types.emplace_back(components, Little);
    }
    return types;
}

struct Case
{
    KeyType key;
    ValueKind value;
    Compression compression = Compression::None;
    int records = 0;
    int percentSpoiled = 0;
    quint32 seed = 1;
};

struct Slotful
{
    std::vector<Sample> samples;
    size_t spoiled = 0;
};

Slotful fill(const Case &of)
{
    Maker maker(of.seed);
    Slotful result;
    // Spread as damage is: every hundredth is one of a hundred, and small slots have at least one.
    const int distance = of.percentSpoiled ? std::max(2, 100 / of.percentSpoiled) : 0;
    for (int i = 0; i < of.records; ++i) {
        Sample sample {maker.key(of.key), of.value.make(maker)};
        if (of.compression == Compression::Zlib)
            sample.value = compressZlib(sample.value);
        if (of.compression == Compression::Snappy)
            sample.value = compressSnappy(sample.value);
        if (distance && i % distance == distance / 2) {
            ++result.spoiled;
            if (maker.below(3) != 0)
                sample.value = maker.spoiled(sample.value);
            if (maker.below(3) != 0)
                sample.key = maker.spoiled(sample.key);
        }
        result.samples.push_back(std::move(sample));
    }
    return result;
}

QString describe(const Case &of)
{
    return QStringLiteral("%1 records, %2 % spoiled, seed %3, %4%5 -> %6%7 %8")
        .arg(of.records)
        .arg(of.percentSpoiled)
        .arg(of.seed)
        .arg(of.key.name(), of.key.timestampOrder() == Little ? QStringLiteral(" (little)") : QString(),
             QString::fromLatin1(of.value.name),
             of.value.order == Little ? QStringLiteral(" (little)") : QString(),
             compressionName(of.compression));
}

bool mayBeSecond(const KeyType &type)
{
    // The bytes of numbers up to 2^53 with a little endian time behind are those of both.
    return type.name() == QLatin1String("Uint64Timestamp") && type.timestampOrder() == Little;
}

// What is wrong with the verdict; empty when nothing is. Small slots say little, so there the right type may
// come second.
template <typename Reading, typename IsRight>
QString judged(const std::vector<Reading> &readings, bool mayBeSecond, const IsRight &isRight)
{
    size_t rank = 0;
    while (rank < readings.size() && !isRight(readings[rank]))
        ++rank;
    if (rank == 0 && !readings.empty())
        return {};
    QString all;
    for (const Reading &reading : readings)
        all += QStringLiteral("\n      %1 %2").arg(reading.confidence, 0, 'f', 3).arg(reading.evidence);
    if (rank == readings.size())
        return QStringLiteral("is not among") + all;
    if (readings.front().confidence >= High)
        return QStringLiteral("is not the one that is sure") + all;
    return mayBeSecond ? QString() : QStringLiteral("is not the first of") + all;
}

class Score
{
public:
    void take(const Case &of)
    {
        const Slotful slot = fill(of);
        const Inference found = inferSlot(slot.samples);
        const bool tiny = of.records <= 3;
        const QString key = judged(found.keys, tiny || mayBeSecond(of.key),
                                   [&of](const KeyReading &reading) { return reading.type == of.key; });
        const QString value =
            judged(found.values, tiny || of.value.ambiguous, [&of](const ValueReading &reading) {
                const bool untold = of.value.type == ValueType::Binary && reading.type == ValueType::Unknown;
                return (reading.type == of.value.type || untold) && reading.order == of.value.order
                    && reading.compression == of.compression;
            });
        ++m_cases;
        if (!key.isEmpty())
            m_faults += describe(of) + QStringLiteral(": the key type ") + key;
        if (!value.isEmpty())
            m_faults += describe(of) + QStringLiteral(": the value type ") + value;
        if (found.misfitCount > slot.spoiled && of.percentSpoiled == 0 && key.isEmpty() && value.isEmpty()
            && !of.value.ambiguous && of.records > 3)
            m_faults += describe(of)
                + QStringLiteral(": %1 good records are called problems: ").arg(found.misfitCount)
                + found.misfits.front().what;
    }

    int cases() const { return m_cases; }
    QByteArray faults() const
    {
        return QStringLiteral("%1 of %2:\n%3")
            .arg(m_faults.size())
            .arg(m_cases)
            .arg(m_faults.join(u'\n'))
            .toUtf8();
    }
    bool isGood() const { return m_faults.isEmpty(); }

private:
    int m_cases = 0;
    QStringList m_faults;
};

} // namespace

class TestInferenceMatrix : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyKeyWithEveryValue()
    {
        Score score;
        quint32 seed = 0;
        for (const KeyType &key : keyTypes()) {
            for (const ValueKind &value : valueKinds())
                score.take({.key = key, .value = value, .records = 30, .seed = ++seed});
        }
        QVERIFY2(score.isGood(), score.faults().constData());
        QVERIFY(score.cases() > 1000);
    }

    void everyKey_data() { sizes(); }
    void everyKey()
    {
        QFETCH(int, records);
        QFETCH(int, percentSpoiled);
        Score score;
        quint32 seed = quint32(records * 100 + percentSpoiled);
        const auto &values = valueKinds();
        for (const KeyType &key : keyTypes()) {
            for (int i = 0; i < (records > 100 ? 1 : 6); ++i) {
                ++seed;
                score.take({.key = key,
                            .value = values[seed % values.size()],
                            .records = records,
                            .percentSpoiled = percentSpoiled,
                            .seed = seed});
            }
        }
        QVERIFY2(score.isGood(), score.faults().constData());
    }

    void everyValue_data() { sizes(); }
    void everyValue()
    {
        QFETCH(int, records);
        QFETCH(int, percentSpoiled);
        Score score;
        quint32 seed = quint32(records * 1000 + percentSpoiled);
        const auto keys = keyTypes();
        for (const ValueKind &value : valueKinds()) {
            for (const auto compression : {Compression::None, Compression::Zlib, Compression::Snappy}) {
                for (int i = 0; i < (records > 100 ? 1 : 6); ++i) {
                    ++seed;
                    score.take({.key = keys[seed % keys.size()],
                                .value = value,
                                .compression = compression,
                                .records = records,
                                .percentSpoiled = percentSpoiled,
                                .seed = seed});
                }
            }
        }
        QVERIFY2(score.isGood(), score.faults().constData());
    }

private:
    static void sizes()
    {
        QTest::addColumn<int>("records");
        QTest::addColumn<int>("percentSpoiled");
        for (const int records : {3, 30, 200, 1000}) {
            for (const int percent : {0, 1, 3, 10}) {
                if (percent == 0 || records * percent >= 100)
                    QTest::addRow("%d records, %d %% spoiled", records, percent) << records << percent;
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestInferenceMatrix)
#include "tst_inferencematrix.moc"
