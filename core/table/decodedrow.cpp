// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/decodedrow.h"

namespace slotscope::core {

DecodedRow decodeRow(const SlotCodec &codec, QByteArrayView key, QByteArrayView value)
{
    DecodedRow row;
    if (auto parts = codec.decodeKey(key)) {
        row.keyParts = *std::move(parts);
    } else {
        row.keyError = parts.error();
        row.keyParts = {
            Value::bytes(key.sliced(std::min<qsizetype>(codec.prefixLength(), key.size())).toByteArray())};
    }
    if (auto decoded = codec.decodeValue(value)) {
        row.value = *std::move(decoded);
    } else {
        row.valueError = decoded.error();
        row.value = Value::bytes(value.toByteArray());
    }
    return row;
}

} // namespace slotscope::core
