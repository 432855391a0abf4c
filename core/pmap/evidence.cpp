// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/pmap/evidence.h"

#include "core/value/utf8.h"

#include <QtEndian>

#include <algorithm>
#include <cmath>

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
    const quint64 number = qFromBigEndian<quint64>(bytes.data());
    if (number > LargestOid)
        return std::nullopt;
    return number <= 0xffffffff ? 32 : 11;
}

Bits timestampBits(qint64 nanoseconds)
{
    constexpr qint64 Year = 31'556'952'000'000'000;
    if (nanoseconds < 0 || nanoseconds > 130 * Year)
        return std::nullopt;
    return nanoseconds >= 30 * Year && nanoseconds < 80 * Year ? 4 : 0; // 2000 to 2050
}

Bits textBits(QByteArrayView bytes)
{
    return isPrintableUtf8(bytes) ? Bits(double(bytes.size())) : std::nullopt;
}

double confidenceFrom(const Verdict &verdict, size_t total)
{
    const double evidence = std::max(verdict.bits, 0.0);
    return 0.99 * verdict.share(total) * (1 - std::exp2(-std::min(evidence, 80.0) / 4));
}

} // namespace slotscope::core::inference
