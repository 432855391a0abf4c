// SPDX-License-Identifier: GPL-3.0-or-later
//
// The texts of Python's library types that have no kind of their own, as the notation and the pickle codec
// tell them. Each function gives the text as Python writes it, or nothing where it is no such text.
#pragma once

#include <QString>

#include <optional>

namespace slotscope::core {

/// `1 day, 0:00:02.000003`: days that may be negative, hours below 24.
std::optional<QString> timeDeltaText(const QString &text);
/// `23:59:59`, `23:59:59.000678`, with an offset from UTC (`+01:00`) or without.
std::optional<QString> clockTimeText(const QString &text);
/// `+01:00`
std::optional<QString> timeZoneText(const QString &text);
/// `2020-01-02T03:04:05.000678`, with an offset from UTC (`+01:00`) or without.
std::optional<QString> dateTimeText(const QString &text);
/// Whether such a text, or one of a time of day, has an offset from UTC.
bool hasOffset(const QString &text);
/// `2020-01-02T03:04:05.000678`, without an offset from UTC.
std::optional<QString> naiveDateTimeText(const QString &text);
/// `NaN`, `-sNaN12`, `Infinity`.
std::optional<QString> specialDecimalText(const QString &text);
/// A decimal number, of which zero may have a sign.
std::optional<QString> finiteDecimalText(const QString &text);

} // namespace slotscope::core
