// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/inference.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/value/utf8.h"

#include <QStringList>
#include <QtEndian>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace slotscope::core {

namespace {

// Evidence is counted in bits: how unlikely it is that random bytes look so. A candidate must fit nine of ten
// samples.
constexpr double EnoughShare = 0.9;
// What a further component costs, so that the simpler of two readings wins.
constexpr double ComponentPenalty = 3;
constexpr quint64 LargestOid = 9007199254740992; // 2^53
// Values are decoded up to this many bytes in all: inference runs on every slot when a database is opened.
constexpr qsizetype DecodeBudget = 256 * 1024;

constexpr std::array KeyTypeNames {"Oid",
                                   "OidOid",
                                   "Oid3",
                                   "OidTimestamp",
                                   "OidTimestampString",
                                   "OidString",
                                   "StringOid",
                                   "String",
                                   "StringString",
                                   "StringStringString",
                                   "Uuid",
                                   "UuidUuid",
                                   "UuidUuidUuid",
                                   "UuidUuidUuidUuid",
                                   "Uint16UuidTimestamp",
                                   "UuidBytes20Uint8",
                                   "UuidBytes20Uint8Uuid",
                                   "UuidBytes20Bytes20Uint8Uuid",
                                   "Timestamp",
                                   "TimestampUuid",
                                   "UuidTimestampUuid",
                                   "TimestampUuidString",
                                   "TimestampBytes32",
                                   "TimestampString",
                                   "StringTimestamp",
                                   "UuidTimestamp",
                                   "Uint64Timestamp",
                                   "UuidString",
                                   "SlotUuid",
                                   "Bytes32",
                                   "Bytes32Bytes32",
                                   "Bytes32Uuid",
                                   "UuidBytes32",
                                   "Bytes32String",
                                   "UuidUuidString",
                                   "UuidUuidUuidString",
                                   "Bytes20",
                                   "Bytes16",
                                   "Bytes20Bytes20",
                                   "Bytes20String",
                                   "Bytes20Timestamp",
                                   "Bytes16Timestamp",
                                   "Bytes16TimestampUuid"};

struct Candidate
{
    KeyType type;
    int fixedSize = 0;
    int strings = 0;
};

int sizeOf(KeyComponent component)
{
    switch (component) {
    case KeyComponent::Oid:
    case KeyComponent::Uint64:
    case KeyComponent::Timestamp:
        return 8;
    case KeyComponent::Uint16:
    case KeyComponent::SlotNumber:
        return 2;
    case KeyComponent::Uint8:
        return 1;
    case KeyComponent::Uuid:
    case KeyComponent::Bytes16:
        return 16;
    case KeyComponent::Bytes20:
        return 20;
    case KeyComponent::Bytes32:
        return 32;
    case KeyComponent::String:
    case KeyComponent::Bytes:
        break;
    }
    return 0;
}

std::vector<Candidate> makeCandidates()
{
    std::vector<Candidate> candidates;
    const auto add = [&](const KeyType &type) {
        Candidate candidate {type};
        for (const KeyComponent component : type.components()) {
            candidate.fixedSize += sizeOf(component);
            candidate.strings += component == KeyComponent::String;
        }
        candidates.push_back(candidate);
    };
    for (const char *name : KeyTypeNames) {
        const auto type = KeyType::parse(QString::fromLatin1(name));
        add(*type);
        const auto &components = type->components();
        // Before June 2019 the library wrote every timestamp in the machine's byte order.
        if (type->timestampOrder() == ByteOrder::BigEndian
            && std::find(components.begin(), components.end(), KeyComponent::Timestamp) != components.end())
            add(KeyType(components, ByteOrder::LittleEndian));
    }
    return candidates;
}

const std::vector<Candidate> &candidates()
{
    static const std::vector<Candidate> list = makeCandidates();
    return list;
}

// Bits of evidence; nothing: implausible.
using Bits = std::optional<double>;

// RFC 9562: the variant in the two upper bits of byte 8, the version in the upper half of byte 6.
int uuidVersion(QByteArrayView bytes)
{
    const int version = quint8(bytes[6]) >> 4;
    return (quint8(bytes[8]) & 0xc0) == 0x80 && version >= 1 && version <= 8 ? version : 0;
}

bool isNil(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

Bits uuidBits(QByteArrayView bytes)
{
    if (isNil(bytes))
        return 0;
    // By far the most are of version 4.
    switch (uuidVersion(bytes)) {
    case 0:
        return std::nullopt;
    case 4:
        return 6;
    default:
        return 4;
    }
}

Bits oidBits(QByteArrayView bytes)
{
    const quint64 number = qFromBigEndian<quint64>(bytes.data());
    if (number > LargestOid)
        return std::nullopt;
    return number <= 0xffffffff ? 32 : 11;
}

Bits timestampBits(qint64 nanoseconds)
{
    constexpr qint64 Year = 31'556'952'000'000'000;
    if (nanoseconds < 0 || nanoseconds > 130 * Year)
        return std::nullopt;
    return nanoseconds >= 30 * Year && nanoseconds < 80 * Year ? 4 : 0; // 2000 to 2050
}

Bits textBits(QByteArrayView bytes)
{
    return isPrintableUtf8(bytes) ? Bits(double(bytes.size())) : std::nullopt;
}

Bits componentBits(KeyComponent component, ByteOrder order, QByteArrayView bytes)
{
    switch (component) {
    case KeyComponent::Oid:
        return oidBits(bytes);
    case KeyComponent::Uint64:
        return oidBits(bytes).value_or(1) - 1;
    case KeyComponent::Timestamp:
        return timestampBits(order == ByteOrder::BigEndian ? qFromBigEndian<qint64>(bytes.data())
                                                           : qFromLittleEndian<qint64>(bytes.data()));
    case KeyComponent::Uuid:
        return uuidBits(bytes);
    case KeyComponent::SlotNumber:
        return bytes[0] == '\0' ? 6 : 0;
    case KeyComponent::Uint16:
        return bytes[1] == '\0' ? 5 : 0;
    case KeyComponent::String:
        return textBits(bytes);
    case KeyComponent::Uint8:
    case KeyComponent::Bytes16:
    case KeyComponent::Bytes20:
    case KeyComponent::Bytes32:
    case KeyComponent::Bytes:
        break;
    }
    return 0;
}

Bits keyBits(const Candidate &candidate, QByteArrayView key)
{
    const qsizetype open = key.size() - candidate.fixedSize;
    // A key without any text is no text key, though the layout would allow it.
    if (candidate.strings ? open < candidate.strings : open != 0)
        return std::nullopt;
    double bits = 0;
    qsizetype at = 0;
    qsizetype stringsLeft = candidate.strings;
    qsizetype stringsSize = open;
    for (const KeyComponent component : candidate.type.components()) {
        qsizetype size = sizeOf(component);
        bool separated = false;
        if (component == KeyComponent::String) {
            size = stringsSize;
            separated = --stringsLeft > 0;
            if (separated) {
                size = key.sliced(at, stringsSize).indexOf('\0');
                if (size < 0)
                    return std::nullopt;
                bits += 8;
                stringsSize -= size + 1;
            }
        }
        const Bits evidence = componentBits(component, candidate.type.timestampOrder(), key.sliced(at, size));
        if (!evidence)
            return std::nullopt;
        bits += *evidence;
        at += size + (separated ? 1 : 0);
    }
    return bits - ComponentPenalty * double(candidate.type.components().size() - 1);
}

struct Verdict
{
    size_t good = 0;
    double bits = 0;
    double confidence = 0;

    double share(size_t total) const { return total ? double(good) / double(total) : 0; }
};

double confidenceFrom(const Verdict &verdict, size_t total)
{
    const double evidence = std::max(verdict.bits, 0.0);
    return 0.99 * verdict.share(total) * (1 - std::exp2(-std::min(evidence, 80.0) / 4));
}

QString keyEvidence(const KeyType &type, const std::vector<Sample> &samples, const Verdict &verdict)
{
    QString what;
    const auto &components = type.components();
    if (components.size() > 1) {
        what = QStringLiteral("read as %1").arg(type.name());
        if (std::find(components.begin(), components.end(), KeyComponent::Timestamp) != components.end())
            what += type.timestampOrder() == ByteOrder::BigEndian
                ? QStringLiteral(" with a plausible date")
                : QStringLiteral(" with a plausible date in little endian");
    } else {
        std::set<int> versions;
        switch (components.front()) {
        case KeyComponent::Uuid:
            for (const Sample &sample : samples) {
                if (sample.key.size() == 16 && uuidVersion(sample.key))
                    versions.insert(uuidVersion(sample.key));
            }
            what = versions.size() == 1
                ? QStringLiteral("are 16 bytes with UUID v%1 bits").arg(*versions.begin())
                : QStringLiteral("are 16 bytes with UUID bits");
            break;
        case KeyComponent::Oid:
            what = QStringLiteral("are 8 bytes with a number up to 2^53");
            break;
        case KeyComponent::Timestamp:
            what = QStringLiteral("are 8 bytes with a plausible date");
            break;
        case KeyComponent::String:
            what = QStringLiteral("are UTF-8 text");
            break;
        default:
            what = QStringLiteral("are %1 bytes").arg(sizeOf(components.front()));
        }
    }
    return QStringLiteral("%1 of %2 keys %3").arg(verdict.good).arg(samples.size()).arg(what);
}

// The best key type; KeyType() when none fits.
KeyType inferKey(const std::vector<Sample> &samples, Verdict &best)
{
    KeyType type;
    double bestScore = 0;
    for (const Candidate &candidate : candidates()) {
        Verdict verdict;
        size_t bad = 0;
        for (const Sample &sample : samples) {
            if (const Bits bits = keyBits(candidate, sample.key)) {
                ++verdict.good;
                verdict.bits += *bits;
            } else if (double(++bad) > double(samples.size()) * (1 - EnoughShare)) {
                break;
            }
        }
        if (verdict.share(samples.size()) < EnoughShare)
            continue;
        if (type.isUnknown() || verdict.bits > bestScore) {
            type = candidate.type;
            bestScore = verdict.bits;
            best = verdict;
        }
    }
    best.confidence = confidenceFrom(best, samples.size());
    // Only the length speaks for plain bytes.
    if (!type.isUnknown() && best.bits <= 0)
        best.confidence = 0.5 * best.share(samples.size()) * (1 - 1.0 / double(samples.size() + 1));
    return type;
}

struct ValueGuess
{
    ValueType type = ValueType::Unknown;
    Verdict verdict;
    QString what; // "are CBOR maps"
};

using Values = std::vector<QByteArrayView>;

template <typename Test>
Verdict judge(const Values &values, Test &&test)
{
    Verdict verdict;
    size_t bad = 0;
    for (const QByteArrayView value : values) {
        if (const Bits bits = test(value)) {
            ++verdict.good;
            verdict.bits += *bits;
        } else if (double(++bad) > double(values.size()) * (1 - EnoughShare)) {
            break;
        }
    }
    verdict.confidence = confidenceFrom(verdict, values.size());
    return verdict;
}

// How many of the values that decode are of the kinds that seldom come about by accident.
struct Structure
{
    size_t maps = 0;
    size_t lists = 0;
    size_t quoted = 0; // JSON strings
};

ValueGuess guessCbor(const Values &values)
{
    Structure structure;
    const Verdict verdict = judge(values, [&](QByteArrayView bytes) -> Bits {
        const auto value = cborCodec().decode(bytes);
        if (!value)
            return std::nullopt;
        const bool map = value->kind() == Value::Kind::Map;
        structure.maps += map;
        structure.lists += !map && value->isContainer();
        return map || value->isContainer() ? 10 : 1;
    });
    // Short numbers and texts are CBOR too easily.
    if (structure.maps + structure.lists < (verdict.good + 1) / 2)
        return {};
    return {ValueType::Cbor, verdict,
            structure.maps == verdict.good ? QStringLiteral("are CBOR maps")
                                           : QStringLiteral("are CBOR over their whole length")};
}

ValueGuess guessJson(const Values &values)
{
    Structure structure;
    const Verdict verdict = judge(values, [&](QByteArrayView bytes) -> Bits {
        const auto value = jsonCodec().decode(bytes);
        if (!value)
            return std::nullopt;
        structure.maps += value->kind() == Value::Kind::Map;
        structure.lists += value->kind() == Value::Kind::Array;
        structure.quoted += value->kind() == Value::Kind::Text;
        return value->isContainer() || value->kind() == Value::Kind::Text ? 10 : 1;
    });
    // Mere numbers and words are text as well.
    if (structure.maps + structure.lists + structure.quoted < (verdict.good + 3) / 4)
        return {};
    return {ValueType::Json, verdict,
            structure.maps == verdict.good ? QStringLiteral("are JSON objects") : QStringLiteral("are JSON")};
}

ValueGuess guessFixed(const Values &values)
{
    const auto sized = [](qsizetype size, Bits (*bits)(QByteArrayView)) {
        return
            [size, bits](QByteArrayView bytes) { return bytes.size() == size ? bits(bytes) : std::nullopt; };
    };
    const std::array guesses {
        ValueGuess {ValueType::Uuid, judge(values, sized(16, uuidBits)),
                    QStringLiteral("are 16 bytes with UUID bits")},
        ValueGuess {ValueType::Oid, judge(values, sized(8, oidBits)),
                    QStringLiteral("are 8 bytes with a number up to 2^53")},
        ValueGuess {ValueType::Timestamp,
                    judge(values,
                          sized(8,
                                [](QByteArrayView bytes) {
                                    return timestampBits(qFromBigEndian<qint64>(bytes.data()));
                                })),
                    QStringLiteral("are 8 bytes with a plausible date")},
    };
    return *std::max_element(guesses.begin(), guesses.end(), [](const ValueGuess &a, const ValueGuess &b) {
        return std::pair(a.verdict.good, a.verdict.bits) < std::pair(b.verdict.good, b.verdict.bits);
    });
}

ValueGuess guessText(const Values &values)
{
    return {ValueType::String,
            judge(values,
                  [](QByteArrayView bytes) -> Bits {
                      const Bits bits = textBits(bytes);
                      return bits ? Bits(std::min(*bits, 10.0)) : bits;
                  }),
            QStringLiteral("are UTF-8 text")};
}

// What the values look like that this build cannot read.
QString foreignFormat(const Values &values)
{
    const auto most = [&](auto &&test) {
        return double(std::count_if(values.begin(), values.end(), test))
            >= EnoughShare * double(values.size());
    };
    if (most([](QByteArrayView v) {
            return v.size() > 2 && quint8(v[0]) == 0x80 && v[1] >= 2 && v[1] <= 5 && v.back() == '.';
        }))
        return QStringLiteral("the values look like Python pickles");
    if (most([](QByteArrayView v) {
            return v.size() > 6 && v[0] == 0x78 && (v[0] * 256 + quint8(v[1])) % 31 == 0;
        }))
        return QStringLiteral("the values look like zlib streams");
    return QStringLiteral("the values fit no type that is known here");
}

ValueGuess inferValue(const Values &values)
{
    const std::array guesses {guessCbor, guessJson, guessFixed, guessText};
    for (const auto guess : guesses) {
        ValueGuess found = guess(values);
        if (found.type != ValueType::Unknown && found.verdict.share(values.size()) >= EnoughShare)
            return found;
    }
    return {};
}

} // namespace

SlotType inferSlotType(const std::vector<Sample> &samples)
{
    SlotType type;
    if (samples.empty())
        return type;
    Verdict keys;
    type.key = inferKey(samples, keys);
    QStringList evidence;
    double confidence = 1;

    // No bytes say nothing of a type.
    Values values;
    qsizetype budget = DecodeBudget;
    for (const Sample &sample : samples) {
        if (sample.value.isEmpty() || (!values.empty() && sample.value.size() > budget))
            continue;
        budget -= sample.value.size();
        values.push_back(sample.value);
    }
    const ValueGuess guess = values.empty() ? ValueGuess() : inferValue(values);
    type.value = guess.type;
    if (guess.type != ValueType::Unknown) {
        evidence +=
            QStringLiteral("%1 of %2 values %3").arg(guess.verdict.good).arg(values.size()).arg(guess.what);
        confidence *= guess.verdict.confidence;
    } else {
        evidence += values.empty() ? QStringLiteral("all values are empty") : foreignFormat(values);
    }
    if (type.key.isUnknown()) {
        evidence += QStringLiteral("the keys fit no type that is known here");
    } else {
        evidence += keyEvidence(type.key, samples, keys);
        confidence *= keys.confidence;
    }
    type.evidence = evidence.join(QLatin1String("; "));
    const bool any = guess.type != ValueType::Unknown || !type.key.isUnknown();
    type.source = any ? TypeSource::Inferred : TypeSource::Unknown;
    type.confidence = any ? confidence : 0;
    return type;
}

bool looksLikePlainKeys(const std::vector<QByteArray> &etcdKeys)
{
    return !etcdKeys.empty() && std::all_of(etcdKeys.begin(), etcdKeys.end(), [](const QByteArray &key) {
        return isPrintableUtf8(key);
    });
}

} // namespace slotscope::core
