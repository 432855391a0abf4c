// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/value/timetext.h"

#include <chrono>

namespace slotscope::core {

namespace {

using namespace std::chrono;

constexpr qint64 Second = 1'000'000'000;

QString paddedNumber(qint64 number, int width)
{
    return QString::number(number).rightJustified(width, QLatin1Char('0'));
}

QString dateText(const year_month_day &date)
{
    return paddedNumber(int(date.year()), 4) + QLatin1Char('-') + paddedNumber(unsigned(date.month()), 2)
        + QLatin1Char('-') + paddedNumber(unsigned(date.day()), 2);
}

// Date, time and as many digits of the fraction; without an offset.
QString baseText(qint64 total, int fractionDigits)
{
    // By hand: std::chrono multiplies days to nanoseconds, which overflows next to the smallest number.
    const qint64 fraction = total % Second + (total % Second < 0 ? Second : 0);
    const qint64 seconds = total / Second - (total % Second < 0 ? 1 : 0);
    const auto day = floor<days>(sys_seconds {std::chrono::seconds {seconds}});
    const hh_mm_ss time {sys_seconds {std::chrono::seconds {seconds}} - day};
    QString text = dateText(year_month_day(day)) + QLatin1Char('T') + paddedNumber(time.hours().count(), 2)
        + QLatin1Char(':') + paddedNumber(time.minutes().count(), 2) + QLatin1Char(':')
        + paddedNumber(time.seconds().count(), 2);
    if (fractionDigits > 0)
        text += QLatin1Char('.') + paddedNumber(fraction, 9).left(fractionDigits);
    return text;
}

// A cursor over ASCII digits and signs.
struct Scanner
{
    QStringView text;
    qsizetype at = 0;

    bool accept(char16_t c)
    {
        if (at >= text.size() || text[at] != QChar(c))
            return false;
        ++at;
        return true;
    }
    std::optional<int> number(int width)
    {
        if (at + width > text.size())
            return std::nullopt;
        int value = 0;
        for (int i = 0; i < width; ++i) {
            const char16_t c = text[at + i].unicode();
            if (c < u'0' || c > u'9')
                return std::nullopt;
            value = value * 10 + (c - u'0');
        }
        at += width;
        return value;
    }
    bool atEnd() const { return at == text.size(); }
};

std::optional<year_month_day> scanDate(Scanner &scanner)
{
    const auto y = scanner.number(4);
    if (!y || !scanner.accept(u'-'))
        return std::nullopt;
    const auto m = scanner.number(2);
    if (!m || !scanner.accept(u'-'))
        return std::nullopt;
    const auto d = scanner.number(2);
    if (!d)
        return std::nullopt;
    const year_month_day date {year(*y), month(unsigned(*m)), day(unsigned(*d))};
    return date.ok() && *y > 0 ? std::optional(date) : std::nullopt;
}

std::optional<qint64> toNanoseconds(qint64 seconds, qint64 fraction)
{
    // Towards zero first, so that the smallest number is not lost to an overflow half-way.
    if (seconds < 0 && fraction > 0) {
        ++seconds;
        fraction -= Second;
    }
    qint64 total = 0;
    if (__builtin_mul_overflow(seconds, Second, &total) || __builtin_add_overflow(total, fraction, &total)
        || total == NotATime)
        return std::nullopt;
    return total;
}

} // namespace

QString isoTimestamp(qint64 nanoseconds)
{
    if (nanoseconds == NotATime)
        return QStringLiteral("NaT");
    return baseText(nanoseconds, 9) + QLatin1Char('Z');
}

QString shortIsoTimestamp(qint64 nanoseconds)
{
    if (nanoseconds == NotATime)
        return QStringLiteral("NaT");
    const int digits = nanoseconds % Second == 0 ? 0
        : nanoseconds % 1'000'000 == 0           ? 3
        : nanoseconds % 1000 == 0                ? 6
                                                 : 9;
    return baseText(nanoseconds, digits) + QLatin1Char('Z');
}

QString pythonIsoTimestamp(qint64 nanoseconds)
{
    if (nanoseconds == NotATime)
        return QStringLiteral("NaT");
    const int digits = nanoseconds % Second == 0 ? 0 : (nanoseconds % 1000 == 0 ? 6 : 9);
    return baseText(nanoseconds, digits) + QLatin1String("+00:00");
}

std::optional<ParsedTime> parseIsoTime(QStringView text)
{
    Scanner scanner {text};
    const auto date = scanDate(scanner);
    if (!date || !(scanner.accept(u'T') || scanner.accept(u't') || scanner.accept(u' ')))
        return std::nullopt;
    const auto hour = scanner.number(2);
    if (!hour || *hour > 23 || !scanner.accept(u':'))
        return std::nullopt;
    const auto minute = scanner.number(2);
    if (!minute || *minute > 59)
        return std::nullopt;
    int second = 0;
    qint64 fraction = 0;
    ParsedTime parsed;
    if (scanner.accept(u':')) {
        const auto number = scanner.number(2);
        if (!number || *number > 59)
            return std::nullopt;
        second = *number;
        if (scanner.accept(u'.')) {
            qint64 scale = Second / 10;
            while (const auto digit = scanner.number(1)) {
                fraction += *digit * scale;
                scale /= 10;
                if (++parsed.fractionDigits > 9)
                    return std::nullopt;
            }
            if (parsed.fractionDigits == 0)
                return std::nullopt;
        }
    }
    if (scanner.accept(u'Z') || scanner.accept(u'z')) {
        parsed.offsetMinutes = 0;
    } else if (!scanner.atEnd()) {
        const bool negative = scanner.accept(u'-');
        if (!negative && !scanner.accept(u'+'))
            return std::nullopt;
        const auto hours = scanner.number(2);
        if (!hours || !scanner.accept(u':'))
            return std::nullopt;
        const auto minutes = scanner.number(2);
        if (!minutes || *hours > 23 || *minutes > 59)
            return std::nullopt;
        const int offset = *hours * 60 + *minutes;
        parsed.offsetMinutes = negative ? -offset : offset;
    }
    if (!scanner.atEnd())
        return std::nullopt;
    const qint64 days = sys_days(*date).time_since_epoch().count();
    const qint64 seconds = days * 86400 + qint64(*hour) * 3600 + qint64(*minute) * 60 + second
        - qint64(parsed.offsetMinutes.value_or(0)) * 60;
    parsed.nanoseconds = toNanoseconds(seconds, fraction);
    return parsed;
}

bool isIsoDate(QStringView text)
{
    Scanner scanner {text};
    return scanDate(scanner) && scanner.atEnd();
}

std::optional<QString> isoDate(qint64 days)
{
    if (days < -719162 || days > 2932896) // 0001-01-01 … 9999-12-31
        return std::nullopt;
    return dateText(year_month_day(sys_days(std::chrono::days(days))));
}

} // namespace slotscope::core
