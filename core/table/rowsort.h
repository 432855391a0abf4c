// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/sortkey.h"

#include <QThreadPool>

#include <atomic>
#include <functional>
#include <vector>

namespace slotscope::core {

/// A row to be sorted. Of equal keys the lower position comes first.
struct SortPlace
{
    PackedKey key;
    quint32 position = 0;
};

/// Sorts places on several threads by their packed keys, and by their whole keys where those leave it open;
/// what the packed keys are afterwards is undefined. Whole keys are read again, of few rows at a time, so
/// that long texts take no memory. Gives up when `cancelled`.
class RowSort
{
public:
    /// Whole keys by position; called on any thread.
    using KeyReader = std::function<void(quint32 position, SortKey &key)>;

    RowSort(KeyReader reader, bool descending, QThreadPool *pool, const std::atomic_bool &cancelled)
        : m_reader(std::move(reader))
        , m_descending(descending)
        , m_pool(pool)
        , m_cancelled(cancelled)
    {
    }

    void sort(std::vector<SortPlace> &places) const;
    /// As far as packed keys tell.
    bool isBefore(const SortPlace &a, const SortPlace &b) const
    {
        return a.key == b.key ? a.position < b.position : (a.key < b.key) != m_descending;
    }

private:
    struct Run
    {
        SortPlace *begin = nullptr;
        SortPlace *end = nullptr;
        int depth = 0;
        size_t size() const { return size_t(end - begin); }
    };
    static std::vector<Run> openRuns(const Run &run);
    void sortPacked(const Run &run) const;
    void refine(const Run &run) const;
    void sortWhole(const Run &run) const;

    KeyReader m_reader;
    bool m_descending;
    QThreadPool *m_pool;
    const std::atomic_bool &m_cancelled;
};

} // namespace slotscope::core
