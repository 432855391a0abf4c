// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/plainvalueguess.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/codec/pickle.h"
#include "core/pmap/flatbuffersguess.h"
#include "core/value/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace slotscope::core::inference {

namespace {

// Of so many value types each is unlikely before anything is seen.
constexpr double AnyOfMany = -4;

template <typename Test>
Verdict judgeValues(const Values &values, double once, Test &&test)
{
    Verdict verdict = judge(values, [&test](const std::optional<QByteArrayView> &value) -> Bits {
        if (!value)
            return std::nullopt;
        return value->isEmpty() ? Bits(0) : test(*value);
    });
    verdict.once = once;
    return verdict;
}

// Long texts say no more than those of this size.
double charactersBits(QByteArrayView bytes)
{
    return BitsPerCharacter * double(std::min<qsizetype>(bytes.size(), 30));
}

double textAsSuch(QByteArrayView bytes)
{
    return isPrintableUtf8(bytes) ? charactersBits(bytes) : 0;
}

// What a value that is CBOR from its first to its last byte says. The sizes and kinds of short items come
// about by accident.
double cborBits(const Value &value, QByteArrayView bytes)
{
    const double behind = double(bytes.size() - 1);
    switch (value.kind()) {
    case Value::Kind::Map:
        return std::min(24.0, 6 + 2 * behind);
    case Value::Kind::Array:
    case Value::Kind::Set:
        return std::min(20.0, 5 + 1.5 * behind);
    case Value::Kind::Text:
        return 5 + charactersBits(bytes.sliced(1));
    case Value::Kind::Integer:
        return bytes.size() == 1 ? 1.5 : 4;
    default:
        return 5;
    }
}

ValueGuess guessCbor(const Values &values, const ValueGuess &text)
{
    // The first letter of a text is the head of a CBOR text of just its length now and then.
    constexpr double BareScalars = -10;
    size_t maps = 0;
    size_t items = 0;
    size_t telling = 0;
    Verdict verdict = judgeValues(values, AnyOfMany, [&](QByteArrayView bytes) -> Bits {
        const auto value = cborCodec().decode(bytes);
        if (!value)
            return std::nullopt;
        ++items;
        maps += value->kind() == Value::Kind::Map;
        telling += value->isContainer();
        return cborBits(*value, bytes);
    });
    // Hardly anybody stores single texts as CBOR: it takes several of them to believe it.
    if (telling == 0 && text.verdict.fits() && verdict.good * 10 <= text.verdict.good * 12)
        verdict.once += BareScalars;
    return {ValueType::Cbor, std::move(verdict),
            maps == items ? QStringLiteral("are CBOR maps")
                          : QStringLiteral("are CBOR over their whole length")};
}

ValueGuess guessString(const Values &values)
{
    return {ValueType::String,
            judgeValues(values, AnyOfMany,
                        [](QByteArrayView bytes) -> Bits {
                            return isPrintableUtf8(bytes) ? Bits(charactersBits(bytes)) : std::nullopt;
                        }),
            QStringLiteral("are UTF-8 text")};
}

ValueGuess guessJson(const Values &values, const ValueGuess &text)
{
    size_t objects = 0;
    size_t items = 0;
    size_t telling = 0;
    Verdict verdict = judgeValues(values, AnyOfMany, [&](QByteArrayView bytes) -> Bits {
        const auto value = jsonCodec().decode(bytes);
        if (!value)
            return std::nullopt;
        ++items;
        objects += value->kind() == Value::Kind::Map;
        const bool quoted = value->kind() == Value::Kind::Text;
        telling += quoted || value->isContainer();
        return charactersBits(bytes) + (value->isContainer() ? 16 : quoted ? 6 : 0);
    });
    // Mere numbers and words are text as well, and neither can be told from the other.
    if (telling == 0 && text.verdict.fits() && verdict.good * 10 >= text.verdict.good * 8)
        verdict.once += text.verdict.evidence() - 1 - verdict.evidence();
    return {ValueType::Json, std::move(verdict),
            objects == items ? QStringLiteral("are JSON objects") : QStringLiteral("are JSON")};
}

ValueGuess guessPickle(const Values &values, ValueType type)
{
    const bool framed = type == ValueType::Pickle5;
    const Codec &codec = framed ? pickle5Codec() : pickleCodec();
    const qsizetype start = framed ? 4 : 0;
    Verdict verdict = judgeValues(values, AnyOfMany, [&](QByteArrayView bytes) -> Bits {
        if (bytes.size() < start + 2 || (!framed && !bytes.endsWith('.')))
            return std::nullopt;
        const auto value = codec.decode(bytes);
        if (!value)
            return std::nullopt;
        if (quint8(bytes[start]) == 0x80)
            return framed ? 36 : 24;
        // Protocols 0 and 1 have no mark and are nothing but text with a point at the end, so only what holds
        // something counts.
        return textAsSuch(bytes) + (value->isContainer() ? 12 : -2);
    });
    return {type, std::move(verdict),
            framed ? QStringLiteral("are Python pickles behind their length")
                   : QStringLiteral("are Python pickles")};
}

// A set of one looks like what it holds. How often sets hold one is not known before, so the share that was
// seen is no surprise; where all do, it is a small one, and neither can be told from the other for sure.
void chargeSet(Verdict &verdict, size_t several)
{
    const double all = double(verdict.good);
    if (several == 0) {
        verdict.once -= std::min(std::log2(all + 1), 2.0);
        return;
    }
    const auto surprise = [all](double part) { return part > 0 ? part * std::log2(all / part) : 0; };
    verdict.bits -= surprise(double(several)) + surprise(all - double(several));
    verdict.once -= 1;
}

ValueGuess guessStringSet(const Values &values)
{
    size_t several = 0;
    Verdict verdict = judgeValues(values, AnyOfMany, [&several](QByteArrayView bytes) -> Bits {
        QByteArray text = bytes.toByteArray();
        const bool joined = text.contains('\0');
        text.replace('\0', ' ');
        if (!isPrintableUtf8(text))
            return std::nullopt;
        several += joined;
        return charactersBits(bytes) + (joined ? 4 : 0);
    });
    chargeSet(verdict, several);
    return {ValueType::StringSet, std::move(verdict),
            several ? QStringLiteral("are texts, some joined by zero bytes")
                    : QStringLiteral("are single texts")};
}

// Of several sizes, made of elements that `bits` likes.
ValueGuess guessSet(const Values &values, ValueType type, qsizetype size, Bits (*bits)(QByteArrayView))
{
    size_t several = 0;
    Verdict verdict = judgeValues(values, AnyOfMany, [&](QByteArrayView bytes) -> Bits {
        if (bytes.size() % size)
            return std::nullopt;
        double all = SizeBits;
        for (qsizetype at = 0; at < bytes.size(); at += size) {
            const Bits one = bits(bytes.sliced(at, size));
            if (!one)
                return std::nullopt;
            all += *one;
        }
        several += bytes.size() > size;
        return std::min(all, 60.0);
    });
    chargeSet(verdict, several);
    const QString what =
        type == ValueType::UuidSet ? QStringLiteral("UUIDs") : QStringLiteral("numbers up to 2^53");
    return {type, std::move(verdict),
            several ? QStringLiteral("are %1 one after another").arg(what)
                    : QStringLiteral("are single %1").arg(what)};
}

Bits randomBits(QByteArrayView bytes)
{
    const auto zeros = std::count(bytes.begin(), bytes.end(), '\0');
    if (zeros == bytes.size()) // none
        return 0;
    // What has a structure mostly has many zeros.
    return zeros * 5 <= bytes.size() ? 0.5 : -2;
}

Bits datedBits(QByteArrayView bytes)
{
    return bigEndianTimeBits(bytes.sliced(20));
}

Bits oldDatedBits(QByteArrayView bytes)
{
    return littleEndianTimeBits(bytes.sliced(20));
}

struct Fixed
{
    ValueType type;
    ByteOrder order;
    qsizetype size;
    Bits (*bits)(QByteArrayView);
    const char *what;
};

constexpr std::array<Fixed, 9> FixedTypes {{
    {ValueType::Uuid, ByteOrder::BigEndian, 16, uuidBits, "are 16 bytes with UUID bits"},
    {ValueType::Oid, ByteOrder::BigEndian, 8, oidBits, "are 8 bytes with a number up to 2^53"},
    {ValueType::Timestamp, ByteOrder::BigEndian, 8, bigEndianTimeBits, "are 8 bytes with a plausible date"},
    {ValueType::Timestamp, ByteOrder::LittleEndian, 8, littleEndianTimeBits,
     "are 8 bytes with a plausible date, little endian"},
    {ValueType::Bytes16, ByteOrder::BigEndian, 16, randomBits, "are 16 bytes"},
    {ValueType::Bytes20, ByteOrder::BigEndian, 20, randomBits, "are 20 bytes"},
    {ValueType::Bytes32, ByteOrder::BigEndian, 32, randomBits, "are 32 bytes"},
    {ValueType::Bytes20Timestamp, ByteOrder::BigEndian, 28, datedBits,
     "are 20 bytes with a plausible date behind"},
    {ValueType::Bytes20Timestamp, ByteOrder::LittleEndian, 28, oldDatedBits,
     "are 20 bytes with a plausible date behind, little endian"},
}};

ValueGuess guessFixed(const Values &values, const Fixed &fixed)
{
    // Nothing but their size tells keys, hashes and addresses from any bytes.
    const bool anyBytes = fixed.bits == randomBits;
    constexpr double OldData = -1;
    const double once = AnyOfMany + (fixed.order == ByteOrder::LittleEndian ? OldData : 0);
    Verdict verdict = judgeValues(values, once, [&fixed](QByteArrayView bytes) -> Bits {
        if (bytes.size() != fixed.size)
            return std::nullopt;
        const Bits bits = fixed.bits(bytes);
        return bits ? Bits(*bits + SizeBits) : bits;
    });
    if (anyBytes)
        verdict.once = std::min(verdict.once, 2 - verdict.evidence() + verdict.once);
    return {fixed.type, std::move(verdict), QString::fromLatin1(fixed.what), fixed.order};
}

// The value type whose values are keys of this type.
std::optional<ValueType> valueTypeOfKeys(const KeyType &type)
{
    if (type.components().size() != 1)
        return std::nullopt;
    switch (type.components().front()) {
    case KeyComponent::Uuid:
        return ValueType::Uuid;
    case KeyComponent::Oid:
        return ValueType::Oid;
    case KeyComponent::String:
        return ValueType::String;
    case KeyComponent::Bytes16:
        return ValueType::Bytes16;
    case KeyComponent::Bytes20:
        return ValueType::Bytes20;
    case KeyComponent::Bytes32:
        return ValueType::Bytes32;
    default:
        return std::nullopt;
    }
}

// The size of what is looked for among the keys of others; 0: the whole value.
std::optional<qsizetype> elementSize(ValueType of, ValueType keys)
{
    if (of == keys)
        return 0;
    if (of == ValueType::UuidSet && keys == ValueType::Uuid)
        return 16;
    if (of == ValueType::OidSet && keys == ValueType::Oid)
        return 8;
    return std::nullopt;
}

// Values that are keys elsewhere are of the type of these keys.
void lookElsewhere(ValueGuess &guess, const Values &values, const InferenceContext &context)
{
    constexpr double KeyBits = 10;
    size_t most = 0;
    const KnownKeys *where = nullptr;
    for (const KnownKeys &known : context.otherKeys) {
        const auto keys = valueTypeOfKeys(known.type);
        const auto size = keys ? elementSize(guess.type, *keys) : std::nullopt;
        if (!size)
            continue;
        const auto isKey = [&](const std::optional<QByteArrayView> &value) {
            if (!value || value->isEmpty())
                return false;
            const qsizetype step = *size ? *size : value->size();
            bool all = value->size() % step == 0;
            for (qsizetype at = 0; all && at < value->size(); at += step)
                all = known.keys.contains(value->sliced(at, step).toByteArray());
            return all;
        };
        const auto found = size_t(std::count_if(values.begin(), values.end(), isKey));
        if (found > most) {
            most = found;
            where = &known;
        }
    }
    // A small number or a short word is a key somewhere.
    const bool common =
        guess.type == ValueType::Oid || guess.type == ValueType::OidSet || guess.type == ValueType::String;
    if (!where || (common && most * 2 < values.size()))
        return;
    if (!common)
        guess.verdict.bits += KeyBits * double(most);
    guess.what += most == values.size()
        ? QStringLiteral(", all of them keys of %1").arg(where->name)
        : QStringLiteral(", %1 of them keys of %2").arg(inThousands(most), where->name);
}

} // namespace

std::vector<ValueGuess> guessPlainValues(const Values &values, const InferenceContext &context)
{
    const ValueGuess text = guessString(values);
    std::vector<ValueGuess> guesses {
        {ValueType::Binary, judgeValues(values, 0, [](QByteArrayView) { return Bits(0); }),
         QStringLiteral("are bytes that fit no type but Binary")},
        guessPickle(values, ValueType::Pickle),
        guessPickle(values, ValueType::Pickle5),
        guessCbor(values, text),
        guessJson(values, text),
        text,
        guessStringSet(values),
        guessSet(values, ValueType::UuidSet, 16, uuidBits),
        guessSet(values, ValueType::OidSet, 8, oidBits),
    };
    for (ValueGuess &guess : guessFlatBuffers(values, AnyOfMany, context))
        guesses.push_back(std::move(guess));
    for (const Fixed &fixed : FixedTypes)
        guesses.push_back(guessFixed(values, fixed));
    std::erase_if(guesses, [](const ValueGuess &guess) { return !guess.verdict.fits(); });
    for (ValueGuess &guess : guesses)
        lookElsewhere(guess, values, context);
    return guesses;
}

} // namespace slotscope::core::inference
