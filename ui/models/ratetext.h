// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

namespace slotscope::ui {

/// `12/s`, `0.4/s`, `1,204/s`, `12k/s`; empty where nothing comes.
QString rateText(double perSecond);
/// `at most 40 in a second, 712 in the last 5 minutes`.
QString rateSummary(const std::vector<quint32> &seconds);

} // namespace slotscope::ui
