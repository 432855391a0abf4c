// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/pagecursor.h"

#include <QtEndian>

#include <algorithm>
#include <limits>

namespace slotscope::core {

namespace {

quint64 numberAt(const QByteArray &key, qsizetype at)
{
    const QByteArray bytes = key.mid(at, sizeof(quint64)).leftJustified(sizeof(quint64), '\0');
    return qFromBigEndian<quint64>(bytes.constData());
}

quint64 times(quint64 number, quint64 factor)
{
    quint64 product = 0;
    return __builtin_mul_overflow(number, factor, &product) ? std::numeric_limits<quint64>::max() : product;
}

} // namespace

PageCursor::PageCursor(KeyRange range)
    : m_range(std::move(range))
    , m_atEnd(false)
{
}

RangeRequest PageCursor::next(Revision revision) const
{
    KeyRange range = m_range;
    if (!m_end.isEmpty())
        range.end = m_end;
    return {.range = range, .limit = m_limit, .revision = revision};
}

void PageCursor::take(const RangeReply &reply)
{
    const bool more = reply.more && !reply.kvs.empty();
    if (!more && m_end.isEmpty()) {
        m_atEnd = true;
        return;
    }
    m_range.begin = more ? reply.kvs.back().key + '\0' : m_end;
    const bool wasShort = !more && qint64(reply.kvs.size()) < m_limit / 4;
    if (!reply.kvs.empty()) {
        qint64 bytes = 0;
        for (const KeyValue &kv : reply.kvs)
            bytes += kv.key.size() + kv.value.size();
        const qint64 average = std::max<qint64>(1, bytes / qint64(reply.kvs.size()));
        // The next ones may be larger.
        m_limit = std::clamp<qint64>(BytesWanted / average, 1, std::min(MostRows, 4 * m_limit));
    }
    guessEnd(reply, wasShort);
}

void PageCursor::guessEnd(const RangeReply &reply, bool wasShort)
{
    m_end.clear();
    if (wasShort) {
        m_step = times(m_step, 4);
    } else if (reply.kvs.size() > 1) {
        const QByteArray &first = reply.kvs.front().key;
        const QByteArray &last = reply.kvs.back().key;
        const auto differing = std::mismatch(first.cbegin(), first.cend(), last.cbegin(), last.cend());
        m_shared = first.left(differing.first - first.cbegin());
        const quint64 span = numberAt(last, m_shared.size()) - numberAt(first, m_shared.size());
        m_step = times(std::max<quint64>(1, span / (reply.kvs.size() - 1)), quint64(m_limit));
    }
    if (m_step == 0 || !m_range.begin.startsWith(m_shared))
        return;
    quint64 to = 0;
    if (__builtin_add_overflow(numberAt(m_range.begin, m_shared.size()), m_step, &to))
        return;
    QByteArray end(sizeof to, Qt::Uninitialized);
    qToBigEndian(to, end.data());
    end.prepend(m_shared);
    // The end of a range may be that of all keys; that of one key is nothing to guess.
    const bool isEndless = m_range.end == QByteArray(1, '\0');
    if (end > m_range.begin && (isEndless || end < m_range.end))
        m_end = end;
}

} // namespace slotscope::core
