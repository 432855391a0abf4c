// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/slottype.h"
#include "core/table/rowstore.h"

namespace slotscope::core {

/// A record as the slot's type reads it. What cannot be decoded keeps its raw bytes and the reason.
struct DecodedRow
{
    ValueList keyParts; ///< of an undecodable key: one Bytes value
    std::optional<DecodeError> keyError; ///< its offset counts from the start of the etcd key
    Value value; ///< of an undecodable value: its bytes
    std::optional<DecodeError> valueError;
};

DecodedRow decodeRow(const SlotCodec &codec, QByteArrayView key, QByteArrayView value);

} // namespace slotscope::core
