// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/keyguess.h"

#include <QtEndian>

#include <algorithm>
#include <array>
#include <set>

namespace slotscope::core::inference {

namespace {

// What a further component costs, so that the simpler of two readings wins.
constexpr double ComponentPenalty = 3;

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

} // namespace

KeyGuess guessKey(const std::vector<Sample> &samples)
{
    Verdict best;
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
    if (type.isUnknown())
        return {};
    return {type, best, keyEvidence(type, samples, best)};
}

} // namespace slotscope::core::inference
