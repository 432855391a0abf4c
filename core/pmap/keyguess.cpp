// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/keyguess.h"

#include <QtEndian>

#include <algorithm>
#include <set>

namespace slotscope::core::inference {

namespace {

// Of so many key types each is unlikely before anything is seen.
constexpr double AnyOfMany = -5;

struct Candidate
{
    KeyType type;
    double once = AnyOfMany;
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

bool has(const KeyType &type, KeyComponent component)
{
    const auto &all = type.components();
    return std::find(all.begin(), all.end(), component) != all.end();
}

std::vector<Candidate> makeCandidates()
{
    std::vector<Candidate> candidates;
    const auto add = [&](const KeyType &type, double once) {
        Candidate candidate {type, once};
        for (const KeyComponent component : type.components()) {
            candidate.fixedSize += sizeOf(component);
            candidate.strings += component == KeyComponent::String;
        }
        candidates.push_back(candidate);
    };
    // Before June 2019 the library wrote every timestamp in the machine's byte order.
    constexpr double OldData = -1;
    for (const QString &name : libraryKeyTypeNames()) {
        const auto type = KeyType::parse(name);
        add(*type, AnyOfMany);
        if (type->timestampOrder() == ByteOrder::BigEndian && has(*type, KeyComponent::Timestamp))
            add(KeyType(type->components(), ByteOrder::LittleEndian), AnyOfMany + OldData);
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
        return oidBits(bytes).value_or(-3);
    case KeyComponent::Timestamp:
        return order == ByteOrder::BigEndian ? bigEndianTimeBits(bytes) : littleEndianTimeBits(bytes);
    case KeyComponent::Uuid:
        return uuidBits(bytes);
    case KeyComponent::SlotNumber:
        return bytes[0] == '\0' ? 6 : 0;
    case KeyComponent::Uint16:
        return bytes[1] == '\0' ? 5 : 0;
    case KeyComponent::String:
        // Where there may be a text, there mostly is one.
        return bytes.isEmpty() ? Bits(-4) : textBits(bytes);
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
    if (candidate.strings ? open < 0 || key.isEmpty() : open != 0)
        return std::nullopt;
    double bits = candidate.strings ? 0 : SizeBits;
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
    return bits;
}

QString uuidWords(const Keys &keys)
{
    std::set<int> versions;
    for (const QByteArrayView key : keys) {
        if (key.size() == 16 && uuidVersion(key))
            versions.insert(uuidVersion(key));
    }
    return versions.size() == 1 ? QStringLiteral("are 16 bytes with UUID v%1 bits").arg(*versions.begin())
                                : QStringLiteral("are 16 bytes with UUID bits");
}

QString inWords(const Candidate &candidate, const Keys &keys)
{
    const KeyType &type = candidate.type;
    const QString order =
        type.timestampOrder() == ByteOrder::LittleEndian ? QStringLiteral(", little endian") : QString();
    const QString date =
        has(type, KeyComponent::Timestamp) ? QStringLiteral(" with a plausible date") + order : QString();
    if (type.components().size() > 1) {
        return candidate.strings ? QStringLiteral("read as %1%2").arg(type.name(), date)
                                 : QStringLiteral("are %1 bytes that read as %2%3")
                                       .arg(candidate.fixedSize)
                                       .arg(type.name(), date);
    }
    switch (type.components().front()) {
    case KeyComponent::Uuid:
        return uuidWords(keys);
    case KeyComponent::Oid:
        return QStringLiteral("are 8 bytes with a number up to 2^53");
    case KeyComponent::Timestamp:
        return QStringLiteral("are 8 bytes") + date;
    case KeyComponent::String:
        return QStringLiteral("are UTF-8 text");
    default:
        return QStringLiteral("are %1 bytes").arg(candidate.fixedSize);
    }
}

} // namespace

std::vector<KeyGuess> guessKeys(const Keys &keys)
{
    std::vector<KeyGuess> guesses;
    guesses.push_back({KeyType(), {.good = keys.size(), .total = keys.size()}, {}});
    guesses.back().what = QStringLiteral("are bytes of no type that is known here");
    for (const Candidate &candidate : candidates()) {
        Verdict verdict = judge(keys, [&candidate](QByteArrayView key) { return keyBits(candidate, key); });
        if (!verdict.fits())
            continue;
        verdict.once = candidate.once;
        guesses.push_back({candidate.type, std::move(verdict), inWords(candidate, keys)});
    }
    weigh(guesses);
    return guesses;
}

} // namespace slotscope::core::inference
