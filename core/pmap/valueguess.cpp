// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/valueguess.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"

#include <QtEndian>

#include <algorithm>
#include <array>

namespace slotscope::core::inference {

namespace {

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

} // namespace

ValueGuess guessValue(const Values &values)
{
    const std::array guesses {guessCbor, guessJson, guessFixed, guessText};
    for (const auto guess : guesses) {
        ValueGuess found = guess(values);
        if (found.type != ValueType::Unknown && found.verdict.share(values.size()) >= EnoughShare)
            return found;
    }
    return {};
}

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

} // namespace slotscope::core::inference
