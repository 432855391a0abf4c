// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/ratetext.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <numeric>

namespace slotscope::ui {

QString rateText(double perSecond)
{
    if (perSecond <= 0)
        return {};
    constexpr double Whole = 9.95; // from here on a decimal is too much
    constexpr double Thousands = 9'999.5; // and from here on the last digits are
    const QLocale locale;
    if (perSecond >= Thousands)
        return QCoreApplication::translate("RateText", "%1k/s")
            .arg(locale.toString(static_cast<qlonglong>(qRound64(perSecond / 1000))));
    const QString number = perSecond < Whole ? locale.toString(std::max(perSecond, 0.1), 'f', 1)
                                             : locale.toString(static_cast<qlonglong>(qRound64(perSecond)));
    return QCoreApplication::translate("RateText", "%1/s").arg(number);
}

QString rateSummary(const std::vector<quint32> &seconds)
{
    const quint32 most = seconds.empty() ? 0 : *std::max_element(seconds.cbegin(), seconds.cend());
    const qint64 all = std::accumulate(seconds.cbegin(), seconds.cend(), qint64(0));
    const QLocale locale;
    return QCoreApplication::translate("RateText", "at most %1 in a second, %2 in the last %3 minutes")
        .arg(locale.toString(most), locale.toString(all), locale.toString(seconds.size() / 60));
}

} // namespace slotscope::ui
