// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/pmap/slottype.h"

#include <QByteArray>

#include <vector>

namespace slotscope::core {

/// One record to infer from: the table key (without the slot number) and the value.
struct Sample
{
    QByteArray key;
    QByteArray value;
};

/// The type that explains the samples best, with a confidence of 0 … 1 and the evidence in words. What cannot
/// be told stays Bytes and Unknown. Some damaged records among many good ones do not spoil the verdict.
SlotType inferSlotType(const std::vector<Sample> &samples);

/// Whether every key is printable UTF-8 and so, without a catalogue entry, rather plain text keys than a
/// slot.
bool looksLikePlainKeys(const std::vector<QByteArray> &etcdKeys);

} // namespace slotscope::core
