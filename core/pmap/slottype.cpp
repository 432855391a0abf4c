// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/slottype.h"

#include "core/codec/cbor.h"
#include "core/codec/json.h"
#include "core/codec/scalar.h"
#include "core/value/valuetext.h"

#include <array>

namespace slotscope::core {

namespace {

constexpr std::array<std::pair<ValueType, const char *>, 9> ValueTypeNames {{
    {ValueType::String, "String"},
    {ValueType::Binary, "Binary"},
    {ValueType::Oid, "Oid"},
    {ValueType::Uuid, "Uuid"},
    {ValueType::Timestamp, "Timestamp"},
    {ValueType::Json, "Json"},
    {ValueType::Cbor, "Cbor"},
    {ValueType::TextOrBytes, "TextOrBytes"},
    {ValueType::Unknown, "Unknown"},
}};

// Bytes as they are for what is not read yet.
const Codec &codecFor(const SlotType &type)
{
    if (type.compression != Compression::None)
        return binaryCodec();
    switch (type.value) {
    case ValueType::String:
        return stringCodec();
    case ValueType::TextOrBytes:
        return textOrBytesCodec();
    case ValueType::Oid:
        return oidCodec();
    case ValueType::Uuid:
        return uuidCodec();
    case ValueType::Timestamp:
        return timestampCodec();
    case ValueType::Json:
        return jsonCodec();
    case ValueType::Cbor:
        return cborCodec();
    case ValueType::Binary:
    case ValueType::Unknown:
        break;
    }
    return binaryCodec();
}

} // namespace

QString valueTypeName(ValueType type)
{
    for (const auto &[known, name] : ValueTypeNames) {
        if (known == type)
            return QLatin1String(name);
    }
    return {};
}

std::optional<ValueType> valueTypeFromName(QStringView name)
{
    for (const auto &[type, known] : ValueTypeNames) {
        if (name == QLatin1String(known))
            return type;
    }
    return std::nullopt;
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

Expected<Value, DecodeError> SlotCodec::decodeValue(QByteArrayView bytes) const
{
    return codecFor(m_type).decode(bytes);
}

Expected<QByteArray, EncodeError> SlotCodec::encodeValue(const Value &value) const
{
    return codecFor(m_type).encode(value);
}

QString SlotCodec::readOnlyReason(QByteArrayView bytes) const
{
    if (m_type.value == ValueType::Unknown)
        return QStringLiteral("the type of the values is not known");
    if (m_type.compression != Compression::None)
        return QStringLiteral("values compressed with %1 cannot be written yet")
            .arg(compressionName(m_type.compression));
    const auto value = decodeValue(bytes);
    if (!value)
        return QStringLiteral("the value cannot be decoded: %1 (at byte %2)")
            .arg(value.error().what)
            .arg(value.error().offset);
    const auto written = encodeValue(*value);
    if (!written)
        return QStringLiteral("the value could not be written back: %1").arg(written.error().what);
    if (*written != bytes)
        return QStringLiteral("the value would be written back with other bytes than it has");
    return {};
}

QByteArray SlotCodec::valueNotation(const Value &value) const
{
    const bool typed = m_type.value != ValueType::Json && m_type.value != ValueType::Cbor;
    return typed ? toTypedNotation(value) : toNotation(value);
}

Expected<Value, QString> SlotCodec::parseValue(const Value &before, const QString &text) const
{
    Value like = before;
    if (m_type.compression == Compression::None && before.isNull()) {
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
