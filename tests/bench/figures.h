// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

namespace slotscope::bench {

double median(std::vector<double> numbers);
/// What so many of a hundred do not exceed.
double percentile(std::vector<double> numbers, double percent);

/// One line of what is printed in the end.
struct Figure
{
    QString what;
    double value = 0;
    double goal = 0; ///< at most; 0: there is none
    QString unit; ///< empty: a ratio
    QString how; ///< it was measured
};

/// What was measured, printed as a table when all is done.
class Figures
{
public:
    void add(Figure figure);
    void print() const;

private:
    std::vector<Figure> m_figures;
};

} // namespace slotscope::bench
