// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/table/textpattern.h"

#include "core/value/asciisearch.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

namespace slotscope::core {

namespace {

/// Shorter ones are in nearly every text.
constexpr qsizetype ShortestNeeded = 2;

/// Finds the longest run of plain characters that every match has in it. Whatever it does not know for
/// certain ends a run, or the search: an expression without such a text only takes longer.
class NeededText
{
public:
    explicit NeededText(const QString &pattern)
        : m_pattern(pattern)
    {
    }

    QString find()
    {
        // Alternatives, options and the like, and whatever else changes what the rest means.
        static const std::array<QLatin1String, 4> unknown {QLatin1String("|"), QLatin1String("(?"),
                                                           QLatin1String("(*"), QLatin1String("[:")};
        if (std::any_of(unknown.begin(), unknown.end(),
                        [this](QLatin1String sign) { return m_pattern.contains(sign); }))
            return {};
        while (m_at < m_pattern.size()) {
            if (!step())
                return {};
        }
        endRun();
        return m_depth == 0 ? m_longest : QString();
    }

private:
    /// False where nothing is known any more.
    bool step()
    {
        const QChar c = m_pattern[m_at++];
        switch (c.unicode()) {
        case u'\\':
            return escape();
        case u'[':
            endRun();
            return skipClass();
        case u'(':
            endRun();
            ++m_depth;
            return true;
        case u')':
            endRun();
            return --m_depth >= 0;
        case u'*':
        case u'?':
            dropLast();
            return true;
        case u'{': {
            dropLast();
            const qsizetype end = m_pattern.indexOf(QLatin1Char('}'), m_at);
            m_at = end + 1;
            return end >= 0;
        }
        case u'+':
        case u'.':
        case u'^':
        case u'$':
            endRun();
            return true;
        default:
            take(c);
            return true;
        }
    }

    bool escape()
    {
        if (m_at >= m_pattern.size())
            return false;
        const QChar c = m_pattern[m_at++];
        if (c.unicode() >= 0x80)
            return false;
        if (!c.isLetterOrNumber()) {
            take(c);
            return true;
        }
        endRun();
        return QStringView(u"dDwWsSbBAzZ").contains(c);
    }

    bool skipClass()
    {
        if (m_at < m_pattern.size() && m_pattern[m_at] == QLatin1Char('^'))
            ++m_at;
        if (m_at < m_pattern.size() && m_pattern[m_at] == QLatin1Char(']'))
            ++m_at; // as the first it is one of the characters
        while (m_at < m_pattern.size() && m_pattern[m_at] != QLatin1Char(']')) {
            if (m_pattern[m_at] == QLatin1Char('\\')) {
                if (m_at + 1 < m_pattern.size() && m_pattern[m_at + 1] == QLatin1Char('Q'))
                    return false;
                ++m_at;
            }
            ++m_at;
        }
        return ++m_at <= m_pattern.size();
    }

    void take(QChar c)
    {
        if (c.unicode() == 0 || c.unicode() >= 0x80)
            endRun();
        else if (m_depth == 0) // groups may be optional
            m_run += c;
    }

    void dropLast()
    {
        m_run.chop(1);
        endRun();
    }

    void endRun()
    {
        if (m_run.size() > m_longest.size())
            m_longest = m_run;
        m_run.clear();
    }

    const QString &m_pattern;
    qsizetype m_at = 0;
    int m_depth = 0;
    QString m_run;
    QString m_longest;
};

} // namespace

Expected<TextPattern, TextPattern::Error> TextPattern::read(const QString &pattern,
                                                            QRegularExpression::PatternOptions options)
{
    // An expression that goes astray is given up soon instead of late: one record must not hold up a log.
    const QString limit = QStringLiteral("(*LIMIT_MATCH=200000)");
    TextPattern read;
    for (QRegularExpression &expression : read.m_expressions)
        expression = QRegularExpression(limit + pattern, options);
    const QRegularExpression &first = read.m_expressions.front();
    if (!first.isValid())
        return Unexpected {
            Error {std::max<qsizetype>(first.patternErrorOffset() - limit.size(), 0), first.errorString()}};
    read.m_anyCase = options.testFlag(QRegularExpression::CaseInsensitiveOption);
    const QString needed = NeededText(pattern).find();
    if (needed.size() >= ShortestNeeded)
        read.m_needed = read.m_anyCase ? needed.toLatin1().toLower() : needed.toLatin1();
    return read;
}

const QRegularExpression &TextPattern::expression() const
{
    static std::atomic<size_t> threads = 0;
    thread_local const size_t mine = threads++ % Copies;
    return m_expressions[mine];
}

bool TextPattern::isIn(QStringView text) const
{
    return expression().match(text).hasMatch();
}

bool TextPattern::isInAscii(QByteArrayView text) const
{
    if (!m_needed.isEmpty()) {
        const std::string_view bytes(text.data(), size_t(text.size()));
        const std::string_view needed(m_needed.data(), size_t(m_needed.size()));
        const bool isThere =
            m_anyCase ? containsAscii(text, m_needed) : bytes.find(needed) != std::string_view::npos;
        if (!isThere)
            return false;
    }
    // Kept from one text to the next: what is looked for is UTF-16.
    thread_local std::u16string wide;
    wide.assign(reinterpret_cast<const uchar *>(text.begin()), reinterpret_cast<const uchar *>(text.end()));
    return isIn(wide);
}

} // namespace slotscope::core
