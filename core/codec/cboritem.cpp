// SPDX-License-Identifier: GPL-3.0-or-later
//
// One item at a time through libcbor's stateless decoder. It knows neither simple values nor, beyond their
// widths, how a head was written; these are read here.
#include "core/codec/cborreader.h"

#include "core/codec/cborwriter.h"

#include <cbor.h>

namespace slotscope::core::cbor {

namespace {

template <Item::Type Type, typename Number>
void onNumber(void *item, Number number)
{
    static_cast<Item *>(item)->type = Type;
    static_cast<Item *>(item)->number = number;
}

template <Item::Type Type>
void onSize(void *item, size_t number)
{
    onNumber<Type, size_t>(item, number);
}

template <Item::Type Type>
void onStart(void *item)
{
    static_cast<Item *>(item)->type = Type;
}

template <Item::Type Type>
void onString(void *item, cbor_data data, size_t size)
{
    static_cast<Item *>(item)->type = Type;
    static_cast<Item *>(item)->number = size;
    static_cast<Item *>(item)->content = QByteArrayView(data, qsizetype(size));
}

template <typename Number>
void onFloat(void *item, Number number)
{
    static_cast<Item *>(item)->type = Item::Type::Float;
    static_cast<Item *>(item)->floating = double(number);
}

const cbor_callbacks &callbacks()
{
    using Type = Item::Type;
    static const cbor_callbacks table = [] {
        cbor_callbacks c = cbor_empty_callbacks;
        c.uint8 = onNumber<Type::Unsigned, uint8_t>;
        c.uint16 = onNumber<Type::Unsigned, uint16_t>;
        c.uint32 = onNumber<Type::Unsigned, uint32_t>;
        c.uint64 = onNumber<Type::Unsigned, uint64_t>;
        c.negint8 = onNumber<Type::Negative, uint8_t>;
        c.negint16 = onNumber<Type::Negative, uint16_t>;
        c.negint32 = onNumber<Type::Negative, uint32_t>;
        c.negint64 = onNumber<Type::Negative, uint64_t>;
        c.byte_string = onString<Type::Bytes>;
        c.byte_string_start = onStart<Type::ChunkedBytes>;
        c.string = onString<Type::Text>;
        c.string_start = onStart<Type::ChunkedText>;
        c.array_start = onSize<Type::Array>;
        c.indef_array_start = onStart<Type::OpenArray>;
        c.map_start = onSize<Type::Map>;
        c.indef_map_start = onStart<Type::OpenMap>;
        c.tag = onNumber<Type::Tag, uint64_t>;
        c.float2 = onFloat<float>;
        c.float4 = onFloat<float>;
        c.float8 = onFloat<double>;
        c.indef_break = onStart<Type::Break>;
        return c;
    }();
    return table;
}

Unexpected<DecodeError> failure(qint64 offset, const QString &what)
{
    return Unexpected {DecodeError {offset, what}};
}

// Simple values, which libcbor 0.8 refuses.
Expected<Item, DecodeError> special(QByteArrayView bytes, qsizetype at)
{
    Item item;
    item.type = Item::Type::Special;
    const quint8 information = quint8(bytes[at]) & 0x1f;
    if (information < 24) {
        item.number = information;
        item.size = 1;
        return item;
    }
    if (bytes.size() - at < 2)
        return failure(bytes.size(), QStringLiteral("the bytes end inside of an item"));
    item.number = quint8(bytes[at + 1]);
    if (item.number < 32)
        return failure(at, QStringLiteral("simple value %1 in two bytes is not allowed").arg(item.number));
    item.size = 2;
    return item;
}

quint32 shortestHead(quint64 number)
{
    return number < 24 ? 0 : number <= 0xff ? 1 : number <= 0xffff ? 2 : number <= 0xffffffff ? 3 : 4;
}

} // namespace

Expected<Item, DecodeError> readItem(QByteArrayView bytes, qsizetype at)
{
    const quint8 lead = quint8(bytes[at]);
    const quint8 information = lead & 0x1f;
    const Major major = Major(lead >> 5);
    if (major == Major::Simple && information <= 24)
        return special(bytes, at);
    Item item;
    if (major == Major::Tag && information < 24) { // libcbor 0.8 knows only those that were assigned
        item.type = Item::Type::Tag;
        item.number = information;
        item.size = 1;
        return item;
    }
    const QByteArrayView rest = bytes.sliced(at);
    const cbor_decoder_result result = cbor_stream_decode(reinterpret_cast<cbor_data>(rest.data()),
                                                          size_t(rest.size()), &callbacks(), &item);
    if (result.status == CBOR_DECODER_NEDATA)
        return failure(bytes.size(),
                       QStringLiteral("the bytes end inside of an item that begins at byte %1").arg(at));
    if (result.status != CBOR_DECODER_FINISHED)
        return failure(
            at, QStringLiteral("%1 is not the first byte of an item").arg(lead, 2, 16, QLatin1Char('0')));
    item.size = qsizetype(result.read);
    const bool hasNumber = major != Major::Simple && information < 28;
    if (hasNumber && information >= 24 && quint32(information - 23) != shortestHead(item.number))
        item.head = quint32(information - 23);
    return item;
}

} // namespace slotscope::core::cbor
