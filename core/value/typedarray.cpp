// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/typedarray.h"

#include <QFloat16>
#include <QtEndian>

#include <algorithm>
#include <array>
#include <cstring>

namespace slotscope::core {

namespace {

// The tags are 0b010_f_s_e_ll: float, signed, little endian, the width.
constexpr quint64 FirstTag = 64;
constexpr quint64 LastTag = 87;
constexpr quint64 ReservedTag = 76;
constexpr quint64 FloatBit = 16;
constexpr quint64 SignedBit = 8;
constexpr quint64 LittleEndianBit = 4;
constexpr quint64 WidthBits = 3;

qsizetype widthOf(quint64 number)
{
    const quint64 exponent = number & WidthBits;
    return qsizetype(1) << (number & FloatBit ? exponent + 1 : exponent);
}

template <typename T>
T from(const std::array<char, 8> &littleEndian)
{
    return qFromLittleEndian<T>(littleEndian.data());
}

} // namespace

std::optional<TypedArray> TypedArray::of(const Value &tag)
{
    const quint64 number = tag.tagNumber();
    if (tag.kind() != Value::Kind::Tag || typeName(number).isEmpty()
        || tag.items().front().kind() != Value::Kind::Bytes)
        return std::nullopt;
    constexpr qsizetype Largest = 8; // nobody here has floats of 128 bits
    const QByteArray &bytes = tag.items().front().toBytes();
    const qsizetype width = widthOf(number);
    return width <= Largest && bytes.size() % width == 0 ? std::optional(TypedArray(bytes, number))
                                                         : std::nullopt;
}

QString TypedArray::typeName(quint64 number)
{
    if (number < FirstTag || number > LastTag || number == ReservedTag)
        return {};
    const QString bits = QString::number(8 * widthOf(number));
    if (number & FloatBit)
        return QStringLiteral("float") + bits;
    return (number & SignedBit ? QStringLiteral("int") : QStringLiteral("uint")) + bits;
}

TypedArray::TypedArray(QByteArray bytes, quint64 number)
    : m_bytes(std::move(bytes))
    , m_width(widthOf(number))
    , m_isFloat(number & FloatBit)
    , m_isSigned(number & SignedBit)
    , m_isLittleEndian(number & LittleEndianBit)
{
}

Value TypedArray::at(qsizetype index) const
{
    const QByteArrayView bytes = QByteArrayView(m_bytes).sliced(index * m_width, m_width);
    std::array<char, 8> number {};
    std::copy(bytes.begin(), bytes.end(), number.begin());
    if (!m_isLittleEndian)
        std::reverse(number.begin(), number.begin() + m_width);
    if (m_isFloat) {
        switch (m_width) {
        case 2: {
            const auto bits = from<quint16>(number);
            qfloat16 half;
            std::memcpy(static_cast<void *>(&half), &bits, sizeof bits);
            return Value::number(double(float(half)));
        }
        case 4:
            return Value::number(double(from<float>(number)));
        default:
            return Value::number(from<double>(number));
        }
    }
    const auto whole = from<quint64>(number);
    if (!m_isSigned)
        return Value::unsignedInteger(whole);
    const int unused = int(64 - 8 * m_width);
    return Value::integer(qint64(whole << unused) >> unused);
}

} // namespace slotscope::core
