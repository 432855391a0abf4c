// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/inference.h"

#include "core/pmap/keyguess.h"
#include "core/pmap/valueguess.h"
#include "core/value/utf8.h"

#include <QStringList>

#include <algorithm>
#include <map>

namespace slotscope::core {

using namespace inference;

namespace {

// Values are decoded up to this many bytes in all, spread over the sample.
constexpr qsizetype DecodeBudget = qsizetype(1024) * 1024;
constexpr size_t MostReadings = 5;
// What is likelier than this is worth a word.
constexpr double WorthAWord = 0.02;

// Whether the library has a class for such a map.
bool isLibraryMap(const KeyType &key, ValueType value)
{
    static const QStringList names =
        QStringLiteral(
            "Bytes16:FlatBuffers Bytes16Timestamp:Uuid Bytes16TimestampUuid:FlatBuffers Bytes20:Bytes16 "
            "Bytes20:Bytes20 Bytes20Bytes20:FlatBuffers Bytes20:Bytes20Timestamp Bytes20:FlatBuffers "
            "Bytes20String:FlatBuffers Bytes20Timestamp:Bytes20 Bytes20Timestamp:Uuid Bytes20:Uuid "
            "Bytes32:Bytes32 Bytes32Bytes32:FlatBuffers Bytes32:FlatBuffers Bytes32String:FlatBuffers "
            "Bytes32:Timestamp Bytes32:Uuid Bytes32Uuid:FlatBuffers Oid3:FlatBuffers Oid:Cbor "
            "Oid:FlatBuffers Oid:Json Oid:Oid OidOid:FlatBuffers OidOid:Oid Oid:OidSet Oid:Pickle "
            "Oid:String OidString:Oid OidTimestamp:FlatBuffers OidTimestamp:Oid OidTimestampString:Oid "
            "Oid:Uuid SlotUuid:Uuid String:Cbor String:FlatBuffers String:Json String:Oid StringOid:Oid "
            "String:Pickle String:String StringStringString:Uuid StringString:Uuid StringTimestamp:Cbor "
            "String:Uuid TimestampBytes32:FlatBuffers Timestamp:FlatBuffers TimestampString:Cbor "
            "TimestampString:FlatBuffers TimestampUuid:Cbor TimestampUuid:FlatBuffers "
            "TimestampUuidString:FlatBuffers Uint16UuidTimestamp:FlatBuffers Uint64Timestamp:Uuid "
            "UuidBytes20Bytes20Uint8Uuid:FlatBuffers UuidBytes20Uint8:FlatBuffers "
            "UuidBytes20Uint8Uuid:FlatBuffers UuidBytes32:FlatBuffers Uuid:Cbor Uuid:FlatBuffers "
            "Uuid:Json Uuid:Oid Uuid:Pickle Uuid:String UuidString:FlatBuffers UuidString:Oid "
            "UuidString:Uuid UuidTimestamp:Bytes32 UuidTimestamp:Cbor UuidTimestamp:FlatBuffers "
            "UuidTimestamp:Uuid UuidTimestampUuid:FlatBuffers Uuid:Uuid UuidUuid:Cbor "
            "UuidUuid:FlatBuffers Uuid:UuidSet UuidUuidString:FlatBuffers UuidUuidString:Uuid "
            "UuidUuid:Uuid UuidUuidUuidString:Uuid UuidUuidUuid:Uuid UuidUuidUuidUuid:Uuid")
            .split(u' ');
    return names.contains(key.name() + u':' + valueTypeName(value));
}

// A few of many where all would take too long: evenly spread, so that the sample stays one of the whole slot.
struct Chosen
{
    std::vector<QByteArrayView> values;
    std::vector<size_t> indexes; // of their samples
};

Chosen chooseValues(const std::vector<Sample> &samples)
{
    qsizetype size = 0;
    size_t filled = 0;
    for (const Sample &sample : samples) {
        size += sample.value.size();
        filled += !sample.value.isEmpty();
    }
    Chosen chosen;
    const double fraction = size > DecodeBudget ? double(DecodeBudget) / double(size) : 1;
    const double least = std::min(double(filled), 10.0);
    const double step = std::max(fraction, filled ? least / double(filled) : 1);
    qsizetype left = DecodeBudget;
    double due = 1;
    for (size_t i = 0; i < samples.size(); ++i) {
        const QByteArray &value = samples[i].value;
        if (value.isEmpty())
            continue; // no bytes say nothing of a type
        if (due >= 1 && (chosen.values.empty() || value.size() <= left)) {
            due -= 1;
            left -= value.size();
            chosen.values.emplace_back(value);
            chosen.indexes.push_back(i);
        }
        due += step;
    }
    return chosen;
}

// Some pairs of key and value types have a class in the library, most have none.
void weighTogether(std::vector<KeyGuess> &keys, std::vector<ValueGuess> &values)
{
    constexpr double WithoutClass = 0.5;
    std::vector<double> ofKeys(keys.size());
    std::vector<double> ofValues(values.size());
    double sum = 0;
    for (size_t k = 0; k < keys.size(); ++k) {
        for (size_t v = 0; v < values.size(); ++v) {
            const double weight = keys[k].verdict.confidence * values[v].verdict.confidence
                * (isLibraryMap(keys[k].type, values[v].type) ? 1 : WithoutClass);
            ofKeys[k] += weight;
            ofValues[v] += weight;
            sum += weight;
        }
    }
    if (sum <= 0)
        return;
    const auto take = [sum](auto &guesses, const std::vector<double> &weights) {
        for (size_t i = 0; i < guesses.size(); ++i)
            guesses[i].verdict.confidence = weights[i] / sum;
        std::stable_sort(guesses.begin(), guesses.end(), [](const auto &a, const auto &b) {
            return a.verdict.confidence > b.verdict.confidence;
        });
    };
    take(keys, ofKeys);
    take(values, ofValues);
}

// How sure a reading is that not all samples fit.
double confidenceOf(const Verdict &verdict)
{
    const double share = double(verdict.good) / double(verdict.total);
    return 0.99 * verdict.confidence * (1 + share) / 2;
}

QString ordered(ByteOrder order)
{
    return order == ByteOrder::LittleEndian ? QStringLiteral(", little endian") : QString();
}

QString nameOf(const KeyReading &reading)
{
    return reading.type.name() + ordered(reading.type.timestampOrder());
}

QString nameOf(const ValueReading &reading)
{
    const QString compressed = reading.compression == Compression::None
        ? QString()
        : QStringLiteral(", compressed with ") + compressionName(reading.compression);
    const QString &root = reading.flatBuffers.root;
    return valueTypeName(reading.type) + (root.isEmpty() ? QString() : QStringLiteral(" of ") + root)
        + ordered(reading.order) + compressed;
}

// What else it might be: "they could be UuidSet (12 %) as well".
template <typename Reading>
QString othersInWords(const std::vector<Reading> &readings)
{
    QStringList names;
    for (size_t i = 1; i < readings.size(); ++i) {
        if (readings[i].confidence >= WorthAWord)
            names += QStringLiteral("%1 (%2 %)")
                         .arg(nameOf(readings[i]))
                         .arg(qRound(readings[i].confidence * 100));
    }
    return names.isEmpty()
        ? QString()
        : QStringLiteral("; they could be %1 as well").arg(names.join(QLatin1String(" or ")));
}

QString whyNoKey(const KeyType &type, const QByteArray &key)
{
    const auto parts = type.decode(key);
    return parts ? QStringLiteral("the key has no plausible %1").arg(type.name())
                 : QStringLiteral("the key is no %1: %2").arg(type.name(), parts.error().what);
}

QString whyNoValue(const SlotCodec &codec, const QByteArray &bytes)
{
    const QString name = valueTypeName(codec.type().value);
    const auto value = codec.decodeValue(bytes);
    return value ? QStringLiteral("the value is no plausible %1").arg(name)
                 : QStringLiteral("the value is no %1: %2").arg(name, value.error().what);
}

// The records that the best readings do not fit.
void listMisfits(Inference &inference, const std::vector<Sample> &samples, const Verdict *keys,
                 const Verdict *values, const std::vector<size_t> &indexes)
{
    std::map<size_t, QStringList> found;
    const SlotType type = inference.type();
    if (keys && !type.key.isUnknown()) {
        for (const size_t i : keys->misfits)
            found[i] += whyNoKey(type.key, samples[i].key);
    }
    const SlotCodec codec(type);
    if (values && type.value != ValueType::Unknown) {
        for (const size_t i : values->misfits)
            found[indexes[i]] += whyNoValue(codec, samples[indexes[i]].value);
        if (const auto none = codec.decodeValue({}); !none) {
            for (size_t i = 0; i < samples.size(); ++i) {
                if (samples[i].value.isEmpty())
                    found[i] += QStringLiteral("the value is empty");
            }
        }
    }
    inference.misfitCount = found.size();
    for (const auto &[i, why] : found) {
        if (inference.misfits.size() == Inference::MostMisfits)
            break;
        inference.misfits.push_back({samples[i].key, why.join(QLatin1String("; "))});
    }
}

} // namespace

bool Inference::isAmbiguous() const
{
    constexpr double Nearly = 0.1;
    const auto rivalled = [](const auto &readings) {
        return readings.size() > 1 && readings[1].confidence >= Nearly * readings[0].confidence;
    };
    return rivalled(keys) || rivalled(values);
}

SlotType Inference::type() const
{
    SlotType type;
    QStringList evidence;
    double confidence = 1;
    if (values.empty()) {
        if (samples > 0)
            evidence += QStringLiteral("all values are empty");
    } else {
        const ValueReading &best = values.front();
        // Bytes of which nothing is known are not offered for editing.
        type.value = best.type == ValueType::Binary ? ValueType::Unknown : best.type;
        type.compression = best.compression;
        type.valueOrder = best.order;
        type.flatBuffers = best.flatBuffers;
        if (type.value != ValueType::Unknown || type.compression != Compression::None)
            confidence *= best.confidence;
        for (size_t i = 0; i < values.size(); ++i) {
            const ValueReading &other = values[i];
            if (other.type != type.value && other.type != ValueType::Unknown && other.confidence >= WorthAWord
                && std::find(type.otherValues.begin(), type.otherValues.end(), other.type)
                    == type.otherValues.end())
                type.otherValues.push_back(other.type);
        }
        evidence += best.evidence + othersInWords(values);
    }
    if (!keys.empty()) {
        type.key = keys.front().type;
        if (!type.key.isUnknown())
            confidence *= keys.front().confidence;
        evidence += keys.front().evidence + othersInWords(keys);
    }
    type.evidence = evidence.join(QLatin1String("; "));
    const bool any =
        type.value != ValueType::Unknown || type.compression != Compression::None || !type.key.isUnknown();
    type.source = any ? TypeSource::Inferred : TypeSource::Unknown;
    type.confidence = any ? confidence : 0;
    return type;
}

Inference inferSlot(const std::vector<Sample> &samples, const InferenceContext &context)
{
    Inference inference;
    inference.samples = samples.size();
    if (samples.empty())
        return inference;
    Keys keyViews;
    keyViews.reserve(samples.size());
    for (const Sample &sample : samples)
        keyViews.emplace_back(sample.key);
    const Chosen chosen = chooseValues(samples);
    std::vector<KeyGuess> keys = guessKeys(keyViews);
    std::vector<ValueGuess> values;
    if (!chosen.values.empty()) {
        values = guessValues(chosen.values, context);
        weighTogether(keys, values);
    }
    for (const KeyGuess &guess : keys) {
        if (inference.keys.size() < MostReadings)
            inference.keys.push_back(
                {guess.type, confidenceOf(guess.verdict),
                 QStringLiteral("%1 keys %2")
                     .arg(countOf(guess.verdict.good, guess.verdict.total), guess.what)});
    }
    for (const ValueGuess &guess : values) {
        if (inference.values.size() < MostReadings)
            inference.values.push_back(
                {guess.type, guess.compression, guess.order, guess.flatBuffers, confidenceOf(guess.verdict),
                 QStringLiteral("%1 values %2")
                     .arg(countOf(guess.verdict.good, guess.verdict.total), guess.what)});
    }
    listMisfits(inference, samples, keys.empty() ? nullptr : &keys.front().verdict,
                values.empty() ? nullptr : &values.front().verdict, chosen.indexes);
    return inference;
}

SlotType inferSlotType(const std::vector<Sample> &samples)
{
    return inferSlot(samples).type();
}

bool looksLikePlainKeys(const std::vector<QByteArray> &etcdKeys)
{
    return !etcdKeys.empty() && std::all_of(etcdKeys.begin(), etcdKeys.end(), [](const QByteArray &key) {
        return isPrintableUtf8(key);
    });
}

} // namespace slotscope::core
