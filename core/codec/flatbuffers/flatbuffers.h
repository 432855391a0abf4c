// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"
#include "core/codec/flatbuffers/flatbufferstype.h"

namespace slotscope::core {

struct WantedField;

/// Why a sound buffer is not to be edited as long as the user does not say so.
struct FlatObstacles
{
    int unknownFields = 0; ///< that an edit may drop, see FlatBuffersType::dropUnknownFields
    bool otherIdentifier = false; ///< it may be meant for another schema, see FlatBuffersType::anyIdentifier
};

/// FlatBuffers of one type. Tables and structs are maps of their fields, in the order of the schema; absent
/// fields are among them (see core/value/recordstyle.h). Every byte is verified before it is believed.
///
/// A view of the type, which must outlive it.
class FlatBuffersCodec
{
public:
    explicit FlatBuffersCodec(const FlatBuffersType &type)
        : m_type(type)
    {
    }

    /// Why the type cannot be used (a root that the schema does not have); empty when it can, or has no
    /// schema.
    QString problem() const;
    /// Without a schema what the bytes look like: a guess, and said to be one.
    Expected<Value, DecodeError> decode(QByteArrayView bytes) const;
    /// The same, but of tables and structs only the fields that are wanted. Only with a schema.
    Expected<Value, DecodeError> decodeFields(QByteArrayView bytes, const WantedField &wanted) const;
    /// `before`: the bytes that the value was made from, if any. What has not changed stays as it is in them;
    /// scalars and texts of the same length are changed in place, for all else the buffer is built anew. The
    /// result was verified and read again.
    Expected<QByteArray, EncodeError> encode(const Value &value, QByteArrayView before) const;
    /// A value read from notation, as decode() gives it.
    Expected<Value, DecodeError> adopted(const Value &value) const;
    /// Why a sound buffer cannot be edited; empty when it can.
    QString readOnlyReason(QByteArrayView bytes) const;
    /// What the user may step over, whether the type says so already or not.
    FlatObstacles obstacles(QByteArrayView bytes) const;
    /// A record with nothing but what the schema requires; null where it cannot be.
    Value blank() const;

private:
    int rootObject() const; // -1: none
    Expected<Value, DecodeError> decodeBySchema(QByteArrayView bytes, const WantedField *wanted) const;
    bool isIdentified(QByteArrayView bytes) const;
    QByteArray identifierLike(QByteArrayView before) const;

    const FlatBuffersType &m_type;
};

} // namespace slotscope::core
