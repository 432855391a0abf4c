// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/evidence.h"

#include "core/value/utf8.h"

#include <QLocale>
#include <QtEndian>

#include <algorithm>
#include <bit>
#include <limits>

namespace slotscope::core::inference {

namespace {

constexpr quint64 LargestOid = 9007199254740992; // 2^53

bool isNil(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; });
}

} // namespace

// RFC 9562: the variant in the two upper bits of byte 8, the version in the upper half of byte 6.
int uuidVersion(QByteArrayView bytes)
{
    const int version = quint8(bytes[6]) >> 4;
    return (quint8(bytes[8]) & 0xc0) == 0x80 && version >= 1 && version <= 8 ? version : 0;
}

Bits uuidBits(QByteArrayView bytes)
{
    if (isNil(bytes))
        return 0;
    // By far the most are of version 4.
    switch (uuidVersion(bytes)) {
    case 0:
        return std::nullopt;
    case 4:
        return 6;
    default:
        return 4;
    }
}

Bits oidBits(QByteArrayView bytes)
{
    const auto number = qFromBigEndian<quint64>(bytes.data());
    if (number > LargestOid)
        return std::nullopt;
    // Those that are drawn fill all 53 bits; those that are counted are small.
    constexpr double Drawn = 11;
    constexpr int Counted = 8;
    return std::max(Drawn, double(std::countl_zero(number | 1) - Counted));
}

Bits timestampBits(qint64 nanoseconds)
{
    constexpr qint64 Year = 31'556'952'000'000'000;
    if (nanoseconds == std::numeric_limits<qint64>::min()) // not a time
        return 0;
    if (nanoseconds < 0 || nanoseconds > 130 * Year)
        return std::nullopt;
    if (nanoseconds < 30 * Year || nanoseconds >= 80 * Year) // 2000 to 2050
        return 0;
    const double date = nanoseconds >= 40 * Year && nanoseconds < 65 * Year ? 4.5 : 3.5;
    // Clocks are seldom read to the nanosecond.
    for (const qint64 unit : {1'000'000'000, 1'000'000, 1'000}) {
        if (nanoseconds % unit == 0)
            return date + std::log2(double(unit)) / 2;
    }
    return date;
}

Bits bigEndianTimeBits(QByteArrayView bytes)
{
    return timestampBits(qFromBigEndian<qint64>(bytes.data()));
}

Bits littleEndianTimeBits(QByteArrayView bytes)
{
    return timestampBits(qFromLittleEndian<qint64>(bytes.data()));
}

Bits textBits(QByteArrayView bytes)
{
    return isPrintableUtf8(bytes) ? Bits(BitsPerCharacter * double(bytes.size())) : std::nullopt;
}

// The root's offset, and at it the distance back to a vtable: its size, the table's, and where the fields
// are.
Bits flatBufferBits(QByteArrayView bytes)
{
    const auto u16 = [&](qint64 at) { return qFromLittleEndian<quint16>(bytes.data() + at); };
    constexpr double Whole = 20;
    const qint64 size = bytes.size();
    if (size < 12)
        return std::nullopt;
    const qint64 root = qFromLittleEndian<quint32>(bytes.data());
    if (root < 4 || root % 4 != 0 || root + 4 > size)
        return std::nullopt;
    const qint64 vtable = root - qFromLittleEndian<qint32>(bytes.data() + root);
    if (vtable < 4 || vtable % 2 != 0 || vtable + 4 > size)
        return std::nullopt;
    const qint64 vtableSize = u16(vtable);
    const qint64 tableSize = u16(vtable + 2);
    if (vtableSize < 4 || vtableSize % 2 != 0 || vtable + vtableSize > size || tableSize < 4
        || root + tableSize > size)
        return std::nullopt;
    for (qint64 at = vtable + 4; at < vtable + vtableSize; at += 2) {
        const qint64 field = u16(at);
        if (field != 0 && (field < 4 || field >= tableSize))
            return std::nullopt;
    }
    return Whole;
}

QString inThousands(size_t number)
{
    QLocale locale = QLocale::c();
    locale.setNumberOptions(QLocale::DefaultNumberOptions); // the C locale omits the commas
    return locale.toString(quint64(number));
}

QString countOf(size_t some, size_t all)
{
    return QStringLiteral("%1 of %2").arg(inThousands(some), inThousands(all));
}

double Verdict::evidence() const
{
    if (total == 0)
        return once;
    constexpr double Fit = -0.07; // log2 of 19 in 20 …
    constexpr double Misfit = -4.3; // … and of the one
    const double all = double(total);
    const double mean = (bits + Fit * double(good) + Misfit * (all - double(good))) / all;
    const double worth = std::min(all, 2 * std::sqrt(all)) * all / (all + 1);
    return mean * worth + once;
}

} // namespace slotscope::core::inference
