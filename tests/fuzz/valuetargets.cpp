// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/cbor.h"
#include "core/codec/cbordiagnostic.h"
#include "core/codec/compression.h"
#include "core/codec/pickle.h"
#include "core/pmap/catalogue.h"
#include "core/pmap/inference.h"
#include "core/value/valuetext.h"
#include "tests/fuzz/fuzztargets.h"
#include "tests/fuzz/random.h"

namespace slotscope::fuzz {

using namespace core;

namespace {

/// The first byte, cut off.
quint8 takeByte(QByteArrayView &bytes)
{
    if (bytes.isEmpty())
        return 0;
    const auto first = quint8(bytes.front());
    bytes = bytes.sliced(1);
    return first;
}

constexpr quint8 OtherOrder = 0x80; ///< a bit of the byte that chooses a type

CodecTraits traitsOf(ValueType type)
{
    switch (type) {
    case ValueType::Json:
    case ValueType::Cbor:
        return {.editsInPlace = true};
    case ValueType::Pickle:
    case ValueType::Pickle5:
        // Objects of a program's own classes are only shown. What stands in several places has its bytes
        // where it was first.
        return {.writesAllItReads = false, .sharesObjects = true, .childrenWithin = false};
    case ValueType::FlatBuffers: // without a schema, that is
    case ValueType::Unknown:
        return {.writesAllItReads = false, .freeShape = false, .childrenWithin = false};
    default:
        return {};
    }
}

Complaint checkOne(ValueType type, QByteArrayView bytes)
{
    return checkCodec(SlotCodec({.value = type}, 0), traitsOf(type), bytes);
}

/// What is inflated is deflated to something that inflates to the same.
template <typename Inflate, typename Deflate>
Complaint checkInflation(QByteArrayView bytes, Inflate inflate, Deflate deflate)
{
    Complaint complaint;
    const auto plain = measured(bytes.size(), &complaint, [&] { return inflate(bytes); });
    if (!complaint.isEmpty())
        return complaint;
    if (!plain)
        return checkError(plain.error(), bytes.size());
    if (plain->size() > inflatedLimit(bytes.size()))
        return QStringLiteral("%1 bytes are beyond the limit").arg(plain->size());
    const auto again = inflate(deflate(*plain, bytes));
    if (!again || *again != *plain)
        return QStringLiteral("what was inflated does not deflate");
    return {};
}

} // namespace

const std::vector<ValueType> &simpleTypes()
{
    static const std::vector<ValueType> types = [] {
        std::vector<ValueType> simple;
        for (const ValueType type : allValueTypes()) {
            if (isSimple(type) && type != ValueType::Unknown)
                simple.push_back(type);
        }
        return simple;
    }();
    return types;
}

const std::vector<KeyType> &keyTypes()
{
    static const std::vector<KeyType> types = [] {
        std::vector<KeyType> all {KeyType()};
        for (const QString &name : libraryKeyTypeNames()) {
            if (const auto type = KeyType::parse(name))
                all.push_back(*type);
        }
        return all;
    }();
    return types;
}

Complaint checkScalar(QByteArrayView bytes)
{
    const quint8 choice = takeByte(bytes);
    SlotType type;
    type.value = simpleTypes()[(choice & ~OtherOrder) % simpleTypes().size()];
    type.valueOrder = choice & OtherOrder ? ByteOrder::LittleEndian : ByteOrder::BigEndian;
    return checkCodec(SlotCodec(type, 0), {}, bytes);
}

Complaint checkKey(QByteArrayView bytes)
{
    const quint8 choice = takeByte(bytes);
    KeyType type = keyTypes()[(choice & ~OtherOrder) % keyTypes().size()];
    if (choice & OtherOrder)
        type = KeyType(type.components(),
                       type.timestampOrder() == ByteOrder::BigEndian ? ByteOrder::LittleEndian
                                                                     : ByteOrder::BigEndian);
    Complaint complaint;
    const auto parts = measured(bytes.size(), &complaint, [&] { return type.decode(bytes); });
    if (!complaint.isEmpty())
        return complaint;
    if (!parts)
        return checkError(parts.error(), bytes.size());
    if (parts->size() != type.components().size())
        return QStringLiteral("%1 parts for %2").arg(parts->size()).arg(type.name());
    qint64 end = 0;
    for (const Value &part : *parts) {
        if (part.source().offset < end || part.source().offset + part.source().length > bytes.size())
            return QStringLiteral("the parts of %1 are not one behind the other").arg(type.name());
        end = part.source().offset + part.source().length;
    }
    const QByteArray notation = keyNotation(*parts);
    if (const auto again = fromNotation(notation); !again)
        return QStringLiteral("the notation of a key cannot be read: %1").arg(again.error().what);
    const auto written = type.encode(*parts);
    // Both are refused by the reference as well, and shown where they are.
    const bool refusable = std::any_of(parts->begin(), parts->end(), [](const Value &part) {
        return part.toUInt64().value_or(0) > quint64(1) << 53
            || (part.kind() == Value::Kind::Text && part.toText().isEmpty());
    });
    if (!written)
        return refusable ? Complaint()
                         : QStringLiteral("%1 of %2 cannot be written: %3")
                               .arg(QString::fromUtf8(notation), type.name(), written.error());
    if (*written != bytes)
        return QStringLiteral("%1 of %2 is written with other bytes")
            .arg(QString::fromUtf8(notation), type.name());

    // One part edited as in a cell.
    Random random(bytes);
    ValueList edited = *parts;
    Value &part = edited[random.below(edited.size())];
    const QString text =
        part.kind() == Value::Kind::Integer ? QStringLiteral("77") : QStringLiteral("seventy");
    const auto other = parseLike(part, text);
    if (!other)
        return {};
    part = *other;
    const auto changed = type.encode(edited);
    if (!changed)
        return QStringLiteral("%1 takes no %2: %3").arg(type.name(), text, changed.error());
    const auto back = type.decode(*changed);
    if (!back || *back != edited)
        return QStringLiteral("%1 does not read back as edited").arg(type.name());
    return {};
}

Complaint checkNotation(QByteArrayView bytes)
{
    Complaint complaint;
    const QByteArray text = bytes.toByteArray();
    const auto value = measured(bytes.size(), &complaint, [&] { return fromNotation(text); });
    if (!complaint.isEmpty())
        return complaint;
    if (!value)
        return checkError(value.error(), bytes.size());
    displayText(*value);
    const QByteArray written = toNotation(*value);
    const auto again = fromNotation(written);
    if (!again)
        return QStringLiteral("what was written cannot be read: %1 (%2)")
            .arg(again.error().what, QString::fromUtf8(written.left(300)));
    if (*again != *value)
        return QStringLiteral("what was written reads as something else: %1")
            .arg(QString::fromUtf8(written.left(300)));
    if (toNotation(*again) != written)
        return QStringLiteral("it is written in two ways: %1").arg(QString::fromUtf8(written.left(300)));
    return {};
}

Complaint checkPath(QByteArrayView bytes)
{
    const auto path = ValuePath::parse(QString::fromUtf8(bytes));
    if (!path)
        return path.error().isEmpty() ? QStringLiteral("an error without words") : Complaint();
    const auto again = ValuePath::parse(path->toString());
    if (!again || !(*again == *path))
        return QStringLiteral("%1 does not read back").arg(path->toString());
    return {};
}

Complaint checkJson(QByteArrayView bytes)
{
    const Complaint complaint = checkScan(ValueType::Json, bytes);
    return complaint.isEmpty() ? checkOne(ValueType::Json, bytes) : complaint;
}

Complaint checkCbor(QByteArrayView bytes)
{
    // Whatever is CBOR has a diagnostic notation, and nothing else has.
    const auto diagnostic = cborDiagnostic(bytes);
    const auto value = cborCodec().decode(bytes);
    if (diagnostic && !value)
        return QStringLiteral("a diagnostic notation of what is damaged: %1").arg(value.error().what);
    if (!diagnostic && value)
        return QStringLiteral("no diagnostic notation: %1").arg(diagnostic.error().what);
    if (!diagnostic && checkError(diagnostic.error(), bytes.size()).size())
        return checkError(diagnostic.error(), bytes.size());
    const Complaint complaint = checkScan(ValueType::Cbor, bytes);
    CodecTraits traits = traitsOf(ValueType::Cbor);
    // Where strings are referred to by their numbers, another string changes the numbers behind it.
    traits.editsInPlace = !diagnostic || !diagnostic->contains(QLatin1String("256("));
    return complaint.isEmpty() ? checkCodec(SlotCodec({.value = ValueType::Cbor}, 0), traits, bytes)
                               : complaint;
}

Complaint checkPickle(QByteArrayView bytes)
{
    if (const auto verbatim = decodePickleVerbatim(bytes))
        toNotation(*verbatim);
    const Complaint complaint = checkScan(ValueType::Pickle, bytes);
    return complaint.isEmpty() ? checkOne(ValueType::Pickle, bytes) : complaint;
}

Complaint checkPickle5(QByteArrayView bytes)
{
    const Complaint complaint = checkScan(ValueType::Pickle5, bytes);
    return complaint.isEmpty() ? checkOne(ValueType::Pickle5, bytes) : complaint;
}

Complaint checkZlib(QByteArrayView bytes)
{
    return checkInflation(bytes, inflateZlib, compressZlib);
}

Complaint checkSnappy(QByteArrayView bytes)
{
    return checkInflation(bytes, inflateSnappy,
                          [](QByteArrayView plain, QByteArrayView) { return compressSnappy(plain); });
}

Complaint checkCompressed(QByteArrayView bytes)
{
    const quint8 choice = takeByte(bytes);
    SlotType type;
    type.compression = choice & 1 ? Compression::Zlib : Compression::Snappy;
    type.value = allValueTypes()[size_t(choice >> 1) % allValueTypes().size()];
    CodecTraits traits = traitsOf(type.value);
    traits.editsInPlace = false; // the compressed bytes are others from there on
    return checkCodec(SlotCodec(type, 0), traits, bytes);
}

Complaint checkCatalogue(QByteArrayView bytes)
{
    const QByteArray key =
        QByteArray(2, '\0') + bytes.first(std::min<qsizetype>(bytes.size(), 2)).toByteArray();
    const QByteArrayView value = bytes.sliced(key.size() - 2);
    Complaint complaint;
    const auto entry = measured(bytes.size(), &complaint, [&] { return readCatalogueEntry(key, value); });
    if (!complaint.isEmpty())
        return complaint;
    if (entry.has_value() != (key.size() == 4))
        return QStringLiteral("a key of %1 bytes").arg(key.size());
    if (!entry)
        return {};
    if (entry->slot.value != quint16(quint8(key[2]) << 8 | quint8(key[3])))
        return QStringLiteral("the slot is not that of the key");
    const bool whole = !entry->oid.isEmpty() && !QUuid(entry->oid).isNull();
    if (entry->warning.isEmpty() && !whole)
        return QStringLiteral("an entry without an oid, and no warning");
    return {};
}

Complaint checkInference(QByteArrayView bytes)
{
    std::vector<Sample> samples;
    std::vector<QByteArray> keys;
    const qsizetype size = bytes.size();
    while (!bytes.isEmpty()) {
        const auto take = [&bytes] {
            const auto wanted = qsizetype(takeByte(bytes));
            const QByteArrayView part = bytes.first(std::min(wanted, bytes.size()));
            bytes = bytes.sliced(part.size());
            return part.toByteArray();
        };
        Sample sample;
        sample.key = take();
        sample.value = take();
        keys.push_back(sample.key);
        samples.push_back(std::move(sample));
    }
    looksLikePlainKeys(keys);
    Complaint complaint;
    const SlotType type = measured(size, &complaint, [&] { return inferSlotType(samples); });
    if (!complaint.isEmpty())
        return complaint;
    if (!(type.confidence >= 0 && type.confidence <= 1))
        return QStringLiteral("a confidence of %1").arg(type.confidence);
    const SlotCodec codec(type, 0);
    for (const Sample &sample : samples) {
        codec.decodeKey(sample.key);
        codec.decodeValue(sample.value);
    }
    return {};
}

} // namespace slotscope::fuzz
