// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/scan/cell.h"

#include <compare>

namespace slotscope::core {

/// Where a record stands in a sorted column: absent, null, bool, number, time, text, other; numbers by value,
/// text by case-folded text.
struct SortKey
{
    enum Rank : quint8 { Absent, Null, Bool, Number, Time, Text, Other };

    quint8 rank = Absent;
    double number = 0;
    qint64 exact = 0; ///< tells integers apart that are equal as doubles
    QByteArray text; ///< bytes that are in the order of the folded text's code units

    /// Keeps the memory of the text.
    void set(const Cell &cell);

    friend bool operator==(const SortKey &, const SortKey &) = default;
    friend bool operator<(const SortKey &a, const SortKey &b);

private:
    void set(const Value &value);
    void set(double value);
    void setText(const QString &folded);
};

/// The beginning of a sort key in a fixed size: keys whose beginnings differ are in the order of these. Two
/// that are alike and open may still differ; otherwise they are equal.
struct PackedKey
{
    quint64 high = 0;
    quint64 low = 0; // its last bit: open

    bool isOpen() const { return (low & 1) != 0; }
    friend auto operator<=>(const PackedKey &, const PackedKey &) = default;
};

/// What the texts of some keys are expected to begin with, so that packed keys tell of what comes after. Any
/// guess is right, but a good one leaves fewer keys open.
class SortScale
{
public:
    SortScale() = default;
    /// For keys like these; of other ranks nothing is expected.
    explicit SortScale(const std::vector<SortKey> &sample, SortKey::Rank rank = SortKey::Text);

    PackedKey pack(const SortKey &key) const;

private:
    SortKey::Rank m_rank = SortKey::Text;
    QByteArray m_beginning;
};

} // namespace slotscope::core
