// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/slottype.h"

#include "core/codec/cbor.h"
#include "core/codec/compression.h"
#include "core/codec/flatbuffers/flatbuffers.h"
#include "core/codec/json.h"
#include "core/codec/pickle.h"
#include "core/codec/scalar.h"
#include "core/codec/sets.h"
#include "core/value/valuetext.h"

#include <algorithm>
#include <array>

namespace slotscope::core {

namespace {

struct TypeEntry
{
    ValueType type;
    const char *name;
    bool simple;
};

constexpr std::array<TypeEntry, 19> TypeEntries {{
    {ValueType::String, "String", true},
    {ValueType::StringSet, "StringSet", true},
    {ValueType::Binary, "Binary", true},
    {ValueType::Oid, "Oid", true},
    {ValueType::OidSet, "OidSet", true},
    {ValueType::Uuid, "Uuid", true},
    {ValueType::UuidSet, "UuidSet", true},
    {ValueType::Timestamp, "Timestamp", true},
    {ValueType::Bytes16, "Bytes16", true},
    {ValueType::Bytes20, "Bytes20", true},
    {ValueType::Bytes32, "Bytes32", true},
    {ValueType::Bytes20Timestamp, "Bytes20Timestamp", true},
    {ValueType::Json, "Json", false},
    {ValueType::Cbor, "Cbor", false},
    {ValueType::Pickle, "Pickle", false},
    {ValueType::Pickle5, "Pickle5", false},
    {ValueType::FlatBuffers, "FlatBuffers", false},
    {ValueType::TextOrBytes, "TextOrBytes", true},
    {ValueType::Unknown, "Unknown", true},
}};

// Of all types but FlatBuffers, whose codec needs more than a type. Bytes as they are for Unknown.
const Codec &codecFor(const SlotType &type)
{
    const bool littleEndian = type.valueOrder == ByteOrder::LittleEndian;
    switch (type.value) {
    case ValueType::String:
        return stringCodec();
    case ValueType::StringSet:
        return stringSetCodec();
    case ValueType::TextOrBytes:
        return textOrBytesCodec();
    case ValueType::Oid:
        return oidCodec();
    case ValueType::OidSet:
        return oidSetCodec();
    case ValueType::Uuid:
        return uuidCodec();
    case ValueType::UuidSet:
        return uuidSetCodec();
    case ValueType::Timestamp:
        return timestampCodec(littleEndian);
    case ValueType::Bytes16:
        return bytes16Codec();
    case ValueType::Bytes20:
        return bytes20Codec();
    case ValueType::Bytes32:
        return bytes32Codec();
    case ValueType::Bytes20Timestamp:
        return bytes20TimestampCodec(littleEndian);
    case ValueType::Json:
        return jsonCodec();
    case ValueType::Cbor:
        return cborCodec();
    case ValueType::Pickle:
        return pickleCodec();
    case ValueType::Pickle5:
        return pickle5Codec();
    case ValueType::FlatBuffers:
    case ValueType::Binary:
    case ValueType::Unknown:
        break;
    }
    return binaryCodec();
}

Expected<Value, DecodeError> decodePlain(const SlotType &type, QByteArrayView bytes)
{
    if (type.value == ValueType::FlatBuffers)
        return FlatBuffersCodec(type.flatBuffers).decode(bytes);
    return codecFor(type).decode(bytes);
}

// A plain text of typed notation as what the type says that it is; others stay.
Expected<Value, DecodeError> typedValue(ValueType type, const Value &plain)
{
    if (plain.kind() != Value::Kind::Text)
        return plain;
    Value like;
    if (type == ValueType::Uuid || type == ValueType::UuidSet)
        like = Value::uuid({});
    else if (type == ValueType::Oid || type == ValueType::OidSet)
        like = Value::integer(0);
    else
        return plain;
    auto value = parseLike(like, plain.toText());
    if (!value)
        return Unexpected {DecodeError {plain.source().offset, value.error()}};
    return *std::move(value);
}

} // namespace

QString valueTypeName(ValueType type)
{
    for (const TypeEntry &entry : TypeEntries) {
        if (entry.type == type)
            return QLatin1String(entry.name);
    }
    return {};
}

std::optional<ValueType> valueTypeFromName(QStringView name)
{
    for (const TypeEntry &entry : TypeEntries) {
        if (name == QLatin1String(entry.name))
            return entry.type;
    }
    return std::nullopt;
}

const std::vector<ValueType> &allValueTypes()
{
    static const std::vector<ValueType> types = [] {
        std::vector<ValueType> all;
        for (const TypeEntry &entry : TypeEntries)
            all.push_back(entry.type);
        return all;
    }();
    return types;
}

bool isSimple(ValueType type)
{
    return std::any_of(TypeEntries.begin(), TypeEntries.end(),
                       [type](const TypeEntry &entry) { return entry.type == type && entry.simple; });
}

QString compressionName(Compression compression)
{
    switch (compression) {
    case Compression::None:
        return QStringLiteral("none");
    case Compression::Zlib:
        return QStringLiteral("zlib");
    case Compression::Snappy:
        return QStringLiteral("snappy");
    }
    return {};
}

std::optional<Compression> compressionFromName(QStringView name)
{
    for (const Compression compression : {Compression::None, Compression::Zlib, Compression::Snappy}) {
        if (name == compressionName(compression))
            return compression;
    }
    return std::nullopt;
}

QString typeSourceName(TypeSource source)
{
    switch (source) {
    case TypeSource::Unknown:
        return QStringLiteral("unknown");
    case TypeSource::Inferred:
        return QStringLiteral("inferred");
    case TypeSource::Imported:
        return QStringLiteral("imported");
    case TypeSource::Pinned:
        return QStringLiteral("pinned");
    case TypeSource::BuiltIn:
        return QStringLiteral("built-in");
    }
    return {};
}

SlotCodec::SlotCodec(SlotType type, int prefixLength)
    : m_type(std::move(type))
    , m_prefixLength(prefixLength)
{
}

Expected<ValueList, DecodeError> SlotCodec::decodeKey(QByteArrayView etcdKey) const
{
    if (etcdKey.size() < m_prefixLength)
        return Unexpected {
            DecodeError {etcdKey.size(), QStringLiteral("the key is shorter than a slot number")}};
    auto parts = m_type.key.decode(etcdKey.sliced(m_prefixLength));
    if (!parts) {
        DecodeError error = parts.error();
        if (error.offset >= 0)
            error.offset += m_prefixLength;
        return Unexpected {std::move(error)};
    }
    if (m_prefixLength > 0) {
        for (Value &part : *parts) {
            Value::Source source = part.source();
            source.offset += m_prefixLength;
            part = std::move(part).withSource(source);
        }
    }
    return parts;
}

Expected<QByteArray, EncodeError> SlotCodec::encodeKey(QByteArrayView prefix, const ValueList &parts) const
{
    const auto key = m_type.key.encode(parts);
    if (!key)
        return Unexpected {EncodeError {{}, key.error()}};
    return prefix.toByteArray() + *key;
}

Expected<QByteArray, DecodeError> SlotCodec::decompressed(QByteArrayView bytes) const
{
    switch (m_type.compression) {
    case Compression::None:
        break;
    case Compression::Zlib:
        return inflateZlib(bytes);
    case Compression::Snappy:
        return inflateSnappy(bytes);
    }
    return bytes.toByteArray();
}

Expected<Value, DecodeError> SlotCodec::decodeValue(QByteArrayView bytes) const
{
    if (m_type.compression == Compression::None)
        return decodePlain(m_type, bytes);
    const auto plain = decompressed(bytes);
    if (!plain)
        return Unexpected {plain.error()};
    auto value = decodePlain(m_type, *plain);
    if (value)
        return value;
    DecodeError error = value.error();
    error.what = QStringLiteral("in the decompressed value: %1").arg(error.what);
    return Unexpected {std::move(error)};
}

Expected<QByteArray, EncodeError> SlotCodec::encodePlain(const Value &value, QByteArrayView before) const
{
    if (m_type.value == ValueType::FlatBuffers) {
        const auto original = decompressed(before);
        return FlatBuffersCodec(m_type.flatBuffers).encode(value, original ? *original : QByteArray());
    }
    const bool pickled = m_type.value == ValueType::Pickle || m_type.value == ValueType::Pickle5;
    const auto like =
        pickled && !before.isEmpty() ? decodeValue(before) : Expected<Value, DecodeError>(Value());
    return codecFor(m_type).encode(like ? withPickleOriginOf(value, *like) : value);
}

Expected<QByteArray, EncodeError> SlotCodec::encodeValue(const Value &value, QByteArrayView before) const
{
    auto plain = encodePlain(value, before);
    return plain ? compressed(*plain, before) : plain;
}

Expected<QByteArray, EncodeError> SlotCodec::compressed(const QByteArray &plain, QByteArrayView before) const
{
    if (m_type.compression == Compression::None)
        return plain;
    // What is not changed is not compressed anew: another compressor may have made it.
    if (!before.isEmpty()) {
        const auto original = decompressed(before);
        if (original && *original == plain)
            return before.toByteArray();
    }
    return m_type.compression == Compression::Zlib ? compressZlib(plain, before) : compressSnappy(plain);
}

QString SlotCodec::readOnlyReason(QByteArrayView bytes) const
{
    if (m_type.value == ValueType::Unknown)
        return QStringLiteral("the type of the values is not known");
    if (m_type.value == ValueType::FlatBuffers && !m_type.flatBuffers.schema)
        return QStringLiteral("the FlatBuffers schema of the values is not known");
    const auto value = decodeValue(bytes);
    if (!value)
        return QStringLiteral("the value cannot be decoded: %1 (at byte %2)")
            .arg(value.error().what)
            .arg(value.error().offset);
    if (m_type.value == ValueType::FlatBuffers) {
        const auto plain = decompressed(bytes);
        const QString reason =
            plain ? FlatBuffersCodec(m_type.flatBuffers).readOnlyReason(*plain) : QString();
        if (!reason.isEmpty())
            return reason;
    }
    const auto written = encodeValue(*value, bytes);
    if (!written)
        return QStringLiteral("the value could not be written back: %1").arg(written.error().what);
    if (*written != bytes)
        return QStringLiteral("the value would be written back with other bytes than it has");
    return {};
}

QByteArray SlotCodec::valueNotation(const Value &value) const
{
    // Without their schema FlatBuffers have no types that say what a text stands for.
    const bool typed =
        isSimple(m_type.value) || (m_type.value == ValueType::FlatBuffers && m_type.flatBuffers.schema);
    return typed ? toTypedNotation(value) : toNotation(value);
}

Value SlotCodec::blankValue() const
{
    switch (m_type.value) {
    case ValueType::Json:
    case ValueType::Cbor:
    case ValueType::Pickle:
    case ValueType::Pickle5:
        return Value::map({});
    case ValueType::Oid:
        return Value::integer(0);
    case ValueType::Uuid:
        return Value::uuid({});
    case ValueType::Timestamp:
        return Value::timestamp(0);
    case ValueType::StringSet:
    case ValueType::OidSet:
    case ValueType::UuidSet:
        return Value::set({});
    case ValueType::Bytes16:
        return Value::bytes(QByteArray(16, '\0'));
    case ValueType::Bytes20:
        return Value::bytes(QByteArray(20, '\0'));
    case ValueType::Bytes32:
        return Value::bytes(QByteArray(32, '\0'));
    case ValueType::Bytes20Timestamp:
        return Value::array({Value::bytes(QByteArray(20, '\0')), Value::timestamp(0)});
    case ValueType::FlatBuffers:
        return FlatBuffersCodec(m_type.flatBuffers).blank();
    case ValueType::Binary:
    case ValueType::Unknown:
        return Value::bytes({});
    case ValueType::String:
    case ValueType::TextOrBytes:
        break;
    }
    return Value::text({});
}

Expected<Value, DecodeError> SlotCodec::valueFromNotation(const QByteArray &json) const
{
    auto value = fromNotation(json);
    if (value && m_type.value == ValueType::FlatBuffers)
        return FlatBuffersCodec(m_type.flatBuffers).adopted(*value);
    if (!value || !isSimple(m_type.value))
        return value;
    if (value->kind() != Value::Kind::Set)
        return typedValue(m_type.value, *value);
    ValueList items;
    items.reserve(value->items().size());
    for (const Value &item : value->items()) {
        auto typed = typedValue(m_type.value, item);
        if (!typed)
            return typed;
        items.push_back(*std::move(typed));
    }
    return Value::set(std::move(items));
}

Expected<Value, QString> SlotCodec::parseValue(const Value &before, const QString &text) const
{
    Value like = before;
    if (before.isNull()) {
        if (m_type.value == ValueType::String)
            return text.isEmpty() ? before : Value::text(text);
        if (m_type.value == ValueType::Uuid)
            like = Value::uuid({});
        if (m_type.value == ValueType::Timestamp)
            like = Value::timestamp(0);
    }
    return parseLike(like, text);
}

} // namespace slotscope::core
