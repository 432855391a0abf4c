// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/commands/texttable.h"

#include <algorithm>

namespace slotscope::app {

namespace {

/// Places on a terminal, as far as combining marks and surrogate pairs go; wide East Asian letters count as
/// one.
int places(const QString &text)
{
    int count = 0;
    for (const QChar letter : text) {
        if (!letter.isLowSurrogate() && !letter.isMark())
            ++count;
    }
    return count;
}

} // namespace

TextTable::TextTable(std::vector<Heading> headings, int lineWidth, int cellWidth)
    : m_headings(std::move(headings))
    , m_lineWidth(lineWidth)
    , m_cellWidth(cellWidth)
{
    for (const Heading &heading : m_headings)
        m_widths.push_back(std::min(places(heading.title), m_cellWidth));
}

void TextTable::measure(const QStringList &row)
{
    for (size_t i = 0; i < m_widths.size(); ++i) {
        const int wanted = places(row.value(static_cast<qsizetype>(i)));
        m_widths[i] = std::max(m_widths[i], std::min(wanted, m_cellWidth));
    }
}

QString TextTable::headingLine() const
{
    QStringList titles;
    for (const Heading &heading : m_headings)
        titles += heading.title;
    return line(titles);
}

QString TextTable::line(const QStringList &row) const
{
    QString result;
    for (size_t i = 0; i < m_widths.size(); ++i) {
        const QString cell = cut(row.value(static_cast<qsizetype>(i)), m_widths[i]);
        const QString padding(m_widths[i] - places(cell), u' ');
        if (i > 0)
            result += QLatin1String("  ");
        if (m_headings[i].right)
            result += padding + cell;
        else
            result += cell + padding;
    }
    while (result.endsWith(u' '))
        result.chop(1);
    return m_lineWidth > 0 ? cut(result, m_lineWidth) : result;
}

QString TextTable::cut(const QString &text, int width)
{
    if (places(text) <= width)
        return text;
    qsizetype end = 0;
    int used = 0;
    for (; end < text.size(); ++end) {
        const QChar letter = text.at(end);
        if (letter.isLowSurrogate() || letter.isMark())
            continue;
        if (used + 1 >= width) // the last place is the ellipsis's
            break;
        ++used;
    }
    return text.left(end) + u'…';
}

} // namespace slotscope::app
