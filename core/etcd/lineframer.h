// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>

namespace slotscope::core {

/// Cuts a stream of bytes that arrives in any chunks into lines. Remembers how far it has looked, so that a
/// line of many chunks costs no more than its length, and refuses lines that grow beyond a limit.
class LineFramer
{
public:
    static constexpr qint64 DefaultLongestLine = 512LL * 1024 * 1024;

    explicit LineFramer(qint64 longestLine = DefaultLongestLine)
        : m_longestLine(longestLine)
    {
    }

    void append(const QByteArray &bytes);
    /// The next whole line without its end ("\n" or "\r\n"); lines of nothing are skipped. Nothing when more
    /// bytes are needed, and nothing ever after once overflown() is true.
    std::optional<QByteArray> next();

    /// A line is longer than allowed, whether its end has been seen or not.
    bool overflown() const { return m_overflown; }
    /// Bytes of a line that has begun and not ended, after next() gave nothing.
    qint64 pending() const { return m_buffer.size() - m_start; }
    /// Where in the stream the line that next() would return begins, in bytes.
    qint64 offset() const { return m_dropped + m_start; }

private:
    void dropConsumed();

    QByteArray m_buffer;
    qsizetype m_start = 0; ///< of the current line, in m_buffer
    qsizetype m_scanned = 0; ///< no line end between m_start and here
    qint64 m_dropped = 0; ///< bytes of the stream before m_buffer
    qint64 m_longestLine;
    bool m_overflown = false;
};

} // namespace slotscope::core
