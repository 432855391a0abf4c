// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/figures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace slotscope::bench {

double median(std::vector<double> numbers)
{
    return percentile(std::move(numbers), 50);
}

double percentile(std::vector<double> numbers, double percent)
{
    if (numbers.empty())
        return std::nan("");
    std::sort(numbers.begin(), numbers.end());
    const double last = double(numbers.size() - 1);
    return numbers[size_t(std::ceil(last * percent / 100))];
}

void Figures::add(Figure figure)
{
    std::printf("    %s: %.2f %s\n", qPrintable(figure.what), figure.value, qPrintable(figure.unit));
    std::fflush(stdout);
    m_figures.push_back(std::move(figure));
}

void Figures::print() const
{
    std::printf("\n%-66s %10s %10s  %-8s %s\n", "figure", "measured", "goal", "", "how");
    for (const Figure &figure : m_figures) {
        const bool hasGoal = figure.goal > 0;
        const QString goal =
            hasGoal ? QStringLiteral("≤ %1").arg(figure.goal, 0, 'g', 4) : QStringLiteral("-");
        // Padded by hand: printf counts bytes.
        const QString verdict = !hasGoal  ? QString()
            : figure.value <= figure.goal ? QStringLiteral("met")
                                          : QStringLiteral("NOT met");
        const QString what =
            figure.unit.isEmpty() ? figure.what : figure.what + QLatin1String(", ") + figure.unit;
        std::printf("%s %10.2f %s  %-8s %s\n", qPrintable(what.leftJustified(66)), figure.value,
                    qPrintable(goal.rightJustified(10)), qPrintable(verdict), qPrintable(figure.how));
    }
}

} // namespace slotscope::bench
