// SPDX-License-Identifier: GPL-3.0-or-later
//
// What every codec must hold to for any bytes.
#pragma once

#include "core/pmap/slottype.h"

namespace slotscope::fuzz {

/// What is wrong, in words; empty when all is as it must be.
using Complaint = QString;

/// What a codec says of itself beyond the law of the house.
struct CodecTraits
{
    bool writesAllItReads = true; ///< else a read-only reason may say why not
    bool editsInPlace = false; ///< an edit leaves every byte before and behind the node
    bool freeShape = true; ///< members can be added, removed and moved
    bool sharesObjects = false; ///< what stands in several places is changed in all of them
    bool childrenWithin = true; ///< a child's bytes lie within its parent's
};

/// Decodes the bytes, and where that works: looks at the sources, reads the notation back, writes the value,
/// and makes one edit of each kind, which must be all that changes.
Complaint checkCodec(const core::SlotCodec &codec, const CodecTraits &traits, QByteArrayView bytes);

/// The error of reading `size` bytes.
Complaint checkError(const core::DecodeError &error, qint64 size);

/// Measures the memory that reading takes. Set by the fuzz program, which can see every allocation.
struct MemoryMeter
{
    void (*start)() = nullptr;
    qint64 (*peak)() = nullptr; ///< the most bytes that were held at once since the start
};
extern MemoryMeter memoryMeter;

/// The result of `read()`; complains where that takes more memory than a small multiple of the input.
template <typename Read>
auto measured(qsizetype inputSize, Complaint *complaint, Read read)
{
    if (!memoryMeter.start)
        return read();
    // A node of a value takes about 200 bytes, and one byte may be a node.
    constexpr qint64 Fixed = 8LL * 1024 * 1024;
    constexpr qint64 PerByte = 2000;
    memoryMeter.start();
    auto result = read();
    const qint64 peak = memoryMeter.peak();
    if (peak > Fixed + PerByte * inputSize)
        *complaint = QStringLiteral("%1 bytes of memory for %2 bytes of input").arg(peak).arg(inputSize);
    return result;
}

} // namespace slotscope::fuzz
