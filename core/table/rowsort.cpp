// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/rowsort.h"

#include "core/base/parallel.h"

#include <algorithm>

namespace slotscope::core {

namespace {

constexpr size_t SmallestPart = 4096; // that is worth a thread
constexpr size_t MostWholeKeys = 2048; // at one time
constexpr size_t SampleSize = 32;
constexpr int MostDepth = 200;

} // namespace

void RowSort::sort(std::vector<SortPlace> &places) const
{
    const Run all {places.data(), places.data() + places.size()};
    sortPacked(all);
    const std::vector<Run> open = openRuns(all);
    inParallel(m_pool, open.size(), [&](size_t i) { refine(open[i]); });
}

std::vector<RowSort::Run> RowSort::openRuns(const Run &run)
{
    std::vector<Run> runs;
    for (SortPlace *begin = run.begin; begin != run.end;) {
        SortPlace *end = std::find_if(begin + 1, run.end,
                                      [begin](const SortPlace &place) { return place.key != begin->key; });
        if (begin->key.isOpen() && end - begin > 1)
            runs.push_back({begin, end, run.depth + 1});
        begin = end;
    }
    return runs;
}

void RowSort::sortPacked(const Run &run) const
{
    const auto before = [this](const SortPlace &a, const SortPlace &b) { return isBefore(a, b); };
    const size_t length =
        std::max(run.size() / size_t(std::max(1, m_pool->maxThreadCount())) + 1, SmallestPart);
    std::vector<Run> parts;
    for (size_t at = 0; at < run.size(); at += length)
        parts.push_back({run.begin + at, run.begin + std::min(at + length, run.size())});
    inParallel(m_pool, parts.size(), [&](size_t i) {
        if (!m_cancelled.load(std::memory_order_relaxed))
            std::sort(parts[i].begin, parts[i].end, before);
    });
    for (size_t i = 1; i < parts.size() && !m_cancelled; ++i)
        std::inplace_merge(run.begin, parts[i].begin, parts[i].end, before);
}

// By what comes behind that which these texts have in common: whole keys of all would be far more memory than
// their places.
void RowSort::refine(const Run &run) const
{
    if (m_cancelled)
        return;
    std::vector<SortKey> sample(std::min(run.size(), SampleSize));
    for (size_t i = 0; i < sample.size(); ++i)
        m_reader(run.begin[i * run.size() / sample.size()].position, sample[i]);
    const auto rank = SortKey::Rank(sample.front().rank);
    const bool isText = rank == SortKey::Text || rank == SortKey::Other;
    if (run.size() <= MostWholeKeys || !isText || run.depth > MostDepth) {
        sortWhole(run);
        return;
    }
    const SortScale scale(sample, rank);
    std::vector<Run> parts;
    for (size_t at = 0; at < run.size(); at += SmallestPart)
        parts.push_back({run.begin + at, run.begin + std::min(at + SmallestPart, run.size())});
    inParallel(m_pool, parts.size(), [&](size_t i) {
        SortKey key;
        for (SortPlace *place = parts[i].begin; place != parts[i].end && !m_cancelled; ++place) {
            m_reader(place->position, key);
            place->key = scale.pack(key);
        }
    });
    if (m_cancelled)
        return;
    sortPacked(run);
    const std::vector<Run> open = openRuns(run);
    inParallel(m_pool, open.size(), [&](size_t i) { refine(open[i]); });
}

void RowSort::sortWhole(const Run &run) const
{
    std::vector<std::pair<SortKey, quint32>> keys(run.size());
    for (size_t i = 0; i < keys.size() && !m_cancelled; ++i) {
        keys[i].second = run.begin[i].position;
        m_reader(keys[i].second, keys[i].first);
    }
    if (m_cancelled)
        return;
    std::sort(keys.begin(), keys.end(), [this](const auto &a, const auto &b) {
        if (a.first < b.first)
            return !m_descending;
        if (b.first < a.first)
            return m_descending;
        return a.second < b.second;
    });
    for (size_t i = 0; i < keys.size(); ++i)
        run.begin[i].position = keys[i].second;
}

} // namespace slotscope::core
