// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/sortkey.h"

#include "core/value/utf8.h"
#include "core/value/valuetext.h"

#include <QtEndian>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace slotscope::core {

namespace {

// How packed keys are laid out, from the top: the rank; of texts where they stand to the expected beginning;
// what follows.
constexpr int RankBits = 3;
constexpr int PlaceBits = 2;
constexpr qsizetype TextBytes = 7; // in each half
constexpr quint64 SignBit = quint64(1) << 63;

enum class Place : quint8 { Before, Beginning, Behind };

quint64 bytesFrom(QByteArrayView text, qsizetype at)
{
    quint64 bytes = 0;
    const qsizetype size = std::clamp<qsizetype>(text.size() - at, 0, TextBytes);
    for (qsizetype i = 0; i < size; ++i)
        bytes |= quint64(quint8(text[at + i])) << (8 * (TextBytes - 1 - i));
    return bytes;
}

PackedKey packedNumber(const SortKey &key)
{
    quint64 bits = 0;
    const double number = key.number + 0.0; // so that there is one zero
    std::memcpy(&bits, &number, sizeof bits);
    bits = bits & SignBit ? ~bits : bits | SignBit;
    // Integers that a double tells apart are told from the floats of the same value; others stay open, and so
    // do decimals.
    constexpr qint64 Most = qint64(1) << 53;
    const qint64 whole = std::clamp(key.exact, -Most, Most);
    const bool open = whole == Most || whole == -Most || !key.text.isEmpty();
    constexpr qint64 Middle = qint64(1) << 59;
    return {bits >> RankBits, bits << (64 - RankBits) | quint64(Middle + whole) << 1 | (open ? 1U : 0U)};
}

} // namespace

bool operator<(const SortKey &a, const SortKey &b)
{
    if (a.rank != b.rank)
        return a.rank < b.rank;
    if (a.number < b.number || b.number < a.number)
        return a.number < b.number;
    if (a.exact != b.exact)
        return a.exact < b.exact;
    return QByteArrayView(a.text).compare(b.text) < 0;
}

// Every code unit by itself, in the way of UTF-8: so surrogates keep their place among the others.
void SortKey::setText(const QString &folded)
{
    for (const QChar c : folded) {
        const ushort unit = c.unicode();
        if (unit < 0x80) {
            text.append(char(unit));
        } else if (unit < 0x800) {
            text.append(char(0xc0 | unit >> 6));
            text.append(char(0x80 | (unit & 0x3f)));
        } else {
            text.append(char(0xe0 | unit >> 12));
            text.append(char(0x80 | (unit >> 6 & 0x3f)));
            text.append(char(0x80 | (unit & 0x3f)));
        }
    }
}

void SortKey::set(double value)
{
    // NaN has no place among numbers; behind them is as good as any, as long as it is always the same.
    rank = std::isnan(value) ? Other : Number;
    number = std::isnan(value) ? 0 : value;
}

void SortKey::set(const Value &value)
{
    switch (value.kind()) {
    case Value::Kind::Null:
    case Value::Kind::Undefined:
        rank = Null;
        break;
    case Value::Kind::Bool:
        rank = Bool;
        exact = value.toBool() ? 1 : 0;
        break;
    case Value::Kind::Integer:
        rank = Number;
        number = value.toDouble();
        exact = value.toInt64().value_or(0);
        break;
    case Value::Kind::Float:
        set(value.toDouble());
        break;
    case Value::Kind::Decimal:
        rank = Number;
        number = value.toText().toDouble();
        setText(value.toText());
        break;
    case Value::Kind::Timestamp:
        rank = Time;
        exact = value.toNanoseconds();
        break;
    case Value::Kind::Text:
        rank = Text;
        setText(value.toText().toCaseFolded());
        break;
    default:
        rank = Other;
        setText(displayText(value));
    }
}

void SortKey::set(const Cell &cell)
{
    rank = Absent;
    number = 0;
    exact = 0;
    text.resize(0);
    switch (cell.kind) {
    case Cell::Kind::Absent:
        break;
    case Cell::Kind::Null:
        rank = Null;
        break;
    case Cell::Kind::Bool:
        rank = Bool;
        exact = cell.integer;
        break;
    case Cell::Kind::Integer:
        rank = Number;
        number = double(cell.integer);
        exact = cell.integer;
        break;
    case Cell::Kind::Float:
        set(cell.number);
        break;
    case Cell::Kind::Timestamp:
        rank = Time;
        exact = cell.integer;
        break;
    case Cell::Kind::Text:
        if (isAscii(cell.bytes)) {
            rank = Text;
            text.resize(cell.bytes.size());
            std::transform(cell.bytes.begin(), cell.bytes.end(), text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
            break;
        }
        [[fallthrough]];
    default:
        if (const auto value = toValue(cell))
            set(*value);
    }
}

SortScale::SortScale(const std::vector<SortKey> &sample, SortKey::Rank rank)
    : m_rank(rank)
{
    bool any = false;
    for (const SortKey &key : sample) {
        if (key.rank != rank)
            continue;
        if (!any) {
            m_beginning = key.text;
            any = true;
            continue;
        }
        const auto differing =
            std::mismatch(m_beginning.cbegin(), m_beginning.cend(), key.text.cbegin(), key.text.cend());
        m_beginning.truncate(differing.first - m_beginning.cbegin());
    }
}

PackedKey SortScale::pack(const SortKey &key) const
{
    PackedKey packed;
    switch (key.rank) {
    case SortKey::Number:
        packed = packedNumber(key);
        break;
    case SortKey::Text:
    case SortKey::Other: {
        const QByteArray beginning = key.rank == m_rank ? m_beginning : QByteArray();
        auto place = Place::Beginning;
        if (!key.text.startsWith(beginning))
            place = QByteArrayView(key.text).compare(beginning) < 0 ? Place::Before : Place::Behind;
        if (place == Place::Beginning) {
            const QByteArrayView rest = QByteArrayView(key.text).sliced(beginning.size());
            constexpr qsizetype Most = 2 * TextBytes;
            const bool open = rest.size() > Most;
            packed.high = bytesFrom(rest, 0) << (64 - RankBits - PlaceBits - 8 * TextBytes);
            // Texts that go on with zeros are behind those that end.
            packed.low = bytesFrom(rest, TextBytes) << 8 | quint64(std::min(rest.size(), Most + 1)) << 1
                | (open ? 1U : 0U);
        } else {
            packed.low = 1;
        }
        packed.high |= quint64(place) << (64 - RankBits - PlaceBits);
        break;
    }
    default: {
        const quint64 bits = quint64(key.exact) ^ SignBit;
        packed = {bits >> RankBits, bits << (64 - RankBits)};
    }
    }
    packed.high |= quint64(key.rank) << (64 - RankBits);
    return packed;
}

} // namespace slotscope::core
