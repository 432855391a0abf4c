// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/etcd/rangeplan.h"

#include <QtEndian>

#include <algorithm>
#include <cmath>

namespace slotscope::core {

namespace {

constexpr qint64 PieceBytes = 4LL * 1024 * 1024;
constexpr qint64 MostRows = 3 * 4096;
constexpr qint64 FewestRows = 1;
/// So few are asked for where the first rows are looked for, and where it is not known whether there are any.
constexpr qint64 FirstRows = 200;
/// Tables that are not cut before it is known how large their first rows are.
constexpr qint64 SmallTable = 2000;
/// Where nothing is known of the keys, the first piece is as narrow as this …
constexpr long double FirstUnits = 64;
/// … and each one behind an empty one so much wider.
constexpr long double Widening = 16;

constexpr qsizetype Window = 8;

quint64 windowOf(const QByteArray &key, qsizetype depth)
{
    QByteArray bytes = key.mid(depth, Window);
    bytes.append(Window - bytes.size(), '\0');
    return qFromBigEndian<quint64>(bytes.constData());
}

/// The key so many steps further; null: it would be behind every key.
QByteArray advanced(const QByteArray &key, qsizetype depth, quint64 steps)
{
    QByteArray result = key.left(depth + Window);
    result.append(depth + Window - result.size(), '\0');
    const quint64 before = windowOf(result, depth);
    const quint64 after = before + steps;
    qToBigEndian(after, result.data() + depth);
    bool carry = after < before;
    for (qsizetype i = depth - 1; carry && i >= 0; --i) {
        result[i] = static_cast<char>(static_cast<uchar>(result[i]) + 1);
        carry = result[i] == '\0';
    }
    if (carry)
        return {};
    while (result.endsWith('\0'))
        result.chop(1);
    return result;
}

qsizetype commonPrefix(const QByteArray &a, const QByteArray &b)
{
    const auto [atA, atB] = std::mismatch(a.cbegin(), a.cend(), b.cbegin(), b.cend());
    return atA - a.cbegin();
}

bool isBehindEverything(const QByteArray &end)
{
    return end == QByteArray(1, '\0');
}

} // namespace

RangePlan::RangePlan(KeyRange range, qint64 expected, QByteArray nearFirst)
    : m_expected(expected)
    , m_nearFirst(std::move(nearFirst))
    , m_depth(range.begin.size())
{
    if (!m_nearFirst.isEmpty() && (!range.contains(m_nearFirst) || m_nearFirst == range.begin))
        m_nearFirst.clear();
    m_parts.push_back({.range = std::move(range)});
}

qint64 RangePlan::rowsWanted() const
{
    if (m_rows == 0)
        return FirstRows;
    return std::clamp(PieceBytes / std::max<qint64>(1, m_bytes / m_rows), FewestRows, MostRows);
}

RangePlan::Cut RangePlan::cut(const KeyRange &range, qint64 rows) const
{
    Cut cut {.end = {}, .depth = m_depth, .units = FirstUnits};
    if (m_density > 0)
        cut.units = static_cast<long double>(rows) / m_density;
    // Those under way behind an empty one are as likely to be empty.
    if (isSearching())
        cut.units *= std::pow(Widening, static_cast<long double>(m_empties + m_underWay));
    while (cut.units > 0x1p60L && cut.depth > 0) {
        --cut.depth;
        cut.units /= 256;
    }
    while (cut.units < 256) {
        ++cut.depth;
        cut.units *= 256;
    }
    if (cut.units > 0x1p63L)
        return cut;
    const QByteArray end = advanced(range.begin, cut.depth, static_cast<quint64>(cut.units));
    if (!end.isEmpty() && (isBehindEverything(range.end) || end < range.end))
        cut.end = end;
    return cut;
}

std::optional<RangePlan::Piece> RangePlan::next()
{
    const auto part =
        std::find_if(m_parts.begin(), m_parts.end(), [](const Part &each) { return each.number == 0; });
    if (part == m_parts.end())
        return std::nullopt;
    const qint64 wanted = rowsWanted();
    Piece piece {.number = ++m_lastNumber, .range = part->range, .limit = 2 * wanted};
    Cut cut;
    if (part->range.end.isEmpty() || (m_lastNumber == 1 && m_expected <= SmallTable)) {
        piece.limit = FirstRows;
    } else if (m_lastNumber == 1 && !m_nearFirst.isEmpty()) {
        cut.end = m_nearFirst;
        piece.limit = 2 * FirstRows;
    } else if (part->count < 0 && std::next(part) == m_parts.end()
               && m_rows + m_underWay * wanted >= m_expected && m_rows > 0) {
        // All that were expected are there or under way: what is left is read as a whole.
    } else if (part->count < 0 || part->count > wanted * 3 / 2) {
        cut = this->cut(part->range, wanted);
        if (isSearching())
            piece.limit = std::min(FirstRows, 2 * wanted);
    }
    if (!cut.end.isNull()) {
        piece.range.end = cut.end;
        m_parts.insert(
            part, {.range = piece.range, .number = piece.number, .depth = cut.depth, .units = cut.units});
        part->range.begin = cut.end;
        // What is left has what the piece has not, which is known when that was read.
        part->count = -1;
    } else {
        part->number = piece.number;
    }
    ++m_underWay;
    return piece;
}

void RangePlan::take(quint64 number, const Outcome &outcome)
{
    const auto part = std::find_if(m_parts.begin(), m_parts.end(),
                                   [number](const Part &each) { return each.number == number; });
    if (part == m_parts.end())
        return;
    --m_underWay;
    part->isRead = true;
    m_rows += outcome.rows;
    m_bytes += outcome.bytes;
    if (outcome.rows == 0) {
        ++m_empties;
        return;
    }
    m_empties = 0;
    if (outcome.more) {
        KeyRange rest {.begin = outcome.lastKey + '\0', .end = part->range.end};
        part->range.end = rest.begin;
        m_expected = std::max(m_expected, m_rows + outcome.count - outcome.rows);
        m_parts.insert(std::next(part), {.range = std::move(rest), .count = outcome.count - outcome.rows});
    }
    if (!outcome.more && part->units > 0) {
        // A few rows and then nothing are the end of a cluster: what follows is no matter of proportion.
        const qint64 rows = std::max(outcome.rows, rowsWanted() / static_cast<qint64>(Widening));
        m_depth = part->depth;
        m_density = static_cast<long double>(rows) / part->units;
    } else if (outcome.rows > 1) {
        m_depth = commonPrefix(outcome.firstKey, outcome.lastKey);
        const quint64 span = windowOf(outcome.lastKey, m_depth) - windowOf(outcome.firstKey, m_depth);
        m_density =
            static_cast<long double>(outcome.rows - 1) / static_cast<long double>(std::max<quint64>(1, span));
    }
}

quint64 RangePlan::takeDelivered()
{
    if (m_parts.empty() || !m_parts.front().isRead)
        return 0;
    const quint64 number = m_parts.front().number;
    m_parts.pop_front();
    return number;
}

} // namespace slotscope::core
