// SPDX-License-Identifier: GPL-3.0-or-later
//
// Points in time and their ISO 8601 texts, to the nanosecond.
#pragma once

#include <QString>

#include <limits>
#include <optional>

namespace slotscope::core {

/// "Not a time", as numpy writes it.
inline constexpr qint64 NotATime = std::numeric_limits<qint64>::min();

/// `2020-01-01T00:00:00.000000000Z`, always nine digits; `NaT`.
QString isoTimestamp(qint64 nanoseconds);
/// The same without a fraction that is zero, else with three, six or nine digits.
QString shortIsoTimestamp(qint64 nanoseconds);
/// As Python's datetime.isoformat() in UTC: no fraction or six digits (nine where microseconds do not do),
/// `+00:00`.
QString pythonIsoTimestamp(qint64 nanoseconds);

struct ParsedTime
{
    std::optional<qint64> nanoseconds; ///< since 1970 UTC; nothing when 64 bits cannot hold it
    std::optional<int> offsetMinutes; ///< from UTC; nothing where none is given
    int fractionDigits = 0;
};
/// A date and a time with `T` or a blank between them; seconds, fraction and offset may be missing.
std::optional<ParsedTime> parseIsoTime(QStringView text);

/// Whether this is a date as `2020-02-29`.
bool isIsoDate(QStringView text);
/// The ISO date this many days after 1970-01-01; nothing outside of the years 1 to 9999.
std::optional<QString> isoDate(qint64 days);

} // namespace slotscope::core
