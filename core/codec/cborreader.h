// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the CBOR codec.
#pragma once

#include "core/value/notation.h"

#include <QByteArrayView>

namespace slotscope::core::cbor {

/// The head of one item, and for a definite string its content.
struct Item
{
    enum class Type : quint8 {
        Unsigned,
        Negative, ///< number n means -1 - n
        Bytes,
        Text,
        ChunkedBytes,
        ChunkedText,
        Array,
        OpenArray,
        Map,
        OpenMap,
        Tag,
        Float,
        Special, ///< false, true, null, undefined and simple values: number
        Break,
    };
    Type type = Type::Break;
    quint64 number = 0;
    double floating = 0;
    QByteArrayView content {};
    qsizetype size = 0; ///< bytes taken, content included
    quint32 head = 0; ///< as in a style's flags: not 0 when the head is longer than need be
};

/// The item at `at`, which is inside of the bytes.
Expected<Item, DecodeError> readItem(QByteArrayView bytes, qsizetype at);

Expected<Value, DecodeError> read(QByteArrayView bytes);

} // namespace slotscope::core::cbor
