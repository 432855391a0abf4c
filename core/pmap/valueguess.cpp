// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/valueguess.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/codec/pickle.h"
#include "core/value/utf8.h"

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

Bits bigEndianTime(QByteArrayView bytes)
{
    return timestampBits(qFromBigEndian<qint64>(bytes.data()));
}

Bits littleEndianTime(QByteArrayView bytes)
{
    return timestampBits(qFromLittleEndian<qint64>(bytes.data()));
}

ValueGuess guessPickle(const Values &values, ValueType type)
{
    const Codec &codec = type == ValueType::Pickle ? pickleCodec() : pickle5Codec();
    // Protocols 0 and 1 are nothing but text and a point at the end, so only what holds something counts.
    const auto marked = [&](QByteArrayView bytes) {
        const qsizetype at = type == ValueType::Pickle ? 0 : 4;
        return bytes.size() > at + 2 && quint8(bytes[at]) == 0x80;
    };
    size_t sure = 0;
    const Verdict verdict = judge(values, [&](QByteArrayView bytes) -> Bits {
        if (!bytes.endsWith('.') && type == ValueType::Pickle)
            return std::nullopt;
        const auto value = codec.decode(bytes);
        if (!value)
            return std::nullopt;
        sure += marked(bytes) || value->isContainer();
        return marked(bytes) ? 20 : 5;
    });
    if (sure < (verdict.good + 1) / 2)
        return {};
    return {type, verdict,
            type == ValueType::Pickle ? QStringLiteral("are Python pickles")
                                      : QStringLiteral("are Python pickles behind their length")};
}

ValueGuess guessPlainPickle(const Values &values)
{
    return guessPickle(values, ValueType::Pickle);
}

ValueGuess guessPickle5(const Values &values)
{
    return guessPickle(values, ValueType::Pickle5);
}

// Of one size, all of which `bits` likes.
auto sized(qsizetype size, Bits (*bits)(QByteArrayView))
{
    return [size, bits](QByteArrayView bytes) { return bytes.size() == size ? bits(bytes) : std::nullopt; };
}

// Of several sizes, made of elements that `bits` likes.
auto elements(qsizetype size, Bits (*bits)(QByteArrayView))
{
    return [size, bits](QByteArrayView bytes) -> Bits {
        if (bytes.size() % size)
            return std::nullopt;
        double all = 0;
        for (qsizetype at = 0; at < bytes.size(); at += size) {
            const Bits one = bits(bytes.sliced(at, size));
            if (!one)
                return std::nullopt;
            all += *one;
        }
        return all;
    };
}

