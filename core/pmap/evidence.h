// SPDX-License-Identifier: GPL-3.0-or-later
//
// Internal to the inference: how much bytes look like something. Evidence is counted in bits: how unlikely it
// is that random bytes look so.
#pragma once

#include <QByteArrayView>

#include <optional>

namespace slotscope::core::inference {

/// Bits of evidence; nothing: implausible.
using Bits = std::optional<double>;

/// A candidate must fit nine of ten samples.
inline constexpr double EnoughShare = 0.9;

/// The version of a UUID; 0 where the bits are not those of one. 16 bytes.
int uuidVersion(QByteArrayView bytes);
Bits uuidBits(QByteArrayView bytes); ///< 16 bytes
Bits oidBits(QByteArrayView bytes); ///< 8 bytes, big endian
Bits timestampBits(qint64 nanoseconds);
Bits textBits(QByteArrayView bytes);

struct Verdict
{
    size_t good = 0; ///< samples that fit
    double bits = 0; ///< of all of them
    double confidence = 0; ///< 0 … 1

    double share(size_t total) const { return total ? double(good) / double(total) : 0; }
};

/// What the bits and the share of good samples are worth.
double confidenceFrom(const Verdict &verdict, size_t total);

} // namespace slotscope::core::inference
