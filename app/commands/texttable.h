// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace slotscope::app {

/// Aligned columns of text for people.
class TextTable
{
public:
    struct Heading
    {
        QString title;
        bool right = false; ///< numbers are aligned right
    };

    /// `lineWidth`: columns of the terminal; 0 for lines of any length. `cellWidth`: no cell is wider.
    TextTable(std::vector<Heading> headings, int lineWidth, int cellWidth = 36);

    /// Makes the columns wide enough for a row that is to come.
    void measure(const QStringList &row);
    QString headingLine() const;
    /// A row as a line; what is wider than its column or the line is cut with an ellipsis.
    QString line(const QStringList &row) const;

    /// Text that takes at most `width` places.
    static QString cut(const QString &text, int width);

private:
    std::vector<Heading> m_headings;
    std::vector<int> m_widths;
    int m_lineWidth;
    int m_cellWidth;
};

} // namespace slotscope::app