ValueGuess guessNumbers(const Values &values)
{
    const std::array guesses {
        ValueGuess {ValueType::Uuid,
                    judge(values, sized(16, uuidBits)),
                    QStringLiteral("are 16 bytes with UUID bits"),
                    {},
                    {},
                    {ValueType::UuidSet, ValueType::Bytes16}},
        ValueGuess {ValueType::Oid,
                    judge(values, sized(8, oidBits)),
                    QStringLiteral("are 8 bytes with a number up to 2^53"),
                    {},
                    {},
                    {ValueType::OidSet}},
        ValueGuess {ValueType::Timestamp, judge(values, sized(8, bigEndianTime)),
                    QStringLiteral("are 8 bytes with a plausible date")},
        ValueGuess {ValueType::Timestamp,
                    judge(values, sized(8, littleEndianTime)),
                    QStringLiteral("are 8 bytes with a plausible date, little endian"),
                    {},
                    ByteOrder::LittleEndian},
        // Sets of one look like what they hold, so these win only where they explain more.
        ValueGuess {ValueType::UuidSet, judge(values, elements(16, uuidBits)),
                    QStringLiteral("are UUIDs one after another")},
        ValueGuess {ValueType::OidSet, judge(values, elements(8, oidBits)),
                    QStringLiteral("are numbers up to 2^53 one after another")},
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

ValueGuess guessStringSet(const Values &values)
{
    size_t joined = 0;
    const Verdict verdict = judge(values, [&joined](QByteArrayView bytes) -> Bits {
        QByteArray text = bytes.toByteArray();
        const bool several = text.contains('\0');
        text.replace('\0', ' ');
        if (!isPrintableUtf8(text))
            return std::nullopt;
        joined += several;
        return several ? 6 : 2;
    });
    if (joined < (verdict.good + 3) / 4)
        return {};
    return {ValueType::StringSet, verdict, QStringLiteral("are texts joined by zero bytes")};
}

// Nothing but their size and their randomness tells keys, hashes and addresses.
ValueGuess guessRandom(const Values &values)
{
    constexpr double Doubt = 0.7; // Binary explains them as well.
    const auto random = [](QByteArrayView bytes) -> Bits {
        // A good third of random bytes are printable; of what has a structure mostly more, or many are zero.
        const auto printable =
            std::count_if(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
        const auto zeros = std::count(bytes.begin(), bytes.end(), '\0');
        return printable * 10 <= bytes.size() * 7 && zeros * 10 <= bytes.size() ? Bits(8) : std::nullopt;
    };
    const auto dated = [](QByteArrayView bytes) -> Bits { return bigEndianTime(bytes.sliced(20)); };
    std::array guesses {
        ValueGuess {ValueType::Bytes16, judge(values, sized(16, random)),
                    QStringLiteral("are 16 random bytes")},
        ValueGuess {ValueType::Bytes20, judge(values, sized(20, random)),
                    QStringLiteral("are 20 random bytes")},
        ValueGuess {ValueType::Bytes32, judge(values, sized(32, random)),
                    QStringLiteral("are 32 random bytes")},
        ValueGuess {ValueType::Bytes20Timestamp, judge(values, sized(28, dated)),
                    QStringLiteral("are 20 bytes with a plausible date behind")},
    };
    ValueGuess best =
        *std::max_element(guesses.begin(), guesses.end(), [](const ValueGuess &a, const ValueGuess &b) {
            return a.verdict.good < b.verdict.good;
        });
    best.verdict.confidence *= Doubt;
    best.others = {ValueType::Binary};
    return best;
}

ValueGuess guessPlain(const Values &values)
{
    const std::array guesses {guessPlainPickle, guessPickle5, guessCbor,      guessJson,
                              guessNumbers,     guessText,    guessStringSet, guessRandom};
    for (const auto guess : guesses) {
        ValueGuess found = guess(values);
        if (found.isKnown() && found.verdict.share(values.size()) >= EnoughShare)
            return found;
    }
    return {};
}

// What is in the values when they are decompressed, where enough of them can be.
ValueGuess guessInside(const Values &values, Compression compression)
{
    constexpr qint64 Budget = qint64(4) * 1024 * 1024;
    const SlotCodec codec({.compression = compression});
    std::vector<QByteArray> inflated;
    qint64 size = 0;
    size_t tried = 0;
    for (const QByteArrayView value : values) {
        if (size > Budget)
            break;
        ++tried;
        auto plain = codec.decompressed(value);
        if (plain && plain->size() >= value.size() / 2)
            inflated.push_back(*std::move(plain));
        else if (double(tried - inflated.size()) > double(values.size()) * (1 - EnoughShare))
            return {};
        size += inflated.empty() ? 0 : inflated.back().size();
    }
    Values views;
    for (const QByteArray &plain : inflated) {
        if (!plain.isEmpty())
            views.push_back(plain);
    }
    ValueGuess guess = views.empty() ? ValueGuess() : guessPlain(views);
    // A zlib stream proves itself by its sum, even where nothing is known of what is in it. Snappy does not.
    const double bits = compression == Compression::Zlib ? 40 : 8;
    const double share = double(inflated.size()) / double(tried);
    if (guess.type == ValueType::Unknown) {
        if (compression != Compression::Zlib)
            return {};
        guess.verdict.bits = 0;
    }
    guess.verdict.good = size_t(share * double(values.size()));
    guess.verdict.bits += bits * double(inflated.size());
    guess.verdict.confidence = confidenceFrom(guess.verdict, values.size());
    guess.compression = compression;
    guess.what = guess.type == ValueType::Unknown
        ? QStringLiteral("are zlib streams of something unknown")
        : QStringLiteral("are compressed with %1 and then %2").arg(compressionName(compression), guess.what);
    return guess;
}

} // namespace

ValueGuess guessValue(const Values &values)
{
    for (const auto compression : {Compression::Zlib, Compression::Snappy}) {
        ValueGuess found = guessInside(values, compression);
        if (!found.isKnown() || found.verdict.share(values.size()) < EnoughShare)
            continue;
        if (compression == Compression::Zlib)
            return found;
        // Short values are snappy too easily, so nothing else may explain them.
        const ValueGuess plain = guessPlain(values);
        if (!plain.isKnown() || plain.type == ValueType::Bytes16 || plain.type == ValueType::Bytes20
            || plain.type == ValueType::Bytes32)
            return found;
        return plain;
    }
    return guessPlain(values);
}

} // namespace slotscope::core::inference
