// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/bytediff.h"

#include <algorithm>
#include <optional>

namespace slotscope::core {

namespace {

constexpr qsizetype MostEdits = 256; // inserted and removed items that are looked for
constexpr qsizetype ShortSame = 3; // bytes; fewer between differences are chance rather than sense

struct Point
{
    qsizetype x = 0;
    qsizetype y = 0;
};

// The shortest edit script by Myers ("An O(ND) Difference Algorithm and Its Variations", 1986), as the ends
// of its diagonals. Nothing if it takes too many edits.
template <typename Item>
std::optional<std::vector<ByteRun>> sameRuns(const Item *a, qsizetype n, const Item *b, qsizetype m)
{
    const qsizetype most = std::min(MostEdits, n + m);
    std::vector<qsizetype> furthest(static_cast<size_t>(2 * most + 3), 0);
    const auto at = [&furthest, most](qsizetype diagonal) -> qsizetype & {
        return furthest[static_cast<size_t>(diagonal + most + 1)];
    };
    std::vector<std::vector<qsizetype>> trace; // of each number of edits what was reached before
    std::optional<qsizetype> edits;
    for (qsizetype d = 0; d <= most && !edits; ++d) {
        trace.emplace_back(furthest.begin() + (most + 1 - d - 1), furthest.begin() + (most + 1 + d + 2));
        for (qsizetype k = -d; k <= d; k += 2) {
            const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
            qsizetype x = down ? at(k + 1) : at(k - 1) + 1;
            qsizetype y = x - k;
            while (x < n && y < m && a[x] == b[y]) {
                ++x;
                ++y;
            }
            at(k) = x;
            if (x >= n && y >= m) {
                edits = d;
                break;
            }
        }
    }
    if (!edits)
        return std::nullopt;

    std::vector<ByteRun> runs;
    Point end {n, m};
    for (qsizetype d = *edits; d >= 0; --d) {
        const std::vector<qsizetype> &before = trace[static_cast<size_t>(d)];
        const auto reached = [&before, d](qsizetype k) { return before[static_cast<size_t>(k + d + 1)]; };
        const qsizetype k = end.x - end.y;
        const bool down = k == -d || (k != d && reached(k - 1) < reached(k + 1));
        const qsizetype from = d == 0 ? 0 : k + (down ? 1 : -1);
        const Point start = d == 0 ? Point() : Point {reached(from), reached(from) - from};
        // The diagonal begins behind the one edit.
        const Point diagonal = d == 0 ? start
            : down                    ? Point {start.x, start.y + 1}
                                      : Point {start.x + 1, start.y};
        if (end.x > diagonal.x)
            runs.push_back({true, diagonal.x, end.x - diagonal.x, diagonal.y, end.y - diagonal.y});
        end = start;
    }
    std::reverse(runs.begin(), runs.end());
    return runs;
}

template <typename Items>
std::vector<ByteRun> runsOf(const Items &before, const Items &after, qsizetype shortSame)
{
    const auto beforeSize = static_cast<qsizetype>(before.size());
    const auto afterSize = static_cast<qsizetype>(after.size());
    const qsizetype shorter = std::min(beforeSize, afterSize);
    const auto head = static_cast<qsizetype>(
        std::mismatch(before.cbegin(), before.cbegin() + shorter, after.cbegin()).first - before.cbegin());
    qsizetype tail = 0;
    while (tail < shorter - head && *(before.cend() - 1 - tail) == *(after.cend() - 1 - tail))
        ++tail;

    std::vector<ByteRun> same;
    if (head > 0)
        same.push_back({true, 0, head, 0, head});
    const auto middle = sameRuns(before.data() + head, beforeSize - tail - head, after.data() + head,
                                 afterSize - tail - head);
    if (middle) {
        for (ByteRun run : *middle) {
            run.before += head;
            run.after += head;
            if (run.beforeLength >= shortSame)
                same.push_back(run);
        }
    }
    if (tail > 0)
        same.push_back({true, beforeSize - tail, tail, afterSize - tail, tail});

    std::vector<ByteRun> runs;
    Point reached;
    const auto goTo = [&runs, &reached](qsizetype x, qsizetype y) {
        if (x > reached.x || y > reached.y)
            runs.push_back({false, reached.x, x - reached.x, reached.y, y - reached.y});
        reached = {x, y};
    };
    for (const ByteRun &run : same) {
        goTo(run.before, run.after);
        // Two that touch are one.
        if (!runs.empty() && runs.back().same) {
            runs.back().beforeLength += run.beforeLength;
            runs.back().afterLength += run.afterLength;
        } else {
            runs.push_back(run);
        }
        reached = {run.before + run.beforeLength, run.after + run.afterLength};
    }
    goTo(beforeSize, afterSize);
    return runs;
}

} // namespace

std::vector<ByteRun> byteRuns(const QByteArray &before, const QByteArray &after)
{
    return runsOf(before, after, ShortSame);
}

std::vector<ByteRun> itemRuns(const std::vector<quint32> &before, const std::vector<quint32> &after)
{
    return runsOf(before, after, 1);
}

} // namespace slotscope::core
