// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a slot holds, told from a sample of its records.
#pragma once

#include "core/base/ids.h"
#include "core/pmap/slottype.h"

#include <QByteArray>
#include <QSet>

#include <vector>

namespace slotscope::core {

/// The most records that a type is inferred from.
inline constexpr qint64 InferenceSampleSize = 1000;

/// One record to infer from: the table key (without the slot number) and the value.
struct Sample
{
    QByteArray key;
    QByteArray value;
};

/// Table keys of another slot, to recognize values that are keys there.
struct KnownKeys
{
    QString name; ///< as people call the slot
    KeyType type;
    QSet<QByteArray> keys;
};

/// What is known besides the samples.
struct InferenceContext
{
    std::vector<KnownKeys> otherKeys {};
    /// Schemas that the values may be FlatBuffers of; where no root is given, each of the tables may be it.
    std::vector<FlatBuffersType> schemas {};
    QString tableName {}; ///< the class of the slot, if known: a FlatBuffers table may be called like it
};

/// A key type that may be the slot's; KeyType() where no type explains the keys.
struct KeyReading
{
    KeyType type;
    double confidence = 0; ///< 0 … 1
    QString evidence; ///< "200 of 200 keys are 16 bytes with UUID v4 bits"
};

/// A value type that may be the slot's; Binary or Unknown where no type explains the values.
struct ValueReading
{
    ValueType type = ValueType::Unknown;
    Compression compression = Compression::None;
    ByteOrder order = ByteOrder::BigEndian; ///< of timestamps
    FlatBuffersType flatBuffers {}; ///< for FlatBuffers; without a schema where none fits
    double confidence = 0;
    QString evidence;
};

/// A record of the sample that the verdict does not fit: damaged, or not of this slot at all.
struct Misfit
{
    QByteArray key; ///< the table key
    QString what;
};

/// The verdict on a slot, and what else it might be.
struct Inference
{
    static constexpr size_t MostMisfits = 100;

    size_t samples = 0;
    std::vector<KeyReading> keys; ///< the best first; empty without samples
    std::vector<ValueReading> values; ///< the best first; empty where all values are
    std::vector<Misfit> misfits; ///< the first of them
    size_t misfitCount = 0;

    /// Whether something else explains the samples nearly as well.
    bool isAmbiguous() const;
    /// What the best readings say.
    SlotType type() const;
};

/// The types that explain the samples best. What cannot be told stays Bytes and Unknown; some damaged records
/// among many good ones do not spoil the verdict. Takes milliseconds to some tenths of a second; safe to call
/// from any thread.
Inference inferSlot(const std::vector<Sample> &samples, const InferenceContext &context = {});
/// Its type alone.
SlotType inferSlotType(const std::vector<Sample> &samples);

/// Whether every key is printable UTF-8 and so, without a catalogue entry, rather plain text keys than a
/// slot.
bool looksLikePlainKeys(const std::vector<QByteArray> &etcdKeys);

} // namespace slotscope::core
