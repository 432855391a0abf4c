// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/ids.h"

#include <QDateTime>

#include <optional>
#include <vector>

namespace slotscope::core {

/// When revisions came about, as far as somebody was there to see it: etcd itself keeps no times. Holds a
/// bounded number of them, the newest the closest together.
class TimeBook
{
public:
    /// Nearer than this to the one before, a revision is not worth an entry.
    static constexpr std::chrono::milliseconds Spacing {1000};

    explicit TimeBook(size_t most = 4096)
        : m_most(std::max<size_t>(most, 8))
    {
    }

    /// At `time` the etcd was at this revision. What contradicts an earlier note (a clock that was set back)
    /// is left out.
    void note(Revision revision, const QDateTime &time);
    void clear() { m_entries.clear(); }

    /// When a revision came about lies between the two; one of them may be invalid.
    struct Span
    {
        QDateTime from;
        QDateTime to;

        bool isEmpty() const { return !from.isValid() && !to.isValid(); }
        friend bool operator==(const Span &, const Span &) = default;
    };
    Span at(Revision revision) const;
    /// The newest revision known to have been there at that time; nothing when all are later.
    std::optional<Revision> before(const QDateTime &time) const;

    struct Entry
    {
        Revision revision;
        QDateTime time;
    };
    /// In ascending order.
    const std::vector<Entry> &entries() const { return m_entries; }

private:
    void thin();

    size_t m_most;
    std::vector<Entry> m_entries;
};

} // namespace slotscope::core
