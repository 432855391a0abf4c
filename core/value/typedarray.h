// SPDX-License-Identifier: GPL-3.0-or-later
//
// CBOR's typed arrays (RFC 8746): numbers of one size in a byte string, whose tag says which.
#pragma once

#include "core/value/value.h"

namespace slotscope::core {

class TypedArray
{
public:
    /// Nothing where the tag is none of an array's, or the bytes are not a whole number of numbers.
    static std::optional<TypedArray> of(const Value &tag);

    /// `uint16`, `float32`; empty: no such tag.
    static QString typeName(quint64 tagNumber);

    qsizetype size() const { return m_bytes.size() / m_width; }
    Value at(qsizetype index) const;

private:
    TypedArray(QByteArray bytes, quint64 tagNumber);

    QByteArray m_bytes;
    qsizetype m_width;
    bool m_isFloat;
    bool m_isSigned;
    bool m_isLittleEndian;
};

} // namespace slotscope::core
