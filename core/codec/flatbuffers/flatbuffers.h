// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/codec.h"
#include "core/codec/flatbuffers/flatbufferstype.h"

namespace slotscope::core {

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
    /// `before`: the bytes that the value was made from, if any. What has not changed stays as it is in them;
    /// scalars and texts of the same length are changed in place, for all else the buffer is built anew. The
    /// result was verified and read again.
    Expected<QByteArray, EncodeError> encode(const Value &value, QByteArrayView before) const;
    /// A value read from notation, as decode() gives it.
    Expected<Value, DecodeError> adopted(const Value &value) const;
    /// Why a sound buffer cannot be edited; empty when it can.
    QString readOnlyReason(QByteArrayView bytes) const;
    /// A record with nothing but what the schema requires; null where it cannot be.
    Value blank() const;

private:
    int rootObject() const; // -1: none
    QByteArray identifierLike(QByteArrayView before) const;

    const FlatBuffersType &m_type;
};

} // namespace slotscope::core
