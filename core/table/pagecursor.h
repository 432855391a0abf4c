// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/etcd/messages.h"

namespace slotscope::core {

/// Reads a key range in pages of bounded size. A page's cost follows the range that is asked for and not the
/// limit, so a request ends where the keys so far say that a page may end; where the guess was too short or
/// too long, the next one is better.
class PageCursor
{
public:
    static constexpr qint64 MostRows = 2000;
    static constexpr qint64 BytesWanted = 2 * 1024 * 1024;

    PageCursor() = default;
    explicit PageCursor(KeyRange range);

    bool isAtEnd() const { return m_atEnd; }
    /// Not at the end. The same until a reply to it is taken.
    RangeRequest next(Revision revision) const;
    void take(const RangeReply &reply);

private:
    void guessEnd(const RangeReply &reply, bool wasShort);

    KeyRange m_range; // what is left
    QByteArray m_end; // of the next request, a guess; empty: that of the range
    qint64 m_limit = 100; // few, as nothing is known of their sizes
    QByteArray m_shared; // what the keys have in common where the guess is made
    quint64 m_step = 0; // how far a request reaches, in the eight bytes behind that
    bool m_atEnd = true;
};

} // namespace slotscope::core
