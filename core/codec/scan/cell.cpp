// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/scan/cell.h"

#include "core/value/utf8.h"

namespace slotscope::core {

std::optional<Value> toValue(const Cell &cell)
{
    switch (cell.kind) {
    case Cell::Kind::Absent:
        break;
    case Cell::Kind::Null:
        return Value::null();
    case Cell::Kind::Bool:
        return Value::boolean(cell.integer != 0);
    case Cell::Kind::Integer:
        return Value::integer(cell.integer);
    case Cell::Kind::Float:
        return Value::number(cell.number);
    case Cell::Kind::Text:
        return Value::text(textFromUtf8(cell.bytes).value_or(QString()));
    case Cell::Kind::Bytes:
        return Value::bytes(cell.bytes.toByteArray());
    case Cell::Kind::Uuid:
        return Value::uuid(QUuid::fromRfc4122(cell.bytes));
    case Cell::Kind::Timestamp:
        return Value::timestamp(cell.integer);
    case Cell::Kind::Encoded:
        // The scanner has been through the bytes, so that this does not fail.
        if (auto value = cell.codec->decode(cell.bytes))
            return *std::move(value);
        break;
    case Cell::Kind::Decoded:
        return *cell.value;
    }
    return std::nullopt;
}

} // namespace slotscope::core
