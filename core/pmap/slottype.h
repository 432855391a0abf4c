// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"
#include "core/codec/flatbuffers/flatbufferstype.h"
#include "core/pmap/keytype.h"

#include <QString>

#include <memory>

namespace slotscope::core {

enum class Compression { None, Zlib, Snappy };

/// The value types of zlmdb that this build knows; the others are shown as bytes.
enum class ValueType {
    String,
    Binary,
    Oid,
    Uuid,
    Timestamp,
    Json,
    Cbor,
    TextOrBytes, ///< not of the library: text where a value is printable UTF-8, else bytes; for plain keys
    Unknown, ///< not known: bytes, read-only
    StringSet,
    OidSet,
    UuidSet,
    Bytes16,
    Bytes20,
    Bytes32,
    Bytes20Timestamp,
    Pickle,
    Pickle5,
    FlatBuffers,
};

/// All of them, in the order in which people are offered them; those of the library first.
const std::vector<ValueType> &allValueTypes();
/// Whether it is one of the simple types, whose typed notation says less than the lossless one.
bool isSimple(ValueType type);
/// As in the class names of the library (`Cbor`); "Unknown" for Unknown.
QString valueTypeName(ValueType type);
std::optional<ValueType> valueTypeFromName(QStringView name);
QString compressionName(Compression compression); ///< `none`, `zlib`, `snappy`
std::optional<Compression> compressionFromName(QStringView name);

/// How a slot's type became known.
enum class TypeSource { Unknown, Inferred, Imported, Pinned, BuiltIn };
QString typeSourceName(TypeSource source); ///< `unknown`, `inferred`, …

/// What the bytes of a slot mean, and how that is known.
struct SlotType
{
    KeyType key;
    ValueType value = ValueType::Unknown;
    Compression compression = Compression::None;
    TypeSource source = TypeSource::Unknown;
    double confidence = 0; ///< 0 … 1, for Inferred
    QString evidence; ///< in words, for Inferred
    /// Of the timestamps in simple values; those in the key have the key type's.
    ByteOrder valueOrder = ByteOrder::BigEndian;
    /// For Inferred: other value types that explain the samples as well, likelier ones first.
    std::vector<ValueType> otherValues {};
    FlatBuffersType flatBuffers {}; ///< for ValueType::FlatBuffers

    friend bool operator==(const SlotType &, const SlotType &) = default;
};

/// Decodes and encodes the records of one slot. Cheap to copy; safe to use from any thread.
class SlotCodec
{
public:
    /// `prefixLength`: bytes of the etcd key before the table key: 2 in a slot, 0 for plain keys.
    explicit SlotCodec(SlotType type = {}, int prefixLength = 2);

    const SlotType &type() const { return m_type; }
    int prefixLength() const { return m_prefixLength; }

    /// The key's components; the error's offset counts from the start of the etcd key.
    Expected<ValueList, DecodeError> decodeKey(QByteArrayView etcdKey) const;
    Expected<QByteArray, EncodeError> encodeKey(QByteArrayView prefix, const ValueList &parts) const;
    Expected<Value, DecodeError> decodeValue(QByteArrayView bytes) const;
    /// Refuses what the value type cannot hold. For Unknown: bytes only. `before`: the bytes that the value
    /// was decoded from, so that what they do not tell in the value (how they are compressed) stays as it is.
    Expected<QByteArray, EncodeError> encodeValue(const Value &value, QByteArrayView before = {}) const;
    /// The bytes without their compression; Value::source() and a decoding error count in these.
    Expected<QByteArray, DecodeError> decompressed(QByteArrayView bytes) const;
    /// The inverse, for bytes that were edited as such. `before`: as in encodeValue().
    Expected<QByteArray, EncodeError> compressed(const QByteArray &plain, QByteArrayView before = {}) const;
    /// Empty if an unchanged save is byte-identical; else why it is not, so that editing is to be refused.
    QString readOnlyReason(QByteArrayView bytes) const;
    /// The notation of a whole value: typed for the simple value types, else the lossless one.
    QByteArray valueNotation(const Value &value) const;
    /// The least that the value type holds, to begin a new record with: an empty map, no text, zeros.
    Value blankValue() const;
    /// Reads what valueNotation() writes; in typed notation also what the type says of plain texts.
    Expected<Value, DecodeError> valueFromNotation(const QByteArray &json) const;
    /// As parseLike() for a whole value, with the kind that the value type wants where `before` is null.
    Expected<Value, QString> parseValue(const Value &before, const QString &text) const;

private:
    Expected<QByteArray, EncodeError> encodePlain(const Value &value, QByteArrayView before) const;

    SlotType m_type;
    int m_prefixLength;
};

} // namespace slotscope::core
