// SPDX-License-Identifier: GPL-3.0-or-later
//
// numpy's datetime64 and timedelta64.
#include "core/codec/pickle/picklenumpy.h"
#include "core/value/timetext.h"

#include <QHash>

#include <chrono>

namespace slotscope::core::pickle {

namespace {

constexpr qint64 NotATimeSpan = std::numeric_limits<qint64>::min();
constexpr qint64 Day = 86'400'000'000'000; // in nanoseconds
constexpr qint64 Microsecond = 1000;

// In nanoseconds; nothing for units that have no fixed length, or a shorter one.
std::optional<qint64> lengthOf(const QString &unit)
{
    static const QHash<QString, qint64> lengths {
        {QStringLiteral("W"), 7 * Day},       {QStringLiteral("D"), Day},
        {QStringLiteral("h"), Day / 24},      {QStringLiteral("m"), Day / 24 / 60},
        {QStringLiteral("s"), 1'000'000'000}, {QStringLiteral("ms"), 1'000'000},
        {QStringLiteral("us"), Microsecond},  {QStringLiteral("ns"), 1},
    };
    const auto found = lengths.constFind(unit);
    return found == lengths.constEnd() ? std::nullopt : std::optional(*found);
}

bool countsMonths(const ScalarType &type)
{
    return type.unit == QLatin1String("Y") || type.unit == QLatin1String("M");
}
qint64 monthsIn(const ScalarType &type)
{
    return type.unit == QLatin1String("Y") ? 12 : 1;
}

// Since 1970; nothing where 64 bits cannot hold it.
std::optional<qint64> nanosecondsOf(qint64 count, const ScalarType &type)
{
    using namespace std::chrono;
    qint64 total = 0;
    if (__builtin_mul_overflow(count, type.step, &total))
        return std::nullopt;
    if (countsMonths(type)) {
        constexpr qint64 Most = 12 * 400; // far beyond what 64 bits hold
        if (__builtin_mul_overflow(total, monthsIn(type), &total) || total > Most || total < -Most)
            return std::nullopt;
        const year_month_day date = (year(1970) / January + months(int(total))) / 1;
        if (__builtin_mul_overflow(qint64(sys_days(date).time_since_epoch().count()), Day, &total))
            return std::nullopt;
    } else {
        const auto length = lengthOf(type.unit);
        if (!length || __builtin_mul_overflow(total, *length, &total))
            return std::nullopt;
    }
    return total == NotATime ? std::nullopt : std::optional(total);
}

// Only where no part of a unit remains.
std::optional<qint64> countOf(qint64 nanoseconds, const ScalarType &type)
{
    using namespace std::chrono;
    if (nanoseconds == NotATime)
        return NotATimeSpan;
    qint64 count = nanoseconds;
    qint64 unit = 0;
    if (countsMonths(type)) {
        const year_month_day date = sys_days(days(int(nanoseconds / Day)));
        if (nanoseconds % Day != 0 || date.day() != day(1))
            return std::nullopt;
        count = (qint64(int(date.year())) - 1970) * 12 + unsigned(date.month()) - 1;
        unit = monthsIn(type);
    } else {
        unit = lengthOf(type.unit).value_or(0);
    }
    if (unit == 0 || __builtin_mul_overflow(unit, type.step, &unit) || count % unit != 0)
        return std::nullopt;
    return count / unit;
}

// What has no other form: `{"timedelta64": 5, "unit": "M"}`.
Value counted(const QString &what, qint64 count, const ScalarType &type)
{
    return Value::opaque(
        {},
        {{Value::text(what),
          count == NotATimeSpan ? Value::text(QStringLiteral("NaT")) : Value::integer(count)},
         {Value::text(QStringLiteral("unit")), Value::text(type.unitText())}});
}

std::optional<qint64> countIn(const Value &now, QStringView what, const ScalarType &type)
{
    const Value *count = now.kind() == Value::Kind::Opaque ? now.find(what) : nullptr;
    const Value *unit = count ? now.find(u"unit") : nullptr;
    if (!unit || now.members().size() != 2 || unit->toText() != type.unitText())
        return std::nullopt;
    return count->toText() == QLatin1String("NaT") ? std::optional(NotATimeSpan) : count->toInt64();
}

} // namespace

Value momentIn(qint64 count, const ScalarType &type)
{
    if (count == NotATimeSpan)
        return Value::timestamp(NotATime);
    const auto nanoseconds = nanosecondsOf(count, type);
    return nanoseconds ? Value::timestamp(*nanoseconds) : counted(QStringLiteral("datetime64"), count, type);
}

std::optional<qint64> momentCount(const Value &now, const ScalarType &type)
{
    return now.kind() == Value::Kind::Timestamp ? countOf(now.toNanoseconds(), type)
                                                : countIn(now, u"datetime64", type);
}

// Python's timedelta, where the unit is one that it can tell.
Value spanIn(qint64 count, const ScalarType &type)
{
    const qint64 length = lengthOf(type.unit).value_or(0) / Microsecond;
    qint64 micros = 0;
    if (length > 0 && count != NotATimeSpan && !__builtin_mul_overflow(length, type.step, &micros)
        && !__builtin_mul_overflow(micros, count, &micros)) {
        constexpr qint64 Second = 1'000'000;
        constexpr qint64 DayMicros = Day / Microsecond;
        const qint64 rest = (micros % DayMicros + DayMicros) % DayMicros;
        const auto part = [](qint64 number) { return Value::integer(number); };
        if (auto span = readTimeDelta(
                {QStringLiteral("datetime.timedelta"),
                 {part((micros - rest) / DayMicros), part(rest / Second), part(rest % Second)}}))
            return *std::move(span);
    }
    return counted(QStringLiteral("timedelta64"), count, type);
}

std::optional<qint64> spanCount(const Value &now, const ScalarType &type)
{
    const auto call = makeTimeDelta(now, {});
    if (!call)
        return countIn(now, u"timedelta64", type);
    qint64 unit = lengthOf(type.unit).value_or(0) / Microsecond;
    qint64 micros = *call->arguments[0].toInt64();
    const qint64 rest = *call->arguments[1].toInt64() * 1'000'000 + *call->arguments[2].toInt64();
    if (unit == 0 || __builtin_mul_overflow(unit, type.step, &unit)
        || __builtin_mul_overflow(micros, Day / Microsecond, &micros)
        || __builtin_add_overflow(micros, rest, &micros) || micros % unit != 0)
        return std::nullopt;
    return micros / unit;
}

} // namespace slotscope::core::pickle
